//! The log in memory and what phones fetch of it. Pure: the same log gives the same packs, byte for byte, for ever.
//!
//! A log is a slice of entries, owned or shared, in rising order of `seq`. Positions may be missing, never doubled.

use super::{BodyEntry, CardEntry, FullItem, Logged, Seq};
use crate::alert;
use crate::content::{Card, ItemId, Time};
use crate::sign::{KeyId, Sig};
use std::borrow::Borrow;
use std::collections::HashMap;

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

/// Entries of the card pack `(from, to]`: those that no later entry of the same range replaces.
pub fn cards<E: Borrow<Entry>>(log: &[E], from: Seq, to: Seq) -> Vec<CardEntry> {
    let mut at = from;
    newest(range(log, from, to))
        .into_iter()
        .map(|entry| {
            let step = entry.seq - at;
            at = entry.seq;
            CardEntry { step, what: entry.what.clone() }
        })
        .collect()
}

/// Entries of the body pack `(from, to]`, under the same rule.
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
    let cards: Vec<Card> = standing
        .iter()
        .filter_map(|entry| if let Logged::Card(card) = &entry.what { Card::decode(card).ok() } else { None })
        .collect();
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

fn newest<E: Borrow<Entry>>(log: &[E]) -> Vec<&Entry> {
    let log = || log.iter().map(E::borrow);
    let last: HashMap<ItemId, Seq> = log().map(|entry| (entry.id, entry.seq)).collect();
    log().filter(|entry| last.get(&entry.id) == Some(&entry.seq)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seq: Seq, id: u8, revision: u16, card: bool) -> Entry {
        let what = if card { Logged::Card(vec![id, revision as u8]) } else { Logged::Gone(vec![id]) };
        let body = card.then(|| (KeyId([1; 4]), Sig([2; 64]), vec![id, revision as u8, 9]));
        Entry { seq, id: ItemId([id; 5]), revision, what, body }
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
