//! The database: SQLite in the data folder, one writer at a time, a pool of readers. All SQL of the server is in here.

pub mod desk;
pub mod push;
mod schema;
pub mod tree;
mod tx;

pub use tx::{Origin, Tx};

use crate::clock::Clock;
use crate::error::Error;
use domain::content::{ItemId, MediaRef, Time};
use domain::sign::{KeyId, Sig};
use domain::wire::log::Entry;
use domain::wire::{Logged, Seq};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore};

/// Name of the database in the data folder.
pub const FILE: &str = "bantin.sqlite";
/// Marks a copy made by `backup`: whoever opens it starts a new epoch, since phones may have seen later positions.
const COPIED: &str = "copied";

/// Transactions of strangers that wait to begin.
const STRANGERS: usize = 32;

pub struct Store {
    writer: Arc<Mutex<SqliteConnection>>,
    readers: SqlitePool,
    path: PathBuf,
    /// Room for those whom nobody knows; see [`Store::begin_stranger`].
    strangers: Semaphore,
    /// Whoever reads all of the audit does so alone: it takes a while, and of the two readers one stays for everybody else.
    audits: Semaphore,
    pub epoch: u64,
    /// When this epoch began.
    pub begun: Time,
    /// When this store was made.
    pub created: Time,
}

fn options(path: &Path) -> SqliteConnectOptions {
    plain(path).journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full)
}

/// As the file is: a copy has no write-ahead log yet, and whoever only reads cannot give it one.
fn plain(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(30))
}

/// Whether whoever opens this data folder changes its schema.
pub async fn is_older(data: &Path) -> Result<bool, Error> {
    let path = data.join(FILE);
    if !path.exists() {
        return Ok(false);
    }
    let reader = SqliteConnection::connect_with(&plain(&path).read_only(true)).await;
    let mut reader = reader.map_err(|cause| Error::from(cause).of(&path))?;
    schema::is_older(&mut reader).await.map_err(|cause| cause.of(&path))
}

impl Store {
    /// Opens the database of a data folder, and makes it where there is none.
    pub async fn open(data: &Path, clock: &Clock) -> Result<Store, Error> {
        let path = data.join(FILE);
        let begun = SqliteConnection::connect_with(&options(&path).create_if_missing(true)).await;
        let mut writer = begun.map_err(|cause| Error::from(cause).of(&path))?;
        let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()").fetch_one(&mut writer).await?;
        if !recent_enough(&version) {
            return Err(Error::OldSqlite(version));
        }
        let (epoch, begun, created) = schema::prepare(&mut writer, clock.now()).await?;
        // All at once and for good: a connection has a thread, of the priority of whoever opened it.
        let pool = SqlitePoolOptions::new().min_connections(2).max_connections(2).idle_timeout(None).max_lifetime(None);
        let readers = pool.connect_with(options(&path).read_only(true)).await?;
        Ok(Store {
            writer: Arc::new(Mutex::new(writer)),
            readers,
            path,
            strangers: Semaphore::new(STRANGERS),
            audits: Semaphore::new(1),
            epoch,
            begun,
            created,
        })
    }

    /// Begins a transaction that writes. Others wait for it, in this process and in any other.
    pub async fn begin(&self) -> Result<Tx, Error> {
        Tx::begin(self.writer.clone().lock_owned().await).await
    }

    /// The same for somebody whom nobody knows; `None` where many such wait already: officials and calls wait behind each.
    pub async fn begin_stranger(&self) -> Result<Option<Tx>, Error> {
        let Ok(_turn) = self.strangers.try_acquire() else { return Ok(None) };
        self.begin().await.map(Some)
    }

    /// Entries after a position, each with the time at which it was appended.
    pub async fn log_after(&self, seq: Seq) -> Result<Vec<(Entry, Time)>, Error> {
        type Row = (i64, Vec<u8>, i64, i64, Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>, i64);
        let rows: Vec<Row> =
            sqlx::query_as("SELECT seq, item, revision, kind, card, body, kid, sig, at FROM log WHERE seq > ? ORDER BY seq")
                .bind(i64::from(seq))
                .fetch_all(&self.readers)
                .await?;
        rows.into_iter()
            .map(|(seq, item, revision, kind, card, body, kid, sig, at)| {
                let damaged = || Error::Damaged(format!("log {seq}"));
                let proof = |kid: Vec<u8>, sig: Vec<u8>| Some((KeyId(kid.try_into().ok()?), Sig(sig.try_into().ok()?)));
                let (what, body) = match (kind, body, kid, sig) {
                    (1, Some(body), Some(kid), Some(sig)) => {
                        let (kid, sig) = proof(kid, sig).ok_or_else(damaged)?;
                        (Logged::Card(card), Some((kid, sig, body)))
                    }
                    (2, ..) => (Logged::Gone(card), None),
                    _ => return Err(damaged()),
                };
                let entry = Entry {
                    seq: Seq::try_from(seq).map_err(|_| damaged())?,
                    id: ItemId(item.try_into().map_err(|_| damaged())?),
                    revision: u16::try_from(revision).map_err(|_| damaged())?,
                    what,
                    body,
                };
                Ok((entry, Time(at)))
            })
            .collect()
    }

    /// Last position of the log; 0 when nothing was ever published.
    pub async fn seq(&self) -> Result<Seq, Error> {
        let (seq,): (i64,) = sqlx::query_as("SELECT COALESCE(MAX(seq), 0) FROM log").fetch_one(&self.readers).await?;
        Seq::try_from(seq).map_err(|_| Error::Damaged("seq".into()))
    }

    /// What was last taken from the source under this name.
    pub async fn content_of(&self, external: &str) -> Result<Option<[u8; 32]>, Error> {
        let row: Option<(Option<Vec<u8>>,)> =
            sqlx::query_as("SELECT content FROM origin WHERE external = ?").bind(external).fetch_optional(&self.readers).await?;
        Ok(row.and_then(|(content,)| content?.try_into().ok()))
    }

    /// Whether an item of this name was ever published or referred to.
    pub async fn knows(&self, external: &str) -> Result<bool, Error> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT 1 FROM origin WHERE external = ?").bind(external).fetch_optional(&self.readers).await?;
        Ok(row.is_some())
    }

    /// Whether an alert of this name was ever published.
    pub async fn was_alert(&self, external: &str) -> Result<bool, Error> {
        tx::was_alert(&mut *self.readers.acquire().await?, external).await
    }

    /// Names at the source of all sample items that stand.
    pub async fn samples(&self) -> Result<Vec<String>, Error> {
        let rows: Vec<(String,)> =
            sqlx::query_as("SELECT external FROM origin WHERE sample = 1 ORDER BY external").fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|(external,)| external).collect())
    }

    /// Every image and recording that an item has used.
    pub async fn media(&self) -> Result<Vec<String>, Error> {
        let rows: Vec<(String,)> = sqlx::query_as("SELECT file FROM media ORDER BY file").fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|(file,)| file).collect())
    }

    /// What is known of a file; `None` where no such file was brought here.
    pub async fn medium(&self, file: &str) -> Result<Option<MediaRef>, Error> {
        let row: Option<(i64, i64, i64, i64)> = sqlx::query_as("SELECT bytes, width, height, seconds FROM media WHERE file = ?")
            .bind(file)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|(bytes, width, height, seconds)| {
            let damaged = |_| Error::Damaged(format!("media {file}"));
            Ok(MediaRef {
                file: file.to_owned(),
                bytes: u32::try_from(bytes).map_err(damaged)?,
                width: u16::try_from(width).map_err(damaged)?,
                height: u16::try_from(height).map_err(damaged)?,
                seconds: u16::try_from(seconds).map_err(damaged)?,
            })
        })
        .transpose()
    }

    /// Whether an item of this id was ever published.
    pub async fn has_item(&self, id: ItemId) -> Result<bool, Error> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM origin WHERE item = ? AND content IS NOT NULL")
            .bind(id.0.to_vec())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.is_some())
    }

    /// A connection that notices what other processes write.
    pub async fn watch(&self) -> Result<Watch, Error> {
        let connection = SqliteConnection::connect_with(&options(&self.path).read_only(true)).await?;
        Ok(Watch { connection, version: 0 })
    }

    /// Writes a whole copy of the database as it stands now, checks it, and marks it as a copy.
    pub async fn copy_to(&self, file: &Path) -> Result<(), Error> {
        let name = file.to_str().ok_or_else(|| Error::Damaged("tên tệp không phải UTF-8".into()))?;
        sqlx::query("VACUUM INTO ?").bind(name).execute(&mut *self.writer.lock().await).await?;
        let plain = SqliteConnectOptions::new().filename(file).synchronous(SqliteSynchronous::Full);
        let mut copy = SqliteConnection::connect_with(&plain).await?;
        let (verdict,): (String,) = sqlx::query_as("PRAGMA integrity_check").fetch_one(&mut copy).await?;
        if verdict != "ok" {
            return Err(Error::Damaged(verdict));
        }
        sqlx::query("INSERT OR REPLACE INTO meta (key, value) VALUES (?, x'01')").bind(COPIED).execute(&mut copy).await?;
        copy.close().await?;
        Ok(())
    }

    /// As on a disk on which no page more finds room.
    #[cfg(test)]
    pub(crate) async fn fill_up(&self) {
        let mut tx = self.begin().await.unwrap();
        let (pages,): (i64,) = sqlx::query_as("PRAGMA page_count").fetch_one(tx.raw()).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"))).execute(tx.raw()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Folds the write-ahead log into the database and closes every connection.
    pub async fn close(&self) {
        self.readers.close().await;
        let mut writer = self.writer.lock().await;
        // A failure here costs nothing: the next start reads the write-ahead log. Nor is it worth waiting for whoever reads.
        let _ = sqlx::query("PRAGMA busy_timeout = 0").execute(&mut *writer).await;
        let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *writer).await;
    }
}

/// Notices that another connection, in this process or in another, has written.
pub struct Watch {
    connection: SqliteConnection,
    version: i64,
}

impl Watch {
    pub async fn changed(&mut self) -> Result<bool, Error> {
        let (version,): (i64,) = sqlx::query_as("PRAGMA data_version").fetch_one(&mut self.connection).await?;
        Ok(std::mem::replace(&mut self.version, version) != version)
    }
}

/// 3.7.0 to 3.51.2 may reset a write-ahead log that is still needed.
fn recent_enough(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap_or(0)).collect();
    parts >= vec![3, 51, 3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(recent_enough("3.51.3"));
        assert!(recent_enough("3.100.0"));
        assert!(!recent_enough("3.51.2"));
        assert!(!recent_enough("3.9.0"));
    }

    #[tokio::test]
    async fn a_full_disk_refuses_what_is_written_and_reading_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), &Clock::default()).await.unwrap();
        let words = "x".repeat(100_000);
        let note = || desk::Note { action: "test", words: &words, ..desk::Note::default() };
        let mut tx = store.begin().await.unwrap();
        tx.note(Time(1), note()).await.unwrap();
        tx.commit().await.unwrap();
        store.fill_up().await;
        let mut tx = store.begin().await.unwrap();
        let refused = tx.note(Time(2), note()).await.unwrap_err();
        assert!(refused.is_full(), "{refused}");
        tx.roll_back().await;
        assert_eq!(store.audit(None, None, 10).await.unwrap().len(), 1, "what was acknowledged is there");
        // Somebody made room.
        let mut tx = store.begin().await.unwrap();
        sqlx::query("PRAGMA max_page_count = 100000").execute(tx.raw()).await.unwrap();
        tx.note(Time(3), note()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.audit(None, None, 10).await.unwrap().len(), 2);
        assert_eq!(store.broken_audit().await.unwrap(), None);
    }
}
