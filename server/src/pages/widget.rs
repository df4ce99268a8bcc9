//! A line for web sites of communes: what is in force in a place, as a tiny page that any site may frame. Whole in itself: no
//! script, no file, nothing that follows anybody.

use super::document::escape;
use super::origin;
use crate::headers;
use crate::hot::{Hot, REVALIDATE};
use crate::live::Snapshot;
use crate::site::Site;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::alert::{self, State as Stands};
use domain::content::{PlaceCode, Status, Time};
use domain::instance::{Former, Place, instance};
use domain::route::{Route, item_path};
use domain::sign::hash;
use domain::words::Lang;
use std::fmt::Write;
use std::sync::Arc;
use ui::Ctx;
use ui::parts::state_text;

pub const PATH: &str = "/nhung/canh-bao";
/// Alerts that are shown; the link below leads to the rest.
const LENGTH: usize = 5;
/// In order of the national levels, from 1: background and text.
const STYLE: &str = "body{margin:0;font:16px/1.4 system-ui,sans-serif;color:#1b1c26;background:#faf7f0}main{padding:8px 12px}p{margin:4px 0}\
    a{color:inherit}b{display:inline-block;min-width:1.4em;padding:0 4px;margin-right:6px;border:2px solid #1b1c26;text-align:center}\
    .l1{background:#cfe6ff}.l2{background:#fff4b0}.l3{background:#ffb347}.l4{background:#d32020;color:#fff}.l5{background:#7a2a90;color:#fff}\
    .x{border-style:dashed}small{color:#55565f}";

/// `?noi=` names a place by its segment, also by one that it had before; without it, everywhere.
pub async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response {
    let origin = origin::of(&site, &request);
    let query = request.uri().query().unwrap_or_default();
    let fields: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let get = |name: &str| fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str());
    let lang = if get("lang") == "en" { Lang::En } else { Lang::Vi };
    let slug = get("noi").to_owned();
    let (snapshot, now) = (site.live.now(), site.now());
    let page = |html: String| {
        let policy = HeaderValue::try_from(policy()).unwrap_or(HeaderValue::from_static("default-src 'none'"));
        Hot::new("text/html; charset=utf-8", REVALIDATE, html).header(HeaderName::from_static("content-security-policy"), policy)
    };
    let hot = match Area::of(&slug) {
        Some(area) => {
            let key = format!("{origin}{PATH}/{}/{slug}", lang.tag());
            site.page(snapshot, &key, move |snapshot| page(print(snapshot, &area, lang, &origin, now))).await
        }
        None => Arc::new(page(nowhere(lang, &origin)).status(StatusCode::NOT_FOUND)),
    };
    let mut response = hot.answer(request.headers(), None).await;
    headers::framed(response.headers_mut());
    response
}

/// What a frame is about.
enum Area {
    All,
    Place(&'static Place),
    /// What is no unit any more, with those that it became.
    Former(&'static Former),
}

impl Area {
    /// `None` where nothing is called so: a frame that took it for everywhere would show the alerts of others.
    fn of(slug: &str) -> Option<Area> {
        let i = instance();
        match i.place_by_slug(slug) {
            Some(place) if !place.is_whole() => Some(Area::Place(place)),
            Some(_) => Some(Area::All),
            None if slug.is_empty() => Some(Area::All),
            None => i.former_by_slug(slug).map(Area::Former),
        }
    }

    fn concerns(&self, places: &[PlaceCode]) -> bool {
        match self {
            Area::All => true,
            Area::Place(place) => instance().concerns(places, PlaceCode(place.code)),
            Area::Former(former) => former.successors.iter().any(|code| instance().concerns(places, PlaceCode(*code))),
        }
    }

    fn name(&self, lang: Lang) -> &'static str {
        match self {
            Area::All => instance().area.get(lang),
            Area::Place(place) => place.name.get(lang),
            Area::Former(former) => &former.name,
        }
    }

    /// The page that has the rest.
    fn page(&self) -> Route {
        match self {
            Area::All => Route::Alerts,
            Area::Place(place) => Route::Place(place.code),
            Area::Former(former) => Route::Former(former.slug.clone()),
        }
    }
}

/// Only this page may be framed by others.
fn policy() -> String {
    let style = BASE64_STANDARD.encode(hash(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors *")
}

fn print(snapshot: &Snapshot, area: &Area, lang: Lang, origin: &str, now: Time) -> String {
    let (w, ctx) = (lang.words(), Ctx::html(lang, now, origin));
    let all = alert::current(snapshot.cards(), now);
    let live = all
        .iter()
        .filter(|one| matches!(one.state, Stands::InForce | Stands::Coming | Stands::Ended) && area.concerns(&one.card.places))
        .filter(|one| one.state != Stands::Ended || alert::recent(one.card, &one.info, now));
    // What is played is no news for whoever passes by.
    let live: Vec<_> = live.filter(|one| one.card.status() == Status::Actual).collect();
    let mut out = start(lang);
    let _ = write!(out, "<p><strong>{}</strong> – ", w.alerts());
    escape(area.name(lang), &mut out);
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
        let head = one.card.headline(lang.tag());
        if one.card.sample {
            let _ = write!(out, "[{}] ", w.sample());
        }
        let own = if head.lang == lang.tag() { String::new() } else { format!(" lang=\"{}\"", head.lang) };
        let _ = write!(out, "<span{own}>");
        escape(&head.title, &mut out);
        out.push_str("</span></a>");
        if one.state != Stands::InForce {
            let _ = write!(out, "<br><small>{}</small>", state_text(one.card, one.state, &ctx));
        }
        out.push_str("</p>");
    }
    if live.is_empty() {
        let _ = write!(out, "<p>{}</p>", w.no_alert());
    }
    let more = area.page().path(lang);
    end(&[origin, &more].concat(), w.all_alerts(), out)
}

/// Nothing is called so.
fn nowhere(lang: Lang, origin: &str) -> String {
    let w = lang.words();
    let out = [&start(lang), "<p>", w.not_found(), "</p>"].concat();
    end(&[origin, &Route::Places.path(lang)].concat(), w.all_places(), out)
}

fn start(lang: Lang) -> String {
    // Part of other pages, and none to be found.
    let head = "<meta name=robots content=noindex><meta name=viewport content=\"width=device-width,initial-scale=1\">";
    let title = lang.words().alerts();
    format!(
        "<!doctype html><html lang={}><head><meta charset=utf-8>{head}<title>{title}</title><style>{STYLE}</style></head><body><main>",
        lang.tag()
    )
}

/// A way to the rest.
fn end(to: &str, text: &str, mut out: String) -> String {
    out.push_str("<p><small><a target=_blank rel=noopener href=\"");
    escape(to, &mut out);
    let _ = write!(out, "\">{text}</a></small></p></main></body></html>");
    out
}

/// What a site of a commune puts into its page.
pub fn line(place: Option<&Place>, origin: &str) -> String {
    let query = place.map(|place| ["?noi=", &place.slug].concat()).unwrap_or_default();
    let title = Lang::Vi.words().alerts();
    format!("<iframe src=\"{origin}{PATH}{query}\" title=\"{title}\" width=\"100%\" height=\"160\" loading=\"lazy\"></iframe>")
}
