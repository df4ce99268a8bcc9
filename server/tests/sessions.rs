//! Sessions end by themselves and at a word; what is typed to begin one stays secret.

mod lab;
mod office;

use axum::http::StatusCode;
use lab::Lab;
use office::*;
use std::sync::atomic::Ordering;

const DESK: &str = "/ban-lam-viec";
const HOUR: i64 = 3_600;

fn later(lab: &Lab, seconds: i64) {
    lab.time.fetch_add(seconds, Ordering::SeqCst);
}

async fn is_in(lab: &Lab, who: &Browser) -> bool {
    text(&get(lab, who, DESK).await).contains("Chào")
}

/// Signed in once more, with a browser of its own.
async fn again(lab: &Lab, who: &Browser) -> Browser {
    later(lab, 60);
    let answer = sign_in(lab, who, PASSWORD, &code(lab, &who.secret, 0)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    Browser { cookie: cookie(&answer), ..who.clone() }
}

#[tokio::test]
async fn whoever_is_away_for_two_hours_is_out() {
    let Office { lab, author, .. } = office().await;
    later(&lab, 2 * HOUR - 60);
    assert!(is_in(&lab, &author).await, "a walk to a hamlet and back");
    later(&lab, 2 * HOUR - 60);
    assert!(is_in(&lab, &author).await, "counted from the last use");
    later(&lab, 2 * HOUR + 60);
    assert!(!is_in(&lab, &author).await);
    assert_eq!(get(&lab, &author, &format!("{DESK}/toi")).await.status, StatusCode::OK, "the way in, and nothing else");
    assert!(!text(&get(&lab, &author, &format!("{DESK}/toi")).await).contains("lan.viet"));
}

#[tokio::test]
async fn nobody_stays_longer_than_twelve_hours() {
    let Office { lab, author, .. } = office().await;
    for _ in 0..11 {
        later(&lab, HOUR);
        assert!(is_in(&lab, &author).await);
    }
    later(&lab, HOUR - 60);
    assert!(is_in(&lab, &author).await);
    later(&lab, 60);
    assert!(!is_in(&lab, &author).await, "however busy he was");
}

/// A session of a clock that was ahead does not wait for that time.
#[tokio::test]
async fn a_clock_that_is_put_right_ends_what_it_began() {
    let Office { lab, author, .. } = office().await;
    later(&lab, 365 * 24 * HOUR);
    let fast = again(&lab, &author).await;
    assert!(is_in(&lab, &fast).await);
    later(&lab, -365 * 24 * HOUR);
    assert!(!is_in(&lab, &fast).await);
    // A step back by seconds, as of a clock that is corrected all the time, signs nobody out.
    let on_time = again(&lab, &author).await;
    later(&lab, -90);
    assert!(is_in(&lab, &on_time).await);
}

/// A cookie that is there twice is no way round the first one.
#[tokio::test]
async fn of_two_sessions_in_one_request_the_first_counts() {
    let Office { lab, author, approver, .. } = office().await;
    let both = |first: &str, second: &str| Browser { cookie: format!("{first}; {second}"), ..Browser::default() };
    for (first, second) in [(&author, &approver), (&approver, &author)] {
        let page = text(&get(&lab, &both(&first.cookie, &second.cookie), &format!("{DESK}/toi")).await);
        assert!(page.contains(&first.login) && !page.contains(&second.login), "{page}");
    }
    let (name, _) = author.cookie.split_once('=').unwrap();
    assert!(!is_in(&lab, &both(&format!("{name}=x"), &author.cookie)).await, "nor is a false one looked past");
    assert!(is_in(&lab, &both("other=x", &author.cookie)).await, "one of another name is none");
}

#[tokio::test]
async fn all_other_sessions_are_ended_at_a_word() {
    let Office { lab, author, approver, .. } = office().await;
    let me = format!("{DESK}/toi");
    assert!(!text(&get(&lab, &author, &me).await).contains("Đăng xuất mọi nơi khác"), "there is no other");
    let (second, third) = (again(&lab, &author).await, again(&lab, &author).await);
    // Where whoever changes a way in finds himself afterwards.
    assert!(text(&get(&lab, &third, &me).await).contains("Đăng xuất mọi nơi khác"));
    let end =
        async |code: &str| post(&lab, &third, &format!("{me}/phien"), &[("session", "others"), ("code", code)]).await.status;
    assert_eq!(end("000000").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(is_in(&lab, &second).await);
    later(&lab, 60);
    assert_eq!(end(&code(&lab, &author.secret, 0)).await, StatusCode::SEE_OTHER);
    assert!(!is_in(&lab, &author).await && !is_in(&lab, &second).await);
    assert!(is_in(&lab, &third).await && is_in(&lab, &approver).await, "his own, and his alone");
}

#[tokio::test]
async fn a_newer_link_ends_the_one_that_went_astray() {
    let Office { lab, admin, author, .. } = office().await;
    let person = lab.app.site.store.people().await.unwrap().into_iter().find(|person| person.login == author.login).unwrap();
    let renew = async || {
        let page = text(&post(&lab, &admin, &format!("{DESK}/nguoi/{}/loi-vao", person.id), &[]).await);
        let link = between(&page, "value=\"http", "\"").to_owned();
        link[link.find(DESK).unwrap()..].to_owned()
    };
    let other = server::desk::first_link(&lab.app.site, "Người khác").await.unwrap();
    let (astray, newer) = (renew().await, renew().await);
    assert_eq!(get(&lab, &Browser::default(), &astray).await.status, StatusCode::GONE);
    for link in [&newer, &other] {
        assert_eq!(get(&lab, &Browser::default(), link).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_long_password_counts_to_its_last_letter() {
    let Office { lab, author, .. } = office().await;
    let long =
        "Gà gáy sáng bản A Ka, khói bếp bay ngang suối; trẻ con rủ nhau tới trường <>&\"'\\ 漢字 ".repeat(2) + "đủ hai trăm chữ!";
    assert!((65..=200).contains(&long.chars().count()), "{}", long.chars().count());
    later(&lab, 60);
    let now = code(&lab, &author.secret, 0);
    let form = [("old-password", PASSWORD), ("password", long.as_str()), ("repeat", long.as_str()), ("code", now.as_str())];
    assert_eq!(post(&lab, &author, &format!("{DESK}/toi/mat-khau"), &form).await.status, StatusCode::SEE_OTHER);
    later(&lab, 60);
    let cut = long.strip_suffix('!').unwrap();
    for wrong in [cut, &long.to_lowercase(), &long.chars().take(64).collect::<String>()] {
        let refused = sign_in(&lab, &author, wrong, &code(&lab, &author.secret, 0)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    assert_eq!(sign_in(&lab, &author, &long, &code(&lab, &author.secret, 0)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_is_secret_does_not_come_back() {
    let Office { lab, author, .. } = office().await;
    let refused = text(&sign_in(&lab, &author, PASSWORD, "000000").await);
    assert!(refused.contains("type=\"password\"") && refused.contains("lan.viet"), "{refused}");
    assert!(!refused.contains(PASSWORD) && !refused.contains("000000"), "{refused}");
    // A session that is over gives back what was typed, and none of this.
    later(&lab, 13 * HOUR);
    let form =
        [("old-password", PASSWORD), ("password", "một mật khẩu khác"), ("repeat", "một mật khẩu khác"), ("code", "123456")];
    let over = text(&post(&lab, &author, &format!("{DESK}/toi/mat-khau"), &form).await);
    for (_, secret) in form {
        assert!(!over.contains(secret), "{secret} in {over}");
    }
}

#[tokio::test]
async fn signing_in_leads_nowhere_else() {
    let Office { lab, author, .. } = office().await;
    for back in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/viec\r\nx: y", "evil"] {
        later(&lab, 60);
        let now = code(&lab, &author.secret, 0);
        let form = [("login", "lan.viet"), ("password", PASSWORD), ("code", now.as_str()), ("back", back)];
        let answer = post(&lab, &Browser::default(), &format!("{DESK}/vao"), &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let to = answer.header("location");
        assert!(to.starts_with(DESK) && !answer.headers.contains_key("x"), "{back:?} led to {to}");
    }
}
