//! Takes up what is to be told: one run for each last word of a chain. What it follows is told to nobody else; last words for
//! different places are told beside each other, and each phone hears the one for it.

use super::payload::{Told, Word};
use crate::desk::works::Trouble;
use crate::error::Error;
use crate::live::Snapshot;
use crate::publish::calls;
use crate::site::Site;
use crate::store::desk::Job;
use domain::alert::{self, State};
use domain::content::{AlertInfo, Card, Gone, ItemId, MsgType, Time};
use domain::wire::log::Entry;
use domain::wire::{Envelope, Logged, PackKind, Seq, encode_cards, log};
use std::collections::BTreeMap;
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

/// A message that is to be told.
struct Due {
    told: Arc<Told>,
    job: Job,
    /// When that was first tried.
    began: Time,
}

/// A run under way.
struct Going {
    told: Arc<Told>,
    job: Job,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// Until `stop`; then runs end where they are, and are begun again at the next start.
pub async fn run(site: Arc<Site>, stop: CancellationToken) {
    let mut going: BTreeMap<Seq, Going> = BTreeMap::new();
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

async fn look(site: &Arc<Site>, going: &mut BTreeMap<Seq, Going>) -> Result<(), Error> {
    let mut due: Vec<Due> = Vec::new();
    for (job, seq) in site.store.due_pushes(site.now()).await? {
        if going.contains_key(&seq) {
            continue;
        }
        if site.live.now().seq() < seq {
            site.refresh().await?;
        }
        let Some(next) = take_up(site, job, seq).await? else { continue };
        let told = &next.told;
        let newer = going.range(seq + 1..).any(|(_, run)| run.told.is_of(told.chain) && !run.told.lets_stand(told.card.id));
        if newer {
            end(site, seq).await?;
            continue;
        }
        due.retain(|older| !told.is_of(older.told.chain) || told.lets_stand(older.told.card.id));
        due.push(next);
    }
    let mut events: BTreeMap<ItemId, Vec<Due>> = BTreeMap::new();
    for next in due {
        events.entry(next.told.chain).or_default().push(next);
    }
    for mut event in events.into_values() {
        let older =
            |(seq, run): (&Seq, &mut Going)| event.iter().any(|next| next.told.seq > *seq && next.told.is_of(run.told.chain));
        let before: Vec<Going> = going.extract_if(.., |seq, run| older((seq, run))).map(|(_, run)| run).collect();
        before.iter().for_each(|run| run.stop.cancel());
        // What stands beside the new word goes on being told, to those whom that does not concern.
        for run in &before {
            let stands = |next: &Due| !next.told.is_of(run.told.chain) || next.told.lets_stand(run.told.card.id);
            if event.iter().all(stands) {
                event.extend(take_up(site, run.job.clone(), run.told.seq).await?);
            }
        }
        let ended = CancellationToken::new();
        for Due { told, job, began } in event {
            let stop = CancellationToken::new();
            let task = tokio::spawn(go(site.clone(), told.clone(), job.clone(), began, ended.clone(), stop.clone()));
            going.insert(told.seq, Going { told, job, stop, task });
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
async fn take_up(site: &Site, job: Job, seq: Seq) -> Result<Option<Due>, Error> {
    let Some(told) = told(site, seq).await? else {
        end(site, seq).await?;
        return Ok(None);
    };
    let stands: Vec<ItemId> = told.beside.iter().map(|word| word.id).collect();
    let mut tx = site.store.begin().await?;
    let began = async {
        for chain in told.joins.iter().chain([&told.chain]) {
            tx.end_older_pushes(*chain, seq, &stands, site.now()).await?;
        }
        tx.begin_push(seq, told.chain, site.now()).await
    }
    .await;
    Ok(Some(Due { began: tx.end(began).await?, told: Arc::new(told), job }))
}

/// One run, once what it takes the place of is not under way any more (`ended`): services must get messages in their order.
async fn go(site: Arc<Site>, told: Arc<Told>, job: Job, began: Time, ended: CancellationToken, stop: CancellationToken) {
    let done = async {
        ended.cancelled().await;
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
    let overtaken = |card: &Card| chains(&snapshot, card).after(card.id, site.now()).is_some();
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
    let Some(mut told) = told.filter(|told| site.now() < told.ends(site.now())) else { return Ok(None) };
    (told.beside, told.rank) = beside(&snapshot, &told, site.now());
    Ok(Some(told))
}

/// All that stands, with this card as it is; drills and the real thing apart.
fn chains<'a>(snapshot: &'a Snapshot, card: &'a Card) -> alert::Chains<'a> {
    let others = snapshot.cards().filter(|other| other.id != card.id && other.status() == card.status());
    alert::Chains::of(others.chain([card]))
}

/// What else is said of the event and holds, or will, in the order in which phones show it; and how much of it comes before
/// what is to be told. What takes something back comes after all of it.
fn beside(snapshot: &Snapshot, told: &Told, now: Time) -> (Vec<Word>, usize) {
    let chains = chains(snapshot, &told.card);
    let event: Vec<ItemId> = chains.chain(told.card.id).0.into_iter().map(|card| card.id).collect();
    let (mut words, mut rank) = (Vec::new(), None);
    for standing in chains.current(now).into_iter().filter(|standing| event.contains(&standing.card.id)) {
        let (id, holds) = (standing.card.id, matches!(standing.state, State::InForce | State::Coming));
        let cancels = |info: &AlertInfo| info.msg_type == MsgType::Cancel;
        if id == told.card.id {
            rank = Some(words.len()).filter(|_| !cancels(&told.info));
        } else if let Some(item) = snapshot.items.get(&id).filter(|item| holds && !cancels(&standing.info) && calls(&item.card)) {
            words.push(Word { id, seq: item.seq, info: standing.info, places: standing.card.places.clone() });
        }
    }
    let rank = rank.unwrap_or(words.len());
    (words, rank)
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
