//! The audit: one line for each step, never changed, each bound to the one before.

use crate::error::Error;
use crate::store::tx::Noted;
use crate::store::{Store, Tx};
use domain::content::Time;
use domain::sign::hash;

/// What is written down of a step.
#[derive(Clone, Debug, Default)]
pub struct Note<'a> {
    /// `None` for the server itself.
    pub actor: Option<i64>,
    pub action: &'a str,
    pub work: Option<i64>,
    /// The account it was done to.
    pub account: Option<i64>,
    pub before: &'a str,
    pub after: &'a str,
    /// Remark or reason.
    pub words: &'a str,
}

/// A line as it stands there.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: i64,
    pub at: Time,
    /// Name of the actor; empty for the server itself.
    pub actor: String,
    pub action: String,
    pub work: Option<i64>,
    /// Name of the account it was done to.
    pub account: String,
    pub before: String,
    pub after: String,
    pub words: String,
}

/// What a line says was done.
#[derive(Clone, Debug)]
pub struct Done {
    pub actor: Option<i64>,
    pub action: String,
    pub work: Option<i64>,
}

fn link(before: &[u8], at: Time, note: &Note) -> [u8; 32] {
    let number = |value: Option<i64>| value.unwrap_or(-1).to_be_bytes();
    let mut all = before.to_vec();
    for part in [at.0.to_be_bytes(), number(note.actor), number(note.work), number(note.account)] {
        all.extend(part);
    }
    for text in [note.action, note.before, note.after, note.words] {
        all.extend((text.len() as u64).to_be_bytes());
        all.extend(text.as_bytes());
    }
    hash(&all)
}

impl Tx {
    /// Number of the line.
    pub async fn note(&mut self, at: Time, note: Note<'_>) -> Result<i64, Error> {
        let last: Option<(Vec<u8>,)> =
            sqlx::query_as("SELECT chain FROM audit ORDER BY id DESC LIMIT 1").fetch_optional(self.raw()).await?;
        let chain = link(&last.map_or_else(Vec::new, |(chain,)| chain), at, &note);
        let done = sqlx::query("INSERT INTO audit (at, actor, action, work, account, before, after, words, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(at.0)
            .bind(note.actor)
            .bind(note.action)
            .bind(note.work)
            .bind(note.account)
            .bind(note.before)
            .bind(note.after)
            .bind(note.words)
            .bind(chain.to_vec())
            .execute(self.raw())
            .await?;
        let id = done.last_insert_rowid();
        let Note { actor, action, work, account, before, after, .. } = note;
        let (action, before, after) = (action.to_owned(), before.to_owned(), after.to_owned());
        self.noted.push(Noted { id, actor, action, work, account, before, after, chain });
        Ok(id)
    }
}

impl Store {
    /// The newest lines, of one work or of all, those before `before`.
    pub async fn audit(&self, work: Option<i64>, before: Option<i64>, count: u32) -> Result<Vec<Line>, Error> {
        type Row = (i64, i64, Option<String>, String, Option<i64>, Option<String>, String, String, String);
        // Two questions rather than one with "or": only so is the index of works read.
        let of = if work.is_some() { "l.work = ?1" } else { "?1 IS NULL" };
        let select = "SELECT l.id, l.at, a.name, l.action, l.work, o.name, l.before, l.after, l.words FROM audit l \
             LEFT JOIN account a ON a.id = l.actor LEFT JOIN account o ON o.id = l.account WHERE ";
        let rows: Vec<Row> =
            sqlx::query_as(sqlx::AssertSqlSafe([select, of, " AND l.id < ?2 ORDER BY l.id DESC LIMIT ?3"].concat()))
                .bind(work)
                .bind(before.unwrap_or(i64::MAX))
                .bind(i64::from(count))
                .fetch_all(&self.readers)
                .await?;
        let line = |(id, at, actor, action, work, account, before, after, words): Row| Line {
            id,
            at: Time(at),
            actor: actor.unwrap_or_default(),
            action,
            work,
            account: account.unwrap_or_default(),
            before,
            after,
            words,
        };
        Ok(rows.into_iter().map(line).collect())
    }

    pub async fn audit_line(&self, id: i64) -> Result<Option<Done>, Error> {
        let row: Option<(Option<i64>, String, Option<i64>)> =
            sqlx::query_as("SELECT actor, action, work FROM audit WHERE id = ?").bind(id).fetch_optional(&self.readers).await?;
        Ok(row.map(|(actor, action, work)| Done { actor, action, work }))
    }

    /// The first line that does not follow from the one before; `None` where the whole chain holds.
    pub async fn broken_audit(&self) -> Result<Option<i64>, Error> {
        type Row = (i64, i64, Option<i64>, String, Option<i64>, Option<i64>, String, String, String, Vec<u8>);
        let rows: Vec<Row> =
            sqlx::query_as("SELECT id, at, actor, action, work, account, before, after, words, chain FROM audit ORDER BY id")
                .fetch_all(&self.readers)
                .await?;
        let mut last = Vec::new();
        for (id, at, actor, action, work, account, before, after, words, chain) in rows {
            let note = Note { actor, action: &action, work, account, before: &before, after: &after, words: &words };
            if link(&last, Time(at), &note)[..] != chain[..] {
                return Ok(Some(id));
            }
            last = chain;
        }
        Ok(None)
    }
}
