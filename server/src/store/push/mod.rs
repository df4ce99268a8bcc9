//! Subscriptions to push; [`sent`] is what was sent to them.

mod sent;

pub use sent::{Fate, Reach, Sent, Settled};

use crate::clock::random;
use crate::error::Error;
use crate::store::{Store, Tx};
use domain::alert::Wish;
use domain::content::{ItemId, PlaceCode, Time};
use domain::instance::instance;
use domain::words::Lang;

/// A browser that wants to be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: i64,
    pub endpoint: String,
    /// An uncompressed P-256 point.
    pub p256dh: Vec<u8>,
    pub auth: [u8; 16],
    pub wish: Wish,
    pub lang: Lang,
    /// `https://host` whose pages it opens.
    pub origin: String,
}

type Row = (i64, String, Vec<u8>, Vec<u8>, String, String, i64, Option<i64>, Option<i64>, String, String);

const COLUMNS: &str =
    "SELECT s.id, s.endpoint, s.p256dh, s.auth, s.places, s.hazards, s.level, s.quiet_from, s.quiet_to, s.lang, s.origin";

fn subscription(row: Row) -> Result<Subscription, Error> {
    let (id, endpoint, p256dh, auth, places, hazards, level, from, to, lang, origin) = row;
    let damaged = || Error::Damaged(format!("subscription {id}"));
    let hour = |hour: i64| u8::try_from(hour).map_err(|_| damaged());
    let places =
        places.split_whitespace().map(|code| code.parse().map(PlaceCode).map_err(|_| damaged())).collect::<Result<_, _>>()?;
    // A hazard that the instance no longer knows is one that nobody is warned of.
    let hazards = hazards.split_whitespace().map(|slug| instance().hazard_by_slug(slug).unwrap_or(u8::MAX)).collect();
    let quiet = from.zip(to).map(|(from, to)| Ok::<_, Error>((hour(from)?, hour(to)?))).transpose()?;
    let auth = auth.try_into().map_err(|_| damaged())?;
    let wish = Wish { places, hazards, level: hour(level)?, quiet };
    Ok(Subscription { id, endpoint, p256dh, auth, wish, lang: if lang == "en" { Lang::En } else { Lang::Vi }, origin })
}

/// One for which no service ever took anything, of any but one address and from a number on.
pub(super) const ANY_UNPROVEN: &str =
    "SELECT endpoint FROM subscription WHERE last IS NULL AND endpoint <> ?1 AND id >= ?2 ORDER BY id LIMIT 1";

impl Store {
    pub async fn subscriptions(&self) -> Result<u64, Error> {
        let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM subscription").fetch_one(&self.readers).await?;
        Ok(count.unsigned_abs())
    }

    pub async fn subscription(&self, endpoint: &str) -> Result<Option<Subscription>, Error> {
        let sql = [COLUMNS, " FROM subscription s WHERE endpoint = ?"].concat();
        let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(endpoint).fetch_optional(&self.readers).await?;
        row.map(subscription).transpose()
    }

    /// Whether an endpoint is known, and when its service last took something for it.
    pub async fn subscription_seen(&self, endpoint: &str) -> Result<Option<Option<Time>>, Error> {
        let row: Option<(Option<i64>,)> = sqlx::query_as("SELECT last FROM subscription WHERE endpoint = ?")
            .bind(endpoint)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|(last,)| last.map(Time)))
    }

    /// The next subscriptions after one, by number, each with what it got of a chain; with `proven` only of those for which a
    /// service took something before.
    pub async fn subscriptions_after(
        &self,
        id: i64,
        proven: bool,
        chain: ItemId,
        count: u32,
    ) -> Result<Vec<(Subscription, Sent)>, Error> {
        #[rustfmt::skip]
        type Wide = (
            i64, String, Vec<u8>, Vec<u8>, String, String, i64, Option<i64>, Option<i64>, String, String,
            Option<i64>, Option<i64>, Option<i64>, Option<i64>,
        );
        let sql = [
            COLUMNS,
            ", p.seq, p.level, p.heard, p.trying FROM subscription s \
             LEFT JOIN push_sent p ON p.subscription = s.id AND p.chain = ? WHERE s.id > ? AND (s.last IS NOT NULL OR NOT ?) ORDER BY s.id LIMIT ?",
        ];
        let rows: Vec<Wide> = sqlx::query_as(sqlx::AssertSqlSafe(sql.concat()))
            .bind(chain.0.to_vec())
            .bind(id)
            .bind(i64::from(proven))
            .bind(i64::from(count))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(id, endpoint, p256dh, auth, places, hazards, level, from, to, lang, origin, seq, shown, heard, trying)| {
                let row = (id, endpoint, p256dh, auth, places, hazards, level, from, to, lang, origin);
                Ok((subscription(row)?, sent::read(seq.unwrap_or(0), shown.unwrap_or(0), heard.unwrap_or(0), trying)?))
            })
            .collect()
    }
}

impl Tx {
    /// A subscription as it is wanted from now on. Says whether there was none for this endpoint; `id` is not looked at.
    pub async fn put_subscription(&mut self, who: &Subscription, at: Time) -> Result<bool, Error> {
        let places: Vec<String> = who.wish.places.iter().map(|place| place.0.to_string()).collect();
        let slug = |hazard: &u8| instance().hazard(*hazard).map(|hazard| hazard.slug.as_str());
        let hazards: Vec<&str> = who.wish.hazards.iter().filter_map(slug).collect();
        let known: Option<(i64,)> = sqlx::query_as("SELECT id FROM subscription WHERE endpoint = ?")
            .bind(&who.endpoint)
            .fetch_optional(self.raw())
            .await?;
        sqlx::query(
            "INSERT INTO subscription (endpoint, p256dh, auth, places, hazards, level, quiet_from, quiet_to, lang, origin, at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (endpoint) DO UPDATE SET p256dh = excluded.p256dh, \
             auth = excluded.auth, places = excluded.places, hazards = excluded.hazards, level = excluded.level, \
             quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, lang = excluded.lang, origin = excluded.origin",
        )
        .bind(&who.endpoint)
        .bind(&who.p256dh)
        .bind(who.auth.to_vec())
        .bind(places.join(" "))
        .bind(hazards.join(" "))
        .bind(i64::from(who.wish.level))
        .bind(who.wish.quiet.map(|(from, _)| i64::from(from)))
        .bind(who.wish.quiet.map(|(_, to)| i64::from(to)))
        .bind(who.lang.tag())
        .bind(&who.origin)
        .bind(at.0)
        .execute(self.raw())
        .await?;
        Ok(known.is_none())
    }

    /// Says whether it was there.
    pub async fn drop_subscription(&mut self, endpoint: &str) -> Result<bool, Error> {
        sqlx::query("DELETE FROM push_sent WHERE subscription = (SELECT id FROM subscription WHERE endpoint = ?)")
            .bind(endpoint)
            .execute(self.raw())
            .await?;
        let done = sqlx::query("DELETE FROM subscription WHERE endpoint = ?").bind(endpoint).execute(self.raw()).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Lets one go for which no service ever took anything, but not this one. Says whether there was one. Any of them: were it the
    /// oldest or the newest, whoever invents many could tell whom he drives out.
    pub async fn drop_unproven_subscription(&mut self, but: &str) -> Result<bool, Error> {
        let (most,): (i64,) = sqlx::query_as("SELECT COALESCE(MAX(id), 0) FROM subscription").fetch_one(self.raw()).await?;
        let from = i64::from_be_bytes(random()).rem_euclid(most + 1);
        for from in [from, 0] {
            let found: Option<(String,)> = sqlx::query_as(ANY_UNPROVEN).bind(but).bind(from).fetch_optional(self.raw()).await?;
            if let Some((endpoint,)) = found {
                return self.drop_subscription(&endpoint).await;
            }
        }
        Ok(false)
    }

    /// Lets a subscription have a trial, unless it had one after `since`.
    pub async fn may_test(&mut self, id: i64, since: Time, now: Time) -> Result<bool, Error> {
        let sql = "UPDATE subscription SET tested = ? WHERE id = ? AND (tested IS NULL OR tested <= ?)";
        let done = sqlx::query(sql).bind(now.0).bind(id).bind(since.0).execute(self.raw()).await?;
        Ok(done.rows_affected() > 0)
    }

    pub async fn saw_subscription(&mut self, id: i64, now: Time) -> Result<(), Error> {
        sqlx::query("UPDATE subscription SET last = ? WHERE id = ?").bind(now.0).bind(id).execute(self.raw()).await?;
        Ok(())
    }
}
