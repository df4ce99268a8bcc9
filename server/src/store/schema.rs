//! The schema: what each version of it added, and how data of an older one are taken over.

use super::{COPIED, desk};
use crate::clock::random;
use crate::error::Error;
use domain::content::Time;
use sqlx::{Connection, SqliteConnection};

/// What came with each version of the schema, the first one first. Steps that were released never change.
pub(super) const STEPS: [&[&str]; 12] = [
    &[include_str!("schema.sql")],
    &[include_str!("desk.sql")],
    &[include_str!("link.sql")],
    &[include_str!("push.sql")],
    &[include_str!("cap.sql")],
    &[include_str!("tree.sql")],
    &[include_str!("bound.sql"), include_str!("begun.sql"), include_str!("list.sql")],
    &[include_str!("had.sql")],
    &[include_str!("named.sql")],
    &[include_str!("secure.sql")],
    &[include_str!("heard.sql")],
    &[include_str!("ways.sql")],
];
const SCHEMA_VERSION: i64 = STEPS.len() as i64;
/// The version that brought lists of works, filled from what was there.
const LISTS: i64 = 7;

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
    for (step, brought) in STEPS.iter().zip(1..).filter(|(_, brought)| *brought > version) {
        for sql in *step {
            sqlx::raw_sql(*sql).execute(&mut *tx).await?;
        }
        match brought {
            1 => {
                sqlx::query(put).bind("created").bind(now.0.to_be_bytes().to_vec()).execute(&mut *tx).await?;
                sqlx::query(put).bind(COPIED).bind(vec![0u8]).execute(&mut *tx).await?;
            }
            LISTS => desk::fill_lists(&mut tx).await?,
            _ => {}
        }
    }
    if version < SCHEMA_VERSION {
        let newest = format!("PRAGMA user_version = {SCHEMA_VERSION}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(newest)).execute(&mut *tx).await?;
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

/// A database as the release of a version of the schema wrote it, with more in it.
#[cfg(test)]
pub(super) async fn written_by(version: usize, folder: &std::path::Path, more: &'static str) -> SqliteConnection {
    let path = folder.join(super::FILE);
    let mut old = SqliteConnection::connect_with(&super::options(&path).create_if_missing(true)).await.unwrap();
    for sql in STEPS[..version].iter().copied().flatten() {
        sqlx::raw_sql(*sql).execute(&mut old).await.unwrap();
    }
    let meta = "INSERT INTO meta VALUES ('created', x'0000000000000001'), ('epoch', x'0000000000000007'); PRAGMA user_version = ";
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("{meta}{version}; {more}"))).execute(&mut old).await.unwrap();
    old
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::store::Store;

    async fn number(connection: &mut SqliteConnection, sql: &'static str) -> i64 {
        sqlx::query_as::<_, (i64,)>(sql).fetch_one(connection).await.unwrap().0
    }

    #[tokio::test]
    async fn data_of_the_first_release_are_taken_over_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        drop(written_by(1, folder.path(), "").await);
        let store = Store::open(folder.path(), &Clock::default()).await.unwrap();
        assert_eq!((store.epoch, store.created), (7, Time(1)), "phones go on with what they have");
        assert!(!store.any_account().await.unwrap());
        store.close().await;

        // Something stands in the way in the middle: nothing of the new schema stays, and the next try finds what was there.
        let folder = tempfile::tempdir().unwrap();
        let mut old = written_by(1, folder.path(), "CREATE TABLE job (id INTEGER)").await;
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
        let more = "INSERT INTO origin (external, item, content, revision, sample) \
             VALUES ('a', x'0000000001', zeroblob(32), 3, 0), ('b', x'0000000002', NULL, 0, 0)";
        drop(written_by(1, folder.path(), more).await);
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
        let mut old = written_by(6, folder.path(), "").await;
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

    /// What is asked while a stranger subscribes, and for each recording of each version that is shown.
    #[tokio::test]
    async fn nothing_is_looked_for_row_by_row_where_others_wait() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), &Clock::default()).await.unwrap();
        for (sql, way) in
            [(crate::store::push::ANY_UNPROVEN.to_owned(), "subscription_unproven"), (desk::upload::voice(), "upload_file")]
        {
            let plan = ["EXPLAIN QUERY PLAN ", &sql].concat();
            let steps: Vec<(i64, i64, i64, String)> =
                sqlx::query_as(sqlx::AssertSqlSafe(plan)).fetch_all(&store.readers).await.unwrap();
            assert!(steps.iter().any(|(.., step)| step.contains(way)), "{steps:?}");
        }
    }

    /// On a full disk a start must not need what a write needs.
    #[tokio::test]
    async fn a_start_on_data_of_this_release_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let start = async || {
            Store::open(folder.path(), &Clock::default()).await.unwrap().close().await;
            std::fs::read(folder.path().join(crate::store::FILE)).unwrap()
        };
        let first = start().await;
        assert!(start().await == first, "something was written");
    }
}
