//! The phone's store in a real browser: the same contract that the store in memory keeps, on IndexedDB; commits that break off;
//! and the databases that phones have already.
//! Built as a test of `app` for wasm32 and run by `cargo xtask test` in Chromium.

#![cfg(target_arch = "wasm32")]

use client::{Keep, Store};
use domain::sync::{Commit, StoredBody};
use js_sys::{Function, Promise};
use reader::device::clock::{within, yield_now};
use reader::device::store::IdbStore;
use std::cell::Cell;
use std::pin::pin;
use std::task::{Context, Waker};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{IdbDatabase, IdbFactory, IdbOpenDbRequest};

wasm_bindgen_test_configure!(run_in_browser);

thread_local! {
    static NUMBER: Cell<u32> = const { Cell::new(0) };
}

/// A pair of databases that nobody has used.
fn fresh() -> IdbStore {
    let number = NUMBER.get();
    NUMBER.set(number + 1);
    IdbStore::new(&format!("test-{}-{number}", js_sys::Date::now()))
}

#[wasm_bindgen_test]
async fn indexed_db_keeps_the_contract() {
    client::contract::all(
        async || fresh(),
        async |store| {
            store.close();
            store
        },
    )
    .await;
}

#[wasm_bindgen_test]
async fn two_tabs_see_one_store() {
    let name = format!("tabs-{}", js_sys::Date::now());
    let (one, two) = (IdbStore::new(&name), IdbStore::new(&name));
    one.commit(&client::contract::some_commit()).await.unwrap();
    assert_eq!(two.load().await.unwrap().cards.len(), 3);
    let (a, b) = (one.add_keep(Keep::Usage, "1", 5), two.add_keep(Keep::Usage, "1", 7));
    a.await.unwrap();
    b.await.unwrap();
    let rows = one.get_keep(Keep::Usage).await.unwrap();
    assert_eq!(client::row::decode_count(&rows[0].1), 12);
}

/// What a phone holds: cards, texts, search terms, tombstones, and its position in the log.
type Held = (usize, usize, usize, usize, u32);

/// After [`client::contract::some_commit`], and after the commit of [`a_phone_and_its_next_commit`].
const BEFORE: Held = (3, 1, 3, 1, 9);
const AFTER: Held = (2, 2, 2, 0, 10);

async fn held(store: &IdbStore) -> Held {
    let held = store.load().await.unwrap().held;
    let (texts, terms) = (store.used().await.unwrap().bodies, store.terms(None, 10).await.unwrap().len());
    (held.cards.len(), texts, terms, held.gone.len(), held.cursor.seq)
}

/// A phone with both databases open, and a commit that changes all that it holds. That brings no keys: they would be written
/// before the rest, into the other database, and it is the rest that is cut here.
async fn a_phone_and_its_next_commit() -> (IdbStore, Commit) {
    let store = fresh();
    store.commit(&client::contract::some_commit()).await.unwrap();
    assert_eq!(held(&store).await, BEFORE);
    let mut next = Commit { reset: true, trust: None, ..client::contract::some_commit() };
    next.cards.truncate(2);
    next.terms.truncate(2);
    next.gone.clear();
    let second = StoredBody { id: next.cards[1].0, ..next.bodies[0].clone() };
    next.bodies.push(second);
    if let Some(cursor) = &mut next.cursor {
        cursor.seq = 10;
    }
    (store, next)
}

/// What stands for a page that goes away: after ever more turns of the browser nobody waits for the commit any more.
#[wasm_bindgen_test]
async fn a_commit_that_is_dropped_leaves_all_or_nothing() {
    // With its database open, and with one that has to be opened on the way.
    for closed in [false, true] {
        let (store, next) = a_phone_and_its_next_commit().await;
        let mut turns = 0;
        loop {
            if closed {
                store.close();
            }
            {
                let mut work = pin!(store.commit(&next));
                for _ in 0..turns {
                    if work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                        break;
                    }
                    yield_now().await;
                }
            }
            let found = held(&store).await;
            if found == AFTER {
                break;
            }
            assert_eq!(found, BEFORE, "dropped after {turns} turns, closed before: {closed}");
            turns += 1;
            assert!(turns < 1_000, "it never comes to its end, closed before: {closed}");
        }
        // An open database takes everything at the first turn; one that is opened first was cut on the way there. No cut comes
        // between two rows here: that is the next test.
        assert_eq!(turns > 1, closed, "whole after {turns} turns, closed before: {closed}");
    }
}

/// Lets so many rows be written and no more; the function puts back what was there.
fn no_more_rows_than(count: usize) -> Function {
    let hook = "const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...row) {
            if (count-- <= 0) throw new Error('cut');
            return put.apply(this, row);
        };
        return () => { IDBObjectStore.prototype.put = put; };";
    let hook = Function::new_with_args("count", hook);
    hook.call1(&JsValue::NULL, &JsValue::from(count as u32)).unwrap().unchecked_into()
}

/// What stands for a power cut in the middle of the writing: each row in turn is the one that is not written any more.
#[wasm_bindgen_test]
async fn a_commit_that_breaks_off_at_any_row_changes_nothing() {
    let (store, next) = a_phone_and_its_next_commit().await;
    let mut cuts = 0;
    loop {
        let put_back = no_more_rows_than(cuts);
        let done = store.commit(&next).await;
        put_back.call0(&JsValue::NULL).unwrap();
        let found = held(&store).await;
        if done.is_ok() {
            assert_eq!(found, AFTER);
            break;
        }
        assert_eq!(found, BEFORE, "cut behind row {cuts}");
        cuts += 1;
    }
    // Cards, texts and terms, and the position.
    assert_eq!(cuts, next.cards.len() + next.bodies.len() + next.terms.len() + 1, "each row was missing once");
}

/// The databases of phones as the first release makes them: how their names end, and their stores. Frozen: who adds a store has
/// to say how these phones come by it, and does not change this list.
const ON_PHONES: [(&str, &[&str]); 2] = [
    ("-cache-1", &["cards", "bodies", "terms", "gone", "meta"]),
    ("-keep", &["saved", "read", "settings", "trust", "usage", "outbox"]),
];
const VERSION_ON_PHONES: u32 = 1;

fn databases() -> IdbFactory {
    web_sys::window().unwrap().indexed_db().unwrap().unwrap()
}

/// Waits until a database was opened or deleted, which nothing may hold up.
async fn done(request: &IdbOpenDbRequest) {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    within(5_000, JsFuture::from(promise)).await.expect("it is held up").expect("it failed");
}

/// Without any code of the program's own.
async fn make(name: &str, stores: &'static [&'static str]) {
    let request = databases().open_with_u32(name, VERSION_ON_PHONES).unwrap();
    let new = request.clone();
    let create = Closure::once_into_js(move || {
        let db: IdbDatabase = new.result().unwrap().unchecked_into();
        for store in stores {
            db.create_object_store(store).unwrap();
        }
    });
    request.set_onupgradeneeded(Some(create.unchecked_ref()));
    done(&request).await;
    request.result().unwrap().unchecked_into::<IdbDatabase>().close();
}

#[wasm_bindgen_test]
async fn databases_of_phones_that_exist_are_used_and_let_go() {
    let prefix = format!("phone-{}", js_sys::Date::now());
    for (end, stores) in ON_PHONES {
        make(&format!("{prefix}{end}"), stores).await;
    }
    let store = IdbStore::new(&prefix);
    for shelf in Keep::ALL {
        store.put_keep(shelf, "a", Some(&[1])).await.unwrap_or_else(|_| panic!("{} is on no phone", shelf.name()));
        assert_eq!(store.get_keep(shelf).await.unwrap(), [("a".to_owned(), vec![1])], "{}", shelf.name());
    }
    // Of another epoch, so that every store of the cache is asked for.
    store.commit(&Commit { reset: true, ..client::contract::some_commit() }).await.unwrap();
    assert_eq!(held(&store).await, BEFORE);
    // Another tab, or who clears what sites keep, takes them away while they are open here.
    for (end, _) in ON_PHONES {
        done(&databases().delete_database(&format!("{prefix}{end}")).unwrap()).await;
    }
    assert_eq!(held(&store).await, (0, 0, 0, 0, 0), "and the next use makes them anew");
    assert!(store.get_keep(Keep::Saved).await.unwrap().is_empty());
}
