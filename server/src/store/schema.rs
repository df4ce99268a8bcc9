//! The schema: what each version of it added, and how data of an older one are taken over.

use super::{COPIED, desk};
use crate::clock::random;
use crate::error::Error;
use domain::content::Time;
use sqlx::{Connection, SqliteConnection};

pub(super) const SCHEMA: &str = include_str!("schema.sql");
/// What came with each later version of the schema.
pub(super) const DESK: &str = include_str!("desk.sql");
pub(super) const LINK: &str = include_str!("link.sql");
pub(super) const PUSH: &str = include_str!("push.sql");
pub(super) const CAP: &str = include_str!("cap.sql");
pub(super) const TREE: &str = include_str!("tree.sql");
const BOUND: &str = include_str!("bound.sql");
const BEGUN: &str = include_str!("begun.sql");
const LIST: &str = include_str!("list.sql");
const HAD: &str = include_str!("had.sql");
const NAMED: &str = include_str!("named.sql");
const SECURE: &str = include_str!("secure.sql");
const HEARD: &str = include_str!("heard.sql");
const SCHEMA_VERSION: i64 = 11;

/// Whether there are data of an older release, which [`prepare`] would change.
pub(super) async fn is_older(reader: &mut SqliteConnection) -> Result<bool, Error> {
    let (version,): (i64,) = sqlx::query_as("PRAGMA user_version").fetch_one(reader).await?;
    Ok((1..SCHEMA_VERSION).contains(&version))
}

/// Brings the schema up to date and returns the epoch, when it began, and the birth of the store.
pub(super) async fn prepare(writer: &mut SqliteConnection, now: Time) -> Result<(u64, Time, Time), Error> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    let (version,): (i64,) = sqlx::query_as("PRAGMA user_version").fetch_one(&mut *tx).await?;
    if version > SCHEMA_VERSION {
        return Err(Error::NewerData(version));
    }
    let put = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)";
    if version == 0 {
        sqlx::raw_sql(SCHEMA).execute(&mut *tx).await?;
        sqlx::query(put).bind("created").bind(now.0.to_be_bytes().to_vec()).execute(&mut *tx).await?;
        sqlx::query(put).bind(COPIED).bind(vec![0u8]).execute(&mut *tx).await?;
    }
    if version < 2 {
        sqlx::raw_sql(DESK).execute(&mut *tx).await?;
    }
    if version < 3 {
        sqlx::raw_sql(LINK).execute(&mut *tx).await?;
    }
    if version < 4 {
        sqlx::raw_sql(PUSH).execute(&mut *tx).await?;
    }
    if version < 5 {
        sqlx::raw_sql(CAP).execute(&mut *tx).await?;
    }
    if version < 6 {
        sqlx::raw_sql(TREE).execute(&mut *tx).await?;
    }
    if version < 7 {
        for sql in [BOUND, BEGUN, LIST] {
            sqlx::raw_sql(sql).execute(&mut *tx).await?;
        }
        desk::fill_lists(&mut tx).await?;
    }
    if version < 8 {
        sqlx::raw_sql(HAD).execute(&mut *tx).await?;
    }
    if version < 9 {
        sqlx::raw_sql(NAMED).execute(&mut *tx).await?;
    }
    if version < 10 {
        sqlx::raw_sql(SECURE).execute(&mut *tx).await?;
    }
    if version < 11 {
        sqlx::raw_sql(HEARD).execute(&mut *tx).await?;
        sqlx::raw_sql("PRAGMA user_version = 11").execute(&mut *tx).await?;
    }
    let copied = sqlx::query("DELETE FROM meta WHERE key = ?").bind(COPIED).execute(&mut *tx).await?;
    if copied.rows_affected() > 0 {
        sqlx::query(put).bind("epoch").bind(random::<8>().to_vec()).execute(&mut *tx).await?;
        sqlx::query(put).bind("begun").bind(now.0.to_be_bytes().to_vec()).execute(&mut *tx).await?;
    }
    let mut number = async |key: &'static str| {
        let row = sqlx::query_as("SELECT value FROM meta WHERE key = ?").bind(key).fetch_optional(&mut *tx).await?;
        let value = row.map(|(value,): (Vec<u8>,)| value.try_into().map(i64::from_be_bytes));
        value.transpose().map_err(|_| Error::Damaged(format!("meta {key}")))
    };
    let missing = |key: &str| Error::Damaged(format!("meta {key}"));
    let epoch = number("epoch").await?.ok_or_else(|| missing("epoch"))?;
    let created = number("created").await?.ok_or_else(|| missing("created"))?;
    // Epochs of before this was written down.
    let begun = number("begun").await?.unwrap_or(created);
    tx.commit().await?;
    Ok((epoch as u64, Time(begun), Time(created)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::store::{FILE, Store, options};
    use std::path::Path;

    async fn number(connection: &mut SqliteConnection, sql: &'static str) -> i64 {
        sqlx::query_as::<_, (i64,)>(sql).fetch_one(connection).await.unwrap().0
    }

    /// A database as the first release wrote it.
    async fn first_release(folder: &Path, more: &'static str) -> SqliteConnection {
        let path = folder.join(FILE);
        let mut old = SqliteConnection::connect_with(&options(&path).create_if_missing(true)).await.unwrap();
        sqlx::raw_sql(SCHEMA).execute(&mut old).await.unwrap();
        sqlx::raw_sql("INSERT INTO meta VALUES ('created', x'0000000000000001'), ('epoch', x'0000000000000007')")
            .execute(&mut old)
            .await
            .unwrap();
        sqlx::raw_sql(more).execute(&mut old).await.unwrap();
        old
    }

    #[tokio::test]
    async fn data_of_the_first_release_are_taken_over_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        drop(first_release(folder.path(), "PRAGMA user_version = 1").await);
        let store = Store::open(folder.path(), &Clock::default()).await.unwrap();
        assert_eq!((store.epoch, store.created), (7, Time(1)), "phones go on with what they have");
        assert!(!store.any_account().await.unwrap());
        store.close().await;

        // Something stands in the way in the middle: nothing of the new schema stays, and the next try finds what was there.
        let folder = tempfile::tempdir().unwrap();
        let mut old = first_release(folder.path(), "PRAGMA user_version = 1; CREATE TABLE job (id INTEGER)").await;
        assert!(Store::open(folder.path(), &Clock::default()).await.is_err());
        assert_eq!(number(&mut old, "PRAGMA user_version").await, 1);
        assert_eq!(number(&mut old, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'account'").await, 0);
        sqlx::raw_sql("DROP TABLE job").execute(&mut old).await.unwrap();
        drop(old);
        assert_eq!(Store::open(folder.path(), &Clock::default()).await.unwrap().epoch, 7);
    }

    #[tokio::test]
    async fn what_items_were_last_made_from_is_known_as_something_they_had() {
        let folder = tempfile::tempdir().unwrap();
        let more = "PRAGMA user_version = 1; INSERT INTO origin (external, item, content, revision, sample) \
             VALUES ('a', x'0000000001', zeroblob(32), 3, 0), ('b', x'0000000002', NULL, 0, 0)";
        drop(first_release(folder.path(), more).await);
        let store = Store::open(folder.path(), &Clock::default()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let item = tx.item("a").await.unwrap();
        assert!(tx.had(item, &[0; 32]).await.unwrap());
        tx.set_origin("a", &[1; 32], 4, false).await.unwrap();
        assert!(tx.had(item, &[0; 32]).await.unwrap() && tx.had(item, &[1; 32]).await.unwrap());
        assert!(!tx.had(item, &[2; 32]).await.unwrap());
        tx.roll_back().await;
    }

    #[tokio::test]
    async fn works_that_are_there_are_found_by_what_lists_ask_for_since() {
        let folder = tempfile::tempdir().unwrap();
        let mut old = first_release(folder.path(), "PRAGMA user_version = 6").await;
        for sql in [DESK, LINK, PUSH, CAP, TREE] {
            sqlx::raw_sql(sql).execute(&mut old).await.unwrap();
        }
        let text = r#"{"kind":"bulletin","topics":[0,2],"places":[],"source":"","document":"12/QĐ","source_url":"","issued":"","effective":"","expires":"1970-01-02","start":"","end":"","online":"","supersedes":"","change":"","texts":[{"lang":"vi","title":"Tiêm","summary":"Sởi","text":"","papers":"","fee":"","office":"","hours":"","phone":"","duration":"","venue":"","audio":"","of":""}]}"#;
        let add = "INSERT INTO work (stage, live, version, text, hash, title, hands, created_by, at, changed) \
             VALUES ('draft', 0, 1, ?, x'00', 'tiem', '1', 1, 1, 1)";
        for text in [text, "damaged"] {
            sqlx::query(add).bind(text.as_bytes()).execute(&mut old).await.unwrap();
        }
        drop(old);
        let store = Store::open(folder.path(), &Clock::default()).await.unwrap();
        type Row = (String, i64, i64, Option<i64>);
        let rows: Vec<Row> =
            sqlx::query_as("SELECT words, alert, topics, ends FROM work ORDER BY id").fetch_all(&store.readers).await.unwrap();
        let [(words, alert, topics, ends), damaged] = &rows[..] else { panic!("{rows:?}") };
        assert!(words.contains("tiem") && words.contains("soi") && words.contains("12/qd"), "{words}");
        assert_eq!((*alert, *topics, *ends), (0, 0b101, Time::parse("1970-01-02").map(|end| end.0)));
        assert_eq!(damaged.0, "tiem", "what cannot be read keeps what it had, and keeps nobody out");
    }
}
