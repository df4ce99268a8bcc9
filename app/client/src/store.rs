//! What a phone's store must do. [`crate::contract`] holds every implementation to it.
//!
//! Two databases stand behind it: `cache`, which may be dropped and fetched again, and `keep`, which holds what the
//! reader made and is never dropped by us.

use domain::content::ItemId;
use domain::sync::{Commit, Held, HeldCard, StoreFault, StoredBody};

/// Shelves of the `keep` database. Only ever added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    Saved,
    Read,
    Settings,
    /// Whom this phone believes: it outlives the cache, so that a new cache follows the same keys.
    Trust,
    Usage,
    /// Empty until readers write something: it is on every phone already, and stores are only ever added.
    Outbox,
}

impl Keep {
    pub const ALL: [Keep; 6] = [Keep::Saved, Keep::Read, Keep::Settings, Keep::Trust, Keep::Usage, Keep::Outbox];

    /// Name of the object store.
    pub fn name(self) -> &'static str {
        match self {
            Keep::Saved => "saved",
            Keep::Read => "read",
            Keep::Settings => "settings",
            Keep::Trust => "trust",
            Keep::Usage => "usage",
            Keep::Outbox => "outbox",
        }
    }
}

/// All that is read at start.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    pub held: Held,
    /// Exact bytes of every card, by id.
    pub cards: Vec<(ItemId, Vec<u8>)>,
    /// Tag of the head with which the last complete sync ended.
    pub tag: Option<String>,
}

/// Rows of a shelf by key.
pub type Rows = Vec<(String, Vec<u8>)>;

/// All that a page needs before it can be drawn.
#[derive(Clone, Debug, Default)]
pub struct Start {
    pub loaded: Loaded,
    pub settings: Rows,
    pub saved: Rows,
    pub read: Rows,
}

/// What the cache holds, for the page "on this phone".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    pub cards: usize,
    pub bodies: usize,
    /// Bytes of cards, bodies and search terms.
    pub bytes: u64,
}

#[allow(async_fn_in_trait, reason = "phones have one thread")]
pub trait Store {
    /// Rows that cannot be read are left out: a damaged row is missed, and what it held comes again.
    async fn load(&self) -> Result<Loaded, StoreFault>;

    /// [`Store::load`] and three shelves. A store that can ask for all of it at once does: readers wait for this.
    async fn start(&self) -> Result<Start, StoreFault> {
        let loaded = self.load().await?;
        let (settings, saved) = (self.get_keep(Keep::Settings).await?, self.get_keep(Keep::Saved).await?);
        Ok(Start { loaded, settings, saved, read: self.get_keep(Keep::Read).await? })
    }

    /// All of it or none, in the order that [`Commit`] gives. The trust list goes to `keep` first: it may be newer than
    /// the rest, never older. A commit with a cursor makes the stored tag of the head void.
    async fn commit(&self, commit: &Commit) -> Result<(), StoreFault>;

    async fn put_tag(&self, tag: &str) -> Result<(), StoreFault>;

    /// Exact bytes of a card.
    async fn card(&self, id: ItemId) -> Result<Option<Vec<u8>>, StoreFault>;

    async fn body(&self, id: ItemId) -> Result<Option<StoredBody>, StoreFault>;

    /// Bytes of the tombstone of a withdrawn item.
    async fn gone(&self, id: ItemId) -> Result<Option<Vec<u8>>, StoreFault>;

    /// Search terms in the order of ids, those after `after`, at most `count`: the index is built in slices.
    async fn terms(&self, after: Option<ItemId>, count: u32) -> Result<Vec<(ItemId, Vec<u8>)>, StoreFault>;

    /// The bodies of these items go, and what search knows of them: it finds them by their cards then. Nothing is written, so
    /// that a full phone can do it.
    async fn delete_bodies(&self, ids: &[ItemId]) -> Result<(), StoreFault>;

    /// Empties the cache. `keep` stays.
    async fn clear_cache(&self) -> Result<(), StoreFault>;

    async fn used(&self) -> Result<Used, StoreFault>;

    /// `None` removes.
    async fn put_keep(&self, shelf: Keep, key: &str, value: Option<&[u8]>) -> Result<(), StoreFault>;

    /// All of a shelf, by key.
    async fn get_keep(&self, shelf: Keep) -> Result<Rows, StoreFault>;

    /// Adds to the number under a key in one transaction, so that two tabs never lose each other's count. It may end after this
    /// returns; whoever reads later finds the sum.
    async fn add_keep(&self, shelf: Keep, key: &str, by: u64) -> Result<(), StoreFault>;
}

impl Loaded {
    /// A row could not be read: with the next sync everything comes anew, as from another server. After cursor and tag were
    /// read.
    pub fn damaged(&mut self) {
        self.held.cursor.epoch = self.held.cursor.epoch.map(|_| 0);
        self.tag = None;
    }

    /// Adds a card as a store finds it, once what it says of the body is sure.
    pub fn push_card(&mut self, id: ItemId, held: HeldCard, card: Vec<u8>) {
        if !held.body {
            self.held.bytes.insert(id, card.clone());
        }
        self.held.cards.insert(id, held);
        self.cards.push((id, card));
    }
}
