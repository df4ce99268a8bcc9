//! One message on its way to everyone whom it concerns. Whoever was told is known from the database, so a run may be broken off
//! at any moment and begun again.

use super::endpoint;
use super::hosts::{Pass, Turn};
use super::outgoing;
use super::payload::Outgoing;
use super::post::{Letter, Service};
use crate::error::Error;
use crate::site::Site;
use crate::store::push::{Fate, Reach, Sent, Settled, Subscription};
use domain::alert::{self, Call, Message};
use domain::content::Time;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Subscriptions that are looked at together.
const PAGE: u32 = 500;
/// Answers that are written down together: so many, or what came in so long.
const BATCH: usize = 200;
const SPAN: Duration = Duration::from_millis(50);
/// Between two looks at everybody, at least.
const REST: Duration = Duration::from_secs(1);
/// Pauses before a push that was not taken is tried again, in seconds: the first, and the longest.
const PAUSE: u64 = 5;
const MAX_PAUSE: u64 = 300;

/// Services keep nothing for longer than four weeks, and refuse who asks for it, in seconds.
const MAX_TTL: i64 = 28 * 86_400;

/// How often a subscription was tried in vain, and when it is tried again.
type Later = Arc<Mutex<HashMap<i64, (u32, Instant)>>>;

enum Report {
    Settled(Settled),
    /// Everything before this is to be written down now.
    Flush(oneshot::Sender<()>),
}

struct Run {
    site: Arc<Site>,
    out: Arc<Outgoing>,
    ends: Time,
    /// When it holds, where it did not yet as this run began: from then on it is for others too, which the next run sees.
    begins: Option<Time>,
    stop: CancellationToken,
    later: Later,
    reports: mpsc::Sender<Report>,
    /// Pushes under way.
    tasks: JoinSet<()>,
}

/// Tells everyone, near ones first; `began` is when that was first tried, `begins` as [`Outgoing::begins`] has it. `false` where
/// it was stopped before the end, has begun to hold meanwhile, or seems to be over; then nothing is under way any more.
pub async fn run(
    site: Arc<Site>,
    out: Arc<Outgoing>,
    began: Time,
    begins: Option<Time>,
    stop: CancellationToken,
) -> Result<bool, Error> {
    let (reports, inbox) = mpsc::channel(2 * BATCH);
    let recorder = tokio::spawn(record(site.clone(), out.clone(), inbox));
    let ends = out.ends(began);
    let mut run = Run { site, out, ends, begins, stop, later: Later::default(), reports, tasks: JoinSet::new() };
    let done = run.all().await;
    // The recorder ends with the last one who reports to it.
    drop(run);
    recorder.await??;
    done
}

/// The earlier of two instants.
fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    [a, b].into_iter().flatten().min()
}

impl Run {
    async fn all(&mut self) -> Result<bool, Error> {
        loop {
            let began = Instant::now();
            let (mut left, mut tried) = (None, HashSet::new());
            // Whoever has taken something before comes first: what strangers made up never has.
            for (near, proven) in [(true, true), (true, false), (false, true), (false, false)] {
                left = earlier(left, self.scan(near, proven, &mut tried).await?);
            }
            self.settle().await?;
            if self.over() || self.stop.is_cancelled() {
                return Ok(false);
            }
            // Whoever was due and was not tried no longer wants it.
            let refused = lock(&self.later).values().map(|(_, due)| *due).filter(|due| *due > began).min();
            let Some(due) = earlier(left, refused) else { return Ok(true) };
            // Looking at everybody takes a while: most of the time is spent doing something else.
            let rest = (began.elapsed() * 5).max(REST);
            let due = due.max(Instant::now() + rest);
            let begins = self.begins.map(|at| at.since(self.site.now()).max(0).unsigned_abs());
            let begins = begins.map(|seconds| Instant::now() + Duration::from_secs(seconds));
            tokio::select! {
                () = tokio::time::sleep_until(earlier(Some(due), begins).unwrap_or(due)) => {}
                () = self.stop.cancelled() => return Ok(false),
            }
        }
    }

    fn over(&self) -> bool {
        let now = self.site.now();
        now >= self.ends || self.begins.is_some_and(|begins| now >= begins)
    }

    /// Nothing is under way, and all that came of it is written down.
    async fn settle(&mut self) -> Result<(), Error> {
        while self.tasks.join_next().await.is_some() {}
        let (done, flushed) = oneshot::channel();
        self.report(Report::Flush(done)).await?;
        flushed.await.map_err(|_| unrecorded())
    }

    async fn report(&self, report: Report) -> Result<(), Error> {
        self.reports.send(report).await.map_err(|_| unrecorded())
    }

    /// Sends to all who are near, or to all others, who were not `tried` already; with `proven` only to those who have taken
    /// something before. Gives when those may be tried who could not be sent to now.
    async fn scan(&mut self, near: bool, proven: bool, tried: &mut HashSet<i64>) -> Result<Option<Instant>, Error> {
        let (mut after, mut left) = (0, None);
        loop {
            let page = self.site.store.subscriptions_after(after, proven, self.out.chain, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(left) };
            after = last.id;
            let mut ready = Vec::new();
            for (who, sent) in page {
                if tried.contains(&who.id) {
                    continue;
                }
                let Some(call) = self.call(&who, &sent).filter(|call| call.near == near) else { continue };
                let service = endpoint::read(&who.endpoint, self.site.push.local).map(|url| endpoint::service(&url));
                let service = service.unwrap_or_default();
                let due = lock(&self.later).get(&who.id).map(|(_, due)| *due).filter(|due| *due > Instant::now());
                match due.or_else(|| self.site.push.hosts.resting(&service)) {
                    Some(due) => left = earlier(left, Some(due)),
                    None => {
                        tried.insert(who.id);
                        ready.push((who, call, service));
                    }
                }
            }
            while !ready.is_empty() {
                if self.stop.is_cancelled() || self.over() {
                    return Ok(left);
                }
                let rest = ready.split_off(ready.len().min(BATCH));
                left = earlier(left, self.send(std::mem::replace(&mut ready, rest)).await?);
            }
        }
    }

    fn call(&self, who: &Subscription, sent: &Sent) -> Option<Call> {
        if sent.seq >= self.out.seq {
            return None;
        }
        let card = &self.out.card;
        let message = Message { info: &self.out.info, places: &card.places, status: card.status() };
        if !self.out.siblings.is_empty() && self.sibling_serves(who, sent, &message) {
            return None;
        }
        let heard = sent.heard().map(|level| {
            let over = level > 0 && outgoing::ended(&self.site.live.now(), sent.seq, card.issued);
            if over { 0 } else { level }
        });
        alert::call(&who.wish, &message, heard, self.site.now())
    }

    /// Whether another word of the event, which stands, is the one for him: he has it, or its own run brings it.
    fn sibling_serves(&self, who: &Subscription, sent: &Sent, message: &Message) -> bool {
        let Outgoing { siblings, own_rank, .. } = &*self.out;
        let words = siblings.iter().map(|word| Message { info: &word.info, places: &word.places, status: message.status });
        let mut words: Vec<Message> = words.collect();
        words.insert(*own_rank, message.clone());
        match alert::foremost(&who.wish, &words) {
            Some(at) if at == *own_rank => false,
            Some(at) => {
                let own = &siblings[at - usize::from(at > *own_rank)];
                // That it gets worse where he lives is news at once, not when it begins.
                let coming = self.begins.is_some();
                if coming
                    && message.info.level > own.info.level
                    && alert::foremost(&who.wish, std::slice::from_ref(message)).is_some()
                {
                    return false;
                }
                // What was shown to him after his own word has covered it; if that is over, he is to hear so.
                sent.seq <= own.seq || siblings.iter().any(|word| word.seq == sent.seq)
            }
            None => siblings.iter().any(|word| word.seq > self.out.seq),
        }
    }

    /// Writes down whom it will send to, then sends.
    async fn send(&mut self, ready: Vec<(Subscription, Call, String)>) -> Result<Option<Instant>, Error> {
        let ids: Vec<i64> = ready.iter().map(|(who, ..)| who.id).collect();
        let mut tx = self.site.store.begin().await?;
        let tried = tx.try_pushes(self.out.chain, self.out.seq, &ids, self.site.now()).await;
        tx.end(tried).await?;
        let mut left = None;
        for (who, call, service) in ready {
            match self.turn(&service).await {
                Some(Turn::Go(pass)) => {
                    self.site.push.hosts.pace().await;
                    while self.tasks.try_join_next().is_some() {}
                    let task = Task { who, call, pass, site: self.site.clone(), out: self.out.clone(), ends: self.ends };
                    self.tasks.spawn(task.run(self.later.clone(), self.reports.clone()));
                }
                turn => {
                    if let Some(Turn::Later(due)) = turn {
                        left = earlier(left, Some(due));
                    }
                    self.report(Report::Settled(self.out.settled(who.id, Fate::NotYet, call))).await?;
                }
            }
        }
        Ok(left)
    }

    /// `None` where the run is stopped while it waits.
    async fn turn(&self, service: &str) -> Option<Turn> {
        let hosts = &self.site.push.hosts;
        while !self.stop.is_cancelled() {
            match hosts.turn(service) {
                Turn::Full => hosts.room().await,
                turn => return Some(turn),
            }
        }
        None
    }
}

fn lock(later: &Later) -> MutexGuard<'_, HashMap<i64, (u32, Instant)>> {
    later.lock().unwrap_or_else(|e| e.into_inner())
}

fn unrecorded() -> Error {
    Error::Task("what was pushed could not be written down".into())
}

/// One push under way.
struct Task {
    who: Subscription,
    call: Call,
    pass: Pass,
    site: Arc<Site>,
    out: Arc<Outgoing>,
    ends: Time,
}

impl Task {
    async fn run(self, later: Later, reports: mpsc::Sender<Report>) {
        let Task { who, call, pass, site, out, ends } = self;
        let now = site.now();
        let (payload, topic) = (out.payload(who.lang, &who.origin, call, now), out.chain.to_string());
        let letter =
            Letter { payload: &payload, ttl: ends.since(now).clamp(0, MAX_TTL), urgent: out.urgent(call), topic: Some(&topic) };
        let answer = site.push.sender.send(&site.push.keys, &who, &letter, now).await;
        let verdict = answer.verdict();
        if verdict.fate == Some(Fate::Failed) {
            tracing::warn!(?answer, service = endpoint::host(&who.endpoint), "a push was refused");
        }
        match verdict.service {
            Service::Well => pass.well(),
            Service::Badly(wait) => pass.badly(wait),
            Service::Unasked => {}
        }
        if verdict.again {
            let mut later = lock(&later);
            let (tries, due) = later.entry(who.id).or_insert((0, Instant::now()));
            *due = Instant::now();
            // Where the service said how long, it rests that long with all of its subscriptions.
            if !matches!(verdict.service, Service::Badly(Some(_))) {
                *due += Duration::from_secs((PAUSE << (*tries).min(6)).min(MAX_PAUSE));
                *tries += 1;
            }
        } else {
            lock(&later).remove(&who.id);
        }
        if let Some(fate) = verdict.fate {
            // Where nobody writes down any more, the run says so.
            let _ = reports.send(Report::Settled(out.settled(who.id, fate, call))).await;
        }
    }
}

/// Writes down what became of pushes, many at a time.
async fn record(site: Arc<Site>, out: Arc<Outgoing>, mut inbox: mpsc::Receiver<Report>) -> Result<(), Error> {
    let (mut fates, mut waiting) = (Vec::new(), Vec::new());
    while let Some(first) = inbox.recv().await {
        let mut next = Some(first);
        let until = Instant::now() + SPAN;
        while let Some(report) = next {
            match report {
                Report::Settled(how) => fates.push(how),
                Report::Flush(done) => waiting.push(done),
            }
            if fates.len() >= BATCH || !waiting.is_empty() {
                break;
            }
            next = tokio::time::timeout_at(until, inbox.recv()).await.ok().flatten();
        }
        write(&site, &out, &fates).await?;
        fates.iter().for_each(|how| site.push.counts.settled(how.fate));
        fates.clear();
        for done in waiting.drain(..) {
            let _ = done.send(());
        }
    }
    Ok(())
}

async fn write(site: &Site, out: &Outgoing, fates: &[Settled]) -> Result<(), Error> {
    if fates.is_empty() {
        return Ok(());
    }
    let count = |wanted: Fate| fates.iter().filter(|how| how.fate == wanted).count() as i64;
    let more = Reach { accepted: count(Fate::Accepted), failed: count(Fate::Failed), gone: count(Fate::Gone), ended: false };
    let now = site.now();
    let mut tx = site.store.begin().await?;
    let written = async {
        for how in fates {
            tx.settle_push(out.chain, out.seq, out.shows(), how, now).await?;
        }
        tx.count_push(out.seq, more).await
    };
    let written = written.await;
    tx.end(written).await
}
