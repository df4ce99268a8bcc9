//! Our alerts as others take them: CAP that our own reading and the standard accept, feeds of it, and the widget.

mod lab;

use axum::http::StatusCode;
use domain::alert::cap::{Alert, MsgType, Severity, Status};
use domain::content::PlaceCode;
use lab::{Lab, alert};
use serde_json::{Value, json};
use server::cap::inward::{self, Earlier, Verdict};
use server::cap::read;
use server::publish::{Done, Draft, Expected, Proposal, What};
use std::sync::atomic::Ordering;

async fn id(lab: &Lab, title: &str) -> String {
    let snapshot = lab.app.site.live.now();
    let card = snapshot.cards().find(|card| card.headlines[0].title == title).unwrap();
    card.id.to_string()
}

async fn message(lab: &Lab, id: &str) -> Alert {
    let answer = lab.get(&format!("/canh-bao/{id}.cap.xml"), &[("host", "bantin.example")]).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/cap+xml; charset=utf-8"));
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let read = read::alert(&answer.body);
    valid(&answer.body);
    read.unwrap_or_else(|refused| panic!("{refused:?}: {}", String::from_utf8_lossy(&answer.body))).alert
}

/// By the schema of OASIS, where a program that knows schemas is here.
fn valid(bytes: &[u8]) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cap/cap12.xsd");
    let done = std::process::Command::new("xmllint").args(["--nonet", "--noout", "--schema", schema]).arg(file.path()).output();
    if let Ok(done) = done {
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

#[tokio::test]
async fn a_chain_with_revisions_as_cap() {
    let lab = Lab::new().await;
    let mut first = alert("a", "alert", &[], "+5h");
    first["alert"]["level"] = json!(3);
    first["facts"] = json!([{"contingency": "Nếu đến 18:00 không có tin mới thì vẫn ở trên cao."}, {"phone": "112"}]);
    first["variants"] = json!([{"lang": "en", "title": "Flash flood", "summary": "Go up.", "body": ["Rain & more < 3 h"]}]);
    lab.import(&[first.clone()]).await;
    let a = id(&lab, "Lũ quét a").await;
    let one = message(&lab, &a).await;
    assert_eq!(
        (one.identifier.as_str(), one.sender.as_str(), one.status),
        (format!("{a}.1").as_str(), "bantin.example", Status::Actual)
    );
    assert_eq!((one.msg_type, one.references.len(), one.infos.len()), (MsgType::Alert, 0, 2));
    let info = &one.infos[0];
    assert_eq!((info.language(), info.event.as_str(), info.severity), ("vi", "Lũ quét", Severity::Severe));
    assert_eq!(info.instruction.as_deref(), Some("Lên đồi\nNếu đến 18:00 không có tin mới thì vẫn ở trên cao."));
    assert_eq!(info.contact.as_deref(), Some("112"));
    assert_eq!(info.areas[0].geocodes[0].value, "20044");
    assert!(!info.areas[0].polygons.is_empty());
    assert_eq!(one.infos[1].description.as_deref(), Some("Go up.\nRain & more < 3 h"));
    assert_eq!(inward::level(one.infos.iter()), Some(3));
    assert_eq!(inward::places(&one), [PlaceCode(20044)]);
    // One name, one message; each language leads to its own page.
    let english = lab.get(&format!("/en/canh-bao/{a}.cap.xml"), &[("host", "bantin.example")]).await;
    assert_eq!(read::alert(&english.body).unwrap().alert, one);
    let webs: Vec<bool> = one.infos.iter().map(|info| info.web.as_ref().unwrap().contains("/en/")).collect();
    assert_eq!(webs, [false, true]);
    // Without the code, the shape alone says the same.
    let mut drawn = one.clone();
    drawn.infos.iter_mut().flat_map(|info| &mut info.areas).for_each(|area| area.geocodes.clear());
    assert_eq!(inward::places(&drawn), [PlaceCode(20044)]);
    // Another server of this kind would take it as it was.
    let Verdict::Items(found, None) = inward::judge(&one, &[], None, lab.app.site.now()) else { panic!("not taken") };
    assert_eq!(found[0].alert.as_ref().unwrap().level, 3);
    assert_eq!(found[0].card.headlines[0].title, "Lũ quét a");

    lab.time.fetch_add(60, Ordering::SeqCst);
    first["summary"] = json!("Lên cao ngay.");
    lab.import(&[first]).await;
    let two = message(&lab, &a).await;
    assert_eq!((two.identifier.clone(), two.msg_type), (format!("{a}.2"), MsgType::Update));
    let names = |alert: &Alert| alert.references.iter().map(|one| one.identifier.clone()).collect::<Vec<_>>();
    assert_eq!(names(&two), [format!("{a}.1")]);
    assert_eq!(two.references[0].sent, one.sent, "as it was sent then");
    // One that says nothing of a level means neither more nor less than what it follows.
    let mut silent = two.clone();
    for info in &mut silent.infos {
        info.severity = Severity::Unknown;
        info.parameters.clear();
    }
    let item = lab.app.site.live.now().items[&a.parse().unwrap()].clone();
    let before = Earlier { external: "a".into(), item, foreign: false, holds: true };
    let Verdict::Items(found, wait) = inward::judge(&silent, &[before], None, lab.app.site.now()) else { panic!("not taken") };
    assert_eq!((found[0].alert.as_ref().unwrap().level, wait), (3, Some("no-level")));

    lab.time.fetch_add(60, Ordering::SeqCst);
    // Issued when the alert was, or before it by a clock that was wrong: it is the later word all the same.
    let mut b = alert("b", "cancel", &["a"], "+5h");
    b["issued"] = json!("-2h");
    lab.import(&[b]).await;
    assert_eq!(names(&message(&lab, &a).await), [format!("{a}.1")]);
    let cancel = message(&lab, &id(&lab, "Lũ quét b").await).await;
    assert_eq!((cancel.msg_type, names(&cancel)), (MsgType::Cancel, vec![format!("{a}.1"), format!("{a}.2")]));
    // Withdrawn: whoever took it hears of it.
    lab.import(&[json!({"id": "a", "withdrawn": "Gửi nhầm."})]).await;
    let gone = message(&lab, &a).await;
    assert_eq!((gone.msg_type, gone.note.as_deref(), gone.infos.len()), (MsgType::Cancel, Some("Gửi nhầm."), 0));
    // In feeds it says which one that was, to those alone whom it concerned.
    let feed = async |path: &str| String::from_utf8(lab.get(path, &[("host", "bantin.example")]).await.body).unwrap();
    for (path, title) in [
        ("/canh-bao.cap", "<entry xml:lang=\"vi\">\n<title>Tin đã rút lại: Lũ quét a</title>"),
        ("/noi/a-luoi-2/canh-bao.cap", "<entry xml:lang=\"vi\">\n<title>Tin đã rút lại: Lũ quét a</title>"),
        ("/en/canh-bao.cap", "<entry xml:lang=\"en\">\n<title>Withdrawn: Flash flood</title>"),
    ] {
        let text = feed(path).await;
        assert!(text.contains(title), "{path}: {text}");
    }
    assert!(!feed("/noi/long-quang/canh-bao.cap").await.contains("Gửi nhầm."));
    assert!(
        feed("/en/canh-bao.cap").await.contains("<entry xml:lang=\"vi\">\n<title>Lũ quét b</title>"),
        "in the language of its text"
    );
    assert_eq!(names(&gone), [format!("{a}.1"), format!("{a}.2")]);
}

#[tokio::test]
async fn feeds_of_alerts_for_everywhere_and_a_place() {
    let lab = Lab::new().await;
    let mut far = alert("xa", "alert", &[], "+5h");
    far["places"] = json!(["19753"]);
    let mut all = alert("moi-nguoi", "alert", &[], "+5h");
    all["places"] = json!([]);
    all["sample"] = json!(true);
    lab.import(&[alert("gan", "alert", &[], "+5h"), far, all, lab::article(1)]).await;
    let feed = async |path: &str| {
        let answer = lab.get(path, &[("host", "bantin.example")]).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::OK, "application/atom+xml; charset=utf-8"),
            "{path}"
        );
        let document = read::document(&answer.body);
        assert_eq!(document.fault, None);
        assert!(document.entries.iter().all(|entry| entry.has_alert && entry.links.iter().any(|link| link.is_cap())));
        document.alerts.into_iter().map(|found| found.result.unwrap().alert).collect::<Vec<_>>()
    };
    let titles = |alerts: &[Alert]| {
        let mut all: Vec<String> = alerts.iter().map(|one| one.infos[0].headline.clone().unwrap()).collect();
        all.sort();
        all
    };
    let everywhere = feed("/canh-bao.cap").await;
    assert_eq!(titles(&everywhere), ["Lũ quét gan", "Lũ quét moi-nguoi", "Lũ quét xa"]);
    let place = feed("/noi/a-luoi-2/canh-bao.cap").await;
    assert_eq!(titles(&place), ["Lũ quét gan", "Lũ quét moi-nguoi"]);
    let sample = place.iter().find(|one| one.infos[0].headline.as_deref() == Some("Lũ quét moi-nguoi")).unwrap();
    assert_eq!(sample.status, Status::Test, "sample content is never taken for real");
    assert_eq!(inward::places(sample), [PlaceCode(46)]);
    assert_eq!(feed("/en/noi/a-luoi-2/canh-bao.cap").await.len(), 2);
    for path in ["/noi/khong-co/canh-bao.cap", "/canh-bao/00000000.cap.xml", "/canh-bao/x.cap.xml"] {
        assert_eq!(lab.get(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn any_site_may_frame_the_widget_and_nothing_else() {
    let lab = Lab::new().await;
    let mut drill = alert("tap", "alert", &[], "+5h");
    drill["title"] = json!("<script>alert(1)</script>");
    lab.import(&[alert("gan", "alert", &[], "+5h"), drill]).await;
    let answer = lab.get("/nhung/canh-bao?noi=a-luoi-2", &[("host", "bantin.example")]).await;
    let page = String::from_utf8(answer.body.clone()).unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header("content-security-policy").contains("frame-ancestors *"));
    assert!(answer.headers.get("x-frame-options").is_none());
    assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin");
    assert!(page.contains("Lũ quét gan") && page.contains("A Lưới 2") && !page.contains("<script"), "{page}");
    assert!(page.len() < 3_000, "{} bytes", page.len());
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let hash = domain::sign::hash(style.as_bytes());
    use base64::Engine;
    let named = format!("'sha256-{}'", base64::prelude::BASE64_STANDARD.encode(hash));
    assert!(answer.header("content-security-policy").contains(&named), "the policy lets its own style through");
    let other = String::from_utf8(lab.get("/nhung/canh-bao?noi=phu-xuan&lang=en", &[]).await.body).unwrap();
    assert!(other.contains("Phu Xuan") && !other.contains("Lũ quét"), "{other}");
    assert!(lab.get("/canh-bao", &[]).await.header("content-security-policy").contains("frame-ancestors 'none'"));
    lab.time.fetch_add(6 * 3_600, Ordering::SeqCst);
    lab.app.site.refresh().await.unwrap();
    let over = String::from_utf8(lab.get("/nhung/canh-bao?noi=a-luoi-2", &[]).await.body).unwrap();
    assert!(over.contains("chưa chắc đã an toàn"), "an alert past its end does not just vanish: {over}");
    let later = Lab::new().await;
    let mut storm = alert("tới", "alert", &[], "+9h");
    storm["effective"] = "+3h".into();
    later.import(&[storm]).await;
    let coming = String::from_utf8(later.get("/nhung/canh-bao?noi=a-luoi-2", &[]).await.body).unwrap();
    assert!(coming.contains("Lũ quét tới") && coming.contains("Chưa tới giờ hiệu lực"), "{coming}");
    assert!(!coming.contains("Hiện không có cảnh báo nào"), "{coming}");
    let english = String::from_utf8(later.get("/nhung/canh-bao?noi=a-luoi-2&lang=en", &[]).await.body).unwrap();
    assert!(english.contains("<span lang=\"vi\">Lũ quét tới") && coming.contains("<span>Lũ quét tới"), "{english}");
}

/// As on every other page: of an event that was said twice for a place the worse word counts.
#[tokio::test]
async fn the_widget_shows_one_word_of_an_event_that_was_said_twice() {
    let lab = Lab::new().await;
    let worse = |mut line: Value| {
        line["alert"]["level"] = 3.into();
        line
    };
    let again = |id| alert(id, "update", &["a"], "+5h");
    lab.import(&[alert("a", "alert", &[], "+5h"), worse(again("b")), again("c")]).await;
    let frame = String::from_utf8(lab.get("/nhung/canh-bao?noi=a-luoi-2", &[]).await.body).unwrap();
    assert!(frame.contains("Lũ quét b") && !frame.contains("Lũ quét c"), "{frame}");
}

#[tokio::test]
async fn the_list_of_alerts_is_made_anew_when_what_was_called_off_leaves_it() {
    let lab = Lab::new().await;
    lab.import(&[alert("a", "alert", &[], "+9h"), alert("b", "cancel", &["a"], "+9h")]).await;
    let list = async || {
        lab.app.site.refresh().await.unwrap();
        String::from_utf8(lab.get("/canh-bao", &[]).await.body).unwrap()
    };
    // An hour before noon is seven days after it was called off.
    lab.time.fetch_add(7 * 86_400 - 3_660, Ordering::SeqCst);
    assert!(list().await.contains("<h2>Đã hủy"));
    lab.time.fetch_add(120, Ordering::SeqCst);
    assert!(!list().await.contains("<h2>Đã hủy"));
}

/// A commune's site must not show what is elsewhere because its name was mistyped, or changed since.
#[tokio::test]
async fn the_widget_of_a_place_that_is_none_shows_no_other() {
    let lab = Lab::new().await;
    let mut far = alert("xa", "alert", &[], "+5h");
    far["places"] = json!(["19753"]);
    lab.import(&[alert("gan", "alert", &[], "+5h"), far]).await;
    let frame = async |query: &str| {
        let answer = lab.get(&format!("/nhung/canh-bao{query}"), &[]).await;
        assert!(answer.header("content-security-policy").contains("frame-ancestors *"), "also what is wrong can be read in it");
        (answer.status.as_u16(), String::from_utf8(answer.body).unwrap())
    };
    let (status, page) = frame("?noi=a-luoi-22").await;
    assert!(status == 404 && page.contains("Không có trang này") && !page.contains("Lũ quét"), "{page}");
    for query in ["?noi=huyen-a-luoi", "?noi=xa-hong-bac"] {
        let (status, page) = frame(query).await;
        assert!(status == 200 && page.contains("Lũ quét gan") && !page.contains("Lũ quét xa"), "{query}: {page}");
        assert!(page.contains("name=robots content=noindex"), "{page}");
    }
    let (_, page) = frame("").await;
    assert!(page.contains("Lũ quét gan") && page.contains("Lũ quét xa"), "{page}");
}

/// What ends nothing is no message: an empty one would be taken for a fault, or for a new alert.
#[tokio::test]
async fn a_cancel_of_nothing_is_no_message() {
    let lab = Lab::new().await;
    lab.import(&[alert("a", "alert", &[], "+5h"), alert("b", "cancel", &["a"], "+5h")]).await;
    let b = id(&lab, "Lũ quét b").await;
    assert_eq!(message(&lab, &b).await.msg_type, MsgType::Cancel);
    // As an older release could write it: what it speaks of never came.
    let site = &lab.app.site;
    let item = site.live.now().items.values().find(|item| item.card.id.to_string() == b).unwrap().clone();
    let (card, body, alert) = (item.card.clone(), item.body.clone(), item.card.alert());
    let references = vec!["mất".to_owned()];
    let proposal = Proposal { card, undated: false, body, alert, references, supersedes: None, media: Vec::new() };
    let draft = Draft { external: "c".into(), content: [1; 32], what: What::Item(Box::new(proposal)) };
    let never = Expected::from([("mất".to_owned(), true)]);
    let done = site.publisher.publish(vec![draft], std::sync::Arc::new(never)).await.unwrap();
    site.refresh().await.unwrap();
    let [Done::New(c)] = done[..] else { panic!("{done:?}") };
    for path in [format!("/canh-bao/{c}.cap.xml"), format!("/en/canh-bao/{c}.cap.xml")] {
        assert_eq!(lab.get(&path, &[]).await.status, StatusCode::NOT_FOUND);
    }
    let link = |html: Vec<u8>| String::from_utf8(html).unwrap().contains("application/cap+xml");
    let snapshot = site.live.now();
    let path = |id: &str| domain::route::item_path(&snapshot.items[&id.parse().unwrap()].card, domain::words::Lang::Vi);
    assert!(link(lab.get(&path(&b), &[]).await.body), "an alert's page leads to its message");
    assert!(!link(lab.get(&path(&c.to_string()), &[]).await.body));
}

/// Who compares the times of a feed must not take the one from which something fell out for an older one (RFC 4287, 4.2.15).
#[tokio::test]
async fn the_time_of_a_feed_never_goes_back() {
    let lab = Lab::new().await;
    let times = async || {
        lab.app.site.refresh().await.unwrap();
        let mut all = Vec::new();
        for path in ["/canh-bao.cap", "/noi/a-luoi-2/canh-bao.cap", "/noi/phu-xuan/canh-bao.cap", "/feed/tin.atom"] {
            let feed = String::from_utf8(lab.get(path, &[]).await.body).unwrap();
            let updated = feed.split("<updated>").nth(1).unwrap().split('<').next().unwrap().to_owned();
            all.push((updated, feed.matches("<entry ").count()));
        }
        all
    };
    let mut before = times().await;
    assert!(before.iter().all(|(updated, _)| !updated.starts_with("1970")), "nor does it begin before it was made: {before:?}");
    let mut entries = 0;
    let mut later = async || {
        let after = times().await;
        assert!(before.iter().zip(&after).all(|((was, _), (is, _))| is >= was), "{before:?} {after:?}");
        entries = after[0].1;
        before = after;
        entries
    };
    lab.import(&[alert("a", "alert", &[], "+5h"), alert("b", "alert", &[], "+90h")]).await;
    assert_eq!(later().await, 2);
    // What moves to another place leaves the feed of this one.
    let mut moves = alert("c", "alert", &[], "+90h");
    lab.import(&[moves.clone()]).await;
    assert_eq!(later().await, 3);
    lab.time.fetch_add(3_600, Ordering::SeqCst);
    moves["places"] = json!(["19753"]);
    lab.import(&[moves]).await;
    assert_eq!(later().await, 3);
    for (hours, left) in [(6, 3), (7 * 24, 2), (90, 0), (48, 0)] {
        lab.time.fetch_add(hours * 3_600, Ordering::SeqCst);
        assert_eq!(later().await, left, "after {hours} hours");
    }
}

#[tokio::test]
async fn no_feed_leaves_out_what_holds() {
    let lab = Lab::new().await;
    let over = |n: usize| alert(&format!("qua {n}"), "alert", &[], "-10m");
    let mut holds = alert("còn", "alert", &[], "+20h");
    holds["issued"] = json!("-3d");
    let mut comes = alert("sắp", "alert", &[], "+20h");
    (comes["issued"], comes["effective"]) = (json!("-3d"), json!("+2h"));
    lab.import(&[holds, comes]).await;
    lab.import(&(0..70).map(over).collect::<Vec<_>>()).await;
    for path in ["/canh-bao.cap", "/noi/a-luoi-2/canh-bao.cap"] {
        let feed = String::from_utf8(lab.get(path, &[]).await.body).unwrap();
        assert_eq!(feed.matches("<entry ").count(), 60, "{path}");
        assert!(feed.contains("Lũ quét còn") && feed.contains("Lũ quét sắp"), "{path}");
    }
}
