//! One state of everything published, with the head and the alerts pack that go with it. Never changes once made.

use super::Seals;
use crate::error::Error;
use crate::hot::{FOREVER, Hot, REVALIDATE};
use crate::sync::CONTENT_TYPE;
use domain::alert;
use domain::content::{Body, Card, EVENT_LENGTH, Gone, ItemId, Time};
use domain::route::Query;
use domain::search::{DocFacts, Hit, Index, Terms};
use domain::sign::{KeyId, hash};
use domain::wire::log::Entry;
use domain::wire::{AlertsRef, Envelope, FullItem, Head, Logged, PackKind, Seq, encode_full};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock, RwLock};

/// Alert packs kept after they are replaced: a phone that read the head a minute ago still gets its pack.
const PACKS_KEPT: usize = 4;
/// How far a clock may have been fast for its heads to stand, in seconds: two hours.
const FAST: i64 = 2 * 3_600;
/// What was published under a clock that was so far ahead says nothing of when, in seconds: more than a mistake of hours or days.
const FAR: i64 = 30 * 86_400;

/// The newest revision of an item that stands.
#[derive(Debug)]
pub struct Item {
    pub seq: Seq,
    pub card: Card,
    pub body: Body,
    /// When this server published this revision.
    pub at: Time,
}

pub struct Snapshot {
    /// The whole log, for packs; each entry is shared by all snapshots.
    pub entries: Vec<Arc<Entry>>,
    /// When each of them was appended.
    pub appended: Vec<Time>,
    pub items: BTreeMap<ItemId, Arc<Item>>,
    pub gone: BTreeMap<ItemId, Gone>,
    /// Shared by all snapshots: it may know a little more than this one.
    index: Arc<RwLock<Index>>,
    pub head: Head,
    pub head_answer: Arc<Hot>,
    /// Newest first; the first is the one the head names, unless it names none.
    pub alerts: Vec<([u8; 16], Arc<Hot>)>,
    /// When something was last published; `Time(0)` when nothing ever was.
    pub published: Time,
    /// The worst level in force and until when; `None` where none is, or no end is known.
    pub alarm: Option<u8>,
    pub alarm_until: Option<Time>,
    /// At this instant something begins, ends or gets another date: pages and head made before are out of date then.
    pub next_change: Time,
    /// When it was made, by the clock of then.
    made: Time,
    /// [`Snapshot::touched`], once a feed or a calendar has asked for it.
    touched: OnceLock<Touched>,
}

/// Where in the log, and when, something last changed how each item stands.
type Touched = HashMap<ItemId, (Seq, Time)>;

pub(super) struct Next<'a> {
    pub fresh: Vec<(Entry, Time)>,
    pub now: Time,
    pub seals: &'a Seals,
}

impl Snapshot {
    pub(super) fn empty(epoch: u64, seals: &Seals, now: Time) -> Snapshot {
        let head = Head {
            epoch,
            seq: 0,
            floor: 0,
            issued: midnight(now),
            alerts: None,
            trust: seals.trust,
            app: seals.app,
            ext: vec![],
        };
        Snapshot {
            entries: Vec::new(),
            appended: Vec::new(),
            items: BTreeMap::new(),
            gone: BTreeMap::new(),
            index: Arc::default(),
            head_answer: head_answer(&head, seals),
            head,
            alerts: Vec::new(),
            published: Time(0),
            alarm: None,
            alarm_until: None,
            next_change: midnight(now).plus(86_400),
            made: now,
            touched: OnceLock::new(),
        }
    }

    pub fn epoch(&self) -> u64 {
        self.head.epoch
    }

    pub fn seq(&self) -> Seq {
        self.head.seq
    }

    /// When something was last published; of an empty log, when it began.
    pub fn changed(&self) -> Time {
        if self.published > Time(0) { self.published } else { self.head.issued }
    }

    /// Whose key signed the newest text of the log.
    pub fn signer(&self) -> Option<KeyId> {
        self.entries.iter().rev().find_map(|entry| entry.body.as_ref()).map(|(kid, ..)| *kid)
    }

    /// Whether the time alone makes this one out of date: something begins or ends, or the clock was set back.
    pub fn stale(&self, now: Time) -> bool {
        now >= self.next_change || now < self.made
    }

    /// Cards of everything that stands, in no order that matters.
    pub fn cards(&self) -> impl Iterator<Item = &Card> + Clone {
        self.items.values().map(|item| &item.card)
    }

    /// Cards of an item as they were published, the newest first, also of one that was withdrawn.
    pub fn published_as(&self, id: ItemId) -> impl Iterator<Item = Card> {
        let all = self.entries.iter().rev().filter(move |entry| entry.id == id);
        all.filter_map(|entry| entry.card())
    }

    /// Where in the log, and when, something last changed how each item stands: itself, or what takes its place or speaks of it,
    /// also where that was corrected or withdrawn. It only ever rises, so that programs elsewhere take a change for one.
    pub fn touched(&self) -> &Touched {
        // Every card of the log is read for it.
        self.touched.get_or_init(|| self.find_touched())
    }

    fn find_touched(&self) -> Touched {
        let mut touched = Touched::new();
        let mut spoken_of: HashMap<ItemId, BTreeSet<ItemId>> = HashMap::new();
        for (entry, at) in self.entries.iter().zip(&self.appended) {
            let speaks = spoken_of.entry(entry.id).or_default();
            if let Some(card) = entry.card() {
                speaks.extend(card.supersedes);
                speaks.extend(card.alert().map(|info| info.references).unwrap_or_default());
            }
            for id in speaks.iter().chain([&entry.id]) {
                touched.insert(*id, (entry.seq, *at));
            }
        }
        touched
    }

    /// The best hits among what stands in this snapshot.
    pub fn search(&self, query: &Query, limit: usize) -> Vec<Hit> {
        let index = self.index.read().unwrap_or_else(|e| e.into_inner());
        let mut hits = index.search(query, limit);
        hits.retain(|hit| self.items.contains_key(&hit.id));
        hits
    }

    /// An item as the exact bytes that prove it.
    pub fn full(&self, id: ItemId) -> Option<FullItem> {
        full(&self.entries, self.items.get(&id)?)
    }

    /// The state after `fresh` was appended, at `now`.
    pub(super) fn next(&self, next: Next) -> Result<Snapshot, Error> {
        let Next { fresh, now, seals } = next;
        let (mut items, mut gone, mut entries) = (self.items.clone(), self.gone.clone(), self.entries.clone());
        let mut appended = self.appended.clone();
        let first = entries.is_empty();
        if !fresh.is_empty() {
            let mut index = self.index.write().unwrap_or_else(|e| e.into_inner());
            for (entry, at) in fresh {
                let damaged = |_| Error::Damaged(format!("log {}", entry.seq));
                match (&entry.what, &entry.body) {
                    (Logged::Card(card), Some((.., body))) => {
                        let (card, body) = (Card::decode(card).map_err(damaged)?, Body::decode(body).map_err(damaged)?);
                        if !first {
                            index.put(entry.id, facts(&card), &Terms::of(&card, Some(&body)));
                        }
                        gone.remove(&entry.id);
                        let item = Item { seq: entry.seq, card, body, at };
                        items.insert(entry.id, Arc::new(item));
                    }
                    (Logged::Gone(bytes), _) => {
                        index.remove(entry.id);
                        items.remove(&entry.id);
                        gone.insert(entry.id, Gone::decode(bytes).map_err(damaged)?);
                    }
                    _ => return Err(Error::Damaged(format!("log {}", entry.seq))),
                }
                entries.push(Arc::new(entry));
                appended.push(at);
            }
            if first {
                let terms = |item: &Arc<Item>| (item.card.id, facts(&item.card), Terms::of(&item.card, Some(&item.body)));
                *index = Index::of(items.values().map(terms));
            }
        }
        let (last_change, next_change) = changes(items.values().map(|item| &item.card), now);
        // Phones believe no head from before the newest that they saw: after a clock that was a little fast is set right,
        // this one stays where it is. One that was far ahead is left behind, lest every phone be told that wrong time.
        let seen = Some(self.head.issued).filter(|seen| seen.since(now) < FAST).unwrap_or_default();
        let (published, begun) = newest(&appended, seals.begun, now);
        let issued = published.max(last_change).max(begun).max(seen);
        let pack = alerts_pack(&alerts_full(&entries, &items, now), self.epoch(), seals);
        let named = pack.as_ref().map(|(hash, hot)| AlertsRef { hash: *hash, bytes: hot.plain().len() as u32 });
        let mut alerts: Vec<_> = pack.into_iter().collect();
        let older = self.alerts.iter().filter(|(hash, _)| named.is_none_or(|named| named.hash != *hash));
        alerts.extend(older.take(PACKS_KEPT).cloned());
        let seq = entries.last().map_or(0, |entry| entry.seq);
        let head = Head { seq, issued, alerts: named, ..self.head.clone() };
        let head_answer = if head == self.head { self.head_answer.clone() } else { head_answer(&head, seals) };
        let alarm = ui::data::alarm(items.values().map(|item| &item.card), now, &ui::Mine::default());
        let alarm_until = ui::data::alarm_until(items.values().map(|item| &item.card), now);
        let index = self.index.clone();
        Ok(Snapshot {
            entries,
            appended,
            items,
            gone,
            index,
            head,
            head_answer,
            alerts,
            published,
            alarm,
            alarm_until,
            next_change,
            made: now,
            touched: OnceLock::new(),
        })
    }
}

fn facts(card: &Card) -> DocFacts {
    DocFacts { issued: card.issued, topics: card.topics.clone(), places: card.places.clone(), kind: card.kind }
}

fn head_answer(head: &Head, seals: &Seals) -> Arc<Hot> {
    // Signatures and hashes do not compress.
    Arc::new(Hot::new(CONTENT_TYPE, REVALIDATE, head.seal(&seals.issuer)).incompressible())
}

fn full(entries: &[Arc<Entry>], item: &Item) -> Option<FullItem> {
    let at = entries.binary_search_by_key(&item.seq, |entry| entry.seq).ok()?;
    entries[at].full()
}

/// When something was last published, and when it all began, without what a clock said that was far ahead. Where most of the
/// log would be from the future, it is this clock that is behind.
fn newest(appended: &[Time], begun: Time, now: Time) -> (Time, Time) {
    let ahead = |at: &Time| at.since(now) >= FAR;
    let behind = 2 * appended.iter().filter(|at| ahead(at)).count() >= appended.len();
    let told = |at: &Time| behind || !ahead(at);
    let published = appended.iter().copied().filter(told).max().unwrap_or_default();
    (published, Some(begun).filter(told).unwrap_or_default())
}

/// [`domain::wire::log::alerts`] without reading every card of the log again.
fn alerts_full(entries: &[Arc<Entry>], items: &BTreeMap<ItemId, Arc<Item>>, now: Time) -> Vec<FullItem> {
    let matter = alert::mattering(items.values().map(|item| &item.card), now);
    items.iter().filter(|(id, _)| matter.contains(id)).filter_map(|(_, item)| full(entries, item)).collect()
}

/// Named by its hash; positions play no part in it, so that other news leaves it as it is.
fn alerts_pack(alerts: &[FullItem], epoch: u64, seals: &Seals) -> Option<([u8; 16], Arc<Hot>)> {
    if alerts.is_empty() {
        return None;
    }
    let sealed = Envelope::seal(PackKind::Alerts, epoch, 0, 0, &encode_full(alerts), &seals.issuer);
    let full = hash(&sealed);
    let mut name = [0; 16];
    name.copy_from_slice(&full[..16]);
    Some((name, Arc::new(Hot::new(CONTENT_TYPE, FOREVER, sealed))))
}

/// The start of the day in Vietnam.
fn midnight(now: Time) -> Time {
    let c = now.civil();
    now.plus(-(i64::from(c.hour) * 3600 + i64::from(c.minute) * 60 + i64::from(c.second)))
}

/// The last instant up to `now`, and the first after it, at which time alone changes what readers see.
fn changes<'a>(cards: impl Iterator<Item = &'a Card>, now: Time) -> (Time, Time) {
    let today = midnight(now);
    let mut around = (today, today.plus(86_400));
    for card in cards {
        let event = card.event();
        let end = card.expires;
        // From the pack of alerts, and from the list of alerts.
        let forgotten = card.alert().map(|_| alert::forgotten(card));
        let unlisted = card.alert().map(|info| alert::over_at(card, &info).plus(alert::MEMORY));
        let starts = event.as_ref().map(|event| event.start);
        let ends = event.as_ref().map(|event| event.end.unwrap_or(event.start.plus(EVENT_LENGTH)));
        for at in [card.effective, end, forgotten, unlisted, starts, ends].into_iter().flatten() {
            if at <= now {
                around.0 = around.0.max(at);
            } else {
                around.1 = around.1.min(at);
            }
        }
    }
    around
}
