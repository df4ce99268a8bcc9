//! An alert as text message: at most two segments, with diacritics or without.
//!
//! A message of the GSM 7-bit alphabet (3GPP TS 23.038) holds 160 characters, or 153 in each segment of a longer one;
//! anything else is UCS-2 with 70, or 67 in each segment.

use super::State;
use crate::content::{AlertInfo, Body, Card, MsgType, Status, Time};
use crate::instance::instance;
use crate::search::{fold, fold_char, lower};
use crate::words::{Lang, decimal, fill, two};

/// Segments of a text.
pub const MOST: usize = 2;
/// Letters of UCS-2 in each segment of several.
const EACH: usize = 67;
/// Characters of the GSM alphabet that are no ASCII.
const GSM: &str = "@£$¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
/// ASCII that the alphabet has only behind an escape, where each counts twice.
const ESCAPED: &str = "^{}\\[~]|";
/// ASCII that it lacks.
const LACKING: char = '`';

/// Segments in which `text` travels.
pub fn segments(text: &str) -> usize {
    let gsm = text.chars().all(is_gsm);
    let (single, each) = if gsm { (160, 153) } else { (70, EACH) };
    let (mut all, mut count, mut left) = (0, 0, 0);
    for c in text.chars() {
        let weight = if !gsm { c.len_utf16() } else { 1 + usize::from(ESCAPED.contains(c) || c == '€') };
        all += weight;
        // A character of two units never lies across two segments.
        if weight > left {
            (count, left) = (count + 1, each);
        }
        left -= weight;
    }
    if all <= single { 1 } else { count }
}

fn is_gsm(c: char) -> bool {
    (c.is_ascii() && !c.is_ascii_control() && c != LACKING) || c == '\n' || c == '€' || GSM.contains(c)
}

/// With diacritics, in one line.
pub fn marked(text: &str) -> String {
    text.replace(char::is_whitespace, " ")
}

/// Without diacritics, in the GSM alphabet alone; case stays.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '–' | '—' | '−' | '•' => out.push('-'),
            '“' | '”' | '„' | '«' | '»' => out.push('"'),
            '…' => out.push_str("..."),
            '`' => out.push('\''),
            c if c.is_whitespace() => out.push(' '),
            c => {
                let Some(base) = fold_char(c).filter(|base| is_gsm(*base)) else { continue };
                out.push(if lower(c) == c || !base.is_ascii() { base } else { base.to_ascii_uppercase() });
            }
        }
    }
    out
}

/// Title, level, until, places (what the title says already not once more), the first actions or what the summary says, and
/// last the `link`: as much of it, in this order, as fits into [`MOST`] segments. A part that does not fit is left out whole, an
/// action with all that follow it; a title that is too long ends at a word. What no longer holds says so before its title; what
/// was called off or replaced says nothing of what was to be done. `clean` is [`marked`] or [`plain`]; a `body` that is not at
/// hand may be empty.
pub fn text(
    card: &Card,
    body: &Body,
    state: Option<State>,
    lang: Lang,
    link: &str,
    clean: fn(&str) -> String,
    now: Time,
) -> String {
    let fits = |text: &str| segments(&[text, " ", link].concat()) <= MOST;
    let over = over(card, state, lang);
    let mut out = clean(&card.headline(lang.tag()).title);
    if let Some(over) = over {
        out = [&clean(over), ": ", &out].concat();
    }
    out.insert_str(0, &clean(&sample(card, lang)));
    while !fits(&out) {
        let Some(shorter) = cut(&out) else { break };
        out = shorter;
    }
    let add = |out: &mut String, part: &str| {
        let longer = [out, joint(out), &clean(part)].concat();
        let fitting = fits(&longer);
        if fitting {
            *out = longer;
        }
        fitting
    };
    let (facts, todo) = parts(card, body, state, lang, now);
    for choices in facts {
        for choice in choices {
            if add(&mut out, &choice) {
                break;
            }
        }
    }
    for list in todo {
        let before = out.len();
        // A later step without the one before it could be the wrong one.
        for step in list {
            if !add(&mut out, &step) {
                break;
            }
        }
        if out.len() > before {
            break;
        }
    }
    [&out, " ", link].concat()
}

/// What follows the title, each part in the forms that may stand for it, the fullest first; then what to do, in its order: the
/// steps, and where not even the first one fits, the sentences of the summary.
fn parts(card: &Card, body: &Body, state: Option<State>, lang: Lang, now: Time) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let w = lang.words();
    let Some(info) = card.alert() else { return Default::default() };
    if taken_back(card, state) {
        return (vec![places(card, lang)], Vec::new());
    }
    let mut parts = Vec::new();
    let level = fill(w.sms_level(), &[("n", &decimal(info.level.into()))]);
    let cancel = info.msg_type == MsgType::Cancel;
    if !cancel && !fold(&card.headline(lang.tag()).title).contains(&fold(&level)) {
        parts.push(vec![level]);
    }
    // Before the places: whoever gets it handed on tomorrow is to see that it is over.
    if state != Some(State::Ended) {
        parts.extend(until(card, &info, lang, now));
    }
    parts.push(places(card, lang));
    let mut todo = Vec::new();
    if let Some(variant) = body.variant(&card.headline(lang.tag()).lang) {
        variant.steps().iter().take(3).for_each(|step| todo.push(step.plain.clone()));
    }
    let mut sentences = Vec::new();
    // Whole ones: half of one may say the opposite.
    for sentence in card.headline(lang.tag()).summary.split_inclusive(". ") {
        sentences.push(sentence.trim_end().to_owned());
    }
    (parts, vec![todo, sentences])
}

fn places(card: &Card, lang: Lang) -> Vec<String> {
    let (w, named, title) = (lang.words(), instance().named(&card.places), fold(&card.headline(lang.tag()).title));
    let mut told = true;
    let (mut names, mut few) = (String::new(), Vec::new());
    for (at, place) in named.iter().enumerate() {
        if at > 0 {
            if at < 3 && at + 1 < named.len() {
                let more = fill(w.places_more(), &[("n", &decimal((named.len() - at) as i64))]);
                few.insert(0, [&names, " ", &more].concat());
            }
            names.push_str(", ");
        }
        let name = place.label(lang);
        names.push_str(name);
        told &= title.contains(&fold(name));
    }
    if told {
        return Vec::new();
    }
    few.insert(0, names);
    let mut all = Vec::new();
    few.iter().for_each(|places| all.push(fill(w.sms_where(), &[("places", places)])));
    all
}

/// Until when an alert holds, and from when where that is still to come, the fullest form first; `None` where it says nothing
/// of that, and of a cancel.
pub fn until(card: &Card, info: &AlertInfo, lang: Lang, now: Time) -> Option<Vec<String>> {
    if info.msg_type == MsgType::Cancel {
        return None;
    }
    let w = lang.words();
    // Until when it will hold says nothing to whoever takes it to hold.
    if let Some(start) = card.effective.filter(|start| *start > now) {
        let from = instant(start);
        let mut forms = vec![fill(w.from_on(), &[("from", &from)])];
        if let Some(end) = card.expires {
            forms.insert(0, fill(w.from_until(), &[("from", &from), ("until", &instant(end))]));
        }
        return Some(forms);
    }
    let end = card.expires?;
    Some(vec![fill(if end > now { w.sms_until() } else { w.sms_ended() }, &[("at", &instant(end))])])
}

/// `18:00 23/11`, as short as it can be said.
pub fn instant(at: Time) -> String {
    let c = at.civil();
    [&*two(c.hour), ":", &two(c.minute), " ", &two(c.day), "/", &two(c.month)].concat()
}

/// What stands between two parts.
fn joint(before: &str) -> &'static str {
    if before.ends_with(['.', '!', '?', ':', ';']) { " " } else { ". " }
}

/// Without its last word, never inside a number that is written in groups, and never ending before one.
fn cut(text: &str) -> Option<String> {
    let mut end = text.len();
    loop {
        end = text[..end].rfind(' ')?;
        let numeric = text[end + 1..].starts_with(|c: char| c.is_ascii_digit());
        let head = text[..end].trim_end_matches(|c: char| c.is_ascii_punctuation() || " –…".contains(c));
        if !numeric && !head.is_empty() {
            // The sign of the shorter text is one that its alphabet has.
            return Some([head, if head.chars().all(is_gsm) { "..." } else { "…" }].concat());
        }
    }
}

/// `[Bài mẫu] ` before what is passed on of sample content; else nothing.
pub fn sample(card: &Card, lang: Lang) -> String {
    if card.sample { ["[", lang.words().sample(), "] "].concat() } else { String::new() }
}

/// Whether nobody is to do any more what an alert says: it was called off, or replaced, or an exercise that is over. One that
/// ended without newer word may still be right.
pub fn taken_back(card: &Card, state: Option<State>) -> bool {
    (state != Some(State::Ended) || card.status() != Status::Actual) && over(card, state, Lang::Vi).is_some()
}

/// What is said first of an alert that no longer holds. That one is called off holds for as long as nothing newer came.
pub fn over(card: &Card, state: Option<State>, lang: Lang) -> Option<&'static str> {
    let w = lang.words();
    let cancel = card.alert().is_some_and(|info| info.msg_type == MsgType::Cancel);
    match state? {
        // An exercise leaves no danger behind.
        State::Ended if card.status() != Status::Actual => Some(w.drill_ended()),
        State::Ended => Some(w.alert_ended()),
        State::Cancelled if !cancel => Some(w.alert_cancelled()),
        State::Superseded => Some(w.alert_superseded()),
        State::InForce | State::Coming | State::Cancelled => None,
    }
}
