//! Feeds: RSS, Atom and JSON Feed.

use super::{EntryKey, Found, MAX_NAME, MAX_SUMMARY, MAX_TITLE, blocks, cut, key, line, told};
use domain::content::Time;
use domain::sign::hash;
use feed_rs::parser::Builder;
use quick_xml::Reader;
use quick_xml::events::Event;
use url::Url;

/// Entries that are looked at: a feed has its newest first.
const MAX_ENTRIES: usize = 200;
/// Longest tag, in bytes: for each attribute, parsers look at all before it.
const MAX_TAG: usize = 64 << 10;
/// Of an entry without a title, in characters.
const BEGINNING: usize = 80;

pub struct Feed {
    pub name: String,
    pub entries: Vec<Entry>,
}

/// An article as its feed has it: most are known already, and nothing is made of those.
pub struct Entry {
    pub keys: Vec<EntryKey>,
    url: Option<Url>,
    title: String,
    summary: String,
    body: String,
    issued: Option<Time>,
}

/// What a feed says; `None` where it is none.
pub fn read(bytes: &[u8], at: &Url) -> Option<Feed> {
    if !tame(bytes) || has_doctype(bytes) {
        return None;
    }
    // A made-up name would be another one each time.
    let parser = Builder::new().base_uri(Some(at.as_str())).id_generator(|_, _, _| String::new()).build();
    let feed = parser.parse(bytes).ok()?;
    let name = feed.title.map(|title| line(&title.content, at, MAX_NAME)).unwrap_or_default();
    let entries = feed.entries.into_iter().take(MAX_ENTRIES);
    Some(Feed { name, entries: entries.filter_map(|entry| Entry::of(entry, at)).collect() })
}

fn tame(bytes: &[u8]) -> bool {
    let short = |piece: &[u8]| piece.iter().position(|byte| *byte == b'<').is_none_or(|start| piece.len() - start <= MAX_TAG);
    bytes.split(|byte| *byte == b'>').all(short)
}

/// Whether it declares its own grammar, with which entities come: nobody needs one for news, only whoever means harm.
fn has_doctype(bytes: &[u8]) -> bool {
    let mut reader = Reader::from_reader(bytes);
    loop {
        match reader.read_event() {
            Ok(Event::DocType(_)) => return true,
            // Later it would be text of an article.
            Ok(Event::Start(_) | Event::Empty(_) | Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

impl Entry {
    fn of(entry: feed_rs::model::Entry, at: &Url) -> Option<Entry> {
        let title = entry.title.map(|title| title.content).unwrap_or_default();
        let summary = entry.summary.map(|summary| summary.content).unwrap_or_default();
        let textual = |kind: &str| kind.starts_with("text/") || kind.contains("html") || kind.ends_with("xml");
        let body = entry.content.filter(|content| textual(content.content_type.as_str())).and_then(|content| content.body);
        let body = body.unwrap_or_default();
        if [&title, &summary, &body].iter().all(|text| text.trim().is_empty()) {
            return None;
        }
        let article =
            |link: &&feed_rs::model::Link| link.target.is_none() && link.rel.as_deref().is_none_or(|rel| rel == "alternate");
        let url = entry.links.iter().find(article).and_then(|link| web(at.join(&link.href).ok()?));
        let host = at.host_str().unwrap_or_default();
        let named = |parts: &[&str]| hash([&[host][..], parts].concat().join("\0").as_bytes());
        let mut keys: Vec<EntryKey> = url.iter().filter(|url| is_specific(url)).map(key).collect();
        match (entry.id.trim(), Url::parse(entry.id.trim()).ok().and_then(web)) {
            ("", _) => {}
            (_, Some(url)) if is_specific(&url) => keys.push(key(&url)),
            (_, Some(_)) => {}
            (id, None) => keys.push(named(&["id", id])),
        }
        if keys.is_empty() {
            keys.push(named(&["text", &title, &summary]));
        }
        let issued = entry.published.or(entry.updated).map(|at| Time(at.timestamp()));
        Some(Entry { keys, url, title, summary, body, issued })
    }

    /// What it becomes.
    pub fn found(self, at: &Url) -> Found {
        let base = self.url.as_ref().unwrap_or(at);
        let title = line(&self.title, base, MAX_TITLE);
        let summary = line(&self.summary, base, MAX_SUMMARY);
        let body = if self.body.trim().is_empty() { &self.summary } else { &self.body };
        let found = told(title, &summary, blocks(body, base));
        let title = if found.title.is_empty() { cut(&found.summary, BEGINNING) } else { found.title };
        let url = self.url.map(String::from).unwrap_or_default();
        Found { title, url, issued: self.issued, keys: self.keys, ..found }
    }
}

fn web(url: Url) -> Option<Url> {
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// Some feeds name their front page as the address of every article.
fn is_specific(url: &Url) -> bool {
    url.path().len() > 1 || url.query().is_some()
}
