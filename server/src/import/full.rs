//! Full items: every kind, in several languages, with facts, media and references.

use super::media::Media;
use super::{Fault, block, field, lang};
use crate::publish::{Proposal, levels};
use crate::reason::Reason;
use domain::content::{
    AlertInfo, Body, Card, Certainty, EventInfo, Fact, FactKind, Headline, Kind, MsgType, PlaceCode, Status, Time, Urgency,
    Variant,
};
use domain::instance::instance;
use serde_json::Value;

/// What an item may say of itself; its own text is a variant.
const ITEM: &[&str] = &[
    "id",
    "kind",
    "topics",
    "places",
    "issued",
    "effective",
    "expires",
    "source",
    "sample",
    "supersedes",
    "withdrawn",
    "variants",
    "alert",
    "status",
    "event",
    "topic_guess",
];
const VARIANT: &[&str] = &["lang", "title", "summary", "body", "facts", "audio"];
const SOURCE: &[&str] = &["name", "document", "url"];
const ALERT: &[&str] = &["level", "hazard", "msg_type", "urgency", "certainty", "references"];
const EVENT: &[&str] = &["start", "end", "online"];

pub fn read(value: &Value, media: &mut Media, now: Time) -> Result<Proposal, Fault> {
    field::only(value, &[ITEM, VARIANT])?;
    let name = field::text(value, "kind")?;
    let kind = Kind::from_name(&name).ok_or(Reason::UnknownKind(name))?;
    let source = field::given(value, "source").ok_or(Reason::Missing("source"))?;
    field::only(source, &[SOURCE])?;
    // An alert that is called a bulletin would ring nowhere.
    for (name, own) in [("alert", Kind::ALERT), ("event", Kind::EVENT)] {
        if kind != own && field::given(value, name).is_some() {
            return Err(Reason::Wrong(name).into());
        }
    }
    let alert = if kind == Kind::ALERT { Some(alert(value)?) } else { None };
    let references = match field::given(value, "alert") {
        Some(alert) if kind == Kind::ALERT => field::texts(alert, "references")?,
        _ => Vec::new(),
    };
    // CAP 1.2, `references`: both say what they change, and a cancel without it would end nothing.
    if alert.as_ref().is_some_and(|alert| alert.msg_type != MsgType::Alert) && references.is_empty() {
        return Err(Reason::Missing("references").into());
    }
    let detail = if kind == Kind::EVENT { event(value, now)?.encode() } else { Vec::new() };
    let status = status(value, kind)?;
    let mut headlines = Vec::new();
    let mut variants = Vec::new();
    let texts: Vec<&Value> = std::iter::once(value).chain(field::list(value, "variants")?).collect();
    for one in &texts[1..] {
        field::only(one, &[VARIANT])?;
    }
    for (at, (one, lang)) in texts.iter().zip(lang::of(&texts)?).enumerate() {
        let (mut headline, variant) = variant(one, lang, at == 0, media)?;
        if !headline.title.is_empty() {
            headline.title = domain::alert::marked(&headline.title, status, &headline.lang);
        }
        headlines.push(headline);
        variants.push(variant);
    }
    let issued = field::time(value, "issued", now)?.ok_or(Reason::Missing("issued"))?;
    let mut card = Card {
        effective: field::time(value, "effective", now)?,
        expires: field::time(value, "expires", now)?,
        topics: topics(value)?,
        places: places(value)?,
        source: field::text(source, "name")?,
        headlines,
        sample: match field::given(value, "sample") {
            None => false,
            Some(sample) => sample.as_bool().ok_or(Reason::Wrong("sample"))?,
        },
        detail,
        ..Card::blank(kind, issued)
    };
    card.set_status(status);
    let body = Body {
        variants,
        document: field::text_or(source, "document")?,
        source_url: field::text_or(source, "url")?,
        ext: Vec::new(),
    };
    let supersedes = field::text_or(value, "supersedes")?;
    if alert.is_some() && supersedes.is_some() {
        return Err(Reason::Wrong("supersedes").into());
    }
    Ok(Proposal { card, undated: false, body, alert, references, supersedes, media: media.used() })
}

fn topics(value: &Value) -> Result<Vec<u8>, Reason> {
    let mut topics = Vec::new();
    for slug in field::texts(value, "topics")? {
        let topic = instance().topic_by_slug(&slug).ok_or(Reason::UnknownTopic(slug))?;
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    if topics.is_empty() { Err(Reason::Missing("topics")) } else { Ok(topics) }
}

fn places(value: &Value) -> Result<Vec<PlaceCode>, Reason> {
    let mut places = Vec::new();
    for code in field::texts(value, "places")? {
        let place = code.parse().ok().map(PlaceCode).filter(|place| instance().place(*place).is_some());
        places.push(place.ok_or(Reason::UnknownPlace(code))?);
    }
    places.sort();
    places.dedup();
    Ok(places)
}

fn alert(value: &Value) -> Result<AlertInfo, Reason> {
    let alert = field::given(value, "alert").ok_or(Reason::Missing("alert"))?;
    field::only(alert, &[ALERT])?;
    let slug = field::text(alert, "hazard")?;
    let hazard = instance().hazard_by_slug(&slug).ok_or(Reason::UnknownHazard(slug))?;
    let level = field::given(alert, "level").ok_or(Reason::Missing("level"))?.as_u64().ok_or(Reason::Wrong("level"))?;
    let level = u8::try_from(level).map_err(|_| Reason::BadLevel { level, levels: levels(hazard) })?;
    let word = |name| field::text_or(alert, name);
    Ok(AlertInfo {
        level,
        hazard,
        msg_type: match field::text(alert, "msg_type")?.as_str() {
            "alert" => MsgType::Alert,
            "update" => MsgType::Update,
            "cancel" => MsgType::Cancel,
            _ => return Err(Reason::Wrong("msg_type")),
        },
        urgency: match word("urgency")?.as_deref() {
            None | Some("unknown") => Urgency::Unknown,
            Some("immediate") => Urgency::Immediate,
            Some("expected") => Urgency::Expected,
            Some("future") => Urgency::Future,
            Some("past") => Urgency::Past,
            Some(_) => return Err(Reason::Wrong("urgency")),
        },
        certainty: match word("certainty")?.as_deref() {
            None | Some("unknown") => Certainty::Unknown,
            Some("observed") => Certainty::Observed,
            Some("likely") => Certainty::Likely,
            Some("possible") => Certainty::Possible,
            Some("unlikely") => Certainty::Unlikely,
            Some(_) => return Err(Reason::Wrong("certainty")),
        },
        references: Vec::new(),
    })
}

/// CAP `status` of an alert; nothing else has one.
fn status(value: &Value, kind: Kind) -> Result<Status, Reason> {
    match (field::text_or(value, "status")?.as_deref(), kind) {
        (None, _) => Ok(Status::Actual),
        (Some(name), Kind::ALERT) => Status::from_name(name).ok_or(Reason::Wrong("status")),
        _ => Err(Reason::Wrong("status")),
    }
}

fn event(value: &Value, now: Time) -> Result<EventInfo, Reason> {
    let event = field::given(value, "event").ok_or(Reason::Missing("event"))?;
    field::only(event, &[EVENT])?;
    let online = field::text_or(event, "online")?;
    if let Some(url) = &online {
        crate::publish::check_url(url)?;
        if !url.starts_with("https://") {
            return Err(Reason::BadUrl(url.clone()));
        }
    }
    let start = field::time(event, "start", now)?.ok_or(Reason::Missing("start"))?;
    // RFC 5545 knows no event that ends as it begins.
    let end = field::time(event, "end", now)?.filter(|end| *end != start);
    Ok(EventInfo { start, end, online })
}

fn variant(value: &Value, lang: String, original: bool, media: &mut Media) -> Result<(Headline, Variant), Fault> {
    let audio = match field::text_or(value, "audio")? {
        Some(file) => Some(media.sound(&file)?),
        None => None,
    };
    let words = |name| field::text_or(value, name).map(Option::unwrap_or_default);
    let mut headline =
        Headline { lang: lang.clone(), title: words("title")?, summary: words("summary")?, audio: audio.is_some() };
    if original || !headline.is_heard_alone() {
        (headline.title, headline.summary) = (field::text(value, "title")?, field::text(value, "summary")?);
    }
    let mut blocks = Vec::new();
    for item in field::list(value, "body")? {
        block::read(item, media, &mut blocks)?;
    }
    if blocks.is_empty() && audio.is_none() {
        return Err(Reason::Missing("body").into());
    }
    let facts = field::list(value, "facts")?.iter().map(fact).collect::<Result<_, _>>()?;
    Ok((headline, Variant { lang, facts, blocks, audio }))
}

fn fact(value: &Value) -> Result<Fact, Reason> {
    let given = FactKind::NAMES.into_iter().find(|(_, name)| field::given(value, name).is_some());
    let (kind, name) = given.ok_or(Reason::Wrong("facts"))?;
    field::only(value, &[&[name]])?;
    let text = field::text(value, name)?;
    if text.chars().count() > 1000 { Err(Reason::TooLong("facts", 1000)) } else { Ok(Fact { kind, text }) }
}
