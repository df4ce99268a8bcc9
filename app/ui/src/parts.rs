//! Pieces that several pages share: rows of lists, alert banners, badges, links to topics and places.

use crate::ctx::Ctx;
use crate::data::replaced;
use crate::el::{El, Str, cl, el, link, tx};
use crate::icons::icon;
use domain::alert::{Standing, State, standings};
use domain::content::{AlertInfo, Card, Headline, Kind, MsgType, PlaceCode, Status, Time};
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
    link(Route::Place(place.code).path(ctx.lang), place_name(place, ctx))
}

fn place_name(place: &'static Place, ctx: &Ctx) -> &'static str {
    if place.parent.is_none() { place.name.get(ctx.lang) } else { &place.short }
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
        names.push(place_name(place, ctx));
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

/// Level as colour, shape, number and word.
pub fn level(level: u8, ctx: &Ctx) -> El {
    let level = level.clamp(1, 5);
    let shape = ["l1", "l2", "l3", "l4", "l5"][usize::from(level) - 1];
    let number = decimal(level.into());
    let word = fill(ctx.w().level(), &[("n", &number), ("word", nth(ctx.w().level_words(), usize::from(level) - 1))]);
    let sign = cl("b", "sg").attr("aria-hidden", "true").kid(icon(shape)).kid(tx("i", number));
    cl("span", "lv").kid(sign).kid(tx("b", word))
}

/// The level of an alert; that one is called off has none.
pub fn sign(info: &AlertInfo, ctx: &Ctx) -> Option<El> {
    (info.msg_type != MsgType::Cancel).then(|| level(info.level, ctx))
}

pub fn hazard_name(hazard: u8, ctx: &Ctx) -> &'static str {
    instance().hazard(hazard).map_or("", |hazard| hazard.name.get(ctx.lang))
}

/// From when until when; the day once where it is the same.
pub fn from_until(from: Time, until: Time, ctx: &Ctx) -> String {
    let start = ctx.when(from);
    let start = if from.day() == until.day() { start.split(',').next().unwrap_or_default() } else { &start };
    fill(ctx.w().from_until(), &[("from", start), ("until", &ctx.when(until))])
}

/// From when until when an alert holds; of a cancel when it came. What was called off or replaced holds until no hour.
pub fn span_text(card: &Card, info: &AlertInfo, state: State, ctx: &Ctx) -> String {
    let from = card.effective.unwrap_or(card.issued);
    match card.expires {
        _ if info.msg_type == MsgType::Cancel => ctx.when(card.issued),
        _ if matches!(state, State::Cancelled | State::Superseded) => String::new(),
        Some(end) => from_until(from, end, ctx),
        None => fill(ctx.w().from_on(), &[("from", &ctx.when(from))]),
    }
}

/// What an alert's state means, in a sentence.
pub fn state_text(card: &Card, state: State, ctx: &Ctx) -> &'static str {
    match state {
        // An exercise leaves no danger behind.
        State::Ended if card.status() != Status::Actual => ctx.w().drill_ended(),
        State::InForce if card.status() != Status::Actual => ctx.w().drill_on(),
        State::InForce => ctx.w().alert_in_force(),
        State::Coming => ctx.w().alert_coming(),
        State::Ended => ctx.w().alert_ended(),
        State::Cancelled => ctx.w().alert_cancelled(),
        State::Superseded => ctx.w().alert_superseded(),
    }
}

/// The same where nothing else tells an exercise from what is meant.
fn brief_text(card: &Card, state: State, ctx: &Ctx) -> &'static str {
    drill_text(card, ctx).unwrap_or_else(|| state_text(card, state, ctx))
}

/// What a list of items out of their time must say beside each of them: how an alert among `cards` stands, and that there
/// is newer word.
pub fn notes<'a>(cards: impl Iterator<Item = &'a Card> + Clone, ctx: &'a Ctx) -> impl Fn(&Card) -> Option<&'static str> + 'a {
    let (standings, replaced) = (standings(cards.clone(), ctx.now), replaced(cards));
    move |card| {
        let alert = standings.iter().find(|standing| standing.card.id == card.id);
        let alert = alert.map(|standing| brief_text(card, standing.state, ctx));
        alert.or_else(|| replaced.contains(&card.id).then(|| ctx.w().replaced_by().trim_end_matches(':')))
    }
}

/// Class of an alert: its colour only while it is live, so that an ended one never looks current, and a drill never does.
pub fn alert_class(base: &str, card: &Card, state: State, level: u8) -> String {
    let live = matches!(state, State::InForce | State::Coming);
    let end = if card.status() != Status::Actual {
        " dr".to_owned()
    } else if live {
        [" l", &decimal(level.clamp(1, 5).into())].concat()
    } else {
        " off".to_owned()
    };
    [base, &end].concat()
}

fn drill_text(card: &Card, ctx: &Ctx) -> Option<&'static str> {
    match card.status() {
        Status::Actual => None,
        Status::Exercise => Some(ctx.w().drill_exercise()),
        Status::Test => Some(ctx.w().drill_test()),
    }
}

/// The striped mark of an exercise or a test.
pub fn drill_mark(card: &Card, ctx: &Ctx) -> Option<El> {
    Some(cl("p", "dm").kid(tx("b", drill_text(card, ctx)?)))
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

/// From when on what says that it does not hold yet is no longer true, likewise.
#[cfg(not(feature = "csr"))]
fn from(el: El, card: &Card, state: State) -> El {
    match card.effective {
        Some(at) if state == State::Coming => el.attr("data-from", at.0.to_string()),
        _ => el,
    }
}
#[cfg(feature = "csr")]
fn from(el: El, _: &Card, _: State) -> El {
    el
}

/// [`until`] for an alert.
pub fn lasts(el: El, card: &Card, state: State) -> El {
    let el = from(el, card, state);
    until(el, card.expires.filter(|_| matches!(state, State::InForce | State::Coming)))
}

/// One alert of a list; `always` says in words also that it is in force.
pub fn banner(standing: &Standing, always: bool, ctx: &Ctx) -> El {
    let card = standing.card;
    let facts = [hazard_name(standing.info.hazard, ctx), " · ", &where_text(&card.places, ctx)].concat();
    let mut a = to(card, ctx).maybe(drill_mark(card, ctx));
    a = a.maybe(sign(&standing.info, ctx)).kid(title("h3", card, ctx));
    if standing.state != State::InForce || always {
        a = a.kid(cl("p", "st").text(state_text(card, standing.state, ctx)));
    }
    let span = span_text(card, &standing.info, standing.state, ctx);
    let mut times = tx("small", [&facts[..], if span.is_empty() { "" } else { " · " }, &span].concat());
    if let Some(badge) = sample_badge(card, ctx) {
        times = times.text(" ").kid(badge);
    }
    lasts(cl("li", alert_class("al", card, standing.state, standing.info.level)), card, standing.state).kid(a.kid(times))
}

/// One alert of a list of what nobody has to do anything about: what it is, and how it stands, or that it is a drill.
pub fn brief(standing: &Standing, ctx: &Ctx) -> El {
    let card = standing.card;
    let a = to(card, ctx).kid(title("h3", card, ctx)).kid(cl("p", "st").text(brief_text(card, standing.state, ctx)));
    // That it is none stays true of a drill when it is over.
    cl("li", alert_class("al", card, standing.state, standing.info.level)).kid(a.maybe(sample_badge(card, ctx)))
}

pub fn banners(standings: &[Standing], ctx: &Ctx) -> Vec<El> {
    stated(standings, false, ctx)
}

/// [`banners`], with `always` each with its state in words.
pub fn stated(standings: &[Standing], always: bool, ctx: &Ctx) -> Vec<El> {
    if standings.is_empty() {
        return Vec::new();
    }
    vec![cl("ul", "als").kids(standings.iter().map(|standing| banner(standing, always, ctx)).collect())]
}

/// The root of a page: its heading and content. `name` tells pages apart when the app changes from one to the next.
pub fn page(name: &'static str, title: impl Into<Str>) -> El {
    cl("div", ["pg ", name].concat()).kid(tx("h1", title))
}
