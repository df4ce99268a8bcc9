//! Alerts wherever they stand: level, state, span and class, and their rows in lists.

use super::{from_until, nth, sample_badge, title, to, until, where_text};
use crate::ctx::Ctx;
use crate::data::replaced;
use crate::el::{El, cl, tx};
use crate::icons::icon;
use domain::alert::{Standing, State, standings};
use domain::content::{AlertInfo, Card, MsgType, Status};
use domain::instance::instance;
use domain::words::{decimal, fill};

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
