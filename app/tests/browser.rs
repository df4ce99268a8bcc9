//! The phone's store in a real browser: the same contract that the store in memory keeps, on IndexedDB.
//! Built as a test of `app` for wasm32 and run by `cargo xtask test` in Chromium.

#![cfg(target_arch = "wasm32")]

use client::{Keep, Store};
use domain::sync::Commit;
use reader::device::store::IdbStore;
use std::cell::Cell;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

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

/// What stands for a power cut: the page is gone before the transaction was waited for.
#[wasm_bindgen_test]
async fn a_commit_that_is_dropped_leaves_all_or_nothing() {
    let name = format!("cut-{}", js_sys::Date::now());
    let store = IdbStore::new(&name);
    let commit = client::contract::some_commit();
    {
        let mut work = Box::pin(store.commit(&commit));
        // A few polls, and then nobody waits any more.
        for _ in 0..3 {
            let _ = reader::device::clock::within(0, work.as_mut()).await;
        }
    }
    let again = IdbStore::new(&name);
    let loaded = again.load().await.unwrap();
    let whole = (loaded.cards.len(), loaded.held.gone.len(), loaded.held.cursor.epoch.is_some());
    assert!(whole == (0, 0, false) || whole == (3, 1, true), "{whole:?}");
    again.commit(&Commit { reset: true, ..commit }).await.unwrap();
    assert_eq!(again.load().await.unwrap().cards.len(), 3);
}
