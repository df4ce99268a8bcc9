//! One database that opens when it is needed, and transactions over it that are waited for to their end.

use crate::device::clock::{Later, within};
use client::{Rows, row};
use domain::content::ItemId;
use domain::sync::StoreFault;
use indexed_db_futures::database::Database;
use indexed_db_futures::error::Error;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionMode};
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransactionMode};

/// A database that hangs for so long is taken as broken.
const OPEN_MS: u32 = 5_000;
/// And for a transaction, longer than a slow phone needs for a first list of all that is published.
const FINISH_MS: u32 = 30_000;

/// One database and its name, so that it can be opened again after it was closed under us.
pub(super) struct Lazy {
    pub name: String,
    pub stores: Vec<&'static str>,
    pub open: RefCell<Option<Rc<Database>>>,
}

pub(super) fn shut(lazy: &Lazy) {
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
    let opened = within(OPEN_MS, request).await.ok_or(StoreFault::Failed)?;
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
    match within(FINISH_MS, tx.commit()).await {
        Some(Ok(())) => Ok(()),
        Some(Err(error)) => Err(raw.error().map_or_else(|| fault(&error), |e| named(&e.name()))),
        None => {
            let _ = raw.abort();
            Err(StoreFault::Failed)
        }
    }
}

pub(super) fn key(id: ItemId) -> JsValue {
    JsValue::from_str(&id.to_string())
}

pub(super) fn id(key: &JsValue) -> Option<ItemId> {
    key.as_string()?.parse().ok()
}

pub(super) fn bytes(value: &JsValue) -> Vec<u8> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default()
}

pub(super) fn value(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// What one request of a transaction does to a store.
pub(super) enum Act {
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

/// Adds to the number under a key: the sum is written as soon as the number is read, within the same transaction. Nobody waits
/// for its end: a count is not worth it, and a database that does not answer would hold up whoever counts.
pub(super) async fn add(lazy: &Rc<Lazy>, name: &'static str, key: JsValue, by: u64) -> Result<(), StoreFault> {
    let failed = |_| StoreFault::Failed;
    let db = open(lazy).await?;
    // Not the library's: that one gives up what is not waited for.
    let raw: &web_sys::IdbDatabase = db.as_sys();
    let tx = raw.transaction_with_str_and_mode(name, IdbTransactionMode::Readwrite).map_err(failed)?;
    let store = tx.object_store(name).map_err(failed)?;
    let read = store.get(&key).map_err(failed)?;
    let request = read.clone();
    let write = Closure::once_into_js(move || {
        let count = request.result().map_or(0, |row| row::decode_count(&bytes(&row)));
        let _ = store.put_with_key(&value(&count.saturating_add(by).to_le_bytes()), &key);
    });
    read.set_onsuccess(Some(write.unchecked_ref()));
    Ok(())
}

/// One transaction: everything is asked for at once, and what was read is there when it is over. All or nothing.
/// One boxed future for every use, since each copy of it would be paid for by readers.
pub(super) fn run<'a>(lazy: &'a Rc<Lazy>, work: Vec<(&'static str, Act)>) -> Later<'a, Result<Vec<IdbRequest>, StoreFault>> {
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
pub(super) fn row(request: &IdbRequest) -> Option<Vec<u8>> {
    request.result().ok().filter(|row| !row.is_undefined()).map(|row| bytes(&row))
}

/// The rows, or the keys, that were asked for.
pub(super) fn list(request: &IdbRequest) -> Vec<JsValue> {
    request.result().map_or_else(|_| Vec::new(), |all| all.unchecked_into::<Array>().to_vec())
}

/// Of two requests for keys and for rows: both in order.
pub(super) fn named_rows(read: &[IdbRequest]) -> Rows {
    let rows = list(&read[0]).into_iter().zip(list(&read[1]));
    rows.filter_map(|(key, value)| Some((key.as_string()?, bytes(&value)))).collect()
}
