//! Plain articles: a title, a summary, paragraphs.

use super::{Fault, field, inline};
use crate::publish::Proposal;
use crate::reason::Reason;
use domain::content::{Block, Body, Card, Headline, Kind, Time, Variant};
use domain::instance::instance;
use serde_json::Value;

/// Shown as the source of an article that names none: it was gathered, nobody issued it.
const GATHERED: &str = "Sưu tầm";

/// What is read of a line.
pub const FIELDS: [&str; 6] = ["id", "title", "summary", "body", "topic_guess", "issued"];

/// Nobody gives these to a mere article: its kind was forgotten or misspelt, and an alert would ring nowhere.
const OF_A_KIND: [&str; 4] = ["alert", "event", "effective", "expires"];

/// What bears no date is of the hour before, a later line a second newer: lists and the log then agree on what is newest, and
/// phones hold the texts that stand first. Lines beyond that are of now.
const UNDATED: i64 = 3_600;

/// `number`: of the line, from 1.
pub fn read(value: &Value, number: usize, now: Time) -> Result<Proposal, Fault> {
    if OF_A_KIND.iter().any(|name| field::given(value, name).is_some()) {
        return Err(Reason::Missing("kind").into());
    }
    let headline = Headline {
        lang: "vi".into(),
        title: field::text(value, "title")?,
        summary: field::text(value, "summary")?,
        audio: false,
    };
    if field::given(value, "body").is_none() {
        return Err(Reason::Missing("body").into());
    }
    let text = |item: &Value| item.as_str().map(field::clean).ok_or(Reason::Wrong("body"));
    let paragraphs = field::list(value, "body")?.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let blocks: Vec<Block> =
        paragraphs.iter().filter(|text| !text.is_empty()).map(|text| Block::Paragraph(inline::read(text))).collect();
    if blocks.is_empty() {
        return Err(Reason::Missing("body").into());
    }
    let topic = field::text_or(value, "topic_guess").ok().flatten().and_then(|guess| topic(&guess));
    let issued = field::time(value, "issued", now)?;
    let card = Card {
        topics: topic.into_iter().collect(),
        source: GATHERED.into(),
        headlines: vec![headline],
        ..Card::blank(Kind::BULLETIN, issued.unwrap_or_else(|| now.plus((number as i64 - UNDATED).min(0))))
    };
    let variant = Variant { lang: "vi".into(), facts: Vec::new(), blocks, audio: None };
    let body = Body { variants: vec![variant], ..Body::default() };
    let undated = issued.is_none();
    Ok(Proposal { card, undated, body, alert: None, references: Vec::new(), supersedes: None, media: Vec::new() })
}

/// A topic by its slug, or by the end of it: older collections say `thien-tai` for `phong-chong-thien-tai`.
fn topic(guess: &str) -> Option<u8> {
    let i = instance();
    i.topic_by_slug(guess).or_else(|| {
        let end = format!("-{guess}");
        i.topics.iter().position(|topic| topic.slug.ends_with(&end)).map(|at| at as u8)
    })
}
