//! What takes an alert back: cancels, withdrawals, and newer word that overtakes what is still to be sent.

use super::pushed::{Got, Phone};
use super::world::{HERE, THERE, World, alert, follow, heard};
use super::{lab, unpacked};
use domain::content::Time;
use domain::sign::SignedTrust;
use domain::sync::{Cursor, Held};
use domain::wire::path;
use serde_json::json;
use std::time::Duration;

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
    // Signed, so that the phone forgets the alert with no further request.
    let site = &world.lab.app.site;
    let cursor = Cursor { epoch: Some(site.live.now().epoch()), ..Cursor::default() };
    let trust = SignedTrust::decode(&world.lab.get(path::TRUST, &[]).await.body).unwrap().accept(None).unwrap();
    let mut held = Held { trust: Some(trust), cursor, ..Held::default() };
    held.apply(&domain::sync::pushed(&held, &unpacked(&phone.open(&got[0]))).unwrap());
    assert!(held.cards.get(&item).is_some_and(|card| card.body));
    held.apply(&domain::sync::pushed(&held, &unpacked(&json)).unwrap());
    assert_eq!((held.cards.len(), held.gone.get(&item)), (0, Some(&2)));
    // An article that is withdrawn concerns nobody's phone.
    world.lab.import(&[lab::article(1)]).await;
    world.publish(json!({"id": "bai-1", "withdrawn": "Sai."})).await;
    world.idle().await;
    world.service.quiet(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn one_cancel_of_two_alerts_is_heard_by_whoever_heard_of_either() {
    let world = World::new().await;
    let phones = [(0, HERE, 1), (1, THERE, 1)].map(|(n, place, level)| (Phone::new(n), place, level));
    for (phone, place, level) in &phones {
        world.subscribe(phone, &[*place], *level).await;
    }
    let first = world.publish(alert("a", 3, &[HERE])).await;
    let second = world.publish(alert("b", 3, &[THERE])).await;
    world.service.until("both alerts", |got| got.len() == 2).await;
    world.idle().await;
    let mut cancel = follow("c", "cancel", "a", 3, &[HERE, THERE]);
    cancel["alert"]["references"] = json!(["a", "b"]);
    world.publish(cancel).await;
    let got = world.service.until("the cancel", |got| got.len() == 4).await;
    world.idle().await;
    world.service.quiet(Duration::from_millis(300)).await;
    for (phone, ..) in &phones {
        assert_eq!(heard(phone, &got), [("alert".to_owned(), true), ("cancel".to_owned(), false)]);
        // The notification of either goes.
        let cancel = phone.got(&got).pop().unwrap();
        assert_eq!(cancel["bt"]["chain"], json!(first.to_string()));
        assert_eq!(cancel["bt"]["joins"], json!([second.to_string()]));
        let after = cancel["bt"]["after"].as_array().unwrap();
        assert_eq!(after.len(), 2);
        assert!([first, second].iter().all(|id| after.contains(&json!(id.to_string()))), "whatever the clocks say");
    }
}

#[tokio::test]
async fn a_drill_takes_nothing_real_back() {
    let world = World::new().await;
    let phone = Phone::new(0);
    world.subscribe(&phone, &[HERE], 1).await;
    let real = world.publish(alert("a", 3, &[HERE])).await;
    world.service.until("the alert", |got| got.len() == 1).await;
    world.idle().await;
    for (id, msg_type) in [("b", "cancel"), ("c", "update")] {
        let mut drill = follow(id, msg_type, "a", 3, &[HERE]);
        drill["status"] = json!("exercise");
        world.publish(drill).await;
        world.idle().await;
    }
    let got = world.service.until("the drill", |got| got.len() == 2).await;
    world.service.quiet(Duration::from_millis(300)).await;
    assert_eq!(heard(&phone, &got).iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["alert", "update"]);
    assert_ne!(phone.open(&got[1])["bt"]["chain"], json!(real.to_string()), "a chain of its own");
}

#[tokio::test]
async fn an_alert_that_is_corrected_to_be_none_is_taken_back() {
    for (field, value) in [("status", json!("test")), ("sample", json!(true))] {
        let world = World::new().await;
        let phone = Phone::new(0);
        world.subscribe(&phone, &[HERE], 1).await;
        let mut line = alert("a", 3, &[HERE]);
        world.publish(line.clone()).await;
        world.service.until("the alert", |got| got.len() == 1).await;
        world.idle().await;
        line[field] = value;
        world.publish(line.clone()).await;
        let got = world.service.until("that it is none", |got| got.len() == 2).await;
        world.idle().await;
        // Once, however often it is corrected.
        line["summary"] = json!("Thử lại.");
        world.publish(line).await;
        world.idle().await;
        world.service.quiet(Duration::from_millis(300)).await;
        assert_eq!(heard(&phone, &got), [("alert".to_owned(), true), ("cancel".to_owned(), false)], "{field}");
        assert_eq!(phone.open(&got[1])["bt"]["rev"], 2);
    }
}

#[tokio::test]
async fn what_failed_and_waits_is_not_told_once_there_is_newer_word() {
    let mut world = World::asleep().await;
    let phone = Phone::new(0);
    world.subscribe(&phone, &[HERE], 1).await;
    let item = world.publish(alert("a", 3, &[HERE])).await;
    // Its run began and failed: the next try is an hour away.
    let (store, now) = (&world.lab.app.site.store, Time(lab::NOW));
    let [(job, seq)] = &store.due_pushes(now).await.unwrap()[..] else { panic!("one waits") };
    let mut tx = store.begin().await.unwrap();
    tx.begin_push(*seq, item, now).await.unwrap();
    tx.put_job_off(job.id, now.plus(3_600), "broken").await.unwrap();
    tx.commit().await.unwrap();
    world.publish(follow("b", "cancel", "a", 3, &[HERE])).await;
    world.wake();
    // Nobody heard of the alert, so that nobody hears of its end; nor of the alert when its hour has come.
    world.idle().await;
    world.lab.time.fetch_add(7_200, std::sync::atomic::Ordering::SeqCst);
    world.service.quiet(Duration::from_millis(1_500)).await;
    assert_eq!(world.service.count(), 0);
}

/// Some heard the alert and then the cancel, the others neither; no alert went out after the first cancel.
fn overtaken(phones: &[Phone], got: &[Got]) {
    let (mut told, mut spared) = (0, 0);
    for phone in phones {
        match &heard(phone, got).iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>()[..] {
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
async fn a_cancel_overtakes_what_is_still_to_be_sent() {
    let world = World::new().await;
    let phones = world.phones(150, &[HERE]).await;
    world.service.slow(Duration::from_millis(150));
    world.publish(alert("a", 3, &[HERE])).await;
    world.service.until("some are told", |got| got.len() >= 20).await;
    world.publish(follow("b", "cancel", "a", 3, &[HERE])).await;
    world.idle().await;
    overtaken(&phones, &world.service.got());
}

#[tokio::test]
async fn a_cancel_of_two_alerts_that_is_overtaken_itself_stops_both() {
    let world = World::new().await;
    let phones = world.phones(150, &[THERE]).await;
    world.publish(alert("a", 3, &[HERE])).await;
    world.idle().await;
    world.service.slow(Duration::from_millis(150));
    world.publish(alert("b", 3, &[THERE])).await;
    world.service.until("some are told", |got| got.len() >= 20).await;
    let mut both = follow("c", "cancel", "a", 3, &[HERE, THERE]);
    both["alert"]["references"] = json!(["a", "b"]);
    world.lab.import(&[both, follow("d", "cancel", "c", 3, &[HERE, THERE])]).await;
    world.idle().await;
    overtaken(&phones, &world.service.got());
}
