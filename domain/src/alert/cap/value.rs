//! What stands inside single elements.

use super::{Code, Reference, Stamp, Version};
use crate::content::{Certainty, Urgency};

type Read<T> = Result<T, Code>;

/// XML's blanks at both ends play no part.
pub fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

/// `None` where an element is there with nothing in it.
pub fn optional(text: &str) -> Option<String> {
    let text = trim(text);
    (!text.is_empty()).then(|| text.to_owned())
}

pub fn required(text: &str) -> Read<String> {
    optional(text).ok_or(Code::Empty)
}

/// `identifier` and `sender`: no blanks, commas or signs of markup.
pub fn name(text: &str) -> Read<String> {
    let text = required(text)?;
    let bad = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | '<' | '&');
    if text.contains(bad) { Err(Code::BadName) } else { Ok(text) }
}

pub fn word<T>(text: &str, from_name: impl Fn(&str) -> Option<T>) -> Read<T> {
    from_name(trim(text)).ok_or(Code::BadWord)
}

pub fn stamp(text: &str, version: Version) -> Read<Stamp> {
    let text = trim(text);
    let stamp = if version == Version::V1_2 { Stamp::strict(text) } else { Stamp::lenient(text) };
    stamp.ok_or(Code::BadTime)
}

/// A tag of RFC 3066, as `xs:language` has it.
pub fn language(text: &str) -> Read<Option<String>> {
    let Some(tag) = optional(text) else { return Ok(None) };
    let mut parts = tag.split('-');
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let first = parts.next().is_some_and(|part| (1..=8).contains(&part.len()) && letters(part));
    let rest = parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if first && rest { Ok(Some(tag)) } else { Err(Code::BadLanguage) }
}

pub fn uri(text: &str) -> Read<Option<String>> {
    let Some(uri) = optional(text) else { return Ok(None) };
    let bad = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"');
    if uri.contains(bad) { Err(Code::BadUri) } else { Ok(Some(uri)) }
}

/// `sender,identifier,sent` between blanks. CAP 1.0 had `identifier/sender`: `own` stands for the time that is not there.
pub fn references(text: &str, version: Version, own: Option<Stamp>) -> Read<Vec<Reference>> {
    let one = |text: &str| {
        let mut parts = text.split(',');
        let all = (parts.next(), parts.next(), parts.next(), parts.next());
        if let (Some(sender), Some(identifier), Some(sent), None) = all {
            let full = !sender.is_empty() && !identifier.is_empty();
            let sent = Stamp::lenient(sent).filter(|_| full)?;
            return Some(Reference { sender: sender.to_owned(), identifier: identifier.to_owned(), sent });
        }
        let (identifier, sender) = text.split_once('/').filter(|_| version == Version::V1_0)?;
        let full = !sender.is_empty() && !identifier.is_empty();
        Some(Reference { sender: sender.to_owned(), identifier: identifier.to_owned(), sent: own.filter(|_| full)? })
    };
    text.split_ascii_whitespace().map(one).collect::<Option<_>>().ok_or(Code::BadReference)
}

pub fn urgency(text: &str) -> Option<Urgency> {
    URGENCY.iter().find(|(_, word)| *word == text).map(|(urgency, _)| *urgency)
}

/// `Very Likely` is what CAP 1.0 had; later releases read it as `Likely`.
pub fn certainty(text: &str) -> Option<Certainty> {
    let text = if text == "Very Likely" { "Likely" } else { text };
    CERTAINTY.iter().find(|(_, word)| *word == text).map(|(certainty, _)| *certainty)
}

const URGENCY: [(Urgency, &str); 5] = [
    (Urgency::Immediate, "Immediate"),
    (Urgency::Expected, "Expected"),
    (Urgency::Future, "Future"),
    (Urgency::Past, "Past"),
    (Urgency::Unknown, "Unknown"),
];

const CERTAINTY: [(Certainty, &str); 5] = [
    (Certainty::Observed, "Observed"),
    (Certainty::Likely, "Likely"),
    (Certainty::Possible, "Possible"),
    (Certainty::Unlikely, "Unlikely"),
    (Certainty::Unknown, "Unknown"),
];

impl Urgency {
    /// The word of CAP.
    pub fn name(self) -> &'static str {
        URGENCY.iter().find(|(urgency, _)| *urgency == self).map_or("", |(_, word)| word)
    }
}

impl Certainty {
    /// The word of CAP.
    pub fn name(self) -> &'static str {
        CERTAINTY.iter().find(|(certainty, _)| *certainty == self).map_or("", |(_, word)| word)
    }
}
