//! The session: what it waits for, and what comes next. All that lasts is in [`Held`]; the rest can be lost at any step.

use super::ingest::{AlertWork, BodyWork, CardWork, Proven};
use super::plan::Purse;
use super::{Commit, Fetch, Held, Input, NetFault, Outcome, Step, StoreFault, Trouble, Wishes};
use crate::content::{DecodeError, Time};
use crate::sign::{SignedTrust, Trust, Verdict, hash};
use crate::wire::{self, AlertsRef, Envelope, Head, PackKind, Refused, Seq, path};
use std::sync::Arc;

/// What an answer will be taken for.
#[derive(Debug)]
pub(super) enum Want {
    Head,
    /// With the sealed head that could not be opened, or that names a newer list.
    Trust(Vec<u8>),
    Alerts(AlertsRef),
    Cards(Seq, Seq),
    Bodies(Seq, Seq),
}

#[derive(Debug)]
pub(super) enum Work {
    Alerts(AlertWork),
    Cards(CardWork),
    Bodies(BodyWork),
}

#[derive(Debug)]
pub(super) enum State {
    New,
    Waiting(Fetch, Want),
    /// Between two slices.
    Working(Work),
    Storing(Arc<Commit>),
    Over(Outcome),
}

/// One run of sync. Drop it at any time: what was committed stays.
#[derive(Debug)]
pub struct Session {
    pub(super) held: Held,
    pub(super) wishes: Wishes,
    pub(super) now: Time,
    pub(super) state: State,
    pub(super) fetches: u32,
    /// The head that this session works towards.
    pub(super) head: Option<Head>,
    /// Accepted, and stored with the next commit.
    pub(super) trust: Option<Trust>,
    pub(super) trust_asked: bool,
    /// The alerts of this head, kept for the reset that a new epoch will bring.
    pub(super) alerts: Option<Vec<Proven>>,
    /// The head was fetched anew because a pack was no longer there.
    pub(super) restarted: bool,
    pub(super) purse: Purse,
    pub(super) changed: bool,
}

impl Session {
    /// `now` is the phone's best idea of the time; it only decides which alerts are worth fetching first.
    pub fn new(held: Held, wishes: Wishes, now: Time) -> Session {
        let purse = Purse { budget: wishes.budget, bodies: wishes.bodies, ..Purse::default() };
        Session {
            held,
            wishes,
            now,
            state: State::New,
            fetches: 0,
            head: None,
            trust: None,
            trust_asked: false,
            alerts: None,
            restarted: false,
            purse,
            changed: false,
        }
    }

    /// What is really stored: changes only when a commit was confirmed.
    pub fn held(&self) -> &Held {
        &self.held
    }

    pub fn into_held(self) -> Held {
        self.held
    }

    /// Takes what happened and says what to do. An input that does not belong here (a late answer, a second one)
    /// changes nothing: the same step comes again.
    pub fn next(&mut self, input: Input) -> Step {
        match (std::mem::replace(&mut self.state, State::New), input) {
            (State::New, _) => self.fetch_head(),
            (State::Waiting(fetch, want), Input::Got { id, bytes }) if id == fetch.id => self.got(want, bytes),
            (State::Waiting(fetch, want), Input::Unchanged { id }) if id == fetch.id => self.unchanged(&want),
            (State::Waiting(fetch, want), Input::Failed { id, why }) if id == fetch.id => self.failed(&want, why),
            (State::Working(work), Input::Go) => self.work(work),
            (State::Storing(commit), Input::Committed) => self.stored(&commit),
            (State::Storing(_), Input::CommitFailed(StoreFault::Quota)) => self.later(Trouble::PhoneFull, None),
            (State::Storing(_), Input::CommitFailed(StoreFault::Failed)) => self.later(Trouble::StoreBroken, None),
            (state, _) => self.enter(state),
        }
    }

    pub(super) fn enter(&mut self, state: State) -> Step {
        let step = match &state {
            State::New | State::Working(_) => Step::Pause,
            State::Waiting(fetch, _) => Step::Fetch(fetch.clone()),
            State::Storing(commit) => Step::Commit(commit.clone()),
            State::Over(outcome) => Step::Done(outcome.clone()),
        };
        self.state = state;
        step
    }

    pub(super) fn fetch(&mut self, path: String, max_bytes: usize, want: Want) -> Step {
        self.fetches += 1;
        let revalidate = matches!(want, Want::Head) && self.held.cursor.fresh.is_some() && !self.restarted;
        self.enter(State::Waiting(Fetch { id: self.fetches, path, max_bytes, revalidate }, want))
    }

    pub(super) fn fetch_head(&mut self) -> Step {
        self.fetch(path::HEAD.to_owned(), Head::MAX_BYTES, Want::Head)
    }

    fn later(&mut self, why: Trouble, retry_after: Option<u32>) -> Step {
        self.enter(State::Over(Outcome::Later { why, retry_after }))
    }

    fn refuse(&mut self, why: Refused) -> Step {
        self.later(why.into(), None)
    }

    /// Everything wanted is here.
    pub(super) fn up_to_date(&mut self) -> Step {
        let changed = self.changed;
        self.enter(State::Over(Outcome::UpToDate { changed }))
    }

    fn failed(&mut self, want: &Want, why: NetFault) -> Step {
        match why {
            NetFault::Unreachable => self.later(Trouble::Offline, None),
            NetFault::Portal => self.later(Trouble::Portal, None),
            // The log went on, or began anew, while this session ran.
            NetFault::Status { status: 404 | 410, .. } if !matches!(want, Want::Head | Want::Trust(_)) => {
                if self.restarted {
                    return self.later(Trouble::Busy, None);
                }
                self.restarted = true;
                self.purse.tried.clear();
                self.fetch_head()
            }
            NetFault::Status { status: 429 | 500..=510 | 512.., retry_after } => self.later(Trouble::Busy, retry_after),
            // Nothing of ours: 511 is a network that asks for a login (RFC 6585). How long a stranger wants to be left alone
            // counts for nothing.
            NetFault::Status { .. } => self.later(Trouble::Portal, None),
        }
    }

    /// A 304: the head is the one that the phone already made its own, so the cursor tells all of it.
    fn unchanged(&mut self, want: &Want) -> Step {
        let cursor = &self.held.cursor;
        let (Want::Head, false, Some(epoch), Some(issued)) = (want, self.restarted, cursor.epoch, cursor.fresh) else {
            return self.later(Trouble::Portal, None);
        };
        self.head = Some(Head {
            epoch,
            seq: cursor.seq,
            floor: 0,
            issued,
            alerts: cursor.alerts.map(|hash| AlertsRef { hash, bytes: 0 }),
            trust: 0,
            app: cursor.app,
            ext: Vec::new(),
        });
        self.advance()
    }

    fn got(&mut self, want: Want, bytes: Vec<u8>) -> Step {
        match want {
            Want::Head => self.got_head(bytes),
            Want::Trust(head) => self.got_trust(head, &bytes),
            Want::Alerts(alerts) => match self.open_alerts(alerts, &bytes) {
                Ok(work) => self.work(Work::Alerts(work)),
                Err(why) => self.refuse(why),
            },
            Want::Cards(from, to) => match self.open(PackKind::Cards, from, to, &bytes, wire::decode_cards) {
                Ok(entries) => {
                    let reset = self.starts_over() && self.held.cursor.epoch.is_some();
                    self.work(Work::Cards(CardWork::new(from, to, reset, entries)))
                }
                Err(why) => self.refuse(why),
            },
            Want::Bodies(from, to) => match self.open(PackKind::Bodies, from, to, &bytes, wire::decode_bodies) {
                Ok(entries) => self.work(Work::Bodies(BodyWork::new(entries))),
                Err(why) => self.refuse(why),
            },
        }
    }

    fn believed(&self) -> Option<&Trust> {
        self.trust.as_ref().or(self.held.trust.as_ref())
    }

    fn got_head(&mut self, sealed: Vec<u8>) -> Step {
        let Some(trust) = self.believed() else {
            return if sealed.starts_with(b"BT") { self.fetch_trust(sealed) } else { self.refuse(Refused::NotOurs) };
        };
        let head = match Head::open(&sealed, trust) {
            Ok(head) if head.trust <= trust.version || self.trust_asked => head,
            Ok(_) => return self.fetch_trust(sealed),
            Err(Refused::UnknownKey) if !self.trust_asked => return self.fetch_trust(sealed),
            Err(why) => return self.refuse(why),
        };
        // An old answer out of some cache. Time counts across epochs too, lest an old head undo a new epoch. One that knows of
        // more cannot be old, whatever it says of the time: the server's clock was ahead when this phone looked last.
        let cursor = &self.held.cursor;
        let same = cursor.epoch == Some(head.epoch);
        // Epoch 0 is none of a server's: a row could not be read, and this phone starts over whatever its last head said.
        let older = cursor.epoch != Some(0) && cursor.fresh.is_some_and(|fresh| head.issued < fresh);
        let old = if same && head.seq != cursor.seq { head.seq < cursor.seq } else { older };
        if old {
            return self.later(Trouble::Busy, None);
        }
        self.head = Some(head);
        self.alerts = None;
        self.advance()
    }

    fn fetch_trust(&mut self, head: Vec<u8>) -> Step {
        self.trust_asked = true;
        self.fetch(path::TRUST.to_owned(), SignedTrust::MAX_BYTES, Want::Trust(head))
    }

    fn got_trust(&mut self, head: Vec<u8>, bytes: &[u8]) -> Step {
        let Ok(signed) = SignedTrust::decode(bytes) else { return self.refuse(Refused::NotOurs) };
        let readable = self.believed().is_some_and(|trust| Head::open(&head, trust).is_ok());
        match signed.accept(self.believed()) {
            Ok(trust) => self.trust = Some(trust),
            // The head speaks with a key that is believed: this list is an old one, or leaps too far ahead to be followed.
            Err(_) if readable => {}
            Err(Verdict::UnknownKey) if self.held.trust.is_some() => return self.later(Trouble::OtherServer, None),
            Err(Verdict::OutsideKeyLife) => return self.refuse(Refused::UnknownKey),
            Err(_) => return self.refuse(Refused::Forged),
        }
        self.got_head(head)
    }

    /// Another log, or one that forgot where this phone stands: it begins at the floor.
    pub(super) fn starts_over(&self) -> bool {
        let cursor = &self.held.cursor;
        self.head.as_ref().is_some_and(|head| cursor.epoch != Some(head.epoch) || cursor.seq < head.floor)
    }

    fn open<T>(
        &self,
        kind: PackKind,
        from: Seq,
        to: Seq,
        bytes: &[u8],
        decode: fn(&[u8]) -> Result<T, DecodeError>,
    ) -> Result<T, Refused> {
        let trust = self.believed().ok_or(Refused::UnknownKey)?;
        let pack = Envelope::open(kind, bytes, trust)?;
        let asked = self.head.as_ref().is_some_and(|head| pack.epoch == head.epoch) && (pack.from, pack.to) == (from, to);
        if asked { decode(pack.payload).map_err(|_| Refused::NewerFormat) } else { Err(Refused::Mismatch) }
    }

    fn open_alerts(&self, alerts: AlertsRef, bytes: &[u8]) -> Result<AlertWork, Refused> {
        let trust = self.believed().ok_or(Refused::UnknownKey)?;
        let pack = Envelope::open(PackKind::Alerts, bytes, trust)?;
        let same_epoch = self.head.as_ref().is_some_and(|head| head.epoch == pack.epoch);
        if !same_epoch || hash(bytes)[..16] != alerts.hash {
            return Err(Refused::Mismatch);
        }
        let items = wire::decode_full(pack.payload).map_err(|_| Refused::NewerFormat)?;
        Ok(AlertWork::new(items, self.starts_over()))
    }

    fn work(&mut self, mut work: Work) -> Step {
        let nobody = Trust { version: 0, keys: Vec::new() };
        let trust = self.trust.as_ref().or(self.held.trust.as_ref()).unwrap_or(&nobody);
        let done = match &mut work {
            Work::Alerts(alerts) => alerts.slice(&self.held, trust),
            Work::Cards(cards) => cards.slice(&self.held, self.now, &mut self.purse.urgent),
            Work::Bodies(bodies) => Ok(bodies.slice(&self.held, trust)),
        };
        match (done, work) {
            (Err(why), _) => self.refuse(why),
            (Ok(false), work) => self.enter(State::Working(work)),
            (Ok(true), Work::Alerts(alerts)) => self.commit_alerts(alerts.proven),
            (Ok(true), Work::Cards(cards)) => self.commit_cards(cards.to, cards.reset, cards.draft),
            (Ok(true), Work::Bodies(bodies)) => self.commit_bodies(bodies.commit),
        }
    }
}
