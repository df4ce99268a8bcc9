//! `cargo xtask bench push`: how long it takes until the last of ten thousand phones is told, what that costs, and how soon a
//! cancel is with those who were told when it overtakes an alert that is still being sent. The program is the real one, the push
//! service is in this process and on this machine, so both share its processors. Prints one line of JSON for xtask.

#[path = "../tests/pushed/mod.rs"]
mod pushed;

use domain::alert::Wish;
use domain::content::{PlaceCode, Time};
use domain::words::Lang;
use pushed::{Phone, Service};
use serde_json::{Value, json};
use server::store::Store;
use server::store::push::Subscription;
use server::{App, Clock, Options};
use std::collections::HashSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_bantin");
const PHONES: u32 = 10_000;
/// Those whose own place is named.
const NEAR: u32 = 2_000;
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, root) = (folder.path().join("data"), folder.path().join("root.pem"));
    let service = Service::new().await;
    std::fs::write(&root, &service.root).expect("a file");
    fill(&data, &service).await;
    let mut server = Program::start(&data, &root);
    tokio::time::sleep(Duration::from_secs(2)).await;

    let (cpu, began) = (server.cpu(), Instant::now());
    publish(&data, &alert("a", "alert", &[], 3));
    until(&service, PHONES as usize).await;
    let took = service.got().iter().map(|got| got.at).max().expect("something came").duration_since(began).as_secs_f64();
    let near = service.got()[..NEAR as usize].iter().filter(|got| number(&got.path) < NEAR).count();
    assert_eq!(near, NEAR as usize, "whose place is named comes first");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let cpu = server.cpu() - cpu;
    println!("told {PHONES} phones in {took:.1} s with {cpu:.1} s of the processor; largest memory {:.0} MB", server.memory());

    let before = service.count();
    publish(&data, &alert("b", "alert", &[], 3));
    until(&service, before + 2_000).await;
    let began = Instant::now();
    publish(&data, &alert("c", "cancel", &["b"], 3));
    let published = began.elapsed().as_secs_f64();
    let mut last = service.count();
    // It is over when nothing came for two seconds.
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        if std::mem::replace(&mut last, service.count()) == service.count() {
            break;
        }
    }
    let got = service.got();
    let mut kinds: Vec<(u32, bool, Instant)> = Vec::new();
    let opened: Vec<Phone> = (0..PHONES).map(Phone::new).collect();
    for got in &got[before..] {
        let n = number(&got.path);
        kinds.push((n, opened[n as usize].open(got)["bt"]["type"] == "cancel", got.at));
    }
    let alerted: HashSet<u32> = kinds.iter().filter(|(_, cancel, _)| !cancel).map(|(n, ..)| *n).collect();
    let cancelled: HashSet<u32> = kinds.iter().filter(|(_, cancel, _)| *cancel).map(|(n, ..)| *n).collect();
    assert_eq!(alerted, cancelled, "whoever was told hears of the cancel, and nobody else");
    let end = kinds.iter().filter(|(_, cancel, _)| *cancel).map(|(.., at)| *at).max().expect("a cancel");
    let cancel = end.duration_since(began).as_secs_f64();
    let spared = PHONES as usize - alerted.len();
    println!(
        "cancel: published in {published:.1} s, with the last of {} in {cancel:.1} s; {spared} heard neither",
        alerted.len()
    );
    let lines = json!([
        ["push to 10,000, s", round(took), 20.0],
        ["processor for that, s", round(cpu), null],
        ["memory of the server, MB", server.memory().round(), null],
        ["cancel to the last told, s", round(cancel), 60.0],
    ]);
    println!("{lines}");
    server.stop();
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

fn number(path: &str) -> u32 {
    path.trim_start_matches("/p/").parse().expect("a path of ours")
}

async fn until(service: &Service, count: usize) {
    let began = Instant::now();
    while service.count() < count {
        assert!(began.elapsed() < PATIENCE, "only {} of {count} came", service.count());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn fill(data: &Path, service: &Service) {
    let options = Options { sample: false, push_root: Some(service.root.clone()), ..Options::default() };
    drop(App::open(data, options).await.expect("a data folder"));
    let store = Store::open(data, &Clock::default()).await.expect("a database");
    let mut tx = store.begin().await.expect("a transaction");
    for n in 0..PHONES {
        let phone = Phone::new(n);
        let places = if n < NEAR { vec![PlaceCode(20044)] } else { Vec::new() };
        let who = Subscription {
            id: 0,
            endpoint: service.endpoint(&phone.path),
            p256dh: phone.p256dh(),
            auth: phone.auth,
            wish: Wish { places, hazards: Vec::new(), level: 1, quiet: None },
            lang: Lang::Vi,
            origin: "https://bantin.example".into(),
        };
        tx.put_subscription(&who, Time(0)).await.expect("a subscription");
    }
    tx.commit().await.expect("a commit");
    store.close().await;
}

fn alert(id: &str, kind: &str, references: &[&str], level: u8) -> Value {
    json!({"id": id, "kind": "alert", "topics": ["phong-chong-thien-tai"], "places": ["20044", "46"], "issued": "-1m", "expires": "+6h",
        "source": {"name": "Ban Chỉ huy Phòng thủ dân sự xã A Lưới 2"}, "title": "Lũ quét ở các xã vùng cao",
        "summary": "Mưa rất to ở đầu nguồn. Nước suối có thể dâng cao chỉ trong vài phút.",
        "body": ["Mưa kéo dài, đất đã no nước.", {"steps": ["Lên chỗ cao ngay.", "Không lội qua suối.", "Gọi 112 nếu có người bị kẹt."]}],
        "alert": {"level": level, "hazard": "flash-flood", "msg_type": kind, "references": references}})
}

/// As an operator imports it: the server hears of it from the database.
fn publish(data: &Path, line: &Value) {
    let file = data.join("line.jsonl");
    std::fs::write(&file, format!("{line}\n")).expect("a file");
    let done = Command::new(BINARY)
        .arg("import")
        .arg(&file)
        .arg("--data")
        .arg(data)
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .status();
    assert!(done.expect("the program").success());
}

struct Program(Child);

impl Program {
    fn start(data: &Path, root: &Path) -> Program {
        let mut command = Command::new(BINARY);
        command.args(["serve", "--port", "0", "--host", "127.0.0.1", "--no-sample", "--assets", "none", "--data"]).arg(data);
        Program(command.arg("--push-root").arg(root).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program"))
    }

    /// Seconds of the processor so far; Linux counts hundredths.
    fn cpu(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap_or_default();
        let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        fields[11..13].iter().filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
    }

    /// Most that it ever held, in MB.
    fn memory(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(f64::NAN) / 1_000.0
    }

    fn stop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
    }
}
