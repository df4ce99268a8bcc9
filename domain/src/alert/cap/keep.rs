//! Where the text of each element goes, by the names of CAP: one function for each group of the schema. A name that is in the
//! schema and not here is [`Code::UnknownElement`].

use super::{
    Alert, Area, Category, Circle, Code, Decimal, Info, MsgType, Pair, Polygon, Resource, ResponseType, Scope, Severity,
};
use super::{Status, Version, value};

/// Polygons and circles of one message, in all of its languages. A country has some hundred districts.
const MAX_SHAPES: usize = 2_000;

pub fn alert(alert: &mut Alert, name: &str, text: &str, version: Version) -> Result<(), Code> {
    match name {
        "identifier" => alert.identifier = value::name(text)?,
        "sender" => alert.sender = value::name(text)?,
        "sent" => alert.sent = value::stamp(text, version)?,
        "status" => alert.status = value::word(text, Status::from_name)?,
        "msgType" => alert.msg_type = value::word(text, MsgType::from_name)?,
        "source" => alert.source = value::optional(text),
        "scope" => alert.scope = value::word(text, Scope::from_name)?,
        "restriction" => alert.restriction = value::optional(text),
        "addresses" => alert.addresses = value::optional(text),
        "code" => alert.codes.push(value::trim(text).to_owned()),
        "note" => alert.note = value::optional(text),
        "references" => alert.references = value::references(text, version, Some(alert.sent))?,
        "incidents" => alert.incidents = value::optional(text),
        _ => return Err(Code::UnknownElement),
    }
    Ok(())
}

pub fn info(info: &mut Info, name: &str, text: &str, version: Version) -> Result<(), Code> {
    match name {
        "language" => info.language = value::language(text)?,
        "category" => info.categories.push(value::word(text, Category::from_name)?),
        "event" => info.event = value::required(text)?,
        "responseType" => info.response_types.push(value::word(text, ResponseType::from_name)?),
        "urgency" => info.urgency = value::word(text, value::urgency)?,
        "severity" => info.severity = value::word(text, Severity::from_name)?,
        "certainty" => info.certainty = value::word(text, value::certainty)?,
        "audience" => info.audience = value::optional(text),
        "effective" => info.effective = Some(value::stamp(text, version)?),
        "onset" => info.onset = Some(value::stamp(text, version)?),
        "expires" => info.expires = Some(value::stamp(text, version)?),
        "senderName" => info.sender_name = value::optional(text),
        "headline" => info.headline = value::optional(text),
        "description" => info.description = value::optional(text),
        "instruction" => info.instruction = value::optional(text),
        "web" => info.web = value::uri(text)?,
        "contact" => info.contact = value::optional(text),
        _ => return Err(Code::UnknownElement),
    }
    Ok(())
}

pub fn resource(resource: &mut Resource, name: &str, text: &str) -> Result<(), Code> {
    match name {
        "resourceDesc" => resource.desc = value::trim(text).to_owned(),
        "mimeType" => resource.mime_type = value::required(text)?,
        "size" => resource.size = Some(value::trim(text).parse().map_err(|_| Code::BadNumber)?),
        "uri" => resource.uri = value::uri(text)?,
        "derefUri" => resource.deref_uri = value::optional(text),
        "digest" => resource.digest = value::optional(text),
        _ => return Err(Code::UnknownElement),
    }
    Ok(())
}

/// `shapes` counts those of the whole message.
pub fn area(area: &mut Area, name: &str, text: &str, shapes: &mut usize) -> Result<(), Code> {
    let text = value::trim(text);
    match name {
        "areaDesc" => area.desc = text.to_owned(),
        // Some senders leave the element there with nothing in it.
        "polygon" | "circle" if text.is_empty() => {}
        "polygon" | "circle" if *shapes == MAX_SHAPES => return Err(Code::TooManyShapes),
        "polygon" => {
            area.polygons.push(Polygon::parse(text)?);
            *shapes += 1;
        }
        "circle" => {
            area.circles.push(Circle::parse(text)?);
            *shapes += 1;
        }
        "altitude" => area.altitude = Some(Decimal::parse(text).ok_or(Code::BadNumber)?),
        "ceiling" => area.ceiling = Some(Decimal::parse(text).ok_or(Code::BadNumber)?),
        _ => return Err(Code::UnknownElement),
    }
    Ok(())
}

pub fn pair(pair: &mut Pair, name: &str, text: &str) -> Result<(), Code> {
    let text = value::trim(text).to_owned();
    match name {
        "valueName" => pair.name = text,
        "value" => pair.value = text,
        _ => return Err(Code::UnknownElement),
    }
    Ok(())
}
