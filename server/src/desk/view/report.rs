//! What a text lacks, what could be plainer in it, and what it costs readers.

use super::trouble::unfetched;
use crate::desk::links;
use crate::desk::visit::Visit;
use crate::desk::works::sendable;
use crate::store::desk::{Link, Work};
use domain::content::{Block, Body, FactKind};
use domain::editorial::{Advice, Compiled, Finding, HOLES, MAX_ACTIONS, MAX_LIFE, advise, reading};
use domain::instance::instance;
use domain::route::Route;
use domain::words::{Desk, fill, size};
use std::collections::{HashMap, HashSet};
use ui::el::{El, cl, el, tx};

/// What is missing, what could be plainer, and what it costs readers.
pub fn report(visit: &Visit, work: &Work, done: &Compiled, findings: &[Finding], links: &HashMap<String, Link>) -> El {
    let w = visit.w();
    let (card, body) = (&done.card, &done.body);
    let bytes = crate::compress::brotli(&[card.encode(), body.encode()].concat(), 9).len();
    let cost = fill(w.cost, &[("size", &size(bytes as u64, visit.lang))]);
    let media = match card.media_bytes {
        0 => String::new(),
        more => [" · ", &fill(w.cost_media, &[("size", &size(more.into(), visit.lang))])].concat(),
    };
    let original = work
        .text
        .texts
        .first()
        .map(|script| [&script.title, "\n", &script.summary, "\n", &script.actions.join("\n"), "\n", &script.text].concat());
    let original = original.unwrap_or_default();
    let (words, minutes) = reading(&original);
    let length = fill(w.length, &[("n", &words.to_string()), ("m", &minutes.to_string())]);
    let mut out = cl("section", "rp").attr("id", "report").kid(tx("h2", w.report));
    out = out.kid(tx("p", [&length, ". ", &cost, &media].concat()));
    let (advice, needed): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|finding| finding.is_advice());
    out = if needed.is_empty() {
        // What no finding has words for.
        match sendable(done, visit.now()) {
            Ok(()) => out.kid(cl("p", "st on").text(w.ready)),
            Err(reason) => out.kid(cl("p", "warn").text(fill(w.refuses, &[("reason", &reason.to_string())]))),
        }
    } else {
        let needed = needed.iter().map(|finding| tx("li", finding_text(finding, visit)));
        out.kid(tx("h3", w.needed)).kid(cl("ul", "nd").kids(needed.collect()))
    };
    let mut hints: Vec<String> = advice.iter().map(|finding| finding_text(finding, visit)).collect();
    hints.extend(advise(&original).iter().map(|advice| advice_text(advice, w)));
    hints
        .extend(strange_numbers(visit, &card.source, body).into_iter().map(|number| fill(w.hint_number, &[("number", &number)])));
    hints.extend(links::of(&work.text).iter().filter_map(|url| dead(visit, url, links)));
    if work.text.expires.is_empty() && work.text.alert.is_none() {
        hints.push(w.hint_no_end.to_owned());
    }
    if hints.is_empty() {
        return out;
    }
    let hints = hints.into_iter().map(|hint| tx("li", hint));
    // What may be a mistake is in sight; whoever wants to write more plainly opens the rest.
    out.kid(el("details").flag("open", !advice.is_empty()).kid(tx("summary", w.hints)).kid(cl("ul", "nd").kids(hints.collect())))
}

/// What is missing or wrong, in words.
pub fn finding_text(finding: &Finding, visit: &Visit) -> String {
    let w = visit.w();
    let name = |field: &str| match field {
        "title" => w.title,
        "summary" => w.summary,
        "text" => w.text,
        "source" => w.source_name,
        "change" => w.change,
        "start" => w.event_start,
        "end" => w.event_end,
        "issued" => w.issued,
        "hazard" => w.al_hazard,
        "level" => w.al_level,
        "actions" => w.al_actions,
        "contingency" => w.al_contingency,
        "area" => w.al_area,
        "effective" => w.effective,
        "document" => w.document,
        "label" => w.find_label,
        "heading" => w.mark_heading,
        "alt" => w.file_shows,
        "topics" => w.other_topics,
        "places" => w.places,
        _ => w.expires,
    };
    match finding {
        Finding::Missing(field) => fill(w.find_missing, &[("field", name(field))]),
        Finding::Unwritten(line) => fill(w.find_unwritten, &[("line", line)]),
        Finding::BadTime(field) => fill(w.find_time, &[("field", name(field))]),
        Finding::Backwards => w.find_backwards.to_owned(),
        Finding::NoTopic => w.find_topic.to_owned(),
        Finding::NoFile(file) => fill(w.find_file, &[("file", file)]),
        Finding::BadPhone(number) => fill(w.find_phone, &[("number", number)]),
        Finding::BadUrl(url) => fill(w.find_url, &[("url", url)]),
        Finding::BadTable => w.find_table.to_owned(),
        Finding::Future => w.find_future.to_owned(),
        Finding::BadId => w.find_id.to_owned(),
        Finding::NoItem(id) => fill(w.find_item, &[("id", id)]),
        Finding::UnknownKind => w.find_kind.to_owned(),
        Finding::NoPlace => w.find_place.to_owned(),
        Finding::Past => w.find_past.to_owned(),
        Finding::Over => w.find_over.to_owned(),
        Finding::TooFar => fill(w.find_far, &[("n", &(MAX_LIFE / 3_600).to_string())]),
        Finding::NoLevel(levels) => {
            fill(w.find_level, &[("from", &levels.start().to_string()), ("to", &levels.end().to_string())])
        }
        Finding::TooLong("actions", MAX_ACTIONS) => fill(w.find_actions, &[("n", &MAX_ACTIONS.to_string())]),
        Finding::TooLong("blocks", max) => fill(w.find_blocks, &[("n", &max.to_string())]),
        Finding::TooLong("rows", max) => fill(w.find_rows, &[("n", &max.to_string())]),
        Finding::TooLong("body", max) => fill(w.find_body, &[("n", &(max >> 10).to_string())]),
        Finding::TooLong("card", _) => w.find_card.to_owned(),
        Finding::TooLong(field, max) => fill(w.find_long, &[("field", name(field)), ("n", &max.to_string())]),
        Finding::NoHole(hole) => {
            let known = HOLES.map(|name| ["{", name, "}"].concat()).join(", ");
            fill(w.find_hole, &[("hole", hole), ("known", &known)])
        }
        Finding::Outdated(lang) => fill(w.find_outdated, &[("lang", &ui::pages::lang_name(lang, &super::ctx(visit)))]),
    }
}

fn advice_text(advice: &Advice, w: &'static Desk) -> String {
    match advice {
        Advice::LongSentence { start, syllables } => fill(w.hint_long, &[("start", start), ("n", &syllables.to_string())]),
        Advice::Officialese(one) => fill(w.hint_word, &[("term", one.term), ("plainer", one.plainer)]),
    }
}

/// What is wrong with an address that a text leads to, as far as is known.
fn dead(visit: &Visit, url: &str, links: &HashMap<String, Link>) -> Option<String> {
    let w = visit.w();
    if let Some(path) = url.strip_prefix(&*visit.origin).filter(|path| path.starts_with('/')) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let there = match Route::parse(path, query) {
            Some((_, Route::Item(id))) => visit.site.live.now().items.contains_key(&id),
            other => other.is_some(),
        };
        return (!there).then(|| fill(w.hint_link_gone, &[("url", url)]));
    }
    let trouble = links.get(url).map(|link| link.trouble.as_str()).filter(|trouble| !trouble.is_empty())?;
    Some(fill(w.hint_link, &[("url", url), ("why", unfetched(trouble, visit))]))
}

/// Numbers to call that no office is known by: neither one of the area's, nor in anything that this source has live.
fn strange_numbers(visit: &Visit, source: &str, body: &Body) -> Vec<String> {
    let mut known: HashSet<String> = instance().hotlines.iter().map(|line| digits(&line.number)).collect();
    // Each is told once, and what has no digit is found elsewhere.
    known.insert(String::new());
    let mut strange: Vec<&str> = numbers(body).filter(|number| known.insert(digits(number))).collect();
    let live = visit.site.live.now();
    let mut others = live.items.values().filter(|item| item.card.source == source);
    while !strange.is_empty()
        && let Some(item) = others.next()
    {
        let theirs: HashSet<String> = numbers(&item.body).map(digits).collect();
        strange.retain(|number| !theirs.contains(&digits(number)));
    }
    strange.into_iter().map(str::to_owned).collect()
}

fn numbers(body: &Body) -> impl Iterator<Item = &str> {
    body.variants.iter().flat_map(|variant| {
        let called = variant.blocks.iter().filter_map(|block| match block {
            Block::Call { number, .. } => Some(number.as_str()),
            _ => None,
        });
        called.chain(variant.facts(FactKind::PHONE))
    })
}

/// A number as it is dialled within the country.
fn digits(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("84").filter(|rest| (9..=10).contains(&rest.len())) {
        Some(rest) => ["0", rest].concat(),
        None => digits,
    }
}
