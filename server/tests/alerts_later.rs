//! Alerts of the desk when something has happened meanwhile: an end that stays, a word that was overtaken, an hour that has
//! passed, a server that was restored.

mod duty;
mod lab;
mod office;

use axum::http::StatusCode;
use domain::content::{ItemId, Time};
use duty::*;
use lab::{Lab, NOW};
use office::*;
use server::App;

/// The form of an update of work `of`.
async fn update(lab: &Lab, who: &Browser, of: &str) -> Form {
    let of = of.rsplit('/').next().unwrap();
    fields(&text(&get(lab, who, &format!("/ban-lam-viec/canh-bao/moi?tin={of}")).await))
}

fn value<'a>(form: &'a Form, name: &str) -> &'a str {
    form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

#[tokio::test]
async fn an_update_ends_no_earlier_than_what_it_updates_unless_somebody_says_so() {
    let Post { lab, first, second, .. } = post_of_two().await;
    let mut form = template(&lab, &first, "flash-flood", 3).await;
    put(&mut form, "hours", "24");
    let work = begin(&lab, &first, &form).await;
    assert_eq!(publish(&lab, &second, &work).await.status, StatusCode::SEE_OTHER);
    later(&lab, 600);
    // As it is offered, and with the words of another level.
    let mut next = update(&lab, &first, &work).await;
    assert_eq!(value(&next, "expires"), "2026-11-24T12:00");
    put(&mut next, "level", "2");
    put(&mut next, "refill", "1");
    let draft = send_form(&lab, &first, "/ban-lam-viec/viec", &next).await;
    let path = draft.header("location").to_owned();
    let page = text(&get(&lab, &first, &path).await);
    let mut next = fields(&page);
    assert_eq!(value(&next, "expires"), "2026-11-24T12:00");
    assert!(page.contains("cấp 3, đến 12:00"), "what stands is told to whoever writes: {page}");
    assert!(!page.contains("hết sớm hơn"), "{page}");
    // Who does end it earlier reads so, and so does whoever confirms it.
    put(&mut next, "expires", "2026-11-23T20:00");
    put(&mut next, "do", "submit");
    assert_eq!(send_form(&lab, &first, &path, &next).await.status, StatusCode::SEE_OTHER);
    let page = text(&get(&lab, &second, &path).await);
    assert!(page.contains("cấp 3, đến 12:00") && page.contains("hết sớm hơn"), "{page}");
    assert_eq!(publish(&lab, &second, &path).await.status, StatusCode::SEE_OTHER);
    assert_eq!(cards(&lab).last().unwrap().expires, Some(Time(NOW + 8 * 3_600)));
}

/// An alert that is out, and an update of it that waits for the second officer.
async fn waiting() -> (Post, String, String) {
    let post = post_of_two().await;
    let (lab, first) = (&post.lab, &post.first);
    let work = begin(lab, first, &template(lab, first, "flood", 2).await).await;
    assert_eq!(publish(lab, &post.second, &work).await.status, StatusCode::SEE_OTHER);
    let next = begin(lab, first, &update(lab, first, &work).await).await;
    (post, work, next)
}

#[tokio::test]
async fn an_update_that_was_overtaken_says_so_and_is_not_to_be_confirmed() {
    let (Post { lab, first, second, .. }, work, next) = waiting().await;
    assert!(text(&get(&lab, &second, &next).await).contains("Xác nhận và phát ngay"));
    assert_eq!(post(&lab, &second, &format!("{work}/huy"), &[("reason", "mistake")]).await.status, StatusCode::SEE_OTHER);
    for who in [&first, &second] {
        let page = text(&get(&lab, who, &next).await);
        assert!(page.contains("đã có tin thay hoặc đã hủy"), "{page}");
        assert!(!page.contains("Xác nhận và phát ngay") && !page.contains("thì bà con nhận được ngay"), "{page}");
    }
    // Whoever takes it back to go on writing reads so too, and does not send it in again.
    assert_eq!(act(&lab, &first, &next, "take-back", &[]).await.status, StatusCode::SEE_OTHER);
    let page = text(&get(&lab, &first, &next).await);
    assert!(page.contains("đã có tin thay hoặc đã hủy") && !page.contains("class=\"st on\""), "{page}");
    let mut form = fields(&page);
    put(&mut form, "do", "submit");
    put(&mut form, "contingency.vi", "Ở yên nơi cao.");
    let again = send_form(&lab, &first, &next, &form).await;
    assert!(again.status == StatusCode::CONFLICT && text(&again).contains("Ở yên nơi cao."), "{}", text(&again));
    assert_eq!(cards(&lab).len(), 2);
}

#[tokio::test]
async fn who_updates_what_another_update_waits_for_is_told_before_both_are_done() {
    let (Post { lab, first, second, .. }, work, next) = waiting().await;
    let told = "còn bản cập nhật khác";
    assert!(!text(&get(&lab, &second, &next).await).contains(told), "it does not speak of itself");
    // While it is begun, and once it is stored: each of the two names the other.
    let form = update(&lab, &second, &work).await;
    let id = work.rsplit('/').next().unwrap();
    let page = text(&get(&lab, &second, &format!("/ban-lam-viec/canh-bao/moi?tin={id}")).await);
    assert!(page.contains(told) && page.contains(&format!("href=\"{next}\"")), "{page}");
    let other = begin(&lab, &second, &form).await;
    for (one, names) in [(&next, &other), (&other, &next)] {
        let page = text(&get(&lab, &first, one).await);
        assert!(page.contains(told) && page.contains(&format!("href=\"{names}\"")), "{page}");
    }
    // Of two, one goes out; the other reads that it is too late.
    assert_eq!(publish(&lab, &second, &next).await.status, StatusCode::SEE_OTHER);
    let page = text(&get(&lab, &first, &other).await);
    assert!(!page.contains(told) && page.contains("đã có tin thay hoặc đã hủy"), "{page}");
}

#[tokio::test]
async fn an_update_that_was_overtaken_does_not_go_out_through_a_page_that_was_open_before() {
    let (Post { lab, second, .. }, work, next) = waiting().await;
    assert_eq!(post(&lab, &second, &format!("{work}/huy"), &[("reason", "mistake")]).await.status, StatusCode::SEE_OTHER);
    let late = publish(&lab, &second, &next).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(text(&late).contains("đã có tin thay hoặc đã hủy"), "{}", text(&late));
    assert_eq!(cards(&lab).len(), 2);
}

#[tokio::test]
async fn what_ended_before_it_was_confirmed_is_not_to_be_confirmed_and_says_why() {
    let Post { lab, first, second, .. } = post_of_two().await;
    let mut form = template(&lab, &first, "flood", 2).await;
    put(&mut form, "expires", "2026-11-23T12:10");
    let work = begin(&lab, &first, &form).await;
    assert!(text(&get(&lab, &second, &work).await).contains("Xác nhận và phát ngay"));
    later(&lab, 900);
    let late = publish(&lab, &second, &work).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(&late);
    assert!(page.contains("Lúc hết hiệu lực đã qua") && !page.contains("Đã lưu"), "{page}");
    let page = text(&get(&lab, &second, &work).await);
    assert!(page.contains("Lúc hết hiệu lực đã qua"), "{page}");
    assert!(!page.contains("Xác nhận và phát ngay") && !page.contains("thì bà con nhận được ngay"), "{page}");
    assert!(page.contains("Trả lại"), "{page}");
}

/// Phones remember alerts by their ids: what they were shown, what they read, what called off what.
#[tokio::test]
async fn a_server_that_was_restored_gives_no_new_alert_the_id_of_one_that_it_has_forgotten() {
    async fn one(lab: &Lab, who: [&Browser; 2]) -> ItemId {
        let work = begin(lab, who[0], &template(lab, who[0], "flood", 2).await).await;
        assert_eq!(publish(lab, who[1], &work).await.status, StatusCode::SEE_OTHER);
        cards(lab).last().unwrap().id
    }
    let Post { lab, first, second, .. } = post_of_two().await;
    let before = one(&lab, [&first, &second]).await;
    let copy = lab.folder.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    lab.app.site.store.copy_to(&copy.join("bantin.sqlite")).await.unwrap();
    std::fs::copy(lab.data().join("issuer.key"), copy.join("issuer.key")).unwrap();
    later(&lab, 60);
    let lost = one(&lab, [&first, &second]).await;
    let app = App::open(&copy, lab::options(&lab.time)).await.unwrap();
    let restored = Lab { app, folder: tempfile::tempdir().unwrap(), time: lab.time.clone() };
    assert_eq!(cards(&restored).iter().map(|card| card.id).collect::<Vec<_>>(), [before]);
    later(&lab, 60);
    let new = one(&restored, [&first, &second]).await;
    assert_ne!(new, lost);
    // What was there before is followed as ever.
    later(&lab, 60);
    let next = begin(&restored, &first, &update(&restored, &first, "/1").await).await;
    assert_eq!(publish(&restored, &second, &next).await.status, StatusCode::SEE_OTHER);
    assert_eq!(cards(&restored).last().unwrap().alert().unwrap().references, [before]);
}
