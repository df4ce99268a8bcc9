//! The phone's side of sync as a machine without I/O: the runner feeds it answers, it says what to do next.
//!
//! Order of work: head, trust (only when its key is unknown), alerts, cards, then bodies within the day's budget.
//! Whatever goes wrong, what the phone holds stays; every [`Commit`] is one transaction, verified before it is made.

pub mod backoff;
pub mod clock;
mod course;
mod ingest;
mod plan;
mod pushed;
mod session;

pub use pushed::pushed;
pub use session::Session;

use crate::content::{ItemId, PlaceCode, Time};
use crate::read::fields;
use crate::sign::Trust;
use crate::sorted::Map;
use crate::wire::{Refused, Seq};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where a phone stands in the server's log. Stored beside the items, in the same transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// `None` before the first sync.
    pub epoch: Option<u64>,
    /// All cards up to here are held.
    pub seq: Seq,
    /// The alerts pack that is held.
    pub alerts: Option<[u8; 16]>,
    /// `issued` of the newest head whose cards and alerts are all held: how fresh this phone is, by the server's clock.
    pub fresh: Option<Time>,
    /// The signed time of the newest head: the floor under the phone's own clock. It goes back where a server's clock was
    /// put right.
    pub floor_time: Option<Time>,
    /// `app` of the newest head seen.
    #[serde(with = "crate::raw")]
    pub app: [u8; 8],
}

fields!(Cursor { epoch, seq, alerts, fresh, floor_time, app });

/// What the machine needs to know of an item that the phone holds. Stored as one small record per card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldCard {
    pub seq: Seq,
    pub revision: u16,
    /// SHA-256 of the card's exact bytes.
    #[serde(with = "crate::raw")]
    pub hash: [u8; 32],
    pub issued: Time,
    pub topics: Vec<u8>,
    pub places: Vec<PlaceCode>,
    /// Bytes of its body as the card says.
    pub body_bytes: u32,
    /// The body of this revision is held.
    pub body: bool,
}

fields!(HeldCard { seq, revision, hash, issued, topics, places, body_bytes, body });

/// All that the machine needs to know of the phone at its start.
#[derive(Clone, Debug, Default)]
pub struct Held {
    pub trust: Option<Trust>,
    pub cursor: Cursor,
    pub cards: Map<ItemId, HeldCard>,
    /// Ids withdrawn, with the revision that withdrew them: older revisions that arrive late stay out.
    pub gone: Map<ItemId, u16>,
    /// Exact bytes of cards whose body is not held: a body that arrives is indexed together with its card.
    /// A card that is missing here costs only the search in its body.
    pub bytes: Map<ItemId, Vec<u8>>,
}

impl Held {
    /// What a store does with a commit, on what the machine knows of it. Stores follow the same order.
    pub fn apply(&mut self, commit: &Commit) {
        if commit.reset {
            self.cards.clear();
            self.gone.clear();
            self.bytes.clear();
        }
        for (id, revision, _) in &commit.gone {
            self.cards.remove(id);
            self.bytes.remove(id);
            self.gone.insert(*id, *revision);
        }
        for (id, card, bytes) in &commit.cards {
            self.gone.remove(id);
            self.bytes.remove(id);
            if !card.body {
                self.bytes.insert(*id, bytes.clone());
            }
            self.cards.insert(*id, card.clone());
        }
        for body in &commit.bodies {
            self.bytes.remove(&body.id);
            if let Some(card) = self.cards.get_mut(&body.id) {
                card.body = true;
            }
        }
        if let Some(trust) = &commit.trust {
            self.trust = Some(trust.clone());
        }
        if let Some(cursor) = &commit.cursor {
            self.cursor = cursor.clone();
        }
    }
}

/// What the reader wants kept, chosen on the phone and never sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    pub places: Vec<PlaceCode>,
    pub topics: Vec<u8>,
    /// Bytes of bodies that may still be fetched today.
    pub budget: u64,
    /// So many bodies are wanted unasked; more come where they lie among the newest of these.
    pub bodies: usize,
    /// None of items issued before this is: the reader deleted those.
    pub since: Time,
}

/// Something to fetch. The runner answers with [`Input::Got`] or [`Input::Failed`] and the same `id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Rises with every fetch of a session; answers to older ones are ignored.
    pub id: u32,
    pub path: String,
    /// Answers longer than this many bytes (decoded) are cut off by the runner and fail.
    pub max_bytes: usize,
    /// Send `If-None-Match` for this address and take 304 as [`Input::Unchanged`]. The tag to send is the one of the
    /// last session that ended [`Outcome::UpToDate`]: one of a session that was cut would hide what was not fetched.
    pub revalidate: bool,
}

/// One transaction for the store: all of it or none, in this order: `reset`, `gone`, `cards`, `bodies`, `terms`, the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Another epoch: everything in `cache` goes before the rest is written.
    pub reset: bool,
    /// Exact card bytes with what is held of them. Where `body` is false the body of an older revision goes;
    /// a tombstone of the same id goes too.
    pub cards: Vec<(ItemId, HeldCard, Vec<u8>)>,
    /// Their cards are held already or stand in `cards`; [`HeldCard::body`] becomes true.
    pub bodies: Vec<StoredBody>,
    /// Search terms of the items above, encoded by [`crate::search`].
    pub terms: Vec<(ItemId, Vec<u8>)>,
    /// Withdrawn: card, body and terms go; the tombstone stays.
    pub gone: Vec<(ItemId, u16, Vec<u8>)>,
    pub trust: Option<Trust>,
    pub cursor: Option<Cursor>,
}

/// A body with its proof, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredBody {
    pub id: ItemId,
    pub revision: u16,
    pub kid: crate::sign::KeyId,
    pub sig: crate::sign::Sig,
    pub body: Vec<u8>,
}

/// What happened since the last [`Step`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Begin, or go on after [`Step::Pause`].
    Go,
    /// A 200 whose content type was ours, whole.
    Got {
        id: u32,
        bytes: Vec<u8>,
    },
    /// A 304.
    Unchanged {
        id: u32,
    },
    /// No usable answer.
    Failed {
        id: u32,
        why: NetFault,
    },
    Committed,
    /// The transaction did not happen.
    CommitFailed(StoreFault),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetFault {
    /// No connection, a timeout, a cut, too long.
    Unreachable,
    /// Something answered that is not the server: a portal's page, a redirect, a wrong content type.
    Portal,
    /// A status of 400 and more, with `Retry-After` in seconds where it was given.
    Status { status: u16, retry_after: Option<u32> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// The phone is full.
    Quota,
    /// Anything else: closed, aborted, blocked.
    Failed,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Fetch(Fetch),
    /// Shared, since it may hold every card of the server.
    Commit(Arc<Commit>),
    /// Work is left, but let the screen breathe: call again with [`Input::Go`] from a new task.
    Pause,
    /// Over for now.
    Done(Outcome),
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything wanted is here. `changed` tells whether anything was new.
    UpToDate { changed: bool },
    /// The network or the store failed; what was committed stays and the next session goes on from there.
    Later { why: Trouble, retry_after: Option<u32> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    Offline,
    Portal,
    Busy,
    PhoneFull,
    StoreBroken,
    /// The answers do not verify.
    NotGenuine(Refused),
    /// Another server signs here now: only the reader can decide to start over.
    OtherServer,
    /// The server speaks a newer format: update the app.
    NewerFormat,
}

impl From<Refused> for Trouble {
    fn from(why: Refused) -> Trouble {
        match why {
            Refused::NotOurs => Trouble::Portal,
            Refused::NewerFormat => Trouble::NewerFormat,
            other => Trouble::NotGenuine(other),
        }
    }
}
