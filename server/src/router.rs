//! Which address is answered by whom.

use crate::site::Site;
use crate::{assets, desk, headers, media, opens, pages, push, reply, reserve, sync, tree};
use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ALLOW, HOST, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Version};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use domain::wire::Problem;
use futures_util::FutureExt;
use hyper::body::Incoming;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};

/// No answer takes longer to make than this.
const PATIENCE: Duration = Duration::from_secs(30);

pub fn router(site: &Arc<Site>) -> Router {
    let routes = Router::new()
        .route("/healthz", get(async || reply::text(StatusCode::OK, "ok\n")))
        .route("/metrics", get(metrics))
        .route("/sync/{*rest}", get(fetch))
        .route("/media/{file}", get(medium))
        .fallback(any(other))
        .with_state(site.clone())
        .merge(pages::router(site.clone()));
    shielded(routes, site)
}

/// With what stands before every answer.
fn shielded(routes: Router, site: &Arc<Site>) -> Router {
    routes
        .layer(CatchPanicLayer::custom({
            let site = site.clone();
            move |cause: Box<dyn std::any::Any + Send>| broken(&site, &*cause)
        }))
        .layer(CsrfLayer::new())
        // A picture and the fields beside it; forms without one have a limit of their own.
        .layer(DefaultBodyLimit::max(desk::MAX_BODY))
        .layer(middleware::from_fn_with_state(site.clone(), around))
}

async fn metrics(State(site): State<Arc<Site>>) -> Response {
    let snapshot = site.live.now();
    let free = reserve::free(&site.data).ok();
    let lines = [site.metrics.print(snapshot.seq(), snapshot.items.len(), free), site.push.counts.print()];
    reply::text(StatusCode::OK, lines.concat())
}

async fn fetch(State(site): State<Arc<Site>>, request: Request<Body>) -> Response {
    sync::answer(&site, request.uri().path(), request.uri().query(), request.headers()).await
}

async fn medium(State(site): State<Arc<Site>>, file: Result<Path<String>, PathRejection>, request: HeaderMap) -> Response {
    // What is no text names no file.
    let Path(file) = file.unwrap_or_else(|_| Path(String::new()));
    media::answer(&site, &file, &request).await
}

/// Files of the app, then pages; what looks like a file and is none is never answered by a page.
async fn other(State(site): State<Arc<Site>>, request: Request<Body>) -> Response {
    let path = request.uri().path();
    if path == opens::PATH && request.method() == Method::POST {
        return opens::take(&site, request).await;
    }
    if path == tree::PATH && request.method() == Method::POST {
        return tree::take(&site, request).await;
    }
    if desk::is_here(path) {
        return desk::answer(site, request).await;
    }
    if push::methods(path).is_some() {
        return push::answer(site, request).await;
    }
    if let Some(hot) = site.assets.get(path) {
        return hot.answer(request.headers(), Some(&site.dictionaries)).await;
    }
    // They lie beside pages, so that no pattern of the router could tell them apart.
    if domain::route::Feed::parse(path).is_some_and(|(_, feed)| feed.is_cap()) {
        return pages::feed(&site, request).await;
    }
    if path.starts_with("/api/") || path.starts_with("/sync") {
        return reply::problem(StatusCode::NOT_FOUND, &Problem::new("no-such-address"));
    }
    if assets::looks_like_file(path) {
        return reply::text(StatusCode::NOT_FOUND, "không có tệp này");
    }
    pages::fallback(site, request).await
}

fn broken(site: &Arc<Site>, cause: &(dyn std::any::Any + Send)) -> Response<Body> {
    tracing::error!(cause = %crate::Error::panicked(cause), "an answer could not be made");
    pages::server_error(site)
}

/// What may be asked of an address, as `Allow` says it (RFC 9110, 10.2.1): readers only read, may be counted and may be called;
/// forms are sent to the desk.
fn methods(path: &str) -> &'static str {
    match path {
        _ if desk::is_here(path) => "GET, HEAD, POST",
        opens::PATH | tree::PATH => "POST",
        _ => push::methods(path).unwrap_or("GET, HEAD"),
    }
}

/// What programs on other sites may read: the API, feeds, calendars and alerts as CAP, with what is wrong where that is so.
fn is_open(path: &str) -> bool {
    path.starts_with("/api/") || [".atom", ".ics", ".cap", ".cap.xml"].iter().any(|end| path.ends_with(end))
}

/// Lets browsers hand an answer to pages of elsewhere; these ask before they send a header such as `If-None-Match`.
fn let_read(headers: &mut HeaderMap, asks: bool) {
    let mut say = |name, value| headers.insert(name, HeaderValue::from_static(value));
    say(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    if asks {
        say(ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD");
        say(ACCESS_CONTROL_ALLOW_HEADERS, "*");
        say(ACCESS_CONTROL_MAX_AGE, "86400");
    } else {
        say(ACCESS_CONTROL_EXPOSE_HEADERS, "etag");
    }
}

/// What holds for every answer: which methods there are, how long it may take, what browsers must refuse, what is counted.
async fn around(State(site): State<Arc<Site>>, mut request: Request<Body>, next: Next) -> Response {
    let path = request.uri().path();
    let allowed = methods(path);
    let (asks, open) = (request.method() == Method::OPTIONS, is_open(path));
    let known = allowed.split(", ").any(|method| method == request.method());
    let sending = request.method() == Method::POST && desk::is_here(path);
    let page = sending.then(|| desk::page_of(path));
    // The desk sees to it by itself that what is sent comes in time.
    let coming = if sending { desk::sending(&site, path, request.headers()) } else { Duration::ZERO };
    if request.method() == Method::HEAD {
        // Parts are for GET alone (RFC 9110, 14.2).
        request.headers_mut().remove(RANGE);
    }
    let mut response = if asks {
        let mut response = StatusCode::NO_CONTENT.into_response();
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
        response
    } else if !known {
        reply::problem(StatusCode::METHOD_NOT_ALLOWED, &Problem::new("read-only"))
    } else {
        in_time(coming + PATIENCE, next.run(request)).await
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    }
    if let (Some(page), true) = (page, response.extensions().get::<ProtectionError>().is_some()) {
        tracing::warn!(page, "a form of another site was refused");
    }
    if open {
        let_read(response.headers_mut(), asks);
    }
    finish(&site, &mut response);
    response
}

/// An answer that goes past the router, with what the router does about time and faults.
async fn guarded(site: &Arc<Site>, answer: impl Future<Output = Response>) -> Response {
    let answer = AssertUnwindSafe(answer).catch_unwind();
    in_time(PATIENCE, answer.map(|made| made.unwrap_or_else(|cause| broken(site, &*cause)))).await
}

async fn in_time(most: Duration, answer: impl Future<Output = Response>) -> Response {
    tokio::time::timeout(most, answer).await.unwrap_or_else(|_| {
        tracing::error!("an answer took too long");
        reply::problem(StatusCode::SERVICE_UNAVAILABLE, &Problem::new("too-slow"))
    })
}

/// Answers a request as [`router`] does; what phones fetch goes past the router, since in a storm it is nearly everything.
pub async fn answer(site: &Arc<Site>, router: Router, request: Request<Incoming>) -> Response {
    // RFC 9112, 3.2.
    if request.version() == Version::HTTP_11 && request.headers().get_all(HOST).iter().count() != 1 {
        let mut response = reply::problem(StatusCode::BAD_REQUEST, &Problem::new("one-host"));
        finish(site, &mut response);
        return response;
    }
    if request.method() == Method::GET && request.uri().path().starts_with("/sync/") {
        let made = sync::answer(site, request.uri().path(), request.uri().query(), request.headers());
        let mut response = guarded(site, made).await;
        finish(site, &mut response);
        return response;
    }
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// What browsers must refuse, and one more answer counted.
fn finish(site: &Site, response: &mut Response) {
    let https = site.options.origin.as_deref().is_some_and(|origin| origin.starts_with("https://"));
    headers::secure(response.headers_mut(), &site.csp, https);
    site.metrics.answered(response.status().as_u16());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log;
    use crate::{App, Options};
    use http_body_util::BodyExt;

    #[tokio::test]
    async fn a_fault_is_a_page_that_tells_nothing_of_itself() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(folder.path(), Options { sample: false, ..Options::default() }).await.unwrap();
        let routes = Router::new().route("/hong", get(async || -> &'static str { panic!("a secret") }));
        let ask = Request::builder().uri("/hong").body(Body::empty()).unwrap();
        let (_logged, before) = (tracing::subscriber::set_default(log::to(std::io::sink)), log::errors());
        let response = shielded(routes, &app.site).oneshot(ask).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers().clone();
        assert_eq!(headers["cache-control"], "no-store");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"), "{headers:?}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let html = String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
        assert!(html.contains("Máy chủ đang trục trặc") && html.contains("<p lang=\"en\">The server has a problem."), "{html}");
        assert!(!html.contains("secret"));
        assert!(log::errors() > before);
    }

    #[tokio::test]
    async fn an_answer_that_is_never_made_is_given_up_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(folder.path(), Options { sample: false, ..Options::default() }).await.unwrap();
        let routes = Router::new().route("/cham", get(std::future::pending::<&'static str>));
        let ask = Request::builder().uri("/cham").body(Body::empty()).unwrap();
        tokio::time::pause();
        let began = tokio::time::Instant::now();
        let response = shielded(routes, &app.site).oneshot(ask).await.unwrap();
        assert_eq!((response.status(), began.elapsed().as_secs()), (StatusCode::SERVICE_UNAVAILABLE, PATIENCE.as_secs()));
        let said = response.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&said).contains("too-slow"), "{said:?}");
    }

    #[tokio::test]
    async fn what_goes_past_the_router_is_given_up_in_time_too_and_a_fault_in_it_ends_no_connection() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(folder.path(), Options { sample: false, ..Options::default() }).await.unwrap();
        let (_logged, before) = (tracing::subscriber::set_default(log::to(std::io::sink)), log::errors());
        let fault = async || -> Response { panic!("a secret") };
        assert_eq!(guarded(&app.site, fault()).await.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(log::errors() > before);
        tokio::time::pause();
        assert_eq!(guarded(&app.site, std::future::pending()).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
