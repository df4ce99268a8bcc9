//! Pages for people and feeds for their programs, rendered by the server with the views of `ui`.
//!
//! [`view`] says what stands at an address, [`document`] puts it into a page, and this module answers: from memory where
//! a page was made before, for each state of what is published once.

mod atom;
mod calendar;
mod caps;
pub mod document;
mod feeds;
mod forms;
mod minify;
mod notify;
pub(crate) mod origin;
mod schema;
mod search;
mod sitemap;
pub(crate) mod tree;
mod view;
pub mod widget;

pub use document::inline;
pub use feeds::{answer as feed, router};

use crate::compress;
use crate::hot::{Hot, REVALIDATE};
use crate::live::Snapshot;
use crate::site::Site;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use document::Document;
use domain::content::ItemId;
use domain::route::{Query, Route, item_path, notify_path, tree_path};
use domain::words::Lang;
use std::sync::Arc;
use ui::{Ctx, pages};

const HTML: &str = "text/html; charset=utf-8";
/// Tells the worker that a page is ours and not one that a captive portal put in its place.
const MARK: HeaderName = HeaderName::from_static("x-bantin");

/// Every address that is no file, feed or program interface: a page, or the one that says that there is none.
pub async fn fallback(site: Arc<Site>, request: Request) -> Response {
    let origin = origin::of(&site, &request);
    let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
    if let Some(target) = moved(&site, path, query) {
        return redirect(&target);
    }
    if let Some((lang, id, form)) = forms::parse(path) {
        let ctx = alarmed(&site.live.now(), Ctx::html(lang, site.now(), &origin));
        let found = forms::answer(&site, request.headers(), ctx, id, form).await;
        return match found {
            Some(response) => response,
            None if site.live.now().gone.contains_key(&id) => {
                item(&site, request.headers(), Ctx::html(lang, site.now(), &origin), id).await
            }
            None => missing(&site, request.headers(), lang, origin).await,
        };
    }
    if let Some(lang) = notify::here(path) {
        let snapshot = site.live.now();
        let ctx = alarmed(&snapshot, Ctx::html(lang, site.now(), &origin));
        let make = move |_: &Snapshot| page(Some(&notify::document(&ctx)));
        return site.page(snapshot, &format!("{origin}{path}"), make).await.answer(request.headers(), None).await;
    }
    // Without what holds just now: the worker keeps it with a release, and its own script says what does.
    if let Some(lang) = tree::asked(path) {
        let ctx = Ctx::html(lang, site.now(), &origin);
        let make = move |_: &Snapshot| page(Some(&tree::document(&ctx)));
        return site.page(site.live.now(), &format!("{origin}{path}"), make).await.answer(request.headers(), None).await;
    }
    let Some((lang, route)) = Route::parse(path, query) else {
        let lang = if path == "/en" || path.starts_with("/en/") { Lang::En } else { Lang::Vi };
        return missing(&site, request.headers(), asked(query).unwrap_or(lang), origin).await;
    };
    let snapshot = site.live.now();
    let ctx = alarmed(&snapshot, Ctx::html(lang, site.now(), &origin));
    let from = after(query);
    match route {
        Route::Item(id) => item(&site, request.headers(), ctx, id).await,
        Route::Search(asked) if asked != Query::default() => {
            unkept(&site, request.headers(), move || page(Some(&search::document(&snapshot, &ctx, &asked, from)))).await
        }
        Route::Place(code) if from > 0 => {
            unkept(&site, request.headers(), move || page(Some(&view::place(&snapshot, &ctx, code, from)))).await
        }
        route => {
            let make = move |snapshot: &Snapshot| page(view::document(snapshot, &ctx, &route).as_ref());
            let hot = site.page(snapshot, &format!("{origin}{path}"), make).await;
            hot.answer(request.headers(), None).await
        }
    }
}

fn page(document: Option<&Document>) -> Hot {
    let html = document.map(Document::html).unwrap_or_default();
    let policy = document::policy(&html);
    Hot::new(HTML, REVALIDATE, html).header(MARK, HeaderValue::from_static("1")).header(CONTENT_SECURITY_POLICY, policy)
}

async fn item(site: &Arc<Site>, request: &HeaderMap, ctx: Ctx, id: ItemId) -> Response {
    let snapshot = site.live.now();
    let key = format!("{}/{}/{id}", ctx.origin, ctx.lang.tag());
    if snapshot.items.contains_key(&id) {
        let make = move |snapshot: &Snapshot| page(view::document(snapshot, &ctx, &Route::Item(id)).as_ref());
        return site.page(snapshot, &key, make).await.answer(request, None).await;
    }
    match snapshot.gone.get(&id).cloned() {
        Some(gone) => {
            let make = move |_: &Snapshot| page(Some(&view::gone(&ctx, &gone))).status(StatusCode::GONE);
            site.page(snapshot, &key, make).await.answer(request, None).await
        }
        None => missing(site, request, ctx.lang, ctx.origin).await,
    }
}

/// With what the bar says of alerts.
fn alarmed(snapshot: &Snapshot, ctx: Ctx) -> Ctx {
    Ctx { alarm: snapshot.alarm, alarm_until: snapshot.alarm_until, ..ctx }
}

/// How many of a list the pages before this one showed.
fn after(query: &str) -> usize {
    query.split('&').find_map(|field| field.strip_prefix("tu=")?.parse().ok()).unwrap_or(0)
}

/// A page that is made for one reader and not kept: there are too many things to ask for.
async fn unkept(site: &Site, request: &HeaderMap, make: impl FnOnce() -> Hot + Send + 'static) -> Response {
    let make = move || {
        let hot = make();
        let small = compress::brotli(hot.plain(), 5);
        hot.compressed(small)
    };
    Arc::new(site.searching.apart(make).await).answer(request, None).await
}

async fn missing(site: &Arc<Site>, request: &HeaderMap, lang: Lang, origin: Arc<str>) -> Response {
    let key = format!("{origin}/{}/404", lang.tag());
    let now = site.now();
    let make = move |snapshot: &Snapshot| {
        let ctx = alarmed(snapshot, Ctx::html(lang, now, &origin));
        page(Some(&view::bare(&ctx, ctx.w().not_found(), pages::not_found(&ctx)))).status(StatusCode::NOT_FOUND)
    };
    site.page(site.live.now(), &key, make).await.answer(request, None).await
}

/// Something broke while an answer was made. Says nothing of what it was.
pub(crate) fn server_error(site: &Arc<Site>) -> Response {
    let ctx = Ctx::html(Lang::Vi, site.now(), site.options.origin.as_deref().unwrap_or_default());
    let html = view::bare(&ctx, ctx.page().fault, pages::server_error(&ctx)).html();
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(MARK, HeaderValue::from_static("1"));
    response
}

/// The language that `?lang=` asks for.
fn asked(query: &str) -> Option<Lang> {
    query.split('&').filter_map(|pair| pair.strip_prefix("lang=")).find_map(|tag| match tag {
        "vi" => Some(Lang::Vi),
        "en" => Some(Lang::En),
        _ => None,
    })
}

/// The one address of what was asked for, where it was asked for under another: a title that has changed, a slash too many, or
/// `?lang=`.
fn moved(site: &Site, path: &str, query: &str) -> Option<String> {
    let asked = asked(query);
    if let Some((lang, id, form)) = forms::parse(path) {
        return asked.filter(|asked| *asked != lang).map(|asked| forms::path(id, form, asked));
    }
    // Pages beside those that the program knows have one address too.
    let bare = path.strip_suffix('/').unwrap_or(path);
    let notify = notify::here(bare).map(|lang| notify_path(asked.unwrap_or(lang)));
    if let Some(beside) = notify.or(tree::asked(bare).map(|lang| tree_path(asked.unwrap_or(lang)))) {
        return (beside != path).then(|| beside.to_owned());
    }
    let (here, route) = Route::parse(path, query)?;
    let lang = asked.unwrap_or(here);
    let target = match &route {
        Route::Item(id) => match site.live.now().items.get(id) {
            // The short address of an SMS is answered at once: on a weak line a further trip costs more than it is worth.
            Some(_) if path == route.path(lang) => return None,
            Some(item) => item_path(&item.card, lang),
            // What was withdrawn says so wherever it is asked for.
            None if lang == here => return None,
            None => route.path(lang),
        },
        other => other.path(lang),
    };
    let (only_path, asked) = target.split_once('?').unwrap_or((&target, ""));
    if only_path == path {
        return None;
    }
    // Where a list goes on is no part of what it is asked for.
    let from = Some(after(query)).filter(|from| *from > 0 && matches!(route, Route::Search(_) | Route::Place(_)));
    let from = from.map(|from| format!("{}tu={from}", if asked.is_empty() { '?' } else { '&' }));
    Some(target + &from.unwrap_or_default())
}

fn redirect(target: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    let headers = response.headers_mut();
    // Titles change, and with them where this leads.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(REVALIDATE));
    headers.insert(MARK, HeaderValue::from_static("1"));
    headers.insert(LOCATION, HeaderValue::try_from(target).unwrap_or(HeaderValue::from_static("/")));
    response
}
