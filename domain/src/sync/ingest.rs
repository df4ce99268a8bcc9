//! From verified packs to one [`Commit`]: what is newer goes in, what is not genuine stays out.
//!
//! Each kind of pack is worked off in slices, so that a slow phone can draw and listen in between.

use super::{Commit, Held, HeldCard, StoredBody};
use crate::alert;
use crate::content::{Body, Card, Gone, ItemId, Time};
use crate::search::Terms;
use crate::sign::{Trust, Verdict, hash, verify_item};
use crate::sorted::{Map, Set};
use crate::wire::{BodyEntry, CardEntry, FullItem, Logged, Refused, Seq};
use std::vec::IntoIter;

/// Cards per slice: each is decoded, hashed and cut into search terms.
const CARDS: usize = 24;
/// Signatures per slice: the dearest thing a phone does here.
const SIGNATURES: usize = 2;

/// An item of the alerts pack that proved itself.
#[derive(Clone, Debug)]
pub(super) struct Proven {
    id: ItemId,
    held: HeldCard,
    card: Vec<u8>,
    body: StoredBody,
    terms: Vec<u8>,
}

fn terms(card: &Card, body: Option<&Body>) -> Vec<u8> {
    Terms::of(card, body).encode()
}

fn held_card(card: &Card, bytes: &[u8], seq: Seq) -> HeldCard {
    HeldCard {
        seq,
        revision: card.revision,
        hash: hash(bytes),
        issued: card.issued,
        topics: card.topics.clone(),
        places: card.places.clone(),
        body_bytes: card.body_bytes,
        body: false,
    }
}

/// A commit while it grows. `base` in its methods is what the phone holds, or nothing when the commit resets it.
#[derive(Debug, Default)]
pub(super) struct Draft {
    cards: Map<ItemId, (HeldCard, Vec<u8>)>,
    bodies: Map<ItemId, StoredBody>,
    terms: Map<ItemId, Vec<u8>>,
    gone: Map<ItemId, (u16, Vec<u8>)>,
}

impl Draft {
    /// The card as it would stand after this commit.
    fn standing<'a>(&'a self, base: &'a Held, id: ItemId) -> Option<&'a HeldCard> {
        match self.cards.get(&id) {
            Some((card, _)) => Some(card),
            None if self.gone.contains_key(&id) => None,
            None => base.cards.get(&id),
        }
    }

    /// Whether `revision` was withdrawn already.
    fn withdrawn(&self, base: &Held, id: ItemId, revision: u16) -> bool {
        let here = self.gone.get(&id).map(|(gone, _)| *gone);
        here.max(base.gone.get(&id).copied()).is_some_and(|gone| revision <= gone)
    }

    fn card(&mut self, base: &Held, seq: Seq, card: &Card, bytes: Vec<u8>) {
        if self.withdrawn(base, card.id, card.revision) {
            return;
        }
        let mut next = held_card(card, &bytes, seq);
        match self.standing(base, card.id) {
            Some(held) if held.revision > next.revision => return,
            Some(held) if held.revision == next.revision => {
                if held.hash != next.hash || held.seq == seq {
                    return;
                }
                next.body = held.body;
            }
            _ => {
                self.terms.insert(card.id, terms(card, None));
                self.bodies.remove(&card.id);
            }
        }
        self.gone.remove(&card.id);
        self.cards.insert(card.id, (next, bytes));
    }

    fn gone(&mut self, base: &Held, gone: &Gone, bytes: Vec<u8>) {
        let newer = self.standing(base, gone.id).is_some_and(|held| held.revision > gone.revision);
        if !newer && !self.withdrawn(base, gone.id, gone.revision) {
            self.cards.remove(&gone.id);
            self.bodies.remove(&gone.id);
            self.terms.remove(&gone.id);
            self.gone.insert(gone.id, (gone.revision, bytes));
        }
    }

    /// Takes in an item of the alerts pack, where it is not older than what stands.
    pub fn proven(&mut self, base: &Held, item: &Proven) {
        if self.withdrawn(base, item.id, item.held.revision) {
            return;
        }
        let mut next = item.held.clone();
        match self.standing(base, item.id) {
            Some(held) if held.revision > next.revision => return,
            Some(held) if held.revision == next.revision => {
                if held.hash != next.hash || held.body {
                    return;
                }
                next.seq = held.seq;
            }
            _ => {}
        }
        self.gone.remove(&item.id);
        self.cards.insert(item.id, (next, item.card.clone()));
        self.bodies.insert(item.id, item.body.clone());
        self.terms.insert(item.id, item.terms.clone());
    }

    pub fn into_commit(self) -> Commit {
        Commit {
            cards: self.cards.into_iter().map(|(id, (held, bytes))| (id, held, bytes)).collect(),
            bodies: self.bodies.into_values(),
            terms: self.terms.into_iter().collect(),
            gone: self.gone.into_iter().map(|(id, (revision, bytes))| (id, revision, bytes)).collect(),
            ..Commit::default()
        }
    }
}

/// A pack of cards on its way in.
#[derive(Debug)]
pub(super) struct CardWork {
    pub to: Seq,
    /// The commit will empty the cache first.
    pub reset: bool,
    pub draft: Draft,
    at: Seq,
    rest: IntoIter<CardEntry>,
}

impl CardWork {
    pub fn new(from: Seq, to: Seq, reset: bool, entries: Vec<CardEntry>) -> CardWork {
        CardWork { to, reset, draft: Draft::default(), at: from, rest: entries.into_iter() }
    }

    /// One slice; true when all is done. An entry that this release cannot read is passed over. Alerts that matter now and
    /// events that are still to come, which stand on the home page however old they are, are noted in `urgent`.
    pub fn slice(&mut self, held: &Held, now: Time, urgent: &mut Set<ItemId>) -> Result<bool, Refused> {
        let nothing = Held::default();
        let base = if self.reset { &nothing } else { held };
        for entry in self.rest.by_ref().take(CARDS) {
            self.at = self.at.checked_add(entry.step).filter(|at| *at <= self.to).ok_or(Refused::Mismatch)?;
            match entry.what {
                Logged::Card(bytes) => {
                    let Ok(card) = Card::decode(&bytes) else { continue };
                    if alert::matters(&card, now) || card.event().is_some_and(|event| event.start > now) {
                        urgent.insert(card.id);
                    }
                    self.draft.card(base, self.at, &card, bytes);
                }
                Logged::Gone(bytes) => {
                    if let Ok(gone) = Gone::decode(&bytes) {
                        self.draft.gone(base, &gone, bytes);
                    }
                }
            }
        }
        Ok(self.rest.len() == 0)
    }
}

/// The alerts pack on its way in.
#[derive(Debug)]
pub(super) struct AlertWork {
    pub proven: Vec<Proven>,
    rest: IntoIter<FullItem>,
    /// Also check what is held already: a reset will need it again.
    all: bool,
    known: bool,
    bad: bool,
}

impl AlertWork {
    pub fn new(items: Vec<FullItem>, all: bool) -> AlertWork {
        AlertWork { proven: Vec::new(), rest: items.into_iter(), all, known: false, bad: false }
    }

    /// One slice; true when all is done. One bad item is left out and the rest goes in; nothing but bad items is refused.
    pub fn slice(&mut self, held: &Held, trust: &Trust) -> Result<bool, Refused> {
        let mut signatures = 0;
        while signatures < SIGNATURES
            && let Some(item) = self.rest.next()
        {
            let Ok(card) = Card::decode(&item.card) else {
                self.bad = true;
                continue;
            };
            let mut next = held_card(&card, &item.card, 0);
            let same = held.cards.get(&card.id).is_some_and(|held| held.body && held.hash == next.hash);
            if same && !self.all {
                self.known = true;
                continue;
            }
            signatures += 1;
            let verdict = verify_item(trust, item.kid, &next.hash, &item.body, &item.sig, card.issued);
            if verdict != Verdict::Genuine || item.body.len() > Body::MAX_BYTES {
                self.bad = true;
                continue;
            }
            next.body = true;
            let terms = terms(&card, Body::decode(&item.body).ok().as_ref());
            let body = StoredBody { id: card.id, revision: card.revision, kid: item.kid, sig: item.sig, body: item.body };
            self.proven.push(Proven { id: card.id, held: next, card: item.card, body, terms });
        }
        if self.rest.len() > 0 {
            Ok(false)
        } else if self.bad && !self.known && self.proven.is_empty() {
            Err(Refused::Forged)
        } else {
            Ok(true)
        }
    }
}

/// A pack of bodies on its way in.
#[derive(Debug)]
pub(super) struct BodyWork {
    pub commit: Commit,
    rest: IntoIter<BodyEntry>,
    seen: Set<ItemId>,
}

impl BodyWork {
    pub fn new(entries: Vec<BodyEntry>) -> BodyWork {
        BodyWork { rest: entries.into_iter(), commit: Commit::default(), seen: Set::default() }
    }

    /// One slice; true when all is done. Bodies of other revisions, of unknown items, and those that do not
    /// verify are passed over.
    pub fn slice(&mut self, held: &Held, trust: &Trust) -> bool {
        let mut signatures = 0;
        while signatures < SIGNATURES
            && let Some(entry) = self.rest.next()
        {
            let Some(card) = held.cards.get(&entry.id) else { continue };
            if card.body || card.revision != entry.revision || entry.body.len() > Body::MAX_BYTES || self.seen.contains(&entry.id)
            {
                continue;
            }
            signatures += 1;
            if verify_item(trust, entry.kid, &card.hash, &entry.body, &entry.sig, card.issued) != Verdict::Genuine {
                continue;
            }
            self.seen.insert(entry.id);
            let card = held.bytes.get(&entry.id).and_then(|bytes| Card::decode(bytes).ok());
            if let (Some(card), Ok(body)) = (card, Body::decode(&entry.body)) {
                self.commit.terms.push((entry.id, terms(&card, Some(&body))));
            }
            let BodyEntry { id, revision, kid, sig, body } = entry;
            self.commit.bodies.push(StoredBody { id, revision, kid, sig, body });
        }
        self.rest.len() == 0
    }
}
