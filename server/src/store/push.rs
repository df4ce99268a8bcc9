//! Subscriptions to push, and what was sent to them.

use super::{Store, Tx};
use crate::error::Error;
use crate::opens::SHOWN;
use crate::store::desk::Job;
use domain::alert::Wish;
use domain::content::{ItemId, PlaceCode, Time};
use domain::instance::instance;
use domain::wire::Seq;
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

/// What a subscription got of a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Position of the last message that was taken or refused for good; 0 before that.
    pub seq: Seq,
    /// Highest level shown; 0 while nothing was.
    pub level: u8,
    /// Position of the first message since then that was perhaps sent.
    pub trying: Option<Seq>,
}

impl Sent {
    /// Highest level that it was perhaps shown; `None` where it certainly was shown nothing.
    pub fn shown(&self) -> Option<u8> {
        (self.level > 0 || self.trying.is_some()).then_some(self.level)
    }
}

/// How the push of one message to one subscription ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Accepted,
    /// Refused for good.
    Failed,
    /// Certainly not taken; it is tried again.
    NotYet,
    /// There is no such subscription any more.
    Gone,
}

/// How many phones a publication reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    pub accepted: i64,
    pub failed: i64,
    pub gone: i64,
    /// Nobody is still to be told.
    pub ended: bool,
}

impl Reach {
    /// What officials may see: no number below [`SHOWN`], which would tell of single people.
    pub fn told(&self) -> Option<i64> {
        (self.accepted >= SHOWN).then_some(self.accepted)
    }
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

fn sent(seq: i64, level: i64, trying: Option<i64>) -> Result<Sent, Error> {
    let damaged = |_| Error::Damaged("push_sent".into());
    let trying = trying.map(Seq::try_from).transpose().map_err(damaged)?;
    Ok(Sent { seq: Seq::try_from(seq).map_err(damaged)?, level: u8::try_from(level).map_err(damaged)?, trying })
}

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

    /// The next subscriptions after one, by number, each with what it got of a chain.
    pub async fn subscriptions_after(&self, id: i64, chain: ItemId, count: u32) -> Result<Vec<(Subscription, Sent)>, Error> {
        #[rustfmt::skip]
        type Wide = (
            i64, String, Vec<u8>, Vec<u8>, String, String, i64, Option<i64>, Option<i64>, String, String,
            Option<i64>, Option<i64>, Option<i64>,
        );
        let sql = [
            COLUMNS,
            ", p.seq, p.level, p.trying FROM subscription s \
             LEFT JOIN push_sent p ON p.subscription = s.id AND p.chain = ? WHERE s.id > ? ORDER BY s.id LIMIT ?",
        ];
        let rows: Vec<Wide> = sqlx::query_as(sqlx::AssertSqlSafe(sql.concat()))
            .bind(chain.0.to_vec())
            .bind(id)
            .bind(i64::from(count))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(id, endpoint, p256dh, auth, places, hazards, level, from, to, lang, origin, seq, shown, trying)| {
                let row = (id, endpoint, p256dh, auth, places, hazards, level, from, to, lang, origin);
                Ok((subscription(row)?, sent(seq.unwrap_or(0), shown.unwrap_or(0), trying)?))
            })
            .collect()
    }

    /// Messages that wait for their push, in their order; those that failed not before their time.
    pub async fn due_pushes(&self, now: Time) -> Result<Vec<(Job, Seq)>, Error> {
        let rows: Vec<(i64, String, i64, i64, String)> = sqlx::query_as(
            "SELECT id, key, due, tries, trouble FROM job WHERE kind = 'push' AND due <= ? ORDER BY id LIMIT 1000",
        )
        .bind(now.0)
        .fetch_all(&self.readers)
        .await?;
        let job = |(id, key, due, tries, trouble): (i64, String, i64, i64, String)| {
            let seq = key.strip_prefix("push:").and_then(|seq| seq.parse().ok())?;
            Some((Job { id, kind: "push".into(), key, due: Time(due), tries, trouble }, seq))
        };
        let mut found: Vec<(Job, Seq)> = rows.into_iter().filter_map(job).collect();
        found.sort_unstable_by_key(|(_, seq)| *seq);
        Ok(found)
    }

    /// The chain under which any of these items was told before.
    pub async fn push_chain(&self, items: &[ItemId]) -> Result<Option<ItemId>, Error> {
        for item in items {
            let sql = "SELECT chain FROM push_run WHERE item = ? AND chain IS NOT NULL ORDER BY seq DESC LIMIT 1";
            let row: Option<(Vec<u8>,)> = sqlx::query_as(sql).bind(item.0.to_vec()).fetch_optional(&self.readers).await?;
            if let Some((chain,)) = row {
                return chain.try_into().map(|chain| Some(ItemId(chain))).map_err(|_| Error::Damaged("push_run".into()));
            }
        }
        Ok(None)
    }

    /// What became of the push of every publication of an item, all revisions together; `None` where none was pushed.
    pub async fn push_reach(&self, item: ItemId) -> Result<Option<Reach>, Error> {
        let sql = "SELECT COUNT(*), COALESCE(SUM(accepted), 0), COALESCE(SUM(failed), 0), COALESCE(SUM(gone), 0), \
                   COUNT(ended) FROM push_run WHERE item = ?";
        let (runs, accepted, failed, gone, ended): (i64, i64, i64, i64, i64) =
            sqlx::query_as(sql).bind(item.0.to_vec()).fetch_one(&self.readers).await?;
        Ok((runs > 0).then_some(Reach { accepted, failed, gone, ended: ended == runs }))
    }

    /// Seconds that the push of the newest publication took; `None` where there was none, or it is not over.
    pub async fn last_push(&self) -> Result<Option<i64>, Error> {
        let sql = "SELECT ended - began FROM push_run WHERE ended IS NOT NULL AND began IS NOT NULL ORDER BY seq DESC LIMIT 1";
        let row: Option<(i64,)> = sqlx::query_as(sql).fetch_optional(&self.readers).await?;
        Ok(row.map(|(seconds,)| seconds))
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

    /// A publication that is to be told by push, from now on.
    pub async fn add_push(&mut self, seq: Seq, item: ItemId, now: Time) -> Result<(), Error> {
        sqlx::query("INSERT INTO push_run (seq, item) VALUES (?, ?)")
            .bind(i64::from(seq))
            .bind(item.0.to_vec())
            .execute(self.raw())
            .await?;
        self.add_job("push", &format!("push:{seq}"), now, now).await
    }

    /// Whether an item was ever to be told by push.
    pub async fn was_pushed(&mut self, item: ItemId) -> Result<bool, Error> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT seq FROM push_run WHERE item = ? LIMIT 1")
            .bind(item.0.to_vec())
            .fetch_optional(self.raw())
            .await?;
        Ok(row.is_some())
    }

    /// The sender takes a publication up, or takes it up again; gives when it first did.
    pub async fn begin_push(&mut self, seq: Seq, chain: ItemId, now: Time) -> Result<Time, Error> {
        let sql = "UPDATE push_run SET chain = ?, began = COALESCE(began, ?) WHERE seq = ? RETURNING began";
        let row: Option<(i64,)> =
            sqlx::query_as(sql).bind(chain.0.to_vec()).bind(now.0).bind(i64::from(seq)).fetch_optional(self.raw()).await?;
        Ok(row.map_or(now, |(began,)| Time(began)))
    }

    /// Nobody is to be told of it any more; its job goes.
    pub async fn end_push(&mut self, seq: Seq, now: Time) -> Result<(), Error> {
        sqlx::query("UPDATE push_run SET ended = ? WHERE seq = ?").bind(now.0).bind(i64::from(seq)).execute(self.raw()).await?;
        self.drop_job(&format!("push:{seq}")).await
    }

    /// These are about to be sent a message.
    pub async fn try_pushes(&mut self, chain: ItemId, seq: Seq, ids: &[i64], now: Time) -> Result<(), Error> {
        let sql = "INSERT INTO push_sent (subscription, chain, seq, level, trying, at) VALUES (?, ?, 0, 0, ?, ?) \
                   ON CONFLICT (subscription, chain) DO UPDATE SET trying = COALESCE(trying, excluded.trying), at = excluded.at";
        for id in ids {
            let query = sqlx::query(sql).bind(*id).bind(chain.0.to_vec()).bind(i64::from(seq)).bind(now.0);
            query.execute(self.raw()).await?;
        }
        Ok(())
    }

    /// How it went. `level` is what the message shows.
    pub async fn settle_push(&mut self, chain: ItemId, seq: Seq, level: u8, id: i64, fate: Fate, now: Time) -> Result<(), Error> {
        if fate == Fate::Gone {
            sqlx::query("DELETE FROM push_sent WHERE subscription = ?").bind(id).execute(self.raw()).await?;
            sqlx::query("DELETE FROM subscription WHERE id = ?").bind(id).execute(self.raw()).await?;
            return Ok(());
        }
        let (done, shown) = match fate {
            Fate::NotYet => (0, 0),
            Fate::Accepted => (seq, level),
            _ => (seq, 0),
        };
        let sql = "UPDATE push_sent SET seq = MAX(seq, ?), level = MAX(level, ?), at = ?, \
                   trying = CASE WHEN ? OR trying = ? THEN NULL ELSE trying END WHERE subscription = ? AND chain = ?";
        sqlx::query(sql)
            .bind(i64::from(done))
            .bind(i64::from(shown))
            .bind(now.0)
            .bind(fate == Fate::Accepted)
            .bind(i64::from(seq))
            .bind(id)
            .bind(chain.0.to_vec())
            .execute(self.raw())
            .await?;
        if fate == Fate::Accepted {
            self.saw_subscription(id, now).await?;
        }
        Ok(())
    }

    pub async fn count_push(&mut self, seq: Seq, more: Reach) -> Result<(), Error> {
        sqlx::query("UPDATE push_run SET accepted = accepted + ?, failed = failed + ?, gone = gone + ? WHERE seq = ?")
            .bind(more.accepted)
            .bind(more.failed)
            .bind(more.gone)
            .bind(i64::from(seq))
            .execute(self.raw())
            .await?;
        Ok(())
    }

    /// Forgets who was sent what before an instant; the sums stay.
    pub async fn forget_pushes(&mut self, before: Time) -> Result<(), Error> {
        sqlx::query("DELETE FROM push_sent WHERE at < ?").bind(before.0).execute(self.raw()).await?;
        Ok(())
    }
}
