//! What the page of an alert has beside its text: level and state first, what to do, where, numbers, its chain.

use crate::blocks::{call, rich};
use crate::ctx::Ctx;
use crate::data::ItemData;
use crate::el::{El, cl, el, link, tx};
use crate::parts::{alert_class, hazard_name, headline, in_lang, level, span_text, state_text};
use domain::alert::State;
use domain::content::{AlertInfo, Block, Card, FactKind, MsgType, Variant};
use domain::instance::instance;
use domain::route::{Route, item_path};
use domain::words::{date_time, decimal};

/// Level, hazard, state, span.
pub fn head(data: &ItemData, info: &AlertInfo, ctx: &Ctx) -> El {
    let state = data.state.unwrap_or(State::Ended);
    cl("div", alert_class("alh", state, info.level))
        .kid(level(info.level, ctx))
        .kid(cl("p", "hz").text(hazard_name(info.hazard, ctx)))
        .kid(cl("p", "st").text(state_text(state, ctx)))
        .kid(cl("p", "sn").text(span_text(data.card, ctx)))
}

/// The first steps of an alert are "what to do".
fn steps(variant: &Variant) -> Option<usize> {
    variant.blocks.iter().position(|block| matches!(block, Block::Steps(_)))
}

/// Positions of blocks that stand outside the text: the steps above it, the numbers below.
pub fn shown_above(variant: &Variant) -> Vec<usize> {
    let calls = variant.blocks.iter().enumerate().filter(|(_, block)| matches!(block, Block::Call { .. })).map(|(at, _)| at);
    calls.chain(steps(variant)).collect()
}

/// What to do, then where.
pub fn before(data: &ItemData, variant: &Variant, ctx: &Ctx) -> Vec<El> {
    let w = ctx.w();
    let lang = |el: El| el.attr("lang", variant.lang.clone());
    let mut out = Vec::new();
    if let Some(Block::Steps(steps)) = steps(variant).and_then(|at| variant.blocks.get(at)) {
        let items = steps.iter().map(|step| rich(el("li"), step)).collect();
        out.push(el("section").kid(tx("h2", w.what_to_do)).kid(lang(cl("ol", "do").kids(items))));
    }
    let mut place = el("section").kid(tx("h2", w.alert_where));
    if let Some(area) = variant.fact(FactKind::AREA) {
        place = place.kid(lang(tx("p", area.to_owned())));
    }
    out.push(place.maybe(map(data.card, ctx)));
    if let Some(text) = variant.fact(FactKind::CONTINGENCY) {
        out.push(cl("section", "cg").kid(tx("h2", w.contingency)).kid(lang(tx("p", text.to_owned()))));
    }
    out
}

/// All units in outline, those concerned filled. The list of places above says the same in words.
fn map(card: &Card, ctx: &Ctx) -> Option<El> {
    if card.places.is_empty() {
        return None;
    }
    let one = |id: &str| el("use").attr("href", ["/map.svg#", id].concat());
    // The city as a whole is every unit.
    let whole = card.places.iter().filter_map(|code| instance().place(*code)).any(|place| place.parent.is_none());
    let hits = if whole {
        vec![one("all").class("hit")]
    } else {
        card.places.iter().map(|code| one(&["p", &decimal(code.0.into())].concat()).class("hit")).collect()
    };
    let names: Vec<&str> = card.places.iter().filter_map(|code| Some(instance().place(*code)?.short.as_str())).collect();
    let label = [ctx.w().map, ": ", &names.join(", ")].concat();
    let svg = cl("svg", "map").attr("viewBox", "0 0 720 488").attr("role", "img").attr("aria-label", label);
    Some(svg.kid(one("all")).kids(hits))
}

/// Numbers to call: those of the alert, else those of the area.
pub fn after(variant: &Variant, ctx: &Ctx) -> Vec<El> {
    let mut calls: Vec<El> = variant
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Call { number, label } => Some(call(number, label)),
            _ => None,
        })
        .collect();
    if calls.is_empty() {
        let hotlines = instance().hotlines.iter().take(4);
        calls = hotlines.map(|hotline| call(&hotline.number, hotline.name.get(ctx.lang))).collect();
    }
    vec![cl("section", "cs").kid(tx("h2", ctx.w().call)).kids(calls)]
}

/// All messages about this event, oldest first, this one marked.
pub fn chain(data: &ItemData, ctx: &Ctx) -> Option<El> {
    let w = ctx.w();
    if data.chain.is_empty() {
        return None;
    }
    let rows = data.chain.iter().map(|card| {
        let head = headline(card, ctx);
        let kind = match card.alert().map(|info| info.msg_type) {
            Some(MsgType::Update) => w.msg_update,
            Some(MsgType::Cancel) => w.msg_cancel,
            _ => w.msg_alert,
        };
        let title = head.title.clone();
        let title = if card.id == data.card.id {
            tx("b", title).attr("aria-current", "true")
        } else {
            link(item_path(card, ctx.lang), title)
        };
        let when = [&date_time(card.issued, ctx.now, ctx.lang), " · ", kind].concat();
        el("li").kid(tx("small", when)).text(" ").kid(in_lang(title, &head.lang, ctx))
    });
    let all = cl("p", "wy").kid(link(Route::Alerts.path(ctx.lang), w.all_alerts));
    Some(el("section").kid(tx("h2", w.chain)).kid(cl("ol", "ch").kids(rows.collect())).kid(all))
}
