//! People hear of what concerns them, and officials see how often items are opened: sums only.

mod lab;
mod office;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::editorial::Role;
use lab::Lab;
use office::*;
use server::store::desk::Lane;
use server::{desk, opens};
use std::sync::atomic::Ordering;
use tower::ServiceExt;

const DESK: &str = "/ban-lam-viec";

/// Every job that is due now.
async fn jobs(lab: &Lab) {
    desk::jobs::round(&lab.app.site, Lane::Desk).await.unwrap();
}

/// What somebody's first page tells him.
async fn told(lab: &Lab, who: &Browser) -> String {
    let page = text(&get(lab, who, DESK).await);
    page.split_once("class=\"nt\"").map_or_else(String::new, |(_, rest)| rest.split_once("</section>").unwrap().0.to_owned())
}

async fn published(lab: &Lab, author: &Browser, approver: &Browser, more: &[(&str, &str)]) -> String {
    let mut form = article("Tiêm sởi", "20044");
    form.extend(more);
    let work = post(lab, author, "/ban-lam-viec/viec", &form).await.header("location").to_owned();
    assert_eq!(act(lab, author, &work, "submit", &[]).await.status, StatusCode::SEE_OTHER);
    jobs(lab).await;
    assert_eq!(act(lab, approver, &work, "approve publish", &[]).await.status, StatusCode::SEE_OTHER);
    jobs(lab).await;
    work
}

#[tokio::test]
async fn whoever_waits_hears_of_it_once() {
    let Office { lab, admin, author, approver } = office().await;
    let elsewhere = invite(&lab, &admin, "thao.duyet", Role::Approver, A_LUOI_3).await;
    let work = write(&lab, &author, "Tiêm sởi").await;
    assert_eq!(act(&lab, &author, &work, "submit", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(told(&lab, &approver).await, "", "a job tells it, not the request");
    jobs(&lab).await;
    jobs(&lab).await;
    let news = told(&lab, &approver).await;
    assert_eq!(news.matches("Tiêm sởi").count(), 1, "{news}");
    assert!(news.contains("lan.viet gửi duyệt"), "{news}");
    assert_eq!((told(&lab, &author).await, told(&lab, &elsewhere).await), (String::new(), String::new()));
    // Seen is seen.
    let until = between(&news, "name=\"until\" value=\"", "\"").to_owned();
    assert_eq!(post(&lab, &author, &format!("{DESK}/tin-bao"), &[("until", &until)]).await.status, StatusCode::SEE_OTHER);
    assert_ne!(told(&lab, &approver).await, "", "nobody sees for another");
    assert_eq!(post(&lab, &approver, &format!("{DESK}/tin-bao"), &[("until", &until)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(told(&lab, &approver).await, "");
    assert_eq!(act(&lab, &approver, &work, "send-back", &[("words", "Ghi rõ ngày")]).await.status, StatusCode::SEE_OTHER);
    jobs(&lab).await;
    assert!(told(&lab, &author).await.contains("huy.duyet trả lại"));
    desk::tidy(&lab.app.site).await.unwrap();
}

#[tokio::test]
async fn the_end_of_what_holds_is_told_to_its_author() {
    let Office { lab, author, approver, .. } = office().await;
    published(&lab, &author, &approver, &[("expires", "2026-12-01T00:00")]).await;
    let news = told(&lab, &author).await;
    assert!(news.contains("duyệt") && news.contains("đăng") && !news.contains("hết hiệu lực"), "{news}");
    let before = lab.time.load(Ordering::SeqCst);
    lab.time.store(before + 10 * 86_400, Ordering::SeqCst);
    jobs(&lab).await;
    jobs(&lab).await;
    // He signs in again after so long.
    let code = code(&lab, &author.secret, 0);
    let form = [("login", "lan.viet"), ("password", PASSWORD), ("code", &code)];
    let entered = post(&lab, &Browser::default(), "/ban-lam-viec/vao", &form).await;
    let author = Browser { cookie: cookie(&entered), ..author };
    let news = told(&lab, &author).await;
    assert!(news.contains("hết hiệu lực"), "{news}");
}

#[tokio::test]
async fn what_was_read_again_is_fresh_again() {
    let Office { lab, author, approver, .. } = office().await;
    let work = published(&lab, &author, &approver, &[]).await;
    let seq = lab.app.site.live.now().seq();
    assert_eq!(act(&lab, &author, &work, "review", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(lab.app.site.live.now().seq(), seq, "readers notice nothing");
    assert!(text(&get(&lab, &author, &format!("{work}/lich-su")).await).contains("xem lại, vẫn đúng"));
    let draft = write(&lab, &author, "Nháp").await;
    assert_eq!(act(&lab, &author, &draft, "review", &[]).await.status, StatusCode::CONFLICT);
}

async fn count(lab: &Lab, body: &str) -> StatusCode {
    let request = Request::post(opens::PATH).header("host", "desk.example").header("sec-fetch-site", "same-origin");
    lab.app.router().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap().status()
}

#[tokio::test]
async fn opens_are_sums_and_small_ones_are_not_shown() {
    let Office { lab, author, approver, .. } = office().await;
    let work = published(&lab, &author, &approver, &[]).await;
    let id = lab.app.site.live.now().cards().next().unwrap().id;
    let batch = |count: u32| format!("{{\"opens\":{{\"{id}\":{count},\"zzzzzzzz\":3,\"<b>\":1}}}}");
    assert_eq!(count(&lab, &batch(9)).await, StatusCode::NO_CONTENT);
    opens::keep(&lab.app.site).await.unwrap();
    let page = text(&get(&lab, &author, &work).await);
    assert!(page.contains("Bà con mở dưới 10 lượt"), "{page}");
    assert!(!text(&get(&lab, &author, DESK).await).contains("Bà con mở"), "a row says nothing of a few");
    // Whoever says a million counts as twenty.
    assert_eq!(count(&lab, &batch(1_000_000)).await, StatusCode::NO_CONTENT);
    opens::keep(&lab.app.site).await.unwrap();
    opens::keep(&lab.app.site).await.unwrap();
    assert_eq!(lab.app.site.store.opens(id).await.unwrap(), 29);
    assert!(text(&get(&lab, &author, &work).await).contains("Bà con đã mở 29 lượt"));
    assert!(text(&get(&lab, &author, DESK).await).contains("Bà con đã mở 29 lượt"), "in the row of what is live");
    for hostile in ["", "[]", "{\"opens\":{\"a\":-1}}", "{\"opens\":[[[[", &"[".repeat(4_000)] {
        assert_eq!(count(&lab, hostile).await, StatusCode::UNPROCESSABLE_ENTITY, "{hostile}");
    }
    assert_eq!(count(&lab, &" ".repeat(5_000)).await, StatusCode::PAYLOAD_TOO_LARGE);
    let elsewhere = Request::post(opens::PATH).header("host", "desk.example").header("sec-fetch-site", "cross-site");
    let elsewhere = lab.app.router().oneshot(elsewhere.body(Body::from(batch(1))).unwrap()).await.unwrap();
    assert_eq!(elsewhere.status(), StatusCode::FORBIDDEN);
}
