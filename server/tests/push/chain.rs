//! How a chain goes on: updates, and word for a part of its places.

use super::pushed::Phone;
use super::world::{FAR, HERE, THERE, World, alert, follow, heard};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;

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
    // Worse: it rings, but for whom it has left.
    world.publish(follow("c", "update", "b", 3, &[HERE])).await;
    world.service.until("the worse one", |got| got.len() == 5).await;
    world.idle().await;
    let late = Phone::new(2);
    world.subscribe(&late, &[HERE], 1).await;
    world.publish(follow("d", "cancel", "c", 3, &[HERE])).await;
    world.lab.time.fetch_add(60, Ordering::SeqCst);
    let got = world.service.until("the cancel", |got| got.len() == 7).await;
    world.idle().await;
    world.service.quiet(Duration::from_millis(300)).await;
    let said = |list: &[(&str, bool)]| list.iter().map(|(kind, ring)| ((*kind).to_owned(), *ring)).collect::<Vec<_>>();
    assert_eq!(heard(&here, &got), said(&[("alert", true), ("update", false), ("update", true), ("cancel", false)]));
    assert_eq!(heard(&there, &got), said(&[("update", true), ("update", false), ("cancel", false)]));
    assert_eq!(heard(&late, &got), [], "no all-clear of what he never heard of");
    assert!(got.iter().all(|got| got.header("topic") == first.to_string()), "one chain, one topic");
    let tags: Vec<Value> = here.got(&got).into_iter().map(|json| json["notification"]["tag"].clone()).collect();
    assert_eq!(tags, vec![json!(first.to_string()); 4]);
}

/// A file may name the newest first, and something old may be corrected or taken back once there is newer word.
#[tokio::test]
async fn what_has_been_followed_calls_nobody_whatever_its_place_in_the_log() {
    let world = World::new().await;
    let phone = Phone::new(0);
    world.subscribe(&phone, &[HERE], 1).await;
    world.lab.import(&[follow("c", "cancel", "a", 3, &[HERE]), alert("a", 3, &[HERE])]).await;
    world.idle().await;
    world.service.quiet(Duration::from_millis(300)).await;
    world.lab.import(&[follow("e", "update", "d", 3, &[HERE]), alert("d", 2, &[HERE])]).await;
    let got = world.service.until("the last word", |got| got.len() == 1).await;
    world.idle().await;
    assert_eq!((heard(&phone, &got), phone.open(&got[0])["bt"]["level"].clone()), (vec![("update".to_owned(), true)], json!(3)));
    let mut corrected = alert("d", 2, &[HERE]);
    corrected["title"] = "Lũ ở suối trên".into();
    for line in [corrected, json!({"id": "d", "withdrawn": "Nhập nhầm xã."})] {
        world.lab.import(&[line]).await;
        world.idle().await;
        world.service.quiet(Duration::from_millis(300)).await;
    }
    // The last word itself may be corrected, and is taken back.
    world.lab.import(&[json!({"id": "e", "withdrawn": "Nhập nhầm xã."})]).await;
    let got = world.service.until("the withdrawal", |got| got.len() == 2).await;
    assert_eq!(heard(&phone, &got).last(), Some(&("cancel".to_owned(), false)));
}

/// Two updates of one alert, each for a part of its places: phones show one word of an event.
#[tokio::test]
async fn word_for_others_does_not_cover_what_holds_where_somebody_lives() {
    let world = World::new().await;
    let [here, there, both, far] = [0, 1, 2, 3].map(Phone::new);
    for (phone, places) in [(&here, &[HERE][..]), (&there, &[THERE]), (&both, &[HERE, THERE]), (&far, &[FAR])] {
        world.subscribe(phone, places, 1).await;
    }
    world.publish(alert("a", 1, &[HERE, THERE, FAR])).await;
    world.service.until("the alert", |got| got.len() == 4).await;
    world.idle().await;
    // Each update is told until its last phone is reached; the two know nothing of each other.
    world.publish(follow("b", "update", "a", 3, &[HERE])).await;
    world.service.until("the worse one", |got| got.len() == 8).await;
    world.idle().await;
    let lines = [follow("c", "update", "a", 2, &[THERE]), follow("d", "cancel", "c", 2, &[THERE])];
    for (line, count) in lines.into_iter().zip([10, 12]) {
        world.publish(line).await;
        world.service.until("the word for the others", |got| got.len() == count).await;
        world.idle().await;
        world.service.quiet(Duration::from_millis(300)).await;
    }
    let got = world.service.got();
    let kinds = |phone| heard(phone, &got).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    for phone in [&here, &both] {
        assert_eq!(kinds(phone), ["alert", "update"], "what is worse, and stands");
        assert_eq!(phone.got(&got).last().unwrap()["bt"]["level"], 3);
    }
    for phone in [&there, &far] {
        assert_eq!(kinds(phone), ["alert", "update", "update", "cancel"]);
    }
}

/// Word about others is no word that was heard here, however bad it is there.
#[tokio::test]
async fn what_is_worse_elsewhere_does_not_silence_what_comes_here() {
    let world = World::new().await;
    let phone = Phone::new(0);
    world.subscribe(&phone, &[HERE], 1).await;
    world.publish(alert("a", 2, &[HERE, THERE])).await;
    world.service.until("the alert", |got| got.len() == 1).await;
    for (count, id, before, places) in [(2, "b", "a", &[THERE][..]), (3, "c", "b", &[HERE, THERE]), (4, "d", "c", &[THERE])] {
        world.idle().await;
        world.publish(follow(id, "update", before, 3, places)).await;
        world.service.until(id, |got| got.len() == count).await;
    }
    let said: Vec<(i64, bool)> = phone
        .got(&world.service.got())
        .into_iter()
        .map(|json| (json["bt"]["level"].as_i64().unwrap(), !json["notification"]["silent"].as_bool().unwrap()))
        .collect();
    assert_eq!(said, [(2, true), (0, false), (3, true), (0, false)]);
}

/// Of what gets worse people hear at once, from when; what gets better they hear once it is so.
#[tokio::test]
async fn an_update_that_begins_later_is_told_whatever_holds_until_then() {
    let world = World::new().await;
    let phone = Phone::new(0);
    world.subscribe(&phone, &[HERE], 1).await;
    world.publish(alert("a", 2, &[HERE])).await;
    world.service.until("the alert", |got| got.len() == 1).await;
    world.idle().await;
    let later = |id: &str, before: &str, level| {
        let mut line = follow(id, "update", before, level, &[HERE]);
        line["effective"] = json!("+2h");
        line
    };
    world.publish(later("b", "a", 4)).await;
    let got = world.service.until("what gets worse", |got| got.len() == 2).await;
    assert_eq!(heard(&phone, &got).last(), Some(&("update".to_owned(), true)));
    let text = phone.got(&got)[1]["notification"]["body"].as_str().unwrap().to_owned();
    assert!(text.starts_with("Từ ") && text.contains(" đến "), "{text}");
    // It has begun: nobody is told again, and what is said of it is at an end.
    world.lab.time.fetch_add(2 * 3_600 + 60, Ordering::SeqCst);
    world.idle().await;
    world.publish(later("c", "b", 1)).await;
    world.service.quiet(Duration::from_millis(1_500)).await;
    assert_eq!(world.service.got().len(), 2, "the worse word is not covered while it holds");
    world.lab.time.fetch_add(2 * 3_600 + 60, Ordering::SeqCst);
    let got = world.service.until("that it got better", |got| got.len() == 3).await;
    assert_eq!(heard(&phone, &got).last(), Some(&("update".to_owned(), false)));
    world.idle().await;
}

/// Somebody who cannot be reached, and whom it concerns already, holds up nobody who is to hear of it once it has begun.
#[tokio::test]
async fn what_begins_while_it_is_told_goes_to_those_who_had_another_word_until_then() {
    let world = World::new().await;
    let [here, there] = [0, 1].map(Phone::new);
    world.subscribe(&here, &[HERE], 1).await;
    world.subscribe(&there, &[THERE], 1).await;
    world.publish(alert("a", 2, &[HERE])).await;
    world.service.until("the alert", |got| got.len() == 1).await;
    world.idle().await;
    world.service.answer(&there.path, &[(503, Some(1)); 60]);
    let mut line = follow("b", "update", "a", 2, &[HERE, THERE]);
    line["effective"] = json!("+2h");
    world.publish(line).await;
    world.service.until("it is tried", |got| there.got(got).len() > 1).await;
    assert_eq!(here.got(&world.service.got()).len(), 1, "until then he has the first");
    world.lab.time.fetch_add(2 * 3_600 + 60, Ordering::SeqCst);
    let got = world.service.until("that it has begun", |got| here.got(got).len() == 2).await;
    assert_eq!(heard(&here, &got).last(), Some(&("update".to_owned(), false)));
}

#[tokio::test]
async fn two_words_for_different_places_go_out_beside_each_other() {
    let world = World::new().await;
    let places = |n: u32| if n.is_multiple_of(2) { HERE } else { THERE };
    let phones: Vec<Phone> = (0..120).map(Phone::new).collect();
    for (n, phone) in (0..).zip(&phones) {
        world.subscribe(phone, &[places(n)], 1).await;
    }
    world.publish(alert("a", 1, &[HERE, THERE])).await;
    world.service.until("the alert", |got| got.len() == 120).await;
    world.idle().await;
    world.service.slow(Duration::from_millis(100));
    world.publish(follow("b", "update", "a", 3, &[HERE])).await;
    world.service.until("some are told", |got| got.len() >= 140).await;
    world.publish(follow("c", "update", "a", 2, &[THERE])).await;
    world.idle().await;
    let got = world.service.got();
    for (n, phone) in (0..).zip(&phones) {
        let levels: Vec<u64> = phone.got(&got).iter().map(|json| json["bt"]["level"].as_u64().unwrap()).collect();
        let right = if places(n) == HERE { levels == [1, 3] } else { levels == [1, 2] || levels == [1, 0, 2] };
        assert!(right, "{n} heard {levels:?}");
    }
}

#[tokio::test]
async fn what_was_lowered_and_gets_worse_rings_again() {
    let world = World::new().await;
    let phone = Phone::new(0);
    world.subscribe(&phone, &[HERE], 2).await;
    world.publish(alert("a", 3, &[HERE])).await;
    for (count, id, before, level) in [(2, "b", "a", 2), (3, "c", "b", 3), (4, "d", "c", 3)] {
        world.idle().await;
        world.publish(follow(id, "update", before, level, &[HERE])).await;
        world.service.until(id, |got| got.len() == count).await;
    }
    let got = world.service.until("all", |got| got.len() == 4).await;
    let rings: Vec<bool> = heard(&phone, &got).into_iter().map(|(_, ring)| ring).collect();
    assert_eq!(rings, [true, false, true, false]);
}

/// What was called off and comes back is new danger, however low its level.
#[tokio::test]
async fn what_comes_back_after_it_was_called_off_rings_again() {
    let world = World::new().await;
    let phone = Phone::new(0);
    world.subscribe(&phone, &[HERE], 1).await;
    for (count, line) in [
        (1, alert("a", 2, &[HERE])),
        (2, follow("b", "cancel", "a", 2, &[HERE])),
        (3, follow("c", "update", "b", 2, &[HERE])),
        (4, follow("d", "update", "c", 2, &[HERE])),
        (5, json!({"id": "d", "withdrawn": "Nhập nhầm."})),
    ] {
        world.lab.import(&[line]).await;
        world.service.until("it is told", |got| got.len() == count).await;
        world.idle().await;
    }
    let got = world.service.until("all", |got| got.len() == 5).await;
    let said = [("alert", true), ("cancel", false), ("update", true), ("update", false), ("cancel", false)];
    assert_eq!(heard(&phone, &got), said.map(|(kind, ring)| (kind.to_owned(), ring)));
}

/// What had ended is issued again as an update of itself, as the desk advises: new danger, at the same level too.
#[tokio::test]
async fn what_is_issued_again_after_its_end_rings_again() {
    let world = World::new().await;
    let phone = Phone::new(0);
    world.subscribe(&phone, &[HERE], 1).await;
    for (count, hours, line) in [
        (1, 0, alert("a", 2, &[HERE])),
        (2, 7, follow("b", "update", "a", 2, &[HERE])),
        (3, 0, follow("c", "update", "b", 2, &[HERE])),
        (4, 7, follow("d", "update", "c", 1, &[HERE])),
    ] {
        world.lab.time.fetch_add(hours * 3_600, Ordering::SeqCst);
        world.publish(line).await;
        world.service.until("it is told", |got| got.len() == count).await;
        world.idle().await;
    }
    let rings: Vec<bool> = heard(&phone, &world.service.got()).into_iter().map(|(_, ring)| ring).collect();
    assert_eq!(rings, [true, true, false, true]);
}

/// A phone that its service gave a new address was not reached under the old one: it hears what holds, and nobody hears it twice.
#[tokio::test]
async fn whoever_comes_while_an_alert_holds_is_told_of_it() {
    let world = World::new().await;
    let [early, late, far, after] = [0, 1, 2, 3].map(Phone::new);
    world.subscribe(&early, &[HERE], 1).await;
    for (count, line) in [(1, alert("a", 3, &[HERE])), (2, follow("b", "update", "a", 3, &[HERE]))] {
        world.publish(line).await;
        world.service.until("it is told", |got| got.len() == count).await;
        world.idle().await;
    }
    world.subscribe(&far, &[FAR], 1).await;
    for _ in 0..2 {
        world.subscribe(&late, &[HERE], 1).await;
    }
    world.lab.time.fetch_add(60, Ordering::SeqCst);
    let got = world.service.until("the last word", |got| got.len() == 3).await;
    assert_eq!(heard(&late, &got), [("update".to_owned(), true)]);
    world.idle().await;
    world.publish(follow("c", "cancel", "b", 3, &[HERE])).await;
    world.service.until("the cancel", |got| got.len() == 5).await;
    world.idle().await;
    world.subscribe(&after, &[HERE], 1).await;
    world.lab.time.fetch_add(60, Ordering::SeqCst);
    world.idle().await;
    world.service.quiet(Duration::from_millis(1_500)).await;
    let got = world.service.got();
    assert_eq!((early.got(&got).len(), late.got(&got).len(), got.len()), (3, 2, 5));
}
