//! `sitemap.xml`: every page that is worth finding, in each language it exists in.

use super::document::escape;
use super::view::canonical;
use crate::live::Snapshot;
use domain::content::Time;
use domain::instance::instance;
use domain::route::{Route, item_path};
use domain::words::Lang;

/// Newest items listed; the format takes 50,000 addresses.
const MAX_ITEMS: usize = 20_000;

pub fn print(snapshot: &Snapshot, origin: &str) -> String {
    let mut out = String::with_capacity(64 * 1024);
    out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    let i = instance();
    let fixed = [Route::Home, Route::Alerts, Route::Places, Route::About, Route::Install].into_iter();
    let topics = (0..i.topics.len() as u8).map(Route::Topic);
    let places = i.places.iter().map(|place| Route::Place(place.code));
    let former = i.former.iter().map(|former| Route::Former(former.slug.clone()));
    for route in fixed.chain(topics).chain(places).chain(former) {
        for lang in [Lang::Vi, Lang::En] {
            url(&mut out, origin, &route.path(lang), None);
        }
    }
    let mut items: Vec<_> = snapshot.items.values().collect();
    items.sort_unstable_by_key(|item| std::cmp::Reverse(item.seq));
    for item in items.into_iter().take(MAX_ITEMS) {
        for lang in [Lang::Vi, Lang::En].into_iter().filter(|lang| canonical(&item.card, *lang) == *lang) {
            url(&mut out, origin, &item_path(&item.card, lang), Some(item.at));
        }
    }
    out.push_str("</urlset>\n");
    out
}

fn url(out: &mut String, origin: &str, path: &str, changed: Option<Time>) {
    out.push_str("<url><loc>");
    escape(origin, out);
    escape(path, out);
    out.push_str("</loc>");
    if let Some(at) = changed {
        out.push_str("<lastmod>");
        out.push_str(&at.rfc3339());
        out.push_str("</lastmod>");
    }
    out.push_str("</url>\n");
}
