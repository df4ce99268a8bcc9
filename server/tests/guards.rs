//! What holds for every address: what browsers must refuse, which methods there are, who may read the files behind it.

mod lab;
mod office;

use axum::http::StatusCode;
use domain::instance::instance;
use domain::route::item_path;
use domain::words::Lang;
use lab::{Answer, Lab};
use office::*;
use server::{App, Options};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const DESK: &str = "/ban-lam-viec";

/// One of each kind of address there is: as the sources of the router name them, and as people and phones ask for them.
async fn every_address(lab: &Lab, work: &str) -> Vec<String> {
    let sources = [include_str!("../src/router.rs"), include_str!("../src/pages/feeds.rs")];
    let named = sources.iter().flat_map(|text| text.split(".route(\"").skip(1)).filter_map(|rest| rest.split('"').next());
    let mut all: Vec<String> = named.map(|path| path.replace("{*rest}", "head").replace("{file}", "x.avif")).collect();
    assert!(all.len() >= 6, "{all:?}");
    all.extend(server::api::ROUTES.map(|path| path.replace("{id}", "x")));
    let item = lab.app.site.live.now().items.values().next().unwrap().card.clone();
    all.extend([item_path(&item, Lang::Vi), item_path(&item, Lang::En)]);
    let place = &instance().places[1].slug;
    let others = [
        "/",
        "/en",
        "/noi",
        "/tim?q=tin",
        "/canh-bao",
        "/khong-co",
        "/khong-co.js",
        "/sync",
        "/api/x",
        "/sync/trust",
        "/nhung/canh-bao",
    ];
    all.extend(others.map(str::to_owned));
    let more = ["/nhan-canh-bao", "/cay-goi", "/feed.xml", "/canh-bao.ics", "/cap", "/manifest.webmanifest", "/sw.js"];
    all.extend(more.map(str::to_owned));
    all.push(format!("/noi/{place}"));
    let gets = addresses().into_iter().filter_map(|address| address.strip_prefix("GET ").map(str::to_owned));
    all.extend(gets.map(|path| format!("{DESK}/{}", path.replace('_', "1")).trim_end_matches('/').to_owned()));
    all.extend([work.to_owned(), format!("{DESK}/khong-co"), format!("{DESK}/moi/abc"), format!("/en{DESK}")]);
    all
}

/// An office whose server knows its address, with something published and something in hand.
async fn open() -> (Office, String) {
    let lab = Lab::with(|options| Options { origin: Some("https://desk.example".into()), ..options }).await;
    lab.import(&[lab::article(1)]).await;
    let office = office_in(lab).await;
    let work = write(&office.lab, &office.author, "Tiêm sởi").await;
    (office, work)
}

fn is_guarded(path: &str, answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
    if !answer.header("content-type").starts_with("text/html") {
        return;
    }
    let policy = answer.header("content-security-policy");
    for part in ["default-src 'none'", "base-uri 'none'", "frame-ancestors "] {
        assert!(policy.contains(part), "{part} for {path}: {policy}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains(" 'unsafe-eval'"), "{path}: {policy}");
    assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
    assert!(answer.header("strict-transport-security").contains("max-age=31536000"), "{path}");
    // Readers' pages must not have it: it costs a new process before their first headline.
    let secluded = if path.contains(DESK) { "same-origin" } else { "" };
    assert_eq!(answer.header("cross-origin-opener-policy"), secluded, "{path}");
    if path.contains(DESK) {
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert!(answer.header("permissions-policy").contains("geolocation=()"), "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
    }
}

#[tokio::test]
async fn every_answer_says_what_browsers_must_refuse() {
    let (Office { lab, admin, author, .. }, work) = open().await;
    let mut pages = 0;
    for path in every_address(&lab, &work).await {
        for who in [&Browser::default(), &author, &admin] {
            let answer = get(&lab, who, &path).await;
            is_guarded(&path, &answer);
            pages += u32::from(answer.header("content-type").starts_with("text/html"));
        }
        is_guarded(&path, &post(&lab, &Browser::default(), &path, &[("a", "b")]).await);
    }
    assert!(pages > 40, "{pages} pages were looked at");
}

#[tokio::test]
async fn no_other_method_is_answered() {
    let (Office { lab, admin, .. }, work) = open().await;
    for path in every_address(&lab, &work).await {
        for method in ["TRACE", "TRACK", "PUT", "PATCH", "PROPFIND"] {
            let answer = send(&lab, &admin, method, &path, &[], &[("x-tell-me", "bi-mat")]).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            // RFC 9110, 15.5.6.
            assert!(!answer.header("allow").is_empty() && !answer.header("allow").contains(method), "{method} {path}");
            assert!(
                !text(&answer).contains("bi-mat") && !text(&answer).contains("__Host"),
                "{method} {path} says what was asked"
            );
        }
    }
}

#[tokio::test]
async fn a_refusal_says_which_methods_there_are() {
    let (Office { lab, admin, .. }, _) = open().await;
    for (method, path, allowed) in [
        ("POST", "/", "GET, HEAD"),
        ("DELETE", "/api/v1/items", "GET, HEAD"),
        ("PUT", DESK, "GET, HEAD, POST"),
        ("PUT", "/dem", "POST"),
        ("GET", "/dem", "POST"),
        ("PUT", "/cay-goi/so", "POST"),
        ("GET", "/push/dang-ky", "POST, DELETE"),
        ("POST", "/push/khoa", "GET, HEAD"),
    ] {
        let answer = send(&lab, &admin, method, path, &[], &[]).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, allowed), "{method} {path}");
    }
}

#[tokio::test]
async fn looking_changes_nothing() {
    let (Office { lab, admin, author, approver }, work) = open().await;
    let store = &lab.app.site.store;
    let state = async || {
        let lines = store.audit(None, None, 10_000).await.unwrap().len();
        let people =
            format!("{:?}", store.people().await.unwrap().iter().map(|one| (&one.login, &one.grants)).collect::<Vec<_>>());
        (lines, store.jobs().await.unwrap().len(), store.work(1).await.unwrap().unwrap().version, people)
    };
    let before = state().await;
    let steps = addresses().into_iter().filter_map(|address| address.strip_prefix("POST ").map(str::to_owned));
    let mut asked: Vec<String> = steps.map(|path| format!("{DESK}/{}", path.replace('_', "1"))).collect();
    asked.extend(["buoc", "huy", "tep"].map(|step| format!("{work}/{step}")));
    for path in asked {
        let query = "do=submit&session=others&title.vi=x&role=administrator&place=46&name=x&url=https://tin.example/";
        for who in [&admin, &author, &approver] {
            get(&lab, who, &format!("{path}?{query}")).await;
            send(&lab, who, "HEAD", &path, &[], &[]).await;
        }
    }
    assert_eq!(state().await, before);
    for who in [&admin, &author, &approver] {
        assert!(text(&get(&lab, who, DESK).await).contains("Chào"), "and nobody was signed out");
    }
}

#[tokio::test]
async fn forged_names_stand_in_no_link() {
    let (Office { lab, author, .. }, work) = open().await;
    let forged = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example"),
    ];
    for path in ["/", "/sitemap.xml", "/robots.txt", "/api/openapi.json", work.as_str()] {
        let answer = lab.get(path, &forged).await;
        assert!(!String::from_utf8_lossy(&answer.body).contains("evil.example"), "{path}");
        assert!(!answer.header("location").contains("evil.example"), "{path}");
        let answer = send(&lab, &author, "GET", path, &[], &forged[1..]).await;
        assert!(!String::from_utf8_lossy(&answer.body).contains("evil.example"), "{path}");
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display())).permissions().mode() & 0o777
}

/// Whatever lies in the folder, with the rights it has.
fn is_closed(data: &Path) {
    assert_eq!(mode(data), 0o700);
    for entry in std::fs::read_dir(data).unwrap().flatten() {
        let wanted = if entry.path().is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&entry.path()), wanted, "{}", entry.path().display());
    }
}

#[tokio::test]
async fn nobody_else_on_the_machine_reads_the_data() {
    let lab = Lab::new().await;
    let data = lab.data();
    is_closed(&data);
    for file in ["bantin.sqlite", "issuer.key", "vapid.key", "media"] {
        assert!(data.join(file).exists(), "{file} is there");
    }
    let copy = lab.folder.path().join("copy.sqlite");
    let copied = server::backup::run(&lab.app.site.store, &lab.app.site.shelf, &data, &copy).await.unwrap();
    for file in [&copied.database, &copied.key, &copied.push_key] {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    assert_eq!((mode(&copied.media), mode(&copied.originals)), (0o700, 0o700));
    // A folder that was made by hand, or by an earlier release, is closed at the next start.
    for (file, open) in [("", 0o755), ("media", 0o755), ("bantin.sqlite", 0o644), ("issuer.key", 0o640)] {
        std::fs::set_permissions(data.join(file), std::fs::Permissions::from_mode(open)).unwrap();
    }
    let again = App::open(&data, lab::options(&lab.time)).await.unwrap();
    is_closed(&data);
    again.site.store.close().await;
}

/// Each file that comes in is held in memory until it is whole.
#[tokio::test]
async fn nobody_fills_the_memory_with_files_that_never_end() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Họp thôn").await;
    let slow = || {
        let (sender, body) = tokio::sync::mpsc::channel::<Result<&'static [u8], std::io::Error>>(1);
        let body =
            axum::body::Body::from_stream(futures_util::stream::unfold(body, async |mut body| Some((body.recv().await?, body))));
        let request = axum::http::Request::post(format!("{}/tep", work.split('?').next().unwrap()))
            .header("host", "desk.example")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "multipart/form-data; boundary=x")
            .header("cookie", &author.cookie);
        (sender, tokio::spawn(tower::ServiceExt::oneshot(lab.app.router(), request.body(body).unwrap())))
    };
    let bring = || upload(&lab, &author, &work, b"x", &[("words", "a")]);
    let (one, two) = (slow(), slow());
    for (sender, _) in [&one, &two] {
        // The second fits only once the first was taken: by then it is read.
        for _ in 0..2 {
            sender.send(Ok(b"--x\r\n")).await.unwrap();
        }
    }
    assert_eq!(bring().await.status, StatusCode::TOO_MANY_REQUESTS);
    // Cut off: there is room again.
    drop(one.0);
    assert_ne!(one.1.await.unwrap().unwrap().status(), StatusCode::OK);
    assert_eq!(bring().await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
