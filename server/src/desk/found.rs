//! What stands elsewhere, made into a draft: nothing active comes along, it is cut to what one reads, and its origin is
//! named. Reads bytes and asks nobody; costly enough to be done apart from what answers requests.

pub mod feed;
mod meta;
pub mod page;

use super::form;
use crate::import::html;
use crate::publish::check_url;
use crate::short::cut;
use crate::store::desk::EntryKey;
use ammonia::{Builder, UrlRelative};
use domain::content::{Block, PlaceCode, Time};
use domain::editorial::{Manuscript, Script, markup};
use domain::sign::hash;
use std::collections::{HashMap, HashSet};
use url::Url;

/// Of one text: a parser of HTML looks at all open elements for each new one, so length alone bounds nothing.
const MAX_HTML: usize = 256 << 10;
const MAX_TAGS: usize = 5_000;
/// Of one draft.
const MAX_BLOCKS: usize = 60;
const MAX_ROWS: usize = 100;
const MAX_TEXT: usize = 40 << 10;
const MAX_TITLE: usize = 200;
const MAX_SUMMARY: usize = 600;
const MAX_NAME: usize = 120;

/// An article that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub title: String,
    pub summary: String,
    /// As it is typed at the desk.
    pub text: String,
    /// Who issued it, as far as it says so itself.
    pub source: String,
    /// Empty where it has no address.
    pub url: String,
    pub issued: Option<Time>,
    /// Names under which the same article would come again.
    pub keys: Vec<EntryKey>,
}

impl Found {
    pub fn manuscript(self, place: Option<PlaceCode>, topic: Option<u8>, now: Time) -> Manuscript {
        // What a page claims of the future, or of times before it, is a mistake.
        let issued = self.issued.filter(|at| *at <= now && at.civil().year >= 1990);
        let text = Script { lang: "vi".into(), title: self.title, summary: self.summary, text: self.text, ..Script::default() };
        Manuscript {
            kind: "bulletin".into(),
            topics: topic.into_iter().collect(),
            places: place.into_iter().collect(),
            source: self.source,
            source_url: Some(self.url).filter(|url| check_url(url).is_ok()).unwrap_or_default(),
            issued: issued.map(|at| at.rfc3339().chars().take(10).collect()).unwrap_or_default(),
            texts: vec![text],
            ..Manuscript::default()
        }
    }
}

/// Name of an article by its address: the same for each way in which people pass it on.
pub fn key(url: &Url) -> EntryKey {
    let tracks = |name: &str| name.starts_with("utm_") || matches!(name, "fbclid" | "gclid" | "zarsrc");
    let kept = url.query_pairs().filter(|(name, _)| !tracks(name));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    let port = url.port().map(|port| port.to_string()).unwrap_or_default();
    let parts = ["link", url.host_str().unwrap_or_default(), &port, url.path().trim_end_matches('/'), &query];
    hash(parts.join("\0").as_bytes())
}

/// The blocks of a piece of HTML, as many as fit a draft.
fn blocks(source: &str, base: &Url) -> Vec<Block> {
    fitting(all_blocks(source, base))
}

/// All of them, cleaned as browsers would read it.
fn all_blocks(source: &str, base: &Url) -> Vec<Block> {
    html::blocks(&clean(bounded(source), base))
}

fn fitting(mut blocks: Vec<Block>) -> Vec<Block> {
    for block in &mut blocks {
        if let Block::Table { rows, .. } = block {
            rows.truncate(MAX_ROWS);
        }
    }
    let mut used = 0;
    let fits = |block: &Block| {
        used += block.texts().iter().map(|text| text.len()).sum::<usize>();
        used <= MAX_TEXT
    };
    blocks.into_iter().take(MAX_BLOCKS).take_while(fits).collect()
}

/// What becomes blocks; of other elements their text stays.
const KEPT: &str = "a address article b blockquote br caption center dd details div dl dt em figure h1 h2 h3 h4 h5 h6 header hr i li \
    main ol p pre section strong summary table tbody td tfoot th thead tr ul";
/// Goes with all that is inside.
const LEFT: &str = "aside audio button canvas figcaption footer iframe math nav noscript object script select style svg template \
    textarea title video";

fn clean(source: &str, base: &Url) -> String {
    let names = |list: &'static str| list.split_whitespace().collect::<HashSet<_>>();
    Builder::empty()
        .tags(names(KEPT))
        .clean_content_tags(names(LEFT))
        .tag_attributes(HashMap::from([("a", names("href"))]))
        .url_schemes(names("http https"))
        .url_relative(UrlRelative::RewriteWithBase(base.clone()))
        .link_rel(None)
        .clean(source)
        .to_string()
}

/// As much of it as costs little.
fn bounded(source: &str) -> &str {
    let end = (0..=MAX_HTML.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0);
    let source = &source[..end];
    let opens = |at: &usize| source.as_bytes().get(at + 1).is_some_and(u8::is_ascii_alphabetic);
    let last = source.match_indices('<').map(|(at, _)| at).filter(opens).nth(MAX_TAGS);
    &source[..last.unwrap_or(source.len())]
}

/// The words of blocks on one line; links repeat words of the text before them.
fn words(blocks: &[Block]) -> String {
    let shown = blocks.iter().filter(|block| !matches!(block, Block::Link { .. }));
    form::clean(&shown.flat_map(Block::texts).collect::<Vec<_>>().join(" "))
}

/// A title, a name or the like: one line, at most `max` characters.
fn line(source: &str, base: &Url, max: usize) -> String {
    cut(&words(&blocks(source, base)), max)
}

/// Title, summary and text as a draft has them. A text that begins with its title does not say it twice.
fn told(title: String, summary: &str, mut blocks: Vec<Block>) -> Found {
    if matches!(blocks.first(), Some(Block::Heading { text, .. }) if form::clean(text).trim() == title) {
        blocks.remove(0);
    }
    let first = blocks.iter().position(|block| matches!(block, Block::Paragraph(_)));
    let summary = match (summary.is_empty(), first) {
        (true, Some(at)) => words(&blocks[at..=at]),
        _ => summary.to_owned(),
    };
    let text = form::clean(&markup::print(&blocks));
    Found { title, summary: cut(&summary, MAX_SUMMARY), text, ..Found::default() }
}

#[cfg(test)]
mod tests;
