//! Atom feeds (RFC 4287): everything, a topic, a place.

use super::document::escape;
use crate::live::{Item, Snapshot};
use domain::alert::{self, State};
use domain::content::{Card, Gone, ItemId, Kind, PlaceCode, Time};
use domain::instance::instance;
use domain::route::{Feed, Route};
use domain::wire::Seq;
use domain::words::Lang;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write;
use ui::{Ctx, links, pages};

/// Entries of a feed.
const LENGTH: usize = 30;

pub fn print(snapshot: &Snapshot, feed: &Feed, lang: Lang, origin: &str, now: Time) -> String {
    let fates = Fates::of(snapshot, now);
    let ctx = Ctx::html(lang, now, origin);
    let items = snapshot.items.values().map(|item| &**item).filter(|item| belongs(&item.card, feed));
    let mut entries: Vec<(Time, Entry)> = items.map(|item| (fates.updated(item), Entry::Item(item))).collect();
    entries.extend(snapshot.gone.values().filter_map(|gone| {
        let card = snapshot.published_as(gone.id).next()?;
        // Samples go all at once: they would drive out what is news.
        let news = !card.sample && gone.at.plus(alert::MEMORY) > now && belongs(&card, feed);
        news.then(|| (gone.at, Entry::Gone(gone, Box::new(card))))
    }));
    // What was published last comes first, so that a correction of an old item is not cut off.
    entries.sort_by_cached_key(|(updated, told)| (Reverse(*updated), Reverse(told.card().issued), told.card().id));
    entries.truncate(LENGTH);
    let i = instance();
    let (page, name) = match feed {
        Feed::Topic(topic) => (Route::Topic(*topic), i.topic(*topic).map(|topic| &topic.name)),
        Feed::Place(code) => (Route::Place(*code), i.place(PlaceCode(*code)).map(|place| &place.name)),
        _ => (Route::Home, None),
    };
    let title = [name.unwrap_or(&i.area).get(lang), " – ", &i.name].concat();
    // What was withdrawn, or moved to another topic or place, and stands here no longer was a change of the feed too (RFC 4287,
    // 4.2.15); whether it stood here nobody knows any more.
    let updated = entries.iter().map(|(updated, _)| *updated).chain([snapshot.changed()]).max().unwrap_or_default();
    let mut out = Writer::feed(lang);
    out.element("title", &title);
    out.element("id", &[origin, &feed.path(lang)].concat());
    out.element("updated", &updated.rfc3339());
    out.link("self", "application/atom+xml", &[origin, &feed.path(lang)].concat());
    out.link("alternate", "text/html", &[origin, &page.path(lang)].concat());
    for (updated, told) in entries {
        let card = told.card();
        match &told {
            Entry::Item(item) => {
                let head = card.headline(lang.tag());
                out.begin(card, &head.lang, &[&fates.over(item, &ctx), head.title.as_str()].concat(), updated, &ctx);
                out.link("alternate", "text/html", &links::full(card, lang, origin));
                out.categories(card, lang);
                out.element("summary", &head.summary);
            }
            // Its name stays so that programs put this in its place; what it said is gone.
            Entry::Gone(gone, _) => {
                out.begin(card, lang.tag(), ctx.w().gone(), updated, &ctx);
                out.link("alternate", "text/html", &links::short(card, lang, origin));
                out.element("summary", &[ctx.w().gone_reason(), " ", &gone.reason].concat());
            }
        }
        out.raw("</entry>\n");
    }
    out.raw("</feed>\n");
    out.0
}

/// What an entry tells of.
enum Entry<'a> {
    Item(&'a Item),
    Gone(&'a Gone, Box<Card>),
}

impl Entry<'_> {
    fn card(&self) -> &Card {
        match self {
            Entry::Item(item) => &item.card,
            Entry::Gone(_, card) => card,
        }
    }
}

/// Feeds of a place hold what names it or what is above it, and alerts for everyone.
fn belongs(card: &Card, feed: &Feed) -> bool {
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
struct Fates<'a> {
    /// Of alerts, each with the newest word of its chain.
    states: HashMap<ItemId, (State, Time)>,
    /// Since when something else stands in an item's place.
    replaced: HashMap<ItemId, Time>,
    /// When that last changed, be it back.
    touched: &'a HashMap<ItemId, (Seq, Time)>,
}

impl Fates<'_> {
    fn of(snapshot: &Snapshot, now: Time) -> Fates<'_> {
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
        let states = standings.iter().map(|one| (one.card.id, (one.state, newest[&one.chain]))).collect();
        Fates { states, replaced, touched: snapshot.touched() }
    }

    /// Programs show an entry again when this grows: that an alert ended, or that something else holds now, is news.
    fn updated(&self, item: &Item) -> Time {
        let since = match self.states.get(&item.card.id) {
            Some((State::Ended, _)) => item.card.end(),
            Some((State::Cancelled | State::Superseded, last)) => Some(*last),
            Some(_) => None,
            None => self.replaced.get(&item.card.id).copied(),
        };
        let touched = self.touched.get(&item.card.id).map(|(_, at)| *at);
        updated(item).max(since.max(touched).unwrap_or(Time(0)))
    }

    /// What must come first wherever it is passed on.
    fn over(&self, item: &Item, ctx: &Ctx) -> String {
        let state = self.states.get(&item.card.id).map(|(state, _)| *state);
        pages::over_as(&item.card, state, self.replaced.contains_key(&item.card.id), ctx)
    }
}

/// A feed while it is written.
pub(super) struct Writer(pub String);

impl Writer {
    pub fn feed(lang: Lang) -> Writer {
        let mut out = Writer(String::with_capacity(16 * 1024));
        out.raw("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
        out.raw(lang.tag());
        out.raw("\">\n");
        out
    }

    pub fn raw(&mut self, xml: &str) {
        self.0.push_str(xml);
    }

    pub fn element(&mut self, name: &str, text: &str) {
        let _ = write!(self.0, "<{name}>");
        escape(text, &mut self.0);
        let _ = writeln!(self.0, "</{name}>");
    }

    pub fn link(&mut self, rel: &str, kind: &str, href: &str) {
        let _ = write!(self.0, "<link rel=\"{rel}\" type=\"{kind}\" href=\"");
        escape(href, &mut self.0);
        self.raw("\"/>\n");
    }

    /// What every entry has; its end is the caller's.
    fn begin(&mut self, card: &Card, own: &str, title: &str, updated: Time, ctx: &Ctx) {
        self.raw("<entry xml:lang=\"");
        escape(own, &mut self.0);
        self.raw("\">\n");
        self.element("title", title);
        // The title may change and with it the address; the name of the entry may not.
        self.element("id", &links::short(card, Lang::Vi, &ctx.origin));
        self.element("updated", &updated.rfc3339());
        self.element("published", &card.issued.rfc3339());
        self.raw("<author>");
        self.element("name", &card.source);
        self.raw("</author>\n");
    }

    fn categories(&mut self, card: &Card, lang: Lang) {
        for topic in card.topics.iter().filter_map(|topic| instance().topic(*topic)) {
            self.raw("<category term=\"");
            escape(&topic.slug, &mut self.0);
            self.raw("\" label=\"");
            escape(topic.name.get(lang), &mut self.0);
            self.raw("\"/>\n");
        }
    }
}
