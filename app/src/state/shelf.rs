//! The cards of this phone in memory, kept in step with every commit.

use crate::device::clock;
use client::Loaded;
use domain::content::{Card, ItemId, Kind};
use domain::search::{DocFacts, Index, Terms};
use domain::sign::{Verdict, verify_item};
use domain::sorted::Map;
use domain::sync::{Commit, Held, StoredBody};
use std::rc::Rc;

#[derive(Default)]
pub struct Shelf {
    pub cards: Map<ItemId, Rc<Card>>,
    pub held: Held,
    /// Built when the reader first searches, or in an idle moment.
    pub index: Option<Index>,
    /// Whether all that is held is in it.
    pub indexed: bool,
    /// Commits since it was read.
    pub commits: u32,
}

/// Cards that are read before the screen gets a turn.
const SLICE: usize = 100;

impl Shelf {
    /// Reads all that was loaded, in slices.
    pub async fn of(loaded: Loaded) -> Shelf {
        let mut shelf = Shelf { held: loaded.held, ..Shelf::default() };
        // The machine is given its own copy of these when it needs them.
        shelf.held.bytes.clear();
        for slice in loaded.cards.chunks(SLICE) {
            for (id, bytes) in slice {
                if let Ok(card) = Card::decode(bytes) {
                    shelf.cards.insert(*id, Rc::new(card));
                }
            }
            if slice.len() == SLICE {
                clock::yield_now().await;
            }
        }
        shelf
    }

    /// The phone holds it. Bytes of cards are the session's own to look at, in the store.
    pub fn keep(&mut self, commit: &Commit) {
        self.held.apply(commit);
        self.held.bytes.clear();
    }

    /// What found no room is shown all the same, and counts as missing.
    pub fn apply(&mut self, commit: &Commit, stored: bool) {
        if stored {
            self.keep(commit);
        }
        self.commits += 1;
        if commit.reset {
            self.cards.clear();
            self.index = self.index.take().map(|_| Index::new());
        }
        for (id, _, _) in &commit.gone {
            self.cards.remove(id);
            if let Some(index) = &mut self.index {
                index.remove(*id);
            }
        }
        for (id, _, bytes) in &commit.cards {
            if let Ok(card) = Card::decode(bytes) {
                self.cards.insert(*id, Rc::new(card));
            }
        }
        self.index_all(&commit.terms);
    }

    /// The index is made anew when it is needed.
    pub fn unindex(&mut self) {
        (self.index, self.indexed) = (None, false);
    }

    /// Those of these that the index knows nothing of are found by what their cards say.
    pub fn index_cards(&mut self, ids: &[ItemId]) {
        for id in ids {
            if self.index.as_ref().is_some_and(|index| !index.contains(*id)) {
                self.index_all(&[(*id, Vec::new())]);
            }
        }
    }

    /// Terms of items, where there is an index; without any, those of their cards.
    pub fn index_all(&mut self, all: &[(ItemId, Vec<u8>)]) {
        let Some(index) = &mut self.index else { return };
        for (id, terms) in all {
            let Some(card) = self.cards.get(id) else { continue };
            let facts =
                DocFacts { issued: card.issued, topics: card.topics.clone(), places: card.places.clone(), kind: card.kind };
            let terms = Terms::decode(terms).unwrap_or_else(|_| Terms::of(card, None));
            index.put(*id, facts, &terms);
        }
    }

    pub fn has_body(&self, id: ItemId) -> bool {
        self.held.cards.get(&id).is_some_and(|held| held.body)
    }

    /// Whether a text is still what was signed: memory of cheap phones flips bits. A key that ceased says nothing of that.
    pub fn intact(&self, body: &StoredBody, card: &Card) -> bool {
        let (Some(trust), Some(held)) = (&self.held.trust, self.held.cards.get(&body.id)) else { return true };
        verify_item(trust, body.kid, &held.hash, &body.body, &body.sig, card.issued) != Verdict::Forged
    }

    /// Bodies that are not on this phone, and their bytes on the way here: text shrinks to about a third.
    pub fn missing(&self) -> (usize, u64) {
        let missing = self.held.cards.values().filter(|held| !held.body && held.body_bytes > 0);
        missing.fold((0, 0), |(count, bytes), held| (count + 1, bytes + u64::from(held.body_bytes) / 3))
    }

    /// What may go when the phone is full.
    pub fn candidates(&self) -> Vec<client::quota::Candidate> {
        let held = self.held.cards.iter().filter(|(_, held)| held.body);
        held.map(|(id, held)| client::quota::Candidate {
            id: *id,
            issued: held.issued,
            bytes: held.body_bytes,
            alert: self.cards.get(id).is_some_and(|card| card.kind == Kind::ALERT),
        })
        .collect()
    }
}
