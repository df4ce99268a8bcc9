//! `bantin cap check`: what is in a file, one line of JSON for each alert, for people and scripts who make alerts.

use super::inward;
use super::read::{self, Message, Refused};
use domain::alert::cap::MsgType;
use domain::content::Time;
use serde_json::{Map, Value, json};

/// One line, and whether it says that something was refused.
pub struct Line {
    pub json: Value,
    pub refused: bool,
}

/// What is in a file, at an instant. A file that cannot be read at all is refused too.
pub fn file(name: &str, bytes: std::io::Result<Vec<u8>>, now: Time) -> Vec<Line> {
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(cause) => {
            let json = json!({ "file": name, "accepted": false, "code": "file", "message": cause.to_string() });
            return vec![Line { json, refused: true }];
        }
    };
    let document = read::document(&bytes);
    let mut lines = Vec::new();
    let mut told = false;
    for (n, found) in document.alerts.iter().enumerate() {
        let mut line = Map::from_iter([("file".to_owned(), json!(name))]);
        if !document.single {
            line.insert("alert".into(), json!(n + 1));
            if found.entry > 0 {
                line.insert("entry".into(), json!(found.entry));
            }
        }
        match &found.result {
            Ok(message) => accepted(message, now, &mut line),
            Err(refused) => {
                told |= document.fault.as_ref() == Some(refused);
                self::refused(refused, &mut line);
            }
        }
        lines.push(Line { refused: found.result.is_err(), json: Value::Object(line) });
    }
    if let Some(fault) = document.fault.filter(|_| !told) {
        let mut line = Map::from_iter([("file".to_owned(), json!(name))]);
        refused(&fault, &mut line);
        lines.push(Line { refused: true, json: Value::Object(line) });
    }
    if lines.is_empty() {
        // A feed whose alerts stand elsewhere.
        let links = document.entries.iter().flat_map(|entry| &entry.links).filter(|link| link.is_cap() || document.hints);
        let links: Vec<&str> = links.map(|link| link.href.as_str()).collect();
        let json = json!({ "file": name, "accepted": true, "feed": true, "alerts": 0, "entries": document.entries.len(), "links": links });
        lines.push(Line { json, refused: false });
    }
    lines
}

fn accepted(message: &Message, now: Time, line: &mut Map<String, Value>) {
    let alert = &message.alert;
    let mut areas: Vec<&str> = Vec::new();
    for area in alert.infos.iter().flat_map(|info| &info.areas) {
        if !areas.contains(&area.desc.as_str()) {
            areas.push(&area.desc);
        }
    }
    let level = inward::level(alert.infos.iter());
    let places: Vec<String> = inward::places(alert).iter().map(|place| place.0.to_string()).collect();
    let languages: Vec<&str> = alert.infos.iter().map(|info| info.language()).collect();
    let more = json!({
        "accepted": true,
        "version": message.version.name(),
        "identifier": alert.identifier,
        "sender": alert.sender,
        "sent": alert.sent.to_string(),
        "status": alert.status.name(),
        "msgType": alert.msg_type.name(),
        "scope": alert.scope.name(),
        "event": alert.infos.first().map(|info| &info.event),
        "languages": languages,
        "level": level,
        "areas": areas,
        "places": places,
        "expires": alert.infos.iter().filter_map(|info| info.expires).max().map(|at| at.to_string()),
        "in_force": inward::in_force(alert, now),
    });
    if let Value::Object(more) = more {
        line.extend(more);
    }
}

fn refused(refused: &Refused, line: &mut Map<String, Value>) {
    let more = json!({
        "accepted": false,
        "code": refused.code.name(),
        "place": refused.path,
        "line": refused.line,
        "byte": refused.byte,
        "identifier": refused.identifier,
        "sender": refused.sender,
        "msgType": refused.msg_type.map(MsgType::name),
    });
    if let Value::Object(more) = more {
        line.extend(more);
    }
}
