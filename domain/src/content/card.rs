//! The card: what a list shows and a phone keeps of every item. At most [`Card::MAX_BYTES`] encoded.

use super::{AlertInfo, DecodeError, EventInfo, ItemId, PlaceCode, Time, from_bytes, to_bytes};
use crate::read::fields;
use serde::{Deserialize, Serialize};

/// An event that names no end is over this long after its start: 3 hours.
pub const EVENT_LENGTH: i64 = 3 * 3_600;

/// Kind of an item. A number and not an enum on the wire, so that kinds of later releases survive storage here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Kind(pub u8);

fields!(Kind);

impl Kind {
    pub const BULLETIN: Kind = Kind(1);
    pub const ALERT: Kind = Kind(2);
    pub const GUIDE: Kind = Kind(3);
    pub const EVENT: Kind = Kind(4);

    /// Every kind this release can show, with its name in import files and queries.
    pub const KNOWN: [(Kind, &'static str); 4] =
        [(Kind::BULLETIN, "bulletin"), (Kind::ALERT, "alert"), (Kind::GUIDE, "guide"), (Kind::EVENT, "event")];

    pub fn known(self) -> bool {
        Kind::KNOWN.iter().any(|(kind, _)| *kind == self)
    }

    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::KNOWN.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    pub fn name(self) -> Option<&'static str> {
        Kind::KNOWN.iter().find(|(kind, _)| *kind == self).map(|(_, name)| *name)
    }
}

/// Title and summary in one language. The first of a card is the original.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headline {
    /// BCP 47, e.g. `vi`, `en`, `ktv`.
    pub lang: String,
    pub title: String,
    pub summary: String,
    /// A recording exists in this language.
    pub audio: bool,
}

fields!(Headline { lang, title, summary, audio });

/// A field that a later release added: kept as it came, skipped by those who do not know its tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ext {
    pub tag: u16,
    pub bytes: Vec<u8>,
}

fields!(Ext { tag, bytes });

/// CAP `status`, as far as the public sees it. What is not actual is marked wherever it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    #[default]
    Actual,
    /// A drill: people act, nothing has happened.
    Exercise,
    /// A trial of the equipment: nobody acts.
    Test,
}

impl Headline {
    /// Whether it is a recording and no words, in a language that no screen is in. Beside an original that is enough: whoever
    /// cannot write a language can be heard in it.
    pub fn is_heard_alone(&self) -> bool {
        self.audio && self.title.is_empty() && self.summary.is_empty() && !matches!(self.lang.as_str(), "vi" | "en")
    }
}

impl Status {
    pub const ALL: [Status; 3] = [Status::Actual, Status::Exercise, Status::Test];

    /// The word of CAP, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Status::Actual => "actual",
            Status::Exercise => "exercise",
            Status::Test => "test",
        }
    }

    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl Ext {
    /// CAP `status` where it is not `Actual`, one byte: 1 Exercise, 2 Test.
    pub const STATUS: u16 = 1;
}

/// What lists, alerts and search need to know of an item without its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub id: ItemId,
    /// Starts at 1; a correction is the same id with a higher revision.
    pub revision: u16,
    pub kind: Kind,
    /// When the source issued it.
    pub issued: Time,
    /// Starts to hold, where that differs from `issued`.
    pub effective: Option<Time>,
    /// Ceases to hold.
    pub expires: Option<Time>,
    /// Indices into `instance().topics`, the main one first.
    pub topics: Vec<u8>,
    /// Units concerned; empty means everyone.
    pub places: Vec<PlaceCode>,
    /// Name of the issuing body as readers know it.
    pub source: String,
    pub headlines: Vec<Headline>,
    /// Bytes of the encoded body, so that a reader sees the price before paying it.
    pub body_bytes: u32,
    /// Bytes of all images and recordings together.
    pub media_bytes: u32,
    /// The item that this one replaces.
    pub supersedes: Option<ItemId>,
    /// Sample content: marked as such wherever it is shown.
    pub sample: bool,
    /// What only this kind has, encoded; read it through [`Card::alert`] or [`Card::event`].
    pub detail: Vec<u8>,
    pub ext: Vec<Ext>,
}

fields!(Card {
    id,
    revision,
    kind,
    issued,
    effective,
    expires,
    topics,
    places,
    source,
    headlines,
    body_bytes,
    media_bytes,
    supersedes,
    sample,
    detail,
    ext
});

impl Card {
    pub const MAX_BYTES: usize = 16 * 1024;

    /// Says nothing yet, and has neither id nor revision: those come with its publication.
    pub fn blank(kind: Kind, issued: Time) -> Card {
        Card {
            id: ItemId([0; 5]),
            revision: 0,
            kind,
            issued,
            effective: None,
            expires: None,
            topics: Vec::new(),
            places: Vec::new(),
            source: String::new(),
            headlines: Vec::new(),
            body_bytes: 0,
            media_bytes: 0,
            supersedes: None,
            sample: false,
            detail: Vec::new(),
            ext: Vec::new(),
        }
    }

    pub fn encode(&self) -> Vec<u8> {
        to_bytes(self)
    }

    /// Errors: `TooLarge` past [`Card::MAX_BYTES`], `Malformed` otherwise or when there is no headline.
    pub fn decode(bytes: &[u8]) -> Result<Card, DecodeError> {
        if bytes.len() > Card::MAX_BYTES {
            return Err(DecodeError::TooLarge);
        }
        let card: Card = from_bytes(bytes)?;
        if card.headlines.is_empty() { Err(DecodeError::Malformed) } else { Ok(card) }
    }

    /// The headline in `lang`, else the original.
    pub fn headline(&self, lang: &str) -> &Headline {
        self.headlines.iter().find(|h| h.lang == lang).unwrap_or(&self.headlines[0])
    }

    /// What an alert adds; `None` for other kinds and for details of a later release.
    pub fn alert(&self) -> Option<AlertInfo> {
        if self.kind == Kind::ALERT { from_bytes(&self.detail).ok() } else { None }
    }

    /// What an event adds; `None` for other kinds and for details of a later release.
    pub fn event(&self) -> Option<EventInfo> {
        if self.kind == Kind::EVENT { from_bytes(&self.detail).ok() } else { None }
    }

    /// CAP `status`. One of a later release is taken for a trial: nobody may take it for the real thing.
    pub fn status(&self) -> Status {
        match self.ext.iter().find(|ext| ext.tag == Ext::STATUS).map(|ext| ext.bytes.as_slice()) {
            None | Some([0]) => Status::Actual,
            Some([1]) => Status::Exercise,
            Some(_) => Status::Test,
        }
    }

    pub fn set_status(&mut self, status: Status) {
        self.ext.retain(|ext| ext.tag != Ext::STATUS);
        if status != Status::Actual {
            self.ext.push(Ext { tag: Ext::STATUS, bytes: vec![status as u8] });
        }
    }

    /// When it no longer holds: as it says itself, else with the end of its event.
    pub fn end(&self) -> Option<Time> {
        self.expires.or_else(|| self.event().map(|event| event.end.unwrap_or(event.start.plus(EVENT_LENGTH))))
    }

    /// No longer holds at `now`.
    pub fn ended(&self, now: Time) -> bool {
        self.end().is_some_and(|end| now >= end)
    }

    /// Does not hold yet at `now`.
    pub fn upcoming(&self, now: Time) -> bool {
        self.effective.is_some_and(|start| now < start)
    }
}

/// A withdrawn item: what remains so that every copy disappears and nobody wonders why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    pub id: ItemId,
    /// Higher than any revision it withdraws.
    pub revision: u16,
    pub at: Time,
    /// Why, in the words of whoever withdrew it; shown to readers.
    pub reason: String,
}

fields!(Gone { id, revision, at, reason });

impl Gone {
    pub fn encode(&self) -> Vec<u8> {
        to_bytes(self)
    }

    /// Errors: `TooLarge` past [`Card::MAX_BYTES`], else `Malformed`.
    pub fn decode(bytes: &[u8]) -> Result<Gone, DecodeError> {
        if bytes.len() > Card::MAX_BYTES { Err(DecodeError::TooLarge) } else { from_bytes(bytes) }
    }
}
