//! Atom feeds (RFC 4287): everything, a topic, a place.

use super::document::escape;
use crate::live::{Item, Snapshot};
use domain::content::{Kind, PlaceCode, Time};
use domain::instance::instance;
use domain::route::{Feed, Route};
use domain::words::Lang;
use std::cmp::Reverse;
use std::fmt::Write;
use ui::links;

/// Entries of a feed.
const LENGTH: usize = 30;

pub fn print(snapshot: &Snapshot, feed: &Feed, lang: Lang, origin: &str) -> String {
    let mut items: Vec<&Item> = snapshot.items.values().map(|item| &**item).filter(|item| belongs(item, feed)).collect();
    // What was published last comes first, so that a correction of an old item is not cut off.
    items.sort_unstable_by_key(|item| (Reverse(updated(item)), Reverse(item.card.issued), item.card.id));
    items.truncate(LENGTH);
    let i = instance();
    let (page, name) = match feed {
        Feed::Topic(topic) => (Route::Topic(*topic), i.topic(*topic).map(|topic| &topic.name)),
        Feed::Place(code) => (Route::Place(*code), i.place(PlaceCode(*code)).map(|place| &place.name)),
        _ => (Route::Home, None),
    };
    let title = [name.unwrap_or(&i.area).get(lang), " – ", &i.name].concat();
    // What was withdrawn left the feed: a change of it too (RFC 4287, 4.2.15).
    let gone = snapshot.gone.values().map(|gone| gone.at);
    let updated = items.iter().map(|item| updated(item)).chain(gone).max().unwrap_or(snapshot.published);
    let mut out = Writer(String::with_capacity(16 * 1024));
    out.raw("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
    out.raw(lang.tag());
    out.raw("\">\n");
    out.element("title", &title);
    out.element("id", &[origin, &feed.path(lang)].concat());
    out.element("updated", &updated.rfc3339());
    out.link("self", "application/atom+xml", &[origin, &feed.path(lang)].concat());
    out.link("alternate", "text/html", &[origin, &page.path(lang)].concat());
    for item in items {
        out.entry(item, lang, origin);
    }
    out.raw("</feed>\n");
    out.0
}

/// Feeds of a place hold what names it or what is above it, and alerts for everyone.
fn belongs(item: &Item, feed: &Feed) -> bool {
    let card = &item.card;
    match feed {
        Feed::Topic(topic) => card.topics.contains(topic),
        Feed::Place(code) => {
            let named = !card.places.is_empty() || card.kind == Kind::ALERT;
            named && instance().belongs(&card.places, PlaceCode(*code))
        }
        _ => true,
    }
}

fn updated(item: &Item) -> Time {
    item.at.max(item.card.issued)
}

struct Writer(String);

impl Writer {
    fn raw(&mut self, xml: &str) {
        self.0.push_str(xml);
    }

    fn element(&mut self, name: &str, text: &str) {
        let _ = write!(self.0, "<{name}>");
        escape(text, &mut self.0);
        let _ = writeln!(self.0, "</{name}>");
    }

    fn link(&mut self, rel: &str, kind: &str, href: &str) {
        let _ = write!(self.0, "<link rel=\"{rel}\" type=\"{kind}\" href=\"");
        escape(href, &mut self.0);
        self.raw("\"/>\n");
    }

    fn entry(&mut self, item: &Item, lang: Lang, origin: &str) {
        let card = &item.card;
        let head = card.headline(lang.tag());
        self.raw("<entry xml:lang=\"");
        escape(&head.lang, &mut self.0);
        self.raw("\">\n");
        self.element("title", &head.title);
        // The title may change and with it the address; the name of the entry may not.
        self.element("id", &links::short(card, Lang::Vi, origin));
        self.element("updated", &updated(item).rfc3339());
        self.element("published", &card.issued.rfc3339());
        self.raw("<author>");
        self.element("name", &card.source);
        self.raw("</author>\n");
        self.link("alternate", "text/html", &links::full(card, lang, origin));
        for topic in card.topics.iter().filter_map(|topic| instance().topic(*topic)) {
            self.raw("<category term=\"");
            escape(&topic.slug, &mut self.0);
            self.raw("\" label=\"");
            escape(topic.name.get(lang), &mut self.0);
            self.raw("\"/>\n");
        }
        self.element("summary", &head.summary);
        self.raw("</entry>\n");
    }
}
