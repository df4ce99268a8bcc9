//! Works: what is being written, and what it was.

use super::list::Asked;
use crate::error::Error;
use crate::store::{Store, Tx};
use domain::content::{ItemId, PlaceCode, Time};
use domain::editorial::{Hash, Manuscript, Stage, State};

#[derive(Clone, Debug)]
pub struct Work {
    pub id: i64,
    pub state: State,
    pub version: i64,
    pub text: Manuscript,
    pub hash: Hash,
    /// Accounts that have written of the text, and of what readers have or had: see `domain::editorial::credit`.
    pub hands: Vec<i64>,
    pub standing: Vec<i64>,
    pub item: Option<ItemId>,
    /// The manuscript that readers have.
    pub published: Option<Manuscript>,
    pub publish_at: Option<Time>,
    pub created_by: i64,
    pub changed: Time,
}

#[derive(Clone, Debug)]
pub struct Version {
    pub version: i64,
    pub text: Manuscript,
    pub by: String,
    pub at: Time,
}

/// A manuscript as it is stored, and its hash.
pub fn encode(text: &Manuscript) -> (Vec<u8>, Hash) {
    let bytes = serde_json::to_vec(text).unwrap_or_default();
    let hash = domain::sign::hash(&bytes);
    (bytes, hash)
}

/// SHA-256 of a manuscript as it is stored.
pub fn hash_of(text: &Manuscript) -> Hash {
    encode(text).1
}

pub(super) fn decode(what: &str, bytes: &[u8]) -> Result<Manuscript, Error> {
    serde_json::from_slice(bytes).map_err(|cause| Error::Damaged(format!("{what}: {cause}")))
}

type Row = (
    i64,
    String,
    i64,
    Option<Vec<u8>>,
    i64,
    Vec<u8>,
    Vec<u8>,
    String,
    String,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<i64>,
    i64,
    i64,
);

const COLUMNS: &str = "SELECT id, stage, live, approved, version, text, hash, hands, standing, item, published, publish_at, created_by, changed FROM work";

fn work(row: Row) -> Result<Work, Error> {
    let (id, stage, live, approved, version, text, hash, hands, standing, item, published, publish_at, created_by, changed) = row;
    let name = format!("work {id}");
    let damaged = || Error::Damaged(name.clone());
    let hash_of = |bytes: Vec<u8>| Hash::try_from(bytes).map_err(|_| damaged());
    let read = |text: String| text.split_whitespace().map(|hand| hand.parse().map_err(|_| damaged())).collect::<Result<_, _>>();
    Ok(Work {
        id,
        state: State {
            stage: Stage::from_name(&stage).ok_or_else(damaged)?,
            live: live != 0,
            approved: approved.map(hash_of).transpose()?,
        },
        version,
        text: decode(&name, &text)?,
        hash: hash_of(hash)?,
        hands: read(hands)?,
        standing: read(standing)?,
        item: item.map(|id| id.try_into().map(ItemId).map_err(|_| damaged())).transpose()?,
        published: published.map(|text| decode(&name, &text)).transpose()?,
        publish_at: publish_at.map(Time),
        created_by,
        changed: Time(changed),
    })
}

/// Accounts as a column has them.
fn accounts(all: &[i64]) -> String {
    all.iter().map(i64::to_string).collect::<Vec<_>>().join(" ")
}

/// Title of a manuscript as it is stored; empty where it has none or cannot be read.
pub(super) fn title(text: &[u8]) -> String {
    decode("title", text).map_or_else(|_| String::new(), |text| text.heading())
}

impl Store {
    pub async fn work(&self, id: i64) -> Result<Option<Work>, Error> {
        let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe([COLUMNS, " WHERE id = ?"].concat()))
            .bind(id)
            .fetch_optional(&self.readers)
            .await?;
        row.map(work).transpose()
    }

    /// The work whose item this is.
    pub async fn work_of(&self, item: ItemId) -> Result<Option<i64>, Error> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT id FROM work WHERE item = ?").bind(item.0.to_vec()).fetch_optional(&self.readers).await?;
        Ok(row.map(|(id,)| id))
    }

    /// Alerts under way that name this item in their text, the oldest first.
    pub async fn alerts_naming(&self, item: &str) -> Result<Vec<Work>, Error> {
        let sql =
            [COLUMNS, " WHERE alert = 1 AND stage IN ('draft', 'in-review', 'approved') AND instr(text, ?) > 0 ORDER BY id"];
        let rows: Vec<Row> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql.concat())).bind(item.as_bytes()).fetch_all(&self.readers).await?;
        rows.into_iter().map(work).collect()
    }

    /// What a work was, the newest first.
    pub async fn versions(&self, work: i64) -> Result<Vec<Version>, Error> {
        let rows: Vec<(i64, Vec<u8>, Option<String>, i64)> = sqlx::query_as(
            "SELECT v.version, v.text, a.name, v.at FROM version v LEFT JOIN account a ON a.id = v.by \
             WHERE v.work = ? ORDER BY v.version DESC LIMIT 200",
        )
        .bind(work)
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter()
            .map(|(version, text, by, at)| {
                Ok(Version { version, text: decode("version", &text)?, by: by.unwrap_or_default(), at: Time(at) })
            })
            .collect()
    }

    /// A work as it was at a version.
    pub async fn version(&self, work: i64, version: i64) -> Result<Option<Manuscript>, Error> {
        let row: Option<(Vec<u8>,)> = sqlx::query_as("SELECT text FROM version WHERE work = ? AND version = ?")
            .bind(work)
            .bind(version)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|(text,)| decode("version", &text)).transpose()
    }
}

impl Tx {
    pub async fn work(&mut self, id: i64) -> Result<Option<Work>, Error> {
        let row: Option<Row> =
            sqlx::query_as(sqlx::AssertSqlSafe([COLUMNS, " WHERE id = ?"].concat())).bind(id).fetch_optional(self.raw()).await?;
        row.map(work).transpose()
    }

    /// The work whose item this is.
    pub async fn work_of(&mut self, item: ItemId) -> Result<Option<i64>, Error> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT id FROM work WHERE item = ?").bind(item.0.to_vec()).fetch_optional(self.raw()).await?;
        Ok(row.map(|(id,)| id))
    }

    pub async fn add_work(&mut self, text: &Manuscript, by: i64, at: Time) -> Result<i64, Error> {
        let (bytes, hash) = encode(text);
        let asked = Asked::of(text);
        let done = sqlx::query(
            "INSERT INTO work (stage, live, version, text, hash, words, alert, topics, ends, hands, created_by, at, changed) \
             VALUES ('draft', 0, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&bytes)
        .bind(hash.to_vec())
        .bind(asked.words)
        .bind(asked.alert)
        .bind(asked.topics)
        .bind(asked.ends)
        .bind(by.to_string())
        .bind(by)
        .bind(at.0)
        .bind(at.0)
        .execute(self.raw())
        .await?;
        let id = done.last_insert_rowid();
        self.set_places(id, &text.places).await?;
        self.keep_version(id, 1, &bytes, by, at).await?;
        Ok(id)
    }

    /// The work that a form of this person began.
    pub async fn begun(&mut self, by: i64, once: &str) -> Result<Option<i64>, Error> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT work FROM begun WHERE account = ? AND once = ?")
            .bind(by)
            .bind(once)
            .fetch_optional(self.raw())
            .await?;
        Ok(row.map(|(work,)| work))
    }

    pub async fn set_begun(&mut self, by: i64, once: &str, work: i64, at: Time) -> Result<(), Error> {
        sqlx::query("INSERT INTO begun (account, once, work, at) VALUES (?, ?, ?, ?)")
            .bind(by)
            .bind(once)
            .bind(work)
            .bind(at.0)
            .execute(self.raw())
            .await?;
        Ok(())
    }

    /// Forms from before `at` are not sent any more.
    pub async fn forget_begun(&mut self, at: Time) -> Result<(), Error> {
        sqlx::query("DELETE FROM begun WHERE at < ?").bind(at.0).execute(self.raw()).await?;
        Ok(())
    }

    async fn set_places(&mut self, work: i64, places: &[PlaceCode]) -> Result<(), Error> {
        sqlx::query("DELETE FROM work_place WHERE work = ?").bind(work).execute(self.raw()).await?;
        let everyone = [PlaceCode(0)];
        for place in if places.is_empty() { &everyone[..] } else { places } {
            sqlx::query("INSERT OR IGNORE INTO work_place (place, work) VALUES (?, ?)")
                .bind(i64::from(place.0))
                .bind(work)
                .execute(self.raw())
                .await?;
        }
        Ok(())
    }

    /// Keeps what a work is at a version. Somebody who goes on writing keeps one version for each quarter of an hour, so
    /// that saving by itself every few seconds does not bury the history; what was judged stays.
    async fn keep_version(&mut self, work: i64, version: i64, text: &[u8], by: i64, at: Time) -> Result<(), Error> {
        sqlx::query("DELETE FROM version WHERE work = ? AND version = ? AND by = ? AND at / 900 = ? AND kept = 0")
            .bind(work)
            .bind(version - 1)
            .bind(by)
            .bind(at.0 / 900)
            .execute(self.raw())
            .await?;
        sqlx::query("INSERT INTO version (work, version, text, by, at, kept) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(work)
            .bind(version)
            .bind(text)
            .bind(by)
            .bind(at.0)
            .bind(i64::from(version == 1))
            .execute(self.raw())
            .await?;
        Ok(())
    }

    /// A new text, saved by `by`.
    pub async fn write_work(&mut self, work: &Work, by: i64, at: Time) -> Result<(), Error> {
        let (bytes, hash) = encode(&work.text);
        let asked = Asked::of(&work.text);
        sqlx::query(
            "UPDATE work SET stage = ?, live = ?, approved = NULL, version = ?, text = ?, hash = ?, words = ?, alert = ?, topics = ?, \
             ends = ?, hands = ?, changed = ?, publish_at = NULL WHERE id = ?",
        )
        .bind(work.state.stage.name())
        .bind(i64::from(work.state.live))
        .bind(work.version)
        .bind(&bytes)
        .bind(hash.to_vec())
        .bind(asked.words)
        .bind(asked.alert)
        .bind(asked.topics)
        .bind(asked.ends)
        .bind(accounts(&work.hands))
        .bind(at.0)
        .bind(work.id)
        .execute(self.raw())
        .await?;
        self.set_places(work.id, &work.text.places).await?;
        self.keep_version(work.id, work.version, &bytes, by, at).await
    }

    /// Where a work stands; its text stays as it is.
    pub async fn move_work(&mut self, work: &Work, at: Time) -> Result<(), Error> {
        sqlx::query(
            "UPDATE work SET stage = ?, live = ?, approved = ?, hands = ?, standing = ?, item = ?, published = ?, publish_at = ?, changed = ? WHERE id = ?",
        )
        .bind(work.state.stage.name())
        .bind(i64::from(work.state.live))
        .bind(work.state.approved.map(|hash| hash.to_vec()))
        .bind(accounts(&work.hands))
        .bind(accounts(&work.standing))
        .bind(work.item.map(|id| id.0.to_vec()))
        .bind(work.published.as_ref().map(|text| encode(text).0))
        .bind(work.publish_at.map(|at| at.0))
        .bind(at.0)
        .bind(work.id)
        .execute(self.raw())
        .await?;
        sqlx::query("UPDATE version SET kept = 1 WHERE work = ? AND version = ?")
            .bind(work.id)
            .bind(work.version)
            .execute(self.raw())
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was stored before there were alerts at the desk still reads, and is stored again as the same bytes.
    #[test]
    fn older_manuscripts_keep_their_bytes() {
        let old = r#"{"kind":"bulletin","topics":[1],"places":[20044],"source":"","document":"","source_url":"","issued":"","effective":"","expires":"","start":"","end":"","online":"","supersedes":"","change":"","texts":[{"lang":"vi","title":"A","summary":"","text":"","papers":"","fee":"","office":"","hours":"","phone":"","duration":"","venue":"","audio":"","of":""}]}"#;
        let text = decode("old", old.as_bytes()).unwrap();
        assert_eq!(encode(&text).0, old.as_bytes());
    }
}
