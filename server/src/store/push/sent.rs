//! Publications that are told by push, and what each subscription got of them.

use crate::error::Error;
use crate::opens::SHOWN;
use crate::store::desk::{Job, JobKind, job};
use crate::store::{Store, Tx};
use domain::content::{ItemId, Time};
use domain::wire::Seq;

/// A message that failed waits no longer than this, in seconds.
const LONGEST: i64 = 360;

/// What a subscription got of a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Position of the last message that was taken or refused for good; 0 before that.
    pub seq: Seq,
    /// Level of the last message shown; 0 while nothing was, and once that was called off.
    pub level: u8,
    /// Level that was heard of, see [`domain::alert::Call::heard`].
    pub heard: u8,
    /// Position of the first message since then that was perhaps sent.
    pub trying: Option<Seq>,
}

impl Sent {
    /// Level that was heard of there; `None` where certainly nothing was shown that still stands.
    pub fn heard(&self) -> Option<u8> {
        (self.level > 0 || self.trying.is_some()).then_some(self.heard)
    }
}

/// How the push of one message to one subscription ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Accepted,
    /// Refused for good.
    Failed,
    /// Certainly not taken; it is tried again.
    NotYet,
    /// There is no such subscription any more.
    Gone,
}

/// What became of a push.
#[derive(Clone, Copy, Debug)]
pub struct Settled {
    /// Of the subscription.
    pub id: i64,
    pub fate: Fate,
    /// The least and the most that it has heard of with this, see [`domain::alert::Call::heard`].
    pub heard: (u8, u8),
}

/// How many phones a publication reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    pub accepted: i64,
    pub failed: i64,
    pub gone: i64,
    /// Nobody is still to be told.
    pub ended: bool,
}

impl Reach {
    /// What officials may see: no number below [`SHOWN`], which would tell of single people.
    pub fn told(&self) -> Option<i64> {
        (self.accepted >= SHOWN).then_some(self.accepted)
    }
}

/// As it lies in the database.
pub(super) fn read(seq: i64, level: i64, heard: i64, trying: Option<i64>) -> Result<Sent, Error> {
    let damaged = |_| Error::Damaged("push_sent".into());
    let trying = trying.map(Seq::try_from).transpose().map_err(damaged)?;
    let (level, heard) = (u8::try_from(level).map_err(damaged)?, u8::try_from(heard).map_err(damaged)?);
    Ok(Sent { seq: Seq::try_from(seq).map_err(damaged)?, level, heard, trying })
}

impl Store {
    /// When the sender first took a publication up; `None` where it has not.
    pub async fn push_began(&self, seq: Seq) -> Result<Option<Time>, Error> {
        let sql = "SELECT began FROM push_run WHERE seq = ?";
        let row: Option<(Option<i64>,)> = sqlx::query_as(sql).bind(i64::from(seq)).fetch_optional(&self.readers).await?;
        Ok(row.and_then(|(began,)| began.map(Time)))
    }

    /// Messages that wait for their push, in their order; those that failed not before their time. None waits for longer than
    /// [`LONGEST`]: what lies further ahead was written down while the clock was fast.
    pub async fn due_pushes(&self, now: Time) -> Result<Vec<(Job, Seq)>, Error> {
        let rows: Vec<job::Row> = sqlx::query_as(
            "SELECT id, key, due, tries, trouble FROM job WHERE kind = 'push' AND (due <= ? OR due > ?) ORDER BY id LIMIT 1000",
        )
        .bind(now.0)
        .bind(now.plus(LONGEST).0)
        .fetch_all(&self.readers)
        .await?;
        let push = |row| {
            let job = job::read(row)?;
            let seq = Seq::try_from(job.about).ok()?;
            Some((job, seq))
        };
        let mut found: Vec<(Job, Seq)> = rows.into_iter().filter_map(push).collect();
        found.sort_unstable_by_key(|(_, seq)| *seq);
        Ok(found)
    }

    /// The chains under which these items were told before, each once.
    pub async fn push_chains(&self, items: &[ItemId]) -> Result<Vec<ItemId>, Error> {
        let mut chains = Vec::new();
        for item in items {
            let sql = "SELECT chain FROM push_run WHERE item = ? AND chain IS NOT NULL ORDER BY seq DESC LIMIT 1";
            let row: Option<(Vec<u8>,)> = sqlx::query_as(sql).bind(item.0.to_vec()).fetch_optional(&self.readers).await?;
            if let Some((chain,)) = row {
                let chain = ItemId(chain.try_into().map_err(|_| Error::Damaged("push_run".into()))?);
                if !chains.contains(&chain) {
                    chains.push(chain);
                }
            }
        }
        Ok(chains)
    }

    /// What became of the push of every publication of an item, all revisions together; `None` where none was pushed.
    pub async fn push_reach(&self, item: ItemId) -> Result<Option<Reach>, Error> {
        let sql = "SELECT COUNT(*), COALESCE(SUM(accepted), 0), COALESCE(SUM(failed), 0), COALESCE(SUM(gone), 0), \
                   COUNT(ended) FROM push_run WHERE item = ?";
        let (runs, accepted, failed, gone, ended): (i64, i64, i64, i64, i64) =
            sqlx::query_as(sql).bind(item.0.to_vec()).fetch_one(&self.readers).await?;
        Ok((runs > 0).then_some(Reach { accepted, failed, gone, ended: ended == runs }))
    }

    /// Seconds that the push of the newest publication took; `None` where there was none, or it is not over.
    pub async fn last_push(&self) -> Result<Option<i64>, Error> {
        let sql = "SELECT ended - began FROM push_run WHERE ended IS NOT NULL AND began IS NOT NULL ORDER BY seq DESC LIMIT 1";
        let row: Option<(i64,)> = sqlx::query_as(sql).fetch_optional(&self.readers).await?;
        Ok(row.map(|(seconds,)| seconds))
    }
}

impl Tx {
    /// A publication that is to be told by push, from now on.
    pub async fn add_push(&mut self, seq: Seq, item: ItemId, now: Time) -> Result<(), Error> {
        sqlx::query("INSERT INTO push_run (seq, item) VALUES (?, ?)")
            .bind(i64::from(seq))
            .bind(item.0.to_vec())
            .execute(self.raw())
            .await?;
        self.add_job(JobKind::Push, seq.into(), now, now).await
    }

    /// An item that was told by push is told at `due` to whoever has come since; where it is still being told, to him too.
    pub async fn tell_again(&mut self, item: ItemId, due: Time, now: Time) -> Result<(), Error> {
        let sql = "SELECT MAX(seq) FROM push_run WHERE item = ?";
        let row: (Option<i64>,) = sqlx::query_as(sql).bind(item.0.to_vec()).fetch_one(self.raw()).await?;
        let Some(seq) = row.0 else { return Ok(()) };
        // Put off for nobody: else many who come one after the other would keep it from all of them.
        sqlx::query("INSERT INTO job (kind, key, due, at) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING")
            .bind(JobKind::Push.name())
            .bind(JobKind::Push.key(seq))
            .bind(due.0)
            .bind(now.0)
            .execute(self.raw())
            .await?;
        Ok(())
    }

    /// Whether an item was ever to be told by push.
    pub async fn was_pushed(&mut self, item: ItemId) -> Result<bool, Error> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT seq FROM push_run WHERE item = ? LIMIT 1")
            .bind(item.0.to_vec())
            .fetch_optional(self.raw())
            .await?;
        Ok(row.is_some())
    }

    /// The sender takes a publication up, or takes it up again; gives when it first did.
    pub async fn begin_push(&mut self, seq: Seq, chain: ItemId, now: Time) -> Result<Time, Error> {
        let sql = "UPDATE push_run SET chain = ?, began = COALESCE(began, ?) WHERE seq = ? RETURNING began";
        let row: Option<(i64,)> =
            sqlx::query_as(sql).bind(chain.0.to_vec()).bind(now.0).bind(i64::from(seq)).fetch_optional(self.raw()).await?;
        Ok(row.map_or(now, |(began,)| Time(began)))
    }

    /// A message ends, or goes on with, events that were told apart: whoever heard of one of them hears it.
    pub async fn join_pushes(&mut self, others: &[ItemId], chain: ItemId) -> Result<(), Error> {
        for other in others {
            let (from, to) = (other.0.to_vec(), chain.0.to_vec());
            for table in ["push_sent", "push_run"] {
                let sql = ["UPDATE OR IGNORE ", table, " SET chain = ? WHERE chain = ?"].concat();
                sqlx::query(sqlx::AssertSqlSafe(sql)).bind(&to).bind(&from).execute(self.raw()).await?;
            }
            // Who heard of both.
            sqlx::query("DELETE FROM push_sent WHERE chain = ?").bind(from).execute(self.raw()).await?;
        }
        Ok(())
    }

    /// Nobody is to be told any more of what a chain said before `seq`, also where its run failed and waits to be tried again;
    /// but for the items of `keep`, which still stand.
    pub async fn end_older_pushes(&mut self, chain: ItemId, seq: Seq, keep: &[ItemId], now: Time) -> Result<(), Error> {
        let sql = "SELECT seq, item FROM push_run WHERE chain = ? AND seq < ? AND ended IS NULL";
        let rows: Vec<(i64, Vec<u8>)> =
            sqlx::query_as(sql).bind(chain.0.to_vec()).bind(i64::from(seq)).fetch_all(self.raw()).await?;
        for (older, item) in rows {
            if !keep.iter().any(|kept| kept.0[..] == item[..]) {
                let older = Seq::try_from(older).map_err(|_| Error::Damaged("push_run".into()))?;
                self.end_push(older, now).await?;
            }
        }
        Ok(())
    }

    /// Nobody is to be told of it any more; its job goes. It ended when that was first so.
    pub async fn end_push(&mut self, seq: Seq, now: Time) -> Result<(), Error> {
        sqlx::query("UPDATE push_run SET ended = COALESCE(ended, ?) WHERE seq = ?")
            .bind(now.0)
            .bind(i64::from(seq))
            .execute(self.raw())
            .await?;
        self.drop_job(JobKind::Push, seq.into()).await
    }

    /// These are about to be sent a message.
    pub async fn try_pushes(&mut self, chain: ItemId, seq: Seq, ids: &[i64], now: Time) -> Result<(), Error> {
        let sql = "INSERT INTO push_sent (subscription, chain, seq, level, trying, at) VALUES (?, ?, 0, 0, ?, ?) \
                   ON CONFLICT (subscription, chain) DO UPDATE SET trying = COALESCE(trying, excluded.trying), at = excluded.at";
        for id in ids {
            let query = sqlx::query(sql).bind(*id).bind(chain.0.to_vec()).bind(i64::from(seq)).bind(now.0);
            query.execute(self.raw()).await?;
        }
        Ok(())
    }

    /// How it went. `level` is what the message shows.
    pub async fn settle_push(&mut self, chain: ItemId, seq: Seq, level: u8, how: &Settled, now: Time) -> Result<(), Error> {
        let Settled { id, fate, heard: (least, most) } = *how;
        if fate == Fate::Gone {
            sqlx::query("DELETE FROM push_sent WHERE subscription = ?").bind(id).execute(self.raw()).await?;
            sqlx::query("DELETE FROM subscription WHERE id = ?").bind(id).execute(self.raw()).await?;
            return Ok(());
        }
        let done = if fate == Fate::NotYet { 0 } else { seq };
        let sql = "UPDATE push_sent SET seq = MAX(seq, ?1), at = ?5, \
                   level = CASE WHEN ?2 AND ?3 >= seq THEN ?4 ELSE level END, \
                   heard = CASE WHEN ?2 AND ?3 >= seq THEN MIN(MAX(heard, ?8), ?9) ELSE heard END, \
                   trying = CASE WHEN ?2 OR trying = ?3 THEN NULL ELSE trying END WHERE subscription = ?6 AND chain = ?7";
        sqlx::query(sql)
            .bind(i64::from(done))
            .bind(fate == Fate::Accepted)
            .bind(i64::from(seq))
            .bind(level)
            .bind(now.0)
            .bind(id)
            .bind(chain.0.to_vec())
            .bind(least)
            .bind(most)
            .execute(self.raw())
            .await?;
        if fate == Fate::Accepted {
            self.saw_subscription(id, now).await?;
        }
        Ok(())
    }

    pub async fn count_push(&mut self, seq: Seq, more: Reach) -> Result<(), Error> {
        sqlx::query("UPDATE push_run SET accepted = accepted + ?, failed = failed + ?, gone = gone + ? WHERE seq = ?")
            .bind(more.accepted)
            .bind(more.failed)
            .bind(more.gone)
            .bind(i64::from(seq))
            .execute(self.raw())
            .await?;
        Ok(())
    }

    /// Forgets who was sent what before an instant; the sums stay.
    pub async fn forget_pushes(&mut self, before: Time) -> Result<(), Error> {
        sqlx::query("DELETE FROM push_sent WHERE at < ?").bind(before.0).execute(self.raw()).await?;
        Ok(())
    }
}
