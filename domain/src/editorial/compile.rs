//! What texts of every kind have in common when they are compiled: dates, recordings, files, and what a card takes from them.

use super::manuscript::local;
use super::{Compiled, Finding, Manuscript, Script};
use crate::content::{Block, Body, Card, Fact, Headline, ItemId, MediaRef, Time, Variant};
use crate::instance::instance;

/// The files that were brought, by name.
pub(super) type Media<'a> = &'a dyn Fn(&str) -> Option<MediaRef>;

/// The time of a field. One that cannot be read is told of, and stands for none.
pub(super) fn time(field: &'static str, text: &str, findings: &mut Vec<Finding>) -> Option<Time> {
    local(text).unwrap_or_else(|()| {
        findings.push(Finding::BadTime(field));
        None
    })
}

/// What somebody typed into a field that may stay empty.
pub(super) fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Files that blocks show, in their order.
pub(super) fn files(blocks: &[Block]) -> impl Iterator<Item = MediaRef> {
    blocks.iter().filter_map(|block| match block {
        Block::Image { media, .. } | Block::Audio { media, .. } => Some(media.clone()),
        _ => None,
    })
}

impl Script {
    /// Its recording, as far as it was brought.
    pub(super) fn recording(&self, media: Media) -> Option<MediaRef> {
        if self.audio.is_empty() { None } else { media(&self.audio) }
    }
}

/// The languages of an item, the original first.
#[derive(Default)]
pub(super) struct Texts {
    pub headlines: Vec<Headline>,
    variants: Vec<Variant>,
    files: Vec<MediaRef>,
}

impl Texts {
    /// Adds one. `headline` says by itself whether there is a recording.
    pub fn add(&mut self, headline: Headline, facts: Vec<Fact>, blocks: Vec<Block>, audio: Option<MediaRef>) {
        self.files.extend(files(&blocks).chain(audio.clone()));
        self.variants.push(Variant { lang: headline.lang.clone(), facts, blocks, audio });
        self.headlines.push(headline);
    }

    /// A card needs a title, also one that is only looked at while it is written.
    pub fn add_empty_original(&mut self) {
        self.headlines.insert(0, Headline { lang: "vi".into(), title: String::new(), summary: String::new(), audio: false });
    }

    /// The item: `card` says what is of its kind.
    pub fn finish(mut self, text: &Manuscript, card: Card, supersedes: Option<ItemId>) -> Compiled {
        self.files.sort_by(|a, b| a.file.cmp(&b.file));
        self.files.dedup();
        let card = Card {
            topics: text.topics.iter().copied().filter(|topic| instance().topic(*topic).is_some()).collect(),
            places: text.places.clone(),
            source: text.source.trim().to_owned(),
            headlines: self.headlines,
            media_bytes: self.files.iter().map(|file| file.bytes).sum(),
            ..card
        };
        let (document, source_url) = (given(&text.document), given(&text.source_url));
        let body = Body { variants: self.variants, document, source_url, ext: Vec::new() };
        Compiled { card, body, media: self.files, supersedes }
    }
}
