//! Reading: one alert, or whatever holds alerts (Atom, RSS, `alerts`, EDXL). A broken alert does not take the ones beside it
//! along. Linear in the length of the text, and no deeper, longer or larger than any real message.

mod feed;
mod scan;

pub use feed::{Entry, Link};

use domain::alert::cap::{Alert, Code, Fault, MsgType, Version};
use std::ops::Range;

/// Largest alert, in bytes.
pub const MAX_ALERT: usize = 1 << 20;
/// Largest document with alerts in it, in bytes.
pub const MAX_DOCUMENT: usize = 8 << 20;
/// Deepest element; an alert within a feed needs ten.
const MAX_DEPTH: usize = 32;
/// Elements of one document: the longest real alerts have some thousands.
const MAX_ELEMENTS: usize = 200_000;
/// Longest tag, in bytes, and namespaces that hold at once: each is looked through for every element.
const MAX_TAG: usize = 8 << 10;
const MAX_NAMESPACES: usize = 64;

/// What a text holds.
#[derive(Debug, Default)]
pub struct Document {
    /// The alerts that stand in it, whole or broken.
    pub alerts: Vec<Found>,
    /// Entries of a feed, in their order.
    pub entries: Vec<Entry>,
    /// Whether it is one alert and nothing else.
    pub single: bool,
    /// Whether it says anywhere that it has to do with CAP.
    pub hints: bool,
    /// Why it could not be read to its end, or not at all.
    pub fault: Option<Refused>,
}

/// An alert within a text.
#[derive(Debug)]
pub struct Found {
    /// Bytes of its element.
    pub range: Range<usize>,
    /// Number of the entry that it stands in, from 1.
    pub entry: usize,
    pub result: Result<Message, Refused>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub version: Version,
    pub alert: Alert,
}

/// Why an alert is not taken, where in the text, and what could be read of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: Code,
    /// `/alert/info[1]/area[2]/polygon[1]`.
    pub path: String,
    /// Bytes before it.
    pub byte: usize,
    /// From 1.
    pub line: usize,
    pub identifier: Option<String>,
    pub sender: Option<String>,
    pub msg_type: Option<MsgType>,
}

impl Refused {
    fn new(fault: Fault, byte: usize, text: &[u8]) -> Refused {
        let before = text.get(..byte).unwrap_or(text);
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Refused { code: fault.code, path: fault.path, byte, line, identifier: None, sender: None, msg_type: None }
    }

    fn document(code: Code, byte: usize, text: &[u8]) -> Refused {
        Refused::new(Fault { code, path: "/".into() }, byte, text)
    }
}

/// Reads a text to its end, or to where it cannot be read any more.
pub fn document(bytes: &[u8]) -> Document {
    let refused = |code, byte| Document { fault: Some(Refused::document(code, byte, bytes)), ..Document::default() };
    if bytes.len() > MAX_DOCUMENT {
        return refused(Code::TooLarge, 0);
    }
    let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    match std::str::from_utf8(&bytes[start..]) {
        Ok(text) => scan::run(text, start),
        // UTF-16 is the other encoding that every parser of XML must know; nobody sends it.
        Err(_) if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") => refused(Code::Encoding, 0),
        Err(cause) => refused(Code::NotUtf8, start + cause.valid_up_to()),
    }
}

/// Reads a text that is one alert.
pub fn alert(bytes: &[u8]) -> Result<Message, Refused> {
    let document = document(bytes);
    if let Some(fault) = document.fault {
        return Err(fault);
    }
    match document.alerts.into_iter().next() {
        Some(found) if document.single => found.result,
        _ => Err(Refused::document(Code::NotCap, 0, bytes)),
    }
}
