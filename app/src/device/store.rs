//! IndexedDB behind [`client::Store`]. Two databases: `bantin-cache-1` (a new schema is a new name) and `bantin-keep`
//! (stores are only added). Every change is computed first and then written in one transaction that is waited for.

use client::row;
use client::{Keep, Loaded, Store, Used};
use domain::content::ItemId;
use domain::sync::{Commit, StoreFault, StoredBody};
use indexed_db_futures::database::Database;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionMode};
use indexed_db_futures::{KeyRange, error::Error};
use js_sys::Uint8Array;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

const CACHE_STORES: [&str; 5] = ["cards", "bodies", "terms", "gone", "meta"];

/// A database that hangs for so long is taken as broken.
const OPEN_MS: u32 = 5_000;

/// One database and its name, so that it can be opened again after it was closed under us.
struct Lazy {
    name: String,
    stores: Vec<&'static str>,
    open: RefCell<Option<Rc<Database>>>,
}

pub struct IdbStore {
    cache: Rc<Lazy>,
    keep: Rc<Lazy>,
}

impl IdbStore {
    pub fn new(prefix: &str) -> IdbStore {
        let lazy = |name: &str, stores| Rc::new(Lazy { name: [prefix, name].concat(), stores, open: RefCell::new(None) });
        IdbStore { cache: lazy("-cache-1", CACHE_STORES.to_vec()), keep: lazy("-keep", Keep::ALL.map(Keep::name).to_vec()) }
    }

    /// Opens both databases now, so that a phone without them is known at the start.
    pub async fn open(&self) -> Result<(), StoreFault> {
        open(&self.keep).await?;
        open(&self.cache).await?;
        Ok(())
    }

    /// Closes both; the next use opens them again.
    pub fn close(&self) {
        shut(&self.cache);
        shut(&self.keep);
    }
}

fn shut(lazy: &Lazy) {
    if let Some(db) = lazy.open.borrow_mut().take() {
        db.as_sys().close();
    }
}

async fn open(lazy: &Rc<Lazy>) -> Result<Rc<Database>, StoreFault> {
    if let Some(db) = &*lazy.open.borrow() {
        return Ok(db.clone());
    }
    let stores = lazy.stores.clone();
    let request = Database::open(lazy.name.as_str()).with_version(1u8).with_on_upgrade_needed(move |_, db| {
        for store in &stores {
            db.create_object_store(*store).build()?;
        }
        Ok(())
    });
    let request = request.build().map_err(|_| StoreFault::Failed)?;
    let opened = super::clock::within(OPEN_MS, request).await.ok_or(StoreFault::Failed)?;
    let db = Rc::new(opened.map_err(|_| StoreFault::Failed)?);
    // Another tab wants to delete or change the database: let go, or it would hang.
    let again = Rc::downgrade(lazy);
    let let_go = Closure::<dyn FnMut()>::new(move || {
        if let Some(lazy) = again.upgrade() {
            shut(&lazy);
        }
    });
    let raw: &web_sys::IdbDatabase = db.as_sys();
    raw.set_onversionchange(Some(let_go.as_ref().unchecked_ref()));
    raw.set_onclose(Some(let_go.as_ref().unchecked_ref()));
    let_go.forget();
    *lazy.open.borrow_mut() = Some(db.clone());
    Ok(db)
}

fn fault(error: &Error) -> StoreFault {
    match error {
        Error::DomException(e) => named(&e.as_sys().name()),
        _ => StoreFault::Failed,
    }
}

fn named(name: &str) -> StoreFault {
    if name == "QuotaExceededError" { StoreFault::Quota } else { StoreFault::Failed }
}

fn failed(error: Error) -> StoreFault {
    fault(&error)
}

fn begin<'a>(db: &'a Database, stores: &[&str], mode: TransactionMode) -> Result<Transaction<'a>, StoreFault> {
    db.transaction(stores).with_mode(mode).build().map_err(failed)
}

/// Waits until the transaction is really over; a full phone shows only in the transaction's own error.
async fn finish(tx: Transaction<'_>) -> Result<(), StoreFault> {
    let raw: web_sys::IdbTransaction = tx.as_sys().unchecked_ref::<web_sys::IdbTransaction>().clone();
    match tx.commit().await {
        Ok(()) => Ok(()),
        Err(error) => Err(raw.error().map_or_else(|| fault(&error), |e| named(&e.name()))),
    }
}

fn key(id: ItemId) -> JsValue {
    JsValue::from_str(&id.to_string())
}

fn id(key: &JsValue) -> Option<ItemId> {
    key.as_string()?.parse().ok()
}

fn bytes(value: &JsValue) -> Vec<u8> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default()
}

/// One write of a transaction: all are computed before it begins.
enum Op {
    Put(&'static str, JsValue, JsValue),
    Delete(&'static str, JsValue),
    Clear(&'static str),
}

impl Op {
    fn put(store: &'static str, key: JsValue, row: &[u8]) -> Op {
        Op::Put(store, key, Uint8Array::from(row).into())
    }
}

/// Writes all of it or nothing.
async fn write(lazy: &Rc<Lazy>, stores: &[&str], ops: Vec<Op>) -> Result<(), StoreFault> {
    let db = open(lazy).await?;
    let tx = begin(&db, stores, TransactionMode::Readwrite)?;
    for op in ops {
        let name = match &op {
            Op::Put(name, ..) | Op::Delete(name, _) | Op::Clear(name) => *name,
        };
        let store = tx.object_store(name).map_err(failed)?;
        match op {
            Op::Put(_, key, row) => drop(store.put(row).with_key(key).primitive().map_err(failed)?),
            Op::Delete(_, key) => drop(store.delete::<JsValue, _>(key).primitive().map_err(failed)?),
            Op::Clear(_) => drop(store.clear().map_err(failed)?),
        }
    }
    finish(tx).await
}

async fn get(store: &ObjectStore<'_>, key: JsValue) -> Result<Option<Vec<u8>>, StoreFault> {
    let found: Option<JsValue> = store.get::<JsValue, JsValue, _>(key).primitive().map_err(failed)?.await.map_err(failed)?;
    Ok(found.as_ref().map(bytes))
}

/// All rows with their keys, or the first `count` in `range`.
async fn rows(store: &ObjectStore<'_>, range: Option<(KeyRange<JsValue>, u32)>) -> Result<Vec<(JsValue, JsValue)>, StoreFault> {
    // Both requests go out before either is awaited: one round trip, one transaction.
    let (keys, values) = match range {
        None => (
            store.get_all_keys::<JsValue>().primitive().map_err(failed)?,
            store.get_all::<JsValue>().primitive().map_err(failed)?,
        ),
        Some((range, count)) => (
            store
                .get_all_keys::<JsValue>()
                .with_query::<JsValue, _>(range.clone())
                .with_limit(count)
                .primitive()
                .map_err(failed)?,
            store.get_all::<JsValue>().with_query::<JsValue, _>(range).with_limit(count).primitive().map_err(failed)?,
        ),
    };
    let keys: Vec<JsValue> = keys.await.map_err(failed)?.filter_map(Result::ok).collect();
    let values: Vec<JsValue> = values.await.map_err(failed)?.filter_map(Result::ok).collect();
    Ok(keys.into_iter().zip(values).collect())
}

async fn keys(store: &ObjectStore<'_>) -> Result<Vec<JsValue>, StoreFault> {
    let keys = store.get_all_keys::<JsValue>().primitive().map_err(failed)?.await.map_err(failed)?;
    Ok(keys.filter_map(Result::ok).collect())
}

impl Store for IdbStore {
    async fn load(&self) -> Result<Loaded, StoreFault> {
        let mut loaded = Loaded::default();
        let db = open(&self.cache).await?;
        let tx = begin(&db, &CACHE_STORES, TransactionMode::Readonly)?;
        let cards = tx.object_store("cards").map_err(failed)?;
        let bodies = tx.object_store("bodies").map_err(failed)?;
        let gone = tx.object_store("gone").map_err(failed)?;
        let meta = tx.object_store("meta").map_err(failed)?;
        let card_rows = rows(&cards, None).await?;
        let mut held_bodies: Vec<ItemId> = keys(&bodies).await?.iter().filter_map(id).collect();
        let gone_rows = rows(&gone, None).await?;
        let cursor = get(&meta, "cursor".into()).await?;
        loaded.tag = get(&meta, "tag".into()).await?.and_then(|tag| String::from_utf8(tag).ok());
        drop(tx);

        held_bodies.sort_unstable();
        loaded.held.cursor = cursor.and_then(|row| row::decode_cursor(&row)).unwrap_or_default();
        for (key, value) in gone_rows {
            if let (Some(id), Some((revision, _))) = (id(&key), row::decode_gone(&bytes(&value))) {
                loaded.held.gone.insert(id, revision);
            }
        }
        for (count, (key, value)) in card_rows.iter().enumerate() {
            let row = bytes(value);
            if let (Some(id), Some((mut held, card))) = (id(key), row::decode_card(&row)) {
                held.body = held_bodies.binary_search(&id).is_ok();
                loaded.push_card(id, held, card.to_vec());
            }
            if count % 150 == 149 {
                super::clock::yield_now().await;
            }
        }
        let db = open(&self.keep).await?;
        let tx = begin(&db, &[Keep::Trust.name()], TransactionMode::Readonly)?;
        let trust = tx.object_store(Keep::Trust.name()).map_err(failed)?;
        loaded.held.trust = get(&trust, "list".into()).await?.and_then(|row| row::decode_trust(&row));
        Ok(loaded)
    }

    async fn commit(&self, commit: &Commit) -> Result<(), StoreFault> {
        if let Some(trust) = &commit.trust {
            self.put_keep(Keep::Trust, "list", Some(&row::encode_trust(trust))).await?;
        }
        let mut ops = Vec::new();
        if commit.reset {
            ops.extend(CACHE_STORES.map(Op::Clear));
        }
        for (id, revision, bytes) in &commit.gone {
            ops.extend(["cards", "bodies", "terms"].map(|store| Op::Delete(store, key(*id))));
            ops.push(Op::put("gone", key(*id), &row::encode_gone(*revision, bytes)));
        }
        for (id, held, bytes) in &commit.cards {
            ops.push(Op::Delete("gone", key(*id)));
            if !held.body {
                ops.push(Op::Delete("bodies", key(*id)));
            }
            ops.push(Op::put("cards", key(*id), &row::encode_card(held, bytes)));
        }
        for body in &commit.bodies {
            ops.push(Op::put("bodies", key(body.id), &row::encode_body(body)));
        }
        for (id, row) in &commit.terms {
            ops.push(Op::put("terms", key(*id), row));
        }
        if let Some(cursor) = &commit.cursor {
            ops.push(Op::Delete("meta", "tag".into()));
            ops.push(Op::put("meta", "cursor".into(), &row::encode_cursor(cursor)));
        }
        write(&self.cache, &CACHE_STORES, ops).await
    }

    async fn put_tag(&self, tag: &str) -> Result<(), StoreFault> {
        write(&self.cache, &["meta"], vec![Op::put("meta", "tag".into(), tag.as_bytes())]).await
    }

    async fn card(&self, id: ItemId) -> Result<Option<Vec<u8>>, StoreFault> {
        let db = open(&self.cache).await?;
        let tx = begin(&db, &["cards"], TransactionMode::Readonly)?;
        let row = get(&tx.object_store("cards").map_err(failed)?, key(id)).await?;
        Ok(row.and_then(|row| Some(row::decode_card(&row)?.1.to_vec())))
    }

    async fn body(&self, id: ItemId) -> Result<Option<StoredBody>, StoreFault> {
        let db = open(&self.cache).await?;
        let tx = begin(&db, &["bodies"], TransactionMode::Readonly)?;
        let row = get(&tx.object_store("bodies").map_err(failed)?, key(id)).await?;
        Ok(row.and_then(|row| row::decode_body(id, &row)))
    }

    async fn gone(&self, id: ItemId) -> Result<Option<Vec<u8>>, StoreFault> {
        let db = open(&self.cache).await?;
        let tx = begin(&db, &["gone"], TransactionMode::Readonly)?;
        let row = get(&tx.object_store("gone").map_err(failed)?, key(id)).await?;
        Ok(row.and_then(|row| Some(row::decode_gone(&row)?.1.to_vec())))
    }

    async fn terms(&self, after: Option<ItemId>, count: u32) -> Result<Vec<(ItemId, Vec<u8>)>, StoreFault> {
        let db = open(&self.cache).await?;
        let tx = begin(&db, &["terms"], TransactionMode::Readonly)?;
        let store = tx.object_store("terms").map_err(failed)?;
        let from = after.map_or_else(|| "".into(), key);
        let rows = rows(&store, Some((KeyRange::LowerBound(from, true), count))).await?;
        Ok(rows.iter().filter_map(|(key, value)| Some((id(key)?, bytes(value)))).collect())
    }

    async fn delete_bodies(&self, ids: &[(ItemId, Vec<u8>)]) -> Result<(), StoreFault> {
        let mut ops = Vec::new();
        for (id, row) in ids {
            ops.push(Op::Delete("bodies", key(*id)));
            ops.push(Op::put("terms", key(*id), row));
        }
        write(&self.cache, &["bodies", "terms"], ops).await
    }

    async fn clear_cache(&self) -> Result<(), StoreFault> {
        write(&self.cache, &CACHE_STORES, CACHE_STORES.map(Op::Clear).into()).await
    }

    async fn used(&self) -> Result<Used, StoreFault> {
        let db = open(&self.cache).await?;
        let tx = begin(&db, &["cards", "bodies", "terms"], TransactionMode::Readonly)?;
        let mut used = Used::default();
        for name in ["cards", "bodies", "terms"] {
            let store = tx.object_store(name).map_err(failed)?;
            let all = store.get_all::<JsValue>().primitive().map_err(failed)?.await.map_err(failed)?;
            for row in all.filter_map(Result::ok) {
                used.bytes += row.dyn_ref::<Uint8Array>().map_or(0, |row| u64::from(row.length()));
                match name {
                    "cards" => used.cards += 1,
                    "bodies" => used.bodies += 1,
                    _ => {}
                }
            }
        }
        Ok(used)
    }

    async fn put_keep(&self, shelf: Keep, key: &str, value: Option<&[u8]>) -> Result<(), StoreFault> {
        let op = match value {
            Some(value) => Op::put(shelf.name(), key.into(), value),
            None => Op::Delete(shelf.name(), key.into()),
        };
        write(&self.keep, &[shelf.name()], vec![op]).await
    }

    async fn get_keep(&self, shelf: Keep) -> Result<Vec<(String, Vec<u8>)>, StoreFault> {
        let db = open(&self.keep).await?;
        let tx = begin(&db, &[shelf.name()], TransactionMode::Readonly)?;
        let rows = rows(&tx.object_store(shelf.name()).map_err(failed)?, None).await?;
        Ok(rows.iter().filter_map(|(key, value)| Some((key.as_string()?, bytes(value)))).collect())
    }

    async fn add_keep(&self, shelf: Keep, key: &str, by: u64) -> Result<(), StoreFault> {
        let db = open(&self.keep).await?;
        let tx = begin(&db, &[shelf.name()], TransactionMode::Readwrite)?;
        let store = tx.object_store(shelf.name()).map_err(failed)?;
        let count = get(&store, key.into()).await?.map_or(0, |row| row::decode_count(&row));
        let sum: JsValue = Uint8Array::from(&count.saturating_add(by).to_le_bytes()[..]).into();
        drop(store.put(sum).with_key(JsValue::from_str(key)).primitive().map_err(failed)?);
        finish(tx).await
    }
}
