//! Readers who sync, each asking at a steady pace: more of them than the city has phones in a storm, and still a server that is
//! not full, since a full one makes everybody wait for everybody. Each target is measured twice in a row, without officials and with them.

use super::http::Browser;
use super::official::Floor;
use crate::Outcome;
use crate::budget::Line;
use std::thread;
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
/// Length of one measurement.
const LENGTH: Duration = Duration::from_secs(10);
const READERS: u32 = 20;
/// Pause between two questions of one reader: 4,000 heads, 200 lists of all cards or 800 packs of texts a second in all.
const PAUSES: [Duration; 3] = [Duration::from_millis(5), Duration::from_millis(100), Duration::from_millis(25)];
/// With officials at work, p99 rises by a fifth at most.
const RISE: f64 = 1.2;
/// Until officials are all at something, and until what they began has ended and its packs are asked for.
const SETTLE: Duration = Duration::from_secs(2);
/// Longest wait for compression.
const PATIENCE: Duration = Duration::from_secs(180);

/// For each target the ratio of both p99: the median of all rounds.
pub fn rounds(port: u16, floor: &Floor) -> Outcome<Vec<Line>> {
    let mut found: [Vec<f64>; 3] = Default::default();
    for _ in 0..ROUNDS {
        for (at, ratios) in found.iter_mut().enumerate() {
            let all = targets(port)?;
            let path = &all[at];
            let quiet = p99(port, path, PAUSES[at])?;
            floor.set_working(true);
            thread::sleep(SETTLE);
            let busy = p99(port, path, PAUSES[at])?;
            floor.set_working(false);
            thread::sleep(SETTLE);
            println!("{path}: p99 {quiet:.2} ms, with officials {busy:.2} ms");
            ratios.push(busy / quiet);
            if floor.is_over() {
                return Err("officials went home early".into());
            }
        }
    }
    let line = |(name, mut ratios): (&str, Vec<f64>)| {
        ratios.sort_by(f64::total_cmp);
        let measured = super::rounded(ratios[ROUNDS / 2]);
        Line { name: format!("readers' p99: {name}, ratio"), measured, ceiling: RISE }
    };
    Ok(["head", "cards", "bodies"].into_iter().zip(found).map(line).collect())
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

/// In milliseconds.
fn p99(port: u16, path: &str, pause: Duration) -> Outcome<f64> {
    let times = thread::scope(|scope| {
        let hands: Vec<_> = (0..READERS).map(|n| scope.spawn(move || reader(port, path, pause, pause * n / READERS))).collect();
        hands.into_iter().map(|hand| hand.join().map_err(|_| "a reader gave up".to_owned())?).collect::<Outcome<Vec<_>>>()
    })?;
    let mut times: Vec<f64> = times.concat();
    times.sort_by(f64::total_cmp);
    Ok(super::at_share(&times, 99))
}

/// Asks at its pace; an answer that is late takes from the pause, not from the count.
fn reader(port: u16, path: &str, pause: Duration, first: Duration) -> Outcome<Vec<f64>> {
    let mut reader = Browser::new(port);
    let began = Instant::now();
    let mut next = first;
    let mut times = Vec::new();
    while next < LENGTH {
        thread::sleep(next.saturating_sub(began.elapsed()));
        let asked = Instant::now();
        reader.get(path)?;
        times.push(asked.elapsed().as_secs_f64() * 1_000.0);
        next += pause;
    }
    Ok(times)
}
