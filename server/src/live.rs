//! What stands now, in memory: made of the log at the start and of what is appended later. Readers never touch SQL.

mod snapshot;

pub use snapshot::{Item, Snapshot};

use crate::clock::Clock;
use crate::error::Error;
use crate::store::Store;
use domain::content::Time;
use domain::sign::Issuer;
use snapshot::Next;
use std::sync::{Arc, RwLock};
use tokio::sync::{Mutex, watch};

/// What every head says beside the state of the log.
pub struct Seals {
    pub issuer: Arc<Issuer>,
    pub trust: u32,
    pub app: [u8; 8],
    /// Of this epoch: phones believe no head from before the newest that they saw, whatever its epoch.
    pub begun: Time,
}

/// The current snapshot and how the next one is made.
pub struct Live {
    current: RwLock<Arc<Snapshot>>,
    /// One at a time makes the next snapshot.
    turn: Mutex<()>,
    store: Arc<Store>,
    seals: Seals,
    clock: Clock,
    changed: watch::Sender<u64>,
}

impl Live {
    pub async fn open(store: Arc<Store>, seals: Seals, clock: Clock) -> Result<Live, Error> {
        let empty = Snapshot::empty(store.epoch, &seals, clock.now());
        let live = Live {
            current: RwLock::new(Arc::new(empty)),
            turn: Mutex::default(),
            store,
            seals,
            clock,
            changed: watch::Sender::new(0),
        };
        live.refresh().await?;
        Ok(live)
    }

    /// The newest snapshot; whoever holds one keeps it whole while others come.
    pub fn now(&self) -> Arc<Snapshot> {
        self.current.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// Counts snapshots, so that a task can wait for the next one.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Takes in what was appended since, and what time has changed. Says whether there is a new snapshot.
    pub async fn refresh(&self) -> Result<bool, Error> {
        let turn = self.turn.lock().await;
        let (base, now) = (self.now(), self.clock.now());
        // Time passes also while the database cannot be read: nothing stands as in force past its end.
        let (fresh, unread) = match self.store.log_after(base.seq()).await {
            Ok(fresh) => (fresh, Ok(true)),
            Err(cause) if base.stale(now) => (Vec::new(), Err(cause)),
            Err(cause) => return Err(cause),
        };
        if fresh.is_empty() && !base.stale(now) {
            return Ok(false);
        }
        let next = base.next(Next { fresh, now, seals: &self.seals })?;
        *self.current.write().unwrap_or_else(|e| e.into_inner()) = Arc::new(next);
        drop(turn);
        self.changed.send_modify(|count| *count += 1);
        unread
    }
}
