//! What is in force at an instant: levels, chains of updates, and alerts that ended without newer word.
//!
//! Everything here is a pure function of the alerts that are stored, of places and of time. [`Chains`] knows which
//! messages belong together; the functions of this module ask it one question each. What an alert says in other
//! clothes stands beside it: [`sms`], [`aloud`].

pub mod aloud;
mod call;
pub mod cap;
mod chain;
pub mod numbers;
pub mod sms;
#[cfg(test)]
mod tests;

pub use call::{Call, Message, WAKES, WAKES_NOW, Wish, call, foremost};
pub use chain::{Chains, Standing};

use crate::content::{AlertInfo, Card, ItemId, MsgType, PlaceCode, Status, Time};
use crate::instance::instance;
use crate::sorted::Set;

/// How an alert stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Holds now.
    InForce,
    /// Will hold: `effective` lies ahead.
    Coming,
    /// Past its end with no newer word: not the same as safe.
    Ended,
    /// Cancelled by a later message of its chain.
    Cancelled,
    /// Replaced by a later message of its chain.
    Superseded,
}

/// What is over stays in lists of alerts, and in the alerts pack, this long: 7 days. Then it stands among what is past.
pub const MEMORY: i64 = 7 * 86_400;

/// What has no end is taken to end so long after it was issued, where an end is needed: 3 days.
pub const OPEN_END: i64 = 3 * 86_400;

/// When an alert is over, as far as one can tell: what calls one off still has the end that the alert had.
pub fn over_at(card: &Card, info: &AlertInfo) -> Time {
    let end = card.expires.filter(|_| info.msg_type != MsgType::Cancel);
    end.unwrap_or(card.issued)
}

/// Whether it is not over, or has not been for longer than [`MEMORY`].
pub fn recent(card: &Card, info: &AlertInfo, now: Time) -> bool {
    over_at(card, info).plus(MEMORY) > now
}

/// How every alert among `cards` stands at `now`, drills included: in force first, worst level first, newest first
/// among equals. The order in which cards come does not matter, nor does a card that comes twice.
pub fn standings<'a>(cards: impl IntoIterator<Item = &'a Card>, now: Time) -> Vec<Standing<'a>> {
    Chains::of(cards).standings(now)
}

/// The last word of every chain at `now`, drills included, in the order of [`standings`]: no event is there twice for
/// the same place, and nothing is called off that was never announced here.
pub fn current<'a>(cards: impl IntoIterator<Item = &'a Card>, now: Time) -> Vec<Standing<'a>> {
    Chains::of(cards).current(now)
}

/// What is really in force at `now` for those who live in `places` (none: what is for everyone), worst first.
pub fn in_force<'a>(cards: impl IntoIterator<Item = &'a Card>, places: &[PlaceCode], now: Time) -> Vec<Standing<'a>> {
    let near = Near::of(places);
    let mut out = current(cards, now);
    out.retain(|s| s.state == State::InForce && s.card.status() == Status::Actual && near.concerns(s.card));
    out
}

/// What holds at `now` or is to come, wherever; no drills.
pub fn live<'a>(cards: impl IntoIterator<Item = &'a Card>, now: Time) -> Vec<ItemId> {
    let holds = |s: &Standing| matches!(s.state, State::InForce | State::Coming) && s.card.status() == Status::Actual;
    current(cards, now).iter().filter(|s| holds(s)).map(|s| s.card.id).collect()
}

/// The places of a reader, ready to be asked about many alerts.
pub struct Near(Vec<PlaceCode>);

impl Near {
    pub fn of(places: &[PlaceCode]) -> Near {
        let i = instance();
        // The area as a whole is everyone's place.
        let mut all: Vec<PlaceCode> = i.whole().map(|p| PlaceCode(p.code)).into_iter().collect();
        for code in places {
            all.push(*code);
            all.extend(i.place(*code).and_then(|place| place.parent).map(PlaceCode));
        }
        all.sort_unstable();
        Near(all)
    }

    /// Whether `card` is for everyone or for one of these places.
    pub fn concerns(&self, card: &Card) -> bool {
        card.places.is_empty() || card.places.iter().any(|place| self.0.binary_search(place).is_ok())
    }
}

/// The chain an alert belongs to, oldest first: what it refers to and what refers to it, both ways to the end.
pub fn chain<'a>(cards: impl IntoIterator<Item = &'a Card>, of: ItemId) -> Vec<&'a Card> {
    Chains::of(cards).chain(of).0
}

/// What a chain is called wherever it is followed: the id of its oldest message among `cards`. An alert that is not
/// there stands for itself.
pub fn chain_id<'a>(cards: impl IntoIterator<Item = &'a Card>, of: ItemId) -> ItemId {
    chain(cards, of).first().map_or(of, |card| card.id)
}

/// When time alone next changes how an alert stands: one begins or ends.
pub fn next_change<'a>(cards: impl IntoIterator<Item = &'a Card>, now: Time) -> Option<Time> {
    let alerts = cards.into_iter().filter(|card| card.alert().is_some());
    alerts.flat_map(|card| [card.effective, card.expires]).flatten().filter(|at| *at > now).min()
}

/// Until when an alert matters for itself alone; one that names no end for three days and [`MEMORY`].
pub fn forgotten(card: &Card) -> Time {
    card.expires.unwrap_or(card.issued.plus(OPEN_END)).plus(MEMORY)
}

/// Whether phones should hold the whole of this alert now, as far as it tells by itself; see [`mattering`].
pub fn matters(card: &Card, now: Time) -> bool {
    card.alert().is_some() && forgotten(card) > now
}

/// The alerts that phones should hold the whole of, and that others are told of: in force, coming, or over for less than
/// [`MEMORY`]. One that names no end holds until there is another word; one that was replaced is forgotten with that word
/// at the latest, since alone it would look as if it held.
pub fn mattering<'a>(cards: impl IntoIterator<Item = &'a Card>, now: Time) -> Set<ItemId> {
    Chains::of(cards).mattering(now)
}

/// What stands before every headline of a message that is not actual, so that programs that know no status show it too.
pub fn prefix(status: Status, lang: &str) -> &'static str {
    match (status, if lang.starts_with("en") { "en" } else { "vi" }) {
        (Status::Actual, _) => "",
        (Status::Exercise, "en") => "[EXERCISE] ",
        (Status::Test, "en") => "[TEST] ",
        (Status::Exercise, _) => "[DIỄN TẬP] ",
        (Status::Test, _) => "[THỬ NGHIỆM] ",
    }
}

/// `title` as a drill must have it, in the language `lang`.
pub fn marked(title: &str, status: Status, lang: &str) -> String {
    let mark = prefix(status, lang);
    if title.starts_with(mark) { title.to_owned() } else { [mark, title].concat() }
}
