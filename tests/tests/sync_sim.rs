//! The simulator: whatever a weak network, a small phone and a busy server do, after healing the phone equals the server.
//!
//! `SIM_SEEDS=100000 cargo test -p tests --test sync_sim` runs more seeds, `SIM_SEED=17` one alone.

mod support;

use domain::content::PlaceCode;
use domain::sync::{Outcome, Wishes};
use support::dice::Dice;
use support::pool::ITEMS;
use support::runner::{FAIR, Phone, Trip, Weather};
use support::server::Server;

fn story(seed: u64) {
    let mut dice = Dice::new(seed);
    let dice = &mut dice;
    let mut server = Server::new();
    let size = match dice.below(100) {
        0..70 => dice.below(40),
        70..95 => dice.below(120),
        _ => dice.below(420),
    };
    for _ in 0..size {
        let n = dice.below(ITEMS);
        if dice.percent(8) { server.withdraw(n) } else { server.publish(n) }
    }
    // Drawn from the seed, not from the dice: the other seeds tell their old stories.
    if seed.is_multiple_of(3) {
        server.kept = 5 + (seed % 50) as usize;
    }
    server.live(dice, 3);

    let wishes = Wishes {
        places: (0..dice.below(3)).map(|n| PlaceCode(20_044 + n as u32)).collect(),
        topics: (0..dice.below(4)).map(|n| n as u8).collect(),
        budget: if dice.percent(60) { u64::MAX } else { dice.below(20_000) as u64 },
        bodies: [0, 3, 8, 12, 30, 60][dice.below(6)],
        ..Wishes::default()
    };
    let mut phone = Phone::new(wishes.clone());
    let mut weather = Weather { network: dice.below(45), store: dice.below(25), kill: dice.below(8), events: dice.below(25) };
    for _ in 0..2 + dice.below(5) {
        let before = phone.store.cursor.fresh;
        let trip = phone.sync(&mut server, dice, weather);
        check_trip(&trip, &wishes);
        phone.store.check_sound();
        assert!(phone.store.cursor.fresh >= before, "an old answer was followed");
        if dice.percent(50) {
            server.live(dice, 12);
        }
        if dice.percent(8) {
            server.restore(dice);
        }
        if dice.percent(20) {
            weather = FAIR;
        }
    }
    // Healing: two sessions at most, for a backup that came between the head and its packs.
    let trip = phone.sync(&mut server, dice, FAIR);
    check_trip(&trip, &wishes);
    assert!(matches!(trip.outcome, Some(Outcome::UpToDate { .. })), "{:?} after {:?}", trip.outcome, trip.paths);
    phone.store.check_sound();
    phone.store.check_equal(&server, &wishes);
    if wishes.budget == u64::MAX && wishes.bodies <= 30 {
        let again = phone.sync(&mut server, dice, FAIR);
        assert_eq!(again.outcome, Some(Outcome::UpToDate { changed: false }));
        assert_eq!(again.paths, ["/sync/head"], "nothing changed, and yet more than the head was asked for");
        assert!(again.commits.is_empty());
    }
}

fn check_trip(trip: &Trip, wishes: &Wishes) {
    assert!(trip.paths.len() <= 40, "{} requests: {:?}", trip.paths.len(), trip.paths);
    // Here the log knows no order of issue: each text that is wished for may lie in a pack of its own.
    let packs = trip.paths.iter().filter(|path| path.contains("/bodies/")).count();
    assert!(packs <= wishes.bodies, "{packs} packs of texts fetched, {} texts wished for", wishes.bodies);
    let resets = trip.commits.iter().filter(|commit| commit.reset).count();
    assert!(resets <= 2, "emptied {resets} times in one session");
}

#[test]
fn after_healing_the_phone_equals_the_server() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("SIM_SEED") {
        return story(seed);
    }
    let seeds = number("SIM_SEEDS").unwrap_or(2_000);
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get()) as u64;
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                for seed in (thread..seeds).step_by(threads as usize) {
                    if let Err(fault) = std::panic::catch_unwind(|| story(seed)) {
                        eprintln!("seed {seed} failed: run it alone with SIM_SEED={seed}");
                        std::panic::resume_unwind(fault);
                    }
                }
            });
        }
    });
}
