//! What is in force at an instant: levels, chains of updates, and alerts that ended without newer word.

pub mod cap;

use crate::content::{AlertInfo, Card, ItemId, MsgType, Time};

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

/// Cancelled alerts stay on the alert page, and all that are over in the alerts pack, this long: 7 days. An alert that
/// ended without newer word stays in the lists until there is one (DESIGN.md §4).
pub const MEMORY: i64 = 7 * 86_400;

/// The severity word of CAP 1.2 for a national level 1–5.
pub fn severity(level: u8) -> &'static str {
    match level {
        0 => "Unknown",
        1 => "Minor",
        2 => "Moderate",
        3 => "Severe",
        _ => "Extreme",
    }
}

/// One alert card with what it says as an alert.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    pub card: &'a Card,
    pub info: AlertInfo,
    pub state: State,
}

/// How every alert among `cards` stands at `now`: in force first, worst level first, newest first among equals.
/// The order in which cards come does not matter.
pub fn standings<'a>(cards: impl IntoIterator<Item = &'a Card>, now: Time) -> Vec<Standing<'a>> {
    let alerts: Vec<(&Card, AlertInfo)> = cards.into_iter().filter_map(|card| Some((card, card.alert()?))).collect();
    let mut standings: Vec<Standing> = alerts
        .iter()
        .map(|(card, info)| {
            let later = alerts.iter().filter(|(_, other)| other.references.contains(&card.id));
            let by = later.max_by_key(|(other, _)| (other.issued, other.id)).map(|(_, other)| other.msg_type);
            Standing { card, info: info.clone(), state: state(card, info, by, now) }
        })
        .collect();
    standings.sort_unstable_by_key(|s| (s.state, std::cmp::Reverse((s.info.level, s.card.issued)), s.card.id));
    standings
}

fn state(card: &Card, info: &AlertInfo, replaced_by: Option<MsgType>, now: Time) -> State {
    match replaced_by {
        Some(MsgType::Cancel) => State::Cancelled,
        Some(_) => State::Superseded,
        None if info.msg_type == MsgType::Cancel => State::Cancelled,
        None if card.ended(now) => State::Ended,
        None if card.upcoming(now) => State::Coming,
        None => State::InForce,
    }
}

/// The chain an alert belongs to, oldest first: what it refers to and what refers to it, both ways to the end.
pub fn chain<'a>(cards: impl IntoIterator<Item = &'a Card>, of: ItemId) -> Vec<&'a Card> {
    let alerts: Vec<(&Card, AlertInfo)> = cards.into_iter().filter_map(|card| Some((card, card.alert()?))).collect();
    let mut ids = vec![of];
    let mut at = 0;
    while at < ids.len() {
        let id = ids[at];
        for (card, info) in &alerts {
            let linked = info.references.contains(&id).then_some(card.id);
            let referred = (card.id == id).then_some(&info.references).into_iter().flatten().copied();
            for next in referred.chain(linked) {
                if !ids.contains(&next) {
                    ids.push(next);
                }
            }
        }
        at += 1;
    }
    let mut chain: Vec<&Card> = alerts.iter().map(|(card, _)| *card).filter(|card| ids.contains(&card.id)).collect();
    chain.sort_unstable_by_key(|card| (card.issued, card.id));
    chain
}

/// When time alone next changes how an alert stands: one begins or ends.
pub fn next_change<'a>(cards: impl IntoIterator<Item = &'a Card>, now: Time) -> Option<Time> {
    let alerts = cards.into_iter().filter(|card| card.alert().is_some());
    alerts.flat_map(|card| [card.effective, card.expires]).flatten().filter(|at| *at > now).min()
}

/// Whether phones should hold the whole of this alert now: in force, coming, or over for less than [`MEMORY`].
pub fn matters(card: &Card, now: Time) -> bool {
    card.alert().is_some() && card.expires.unwrap_or(card.issued.plus(3 * 86_400)).plus(MEMORY) > now
}
