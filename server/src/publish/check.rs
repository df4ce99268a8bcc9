//! The limits of an item, whoever proposes it.

use crate::reason::Reason;
use domain::content::{AlertInfo, Block, Body, Card, EventInfo, Time};
use domain::instance::instance;
use oxilangtag::LanguageTag;
use std::ops::RangeInclusive;

pub const MAX_TITLE: usize = 200;
pub const MAX_SUMMARY: usize = 600;
const MAX_BLOCKS: usize = 400;
const MAX_ROWS: usize = 200;
const MAX_TEXT: usize = 64 * 1024;
/// Names, labels, numbers and addresses.
pub const MAX_SHORT: usize = 500;

/// Levels that an alert may have. One below the lowest of its hazard is heard all the same, which the desk never sends: what comes
/// by import is what its authority has said.
pub fn levels(hazard: u8) -> RangeInclusive<u8> {
    1..=*instance().raised(hazard).end()
}

/// The tag of a language in the case that it is written in (RFC 5646, 2.1.1); `None` where it is none by its grammar. What the
/// registry of subtags knows is not asked.
pub fn language(tag: &str) -> Option<String> {
    let tag = LanguageTag::parse_and_normalize(tag).ok()?.into_inner();
    (tag.len() <= 35).then_some(tag)
}

/// Whether an item keeps to all limits.
pub fn check(card: &Card, body: &Body, alert: Option<&AlertInfo>, now: Time) -> Result<(), Reason> {
    reasons(card, body, alert, now).into_iter().next().map_or(Ok(()), Err)
}

/// Whether something was issued later than any clock that is right may say.
pub fn ahead(issued: Time, now: Time) -> bool {
    issued > now.plus(86_400)
}

/// Each limit that an item does not keep to.
pub fn reasons(card: &Card, body: &Body, alert: Option<&AlertInfo>, now: Time) -> Vec<Reason> {
    let mut all = Vec::new();
    let mut must = |done: Result<(), Reason>| all.extend(done.err());
    for (at, headline) in card.headlines.iter().enumerate() {
        if at > 0 && headline.is_heard_alone() {
            continue;
        }
        must(text("title", &headline.title, MAX_TITLE));
        must(text("summary", &headline.summary, MAX_SUMMARY));
    }
    must(text("source", &card.source, MAX_SUMMARY));
    if ahead(card.issued, now) {
        must(Err(Reason::Future));
    }
    let start = card.effective.unwrap_or(card.issued);
    let event = card.event();
    let ends_first = |event: &EventInfo| event.end.is_some_and(|end| end < event.start);
    if card.expires.is_some_and(|end| end <= start) || event.as_ref().is_some_and(ends_first) {
        must(Err(Reason::Backwards));
    }
    if let Some(alert) = alert {
        let levels = levels(alert.hazard);
        if !levels.contains(&alert.level) {
            must(Err(Reason::BadLevel { level: alert.level.into(), levels }));
        }
    }
    must(count("topics", card.topics.len(), 10));
    must(count("places", card.places.len(), 300));
    let variants = || body.variants.iter();
    must(count("blocks", variants().map(|v| v.blocks.len()).sum(), MAX_BLOCKS));
    let facts = variants().flat_map(|v| &v.facts).map(|fact| fact.text.len()).sum::<usize>();
    let blocks = || variants().flat_map(|v| &v.blocks);
    must(count("body", facts + blocks().flat_map(Block::texts).map(str::len).sum::<usize>(), MAX_TEXT));
    must(body.source_url.as_deref().map_or(Ok(()), url));
    must(event.and_then(|event| event.online).as_deref().map_or(Ok(()), url));
    must(body.document.as_deref().map_or(Ok(()), |document| text("document", document, MAX_SHORT)));
    blocks().take(MAX_BLOCKS).for_each(|one| must(block(one)));
    if all.is_empty() {
        all.extend(size(&card.encode(), &body.encode()).err());
    }
    all
}

/// Whether what travels of an item is within the formats of the wire, in bytes.
pub fn size(card: &[u8], body: &[u8]) -> Result<(), Reason> {
    if card.len() > Card::MAX_BYTES {
        return Err(Reason::TooLong("card", Card::MAX_BYTES));
    }
    if body.len() > Body::MAX_BYTES { Err(Reason::TooLong("body", Body::MAX_BYTES)) } else { Ok(()) }
}

/// Whether the reason of a withdrawal keeps to the limits.
pub fn withdrawal(reason: &str) -> Result<(), Reason> {
    text("withdrawn", reason, MAX_SUMMARY)
}

fn block(block: &Block) -> Result<(), Reason> {
    match block {
        Block::Table { head, rows } => {
            if rows.len() > MAX_ROWS {
                return Err(Reason::TooLong("rows", MAX_ROWS));
            }
            if head.is_empty() || head.len() > 20 || rows.iter().any(|row| row.len() != head.len()) {
                return Err(Reason::Wrong("table"));
            }
            Ok(())
        }
        Block::Call { number, label } => {
            let digits = number.strip_prefix('+').unwrap_or(number);
            let count = digits.bytes().filter(u8::is_ascii_digit).count();
            if !(2..=20).contains(&count) || digits.bytes().any(|b| !b.is_ascii_digit() && b != b' ') {
                return Err(Reason::BadPhone(number.clone()));
            }
            text("label", label, MAX_SHORT)
        }
        Block::Link { url: address, label } => {
            text("label", label, MAX_SHORT)?;
            url(address)
        }
        Block::Image { alt, .. } => text("alt", alt, MAX_SUMMARY),
        Block::Audio { title, .. } => text("title", title, MAX_TITLE),
        Block::Heading { text: words, .. } => text("heading", words, MAX_SUMMARY),
        _ => Ok(()),
    }
}

/// Characters without a shape that text of ours has no use for, and those that turn the direction of reading
/// (Unicode 16, `Cf`); what joins letters of other scripts stays.
pub fn shapeless(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn text(field: &'static str, text: &str, max: usize) -> Result<(), Reason> {
    if text.chars().all(|c| c.is_whitespace() || shapeless(c)) {
        return Err(Reason::Missing(field));
    }
    if text.chars().count() > max { Err(Reason::TooLong(field, max)) } else { Ok(()) }
}

fn count(field: &'static str, count: usize, max: usize) -> Result<(), Reason> {
    if count > max { Err(Reason::TooLong(field, max)) } else { Ok(()) }
}

/// `http` or `https`, a host, and nothing that could end an attribute or hide where it leads.
pub fn url(address: &str) -> Result<(), Reason> {
    let lower = address.get(..8).unwrap_or(address).to_ascii_lowercase();
    let rest = if lower.starts_with("https://") {
        &address[8..]
    } else if lower.starts_with("http://") {
        &address[7..]
    } else {
        return Err(Reason::BadUrl(address.chars().take(80).collect()));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\' | '`');
    if host.is_empty() || host.contains('@') || address.len() > 2000 || address.contains(odd) {
        return Err(Reason::BadUrl(address.chars().take(80).collect()));
    }
    Ok(())
}
