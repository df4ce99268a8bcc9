//! Entries of feeds, as far as they lead to alerts: where to, and what marks the state of an entry.

use quick_xml::events::BytesStart;

/// Most entries that are remembered, and links of one; others are not looked at.
const MAX_ENTRIES: usize = 500;
const MAX_LINKS: usize = 10;
/// Longest address or mark, in bytes.
const MAX_WORDS: usize = 2_000;

/// An entry of Atom or an item of RSS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub links: Vec<Link>,
    /// `updated`, `pubDate` or the like, as it stands there.
    pub updated: String,
    /// An alert stands in the entry itself.
    pub has_alert: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    pub href: String,
    /// Media type, in lower case and without parameters; empty where none is named.
    pub kind: String,
}

impl Link {
    /// Whether it says that an alert is there.
    pub fn is_cap(&self) -> bool {
        self.kind == "application/cap+xml" || self.kind == "application/common-alerting-protocol+xml"
    }
}

#[derive(Default)]
pub(super) struct Feed {
    /// The root is one of a feed or list.
    pub known: bool,
    pub entries: Vec<Entry>,
    /// Depth of the entry that is open.
    inside: Option<usize>,
    count: usize,
    leaf: Option<Leaf>,
    words: String,
}

#[derive(Clone, Copy)]
enum Leaf {
    Link,
    Updated,
}

impl Feed {
    /// An element that is none of an alert.
    pub fn start(&mut self, tag: &BytesStart, name: &str, depth: usize) {
        if depth == 1 {
            self.known = matches!(name, "feed" | "rss" | "RDF" | "alerts");
        }
        self.leaf = None;
        self.words.clear();
        if self.inside.is_none() {
            if matches!(name, "entry" | "item") {
                self.inside = Some(depth);
                self.count += 1;
                if self.entries.len() < MAX_ENTRIES {
                    self.entries.push(Entry::default());
                }
            }
            return;
        }
        if self.inside != Some(depth - 1) {
            return;
        }
        match name {
            "link" | "enclosure" => {
                let (mut href, mut kind) = (String::new(), String::new());
                for attribute in tag.attributes().with_checks(false).flatten() {
                    let value = || attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
                    let value = value().map(|value| value.into_owned()).unwrap_or_default();
                    match attribute.key.as_ref() {
                        "href" | "url" => href = value,
                        "type" => kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase(),
                        _ => {}
                    }
                }
                if href.is_empty() { self.leaf = Some(Leaf::Link) } else { self.link(Link { href, kind }) }
            }
            "updated" | "pubDate" | "date" => self.leaf = Some(Leaf::Updated),
            _ => {}
        }
    }

    pub fn text(&mut self, text: &str) {
        if self.leaf.is_some() && self.words.len() + text.len() <= MAX_WORDS {
            self.words.push_str(text);
        }
    }

    /// The element that began last at this depth ends.
    pub fn end(&mut self, depth: usize) {
        let words = self.words.trim().to_owned();
        match self.leaf.take() {
            Some(Leaf::Link) if !words.is_empty() => self.link(Link { href: words, kind: String::new() }),
            Some(Leaf::Updated) => {
                if let Some(entry) = self.current() {
                    entry.updated = words;
                }
            }
            _ => {}
        }
        self.inside = self.inside.filter(|inside| *inside != depth);
    }

    fn current(&mut self) -> Option<&mut Entry> {
        if self.inside.is_some() && self.count == self.entries.len() { self.entries.last_mut() } else { None }
    }

    fn link(&mut self, link: Link) {
        if let Some(entry) = self.current().filter(|entry| entry.links.len() < MAX_LINKS && link.href.len() <= MAX_WORDS) {
            entry.links.push(link);
        }
    }

    pub fn has_alert(&mut self) {
        if let Some(entry) = self.current() {
            entry.has_alert = true;
        }
    }

    /// Number of the entry that is open or was last, from 1; 0 before the first.
    pub fn entry(&self) -> usize {
        self.count
    }
}
