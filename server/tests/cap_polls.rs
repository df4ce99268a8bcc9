//! When authorities of alerts are asked, by which lane, and how much of one is taken.

mod authority;
mod lab;
mod office;
mod web;

use authority::*;
use axum::http::StatusCode;
use office::*;
use server::store::desk::Lane;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn an_authority_goes_on_when_the_colleague_who_followed_it_has_left() {
    let desk = desk().await;
    desk.put("/service", &[message(1, "Alert", &[])]);
    let source = desk.follow("/service").await;
    let author = person_of(&desk.lab, "lan.viet").await.id;
    let left = post(&desk.lab, &desk.admin, &format!("/ban-lam-viec/nguoi/{author}"), &[("do", "disable")]).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER);
    desk.put("/service", &[message(1, "Alert", &[]), message(2, "Alert", &[])]);
    desk.poll(ROUND).await;
    assert_eq!(desk.states().await, states(&[("waiting", ""), ("waiting", "")]), "an officer sees to them, whoever followed it");
    desk.let_through(source.id).await;
    desk.put("/service", &[message(1, "Alert", &[]), message(2, "Alert", &[]), message(3, "Alert", &[])]);
    desk.poll(ROUND).await;
    assert_eq!(desk.states().await[2], ("published".to_owned(), String::new()));
    assert!(!desk.sources().await[0].paused);
}

#[tokio::test]
async fn after_a_storm_without_a_line_alerts_are_asked_for_within_minutes() {
    let desk = desk().await;
    desk.trust("/service", message(1, "Alert", &[])).await;
    desk.web.put("/service", 503, "retry-after: 604800\r\n", Vec::new());
    for _ in 0..12 {
        desk.poll(600).await;
    }
    desk.put("/service", &[message(1, "Alert", &[]), message(2, "Alert", &[])]);
    desk.poll(900).await;
    assert_eq!(desk.states().await.last().unwrap().0, "published", "an authority is never left alone for longer");
    // The clock was a day ahead, and is set right.
    desk.poll(86_400).await;
    desk.put("/service", &[message(1, "Alert", &[]), message(2, "Alert", &[]), message(3, "Alert", &[])]);
    desk.poll(-86_400).await;
    assert_eq!(desk.states().await.len(), 3, "what the fast clock wrote down is waited for no longer");
}

/// The clock of a server may be hours ahead after a power cut, or days behind: what it made of an alert is not the last word.
#[tokio::test]
async fn what_a_wrong_clock_refused_is_judged_anew() {
    let desk = desk().await;
    desk.trust("/service", message(1, "Alert", &[])).await;
    let last = || async { desk.states().await.pop().unwrap() };
    // It does not come again: its source says that nothing changed, is away, or leads to it by a link.
    let put = |name: &str, n| {
        let head = [XML, "etag: \"", name, "\"\r\n"].concat();
        desk.web.put("/service", 200, &head, message(n, "Alert", &[]).into_bytes());
    };
    for (n, away, reason) in [(2, 2 * 86_400, "ended"), (3, -2 * 86_400, "future")] {
        put(&n.to_string(), n);
        desk.poll(away).await;
        assert_eq!(last().await, ("refused".to_owned(), reason.to_owned()));
        desk.poll(ROUND).await;
        assert_eq!(last().await.0, "refused", "as long as it is so");
        desk.web.put("/service", 503, "", Vec::new());
        desk.poll(-away).await;
        assert_eq!(last().await, ("published".to_owned(), String::new()), "{reason}");
    }
    assert_eq!(desk.stand().len(), 2);
    // An officer who sends it on meanwhile does not end it either.
    desk.put("/other", &[message(4, "Alert", &[]).replace("T18:00", "T12:30")]);
    desk.follow("/other").await;
    let waiting = desk.messages().await.into_iter().find(|one| one.state == "waiting").unwrap();
    desk.lab.time.fetch_add(5_400, Ordering::SeqCst);
    let path = format!("/ban-lam-viec/nguon/cap/{}", waiting.id);
    assert_eq!(post(&desk.lab, &desk.officer, &path, &[("do", "publish")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(last().await, ("refused".to_owned(), "ended".to_owned()));
    desk.poll(ROUND - 5_400).await;
    assert_eq!(last().await, ("waiting".to_owned(), String::new()));
}

#[tokio::test]
async fn alerts_are_asked_for_in_a_lane_of_their_own() {
    let desk = desk().await;
    desk.put("/service", &[message(1, "Alert", &[])]);
    desk.follow("/service").await;
    desk.lab.time.fetch_add(ROUND, Ordering::SeqCst);
    for (lane, asked) in [(Lane::Away, 1), (Lane::Alerts, 2)] {
        server::desk::jobs::round(&desk.lab.app.site, lane).await.unwrap();
        assert_eq!(desk.web.asked().len(), asked, "{lane:?}");
    }
}

#[tokio::test]
async fn no_authority_waits_behind_servers_that_hang() {
    let desk = desk().await;
    for n in 2..7 {
        desk.put(&format!("/hang{n}"), &[message(n, "Alert", &[])]);
        desk.follow(&format!("/hang{n}")).await;
        desk.web.hang(&format!("/hang{n}"));
    }
    desk.put("/service", &[message(1, "Alert", &[])]);
    desk.follow("/service").await;
    desk.lab.time.fetch_add(ROUND, Ordering::SeqCst);
    let before = desk.web.asked().len();
    let site = desk.lab.app.site.clone();
    let round = tokio::spawn(async move { server::desk::jobs::round(&site, Lane::Alerts).await });
    let began = std::time::Instant::now();
    while !desk.web.asked()[before..].iter().any(|head| head.starts_with("GET /service ")) {
        assert!(began.elapsed().as_secs() < 5, "{:?}", &desk.web.asked()[before..]);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(!round.is_finished(), "the others hang");
    round.abort();
}

#[tokio::test]
async fn what_goes_out_at_once_is_asked_first_however_many_others_there_are() {
    let desk = desk().await;
    for n in 1..23 {
        desk.put(&format!("/nguon{n}"), &[message(n, "Alert", &[])]);
        desk.follow(&format!("/nguon{n}")).await;
    }
    let source = desk.trust("/service", message(30, "Alert", &[]).replace("11:329:", "11:31:")).await;
    desk.lab.time.fetch_add(ROUND, Ordering::SeqCst);
    let due = desk.lab.app.site.store.due_jobs(Lane::Alerts, desk.lab.app.site.now(), 20).await.unwrap();
    assert_eq!((due.len(), due[0].about), (20, source.id));
}

#[tokio::test]
async fn no_source_has_more_waiting_than_an_officer_reads() {
    let desk = desk().await;
    let sent_at = |n: usize, at: &str| {
        let own = VIETNAM.replace("2026.11.23.1<", &format!("2026.11.23.{n}<"));
        own.replace("<sent>2026-11-23T11:30:00", &format!("<sent>2026-11-23T{at}"))
    };
    let waiting = async || {
        let all = desk.lab.app.site.store.cap_messages(1_000, &Default::default()).await.unwrap();
        let numbers =
            all.iter().filter(|one| one.state == "waiting").map(|one| one.identifier.rsplit('.').next().unwrap().parse());
        let mut numbers: Vec<usize> = numbers.map(Result::unwrap).collect();
        numbers.sort_unstable();
        numbers
    };
    let mut feed = vec![sent_at(900, "11:59:00").replace("18:00:00", "12:01:00")];
    desk.put("/service", &feed);
    desk.follow("/service").await;
    assert_eq!(waiting().await, [900]);
    feed.extend((0..200).map(|n| sent_at(n, &format!("10:{:02}:{:02}", n / 60, n % 60))));
    desk.put("/service", &feed);
    desk.poll(ROUND).await;
    assert_eq!(waiting().await, (0..200).collect::<Vec<_>>(), "what has ended goes first, however late it was sent");
    feed.insert(0, sent_at(200, "11:00:00"));
    feed.push(sent_at(901, "09:00:00"));
    desk.put("/service", &feed);
    for _ in 0..3 {
        desk.poll(ROUND).await;
        assert_eq!(waiting().await, (1..=200).collect::<Vec<_>>(), "what is dropped and comes again pushes out nothing newer");
    }
}

/// Works at the authority's server, a captive page, half a file: exactly in a storm.
#[tokio::test]
async fn a_link_is_followed_until_its_alert_was_read_whole() {
    let desk = desk().await;
    let item = "<item><title>x</title><link>/cap/1.xml</link><pubDate>Mon, 23 Nov 2026 04:31:00 GMT</pubDate></item>";
    let rss = format!(
        "<rss version=\"2.0\" xmlns:cap=\"urn:oasis:names:tc:emergency:cap:1.2\"><channel><title>T</title>{item}<cap:x/></channel></rss>"
    );
    desk.web.put("/rss", 200, "content-type: application/rss+xml\r\n", rss.into_bytes());
    let whole = message(1, "Alert", &[]).into_bytes();
    desk.web.put("/cap/1.xml", 200, "content-type: text/html\r\n", b"<!doctype html><p>B\xe1\xba\xa3o tr\xc3\xac".to_vec());
    desk.follow("/rss").await;
    desk.poll(ROUND).await;
    desk.web.put("/cap/1.xml", 200, XML, whole[..whole.len() / 2].to_vec());
    desk.poll(ROUND).await;
    assert!(desk.states().await.iter().all(|(state, _)| state == "refused"), "{:?}", desk.states().await);
    desk.web.put("/cap/1.xml", 200, XML, whole);
    desk.poll(ROUND).await;
    assert!(desk.states().await.contains(&("waiting".into(), String::new())), "{:?}", desk.states().await);
    let asked = || desk.web.asked().iter().filter(|head| head.contains("/cap/1.xml")).count();
    let before = asked();
    desk.poll(ROUND).await;
    assert_eq!(asked(), before, "and then no more");
}

#[tokio::test]
async fn links_of_a_feed_are_followed_once() {
    let desk = desk().await;
    let item = |n: usize| {
        format!("<item><title>x</title><link>/cap/{n}.xml</link><pubDate>Mon, 23 Nov 2026 04:3{n}:00 GMT</pubDate></item>")
    };
    let rss = |items: &str| {
        format!(
            "<rss version=\"2.0\" xmlns:cap=\"urn:oasis:names:tc:emergency:cap:1.2\"><channel><title>T</title>{items}<cap:x/></channel></rss>"
        )
    };
    desk.web.put("/rss", 200, "content-type: application/rss+xml\r\n", rss(&[item(1), item(2)].concat()).into_bytes());
    desk.web.put("/cap/1.xml", 200, XML, message(1, "Alert", &[]).into_bytes());
    let source = desk.follow("/rss").await;
    assert!(source.cap, "{source:?}");
    assert_eq!(desk.states().await, states(&[("waiting", "")]));
    // The second was not there the first time.
    desk.web.put(
        "/cap/2.xml",
        200,
        XML,
        b"<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>x</identifier></alert>".to_vec(),
    );
    desk.poll(ROUND).await;
    assert_eq!(desk.states().await, states(&[("waiting", ""), ("refused", "missing")]));
    let asked = desk.web.asked().len();
    desk.poll(ROUND).await;
    assert_eq!(desk.web.asked().len(), asked + 1, "only the feed itself is asked for again");
}

#[tokio::test]
async fn what_is_new_in_a_feed_does_not_wait_behind_links_that_lead_nowhere() {
    let desk = desk().await;
    let feed = |count: usize| {
        let item = |n: usize| {
            format!("<item><title>x</title><link>/cap/{n}.xml</link><pubDate>Mon, 23 Nov 2026 04:30:{n} GMT</pubDate></item>")
        };
        let items: String = (10..10 + count).map(item).collect();
        let head = "<rss version=\"2.0\" xmlns:cap=\"urn:oasis:names:tc:emergency:cap:1.2\"><channel><title>T</title><cap:x/>";
        desk.web.put(
            "/rss",
            200,
            "content-type: application/rss+xml\r\n",
            [head, &items, "</channel></rss>"].concat().into_bytes(),
        );
    };
    feed(40);
    desk.follow("/rss").await;
    for _ in 0..12 {
        desk.poll(ROUND).await;
    }
    for n in 50..60 {
        feed(n - 9);
        desk.poll(ROUND).await;
        assert_eq!(desk.web.asked().iter().filter(|head| head.contains(&format!("/cap/{n}.xml"))).count(), 1, "{n}");
    }
}

/// What an entry leads to is not lost when its source is stopped, or taken away, while or after it is fetched.
#[tokio::test]
async fn a_link_that_was_followed_for_a_source_that_is_gone_is_followed_again() {
    let desk = desk().await;
    desk.web.put("/1.cap", 200, "content-type: application/cap+xml\r\n", message(1, "Alert", &[]).into_bytes());
    let [asked, answered] = desk.web.hold("/1.cap");
    let link = format!("<link type=\"application/cap+xml\" href=\"{}\"/>", desk.web.url("/1.cap"));
    let entry = format!("<entry><id>x</id><updated>2026-11-23T11:30:00+07:00</updated>{link}</entry>");
    let feed = format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Cảnh báo</title>{entry}</feed>");
    desk.web.put("/links", 200, &[ATOM, "etag: \"1\"\r\n"].concat(), feed.into_bytes());
    let change = async |what: &str| {
        let path = format!("/ban-lam-viec/nguon/{}", desk.sources().await[0].id);
        assert_eq!(post(&desk.lab, &desk.author, &path, &[("do", what)]).await.status, StatusCode::SEE_OTHER, "{what}");
    };
    let stopped = async {
        asked.wait().await;
        change("pause").await;
        answered.wait().await;
    };
    tokio::join!(desk.follow("/links"), stopped);
    assert!(desk.states().await.is_empty());
    change("resume").await;
    desk.poll(ROUND).await;
    assert_eq!(desk.states().await, states(&[("waiting", "")]), "what came while it was stopped comes again");
    change("remove").await;
    assert!(desk.states().await.is_empty());
    desk.follow("/links").await;
    assert_eq!(desk.states().await, states(&[("waiting", "")]), "and so does what went with it");
}
