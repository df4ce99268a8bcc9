//! The real server, killed without warning in the middle of a push: whoever was told and written down is not told again, everybody
//! is told in the end, and what was under way at the kill goes again under the same topic. `BANTIN_KILLS` says how often.

mod pushed;

use axum::body::Body;
use axum::http::Request;
use pushed::{Got, Phone, Service};
use serde_json::json;
use server::store::Store;
use server::{App, Clock, Options};
use std::collections::HashSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tower::ServiceExt;

const BINARY: &str = env!("CARGO_BIN_EXE_bantin");
const PHONES: u32 = 400;
/// Widest window of a push service: no more than this was under way at a kill, or answered and not yet written down.
const UNDER_WAY: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_who_was_written_down_is_told_again_after_a_kill() {
    let kills: usize = std::env::var("BANTIN_KILLS").map_or(3, |text| text.parse().expect("BANTIN_KILLS is a number"));
    let folder = tempfile::tempdir().unwrap();
    let (data, root) = (folder.path().join("data"), folder.path().join("root.pem"));
    let service = Service::new().await;
    std::fs::write(&root, &service.root).unwrap();
    let phones = prepare(&data, &service).await;
    service.slow(Duration::from_millis(60));

    let mut again = 0;
    for kill in 0..kills {
        let before = service.count();
        let mut server = start(&data, &root);
        let more = 15 + getrandom::u64().unwrap() as usize % 60;
        service.until("the server goes on", |got| got.len() >= before + more || everybody(got)).await;
        server.kill().unwrap();
        server.wait().unwrap();
        // What it had sent last may still be on its way here.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let told = written(&data).await;
        let at = service.count();
        println!("kill {kill}: {at} came in, {} are written down", told.len());
        let mut server = start(&data, &root);
        service.until("it goes on after the kill", |got| got.len() >= at + 10 || everybody(got)).await;
        server.kill().unwrap();
        server.wait().unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        let twice: Vec<String> =
            service.got()[at..].iter().map(|got| got.path.clone()).filter(|path| told.contains(path)).collect();
        assert!(twice.is_empty(), "written down, and told again: {twice:?}");
        let paths: Vec<String> = service.got().iter().map(|got| got.path.clone()).collect();
        again = paths.len() - paths.iter().collect::<HashSet<_>>().len();
        assert!(again <= 2 * (kill + 1) * UNDER_WAY);
    }
    let mut server = start(&data, &root);
    let got = service.until("everybody is told", everybody).await;
    for _ in 0..200 {
        if written(&data).await.len() == PHONES as usize {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(written(&data).await.len(), PHONES as usize);
    let topics: HashSet<&str> = got.iter().map(|got| got.header("topic")).collect();
    assert_eq!(topics.len(), 1, "what comes twice replaces itself");
    let tags: HashSet<String> =
        phones.iter().take(20).flat_map(|phone| phone.got(&got)).map(|json| json["notification"]["tag"].to_string()).collect();
    assert_eq!(tags.len(), 1);
    let store = Store::open(&data, &Clock::default()).await.unwrap();
    let item = topics.into_iter().next().unwrap().parse().unwrap();
    let reach = store.push_reach(item).await.unwrap().unwrap();
    assert_eq!(reach.accepted, i64::from(PHONES), "each counts once");
    println!("{kills} × 2 kills, {} pushes for {PHONES} phones, {again} went again", got.len());
}

fn everybody(got: &[Got]) -> bool {
    got.iter().map(|got| &got.path).collect::<HashSet<_>>().len() == PHONES as usize
}

/// Phones that want to be called, and an alert that nobody has been told of.
async fn prepare(data: &Path, service: &Service) -> Vec<Phone> {
    let options = Options { sample: false, push_root: Some(service.root.clone()), ..Options::default() };
    let app = App::open(data, options).await.unwrap();
    let phones: Vec<Phone> = (0..PHONES).map(Phone::new).collect();
    for phone in &phones {
        let wish = phone.wish(service, &[20044], 1).to_string();
        let request = Request::post("/push/dang-ky").header("sec-fetch-site", "same-origin").body(Body::from(wish)).unwrap();
        assert_eq!(app.router().oneshot(request).await.unwrap().status(), 204);
    }
    let alert = json!({"id": "a", "kind": "alert", "topics": ["phong-chong-thien-tai"], "places": ["20044"], "issued": "-1m", "expires": "+6h",
        "source": {"name": "Đài khí tượng"}, "title": "Lũ quét", "summary": "Lên cao.", "body": [{"steps": ["Lên đồi"]}],
        "alert": {"level": 3, "hazard": "flash-flood", "msg_type": "alert"}});
    let file = data.join("alert.jsonl");
    std::fs::write(&file, format!("{alert}\n")).unwrap();
    assert_eq!(app.import(&file).await.unwrap().new, 1);
    app.site.store.close().await;
    phones
}

/// Paths of those who are written down as told.
async fn written(data: &Path) -> HashSet<String> {
    let store = Store::open(data, &Clock::default()).await.unwrap();
    let mut told = HashSet::new();
    for chain in store.push_chains(&[item(&store).await]).await.unwrap() {
        for (who, sent) in store.subscriptions_after(0, false, chain, 10_000).await.unwrap() {
            if sent.seq > 0 {
                told.insert(who.endpoint[who.endpoint.find("/p/").unwrap()..].to_owned());
            }
        }
    }
    store.close().await;
    told
}

async fn item(store: &Store) -> domain::content::ItemId {
    store.log_after(0).await.unwrap()[0].0.id
}

fn start(data: &Path, root: &Path) -> Child {
    let mut command = Command::new(BINARY);
    command.args(["serve", "--port", "0", "--host", "127.0.0.1", "--no-sample", "--assets", "none", "--data"]).arg(data);
    command.arg("--push-root").arg(root).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}
