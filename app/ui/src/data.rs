//! What each page shows, chosen here by pure functions so that server and app show the same items in the same order.

mod alerts;

pub use alerts::{AlertsData, alarm, alarm_until};

use crate::ctx::Mine;
use crate::el::El;
use domain::alert::{self, Standing, State};
use domain::content::{Body, Card, EVENT_LENGTH, ItemId, Kind, PlaceCode, Time};
use domain::instance::instance;
use domain::route::Query;
use domain::search::Shown;
use domain::sorted::Set;

/// Items in "newest" on the home page.
pub const HOME_NEWEST: usize = 8;
/// Items of a list before the reader asks for more.
pub const LIST: usize = 60;
const HOME_MINE: usize = 6;
const HOME_EVENTS: usize = 3;
const HOME_OTHER_ALERTS: usize = 5;
const HOME_NEAR: usize = 6;

/// Newest first; the id decides among equals, so that the order is the same everywhere.
pub fn newest(mut cards: Vec<&Card>) -> Vec<&Card> {
    cards.sort_unstable_by(|a, b| b.issued.cmp(&a.issued).then(a.id.cmp(&b.id)));
    cards
}

/// What newer items of these take the place of: no list shows it, its own page leads to the newer one.
pub fn replaced<'a>(cards: impl IntoIterator<Item = &'a Card>) -> Set<ItemId> {
    let mut replaced = Set::default();
    cards.into_iter().for_each(|card| replaced.extend(card.supersedes));
    replaced
}

/// What stands of some items.
fn standing<'a>(cards: &[&'a Card]) -> Vec<&'a Card> {
    let replaced = replaced(cards.iter().copied());
    cards.iter().copied().filter(|card| !replaced.contains(&card.id)).collect()
}

/// Events that are not over, the nearest first.
pub fn coming_events<'a>(cards: &[&'a Card], now: Time) -> Vec<&'a Card> {
    let mut events: Vec<(Time, &Card)> = standing(cards)
        .into_iter()
        .filter_map(|card| {
            let event = card.event()?;
            let end = event.end.unwrap_or(event.start.plus(EVENT_LENGTH));
            (end > now).then_some((event.start, card))
        })
        .collect();
    events.sort_unstable_by_key(|(start, card)| (*start, card.id));
    events.into_iter().map(|(_, card)| card).collect()
}

/// Not alerts: those have lists of their own, but for what only a later release can read.
fn news<'a>(cards: &[&'a Card]) -> Vec<&'a Card> {
    newest(standing(cards).into_iter().filter(|card| card.alert().is_none()).collect())
}

#[derive(Default)]
pub struct HomeData<'a> {
    /// Of the reader's places, where he chose some: whatever the last word is, in force first.
    pub near: Vec<Standing<'a>>,
    /// In force, worst first.
    pub alerts: Vec<Standing<'a>>,
    /// Coming, and ended not long ago without newer word; then, for who chose no place, what was called off. Drills
    /// come last.
    pub other_alerts: Vec<Standing<'a>>,
    /// Of the reader's places and topics; empty where none are chosen.
    pub mine: Vec<&'a Card>,
    pub newest: Vec<&'a Card>,
    /// Whether there are bulletins that are not above.
    pub more: bool,
    pub events: Vec<&'a Card>,
    /// Topics that have items: index, number of items, the newest one that is not above.
    pub topics: Vec<(u8, usize, Option<&'a Card>)>,
    /// The first item ([`crate::pages::article`]), or how it begins, so that a tap needs no further trip.
    pub lead: Option<El>,
}

impl<'a> HomeData<'a> {
    pub fn select(cards: impl IntoIterator<Item = &'a Card>, now: Time, mine: &Mine) -> HomeData<'a> {
        let cards: Vec<&Card> = cards.into_iter().collect();
        let AlertsData { in_force, coming, ended, cancelled, mut drills, .. } = AlertsData::select(cards.iter().copied(), now);
        let mut alerts = in_force;
        let mut other_alerts = coming;
        other_alerts.extend(ended);
        // Whoever did what an alert said waits for the word that it is over.
        other_alerts.extend(cancelled);
        // What concerns the reader's own places comes before what is worse elsewhere.
        let mut nearby = Vec::new();
        if !mine.places.is_empty() {
            let places = alerts::near(mine);
            for list in [&mut alerts, &mut other_alerts] {
                nearby.extend(list.extract_if(.., |alert| places.concerns(alert.card)));
            }
            let in_force = nearby.iter().filter(|alert| alert.state == State::InForce).count();
            nearby.truncate(in_force.max(HOME_NEAR));
            other_alerts.retain(|alert| alert.state != State::Cancelled);
        }
        other_alerts.truncate(HOME_OTHER_ALERTS);
        drills.retain(|alert| matches!(alert.state, State::InForce | State::Coming));
        other_alerts.extend(drills);
        let all = news(&cards);
        let is_mine = |card: &Card| mine.topics.iter().any(|topic| card.topics.contains(topic)) || for_places(card, &mine.places);
        // Nothing stands there twice.
        let (mut own, mut rest) = (Vec::new(), Vec::new());
        for card in all.iter().copied() {
            if own.len() < HOME_MINE && is_mine(card) { own.push(card) } else { rest.push(card) }
        }
        let later = rest.split_off(rest.len().min(HOME_NEWEST));
        let topics = (0..instance().topics.len() as u8).filter_map(|topic| {
            let of_topic = |card: &&&Card| card.topics.contains(&topic);
            let count = all.iter().filter(of_topic).count();
            (count > 0).then(|| (topic, count, later.iter().find(of_topic).copied()))
        });
        HomeData {
            near: nearby,
            alerts,
            other_alerts,
            events: coming_events(&cards, now).into_iter().take(HOME_EVENTS).collect(),
            topics: topics.collect(),
            newest: rest,
            more: later.iter().any(|card| card.kind == Kind::BULLETIN),
            mine: own,
            lead: None,
        }
    }
}

/// Meant for one of these places by name, not for everyone.
fn for_places(card: &Card, places: &[PlaceCode]) -> bool {
    !card.places.is_empty() && places.iter().any(|place| instance().concerns(&card.places, *place))
}

pub struct TopicData<'a> {
    pub topic: u8,
    /// In force and about this topic.
    pub alerts: Vec<Standing<'a>>,
    pub items: Vec<&'a Card>,
    /// How many there are beyond `items`.
    pub more: usize,
}

impl<'a> TopicData<'a> {
    pub fn select(cards: impl IntoIterator<Item = &'a Card>, now: Time, topic: u8, limit: usize) -> TopicData<'a> {
        let cards: Vec<&Card> = cards.into_iter().collect();
        let mut alerts = AlertsData::select(cards.iter().copied(), now).in_force;
        alerts.retain(|standing| standing.card.topics.contains(&topic));
        let mut items = news(&cards);
        items.retain(|card| card.topics.contains(&topic));
        let more = items.len().saturating_sub(limit);
        items.truncate(limit);
        TopicData { topic, alerts, items, more }
    }
}

pub struct PlaceData<'a> {
    pub code: u32,
    /// In force, coming, ended without newer word, or called off, for this place.
    pub alerts: Vec<Standing<'a>>,
    pub events: Vec<&'a Card>,
    pub items: Vec<&'a Card>,
    pub more: usize,
    /// How many come before `items`: pages of the server go on where the one before ended.
    pub from: usize,
}

impl<'a> PlaceData<'a> {
    pub fn select(cards: impl IntoIterator<Item = &'a Card>, now: Time, code: u32, limit: usize) -> PlaceData<'a> {
        let cards: Vec<&Card> = cards.into_iter().collect();
        let within = |card: &Card| instance().belongs(&card.places, PlaceCode(code));
        let standing = AlertsData::select(cards.iter().copied(), now);
        let mut alerts: Vec<Standing> =
            standing.in_force.into_iter().chain(standing.coming).chain(standing.ended).chain(standing.cancelled).collect();
        alerts.retain(|standing| within(standing.card));
        let named = |card: &Card| !card.places.is_empty() && within(card);
        let events = coming_events(&cards, now).into_iter().filter(|card| named(card)).take(HOME_EVENTS).collect();
        // Of an alert that only a later release can read, whom it concerns is all that is known.
        let mut items = standing.later;
        items.retain(|card| within(card));
        items.extend(news(&cards).into_iter().filter(|card| card.kind != Kind::ALERT && named(card)));
        let more = items.len().saturating_sub(limit);
        items.truncate(limit);
        PlaceData { code, alerts, events, items, more, from: 0 }
    }
}

pub struct ItemData<'a> {
    pub card: &'a Card,
    /// `None`: not on this phone yet.
    pub body: Option<&'a Body>,
    /// How an alert stands; `None` for other kinds.
    pub state: Option<State>,
    /// The chain of an alert, oldest first; empty when it stands alone.
    pub chain: Vec<&'a Card>,
    /// Messages that the chain refers to and that are not here.
    pub missed: Vec<ItemId>,
    /// The newer item that replaced this one.
    pub replaced_by: Option<&'a Card>,
}

impl<'a> ItemData<'a> {
    pub fn select(card: &'a Card, body: Option<&'a Body>, cards: impl IntoIterator<Item = &'a Card>, now: Time) -> ItemData<'a> {
        let cards: Vec<&Card> = cards.into_iter().collect();
        let mut data = ItemData { card, body, state: None, chain: Vec::new(), missed: Vec::new(), replaced_by: None };
        // A copy that the reader saved may be older than what is known of the item.
        let corrects = |other: &&Card| other.id == card.id && other.revision > card.revision;
        let newer = cards.iter().copied().filter(|other| other.supersedes == Some(card.id) || corrects(other));
        data.replaced_by = newer.max_by_key(|other| (other.issued, other.id));
        if card.alert().is_some() {
            let chains = alert::Chains::of(cards);
            (data.chain, data.missed) = chains.chain(card.id);
            let after = chains.after(card.id, now);
            let mut standings = chains.standings(now).into_iter();
            data.state = standings.find(|standing| standing.card.id == card.id).map(|standing| standing.state);
            if data.chain.len() < 2 && data.missed.is_empty() {
                data.chain.clear();
            }
            if matches!(data.state, Some(State::Superseded | State::Cancelled)) {
                data.replaced_by = after;
            }
        }
        data
    }
}

/// One found item with its hits marked, as `domain::search` gives them.
pub struct Found<'a> {
    pub card: &'a Card,
    pub shown: Shown,
    /// How an alert stands, or that the item was replaced.
    pub note: Option<&'static str>,
}

#[derive(Default)]
pub struct SearchData<'a> {
    pub query: Query,
    pub found: Vec<Found<'a>>,
    /// Whether `found` is still to come: nothing can be said of it yet.
    pub looking: bool,
    /// How many there are beyond `found`.
    pub more: usize,
    /// How many come before `found`: pages of the server go on where the one before ended.
    pub from: usize,
    /// Texts that are not on this phone, where nothing could be looked for, and their bytes on the way here.
    pub missing: (usize, u64),
}

impl SearchData<'_> {
    /// Nothing was asked yet.
    pub fn is_blank(&self) -> bool {
        self.query == Query::default()
    }
}

#[derive(Default)]
pub struct SavedData<'a> {
    /// Saved items, last saved first, with how they stand: alerts, and what was withdrawn.
    pub saved: Vec<(&'a Card, Option<&'static str>)>,
}

/// What this phone holds.
#[derive(Clone, Debug, Default)]
pub struct PhoneData {
    pub cards: usize,
    pub bodies: usize,
    pub saved: usize,
    /// Bytes of news in the store.
    pub news_bytes: u64,
    /// Bytes of images and recordings.
    pub media_bytes: u64,
    /// Bytes of the app itself.
    pub app_bytes: u64,
    /// Bytes this site may still take, where the browser says so.
    pub room: Option<u64>,
    /// The phone is nearly full.
    pub low: bool,
    /// The browser promised not to clear the store.
    pub persisted: Option<bool>,
    /// Bodies not on this phone yet, and their bytes.
    pub missing_bodies: usize,
    pub missing_bytes: u64,
    /// Bytes fetched today and this month.
    pub today: u64,
    pub month: u64,
    /// Days with their bytes, the newest first.
    pub days: Vec<(Time, u64)>,
    pub synced: Option<Time>,
}

#[derive(Clone, Debug, Default)]
pub struct SettingsData {
    /// What is chosen, as the names of the choices.
    pub size: String,
    pub theme: &'static str,
    pub mode: &'static str,
    pub version: String,
    /// A new release is complete and waits: its bytes.
    pub update: Option<u64>,
}
