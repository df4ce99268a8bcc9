//! IndexedDB behind [`client::Store`]. Two databases: `bantin-cache-1` (a new schema is a new name) and `bantin-keep`
//! (stores are only added). Every change is computed first and then written in one transaction that is waited for.

use super::clock::{Later, both};
use client::row;
use client::{Keep, Loaded, Rows, Start, Store, Used};
use domain::content::ItemId;
use domain::sync::{Commit, StoreFault, StoredBody};
use indexed_db_futures::database::Database;
use indexed_db_futures::error::Error;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionMode};
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{IdbKeyRange, IdbObjectStore, IdbRequest};

const CACHE_STORES: [&str; 5] = ["cards", "bodies", "terms", "gone", "meta"];

/// Key of the one row of [`Keep::Trust`].
const TRUST: &str = "list";

/// A database that hangs for so long is taken as broken.
const OPEN_MS: u32 = 5_000;
/// And for a transaction, longer than a slow phone needs for a first list of all that is published.
const FINISH_MS: u32 = 30_000;

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

fn shut(lazy: &Lazy) {
    if let Some(db) = lazy.open.borrow_mut().take() {
        db.as_sys().close();
    }
}

async fn open(lazy: &Rc<Lazy>) -> Result<Rc<Database>, StoreFault> {
    if let Some(db) = &*lazy.open.borrow() {
        return Ok(db.clone());
    }
    let request = Database::open(lazy.name.as_str()).with_version(1u8).build().map_err(|_| StoreFault::Failed)?;
    // Not by the library's own listener: it would bring its texts of errors, and with them the printing of floats.
    let (raw, stores): (&web_sys::IdbOpenDbRequest, _) = (request.as_sys(), lazy.stores.clone());
    let new = raw.clone();
    let create = Closure::once_into_js(move || {
        let Ok(db) = new.result().map(JsCast::unchecked_into::<web_sys::IdbDatabase>) else { return };
        for store in stores {
            // One that is missing fails every transaction on it.
            let _ = db.create_object_store(store);
        }
    });
    raw.set_onupgradeneeded(Some(create.unchecked_ref()));
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

/// Waits until the transaction is really over; a full phone shows only in the transaction's own error. One that never ends
/// is given up: others wait behind it, and whoever waits for them would learn nothing.
async fn finish(tx: Transaction<'_>) -> Result<(), StoreFault> {
    let raw: web_sys::IdbTransaction = tx.as_sys().unchecked_ref::<web_sys::IdbTransaction>().clone();
    match super::clock::within(FINISH_MS, tx.commit()).await {
        Some(Ok(())) => Ok(()),
        Some(Err(error)) => Err(raw.error().map_or_else(|| fault(&error), |e| named(&e.name()))),
        None => {
            let _ = raw.abort();
            Err(StoreFault::Failed)
        }
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

fn value(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// What one request of a transaction does to a store.
enum Act {
    Put(JsValue, JsValue),
    Delete(JsValue),
    Clear,
    Get(JsValue),
    /// Rows, or their keys: all, or the first so many behind a key.
    Rows(Option<(JsValue, u32)>),
    Keys(Option<(JsValue, u32)>),
}

impl Act {
    fn writes(&self) -> bool {
        matches!(self, Act::Put(..) | Act::Delete(_) | Act::Clear)
    }

    fn begin(self, store: &IdbObjectStore) -> Result<IdbRequest, JsValue> {
        match self {
            Act::Put(key, row) => store.put_with_key(&row, &key),
            Act::Delete(key) => store.delete(&key),
            Act::Clear => store.clear(),
            Act::Get(key) => store.get(&key),
            Act::Rows(None) => store.get_all(),
            Act::Rows(Some((after, count))) => store.get_all_with_key_and_limit(&behind(&after)?, count),
            Act::Keys(None) => store.get_all_keys(),
            Act::Keys(Some((after, count))) => store.get_all_keys_with_key_and_limit(&behind(&after)?, count),
        }
    }
}

fn behind(key: &JsValue) -> Result<JsValue, JsValue> {
    IdbKeyRange::lower_bound_with_open(key, true).map(JsValue::from)
}

/// Adds to the number under a key. The sum is written as soon as the number is read, within the same transaction, which
/// is told to end only then: one that was told takes no more requests.
async fn add(lazy: &Rc<Lazy>, name: &'static str, key: JsValue, by: u64) -> Result<(), StoreFault> {
    let failed = |_| StoreFault::Failed;
    let db = open(lazy).await?;
    let tx = db.transaction(name).with_mode(TransactionMode::Readwrite).build().map_err(|_| StoreFault::Failed)?;
    let store = tx.as_sys().object_store(name).map_err(failed)?;
    let read = store.get(&key).map_err(failed)?;
    let written = js_sys::Promise::new(&mut |resolve, reject| {
        let (store, key, request) = (store.clone(), key.clone(), read.clone());
        let write = Closure::once_into_js(move || {
            let count = request.result().map_or(0, |row| row::decode_count(&bytes(&row)));
            let _ = store.put_with_key(&value(&count.saturating_add(by).to_le_bytes()), &key);
            let _ = resolve.call0(&JsValue::UNDEFINED);
        });
        read.set_onsuccess(Some(write.unchecked_ref()));
        read.set_onerror(Some(&reject));
    });
    wasm_bindgen_futures::JsFuture::from(written).await.map_err(failed)?;
    finish(tx).await
}

/// One transaction: everything is asked for at once, and what was read is there when it is over. All or nothing.
/// One boxed future for every use, since each copy of it would be paid for by readers.
fn run<'a>(lazy: &'a Rc<Lazy>, work: Vec<(&'static str, Act)>) -> Later<'a, Result<Vec<IdbRequest>, StoreFault>> {
    Box::pin(async move {
        // A transaction over no store is an error.
        if work.is_empty() {
            return Ok(Vec::new());
        }
        let mut stores: Vec<&str> = work.iter().map(|(store, _)| *store).collect();
        stores.sort_unstable();
        stores.dedup();
        let writes = work.iter().any(|(_, act)| act.writes());
        let mode = if writes { TransactionMode::Readwrite } else { TransactionMode::Readonly };
        let mut again = true;
        loop {
            let db = open(lazy).await?;
            let tx = match db.transaction(&stores[..]).with_mode(mode).build() {
                Ok(tx) => tx,
                // A connection may be dead although nobody said that it was closed (WebKit 277615): another one is tried.
                Err(_) if again => {
                    again = false;
                    shut(lazy);
                    continue;
                }
                Err(_) => return Err(StoreFault::Failed),
            };
            let mut requests = Vec::with_capacity(work.len());
            for (store, act) in work {
                let begun = tx.as_sys().object_store(store).and_then(|store| act.begin(&store));
                requests.push(begun.map_err(|_| StoreFault::Failed)?);
            }
            finish(tx).await?;
            return Ok(requests);
        }
    })
}

/// Bytes of the row that was asked for.
fn row(request: &IdbRequest) -> Option<Vec<u8>> {
    request.result().ok().filter(|row| !row.is_undefined()).map(|row| bytes(&row))
}

/// The rows, or the keys, that were asked for.
fn list(request: &IdbRequest) -> Vec<JsValue> {
    request.result().map_or_else(|_| Vec::new(), |all| all.unchecked_into::<Array>().to_vec())
}

/// Of two requests for keys and for rows: both in order.
fn named_rows(read: &[IdbRequest]) -> Rows {
    let rows = list(&read[0]).into_iter().zip(list(&read[1]));
    rows.filter_map(|(key, value)| Some((key.as_string()?, bytes(&value)))).collect()
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
