//! The desk as people use it: forms sent by hand, as a browser without scripts does.

mod lab;
mod office;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::editorial::Role;
use domain::route::Route;
use domain::words::Lang;
use lab::NOW;
use office::*;
use server::store::desk::Lane;
use std::sync::atomic::Ordering;
use tower::ServiceExt;

#[tokio::test]
async fn from_draft_to_phones_corrected_and_withdrawn() {
    let Office { lab, author, approver, .. } = office().await;
    let work = write(&lab, &author, "Tiêm sởi").await;
    assert_eq!(submit(&lab, &author, &work, "Tiêm sởi").await.status, StatusCode::SEE_OTHER);
    assert_eq!(act(&lab, &author, &work, "approve publish", &[]).await.status, StatusCode::FORBIDDEN, "no author approves");
    assert_eq!(item(&lab, "Tiêm sởi"), None);
    let page = text(&get(&lab, &approver, "/ban-lam-viec").await);
    assert!(page.contains("Đang chờ tôi") && page.contains("Tiêm sởi"), "{page}");

    // Sent back with a remark, mended, sent again.
    assert_eq!(act(&lab, &approver, &work, "send-back", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "no remark");
    assert_eq!(act(&lab, &approver, &work, "send-back", &[("words", "Ghi rõ ngày")]).await.status, StatusCode::SEE_OTHER);
    assert!(text(&get(&lab, &author, &work).await).contains("Ghi rõ ngày"));
    assert_eq!(submit(&lab, &author, &work, "Tiêm sởi ngày 28/11").await.status, StatusCode::SEE_OTHER);
    assert_eq!(act(&lab, &approver, &work, "approve publish", &[]).await.status, StatusCode::SEE_OTHER);
    let (id, revision) = item(&lab, "Tiêm sởi ngày 28/11").expect("phones have it");
    assert_eq!(revision, 1);

    // A correction says what it changes; until it is approved readers keep what they have.
    assert_eq!(act(&lab, &author, &work, "correct", &[]).await.status, StatusCode::SEE_OTHER);
    let answer = submit(&lab, &author, &work, "Tiêm sởi ngày 29/11").await;
    assert!(text(&answer).contains("Chưa có: Lần này sửa gì"), "{}", text(&answer));
    let version = field(&lab, &author, &work, "version").await;
    let mut form = article("Tiêm sởi ngày 29/11", "20044");
    form.extend([("version", version.as_str()), ("do", "submit"), ("change", "đổi ngày")]);
    assert_eq!(post(&lab, &author, &work, &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(item(&lab, "Tiêm sởi ngày 28/11"), Some((id, 1)));
    assert_eq!(act(&lab, &approver, &work, "approve publish", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(item(&lab, "Tiêm sởi ngày 29/11"), Some((id, 2)));
    let readers = text(&get(&lab, &Browser::default(), &Route::Item(id).path(Lang::Vi)).await);
    assert!(readers.contains("Đã sửa ngày 23/11/2026: đổi ngày"), "{readers}");

    // Withdrawn with a reason that readers see.
    assert_eq!(act(&lab, &author, &work, "withdraw", &[("words", "x")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(act(&lab, &approver, &work, "withdraw", &[("words", "Hết vắc xin")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(item(&lab, "Tiêm sởi ngày 29/11"), None);
    assert_eq!(lab.app.site.live.now().gone.get(&id).map(|gone| gone.reason.clone()), Some("Hết vắc xin".into()));

    let history = text(&get(&lab, &author, &format!("{work}/lich-su")).await);
    for step in
        ["bắt đầu bài", "gửi duyệt", "trả lại", "Ghi rõ ngày", "duyệt", "đăng", "bắt đầu bản sửa", "rút tin", "Hết vắc xin"]
    {
        assert!(history.contains(step), "{step} in {history}");
    }
    assert!(history.contains("<del>") && history.contains("<ins>"), "the difference is shown");
    assert_eq!(lab.app.site.store.broken_audit().await.unwrap(), None);
}

#[tokio::test]
async fn nobody_approves_what_he_wrote_or_has_not_read() {
    let Office { lab, admin, author, approver } = office().await;
    let second = invite(&lab, &admin, "thao.duyet", Role::Approver, A_LUOI_2).await;
    let work = write(&lab, &author, "Họp thôn").await;
    submit(&lab, &author, &work, "Họp thôn").await;
    let seen = field(&lab, &approver, &work, "seen").await;
    // The author saves something else while the approver reads.
    let version = field(&lab, &author, &format!("{work}?sua=1"), "version").await;
    let mut form = article("Họp thôn, đổi giờ", "20044");
    form.push(("version", &version));
    assert_eq!(post(&lab, &author, &work, &form).await.status, StatusCode::SEE_OTHER);
    let stale = post(&lab, &approver, &format!("{work}/buoc"), &[("do", "approve publish"), ("seen", &seen)]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(text(&stale).contains("Bài đã đổi sau khi bạn đọc"));
    // An approver who mends a comma becomes an author of it.
    let version = field(&lab, &approver, &format!("{work}?sua=1"), "version").await;
    let mut form = article("Họp thôn lúc 8 giờ", "20044");
    form.push(("version", &version));
    assert_eq!(post(&lab, &approver, &work, &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(act(&lab, &approver, &work, "approve", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(act(&lab, &second, &work, "approve", &[]).await.status, StatusCode::SEE_OTHER);
    // What was approved is these bytes: an edit sends it back to review.
    let version = field(&lab, &author, &format!("{work}?sua=1"), "version").await;
    let mut form = article("Họp thôn lúc 9 giờ", "20044");
    form.push(("version", &version));
    post(&lab, &author, &work, &form).await;
    assert_eq!(act(&lab, &second, &work, "publish", &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(lab.app.site.live.now().seq(), 0, "nothing was published");
}

#[tokio::test]
async fn the_second_save_overwrites_nothing() {
    let Office { lab, author, approver, .. } = office().await;
    let work = write(&lab, &author, "Nước sạch").await;
    let version = field(&lab, &author, &work, "version").await;
    let save = async |who: &Browser, title: &str| {
        let mut form = article(title, "20044");
        form.push(("version", &version));
        post(&lab, who, &work, &form).await
    };
    assert_eq!(save(&approver, "Nước sạch ở thôn 1").await.status, StatusCode::SEE_OTHER);
    let late = save(&author, "Nước sạch ở thôn 2").await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let page = text(&late);
    assert!(page.contains("value=\"Nước sạch ở thôn 2\""), "his own text is still in the form");
    let shown = difference(&page);
    assert_eq!(
        shown,
        ["− Tiêu đề: Nước sạch ở thôn 1", "+ Tiêu đề: Nước sạch ở thôn 2"],
        "what the other one saved stands above it"
    );
    let stored = text(&get(&lab, &author, &work).await);
    assert!(stored.contains("value=\"Nước sạch ở thôn 1\"") && !stored.contains("thôn 2"));
    // The form that came back knows the other version: saved again, it is a decision.
    let version = between(&page, "name=\"version\" value=\"", "\"").to_owned();
    let mut form = article("Nước sạch ở thôn 1 và 2", "20044");
    form.push(("version", &version));
    assert_eq!(post(&lab, &author, &work, &form).await.status, StatusCode::SEE_OTHER);
    // The script is told the same in its own way.
    let json = send(&lab, &author, "POST", &work, &form, &[("accept", "application/json")]).await;
    assert_eq!(json.status, StatusCode::OK, "the same text again is no conflict");
    form[5] = ("title.vi", "Khác");
    let json = send(&lab, &author, "POST", &work, &form, &[("accept", "application/json")]).await;
    assert_eq!((json.status, text(&json).contains("\"overtaken\"")), (StatusCode::CONFLICT, true));
}

/// What a page shows as the difference between two texts, one line each.
fn difference(page: &str) -> Vec<String> {
    let shown = between(page, "<div class=\"df\">", "</div>").replace("<b>", "").replace("</b>", "").replace("<ins>", "<del>");
    shown.replace("</ins>", "").replace("</del>", "").split("<del>").skip(1).map(str::to_owned).collect()
}

#[tokio::test]
async fn whoever_saves_second_is_shown_all_that_he_would_take_away() {
    let Office { lab, author, approver, .. } = office().await;
    let work = write(&lab, &author, "Nước sạch").await;
    let version = field(&lab, &author, &work, "version").await;
    let fields =
        [("version", version.as_str()), ("expires", ""), ("issued", "mai"), ("document", ""), ("lang", "en"), ("title.en", "")];
    let mut form = [article("Nước sạch", "20044"), fields.to_vec()].concat();
    form[7].1 = "Mang theo can.";
    let mut theirs = form.clone();
    for (name, value) in theirs.iter_mut() {
        match *name {
            "summary.vi" => *value = "Chiều Chủ nhật ở nhà văn hoá.",
            "text.vi" => *value = TEXT,
            "expires" => *value = "2026-12-24T17:00",
            "issued" => *value = "2025-11-20",
            "document" => *value = "12/TB-UBND",
            "title.en" => *value = "Clean water",
            _ => {}
        }
    }
    assert_eq!(post(&lab, &approver, &work, &theirs).await.status, StatusCode::SEE_OTHER);
    let late = post(&lab, &author, &work, &form).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let shown = difference(&text(&late));
    for line in [
        "− Tóm tắt: Chiều Chủ nhật ở nhà văn hoá.",
        "+ Tóm tắt: Sáng thứ Bảy ở trạm y tế.",
        "− Hết hiệu lực: 17:00, Thứ Năm 24/12",
        "− Ngày ban hành: Thứ Năm 20/11/2025",
        "+ Ngày ban hành: mai",
        "− Số văn bản: 12/TB-UBND",
        "− Tiêu đề: Clean water",
        "− Mang theo sổ tiêm.",
        "+ Mang theo can.",
    ] {
        assert!(shown.iter().any(|found| found == line), "{line} in {shown:#?}");
    }
    assert!(!shown.iter().any(|line| line.contains("Nước sạch")), "what is the same is not shown: {shown:#?}");
}

#[tokio::test]
async fn what_was_typed_survives_a_session_that_ended() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Bài dài").await;
    let mut form = article("Bài rất dài <b>", "20044");
    form.push(("version", "1"));
    lab.time.fetch_add(13 * 3_600, Ordering::SeqCst);
    let answer = post(&lab, &author, &work, &form).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let page = text(&answer);
    assert!(page.contains("Bài rất dài &lt;b&gt;") && page.contains(&format!("action=\"{work}\"")), "{page}");
    // Signed in again, the same form is taken.
    let again = sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", text(&again));
    let author = Browser { cookie: cookie(&again), ..author };
    assert_eq!(post(&lab, &author, &work, &form).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_is_scheduled_goes_out_by_itself_once() {
    let Office { lab, author, approver, .. } = office().await;
    let work = write(&lab, &author, "Chợ phiên").await;
    submit(&lab, &author, &work, "Chợ phiên").await;
    assert_eq!(act(&lab, &approver, &work, "approve", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        act(&lab, &approver, &work, "schedule", &[("at", "2026-11-22T12:00")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(act(&lab, &approver, &work, "schedule", &[("at", "2026-11-23T18:00")]).await.status, StatusCode::SEE_OTHER);
    server::desk::jobs::round(&lab.app.site, Lane::Desk).await.unwrap();
    assert_eq!(item(&lab, "Chợ phiên"), None, "not before its time");
    lab.time.store(NOW + 6 * 3_600, Ordering::SeqCst);
    let lab = lab.again().await;
    server::desk::jobs::round(&lab.app.site, Lane::Desk).await.unwrap();
    let seq = lab.app.site.live.now().seq();
    assert_eq!(item(&lab, "Chợ phiên").map(|(_, revision)| revision), Some(1), "after a restart too");
    server::desk::jobs::round(&lab.app.site, Lane::Desk).await.unwrap();
    assert_eq!(lab.app.site.live.now().seq(), seq);
    assert!(lab.app.site.store.jobs().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_text_that_changed_does_not_go_out_as_scheduled() {
    let Office { lab, author, approver, .. } = office().await;
    let work = write(&lab, &author, "Chợ phiên").await;
    submit(&lab, &author, &work, "Chợ phiên").await;
    act(&lab, &approver, &work, "approve", &[]).await;
    act(&lab, &approver, &work, "schedule", &[("at", "2026-11-23T18:00")]).await;
    let version = field(&lab, &author, &format!("{work}?sua=1"), "version").await;
    let mut form = article("Chợ phiên khác", "20044");
    form.push(("version", &version));
    assert_eq!(post(&lab, &author, &work, &form).await.status, StatusCode::SEE_OTHER);
    lab.time.store(NOW + 6 * 3_600, Ordering::SeqCst);
    server::desk::jobs::round(&lab.app.site, Lane::Desk).await.unwrap();
    assert_eq!(lab.app.site.live.now().seq(), 0);
}

#[tokio::test]
async fn no_other_site_sends_forms() {
    let Office { lab, author, .. } = office().await;
    let form = article("Từ nơi khác", "20044");
    // Browsers without `Sec-Fetch-Site` are judged by their `Origin` alone.
    for foreign in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("dnt", "1")] {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
        let request = Request::post("/ban-lam-viec/viec")
            .header("host", "desk.example")
            .header(foreign.0, foreign.1)
            .header("origin", "https://evil.example")
            .header("cookie", &author.cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        let response = lab.app.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
    }
    assert_eq!(post(&lab, &author, "/", &form).await.status, StatusCode::METHOD_NOT_ALLOWED, "readers' pages take no forms");
    let page = get(&lab, &author, "/ban-lam-viec").await;
    assert!(page.header("content-security-policy").contains("script-src 'self';"));
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn nothing_typed_becomes_markup() {
    let Office { lab, author, approver, admin } = office().await;
    let hostile = "</textarea><script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let mut form = article(hostile, "20044");
    for (name, value) in form.iter_mut() {
        if name.contains('.') || *name == "source" {
            *value = hostile;
        }
    }
    form.extend([
        ("document", hostile),
        ("source_url", hostile),
        ("supersedes", hostile),
        ("online", hostile),
        ("change", hostile),
    ]);
    let answer = post(&lab, &author, "/ban-lam-viec/viec", &form).await;
    let work = answer.header("location").to_owned();
    for path in
        [work.clone(), format!("{work}/xem"), format!("{work}/lich-su"), "/ban-lam-viec".into(), "/ban-lam-viec/viec".into()]
    {
        let page = text(&get(&lab, &author, &path).await);
        assert!(!page.contains("<script>") && !page.contains("<img src=x"), "{path}: {page}");
        assert!(page.contains("&lt;script&gt;"), "{path} shows it as text");
    }
    let page = text(&get(&lab, &approver, &work).await);
    assert!(!page.contains("<script>"));
    let invited = post(&lab, &admin, "/ban-lam-viec/nguoi/moi", &[("name", hostile), ("role", "author"), ("place", "46")]).await;
    assert!(!text(&invited).contains("<script>"));
    let pasted = post(
        &lab,
        &author,
        "/ban-lam-viec/dan",
        &[("html", "<p>Một<script>x</script></p><ul><li>hai<li><b>ba</b></ul><h2>Bốn</h2>")],
    )
    .await;
    assert_eq!(text(&pasted), r###"{"text":"Một\n\n- hai\n- **ba**\n\n## Bốn"}"###);
}

#[tokio::test]
async fn an_audit_line_stays_as_it_is() {
    let Office { lab, author, .. } = office().await;
    write(&lab, &author, "Tin").await;
    assert_eq!(lab.app.site.store.broken_audit().await.unwrap(), None);
    let mut raw = raw(&lab).await;
    for change in ["UPDATE audit SET actor = 1", "DELETE FROM audit"] {
        let refused = sqlx::raw_sql(change).execute(&mut raw).await.unwrap_err();
        assert!(refused.to_string().contains("audit lines stay"), "{refused}");
    }
    // Whoever takes the trigger away is found out all the same.
    sqlx::raw_sql("DROP TRIGGER audit_stays; UPDATE audit SET words = 'x' WHERE id = 2").execute(&mut raw).await.unwrap();
    assert_eq!(lab.app.site.store.broken_audit().await.unwrap(), Some(2));
}
