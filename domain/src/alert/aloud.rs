//! A script for the hamlet's loudspeaker, in Vietnamese: plain sentences, numbers in words, read twice.

use super::State;
use super::numbers::{clock, date, digits, spell};
use super::sms::{over, taken_back};
use crate::content::{AlertInfo, Block, Body, Card, FactKind, MsgType, Status, Time};
use crate::instance::instance;
use crate::words::{Lang, fill};

/// What the reader does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// One sentence.
    Line(String),
    /// Seconds of silence.
    Pause(u8),
}

use Said::{Line, Pause};

/// The whole script. What no longer holds says so; what was called off or replaced says nothing of what was to be done.
pub fn script(card: &Card, body: &Body, state: Option<State>) -> Vec<Said> {
    let d = Lang::Vi.desk();
    let Some(info) = card.alert() else { return Vec::new() };
    let calls = calls(body);
    let drill = match card.status() {
        Status::Actual => card.sample.then_some(d.aloud_sample),
        Status::Exercise => Some(d.aloud_exercise),
        Status::Test => Some(d.aloud_test),
    };
    let mut out = vec![Line(d.aloud_begin.to_owned()), Pause(2)];
    let mut round = Vec::new();
    round.extend(drill.into_iter().flat_map(|drill| [Line(drill.to_owned()), Pause(1)]));
    round.extend(message(card, body, &info, state, &calls));
    out.extend(round.iter().cloned());
    out.extend([Pause(3), Line(d.aloud_again.to_owned()), Pause(2)]);
    out.extend(round);
    out.extend([Pause(2), Line(d.aloud_end.to_owned())]);
    out
}

/// Numbers to call, as they are written, with who answers: those of the alert, else the first of the area.
fn calls(body: &Body) -> Vec<(String, String)> {
    let blocks = body.variant("vi").into_iter().flat_map(|variant| &variant.blocks);
    let own = blocks.filter_map(|block| match block {
        Block::Call { number, label } => Some((number.clone(), label.clone())),
        _ => None,
    });
    let own: Vec<_> = own.collect();
    let area = instance().hotlines.iter().map(|hotline| (hotline.number.clone(), hotline.name.vi.clone()));
    if own.is_empty() { area.take(2).collect() } else { own }
}

fn message(card: &Card, body: &Body, info: &AlertInfo, state: Option<State>, calls: &[(String, String)]) -> Vec<Said> {
    let d = Lang::Vi.desk();
    let (over, holds) = (over(card, state, Lang::Vi), !taken_back(card, state));
    // Every number people know, also where a text names one that is not called here.
    let known: Vec<&str> =
        calls.iter().map(|(number, _)| number.as_str()).chain(instance().hotlines.iter().map(|h| h.number.as_str())).collect();
    let say = |text: &str| spell(text, &known);
    let mut out = Vec::new();
    let mut tell = |text: &str, pause: u8| {
        out.extend(sentences(&say(text)).into_iter().map(Line));
        out.push(Pause(pause));
    };
    let kind = match info.msg_type {
        MsgType::Alert => d.aloud_alert,
        MsgType::Update => d.aloud_update,
        MsgType::Cancel => d.aloud_cancel,
    };
    let hazard = instance().hazard(info.hazard).map_or("", |hazard| &hazard.name.vi).to_lowercase();
    let word = Lang::Vi.words().level_words().split('|').nth(usize::from(info.level.clamp(1, 5)) - 1).unwrap_or_default();
    let level = info.level.to_string();
    tell(&fill(kind, &[("hazard", &hazard), ("n", &level), ("word", word), ("source", &card.source)]), 1);
    if let Some(over) = over {
        tell(over, 1);
    }
    // What was to come is over.
    if holds && over.is_none() {
        tell(&card.headline("vi").summary, 1);
    }
    // Nobody is told to beware where a danger is called off.
    let (at, everywhere) = match info.msg_type {
        MsgType::Cancel => (d.aloud_freed, d.aloud_freed_everywhere),
        _ => (d.aloud_where, d.aloud_everywhere),
    };
    let variant = body.variant("vi");
    match variant.and_then(|variant| variant.fact(FactKind::AREA)) {
        Some(area) => tell(&fill(at, &[("places", area)]), 1),
        None => {
            let names = card.places.iter().filter_map(|code| Some(instance().place(*code)?.name.vi.as_str()));
            let names: Vec<&str> = names.collect();
            tell(&if names.is_empty() { everywhere.to_owned() } else { fill(at, &[("places", &names.join(", "))]) }, 1);
        }
    }
    let coming = state == Some(State::Coming);
    if let Some(start) = card.effective.filter(|_| coming) {
        tell(&fill(d.aloud_from, &[("at", &instant(start))]), 1);
    }
    if let Some(end) = card.expires.filter(|_| holds && info.msg_type != MsgType::Cancel) {
        tell(&fill(if over.is_none() { d.aloud_until } else { d.aloud_ended }, &[("at", &instant(end))]), 1);
    }
    let steps = variant.filter(|_| holds).map(|variant| variant.steps()).unwrap_or_default();
    if !steps.is_empty() {
        let now = if coming { d.aloud_steps_coming } else { d.aloud_steps };
        tell(if over.is_none() { now } else { d.aloud_steps_still }, 1);
        for (n, step) in ["Một", "Hai", "Ba", "Bốn", "Năm"].iter().zip(steps) {
            tell(&[n, ": ", &step.plain].concat(), 1);
        }
    }
    if let Some(text) = variant.filter(|_| holds).and_then(|variant| variant.fact(FactKind::CONTINGENCY)) {
        tell(text, 1);
    }
    for (number, label) in calls.iter().take(2) {
        tell(&fill(d.aloud_call, &[("number", &digits(number)), ("label", label)]), 1);
    }
    out
}

/// `mười tám giờ năm phút ngày hai mươi ba tháng mười một`.
fn instant(at: Time) -> String {
    let c = at.civil();
    [&clock(c.hour, c.minute), " ngày ", &date(c.day, c.month, None)].concat()
}

/// Cut after the signs that end one; each ends with a sign.
fn sentences(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let ends = rest.char_indices().find(|(at, c)| matches!(c, '.' | '!' | '?') && rest[at + 1..].starts_with(' '));
        let end = ends.map_or(rest.len(), |(at, _)| at + 1);
        let sentence = rest[..end].trim();
        let open = !sentence.ends_with(['.', '!', '?']);
        out.push(if open { [sentence, "."].concat() } else { sentence.to_owned() });
        rest = rest[end..].trim_start();
    }
    out
}
