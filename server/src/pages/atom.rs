//! Atom feeds (RFC 4287): everything, a topic, a place.

use super::document::escape;
use crate::live::{Item, Snapshot};
use domain::alert::{self, State};
use domain::content::{ItemId, Kind, PlaceCode, Time};
use domain::instance::instance;
use domain::route::{Feed, Route};
use domain::words::Lang;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write;
use ui::{Ctx, links, pages};

/// Entries of a feed.
const LENGTH: usize = 30;

pub fn print(snapshot: &Snapshot, feed: &Feed, lang: Lang, origin: &str, now: Time) -> String {
    let fates = Fates::of(snapshot, now);
    let items = snapshot.items.values().map(|item| &**item).filter(|item| belongs(item, feed));
    let mut items: Vec<(Time, &Item)> = items.map(|item| (fates.updated(item), item)).collect();
    // What was published last comes first, so that a correction of an old item is not cut off.
    items.sort_unstable_by_key(|(updated, item)| (Reverse(*updated), Reverse(item.card.issued), item.card.id));
    items.truncate(LENGTH);
    let ctx = Ctx::html(lang, now, origin);
    let i = instance();
    let (page, name) = match feed {
        Feed::Topic(topic) => (Route::Topic(*topic), i.topic(*topic).map(|topic| &topic.name)),
        Feed::Place(code) => (Route::Place(*code), i.place(PlaceCode(*code)).map(|place| &place.name)),
        _ => (Route::Home, None),
    };
    let title = [name.unwrap_or(&i.area).get(lang), " – ", &i.name].concat();
    // What was withdrawn left the feed: a change of it too (RFC 4287, 4.2.15).
    let gone = snapshot.gone.values().map(|gone| gone.at);
    let updated = items.iter().map(|(updated, _)| *updated).chain(gone).max().unwrap_or(snapshot.published);
    let mut out = Writer(String::with_capacity(16 * 1024));
    out.raw("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
    out.raw(lang.tag());
    out.raw("\">\n");
    out.element("title", &title);
    out.element("id", &[origin, &feed.path(lang)].concat());
    out.element("updated", &updated.rfc3339());
    out.link("self", "application/atom+xml", &[origin, &feed.path(lang)].concat());
    out.link("alternate", "text/html", &[origin, &page.path(lang)].concat());
    for (updated, item) in items {
        out.entry(item, updated, &fates.over(item, &ctx), lang, origin);
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

/// What became of items since they were published.
struct Fates {
    /// Of alerts, each with the newest word of its chain.
    states: HashMap<ItemId, (State, Time)>,
    /// Since when something else stands in an item's place.
    replaced: HashMap<ItemId, Time>,
}

impl Fates {
    fn of(snapshot: &Snapshot, now: Time) -> Fates {
        let standings = alert::standings(snapshot.cards(), now);
        let at = |id: &ItemId| snapshot.items.get(id).map_or(Time(0), |item| updated(item));
        let mut newest: HashMap<ItemId, Time> = HashMap::new();
        for one in &standings {
            let last = newest.entry(one.chain).or_insert(Time(0));
            *last = at(&one.card.id).max(*last);
        }
        let mut replaced = HashMap::new();
        for card in snapshot.cards() {
            let Some(old) = card.supersedes else { continue };
            let since = replaced.entry(old).or_insert(Time(0));
            *since = at(&card.id).max(*since);
        }
        Fates { states: standings.iter().map(|one| (one.card.id, (one.state, newest[&one.chain]))).collect(), replaced }
    }

    /// Programs show an entry again when this grows: that an alert ended, or that something else holds now, is news.
    fn updated(&self, item: &Item) -> Time {
        let since = match self.states.get(&item.card.id) {
            Some((State::Ended, _)) => item.card.end(),
            Some((State::Cancelled | State::Superseded, last)) => Some(*last),
            Some(_) => None,
            None => self.replaced.get(&item.card.id).copied(),
        };
        updated(item).max(since.unwrap_or(Time(0)))
    }

    /// What must come first wherever it is passed on.
    fn over(&self, item: &Item, ctx: &Ctx) -> String {
        let state = self.states.get(&item.card.id).map(|(state, _)| *state);
        pages::over_as(&item.card, state, self.replaced.contains_key(&item.card.id), ctx)
    }
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

    fn entry(&mut self, item: &Item, updated: Time, over: &str, lang: Lang, origin: &str) {
        let card = &item.card;
        let head = card.headline(lang.tag());
        self.raw("<entry xml:lang=\"");
        escape(&head.lang, &mut self.0);
        self.raw("\">\n");
        self.element("title", &[over, head.title.as_str()].concat());
        // The title may change and with it the address; the name of the entry may not.
        self.element("id", &links::short(card, Lang::Vi, origin));
        self.element("updated", &updated.rfc3339());
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
