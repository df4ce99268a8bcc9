//! The closed set of blocks a body is made of. There is no HTML anywhere in it.
//!
//! On the wire a block is a tag and its bytes, so that a block of a later release is kept as
//! [`Block::Unknown`], shown as "open with the new version", and passed on unchanged.

use super::{from_bytes, to_bytes};
use crate::read::{Read, Reader, fields, variants};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Style {
    Strong,
    Emphasis,
}

variants!(Style: Strong, Emphasis);

/// Emphasis over a range of [`Text::plain`], in bytes on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub start: u32,
    pub end: u32,
    pub style: Style,
}

fields!(Mark { start, end, style });

/// Plain text with inline emphasis. Search, speech and SMS use `plain` as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    pub plain: String,
    /// In order and without overlap; others are ignored when shown.
    pub marks: Vec<Mark>,
}

fields!(Text { plain, marks });

impl Text {
    pub fn plain(text: impl Into<String>) -> Text {
        Text { plain: text.into(), marks: Vec::new() }
    }

    /// More behind it, with its marks.
    pub fn append(&mut self, next: Text) {
        let by = self.plain.len() as u32;
        self.plain.push_str(&next.plain);
        self.marks.extend(next.marks.into_iter().map(|mark| Mark { start: mark.start + by, end: mark.end + by, ..mark }));
    }

    /// The text cut at its marks: pieces in order, each with its style. Marks that overlap, run backwards or
    /// split a character are skipped, so that hostile marks cannot make this panic.
    pub fn runs(&self) -> Vec<(&str, Option<Style>)> {
        let mut runs = Vec::new();
        let mut at = 0;
        for mark in &self.marks {
            let (start, end) = (mark.start as usize, mark.end as usize);
            if start < at || end <= start {
                continue;
            }
            let (Some(before), Some(inside)) = (self.plain.get(at..start), self.plain.get(start..end)) else {
                continue;
            };
            if !before.is_empty() {
                runs.push((before, None));
            }
            runs.push((inside, Some(mark.style)));
            at = end;
        }
        if let Some(rest) = self.plain.get(at..).filter(|rest| !rest.is_empty()) {
            runs.push((rest, None));
        }
        runs
    }
}

/// An image or a recording, content-addressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaRef {
    /// Last segment of its address `/media/{file}`: first 16 bytes of its SHA-256 in hex, a dot and the type, e.g. `….avif`.
    pub file: String,
    pub bytes: u32,
    /// Pixels; 0 for sound.
    pub width: u16,
    pub height: u16,
    /// Seconds; 0 for images.
    pub seconds: u16,
}

fields!(MediaRef { file, bytes, width, height, seconds });

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Paragraph(Text),
    /// Level 2 or 3.
    Heading {
        level: u8,
        text: String,
    },
    List(Vec<Text>),
    Steps(Vec<Text>),
    Quote {
        text: Text,
        by: Option<String>,
    },
    Table {
        head: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    Image {
        media: MediaRef,
        alt: String,
        caption: Option<String>,
    },
    Audio {
        media: MediaRef,
        title: String,
    },
    /// A number to call; `label` says who answers.
    Call {
        number: String,
        label: String,
    },
    /// `http` or `https` only.
    Link {
        url: String,
        label: String,
    },
    Unknown {
        tag: u8,
        bytes: Vec<u8>,
    },
}

impl Block {
    fn to_wire(&self) -> (u8, Vec<u8>) {
        match self {
            Block::Paragraph(text) => (1, to_bytes(text)),
            Block::Heading { level, text } => (2, to_bytes(&(level, text))),
            Block::List(items) => (3, to_bytes(items)),
            Block::Steps(items) => (4, to_bytes(items)),
            Block::Quote { text, by } => (5, to_bytes(&(text, by))),
            Block::Table { head, rows } => (6, to_bytes(&(head, rows))),
            Block::Image { media, alt, caption } => (7, to_bytes(&(media, alt, caption))),
            Block::Audio { media, title } => (8, to_bytes(&(media, title))),
            Block::Call { number, label } => (9, to_bytes(&(number, label))),
            Block::Link { url, label } => (10, to_bytes(&(url, label))),
            Block::Unknown { tag, bytes } => (*tag, bytes.clone()),
        }
    }

    fn from_wire(tag: u8, bytes: Vec<u8>) -> Block {
        Block::known(tag, &bytes).unwrap_or(Block::Unknown { tag, bytes })
    }

    fn known(tag: u8, bytes: &[u8]) -> Option<Block> {
        Some(match tag {
            1 => Block::Paragraph(from_bytes(bytes).ok()?),
            2 => {
                let (level, text) = from_bytes(bytes).ok()?;
                Block::Heading { level, text }
            }
            3 => Block::List(from_bytes(bytes).ok()?),
            4 => Block::Steps(from_bytes(bytes).ok()?),
            5 => {
                let (text, by) = from_bytes(bytes).ok()?;
                Block::Quote { text, by }
            }
            6 => {
                let (head, rows) = from_bytes(bytes).ok()?;
                Block::Table { head, rows }
            }
            7 => {
                let (media, alt, caption) = from_bytes(bytes).ok()?;
                Block::Image { media, alt, caption }
            }
            8 => {
                let (media, title) = from_bytes(bytes).ok()?;
                Block::Audio { media, title }
            }
            9 => {
                let (number, label) = from_bytes(bytes).ok()?;
                Block::Call { number, label }
            }
            10 => {
                let (url, label) = from_bytes(bytes).ok()?;
                Block::Link { url, label }
            }
            _ => return None,
        })
    }

    /// Every piece of readable text in reading order, for search, speech and print.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Block::Paragraph(text) => vec![&text.plain],
            Block::Heading { text, .. } => vec![text],
            Block::List(items) | Block::Steps(items) => items.iter().map(|t| t.plain.as_str()).collect(),
            Block::Quote { text, by } => core::iter::once(text.plain.as_str()).chain(by.as_deref()).collect(),
            Block::Table { head, rows } => head.iter().chain(rows.iter().flatten()).map(String::as_str).collect(),
            Block::Image { alt, caption, .. } => {
                let caption = caption.as_deref().filter(|c| c != alt);
                core::iter::once(alt.as_str()).chain(caption).collect()
            }
            Block::Audio { title, .. } => vec![title],
            Block::Call { number, label } => vec![label, number],
            Block::Link { label, .. } => vec![label],
            Block::Unknown { .. } => vec![],
        }
    }
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_wire().serialize(serializer)
    }
}

impl Read for Block {
    fn read(from: &mut Reader) -> Block {
        let (tag, bytes) = Read::read(from);
        Block::from_wire(tag, bytes)
    }
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Block, D::Error> {
        let (tag, bytes) = <(u8, Vec<u8>)>::deserialize(deserializer)?;
        Ok(Block::from_wire(tag, bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_of_a_later_release_survives() {
        let later = Block::Unknown { tag: 77, bytes: vec![1, 2, 3] };
        let bytes = to_bytes(&vec![later.clone(), Block::Paragraph(Text::plain("Nước rút"))]);
        let back: Vec<Block> = from_bytes(&bytes).unwrap();
        assert_eq!(back[0], later);
        assert_eq!(to_bytes(&back), bytes);
    }

    #[test]
    fn a_known_tag_with_foreign_bytes_is_kept_too() {
        let odd = Block::from_wire(1, vec![0xff]);
        assert_eq!(odd, Block::Unknown { tag: 1, bytes: vec![0xff] });
    }

    #[test]
    fn hostile_marks_do_not_panic() {
        let mark = |start, end| Mark { start, end, style: Style::Strong };
        let text = Text { plain: "Lũ về".into(), marks: vec![mark(9, 2), mark(1, 2), mark(0, 3), mark(2, 4), mark(4, 900)] };
        let joined: String = text.runs().iter().map(|(piece, _)| *piece).collect();
        assert_eq!(joined, "Lũ về");
    }
}
