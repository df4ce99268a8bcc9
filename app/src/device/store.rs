//! IndexedDB behind [`client::Store`]. Two databases: `bantin-cache-1` (a new schema is a new name) and `bantin-keep`
//! (stores are only added). Every change is computed first and then written in one transaction that is waited for.

mod tx;

use super::clock::both;
use client::row;
use client::{Keep, Loaded, Rows, Start, Store, Used};
use domain::content::ItemId;
use domain::sync::{Commit, StoreFault, StoredBody};
use js_sys::Uint8Array;
use std::cell::RefCell;
use std::rc::Rc;
use tx::{Act, Lazy, add, bytes, id, key, list, named_rows, row, run, shut, value};
use wasm_bindgen::prelude::*;
use web_sys::IdbRequest;

const CACHE_STORES: [&str; 5] = ["cards", "bodies", "terms", "gone", "meta"];

/// Key of the one row of [`Keep::Trust`].
const TRUST: &str = "list";

pub struct IdbStore {
    cache: Rc<Lazy>,
    keep: Rc<Lazy>,
}

impl IdbStore {
    pub fn new(prefix: &str) -> IdbStore {
        let lazy = |name: &str, stores| Rc::new(Lazy { name: [prefix, name].concat(), stores, open: RefCell::new(None) });
        IdbStore { cache: lazy("-cache-1", CACHE_STORES.to_vec()), keep: lazy("-keep", Keep::ALL.map(Keep::name).to_vec()) }
    }

    async fn write(&self, lazy: &Rc<Lazy>, work: Vec<(&'static str, Act)>) -> Result<(), StoreFault> {
        run(lazy, work).await.map(drop)
    }

    /// Row of an item.
    async fn one(&self, store: &'static str, id: ItemId) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(row(&run(&self.cache, vec![(store, Act::Get(key(id)))]).await?[0]))
    }

    /// Closes both; the next use opens them again.
    pub fn close(&self) {
        shut(&self.cache);
        shut(&self.keep);
    }
}

/// What [`loaded`] reads.
fn everything() -> Vec<(&'static str, Act)> {
    vec![
        ("cards", Act::Rows(None)),
        ("bodies", Act::Keys(None)),
        ("gone", Act::Keys(None)),
        ("gone", Act::Rows(None)),
        ("meta", Act::Get("cursor".into())),
        ("meta", Act::Get("tag".into())),
    ]
}

async fn loaded(read: &[IdbRequest], trust: &IdbRequest) -> Loaded {
    let mut loaded = Loaded::default();
    let mut bodies: Vec<ItemId> = list(&read[1]).iter().filter_map(id).collect();
    bodies.sort_unstable();
    for (key, value) in list(&read[2]).iter().zip(list(&read[3])) {
        if let (Some(id), Some((revision, _))) = (id(key), row::decode_gone(&bytes(&value))) {
            loaded.held.gone.insert(id, revision);
        }
    }
    loaded.held.cursor = row(&read[4]).and_then(|row| row::decode_cursor(&row)).unwrap_or_default();
    loaded.held.trust = row(trust).and_then(|row| row::decode_trust(&row));
    loaded.tag = row(&read[5]).and_then(|tag| String::from_utf8(tag).ok());
    for (count, value) in list(&read[0]).iter().enumerate() {
        let row = bytes(value);
        // Its id stands in the card too: a key less for each to carry over.
        if let Some((mut held, card)) = row::decode_card(&row)
            && let Some(id) = row::card_id(card)
        {
            held.body = bodies.binary_search(&id).is_ok();
            loaded.push_card(id, held, card.to_vec());
        } else {
            loaded.damaged();
        }
        if count % 150 == 149 {
            super::clock::yield_now().await;
        }
    }
    loaded
}

impl Store for IdbStore {
    async fn load(&self) -> Result<Loaded, StoreFault> {
        let trust = vec![(Keep::Trust.name(), Act::Get(TRUST.into()))];
        let (cache, keep) = both(run(&self.cache, everything()), run(&self.keep, trust)).await;
        Ok(loaded(&cache?, &keep?[0]).await)
    }

    async fn start(&self) -> Result<Start, StoreFault> {
        let mut work = vec![(Keep::Trust.name(), Act::Get(TRUST.into()))];
        for shelf in [Keep::Settings, Keep::Saved, Keep::Read] {
            work.extend([(shelf.name(), Act::Keys(None)), (shelf.name(), Act::Rows(None))]);
        }
        let (cache, keep) = both(run(&self.cache, everything()), run(&self.keep, work)).await;
        let keep = keep?;
        let rows = |at: usize| named_rows(&keep[at..]);
        let (settings, saved, read) = (rows(1), rows(3), rows(5));
        Ok(Start { loaded: loaded(&cache?, &keep[0]).await, settings, saved, read })
    }

    async fn commit(&self, commit: &Commit) -> Result<(), StoreFault> {
        if let Some(trust) = &commit.trust {
            self.put_keep(Keep::Trust, TRUST, Some(&row::encode_trust(trust))).await?;
        }
        let mut work = Vec::new();
        if commit.reset {
            work.extend(CACHE_STORES.map(|store| (store, Act::Clear)));
        }
        for (id, revision, bytes) in &commit.gone {
            work.extend(["cards", "bodies", "terms"].map(|store| (store, Act::Delete(key(*id)))));
            work.push(("gone", Act::Put(key(*id), value(&row::encode_gone(*revision, bytes)))));
        }
        for (id, held, bytes) in &commit.cards {
            work.push(("gone", Act::Delete(key(*id))));
            if !held.body {
                work.push(("bodies", Act::Delete(key(*id))));
            }
            work.push(("cards", Act::Put(key(*id), value(&row::encode_card(held, bytes)))));
        }
        for body in &commit.bodies {
            work.push(("bodies", Act::Put(key(body.id), value(&row::encode_body(body)))));
        }
        for (id, row) in &commit.terms {
            work.push(("terms", Act::Put(key(*id), value(row))));
        }
        if let Some(cursor) = &commit.cursor {
            work.push(("meta", Act::Delete("tag".into())));
            work.push(("meta", Act::Put("cursor".into(), value(&row::encode_cursor(cursor)))));
        }
        self.write(&self.cache, work).await
    }

    async fn put_tag(&self, tag: &str) -> Result<(), StoreFault> {
        self.write(&self.cache, vec![("meta", Act::Put("tag".into(), value(tag.as_bytes())))]).await
    }

    async fn card(&self, id: ItemId) -> Result<Option<Vec<u8>>, StoreFault> {
        let row = self.one("cards", id).await?;
        Ok(row.and_then(|row| Some(row::decode_card(&row)?.1.to_vec())))
    }

    async fn body(&self, id: ItemId) -> Result<Option<StoredBody>, StoreFault> {
        let row = self.one("bodies", id).await?;
        Ok(row.and_then(|row| row::decode_body(id, &row)))
    }

    async fn gone(&self, id: ItemId) -> Result<Option<Vec<u8>>, StoreFault> {
        let row = self.one("gone", id).await?;
        Ok(row.and_then(|row| Some(row::decode_gone(&row)?.1.to_vec())))
    }

    async fn terms(&self, after: Option<ItemId>, count: u32) -> Result<Vec<(ItemId, Vec<u8>)>, StoreFault> {
        let range = || Some((after.map_or_else(|| "".into(), key), count));
        let read = run(&self.cache, vec![("terms", Act::Keys(range())), ("terms", Act::Rows(range()))]).await?;
        let rows = list(&read[0]).into_iter().zip(list(&read[1]));
        Ok(rows.filter_map(|(key, value)| Some((id(&key)?, bytes(&value)))).collect())
    }

    async fn delete_bodies(&self, ids: &[ItemId]) -> Result<(), StoreFault> {
        let mut work = Vec::new();
        for id in ids {
            work.extend(["bodies", "terms"].map(|store| (store, Act::Delete(key(*id)))));
        }
        self.write(&self.cache, work).await
    }

    async fn clear_cache(&self) -> Result<(), StoreFault> {
        self.write(&self.cache, CACHE_STORES.map(|store| (store, Act::Clear)).into()).await
    }

    async fn used(&self) -> Result<Used, StoreFault> {
        let read = run(&self.cache, ["cards", "bodies", "terms"].map(|store| (store, Act::Rows(None))).into()).await?;
        let rows: Vec<Vec<JsValue>> = read.iter().map(list).collect();
        let length = |row: &JsValue| row.dyn_ref::<Uint8Array>().map_or(0, |row| u64::from(row.length()));
        Ok(Used { cards: rows[0].len(), bodies: rows[1].len(), bytes: rows.iter().flatten().map(length).sum() })
    }

    async fn put_keep(&self, shelf: Keep, key: &str, bytes: Option<&[u8]>) -> Result<(), StoreFault> {
        let act = match bytes {
            Some(bytes) => Act::Put(key.into(), value(bytes)),
            None => Act::Delete(key.into()),
        };
        self.write(&self.keep, vec![(shelf.name(), act)]).await
    }

    async fn get_keep(&self, shelf: Keep) -> Result<Rows, StoreFault> {
        let read = run(&self.keep, vec![(shelf.name(), Act::Keys(None)), (shelf.name(), Act::Rows(None))]).await?;
        Ok(named_rows(&read))
    }

    async fn add_keep(&self, shelf: Keep, key: &str, by: u64) -> Result<(), StoreFault> {
        add(&self.keep, shelf.name(), key.into(), by).await
    }
}
