//! The body: the full text of an item in each of its languages.

use super::{Block, DecodeError, Ext, MediaRef, Text, from_bytes, to_bytes};
use crate::read::fields;
use serde::{Deserialize, Serialize};

/// What a line beside the text says. A number on the wire, so that later kinds survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactKind(pub u8);

fields!(FactKind);

impl FactKind {
    /// A paper to bring (guides; may repeat).
    pub const PAPER: FactKind = FactKind(1);
    pub const FEE: FactKind = FactKind(2);
    pub const OFFICE: FactKind = FactKind(3);
    pub const HOURS: FactKind = FactKind(4);
    /// A number to call about this item.
    pub const PHONE: FactKind = FactKind(5);
    /// Where an event takes place.
    pub const VENUE: FactKind = FactKind(6);
    /// The area of an alert in words.
    pub const AREA: FactKind = FactKind(7);
    /// What holds if no further word arrives (alerts).
    pub const CONTINGENCY: FactKind = FactKind(8);
    /// How long a procedure takes.
    pub const DURATION: FactKind = FactKind(9);

    /// What imports and the API call them.
    pub const NAMES: [(FactKind, &str); 9] = [
        (FactKind::PAPER, "paper"),
        (FactKind::FEE, "fee"),
        (FactKind::OFFICE, "office"),
        (FactKind::HOURS, "hours"),
        (FactKind::PHONE, "phone"),
        (FactKind::VENUE, "venue"),
        (FactKind::AREA, "area"),
        (FactKind::CONTINGENCY, "contingency"),
        (FactKind::DURATION, "duration"),
    ];

    /// `None` for one of a later release.
    pub fn name(self) -> Option<&'static str> {
        FactKind::NAMES.iter().find(|(kind, _)| *kind == self).map(|(_, name)| *name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub kind: FactKind,
    pub text: String,
}

fields!(Fact { kind, text });

/// The item in one language: text, recording, or both. Matches the card's headline of the same `lang`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// BCP 47.
    pub lang: String,
    pub facts: Vec<Fact>,
    pub blocks: Vec<Block>,
    pub audio: Option<MediaRef>,
}

fields!(Variant { lang, facts, blocks, audio });

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    pub variants: Vec<Variant>,
    /// Number of the source document, e.g. `18/2021/QĐ-TTg`.
    pub document: Option<String>,
    /// Where the source published it; `https` or `http`.
    pub source_url: Option<String>,
    pub ext: Vec<Ext>,
}

fields!(Body { variants, document, source_url, ext });

impl Body {
    pub const MAX_BYTES: usize = 256 * 1024;

    pub fn encode(&self) -> Vec<u8> {
        to_bytes(self)
    }

    /// Errors: `TooLarge` past [`Body::MAX_BYTES`], else `Malformed`.
    pub fn decode(bytes: &[u8]) -> Result<Body, DecodeError> {
        if bytes.len() > Body::MAX_BYTES { Err(DecodeError::TooLarge) } else { from_bytes(bytes) }
    }

    /// The variant in `lang`, else the original; `None` when the body has none.
    pub fn variant(&self, lang: &str) -> Option<&Variant> {
        self.variants.iter().find(|v| v.lang == lang).or(self.variants.first())
    }
}

impl Variant {
    /// Every text in it, in the order in which one is shown as why it was found: blocks, then facts.
    pub fn texts(&self) -> Vec<&str> {
        let mut texts = Vec::new();
        for block in &self.blocks {
            texts.append(&mut block.texts());
        }
        for fact in &self.facts {
            texts.push(&fact.text);
        }
        texts
    }

    /// The first steps: of an alert, what to do.
    pub fn steps(&self) -> &[Text] {
        for block in &self.blocks {
            if let Block::Steps(steps) = block {
                return steps;
            }
        }
        &[]
    }

    pub fn fact(&self, kind: FactKind) -> Option<&str> {
        self.facts.iter().find(|f| f.kind == kind).map(|f| f.text.as_str())
    }

    pub fn facts(&self, kind: FactKind) -> impl Iterator<Item = &str> {
        self.facts.iter().filter(move |f| f.kind == kind).map(|f| f.text.as_str())
    }
}
