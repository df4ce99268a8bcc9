//! A store in memory, for tests that need no browser: the same contract as IndexedDB's holds for it. Phones whose browser
//! refuses IndexedDB get the HTML edition.

use crate::row;
use crate::store::{Keep, Loaded, Store, Used};
use domain::content::ItemId;
use domain::sync::{Commit, StoreFault, StoredBody};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

type Rows<K> = BTreeMap<K, Vec<u8>>;

/// Rows as bytes, like on disk: what survives here survives there.
#[derive(Clone, Default)]
struct Cache {
    cards: Rows<ItemId>,
    bodies: Rows<ItemId>,
    terms: Rows<ItemId>,
    gone: Rows<ItemId>,
    meta: Rows<&'static str>,
}

type Kept = BTreeMap<(Keep, String), Vec<u8>>;

/// Clones share their rows, as two tabs share a database.
#[derive(Clone, Default)]
pub struct Memory {
    cache: Rc<RefCell<Cache>>,
    keep: Rc<RefCell<Kept>>,
    fault: Rc<Cell<Option<(u32, StoreFault)>>>,
}

impl Memory {
    pub fn new() -> Memory {
        Memory::default()
    }

    /// The write after `after` more writes fails, once.
    pub fn fail(&self, after: u32, fault: StoreFault) {
        self.fault.set(Some((after, fault)));
    }

    /// Called before each write: a transaction that fails has changed nothing.
    fn write(&self) -> Result<(), StoreFault> {
        match self.fault.take() {
            Some((0, fault)) => Err(fault),
            Some((left, fault)) => {
                self.fault.set(Some((left - 1, fault)));
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Store for Memory {
    async fn load(&self) -> Result<Loaded, StoreFault> {
        let cache = self.cache.borrow();
        let mut loaded = Loaded::default();
        loaded.held.gone = cache.gone.iter().filter_map(|(id, row)| Some((*id, row::decode_gone(row)?.0))).collect();
        loaded.held.cursor = cache.meta.get("cursor").and_then(|row| row::decode_cursor(row)).unwrap_or_default();
        loaded.tag = cache.meta.get("tag").and_then(|row| String::from_utf8(row.clone()).ok());
        for (id, row) in &cache.cards {
            match row::decode_card(row) {
                Some((mut held, card)) => {
                    held.body = cache.bodies.contains_key(id);
                    loaded.push_card(*id, held, card.to_vec());
                }
                None => loaded.damaged(),
            }
        }
        let trust = self.keep.borrow();
        loaded.held.trust = trust.get(&(Keep::Trust, "list".into())).and_then(|row| row::decode_trust(row));
        Ok(loaded)
    }

    async fn commit(&self, commit: &Commit) -> Result<(), StoreFault> {
        self.write()?;
        if let Some(trust) = &commit.trust {
            self.keep.borrow_mut().insert((Keep::Trust, "list".into()), row::encode_trust(trust));
        }
        let mut cache = self.cache.borrow_mut();
        if commit.reset {
            *cache = Cache::default();
        }
        for (id, revision, gone) in &commit.gone {
            cache.cards.remove(id);
            cache.bodies.remove(id);
            cache.terms.remove(id);
            cache.gone.insert(*id, row::encode_gone(*revision, gone));
        }
        for (id, held, card) in &commit.cards {
            cache.gone.remove(id);
            if !held.body {
                cache.bodies.remove(id);
            }
            cache.cards.insert(*id, row::encode_card(held, card));
        }
        for body in &commit.bodies {
            cache.bodies.insert(body.id, row::encode_body(body));
        }
        for (id, terms) in &commit.terms {
            cache.terms.insert(*id, terms.clone());
        }
        if let Some(cursor) = &commit.cursor {
            cache.meta.remove("tag");
            cache.meta.insert("cursor", row::encode_cursor(cursor));
        }
        Ok(())
    }

    async fn put_tag(&self, tag: &str) -> Result<(), StoreFault> {
        self.write()?;
        self.cache.borrow_mut().meta.insert("tag", tag.as_bytes().to_vec());
        Ok(())
    }

    async fn card(&self, id: ItemId) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.cache.borrow().cards.get(&id).and_then(|row| row::decode_card(row)).map(|(_, card)| card.to_vec()))
    }

    async fn body(&self, id: ItemId) -> Result<Option<StoredBody>, StoreFault> {
        Ok(self.cache.borrow().bodies.get(&id).and_then(|row| row::decode_body(id, row)))
    }

    async fn gone(&self, id: ItemId) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.cache.borrow().gone.get(&id).and_then(|row| row::decode_gone(row)).map(|(_, gone)| gone.to_vec()))
    }

    async fn terms(&self, after: Option<ItemId>, count: u32) -> Result<Vec<(ItemId, Vec<u8>)>, StoreFault> {
        let cache = self.cache.borrow();
        let rows = cache.terms.iter().filter(|(id, _)| after.is_none_or(|after| **id > after));
        Ok(rows.take(count as usize).map(|(id, row)| (*id, row.clone())).collect())
    }

    async fn delete_bodies(&self, ids: &[ItemId]) -> Result<(), StoreFault> {
        self.write()?;
        let mut cache = self.cache.borrow_mut();
        for id in ids {
            cache.bodies.remove(id);
            cache.terms.remove(id);
        }
        Ok(())
    }

    async fn clear_cache(&self) -> Result<(), StoreFault> {
        self.write()?;
        *self.cache.borrow_mut() = Cache::default();
        Ok(())
    }

    async fn used(&self) -> Result<Used, StoreFault> {
        let cache = self.cache.borrow();
        let rows = cache.cards.values().chain(cache.bodies.values()).chain(cache.terms.values());
        Ok(Used { cards: cache.cards.len(), bodies: cache.bodies.len(), bytes: rows.map(|row| row.len() as u64).sum() })
    }

    async fn put_keep(&self, shelf: Keep, key: &str, value: Option<&[u8]>) -> Result<(), StoreFault> {
        self.write()?;
        let key = (shelf, key.to_owned());
        match value {
            Some(value) => self.keep.borrow_mut().insert(key, value.to_vec()),
            None => self.keep.borrow_mut().remove(&key),
        };
        Ok(())
    }

    async fn get_keep(&self, shelf: Keep) -> Result<Vec<(String, Vec<u8>)>, StoreFault> {
        let keep = self.keep.borrow();
        Ok(keep.iter().filter(|((on, _), _)| *on == shelf).map(|((_, key), value)| (key.clone(), value.clone())).collect())
    }

    async fn add_keep(&self, shelf: Keep, key: &str, by: u64) -> Result<(), StoreFault> {
        self.write()?;
        let mut keep = self.keep.borrow_mut();
        let row = keep.entry((shelf, key.to_owned())).or_default();
        *row = row::decode_count(row).saturating_add(by).to_le_bytes().to_vec();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_the_contract() {
        pollster::block_on(crate::contract::all(async || Memory::new(), async |memory| memory));
    }

    #[test]
    fn a_row_that_cannot_be_read_has_everything_asked_for_again() {
        pollster::block_on(async {
            let memory = Memory::new();
            memory.commit(&crate::contract::some_commit()).await.unwrap();
            memory.put_tag("\"a\"").await.unwrap();
            let before = memory.load().await.unwrap();
            assert!(before.held.cursor.seq > 0 && before.tag.is_some());
            for id in [8, 9] {
                memory.cache.borrow_mut().cards.insert(ItemId([id; 5]), vec![255; 3]);
            }
            let after = memory.load().await.unwrap();
            assert_eq!((after.cards.len(), after.tag), (before.cards.len(), None), "what is whole is read meanwhile");
            assert_eq!(after.held.cursor.epoch, Some(0), "no server's, so that the row goes with the next sync");
        });
    }

    #[test]
    fn a_write_that_fails_changes_nothing() {
        pollster::block_on(async {
            let memory = Memory::new();
            let commit = crate::contract::some_commit();
            memory.fail(0, StoreFault::Quota);
            assert_eq!(memory.commit(&commit).await, Err(StoreFault::Quota));
            assert!(memory.load().await.unwrap().cards.is_empty());
            assert_eq!(memory.commit(&commit).await, Ok(()));
            memory.fail(1, StoreFault::Failed);
            assert_eq!(memory.put_tag("a").await, Ok(()));
            assert_eq!(memory.put_tag("b").await, Err(StoreFault::Failed));
        });
    }
}
