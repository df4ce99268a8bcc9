//! The inverted index in memory: which words stand in which items, and the order in which hits are shown.

use super::needle::{Wanted, unit, wanted, without_kind};
use super::snippet::has_phrase;
use super::terms::Terms;
use super::token::letters;
use crate::content::{ItemId, Kind, PlaceCode, Time};
use crate::instance::instance;
use crate::route::Query;
use std::cmp::Ordering;
use std::collections::HashMap;

/// What filters and order need to know of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocFacts {
    pub issued: Time,
    pub topics: Vec<u8>,
    pub places: Vec<PlaceCode>,
    pub kind: Kind,
}

/// An item that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    pub id: ItemId,
    /// Higher is better; 0 when no words were asked for.
    pub score: u32,
    pub issued: Time,
}

impl Hit {
    /// Better first, newer first among equals; the id makes it repeatable.
    fn order(&self, other: &Hit) -> Ordering {
        (other.score, other.issued, self.id).cmp(&(self.score, self.issued, other.id))
    }
}

/// A spelling and where it stands.
#[derive(Debug)]
struct Entry {
    /// The folded word, NUL, and the word as spelt unless that is the same: sorted, all spellings of a word and all
    /// words of a prefix are neighbours.
    key: Box<str>,
    /// Slot of the item times 8 plus the fields.
    postings: Vec<u32>,
}

impl Entry {
    fn parts(&self) -> (&str, &str) {
        let (key, token) = self.key.split_once('\0').unwrap_or((&self.key, ""));
        (key, if token.is_empty() { key } else { token })
    }
}

/// The index. Empty at first; items are put in one by one, so that a caller may pause between them.
#[derive(Debug, Default)]
pub struct Index {
    /// Sorted by key.
    entries: Vec<Entry>,
    /// Items by slot; a slot that was freed is used again.
    docs: Vec<Option<(ItemId, DocFacts)>>,
    /// Sorted: the slot of each item.
    slots: Vec<(ItemId, u32)>,
}

/// What a word is filed under.
fn key(token: &str) -> String {
    let mut key: String = letters(token).collect();
    let plain = key == token;
    key.push('\0');
    if !plain {
        key.push_str(token);
    }
    key
}

fn posting(slot: usize, mask: u8) -> u32 {
    (slot as u32) << 3 | u32::from(mask & 7)
}

impl Index {
    /// The same as putting in each of these, which come once each; for a server's start, where nothing else is waited for:
    /// the vocabulary is sorted once and not merged for every item.
    pub fn of(all: impl IntoIterator<Item = (ItemId, DocFacts, Terms)>) -> Index {
        let mut index = Index::default();
        let mut words: HashMap<String, Vec<u32>> = HashMap::new();
        for (slot, (id, facts, terms)) in all.into_iter().enumerate() {
            for (token, mask) in terms.iter() {
                words.entry(key(token)).or_default().push(posting(slot, mask));
            }
            index.docs.push(Some((id, facts)));
            index.slots.push((id, slot as u32));
        }
        index.slots.sort_unstable();
        let entry = |(key, postings): (String, Vec<u32>)| Entry { key: key.into_boxed_str(), postings };
        index.entries = words.into_iter().map(entry).collect();
        index.entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        index
    }

    pub fn new() -> Index {
        Index::default()
    }

    /// Items in the index.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub fn contains(&self, id: ItemId) -> bool {
        self.find(id).is_ok()
    }

    fn find(&self, id: ItemId) -> Result<usize, usize> {
        self.slots.binary_search_by(|(other, _)| other.cmp(&id))
    }

    /// Adds an item or replaces what is known of it.
    pub fn put(&mut self, id: ItemId, facts: DocFacts, terms: &Terms) {
        self.remove(id);
        let at = self.find(id).unwrap_or_else(|at| at);
        let slot = self.docs.iter().position(Option::is_none).unwrap_or(self.docs.len());
        if slot == self.docs.len() {
            self.docs.push(None);
        }
        self.docs[slot] = Some((id, facts));
        self.slots.insert(at, (id, slot as u32));

        let mut fresh: Vec<Entry> = Vec::new();
        for (token, mask) in terms.iter() {
            let (key, posting) = (key(token), posting(slot, mask));
            let search = |entries: &[Entry]| entries.binary_search_by(|entry| (*entry.key).cmp(&key));
            if let Ok(at) = search(&self.entries) {
                self.entries[at].postings.push(posting);
            } else if let Err(at) = search(&fresh) {
                fresh.insert(at, Entry { key: key.into_boxed_str(), postings: vec![posting] });
            }
        }
        self.merge(fresh);
    }

    /// Merges sorted new entries from the back: one pass over the vocabulary for each item, not one for each word.
    fn merge(&mut self, fresh: Vec<Entry>) {
        let mut from = self.entries.len();
        self.entries.extend(fresh.iter().map(|_| Entry { key: Box::default(), postings: Vec::new() }));
        let mut to = self.entries.len();
        for new in fresh.into_iter().rev() {
            let at = self.entries[..from].partition_point(|entry| entry.key < new.key);
            while from > at {
                from -= 1;
                to -= 1;
                self.entries.swap(from, to);
            }
            to -= 1;
            self.entries[to] = new;
        }
    }

    /// Forgets an item. Walks the whole vocabulary, which is rare and costs less than remembering each item's words.
    pub fn remove(&mut self, id: ItemId) {
        let Ok(at) = self.find(id) else { return };
        let (_, slot) = self.slots.remove(at);
        self.docs[slot as usize] = None;
        self.entries.retain_mut(|entry| {
            entry.postings.retain(|posting| posting >> 3 != slot);
            !entry.postings.is_empty()
        });
    }

    /// The best `limit` items with all the words of the query that pass its filters: every one that passes where there is no
    /// text, none where the text has no word. Items with the diacritics as typed
    /// come first, then title before summary before body, then newer ones.
    pub fn search(&self, query: &Query, limit: usize) -> Vec<Hit> {
        // Items name a unit, not always what kind it is or was.
        let mut hits = self.matching(unit(&query.text).unwrap_or(&query.text), query);
        if hits.is_empty()
            && let Some(name) = without_kind(&query.text)
        {
            hits = self.matching(name, query);
        }
        hits.truncate(limit);
        hits
    }

    /// [`Index::search`] for a text, narrowed as `query` is.
    fn matching(&self, text: &str, query: &Query) -> Vec<Hit> {
        let words = wanted(text);
        // Signs without a word stand nowhere; white space asks for nothing yet.
        if words.is_empty() && !text.trim().is_empty() {
            return Vec::new();
        }
        // Sum of the values of the words so far, or None for an item that is out.
        let mut scores: Vec<Option<u32>> =
            self.docs.iter().map(|doc| doc.as_ref().filter(|(_, facts)| passes(facts, query)).map(|_| 0)).collect();
        let mut values = vec![0u8; self.docs.len()];
        for word in &words {
            values.fill(0);
            self.value(word, &mut values);
            for (score, value) in scores.iter_mut().zip(&values) {
                // Exact words count before all fields together.
                *score =
                    score.filter(|_| *value > 0).map(|sum| sum + (u32::from(value >> 4) << 16) + (u32::from(value & 15) << 1));
            }
        }
        let found = self.docs.iter().zip(scores).filter_map(|(doc, score)| {
            let (id, facts) = doc.as_ref()?;
            Some(Hit { id: *id, score: score?, issued: facts.issued })
        });
        let mut hits: Vec<Hit> = found.collect();
        hits.sort_unstable_by(Hit::order);
        hits
    }

    /// What a word is worth in each item: exact 16, title 8, summary 4, body 2, the whole word 1.
    fn value(&self, word: &Wanted, values: &mut [u8]) {
        let from = self.entries.partition_point(|entry| entry.parts().0 < word.key.as_str());
        for entry in &self.entries[from..] {
            let Some(fit) = word.fit(entry.parts().1) else { break };
            let fit = u8::from(fit.exact) << 4 | u8::from(fit.whole);
            for posting in &entry.postings {
                let field = match posting & 7 {
                    4.. => 8,
                    2.. => 4,
                    _ => 2,
                };
                let value = &mut values[(posting >> 3) as usize];
                *value = (*value).max(fit | field);
            }
        }
    }
}

fn passes(facts: &DocFacts, query: &Query) -> bool {
    query.topic.is_none_or(|topic| facts.topics.contains(&topic))
        && query.kind.is_none_or(|kind| facts.kind == kind)
        && query.place.is_none_or(|place| instance().belongs(&facts.places, PlaceCode(place)))
}

/// Hits among which words that stand side by side count.
const RANKED: usize = 250;
/// Words side by side count before all fields together, and after diacritics.
const PHRASE: u32 = 1 << 15;
/// Before everything.
const LIVE: u32 = 1 << 31;

/// Moves hits that hold the words of `query` side by side before others with as many diacritics as typed, and those of them
/// that are `live` and hold them just as they were typed before all: `cá` is not in `cấp`. `text_of` gives what is at hand
/// of an item, say its title and summary.
pub(super) fn rank_phrase(hits: &mut [Hit], query: &str, live: &[ItemId], text_of: &mut dyn FnMut(ItemId) -> String) {
    let mut phrases = vec![wanted(query)];
    // Without its kind a unit is named by two words at least, or by what stands everywhere.
    phrases.extend(without_kind(query).map(wanted).filter(|name| name.len() > 1));
    phrases.retain(|words| !words.is_empty());
    // Of a single word its field says it.
    let ranked = if phrases.iter().any(|words| words.len() > 1) { RANKED } else { 0 };
    for (at, hit) in hits.iter_mut().enumerate() {
        let live = live.contains(&hit.id);
        if !live && at >= ranked {
            continue;
        }
        let text = text_of(hit.id);
        for words in &phrases {
            if words.len() > 1 && has_phrase(&text, words, false) {
                hit.score |= PHRASE;
            }
            if live && has_phrase(&text, words, true) {
                hit.score |= LIVE;
            }
        }
    }
    hits.sort_unstable_by(Hit::order);
}
