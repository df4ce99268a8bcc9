//! What browsers ask of the server: subscriptions and trials.

use super::lab::NOW;
use super::pushed::Phone;
use super::world::{HERE, THERE, World};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tower::ServiceExt;

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

/// Who saves, publishes and calls does not wait behind thousands who invent.
#[tokio::test]
async fn strangers_do_not_queue_before_the_desk() {
    let world = World::asleep().await;
    let store = &world.lab.app.site.store;
    let busy = store.begin().await.unwrap();
    let wish = |n: u32| Phone::new(n).wish(&world.service, &[HERE], 2);
    let mut strangers = Vec::new();
    for n in 0..200 {
        let body = Body::from(wish(n).to_string());
        let request = Request::post("/push/dang-ky").header("host", "bantin.example").body(body).unwrap();
        strangers.push(tokio::spawn(world.lab.app.router().oneshot(request)));
    }
    let mut turned_away = 0;
    while turned_away < 150 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        turned_away = strangers.iter().filter(|one| one.is_finished()).count();
    }
    drop(busy);
    let mut statuses = BTreeMap::new();
    for stranger in strangers {
        *statuses.entry(stranger.await.unwrap().unwrap().status().as_u16()).or_insert(0) += 1;
    }
    assert_eq!(statuses.values().sum::<usize>(), 200);
    assert!(statuses[&204] >= 32 && statuses[&503] >= 150, "{statuses:?}");
    assert_eq!(store.subscriptions().await.unwrap() as usize, statuses[&204]);
}

/// Nor do they drive out whoever was there before.
#[tokio::test]
async fn invented_subscriptions_do_not_reach_those_of_others() {
    let world = World::asleep().await;
    let store = &world.lab.app.site.store;
    let real: Vec<Phone> = (0..5).map(Phone::new).collect();
    for phone in &real {
        world.subscribe(phone, &[HERE], 2).await;
    }
    let endpoint = |phone: &Phone| phone.wish(&world.service, &[HERE], 2)["endpoint"].as_str().unwrap().to_owned();
    let one = store.subscription(&endpoint(&real[0])).await.unwrap().unwrap();
    let mut tx = store.begin().await.unwrap();
    for n in 0..2_000 {
        let invented = server::store::push::Subscription { endpoint: format!("{}/invented/{n}", one.endpoint), ..one.clone() };
        tx.put_subscription(&invented, domain::content::Time(NOW)).await.unwrap();
    }
    tx.commit().await.unwrap();
    world.lab.app.site.push.counts.subscriptions.store(server::push::MAX_SUBSCRIPTIONS, Ordering::SeqCst);
    for n in 0..20 {
        world.subscribe(&Phone::new(100 + n), &[HERE], 2).await;
    }
    let mut left = 0;
    for phone in &real {
        left += usize::from(store.subscription(&endpoint(phone)).await.unwrap().is_some());
    }
    // Drawn among two thousand, three of these five go once in thirty million times.
    assert!(left >= 3, "{left} of 5 are left");
    assert_eq!(store.subscriptions().await.unwrap(), 2_005);
}

#[tokio::test]
async fn invented_subscriptions_keep_nobody_out() {
    let world = World::asleep().await;
    let (invented, real, late) = (Phone::new(0), Phone::new(1), Phone::new(2));
    world.subscribe(&invented, &[HERE], 5).await;
    world.subscribe(&real, &[HERE], 2).await;
    let store = &world.lab.app.site.store;
    let endpoint = |phone: &Phone| phone.wish(&world.service, &[HERE], 2)["endpoint"].as_str().unwrap().to_owned();
    let proved = async |phone: &Phone| {
        let id = store.subscription(&endpoint(phone)).await.unwrap().unwrap().id;
        let mut tx = store.begin().await.unwrap();
        tx.saw_subscription(id, domain::content::Time(NOW)).await.unwrap();
        tx.commit().await.unwrap();
    };
    proved(&real).await;
    let counts = &world.lab.app.site.push.counts.subscriptions;
    counts.store(server::push::MAX_SUBSCRIPTIONS, Ordering::SeqCst);
    world.subscribe(&late, &[HERE], 2).await;
    assert!(store.subscription(&endpoint(&invented)).await.unwrap().is_none(), "nobody ever took anything for it");
    for phone in [&real, &late] {
        assert!(store.subscription(&endpoint(phone)).await.unwrap().is_some());
        proved(phone).await;
        world.subscribe(phone, &[THERE], 2).await;
    }
    let one_more = invented.wish(&world.service, &[HERE], 2);
    assert_eq!(world.say("POST", "/push/dang-ky", one_more).await, (503, json!("full")), "all of them are real");
    assert_eq!(store.subscriptions().await.unwrap(), 2);
    assert_eq!(counts.load(Ordering::SeqCst), server::push::MAX_SUBSCRIPTIONS);
}
