//! Push from publication to phone: a real service over TLS, real keys, real encryption.

mod asked;
mod chain;
#[path = "../lab/mod.rs"]
mod lab;
#[path = "../pushed/mod.rs"]
mod pushed;
mod taken_back;
mod world;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::content::Status;
use domain::wire::push::DICTIONARY;
use domain::wire::{decode_full, encode_full};
use lab::NOW;
use pushed::{Phone, proven};
use serde_json::json;
use server::publish::{Draft, Proposal, What};
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use world::{HERE, THERE, World, alert};

/// What phones take in of a message.
fn unpacked(json: &serde_json::Value) -> Vec<u8> {
    let frame = BASE64.decode(json["bt"]["item"].as_str().unwrap()).unwrap();
    let mut plain = Vec::new();
    zstd::stream::Decoder::with_ref_prefix(&frame[..], DICTIONARY).unwrap().read_to_end(&mut plain).unwrap();
    plain
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
    assert_eq!(json["notification"]["body"], "Đến 18:00 23/11. Lên cao.\n1. Lên đồi");
    assert_eq!(json["notification"]["navigate"], format!("https://bantin.example/canh-bao/lu-quet-a-{id}"));
    assert_eq!((&json["bt"]["type"], &json["bt"]["ring"]), (&json!("alert"), &json!(true)));
    let plain = unpacked(&json);
    let full = world.lab.app.site.live.now().full(id).unwrap();
    assert_eq!(plain, encode_full(std::slice::from_ref(&full)), "the very bytes that sync carries");
    assert_eq!(decode_full(&plain).unwrap(), [full]);
}

#[tokio::test]
async fn who_is_gone_is_forgotten_and_who_refuses_is_not_asked_again() {
    let world = World::new().await;
    let phones = world.phones(14, &[HERE]).await;
    world.service.answer("/p/0", &[(410, None)]);
    world.service.answer("/p/1", &[(404, None)]);
    world.service.answer("/p/2", &[(400, None)]);
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

/// Strangers can make up as many as they like, before and after a real phone: a service takes nothing for those.
#[tokio::test]
async fn whoever_has_taken_something_before_is_told_first() {
    let world = World::asleep().await;
    let phones = world.phones(12, &[HERE]).await;
    let store = &world.lab.app.site.store;
    let mut tx = store.begin().await.unwrap();
    for id in 9..=12 {
        tx.saw_subscription(id, world.lab.app.site.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    world.publish(alert("a", 3, &[HERE])).await;
    let mut world = world;
    world.wake();
    let got = world.service.until("all are told", |got| got.len() == 12).await;
    let mut first: Vec<&str> = got[..4].iter().map(|got| got.path.as_str()).collect();
    first.sort_unstable();
    let mut proven: Vec<&str> = phones[8..].iter().map(|phone| phone.path.as_str()).collect();
    proven.sort_unstable();
    assert_eq!(first, proven);
    world.idle().await;
}

/// A clock that is wrong makes our token one of another day: that passes, and the alert is still on.
#[tokio::test]
async fn who_is_not_believed_for_a_while_tells_them_afterwards() {
    let world = World::new().await;
    let phones = world.phones(3, &[HERE]).await;
    for (phone, status) in phones.iter().zip([401, 403, 403]) {
        world.service.answer(&phone.path, &[(status, None)]);
    }
    let id = world.publish(alert("a", 3, &[HERE])).await;
    let taken = |got: &[pushed::Got]| got.iter().filter(|got| got.status == 201).count();
    world.service.until("all are told", |got| taken(got) == phones.len()).await;
    world.idle().await;
    let reach = world.lab.app.site.store.push_reach(id).await.unwrap().unwrap();
    assert_eq!((reach.accepted, reach.failed, reach.ended), (3, 0, true));
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
    let proposal = Proposal { card, undated: false, body, alert, references: Vec::new(), supersedes: None, media: Vec::new() };
    let draft = Draft { external: "test".into(), content: [1; 32], what: What::Item(Box::new(proposal)) };
    site.publisher.publish(vec![draft], Arc::default()).await.unwrap();
    assert_eq!(site.store.jobs().await.unwrap().len(), 1);
    // The sender was away until the alert had ended.
    world.lab.time.fetch_add(6 * 3_600, Ordering::SeqCst);
    world.wake();
    // Looked at more than once: a clock may be ahead for a moment.
    for tries in 1..=3 {
        world.tried(tries).await;
        world.lab.time.fetch_add(300, Ordering::SeqCst);
    }
    world.idle().await;
    world.service.quiet(Duration::from_millis(300)).await;
}

/// A cancel is told for a day. To whoever a service will not let us speak it is not told for ever.
#[tokio::test]
async fn a_cancel_that_somebody_never_gets_comes_to_an_end() {
    let world = World::new().await;
    let phone = Phone::new(0);
    world.subscribe(&phone, &[HERE], 1).await;
    world.publish(alert("a", 3, &[HERE])).await;
    world.service.until("it is told", |got| got.len() == 1).await;
    world.idle().await;
    world.service.answer(&phone.path, &[(403, None); 50]);
    let mut cancel = lab::alert("b", "cancel", &["a"], "+6h");
    cancel["places"] = serde_json::json!([HERE.to_string()]);
    let id = world.publish(cancel).await;
    world.service.until("it is refused", |got| got.len() >= 2).await;
    world.lab.time.fetch_add(25 * 3_600, Ordering::SeqCst);
    for tries in 1..=3 {
        world.tried(tries).await;
        world.lab.time.fetch_add(300, Ordering::SeqCst);
    }
    world.idle().await;
    assert!(world.lab.app.site.store.push_reach(id).await.unwrap().unwrap().ended);
}

/// After a power cut the machine takes local time for UTC, until it hears better.
#[tokio::test]
async fn what_seems_to_be_over_by_a_clock_that_is_ahead_is_told_once_it_is_right() {
    let mut world = World::asleep().await;
    world.subscribe(&Phone::new(0), &[HERE], 1).await;
    world.publish(alert("a", 3, &[HERE])).await;
    // What failed before, of a full disk perhaps, is no doubt about the clock.
    let store = &world.lab.app.site.store;
    for _ in 0..5 {
        let job = store.jobs().await.unwrap()[0].id;
        let mut tx = store.begin().await.unwrap();
        tx.put_job_off(job, world.lab.app.site.now(), "broken").await.unwrap();
        tx.commit().await.unwrap();
    }
    world.lab.time.fetch_add(7 * 3_600, Ordering::SeqCst);
    world.wake();
    world.tried(6).await;
    world.service.quiet(Duration::from_millis(300)).await;
    world.lab.time.fetch_add(-7 * 3_600, Ordering::SeqCst);
    world.service.until("it is told", |got| got.len() == 1).await;
    world.idle().await;
}
