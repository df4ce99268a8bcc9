//! Items in the words of schema.org, for machines that read pages.

use super::document::Share;
use super::view::canonical;
use domain::alert::cap::Severity;
use domain::content::{Block, Body, Card, FactKind, Kind, MsgType, Time, Variant};
use domain::instance::instance;
use serde_json::{Map, Value, json};
use ui::{Ctx, links};

/// `at` is when this revision was published here; `description` and `share` are what a link preview shows; `replaced` where
/// something else stands in its place.
pub fn item(card: &Card, body: &Body, at: Time, description: &str, share: &Share, replaced: bool, ctx: &Ctx) -> Value {
    let head = card.headline(ctx.lang.tag());
    let variant = body.variant(&head.lang);
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            out.insert(key.to_owned(), value);
        }
    };
    let organisation = json!({ "@type": "Organization", "name": card.source });
    put("@context", "https://schema.org".into());
    put("description", description.into());
    put("url", links::full(card, canonical(card, ctx.lang), &ctx.origin).into());
    put("inLanguage", head.lang.clone().into());
    put("image", share.picture.as_ref().map_or(Value::Null, |picture| [&ctx.origin, picture.path.as_str()].concat().into()));
    match card.kind {
        Kind::ALERT => {
            put("@type", "SpecialAnnouncement".into());
            put("name", share.title.clone().into());
            put("text", description.into());
            put("datePosted", card.issued.rfc3339().into());
            put("expires", card.expires.map_or(Value::Null, |end| end.rfc3339().into()));
            put("spatialCoverage", places(card, ctx));
            put("publisher", organisation);
            if let Some(info) = card.alert() {
                let severity = if info.msg_type == MsgType::Cancel { "Cancelled" } else { Severity::of_level(info.level).name() };
                put("keywords", json!([instance().hazard(info.hazard).map(|hazard| hazard.name.get(ctx.lang)), severity]));
            }
        }
        Kind::EVENT => {
            put("@type", "Event".into());
            put("name", share.title.clone().into());
            if replaced {
                // Its successor is an event of its own.
                put("eventStatus", "https://schema.org/EventCancelled".into());
            }
            put("organizer", organisation);
            if let Some(event) = card.event() {
                put("startDate", event.start.rfc3339().into());
                put("endDate", event.end.map_or(Value::Null, |end| end.rfc3339().into()));
                let venue = variant.and_then(|variant| variant.fact(FactKind::VENUE));
                let here = venue.map(|venue| json!({ "@type": "Place", "name": venue, "address": address(card, ctx) }));
                let there = event
                    .online
                    .map(|url| json!({ "@type": "VirtualLocation", "url": url::Url::parse(&url).map_or(url, String::from) }));
                let mode = match (&here, &there) {
                    (Some(_), Some(_)) => Some("Mixed"),
                    (None, Some(_)) => Some("Online"),
                    (Some(_), None) => Some("Offline"),
                    // Nobody said where: to guess would send people somewhere.
                    (None, None) => None,
                };
                if let Some(mode) = mode {
                    put("eventAttendanceMode", format!("https://schema.org/{mode}EventAttendanceMode").into());
                    put("location", here.into_iter().chain(there).collect());
                }
            }
        }
        Kind::GUIDE => {
            put("@type", "HowTo".into());
            put("name", share.title.clone().into());
            put("step", variant.map_or(Value::Null, steps));
            let papers = variant.into_iter().flat_map(|variant| variant.facts(FactKind::PAPER));
            put("supply", papers.map(|paper| json!({ "@type": "HowToSupply", "name": paper })).collect());
        }
        _ => {
            put("@type", "NewsArticle".into());
            put("headline", share.title.clone().into());
            put("datePublished", card.issued.rfc3339().into());
            put("dateModified", at.max(card.issued).rfc3339().into());
            put("author", organisation);
            put("spatialCoverage", places(card, ctx));
        }
    }
    Value::Object(out)
}

fn places(card: &Card, ctx: &Ctx) -> Value {
    let places = card.places.iter().filter_map(|code| instance().place(*code));
    let places: Vec<Value> =
        places.map(|place| json!({ "@type": "AdministrativeArea", "name": place.name.get(ctx.lang) })).collect();
    if places.is_empty() { Value::Null } else { places.into() }
}

fn address(card: &Card, ctx: &Ctx) -> String {
    let unit = card.places.first().and_then(|code| instance().place(*code));
    let city = instance().places.first().filter(|city| unit.is_none_or(|unit| unit.code != city.code));
    let names: Vec<&str> = unit.into_iter().chain(city).map(|place| place.name.get(ctx.lang)).collect();
    names.join(", ")
}

fn steps(variant: &Variant) -> Value {
    let steps = variant.blocks.iter().filter_map(|block| match block {
        Block::Steps(steps) => Some(steps),
        _ => None,
    });
    steps.flatten().map(|step| json!({ "@type": "HowToStep", "text": step.plain })).collect()
}
