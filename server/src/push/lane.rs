//! Takes up what is to be told: one run for each last word of a chain. What it follows is told to nobody else; last words for
//! different places are told beside each other, and each phone hears the one for it.

use super::outgoing;
use super::payload::Outgoing;
use crate::clock::lasts;
use crate::desk::works::Trouble;
use crate::error::Error;
use crate::site::Site;
use crate::store::desk::Job;
use domain::content::{ItemId, Time};
use domain::wire::Seq;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Runs that are stopped have this long to write down what is under way.
const DRAIN: Duration = Duration::from_secs(6);
/// Who was sent what is forgotten after this many seconds: no chain lives longer.
const MEMORY: i64 = 60 * 86_400;
/// Pause before a run that failed is tried again, in seconds: the first, and the longest.
const PAUSE: i64 = 5;
const MAX_PAUSE: i64 = 300;
/// What seems to be over is looked at so often before it is let go, each time after the longest pause.
const DOUBTS: u8 = 3;

/// A message that is to be told.
struct Due {
    out: Arc<Outgoing>,
    job: Job,
    /// When that was first tried.
    began: Time,
}

/// A run under way.
struct Going {
    out: Arc<Outgoing>,
    job: Job,
    stop: CancellationToken,
    task: JoinHandle<()>,
    /// Where the lane breaks off, its runs do: it is begun anew, and they would go on beside the new ones.
    _lane: DropGuard,
}

/// What goes on while this server runs.
#[derive(Default)]
struct Lane {
    going: BTreeMap<Seq, Going>,
    /// How often each was found to be over since the start, in a row.
    doubts: BTreeMap<Seq, u8>,
}

/// Until `stop`; then runs end where they are, and are begun again at the next start.
pub async fn run(site: Arc<Site>, stop: CancellationToken) {
    let mut lane = Lane::default();
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    let mut snapshots = site.live.subscribe();
    let mut tidied = Time(0);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            // What was published here need not wait for the next second.
            Ok(()) = snapshots.changed() => {}
            () = stop.cancelled() => break,
        }
        lane.going.retain(|_, run| !run.task.is_finished());
        if let Err(cause) = look(&site, &mut lane).await {
            tracing::error!(%cause, "what is to be pushed could not be read");
            site.make_room(&cause);
        }
        if !lasts(tidied, site.now(), 3_600) {
            tidied = site.now();
            if let Err(cause) = tidy(&site).await {
                tracing::error!(%cause, "old pushes could not be forgotten");
            }
        }
    }
    lane.going.values().for_each(|run| run.stop.cancel());
    let last: Vec<AbortHandle> = lane.going.values().map(|run| run.task.abort_handle()).collect();
    let ended = async {
        for run in lane.going.into_values() {
            let _ = run.task.await;
        }
    };
    if tokio::time::timeout(DRAIN, ended).await.is_err() {
        last.iter().for_each(AbortHandle::abort);
        tracing::warn!("some pushes were cut off by the stop");
    }
}

async fn look(site: &Arc<Site>, lane: &mut Lane) -> Result<(), Error> {
    let Lane { going, doubts } = lane;
    let mut due: Vec<Due> = Vec::new();
    for (job, seq) in site.store.due_pushes(site.now()).await? {
        if going.contains_key(&seq) {
            continue;
        }
        if site.live.now().seq() < seq {
            site.refresh().await?;
        }
        let Some(next) = take_up(site, job, seq, doubts).await? else { continue };
        let out = &next.out;
        let newer = going.range(seq + 1..).any(|(_, run)| run.out.is_of(out.chain) && !run.out.lets_stand(out.card.id));
        if newer {
            end(site, seq).await?;
            continue;
        }
        due.retain(|older| !out.is_of(older.out.chain) || out.lets_stand(older.out.card.id));
        due.push(next);
    }
    let mut events: BTreeMap<ItemId, Vec<Due>> = BTreeMap::new();
    for next in due {
        events.entry(next.out.chain).or_default().push(next);
    }
    for mut event in events.into_values() {
        let older =
            |(seq, run): (&Seq, &mut Going)| event.iter().any(|next| next.out.seq > *seq && next.out.is_of(run.out.chain));
        let before: Vec<Going> = going.extract_if(.., |seq, run| older((seq, run))).map(|(_, run)| run).collect();
        before.iter().for_each(|run| run.stop.cancel());
        // What stands beside the new word goes on being told, to those whom that does not concern.
        for run in &before {
            let stands = |next: &Due| !next.out.is_of(run.out.chain) || next.out.lets_stand(run.out.card.id);
            if event.iter().all(stands) {
                event.extend(take_up(site, run.job.clone(), run.out.seq, doubts).await?);
            }
        }
        let ended = CancellationToken::new();
        for Due { out, job, began } in event {
            let stop = CancellationToken::new();
            let task = tokio::spawn(go(site.clone(), out.clone(), job.clone(), began, ended.clone(), stop.clone()));
            going.insert(out.seq, Going { out, job, _lane: stop.clone().drop_guard(), stop, task });
        }
        tokio::spawn(async move {
            for run in before {
                let _ = run.task.await;
            }
            ended.cancel();
        });
    }
    Ok(())
}

/// What is to be told of a position; `None` where that is nothing, or not any more. It is written down at once: what comes
/// after it finds its chain by it.
async fn take_up(site: &Site, job: Job, seq: Seq, doubts: &mut BTreeMap<Seq, u8>) -> Result<Option<Due>, Error> {
    let now = site.now();
    let began = site.store.push_began(seq).await?.unwrap_or(now);
    let out = match outgoing::at(site, seq).await? {
        Some(out) if now < out.ends(began) => {
            doubts.remove(&seq);
            out
        }
        // After a start the clock may be hours ahead until it is set right: over is what stays so.
        Some(_) if doubts.get(&seq).is_none_or(|times| *times < DOUBTS) => {
            *doubts.entry(seq).or_default() += 1;
            put_off(site, &job, now.plus(MAX_PAUSE), "").await?;
            return Ok(None);
        }
        _ => {
            doubts.remove(&seq);
            end(site, seq).await?;
            return Ok(None);
        }
    };
    let stands: Vec<ItemId> = out.siblings.iter().map(|word| word.id).collect();
    let mut tx = site.store.begin().await?;
    let began = async {
        for chain in out.joins.iter().chain([&out.chain]) {
            tx.end_older_pushes(*chain, seq, &stands, site.now()).await?;
        }
        tx.begin_push(seq, out.chain, site.now()).await
    }
    .await;
    Ok(Some(Due { began: tx.end(began).await?, out: Arc::new(out), job }))
}

/// One run, once what it takes the place of is not under way any more (`ended`): services must get messages in their order.
async fn go(site: Arc<Site>, out: Arc<Outgoing>, job: Job, began: Time, ended: CancellationToken, stop: CancellationToken) {
    let done = async {
        ended.cancelled().await;
        // With what those wrote down at last: who was about to be called may not have been.
        if !out.joins.is_empty() {
            let mut tx = site.store.begin().await?;
            let done = tx.join_pushes(&out.joins, out.chain).await;
            tx.end(done).await?;
        }
        let started = site.now();
        let begins = out.begins(started);
        if super::run::run(site.clone(), out.clone(), began, begins, stop).await? {
            let now = site.now();
            site.push.counts.last.store(now.since(started), Ordering::Relaxed);
            match begins {
                Some(start) => wait(&site, &job, start.min(now.plus(MAX_PAUSE))).await?,
                None => end(&site, out.seq).await?,
            }
        }
        Ok::<(), Error>(())
    };
    let Err(cause) = done.await else { return };
    tracing::error!(%cause, seq = out.seq, "a push was broken off");
    // Whoever is sent something is written down before.
    site.make_room(&cause);
    let pause = (PAUSE << job.tries.clamp(0, 10)).min(MAX_PAUSE);
    if let Err(cause) = put_off(&site, &job, site.now().plus(pause), Trouble::Broken(cause).code()).await {
        tracing::error!(%cause, "a push could not be put off");
    }
}

async fn put_off(site: &Site, job: &Job, due: Time, trouble: &str) -> Result<(), Error> {
    let mut tx = site.store.begin().await?;
    let done = tx.put_job_off(job.id, due, trouble).await;
    tx.end(done).await
}

/// All went well, and the rest is told later.
async fn wait(site: &Site, job: &Job, due: Time) -> Result<(), Error> {
    let mut tx = site.store.begin().await?;
    let done = tx.set_job_due(job.id, due).await;
    tx.end(done).await
}

/// Nobody is to be told of it any more.
async fn end(site: &Site, seq: Seq) -> Result<(), Error> {
    let mut tx = site.store.begin().await?;
    let done = tx.end_push(seq, site.now()).await;
    tx.end(done).await
}

async fn tidy(site: &Site) -> Result<(), Error> {
    let mut tx = site.store.begin().await?;
    let done = tx.forget_pushes(site.now().plus(-MEMORY)).await;
    tx.end(done).await
}
