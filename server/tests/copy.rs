//! What one commune publishes is another one's to copy: found in a list, with its recording and with what is known of it.

mod lab;
mod office;

use axum::http::StatusCode;
use domain::content::{ItemId, MediaRef, PlaceCode, Time};
use domain::editorial::{Manuscript, Role, Script, Stage};
use lab::NOW;
use office::*;

const SOUND: &str = "loi-gia-lang.ogg";

#[tokio::test]
async fn another_commune_copies_what_is_live_with_all_that_belongs_to_it() {
    let Office { lab, admin, author, approver } = office().await;
    let other = invite(&lab, &admin, "binh.viet", Role::Author, A_LUOI_3).await;
    let mut tx = lab.app.site.store.begin().await.unwrap();
    let media = MediaRef { file: SOUND.into(), bytes: 9_000, width: 0, height: 0, seconds: 4 };
    tx.add_media(&media, Time(NOW)).await.unwrap();
    tx.commit().await.unwrap();

    // With a recording, and with a translation that was made of other words.
    let with = |title: &'static str, version: &'static str, more: &[(&'static str, &'static str)]| {
        let mut form = article(title, "20044");
        form.extend([("audio.vi", SOUND), ("lang", "en"), ("title.en", "Vaccination"), ("summary.en", "On Saturday.")]);
        form.extend([("text.en", "At the clinic."), ("version", version)]);
        form.extend(more.iter().copied());
        form
    };
    let begun = post(&lab, &author, "/ban-lam-viec/viec", &with("Tiêm sởi", "0", &[])).await;
    let work = begun.header("location").to_owned();
    let id = work.rsplit('/').next().unwrap().to_owned();
    let new = format!("/ban-lam-viec/viec/moi?loai=bulletin&tu={id}");
    assert_eq!(get(&lab, &other, &new).await.status, StatusCode::NOT_FOUND, "a draft of others is nobody's to see");
    let sent = post(&lab, &author, &work, &with("Tiêm sởi ngày 29/11", "1", &[("do", "submit")])).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", text(&sent));
    assert_eq!(act(&lab, &approver, &work, "approve publish", &[]).await.status, StatusCode::SEE_OTHER);
    // What its author writes from now on is not out yet.
    assert_eq!(act(&lab, &author, &work, "correct", &[]).await.status, StatusCode::SEE_OTHER);
    let hidden = with("Chưa ai được biết", "2", &[]);
    assert_eq!(post(&lab, &author, &work, &hidden).await.status, StatusCode::SEE_OTHER);
    let page = text(&get(&lab, &other, &new).await);
    assert!(page.contains("value=\"Tiêm sởi ngày 29/11\"") && !page.contains("Chưa ai được biết"), "{page}");
    assert_eq!(get(&lab, &other, &work).await.status, StatusCode::NOT_FOUND, "the work itself stays theirs");
    assert_eq!(act(&lab, &author, &work, "drop", &[]).await.status, StatusCode::SEE_OTHER);

    // Found among what others have, and only there.
    let list = text(&get(&lab, &other, "/ban-lam-viec/viec?o=khac&q=tiem").await);
    assert!(list.contains(&new.replace('&', "&amp;")) && list.contains("Tiêm sởi ngày 29/11"), "{list}");
    assert!(!list.contains(&format!("href=\"/ban-lam-viec/viec/{id}\"")), "no way to a page that would be refused");
    assert!(!text(&get(&lab, &other, "/ban-lam-viec/viec?q=tiem").await).contains("Tiêm sởi"));
    assert!(!text(&get(&lab, &author, "/ban-lam-viec/viec?o=khac").await).contains("Tiêm sởi"), "it is his own");
    // By its address it is found too: its own people come to the work, others to a copy.
    let (named, _) = item(&lab, "Tiêm sởi ngày 29/11").unwrap();
    let find = format!("/ban-lam-viec/viec?q={named}");
    assert_eq!(get(&lab, &author, &find).await.header("location"), format!("/ban-lam-viec/viec/{id}"));
    assert_eq!(get(&lab, &other, &find).await.header("location"), new);

    // Saved as the form sends it, even where it does not say which recording.
    let page = text(&get(&lab, &other, &new).await);
    assert!(page.contains(&format!("value=\"{SOUND}\" selected")), "{page}");
    let mut form = article("Tiêm sởi ở A Lưới 3", "20050");
    form.extend([("lang", "en"), ("title.en", "Vaccination"), ("summary.en", "On Saturday."), ("text.en", "At the clinic.")]);
    form.push(("tu", between(&page, "name=\"tu\" value=\"", "\"")));
    let copied = post(&lab, &other, "/ban-lam-viec/viec", &form).await;
    assert_eq!(copied.status, StatusCode::SEE_OTHER, "{}", text(&copied));
    let copy = copied.header("location").to_owned();
    let stored = lab.app.site.store.work(copy.rsplit('/').next().unwrap().parse().unwrap()).await.unwrap().unwrap().text;
    assert_eq!((stored.places.as_slice(), stored.texts[0].audio.as_str()), (&[PlaceCode(A_LUOI_3)][..], SOUND));
    let page = text(&get(&lab, &other, &copy).await);
    assert!(page.contains("Bản tiếng Việt đã đổi sau khi dịch"), "whatever version of the first one it was made of");
    assert!(page.contains("Bản dịch Tiếng Anh cũ hơn bản gốc"), "a translation that was outdated still is: {page}");
    assert!(page.contains(&format!("value=\"{SOUND}\" selected")), "and the copy keeps saying which recording it has");

    // What was withdrawn is nobody's to copy; what somebody typed meanwhile is saved.
    assert_eq!(act(&lab, &approver, &work, "withdraw", &[("words", "Nhầm ngày")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(get(&lab, &other, &new).await.status, StatusCode::NOT_FOUND);
    assert_eq!(post(&lab, &other, "/ban-lam-viec/viec", &form).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn all_that_others_have_live_is_reached_by_leafing() {
    let Office { lab, admin, author, .. } = office().await;
    let other = invite(&lab, &admin, "binh.viet", Role::Author, A_LUOI_3).await;
    let mut tx = lab.app.site.store.begin().await.unwrap();
    for n in 0..130u8 {
        let script = Script { lang: "vi".into(), title: format!("Chợ phiên {n:03}."), ..Script::default() };
        let place = PlaceCode(if n % 13 == 0 { A_LUOI_3 } else { A_LUOI_2 });
        let text = Manuscript { kind: "event".into(), places: vec![place], texts: vec![script], ..Manuscript::default() };
        let id = tx.add_work(&text, 9, Time(NOW)).await.unwrap();
        let mut work = tx.work(id).await.unwrap().unwrap();
        (work.state.stage, work.state.live, work.item) = (Stage::Published, true, Some(ItemId([n, 1, 1, 1, 1])));
        tx.move_work(&work, Time(NOW + i64::from(n / 40))).await.unwrap();
    }
    tx.commit().await.unwrap();
    let start = "/ban-lam-viec/viec?q=cho+phien&o=khac";
    let (mut found, mut path) = (Vec::new(), start.to_owned());
    loop {
        let page = text(&get(&lab, &other, &path).await);
        found.extend(page.split("Chợ phiên ").skip(1).filter_map(|rest| rest.split_once('.')?.0.parse::<u8>().ok()));
        let Some((before, _)) = page.split_once("\">Cũ hơn</a>") else { break };
        path = before.rsplit_once("href=\"").unwrap().1.replace("&amp;", "&");
    }
    let theirs: Vec<u8> = (0..130).rev().filter(|n| n % 13 != 0).collect();
    assert_eq!(found, theirs, "each once, the last changed first, and none of his own place");
    assert_eq!(text(&get(&lab, &author, start).await).matches("tu=").count(), 10, "what theirs is to others");
    // Whoever writes nothing copies nothing.
    assert!(!text(&get(&lab, &admin, "/ban-lam-viec/viec?o=khac").await).contains("viec/moi"));
}
