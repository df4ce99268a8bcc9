//! The log in memory and what phones fetch of it. Pure: the same log gives the same packs, byte for byte, for ever.
//!
//! A log is a slice of entries, owned or shared, in rising order of `seq`. Positions may be missing, never doubled.

use super::{BodyEntry, CardEntry, FullItem, Logged, Seq};
use crate::alert;
use crate::content::{Card, ItemId, Kind, MsgType, Time};
use crate::sign::{KeyId, Sig};
use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// So many of the newest cards a phone gets that starts anew, and whatever older ones still say something: with the years the
/// log grows, what a first start costs does not.
pub const NEWEST: usize = 1_000;

/// One position of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub seq: Seq,
    pub id: ItemId,
    pub revision: u16,
    pub what: Logged,
    /// Signature and exact bytes; `None` for a withdrawal.
    pub body: Option<(KeyId, Sig, Vec<u8>)>,
}

impl Entry {
    /// What its card says; `None` for a withdrawal, and where it cannot be read here.
    pub fn card(&self) -> Option<Card> {
        match &self.what {
            Logged::Card(bytes) => Card::decode(bytes).ok(),
            Logged::Gone(_) => None,
        }
    }

    /// The item as the exact bytes that prove it; `None` for a withdrawal.
    pub fn full(&self) -> Option<FullItem> {
        match (&self.what, &self.body) {
            (Logged::Card(card), Some((kid, sig, body))) => {
                Some(FullItem { card: card.clone(), kid: *kid, sig: *sig, body: body.clone() })
            }
            _ => None,
        }
    }
}

/// Entries of the card pack `(from, to]`: those that no later entry of the same range replaces. The pack from the beginning
/// is without what is [`bygone`] beside the [`NEWEST`].
pub fn cards<E: Borrow<Entry>>(log: &[E], from: Seq, to: Seq) -> Vec<CardEntry> {
    cards_beside(log, from, to, NEWEST)
}

/// The same where not [`NEWEST`], but `kept` cards are there whatever they say.
pub fn cards_beside<E: Borrow<Entry>>(log: &[E], from: Seq, to: Seq, kept: usize) -> Vec<CardEntry> {
    let range = range(log, from, to);
    let left_out = if from == 0 { bygone(range, kept) } else { HashSet::new() };
    let mut at = from;
    newest(range)
        .into_iter()
        .filter(|entry| !left_out.contains(&entry.seq))
        .map(|entry| {
            let step = entry.seq - at;
            at = entry.seq;
            CardEntry { step, what: entry.what.clone() }
        })
        .collect()
}

/// Entries of the body pack `(from, to]`: those that no later entry of the same range replaces.
pub fn bodies<E: Borrow<Entry>>(log: &[E], from: Seq, to: Seq) -> Vec<BodyEntry> {
    newest(range(log, from, to))
        .into_iter()
        .filter_map(|entry| {
            let (kid, sig, body) = entry.body.clone()?;
            Some(BodyEntry { id: entry.id, revision: entry.revision, kid, sig, body })
        })
        .collect()
}

/// What the alerts pack holds at `now`: the newest revision of every alert that matters, by id.
pub fn alerts<E: Borrow<Entry>>(log: &[E], now: Time) -> Vec<FullItem> {
    let standing = live(log);
    let cards: Vec<Card> = standing.iter().filter_map(|entry| entry.card()).collect();
    let matter = alert::mattering(&cards, now);
    let standing = standing.into_iter().filter(|entry| matter.contains(&entry.id));
    let mut found: Vec<(ItemId, FullItem)> = standing.filter_map(|entry| Some((entry.id, entry.full()?))).collect();
    found.sort_by_key(|(id, _)| *id);
    found.into_iter().map(|(_, item)| item).collect()
}

/// What stands now: the newest entry of every item that is not withdrawn, in the order of the log.
pub fn live<E: Borrow<Entry>>(log: &[E]) -> Vec<&Entry> {
    newest(log).into_iter().filter(|entry| matches!(entry.what, Logged::Card(_))).collect()
}

/// The newest entry of an item, be it a card or a withdrawal.
pub fn find<E: Borrow<Entry>>(log: &[E], id: ItemId) -> Option<&Entry> {
    log.iter().map(E::borrow).rev().find(|entry| entry.id == id)
}

/// The entries with `from < seq <= to`.
fn range<E: Borrow<Entry>>(log: &[E], from: Seq, to: Seq) -> &[E] {
    let start = log.partition_point(|entry| entry.borrow().seq <= from);
    let end = log.partition_point(|entry| entry.borrow().seq <= to);
    log.get(start..end).unwrap_or_default()
}

/// Positions of cards that nobody who starts anew misses: older than the `kept` newest and over, in every revision, before
/// the oldest of those was issued, but for those that replace or refer to one that he gets. Tombstones are kept: who begins
/// may hold alerts already.
pub fn bygone<E: Borrow<Entry>>(log: &[E], kept: usize) -> HashSet<Seq> {
    let mut cards: Vec<(Seq, Card)> = newest(log).into_iter().filter_map(|entry| Some((entry.seq, entry.card()?))).collect();
    cards.sort_unstable_by_key(|(seq, card)| Reverse((card.issued, *seq)));
    let older = cards.split_off(kept.min(cards.len()));
    let then = cards.last().map(|(_, card)| card.issued).unwrap_or_default();
    let revisions = log.iter().map(E::borrow).filter_map(Entry::card);
    let holds: HashSet<ItemId> = revisions.filter(|card| !is_over(card, then)).map(|card| card.id).collect();
    let (mut silent, loud): (Vec<_>, Vec<_>) = older.into_iter().partition(|(_, card)| !holds.contains(&card.id));
    let mut here: HashSet<ItemId> = cards.iter().chain(&loud).map(|(_, card)| card.id).collect();
    // What one of them is about stays with it, and so on.
    loop {
        let about = |card: &Card| card.alert().map(|info| info.references).unwrap_or_default().into_iter().chain(card.supersedes);
        let (still, more): (Vec<_>, Vec<_>) = silent.into_iter().partition(|(_, card)| !about(card).any(|id| here.contains(&id)));
        silent = still;
        if more.is_empty() {
            break;
        }
        here.extend(more.iter().map(|(_, card)| card.id));
    }
    silent.into_iter().map(|(seq, _)| seq).collect()
}

/// Whether it was over by `then`.
fn is_over(card: &Card, then: Time) -> bool {
    let over = match card.kind {
        Kind::BULLETIN => card.end().is_none_or(|end| end <= then),
        // One that names no end holds until there is another word.
        Kind::ALERT => {
            let cancel = card.alert().is_some_and(|info| info.msg_type == MsgType::Cancel);
            (cancel || card.expires.is_some()) && alert::forgotten(card) <= then
        }
        // A guide holds until it says otherwise; what a kind of a later release holds is not known here.
        _ => card.end().is_some_and(|end| end <= then),
    };
    over && !card.upcoming(then)
}

fn newest<E: Borrow<Entry>>(log: &[E]) -> Vec<&Entry> {
    let log = || log.iter().map(E::borrow);
    let last: HashMap<ItemId, Seq> = log().map(|entry| (entry.id, entry.seq)).collect();
    log().filter(|entry| last.get(&entry.id) == Some(&entry.seq)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{AlertInfo, Certainty, EventInfo, Gone, Headline, Urgency};

    fn entry(seq: Seq, id: u8, revision: u16, card: bool) -> Entry {
        let what = if card { Logged::Card(vec![id, revision as u8]) } else { Logged::Gone(vec![id]) };
        let body = card.then(|| (KeyId([1; 4]), Sig([2; 64]), vec![id, revision as u8, 9]));
        Entry { seq, id: ItemId([id; 5]), revision, what, body }
    }

    #[test]
    fn who_starts_anew_gets_what_is_newest_and_what_is_not_over() {
        let day = |n: i64| Time(1_800_000_000).plus(n * 86_400);
        let headline = Headline { lang: "vi".into(), title: "Tin".into(), summary: String::new(), audio: false };
        let of = |id: u8, kind: Kind, at: i64| Card {
            id: ItemId([id; 5]),
            revision: 1,
            headlines: vec![headline.clone()],
            ..Card::blank(kind, day(at))
        };
        let alert = |id: u8, at: i64, expires: Option<i64>, references: &[u8]| {
            let info = AlertInfo {
                level: 2,
                hazard: 0,
                msg_type: MsgType::Alert,
                urgency: Urgency::Expected,
                certainty: Certainty::Likely,
                references: references.iter().map(|id| ItemId([*id; 5])).collect(),
            };
            Card { expires: expires.map(day), detail: info.encode(), ..of(id, Kind::ALERT, at) }
        };
        let event = |id: u8, at: i64, start: i64| {
            let info = EventInfo { start: day(start), end: None, online: None };
            Card { detail: info.encode(), ..of(id, Kind::EVENT, at) }
        };
        let over = [
            of(1, Kind::BULLETIN, 0),
            alert(2, 0, Some(3), &[]),
            event(3, 0, 5),
            alert(4, 0, Some(3), &[2]),
            Card { supersedes: Some(ItemId([1; 5])), ..of(5, Kind::BULLETIN, 0) },
        ];
        let kept = [
            of(10, Kind::GUIDE, 0),
            Card { expires: Some(day(400)), ..of(11, Kind::BULLETIN, 0) },
            Card { effective: Some(day(60)), ..of(12, Kind::BULLETIN, 0) },
            alert(13, 0, None, &[]),
            alert(14, 0, Some(50), &[]),
            event(15, 0, 55),
            of(16, Kind(99), 0),
            // What took the place of something that is kept, and what took its place.
            alert(17, 0, Some(3), &[13]),
            Card { supersedes: Some(ItemId([19; 5])), ..of(18, Kind::BULLETIN, 0) },
            Card { supersedes: Some(ItemId([10; 5])), ..of(19, Kind::BULLETIN, 0) },
            // Corrected to be over, which not everybody may know.
            of(9, Kind::BULLETIN, 0),
            of(20, Kind::BULLETIN, 50),
            of(21, Kind::BULLETIN, 50),
        ];
        let before = Card { expires: Some(day(400)), ..of(9, Kind::BULLETIN, 0) };
        let mut log: Vec<Entry> =
            over.iter().chain([&before]).chain(&kept).zip(1..).map(|(card, seq)| logged(seq, card)).collect();
        for (id, at) in [(30, 49), (31, 51)] {
            let gone = Gone { id: ItemId([id; 5]), revision: 2, at: day(at), reason: String::new() };
            let seq = log.len() as Seq + 1;
            log.push(Entry { seq, id: gone.id, revision: 2, what: Logged::Gone(gone.encode()), body: None });
        }
        let to = log.len() as Seq;
        let ids = |pack: Vec<CardEntry>| -> Vec<u8> {
            let id = |entry: CardEntry| match entry.what {
                Logged::Card(bytes) => Card::decode(&bytes).map(|card| card.id),
                Logged::Gone(bytes) => Gone::decode(&bytes).map(|gone| gone.id),
            };
            pack.into_iter().filter_map(|entry| id(entry).ok()).map(|id| id.0[0]).collect()
        };
        let told =
            |of: &[u8]| -> Vec<u8> { (1..=5).chain(10..=19).chain([9, 20, 21, 30, 31]).filter(|id| !of.contains(id)).collect() };
        assert_eq!(ids(cards_beside(&log, 0, to, 2)), told(&[1, 2, 3, 4, 5]));
        assert_eq!(ids(cards_beside(&log, 0, to, 1)), told(&[1, 2, 3, 4, 5, 20]), "among equals the later one is newer");
        assert_eq!(ids(cards(&log, 0, to)), told(&[]), "there are few");
        assert_eq!(ids(cards_beside(&log, 1, to, 2)), told(&[1]), "not from the beginning");
    }

    fn logged(seq: Seq, card: &Card) -> Entry {
        Entry { seq, id: card.id, revision: card.revision, what: Logged::Card(card.encode()), body: None }
    }

    #[test]
    fn a_later_entry_of_the_same_range_replaces_and_one_beyond_does_not() {
        let log = [entry(1, 1, 1, true), entry(2, 2, 1, true), entry(4, 1, 2, true), entry(5, 2, 2, false)];
        let all = cards(&log, 0, 5);
        assert_eq!(all.iter().map(|e| e.step).collect::<Vec<_>>(), [4, 1]);
        assert_eq!(all[1].what, Logged::Gone(vec![2]));
        let early = cards(&log, 0, 2);
        assert_eq!(early.iter().map(|e| e.step).collect::<Vec<_>>(), [1, 1]);
        assert_eq!(bodies(&log, 0, 5).iter().map(|b| (b.id, b.revision)).collect::<Vec<_>>(), [(ItemId([1; 5]), 2)]);
        assert_eq!(bodies(&log, 0, 2).len(), 2);
        assert_eq!(live(&log).iter().map(|e| e.seq).collect::<Vec<_>>(), [4]);
        assert_eq!(find(&log, ItemId([2; 5])).map(|e| e.seq), Some(5));
        assert!(cards(&log, 5, 5).is_empty());
        assert!(cards(&log, 9, 3).is_empty());
    }
}
