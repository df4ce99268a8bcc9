//! `bench storm`: an alert has rung, and every phone asks. Open loop: phones come when they come, however slow the answers are,
//! and each answer is timed from the moment at which it was due. Everything is on this machine, phones too.
//!
//! As many come as 130,000 phones in 300 seconds, three tenths of them in the first 30; each over a connection of its own: the
//! head, the alerts, and three of ten what they lack of the cards. Meanwhile officials publish. A machine of eight processors
//! gets all of them, a smaller one its share.

use super::desk::fill::{self, Article};
use super::desk::http::Browser;
use super::desk::office::{DESK, Office, between};
use super::desk::{Server, at_share, rounded};
use super::script;
use crate::budget::{self, Line};
use crate::setup::apt;
use crate::{Outcome, run, shell};
use serde_json::json;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const PHONES: usize = 130_000;
const STORM: Duration = Duration::from_secs(300);
/// The first rush, and its share of all phones in tenths.
const RUSH: Duration = Duration::from_secs(30);
const RUSH_TENTHS: usize = 3;
/// Phones of ten that lack cards.
const DELTA_TENTHS: usize = 3;
/// Processors that bear the whole storm, phones included.
const WHOLE: usize = 8;
/// Phones that ask at the same time, at most; who comes later waits, and that counts.
const HANDS: usize = 128;
/// Publications before the storm: more than the packs that are kept in memory.
const BEFORE: usize = 200;
const PUBLISH_EVERY: Duration = Duration::from_secs(2);
/// Bytes of an envelope before its payload.
const ENVELOPE: usize = 92;

pub fn measure() -> Outcome {
    let corpus = fill::corpus(&script::shared("data/news-upland.jsonl")?)?;
    if shell::find("openssl").is_none() {
        apt::install(&["openssl"], "codes to sign in with")?;
    }
    let bin = run::server(&["server"], true)?;
    let folder = std::env::temp_dir().join(format!("bantin-storm-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut lines: String = corpus.iter().take(600).map(|line| format!("{line}\n")).collect();
    for n in 0..5 {
        lines.push_str(&format!("{}\n", alert(n)));
    }
    import(&bin, &folder, &lines)?;
    let server = Server::start(&bin, folder)?;
    let mut office = Office::open(&bin, &server.folder, server.port)?;
    let (author, approver) = (office.invite("viet", "author", fill::PLACE)?, office.invite("duyet", "approver", fill::PLACE)?);
    let articles = fill::articles(&corpus);

    let processors = thread::available_parallelism().map_or(1, usize::from).min(WHOLE);
    let phones = PHONES * processors / WHOLE;
    println!(
        "{processors} of {WHOLE} processors: {phones} of {PHONES} phones ({:.3}) in {} s",
        processors as f64 / WHOLE as f64,
        STORM.as_secs()
    );
    // What is compressed for later is ready before phones come, as it is hours after a start.
    let mut desk = Desk { author, approver };
    desk.fill(server.port, &articles)?;
    settle(server.port)?;
    let over = AtomicBool::new(false);
    let began = Instant::now();
    let (storm, published, memory) = thread::scope(|scope| {
        let publishing = scope.spawn(|| desk.work(&articles, &over));
        let watching = scope.spawn(|| watch(server.id(), &over));
        let storm = storm(server.port, phones, began);
        over.store(true, Ordering::Relaxed);
        (storm, publishing.join(), watching.join())
    });
    let Storm { mut times, faults } = storm;
    let mut published = published.map_err(|_| "an official broke off".to_owned())??;
    let memory = memory.map_err(|_| "nobody looked at the memory".to_owned())?;
    times.sort_by(f64::total_cmp);
    published.sort_by(f64::total_cmp);
    let took = began.elapsed().as_secs_f64();
    println!(
        "{} answers in {took:.0} s, {:.0} a second, median {:.1} ms",
        times.len(),
        times.len() as f64 / took,
        at_share(&times, 50)
    );
    println!("{} publications, median {:.0} ms", published.len(), at_share(&published, 50));
    let every = memory.chunks(30).map(|part| format!("{:.0}", part.iter().copied().fold(0.0, f64::max)));
    println!("memory, most in each half minute: {} MB", every.collect::<Vec<_>>().join(", "));
    faults.iter().take(5).for_each(|fault| println!("error: {fault}"));
    // The first minute is the rush and what it leaves; from then on nothing may grow.
    let (early, late) = (memory.iter().take(60).copied().fold(0.0, f64::max), memory.iter().copied().fold(0.0, f64::max));
    budget::judge(&[
        Line { name: "errors".into(), measured: faults.len() as f64, ceiling: 0.0 },
        Line { name: "answer, p99, ms".into(), measured: rounded(at_share(&times, 99)), ceiling: 250.0 },
        Line { name: "publish, p99, ms".into(), measured: rounded(at_share(&published, 99)), ceiling: 500.0 },
        Line { name: "memory, MB".into(), measured: rounded(late), ceiling: 120.0 },
        Line { name: "memory, most ÷ first minute".into(), measured: rounded(late / early), ceiling: 1.1 },
    ])
}

fn alert(n: usize) -> serde_json::Value {
    json!({"id": format!("storm-{n}"), "kind": "alert", "topics": ["phong-chong-thien-tai"], "places": [fill::PLACE], "issued": "-5m",
        "expires": "+12h", "source": {"name": "Ban Chỉ huy Phòng thủ dân sự"}, "title": format!("Lũ quét, sạt lở ở xã A Lưới {}", n + 1),
        "summary": "Mưa rất to ở đầu nguồn, nước suối có thể dâng cao chỉ trong vài phút.",
        "body": [{"steps": ["Lên chỗ cao ngay.", "Không lội qua suối.", "Gọi 112 nếu có người bị kẹt."]}],
        "alert": {"level": 3, "hazard": "flash-flood", "msg_type": "alert"}})
}

fn import(bin: &Path, folder: &Path, lines: &str) -> Outcome {
    let file = folder.join("items.jsonl");
    shell::write(&file, lines)?;
    let mut import = Command::new(bin);
    import.arg("import").arg(&file).arg("--data").arg(folder.join("data")).stderr(Stdio::null());
    shell::run(&mut import)
}

/// Until what phones will ask for is compressed for good; the tag of what was compressed in a hurry says so.
fn settle(port: u16) -> Outcome {
    let mut reader = Browser::new(port);
    let head = reader.get("/sync/head")?.bytes()?;
    let began = Instant::now();
    for path in [alerts(&head), delta(&head)] {
        let path = path.ok_or("a head without alerts")?;
        while reader.get(&path)?.header("etag").ends_with("q\"") {
            if began.elapsed() > Duration::from_secs(60) {
                return Err(format!("{path} is never compressed for good"));
            }
            thread::sleep(Duration::from_millis(200));
        }
    }
    Ok(())
}

struct Storm {
    /// Milliseconds of every answer, from when it was due.
    times: Vec<f64>,
    faults: Vec<String>,
}

fn storm(port: u16, phones: usize, began: Instant) -> Storm {
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let times = thread::scope(|scope| {
        let hand = || {
            let mut times = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= phones {
                    return times;
                }
                let due = began + arrival(n, phones);
                thread::sleep(due.saturating_duration_since(Instant::now()));
                if let Err(fault) = phone(port, n, due, &mut times) {
                    faults.lock().unwrap_or_else(|e| e.into_inner()).push(fault);
                }
            }
        };
        let hands: Vec<_> = (0..HANDS).map(|_| scope.spawn(hand)).collect();
        hands.into_iter().flat_map(|hand| hand.join().unwrap_or_default()).collect()
    });
    Storm { times, faults: faults.into_inner().unwrap_or_else(|e| e.into_inner()) }
}

/// When a phone comes: evenly within the rush, and evenly after it.
fn arrival(n: usize, phones: usize) -> Duration {
    let rush = phones * RUSH_TENTHS / 10;
    if n < rush {
        RUSH.mul_f64(n as f64 / rush as f64)
    } else {
        RUSH + (STORM - RUSH).mul_f64((n - rush) as f64 / (phones - rush) as f64)
    }
}

fn phone(port: u16, n: usize, due: Instant, times: &mut Vec<f64>) -> Outcome {
    let mut line = Browser::new(port);
    let mut since = due;
    let mut ask = |path: &str| {
        let answer = line.get(path)?;
        times.push(since.elapsed().as_secs_f64() * 1_000.0);
        since = Instant::now();
        answer.bytes()
    };
    let head = ask("/sync/head")?;
    ask(&alerts(&head).ok_or("a head without alerts")?)?;
    if n * 7 % 10 < DELTA_TENTHS {
        ask(&delta(&head).ok_or("no head")?)?;
    }
    Ok(())
}

/// Where a head says that the alerts are: four numbers, a mark, 16 bytes of hash.
fn alerts(head: &[u8]) -> Option<String> {
    let mut at = ENVELOPE;
    for _ in 0..4 {
        while head.get(at)? & 0x80 != 0 {
            at += 1;
        }
        at += 1;
    }
    let hash = head.get(at + 1..at + 17).filter(|_| head[at] == 1)?;
    Some(["/sync/alerts/", &hex(hash)].concat())
}

/// Cards since the last whole block.
fn delta(head: &[u8]) -> Option<String> {
    let seq = u32::from_be_bytes(head.get(16..20)?.try_into().ok()?);
    let from = (seq - 1) / 64 * 64;
    Some(format!("/sync/{}/cards/{from}-{seq}", hex(head.get(4..12)?)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Two officials, one who writes and one who approves.
struct Desk {
    author: Browser,
    approver: Browser,
}

impl Desk {
    /// One work, written, sent in, approved and published; milliseconds of its publication.
    fn publish(&mut self, article: &Article) -> Outcome<f64> {
        let (id, _) = article.begin(&mut self.author)?;
        let path = format!("{DESK}/viec/{id}");
        let mut form = article.form(&article.text);
        form.extend([("version", "1"), ("do", "submit")]);
        self.author.save(&path, &form)?;
        let page = self.approver.get(&path)?.text()?;
        let seen = between(&page, "name=\"seen\" value=\"", "\"")?;
        let answer = self.approver.send(&format!("{path}/buoc"), &[("do", "approve publish"), ("seen", seen)], 303)?;
        Ok(answer.took.as_secs_f64() * 1_000.0)
    }

    /// One after another, as long as the storm lasts.
    fn work(&mut self, articles: &[Article], over: &AtomicBool) -> Outcome<Vec<f64>> {
        let mut times = Vec::new();
        for article in articles.iter().cycle().skip(BEFORE) {
            if over.load(Ordering::Relaxed) {
                break;
            }
            let began = Instant::now();
            times.push(self.publish(article)?);
            thread::sleep(PUBLISH_EVERY.saturating_sub(began.elapsed()));
        }
        Ok(times)
    }

    /// What was published in the hours before, each asked for by somebody: a server that has just been started keeps less.
    fn fill(&mut self, port: u16, articles: &[Article]) -> Outcome {
        let mut reader = Browser::new(port);
        for article in articles.iter().cycle().take(BEFORE) {
            self.publish(article)?;
            let head = reader.get("/sync/head")?.bytes()?;
            let cards = delta(&head).ok_or("no head")?;
            reader.get(&cards)?.bytes()?;
            // Larger than cards: the room for packs is full only with these.
            reader.get(&cards.replace("/cards/", "/bodies/"))?.bytes()?;
        }
        Ok(())
    }
}

/// What the server holds in memory, in MB, once a second.
fn watch(id: u32, over: &AtomicBool) -> Vec<f64> {
    let mut all = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let text = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        all.push(line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(f64::NAN) / 1_000.0);
        thread::sleep(Duration::from_secs(1));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_tenths_come_in_the_first_tenth() {
        let arrivals: Vec<Duration> = (0..1_000).map(|n| arrival(n, 1_000)).collect();
        assert!(arrivals.is_sorted());
        assert_eq!(arrivals.iter().filter(|at| **at < RUSH).count(), 300);
        assert!(arrivals[999] < STORM);
    }

    #[test]
    fn a_head_is_read_as_the_server_writes_it() {
        let mut head = vec![0; ENVELOPE];
        head[16..20].copy_from_slice(&130u32.to_be_bytes());
        head.extend([0x81, 0x02, 0x82, 0x01, 0, 0x90, 0xa0, 0x01, 1]);
        head.extend([0xab; 16]);
        assert_eq!(alerts(&head), Some(format!("/sync/alerts/{}", "ab".repeat(16))));
        assert_eq!(delta(&head), Some(format!("/sync/{}/cards/128-130", "00".repeat(8))));
        head[16..20].copy_from_slice(&128u32.to_be_bytes());
        assert!(delta(&head).unwrap().ends_with("cards/64-128"));
        assert_eq!(alerts(&head[..100]), None);
    }
}
