//! Feeds, calendars and the site's map as programs read them.

mod lab;
mod reader;

use domain::content::ItemId;
use domain::instance::instance;
use domain::route::Feed;
use domain::words::Lang;
use reader::{ORIGIN, Reader, xml};
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn feeds_are_feeds() {
    let reader = Reader::with_sample().await;
    let i = instance();
    let topics = (0..i.topics.len() as u8).map(Feed::Topic);
    let places = i.places.iter().map(|place| Feed::Place(place.code));
    for lang in [Lang::Vi, Lang::En] {
        for feed in std::iter::once(Feed::All).chain(topics.clone()).chain(places.clone()) {
            let path = feed.path(lang);
            let answer = reader.get(&path).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("content-type")),
                (200, "application/atom+xml; charset=utf-8"),
                "{path}"
            );
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            let text = answer.text();
            let (names, _) = xml(&text);
            let entries = names.get("entry").copied().unwrap_or(0);
            assert!(entries <= 30);
            assert_eq!(names["id"], entries + 1, "{path}");
            assert_eq!(names["updated"], entries + 1);
            // RFC 4287, 4.1.1 and 4.1.2: a feed names itself and its page, an entry its author and its page.
            let count = |name: &str| names.get(name).copied().unwrap_or(0);
            assert_eq!((count("author"), count("link"), count("title")), (entries, entries + 2, entries + 1), "{path}");
            assert_eq!(text.matches("<link rel=\"alternate\" type=\"text/html\" href=\"https://").count(), entries + 1, "{path}");
            let own = format!("<link rel=\"self\" type=\"application/atom+xml\" href=\"{ORIGIN}{path}\"/>");
            assert!(text.contains(&own), "{path}");
            let ids: BTreeSet<&str> = text.split("<id>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
            assert_eq!(ids.len(), entries + 1, "{path}: each has a name of its own");
            if matches!(feed, Feed::All | Feed::Topic(_)) {
                assert!(entries > 0, "{path}");
            }
        }
    }
    let (names, texts) = xml(&reader.page("/sitemap.xml").await);
    assert!(names["url"] > 150 && names["loc"] == names["url"]);
    assert!(texts.contains(&format!("{ORIGIN}/en/chu-de/y-te")));
    let robots = reader.page("/robots.txt").await;
    assert!(robots.contains(&format!("Sitemap: {ORIGIN}/sitemap.xml")));
    assert_eq!(reader.get("/feed/khac.atom").await.status, 404);
}

#[tokio::test]
async fn calendars_keep_to_their_format() {
    let reader = Reader::with_sample().await;
    let events: Vec<ItemId> = {
        let snapshot = reader.app.site.live.now();
        snapshot.items.values().filter(|item| item.card.event().is_some()).map(|item| item.card.id).collect()
    };
    assert!(events.len() >= 3);
    let places = instance().places.iter().map(|place| Feed::Calendar(place.code));
    for feed in events.iter().map(|id| Feed::Event(*id)).chain(places) {
        let path = feed.path(Lang::Vi);
        let answer = reader.get(&path).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/calendar; charset=utf-8"), "{path}");
        calendar(&answer.text(), &path);
    }
    let empty = Reader::empty().await.page("/lich/noi/a-luoi-2.ics").await;
    assert!(empty.contains("BEGIN:VTIMEZONE\r\n") && !empty.contains("VEVENT"), "a component at least: {empty}");
    let city = reader.page(&Feed::Calendar(instance().places[0].code).path(Lang::Vi)).await;
    assert_eq!(city.matches("BEGIN:VEVENT").count(), events.len());
    let other = reader.app.site.live.now().items.keys().copied().find(|id| !events.contains(id)).unwrap();
    assert_eq!(reader.get(&Feed::Event(other).path(Lang::Vi)).await.status, 404);
}

/// Who took a meeting into his calendar must not go to it on the old day.
#[tokio::test]
async fn a_meeting_that_was_moved_stands_on_its_new_day_alone() {
    let reader = Reader::empty().await;
    let meeting = |id: &str, start: &str| {
        json!({"id": id, "kind": "event", "topics": ["van-hoa"], "places": ["20044"], "issued": "-1h", "source": {"name": "Xã"},
            "title": format!("Họp {id}"), "summary": "Họp thôn", "body": ["Mời bà con."], "event": {"start": start}})
    };
    let mut moved = meeting("mt2", "+5d");
    moved["supersedes"] = "mt1".into();
    reader.publish(&[meeting("mt1", "+1d"), moved]).await;
    let place = reader.page("/lich/noi/a-luoi-2.ics").await;
    assert!(place.contains("SUMMARY:Họp mt2") && !place.contains("SUMMARY:Họp mt1"), "{place}");
    let snapshot = reader.app.site.live.now();
    let one = async |title: &str| {
        let id = snapshot.items.values().find(|item| item.card.headlines[0].title == title).unwrap().card.id;
        reader.page(&Feed::Event(id).path(Lang::Vi)).await
    };
    let (old, new) = (one("Họp mt1").await, one("Họp mt2").await);
    calendar(&old, "mt1");
    // Programs believe a change only with a higher number.
    assert!(old.contains("STATUS:CANCELLED\r\n") && old.contains("SEQUENCE:2\r\n"), "{old}");
    assert!(!new.contains("STATUS:") && new.contains("SEQUENCE:2\r\n"), "{new}");
    // It was not to be moved: the first one takes place, and a feed shows it again.
    let first = snapshot.items.values().find(|item| item.card.headlines[0].title == "Họp mt1").unwrap().card.id;
    reader.wait(60).await;
    reader.publish(&[json!({"id": "mt2", "withdrawn": "Nhầm ngày."})]).await;
    let back = reader.page(&Feed::Event(first).path(Lang::Vi)).await;
    calendar(&back, "back");
    assert!(!back.contains("STATUS:") && back.contains("SEQUENCE:3\r\n"), "{back}");
    let stamp = |text: &str| text.split("DTSTAMP:").nth(1).unwrap()[..16].to_owned();
    assert!(stamp(&back) > stamp(&old), "{back}");
    let feed = reader.page("/feed/tin.atom").await;
    let entry = feed.split("<entry").find(|entry| entry.contains("Họp mt1")).unwrap();
    let at = entry.split("<updated>").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(at, reader.app.site.now().rfc3339(), "{entry}");
}

/// Nor to one that was taken back; and nobody takes a sample for a meeting.
#[tokio::test]
async fn a_meeting_that_was_withdrawn_is_called_off() {
    let reader = Reader::empty().await;
    let meeting = |id: &str, sample: bool| {
        json!({"id": id, "kind": "event", "topics": ["van-hoa"], "issued": "-1h", "source": {"name": "Xã"}, "sample": sample,
            "title": format!("Họp {id}"), "summary": "Họp thôn", "body": ["Mời bà con."],
            "event": {"start": "+1d", "online": "https://hop.vn/phòng?a=1&b=họp"}})
    };
    reader.publish(&[meeting("mt1", false), meeting("mt2", true)]).await;
    let id = |title: &str| {
        let snapshot = reader.app.site.live.now();
        snapshot.items.values().find(|item| item.card.headlines[0].title == title).unwrap().card.id
    };
    let (path, sample) = (Feed::Event(id("Họp mt1")).path(Lang::Vi), Feed::Event(id("Họp mt2")).path(Lang::Vi));
    let taken = reader.page(&path).await;
    assert!(reader.page(&sample).await.contains("SUMMARY:[Bài mẫu] Họp mt2\r\n"));
    let whole = taken.replace("\r\n ", "");
    assert!(whole.contains("URL:https://hop.vn/ph%C3%B2ng?a=1&b=h%E1%BB%8Dp\r\n"), "{whole}");
    reader.wait(60).await;
    reader.publish(&[json!({"id": "mt1", "withdrawn": "Hoãn họp."})]).await;
    let off = reader.page(&path).await;
    calendar(&off, "withdrawn");
    let line = |text: &str, name: &str| text.split("\r\n").find(|line| line.starts_with(name)).unwrap().to_owned();
    assert_eq!(line(&off, "UID:"), line(&taken, "UID:"));
    assert!(off.contains("STATUS:CANCELLED\r\n") && off.contains("SEQUENCE:3\r\n") && off.contains("Hoãn họp."), "{off}");
    assert!(!off.contains("Họp mt1"), "what it said is gone: {off}");
}

/// A feed reader shows titles alone, and shows again what changed.
#[tokio::test]
async fn a_feed_says_what_no_longer_holds() {
    let reader = Reader::empty().await;
    let alert = |id: &str, kind: &str, of: &[&str], end: &str| {
        json!({"id": id, "kind": "alert", "topics": ["phong-chong-thien-tai"], "places": ["20044"], "issued": "-1h", "expires": end,
            "source": {"name": "Đài"}, "title": format!("Lũ {id}"), "summary": "Lên cao.", "body": [{"steps": ["Lên đồi"]}],
            "alert": {"level": 2, "hazard": "flood", "msg_type": kind, "references": of}})
    };
    let mut sample = alert("mau", "alert", &[], "+9h");
    sample["sample"] = true.into();
    let old = json!({"id": "cu", "kind": "bulletin", "topics": ["y-te"], "issued": "-3h", "source": {"name": "Sở"}, "title": "Lịch cũ",
        "summary": "Một dòng.", "body": ["Rửa tay."]});
    reader.publish(&[alert("som", "alert", &[], "+1h"), alert("a", "alert", &[], "+9h"), sample, old]).await;
    let entries = async || {
        let feed = reader.page("/feed/tin.atom").await;
        let text =
            |entry: &str, name: &str| entry.split(&format!("<{name}>")).nth(1).unwrap().split('<').next().unwrap().to_owned();
        feed.split("<entry").skip(1).map(|entry| (text(entry, "title"), text(entry, "updated"))).collect::<Vec<_>>()
    };
    let before = entries().await;
    assert!(
        before.iter().any(|(title, _)| title == "Lũ som") && before.iter().any(|(title, _)| title == "[Bài mẫu] Lũ mau"),
        "{before:?}"
    );
    reader.wait(2 * 3_600).await;
    let newer = json!({"id": "moi", "kind": "bulletin", "topics": ["y-te"], "issued": "-1m", "source": {"name": "Sở"}, "title": "Lịch mới",
        "summary": "Một dòng.", "body": ["Rửa tay."], "supersedes": "cu"});
    reader.publish(&[alert("b", "cancel", &["a"], "+9h"), newer]).await;
    let after = entries().await;
    for (name, was, now) in
        [("som", "Lũ som", "Đã kết thúc"), ("a", "Lũ a", "Đã hủy. "), ("cu", "Lịch cũ", "Đã có tin mới thay tin này. ")]
    {
        let updated = |all: &[(String, String)]| all.iter().find(|(title, _)| title.ends_with(was)).unwrap().clone();
        let (title, at) = updated(&after);
        assert!(title.starts_with(now), "{name}: {title}");
        assert!(at > updated(&before).1, "{name} is shown again");
    }
}

/// Whoever follows a feed hears of a correction however old the item is.
#[tokio::test]
async fn a_feed_begins_with_what_was_published_last() {
    let reader = Reader::empty().await;
    let line = |n: usize, title: &str| {
        json!({"id": format!("bai-{n}"), "kind": "bulletin", "topics": ["y-te"], "issued": format!("-{}d", 50 - n), "source": {"name": "Sở"},
            "title": title, "summary": "Một dòng.", "body": ["Rửa tay."]})
    };
    reader.publish(&(0..40).map(|n| line(n, &format!("Tin số {n}"))).collect::<Vec<_>>()).await;
    reader.wait(60).await;
    reader.publish(&[line(0, "Tin đã sửa")]).await;
    for path in ["/feed/tin.atom", "/feed/chu-de/y-te.atom"] {
        let feed = reader.page(path).await;
        let titles: Vec<&str> = feed.split("<title>").skip(2).map(|rest| rest.split('<').next().unwrap()).collect();
        assert_eq!((titles.len(), titles[0], titles[1]), (30, "Tin đã sửa", "Tin số 39"), "{path}");
    }
    // Programs know a corrected item by its name.
    let id = |feed: &str, title: &str| {
        let entry = feed.split("<entry").find(|entry| entry.contains(&format!("<title>{title}</title>"))).unwrap().to_owned();
        entry.split("<id>").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    let name = id(&reader.page("/feed/tin.atom").await, "Tin đã sửa");
    reader.wait(60).await;
    reader.publish(&[line(0, "Tin sửa lần nữa")]).await;
    assert_eq!(id(&reader.page("/feed/tin.atom").await, "Tin sửa lần nữa"), name);
    // What is withdrawn is a change of the feed too: its date never goes back.
    let updated = |feed: &str| feed.split("<updated>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let before = updated(&reader.page("/feed/tin.atom").await);
    reader.wait(60).await;
    reader.publish(&[json!({"id": "bai-0", "withdrawn": "nhầm"})]).await;
    let feed = reader.page("/feed/tin.atom").await;
    let after = updated(&feed);
    assert!(after > before, "{before} {after}");
    // It stands in the place of what was withdrawn, and says nothing of that any more.
    assert_eq!(id(&feed, "Tin đã rút lại"), name);
    assert!(feed.contains("<summary>Lý do: nhầm</summary>") && !feed.contains("Tin sửa lần nữa"), "{feed}");
    assert!(reader.page("/en/feed/chu-de/y-te.atom").await.contains("<title>Withdrawn</title>"));
    assert!(!reader.page("/feed/chu-de/giao-duc.atom").await.contains("rút lại"), "where it stood alone");
    // After a week everybody knows.
    reader.wait(8 * 86_400).await;
    assert!(!reader.page("/feed/tin.atom").await.contains("rút lại"));
}

/// Who comes by it comes at the right hour.
#[tokio::test]
async fn a_calendar_has_the_hours_of_the_event() {
    let reader = Reader::empty().await;
    let meeting = |id: &str, end: Option<&str>| {
        let mut event = json!({"start": "2026-12-01T07:30:00+07:00"});
        if let Some(end) = end {
            event["end"] = end.into();
        }
        json!({"id": id, "kind": "event", "topics": ["van-hoa"], "issued": "-1h", "source": {"name": "Xã"}, "title": format!("Họp {id}"),
            "summary": "Họp thôn", "body": ["Mời bà con."], "event": event})
    };
    reader.publish(&[meeting("dài", Some("2026-12-01T11:00:00+07:00")), meeting("ngắn", None)]).await;
    let page = async |title: &str| {
        let snapshot = reader.app.site.live.now();
        let id = snapshot.items.values().find(|item| item.card.headlines[0].title == title).unwrap().card.id;
        reader.page(&Feed::Event(id).path(Lang::Vi)).await
    };
    let (long, short) = (page("Họp dài").await, page("Họp ngắn").await);
    for text in [&long, &short] {
        calendar(text, "hours");
        assert!(text.contains("\r\nDTSTART:20261201T003000Z\r\n"), "{text}");
        // When it was published, by the clock of this server.
        assert!(text.contains("\r\nDTSTAMP:20261123T110500Z\r\n"), "{text}");
    }
    assert!(long.contains("\r\nDTEND:20261201T040000Z\r\n") && !short.contains("DTEND"), "{long} {short}");
}

/// Each feed and calendar that is made asks how items changed, and none reads the whole log again for it.
#[tokio::test]
async fn what_changed_is_found_out_once() {
    let reader = Reader::with_sample().await;
    let snapshot = reader.app.site.live.now();
    assert!(!snapshot.touched().is_empty());
    assert!(std::ptr::eq(snapshot.touched(), snapshot.touched()));
    // The next state has its own.
    let item = *snapshot.items.keys().next().unwrap();
    let before = snapshot.touched()[&item];
    let guide = json!({"id": "a", "kind": "guide", "topics": ["y-te"], "issued": "-1h", "source": {"name": "Sở"}, "title": "Mới",
        "summary": "Đọc", "body": ["Văn bản"]});
    reader.publish(&[guide]).await;
    let next = reader.app.site.live.now();
    assert_eq!(next.touched().len(), snapshot.touched().len() + 1);
    assert_eq!(next.touched()[&item], before);
}

fn calendar(text: &str, path: &str) {
    assert!(text.ends_with("\r\n"), "{path}");
    // It would have to stand in the type, too (RFC 5545, 3.7.2), and ask for an ORGANIZER (RFC 5546, 3.2.1).
    assert!(!text.contains("METHOD:"), "{path}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{path}");
    let (mut open, mut names) = (Vec::new(), Vec::new());
    for line in text.trim_end_matches("\r\n").split("\r\n") {
        assert!(line.len() <= 75, "{path}: {line}");
        if line.starts_with(' ') {
            continue;
        }
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{path}: {line}"));
        match name {
            "BEGIN" => {
                open.push(value);
                names.clear();
            }
            "END" => {
                assert_eq!(open.pop(), Some(value), "{path}");
                // RFC 5545, 3.6.1: each of them, once.
                let once = |name| names.iter().filter(|known| **known == name).count() == 1;
                assert!(
                    value != "VEVENT" || ["UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE"].into_iter().all(once),
                    "{path}: {names:?}"
                );
            }
            "DTSTAMP" | "DTSTART" | "DTEND" => assert!(value.len() == 16 && value.ends_with('Z'), "{path}: {line}"),
            _ => {}
        }
        names.push(name);
    }
    assert!(open.is_empty(), "{path}");
}
