//! Answers made on demand and kept as long as there is room: each made once, however many ask at the same time.

use crate::apart::InTurn;
use crate::hot::Hot;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;

type Cell = Arc<OnceCell<Arc<Hot>>>;

pub struct Packs {
    room: usize,
    kept: Mutex<Kept>,
    making: InTurn,
}

#[derive(Default)]
struct Kept {
    cells: HashMap<String, (u64, Cell)>,
    /// Counts uses: the entry with the lowest mark is the one longest unused.
    clock: u64,
}

impl Packs {
    /// Keeps about `room` bytes.
    pub fn new(room: usize) -> Packs {
        Packs { room, kept: Mutex::default(), making: InTurn::default() }
    }

    pub fn get(&self, key: &str) -> Option<Arc<Hot>> {
        let mut kept = self.kept.lock().unwrap_or_else(|e| e.into_inner());
        kept.clock += 1;
        let clock = kept.clock;
        let (used, cell) = kept.cells.get_mut(key)?;
        *used = clock;
        cell.get().cloned()
    }

    /// What is kept under `key`, made by `make` (on a thread of its own) where nothing is.
    pub async fn get_or_make(&self, key: &str, make: impl FnOnce() -> Hot + Send + 'static) -> Arc<Hot> {
        if let Some(hot) = self.get(key) {
            return hot;
        }
        // Goes after the cell.
        let _asked = Asked { packs: self, key };
        let cell = {
            let mut kept = self.kept.lock().unwrap_or_else(|e| e.into_inner());
            kept.clock += 1;
            let clock = kept.clock;
            kept.cells.entry(key.to_owned()).or_insert_with(|| (clock, Cell::default())).1.clone()
        };
        let hot = cell.get_or_init(|| async { Arc::new(self.making.apart(make).await) }).await.clone();
        self.shrink();
        hot
    }

    fn shrink(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(|e| e.into_inner());
        let weight = |cell: &Cell| cell.get().map_or(0, |hot| hot.weight());
        let mut total: usize = kept.cells.values().map(|(_, cell)| weight(cell)).sum();
        while total > self.room && kept.cells.len() > 1 {
            let oldest = kept.cells.iter().filter(|(_, (_, cell))| cell.initialized()).min_by_key(|(_, (used, _))| *used);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else { return };
            if let Some((_, cell)) = kept.cells.remove(&key) {
                total -= weight(&cell);
            }
        }
    }

    /// Answers that are kept.
    pub fn count(&self) -> usize {
        self.kept.lock().unwrap_or_else(|e| e.into_inner()).cells.len()
    }

    pub fn clear(&self) {
        self.kept.lock().unwrap_or_else(|e| e.into_inner()).cells.clear();
    }
}

/// Somebody who waits for an answer.
struct Asked<'a> {
    packs: &'a Packs,
    key: &'a str,
}

impl Drop for Asked<'_> {
    /// Gone before it was made: what nobody else waits for leaves nothing behind, or strangers could fill memory with names.
    fn drop(&mut self) {
        let mut kept = self.packs.kept.lock().unwrap_or_else(|e| e.into_inner());
        if kept.cells.get(self.key).is_some_and(|(_, cell)| !cell.initialized() && Arc::strong_count(cell) == 1) {
            kept.cells.remove(self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn whoever_goes_away_leaves_nothing_behind() {
        let packs = Arc::new(Packs::new(3_000));
        let turns = std::thread::available_parallelism().unwrap().get();
        let (begun, work) = (Arc::new(AtomicUsize::new(0)), Arc::new(std::sync::Barrier::new(turns + 1)));
        let slow = || {
            let (begun, work) = (begun.clone(), work.clone());
            move || {
                begun.fetch_add(1, Ordering::SeqCst);
                work.wait();
                Hot::new("text/plain", "no-cache", vec![1; 800])
            }
        };
        let ask = |n: usize| {
            let (packs, slow) = (packs.clone(), slow());
            tokio::spawn(async move { packs.get_or_make(&n.to_string(), slow).await })
        };
        let all: Vec<_> = (0..turns + 20).flat_map(|n| [ask(n), ask(n)]).collect();
        while begun.load(Ordering::SeqCst) < turns || packs.count() < turns + 20 {
            tokio::task::yield_now().await;
        }
        all.iter().for_each(|asked| asked.abort());
        for asked in all {
            assert!(asked.await.is_err());
        }
        assert_eq!(packs.count(), 0, "nobody waits for any of them");
        let next = packs.get_or_make("next", || Hot::new("text/plain", "no-cache", vec![1; 800]));
        tokio::task::spawn_blocking(move || work.wait()).await.unwrap();
        next.await;
        assert_eq!((packs.count(), begun.load(Ordering::SeqCst)), (1, turns), "what was not begun never is");
    }

    #[tokio::test]
    async fn made_once_and_dropped_when_long_unused() {
        let packs = Packs::new(3_000);
        let made = Arc::new(AtomicUsize::new(0));
        let make = |made: &Arc<AtomicUsize>| {
            let made = made.clone();
            move || {
                made.fetch_add(1, Ordering::SeqCst);
                Hot::new("text/plain", "no-cache", vec![1; 800])
            }
        };
        let (_, _) = tokio::join!(packs.get_or_make("a", make(&made)), packs.get_or_make("a", make(&made)));
        assert_eq!(made.load(Ordering::SeqCst), 1);
        packs.get_or_make("b", make(&made)).await;
        packs.get("a");
        packs.get_or_make("c", make(&made)).await;
        assert!(packs.get("a").is_some() && packs.get("b").is_none() && packs.get("c").is_some());
    }
}
