//! Single cases of sync, each with the figure or the promise that it keeps.

use super::dice::Dice;
use super::pool::{self, ITEMS};
use super::runner::{FAIR, Phone};
use super::server::Server;
use domain::content::{ItemId, PlaceCode, Time};
use domain::sync::{Input, NetFault, Outcome, Session, Step, StoreFault, Trouble, Wishes};
use domain::wire::{Envelope, Head, Logged, PackKind, Refused, log, path};

const PLENTY: Wishes = Wishes { places: vec![], topics: vec![], budget: u64::MAX, bodies: 30, since: Time(0) };

/// A server with the first `n` items and a phone that has all of them.
fn settled(n: usize, wishes: Wishes) -> (Server, Phone, Dice) {
    let (mut server, mut dice) = (Server::new(), Dice::new(1));
    (0..n).for_each(|n| server.publish(n));
    server.seal();
    let mut phone = Phone::new(wishes);
    phone.sync(&mut server, &mut dice, FAIR);
    (server, phone, dice)
}

#[test]
fn a_new_phone_needs_few_requests_and_alerts_come_first() {
    let (mut server, mut dice) = (Server::new(), Dice::new(1));
    (0..300).for_each(|n| server.publish(n));
    server.seal();
    let mut phone = Phone::new(PLENTY);
    let trip = phone.sync(&mut server, &mut dice, FAIR);
    let kinds: Vec<&str> = trip
        .paths
        .iter()
        .map(|path| path.split('/').find(|part| !part.is_empty() && part.len() != 16 && *part != "sync").unwrap())
        .collect();
    assert_eq!(kinds, ["head", "trust", "alerts", "cards", "cards", "bodies"]);
    assert_eq!(trip.bodies, 30 - overlap(&server), "thirty texts, those of the alerts not twice");
    phone.store.check_equal(&server, &PLENTY);
}

/// How many of the newest thirty items came with the alerts pack.
fn overlap(server: &Server) -> usize {
    let alerts = log::alerts(&server.log, server.now);
    let newest: Vec<_> = server.log.iter().rev().take(30).map(|entry| &entry.what).collect();
    alerts.iter().filter(|item| newest.contains(&&Logged::Card(item.card.clone()))).count()
}

#[test]
fn thirty_new_articles_cost_three_requests() {
    let (mut server, mut phone, mut dice) = settled(250, PLENTY);
    let fresh: Vec<usize> = (250..ITEMS).filter(|n| n % 11 != 3).take(30).collect();
    fresh.iter().for_each(|n| server.publish(*n));
    server.seal();
    let trip = phone.sync(&mut server, &mut dice, FAIR);
    assert_eq!(trip.paths, ["/sync/head", "/sync/0000000000000001/cards/250-280", "/sync/0000000000000001/bodies/250-280"]);
    assert_eq!(trip.bodies, 30);
    phone.store.check_equal(&server, &PLENTY);
}

#[test]
fn a_correction_costs_its_own_card_and_text_alone() {
    let (mut server, mut phone, mut dice) = settled(100, PLENTY);
    server.publish(95);
    server.withdraw(96);
    server.seal();
    let trip = phone.sync(&mut server, &mut dice, FAIR);
    assert_eq!(trip.paths[1..], ["/sync/0000000000000001/cards/100-102", "/sync/0000000000000001/bodies/100-102"]);
    assert_eq!((trip.commits[0].cards.len(), trip.commits[0].gone.len(), trip.bodies), (1, 1, 1));
    phone.store.check_sound();
    phone.store.check_equal(&server, &PLENTY);
}

#[test]
fn no_request_tells_what_a_reader_likes() {
    let (server, likes_one, _) = settled(310, Wishes { topics: vec![3], places: vec![PlaceCode(20_044)], ..PLENTY });
    let (_, likes_other, _) = settled(310, Wishes { topics: vec![8], ..PLENTY });
    let texts = |phone: &Phone| phone.store.bodies.keys().copied().collect::<Vec<ItemId>>();
    assert_eq!(texts(&likes_one), texts(&likes_other), "the newest are the same for all");
    let mut phone = Phone::new(Wishes { topics: vec![3], bodies: 90, ..PLENTY });
    let mut server = server;
    let trip = phone.sync(&mut server, &mut Dice::new(2), FAIR);
    for path in &trip.paths {
        let last = path.rsplit('/').next().unwrap();
        let plain = ["head", "trust"].contains(&last) || path.starts_with("/sync/alerts/") || path::parse_range(last).is_some();
        assert!(plain, "{path} names more than a range of the log");
    }
    assert!(trip.bodies > 30 && trip.bodies <= 90);
}

#[test]
fn a_restored_server_keeps_what_is_held_until_its_first_cards_are_here() {
    let (mut server, mut phone, mut dice) = settled(200, PLENTY);
    let before = phone.store.cards.len();
    server.restore(&mut dice);
    (0..40).for_each(|n| server.publish(n));
    server.seal();
    // The line is cut before every pack of cards: nothing is lost.
    let mut session = Session::new(phone.store.load(), PLENTY, server.now);
    let mut input = Input::Go;
    loop {
        input = match session.next(input) {
            Step::Fetch(fetch) if fetch.path.contains("/cards/") => break,
            Step::Fetch(fetch) => Input::Got { id: fetch.id, bytes: server.get(&fetch.path).unwrap() },
            Step::Commit(commit) => {
                assert!(!commit.reset);
                phone.store.commit(&commit);
                Input::Committed
            }
            Step::Pause => Input::Go,
            Step::Done(outcome) => panic!("{outcome:?}"),
        };
    }
    phone.store.check_sound();
    assert!(phone.store.cards.len() >= before);
    let trip = phone.sync(&mut server, &mut dice, FAIR);
    assert_eq!(trip.commits.iter().filter(|commit| commit.reset).count(), 1);
    phone.store.check_sound();
    phone.store.check_equal(&server, &PLENTY);
}

#[test]
fn another_server_is_not_followed_and_a_new_key_is() {
    let (mut server, phone, mut dice) = settled(20, PLENTY);
    let mut session = Session::new(phone.store.load(), PLENTY, server.now);
    let theirs = pool::issuer(9);
    let head = Head { issued: server.now.plus(99), ..server.head().clone() }.seal(&theirs);
    session.next(Input::Go);
    let asked = session.next(Input::Got { id: 1, bytes: head });
    assert!(matches!(asked, Step::Fetch(fetch) if fetch.path == "/sync/trust"));
    let done = session.next(Input::Got { id: 2, bytes: pool::trust(7, &[9]).seal(&theirs).encode() });
    let other = Outcome::Later { why: Trouble::OtherServer, retry_after: None };
    assert_eq!(done, Step::Done(other));
    assert_eq!(session.held().trust, phone.store.trust);

    let mut phone = phone;
    server.publish(20);
    server.rotate();
    let trip = phone.sync(&mut server, &mut dice, FAIR);
    assert_eq!(trip.outcome, Some(Outcome::UpToDate { changed: true }));
    assert_eq!(phone.store.trust.as_ref().map(|trust| trust.version), Some(2));
    phone.store.check_equal(&server, &PLENTY);
}

#[test]
fn no_bytes_and_no_order_of_inputs_make_it_panic() {
    let (mut server, phone, _) = settled(80, PLENTY);
    (80..90).for_each(|n| server.publish(n));
    server.seal();
    let signer = pool::issuer(1);
    for seed in 0..3_000 {
        let mut dice = Dice::new(seed);
        let held = if dice.percent(50) { phone.store.load() } else { Default::default() };
        let mut session = Session::new(held, PLENTY, server.now);
        let mut step = session.next(Input::Go);
        for _ in 0..12 {
            let (asked, path) = match &step {
                Step::Fetch(fetch) => (fetch.id, fetch.path.clone()),
                _ => (0, path::HEAD.to_owned()),
            };
            let id = if dice.percent(90) { asked } else { dice.below(5) as u32 };
            let noise: Vec<u8> =
                (0..dice.below(300)).map(|_| if dice.percent(60) { dice.below(4) as u8 } else { dice.draw() as u8 }).collect();
            let range = path.rsplit('/').next().and_then(path::parse_range).unwrap_or((0, server.seq()));
            let kinds = [PackKind::Head, PackKind::Cards, PackKind::Bodies, PackKind::Alerts];
            let kind = if path.contains("/cards/") {
                kinds[1]
            } else if path.contains("/bodies/") {
                kinds[2]
            } else {
                kinds[dice.below(4)]
            };
            step = session.next(match dice.below(9) {
                0 => Input::Go,
                1 => Input::Committed,
                2 => Input::CommitFailed(StoreFault::Failed),
                3 => Input::Unchanged { id },
                4 => Input::Failed { id, why: NetFault::Status { status: dice.below(700) as u16, retry_after: None } },
                5 => Input::Got { id, bytes: noise },
                // Genuine seals around nonsense.
                6 => Input::Got { id, bytes: Envelope::seal(kind, 1, range.0, range.1, &noise, &signer) },
                _ => match server.get(&path) {
                    Ok(bytes) => Input::Got { id, bytes },
                    Err(status) => Input::Failed { id, why: NetFault::Status { status, retry_after: None } },
                },
            });
        }
    }
}

#[test]
fn a_text_that_is_not_genuine_stays_out_and_is_asked_for_once() {
    let (mut server, mut phone, mut dice) = settled(50, PLENTY);
    [50, 51, 52].iter().for_each(|n| server.publish(*n));
    let forged = server.log.len() - 2;
    if let Some((_, sig, _)) = &mut server.log[forged].body {
        sig.0[5] ^= 1;
    }
    server.seal();
    let trip = phone.sync(&mut server, &mut dice, FAIR);
    assert_eq!(trip.outcome, Some(Outcome::UpToDate { changed: true }));
    assert_eq!((trip.paths.len(), trip.bodies), (3, 2));
    assert!(phone.store.cards.contains_key(&pool::id(51)) && !phone.store.bodies.contains_key(&pool::id(51)));
    phone.store.check_sound();
}

#[test]
fn one_bad_alert_does_not_keep_the_others_out() {
    let mut dice = Dice::new(1);
    let spoiled = |which: &dyn Fn(usize) -> bool| {
        let mut server = Server::new();
        (0..120).for_each(|n| server.publish(n));
        let alerts = log::alerts(&server.log, server.now);
        assert!(alerts.len() > 3);
        for (n, item) in alerts.iter().enumerate().filter(|(n, _)| which(*n)) {
            let card = Logged::Card(item.card.clone());
            let entry = server.log.iter_mut().find(|entry| entry.what == card).unwrap();
            entry.body.as_mut().unwrap().2.push(n as u8);
        }
        server.seal();
        (server, alerts.len())
    };
    let (mut server, count) = spoiled(&|n| n == 1);
    let mut phone = Phone::new(Wishes { bodies: 0, ..PLENTY });
    let trip = phone.sync(&mut server, &mut dice, FAIR);
    assert_eq!(trip.outcome, Some(Outcome::UpToDate { changed: true }));
    assert_eq!(phone.store.bodies.len(), count - 1);
    phone.store.check_sound();

    let (mut server, _) = spoiled(&|_| true);
    let mut phone = Phone::new(PLENTY);
    let trip = phone.sync(&mut server, &mut dice, FAIR);
    let why = Trouble::NotGenuine(Refused::Forged);
    assert_eq!(trip.outcome, Some(Outcome::Later { why, retry_after: None }));
    assert!(phone.store.cards.is_empty());
}

#[test]
fn an_old_head_out_of_a_cache_changes_nothing() {
    let (mut server, mut phone, mut dice) = settled(40, PLENTY);
    let first = server.heads.last().unwrap().clone();
    server.now = server.now.plus(86_400);
    server.seal();
    phone.sync(&mut server, &mut dice, FAIR);
    server.restore(&mut dice);
    let other_epoch = server.heads.iter().rev().nth(1).unwrap().clone();
    phone.sync(&mut server, &mut dice, FAIR);
    // One of the same log with the same cards, and one of the log before the restore.
    for old in [first, other_epoch] {
        let mut session = Session::new(phone.store.load(), PLENTY, server.now);
        session.next(Input::Go);
        let step = session.next(Input::Got { id: 1, bytes: old });
        assert_eq!(
            step,
            Step::Done(Outcome::Later { why: Trouble::Busy, retry_after: None }),
            "nor does it count as a look at the server"
        );
    }
    phone.store.check_equal(&server, &PLENTY);
}

/// A server in trouble is left alone for as long as it asks; a network that wants a login, or a filter, for no longer than any
/// failure.
#[test]
fn only_a_server_in_trouble_says_when_to_come_back() {
    let (server, phone, _) = settled(40, PLENTY);
    for (status, why, asked) in [
        (429, Trouble::Busy, Some(86_400)),
        (503, Trouble::Busy, Some(86_400)),
        (520, Trouble::Busy, Some(86_400)),
        (403, Trouble::Portal, None),
        (511, Trouble::Portal, None),
    ] {
        let mut session = Session::new(phone.store.load(), PLENTY, server.now);
        session.next(Input::Go);
        let step = session.next(Input::Failed { id: 1, why: NetFault::Status { status, retry_after: Some(86_400) } });
        assert_eq!(step, Step::Done(Outcome::Later { why, retry_after: asked }), "{status}");
    }
}

#[test]
fn a_clock_that_was_ahead_at_the_server_does_not_silence_what_comes_next() {
    let (mut server, mut phone, mut dice) = settled(40, PLENTY);
    let right = server.now;
    server.now = right.plus(7 * 3_600);
    server.seal();
    phone.sync(&mut server, &mut dice, FAIR);
    assert_eq!(phone.store.cursor.fresh, Some(server.now));
    // Set right; and then something is published.
    server.now = right.plus(60);
    server.publish(40);
    server.seal();
    let trip = phone.sync(&mut server, &mut dice, FAIR);
    assert!(matches!(trip.outcome, Some(Outcome::UpToDate { changed: true })), "{:?}", trip.outcome);
    phone.store.check_equal(&server, &PLENTY);
}

#[test]
fn a_phone_that_slept_past_the_floor_starts_over_with_few_requests() {
    let (mut server, mut phone, mut dice) = settled(30, PLENTY);
    (30..300).for_each(|n| server.publish(n));
    server.withdraw(5);
    server.floor = 100;
    server.seal();
    let trip = phone.sync(&mut server, &mut dice, FAIR);
    let cards: Vec<&String> = trip.paths.iter().filter(|path| path.contains("/cards/")).collect();
    assert_eq!(cards, ["/sync/0000000000000001/cards/100-256", "/sync/0000000000000001/cards/256-301"]);
    assert_eq!(trip.commits.iter().filter(|commit| commit.reset).count(), 1);
    phone.store.check_sound();
    phone.store.check_equal(&server, &PLENTY);
}

#[test]
fn who_starts_anew_on_an_old_log_does_without_what_is_over_and_who_slept_long_misses_no_correction() {
    let (mut server, mut sleeper, mut dice) = settled(60, PLENTY);
    server.kept = 50;
    server.publish(7);
    server.withdraw(8);
    (60..ITEMS).for_each(|n| server.publish(n));
    server.seal();
    let trip = sleeper.sync(&mut server, &mut dice, FAIR);
    assert!(!trip.paths.iter().any(|path| path.contains("/cards/0-")), "{:?}", trip.paths);
    sleeper.store.check_equal(&server, &PLENTY);
    assert!(sleeper.store.cards.contains_key(&pool::id(0)), "what is on the phone stays there");
    assert_eq!(sleeper.store.cards[&pool::id(7)].0.revision, 2);
    assert!(!sleeper.store.cards.contains_key(&pool::id(8)));

    let mut newcomer = Phone::new(PLENTY);
    newcomer.sync(&mut server, &mut dice, FAIR);
    newcomer.store.check_equal(&server, &PLENTY);
    assert!(!newcomer.store.cards.contains_key(&pool::id(0)) && newcomer.store.cards.contains_key(&pool::id(ITEMS - 1)));
    let (whole, all) = (newcomer.store.cards.len(), log::live(&server.log).len());
    assert!((50..all / 2).contains(&whole), "{whole} of {all}");
    // What comes later for an item that was left out reaches him.
    server.publish(0);
    server.withdraw(1);
    server.seal();
    newcomer.sync(&mut server, &mut dice, FAIR);
    newcomer.store.check_equal(&server, &PLENTY);
    assert!(newcomer.store.cards.contains_key(&pool::id(0)) && newcomer.store.gone.contains_key(&pool::id(1)));
}
