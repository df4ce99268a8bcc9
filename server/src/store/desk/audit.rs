//! The audit: one line for each step, never changed, each bound to the one before.

use crate::error::Error;
use crate::store::tx::Noted;
use crate::store::{Store, Tx};
use domain::content::Time;
use domain::editorial::Hash;
use domain::sign::hash;
use futures_util::TryStreamExt;
use std::collections::{HashMap, HashSet};

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
    /// SHA-256 of the text that it was done to, one of the versions that are kept.
    pub text: Option<Hash>,
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
    // Older lines have none, and keep what they were linked by.
    all.extend(note.text.iter().flatten());
    hash(&all)
}

impl Tx {
    /// Number of the line.
    pub async fn note(&mut self, at: Time, note: Note<'_>) -> Result<i64, Error> {
        let last: Option<(Vec<u8>,)> =
            sqlx::query_as("SELECT chain FROM audit ORDER BY id DESC LIMIT 1").fetch_optional(self.raw()).await?;
        let chain = link(&last.map_or_else(Vec::new, |(chain,)| chain), at, &note);
        let done = sqlx::query("INSERT INTO audit (at, actor, action, work, account, before, after, words, text, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(at.0)
            .bind(note.actor)
            .bind(note.action)
            .bind(note.work)
            .bind(note.account)
            .bind(note.before)
            .bind(note.after)
            .bind(note.words)
            .bind(note.text.map(|hash| hash.to_vec()))
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
        let _alone = self.audits.acquire().await;
        type Row = (i64, i64, Option<i64>, String, Option<i64>, Option<i64>, String, String, String, Option<Vec<u8>>, Vec<u8>);
        let mut rows = sqlx::query_as::<_, Row>(
            "SELECT id, at, actor, action, work, account, before, after, words, text, chain FROM audit ORDER BY id",
        )
        .fetch(&self.readers);
        let mut last = Vec::new();
        while let Some((id, at, actor, action, work, account, before, after, words, text, chain)) = rows.try_next().await? {
            let text = match text.map(Hash::try_from).transpose() {
                Ok(text) => text,
                Err(_) => return Ok(Some(id)),
            };
            let note = Note { actor, action: &action, work, account, before: &before, after: &after, words: &words, text };
            if link(&last, Time(at), &note)[..] != chain[..] {
                return Ok(Some(id));
            }
            last = chain;
        }
        Ok(None)
    }

    /// The first line whose text is not what is stored of its work: no kept version is that text, or the work as it was
    /// approved or published since is another. `None` where every text is as it was judged.
    pub async fn untrue_text(&self) -> Result<Option<i64>, Error> {
        let _alone = self.audits.acquire().await;
        // One picture of the whole, while others go on writing.
        let mut picture = self.readers.begin().await?;
        let mut versions: HashSet<(i64, Hash)> = HashSet::new();
        let mut rows = sqlx::query_as::<_, (i64, Vec<u8>)>("SELECT work, text FROM version").fetch(&mut *picture);
        while let Some((work, text)) = rows.try_next().await? {
            versions.insert((work, hash(&text)));
        }
        drop(rows);
        // What was last approved and last published of each work, and the line that says so.
        let (mut approved, mut published) = (HashMap::new(), HashMap::new());
        type Judged = (i64, String, i64, Vec<u8>);
        let judged = "SELECT id, action, work, text FROM audit WHERE work IS NOT NULL AND text IS NOT NULL ORDER BY id";
        let mut lines = sqlx::query_as::<_, Judged>(judged).fetch(&mut *picture);
        while let Some((id, action, work, text)) = lines.try_next().await? {
            let known = Hash::try_from(text).ok().filter(|text| versions.contains(&(work, *text)));
            let Some(text) = known else { return Ok(Some(id)) };
            match action.as_str() {
                "approve" => drop(approved.insert(work, (id, text))),
                "publish" | "take-over" => drop(published.insert(work, (id, text))),
                _ => {}
            }
        }
        drop(lines);
        type Row = (i64, bool, bool, Vec<u8>, Option<Vec<u8>>);
        let mut rows = sqlx::query_as::<_, Row>("SELECT id, approved IS NOT NULL, live, text, published FROM work ORDER BY id")
            .fetch(&mut *picture);
        let mut untrue: Option<i64> = None;
        while let Some((work, judged, live, text, readers)) = rows.try_next().await? {
            let other = |line: Option<&(i64, Hash)>, text: &[u8]| line.filter(|(_, said)| *said != hash(text)).map(|(id, _)| *id);
            let found = [
                judged.then(|| other(approved.get(&work), &text)).flatten(),
                readers.filter(|_| live).and_then(|text| other(published.get(&work), &text)),
            ];
            untrue = found.into_iter().flatten().chain(untrue).min();
        }
        Ok(untrue)
    }

    /// Who approved and scheduled a work since it was last sent in.
    pub async fn judges(&self, work: i64) -> Result<Vec<i64>, Error> {
        let rows: Vec<(i64,)> = sqlx::query_as(
            "SELECT DISTINCT actor FROM audit WHERE work = ?1 AND action IN ('approve', 'schedule') AND actor IS NOT NULL \
             AND id > (SELECT COALESCE(MAX(id), 0) FROM audit WHERE work = ?1 AND action = 'submit')",
        )
        .bind(work)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().map(|(actor,)| actor).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::store::schema;
    use std::time::Duration;

    /// A database as the release before wrote it, which bound no text and forgot with each publication who wrote it.
    #[tokio::test]
    async fn lines_that_bind_no_text_still_hold() {
        let folder = tempfile::tempdir().unwrap();
        let mut old = schema::written_by(
            6,
            folder.path(),
            "INSERT INTO work (id, stage, live, version, text, hash, title, hands, item, created_by, at, changed) \
             VALUES (9, 'withdrawn', 0, 3, CAST('{}' AS BLOB), zeroblob(32), '', '', x'0102030405', 4, 1, 1); \
             INSERT INTO version VALUES (9, 1, x'7b7d', 4, 1, 1), (9, 2, x'7b7d', 5, 1, 1), (9, 3, x'7b7d', 4, 1, 1)",
        )
        .await;
        // Actor 4, work 9, no account; then each text after its length.
        let mut line = [7i64, 4, 9, -1].map(i64::to_be_bytes).concat();
        for text in ["approve", "in-review", "approved", ""] {
            line.extend((text.len() as u64).to_be_bytes());
            line.extend(text.as_bytes());
        }
        let add = "INSERT INTO audit (at, actor, action, work, before, after, words, chain) VALUES (7, 4, 'approve', 9, 'in-review', 'approved', '', ?)";
        sqlx::query(add).bind(hash(&line).to_vec()).execute(&mut old).await.unwrap();
        drop(old);

        let store = Store::open(folder.path(), &Clock::default()).await.unwrap();
        let work = store.work(9).await.unwrap().unwrap();
        assert_eq!((work.hands, work.standing), (vec![4, 5], vec![4, 5]), "whoever wrote any of it");
        assert_eq!(store.broken_audit().await.unwrap(), None);
        let mut tx = store.begin().await.unwrap();
        let note = Note { action: "approve", work: Some(9), text: Some(hash(b"{}")), ..Note::default() };
        tx.note(Time(8), note).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((store.broken_audit().await.unwrap(), store.untrue_text().await.unwrap()), (None, None));
        // What a line binds is part of the chain.
        for text in ["NULL", "zeroblob(32)", "x'00'"] {
            let mut tx = store.begin().await.unwrap();
            let change = format!("DROP TRIGGER IF EXISTS audit_stays; UPDATE audit SET text = {text} WHERE id = 2");
            sqlx::raw_sql(sqlx::AssertSqlSafe(change)).execute(tx.raw()).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(store.broken_audit().await.unwrap(), Some(2), "{text}");
        }
    }
    /// However many look at the audit, one connection stays for whom officials and phones wait.
    #[tokio::test]
    async fn whoever_reads_all_of_it_waits_for_whoever_does_already() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), &Clock::default()).await.unwrap();
        // Somebody who has not come to his end.
        let (_connection, alone) = (store.readers.acquire().await.unwrap(), store.audits.acquire().await.unwrap());
        let both = futures_util::future::join(store.broken_audit(), store.untrue_text());
        tokio::pin!(both);
        assert!(tokio::time::timeout(Duration::from_millis(300), &mut both).await.is_err(), "two at once");
        assert_eq!(store.seq().await.unwrap(), 0);
        drop(alone);
        let (whole, untrue) = both.await;
        assert_eq!((whole.unwrap(), untrue.unwrap()), (None, None));
    }
}
