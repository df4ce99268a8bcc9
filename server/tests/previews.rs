//! What pages of items tell machines: link previews, search machines, whatever reads schema.org.

mod lab;
mod reader;

use domain::content::Kind;
use domain::route::item_path;
use domain::words::Lang;
use reader::{ORIGIN, Reader, between, tags};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn shared_links_show_title_summary_and_picture() {
    let reader = Reader::with_sample().await;
    let snapshot = reader.app.site.live.now();
    let mut kinds = BTreeSet::new();
    let mut pictures = 0;
    for item in snapshot.items.values() {
        let html = reader.page(&item_path(&item.card, Lang::Vi)).await;
        let all = tags(&html);
        let meta = |name: &str| all.iter().find(|tag| tag.get("property") == Some(name)).and_then(|tag| tag.get("content"));
        let head = item.card.headline("vi");
        let title = meta("og:title").unwrap().replace("&quot;", "\"");
        assert!(title.ends_with(&head.title), "{title}");
        assert!(meta("og:description").is_some_and(|text| !text.is_empty()));
        let image = meta("og:image").unwrap();
        assert!(image.starts_with(ORIGIN), "{image}");
        pictures += usize::from(image.contains("/media/"));
        let data: Value = serde_json::from_str(between(&html, "ld+json\"", "</script>").unwrap()).unwrap();
        assert_eq!(data["@context"], "https://schema.org");
        assert!(data["headline"] == title || data["name"] == title);
        kinds.insert(data["@type"].as_str().unwrap().to_owned());
    }
    assert_eq!(Vec::from_iter(&kinds), ["Event", "HowTo", "NewsArticle", "SpecialAnnouncement"]);
    assert!(pictures > 0);
    for (list, lang) in [("/", Lang::Vi), ("/canh-bao", Lang::Vi), ("/chu-de/y-te", Lang::Vi), ("/en/noi", Lang::En)] {
        let html = reader.page(list).await;
        let area = domain::instance::instance().area.get(lang);
        let all = tags(&html);
        let meta = |name: &str| all.iter().find(|tag| tag.get("property") == Some(name)).and_then(|tag| tag.get("content"));
        assert!(meta("og:description").is_some_and(|text| text.contains(area)), "{list}");
    }
    let home = reader.page("/").await;
    assert!(!home.contains("ld+json"), "what a link to a list shows is in its Open Graph, and people wait for these bytes");
}

/// A link preview is all that many see of what is passed on.
#[tokio::test]
async fn what_no_longer_holds_says_so_in_link_previews() {
    let reader = Reader::empty().await;
    let line = |id: &str, kind: &str, more: Value| {
        let mut line = json!({"id": id, "kind": kind, "topics": ["y-te"], "issued": "-3d", "source": {"name": "Sở"},
            "title": id, "summary": "Đọc kỹ.", "body": ["Văn bản."]});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    let alert = |id: &str, expires: &str, msg_type: &str, references: &[&str]| {
        let alert = json!({"level": 2, "hazard": "flash-flood", "msg_type": msg_type, "references": references});
        line(id, "alert", json!({"places": ["20044"], "expires": expires, "alert": alert}))
    };
    let mut drill = alert("tập", "+2h", "alert", &[]);
    drill["status"] = "exercise".into();
    let lines = [
        alert("còn", "+2h", "alert", &[]),
        alert("hết", "-1h", "alert", &[]),
        alert("cũ", "+2h", "alert", &[]),
        alert("mới", "+2h", "update", &["cũ"]),
        alert("nhầm", "+2h", "alert", &[]),
        alert("thôi", "+2h", "cancel", &["nhầm"]),
        drill,
        line("thường", "bulletin", json!({})),
        line("trước", "bulletin", json!({})),
        line("sau", "bulletin", json!({"supersedes": "trước"})),
        line("quá hạn", "bulletin", json!({"expires": "-1d"})),
    ];
    reader.publish(&lines).await;
    let (w, snapshot) = (Lang::Vi.words(), reader.app.site.live.now());
    let drill = [w.drill_exercise(), ". "].concat();
    for (title, over, summary) in [
        ("còn", "", ""),
        ("hết", w.alert_ended(), ""),
        ("cũ", w.alert_superseded(), ""),
        ("mới", "", ""),
        ("nhầm", w.alert_cancelled(), ""),
        ("thôi", "", ""),
        ("[DIỄN TẬP] tập", "", drill.as_str()),
        ("thường", "", ""),
        ("trước", w.replaced_by().trim_end_matches(':'), ""),
        ("sau", "", ""),
        ("quá hạn", "Đã hết hạn từ 18:05, Chủ nhật 22/11", ""),
    ] {
        let over = if over.is_empty() { String::new() } else { [over, ". "].concat() };
        let (name, said) = ([&over, title].concat(), [summary, &over, "Đọc kỹ."].concat());
        let card = &snapshot.items.values().find(|item| item.card.headlines[0].title == title).unwrap().card;
        let html = reader.page(&item_path(card, Lang::Vi)).await;
        let all = tags(&html);
        let meta = |name: &str| all.iter().find(|tag| tag.get("property") == Some(name)).and_then(|tag| tag.get("content"));
        assert_eq!((meta("og:title"), meta("og:description")), (Some(name.as_str()), Some(said.as_str())));
        let data: Value = serde_json::from_str(between(&html, "ld+json\"", "</script>").unwrap()).unwrap();
        assert_eq!(data["description"], said);
        if card.kind == Kind::ALERT {
            assert_eq!((&data["name"], &data["text"]), (&json!(name), &json!(said)));
        }
    }
}

/// Machines are told of one page in one language, under whichever prefix they ask for it.
#[tokio::test]
async fn a_page_without_translation_is_the_page_of_its_own_language() {
    let reader = Reader::empty().await;
    let item = json!({"id": "a", "kind": "bulletin", "topics": ["y-te"], "issued": "-1h", "source": {"name": "Sở"},
        "title": "Tiêm sởi", "summary": "Ở trạm", "body": ["Mời bà con."]});
    reader.publish(&[item]).await;
    let snapshot = reader.app.site.live.now();
    let card = snapshot.cards().next().unwrap();
    let html = reader.page(&item_path(card, Lang::En)).await;
    let own = format!("{ORIGIN}{}", item_path(card, Lang::Vi));
    let all = tags(&html);
    let meta = |name: &str| all.iter().find(|tag| tag.get("property") == Some(name)).and_then(|tag| tag.get("content"));
    assert_eq!((meta("og:url"), meta("og:locale")), (Some(own.as_str()), Some("vi_VN")));
    let data: Value = serde_json::from_str(between(&html, "ld+json\"", "</script>").unwrap()).unwrap();
    assert_eq!((&data["url"], &data["inLanguage"]), (&json!(own), &json!("vi")));
}

/// What is shared is what is shown: a page in a third language is not the same as its translation.
#[tokio::test]
async fn a_text_in_a_third_language_is_found_under_its_own_address() {
    let reader = Reader::empty().await;
    let item = |id: &str, lang: &str, others: &[&str]| {
        let variant = |lang: &&str| json!({"lang": lang, "title": format!("{id} {lang}"), "summary": "S", "body": ["a"]});
        json!({"id": id, "kind": "bulletin", "topics": ["y-te"], "issued": "-1h", "source": {"name": "Sở"}, "lang": lang,
            "title": format!("{id} {lang}"), "summary": "S", "body": ["a"], "variants": others.iter().map(variant).collect::<Vec<_>>()})
    };
    reader
        .publish(&[item("một", "ktv", &["en"]), item("hai", "ktv", &["vi"]), item("ba", "ktv", &[]), item("bốn", "en", &[])])
        .await;
    let map = reader.page("/sitemap.xml").await;
    use Lang::{En, Vi};
    for (name, known) in [("một", [Vi, En]), ("hai", [Vi, En]), ("ba", [Vi, Vi]), ("bốn", [En, En])] {
        let snapshot = reader.app.site.live.now();
        let card = snapshot.cards().find(|card| card.headlines[0].title.starts_with(name)).unwrap();
        for (lang, known) in [Vi, En].into_iter().zip(known) {
            let html = reader.page(&item_path(card, lang)).await;
            let (own, shown) = (format!("{ORIGIN}{}", item_path(card, known)), card.headline(lang.tag()));
            let all = tags(&html);
            let meta = |name: &str| all.iter().find(|tag| tag.get("property") == Some(name)).and_then(|tag| tag.get("content"));
            let locale = match shown.lang.as_str() {
                "vi" => Some("vi_VN"),
                "en" => Some("en_GB"),
                _ => None,
            };
            assert_eq!((meta("og:url"), meta("og:locale")), (Some(own.as_str()), locale), "{name} {lang:?}");
            assert!(html.contains(&format!("<link rel=canonical href=\"{own}\">")));
            assert_eq!(map.contains(&format!("{ORIGIN}{}</loc>", item_path(card, lang))), known == lang, "{name} {lang:?}");
        }
    }
}

/// A search machine shows the day of an event.
#[tokio::test]
async fn an_event_that_was_moved_is_off_on_its_old_day() {
    let reader = Reader::empty().await;
    let event = |id: &str, old: Value| {
        json!({"id": id, "kind": "event", "topics": ["van-hoa"], "issued": "0m", "source": {"name": "Xã"}, "title": id, "summary": "S",
            "body": ["a"], "event": {"start": "+1d"}, "supersedes": old})
    };
    reader.publish(&[event("cũ", Value::Null), event("mới", json!("cũ"))]).await;
    for item in reader.app.site.live.now().items.values() {
        let html = reader.page(&item_path(&item.card, Lang::Vi)).await;
        let data: Value = serde_json::from_str(between(&html, "ld+json\"", "</script>").unwrap()).unwrap();
        let old = item.card.headlines[0].title == "cũ";
        let (name, status) = if old {
            ("Đã có tin mới thay tin này. cũ", json!("https://schema.org/EventCancelled"))
        } else {
            ("mới", Value::Null)
        };
        assert_eq!((&data["name"], &data["eventStatus"]), (&json!(name), &status));
    }
}

/// What people read first of an item that does not hold, or is no news, machines read first too.
#[tokio::test]
async fn a_machine_is_told_what_was_replaced_and_what_is_a_sample() {
    let reader = Reader::empty().await;
    let line = |id: &str, kind: &str, old: Value| {
        json!({"id": id, "kind": kind, "topics": ["y-te"], "issued": "0m", "source": {"name": "Sở"}, "title": id, "summary": "S",
            "body": [{"steps": ["a"]}], "supersedes": old, "sample": id == "mẫu"})
    };
    for kind in ["bulletin", "guide"] {
        let id = |name: &str| [name, " ", kind].concat();
        reader.publish(&[line(&id("cũ"), kind, Value::Null), line(&id("mới"), kind, json!(id("cũ")))]).await;
    }
    reader.publish(&[line("mẫu", "bulletin", Value::Null)]).await;
    let mut names = BTreeSet::new();
    for item in reader.app.site.live.now().items.values() {
        let html = reader.page(&item_path(&item.card, Lang::Vi)).await;
        let data: Value = serde_json::from_str(between(&html, "ld+json\"", "</script>").unwrap()).unwrap();
        let name = if item.card.kind == Kind::GUIDE { &data["name"] } else { &data["headline"] };
        names.insert(name.as_str().unwrap().to_owned());
    }
    let replaced = |kind| format!("Đã có tin mới thay tin này. cũ {kind}");
    let all = [replaced("bulletin"), replaced("guide"), "mới bulletin".into(), "mới guide".into(), "[Bài mẫu] mẫu".into()];
    assert_eq!(names, BTreeSet::from(all));
}

#[tokio::test]
async fn machines_hear_where_an_event_is_only_where_somebody_said_so() {
    let reader = Reader::empty().await;
    let event = |id: &str, online: Value, facts: Value| {
        json!({"id": id, "kind": "event", "topics": ["van-hoa"], "issued": "0m", "source": {"name": "Xã"}, "title": id, "summary": "S",
            "body": ["a"], "facts": facts, "event": {"start": "+1h", "online": online}})
    };
    let venue = json!([{"venue": "Nhà Gươl"}]);
    let there = json!("https://hop.vn/1");
    let lines =
        [event("đâu đó", Value::Null, json!([])), event("nhà", Value::Null, venue.clone()), event("cả hai", there, venue)];
    reader.publish(&lines).await;
    let mut modes = Vec::new();
    for item in reader.app.site.live.now().items.values() {
        let html = reader.page(&item_path(&item.card, Lang::Vi)).await;
        let data: Value = serde_json::from_str(between(&html, "ld+json\"", "</script>").unwrap()).unwrap();
        assert_eq!(data["location"].is_null(), data["eventAttendanceMode"].is_null());
        let mode = data["eventAttendanceMode"].as_str().map(|mode| mode.rsplit('/').next().unwrap().to_owned());
        modes.push((data["name"].as_str().unwrap().to_owned(), mode));
    }
    modes.sort();
    let mode = |name: &str| Some(format!("{name}EventAttendanceMode"));
    assert_eq!(modes, [("cả hai".into(), mode("Mixed")), ("nhà".into(), mode("Offline")), ("đâu đó".into(), None)]);
}
