//! Addresses for programs: feeds, calendars, alerts as CAP, the site's map, and the JSON API beside them.

use super::{atom, calendar, caps, origin, sitemap, widget};
use crate::api;
use crate::cap::outward;
use crate::hot::{Hot, REVALIDATE};
use crate::live::Snapshot;
use crate::reply;
use crate::site::Site;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::route::Feed;
use domain::wire::Problem;
use std::sync::Arc;

/// Addresses that are not pages of [`domain::route::Route`].
pub fn router(site: Arc<Site>) -> Router {
    let mut router = Router::new().route("/robots.txt", get(robots)).route("/sitemap.xml", get(map));
    router = router.route(super::forms::SHEET, get(poster));
    router = router.route(widget::PATH, get(widget::answer));
    for prefix in ["", "/en"] {
        for start in ["feed", "lich"] {
            router = router.route(&format!("{prefix}/{start}/{{*rest}}"), get(feed));
        }
    }
    router.with_state(site.clone()).merge(api::router(site))
}

async fn feed(State(site): State<Arc<Site>>, request: Request) -> Response {
    answer(&site, request).await
}

/// A feed, calendar or alert as CAP at its address.
pub async fn answer(site: &Arc<Site>, request: Request) -> Response {
    let origin = origin::of(site, &request);
    let path = request.uri().path().to_owned();
    let Some((lang, feed)) = Feed::parse(&path) else { return no_such_feed() };
    let snapshot = site.live.now();
    let here = match feed {
        Feed::Event(id) => calendar::is_event(&snapshot, id),
        Feed::Cap(id) => outward::is_message(&snapshot, id),
        _ => true,
    };
    if !here {
        return no_such_feed();
    }
    let (key, now) = (format!("{origin}{path}"), site.now());
    let make = move |snapshot: &Snapshot| {
        let (kind, text) = match feed {
            Feed::Event(_) | Feed::Calendar(_) => {
                ("text/calendar; charset=utf-8", calendar::print(snapshot, &feed, lang, &origin, now))
            }
            Feed::Cap(id) => ("application/cap+xml; charset=utf-8", outward::document(snapshot, id, &origin)),
            Feed::Caps | Feed::PlaceCaps(_) => {
                ("application/atom+xml; charset=utf-8", caps::print(snapshot, &feed, lang, &origin, now))
            }
            _ => ("application/atom+xml; charset=utf-8", atom::print(snapshot, &feed, lang, &origin, now)),
        };
        Hot::new(kind, REVALIDATE, text)
    };
    site.page(snapshot, &key, make).await.answer(request.headers(), None).await
}

fn no_such_feed() -> Response {
    reply::problem(StatusCode::NOT_FOUND, &Problem::new("no-such-address"))
}

async fn map(State(site): State<Arc<Site>>, request: Request) -> Response {
    let origin = origin::of(&site, &request);
    let snapshot = site.live.now();
    let key = format!("{origin}/sitemap.xml");
    let make =
        move |snapshot: &Snapshot| Hot::new("application/xml; charset=utf-8", REVALIDATE, sitemap::print(snapshot, &origin));
    site.page(snapshot, &key, make).await.answer(request.headers(), None).await
}

async fn poster(request: Request) -> Response {
    Arc::new(Hot::new("text/css; charset=utf-8", REVALIDATE, super::forms::STYLE)).answer(request.headers(), None).await
}

async fn robots(State(site): State<Arc<Site>>, request: Request) -> Response {
    let origin = origin::of(&site, &request);
    reply::text(StatusCode::OK, format!("User-agent: *\nDisallow: /sync/\n\nSitemap: {origin}/sitemap.xml\n"))
}
