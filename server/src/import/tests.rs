//! What lines become, without a database.

use super::*;
use domain::content::{Block, FactKind, Kind, Mark, Status, Style, Text};
use serde_json::json;

fn read(line: &Value) -> Result<Draft, Reason> {
    let folder = tempfile::tempdir().unwrap();
    let mut media = Media::new(MediaFolder::Beside(folder.path().to_owned()));
    let line = Line { place: Place { number: 1, offset: 0 }, text: Ok(line.to_string()) };
    draft(line, &mut media, Time(1_000_000)).map_err(|fault| match fault {
        Fault::Line(reason) => reason,
        Fault::Fatal(cause) => panic!("{cause}"),
    })
}

fn item(line: &Value) -> crate::publish::Proposal {
    match read(line).unwrap().what {
        What::Item(proposal) => *proposal,
        other => panic!("{other:?}"),
    }
}

fn full() -> Value {
    json!({"id": "a", "kind": "guide", "topics": ["y-te"], "places": ["20044"], "issued": "-90m", "source": {"name": "Trạm y tế"},
        "title": "T", "summary": "S", "body": ["Một **hai** ba", {"steps": ["x"]}], "facts": [{"paper": "Căn cước"}, {"fee": "0"}]})
}

#[test]
fn a_plain_article() {
    let line = json!({"id": "vn-1", "topic_guess": "thien-tai", "title": " T ", "summary": "S", "body": ["a", "b"]});
    let p = item(&line);
    assert_eq!((p.card.kind, p.card.issued, p.card.topics.as_slice()), (Kind::BULLETIN, Time(1_000_000 - 3_599), &[0u8][..]));
    assert_eq!(p.card.headlines[0].title, "T");
    assert_eq!(p.body.variants[0].blocks, [Block::Paragraph(Text::plain("a")), Block::Paragraph(Text::plain("b"))]);
    let odd = json!({"id": "vn-1", "topic_guess": "khong-co", "title": "T", "summary": "S", "body": ["a"]});
    assert!(item(&odd).card.topics.is_empty(), "an unknown guess is ignored");
}

#[test]
fn an_alert_whose_kind_was_misspelt_is_no_article() {
    for (name, value) in
        [("alert", json!({"level": 4})), ("event", json!({})), ("expires", json!("+6h")), ("effective", json!("0m"))]
    {
        let mut line = json!({"id": "x", "Kind": "alert", "title": "T", "summary": "S", "body": ["a"]});
        line[name] = value;
        assert_eq!(read(&line).err(), Some(Reason::Missing("kind")), "{name}");
    }
}

#[test]
fn an_alert_replaces_by_its_references_only() {
    let mut line = full();
    line["supersedes"] = "older".into();
    assert_eq!(item(&line).supersedes.as_deref(), Some("older"));
    line["kind"] = "alert".into();
    line["alert"] = json!({"level": 1, "hazard": "flood", "msg_type": "alert"});
    assert_eq!(read(&line).err(), Some(Reason::Wrong("supersedes")), "what it named would stay in force");
}

#[test]
fn a_drill_says_so_in_every_title() {
    let mut line = full();
    line["status"] = "exercise".into();
    assert_eq!(read(&line).err(), Some(Reason::Wrong("status")), "only alerts have one");
    line["kind"] = "alert".into();
    line["alert"] = json!({"level": 1, "hazard": "flood", "msg_type": "alert"});
    line["variants"] = json!([{"lang": "en", "title": "E", "summary": "S", "body": ["a"]}]);
    let of = |status: &str| {
        let mut line = line.clone();
        line["status"] = status.into();
        let card = item(&line).card;
        (card.status(), card.headlines.iter().map(|head| head.title.clone()).collect::<Vec<_>>())
    };
    assert_eq!(of("exercise"), (Status::Exercise, vec!["[DIỄN TẬP] T".to_owned(), "[EXERCISE] E".into()]));
    assert_eq!(of("test"), (Status::Test, vec!["[THỬ NGHIỆM] T".to_owned(), "[TEST] E".into()]));
    assert_eq!(of("actual"), (Status::Actual, vec!["T".to_owned(), "E".into()]));
    line["status"] = "draft".into();
    assert_eq!(read(&line).err(), Some(Reason::Wrong("status")));
}

#[test]
fn a_full_item() {
    let p = item(&full());
    assert_eq!((p.card.kind, p.card.issued), (Kind::GUIDE, Time(1_000_000 - 5_400)));
    let marks = vec![Mark { start: 6, end: 9, style: Style::Strong }];
    let blocks = &p.body.variants[0].blocks;
    assert_eq!(blocks[0], Block::Paragraph(Text { plain: "Một hai ba".into(), marks }));
    assert_eq!(blocks[1], Block::Steps(vec![Text::plain("x")]));
    assert_eq!(p.body.variants[0].fact(FactKind::PAPER), Some("Căn cước"));
}

#[test]
fn what_is_wrong_is_named() {
    let with = |field: &str, value: Value| {
        let mut line = full();
        line[field] = value;
        read(&line).map(|_| ()).unwrap_err()
    };
    assert_eq!(with("id", json!("")), Reason::Missing("id"));
    assert_eq!(with("kind", json!("poem")), Reason::UnknownKind("poem".into()));
    assert_eq!(with("topics", json!([])), Reason::Missing("topics"));
    assert_eq!(with("topics", json!(["x"])), Reason::UnknownTopic("x".into()));
    assert_eq!(with("places", json!(["1"])), Reason::UnknownPlace("1".into()));
    assert_eq!(with("issued", json!("hôm qua")), Reason::BadTime("hôm qua".into()));
    assert_eq!(with("title", json!(7)), Reason::Wrong("title"));
    for odd in [json!(null), json!([]), json!(42)] {
        let reason = read(&odd).err().unwrap();
        assert_eq!(reason.to_string(), "không phải một mục dạng {…} [wrong]", "{odd}");
    }
    assert_eq!(with("source", json!({})), Reason::Missing("name"));
    assert_eq!(with("kind", json!("alert")), Reason::Missing("alert"));
    assert_eq!(with("body", json!([{"video": "x"}])), Reason::UnknownBlock);
    assert_eq!(with("body", json!([{"html": "<script>1</script>"}])), Reason::EmptyHtml);
    assert_eq!(with("body", json!([{"image": "../x.png", "alt": "x"}])), Reason::BadMedia("../x.png".into()));
    assert_eq!(with("body", json!([{"image": "x.png", "alt": "x"}])), Reason::NoMedia("x.png".into()));
    assert_eq!(with("title", json!("x".repeat(201))), Reason::TooLong("title", 200));
}

#[test]
fn null_is_nothing() {
    let plain = json!({"id": "a", "title": "T", "summary": "S", "body": ["x"], "withdrawn": null, "kind": null, "issued": null,
        "topic_guess": null});
    assert_eq!(item(&plain).card.kind, Kind::BULLETIN);
    assert_eq!(read(&json!({"id": "a", "title": "T", "summary": "S", "body": null})).err(), Some(Reason::Missing("body")));
    let mut line = full();
    for field in ["withdrawn", "effective", "status", "alert", "event", "variants", "lang", "audio", "sample", "supersedes"] {
        line[field] = Value::Null;
    }
    line["body"] = json!([{"heading": "H", "level": null}, {"heading": null, "list": ["x"]}, {"quote": "q", "by": null}]);
    line["facts"] = json!([{"paper": null, "fee": "0"}]);
    let p = item(&line);
    assert_eq!(p.body.variants[0].blocks[1], Block::List(vec![Text::plain("x")]));
    assert_eq!(p.body.variants[0].fact(FactKind::FEE), Some("0"));
    line["source"] = Value::Null;
    assert_eq!(read(&line).err(), Some(Reason::Missing("source")));
}

#[test]
fn languages_are_the_same_however_they_are_written() {
    let langs = |own: &str, others: &[&str]| {
        let mut line = full();
        line["lang"] = own.into();
        line["variants"] = others.iter().map(|lang| json!({"lang": lang, "title": "T", "summary": "S", "body": ["x"]})).collect();
        read(&line).map(|draft| match draft.what {
            What::Item(p) => {
                let body: Vec<_> = p.body.variants.iter().map(|variant| variant.lang.clone()).collect();
                assert_eq!(p.card.headlines.iter().map(|head| head.lang.clone()).collect::<Vec<_>>(), body);
                body.join(" ")
            }
            other => panic!("{other:?}"),
        })
    };
    let all = |own: &str, others: &[&str]| langs(own, others).unwrap();
    assert_eq!(all("VI", &["en-US"]), "vi en");
    assert_eq!(all("vi-vn", &["EN-gb", "ZH-hant-tw", "CMG"]), "vi en zh-Hant-TW cmg");
    assert_eq!(all("vi", &["vi-VN", "en-US", "en"]), "vi vi-VN en-US en", "the plain one comes first");
    assert_eq!(all("en-US", &["en-gb"]), "en en-GB");
    assert_eq!(langs("vi", &["VI"]), Err(Reason::Twice("vi".into())));
    assert_eq!(langs("vi", &["kk-Cyrl", "kk-cyrl"]), Err(Reason::Twice("kk-Cyrl".into())));
    for odd in ["v_i", "123", "v", "cmn-x", "vi-VN-VN", "vi-"] {
        assert_eq!(langs(odd, &[]), Err(Reason::Wrong("lang")), "{odd}");
    }
}

#[test]
fn times_are_those_of_a_calendar() {
    let with = |field: &str, text: &str| {
        let mut line = full();
        line[field] = text.into();
        read(&line).map(|_| ())
    };
    for absurd in [
        "+100000000000000d",
        "-100000000000000d",
        "9999-12-31T23:59:59Z",
        "0000-01-01T00:00:00+14:00",
        "2026-11-23T10:00:00+99:99",
        "+6d 25:00",
        "+6d 8",
        "+6h 08:00",
        "+6d 08:00:00",
        "d 08:00",
    ] {
        assert_eq!(with("expires", absurd), Err(Reason::BadTime(absurd.into())));
    }
    assert_eq!(with("expires", "9998-12-31"), Ok(()));
    assert_eq!(with("expires", "+30d"), Ok(()));
    // Late in the evening in Vietnam it is still the day before in Greenwich.
    let now = Time::parse("2026-11-28T23:30:00+07:00").unwrap();
    let day = |text: &str| field::time(&json!({ "at": text }), "at", now).unwrap();
    assert_eq!(day("+6d 08:00"), Time::parse("2026-12-04T08:00:00+07:00"));
    assert_eq!(day("-1d 23:45"), Time::parse("2026-11-27T23:45:00+07:00"));
}

#[test]
fn an_event_that_ends_as_it_begins_has_no_end() {
    let event = |end: &str| {
        let mut line = full();
        line["kind"] = "event".into();
        line["event"] = json!({"start": "+1h", "end": end});
        read(&line).map(|draft| match draft.what {
            What::Item(p) => p.card.event().unwrap().end,
            other => panic!("{other:?}"),
        })
    };
    assert_eq!(event("+60m"), Ok(None));
    assert_eq!(event("+2h"), Ok(Some(Time(1_000_000 + 7_200))));
    assert_eq!(event("0m"), Err(Reason::Backwards));
}

#[test]
fn signs_within_words_and_lines_to_fill_in_stay_as_they_are() {
    for text in
        ["Họ tên: ______ Ngày: ______ xem https://x.vn/a__b__c và 2**3**4", "a ** b ** c", "** a **", "****", "__a", "C:\\a__b"]
    {
        let line = json!({"id": "a", "title": "T", "summary": "S", "body": [text]});
        assert_eq!(item(&line).body.variants[0].blocks, [Block::Paragraph(Text::plain(text))]);
    }
    let line = json!({"id": "a", "title": "T", "summary": "S", "body": ["(**Lưu ý:** a_b) __x__\\."]});
    let marks = vec![Mark { start: 1, end: 9, style: Style::Strong }, Mark { start: 15, end: 16, style: Style::Emphasis }];
    assert_eq!(item(&line).body.variants[0].blocks, [Block::Paragraph(Text { plain: "(Lưu ý: a_b) x\\.".into(), marks })]);
}

#[test]
fn html_that_would_lose_something_is_refused() {
    let html = |source: &str| {
        let mut line = full();
        line["body"] = json!([{"html": source}]);
        read(&line).map(|_| ())
    };
    for tag in ["img", "video", "audio", "iframe", "object", "embed"] {
        assert_eq!(html(&format!("<p>Trước</p><{tag} src=x></{tag}><p>Sau")), Err(Reason::NoBlock(tag)), "{tag}");
    }
    assert_eq!(html("<p>Trước</p><noscript><img src=x></noscript><svg></svg><p>Sau"), Ok(()), "nobody sees these");
    assert!(Reason::NoBlock("img").to_string().contains("<img>"));
    let many = |part: &str| html(&format!("<p>Trước</p><div {}class=x><p>Sau", part.repeat(501)));
    assert_eq!(many("a "), Err(Reason::TooLong("attributes", 500)));
    assert_eq!(many(" "), Ok(()));
}

#[test]
fn the_order_of_fields_is_no_content() {
    let a = read(&json!({"id": "a", "title": "T", "summary": "S", "body": ["x"]})).unwrap();
    let text = "{\"body\":[\"x\"],\"summary\":\"S\",\"title\":\"T\",\"id\":\"a\"}";
    let b: Value = serde_json::from_str(text).unwrap();
    assert_eq!(a.content, read(&b).unwrap().content);
    assert_ne!(a.content, read(&json!({"id": "a", "title": "T", "summary": "S", "body": ["y"]})).unwrap().content);
    // Nor is what nobody reads, or what is as good as missing.
    let crawled =
        json!({"id": "a", "title": "T", "summary": "S", "body": ["x"], "crawled_at": "2026-01-02", "views": 7, "issued": null});
    assert_eq!(a.content, read(&crawled).unwrap().content);
    let of = |line: Value| read(&line).unwrap().content;
    let (guide, mut guessed) = (full(), full());
    (guessed["topic_guess"], guessed["supersedes"]) = ("y-te".into(), Value::Null);
    assert_eq!(of(guide), of(guessed));
}

#[test]
fn lines_have_numbers_and_a_longest() {
    let long = "x".repeat(lines::MAX + 5);
    let text = [b"\xef\xbb\xbfa\n\n".as_slice(), long.as_bytes(), b"\n\xff\xfe\nlast"].concat();
    let lines: Vec<Line> = Lines::new(Cursor::new(&text[..])).unwrap().map(Result::unwrap).collect();
    let found: Vec<_> = lines.iter().map(|line| (line.place.number, line.text.clone())).collect();
    let last = (5, Ok("last".to_owned()));
    assert_eq!(found, [(1, Ok("a".into())), (3, Err(Reason::LongLine)), (4, Err(Reason::NotUtf8)), last]);
    // Each is found again where it stands.
    let mut again = Lines::new(Cursor::new(&text[..])).unwrap();
    for line in lines.iter().rev().chain(&lines) {
        let same = again.at(line.place).unwrap().unwrap();
        assert_eq!((same.place, same.text), (line.place, line.text.clone()));
    }
}

#[test]
fn what_stands_around_a_line_is_no_part_of_its_length() {
    let (full, long) = ("x".repeat(lines::MAX), "x".repeat(lines::MAX + 1));
    let text = format!("\u{feff}{full}\r\n{full}\n{long}\r\n{long}\n\u{feff}{long}\n{full}\r\nlast");
    let lines: Vec<Line> = Lines::new(Cursor::new(text.as_bytes())).unwrap().map(Result::unwrap).collect();
    let found: Vec<_> = lines.iter().map(|line| line.text.as_ref().map(String::len).map_err(Reason::code)).collect();
    let refused = Err("long-line");
    assert_eq!(found, [Ok(lines::MAX), Ok(lines::MAX), refused, refused, refused, Ok(lines::MAX), Ok(4)]);
    // Places count every byte.
    assert_eq!(lines[1].place, Place { number: 2, offset: lines::MAX as u64 + 5 });
    assert_eq!(lines[6].place, Place { number: 7, offset: text.len() as u64 - 4 });
}

#[test]
fn a_photo_that_lies_on_its_side_has_the_size_in_which_it_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let size = |turn: u8| {
        let exif = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
        // 200 pixels wide, 100 high.
        let picture = b"\xff\xc0\0\x0b\x08\0\x64\0\xc8\x01\x01\x11\0\xff\xda\0\x02x\xff\xd9";
        let photo = [b"\xff\xd8".as_slice(), exif, &[turn, 0, 0, 0, 0, 0, 0], picture].concat();
        std::fs::write(folder.path().join("a.jpg"), photo).unwrap();
        let mut media = Media::new(MediaFolder::Beside(folder.path().to_owned()));
        media.picture("a.jpg").map(|found| (found.width, found.height)).ok()
    };
    for turn in 1..=4 {
        assert_eq!(size(turn), Some((200, 100)), "{turn}");
    }
    for turn in 5..=8 {
        assert_eq!(size(turn), Some((100, 200)), "{turn}");
    }
}

#[test]
fn a_field_that_nobody_reads_is_refused_by_name() {
    let alert = json!({"level": 3, "hazard": "flood", "msg_type": "alert"});
    let with = |change: &dyn Fn(&mut Value)| {
        let mut line = full();
        line["kind"] = "alert".into();
        line["alert"] = alert.clone();
        line["variants"] = json!([{"lang": "en", "title": "T", "summary": "S", "body": ["x"]}]);
        change(&mut line);
        read(&line).map(|_| ())
    };
    assert_eq!(with(&|_| {}), Ok(()));
    let strange = |name: &str| Err(Reason::UnknownField(name.into()));
    assert_eq!(with(&|line| line["expire"] = "+6h".into()), strange("expire"));
    assert_eq!(with(&|line| line["alert"]["reference"] = json!(["a"])), strange("reference"));
    assert_eq!(with(&|line| line["source"]["link"] = "https://a.vn".into()), strange("link"));
    assert_eq!(with(&|line| line["variants"][0]["tite"] = "T".into()), strange("tite"));
    assert_eq!(with(&|line| line["facts"] = json!([{"fee": "0", "office": "UBND"}])), strange("office"));
    assert_eq!(with(&|line| line["body"] = json!([{"list": ["a"], "steps": ["b"]}])), strange("steps"));
    assert_eq!(with(&|line| line["body"] = json!([{"heading": "a", "tekst": "b"}])), strange("tekst"));
    assert_eq!(with(&|line| line["body"] = json!([{"table": {"head": ["a"], "rows": [], "foot": ["b"]}}])), strange("foot"));
    // An alert that is called a bulletin would ring nowhere, and one with a blank end would hold for ever.
    assert_eq!(with(&|line| line["kind"] = "bulletin".into()), Err(Reason::Wrong("alert")));
    assert_eq!(with(&|line| line["event"] = json!({"start": "+1h"})), Err(Reason::Wrong("event")));
    assert_eq!(with(&|line| line["expires"] = "".into()), Err(Reason::Missing("expires")));
}

#[test]
fn an_update_and_a_cancel_say_what_they_change() {
    let of = |kind: &str, references: Value| {
        let mut line = full();
        line["kind"] = "alert".into();
        line["alert"] = json!({"level": 3, "hazard": "flood", "msg_type": kind, "references": references});
        read(&line).map(|_| ())
    };
    for kind in ["update", "cancel"] {
        assert_eq!(of(kind, json!([])), Err(Reason::Missing("references")));
        assert_eq!(of(kind, json!(["a"])), Ok(()));
    }
    assert_eq!(of("alert", json!([])), Ok(()));
}

#[test]
fn what_has_no_shape_is_no_text() {
    let title = |title: &str| {
        let mut line = full();
        line["title"] = title.into();
        read(&line).map(|draft| match draft.what {
            What::Item(p) => p.card.headlines[0].title.clone(),
            other => panic!("{other:?}"),
        })
    };
    assert_eq!(title("\u{200b}\u{2066}\u{200b}"), Err(Reason::Missing("title")));
    assert_eq!(title("\u{202e}Tin \u{200b}mới"), Ok("Tin mới".into()));
}
