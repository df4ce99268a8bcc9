//! One transaction that writes. What is not committed when it is dropped never happened: so steps in a row may leave at an error
//! by `?` and end with [`Tx::commit`]. [`Tx::end`] is for what is one block with an outcome; it rolls back at once, and others
//! need not wait for the drop.

use crate::assets::hex;
use crate::error::Error;
use domain::content::{Card, ItemId, Kind, MediaRef, Time};
use domain::sign::hash;
use domain::wire::log::Entry;
use domain::wire::{Logged, Seq};
use sqlx::SqliteConnection;
use std::ops::{Deref, DerefMut};
use tokio::runtime::Handle;
use tokio::sync::OwnedMutexGuard;

/// What is known of an item under its name at the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub item: ItemId,
    /// Hash of what was last taken from there; `None` while the item has only been referred to.
    pub content: Option<[u8; 32]>,
    pub revision: u16,
}

/// The one connection that writes, with an open transaction.
struct Writer {
    guard: Option<OwnedMutexGuard<SqliteConnection>>,
    open: bool,
}

impl Deref for Writer {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.guard.as_ref().expect("held until it is dropped")
    }
}

impl DerefMut for Writer {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.guard.as_mut().expect("held until it is dropped")
    }
}

impl Drop for Writer {
    /// Whoever leaves a transaction at an error keeps nobody else out, in this process or another.
    fn drop(&mut self) {
        if let (true, Some(mut guard), Ok(runtime)) = (self.open, self.guard.take(), Handle::try_current()) {
            runtime.spawn(async move { sqlx::query("ROLLBACK").execute(&mut *guard).await });
        }
    }
}

/// Holds the writer. Where it is dropped in the middle, nothing of it was done ([`Writer`]).
pub struct Tx {
    connection: Writer,
    /// Lines of the audit that it has written.
    pub(super) noted: Vec<Noted>,
}

/// What the log repeats of a line of the audit.
pub(super) struct Noted {
    pub id: i64,
    pub actor: Option<i64>,
    pub action: String,
    pub work: Option<i64>,
    pub account: Option<i64>,
    pub before: String,
    pub after: String,
    pub chain: [u8; 32],
}

/// Whether an alert of this name was ever published.
pub(super) async fn was_alert(connection: &mut SqliteConnection, external: &str) -> Result<bool, Error> {
    let sql =
        "SELECT card FROM log WHERE item = (SELECT item FROM origin WHERE external = ?) AND kind = 1 ORDER BY revision DESC";
    let cards: Vec<(Vec<u8>,)> = sqlx::query_as(sql).bind(external).fetch_all(connection).await?;
    Ok(cards.iter().filter_map(|(card,)| Card::decode(card).ok()).any(|card| card.kind == Kind::ALERT))
}

impl Noted {
    /// A copy where the log goes, so that whoever rewrites the whole chain here contradicts what lies there. Words of people stay
    /// here.
    fn tell(self) {
        let Noted { id, actor, action, work, account, before, after, chain } = self;
        let chain = hex(&chain);
        tracing::info!(line = id, actor, action, work, account, before, after, chain, "audit");
    }
}

impl Tx {
    pub(super) async fn begin(mut connection: OwnedMutexGuard<SqliteConnection>) -> Result<Tx, Error> {
        // Refused unless a task died in the middle of its transaction and left it open.
        let _ = sqlx::query("ROLLBACK").execute(&mut *connection).await;
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
        Ok(Tx { connection: Writer { guard: Some(connection), open: true }, noted: Vec::new() })
    }

    pub(super) fn raw(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// After this returns, the changes survive anything but the loss of the disk.
    pub async fn commit(mut self) -> Result<(), Error> {
        let done = sqlx::query("COMMIT").execute(&mut *self.connection).await;
        if let Err(cause) = done {
            self.roll_back().await;
            return Err(cause.into());
        }
        self.connection.open = false;
        self.noted.into_iter().for_each(Noted::tell);
        Ok(())
    }

    pub async fn roll_back(mut self) {
        // Fails only where SQLite has rolled back by itself.
        let _ = sqlx::query("ROLLBACK").execute(&mut *self.connection).await;
        self.connection.open = false;
    }

    /// Commits what went well; of what did not, nothing stays.
    pub async fn end<T, E: From<Error>>(self, done: Result<T, E>) -> Result<T, E> {
        match done {
            Ok(value) => Ok(self.commit().await.map(|()| value)?),
            Err(trouble) => {
                self.roll_back().await;
                Err(trouble)
            }
        }
    }

    pub async fn origin(&mut self, external: &str) -> Result<Option<Origin>, Error> {
        let row: Option<(Vec<u8>, Option<Vec<u8>>, i64)> =
            sqlx::query_as("SELECT item, content, revision FROM origin WHERE external = ?")
                .bind(external)
                .fetch_optional(&mut *self.connection)
                .await?;
        row.map(|(item, content, revision)| {
            let damaged = || Error::Damaged(format!("origin {external}"));
            Ok(Origin {
                item: ItemId(item.try_into().map_err(|_| damaged())?),
                content: content.map(|c| c.try_into().map_err(|_| damaged())).transpose()?,
                revision: u16::try_from(revision).map_err(|_| damaged())?,
            })
        })
        .transpose()
    }

    /// What an item is called at its source.
    pub async fn external_of(&mut self, item: ItemId) -> Result<Option<String>, Error> {
        let row: Option<(String,)> = sqlx::query_as("SELECT external FROM origin WHERE item = ?")
            .bind(item.0.to_vec())
            .fetch_optional(&mut *self.connection)
            .await?;
        Ok(row.map(|(external,)| external))
    }

    /// The item of this name, which gets its id now if it has none: the start of a hash, the next one where two collide.
    pub async fn item(&mut self, external: &str) -> Result<ItemId, Error> {
        if let Some(origin) = self.origin(external).await? {
            return Ok(origin.item);
        }
        let mut nonce = 0u32;
        loop {
            let id = id_of(external, nonce);
            let done =
                sqlx::query("INSERT OR IGNORE INTO origin (external, item, content, revision, sample) VALUES (?, ?, NULL, 0, 0)")
                    .bind(external)
                    .bind(id.0.to_vec())
                    .execute(&mut *self.connection)
                    .await?;
            if done.rows_affected() == 1 {
                return Ok(id);
            }
            nonce += 1;
        }
    }

    /// Remembers what the newest revision was made from.
    pub async fn set_origin(&mut self, external: &str, content: &[u8; 32], revision: u16, sample: bool) -> Result<(), Error> {
        sqlx::query("UPDATE origin SET content = ?, revision = ?, sample = ? WHERE external = ?")
            .bind(content.to_vec())
            .bind(i64::from(revision))
            .bind(i64::from(sample))
            .bind(external)
            .execute(&mut *self.connection)
            .await?;
        sqlx::query("INSERT OR IGNORE INTO had (item, content) SELECT item, content FROM origin WHERE external = ?")
            .bind(external)
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    /// Whether an item was made from this content at any time.
    pub async fn had(&mut self, item: ItemId, content: &[u8; 32]) -> Result<bool, Error> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM had WHERE item = ? AND content = ?")
            .bind(item.0.to_vec())
            .bind(content.to_vec())
            .fetch_optional(&mut *self.connection)
            .await?;
        Ok(row.is_some())
    }

    /// Whether the last word on an item is that it was withdrawn.
    pub async fn is_withdrawn(&mut self, item: ItemId) -> Result<bool, Error> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT kind FROM log WHERE item = ? ORDER BY revision DESC LIMIT 1")
            .bind(item.0.to_vec())
            .fetch_optional(&mut *self.connection)
            .await?;
        Ok(row == Some((2,)))
    }

    /// The newest card of an item, whether it stands or was withdrawn.
    pub async fn last_card(&mut self, item: ItemId) -> Result<Option<Card>, Error> {
        let sql = "SELECT card FROM log WHERE item = ? AND kind = 1 ORDER BY revision DESC LIMIT 1";
        let row: Option<(Vec<u8>,)> = sqlx::query_as(sql).bind(item.0.to_vec()).fetch_optional(&mut *self.connection).await?;
        row.map(|(card,)| Card::decode(&card).map_err(|_| Error::Damaged(format!("card {item:?}")))).transpose()
    }

    /// [`was_alert`] for whoever writes.
    pub async fn was_alert(&mut self, external: &str) -> Result<bool, Error> {
        was_alert(&mut self.connection, external).await
    }

    pub async fn last_seq(&mut self) -> Result<Seq, Error> {
        let (seq,): (i64,) = sqlx::query_as("SELECT COALESCE(MAX(seq), 0) FROM log").fetch_one(&mut *self.connection).await?;
        Seq::try_from(seq).map_err(|_| Error::Damaged("seq".into()))
    }

    pub async fn append(&mut self, entry: &Entry, at: Time) -> Result<(), Error> {
        let (kind, card) = match &entry.what {
            Logged::Card(bytes) => (1i64, bytes),
            Logged::Gone(bytes) => (2, bytes),
        };
        let (kid, sig, body) = match &entry.body {
            Some((kid, sig, body)) => (Some(kid.0.to_vec()), Some(sig.0.to_vec()), Some(body.clone())),
            None => (None, None, None),
        };
        sqlx::query("INSERT INTO log (seq, item, revision, kind, card, body, kid, sig, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(i64::from(entry.seq))
            .bind(entry.id.0.to_vec())
            .bind(i64::from(entry.revision))
            .bind(kind)
            .bind(card.clone())
            .bind(body)
            .bind(kid)
            .bind(sig)
            .bind(at.0)
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    pub async fn add_media(&mut self, media: &MediaRef, at: Time) -> Result<(), Error> {
        sqlx::query("INSERT OR IGNORE INTO media (file, bytes, width, height, seconds, at) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(&media.file)
            .bind(i64::from(media.bytes))
            .bind(i64::from(media.width))
            .bind(i64::from(media.height))
            .bind(i64::from(media.seconds))
            .bind(at.0)
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }
}

fn id_of(external: &str, nonce: u32) -> ItemId {
    let mut text = [b"bantin-id\0", external.as_bytes()].concat();
    if nonce > 0 {
        text.push(0);
        text.extend_from_slice(&nonce.to_be_bytes());
    }
    let h = hash(&text);
    ItemId([h[0], h[1], h[2], h[3], h[4]])
}
