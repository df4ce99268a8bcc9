//! The frame of every page of the desk, and its two files.

use crate::compress;
use crate::desk::alerts::is_officer;
use crate::desk::sources;
use crate::desk::visit::Visit;
use crate::headers::secluded;
use crate::hot::{FOREVER, Hot};
use crate::reply;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use domain::editorial::{Action, Scope, allowed};
use domain::instance::instance;
use domain::wire::Problem;
use domain::words::Lang;
use std::sync::{Arc, OnceLock};
use ui::el::{El, cl, el, link, tx};
use ui::icons::sprite;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; \
    connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// The page in the frame of the editor: no script, and only the editor may frame it.
const PREVIEW: &str = "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

struct Files {
    style: Arc<Hot>,
    script: Arc<Hot>,
    /// Names both in addresses: they change with their content.
    mark: String,
}

fn files() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| {
        let style = [
            include_str!("../../../../style/critical.css"),
            include_str!("../../../../style/app.css"),
            include_str!("../../../../style/desk.css"),
            include_str!("../../../../style/desk-alert.css"),
        ]
        .concat();
        let script = concat!(
            include_str!("../script/desk.js"),
            include_str!("../script/send.js"),
            include_str!("../script/files.js"),
            include_str!("../script/marks.js"),
            include_str!("../script/write.js"),
            include_str!("../script/alert.js"),
        );
        // Lines of comments cost officials on weak lines what they are worth to us here.
        let said = |line: &&str| !["//", "/*", "*"].iter().any(|start| line.trim_start().starts_with(start));
        let script = script.lines().filter(said).collect::<Vec<_>>().join("\n");
        let hash = domain::sign::hash([style.as_str(), &script].concat().as_bytes());
        let hot = |kind, text: String| {
            let hot = Arc::new(Hot::new(kind, FOREVER, text));
            hot.warm(|_| {});
            hot
        };
        Files {
            mark: super::hex(&hash[..6]),
            style: hot("text/css; charset=utf-8", style),
            script: hot("text/javascript; charset=utf-8", script),
        }
    })
}

/// Style and script of the desk; both in one answer for ever, named by their content.
pub fn file(path: &str) -> Option<&'static Arc<Hot>> {
    let name = path.strip_prefix(crate::desk::ROOT)?.strip_prefix("/_/")?;
    let all = files();
    match name.split_once('.')? {
        (mark, "css") if mark == all.mark => Some(&all.style),
        (mark, "js") if mark == all.mark => Some(&all.script),
        _ => None,
    }
}

fn packed(brotli: bool, body: &str, kind: &'static str) -> Response {
    let bytes = if brotli { compress::brotli(body.as_bytes(), 5) } else { body.as_bytes().to_vec() };
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if brotli {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

fn head(lang: Lang, title: &str, script: bool, theme: &str) -> String {
    let mark = &files().mark;
    let mut out = format!("<!doctype html><html lang={} data-desk", lang.tag());
    if matches!(theme, "light" | "dark") {
        out.push_str(&format!(" data-theme={theme}"));
    }
    out.push_str("><head><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\"><title>");
    crate::pages::document::escape(title, &mut out);
    out.push_str("</title><meta name=robots content=noindex>");
    let root = crate::desk::ROOT;
    out.push_str(&format!("<link rel=stylesheet href={root}/_/{mark}.css>"));
    if script {
        out.push_str(&format!("<script src={root}/_/{mark}.js defer></script>"));
    }
    out.push_str("<link rel=icon href=/icons/icon.svg></head><body>");
    out
}

fn answer(visit: &Visit, status: StatusCode, policy: &'static str, mut html: String, body: &El) -> Response {
    body.write(&mut html);
    html.push_str("</body></html>");
    let mut response = packed(visit.brotli, &html, "text/html; charset=utf-8");
    *response.status_mut() = status;
    let headers = response.headers_mut();
    secluded(headers);
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    // Recordings are made in the editor.
    headers.insert(
        "permissions-policy",
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(self), payment=(), usb=()"),
    );
    response
}

/// A page. Its heading is the first thing in `main`.
pub fn page(visit: &Visit, status: StatusCode, title: &'static str, main: El) -> Response {
    let w = visit.w();
    let html = head(visit.lang, &[title, " – ", &instance().name].concat(), true, "");
    let other = visit.lang.other();
    let there = [if other == Lang::En { "/en" } else { "" }, crate::desk::ROOT, &visit.path].concat();
    let switch = cl("a", "lg").attr("href", there).attr("hreflang", other.tag()).attr("lang", other.tag());
    let header = cl("header", "hd")
        .kid(cl("a", "br").attr("href", visit.to("")).text(instance().name.as_str()).text(" · ").text(w.desk))
        .kid(switch.text(other.name()));
    let main = el("main").attr("id", "main").attr("tabindex", "-1").kid(main);
    let sprite = sprite(&main);
    let app = cl("div", "app desk")
        .kid(cl("a", "sk").attr("href", "#main").text(visit.lang.words().skip()))
        .kid(header)
        .maybe(menu(visit))
        .kid(main)
        .maybe(sprite);
    answer(visit, status, POLICY, html, &app)
}

fn menu(visit: &Visit) -> Option<El> {
    let person = visit.person.as_ref()?;
    let w = visit.w();
    let may = |action| allowed(&person.grants, action, Scope::ALL);
    let mut places = vec![("", w.overview), ("/viec", w.works)];
    if is_officer(person) {
        places.insert(1, ("/canh-bao", w.alerts));
    }
    if sources::may_look(person) {
        places.push(("/nguon", w.sources));
    }
    if may(Action::ManagePeople) {
        places.push(("/nguoi", w.people));
    }
    if may(Action::ReadAudit) {
        places.push(("/nhat-ky", w.audit));
    }
    if may(Action::ManageJobs) {
        places.push(("/hang-doi", w.jobs));
    }
    places.push(("/toi", w.me));
    let links = places.into_iter().map(|(path, text)| {
        let a = link(visit.to(path), text);
        el("li").kid(if visit.path == path { a.attr("aria-current", "page") } else { a })
    });
    Some(cl("nav", "mn").attr("aria-label", w.desk).kid(el("ul").kids(links.collect())))
}

/// A page as readers see it, for the frame in the editor.
pub fn framed(visit: &Visit, title: &str, theme: &str, main: El) -> Response {
    let main = el("main").attr("id", "main").kid(main);
    let sprite = sprite(&main);
    let html = head(visit.lang, title, false, theme);
    answer(visit, StatusCode::OK, PREVIEW, html, &cl("div", "app").kid(main).maybe(sprite))
}

pub fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What cannot even be read.
pub fn refused(status: StatusCode) -> Response {
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "too-large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "no-form",
        StatusCode::METHOD_NOT_ALLOWED => "no-such-method",
        StatusCode::REQUEST_TIMEOUT => "too-slow",
        _ => "unavailable",
    };
    reply::problem(status, &Problem::new(code))
}

/// The root of a page: its heading and content.
pub fn root(title: &'static str) -> El {
    cl("div", "pg").kid(tx("h1", title))
}
