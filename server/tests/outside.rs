//! What was imported: found at the desk by its address, taken over, corrected under the same name, and never overwritten by
//! the next import.

mod lab;
mod office;

use axum::http::StatusCode;
use domain::content::ItemId;
use domain::route::item_path;
use domain::words::Lang;
use office::*;
use serde_json::json;

const DESK: &str = "/ban-lam-viec";

fn item(lab: &lab::Lab, title: &str) -> (ItemId, u16, String) {
    let snapshot = lab.app.site.live.now();
    let card = snapshot.cards().find(|card| card.headlines[0].title == title).unwrap_or_else(|| panic!("no {title}"));
    (card.id, card.revision, item_path(card, Lang::Vi))
}

#[tokio::test]
async fn an_imported_item_is_taken_over_corrected_and_withdrawn() {
    let Office { lab, author, approver, .. } = office().await;
    let line = json!({"id": "bao-1", "kind": "bulletin", "issued": "2026-11-22T08:00:00+07:00", "topics": ["y-te"], "places": ["20044"], "source": {"name": "Báo Huế"}, "title": "Tiêm sởi",
        "summary": "Sáng thứ Bảy.", "body": ["Mang theo sổ tiêm.", {"call": "115", "label": "Cấp cứu"}]});
    lab.import(std::slice::from_ref(&line)).await;
    let (id, _, path) = item(&lab, "Tiêm sởi");
    for words in [format!("https://desk.example{path}"), path, id.to_string()] {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", &words).finish();
        let page = text(&get(&lab, &author, &format!("{DESK}/viec?{query}")).await);
        assert!(page.contains("Nhận về bàn làm việc") && page.contains("Báo Huế"), "{words}: {page}");
    }
    let seq = lab.app.site.live.now().seq();
    let take = [("item", id.to_string())];
    let take: Vec<(&str, &str)> = take.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = post(&lab, &author, &format!("{DESK}/viec/nhan"), &take).await;
    let work = answer.header("location").to_owned();
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", text(&answer));
    assert_eq!(post(&lab, &approver, &format!("{DESK}/viec/nhan"), &take).await.header("location"), work, "once");
    assert_eq!(lab.app.site.live.now().seq(), seq, "readers notice nothing");
    assert_eq!(get(&lab, &author, &format!("{DESK}/viec?q={id}")).await.header("location"), work);
    assert!(text(&get(&lab, &author, DESK).await).contains("Tiêm sởi"), "among what is live");
    assert!(text(&get(&lab, &author, &format!("{work}/lich-su")).await).contains("nhận bài đăng từ nơi khác"));
    // Nobody here has written of it; the line binds the text as readers have it.
    let store = &lab.app.site.store;
    let stored = store.work(work.rsplit('/').next().unwrap().parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((stored.hands, stored.standing), (vec![], vec![]));
    let taken = store.audit(Some(stored.id), None, 1).await.unwrap()[0].id;
    assert_eq!((store.broken_audit().await.unwrap(), store.untrue_text().await.unwrap()), (None, None));
    let mut raw = raw(&lab).await;
    for (now, found) in [("x'7b7d'", Some(taken)), ("text", None)] {
        let change = format!("UPDATE work SET published = {now}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(change)).execute(&mut raw).await.unwrap();
        assert_eq!(store.untrue_text().await.unwrap(), found, "{now}");
    }

    // The same line again is no news; another text is not what anybody here approved.
    let again = lab.import(std::slice::from_ref(&line)).await;
    assert_eq!((again.same, again.bad.len()), (1, 0));
    let mut other = line.clone();
    other["title"] = json!("Tiêm sởi, bản của báo");
    assert_eq!(lab.import(&[other]).await.bad[0].1.code(), "at-desk");

    assert_eq!(act(&lab, &author, &work, "correct", &[]).await.status, StatusCode::SEE_OTHER);
    let version = field(&lab, &author, &work, "version").await;
    let mut form = article("Tiêm sởi chiều thứ Bảy", "20044");
    form.extend([("version", version.as_str()), ("do", "submit"), ("change", "đổi giờ")]);
    let sent = post(&lab, &author, &work, &form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", text(&sent));
    assert_eq!(act(&lab, &author, &work, "approve publish", &[]).await.status, StatusCode::FORBIDDEN, "four eyes");
    assert_eq!(act(&lab, &approver, &work, "approve publish", &[]).await.status, StatusCode::SEE_OTHER);
    let (same, revision, _) = item(&lab, "Tiêm sởi chiều thứ Bảy");
    assert_eq!((same, revision), (id, 2), "the item that readers have");
    assert_eq!(lab.import(std::slice::from_ref(&line)).await.bad[0].1.code(), "at-desk");
    assert_eq!(act(&lab, &approver, &work, "withdraw", &[("words", "Hết vắc xin")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!((store.broken_audit().await.unwrap(), store.untrue_text().await.unwrap()), (None, None));
    assert_eq!(lab.app.site.live.now().gone.get(&id).map(|gone| gone.reason.clone()), Some("Hết vắc xin".into()));
}

#[tokio::test]
async fn what_a_manuscript_cannot_say_is_only_withdrawn() {
    let Office { lab, author, approver, .. } = office().await;
    let line = json!({"id": "mau-1", "kind": "bulletin", "issued": "2026-11-22T08:00:00+07:00", "topics": ["y-te"], "places": ["20044"], "source": {"name": "Báo Huế"}, "title": "Bài mẫu",
        "summary": "Chỉ là mẫu.", "sample": true, "body": ["Một đoạn."]});
    lab.import(std::slice::from_ref(&line)).await;
    let (id, ..) = item(&lab, "Bài mẫu");
    let path = format!("{DESK}/viec?q={id}");
    let page = text(&get(&lab, &approver, &path).await);
    assert!(!page.contains("viec/nhan") && page.contains("viec/rut"), "{page}");
    assert!(!text(&get(&lab, &author, &path).await).contains("viec/rut"), "authors do not withdraw");
    let id_text = id.to_string();
    let ask = async |who: &Browser, what: &str, words: &str| {
        post(&lab, who, &format!("{DESK}/viec/{what}"), &[("item", id_text.as_str()), ("words", words)]).await.status
    };
    assert_eq!(ask(&approver, "nhan", "").await, StatusCode::CONFLICT);
    assert_eq!(ask(&author, "rut", "sai").await, StatusCode::FORBIDDEN);
    assert_eq!(ask(&approver, "rut", " ").await, StatusCode::UNPROCESSABLE_ENTITY, "not without a reason");
    assert_eq!(ask(&approver, "rut", "Không phải tin thật").await, StatusCode::SEE_OTHER);
    assert_eq!(lab.app.site.live.now().gone.get(&id).map(|gone| gone.reason.clone()), Some("Không phải tin thật".into()));
    let lines = lab.app.site.store.audit(None, None, 1).await.unwrap();
    assert_eq!((lines[0].action.as_str(), lines[0].words.as_str()), ("withdraw", "Không phải tin thật"));
    assert_eq!(lab.import(&[line]).await.bad[0].1.code(), "at-desk", "no import brings it back");
    assert!(text(&get(&lab, &approver, &format!("{DESK}/viec?stage=withdrawn")).await).contains("Bài mẫu"));
}
