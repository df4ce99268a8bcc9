//! Which messages belong together, which is the last word, and what nobody is told.

use super::*;
use crate::alert::*;
use proptest::prelude::*;
use proptest::sample::Index;

fn states(cards: &[Card], now: Time) -> Vec<(ItemId, State)> {
    current(cards, now).iter().map(|s| (s.card.id, s.state)).collect()
}

#[test]
fn an_event_is_there_once_and_its_last_word_counts() {
    let cards = [alert(1, MsgType::Alert, &[]), alert(2, MsgType::Update, &[1]), alert(3, MsgType::Update, &[2, 1])];
    assert_eq!(states(&cards, NOW), [(id(3), State::InForce)]);
    assert_eq!(chain_id(&cards, id(3)), id(1));
    let cancelled = [&cards[..], &[alert(4, MsgType::Cancel, &[3])]].concat();
    assert_eq!(states(&cancelled, NOW), [(id(4), State::Cancelled)]);
    assert_eq!(states(&cards, NOW.plus(9_000)), [(id(3), State::Ended)], "until there is newer word");
}

#[test]
fn worst_first_and_my_places_only() {
    let elsewhere = Card { places: vec![PlaceCode(20050)], ..level(alert(3, MsgType::Alert, &[]), 5) };
    let everyone = Card { places: vec![], ..level(alert(4, MsgType::Alert, &[]), 4) };
    let whole = Card { places: vec![PlaceCode(46)], ..level(alert(5, MsgType::Alert, &[]), 2) };
    let cards = [alert(1, MsgType::Alert, &[]), elsewhere, everyone, whole];
    let mine = |places: &[PlaceCode]| in_force(&cards, places, NOW).iter().map(|s| s.card.id).collect::<Vec<_>>();
    assert_eq!(mine(&[PlaceCode(20044)]), [id(4), id(1), id(5)]);
    assert_eq!(mine(&[PlaceCode(20044), PlaceCode(20050)]), [id(3), id(4), id(1), id(5)]);
    assert_eq!(mine(&[]), [id(4), id(5)], "who chose no place hears what is for everyone");
}

#[test]
fn a_chain_that_split_up_keeps_each_part() {
    let north = Card { places: vec![PlaceCode(20050)], ..alert(2, MsgType::Update, &[1]) };
    let south = alert(3, MsgType::Update, &[1]);
    let cards = [alert(1, MsgType::Alert, &[]), north, south];
    assert_eq!(states(&cards, NOW).len(), 2);
    // The same event for the same place, said twice: the worse one counts.
    let twice = [alert(1, MsgType::Alert, &[]), level(alert(2, MsgType::Update, &[1]), 4), alert(3, MsgType::Update, &[1])];
    assert_eq!(states(&twice, NOW), [(id(2), State::InForce)]);
}

#[test]
fn what_will_hold_later_does_not_silence_what_holds_now() {
    let later = |n, references: &[u8]| {
        let update = level(alert(n, MsgType::Update, references), 4);
        Card { effective: Some(NOW.plus(3_600)), expires: Some(NOW.plus(9_000)), ..update }
    };
    let cards = [alert(1, MsgType::Alert, &[]), later(2, &[1])];
    assert_eq!(states(&cards, NOW), [(id(1), State::InForce), (id(2), State::Coming)]);
    assert_eq!(in_force(&cards, &[PlaceCode(20044)], NOW).len(), 1);
    assert_eq!(next_change(&cards, NOW), Some(NOW.plus(3_600)));
    assert_eq!(states(&cards, NOW.plus(3_600)), [(id(2), State::InForce)]);
    // What another update has replaced already stays replaced, and a cancel takes back what was to come.
    let cards = [&cards[..], &[alert(3, MsgType::Update, &[1]), later(4, &[1, 3])]].concat();
    assert_eq!(standings(&cards, NOW).iter().find(|s| s.card.id == id(1)).unwrap().state, State::Superseded);
    assert_eq!(states(&cards, NOW)[0], (id(3), State::InForce));
    let after = |cards: &[Card], now| Chains::of(cards).after(id(1), now).map(|card| card.id);
    assert_eq!((after(&cards, NOW), after(&cards, NOW.plus(3_600))), (Some(id(3)), Some(id(4))), "the word that holds");
    // What was called off and is announced anew for later is called off until then.
    let anew = [alert(1, MsgType::Alert, &[]), alert(2, MsgType::Cancel, &[1]), later(3, &[1, 2])];
    let first = |now| standings(&anew, now).iter().find(|s| s.card.id == id(1)).unwrap().state;
    assert_eq!((first(NOW), first(NOW.plus(3_600))), (State::Cancelled, State::Superseded));
    assert_eq!((after(&anew, NOW), after(&anew, NOW.plus(3_600))), (Some(id(2)), Some(id(3))));
    let cards = [&cards[..], &[Card { effective: Some(NOW.plus(60)), ..alert(5, MsgType::Cancel, &[1, 2, 3, 4]) }]].concat();
    assert_eq!(states(&cards, NOW), [(id(5), State::Cancelled)]);
}

#[test]
fn an_alert_that_is_put_off_or_called_off_does_not_come_up_at_its_old_time() {
    let at = |card: Card, minutes: i64| Card { effective: Some(NOW.plus(60 * minutes)), expires: Some(NOW.plus(20_000)), ..card };
    // Put off, and lower, before it began.
    let cards = [at(level(alert(1, MsgType::Alert, &[]), 4), 60), at(alert(2, MsgType::Update, &[1]), 120)];
    assert_eq!(states(&cards, NOW), [(id(2), State::Coming)]);
    assert_eq!(states(&cards, NOW.plus(4_000)), [(id(2), State::Coming)]);
    assert_eq!(states(&cards, NOW.plus(8_000)), [(id(2), State::InForce)]);
    // Whoever ends the update that was to come, and names nothing else, ends what it was to replace.
    let before = [alert(1, MsgType::Alert, &[]), at(alert(2, MsgType::Update, &[1]), 60)];
    for last in [MsgType::Cancel, MsgType::Update] {
        let cards = [&before[..], &[level(alert(3, last, &[2]), 1)]].concat();
        let state = if last == MsgType::Cancel { State::Cancelled } else { State::InForce };
        assert_eq!(states(&cards, NOW), [(id(3), state)]);
    }
}

#[test]
fn nothing_is_called_off_that_was_never_announced() {
    assert_eq!(states(&[alert(2, MsgType::Cancel, &[1])], NOW), []);
}

#[test]
fn what_names_no_end_matters_until_there_is_another_word() {
    let endless = |card: Card| Card { expires: None, ..card };
    let cards = [
        endless(alert(1, MsgType::Alert, &[])),
        endless(alert(2, MsgType::Alert, &[])),
        endless(alert(3, MsgType::Update, &[2])),
    ];
    let later = NOW.plus(30 * 86_400);
    let matter = mattering(&cards, later);
    assert_eq!([1, 2, 3].map(|n| matter.contains(&id(n))), [true, false, true], "what was replaced is forgotten");
    let over = [&cards[..], &[endless(alert(4, MsgType::Cancel, &[1, 3]))]].concat();
    assert_eq!(mattering(&over, NOW).len(), 4, "that it is over is told for a while");
    assert_eq!(mattering(&over, later).len(), 0);
}

#[test]
fn what_a_message_follows_is_told_by_its_references_before_its_clock() {
    let issued = |card: Card, at: i64| Card { issued: NOW.plus(at), ..card };
    let before = |cards: &[Card], n: u8| Chains::of(cards).before(id(n)).iter().map(|card| card.id).collect::<Vec<_>>();
    // The clock of whoever called it off was slow, or both were written in one go.
    for late in [0, 60] {
        let cards = [issued(alert(2, MsgType::Alert, &[]), late), issued(alert(1, MsgType::Cancel, &[2]), 0)];
        assert_eq!((before(&cards, 1), before(&cards, 2)), (vec![id(2)], vec![]));
    }
    // Two that follow the same: the younger one follows the other, too.
    let cards = [
        issued(alert(1, MsgType::Alert, &[]), 0),
        issued(alert(2, MsgType::Update, &[1]), 60),
        issued(alert(3, MsgType::Update, &[1]), 120),
    ];
    assert_eq!([1, 2, 3].map(|n| before(&cards, n).len()), [0, 1, 2]);
    let circle = [issued(alert(1, MsgType::Update, &[2]), 0), issued(alert(2, MsgType::Update, &[1]), 60)];
    assert_eq!((before(&circle, 1), before(&circle, 2), before(&circle, 9)), (vec![], vec![id(1)], vec![]));
}

#[test]
fn the_last_word_is_not_forgotten_before_what_it_ended() {
    let day = 86_400;
    let ends = |card: Card, at: i64| Card { expires: Some(NOW.plus(at)), ..card };
    let endless = Card { expires: None, ..alert(1, MsgType::Alert, &[]) };
    // Called off, or followed by an update that ended; the last one by way of another.
    for second in [MsgType::Cancel, MsgType::Update] {
        for first in [endless.clone(), ends(alert(1, MsgType::Alert, &[]), 9 * day)] {
            let cards = [first, ends(alert(2, second, &[1]), day / 2)];
            assert_eq!(mattering(&cards, NOW.plus(6 * day)).len(), 2);
            assert_eq!(mattering(&cards, NOW.plus(8 * day)).len(), 0, "{second:?}: alone it would look as if it held");
        }
    }
    let cards = [endless, ends(alert(2, MsgType::Update, &[1]), 20 * day), ends(alert(3, MsgType::Cancel, &[2]), day)];
    assert_eq!([7, 9].map(|days| mattering(&cards, NOW.plus(days * day)).len()), [3, 0]);
    // What is replaced later only matters for itself.
    let later = Card { effective: Some(NOW.plus(2 * day)), ..ends(alert(2, MsgType::Update, &[1]), 3 * day) };
    assert_eq!(mattering(&[Card { expires: None, ..alert(1, MsgType::Alert, &[]) }, later], NOW).len(), 2);
}

#[test]
fn what_is_referred_to_and_not_here_was_missed() {
    let cards = [alert(1, MsgType::Alert, &[]), alert(4, MsgType::Update, &[3, 2, 1]), alert(9, MsgType::Alert, &[8])];
    let (here, lost) = Chains::of(&cards).chain(id(4));
    assert_eq!(here.iter().map(|card| card.id).collect::<Vec<_>>(), [id(1), id(4)]);
    assert_eq!(lost, [id(2), id(3)]);
    assert!(Chains::of(&cards).chain(id(77)).0.is_empty());
    // Two messages that only a lost one joins are of one event.
    let joined = [alert(2, MsgType::Update, &[1]), alert(3, MsgType::Update, &[1])];
    assert_eq!(chain(&joined, id(3)).len(), 2);
    assert_eq!(states(&joined, NOW), [(id(3), State::InForce)]);
}

#[test]
fn a_drill_is_never_the_real_thing() {
    let real = alert(1, MsgType::Alert, &[]);
    for status in [Status::Exercise, Status::Test] {
        let exercise = drill(level(alert(2, MsgType::Alert, &[]), 5), status);
        let calls_off = drill(alert(3, MsgType::Cancel, &[1]), status);
        let cards = [real.clone(), exercise, calls_off];
        assert_eq!(in_force(&cards, &[PlaceCode(20044)], NOW).iter().map(|s| s.card.id).collect::<Vec<_>>(), [id(1)]);
        assert_eq!(chain(&cards, id(1)).len(), 1, "a reference from a drill counts for nothing");
    }
    assert_eq!(marked("Lũ", Status::Exercise, "vi"), "[DIỄN TẬP] Lũ");
    assert_eq!(marked("[DIỄN TẬP] Lũ", Status::Exercise, "vi"), "[DIỄN TẬP] Lũ");
    assert_eq!(marked("Flood", Status::Test, "en"), "[TEST] Flood");
    assert_eq!(marked("Lũ", Status::Actual, "vi"), "Lũ");
}

#[test]
fn a_circle_has_a_last_word_and_clocks_of_issuers_do_not_decide() {
    let circle = [alert(1, MsgType::Update, &[3]), alert(2, MsgType::Update, &[1]), alert(3, MsgType::Update, &[2])];
    assert_eq!(states(&circle, NOW), [(id(3), State::InForce)]);
    assert_eq!(states(&[alert(1, MsgType::Update, &[1])], NOW), [(id(1), State::InForce)], "itself");
    let early = Card { issued: NOW.plus(-90_000), ..alert(2, MsgType::Cancel, &[1]) };
    assert_eq!(states(&[alert(1, MsgType::Alert, &[]), early], NOW), [(id(2), State::Cancelled)]);
}

/// Type, what it refers to, level, hours it still holds, minutes of age (0: a drill), here or elsewhere.
type Drawn = (MsgType, Vec<u8>, u8, i64, u8, bool);

/// Any messages about any others, itself and what does not exist included.
fn messages() -> impl Strategy<Value = Vec<Card>> {
    let kinds = prop_oneof![Just(MsgType::Alert), Just(MsgType::Update), Just(MsgType::Update), Just(MsgType::Cancel)];
    let message = (kinds, prop::collection::vec(0u8..14, 0..3), 1u8..6, -3i64..3, 0u8..8, any::<bool>());
    prop::collection::vec(message, 1..12).prop_map(|all| {
        let one = |(n, message): (usize, Drawn)| {
            let (kind, references, of_level, hours, odd, here) = message;
            let card = level(alert(n as u8, kind, &references), of_level);
            let card = if odd == 0 { drill(card, Status::Exercise) } else { card };
            let places = if here { vec![PlaceCode(20044)] } else { vec![PlaceCode(20050)] };
            let effective = (odd == 1).then(|| NOW.plus(1_800));
            Card { effective, expires: Some(NOW.plus(hours * 3_600 + 1)), issued: NOW.plus(-60 * i64::from(odd)), places, ..card }
        };
        all.into_iter().enumerate().map(one).collect()
    })
}

type Seen = (Vec<(ItemId, State, ItemId)>, Vec<(ItemId, State)>, Vec<Vec<ItemId>>);

fn seen(cards: &[Card]) -> Seen {
    let all = standings(cards, NOW).iter().map(|s| (s.card.id, s.state, s.chain)).collect();
    let chains = Chains::of(cards);
    let of = |n| chains.chain(id(n)).0.iter().map(|card| card.id).collect();
    (all, states(cards, NOW), (0..12).map(of).collect())
}

proptest! {
    #[test]
    fn order_and_repetition_change_nothing(cards in messages(), order in any::<u64>(), again in prop::collection::vec(any::<Index>(), 0..6)) {
        let mut other = cards.clone();
        other.extend(again.iter().map(|index| index.get(&cards).clone()));
        // An older revision of something that came too late.
        other.extend(cards.first().map(|card| Card { revision: 0, places: vec![], ..card.clone() }));
        let mut dice = order;
        for at in (1..other.len()).rev() {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            other.swap(at, (dice >> 33) as usize % (at + 1));
        }
        prop_assert_eq!(seen(&cards), seen(&other));
    }

    #[test]
    fn every_event_keeps_a_word(cards in messages()) {
        let last = current(&cards, NOW);
        for standing in standings(&cards, NOW) {
            let of_chain: Vec<_> = last.iter().filter(|s| s.chain == standing.chain).collect();
            let announced = standings(&cards, NOW).iter().any(|s| s.chain == standing.chain && s.info.msg_type != MsgType::Cancel);
            prop_assert_eq!(!of_chain.is_empty(), announced, "chain {:?}", standing.chain);
            prop_assert!(of_chain.iter().all(|s| s.state != State::Superseded));
            prop_assert_eq!(standing.chain, chain_id(&cards, standing.card.id));
        }
        prop_assert!(last.windows(2).all(|pair| pair[0].state <= pair[1].state));
    }

    #[test]
    fn what_is_missing_never_ends_what_is_here(cards in messages(), lost in any::<Index>()) {
        // Without a message, what it replaced or called off stands again, and nothing else changes for the worse.
        let lost = lost.index(cards.len());
        let rest: Vec<Card> = cards.iter().enumerate().filter(|(at, _)| *at != lost).map(|(_, card)| card.clone()).collect();
        let named = |id: ItemId| cards[lost].alert().is_some_and(|info| info.references.contains(&id));
        let before = standings(&cards, NOW);
        for standing in standings(&rest, NOW).iter().filter(|s| !named(s.card.id)) {
            let earlier = before.iter().find(|s| s.card.id == standing.card.id).map(|s| s.state);
            // In a circle that the loss has opened, another may be the last word.
            let circle = cards.iter().any(|card| card.alert().is_some_and(|info| info.references.contains(&card.id)))
                || chain(&cards, standing.card.id).iter().any(|card| card.id == cards[lost].id);
            prop_assert!(circle || earlier == Some(standing.state));
        }
    }
}
