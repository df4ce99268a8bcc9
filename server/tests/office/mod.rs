//! An office with people in it: an administrator, an author and an approver, each with a browser.
#![allow(dead_code, reason = "each test file uses a part of it")]

use super::lab::{Answer, Lab};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::content::{ItemId, PlaceCode, Time};
use domain::editorial::{Grant, Role, Stage};
use http_body_util::BodyExt;
use server::store::desk::{List, Listed, Person};
use std::sync::atomic::Ordering;
use tower::ServiceExt;

pub const A_LUOI_2: u32 = 20044;
pub const A_LUOI_3: u32 = 20050;
pub const PASSWORD: &str = "con trâu qua suối lúc mờ sáng";

/// Somebody with a browser.
#[derive(Clone, Default)]
pub struct Browser {
    pub cookie: String,
    pub secret: Vec<u8>,
    pub login: String,
    pub codes: Vec<String>,
}

pub async fn send(lab: &Lab, who: &Browser, method: &str, path: &str, form: &[(&str, &str)], more: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let mut request =
        Request::builder().method(method).uri(path).header("host", "desk.example").header("sec-fetch-site", "same-origin");
    if method == "POST" {
        request = request.header("content-type", "application/x-www-form-urlencoded");
    }
    if !who.cookie.is_empty() {
        request = request.header("cookie", &who.cookie);
    }
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    let response = lab.app.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes().to_vec() }
}

pub async fn get(lab: &Lab, who: &Browser, path: &str) -> Answer {
    send(lab, who, "GET", path, &[], &[]).await
}

pub async fn post(lab: &Lab, who: &Browser, path: &str, form: &[(&str, &str)]) -> Answer {
    send(lab, who, "POST", path, form, &[]).await
}

pub fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1.split_once(after).unwrap().0
}

pub fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

pub fn code(lab: &Lab, secret: &[u8], later: i64) -> String {
    let totp = totp_rs::Builder::new().with_secret(secret.to_vec()).with_account_name("x").build().unwrap();
    totp.generate((lab.time.load(Ordering::SeqCst) + later) as u64).to_string()
}

/// Follows an invitation.
pub async fn join(lab: &Lab, link: &str, login: &str) -> Browser {
    let path = &link[link.find("/ban-lam-viec").unwrap()..];
    let page = text(&get(lab, &Browser::default(), path).await);
    let typed = between(&page, "<code class=\"sc\">", "</code>").replace(' ', "");
    let secret = totp_rs::Secret::try_from_base32(typed).unwrap();
    let secret: Vec<u8> = AsRef::<[u8]>::as_ref(&secret).to_vec();
    let code = code(lab, &secret, 0);
    let form = [("name", login), ("login", login), ("password", PASSWORD), ("repeat", PASSWORD), ("code", &code)];
    let answer = post(lab, &Browser::default(), path, &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", text(&answer));
    let page = text(&answer);
    let codes: Vec<String> =
        page.split("<li><code>").skip(1).map(|rest| rest.split("</code>").next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 8);
    Browser { cookie: cookie(&answer), secret, login: login.into(), codes }
}

pub async fn administrator(lab: &Lab) -> Browser {
    let link = server::desk::first_link(&lab.app.site, "Quản trị").await.unwrap();
    join(lab, &link, "quan.tri").await
}

pub async fn invite(lab: &Lab, admin: &Browser, login: &str, role: Role, place: u32) -> Browser {
    let form = [("name", login), ("role", role.name()), ("place", &place.to_string())];
    let page = text(&post(lab, admin, "/ban-lam-viec/nguoi/moi", &form).await);
    let link = between(&page, "value=\"http", "\"").to_owned();
    join(lab, &link, login).await
}

pub struct Office {
    pub lab: Lab,
    pub admin: Browser,
    pub author: Browser,
    pub approver: Browser,
}

pub async fn office() -> Office {
    office_in(Lab::new().await).await
}

pub async fn office_in(lab: Lab) -> Office {
    let admin = administrator(&lab).await;
    let author = invite(&lab, &admin, "lan.viet", Role::Author, A_LUOI_2).await;
    let approver = invite(&lab, &admin, "huy.duyet", Role::Approver, A_LUOI_2).await;
    Office { lab, admin, author, approver }
}

pub const TEXT: &str = "Mang theo sổ tiêm.\n\n1. Đến trước 9 giờ\n2. Chờ 30 phút\n\n[gọi 115] Cấp cứu";

pub fn article<'a>(title: &'a str, place: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("kind", "bulletin"),
        ("main-topic", "1"),
        ("place", place),
        ("source", "Trạm y tế A Lưới 2"),
        ("lang", "vi"),
        ("title.vi", title),
        ("summary.vi", "Sáng thứ Bảy ở trạm y tế."),
        ("text.vi", TEXT),
    ]
}

pub async fn write(lab: &Lab, who: &Browser, title: &str) -> String {
    let answer = post(lab, who, "/ban-lam-viec/viec", &article(title, "20044")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", text(&answer));
    answer.header("location").to_owned()
}

pub async fn sign_in(lab: &Lab, who: &Browser, password: &str, code: &str) -> Answer {
    let form = [("login", who.login.as_str()), ("password", password), ("code", code)];
    post(lab, &Browser::default(), "/ban-lam-viec/vao", &form).await
}

/// What the form of a page would send back.
pub async fn field(lab: &Lab, who: &Browser, path: &str, name: &str) -> String {
    let page = text(&get(lab, who, path).await);
    between(&page, &format!("name=\"{name}\" value=\""), "\"").to_owned()
}

pub async fn submit(lab: &Lab, who: &Browser, work: &str, title: &str) -> Answer {
    let version = field(lab, who, work, "version").await;
    let mut form = article(title, "20044");
    form.extend([("version", version.as_str()), ("do", "submit")]);
    post(lab, who, work, &form).await
}

/// Somebody with these roles, as the store knows him.
pub fn person(id: i64, grants: Vec<Grant>) -> Person {
    Person { id, login: String::new(), name: String::new(), grants, disabled: false, since: Time(0), seen: Time(0) }
}

pub async fn person_of(lab: &Lab, login: &str) -> Person {
    lab.app.site.store.people().await.unwrap().into_iter().find(|person| person.login == login).unwrap()
}

/// Gives somebody these roles and no others, as they may stand in an older store.
pub async fn set(lab: &Lab, login: &str, grants: &[Grant]) {
    let id = person_of(lab, login).await.id;
    let mut tx = lab.app.site.store.begin().await.unwrap();
    tx.set_grants(id, grants).await.unwrap();
    tx.commit().await.unwrap();
}

/// Every work at some stages, the last changed first.
pub async fn works(lab: &Lab, stages: &[Stage]) -> Vec<Listed> {
    let all = person(0, vec![Grant { role: Role::Administrator, place: PlaceCode(46), topics: Vec::new() }]);
    lab.app.site.store.works(&all, List::Found { stages, words: "" }, None, 100_000).await.unwrap()
}

/// Takes a step from the page that shows it.
pub async fn act(lab: &Lab, who: &Browser, work: &str, what: &str, more: &[(&str, &str)]) -> Answer {
    let page = text(&get(lab, who, work).await);
    let seen = page.split_once("name=\"seen\" value=\"").map_or("", |(_, rest)| rest.split('"').next().unwrap()).to_owned();
    let form = [&[("do", what), ("seen", seen.as_str())], more].concat();
    post(lab, who, &format!("{work}/buoc"), &form).await
}

/// Brings a file as a form with one does.
pub async fn upload(lab: &Lab, who: &Browser, work: &str, file: &[u8], fields: &[(&str, &str)]) -> Answer {
    let work = work.split('?').next().unwrap();
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    body.extend(
        b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Type: application/octet-stream\r\n\r\n",
    );
    body.extend(file);
    body.extend(b"\r\n--x--\r\n");
    let mut request = Request::post(format!("{work}/tep")).header("host", "desk.example").header("sec-fetch-site", "same-origin");
    request = request.header("content-type", "multipart/form-data; boundary=x");
    if !who.cookie.is_empty() {
        request = request.header("cookie", &who.cookie);
    }
    let response = lab.app.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes().to_vec() }
}

/// Every address of the desk as its door tells them apart: method, and path with `_` for what differs.
pub fn addresses() -> Vec<String> {
    let door = include_str!("../../src/desk/mod.rs");
    let pattern = |(method, rest): (&str, &str)| {
        let (parts, _) = rest.split_once("])").unwrap();
        let part = |part: &str| part.trim().strip_prefix('"').map_or("_", |part| part.trim_end_matches('"')).to_owned();
        let parts: Vec<String> = parts.split(',').map(part).collect();
        let path = if parts == ["_"] && rest.starts_with(']') { String::new() } else { parts.join("/") };
        format!("{method} {path}")
    };
    let posts = door.split("(true, [").skip(1).map(|rest| pattern(("POST", rest)));
    let gets = door.split("(false, [").skip(1).map(|rest| pattern(("GET", rest)));
    posts.chain(gets).collect()
}

/// The database behind the desk's back.
pub async fn raw(lab: &Lab) -> sqlx::SqliteConnection {
    let file = lab.data().join(server::store::FILE);
    <sqlx::SqliteConnection as sqlx::Connection>::connect(&format!("sqlite://{}", file.display())).await.unwrap()
}

/// What readers have under a title: its id and revision.
pub fn item(lab: &Lab, title: &str) -> Option<(ItemId, u16)> {
    let snapshot = lab.app.site.live.now();
    let found = snapshot.cards().find(|card| card.headlines[0].title == title);
    found.map(|card| (card.id, card.revision))
}
