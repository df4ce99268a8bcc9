//! Sources that are read again and again, and what was brought in already.

use crate::error::Error;
use crate::store::{Store, Tx};
use domain::content::{PlaceCode, Time};
use sqlx::SqliteConnection;

#[derive(Clone, Debug, Default)]
pub struct Source {
    pub id: i64,
    pub url: String,
    /// Empty until somebody or the feed itself gives one.
    pub name: String,
    /// `None` stands for everyone.
    pub place: Option<PlaceCode>,
    pub topic: Option<u8>,
    /// In whose name drafts are made.
    pub by: i64,
    /// Who named it first; stays.
    pub named: i64,
    pub paused: bool,
    /// What its server said last of the state that it sent.
    pub etag: String,
    pub modified: String,
    /// When it was last asked, and last answered.
    pub polled: Option<Time>,
    pub success: Option<Time>,
    /// Code of why it failed last; empty where it did not.
    pub trouble: String,
    /// Its server wants no question before this.
    pub rest: Time,
    /// It has sent alerts as CAP.
    pub cap: bool,
    /// Its alerts are published at once.
    pub at_once: bool,
}

/// Name of an article, whatever way it comes.
pub type EntryKey = [u8; 32];

type Row =
    (i64, String, String, i64, Option<i64>, i64, i64, String, String, Option<i64>, Option<i64>, String, i64, i64, i64, i64);

const COLUMNS: &str = "SELECT id, url, name, place, topic, by, paused, etag, modified, polled, success, trouble, rest, cap, at_once, named FROM source";

fn source(row: Row) -> Result<Source, Error> {
    let (id, url, name, place, topic, by, paused, etag, modified, polled, success, trouble, rest, cap, at_once, named) = row;
    let damaged = |_| Error::Damaged(format!("source {id}"));
    let place = u32::try_from(place).map_err(damaged)?;
    Ok(Source {
        id,
        url,
        name,
        place: (place != 0).then_some(PlaceCode(place)),
        topic: topic.map(u8::try_from).transpose().map_err(damaged)?,
        by,
        named,
        paused: paused != 0,
        etag,
        modified,
        polled: polled.map(Time),
        success: success.map(Time),
        trouble,
        rest: Time(rest),
        cap: cap != 0,
        at_once: at_once != 0,
    })
}

impl Store {
    /// Every source, by name.
    pub async fn sources(&self) -> Result<Vec<Source>, Error> {
        let sql = [COLUMNS, " ORDER BY name, url, id LIMIT 1000"].concat();
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.readers).await?;
        rows.into_iter().map(source).collect()
    }

    pub async fn source(&self, id: i64) -> Result<Option<Source>, Error> {
        let sql = [COLUMNS, " WHERE id = ?"].concat();
        let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.readers).await?;
        row.map(source).transpose()
    }

    /// The works that an article became under any of these names.
    pub async fn brought(&self, keys: &[EntryKey]) -> Result<Vec<i64>, Error> {
        brought(&mut *self.readers.acquire().await?, keys).await
    }
}

async fn brought(connection: &mut SqliteConnection, keys: &[EntryKey]) -> Result<Vec<i64>, Error> {
    let mut works = Vec::new();
    for key in keys {
        let rows: Vec<(i64,)> = sqlx::query_as("SELECT work FROM source_entry WHERE hash = ? ORDER BY work")
            .bind(key.to_vec())
            .fetch_all(&mut *connection)
            .await?;
        works.extend(rows.into_iter().map(|(work,)| work));
    }
    Ok(works)
}

impl Tx {
    pub async fn source(&mut self, id: i64) -> Result<Option<Source>, Error> {
        let sql = [COLUMNS, " WHERE id = ?"].concat();
        let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(self.raw()).await?;
        row.map(source).transpose()
    }

    /// Only address, name, place, topic and `by` are looked at. `None` where the same is there for the same place. Its number is
    /// none that a source had before which brought alerts: who may end those is told by that number.
    pub async fn add_source(&mut self, source: &Source, at: Time) -> Result<Option<i64>, Error> {
        const ADD: &str = "INSERT OR IGNORE INTO source (id, url, name, place, topic, by, named, at) \
             SELECT 1 + MAX(id), ?1, ?2, ?3, ?4, ?5, ?5, ?6 FROM (SELECT 0 AS id UNION ALL SELECT MAX(id) FROM source \
             UNION ALL SELECT MAX(source) FROM cap_message UNION ALL SELECT MAX(source) FROM cap_reference)";
        let done = sqlx::query(ADD)
            .bind(&source.url)
            .bind(&source.name)
            .bind(source.place.map_or(0, |place| i64::from(place.0)))
            .bind(source.topic.map(i64::from))
            .bind(source.by)
            .bind(at.0)
            .execute(self.raw())
            .await?;
        Ok((done.rows_affected() == 1).then(|| done.last_insert_rowid()))
    }

    /// What was brought in from it stays.
    pub async fn drop_source(&mut self, id: i64) -> Result<(), Error> {
        sqlx::query("DELETE FROM source WHERE id = ?").bind(id).execute(self.raw()).await?;
        Ok(())
    }

    /// All that may change of a source after it was added.
    pub async fn set_source(&mut self, source: &Source) -> Result<(), Error> {
        sqlx::query(
            "UPDATE source SET name = ?, by = ?, paused = ?, etag = ?, modified = ?, polled = ?, success = ?, trouble = ?, rest = ?, \
             cap = ?, at_once = ? WHERE id = ?",
        )
        .bind(&source.name)
        .bind(source.by)
        .bind(i64::from(source.paused))
        .bind(&source.etag)
        .bind(&source.modified)
        .bind(source.polled.map(|at| at.0))
        .bind(source.success.map(|at| at.0))
        .bind(&source.trouble)
        .bind(source.rest.0)
        .bind(i64::from(source.cap))
        .bind(i64::from(source.at_once))
        .bind(source.id)
        .execute(self.raw())
        .await?;
        Ok(())
    }

    /// The works that an article became under any of these names.
    pub async fn brought(&mut self, keys: &[EntryKey]) -> Result<Vec<i64>, Error> {
        brought(self.raw(), keys).await
    }

    /// From now on an article is known under these names.
    pub async fn add_entry(&mut self, keys: &[EntryKey], work: i64, at: Time) -> Result<(), Error> {
        for key in keys {
            sqlx::query("INSERT OR IGNORE INTO source_entry (hash, work, at) VALUES (?, ?, ?)")
                .bind(key.to_vec())
                .bind(work)
                .bind(at.0)
                .execute(self.raw())
                .await?;
        }
        Ok(())
    }
}
