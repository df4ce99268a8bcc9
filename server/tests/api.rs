//! The public JSON API as a program of somebody else uses it.

mod lab;
mod reader;

use reader::{ORIGIN, Reader};
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn get(reader: &Reader, path: &str) -> Value {
    let answer = reader.get(path).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"), "{path}");
    assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
    answer.json()
}

fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_list_is_read_to_its_end_in_parts() {
    let reader = Reader::with_sample().await;
    let mut all = Vec::new();
    let mut path = "/api/v1/items?limit=7".to_owned();
    loop {
        let part = get(&reader, &path).await;
        assert!(ids(&part).len() <= 7);
        all.extend(ids(&part));
        match part["next"].as_str() {
            Some(next) => path = format!("/api/v1/items?limit=7&after={next}"),
            None => break,
        }
    }
    let stands: BTreeSet<String> = reader.app.site.live.now().items.keys().map(ToString::to_string).collect();
    assert_eq!(all.len(), stands.len());
    assert_eq!(BTreeSet::from_iter(all), stands);
}

#[tokio::test]
async fn lists_are_narrowed_down() {
    let reader = Reader::with_sample().await;
    let alerts = get(&reader, "/api/v1/items?kind=alert&limit=100").await;
    assert!(
        !ids(&alerts).is_empty()
            && alerts["items"].as_array().unwrap().iter().all(|item| item["kind"] == "alert" && item["alert"]["level"].is_u64())
    );
    let health = get(&reader, "/api/v1/items?topic=y-te").await;
    assert!(
        !ids(&health).is_empty()
            && health["items"].as_array().unwrap().iter().all(|item| item["topics"].as_array().unwrap().contains(&json!("y-te")))
    );
    let by_code = get(&reader, "/api/v1/items?place=20044").await;
    let by_slug = get(&reader, "/api/v1/items?place=a-luoi-2").await;
    assert_eq!(ids(&by_code), ids(&by_slug));
    assert!(!ids(&by_code).is_empty());
    // What is of a commune is of the city, in lists as in the search.
    let local: BTreeSet<String> = ids(&get(&reader, "/api/v1/items?place=46&limit=100").await).into_iter().collect();
    assert!(ids(&by_code).iter().all(|id| local.contains(id)), "{local:?}");
    let found = |place| format!("/api/v1/search?place={place}&limit=100");
    let (city, commune) = (get(&reader, &found("46")).await, get(&reader, &found("20044")).await);
    assert!(ids(&commune).iter().all(|id| ids(&city).contains(id)) && city["total"].as_u64() > commune["total"].as_u64());
    assert!(by_code["items"][0]["url"].as_str().unwrap().starts_with(ORIGIN));
}

#[tokio::test]
async fn an_item_comes_with_its_text() {
    let reader = Reader::with_sample().await;
    let list = get(&reader, "/api/v1/items?kind=guide").await;
    let item = get(&reader, &format!("/api/v1/items/{}", ids(&list)[0])).await;
    assert_eq!(item["headlines"][0]["lang"], "vi");
    let blocks = item["variants"][0]["blocks"].as_array().unwrap();
    assert!(blocks.iter().any(|block| block["type"] == "steps" && block["items"][0][0]["text"].is_string()), "{blocks:?}");
    assert!(item["variants"][0]["facts"].as_array().unwrap().iter().any(|fact| fact["kind"] == "paper"));
}

#[tokio::test]
async fn alerts_say_how_they_stand() {
    let reader = Reader::with_sample().await;
    let list = get(&reader, "/api/v1/alerts").await;
    let states: BTreeSet<&str> =
        list["items"].as_array().unwrap().iter().map(|item| item["alert"]["state"].as_str().unwrap()).collect();
    assert!(["in-force", "ended", "cancelled", "superseded"].iter().all(|state| states.contains(state)), "{states:?}");
    assert_eq!(list["items"][0]["alert"]["state"], "in-force");
    assert!(list["items"][0]["alert"]["references"].is_array());
}

#[tokio::test]
async fn search_places_and_topics() {
    let reader = Reader::with_sample().await;
    let found = get(&reader, "/api/v1/search?q=lu%20quet&limit=5").await;
    assert!(found["total"].as_u64().unwrap() > 0 && ids(&found).len() <= 5);
    assert_eq!(get(&reader, "/api/v1/search?q=khongcotunay").await, json!({"items": [], "total": 0}));
    let places = get(&reader, "/api/v1/places").await;
    assert_eq!(places["places"].as_array().unwrap().len(), 41);
    assert!(places["former"].as_array().unwrap().iter().any(|former| former["slug"] == "huyen-a-luoi"));
    assert_eq!(get(&reader, "/api/v1/topics").await["topics"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn refusals_have_a_code() {
    let reader = Reader::with_sample().await;
    let refused = [
        ("/api/v1/items?topic=khac", 400, "unknown-topic"),
        ("/api/v1/items?place=99999", 400, "unknown-place"),
        ("/api/v1/items?kind=khac", 400, "unknown-kind"),
        ("/api/v1/items?limit=0", 400, "bad-limit"),
        ("/api/v1/items?limit=101", 400, "bad-limit"),
        ("/api/v1/items?after=x", 400, "bad-after"),
        ("/api/v1/items?topic=a&topic=b", 400, "bad-query"),
        ("/api/v1/search?limit=-1", 400, "bad-limit"),
        ("/api/v1/items/zzzzzzzz", 404, "no-such-item"),
        ("/api/v1/items/khac", 404, "no-such-item"),
        ("/api/v1/items/%ff", 404, "no-such-item"),
        ("/api/v1/khac", 404, "no-such-address"),
    ];
    for (path, status, code) in refused {
        let answer = reader.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (status, "application/problem+json"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}: a program on another site reads why");
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{path}");
        assert!(problem["params"].is_object());
    }
    let sent = reader.ask("POST", "/api/v1/items", &[("origin", "https://example.org")]).await;
    assert_eq!((sent.status.as_u16(), sent.header("access-control-allow-origin")), (405, "*"));
    let list = reader.get("/api/v1/items").await;
    assert_eq!(list.header("access-control-expose-headers"), "etag");
    let same = reader.ask("GET", "/api/v1/items", &[("if-none-match", list.header("etag"))]).await;
    assert_eq!((same.status.as_u16(), same.header("access-control-allow-origin")), (304, "*"));
    let preflight = reader.ask("OPTIONS", "/api/v1/items", &[("origin", "https://example.org")]).await;
    assert_eq!((preflight.status.as_u16(), preflight.header("access-control-allow-origin")), (204, "*"));
    assert_eq!(preflight.header("allow"), "GET, HEAD");
    // Feeds, calendars and CAP lie beside pages, and are open like it.
    for (path, status) in [("/canh-bao.cap", 200), ("/feed/tin.atom", 200), ("/lich/zzz.ics", 404), ("/feed/nope.atom", 404)] {
        let asked = reader.ask("OPTIONS", path, &[("access-control-request-headers", "if-none-match")]).await;
        assert_eq!((asked.header("access-control-allow-headers"), asked.header("allow")), ("*", "GET, HEAD"), "{path}");
        let answer = reader.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (status, "*"), "{path}");
        assert_eq!(answer.header("access-control-expose-headers"), "etag", "{path}");
    }
    let page = reader.ask("OPTIONS", "/canh-bao", &[("origin", "https://example.org")]).await;
    assert!(page.headers.get("access-control-allow-origin").is_none(), "no page of elsewhere reads pages");
    for empty in ["/api/v1/items?topic=&place=&kind=&after=&limit=", "/api/v1/search?q=&limit="] {
        assert_eq!(reader.get(empty).await.status, 200, "{empty}: a form sends what is left empty");
    }
    let asked = reader.ask("OPTIONS", "/canh-bao", &[]).await;
    assert_eq!((asked.status.as_u16(), asked.header("allow")), (204, "GET, HEAD"));
    assert!(asked.text().is_empty());
}

/// As CAP says of the same: nobody is to act on a sample.
#[tokio::test]
async fn a_sample_alert_is_a_test() {
    let reader = Reader::with_sample().await;
    let list = get(&reader, "/api/v1/items?kind=alert&limit=100").await;
    let alerts = list["items"].as_array().unwrap();
    assert!(alerts.len() > 2 && alerts.iter().all(|item| item["sample"] == true && item["alert"]["status"] == "test"), "{list}");
}

#[tokio::test]
async fn the_description_lists_exactly_what_there_is() {
    let reader = Reader::with_sample().await;
    let document = get(&reader, "/api/openapi.json").await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths: Vec<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let routes = BTreeSet::from_iter(server::api::ROUTES);
    assert_eq!(BTreeSet::from_iter(paths.iter().copied()), routes);
    let id = ids(&get(&reader, "/api/v1/items").await)[0].clone();
    for path in &paths {
        assert_eq!(reader.get(&path.replace("{id}", &id)).await.status, 200, "{path}");
    }
    assert!(document["info"]["license"].is_null(), "that of the program is not that of what others wrote");
    assert!(paths.iter().all(|path| document["paths"][path]["get"]["responses"]["304"].is_object()));
    let text = document.to_string();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(schemas.contains_key(name), "{name} is described");
    }
}
