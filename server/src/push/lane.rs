//! Takes up what is to be told: one run for each chain, the newest message of it. What came before it is told to nobody else.

use super::payload::Told;
use crate::desk::works::Trouble;
use crate::error::Error;
use crate::publish::calls;
use crate::site::Site;
use crate::store::desk::Job;
use domain::alert;
use domain::content::{Card, Gone, ItemId, Time};
use domain::wire::log::Entry;
use domain::wire::{Envelope, Logged, PackKind, Seq, encode_cards, log};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::CancellationToken;

/// Runs that are stopped have this long to write down what is under way.
const DRAIN: Duration = Duration::from_secs(6);
/// Who was sent what is forgotten after this many seconds: no chain lives longer.
const MEMORY: i64 = 60 * 86_400;
/// Pause before a run that failed is tried again, in seconds: the first, and the longest.
const PAUSE: i64 = 5;
const MAX_PAUSE: i64 = 300;

/// A run under way.
struct Going {
    seq: Seq,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// Until `stop`; then runs end where they are, and are begun again at the next start.
pub async fn run(site: Arc<Site>, stop: CancellationToken) {
    let mut going: HashMap<ItemId, Going> = HashMap::new();
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
        going.retain(|_, run| !run.task.is_finished());
        if let Err(cause) = look(&site, &mut going).await {
            tracing::error!(%cause, "what is to be pushed could not be read");
            site.metrics.failures.fetch_add(1, Ordering::Relaxed);
        }
        if site.now().since(tidied) >= 3_600 {
            tidied = site.now();
            if let Err(cause) = tidy(&site).await {
                tracing::error!(%cause, "old pushes could not be forgotten");
            }
        }
    }
    going.values().for_each(|run| run.stop.cancel());
    let last: Vec<AbortHandle> = going.values().map(|run| run.task.abort_handle()).collect();
    let ended = async {
        for run in going.into_values() {
            let _ = run.task.await;
        }
    };
    if tokio::time::timeout(DRAIN, ended).await.is_err() {
        last.iter().for_each(AbortHandle::abort);
        tracing::warn!("some pushes were cut off by the stop");
    }
}

async fn look(site: &Arc<Site>, going: &mut HashMap<ItemId, Going>) -> Result<(), Error> {
    let mut newest: BTreeMap<ItemId, (Arc<Told>, Job, Time)> = BTreeMap::new();
    for (job, seq) in site.store.due_pushes(site.now()).await? {
        if going.values().any(|run| run.seq == seq) {
            continue;
        }
        if site.live.now().seq() < seq {
            site.refresh().await?;
        }
        let Some(told) = told(site, seq).await? else {
            end(site, seq).await?;
            continue;
        };
        // Written down at once: what comes after it finds its chain by it.
        let mut tx = site.store.begin().await?;
        let began = async {
            for chain in told.joins.iter().chain([&told.chain]) {
                tx.end_older_pushes(*chain, seq, site.now()).await?;
            }
            tx.begin_push(seq, told.chain, site.now()).await
        }
        .await;
        let began = tx.end(began).await?;
        if going.get(&told.chain).is_some_and(|run| run.seq > seq) {
            end(site, seq).await?;
        } else {
            for other in &told.joins {
                newest.remove(other);
            }
            newest.insert(told.chain, (Arc::new(told), job, began));
        }
    }
    for (chain, (told, job, began)) in newest {
        let before: Vec<Going> = told.joins.iter().chain([&chain]).filter_map(|chain| going.remove(chain)).collect();
        before.iter().for_each(|run| run.stop.cancel());
        let (seq, stop) = (told.seq, CancellationToken::new());
        let task = tokio::spawn(go(site.clone(), told, job, began, before, stop.clone()));
        going.insert(chain, Going { seq, stop, task });
    }
    Ok(())
}

/// One run, once nothing of the chain is under way any more (`before`): services must get its messages in their order.
async fn go(site: Arc<Site>, told: Arc<Told>, job: Job, began: Time, before: Vec<Going>, stop: CancellationToken) {
    let done = async {
        for run in before {
            let _ = run.task.await;
        }
        // With what those wrote down at last: who was about to be called may not have been.
        if !told.joins.is_empty() {
            let mut tx = site.store.begin().await?;
            let done = tx.join_pushes(&told.joins, told.chain).await;
            tx.end(done).await?;
        }
        let started = site.now();
        if super::run::run(site.clone(), told.clone(), began, stop).await? {
            end(&site, told.seq).await?;
            site.push.counts.last.store(site.now().since(started), Ordering::Relaxed);
        }
        Ok::<(), Error>(())
    };
    let Err(cause) = done.await else { return };
    tracing::error!(%cause, seq = told.seq, "a push was broken off");
    site.metrics.failures.fetch_add(1, Ordering::Relaxed);
    let pause = (PAUSE << job.tries.clamp(0, 10)).min(MAX_PAUSE);
    let put_off = async {
        let mut tx = site.store.begin().await?;
        let done = tx.put_job_off(job.id, site.now().plus(pause), Trouble::Broken(cause).code()).await;
        tx.end(done).await
    };
    if let Err(cause) = put_off.await {
        tracing::error!(%cause, "a push could not be put off");
    }
}

/// What the message at a position says; `None` where there is nothing to tell, or not any more.
async fn told(site: &Site, seq: Seq) -> Result<Option<Told>, Error> {
    let snapshot = site.live.now();
    let Ok(at) = snapshot.entries.binary_search_by_key(&seq, |entry| entry.seq) else { return Ok(None) };
    let entry = &snapshot.entries[at];
    let slip = || {
        let cards = encode_cards(&log::cards(&snapshot.entries, seq - 1, seq));
        Envelope::seal(PackKind::Cards, snapshot.epoch(), seq - 1, seq, &cards, &site.issuer)
    };
    let card = |entry: &Entry| match &entry.what {
        Logged::Card(card) => Card::decode(card).ok(),
        Logged::Gone(_) => None,
    };
    let (now, gone) = match &entry.what {
        Logged::Card(_) => (card(entry), None),
        Logged::Gone(gone) => (None, Gone::decode(gone).ok()),
    };
    // Something that came before it in the log, or was corrected since, and that has been followed: what followed is what
    // phones are to show.
    let overtaken = |card: &Card| {
        let others = snapshot.cards().filter(|other| other.id != card.id && other.status() == card.status());
        alert::Chains::of(others.chain([card])).after(card.id, site.now()).is_some()
    };
    let told = match now.filter(calls) {
        Some(card) if overtaken(&card) => None,
        Some(card) => {
            // Its name on phones stays what it was, also where the oldest message was withdrawn since. A drill goes on with
            // nothing real, and nothing real with a drill.
            let same = |id: &ItemId| snapshot.items.get(id).is_none_or(|item| item.card.status() == card.status());
            let references = card.alert().map(|info| info.references).unwrap_or_default().into_iter().filter(same);
            let before = alert::Chains::of(snapshot.cards()).before(card.id).into_iter().map(|card| card.id);
            let all: Vec<ItemId> = [card.id].into_iter().chain(references).chain(before).collect();
            let mut known = site.store.push_chains(&all).await?;
            let mut after: Vec<ItemId> = Vec::new();
            for id in all.into_iter().skip(1).rev() {
                if !after.contains(&id) {
                    after.push(id);
                }
            }
            if known.is_empty() {
                known.push(alert::chain_id(snapshot.cards(), card.id));
            }
            let chain = known.remove(0);
            entry.full().and_then(|full| Told::alert(seq, chain, known, after, &full, &slip()))
        }
        // Withdrawn, or corrected so that it calls nobody.
        None => {
            let reason = |card: Card| card.headlines.first().map_or_else(String::new, |head| head.title.clone());
            let corrected =
                || card(entry).map(|card| Gone { id: card.id, revision: card.revision, at: card.issued, reason: reason(card) });
            let before = snapshot.entries[..at].iter().rev().filter(|before| before.id == entry.id);
            let before = before.filter_map(|before| card(before)).find(calls).filter(|card| !overtaken(card));
            let known = site.store.push_chains(&[entry.id]).await?.into_iter().next();
            let parts = known.zip(gone.or_else(corrected)).zip(before);
            parts.and_then(|((chain, gone), card)| Told::withdrawn(seq, chain, card, gone, &slip()))
        }
    };
    Ok(told.filter(|told| site.now() < told.ends(site.now())))
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
