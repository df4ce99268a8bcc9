//! Ways into the desk are changed, lost and closed.

mod lab;
mod office;

use axum::http::StatusCode;
use lab::{Answer, Lab};
use office::*;
use std::sync::atomic::Ordering;

const DESK: &str = "/ban-lam-viec";
const NEW: &str = "mưa rào trên đỉnh đèo Pê Ke";

async fn sign_in(lab: &Lab, who: &Browser, password: &str, code: &str) -> Answer {
    let form = [("login", who.login.as_str()), ("password", password), ("code", code)];
    post(lab, &Browser::default(), "/ban-lam-viec/vao", &form).await
}

fn later(lab: &Lab, seconds: i64) {
    lab.time.fetch_add(seconds, Ordering::SeqCst);
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_the_old_one() {
    let Office { lab, author, .. } = office().await;
    later(&lab, 60);
    let elsewhere =
        Browser { cookie: cookie(&sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await), ..author.clone() };
    later(&lab, 60);
    let change = async |old: &str, new: &str, code: &str| {
        let form = [("old-password", old), ("password", new), ("repeat", new), ("code", code)];
        post(&lab, &author, &format!("{DESK}/toi/mat-khau"), &form).await.status
    };
    let now = code(&lab, &author.secret, 0);
    assert_eq!(change("không nhớ nữa đâu", NEW, &now).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(PASSWORD, NEW, "000000").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(PASSWORD, "ngắn", &now).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(PASSWORD, NEW, &now).await, StatusCode::SEE_OTHER);
    assert!(text(&get(&lab, &author, DESK).await).contains("Chào"), "he stays where he is");
    assert!(text(&get(&lab, &elsewhere, DESK).await).contains("Đăng nhập"), "and is out everywhere else");
    later(&lab, 60);
    assert_eq!(sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    later(&lab, 60);
    assert_eq!(sign_in(&lab, &author, NEW, &code(&lab, &author.secret, 0)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_new_way_in_closes_the_old_ones() {
    let Office { lab, admin, author, approver } = office().await;
    let work = write(&lab, &author, "Tiêm sởi").await;
    let person = lab.app.site.store.people().await.unwrap().into_iter().find(|person| person.login == author.login).unwrap();
    let renew = format!("{DESK}/nguoi/{}/loi-vao", person.id);
    assert_eq!(post(&lab, &approver, &renew, &[]).await.status, StatusCode::FORBIDDEN, "only an administrator");
    let page = text(&post(&lab, &admin, &renew, &[]).await);
    let link = between(&page, "value=\"http", "\"").to_owned();
    assert!(text(&get(&lab, &author, DESK).await).contains("Chào"), "nothing closes before it is used");
    later(&lab, 60);
    let renewed = join(&lab, &link, "ke.khac").await;
    assert!(text(&get(&lab, &author, DESK).await).contains("Đăng nhập"), "the lost phone is out");
    let page = text(&get(&lab, &renewed, &format!("{DESK}/toi")).await);
    assert!(page.contains("lan.viet") && !page.contains("ke.khac"), "it is the account that was there: {page}");
    assert!(text(&get(&lab, &renewed, &work).await).contains("Tiêm sởi"));
    later(&lab, 60);
    let old = sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sign_in(&lab, &author, PASSWORD, &author.codes[0]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn six_figures_are_not_guessed() {
    let Office { lab, author, .. } = office().await;
    later(&lab, 60);
    for _ in 0..60 {
        assert_eq!(sign_in(&lab, &author, PASSWORD, "000000").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let right = code(&lab, &author.secret, 0);
    assert_eq!(sign_in(&lab, &author, PASSWORD, &right).await.status, StatusCode::UNPROCESSABLE_ENTITY, "shut for everyone");
    later(&lab, 16 * 60);
    assert_eq!(sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn whoever_signs_in_again_leaves_no_session_behind() {
    let Office { lab, author, .. } = office().await;
    later(&lab, 60);
    let code = code(&lab, &author.secret, 0);
    let form = [("login", author.login.as_str()), ("password", PASSWORD), ("code", code.as_str())];
    let again = post(&lab, &author, "/ban-lam-viec/vao", &form).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert!(text(&get(&lab, &author, DESK).await).contains("Đăng nhập"));
    assert!(text(&get(&lab, &Browser { cookie: cookie(&again), ..author }, DESK).await).contains("Chào"));
}
