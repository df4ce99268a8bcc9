//! Push from publication to phone: a real service over TLS, real keys, real encryption.

mod lab;
mod pushed;

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::content::{ItemId, Status};
use domain::wire::push::DICTIONARY;
use domain::wire::{decode_full, encode_full};
use http_body_util::BodyExt;
use lab::{Answer, Lab, NOW};
use pushed::{Got, Phone, Service, proven};
use serde_json::{Value, json};
use server::Options;
use server::publish::{Draft, Proposal, What};
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const HERE: u32 = 20044;
const THERE: u32 = 20050;

struct World {
    lab: Lab,
    service: Service,
    stop: CancellationToken,
    lane: Option<JoinHandle<()>>,
}

impl World {
    /// A server whose sender does not run yet.
    async fn asleep() -> World {
        let service = Service::new().await;
        let root = service.root.clone();
        let change = |options| Options { push_root: Some(root), origin: Some("https://bantin.example".into()), ..options };
        World { lab: Lab::with(change).await, service, stop: CancellationToken::new(), lane: None }
    }

    async fn new() -> World {
        let mut world = World::asleep().await;
        world.wake();
        world
    }

    fn wake(&mut self) {
        self.stop = CancellationToken::new();
        self.lane = Some(tokio::spawn(server::push::run(self.lab.app.site.clone(), self.stop.clone())));
    }

    /// As SIGTERM does it.
    async fn sleep(&mut self) {
        self.stop.cancel();
        self.lane.take().unwrap().await.unwrap();
    }

    async fn ask(&self, method: &str, path: &str, body: String) -> Answer {
        let request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        let response = self.lab.app.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes().to_vec() }
    }

    /// Status and, where it was refused, why.
    async fn say(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let answer = self.ask(method, path, body.to_string()).await;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        (answer.status.as_u16(), if said["code"].is_string() { said["code"].clone() } else { said })
    }

    async fn subscribe(&self, phone: &Phone, places: &[u32], level: u8) {
        let wish = phone.wish(&self.service, places, level);
        assert_eq!(self.say("POST", "/push/dang-ky", wish).await, (204, Value::Null));
    }

    /// So many phones that want every alert for these places.
    async fn phones(&self, count: u32, places: &[u32]) -> Vec<Phone> {
        let phones: Vec<Phone> = (0..count).map(Phone::new).collect();
        for phone in &phones {
            self.subscribe(phone, places, 1).await;
        }
        phones
    }

    async fn publish(&self, line: Value) -> ItemId {
        let id = line["id"].as_str().unwrap().to_owned();
        self.lab.import(&[line]).await;
        self.item(&id).await
    }

    async fn item(&self, name: &str) -> ItemId {
        let mut tx = self.lab.app.site.store.begin().await.unwrap();
        let item = tx.origin(name).await.unwrap().unwrap().item;
        tx.roll_back().await;
        item
    }

    /// Nothing waits any more.
    async fn idle(&self) {
        for _ in 0..1_000 {
            if self.lab.app.site.store.jobs().await.unwrap().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("a push does not end");
    }
}

fn alert(id: &str, level: u8, places: &[u32]) -> Value {
    let mut line = lab::alert(id, "alert", &[], "+6h");
    line["alert"]["level"] = json!(level);
    line["places"] = places.iter().map(|place| place.to_string()).collect();
    line
}

fn follow(id: &str, msg_type: &str, of: &str, level: u8, places: &[u32]) -> Value {
    let mut line = alert(id, level, places);
    line["alert"]["msg_type"] = json!(msg_type);
    line["alert"]["references"] = json!([of]);
    // What comes later is issued later.
    line["issued"] = json!("-1m");
    line
}

#[tokio::test]
async fn an_alert_arrives_whole_at_those_it_concerns_near_ones_first() {
    let world = World::new().await;
    let (everywhere, here, there, severe) = (Phone::new(0), Phone::new(1), Phone::new(2), Phone::new(3));
    world.subscribe(&everywhere, &[], 1).await;
    world.subscribe(&there, &[THERE], 1).await;
    world.subscribe(&severe, &[HERE], 3).await;
    world.subscribe(&here, &[HERE], 1).await;
    let id = world.publish(alert("a", 2, &[HERE])).await;
    let got = world.service.until("two are told", |got| got.len() >= 2).await;
    world.idle().await;
    assert_eq!(world.service.count(), 2, "nobody elsewhere, nobody who wants severe ones only");
    assert_eq!([&got[0].path, &got[1].path], [&here.path, &everywhere.path], "whose own place is named comes first");

    let key = world.ask("GET", "/push/khoa", String::new()).await;
    assert!(key.header("cache-control").contains("max-age"), "{:?}", key.headers);
    let claims = proven(&got[0], std::str::from_utf8(&key.body).unwrap(), &world.service);
    assert_eq!(claims["sub"], "https://bantin.example");
    assert!((NOW..=NOW + 86_400).contains(&claims["exp"].as_i64().unwrap()));
    assert_eq!(got[0].header("authorization"), got[1].header("authorization"), "one token for each service");
    assert_eq!((got[0].header("topic"), got[0].header("ttl"), got[0].header("urgency")), (&*id.to_string(), "21600", "high"));

    let json = here.open(&got[0]);
    assert_eq!(json["notification"]["title"], "Cấp 2 – rủi ro trung bình: Lũ quét a");
    assert_eq!(json["notification"]["body"], "Lên cao.\n1. Lên đồi");
    assert_eq!(json["notification"]["navigate"], format!("https://bantin.example/canh-bao/lu-quet-a-{id}"));
    assert_eq!((&json["bt"]["type"], &json["bt"]["ring"]), (&json!("alert"), &json!(true)));
    let frame = BASE64.decode(json["bt"]["item"].as_str().unwrap()).unwrap();
    let mut plain = Vec::new();
    zstd::stream::Decoder::with_ref_prefix(&frame[..], DICTIONARY).unwrap().read_to_end(&mut plain).unwrap();
    let full = world.lab.app.site.live.now().full(id).unwrap();
    assert_eq!(plain, encode_full(std::slice::from_ref(&full)), "the very bytes that sync carries");
    assert_eq!(decode_full(&plain).unwrap(), [full]);
}

#[tokio::test]
async fn what_browsers_ask_is_checked_field_by_field() {
    let world = World::new().await;
    let phone = Phone::new(0);
    let good = phone.wish(&world.service, &[HERE], 2);
    let change = |key: &str, value: Value| {
        let mut wish = good.clone();
        wish[key] = value;
        wish
    };
    let keys = |p256dh: &str, auth: &str| change("keys", json!({"p256dh": p256dh, "auth": auth}));
    let (point, auth) = (good["keys"]["p256dh"].as_str().unwrap(), good["keys"]["auth"].as_str().unwrap());
    for (wish, why) in [
        (json!([]), "bad-subscription"),
        (json!({"endpoint": good["endpoint"]}), "bad-subscription"),
        (change("endpoint", json!("https://192.168.1.1/p/0")), "bad-endpoint"),
        (change("endpoint", json!("https://push.evil.example/p/0")), "bad-endpoint"),
        (keys("BBBB", auth), "bad-keys"),
        (keys(point, "AAAA"), "bad-keys"),
        (keys(&format!("B{}", "A".repeat(86)), auth), "bad-keys"),
        (change("places", json!([1])), "unknown-place"),
        (change("places", json!(["Huế"])), "unknown-place"),
        (change("places", json!(vec![HERE; 51])), "too-many"),
        (change("hazards", json!(["dragon"])), "unknown-hazard"),
        (change("level", json!(0)), "bad-level"),
        (change("level", json!(6)), "bad-level"),
        (change("level", json!("3")), "bad-subscription"),
        (change("quiet", json!([21, 25])), "bad-hours"),
        (change("lang", json!("xx")), "bad-lang"),
    ] {
        assert_eq!(world.say("POST", "/push/dang-ky", wish.clone()).await, (422, json!(why)), "{wish}");
    }
    let large = change("hazards", json!(vec!["storm"; 1_000]));
    assert_eq!(world.say("POST", "/push/dang-ky", large).await, (413, json!("too-large")));
    let name = json!({"endpoint": good["endpoint"]});
    assert_eq!(world.say("POST", "/push/kiem", name.clone()).await, (200, json!({"known": false, "last": null})));
    assert_eq!(world.say("POST", "/push/thu", name.clone()).await, (404, json!("unknown-subscription")));

    assert_eq!(world.say("POST", "/push/dang-ky", good.clone()).await.0, 204);
    // The same endpoint again replaces: codes as text, hazards, hours, English.
    let mut other = change("places", json!([THERE.to_string()]));
    (other["hazards"], other["quiet"], other["lang"]) = (json!(["flood"]), json!([21, 24]), json!("en"));
    assert_eq!(world.say("POST", "/push/dang-ky", other).await.0, 204);
    let kept = world.lab.app.site.store.subscription(good["endpoint"].as_str().unwrap()).await.unwrap().unwrap();
    assert_eq!((kept.wish.places[0].0, kept.wish.hazards.len(), kept.wish.quiet), (THERE, 1, Some((21, 0))));
    assert_eq!(kept.origin, "https://bantin.example");
    assert_eq!(world.say("POST", "/push/kiem", name.clone()).await, (200, json!({"known": true, "last": null})));
    let metrics = String::from_utf8(world.lab.get("/metrics", &[]).await.body).unwrap();
    assert!(metrics.contains("bantin_push_subscriptions 1\n"), "{metrics}");

    assert_eq!(world.say("DELETE", "/push/dang-ky", name.clone()).await.0, 204);
    assert_eq!(world.say("DELETE", "/push/dang-ky", name.clone()).await.0, 204, "twice is once");
    assert_eq!(world.say("POST", "/push/kiem", name).await.1["known"], false);
    let metrics = String::from_utf8(world.lab.get("/metrics", &[]).await.body).unwrap();
    assert!(metrics.contains("bantin_push_subscriptions 0\n"), "{metrics}");

    // Another site's page subscribes nobody here.
    let request =
        Request::post("/push/dang-ky").header("sec-fetch-site", "cross-site").body(Body::from(good.to_string())).unwrap();
    assert_eq!(world.lab.app.router().oneshot(request).await.unwrap().status(), 403);
    assert_eq!(world.say("PUT", "/push/dang-ky", good).await.0, 405);
}

#[tokio::test]
async fn a_trial_comes_once_a_minute_and_says_that_it_is_one() {
    let world = World::new().await;
    let phone = Phone::new(0);
    world.subscribe(&phone, &[HERE], 2).await;
    let name = json!({"endpoint": world.service.endpoint(&phone.path)});
    let attempt = || world.say("POST", "/push/thu", name.clone());
    assert_eq!(attempt().await.0, 204);
    let got = world.service.got();
    let json = phone.open(&got[0]);
    assert_eq!(json["bt"], json!({"v": 1, "type": "test"}));
    assert_eq!((got[0].header("urgency"), got[0].header("topic")), ("high", ""));
    assert_eq!(attempt().await, (429, json!("too-soon")));
    assert_eq!(world.say("POST", "/push/kiem", name.clone()).await.1["last"], NOW);
    world.lab.time.fetch_add(60, Ordering::SeqCst);
    world.service.answer(&phone.path, &[(500, None)]);
    assert_eq!(attempt().await, (502, json!("push-failed")));
    world.lab.time.fetch_add(60, Ordering::SeqCst);
    world.service.answer(&phone.path, &[(410, None)]);
    assert_eq!(attempt().await, (410, json!("gone")), "so that the page subscribes again");
    assert_eq!(world.say("POST", "/push/kiem", name).await.1["known"], false);
}

#[tokio::test]
async fn who_is_gone_is_forgotten_and_who_refuses_is_not_asked_again() {
    let world = World::new().await;
    let phones = world.phones(14, &[HERE]).await;
    world.service.answer("/p/0", &[(410, None)]);
    world.service.answer("/p/1", &[(404, None)]);
    world.service.answer("/p/2", &[(403, None)]);
    let id = world.publish(alert("a", 3, &[HERE])).await;
    world.service.until("all are told", |got| got.len() == phones.len()).await;
    world.idle().await;
    let store = &world.lab.app.site.store;
    assert_eq!(store.subscriptions().await.unwrap(), 12);
    let reach = store.push_reach(id).await.unwrap().unwrap();
    assert_eq!((reach.accepted, reach.failed, reach.gone, reach.ended), (11, 1, 2, true));
    assert_eq!(reach.told(), Some(11));
    let metrics = String::from_utf8(world.lab.get("/metrics", &[]).await.body).unwrap();
    for line in
        ["subscriptions 12", "total{fate=\"accepted\"} 11", "total{fate=\"failed\"} 1", "total{fate=\"gone\"} 2", "last_seconds"]
    {
        assert!(metrics.contains(&format!("bantin_push_{line}")), "{line}: {metrics}");
    }
    // Below ten nobody is told how many there were.
    for phone in &phones[3..6] {
        let name = json!({"endpoint": world.service.endpoint(&phone.path)});
        assert_eq!(world.say("DELETE", "/push/dang-ky", name).await.0, 204);
    }
    let second = world.publish(alert("b", 3, &[HERE])).await;
    world.service.until("the rest is told", |got| got.len() == 14 + 9).await;
    world.idle().await;
    let reach = store.push_reach(second).await.unwrap().unwrap();
    assert_eq!((reach.accepted, reach.told()), (9, None));
    assert_eq!(world.service.got().iter().filter(|got| got.path == "/p/0" || got.path == "/p/1").count(), 2);
}

#[tokio::test]
async fn a_service_that_asks_for_time_gets_it_and_one_that_fails_is_asked_again() {
    let world = World::new().await;
    let phone = Phone::new(0);
    world.subscribe(&phone, &[HERE], 1).await;
    world.service.answer(&phone.path, &[(429, Some(3)), (500, None)]);
    world.publish(alert("a", 3, &[HERE])).await;
    let got = world.service.until("it is told in the end", |got| got.iter().any(|got| got.status == 201)).await;
    world.idle().await;
    let statuses: Vec<u16> = got.iter().map(|got| got.status).collect();
    assert_eq!(statuses, [429, 500, 201]);
    assert!(got[1].at - got[0].at >= Duration::from_millis(2_900), "it asked for three seconds: {:?}", got[1].at - got[0].at);
    assert!(got[2].at - got[1].at >= Duration::from_secs(4), "{:?}", got[2].at - got[1].at);
    let said = phone.got(&got);
    assert_eq!(said[0]["bt"], said[2]["bt"]);
    world.service.quiet(Duration::from_secs(2)).await;
}

/// What a phone was told: of which kind, and whether it rang.
fn heard(phone: &Phone, got: &[Got]) -> Vec<(String, bool)> {
    let one = |json: Value| (json["bt"]["type"].as_str().unwrap().to_owned(), json["bt"]["ring"].as_bool().unwrap());
    phone.got(got).into_iter().map(one).collect()
}

#[tokio::test]
async fn a_chain_goes_to_those_who_heard_of_it_and_rings_when_it_gets_worse() {
    let world = World::new().await;
    let (here, there) = (Phone::new(0), Phone::new(1));
    world.subscribe(&here, &[HERE], 2).await;
    world.subscribe(&there, &[THERE], 1).await;
    let first = world.publish(alert("a", 2, &[HERE])).await;
    world.service.until("the first", |got| got.len() == 1).await;
    world.idle().await;
    // No worse: silent. It moved there: for them it is new.
    world.publish(follow("b", "update", "a", 2, &[THERE])).await;
    world.service.until("the update", |got| got.len() == 3).await;
    world.idle().await;
    // Worse: it rings.
    world.publish(follow("c", "update", "b", 3, &[HERE])).await;
    world.service.until("the worse one", |got| got.len() == 5).await;
    world.idle().await;
    let late = Phone::new(2);
    world.subscribe(&late, &[HERE], 1).await;
    world.publish(follow("d", "cancel", "c", 3, &[HERE])).await;
    let got = world.service.until("the cancel", |got| got.len() == 7).await;
    world.idle().await;
    world.service.quiet(Duration::from_millis(300)).await;
    let said = |list: &[(&str, bool)]| list.iter().map(|(kind, ring)| ((*kind).to_owned(), *ring)).collect::<Vec<_>>();
    assert_eq!(heard(&here, &got), said(&[("alert", true), ("update", false), ("update", true), ("cancel", false)]));
    assert_eq!(heard(&there, &got), said(&[("update", true), ("update", true), ("cancel", false)]));
    assert_eq!(heard(&late, &got), [], "no all-clear of what he never heard of");
    assert!(got.iter().all(|got| got.header("topic") == first.to_string()), "one chain, one topic");
    let tags: Vec<Value> = here.got(&got).into_iter().map(|json| json["notification"]["tag"].clone()).collect();
    assert_eq!(tags, vec![json!(first.to_string()); 4]);
}

#[tokio::test]
async fn an_alert_that_is_withdrawn_is_taken_back() {
    let world = World::new().await;
    let (phone, id) = (Phone::new(0), "a");
    world.subscribe(&phone, &[HERE], 1).await;
    let item = world.publish(alert(id, 3, &[HERE])).await;
    world.service.until("the alert", |got| got.len() == 1).await;
    world.idle().await;
    world.publish(json!({"id": id, "withdrawn": "Nhập nhầm xã."})).await;
    let got = world.service.until("the withdrawal", |got| got.len() == 2).await;
    let json = phone.open(&got[1]);
    assert_eq!((&json["bt"]["type"], &json["bt"]["rev"]), (&json!("cancel"), &json!(2)));
    assert_eq!(json["bt"]["chain"], item.to_string());
    assert_eq!(json["notification"]["body"], "Nhập nhầm xã.");
    // An article that is withdrawn concerns nobody's phone.
    world.lab.import(&[lab::article(1)]).await;
    world.publish(json!({"id": "bai-1", "withdrawn": "Sai."})).await;
    world.idle().await;
    world.service.quiet(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn a_cancel_overtakes_what_is_still_to_be_sent() {
    let world = World::new().await;
    let phones = world.phones(150, &[HERE]).await;
    world.service.slow(Duration::from_millis(150));
    world.publish(alert("a", 3, &[HERE])).await;
    world.service.until("some are told", |got| got.len() >= 20).await;
    world.publish(follow("b", "cancel", "a", 3, &[HERE])).await;
    world.idle().await;
    let got = world.service.got();
    let (mut told, mut spared) = (0, 0);
    for phone in &phones {
        match &heard(phone, &got).iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>()[..] {
            ["alert", "cancel"] => told += 1,
            [] => spared += 1,
            other => panic!("{} heard {other:?}", phone.path),
        }
    }
    assert!(told >= 20 && spared > 0, "{told} heard both, {spared} neither");
    let first_cancel =
        got.iter().position(|got| phones.iter().any(|phone| phone.path == got.path && phone.open(got)["bt"]["type"] == "cancel"));
    assert_eq!(first_cancel, Some(told), "none of the chain is under way when newer word of it goes out");
}

#[tokio::test]
async fn a_stop_in_the_middle_writes_down_what_was_told_and_the_next_start_goes_on() {
    let mut world = World::new().await;
    let phones = world.phones(120, &[HERE]).await;
    world.service.slow(Duration::from_millis(100));
    world.publish(alert("a", 3, &[HERE])).await;
    world.service.until("some are told", |got| got.len() >= 20).await;
    world.sleep().await;
    let before = world.service.count();
    assert!(before < phones.len(), "it stopped in the middle");
    world.wake();
    let got = world.service.until("all are told", |got| got.len() >= phones.len()).await;
    world.idle().await;
    assert_eq!(world.service.count(), phones.len(), "nobody twice");
    assert!(phones.iter().all(|phone| phone.got(&got).len() == 1));
}

#[tokio::test]
async fn what_is_over_or_no_alarm_is_told_to_nobody() {
    let mut world = World::asleep().await;
    world.subscribe(&Phone::new(0), &[], 1).await;
    world.publish(lab::article(1)).await;
    let id = world.publish(alert("a", 3, &[HERE])).await;
    assert_eq!(world.lab.app.site.store.jobs().await.unwrap().len(), 1, "written in the transaction that publishes");
    // A trial of the equipment.
    let (site, mut card) = (world.lab.app.site.clone(), world.lab.app.site.live.now().items[&id].card.clone());
    let alert = card.alert();
    card.set_status(Status::Test);
    let body = site.live.now().items[&id].body.clone();
    let proposal = Proposal { card, body, alert, references: Vec::new(), supersedes: None, media: Vec::new() };
    let draft = Draft { external: "test".into(), content: [1; 32], what: What::Item(Box::new(proposal)) };
    site.publisher.publish(vec![draft], Arc::default()).await.unwrap();
    assert_eq!(site.store.jobs().await.unwrap().len(), 1);
    // The sender was away until the alert had ended.
    world.lab.time.fetch_add(6 * 3_600, Ordering::SeqCst);
    world.wake();
    world.idle().await;
    world.service.quiet(Duration::from_millis(300)).await;
}
