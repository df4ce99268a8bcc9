//! An item: head, whether it still holds, recording, text, passing it on, source, other languages.

use super::{alert, facts};
use crate::blocks::{audio, blocks};
use crate::ctx::Ctx;
use crate::data::ItemData;
use crate::el::{El, cl, el, link, tx};
use crate::links;
use crate::parts::{button, get_alerts, headline, kind_name, place_link, sample_badge, summary, title, to, topic_link};
use domain::alert::{State, sms};
use domain::content::{Body, Card, Headline, Kind, Variant};
use domain::instance::instance;
use domain::route::Route;
use domain::words::{Lang, fill, size};

/// Class of what no longer holds.
const OVER: &str = "st off";

pub fn item(ctx: &Ctx, data: ItemData) -> El {
    cl("div", "pg item").kid(article(ctx, data))
}

/// How a text is set on paper, so that it stands on one sheet: a short one large, a long one in columns. Past some 8,500
/// characters no type that can be read does it.
fn paper(variant: &Variant) -> &'static str {
    match variant.texts().iter().map(|text| text.len()).sum() {
        0..2_400 => "",
        5_000..8_000 => " lo lx",
        8_000..12_000 => " lo ly",
        _ => " lo",
    }
}

/// The article alone, without the root of a page.
pub fn article(ctx: &Ctx, data: ItemData) -> El {
    let w = ctx.w();
    let card = data.card;
    let head = headline(card, ctx);
    let known = card.kind.known() && (card.kind != Kind::ALERT || card.alert().is_some());
    let variant = data.body.and_then(|body| body.variant(&head.lang));
    let kind = card.kind.name().unwrap_or("unknown");
    let mut out =
        cl("article", ["it k-", kind, variant.map_or("", paper)].concat()).attr("id", ["a-", &card.id.to_string()].concat());
    out = out.kid(crumb(card, ctx));
    if let Some(info) = card.alert() {
        out = out.kid(alert::head(&data, &info, ctx));
    }
    out = out.kid(title("h1", card, ctx));
    if !head.summary.is_empty() {
        out = out.kid(summary(card, ctx).class("ld"));
    }
    let lacking = if data.body.is_none() { Some(card) } else { data.replaced_by.filter(|newer| newer.id == card.id) };
    let lacking = lacking.map(|lacking| not_here(lacking, ctx));
    out = out.maybe(holds(&data, ctx)).maybe(lacking);
    // That it is in another language comes before everything that is.
    let (above, below) = match languages(card, head, ctx) {
        told if head.lang != ctx.lang.tag() => (told, None),
        offered => (None, offered),
    };
    out = out.maybe(above);
    // Who opens an alert needs to know what to do before anything else; of an event when it is, of a guide what to bring.
    out = out.maybe(variant.and_then(|variant| variant.audio.as_ref()).map(|media| audio(media, w.recording(), ctx)));
    if let Some(variant) = variant {
        out = out.kids(facts(&data, variant, ctx));
    }
    out = out.kid(about(card, ctx)).maybe(below);
    let urgent = card.kind == Kind::ALERT;
    let mut acts = app_acts(card, ctx);
    if !urgent {
        out = out.maybe(acts.take());
    }
    if !known {
        out = out.kid(cl("p", "nx").text(w.unknown_item()));
    }
    if let Some(variant) = variant {
        out = out.kids(text(&data, variant, ctx));
    }
    if urgent && variant.is_some() {
        out = out.kid(get_alerts(ctx));
    }
    // Who passes it on has read it.
    out = out.maybe(acts).kid(pass_on(&data, ctx));
    if urgent {
        out = out.kid(alert::forms(card, ctx));
    }
    out = out.maybe(alert::chain(&data, ctx)).maybe(data.body.and_then(|body| source(body, ctx)));
    if let Some(body) = data.body {
        out = out.kids(others(&data, body, head, ctx));
    }
    out.kid(print_foot(card, ctx))
}

/// Kind and topics, the way back.
fn crumb(card: &Card, ctx: &Ctx) -> El {
    let mut crumb = cl("p", "cr").kid(tx("b", kind_name(card.kind, ctx)));
    for topic in card.topics.iter().filter_map(|topic| topic_link(*topic, ctx)) {
        crumb = crumb.text(" · ").kid(topic);
    }
    crumb.text(" ").maybe(sample_badge(card, ctx))
}

/// Whether the item still holds; alerts say it in their own head.
fn holds(data: &ItemData, ctx: &Ctx) -> Option<El> {
    let w = ctx.w();
    let card = data.card;
    let replaced = data
        .replaced_by
        .map(|newer| cl("p", OVER).text(w.replaced_by()).text(" ").kid(to(newer, ctx).kid(title("span", newer, ctx))));
    if replaced.is_some() || data.state.is_some() {
        return replaced;
    }
    let (class, text) = standing(card, ctx)?;
    // When an event takes place says how it stands with it.
    (card.kind != Kind::EVENT || class == OVER).then(|| cl("p", class).text(text))
}

/// Class and sentence; alerts have their own. Nothing where nobody said from when or until when it holds.
fn standing(card: &Card, ctx: &Ctx) -> Option<(&'static str, String)> {
    let w = ctx.w();
    Some(match (card.effective, card.end()) {
        (None, None) => return None,
        (_, Some(end)) if card.ended(ctx.now) => {
            (OVER, ctx.at(if card.kind == Kind::EVENT { w.took_place() } else { w.ended_on() }, end))
        }
        (Some(start), _) if card.upcoming(ctx.now) => ("st soon", ctx.at(w.holds_from(), start)),
        (_, Some(end)) => ("st on", ctx.at(w.holds_until(), end)),
        _ => ("st on", w.holds().to_owned()),
    })
}

/// What must come first wherever the item is passed on: that it is a sample, that it no longer holds; a blank behind each.
pub fn over(data: &ItemData, ctx: &Ctx) -> String {
    over_as(data.card, data.state, data.replaced_by.is_some(), ctx)
}

/// [`over`] of whatever is known to stand so.
pub fn over_as(card: &Card, state: Option<State>, replaced: bool, ctx: &Ctx) -> String {
    let text = match state {
        Some(_) => sms::over(card, state, ctx.lang).map(str::to_owned),
        None if replaced => ctx.w().replaced_by().split(':').next().map(str::to_owned),
        None => standing(card, ctx).filter(|(class, _)| *class == OVER).map(|(_, text)| text),
    };
    let mut out = sms::sample(card, ctx.lang);
    if let Some(text) = text {
        out.push_str(&text);
        out.push_str(". ");
    }
    out
}

/// Source, day, places.
fn about(card: &Card, ctx: &Ctx) -> El {
    let w = ctx.w();
    let row = |name, value: El| el("div").kid(tx("dt", name)).kid(value);
    let mut places = el("dd");
    for (at, place) in instance().named(&card.places).into_iter().enumerate() {
        places = if at > 0 { places.text(", ") } else { places }.kid(place_link(place, ctx));
    }
    if places.is_empty() {
        places = places.text(w.everyone());
    }
    cl("dl", "mt")
        .kid(row(w.source(), tx("dd", card.source.clone())))
        .kid(row(if card.revision > 1 { w.revised() } else { w.issued() }, tx("dd", ctx.when(card.issued))))
        .kid(row(w.where_(), places))
}

/// The same item in the languages of the screens by address; others follow below on the same page.
fn languages(card: &Card, shown: &Headline, ctx: &Ctx) -> Option<El> {
    let w = ctx.w();
    let others: Vec<&Headline> = card.headlines.iter().filter(|other| other.lang != shown.lang).collect();
    let untranslated = shown.lang != ctx.lang.tag();
    if others.is_empty() && !untranslated {
        return None;
    }
    let mut line = cl("p", "la");
    if untranslated {
        line = line.text(fill(w.only_in(), &[("lang", &lang_name(&shown.lang, ctx))])).text(" ");
    }
    for other in others {
        let href = match screen(&other.lang) {
            Some(lang) => Route::Item(card.id).path(lang),
            None => ["#v-", &other.lang].concat(),
        };
        let a = link(href, lang_name(&other.lang, ctx)).attr("hreflang", other.lang.clone());
        line = line.kid(a).text(" ");
    }
    Some(line)
}

fn screen(lang: &str) -> Option<Lang> {
    [Lang::Vi, Lang::En].into_iter().find(|known| known.tag() == lang)
}

/// Name of a language where the screens know one, else its tag.
pub fn lang_name(tag: &str, ctx: &Ctx) -> String {
    let named = ctx.w().languages().split('|').filter_map(|pair| pair.split_once(':'));
    named.into_iter().find(|(known, _)| *known == tag).map_or(tag, |(_, name)| name).to_owned()
}

/// What only the app can do with an item: keep it, and read it out.
fn app_acts(card: &Card, ctx: &Ctx) -> Option<El> {
    if !ctx.is_app() {
        return None;
    }
    let w = ctx.w();
    let id = card.id.to_string();
    let act = |act, icon, text: &'static str| button(act, icon, text).attr("data-id", id.clone());
    let saved = ctx.saved.contains(&card.id);
    let (icon, text) = if saved { ("saved", w.saved_act()) } else { ("save", w.save()) };
    let save = act("save", icon, text).attr("aria-pressed", if saved { "true" } else { "false" });
    let listen = ctx.voice.then(|| act("listen", "listen", if ctx.speaking { w.listen_stop() } else { w.listen() }));
    Some(cl("div", "ac").apart().kid(save).maybe(listen))
}

/// Ways to others. Buttons that need a script are only shown when one is there (`.js`).
fn pass_on(data: &ItemData, ctx: &Ctx) -> El {
    let (w, card, over) = (ctx.w(), data.card, over(data, ctx));
    let script = |button: El| if ctx.is_app() { button } else { el("span").class("js").kid(button) };
    let bar = cl("div", "ac").attr("data-url", links::short(card, ctx.lang, &ctx.origin)).apart();
    let mut share = button("share", "share", w.share());
    if !over.is_empty() {
        share = share.attr("data-title", over.clone() + &headline(card, ctx).title);
    }
    let sms = cl("a", "bt")
        .attr("href", links::sms_of(&message(data, over, ctx)))
        .attr("data-act", "sms")
        .kid(crate::icons::icon("sms"));
    bar.kid(script(share)).kid(script(button("copy", "copy", w.copy()))).kid(sms.kid(tx("span", w.sms()))).kid(script(button(
        "print",
        "print",
        w.print(),
    )))
}

/// What is sent as text message: of an alert what fits into two of them, of anything else title, day of an event, summary and
/// address; `over` says first that it no longer holds.
fn message(data: &ItemData, over: String, ctx: &Ctx) -> String {
    let (card, address) = (data.card, links::short(data.card, ctx.lang, &ctx.origin));
    if card.alert().is_some() {
        let nothing = Body::default();
        return sms::text(card, data.body.unwrap_or(&nothing), data.state, ctx.lang, &address, sms::marked, ctx.now);
    }
    let headline = headline(card, ctx);
    let when = card.event().map_or_else(String::new, |event| ctx.when(event.start) + ". ");
    [&over, &headline.title, ". ", &when, &headline.summary, " ", &address].concat()
}

/// What the kind has to say before its text.
fn facts(data: &ItemData, variant: &Variant, ctx: &Ctx) -> Vec<El> {
    match data.card.kind {
        Kind::ALERT => alert::before(data, variant, ctx),
        Kind::EVENT => facts::event(data.card, variant, ctx),
        _ => facts::guide(variant, ctx),
    }
}

/// The blocks.
fn text(data: &ItemData, variant: &Variant, ctx: &Ctx) -> Vec<El> {
    let urgent = data.card.kind == Kind::ALERT;
    let skip = if urgent { alert::shown_above(variant) } else { Vec::new() };
    let rest = variant.blocks.iter().enumerate().filter(|(at, _)| !skip.contains(at)).map(|(_, block)| block);
    let mut out = Vec::new();
    let blocks = blocks(rest, ctx);
    if !blocks.is_empty() {
        out.push(cl("div", "bd").attr("lang", variant.lang.clone()).kids(blocks));
    }
    if urgent {
        out.extend(alert::after(variant, ctx));
    }
    out
}

/// The text is not on this phone yet.
fn not_here(card: &Card, ctx: &Ctx) -> El {
    // One text alone shrinks to about half on its way.
    let cost = size(u64::from(card.body_bytes) / 2, ctx.lang);
    let text = fill(ctx.w().body_missing(), &[("size", &cost)]);
    let fetch = button("fetch", "download", ctx.w().fetch()).attr("data-id", card.id.to_string());
    cl("div", "em").apart().kid(tx("p", text)).kid(fetch)
}

/// Number of the document and where the source published it.
fn source(body: &Body, ctx: &Ctx) -> Option<El> {
    let w = ctx.w();
    let mut line = cl("p", "so");
    if let Some(document) = &body.document {
        line = line.text(w.document()).text(" ").text(document.clone()).text(" ");
    }
    if let Some(url) = body.source_url.as_deref().and_then(links::web) {
        line = line.kid(link(url.to_owned(), w.original()).attr("rel", "noopener"));
    }
    (!line.is_empty()).then_some(line)
}

/// Variants in languages that have no pages of their own: title, facts and text, folded.
fn others(data: &ItemData, body: &Body, shown: &Headline, ctx: &Ctx) -> Vec<El> {
    let foreign = body.variants.iter().filter(|variant| variant.lang != shown.lang && screen(&variant.lang).is_none());
    foreign
        .map(|variant| {
            let head = data.card.headline(&variant.lang);
            let mut inner = el("div").attr("lang", variant.lang.clone());
            if head.lang == variant.lang && !head.title.is_empty() {
                inner = inner.kid(tx("h2", head.title.clone())).kid(tx("p", head.summary.clone()));
            }
            if let Some(media) = &variant.audio {
                inner = inner.kid(audio(media, &lang_name(&variant.lang, ctx), ctx));
            }
            cl("details", "va")
                .attr("id", ["v-", &variant.lang].concat())
                .kid(tx("summary", lang_name(&variant.lang, ctx)))
                .kid(inner.kids(facts(data, variant, ctx)).kids(text(data, variant, ctx)))
        })
        .collect()
}

/// Only on paper: whose word it is, of when, and where to check it.
fn print_foot(card: &Card, ctx: &Ctx) -> El {
    let text = [&card.source, " · ", &ctx.when(card.issued), " · ", &links::short(card, ctx.lang, &ctx.origin)].concat();
    cl("p", "print-only").apart().attr("aria-hidden", "true").text(text)
}
