//! What stands at the desk later: what was withdrawn, what was scheduled, what a job could not do, what was written down.

mod lab;
mod office;

use axum::http::StatusCode;
use domain::content::{ItemId, Time};
use domain::editorial::{Role, Stage};
use lab::{Lab, NOW};
use office::*;
use serde_json::json;
use server::store::desk::{Job, JobKind, Lane};
use std::sync::atomic::Ordering;

/// A correction of a published text: what it says now, and what it changes.
async fn correct(lab: &Lab, who: &Browser, work: &str, title: &str, change: &str) {
    assert_eq!(act(lab, who, work, "correct", &[]).await.status, StatusCode::SEE_OTHER);
    let version = field(lab, who, work, "version").await;
    let mut form = article(title, "20044");
    form.extend([("version", version.as_str()), ("do", "submit"), ("change", change)]);
    assert_eq!(post(lab, who, work, &form).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn nobody_publishes_his_own_text_again_alone() {
    let Office { lab, admin, approver, .. } = office().await;
    let second = invite(&lab, &admin, "thao.duyet", Role::Approver, A_LUOI_2).await;
    // What he wrote, corrected and withdrew comes back; so does what he began to correct and gave up.
    for detour in [&[][..], &["correct", "drop"]] {
        let work = write(&lab, &approver, "Tiêm sởi").await;
        submit(&lab, &approver, &work, "Tiêm sởi").await;
        assert_eq!(act(&lab, &second, &work, "approve publish", &[]).await.status, StatusCode::SEE_OTHER);
        correct(&lab, &approver, &work, "Tiêm sởi ngày 29/11", "đổi ngày").await;
        assert_eq!(act(&lab, &approver, &work, "approve", &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(act(&lab, &second, &work, "approve publish", &[]).await.status, StatusCode::SEE_OTHER);
        for action in detour.iter().chain(&["withdraw", "reopen", "submit"]) {
            let done = act(&lab, &approver, &work, action, &[("words", "Sai ngày")]).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{action}");
        }
        assert_eq!(act(&lab, &approver, &work, "approve publish", &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(item(&lab, "Tiêm sởi ngày 29/11"), None);
        assert_eq!(act(&lab, &second, &work, "approve publish", &[]).await.status, StatusCode::SEE_OTHER);
        assert!(item(&lab, "Tiêm sởi ngày 29/11").is_some());
        // What readers have was approved by another: of a correction only its own author is kept from judging it.
        correct(&lab, &second, &work, "Tiêm sởi ngày 30/11", "lại đổi ngày").await;
        assert_eq!(act(&lab, &second, &work, "approve", &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(act(&lab, &approver, &work, "approve publish", &[]).await.status, StatusCode::SEE_OTHER);
        // Withdrawn, it has no such ground any more: both wrote of it.
        for action in ["withdraw", "reopen", "submit"] {
            act(&lab, &approver, &work, action, &[("words", "Sai ngày")]).await;
        }
        for who in [&approver, &second] {
            assert_eq!(act(&lab, who, &work, "approve", &[]).await.status, StatusCode::FORBIDDEN);
        }
    }
}

#[tokio::test]
async fn who_forgets_the_place_is_told_so_with_all_that_he_typed() {
    let Office { lab, author, .. } = office().await;
    let typed: Vec<_> = article("Tiêm sởi", "20044").into_iter().filter(|(name, _)| *name != "place").collect();
    let answer = post(&lab, &author, "/ban-lam-viec/viec", &typed).await;
    let page = text(&answer);
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    assert!(
        page.contains("Chưa chọn nơi") && page.contains("value=\"Tiêm sởi\"") && page.contains("Mang theo sổ tiêm."),
        "{page}"
    );
    assert!(works(&lab, &[Stage::Draft]).await.is_empty());
    // Also where it was saved before.
    let work = write(&lab, &author, "Tiêm sởi").await;
    let version = field(&lab, &author, &work, "version").await;
    let mut typed: Vec<_> = article("Tiêm sởi ngày 29", "20044").into_iter().filter(|(name, _)| *name != "place").collect();
    typed.push(("version", &version));
    let page = text(&post(&lab, &author, &work, &typed).await);
    assert!(page.contains("Chưa chọn nơi") && page.contains("Tiêm sởi ngày 29"), "{page}");
    // Somebody else's place is another matter.
    let answer = post(&lab, &author, "/ban-lam-viec/viec", &article("Tiêm sởi", "20050")).await;
    assert_eq!((answer.status, text(&answer).contains("ngoài quyền")), (StatusCode::FORBIDDEN, true));
}

#[tokio::test]
async fn what_replaces_an_item_names_one_that_is_there() {
    let Office { lab, author, approver, .. } = office().await;
    let old = write(&lab, &author, "Lịch cũ").await;
    submit(&lab, &author, &old, "Lịch cũ").await;
    act(&lab, &approver, &old, "approve publish", &[]).await;
    let (known, _) = item(&lab, "Lịch cũ").unwrap();
    let work = write(&lab, &author, "Lịch mới").await;
    let send_in = async |id: String| {
        let version = field(&lab, &author, &work, "version").await;
        let mut form = article("Lịch mới", "20044");
        form.extend([("version", version.as_str()), ("do", "submit"), ("supersedes", id.as_str())]);
        post(&lab, &author, &work, &form).await
    };
    let unknown = ItemId([9; 5]).to_string();
    let refused = send_in(unknown.clone()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(&refused);
    assert!(page.contains(&format!("Không có tin nào mang mã {unknown}")), "{page}");
    assert_eq!(send_in(known.to_string()).await.status, StatusCode::SEE_OTHER);
    assert_eq!(act(&lab, &approver, &work, "approve publish", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(item(&lab, "Lịch mới").is_some());
    // What is another commune's, or an alert, goes by the hand of those who may withdraw it.
    let guide = json!({"id": "kia", "kind": "guide", "topics": ["y-te"], "places": ["20050"], "title": "Của xã khác",
        "summary": "Của xã ấy.", "body": ["a"], "issued": "-1h", "source": {"name": "UBND"}});
    lab.import(&[guide]).await;
    let (theirs, _) = item(&lab, "Của xã khác").unwrap();
    let work = write(&lab, &author, "Lịch nữa").await;
    let version = field(&lab, &author, &work, "version").await;
    let mut form = article("Lịch nữa", "20044");
    let id = theirs.to_string();
    form.extend([("version", version.as_str()), ("do", "submit"), ("supersedes", id.as_str())]);
    assert_eq!(post(&lab, &author, &work, &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(act(&lab, &approver, &work, "approve publish", &[]).await.status, StatusCode::FORBIDDEN);
    assert!(item(&lab, "Lịch nữa").is_none());
}

#[tokio::test]
async fn what_cannot_go_out_at_its_time_is_given_back_and_people_hear_of_it() {
    let Office { lab, admin, author, approver } = office().await;
    let bystander = invite(&lab, &admin, "thao.duyet", Role::Approver, A_LUOI_2).await;
    let work = write(&lab, &author, "Chợ phiên").await;
    let mut form = article("Chợ phiên", "20044");
    // Over when the server, which was off meanwhile, comes to it.
    form.extend([("version", "1"), ("do", "submit"), ("expires", "2026-11-23T12:30")]);
    assert_eq!(post(&lab, &author, &work, &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(act(&lab, &approver, &work, "approve", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(act(&lab, &approver, &work, "schedule", &[("at", "2026-11-23T12:29")]).await.status, StatusCode::SEE_OTHER);
    lab.time.store(NOW + 3_600, Ordering::SeqCst);
    for _ in 0..2 {
        server::desk::jobs::round(&lab.app.site, Lane::Desk).await.unwrap();
    }
    assert_eq!(lab.app.site.live.now().seq(), 0);
    let stored = lab.app.site.store.work(work.rsplit('/').next().unwrap().parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((stored.state.stage, stored.publish_at), (Stage::Approved, None));
    assert!(lab.app.site.store.jobs().await.unwrap().is_empty(), "nothing is tried for ever");
    let told = "không đăng được theo giờ hẹn";
    for who in [&author, &approver] {
        let page = text(&get(&lab, who, "/ban-lam-viec").await);
        assert!(page.contains(told), "{} is told: {page}", who.login);
    }
    assert!(!text(&get(&lab, &bystander, "/ban-lam-viec").await).contains(told));
    let page = text(&get(&lab, &approver, &work).await);
    assert!(page.contains(told) && page.contains("Bài còn thiếu hoặc có chỗ không còn đúng"), "{page}");
    let english = text(&get(&lab, &author, &format!("/en{work}/lich-su")).await);
    assert!(english.contains("could not publish as scheduled") && english.contains("no longer right"), "{english}");
    assert_eq!(lab.app.site.store.broken_audit().await.unwrap(), None);
}

#[tokio::test]
async fn a_job_that_failed_says_why_and_runs_when_somebody_asks() {
    let Office { lab, admin, author, approver } = office().await;
    let work = write(&lab, &author, "Chợ phiên").await;
    submit(&lab, &author, &work, "Chợ phiên").await;
    act(&lab, &approver, &work, "approve", &[]).await;
    act(&lab, &approver, &work, "schedule", &[("at", "2026-11-23T13:00")]).await;
    server::desk::jobs::round(&lab.app.site, Lane::Desk).await.unwrap();
    let job = lab.app.site.store.jobs().await.unwrap().into_iter().find(|job| job.kind == JobKind::Publish).unwrap();
    // Before its time it is no administrator's to publish.
    let path = format!("/ban-lam-viec/hang-doi/{}", job.id);
    assert!(!text(&get(&lab, &admin, "/ban-lam-viec/hang-doi").await).contains(&path));
    post(&lab, &admin, &path, &[]).await;
    let mut raw = raw(&lab).await;
    let due = |job: &server::store::desk::Job| job.due;
    for early in ["", "UPDATE job SET due = 0 WHERE kind = 'publish'"] {
        sqlx::raw_sql(early).execute(&mut raw).await.unwrap();
        server::desk::jobs::round(&lab.app.site, Lane::Desk).await.unwrap();
        assert_eq!(item(&lab, "Chợ phiên"), None);
        let again = lab.app.site.store.jobs().await.unwrap().into_iter().find(|job| job.kind == JobKind::Publish).unwrap();
        assert_eq!(due(&again), due(&job), "its time stays what it was");
    }
    sqlx::raw_sql("CREATE TABLE kept AS SELECT text FROM work; UPDATE work SET text = x'7b'").execute(&mut raw).await.unwrap();
    lab.time.store(NOW + 3_600, Ordering::SeqCst);
    server::desk::jobs::round(&lab.app.site, Lane::Desk).await.unwrap();
    let page = text(&get(&lab, &admin, "/ban-lam-viec/hang-doi").await);
    assert!(page.contains("Đã thử 1 lần, chưa được: Máy chủ gặp lỗi."), "{page}");
    let english = text(&get(&lab, &admin, "/en/ban-lam-viec/hang-doi").await);
    assert!(english.contains("Tried 1 times, without success: The server failed."), "{english}");
    // Mended, it still waits for its next try; but not where somebody presses the button.
    sqlx::raw_sql("UPDATE work SET text = (SELECT text FROM kept)").execute(&mut raw).await.unwrap();
    server::desk::jobs::round(&lab.app.site, Lane::Desk).await.unwrap();
    assert_eq!(item(&lab, "Chợ phiên"), None);
    assert_eq!(post(&lab, &admin, &path, &[]).await.status, StatusCode::SEE_OTHER);
    server::desk::jobs::round(&lab.app.site, Lane::Desk).await.unwrap();
    assert!(item(&lab, "Chợ phiên").is_some(), "it ran");
    assert!(!lab.app.site.store.jobs().await.unwrap().iter().any(|job| job.kind == JobKind::Publish));
}

#[tokio::test]
async fn a_text_that_was_changed_behind_the_desk_is_found_out() {
    let Office { lab, admin, author, approver } = office().await;
    let work = write(&lab, &author, "Tiêm sởi").await;
    submit(&lab, &author, &work, "Tiêm sởi").await;
    act(&lab, &approver, &work, "approve publish", &[]).await;
    let lines = lab.app.site.store.audit(None, None, 10).await.unwrap();
    let line = |action: &str| lines.iter().find(|line| line.action == action).unwrap().id;
    let mut raw = raw(&lab).await;
    let whole = text(&get(&lab, &admin, "/ban-lam-viec/nhat-ky").await);
    assert!(whole.contains("Nhật ký còn nguyên") && !whole.contains("không còn giống lúc ghi"), "{whole}");
    let other = "CAST(replace(CAST({} AS TEXT), 'Tiêm', 'Bán') AS BLOB)";
    for (table, column, found) in
        [("version", "text", line("create")), ("work", "text", line("approve")), ("work", "published", line("publish"))]
    {
        let other = other.replace("{}", column);
        let change = format!("CREATE TABLE kept AS SELECT {column} FROM {table}; UPDATE {table} SET {column} = {other}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(change)).execute(&mut raw).await.unwrap();
        assert_eq!(lab.app.site.store.broken_audit().await.unwrap(), None);
        assert_eq!(lab.app.site.store.untrue_text().await.unwrap(), Some(found), "{table}.{column}");
        let page = text(&get(&lab, &admin, "/ban-lam-viec/nhat-ky").await);
        assert!(page.contains(&format!("ở dòng {found} không còn giống lúc ghi")), "{page}");
        let back = format!("UPDATE {table} SET {column} = (SELECT {column} FROM kept); DROP TABLE kept");
        sqlx::raw_sql(sqlx::AssertSqlSafe(back)).execute(&mut raw).await.unwrap();
        assert_eq!(lab.app.site.store.untrue_text().await.unwrap(), None);
    }
}

#[tokio::test]
async fn only_what_people_scheduled_waits_for_what_a_fast_clock_said() {
    let lab = Lab::new().await;
    let (store, now) = (&lab.app.site.store, Time(NOW));
    let mut tx = store.begin().await.unwrap();
    for kind in [JobKind::Publish, JobKind::Links, JobKind::Encode, JobKind::Push] {
        tx.add_job(kind, 1, now.plus(30 * 86_400), now).await.unwrap();
    }
    for (kind, longest) in [(JobKind::Links, 7 * 86_400), (JobKind::Encode, 3_600), (JobKind::Push, 360)] {
        tx.add_job(kind, 2, now.plus(longest), now).await.unwrap();
    }
    tx.commit().await.unwrap();
    for (lane, expected) in
        [(Lane::Desk, None), (Lane::Away, Some("links:1".to_owned())), (Lane::Files, Some("encode:1".to_owned()))]
    {
        let due = store.due_jobs(lane, now, 20).await.unwrap();
        assert_eq!(due.iter().map(Job::key).collect::<Vec<_>>(), Vec::from_iter(expected), "{lane:?}");
    }
    let pushes = store.due_pushes(now).await.unwrap();
    assert_eq!(pushes.iter().map(|(job, _)| job.key()).collect::<Vec<_>>(), ["push:1"]);
}
