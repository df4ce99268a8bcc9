//! The course of a session: what is still missing of the head it works towards, and the commits on the way there.

use super::ingest::{Draft, Proven};
use super::plan;
use super::session::{Session, State, Want};
use super::{Commit, Cursor, Step};
use crate::content::{Body, Card};
use crate::wire::{Head, Seq, path};

/// No pack is longer than this, decoded.
const MAX_PACK: usize = 16 << 20;

fn pack_limit(from: Seq, to: Seq, each: usize) -> usize {
    (each + 128).saturating_mul((to - from) as usize).saturating_add(1024).min(MAX_PACK)
}

impl Session {
    /// Works out the next step from what is held and what the head says; so every session goes on where another ended.
    pub(super) fn advance(&mut self) -> Step {
        let Some(head) = self.head.clone() else { return self.fetch_head() };
        let over = self.starts_over();
        if let Some(alerts) = head.alerts {
            let here = if over { self.alerts.is_some() } else { self.held.cursor.alerts == Some(alerts.hash) };
            if !here {
                let limit = (alerts.bytes as usize).min(MAX_PACK);
                return self.fetch(path::alerts(&alerts.hash), limit, Want::Alerts(alerts));
            }
        }
        let at = if over { head.floor } else { self.held.cursor.seq };
        if let Some((from, to)) = plan::cards(at, head.seq, head.floor) {
            return self.fetch(path::cards(head.epoch, from, to), pack_limit(from, to, Card::MAX_BYTES), Want::Cards(from, to));
        }
        if over {
            return self.commit_cards(head.seq, self.held.cursor.epoch.is_some(), Draft::default());
        }
        let cursor = self.cursor_at(&head, head.seq);
        if cursor != self.held.cursor || self.trust.is_some() {
            return self.store(Commit { cursor: Some(cursor), ..Commit::default() });
        }
        self.next_bodies(&head)
    }

    fn next_bodies(&mut self, head: &Head) -> Step {
        let Some(range) = plan::bodies(&self.held, &self.wishes, &self.purse, head.seq) else {
            return self.up_to_date();
        };
        let (from, to) = (range.from, range.to);
        self.purse.budget = self.purse.budget.saturating_sub(range.cost);
        let asked = self.held.cards.iter().filter(|(_, card)| from < card.seq && card.seq <= to);
        self.purse.tried.extend(asked.map(|(id, _)| *id));
        self.fetch(path::bodies(head.epoch, from, to), pack_limit(from, to, Body::MAX_BYTES), Want::Bodies(from, to))
    }

    /// The cursor once all cards up to `to` are stored; alerts always come before them.
    fn cursor_at(&self, head: &Head, to: Seq) -> Cursor {
        let now = &self.held.cursor;
        Cursor {
            epoch: Some(head.epoch),
            seq: to,
            alerts: head.alerts.map(|alerts| alerts.hash),
            fresh: if to == head.seq { Some(head.issued) } else { now.fresh },
            floor_time: Some(head.issued),
            app: head.app,
        }
    }

    /// Alerts are stored at once, before the cards. If a reset lies ahead, they go beside what is held from the other
    /// epoch, which stays until the first cards of the new one are here, and are written again with that reset.
    pub(super) fn commit_alerts(&mut self, proven: Vec<Proven>) -> Step {
        let Some(head) = self.head.clone() else { return self.fetch_head() };
        let over = self.starts_over();
        let resets = over && self.held.cursor.epoch.is_some();
        let mut draft = Draft::default();
        for item in &proven {
            draft.proven(&self.held, item);
        }
        let mut commit = draft.into_commit();
        if resets {
            self.alerts = Some(proven);
            if commit == Commit::default() && self.trust.is_none() {
                return self.advance();
            }
        } else {
            let mut cursor = self.cursor_at(&head, if over { head.floor } else { self.held.cursor.seq });
            cursor.fresh = self.held.cursor.fresh;
            commit.cursor = Some(cursor);
        }
        self.store(commit)
    }

    pub(super) fn commit_cards(&mut self, to: Seq, reset: bool, mut draft: Draft) -> Step {
        let Some(head) = self.head.clone() else { return self.fetch_head() };
        if reset {
            for item in self.alerts.take().unwrap_or_default() {
                draft.proven(&super::Held::default(), &item);
            }
        }
        let cursor = Some(self.cursor_at(&head, to));
        self.store(Commit { reset, cursor, ..draft.into_commit() })
    }

    pub(super) fn commit_bodies(&mut self, commit: Commit) -> Step {
        if commit.bodies.is_empty() {
            return self.advance();
        }
        self.purse.bodies = self.purse.bodies.saturating_sub(commit.bodies.len());
        self.store(commit)
    }

    fn store(&mut self, mut commit: Commit) -> Step {
        commit.trust = self.trust.clone();
        self.enter(State::Storing(commit.into()))
    }

    pub(super) fn stored(&mut self, commit: &Commit) -> Step {
        self.changed |= commit.reset || !(commit.cards.is_empty() && commit.bodies.is_empty() && commit.gone.is_empty());
        self.held.apply(commit);
        self.trust = None;
        self.advance()
    }
}
