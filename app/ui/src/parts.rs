//! Pieces that several pages share: rows of lists, badges, links to topics and places; of alerts in [`alert`].

mod alert;

pub use alert::{
    alert_class, banner, banners, brief, drill_mark, hazard_name, lasts, level, notes, sign, span_text, state_text, stated,
};

use crate::ctx::Ctx;
use crate::el::{El, Str, cl, el, link, tx};
use crate::icons::icon;
use domain::content::{Card, Headline, Kind, PlaceCode, Time};
use domain::instance::{Place, instance};
use domain::route::{Route, notify_path};
use domain::words::{date, decimal, fill, size};

/// The way to have alerts ring on this phone.
pub fn get_alerts(ctx: &Ctx) -> El {
    way(notify_path(ctx.lang).into(), ctx.w().get_alerts())
}

/// The nth of the texts that a locale keeps under one key, split by `|`.
pub fn nth(texts: &'static str, n: usize) -> &'static str {
    texts.split('|').nth(n).unwrap_or_default()
}

/// Marks text that is not in the language of the page.
pub fn in_lang(el: El, lang: &str, ctx: &Ctx) -> El {
    if lang == ctx.lang.tag() || lang.is_empty() { el } else { el.attr("lang", lang.to_owned()) }
}

pub fn headline<'a>(card: &'a Card, ctx: &Ctx) -> &'a Headline {
    card.headline(ctx.lang.tag())
}

/// The title of an item as an element of its language.
#[inline(never)]
pub fn title(tag: &'static str, card: &Card, ctx: &Ctx) -> El {
    let head = headline(card, ctx);
    in_lang(tx(tag, head.title.clone()), &head.lang, ctx)
}

/// The summary of an item, likewise.
#[inline(never)]
pub fn summary(card: &Card, ctx: &Ctx) -> El {
    let head = headline(card, ctx);
    in_lang(tx("p", head.summary.clone()), &head.lang, ctx)
}

/// A link to an item, empty yet.
#[inline(never)]
pub fn to(card: &Card, ctx: &Ctx) -> El {
    el("a").attr("href", Route::Item(card.id).path(ctx.lang))
}

/// A line with the way to somewhere else.
#[inline(never)]
pub fn way(href: String, text: &'static str) -> El {
    cl("p", "wy").kid(link(href, text))
}

/// A heading of a section with its content; nothing where there is no content.
pub fn section(title: impl Into<Str>, content: Vec<El>) -> Option<El> {
    if content.is_empty() { None } else { Some(el("section").kid(tx("h2", title)).kids(content)) }
}

pub fn topic_link(topic: u8, ctx: &Ctx) -> Option<El> {
    let name = instance().topic(topic)?.name.get(ctx.lang);
    Some(link(Route::Topic(topic).path(ctx.lang), name))
}

pub fn place_link(place: &'static Place, ctx: &Ctx) -> El {
    link(Route::Place(place.code).path(ctx.lang), place.label(ctx.lang))
}

/// Links to these units, each with its row.
pub fn place_list(places: &[PlaceCode], class: &'static str, ctx: &Ctx) -> El {
    let mut list = cl("ul", class);
    for place in instance().named(places) {
        list = list.kid(el("li").kid(place_link(place, ctx)));
    }
    list
}

fn place_names(places: &[PlaceCode], ctx: &Ctx) -> Vec<&'static str> {
    let mut names = Vec::new();
    for place in instance().named(places) {
        names.push(place.label(ctx.lang));
    }
    names
}

/// The units concerned in words: up to three by name, then how many more.
pub fn places_text(places: &[PlaceCode], ctx: &Ctx) -> String {
    let names = place_names(places, ctx);
    if names.len() <= 3 {
        return names.join(", ");
    }
    let more = ctx.count(ctx.w().places_more(), names.len() - 2);
    [&names[..2].join(", "), " ", &more].concat()
}

/// [`places_text`], where nothing must be left to guess: no unit is everywhere.
pub fn where_text(places: &[PlaceCode], ctx: &Ctx) -> String {
    if places.is_empty() { ctx.w().everyone().into() } else { places_text(places, ctx) }
}

pub fn kind_name(kind: Kind, ctx: &Ctx) -> &'static str {
    match kind {
        Kind::ALERT => ctx.w().kind_alert(),
        Kind::GUIDE => ctx.w().kind_guide(),
        Kind::EVENT => ctx.w().kind_event(),
        Kind::BULLETIN => ctx.w().kind_bulletin(),
        _ => ctx.w().kind_unknown(),
    }
}

pub fn sample_badge(card: &Card, ctx: &Ctx) -> Option<El> {
    card.sample.then(|| cl("b", "smp").text(ctx.w().sample()))
}

/// How a row of a list is dressed.
#[derive(Clone, Copy, PartialEq)]
pub enum Row {
    Title,
    Summary,
    /// With how it stands.
    Note(&'static str),
}

/// One item of a list: a tap anywhere on it opens it.
pub fn row(card: &Card, dress: Row, ctx: &Ctx) -> El {
    let mut a = to(card, ctx).kid(title("h3", card, ctx));
    match dress {
        Row::Summary if !headline(card, ctx).summary.is_empty() => a = a.kid(summary(card, ctx)),
        Row::Note(text) => a = a.kid(cl("p", "st").text(text)),
        _ => {}
    }
    li(card, ctx).kid(a.kid(meta(card, ctx)))
}

/// The list item of a card, with the mark of what has not been read.
pub fn li(card: &Card, ctx: &Ctx) -> El {
    let unread = ctx.is_app() && !ctx.read.contains(&card.id);
    let li = el("li");
    if unread { li.class("nw").kid(cl("i", "vh").apart().text(ctx.w().unread())) } else { li }
}

/// The line under a headline: kind where it is not a bulletin, topic, place, day.
pub fn meta(card: &Card, ctx: &Ctx) -> El {
    let mut out = String::new();
    let mut add = |text: &str| {
        if !text.is_empty() {
            if !out.is_empty() {
                out.push_str(" · ");
            }
            out.push_str(text);
        }
    };
    if card.kind != Kind::BULLETIN {
        add(kind_name(card.kind, ctx));
    }
    if let Some(topic) = card.topics.first().and_then(|topic| instance().topic(*topic)) {
        add(topic.name.get(ctx.lang));
    }
    add(&places_text(&card.places, ctx));
    match card.event() {
        Some(event) => add(&ctx.when(event.start)),
        None => add(&date(card.issued, ctx.now, ctx.lang)),
    }
    if card.headlines.iter().any(|headline| headline.audio) {
        add(ctx.w().has_audio());
    }
    if card.ended(ctx.now) {
        add(if card.kind == Kind::EVENT { ctx.w().past() } else { ctx.w().expired() });
    }
    if ctx.missing.contains(&card.id) {
        add(ctx.w().not_held());
    }
    let mut small = tx("small", out);
    if let Some(badge) = sample_badge(card, ctx) {
        small = small.text(" ").kid(badge);
    }
    small
}

/// A list of items; the first `summaries` with their summary.
pub fn list(cards: &[&Card], summaries: usize, ctx: &Ctx) -> El {
    let rows = cards.iter().enumerate();
    let rows = rows.map(|(at, card)| row(card, if at < summaries { Row::Summary } else { Row::Title }, ctx));
    cl("ul", "ls").kids(rows.collect())
}

/// [`list`], or nothing where there is nothing to list.
pub fn lists(cards: &[&Card], summaries: usize, ctx: &Ctx) -> Vec<El> {
    if cards.is_empty() { Vec::new() } else { vec![list(cards, summaries, ctx)] }
}

/// The way to all texts that are not on this phone yet, with what they cost.
pub fn fetch_all(count: usize, bytes: u64, ctx: &Ctx) -> El {
    button("fetch-all", "download", fill(ctx.w().fetch_all(), &[("n", &decimal(count as i64)), ("size", &size(bytes, ctx.lang))]))
}

/// What stands under a list that has more: the app loads them, the page leads to a search that goes on after the first
/// `from`.
pub fn more(count: usize, from: usize, search: Route, ctx: &Ctx) -> Option<El> {
    let text = ctx.count(ctx.w().more_items(), count);
    (count > 0).then(|| {
        let inner = if ctx.is_app() {
            button("more", "more", text)
        } else {
            link([&search.path(ctx.lang), "&tu=", &decimal(from as i64)].concat(), text)
        };
        cl("p", "mr").apart().kid(inner)
    })
}

/// A button that the app's or the page's one listener understands.
pub fn button(act: &'static str, icon_name: &'static str, text: impl Into<Str>) -> El {
    cl("button", "bt").attr("type", "button").attr("data-act", act).kid(icon(icon_name)).kid(tx("span", text))
}

/// A button that stays pressed; `id` says what it switches.
pub fn switch(act: &'static str, id: String, on: bool, text: impl Into<Str>) -> El {
    let button = cl("button", "bt").attr("type", "button").attr("data-act", act).attr("data-id", id);
    let button = button.attr("aria-pressed", if on { "true" } else { "false" });
    button.maybe(on.then(|| icon("check"))).kid(tx("span", text))
}

/// From when until when; the day once where it is the same.
pub fn from_until(from: Time, until: Time, ctx: &Ctx) -> String {
    let start = ctx.when(from);
    let start = if from.day() == until.day() { start.split(',').next().unwrap_or_default() } else { &start };
    fill(ctx.w().from_until(), &[("from", start), ("until", &ctx.when(until))])
}

/// Until when this may be shown as it is. Pages are kept and read without a network: `public/boot.js` then says that it is
/// over. The program draws anew by itself.
#[cfg(not(feature = "csr"))]
pub fn until(el: El, at: Option<Time>) -> El {
    match at {
        Some(at) => el.attr("data-until", at.0.to_string()),
        None => el,
    }
}
#[cfg(feature = "csr")]
pub fn until(el: El, _: Option<Time>) -> El {
    el
}

/// The root of a page: its heading and content. `name` tells pages apart when the app changes from one to the next.
pub fn page(name: &'static str, title: impl Into<Str>) -> El {
    cl("div", ["pg ", name].concat()).kid(tx("h1", title))
}
