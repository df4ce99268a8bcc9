//! A line for web sites of communes: what is in force in a place, as a tiny page that any site may frame. Whole in itself: no
//! script, no file, nothing that follows anybody.

use super::document::escape;
use super::origin;
use crate::headers;
use crate::hot::{Hot, REVALIDATE};
use crate::live::Snapshot;
use crate::site::Site;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::alert::{self, State as Stands};
use domain::content::{PlaceCode, Status, Time};
use domain::instance::{Place, instance};
use domain::route::{Route, item_path};
use domain::sign::hash;
use domain::words::Lang;
use std::fmt::Write;
use std::sync::Arc;

pub const PATH: &str = "/nhung/canh-bao";
/// Alerts that are shown; the link below leads to the rest.
const LENGTH: usize = 5;
/// In order of the national levels, from 1: background and text.
const STYLE: &str = "body{margin:0;font:16px/1.4 system-ui,sans-serif;color:#1b1c26;background:#faf7f0}main{padding:8px 12px}p{margin:4px 0}\
    a{color:inherit}b{display:inline-block;min-width:1.4em;padding:0 4px;margin-right:6px;border:2px solid #1b1c26;text-align:center}\
    .l1{background:#cfe6ff}.l2{background:#fff4b0}.l3{background:#ffb347}.l4{background:#d32020;color:#fff}.l5{background:#7a2a90;color:#fff}\
    .x{border-style:dashed}small{color:#55565f}";

/// `?noi=` names a place by its segment; without one, everywhere.
pub async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response {
    let origin = origin::of(&site, &request);
    let query = request.uri().query().unwrap_or_default();
    let fields: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let get = |name: &str| fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str());
    let lang = if get("lang") == "en" { Lang::En } else { Lang::Vi };
    let place = instance().place_by_slug(get("noi")).filter(|place| place.parent.is_some());
    let (snapshot, now) = (site.live.now(), site.now());
    let key = format!("{origin}{PATH}/{}/{}", lang.tag(), place.map_or(0, |place| place.code));
    let make = move |snapshot: &Snapshot| {
        let policy = HeaderValue::try_from(policy()).unwrap_or(HeaderValue::from_static("default-src 'none'"));
        Hot::new("text/html; charset=utf-8", REVALIDATE, print(snapshot, place, lang, &origin, now))
            .header(HeaderName::from_static("content-security-policy"), policy)
    };
    let mut response = site.page(snapshot, &key, make).await.answer(request.headers(), None).await;
    headers::framed(response.headers_mut());
    response
}

/// Only this page may be framed by others.
fn policy() -> String {
    let style = BASE64_STANDARD.encode(hash(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors *")
}

fn print(snapshot: &Snapshot, place: Option<&Place>, lang: Lang, origin: &str, now: Time) -> String {
    let w = lang.words();
    let here = |places: &[PlaceCode]| place.is_none_or(|place| instance().concerns(places, PlaceCode(place.code)));
    let all = alert::standings(snapshot.cards(), now);
    let live = all.iter().filter(|one| matches!(one.state, Stands::InForce | Stands::Ended) && here(&one.card.places));
    // What is played is no news for whoever passes by.
    let live: Vec<_> = live.filter(|one| one.card.status() == Status::Actual).collect();
    let mut out = format!("<!doctype html><html lang={}><head><meta charset=utf-8>", lang.tag());
    let _ = write!(out, "<meta name=viewport content=\"width=device-width,initial-scale=1\"><title>{}</title>", w.alerts());
    let _ = write!(out, "<style>{STYLE}</style></head><body><main>");
    let name = place.map_or(instance().area.get(lang), |place| place.name.get(lang));
    let _ = write!(out, "<p><strong>{}</strong> – ", w.alerts());
    escape(name, &mut out);
    out.push_str("</p>");
    for one in live.iter().take(LENGTH) {
        let level = one.info.level.clamp(1, 5);
        let over = one.state == Stands::Ended;
        let _ = write!(
            out,
            "<p><b class=\"l{level}{}\">{level}</b><a target=_blank rel=noopener href=\"",
            if over { " x" } else { "" }
        );
        escape(&[origin, &item_path(one.card, lang)].concat(), &mut out);
        out.push_str("\">");
        if one.card.sample {
            let _ = write!(out, "[{}] ", w.sample());
        }
        escape(&one.card.headline(lang.tag()).title, &mut out);
        out.push_str("</a>");
        if over {
            let _ = write!(out, "<br><small>{}</small>", w.alert_ended());
        }
        out.push_str("</p>");
    }
    if live.is_empty() {
        let _ = write!(out, "<p>{}</p>", w.no_alert());
    }
    let more = place.map_or(Route::Alerts, |place| Route::Place(place.code)).path(lang);
    out.push_str("<p><small><a target=_blank rel=noopener href=\"");
    escape(&[origin, &more].concat(), &mut out);
    let _ = write!(out, "\">{}</a></small></p></main></body></html>", w.all_alerts());
    out
}

/// What a site of a commune puts into its page.
pub fn line(place: Option<&Place>, origin: &str) -> String {
    let query = place.map(|place| ["?noi=", &place.slug].concat()).unwrap_or_default();
    let title = Lang::Vi.words().alerts();
    format!("<iframe src=\"{origin}{PATH}{query}\" title=\"{title}\" width=\"100%\" height=\"160\" loading=\"lazy\"></iframe>")
}
