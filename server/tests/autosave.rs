//! A new text that saves itself: one work, however often its form is sent, and nobody's words lost on the way.

mod lab;
mod office;

use axum::http::StatusCode;
use domain::editorial::Role;
use lab::Lab;
use office::*;

const JSON: [(&str, &str); 1] = [("accept", "application/json")];

async fn titles(lab: &Lab) -> Vec<String> {
    let all = works(lab, &domain::editorial::Stage::ALL).await;
    all.into_iter().map(|work| work.title).collect()
}

#[tokio::test]
async fn a_form_that_is_sent_again_begins_nothing_new() {
    let Office { lab, admin, author, .. } = office().await;
    let new = "/ban-lam-viec/viec/moi?loai=bulletin";
    let once = field(&lab, &author, new, "once").await;
    assert_ne!(once, field(&lab, &author, new, "once").await, "each form begins a work of its own");
    let form = |title: &'static str| {
        let mut form = article(title, "20044");
        form.push(("once", &once));
        form
    };
    let save = async |who: &Browser, title| send(&lab, who, "POST", "/ban-lam-viec/viec", &form(title), &JSON).await;
    let first = save(&author, "Họp thôn").await;
    assert_eq!((first.status, text(&first).as_str()), (StatusCode::OK, r#"{"again":false,"id":1,"version":1}"#));
    // The network was cut behind the first one; somebody types on and sends again.
    let second = save(&author, "Họp thôn lúc 8 giờ").await;
    assert_eq!((second.status, text(&second).as_str()), (StatusCode::OK, r#"{"again":true,"id":1,"version":1}"#));
    assert_eq!(titles(&lab).await, ["Họp thôn"], "what came late overwrites nothing");
    let mut later = article("Họp thôn lúc 8 giờ", "20044");
    later.push(("version", "1"));
    let saved = send(&lab, &author, "POST", "/ban-lam-viec/viec/1", &later, &JSON).await;
    assert_eq!((saved.status, text(&saved).as_str()), (StatusCode::OK, r#"{"version":2}"#));
    // Two at once.
    let once = field(&lab, &author, new, "once").await;
    let mut both = article("Chợ phiên", "20044");
    both.push(("once", &once));
    let send_it = || send(&lab, &author, "POST", "/ban-lam-viec/viec", &both, &JSON);
    let (a, b) = tokio::join!(send_it(), send_it());
    assert!(text(&a).contains("\"id\":2") && text(&b).contains("\"id\":2"), "{} {}", text(&a), text(&b));
    assert_eq!(titles(&lab).await.len(), 2);
    // The button after the script: the same work, with what was typed since; one that was overtaken is told.
    both[5].1 = "Chợ phiên ngày 30";
    let pressed = post(&lab, &author, "/ban-lam-viec/viec", &both).await;
    assert_eq!((pressed.status, pressed.header("location")), (StatusCode::SEE_OTHER, "/ban-lam-viec/viec/2"));
    assert_eq!(titles(&lab).await, ["Chợ phiên ngày 30", "Họp thôn lúc 8 giờ"]);
    both[5].1 = "Chợ phiên ngày 31";
    let overtaken = post(&lab, &author, "/ban-lam-viec/viec", &both).await;
    assert_eq!(overtaken.status, StatusCode::CONFLICT);
    assert!(text(&overtaken).contains("value=\"Chợ phiên ngày 31\""), "and still in the form");
    // The name of a form is its owner's.
    let other = invite(&lab, &admin, "thu.viet", Role::Author, A_LUOI_2).await;
    assert!(text(&send(&lab, &other, "POST", "/ban-lam-viec/viec", &both, &JSON).await).contains("\"id\":3"));
    // What may not be saved is told to the script in its own way.
    both[2].1 = "20050";
    let refused = send(&lab, &author, "POST", "/ban-lam-viec/viec", &both, &JSON).await;
    assert_eq!((refused.status, text(&refused).contains("\"denied\"")), (StatusCode::FORBIDDEN, true));
}

#[tokio::test]
async fn what_a_device_keeps_is_named_by_its_owner() {
    let Office { lab, author, approver, .. } = office().await;
    let keep = async |who: &Browser, path: &str| {
        let page = text(&get(&lab, who, path).await);
        between(&page, "data-keep=\"", "\"").to_owned()
    };
    let new = "/ban-lam-viec/viec/moi?loai=guide";
    let (mine, yours) = (keep(&author, new).await, keep(&approver, new).await);
    assert_ne!(mine, yours);
    assert_ne!(mine, keep(&author, "/ban-lam-viec/viec/moi?loai=event").await);
    assert_eq!(mine, keep(&author, &["/en", new].concat()).await, "in whatever language the desk speaks");
    let work = write(&lab, &author, "Tin").await;
    for page in [keep(&author, &work).await, mine] {
        assert!(page.starts_with(&keep(&author, "/ban-lam-viec/toi").await), "signing out finds it: {page}");
    }
}
