//! `bench desk`: twenty officials work at once over 10,000 items and 10,000 works, while readers sync.
//!
//! All of it goes over HTTP, as browsers send it: invitations, drafts, approvals. Only the items come by import, as an
//! operator would bring them.

pub(super) mod fill;
pub(super) mod http;
pub(super) mod office;
mod official;
mod readers;

use super::script;
use crate::budget::{self, Line};
use crate::setup::apt;
use crate::{Outcome, run, shell};
use fill::{ITEMS, PLACE, WORKS};
use http::Browser;
use office::Office;
use official::{Floor, LIST, Official, PUBLISH, SAVE, SEARCH, Samples, VISIBLE};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

/// Every other one writes, every other one approves; half of each for the whole area, half for one commune.
const OFFICIALS: usize = 20;
/// Thành phố Huế.
const CITY: &str = "46";
/// Which share of a step's times, in hundredths, is at most how many milliseconds.
const CEILINGS: [(&str, &str, usize, f64); 5] = [
    (SAVE, "p99", 99, 100.0),
    (PUBLISH, "p99", 99, 500.0),
    (VISIBLE, "longest", 100, 1_000.0),
    (LIST, "p99", 99, 100.0),
    (SEARCH, "p99", 99, 100.0),
];

pub fn measure() -> Outcome {
    let corpus = fill::corpus(&script::shared("data/news-upland.jsonl")?)?;
    if shell::find("openssl").is_none() {
        apt::install(&["openssl"], "codes to sign in with")?;
    }
    let bin = run::server(&["server"], true)?;
    let folder = std::env::temp_dir().join(format!("bantin-desk-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let began = Instant::now();
    fill::items(&bin, &folder, &corpus)?;
    let server = Server::start(&bin, folder)?;
    let there = Browser::new(server.port).position("/sync/head")?;
    if (there as usize) < ITEMS {
        return Err(format!("only {there} of {ITEMS} items were taken in"));
    }
    let mut browsers = people(&bin, &server)?;
    let articles = fill::articles(&corpus);
    fill::works(&mut browsers, &articles)?;
    println!("{ITEMS} items, {WORKS} works and {OFFICIALS} officials in {:.0} s", began.elapsed().as_secs_f64());
    let (samples, readers) = work(&server, browsers, &Floor::new(articles))?;
    let mut lines: Vec<Line> = CEILINGS.map(|ceiling| figure(&samples, ceiling)).into();
    lines.extend(readers);
    budget::judge(&lines)
}

fn figure(samples: &Samples, (step, which, share, ceiling): (&str, &str, usize, f64)) -> Line {
    let times = samples.get(step).map(Vec::as_slice).unwrap_or_default();
    println!("{step}: {} times, median {:.1} ms", times.len(), at_share(times, 50));
    Line { name: format!("{step}, {which}, ms"), measured: rounded(at_share(times, share)), ceiling }
}

fn people(bin: &Path, server: &Server) -> Outcome<Vec<Browser>> {
    let mut office = Office::open(bin, &server.folder, server.port)?;
    let invite = |n: usize| {
        let role = if writes(n) { "author" } else { "approver" };
        office.invite(&format!("{role}.{n}"), role, if n % 4 < 2 { CITY } else { PLACE })
    };
    (0..OFFICIALS).map(invite).collect()
}

fn writes(official: usize) -> bool {
    official.is_multiple_of(2)
}

/// Officials come and go as readers are measured; what all of them did, and what readers felt of it.
fn work(server: &Server, browsers: Vec<Browser>, floor: &Floor) -> Outcome<(Samples, Vec<Line>)> {
    thread::scope(|scope| -> Outcome<(Samples, Vec<Line>)> {
        let mut hands = Vec::new();
        for (n, browser) in browsers.into_iter().enumerate() {
            hands.push(scope.spawn(move || Official::new(browser, n, writes(n)).work(floor)));
        }
        let lines = readers::rounds(server.port, floor);
        floor.close();
        let mut all = Samples::new();
        for hand in hands {
            for (step, times) in hand.join().map_err(|_| "an official broke off".to_owned())?? {
                all.entry(step).or_default().extend(times);
            }
        }
        for times in all.values_mut() {
            times.sort_by(f64::total_cmp);
        }
        Ok((all, lines?))
    })
}

/// The time that this many hundredths do not exceed (nearest rank); no number where nothing was measured, which no
/// ceiling holds.
pub(super) fn at_share(sorted: &[f64], hundredths: usize) -> f64 {
    let rank = (sorted.len() * hundredths).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

pub(super) fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// The program on a folder of its own; both go with this.
pub(super) struct Server {
    child: Child,
    pub(super) folder: PathBuf,
    pub(super) port: u16,
}

impl Server {
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn start(bin: &Path, folder: PathBuf) -> Outcome<Server> {
        let mut serve = Command::new(bin);
        serve.args(["serve", "--port", "0", "--no-sample", "--assets", "none", "--data"]).arg(folder.join("data"));
        let serve = serve.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let child = serve.spawn().map_err(|error| format!("{}: {error}", bin.display()))?;
        let mut server = Server { child, folder, port: 0 };
        let mut line = String::new();
        if let Some(stdout) = server.child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(|error| error.to_string())?;
        }
        let port = line.trim().rsplit(':').next().and_then(|port| port.parse().ok());
        server.port = port.ok_or_else(|| format!("the server starts with `{}`", line.trim()))?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

#[cfg(test)]
mod tests {
    use super::at_share;

    #[test]
    fn the_nearest_rank() {
        let times: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!([50, 99, 100].map(|share| at_share(&times, share)), [100.0, 198.0, 200.0]);
        assert_eq!(at_share(&times[..1], 99), 1.0);
        assert!(at_share(&[], 99).is_nan());
    }
}
