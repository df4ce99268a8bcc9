//! Phone trees: the page, the counts that phones send, and who sees them at the desk.

mod lab;
mod office;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::alert::MEMORY;
use domain::content::{PlaceCode, Time};
use domain::editorial::Role;
use lab::{Lab, NOW, alert};
use office::{A_LUOI_2, A_LUOI_3, Office, get, invite, office, text};
use serde_json::{Value, json};
use server::store::tree::Tally;
use server::tree;
use std::sync::atomic::Ordering;
use tower::ServiceExt;

async fn post(lab: &Lab, body: impl Into<String>, site: &str) -> StatusCode {
    let request = Request::post(tree::PATH).header("host", "desk.example").header("sec-fetch-site", site);
    lab.app.router().oneshot(request.body(Body::from(body.into())).unwrap()).await.unwrap().status()
}

async fn report(lab: &Lab, body: &Value) -> StatusCode {
    post(lab, body.to_string(), "same-origin").await
}

/// The id under which an alert of this name was published.
fn id(lab: &Lab, title: &str) -> String {
    let now = lab.app.site.live.now();
    now.cards().find(|card| card.headlines[0].title == title).unwrap().id.to_string()
}

fn numbers(alert: &str, token: u128, place: u32, told: u16, missed: u16, help: u16) -> Value {
    json!({"alert": alert, "token": format!("{token:032x}"), "place": place, "told": told, "missed": missed, "help": help, "of": 30})
}

async fn sums(lab: &Lab) -> Vec<(String, u32, Tally)> {
    let all = lab.app.site.store.tree(Time(0)).await.unwrap();
    all.into_iter().map(|(chain, PlaceCode(place), tally)| (chain.to_string(), place, tally)).collect()
}

/// Of worklists of thirty households.
fn tally(told: i64, missed: i64, help: i64, lists: i64) -> Tally {
    Tally { told, missed, help, houses: 30 * lists, lists }
}

#[tokio::test]
async fn a_worklist_replaces_its_own_numbers_and_a_chain_is_one_alert() {
    let lab = Lab::new().await;
    lab.import(&[alert("a", "alert", &[], "+6h"), alert("b", "update", &["a"], "+9h")]).await;
    let (first, second) = (id(&lab, "Lũ quét a"), id(&lab, "Lũ quét b"));
    assert_eq!(report(&lab, &numbers(&first, 1, A_LUOI_2, 3, 1, 0)).await, StatusCode::NO_CONTENT);
    assert_eq!(report(&lab, &numbers(&second, 1, A_LUOI_2, 12, 2, 1)).await, StatusCode::NO_CONTENT);
    assert_eq!(report(&lab, &numbers(&second, 2, A_LUOI_2, 5, 0, 1)).await, StatusCode::NO_CONTENT);
    assert_eq!(report(&lab, &numbers(&second, 3, A_LUOI_3, 0, 0, 2)).await, StatusCode::NO_CONTENT);
    let wanted = [(first.clone(), A_LUOI_2, tally(17, 2, 2, 2)), (first.clone(), A_LUOI_3, tally(0, 0, 2, 1))];
    assert_eq!(sums(&lab).await, wanted);
    // What was answered with 204 is there after a restart.
    let lab = lab.again().await;
    assert_eq!(sums(&lab).await, wanted);
}

#[tokio::test]
async fn what_is_no_report_is_refused_and_leaves_nothing() {
    let lab = Lab::new().await;
    lab.import(&[alert("a", "alert", &[], "+6h"), lab::article(1)]).await;
    let alert = id(&lab, "Lũ quét a");
    let good = numbers(&alert, 1, A_LUOI_2, 1, 1, 1);
    let with = |key: &str, value: Value| {
        let mut changed = good.clone();
        changed[key] = value;
        changed
    };
    let wrong = [
        with("alert", json!("zzzzzzzz")),
        with("alert", json!(id(&lab, "Tin số 1"))),
        with("alert", json!("' OR 1=1")),
        with("token", json!("abc")),
        with("token", json!(format!("{:>32}", "+1"))),
        with("place", json!(1)),
        with("told", json!(-1)),
        with("told", json!(29)),
        with("of", json!(1_001)),
        with("of", json!(2)),
        // Whatever is not a number of households has no way in.
        with("name", json!("Hồ Văn Ví Dụ")),
    ];
    for body in wrong {
        assert_eq!(report(&lab, &body).await, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
    for hostile in ["", "[]", "null", &"[".repeat(1_000)] {
        assert_eq!(post(&lab, hostile, "same-origin").await, StatusCode::UNPROCESSABLE_ENTITY, "{hostile}");
    }
    assert_eq!(post(&lab, " ".repeat(1_025), "same-origin").await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(post(&lab, good.to_string(), "cross-site").await, StatusCode::FORBIDDEN);
    assert_eq!(lab.get(tree::PATH, &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(sums(&lab).await.is_empty());
    // An alert that is long over is called for no more; neither are its numbers kept for ever.
    assert_eq!(report(&lab, &good).await, StatusCode::NO_CONTENT);
    lab.time.store(NOW + 6 * 3_600 + MEMORY + 1, Ordering::SeqCst);
    assert_eq!(report(&lab, &good).await, StatusCode::UNPROCESSABLE_ENTITY);
    tree::tidy(&lab.app.site).await.unwrap();
    assert_eq!(sums(&lab).await.len(), 1);
    lab.time.store(NOW + 31 * 86_400, Ordering::SeqCst);
    tree::tidy(&lab.app.site).await.unwrap();
    assert!(sums(&lab).await.is_empty());
}

#[tokio::test]
async fn nobody_fills_the_table_with_lists_that_he_made_up() {
    let lab = Lab::new().await;
    lab.import(&[alert("a", "alert", &[], "+6h")]).await;
    let alert = id(&lab, "Lũ quét a");
    for token in 0..100 {
        assert_eq!(report(&lab, &numbers(&alert, token, A_LUOI_2, 0, 1, 0)).await, StatusCode::NO_CONTENT);
    }
    // Those that are there go on, and other communes are not kept out.
    for token in 0..50 {
        assert_eq!(report(&lab, &numbers(&alert, token, A_LUOI_2, 2, 0, 0)).await, StatusCode::NO_CONTENT);
    }
    assert_eq!(report(&lab, &numbers(&alert, 1_000, A_LUOI_3, 1, 0, 0)).await, StatusCode::NO_CONTENT);
    // Whoever comes late takes the place of one that was heard of once, never of one that goes on.
    for late in 100..200 {
        assert_eq!(report(&lab, &numbers(&alert, late, A_LUOI_2, 0, 1, 0)).await, StatusCode::NO_CONTENT);
    }
    assert_eq!(sums(&lab).await[0].2, tally(100, 50, 0, 100));
    // Where all go on, there is no room.
    for late in 200..300 {
        for _ in 0..2 {
            report(&lab, &numbers(&alert, late, A_LUOI_2, 3, 0, 0)).await;
        }
    }
    assert_eq!(report(&lab, &numbers(&alert, 300, A_LUOI_2, 1, 0, 0)).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(sums(&lab).await[0].2, tally(250, 0, 0, 100));
}

#[tokio::test]
async fn the_desk_shows_them_to_those_who_answer_for_the_place() {
    let Office { lab, admin, author, .. } = office().await;
    lab.import(&[alert("a", "alert", &[], "+6h")]).await;
    let alert = id(&lab, "Lũ quét a");
    let other = invite(&lab, &admin, "sen.viet", Role::Author, A_LUOI_3).await;
    let page = async |who| text(&get(&lab, who, "/ban-lam-viec").await);
    assert!(page(&author).await.contains("href=\"/cay-goi\""), "the way to the tree of this phone");
    assert!(!page(&author).await.contains("đã báo"));
    assert_eq!(report(&lab, &numbers(&alert, 1, A_LUOI_2, 12, 2, 1)).await, StatusCode::NO_CONTENT);
    let seen = page(&author).await;
    assert!(seen.contains("đã báo 12 trên 30 nhà, chưa gặp 2, cần giúp 1"), "{seen}");
    assert!(seen.contains("Cần giúp ở: ") && seen.contains("A Lưới 2") && seen.contains("Lũ quét a"), "{seen}");
    assert!(!page(&other).await.contains("đã báo"), "not his commune");
}

/// Households that wait for help are not forgotten because the first message of the event was taken back.
#[tokio::test]
async fn counts_stay_when_the_message_that_they_began_with_is_withdrawn() {
    let Office { lab, author, .. } = office().await;
    lab.import(&[alert("a", "alert", &[], "+6h"), alert("b", "update", &["a"], "+9h")]).await;
    let (first, second) = (id(&lab, "Lũ quét a"), id(&lab, "Lũ quét b"));
    assert_eq!(report(&lab, &numbers(&first, 1, A_LUOI_2, 12, 2, 1)).await, StatusCode::NO_CONTENT);
    lab.import(&[json!({"id": "a", "withdrawn": "Nhầm xã"})]).await;
    let page = text(&get(&lab, &author, "/ban-lam-viec").await);
    assert!(page.contains("cần giúp 1") && page.contains("Lũ quét b"), "{page}");
    // The same list says more, and is counted once.
    assert_eq!(report(&lab, &numbers(&second, 1, A_LUOI_2, 13, 1, 1)).await, StatusCode::NO_CONTENT);
    assert_eq!(sums(&lab).await, [(first, A_LUOI_2, tally(13, 1, 1, 1))]);
}

#[tokio::test]
async fn the_page_stands_in_both_languages_and_belongs_to_nobody() {
    let lab = Lab::new().await;
    for (path, title) in [("/cay-goi", "Cây gọi điện"), ("/en/cay-goi", "Phone tree")] {
        let answer = lab.get(path, &[]).await;
        assert_eq!((answer.status, answer.header("x-bantin")), (StatusCode::OK, "1"), "{path}");
        let html = String::from_utf8(answer.body.clone()).unwrap();
        assert!(html.contains(&format!("<h1>{title}</h1>")) && html.contains("noindex"), "{html}");
        assert!(html.contains("&quot;20044&quot;"), "communes to choose from");
        assert!(html.contains("&quot;112&quot;") && html.contains("flash-flood"), "numbers and hazards of this place");
        assert!(!answer.header("content-security-policy").contains("unsafe-inline"));
    }
    assert_eq!(lab.get("/cay-goi/khac", &[]).await.status, StatusCode::NOT_FOUND);
    let mine = String::from_utf8(lab.get("/en/cua-toi", &[]).await.body).unwrap();
    assert!(mine.contains("href=\"/en/cay-goi\""), "{mine}");
}
