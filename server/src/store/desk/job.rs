//! What is to be done later.

use crate::error::Error;
use crate::store::{Store, Tx};
use domain::content::Time;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// A work whose time has come.
    Publish,
    /// A work whose time is over.
    Expire,
    /// A line of the audit, to those whom it concerns.
    Notify,
    /// The links of a work.
    Links,
    /// A file that was brought.
    Encode,
    /// A source.
    Poll,
    /// A position of the log.
    Push,
}

impl JobKind {
    const NAMES: [(JobKind, &str); 7] = [
        (JobKind::Publish, "publish"),
        (JobKind::Expire, "expire"),
        (JobKind::Notify, "notify"),
        (JobKind::Links, "links"),
        (JobKind::Encode, "encode"),
        (JobKind::Poll, "poll"),
        (JobKind::Push, "push"),
    ];

    pub(in crate::store) fn name(self) -> &'static str {
        JobKind::NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// Under which it is stored: the same thing is to be done once.
    pub(in crate::store) fn key(self, about: i64) -> String {
        format!("{}:{about}", self.name())
    }
}

#[derive(Clone, Debug)]
pub struct Job {
    pub id: i64,
    pub kind: JobKind,
    /// Number of the work, line, file, source or position.
    pub about: i64,
    pub due: Time,
    pub tries: i64,
    /// Why it failed last; empty while it has not.
    pub trouble: String,
}

/// Jobs that wait behind one another. Pushes have a lane of their own, see [`Store::due_pushes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// What takes no time.
    Desk,
    /// What asks other servers: alerts of an authority do not wait behind a recording.
    Away,
    /// Questions to authorities that send alerts: nothing that is slow elsewhere holds them up.
    Alerts,
    /// Pictures and recordings.
    Files,
}

/// An authority that sends alerts is never left alone for longer, in seconds, whatever it asks for: where our own line was down
/// through a storm, the alerts of that storm are asked for as soon as it is back.
pub const ALERTS_REST: i64 = 900;

impl Job {
    pub fn key(&self) -> String {
        self.kind.key(self.about)
    }
}

pub(in crate::store) type Row = (i64, String, i64, i64, String);

/// `None` for what only a later release knows how to do.
pub(in crate::store) fn read((id, key, due, tries, trouble): Row) -> Option<Job> {
    let (name, about) = key.split_once(':')?;
    let (kind, _) = *JobKind::NAMES.iter().find(|(_, known)| *known == name)?;
    Some(Job { id, kind, about: about.parse().ok()?, due: Time(due), tries, trouble })
}

impl Store {
    /// Jobs of a lane of the desk whose time has come. Nothing is put off for longer than the longest pause of its lane: what lies
    /// further ahead was written down while the clock was fast. At the desk itself people say when, and keep their time. First come
    /// the authorities whose alerts go out at once: anybody who writes here may name others that answer slowly.
    pub async fn due_jobs(&self, lane: Lane, now: Time, count: u32) -> Result<Vec<Job>, Error> {
        let sql = "SELECT id, key, due, tries, trouble FROM job WHERE kind <> 'push' AND (due <= ?1 OR due > ?2) \
                   AND CASE WHEN kind = 'encode' THEN 'files' \
                   WHEN kind = 'poll' AND EXISTS (SELECT 1 FROM source WHERE cap AND 'poll:' || source.id = key) THEN 'alerts' \
                   WHEN kind IN ('links', 'poll') THEN 'away' ELSE 'desk' END = ?3 \
                   ORDER BY NOT EXISTS (SELECT 1 FROM source WHERE at_once AND 'poll:' || source.id = key), due LIMIT ?4";
        let (lane, ahead) = match lane {
            Lane::Desk => ("desk", i64::MAX),
            // The longest `Retry-After`.
            Lane::Away => ("away", now.plus(7 * 86_400).0),
            Lane::Alerts => ("alerts", now.plus(ALERTS_REST).0),
            Lane::Files => ("files", now.plus(3_600).0),
        };
        let rows: Vec<Row> =
            sqlx::query_as(sql).bind(now.0).bind(ahead).bind(lane).bind(i64::from(count)).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Every job that waits, the next one first.
    pub async fn jobs(&self) -> Result<Vec<Job>, Error> {
        let rows: Vec<Row> = sqlx::query_as("SELECT id, key, due, tries, trouble FROM job ORDER BY due LIMIT 200")
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().filter_map(read).collect())
    }
}

impl Tx {
    /// Asks for something to be done at `due`; asked again, it is the same job at another time.
    pub async fn add_job(&mut self, kind: JobKind, about: i64, due: Time, now: Time) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO job (kind, key, due, at) VALUES (?, ?, ?, ?) \
             ON CONFLICT (key) DO UPDATE SET due = excluded.due, tries = 0, trouble = ''",
        )
        .bind(kind.name())
        .bind(kind.key(about))
        .bind(due.0)
        .bind(now.0)
        .execute(self.raw())
        .await?;
        Ok(())
    }

    pub async fn drop_job(&mut self, kind: JobKind, about: i64) -> Result<(), Error> {
        sqlx::query("DELETE FROM job WHERE key = ?").bind(kind.key(about)).execute(self.raw()).await?;
        Ok(())
    }

    /// Once more at `due`, where it was tried before.
    pub async fn try_job_again(&mut self, id: i64, due: Time) -> Result<(), Error> {
        sqlx::query("UPDATE job SET due = ? WHERE id = ? AND tries > 0").bind(due.0).bind(id).execute(self.raw()).await?;
        Ok(())
    }

    /// A job goes on at `due`, as one that was not tried yet.
    pub async fn set_job_due(&mut self, id: i64, due: Time) -> Result<(), Error> {
        sqlx::query("UPDATE job SET due = ?, tries = 0, trouble = '' WHERE id = ?")
            .bind(due.0)
            .bind(id)
            .execute(self.raw())
            .await?;
        Ok(())
    }

    /// It failed: once more at `due`.
    pub async fn put_job_off(&mut self, id: i64, due: Time, trouble: &str) -> Result<(), Error> {
        sqlx::query("UPDATE job SET due = ?, tries = tries + 1, trouble = ? WHERE id = ?")
            .bind(due.0)
            .bind(trouble)
            .bind(id)
            .execute(self.raw())
            .await?;
        Ok(())
    }
}
