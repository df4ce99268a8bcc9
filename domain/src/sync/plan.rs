//! Which pack to ask for next. Only ranges of the log are ever asked for: nobody learns from them what a reader likes.

use super::{Held, HeldCard, Wishes};
use crate::content::ItemId;
use crate::wire::{BLOCK, Seq};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The newest so many items come before the reader's own topics and places: what everyone talks about today.
const NEWEST: usize = 30;
/// Text shrinks to about a third on its way.
const SHRINKS: u64 = 3;
/// Id, revision, key and signature of a body do not shrink.
const PROOF: u64 = 80;
/// More blocks than this behind, a phone may start again at the floor: one large pack instead of many round trips.
const FAR: Seq = 4 * BLOCK;

/// The next pack of cards for a phone that holds all up to `at`; `None` when nothing is missing.
///
/// A pack from the floor holds all that a pack from `at` would, so starting there again never loses a correction or a
/// withdrawal. It is chosen when it repeats no more positions than lie ahead.
pub(super) fn cards(at: Seq, seq: Seq, floor: Seq) -> Option<(Seq, Seq)> {
    if at >= seq {
        return None;
    }
    let whole = seq - seq % BLOCK;
    Some(if seq - at <= BLOCK {
        (at, seq)
    } else if at == floor {
        (floor, whole)
    } else if at > floor && whole > at && whole - at > FAR && at - floor <= whole - at {
        (floor, whole)
    } else {
        (at, (at / BLOCK + 1) * BLOCK)
    })
}

/// A pack of bodies worth asking for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub from: Seq,
    pub to: Seq,
    /// Estimate of what it costs on the wire.
    pub cost: u64,
}

/// What may still be spent in this session, and on what.
#[derive(Clone, Debug, Default)]
pub(super) struct Purse {
    pub budget: u64,
    /// Bodies that may still be fetched.
    pub bodies: usize,
    /// Asked for already, with or without success: not again in this session.
    pub tried: BTreeSet<ItemId>,
    /// Alerts that matter now and whose body did not come with the alerts pack.
    pub urgent: BTreeSet<ItemId>,
}

/// The next pack of bodies: the newest items first, then block by block, those first that hold most of what concerns
/// the reader. `None` when all that is wanted is held, was tried, or costs too much.
pub(super) fn bodies(held: &Held, wishes: &Wishes, purse: &Purse, seq: Seq) -> Option<Range> {
    let placed: Vec<(&ItemId, &HeldCard)> =
        held.cards.iter().filter(|(_, card)| card.body_bytes > 0 && (1..=seq).contains(&card.seq)).collect();
    let wanted = wanted(&placed, wishes, purse);
    let missing = |id: &ItemId, card: &HeldCard| !card.body && !purse.tried.contains(id);
    let whole = seq - seq % BLOCK;
    let end = |card: &HeldCard| card.seq.checked_next_multiple_of(BLOCK).map_or(seq, |end| end.min(seq));

    // Positions to fetch by the end of their pack, with how urgent and how near to the reader each pack is.
    let mut packs: BTreeMap<Seq, (bool, usize, Vec<Seq>)> = BTreeMap::new();
    let newest = wanted.iter().filter(|w| w.first && missing(w.id, w.card)).map(|w| w.card.seq).max();
    for w in wanted.iter().filter(|w| missing(w.id, w.card)) {
        // The pack that ends at the head takes in what is new from the block before it: one request instead of two.
        let today = newest.is_some_and(|newest| newest > whole) && w.first && w.card.seq + BLOCK > seq;
        let (first, near, at) = packs.entry(if today { seq } else { end(w.card) }).or_default();
        *first |= w.first;
        *near += usize::from(w.concerns);
        at.push(w.card.seq);
    }
    let mut packs: Vec<(Seq, (bool, usize, Vec<Seq>))> = packs.into_iter().collect();
    packs.sort_by_key(|(to, (first, near, _))| (Reverse(*first), Reverse(if *first { 0 } else { *near }), Reverse(*to)));
    packs.into_iter().find_map(|(to, (_, _, mut at))| {
        at.sort_unstable();
        // Cheaper ranges start later: take the longest that can be paid.
        at.into_iter().find_map(|start| {
            let inside = || placed.iter().filter(|(_, card)| (start..=to).contains(&card.seq));
            let cost = inside().map(|(_, card)| u64::from(card.body_bytes) / SHRINKS + PROOF).sum();
            let count = inside().filter(|(_, card)| !card.body).count();
            (cost <= purse.budget && count <= purse.bodies).then_some(Range { from: start - 1, to, cost })
        })
    })
}

struct Wanted<'a> {
    id: &'a ItemId,
    card: &'a HeldCard,
    /// Among the newest, or an alert that matters.
    first: bool,
    concerns: bool,
}

/// The items whose text this phone should hold, held or not. It depends on the cards alone, not on what was fetched
/// before, so that no phone creeps through the whole archive session by session.
fn wanted<'a>(placed: &[(&'a ItemId, &'a HeldCard)], wishes: &Wishes, purse: &Purse) -> Vec<Wanted<'a>> {
    let mut newest: Vec<Seq> = placed.iter().map(|(_, card)| card.seq).collect();
    newest.sort_unstable_by_key(|seq| Reverse(*seq));
    let line = newest.get(NEWEST - 1).copied().unwrap_or(0);
    let mut wanted: Vec<Wanted> = placed
        .iter()
        .map(|(id, card)| Wanted {
            id,
            card,
            first: card.seq >= line || purse.urgent.contains(id),
            concerns: card.places.iter().any(|place| wishes.places.contains(place))
                || card.topics.iter().any(|topic| wishes.topics.contains(topic)),
        })
        .collect();
    wanted.sort_by_key(|w| (Reverse(w.first), Reverse(w.concerns && !w.first), Reverse(w.card.seq)));
    wanted.truncate(wishes.bodies);
    wanted
}
