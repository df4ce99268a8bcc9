//! What people are told of at the desk: one line each, until they have seen it.

use crate::error::Error;
use crate::store::{Store, Tx};
use domain::content::Time;

/// A line of the audit as one person is told of it.
#[derive(Clone, Debug)]
pub struct Notice {
    pub id: i64,
    pub work: i64,
    /// Folded title of the work.
    pub title: String,
    pub action: String,
    /// Name of whoever did it; empty for the server itself.
    pub actor: String,
    pub at: Time,
}

impl Store {
    /// What somebody has not seen yet, the newest first.
    pub async fn notices(&self, account: i64) -> Result<Vec<Notice>, Error> {
        type Row = (i64, i64, Vec<u8>, String, Option<String>, i64);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT n.id, n.work, w.text, l.action, a.name, l.at FROM notice n JOIN audit l ON l.id = n.line \
             JOIN work w ON w.id = n.work LEFT JOIN account a ON a.id = l.actor \
             WHERE n.account = ? AND n.seen = 0 ORDER BY n.id DESC LIMIT 30",
        )
        .bind(account)
        .fetch_all(&self.readers)
        .await?;
        let notice = |(id, work, text, action, actor, at): Row| {
            let title = super::work::title(&text);
            Notice { id, work, title, action, actor: actor.unwrap_or_default(), at: Time(at) }
        };
        Ok(rows.into_iter().map(notice).collect())
    }
}

impl Tx {
    /// Told twice of the same line, nobody hears of it twice.
    pub async fn add_notice(&mut self, account: i64, work: i64, line: i64) -> Result<(), Error> {
        sqlx::query("INSERT OR IGNORE INTO notice (account, work, line) VALUES (?, ?, ?)")
            .bind(account)
            .bind(work)
            .bind(line)
            .execute(self.raw())
            .await?;
        Ok(())
    }

    /// Somebody has seen his notices up to this one.
    pub async fn see_notices(&mut self, account: i64, until: i64) -> Result<(), Error> {
        sqlx::query("UPDATE notice SET seen = 1 WHERE account = ? AND id <= ?")
            .bind(account)
            .bind(until)
            .execute(self.raw())
            .await?;
        Ok(())
    }

    /// What was seen need not be kept: the audit has it.
    pub async fn drop_seen_notices(&mut self) -> Result<(), Error> {
        sqlx::query("DELETE FROM notice WHERE seen = 1").execute(self.raw()).await?;
        Ok(())
    }
}
