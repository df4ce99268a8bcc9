//! Fields of a line: what they hold, or what is wrong with them.

use crate::publish::shapeless;
use crate::reason::Reason;
use domain::content::Time;
use serde_json::{Map, Value};
use std::fmt::Write;

/// Text without control characters, without what has no shape or turns the direction of reading, and without blanks around it.
pub fn clean(text: &str) -> String {
    let shown = text.chars().filter(|c| !shapeless(*c));
    let plain: String = shown.map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.trim().to_owned()
}

/// Refuses what nobody would read: an `expire` for `expires` is an alert without an end.
pub fn only(value: &Value, known: &[&[&str]]) -> Result<(), Reason> {
    let strange = |key: &&String| given(value, key).is_some() && !known.iter().any(|names| names.contains(&key.as_str()));
    match value.as_object().and_then(|fields| fields.keys().find(strange)) {
        Some(key) => Err(Reason::UnknownField(key.chars().take(80).collect())),
        None => Ok(()),
    }
}

/// What a field holds; null is nothing.
pub fn given<'a>(value: &'a Value, field: &str) -> Option<&'a Value> {
    value.get(field).filter(|value| !value.is_null())
}

/// Text that is there and not blank.
pub fn text(value: &Value, field: &'static str) -> Result<String, Reason> {
    text_or(value, field)?.ok_or(Reason::Missing(field))
}

/// Text, or nothing where the field is missing, null or blank.
pub fn text_or(value: &Value, field: &'static str) -> Result<Option<String>, Reason> {
    match given(value, field) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(clean(text)).filter(|text| !text.is_empty())),
        Some(_) => Err(Reason::Wrong(field)),
    }
}

pub fn list<'a>(value: &'a Value, field: &'static str) -> Result<&'a [Value], Reason> {
    match given(value, field) {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(Reason::Wrong(field)),
    }
}

/// Texts of a list, none of them blank.
pub fn texts(value: &Value, field: &'static str) -> Result<Vec<String>, Reason> {
    let text = |item: &Value| item.as_str().map(clean).filter(|text| !text.is_empty()).ok_or(Reason::Wrong(field));
    list(value, field)?.iter().map(text).collect()
}

/// RFC 3339, a date, or an offset from `now` like `-90m`, `+3h`, `-2d`, `0m`, after days also with an hour in Vietnam
/// (`+6d 08:00`); within [`Time::YEARS`].
pub fn time(value: &Value, field: &'static str, now: Time) -> Result<Option<Time>, Reason> {
    if given(value, field).is_none() {
        return Ok(None);
    }
    // A blank one is no word that there is none: an alert without its end would hold for ever.
    let text = text(value, field)?;
    let relative = || -> Option<Time> {
        let (offset, clock) =
            text.split_once("d ").map_or((&text[..], None), |(days, clock)| (&text[..days.len() + 1], Some(clock)));
        let unit = match offset.chars().last()? {
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        let number: i64 = offset[..offset.len() - 1].parse().ok()?;
        let at = Some(now.plus(number.checked_mul(unit)?)).filter(|time| Time::YEARS.contains(&time.civil().year))?;
        let Some(clock) = clock else { return Some(at) };
        let day = at.civil();
        Time::parse(&format!("{:04}-{:02}-{:02}T{clock}:00+07:00", day.year, day.month, day.day))
    };
    Time::parse(&text).or_else(relative).map(Some).ok_or(Reason::BadTime(text))
}

/// The same content always as the same text: keys sorted, whatever their order in the file, of the outermost ones those that
/// are `read`; null is as good as missing.
pub fn canonical(value: &Value, read: fn(&str) -> bool) -> String {
    let mut out = String::new();
    let fields = value.as_object().into_iter().flatten();
    let fields: Map<String, Value> =
        fields.filter(|(key, _)| read(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
    write(&Value::Object(fields), &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().filter(|(_, value)| !value.is_null()).collect();
            fields.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (key, value) in fields {
                let _ = write!(out, "{key:?}:");
                write(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write(item, out);
                out.push(',');
            }
            out.push(']');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}
