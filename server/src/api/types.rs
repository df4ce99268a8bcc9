//! What the public API says, in JSON. Fields are only ever added.

use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A list of items and how to go on.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemList {
    pub items: Vec<Item>,
    /// Value of `after` for the next part; absent when this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What lists show of an item. Times are RFC 3339.
#[derive(Debug, Serialize, ToSchema)]
pub struct Item {
    /// Eight letters and digits; never changes.
    pub id: String,
    /// 1 at first; higher after each correction.
    pub revision: u16,
    /// `bulletin`, `alert`, `guide`, `event`, or a kind that this release does not know.
    pub kind: String,
    /// Page for people.
    pub url: String,
    #[schema(format = DateTime)]
    pub issued: String,
    /// When this revision was published here.
    #[schema(format = DateTime)]
    pub published: String,
    /// Starts to hold, where that differs from `issued`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub effective: Option<String>,
    /// Ceases to hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub expires: Option<String>,
    /// Slugs of topics, the main one first.
    pub topics: Vec<String>,
    /// Official codes of the units concerned; none means everyone.
    pub places: Vec<String>,
    /// Who says so.
    pub source: String,
    /// Sample content: not real news.
    pub sample: bool,
    /// Id of the item that this one replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// Id of the newest item that replaces this one through its `supersedes`; absent where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    /// Title and summary in each language, the original first.
    pub headlines: Vec<Headline>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<Alert>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Headline {
    /// BCP 47.
    pub lang: String,
    pub title: String,
    pub summary: String,
}

/// In the terms of CAP 1.2, with the national level.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alert {
    #[schema(minimum = 1, maximum = 5)]
    pub level: u8,
    /// Slug of the hazard.
    pub hazard: String,
    /// CAP `status`: `actual`, or `exercise` or `test`, which are nothing real.
    pub status: &'static str,
    pub msg_type: &'static str,
    pub severity: &'static str,
    pub urgency: &'static str,
    pub certainty: &'static str,
    /// Ids of earlier alerts that this one updates or cancels.
    pub references: Vec<String>,
    /// How it stands now: `in-force`, `coming`, `ended` (which does not mean safe), `cancelled` or `superseded`.
    pub state: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    #[schema(format = DateTime)]
    pub start: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online: Option<String>,
}

/// An item with its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct FullItem {
    #[serde(flatten)]
    pub item: Item,
    /// Number of the source document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// Where the source published it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    pub variants: Vec<Variant>,
}

/// The text in one language.
#[derive(Debug, Serialize, ToSchema)]
pub struct Variant {
    pub lang: String,
    pub facts: Vec<Fact>,
    pub blocks: Vec<BlockView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<Media>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Fact {
    /// `paper`, `fee`, `office`, `hours`, `phone`, `venue`, `area`, `contingency`, `duration` or `unknown`.
    pub kind: &'static str,
    pub text: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Media {
    /// Path on this server.
    pub url: String,
    pub bytes: u32,
    /// Pixels; 0 for sound.
    pub width: u16,
    pub height: u16,
    /// Seconds; 0 for images.
    pub seconds: u16,
}

/// A piece of text in one style.
#[derive(Debug, Serialize, ToSchema)]
pub struct Run {
    pub text: String,
    /// `strong` or `emphasis`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<&'static str>,
}

/// A block of text. The set is closed: there is no HTML in it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
#[schema(as = Block)]
pub enum BlockView {
    Paragraph {
        runs: Vec<Run>,
    },
    Heading {
        level: u8,
        text: String,
    },
    List {
        items: Vec<Vec<Run>>,
    },
    Steps {
        items: Vec<Vec<Run>>,
    },
    Quote {
        runs: Vec<Run>,
        by: Option<String>,
    },
    Table {
        head: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    Image {
        media: Media,
        alt: String,
        caption: Option<String>,
    },
    Audio {
        media: Media,
        title: String,
    },
    Call {
        number: String,
        label: String,
    },
    Link {
        url: String,
        label: String,
    },
    /// Of a later release.
    Unknown,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SearchResult {
    /// Best first.
    pub items: Vec<Item>,
    /// How many were found in all.
    pub total: usize,
}

/// An official unit of today.
#[derive(Debug, Serialize, ToSchema)]
pub struct Place {
    /// Official code.
    pub code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    pub name: Label,
    pub slug: String,
    pub valid_from: String,
}

/// A unit that is no more.
#[derive(Debug, Serialize, ToSchema)]
pub struct Former {
    pub name: String,
    pub slug: String,
    pub valid_to: String,
    /// Codes of the units of today where its people live.
    pub successors: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Places {
    pub places: Vec<Place>,
    pub former: Vec<Former>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Topic {
    pub slug: String,
    pub name: Label,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Topics {
    pub topics: Vec<Topic>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Label {
    pub vi: String,
    pub en: String,
}

/// Why something was refused: a code that stays the same, and its parameters. As `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    pub code: String,
    pub params: BTreeMap<String, String>,
}
