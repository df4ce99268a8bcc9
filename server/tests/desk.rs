//! The desk as people use it: forms sent by hand, as a browser without scripts does.

mod lab;
mod office;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::content::{ItemId, PlaceCode};
use domain::editorial::{Action, Grant, Role, Scope, allowed};
use domain::route::Route;
use domain::words::Lang;
use lab::{Answer, Lab, NOW};
use office::*;
use std::sync::atomic::Ordering;
use tower::ServiceExt;

/// What the form of a page would send back.
async fn field(lab: &Lab, who: &Browser, path: &str, name: &str) -> String {
    let page = text(&get(lab, who, path).await);
    between(&page, &format!("name=\"{name}\" value=\""), "\"").to_owned()
}

async fn act(lab: &Lab, who: &Browser, work: &str, what: &str, more: &[(&str, &str)]) -> Answer {
    let page = text(&get(lab, who, work).await);
    let seen = page.split_once("name=\"seen\" value=\"").map_or("", |(_, rest)| rest.split('"').next().unwrap()).to_owned();
    let form = [&[("do", what), ("seen", seen.as_str())], more].concat();
    post(lab, who, &format!("{work}/buoc"), &form).await
}

async fn submit(lab: &Lab, who: &Browser, work: &str, title: &str) -> Answer {
    let version = field(lab, who, work, "version").await;
    let mut form = article(title, "20044");
    form.extend([("version", version.as_str()), ("do", "submit")]);
    post(lab, who, work, &form).await
}

fn item(lab: &Lab, title: &str) -> Option<(ItemId, u16)> {
    let snapshot = lab.app.site.live.now();
    let found = snapshot.cards().find(|card| card.headlines[0].title == title);
    found.map(|card| (card.id, card.revision))
}

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
    assert!(page.contains("Nước sạch ở thôn 1"), "the other one's text stands above it");
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

async fn sign_in(lab: &Lab, who: &Browser, password: &str, code: &str) -> Answer {
    let form = [("login", who.login.as_str()), ("password", password), ("code", code)];
    post(lab, &Browser::default(), "/ban-lam-viec/vao", &form).await
}

#[tokio::test]
async fn only_all_of_it_opens_the_door() {
    let Office { lab, author, .. } = office().await;
    lab.time.fetch_add(60, Ordering::SeqCst);
    let right = code(&lab, &author.secret, 0);
    let wrong = if right == "123456" { "654321" } else { "123456" };
    assert_eq!(sign_in(&lab, &author, PASSWORD, wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sign_in(&lab, &author, "con trâu qua suối lúc chập tối", &right).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let nobody = Browser { login: "khong.co".into(), ..author.clone() };
    let (known, unknown) = (sign_in(&lab, &author, "x", wrong).await, sign_in(&lab, &nobody, "x", wrong).await);
    assert_eq!(text(&known).replace("lan.viet", ""), text(&unknown).replace("khong.co", ""), "nobody learns who has an account");
    let entered = sign_in(&lab, &author, PASSWORD, &right).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    let set = entered.header("set-cookie");
    for part in ["__Host-bantin=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(part), "{part} in {set}");
    }
    assert_eq!(sign_in(&lab, &author, PASSWORD, &right).await.status, StatusCode::UNPROCESSABLE_ENTITY, "a code works once");
    // A code on paper works once too, however it is typed.
    let paper = author.codes[0].to_uppercase().replace('-', " ");
    assert_eq!(sign_in(&lab, &author, PASSWORD, &paper).await.status, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&lab, &author, PASSWORD, &paper).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Guessing has to wait, but never locks out whoever has the authenticator.
    for _ in 0..8 {
        sign_in(&lab, &author, "x", wrong).await;
    }
    assert!(text(&sign_in(&lab, &author, PASSWORD, &author.codes[1]).await).contains("Hãy chờ"));
    lab.time.fetch_add(60, Ordering::SeqCst);
    assert_eq!(sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn rights_that_are_taken_away_are_gone_at_once() {
    let Office { lab, admin, author, .. } = office().await;
    let work = write(&lab, &author, "Tin").await;
    let people = lab.app.site.store.people().await.unwrap();
    let id = people.iter().find(|person| person.login == "lan.viet").unwrap().id;
    let form = [("do", "remove"), ("role", "author"), ("place", "20044")];
    assert_eq!(post(&lab, &admin, &format!("/ban-lam-viec/nguoi/{id}"), &form).await.status, StatusCode::SEE_OTHER);
    let mut form = article("Tin khác", "20044");
    form.push(("version", "1"));
    assert_eq!(post(&lab, &author, &work, &form).await.status, StatusCode::FORBIDDEN);
    // A disabled account has no session any more.
    assert_eq!(
        post(&lab, &admin, &format!("/ban-lam-viec/nguoi/{id}"), &[("do", "disable")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(text(&get(&lab, &author, "/ban-lam-viec").await).contains("Đăng nhập"));
    lab.time.fetch_add(60, Ordering::SeqCst);
    let refused = sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The last administrator cannot lock everyone out.
    let me = people.iter().find(|person| person.login == "quan.tri").unwrap().id;
    let form = [("do", "remove"), ("role", "administrator"), ("place", "46")];
    assert_eq!(post(&lab, &admin, &format!("/ban-lam-viec/nguoi/{me}"), &form).await.status, StatusCode::FORBIDDEN);
    assert_eq!(get(&lab, &admin, "/ban-lam-viec/nguoi").await.status, StatusCode::OK);
}

#[tokio::test]
async fn one_session_ends_another() {
    let Office { lab, author, .. } = office().await;
    lab.time.fetch_add(60, Ordering::SeqCst);
    let second = sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await;
    let second = Browser { cookie: cookie(&second), ..author.clone() };
    let session = field(&lab, &second, "/ban-lam-viec/toi", "session").await;
    assert_eq!(post(&lab, &second, "/ban-lam-viec/toi/phien", &[("session", &session)]).await.status, StatusCode::SEE_OTHER);
    assert!(text(&get(&lab, &author, "/ban-lam-viec").await).contains("name=\"login\""), "the first one is out");
    assert!(!text(&get(&lab, &second, "/ban-lam-viec").await).contains("name=\"login\""));
    post(&lab, &second, "/ban-lam-viec/ra", &[]).await;
    assert!(text(&get(&lab, &second, "/ban-lam-viec").await).contains("name=\"login\""));
}

#[tokio::test]
async fn an_invitation_works_once_and_not_for_ever() {
    let lab = Lab::new().await;
    let link = server::desk::first_link(&lab.app.site, "A").await.unwrap();
    join(&lab, &link, "mot").await;
    assert_eq!(get(&lab, &Browser::default(), &link).await.status, StatusCode::GONE);
    let late = server::desk::first_link(&lab.app.site, "B").await.unwrap();
    lab.time.fetch_add(86_401, Ordering::SeqCst);
    assert_eq!(get(&lab, &Browser::default(), &late).await.status, StatusCode::GONE);
    assert_eq!(get(&lab, &Browser::default(), "/ban-lam-viec/moi/abc").await.status, StatusCode::GONE);
    // A login is taken once, also in another spelling.
    let next = server::desk::first_link(&lab.app.site, "C").await.unwrap();
    let page = text(&get(&lab, &Browser::default(), &next).await);
    let typed = between(&page, "<code class=\"sc\">", "</code>").replace(' ', "");
    let secret = totp_rs::Secret::try_from_base32(typed).unwrap();
    let code = code(&lab, AsRef::<[u8]>::as_ref(&secret), 0);
    let form = [("name", "C"), ("login", "Một"), ("password", PASSWORD), ("repeat", PASSWORD), ("code", &code)];
    let answer = post(&lab, &Browser::default(), &next, &form).await;
    assert!(text(&answer).contains("đã có người dùng"), "{}", text(&answer));
    assert_eq!(get(&lab, &Browser::default(), &next).await.status, StatusCode::OK, "the link still works");
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
    server::desk::jobs::round(&lab.app.site, false).await.unwrap();
    assert_eq!(item(&lab, "Chợ phiên"), None, "not before its time");
    lab.time.store(NOW + 6 * 3_600, Ordering::SeqCst);
    let lab = lab.again().await;
    server::desk::jobs::round(&lab.app.site, false).await.unwrap();
    let seq = lab.app.site.live.now().seq();
    assert_eq!(item(&lab, "Chợ phiên").map(|(_, revision)| revision), Some(1), "after a restart too");
    server::desk::jobs::round(&lab.app.site, false).await.unwrap();
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
    server::desk::jobs::round(&lab.app.site, false).await.unwrap();
    assert_eq!(lab.app.site.live.now().seq(), 0);
}

#[tokio::test]
async fn no_other_site_sends_forms() {
    let Office { lab, author, .. } = office().await;
    let form = article("Từ nơi khác", "20044");
    for foreign in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")] {
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
    let file = lab.data().join(server::store::FILE);
    let mut raw = <sqlx::SqliteConnection as sqlx::Connection>::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    for change in ["UPDATE audit SET actor = 1", "DELETE FROM audit"] {
        let refused = sqlx::raw_sql(change).execute(&mut raw).await.unwrap_err();
        assert!(refused.to_string().contains("audit lines stay"), "{refused}");
    }
    // Whoever takes the trigger away is found out all the same.
    sqlx::raw_sql("DROP TRIGGER audit_stays; UPDATE audit SET words = 'x' WHERE id = 2").execute(&mut raw).await.unwrap();
    assert_eq!(lab.app.site.store.broken_audit().await.unwrap(), Some(2));
}

/// Every role, inside and outside its scope, on every address: what the table does not allow is refused.
#[tokio::test]
async fn the_matrix_of_rights() {
    let lab = Lab::new().await;
    let admin = administrator(&lab).await;
    let writer = invite(&lab, &admin, "nguoi.viet", Role::Author, A_LUOI_2).await;
    let outsider = Browser::default();
    let feed: Vec<(&'static str, String)> =
        vec![("url", "https://tin.example/rss".into()), ("name", "Báo".into()), ("place", "20044".into()), ("topic", "1".into())];
    let sent: Vec<(&str, &str)> = feed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(post(&lab, &writer, "/ban-lam-viec/nguon", &sent).await.status, StatusCode::SEE_OTHER);
    let source = format!("/ban-lam-viec/nguon/{}", lab.app.site.store.sources().await.unwrap()[0].id);
    let mut tried = 0;
    for role in Role::ALL {
        for (n, place) in [A_LUOI_2, A_LUOI_3].into_iter().enumerate() {
            let who = invite(&lab, &admin, &format!("{}{n}", role.name()), role, place).await;
            let grants = [Grant { role, place: PlaceCode(place), topics: Vec::new() }];
            let here = [PlaceCode(A_LUOI_2)];
            let scope = Scope { places: &here, topics: &[1] };
            let may = |action| allowed(&grants, action, scope);
            let there = [PlaceCode(place)];
            let own = Scope { places: &there, topics: &[1] };
            let everywhere = |action| allowed(&grants, action, Scope::ALL);
            // A fresh work in review, for each role.
            let work = write(&lab, &writer, "Bài chung").await;
            submit(&lab, &writer, &work, "Bài chung").await;
            let seen = {
                let id: i64 = work.rsplit('/').next().unwrap().split('?').next().unwrap().parse().unwrap();
                let work = lab.app.site.store.work(id).await.unwrap().unwrap();
                work.hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
            };
            let work = work.split('?').next().unwrap().to_owned();
            let mut check = |path: String, form: Option<Vec<(&'static str, String)>>, expected: bool| {
                tried += 1;
                (path, form, expected)
            };
            let step =
                |action: &str| Some(vec![("do", action.to_owned()), ("seen", seen.clone()), ("words", "vì thế".to_owned())]);
            let sees = may(Action::Read);
            let cases = [
                check("/ban-lam-viec".into(), None, true),
                check("/ban-lam-viec/viec".into(), None, true),
                check("/ban-lam-viec/toi".into(), None, true),
                check("/ban-lam-viec/nguoi".into(), None, everywhere(Action::ManagePeople)),
                check("/ban-lam-viec/nhat-ky".into(), None, everywhere(Action::ReadAudit)),
                check("/ban-lam-viec/hang-doi".into(), None, everywhere(Action::ManageJobs)),
                check(
                    "/ban-lam-viec/nguoi/moi".into(),
                    Some(vec![("name", "x".into()), ("role", "author".into()), ("place", "46".into())]),
                    everywhere(Action::ManagePeople),
                ),
                check(
                    "/ban-lam-viec/nguoi/1".into(),
                    Some(vec![("do", "add".into()), ("role", "author".into()), ("place", "46".into())]),
                    everywhere(Action::ManagePeople),
                ),
                check("/ban-lam-viec/hang-doi/1".into(), Some(Vec::new()), everywhere(Action::ManageJobs)),
                check("/ban-lam-viec/nguon".into(), None, allowed(&grants, Action::Bring, own)),
                check("/ban-lam-viec/nguon".into(), Some(feed.clone()), may(Action::Bring)),
                check(source.clone(), Some(vec![("do", "pause".into())]), may(Action::Bring)),
                check(work.clone(), None, sees),
                check(format!("{work}/xem"), None, sees),
                check(format!("{work}/lich-su"), None, sees),
                check(format!("/ban-lam-viec/viec/moi?tu={}", work.rsplit('/').next().unwrap()), None, sees),
                // None of them wrote it.
                check(format!("{work}/buoc"), step("take-back"), false),
            ];
            for (path, form, expected) in cases {
                let answer = match &form {
                    Some(form) => {
                        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                        post(&lab, &who, &path, &form).await
                    }
                    None => get(&lab, &who, &path).await,
                };
                let done = answer.status.is_success() || answer.status == StatusCode::SEE_OTHER;
                assert_eq!(done, expected, "{role:?} of {place} at {path}: {}", answer.status);
                assert!(done || matches!(answer.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND), "{}", answer.status);
                let stranger = match &form {
                    Some(_) => post(&lab, &outsider, &path, &[("a", "b")]).await,
                    None => get(&lab, &outsider, &path).await,
                };
                assert!(text(&stranger).contains("Đăng nhập") || stranger.status == StatusCode::UNAUTHORIZED, "{path} to nobody");
            }
            // Steps one after another, as far as they are allowed.
            for (name, action) in [("approve", Action::Approve), ("publish", Action::Publish), ("withdraw", Action::Withdraw)] {
                let form: Vec<(&str, String)> = step(name).unwrap();
                let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let answer = post(&lab, &who, &format!("{work}/buoc"), &form).await;
                assert_eq!(answer.status == StatusCode::SEE_OTHER, may(action), "{role:?} of {place}: {name} {}", answer.status);
                tried += 1;
            }
            let mut form = article("Của người khác", "20044");
            form.push(("version", "1"));
            let answer = post(&lab, &who, "/ban-lam-viec/viec", &form).await;
            assert_eq!(answer.status == StatusCode::SEE_OTHER, may(Action::Write), "{role:?} of {place} writes");
        }
    }
    assert_eq!(tried, Role::ALL.len() * 2 * 20);
}
