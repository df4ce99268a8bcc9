//! What the page of an alert has beside its text: level and state first, what to do, where, numbers, its chain.

use crate::blocks::{call, rich};
use crate::ctx::Ctx;
use crate::data::ItemData;
use crate::el::{El, cl, el, link, tx};
use crate::parts::{
    alert_class, button, drill_mark, hazard_name, headline, in_lang, lasts, sign, span_text, state_text, title, to, way,
    where_text,
};
use domain::alert::State;
use domain::alert::sms::taken_back;
use domain::content::{AlertInfo, Block, Card, FactKind, MsgType, Variant};
use domain::instance::{Place, instance};
use domain::route::{Route, forms_path};
use domain::search::fold;
use domain::words::decimal;

/// Level, hazard, state, span.
pub fn head(data: &ItemData, info: &AlertInfo, ctx: &Ctx) -> El {
    let state = data.state.unwrap_or(State::Ended);
    lasts(cl("div", alert_class("alh", data.card, state, info.level)), data.card, state)
        .maybe(drill_mark(data.card, ctx))
        .maybe(sign(info, ctx))
        .kid(cl("p", "hz").text(hazard_name(info.hazard, ctx)))
        .kid(cl("p", "st").text(state_text(data.card, state, ctx)))
        .kid(cl("p", "sn").text(span_text(data.card, info, state, ctx)))
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

/// What to do, then where. Of what was called off or replaced nothing is to be done.
pub fn before(data: &ItemData, variant: &Variant, ctx: &Ctx) -> Vec<El> {
    let w = ctx.w();
    let lang = |el: El| el.attr("lang", variant.lang.clone());
    let holds = !taken_back(data.card, data.state);
    let mut out: Vec<El> = what_to_do(variant, data.state == Some(State::Ended), ctx).into_iter().filter(|_| holds).collect();
    let mut place = el("section").kid(tx("h2", w.alert_where()));
    if let Some(area) = variant.fact(FactKind::AREA) {
        place = place.kid(lang(tx("p", area.to_owned())));
    }
    out.push(place.kid(map(data.card, ctx)));
    if let Some(text) = variant.fact(FactKind::CONTINGENCY).filter(|_| holds) {
        out.push(cl("section", "cg").kid(tx("h2", w.contingency())).kid(lang(tx("p", text.to_owned()))));
    }
    out
}

/// The steps, large, each with a drawing where we have one for it.
pub fn what_to_do(variant: &Variant, ended: bool, ctx: &Ctx) -> Option<El> {
    let steps = variant.steps();
    if steps.is_empty() {
        return None;
    }
    let items = steps.iter().map(|step| {
        let drawing = drawing(&step.plain).map(|name| {
            let picture = el("use").attr("href", ["/do.svg#", name].concat());
            cl("svg", "dw").attr("viewBox", "0 0 64 64").attr("aria-hidden", "true").kid(picture)
        });
        el("li").maybe(drawing).kid(rich(el("span"), step))
    });
    let list = cl("ol", "do").attr("lang", variant.lang.clone()).kids(items.collect());
    let title = if ended { ctx.w().what_to_do_still() } else { ctx.w().what_to_do() };
    Some(el("section").kid(tx("h2", title)).kid(list))
}

/// Drawings of `public/do.svg` with the beginnings of words that call for them, without diacritics; the first that fits
/// counts. A picture of the opposite is worse than none: only [`WATER`] is for what must not be done.
const DRAWINGS: [(&str, &str); 10] = [
    ("lift", " ke do| ke lua| ke cao| up high"),
    ("power", " cup | dien dut| rut phich| off power| off the mains| broken power"),
    ("call", " goi 1| goi so| bao truong thon| bao xa | call 1| tell the village"),
    ("boat", " thuyen| tau | neo buoc| boat| moor"),
    ("animals", " trau| gia suc| cattle"),
    ("pack", " goi san| giay to| sac day| charge phones| pack "),
    ("up", " cho cao| noi cao| len cao| duong cao| suon doi| high ground| high road"),
    ("leave", " roi nha| di tranh| san sang di| leave home| leave now| ready to"),
    ("stay", " o trong nha | o nha | o yen| vao nha chac| tranh tru| indoors| stay inside| solid house"),
    ("watch", " quan sat| theo doi| thuc canh| watch"),
];
const WATER: &str = " khong loi| khong qua | qua suoi| qua ngam| cau tran| through streams| running water";
const NEVER: &str = " khong | dung | not | never | avoid ";

/// Nothing behind a "not" is to be done.
fn drawing(step: &str) -> Option<&'static str> {
    let step = [" ", &fold(step), " "].concat();
    let at = |words: &str| {
        let mut first = step.len();
        for word in words.split('|') {
            first = first.min(step.find(word).unwrap_or(first));
        }
        first
    };
    let never = at(NEVER);
    for (name, words) in &DRAWINGS {
        if at(words) < never {
            return Some(name);
        }
    }
    (never < step.len() && at(WATER) < step.len()).then_some("water")
}

/// The whole screen for one alert that must not be overlooked: what it is, what to do, where, from whom, whom to call.
pub fn alarm(ctx: &Ctx, data: ItemData) -> El {
    let head = headline(data.card, ctx);
    let variant = data.body.and_then(|body| body.variant(&head.lang));
    let top = data.card.alert().map(|info| self::head(&data, &info, ctx));
    let whole = to(data.card, ctx).class("bt").kid(tx("span", ctx.w().read_all()));
    let alarm = cl("div", "pg alarm")
        .maybe(top)
        .kid(title("h1", data.card, ctx))
        .kid(tx("small", where_text(&data.card.places, ctx)))
        .kid(tx("small", data.card.source.clone()))
        .maybe(variant.and_then(|variant| what_to_do(variant, false, ctx)))
        .kid(in_lang(cl("p", "ld").text(head.summary.clone()), &head.lang, ctx))
        .kids(variant.map(|variant| after(variant, ctx)).unwrap_or_default())
        .kid(cl("p", "ac").kid(button("seen", "check", ctx.w().seen())).kid(whole));
    el("dialog").kid(alarm)
}

/// Other forms of the alert, which the server makes: on paper, as text message, for the loudspeaker.
pub fn forms(card: &Card, ctx: &Ctx) -> El {
    let path = forms_path(card.id, ctx.lang);
    let to = |end: &str, text| link([&path, end].concat(), text);
    cl("p", "wy fm").kid(to("/to-ro", ctx.w().poster())).text(" ").kid(to("/loa", ctx.w().loud()))
}

/// All units in outline, those concerned filled. The list of places above says the same in words.
fn map(card: &Card, ctx: &Ctx) -> El {
    let one = |id: &str| el("use").attr("href", ["/map.svg#", id].concat());
    // The city as a whole is every unit, and so is none that is named.
    let whole = card.places.is_empty() || card.places.iter().filter_map(|code| instance().place(*code)).any(Place::is_whole);
    let hits = if whole {
        vec![one("all").class("hit")]
    } else {
        card.places.iter().map(|code| one(&["p", &decimal(code.0.into())].concat()).class("hit")).collect()
    };
    let label = [ctx.w().map(), ": ", &where_text(&card.places, ctx)].concat();
    let svg = cl("svg", "map").attr("viewBox", "0 0 720 488").attr("role", "img").attr("aria-label", label);
    svg.kid(one("all")).kids(hits)
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
    vec![cl("section", "cs").kid(tx("h2", ctx.w().call())).kids(calls)]
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
            Some(MsgType::Update) => w.msg_update(),
            Some(MsgType::Cancel) => w.msg_cancel(),
            _ => w.msg_alert(),
        };
        let title = head.title.clone();
        let title = if card.id == data.card.id {
            tx("b", title).attr("aria-current", "true")
        } else {
            link(Route::Item(card.id).path(ctx.lang), title)
        };
        let when = [&ctx.when(card.issued), " · ", kind].concat();
        el("li").kid(tx("small", when)).text(" ").kid(in_lang(title, &head.lang, ctx))
    });
    let missed = (!data.missed.is_empty()).then(|| {
        let text = ctx.count(w.missed(), data.missed.len());
        cl("li", "ms").text(text)
    });
    let all = way(Route::Alerts.path(ctx.lang), w.all_alerts());
    Some(cl("section", "cn").kid(tx("h2", w.chain())).kid(cl("ol", "ch").maybe(missed).kids(rows.collect())).kid(all))
}
