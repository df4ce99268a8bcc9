//! Alerts that came from elsewhere as CAP.

use crate::error::Error;
use crate::store::{Store, Tx};
use domain::content::{ItemId, PlaceCode, Time};
use std::collections::HashSet;

/// Broken or refused messages of one source that are kept.
const MAX_REFUSED: i64 = 200;

/// A message whose words a list of many shows, in characters of XML: some with outlines drawn point by point are as long.
const MAX_SHOWN: usize = 100_000;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CapMessage {
    pub id: i64,
    pub source: i64,
    pub key: String,
    pub sender: String,
    pub identifier: String,
    pub headline: String,
    pub places: Vec<PlaceCode>,
    pub state: String,
    pub reason: String,
    /// Where in the message.
    pub place: String,
    pub raw: Vec<u8>,
    /// Nobody on the way can have written it.
    pub secure: bool,
    pub message: String,
    /// When its state was found.
    pub at: Time,
    /// What it is to readers, once it was published.
    pub item: Option<ItemId>,
}

type Row =
    (i64, i64, String, String, String, String, String, String, String, String, Vec<u8>, bool, String, i64, Option<Vec<u8>>);

const COLUMNS: &str = "SELECT id, source, key, sender, identifier, headline, places, state, reason, place, raw, secure, message, at, origin.item \
     FROM cap_message LEFT JOIN origin ON origin.external = key";

fn message(row: Row) -> CapMessage {
    let (id, source, key, sender, identifier, headline, places, state, reason, place, raw, secure, message, at, item) = row;
    let item = item.and_then(|item| item.try_into().ok()).map(ItemId);
    let places = places.split(' ').filter_map(|code| code.parse().ok()).map(PlaceCode).collect();
    CapMessage {
        id,
        source,
        key,
        sender,
        identifier,
        headline,
        places,
        state,
        reason,
        place,
        raw,
        secure,
        message,
        at: Time(at),
        item,
    }
}

impl Store {
    /// All that waits, all of what `standing` names, and the newest `count` of the rest; nothing that is foreign.
    pub async fn cap_messages(&self, count: u32, standing: &HashSet<ItemId>) -> Result<Vec<CapMessage>, Error> {
        let mut all = self.cap_waiting_all().await?;
        let one = [COLUMNS, " WHERE state = 'published' AND origin.item = ?"].concat();
        for item in standing {
            let rows: Vec<Row> =
                sqlx::query_as(sqlx::AssertSqlSafe(one.as_str())).bind(item.0.to_vec()).fetch_all(&self.readers).await?;
            all.extend(rows.into_iter().map(message));
        }
        let rest = [COLUMNS, " WHERE state NOT IN ('foreign', 'waiting') ORDER BY id DESC LIMIT ?"].concat();
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(rest)).bind(i64::from(count)).fetch_all(&self.readers).await?;
        let rest = rows.into_iter().map(message).filter(|one| one.item.is_none_or(|item| !standing.contains(&item)));
        let rest: Vec<CapMessage> = rest.collect();
        all.extend(rest);
        Ok(all)
    }

    /// All that waits for an official, the newest first: as much as sources may have waiting, so that of each only what is looked
    /// at is read; no bytes as they came, and no words of what is larger than [`MAX_SHOWN`].
    pub async fn cap_waiting_all(&self) -> Result<Vec<CapMessage>, Error> {
        let shown = format!("x'' AS raw, secure, CASE WHEN length(message) > {MAX_SHOWN} THEN '' ELSE message END");
        let sql = [&COLUMNS.replace("raw, secure, message", &shown), " WHERE state = 'waiting' ORDER BY id DESC"].concat();
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(message).collect())
    }

    pub async fn cap_message(&self, id: i64) -> Result<Option<CapMessage>, Error> {
        let sql = [COLUMNS, " WHERE id = ?"].concat();
        let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.readers).await?;
        Ok(row.map(message))
    }

    /// How many messages were for none of our places.
    pub async fn cap_foreign(&self) -> Result<i64, Error> {
        let sql = "SELECT COUNT(*) FROM cap_message WHERE state = 'foreign'";
        let (count,): (i64,) = sqlx::query_as(sql).fetch_one(&self.readers).await?;
        Ok(count)
    }

    /// What of a source waits: the number and the message of each.
    pub async fn cap_waiting(&self, source: i64) -> Result<Vec<(i64, String)>, Error> {
        let sql = "SELECT id, message FROM cap_message WHERE state = 'waiting' AND source = ?";
        Ok(sqlx::query_as(sql).bind(source).fetch_all(&self.readers).await?)
    }

    /// What of a source was refused for the hour alone and may be so no more: it lay in the future, or had ended by a clock that
    /// was ahead of `now`.
    pub async fn cap_untimely(&self, source: i64, now: Time) -> Result<Vec<CapMessage>, Error> {
        let sql =
            [COLUMNS, " WHERE state = 'refused' AND (reason = 'future' OR reason = 'ended' AND at > ?) AND source = ?"].concat();
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now.0).bind(source).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(message).collect())
    }

    /// When it was last written down that the alert of an entry was fetched; `None` where it was not.
    pub async fn cap_link(&self, hash: &[u8; 32]) -> Result<Option<Time>, Error> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT at FROM cap_link WHERE hash = ?").bind(hash.to_vec()).fetch_optional(&self.readers).await?;
        Ok(row.map(|(at,)| Time(at)))
    }
}

impl Tx {
    /// The source that brought a message; `None` where it never came.
    pub async fn cap_source(&mut self, key: &str) -> Result<Option<i64>, Error> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT source FROM cap_message WHERE key = ?").bind(key).fetch_optional(self.raw()).await?;
        Ok(row.map(|(source,)| source))
    }

    /// The source that brought a message, what became of it and why, and whether nobody else can have written it.
    pub async fn cap_known(&mut self, key: &str) -> Result<Option<(i64, String, String, bool)>, Error> {
        let sql = "SELECT source, state, reason, secure FROM cap_message WHERE key = ?";
        Ok(sqlx::query_as(sql).bind(key).fetch_optional(self.raw()).await?)
    }

    /// Another source has brought it, and that one counts.
    pub async fn drop_cap_message(&mut self, key: &str) -> Result<(), Error> {
        sqlx::query("DELETE FROM cap_message WHERE key = ?").bind(key).execute(self.raw()).await?;
        Ok(())
    }

    /// Unless somebody has seen to it meanwhile.
    pub async fn drop_cap_waiting(&mut self, id: i64) -> Result<(), Error> {
        sqlx::query("DELETE FROM cap_message WHERE id = ? AND state = 'waiting'").bind(id).execute(self.raw()).await?;
        Ok(())
    }

    /// A source is gone, and with it what it brought and nobody has seen to. All links are followed anew: other sources have
    /// the same, and what is known comes once.
    pub async fn drop_cap_waiting_of(&mut self, source: i64) -> Result<(), Error> {
        sqlx::query("DELETE FROM cap_message WHERE source = ? AND state = 'waiting'").bind(source).execute(self.raw()).await?;
        sqlx::query("DELETE FROM cap_link").execute(self.raw()).await?;
        Ok(())
    }

    pub async fn cap_state(&mut self, id: i64) -> Result<Option<String>, Error> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT state FROM cap_message WHERE id = ?").bind(id).fetch_optional(self.raw()).await?;
        Ok(row.map(|(state,)| state))
    }

    /// Of what was refused, the oldest go; not what somebody put aside, which would come again.
    pub async fn add_cap_message(&mut self, message: &CapMessage) -> Result<i64, Error> {
        let places = message.places.iter().map(|place| place.0.to_string()).collect::<Vec<_>>().join(" ");
        let done = sqlx::query(
            "INSERT INTO cap_message (source, key, sender, identifier, headline, places, state, reason, place, raw, secure, message, at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(message.source)
        .bind(&message.key)
        .bind(&message.sender)
        .bind(&message.identifier)
        .bind(&message.headline)
        .bind(places)
        .bind(&message.state)
        .bind(&message.reason)
        .bind(&message.place)
        .bind(message.raw.clone())
        .bind(message.secure)
        .bind(&message.message)
        .bind(message.at.0)
        .execute(self.raw())
        .await?;
        let id = done.last_insert_rowid();
        sqlx::query(
            "DELETE FROM cap_message WHERE id IN (SELECT id FROM cap_message WHERE state = 'refused' AND reason != 'dismissed' \
             AND source = ? ORDER BY id DESC LIMIT -1 OFFSET ?)",
        )
        .bind(message.source)
        .bind(MAX_REFUSED)
        .execute(self.raw())
        .await?;
        Ok(id)
    }

    pub async fn set_cap_state(&mut self, id: i64, state: &str, reason: &str, at: Time) -> Result<(), Error> {
        sqlx::query("UPDATE cap_message SET state = ?, reason = ?, at = ? WHERE id = ?")
            .bind(state)
            .bind(reason)
            .bind(at.0)
            .bind(id)
            .execute(self.raw())
            .await?;
        Ok(())
    }

    /// What a message that came says, written again; `None` where it never came.
    pub async fn cap_text(&mut self, key: &str) -> Result<Option<String>, Error> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT message FROM cap_message WHERE key = ?").bind(key).fetch_optional(self.raw()).await?;
        Ok(row.map(|(text,)| text))
    }

    /// A source has updated or cancelled a message of its own: what of it waits, waits no longer. What anybody on the way can
    /// have said (not `secure`) ends only what came like that itself.
    pub async fn add_cap_reference(&mut self, key: &str, source: i64, secure: bool) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO cap_reference (key, source, secure) VALUES (?, ?, ?) \
             ON CONFLICT (key, source) DO UPDATE SET secure = MAX(secure, excluded.secure)",
        )
        .bind(key)
        .bind(source)
        .bind(secure)
        .execute(self.raw())
        .await?;
        sqlx::query(
            "UPDATE cap_message SET state = 'refused', reason = 'superseded' \
             WHERE key = ? AND source = ? AND state = 'waiting' AND secure <= ?",
        )
        .bind(key)
        .bind(source)
        .bind(secure)
        .execute(self.raw())
        .await?;
        Ok(())
    }

    /// Whether a source has updated or cancelled this message before it came; see [`Tx::add_cap_reference`].
    pub async fn cap_superseded(&mut self, key: &str, source: i64, secure: bool) -> Result<bool, Error> {
        let sql = "SELECT source FROM cap_reference WHERE key = ? AND source = ? AND secure >= ?";
        let row: Option<(i64,)> = sqlx::query_as(sql).bind(key).bind(source).bind(secure).fetch_optional(self.raw()).await?;
        Ok(row.is_some())
    }

    pub async fn add_cap_link(&mut self, hash: &[u8; 32], at: Time) -> Result<(), Error> {
        sqlx::query("INSERT INTO cap_link (hash, at) VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET at = excluded.at")
            .bind(hash.to_vec())
            .bind(at.0)
            .execute(self.raw())
            .await?;
        Ok(())
    }

    /// What came before `before` for none of our places, entries that stood in a feed before it for the last time, and what
    /// waits of sources that are gone.
    pub async fn forget_cap(&mut self, before: Time) -> Result<(), Error> {
        let lost = "DELETE FROM cap_message WHERE state = 'waiting' AND source NOT IN (SELECT id FROM source)";
        sqlx::query(lost).execute(self.raw()).await?;
        sqlx::query("DELETE FROM cap_message WHERE state = 'foreign' AND at < ?").bind(before.0).execute(self.raw()).await?;
        sqlx::query("DELETE FROM cap_link WHERE at < ?").bind(before.0).execute(self.raw()).await?;
        Ok(())
    }
}
