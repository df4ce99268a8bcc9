//! Readers who sync, as in `bench throughput`: as fast as they are answered, so that whatever officials cost is felt. Each
//! target is measured twice in a row, without officials and with them.

use super::http::Browser;
use super::official::Floor;
use crate::budget::Line;
use crate::{Outcome, shell};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const ROUNDS: usize = 3;
/// Length of one measurement, as wrk takes it.
const LENGTH: &str = "-d10s";
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
            let quiet = p99(port, path)?;
            floor.set_working(true);
            thread::sleep(SETTLE);
            let busy = p99(port, path)?;
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
fn p99(port: u16, path: &str) -> Outcome<f64> {
    let mut wrk = Command::new("wrk");
    wrk.args(["-t1", "-c64", LENGTH, "--latency", "-H", "Accept-Encoding: br"]);
    wrk.arg(format!("http://127.0.0.1:{port}{path}"));
    let said = shell::output(&mut wrk).ok_or("wrk failed")?;
    let found = said.lines().find_map(|line| milliseconds(line.trim().strip_prefix("99%")?.trim()));
    let failed = ["Non-2xx", "Socket errors"].iter().any(|words| said.contains(*words));
    found.filter(|_| !failed).ok_or_else(|| format!("{path} was not answered well:\n{said}"))
}

/// A time as wrk prints it.
fn milliseconds(text: &str) -> Option<f64> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic())?);
    let number: f64 = number.parse().ok()?;
    match unit {
        "us" => Some(number / 1_000.0),
        "ms" => Some(number),
        "s" => Some(number * 1_000.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn times_of_wrk() {
        assert_eq!(["850.00us", "4.50ms", "1.25s", "x"].map(milliseconds), [Some(0.85), Some(4.5), Some(1_250.0), None]);
    }
}
