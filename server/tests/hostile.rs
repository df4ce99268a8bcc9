//! What a stranger may write into any field of an item stays text: on pages, in feeds, in calendars and in data.

mod lab;
mod reader;

use domain::instance::instance;
use domain::route::{Feed, Query, Route, forms_path, item_path};
use domain::words::Lang;
use reader::{Reader, between, tags, xml};
use serde_json::{Value, json};

const CORPUS: [&str; 14] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "\" autofocus onfocus=\"alert(1)",
    "</title></style></textarea></script><script>alert(1)</script>",
    "<!--<script>",
    "]]><x/>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
    "{{constructor.constructor('alert(1)')()}}",
    "</template><iframe srcdoc='<script>alert(1)</script>'>",
    "x\u{202e}gnp.exe",
    "a\r\nEND:VEVENT\r\nBEGIN:VALARM",
];

/// Elements that our own pages are made of.
const ELEMENTS: &str = "html head meta title style script noscript link body div a header main p h1 h2 h3 section ul ol li small span b i svg \
    symbol path use footer nav template article dl dt dd button figure figcaption audio img blockquote table thead tbody tr th td strong em \
    details summary form label input select option mark fieldset legend";

fn lines(text: &str, n: usize) -> Vec<Value> {
    let block = |key: &str| json!({ key: text });
    let body = json!([
        text,
        block("heading"),
        {"list": [text]},
        {"steps": [text, text]},
        {"quote": text, "by": text},
        {"table": {"head": [text], "rows": [[text]]}},
        {"image": "anh.webp", "alt": text, "caption": text},
        {"call": "0234 3822 525", "label": text},
        {"link": format!("https://example.org/?q={n}"), "label": text},
    ]);
    let facts: Value = ["paper", "fee", "office", "hours", "phone", "duration", "venue", "area", "contingency"]
        .iter()
        .map(|key| json!({ *key: text }))
        .collect();
    let item = |kind: &str| {
        json!({
            "id": format!("{kind}-{n}-{text}"), "kind": kind, "topics": ["y-te"], "places": ["20044"], "issued": format!("-{}m", n + 1),
            "source": {"name": text, "document": text, "url": "https://example.org/"}, "title": text, "summary": text, "body": body, "facts": facts,
            "variants": [{"lang": "en", "title": text, "summary": text, "body": [text]}, {"lang": "ktv", "title": text, "summary": text, "body": body}],
        })
    };
    let mut alert = item("alert");
    alert["expires"] = "+1h".into();
    alert["alert"] = json!({"level": 3, "hazard": "flood", "msg_type": "alert"});
    let mut event = item("event");
    event["event"] = json!({"start": "+1h", "end": "+2h", "online": "https://example.org/"});
    vec![
        item("bulletin"),
        item("guide"),
        alert,
        event,
        json!({"id": format!("plain-{n}"), "title": text, "summary": text, "body": [text]}),
    ]
}

fn harmless(html: &str, path: &str) {
    let allowed: Vec<&str> = ELEMENTS.split_whitespace().collect();
    let mut scripts = 0;
    for tag in tags(html) {
        assert!(allowed.contains(&tag.name.as_str()), "<{}> on {path}", tag.name);
        for (name, value) in &tag.attributes {
            let fits = name.bytes().all(|b| {
                b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || name == "viewBox".to_ascii_lowercase().as_str()
            });
            assert!(fits && !name.starts_with("on") && name != "srcdoc" && name != "style", "{name} on {path}");
            if matches!(name.as_str(), "href" | "src" | "action") {
                let start = ["/", "#", "https://", "tel:", "sms:"].iter().any(|start| value.starts_with(start));
                assert!(start, "{name}={value} on {path}");
            }
        }
        scripts += usize::from(tag.name == "script");
    }
    assert!(scripts <= 2, "{scripts} scripts on {path}");
    assert!(!html.contains('\u{202e}'), "{path}");
    if let Some(data) = between(html, "ld+json\"", "</script>") {
        assert!(serde_json::from_str::<Value>(data).is_ok(), "{path}");
    }
}

#[tokio::test]
async fn hostile_text_stays_text_everywhere() {
    let reader = Reader::empty().await;
    let all: Vec<Value> = CORPUS.iter().enumerate().flat_map(|(n, text)| lines(text, n)).collect();
    let report = reader.import(&all).await;
    assert!(report.new >= CORPUS.len() * 4, "{report:?}");

    let mut paths: Vec<String> = Vec::new();
    let snapshot = reader.app.site.live.now();
    for lang in [Lang::Vi, Lang::En] {
        let fixed = [Route::Home, Route::Alerts, Route::Topic(2), Route::Place(20044), Route::Place(46)];
        paths.extend(fixed.iter().map(|route| route.path(lang)));
        paths.extend(snapshot.items.values().map(|item| item_path(&item.card, lang)));
        let alerts = snapshot.items.values().filter(|item| item.card.alert().is_some());
        paths.extend(alerts.flat_map(|item| ["/to-ro", "/loa"].map(|form| forms_path(item.card.id, lang) + form)));
        paths.push(format!("/nhung/canh-bao?noi=a-luoi-2&lang={}", lang.tag()));
        paths.extend(CORPUS.iter().map(|text| Route::Search(Query { text: (*text).into(), ..Query::default() }).path(lang)));
    }
    for path in &paths {
        harmless(&reader.page(path).await, path);
    }
    let place = instance().places.iter().find(|place| place.code == 20044).unwrap();
    for feed in [Feed::All, Feed::Topic(2), Feed::Place(place.code)] {
        let text = reader.page(&feed.path(Lang::Vi)).await;
        let (names, texts) = xml(&text);
        assert_eq!(names["entry"], 30);
        assert!(!names.contains_key("script") && !names.contains_key("x"), "{names:?}");
        assert!(texts.contains(CORPUS[0]) && !text.contains('\u{202e}'));
    }
    xml(&reader.page("/sitemap.xml").await);
    let calendar = reader.page(&Feed::Calendar(20044).path(Lang::Vi)).await;
    assert_eq!(calendar.matches("\r\nEND:VEVENT").count(), CORPUS.len());
    assert!(!calendar.contains("\r\nBEGIN:VALARM"));
    assert!(calendar.split("\r\n").all(|line| line.len() <= 75));
}

#[tokio::test]
async fn addresses_that_run_code_are_refused() {
    let reader = Reader::empty().await;
    let item = |id: &str| {
        json!({"id": id, "kind": "event", "topics": ["y-te"], "issued": "-1h", "source": {"name": "a"}, "title": "a", "summary": "a",
        "body": ["a"], "event": {"start": "+1h"}})
    };
    let (mut source, mut online, mut link) = (item("a"), item("b"), item("c"));
    source["source"]["url"] = "javascript:alert(1)".into();
    online["event"]["online"] = "javascript:alert(1)".into();
    link["body"] = json!([{"link": "javascript:alert(1)", "label": "a"}]);
    let report = reader.import(&[source, online, link]).await;
    assert_eq!((report.new, report.bad.len()), (0, 3), "{report:?}");
    let mut lang = item("d");
    lang["variants"] = json!([{"lang": "a\" onclick=\"b", "title": "a", "summary": "a", "body": ["a"]}]);
    let report = reader.import(&[lang]).await;
    assert_eq!((report.new, report.bad.len()), (0, 1), "{report:?}");
}
