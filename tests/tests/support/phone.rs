//! A phone's store in memory. Written from the words of [`Commit`], not from `Held::apply`, so that each checks the other.

use super::server::Server;
use domain::content::{Body, Card, ItemId};
use domain::search::Terms;
use domain::sign::Trust;
use domain::sync::{Commit, Cursor, Held, HeldCard, StoredBody, Wishes};
use domain::wire::{Logged, log};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

#[derive(Clone, Default)]
pub struct Store {
    pub cards: BTreeMap<ItemId, (HeldCard, Vec<u8>)>,
    pub bodies: BTreeMap<ItemId, StoredBody>,
    pub terms: BTreeMap<ItemId, Vec<u8>>,
    pub gone: BTreeMap<ItemId, (u16, Vec<u8>)>,
    pub trust: Option<Trust>,
    pub cursor: Cursor,
}

/// The search terms that should be stored; remembered, since they cost most of a run.
fn terms(held: &HeldCard, card: &Card, body: Option<&StoredBody>) -> Vec<u8> {
    type Known = HashMap<([u8; 32], Option<[u8; 64]>), Vec<u8>>;
    thread_local!(static KNOWN: RefCell<Known> = RefCell::default());
    let make = || Terms::of(card, body.map(|body| Body::decode(&body.body).unwrap()).as_ref()).encode();
    KNOWN.with_borrow_mut(|known| known.entry((held.hash, body.map(|body| body.sig.0))).or_insert_with(make).clone())
}

impl Store {
    /// What a session starts from.
    pub fn load(&self) -> Held {
        Held {
            trust: self.trust.clone(),
            cursor: self.cursor.clone(),
            cards: self.cards.iter().map(|(id, (held, _))| (*id, held.clone())).collect(),
            gone: self.gone.iter().map(|(id, (revision, _))| (*id, *revision)).collect(),
            bytes: self.cards.iter().filter(|(_, (held, _))| !held.body).map(|(id, (_, bytes))| (*id, bytes.clone())).collect(),
        }
    }

    pub fn commit(&mut self, commit: &Commit) {
        if commit.reset {
            let (trust, cursor) = (self.trust.take(), std::mem::take(&mut self.cursor));
            *self = Store { trust, cursor, ..Store::default() };
        }
        for (id, revision, bytes) in &commit.gone {
            self.cards.remove(id);
            self.bodies.remove(id);
            self.terms.remove(id);
            self.gone.insert(*id, (*revision, bytes.clone()));
        }
        for (id, held, bytes) in &commit.cards {
            if !held.body {
                self.bodies.remove(id);
            }
            self.gone.remove(id);
            self.cards.insert(*id, (held.clone(), bytes.clone()));
        }
        for body in &commit.bodies {
            self.cards.get_mut(&body.id).expect("a body comes after its card").0.body = true;
            self.bodies.insert(body.id, body.clone());
        }
        self.terms.extend(commit.terms.iter().cloned());
        self.trust = commit.trust.clone().or(self.trust.take());
        self.cursor = commit.cursor.clone().unwrap_or(std::mem::take(&mut self.cursor));
    }

    /// What holds at any time, whatever happened.
    pub fn check_sound(&self) {
        for (id, (held, bytes)) in &self.cards {
            let card = Card::decode(bytes).expect("only cards that can be read are kept");
            assert_eq!((card.id, card.revision), (*id, held.revision));
            assert!(!self.gone.contains_key(id), "{id} is withdrawn and shown");
            let body = self.bodies.get(id);
            assert_eq!(held.body, body.is_some(), "{id}: the mark of its body is wrong");
            assert!(body.is_none_or(|body| body.revision == held.revision), "{id}: the body of another revision");
            assert_eq!(self.terms.get(id), Some(&terms(held, &card, body)), "{id}: search terms");
        }
        assert!(self.bodies.keys().chain(self.terms.keys()).all(|id| self.cards.contains_key(id)));
    }

    /// The phone equals the server.
    pub fn check_equal(&self, server: &Server, wishes: &Wishes) {
        let head = server.head();
        assert_eq!(self.cursor.epoch, Some(head.epoch));
        assert_eq!(self.cursor.seq, head.seq);
        assert_eq!(self.cursor.alerts, head.alerts.map(|alerts| alerts.hash));
        assert_eq!(self.cursor.fresh, Some(head.issued));
        assert_eq!(self.cursor.floor_time, Some(head.issued));
        let live: BTreeMap<ItemId, &log::Entry> = log::live(&server.log).into_iter().map(|entry| (entry.id, entry)).collect();
        for (id, entry) in live.iter().filter(|(_, entry)| entry.seq > head.floor) {
            let Some((held, bytes)) = self.cards.get(id) else {
                assert!(server.left_out.contains(&entry.seq), "{id} is missing");
                continue;
            };
            assert_eq!(Logged::Card(bytes.clone()), entry.what, "{id} differs");
            // An alert comes without its place in the log where its card was left out.
            let placed = held.seq == entry.seq || held.seq == 0 && server.left_out.contains(&entry.seq);
            assert!(placed, "{id} has another place in the log");
        }
        for (id, (held, bytes)) in &self.cards {
            let entry = live.get(id).unwrap_or_else(|| panic!("{id} should be gone"));
            assert_eq!(Logged::Card(bytes.clone()), entry.what, "{id} is not the newest");
            assert!(held.seq == entry.seq || held.seq == 0);
        }
        // No pack leaves out a tombstone, even of what the phone never held.
        let withdrawn = |entry: &&log::Entry| entry.seq > head.floor && !live.contains_key(&entry.id);
        for entry in server.log.iter().filter(withdrawn) {
            let newest = log::find(&server.log, entry.id).unwrap();
            assert_eq!(
                self.gone.get(&entry.id).map(|(revision, _)| *revision),
                Some(newest.revision),
                "no tombstone of {}",
                entry.id
            );
        }
        for item in log::alerts(&server.log, server.now) {
            let card = Card::decode(&item.card).unwrap();
            assert_eq!(self.bodies.get(&card.id).map(|body| &body.body), Some(&item.body), "alert {} has no text", card.id);
        }
        for (id, body) in &self.bodies {
            let (kid, sig, bytes) = live[id].body.clone().unwrap();
            assert_eq!((body.kid, body.sig, &body.body), (kid, sig, &bytes));
        }
        // The newest texts are here when the budget allows all.
        let mut newest: Vec<(&ItemId, &HeldCard)> = self.cards.iter().map(|(id, (held, _))| (id, held)).collect();
        newest.retain(|(_, held)| held.seq > 0);
        newest.sort_by_key(|(id, held)| (std::cmp::Reverse(held.issued), **id));
        if wishes.budget == u64::MAX {
            assert!(newest.iter().take(wishes.bodies.min(30)).all(|(_, held)| held.body), "a text among the newest is missing");
        }
    }
}
