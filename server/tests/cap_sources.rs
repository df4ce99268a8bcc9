//! Alerts from elsewhere at the desk: kept, published at once or by an official, updated, cancelled, never twice.

mod authority;
mod lab;
mod office;
mod web;

use authority::*;
use axum::http::StatusCode;
use domain::alert::State;
use domain::content::{Card, PlaceCode, Status};
use office::*;

#[tokio::test]
async fn from_a_trusted_authority_at_once_with_update_and_cancel() {
    let desk = desk().await;
    desk.put("/feed", &[message(1, "Alert", &[])]);
    let source = desk.follow("/feed").await;
    assert_eq!(desk.states().await, states(&[("waiting", "")]));
    // Not for whoever follows it: an administrator says so.
    let path = format!("/ban-lam-viec/nguon/{}", source.id);
    assert_eq!(post(&desk.lab, &desk.author, &path, &[("do", "at-once")]).await.status, StatusCode::FORBIDDEN);
    desk.let_through(source.id).await;
    // The newest first, as feeds have it; what waited is replaced by what came later.
    desk.put("/feed", &[message(3, "Update", &[1, 2]), message(2, "Update", &[1]), message(1, "Alert", &[])]);
    desk.poll(ROUND).await;
    assert_eq!(desk.states().await, states(&[("refused", "superseded"), ("published", ""), ("published", "")]));
    assert_eq!(desk.stand(), [State::Superseded, State::InForce]);
    // Asked again, the same comes in once.
    desk.poll(ROUND).await;
    assert_eq!(desk.lab.app.site.live.now().seq(), 2);
    let bare = message(4, "Cancel", &[1, 2, 3]);
    let bare = [bare.split_once("<info>").unwrap().0, "</alert>"].concat();
    desk.put("/feed", &[bare, message(1, "Alert", &[])]);
    desk.poll(ROUND).await;
    assert_eq!(desk.stand(), [State::Cancelled, State::Cancelled, State::Cancelled]);
    let cancel = desk.cards().pop().unwrap();
    assert_eq!(cancel.headlines[0].title, "Hủy: Cảnh báo lũ quét vùng núi phía tây");
    assert_eq!(cancel.places, [PlaceCode(20044), PlaceCode(20050)], "wherever it stood");
    assert_eq!(cancel.alert().unwrap().references.len(), 2);
    let audit = desk.lab.app.site.store.audit(None, None, 50).await.unwrap();
    assert_eq!(audit.iter().filter(|line| line.action == "cap-publish" && line.actor.is_empty()).count(), 3);
}

/// An authority ends an alert before its time by an update that is over, or we hear of a shorter one too late.
/// A message with another end.
fn until(message: String, end: &str) -> String {
    let parts = message.split("<expires>").map(|part| match part.split_once("</expires>") {
        Some((_, rest)) => format!("{end}</expires>{rest}"),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("<expires>")
}

#[tokio::test]
async fn an_update_that_is_over_when_it_comes_ends_what_it_speaks_of() {
    let desk = desk().await;
    desk.trust("/feed", message(1, "Alert", &[])).await;
    desk.put("/feed", &[message(2, "Alert", &[])]);
    desk.poll(ROUND).await;
    assert_eq!(desk.stand(), [State::InForce]);
    // At the moment at which it was sent.
    desk.put("/feed", &[until(message(3, "Update", &[2]), "2026-11-23T11:32:00+07:00")]);
    desk.poll(ROUND).await;
    assert_eq!(desk.stand(), [State::Superseded, State::Ended]);
    // What has nothing to end any more is kept from readers, as before.
    desk.put("/feed", &[until(message(4, "Update", &[2, 3]), "2026-11-23T11:40:00+07:00")]);
    desk.poll(ROUND).await;
    assert!(desk.states().await.contains(&("refused".into(), "ended".into())), "{:?}", desk.states().await);
    // Nor does it take the place of a cancellation.
    desk.put("/feed", &[message(5, "Cancel", &[2, 3])]);
    desk.poll(ROUND).await;
    desk.put("/feed", &[until(message(6, "Update", &[2, 3, 5]), "2026-11-23T11:40:00+07:00")]);
    desk.poll(ROUND).await;
    assert_eq!(desk.stand(), [State::Cancelled, State::Cancelled, State::Cancelled]);
}

#[tokio::test]
async fn what_its_sender_has_ended_waits_for_nobody() {
    let desk = desk().await;
    desk.put("/feed", &[message(2, "Alert", &[]), message(3, "Alert", &[])]);
    desk.follow("/feed").await;
    // Of the second it is said that it goes on; that nobody here takes it in time for more is the hour's doing.
    let (over, goes_on) = ("2026-11-23T11:32:00+07:00", "2026-11-23T11:40:00+07:00");
    desk.put("/feed", &[until(message(4, "Update", &[2]), over), until(message(5, "Update", &[3]), goes_on)]);
    desk.poll(ROUND).await;
    let all = desk.states().await;
    assert_eq!(all[..2], states(&[("refused", "superseded"), ("waiting", "")]), "{all:?}");
}

#[tokio::test]
async fn what_is_not_for_people_here_is_kept_with_its_reason() {
    let desk = desk().await;
    desk.trust("/feed", message(1, "Alert", &[]).replace("<scope>Public", "<scope>Some")).await;
    let change = |n: usize, from: &str, to: &str| message(n, "Alert", &[]).replace(from, to);
    desk.put(
        "/feed",
        &[
            change(2, "<status>Actual", "<status>System"),
            change(3, "<status>Actual", "<status>Exercise"),
            change(4, "<scope>Public</scope>", "<scope>Private</scope><addresses>a</addresses>"),
            change(5, "Lũ quét", "Việc lạ").replace("Flash flood", "Odd thing").replace("lũ quét", "việc lạ"),
            change(6, "2026-11-23T18:00:00", "2026-11-23T11:45:00"),
            change(7, "20044", "00001").replace("20050", "00002"),
            message(8, "Ack", &[1]),
            message(9, "Alert", &[]),
        ],
    );
    desk.poll(ROUND).await;
    let all = desk.states().await;
    let reasons: Vec<(&str, &str)> = all.iter().map(|(state, reason)| (state.as_str(), reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            ("refused", "bad-word"),
            ("refused", "status"),
            ("waiting", "exercise"),
            ("refused", "not-public"),
            ("refused", "unknown-hazard"),
            ("refused", "ended"),
            ("refused", "not-for-people"),
            ("published", ""),
        ]
    );
    assert_eq!(desk.lab.app.site.store.cap_foreign().await.unwrap(), 1);
    assert_eq!(desk.cards().len(), 1, "the rest of the feed went in");
    let broken = desk.messages().await.into_iter().find(|one| one.reason == "bad-word").unwrap();
    assert!(String::from_utf8(broken.raw).unwrap().contains("<scope>Some"), "as it came");
    let page = text(&get(&desk.lab, &desk.admin, "/ban-lam-viec/nguon").await);
    assert!(page.contains("Sai chuẩn CAP (bad-word), ở /alert/scope"), "{page}");
    // An exercise that an official publishes is marked for every program.
    let exercise = desk.messages().await.into_iter().find(|one| one.reason == "exercise").unwrap();
    let path = format!("/ban-lam-viec/nguon/cap/{}", exercise.id);
    post(&desk.lab, &desk.officer, &path, &[("do", "publish")]).await;
    let card = desk.cards().into_iter().find(|card| card.status() == Status::Exercise).unwrap();
    assert!(card.headlines[0].title.starts_with("[DIỄN TẬP] ") && card.headlines[1].title.starts_with("[EXERCISE] "));
}

#[tokio::test]
async fn nobody_ends_the_alerts_of_another() {
    let desk = desk().await;
    desk.trust("/mot", message(1, "Alert", &[])).await;
    desk.put("/mot", &[message(2, "Alert", &[])]);
    desk.poll(ROUND).await;
    assert_eq!(desk.stand(), [State::InForce]);
    desk.put("/hai", &[]);
    desk.trust("/hai", message(3, "Alert", &[]).replace("20044", "20050")).await;
    // In the name of the first, from the second source; and an exercise that cancels what is real.
    let drill = message(5, "Cancel", &[2]).replace("<status>Actual", "<status>Exercise");
    desk.put("/hai", &[message(4, "Cancel", &[2])]);
    desk.put("/mot", &[drill]);
    desk.poll(ROUND).await;
    assert_eq!(desk.stand(), [State::InForce]);
    let all = desk.states().await;
    assert!(all.contains(&("waiting".into(), "other-source".into())), "{all:?}");
    assert!(all.contains(&("refused".into(), "nothing-to-cancel".into())), "{all:?}");
}

#[tokio::test]
async fn who_comes_after_a_source_that_went_may_not_end_its_alerts() {
    let desk = desk().await;
    let first = desk.trust("/mot", message(1, "Alert", &[])).await;
    desk.put("/mot", &[message(2, "Alert", &[])]);
    desk.poll(ROUND).await;
    let path = format!("/ban-lam-viec/nguon/{}", first.id);
    // What goes out at once is stopped by whoever lets it through.
    for what in ["pause", "remove"] {
        assert_eq!(post(&desk.lab, &desk.author, &path, &[("do", what)]).await.status, StatusCode::FORBIDDEN, "{what}");
    }
    let buttons = |page: String| ["pause", "remove"].map(|what| page.contains(&format!("value=\"{what}\"")));
    assert_eq!(buttons(text(&get(&desk.lab, &desk.author, "/ban-lam-viec/nguon").await)), [false; 2]);
    assert_eq!(buttons(text(&get(&desk.lab, &desk.admin, "/ban-lam-viec/nguon").await)), [true; 2]);
    assert_eq!(post(&desk.lab, &desk.admin, &path, &[("do", "remove")]).await.status, StatusCode::SEE_OTHER);
    assert!(desk.sources().await.is_empty());
    let second = desk.trust("/hai", message(3, "Alert", &[]).replace("20044", "20050")).await;
    assert_ne!(second.id, first.id);
    desk.put("/hai", &[message(4, "Cancel", &[2])]);
    desk.poll(ROUND).await;
    assert_eq!(desk.stand(), [State::InForce]);
    let all = desk.states().await;
    assert!(all.contains(&("waiting".into(), "other-source".into())), "{all:?}");
}

/// What is refused, or only played, takes nothing from whoever is to confirm it.
#[tokio::test]
async fn what_is_refused_leaves_what_waits() {
    let desk = desk().await;
    let drill = |text: String| text.replace("<status>Actual", "<status>Exercise");
    desk.put("/feed", &[message(2, "Alert", &[]), message(3, "Alert", &[]), message(4, "Alert", &[])]);
    desk.follow("/feed").await;
    let unknown = message(6, "Update", &[3]).replace("Lũ quét", "Việc lạ").replace("Flash flood", "Odd thing");
    let unknown = unknown.replace("lũ quét", "việc lạ");
    desk.put("/feed", &[drill(message(5, "Cancel", &[2])), unknown, message(7, "Cancel", &[4])]);
    desk.poll(ROUND).await;
    let all = desk.states().await;
    assert_eq!(all[..3], states(&[("waiting", ""), ("waiting", ""), ("refused", "superseded")]), "{all:?}");
    assert_eq!(all[4], ("refused".into(), "unknown-hazard".into()), "{all:?}");
}

#[tokio::test]
async fn an_update_that_goes_on_elsewhere_ends_it_here() {
    let desk = desk().await;
    desk.trust("/feed", message(1, "Alert", &[])).await;
    desk.put("/feed", &[message(2, "Alert", &[])]);
    desk.poll(ROUND).await;
    desk.put("/feed", &[message(3, "Update", &[2]).replace("20044", "00001").replace("20050", "00002")]);
    desk.poll(ROUND).await;
    assert_eq!(desk.stand(), [State::Cancelled, State::Cancelled]);
}

#[tokio::test]
async fn nobody_holds_up_an_alert_by_bringing_it_first() {
    let desk = desk().await;
    desk.trust("/service", message(1, "Alert", &[])).await;
    // A mirror that is not let through is asked first; another one has something else under the same name.
    desk.put("/mirror", &[message(2, "Alert", &[])]);
    desk.put("/odd", &[message(3, "Alert", &[]).replace("20044", "00001").replace("20050", "00002")]);
    desk.follow("/mirror").await;
    desk.follow("/odd").await;
    assert_eq!(desk.states().await, states(&[("waiting", ""), ("waiting", "")]));
    desk.put("/service", &[message(1, "Alert", &[]), message(2, "Alert", &[]), message(3, "Alert", &[])]);
    desk.poll(ROUND).await;
    assert_eq!(desk.states().await, states(&[("waiting", ""), ("published", ""), ("published", "")]));
    assert_eq!(desk.cards().len(), 2);
    // And they come once, whoever goes on bringing them.
    desk.poll(ROUND).await;
    desk.poll(ROUND).await;
    assert_eq!((desk.states().await.len(), desk.cards().len()), (3, 2));
}

/// Names of messages are theirs alone (CAP 1.2, `identifier`); some services change a message under its name all the same.
#[tokio::test]
async fn what_comes_again_under_its_name_and_later_is_newer_word() {
    let desk = desk().await;
    let again = |minute: u32, headline: &str| {
        let sent = format!("<sent>2026-11-23T11:{minute}:00");
        message(2, "Alert", &[])
            .replace("<sent>2026-11-23T11:31:00", &sent)
            .replace("<headline>", &format!("<headline>{headline} "))
    };
    let titles = || desk.cards().into_iter().map(|card| (card.revision, card.headlines[0].title.clone())).collect::<Vec<_>>();
    desk.put("/other", &[message(1, "Alert", &[])]);
    desk.follow("/other").await;
    desk.trust("/service", message(1, "Alert", &[])).await;
    for (minute, headline, revision) in [(31, "Một", 1), (33, "Hai", 2), (32, "Ba", 2), (33, "Bốn", 2), (34, "Hai", 2)] {
        desk.put("/service", &[again(minute, headline)]);
        desk.poll(ROUND).await;
        let all = titles();
        assert_eq!((all.len(), all[0].0), (1, revision), "{all:?}");
    }
    assert!(titles()[0].1.starts_with("Hai "), "{:?}", titles());
    // Of another source it is not.
    desk.put("/other", &[again(35, "Năm")]);
    desk.poll(ROUND).await;
    assert!(titles()[0].1.starts_with("Hai "), "{:?}", titles());
    // What waits is not sent on as it was.
    let before = desk.messages().await.len();
    desk.put("/other", &[message(1, "Alert", &[]).replace("11:30:00", "11:36:00").replace("<headline>", "<headline>Sáu ")]);
    desk.poll(ROUND).await;
    let all = desk.messages().await;
    assert_eq!(all.len(), before);
    assert!(all.iter().any(|one| one.state == "waiting" && one.headline.starts_with("Sáu ")), "{all:?}");
}

/// One message that speaks of several levels: each place hears its own, and what follows speaks of all of them.
#[tokio::test]
async fn bands_of_one_message_ring_where_they_are() {
    let desk = desk().await;
    desk.trust("/service", message(1, "Alert", &[])).await;
    let second = |text: &str| text.replace("<value>20050</value>", "<value>20044</value>").replace("A Lưới 5", "A Lưới 2");
    let banded = |n: usize, kind: &str, of: &[usize]| {
        let whole = second(&message(n, kind, of));
        // The same in both languages for another commune, less bad.
        let (head, infos) = whole.split_once("<info>").unwrap();
        let infos = infos.strip_suffix("</alert>\n").unwrap_or(infos.trim_end().trim_end_matches("</alert>"));
        let lesser =
            infos.replace("20044", "20050").replace("Cấp 2", "Cấp 1").replace("Severe", "Minor").replace("vùng núi", "vùng thấp");
        [head, "<info>", infos, "<info>", &lesser, "</alert>"].concat()
    };
    let told = || {
        let one =
            |card: &Card| (card.alert().unwrap().level, card.places[0].0, card.headlines.len(), card.headlines[0].title.clone());
        let mut told: Vec<_> = desk.cards().iter().map(one).collect();
        told.sort_unstable_by_key(|(level, ..)| std::cmp::Reverse(*level));
        told
    };
    desk.put("/service", &[banded(2, "Alert", &[])]);
    desk.poll(ROUND).await;
    let of = |level, place, what: &str| (level, place, 2, format!("Cảnh báo lũ quét vùng {what} phía tây"));
    assert_eq!(told(), [of(2, 20044, "núi"), of(1, 20050, "thấp")]);
    assert_eq!(desk.stand(), [State::InForce; 2]);
    desk.put("/service", &[banded(3, "Update", &[2])]);
    desk.poll(ROUND).await;
    assert_eq!(told().len(), 4);
    let standing = || desk.stand().into_iter().filter(|state| *state == State::InForce).count();
    assert_eq!(standing(), 2, "{:?}", desk.stand());
    // The same words for both.
    desk.put("/service", &[banded(4, "Update", &[3]).replace("Cấp 1", "Cấp 2").replace("Minor", "Severe")]);
    desk.poll(ROUND).await;
    assert_eq!((told().len(), standing()), (5, 1), "{:?}", desk.stand());
    desk.put("/service", &[message(5, "Cancel", &[2, 3, 4])]);
    desk.poll(ROUND).await;
    assert!(desk.stand().iter().all(|state| *state == State::Cancelled || *state == State::Superseded), "{:?}", desk.stand());
}
