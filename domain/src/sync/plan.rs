//! Which pack to ask for next. Only ranges of the log are ever asked for: nobody learns from them what a reader likes.
//! Which texts are wanted follows the lists on the screen, newest issue first, since that is where they are opened; the log
//! may have them in any order, as where an older collection was imported later.

use super::{Held, HeldCard, Wishes};
use crate::content::{ItemId, Time};
use crate::sorted::{Map, Set};
use crate::wire::{BLOCK, LONGEST, Seq};
use std::cmp::Reverse;

/// The newest so many items come before the reader's own topics and places: what everyone talks about today.
const NEWEST: usize = 30;
/// Text shrinks to about a third on its way.
const SHRINKS: u64 = 3;
/// Id, revision, key and signature of a body do not shrink.
const PROOF: u64 = 80;

/// The next pack of cards for a phone that holds all up to `at`; `None` when nothing is missing. Who begins takes all at once,
/// who has been away the longest packs that there are on his way.
pub(super) fn cards(at: Seq, seq: Seq, floor: Seq) -> Option<(Seq, Seq)> {
    if at >= seq {
        return None;
    }
    let whole = seq - seq % BLOCK;
    Some(if seq - at <= BLOCK {
        (at, seq)
    } else if at == floor {
        (floor, whole)
    } else {
        let mut span = BLOCK;
        while span < LONGEST && at.is_multiple_of(4 * span) && whole - at >= 4 * span {
            span *= 4;
        }
        (at, at - at % BLOCK + span)
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
    /// Bodies that may still be fetched beside the newest.
    pub bodies: usize,
    /// Asked for already, with or without success: not again in this session.
    pub tried: Set<ItemId>,
    /// Alerts that matter now and whose body did not come with the alerts pack.
    pub urgent: Set<ItemId>,
}

/// The next pack of bodies: the newest items first, then block by block, those first that hold most of what concerns
/// the reader. `None` when all that is wanted is held, was tried, or costs too much.
pub(super) fn bodies(held: &Held, wishes: &Wishes, purse: &Purse, seq: Seq) -> Option<Range> {
    let mut placed: Vec<(&ItemId, &HeldCard)> =
        held.cards.iter().filter(|(_, card)| card.body_bytes > 0 && (1..=seq).contains(&card.seq)).collect();
    let wanted = wanted(&mut placed, wishes, purse);
    let missing = |id: &ItemId, card: &HeldCard| !card.body && !purse.tried.contains(id);
    let whole = seq - seq % BLOCK;
    let end = |card: &HeldCard| card.seq.checked_next_multiple_of(BLOCK).map_or(seq, |end| end.min(seq));

    // Positions to fetch by the end of their pack, with how urgent and how near to the reader each pack is.
    let mut packs: Map<Seq, Worth> = Map::default();
    let lacking = || wanted.iter().filter(|w| missing(w.id, w.card));
    // The pack that ends at the head takes in what is new from the block before it: one request instead of two. Where more
    // of that block is wanted it would come twice.
    let recent = |w: &Wanted| w.first && w.card.seq + BLOCK > seq;
    let alone = lacking().filter(|w| w.card.seq <= whole && w.card.seq + BLOCK > whole).all(recent);
    let merged = alone && lacking().any(|w| w.first && w.card.seq > whole);
    for w in lacking() {
        let today = merged && recent(w);
        let worth = packs.entry(if today { seq } else { end(w.card) });
        if w.first {
            worth.newest = worth.newest.max(Some(w.card.issued));
            worth.first.push(w.card.seq);
        }
        worth.near += usize::from(w.concerns);
        worth.at.push(w.card.seq);
    }
    let mut packs: Vec<(Seq, Worth)> = packs.into_iter().collect();
    packs.sort_unstable_by_key(|(to, worth)| Reverse((worth.newest, worth.near, *to)));
    packs.into_iter().find_map(|(to, Worth { first, mut at, .. })| {
        at.sort_unstable();
        // Cheaper ranges start later: take the longest that can be paid.
        at.into_iter().find_map(|start| {
            let inside = || placed.iter().filter(|(_, card)| (start..=to).contains(&card.seq));
            let cost = inside().map(|(_, card)| u64::from(card.body_bytes) / SHRINKS + PROOF).sum();
            // With texts of cards that are not held: they would come too.
            let count = (to + 1 - start) as usize - inside().filter(|(_, card)| card.body).count();
            // The newest are paid for with what lies among them.
            let few = count <= purse.bodies || first.iter().any(|at| *at >= start) && first.iter().min() <= Some(&start);
            (cost <= purse.budget && few).then_some(Range { from: start - 1, to, cost })
        })
    })
}

#[derive(Default)]
struct Worth {
    /// When the newest of what comes first was issued.
    newest: Option<Time>,
    /// Positions of what comes first.
    first: Vec<Seq>,
    /// How much concerns the reader.
    near: usize,
    /// Positions that are missing.
    at: Vec<Seq>,
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
fn wanted<'a>(placed: &mut [(&'a ItemId, &'a HeldCard)], wishes: &Wishes, purse: &Purse) -> Vec<Wanted<'a>> {
    placed.sort_unstable_by_key(|(id, card)| (Reverse(card.issued), **id));
    let mut wanted = Vec::new();
    for class in 0..3 {
        for (at, (id, card)) in placed.iter().enumerate() {
            let urgent = purse.urgent.contains(id);
            let first = at < NEWEST || urgent;
            let concerns = card.places.iter().any(|place| wishes.places.contains(place))
                || card.topics.iter().any(|topic| wishes.topics.contains(topic));
            let of = if first { 0 } else { 2 - i32::from(concerns) };
            if of == class && (urgent || card.issued >= wishes.since) {
                wanted.push(Wanted { id, card, first, concerns });
            }
        }
    }
    wanted.truncate(wishes.bodies);
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::PlaceCode;
    use crate::wire::{bodies_allowed, cards_allowed};
    use proptest::prelude::*;

    fn held(cards: impl IntoIterator<Item = (Seq, u8, bool)>) -> Held {
        let card = |(seq, topic, body): (Seq, u8, bool)| {
            let places = vec![PlaceCode(u32::from(topic) + 100)];
            let [a, b, c, d] = seq.to_be_bytes();
            let issued = Time(i64::from(seq));
            let held = HeldCard { seq, revision: 1, hash: [0; 32], issued, topics: vec![topic], places, body_bytes: 900, body };
            (ItemId([a, b, c, d, 0]), held)
        };
        Held { cards: cards.into_iter().map(card).collect(), ..Held::default() }
    }

    fn wishes(bodies: usize, budget: u64, topics: &[u8]) -> Wishes {
        Wishes { topics: topics.to_vec(), budget, bodies, ..Wishes::default() }
    }

    /// Every pack that a session would ask for if all answers came.
    fn course(mut held: Held, wishes: &Wishes, seq: Seq) -> Vec<(Seq, Seq)> {
        let mut purse = Purse { budget: wishes.budget, bodies: wishes.bodies, ..Purse::default() };
        let mut asked = Vec::new();
        while let Some(range) = bodies(&held, wishes, &purse, seq) {
            assert!(bodies_allowed(range.from, range.to, seq), "{range:?} at {seq}");
            assert!(range.cost <= purse.budget);
            purse.budget -= range.cost;
            for (id, card) in held.cards.iter_mut().filter(|(_, card)| range.from < card.seq && card.seq <= range.to) {
                purse.tried.insert(*id);
                purse.bodies = purse.bodies.saturating_sub(usize::from(!card.body));
                card.body = true;
            }
            asked.push((range.from, range.to));
        }
        asked
    }

    #[test]
    fn who_has_been_away_for_long_needs_few_packs() {
        let packs = |mut at: Seq, seq: Seq| {
            let mut asked = Vec::new();
            while let Some((_, to)) = cards(at, seq, 0) {
                asked.push(to);
                at = to;
            }
            assert_eq!(at, seq);
            asked
        };
        assert_eq!(packs(0, 30_010), [29_952, 30_010]);
        assert_eq!(packs(950, 3_200), [960, 1_024, 2_048, 3_072, 3_136, 3_200]);
        assert!(packs(30_000, 36_000).len() <= 20, "{:?}", packs(30_000, 36_000));
    }

    proptest! {
        #[test]
        fn cards_arrive_in_allowed_packs_and_without_gaps(seq in 0u32..2000, floor_share in 0.0f64..1.0, at_share in 0.0f64..1.0) {
            let floor = (f64::from(seq) * floor_share) as Seq;
            let mut at = floor + (f64::from(seq - floor) * at_share) as Seq;
            let new = at == floor;
            let mut requests = 0;
            while let Some((from, to)) = cards(at, seq, floor) {
                prop_assert!(cards_allowed(from, to, seq, floor), "({from}, {to}] at {seq} from {floor}");
                prop_assert!(from <= at && at < to);
                at = to;
                requests += 1;
            }
            prop_assert!(at >= seq);
            let most = if new { 2 } else { seq / LONGEST + 14 };
            prop_assert!(requests <= most, "{} requests", requests);
        }

        #[test]
        fn bodies_are_asked_for_in_allowed_packs_and_never_twice(
            seq in 1u32..700,
            have in proptest::collection::vec((any::<bool>(), any::<bool>(), 0u8..10), 700),
            most in 0usize..700,
            issued in proptest::collection::vec(0i64..50, 700),
            budget in prop_oneof![Just(u64::MAX), 0u64..60_000],
            new in any::<bool>(),
        ) {
            let cards = have.iter().take(seq as usize).zip(1..).filter(|((there, ..), _)| *there);
            let mut held = held(cards.map(|((_, body, topic), seq)| (seq, *topic, *body && !new)));
            for (_, card) in held.cards.iter_mut() {
                card.issued = Time(issued[card.seq as usize]);
            }
            let mut shown: Vec<_> = held.cards.iter().map(|(id, card)| (Reverse(card.issued), *id, card.seq, card.body)).collect();
            shown.sort_unstable();
            let asked = course(held, &wishes(most, budget, &[2, 3]), seq);
            let distinct: std::collections::BTreeSet<_> = asked.iter().collect();
            prop_assert_eq!(distinct.len(), asked.len());
            prop_assert!(asked.len() <= most);
            if budget == u64::MAX && new {
                for at in 1..=seq {
                    prop_assert!(asked.iter().filter(|(from, to)| *from < at && at <= *to).count() <= 1, "{} comes twice: {:?}", at, asked);
                }
            }
            // Whatever the order of the log: the texts that stand first in lists are here.
            if budget == u64::MAX {
                for (.., at, body) in shown.into_iter().take(NEWEST.min(most)) {
                    prop_assert!(body || asked.iter().any(|(from, to)| *from < at && at <= *to), "{} has no text", at);
                }
            }
        }
    }

    #[test]
    fn the_newest_come_first_and_alone_when_no_more_is_wished_for() {
        let all = || held((1..=600).map(|seq| (seq, (seq % 10) as u8, false)));
        assert_eq!(course(all(), &wishes(30, u64::MAX, &[4]), 600), [(570, 600)]);
        assert_eq!(course(all(), &wishes(8, u64::MAX, &[]), 600), [(592, 600)]);
        assert_eq!(course(all(), &wishes(0, u64::MAX, &[4]), 600), []);
        assert_eq!(course(all(), &wishes(30, 0, &[4]), 600), []);
        // What is held already is not asked for again.
        let nearly = held((1..=600).map(|seq| (seq, 0, seq <= 590)));
        assert_eq!(course(nearly, &wishes(30, u64::MAX, &[]), 600), [(590, 600)]);
        // More of a block is wanted than its newest: each text comes once.
        assert_eq!(course(all(), &wishes(75, u64::MAX, &[]), 600), [(576, 600), (525, 576)]);
    }

    #[test]
    fn an_older_collection_that_came_later_leaves_the_newest_where_they_are_opened() {
        // 100 of today, then 500 of former years, the newest first.
        let mut cards = held((1..=600).map(|seq| (seq, 0, false)));
        for (_, card) in cards.cards.iter_mut() {
            card.issued = Time(if card.seq <= 100 { 10_000 + i64::from(card.seq) } else { 1_000 - i64::from(card.seq) });
        }
        assert_eq!(course(cards.clone(), &wishes(30, u64::MAX, &[]), 600), [(70, 128)]);
        // What was asked for and what lies among it is all that comes, however often a session runs.
        for (_, card) in cards.cards.iter_mut() {
            card.body = (71..=128).contains(&card.seq);
        }
        assert_eq!(course(cards, &wishes(30, u64::MAX, &[]), 600), []);
    }

    #[test]
    fn a_small_budget_buys_the_newest_issue_wherever_it_lies_in_the_log() {
        let mut cards = held((1..=256).map(|seq| (seq, 0, false)));
        for (_, card) in cards.cards.iter_mut() {
            card.issued = Time(if card.seq <= 10 { 10_000 + i64::from(card.seq) } else { i64::from(card.seq) });
        }
        let each = 900 / SHRINKS + PROOF;
        assert_eq!(course(cards, &wishes(30, each * 60, &[]), 256), [(4, 64)]);
    }

    #[test]
    fn what_concerns_the_reader_comes_before_the_rest() {
        // Topic 5 lives in the block (128, 192] alone.
        let cards = held((1..=600).map(|seq| (seq, if (129..=192).contains(&seq) { 5 } else { 0 }, false)));
        assert_eq!(course(cards, &wishes(30 + 64, u64::MAX, &[5]), 600), [(570, 600), (128, 192)]);
    }

    #[test]
    fn what_the_reader_deleted_does_not_come_again() {
        let cards = held((1..=100).map(|seq| (seq, 0, false)));
        let wishes = Wishes { since: Time(91), ..wishes(60, u64::MAX, &[]) };
        assert_eq!(course(cards.clone(), &wishes, 100), [(90, 100)]);
        // An alert that matters does.
        let urgent = [*cards.cards.keys().next().unwrap()];
        let purse = Purse { budget: u64::MAX, bodies: 100, urgent: Set::from_iter(urgent), ..Purse::default() };
        let all = Wishes { since: Time(101), ..wishes.clone() };
        assert_eq!(bodies(&cards, &all, &purse, 100).map(|range| range.from), Some(0));
        assert_eq!(bodies(&cards, &all, &Purse { urgent: Set::default(), ..purse }, 100), None);
    }

    #[test]
    fn a_small_budget_buys_the_newest() {
        let cards = held((1..=100).map(|seq| (seq, 0, false)));
        let each = 900 / SHRINKS + PROOF;
        assert_eq!(course(cards, &wishes(30, each * 4 + 1, &[]), 100), [(96, 100)]);
    }
}
