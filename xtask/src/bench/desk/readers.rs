//! Readers who sync, each at a steady pace: more of them than the city has phones in a storm, and still a server that is not
//! full, since a full one makes everybody wait for everybody. Measured twice in a row, without officials and with them.

use super::http::Browser;
use super::official::Floor;
use crate::Outcome;
use crate::budget::Line;
use std::thread;
use std::time::{Duration, Instant};

const ROUNDS: usize = 9;
/// Length of one measurement.
const LENGTH: Duration = Duration::from_secs(10);
const READERS: u32 = 20;
/// Pause between two syncs of one reader: 200 heads, lists of all cards and packs of texts a second in all.
const PAUSE: Duration = Duration::from_millis(100);
/// With officials at work, p99 of a sync rises by a fifth at most.
const RISE: f64 = 1.2;
/// Until officials are all at something, and until what they began has ended and its packs are asked for.
const SETTLE: Duration = Duration::from_secs(2);
/// Longest wait for compression.
const PATIENCE: Duration = Duration::from_secs(180);
/// What a sync asks for one after the other; all of it is what its reader waits for.
const PARTS: [&str; 4] = ["head", "cards", "bodies", "whole sync"];

/// The ratio of both p99 of a sync: the median of all rounds. Those of its parts are printed.
pub fn rounds(port: u16, floor: &Floor) -> Outcome<Vec<Line>> {
    let mut found: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        let paths = targets(port)?;
        let quiet = p99(port, &paths)?;
        floor.set_working(true);
        thread::sleep(SETTLE);
        let busy = p99(port, &paths)?;
        floor.set_working(false);
        thread::sleep(SETTLE);
        for (at, ratios) in found.iter_mut().enumerate() {
            println!("{}: p99 {:.2} ms, with officials {:.2} ms", PARTS[at], quiet[at], busy[at]);
            ratios.push(busy[at] / quiet[at]);
        }
        if floor.is_over() {
            return Err("officials went home early".into());
        }
    }
    let [.., sync] = found.map(|mut ratios| {
        ratios.sort_by(f64::total_cmp);
        super::rounded(ratios[ROUNDS / 2])
    });
    Ok(vec![Line { name: "readers' p99 of a sync, ratio".into(), measured: sync, ceiling: RISE }])
}

/// The head, all whole blocks of cards, the newest whole block of bodies: what the server answers at every later head too.
/// Not before it has compressed both packs for good: until then it is busy, and answers are larger.
fn targets(port: u16) -> Outcome<[String; 3]> {
    let mut reader = Browser::new(port);
    let head = reader.get("/sync/head")?.bytes()?;
    let epoch: String = head.get(4..12).unwrap_or_default().iter().map(|byte| format!("{byte:02x}")).collect();
    let seq = reader.position("/sync/head")?;
    let whole = seq - seq % 64;
    let cards = format!("/sync/{epoch}/cards/0-{whole}");
    let bodies = format!("/sync/{epoch}/bodies/{}-{whole}", whole.saturating_sub(64));
    let began = Instant::now();
    for path in [&cards, &bodies] {
        // The tag of what was compressed in a hurry says so.
        while reader.get(path)?.header("etag").ends_with("q\"") {
            if began.elapsed() > PATIENCE {
                return Err(format!("{path} is never compressed for good"));
            }
            thread::sleep(Duration::from_millis(200));
        }
    }
    Ok(["/sync/head".to_owned(), cards, bodies])
}

/// Of each part and of the whole, in milliseconds.
fn p99(port: u16, paths: &[String; 3]) -> Outcome<[f64; 4]> {
    let syncs = thread::scope(|scope| {
        let hands: Vec<_> = (0..READERS).map(|n| scope.spawn(move || reader(port, paths, PAUSE * n / READERS))).collect();
        hands.into_iter().map(|hand| hand.join().map_err(|_| "a reader gave up".to_owned())?).collect::<Outcome<Vec<_>>>()
    })?
    .concat();
    Ok([0, 1, 2, 3].map(|part| {
        let mut times: Vec<f64> = syncs.iter().map(|sync| sync[part]).collect();
        times.sort_by(f64::total_cmp);
        super::at_share(&times, 99)
    }))
}

/// Syncs at its pace; one that is late takes from the pause, not from the count.
fn reader(port: u16, paths: &[String; 3], first: Duration) -> Outcome<Vec<[f64; 4]>> {
    let mut reader = Browser::new(port);
    let began = Instant::now();
    let mut next = first;
    let mut syncs = Vec::new();
    while next < LENGTH {
        thread::sleep(next.saturating_sub(began.elapsed()));
        let mut sync = [0.0; 4];
        for (path, time) in paths.iter().zip(&mut sync) {
            let asked = Instant::now();
            reader.get(path)?;
            *time = asked.elapsed().as_secs_f64() * 1_000.0;
        }
        sync[3] = sync[..3].iter().sum();
        syncs.push(sync);
        next += PAUSE;
    }
    Ok(syncs)
}
