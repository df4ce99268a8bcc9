//! What every [`Store`] must do, as one suite: it runs natively on memory and in a browser on IndexedDB.
//! Panics name the promise that was broken.

use crate::store::{Keep, Loaded, Store, Used};
use domain::content::{ItemId, PlaceCode, Time};
use domain::sign::{KeyId, Sig, Trust, TrustKey, hash};
use domain::sync::{Commit, Cursor, Held, HeldCard, StoredBody};

fn id(n: u8) -> ItemId {
    ItemId([n; 5])
}

fn card(n: u8, revision: u16, body: bool) -> (ItemId, HeldCard, Vec<u8>) {
    let bytes = [&id(n).0[..], &[revision as u8, 0, 255]].concat();
    let held = HeldCard {
        seq: u32::from(n),
        revision,
        hash: hash(&bytes),
        issued: Time(1_700_000_000 + i64::from(n)),
        topics: vec![n % 10],
        places: vec![PlaceCode(20_000 + u32::from(n))],
        body_bytes: 100,
        body,
    };
    (id(n), held, bytes)
}

fn body(n: u8, revision: u16) -> StoredBody {
    StoredBody { id: id(n), revision, kid: KeyId([n; 4]), sig: Sig([n; 64]), body: vec![n; 40] }
}

fn trust(version: u32) -> Trust {
    let key = TrustKey { kid: KeyId([9; 4]), public: [8; 32], name: "UBND".into(), not_before: Time(0), not_after: Time(9) };
    Trust { version, keys: vec![key] }
}

fn cursor(seq: u32) -> Cursor {
    Cursor { epoch: Some(77), seq, fresh: Some(Time(1_700_000_100)), ..Cursor::default() }
}

/// Three cards, a body, terms, a tombstone, trust and cursor.
pub fn some_commit() -> Commit {
    Commit {
        cards: vec![card(1, 1, true), card(2, 1, false), card(3, 4, false)],
        bodies: vec![body(1, 1)],
        terms: vec![(id(1), b"mot".to_vec()), (id(2), b"hai".to_vec()), (id(3), b"ba".to_vec())],
        gone: vec![(id(7), 2, b"why".to_vec())],
        trust: Some(trust(1)),
        cursor: Some(cursor(9)),
        ..Commit::default()
    }
}

/// Every promise. `fresh` gives an empty store, `reopen` closes one and opens it again.
pub async fn all<S: Store>(fresh: impl AsyncFn() -> S, reopen: impl AsyncFn(S) -> S) {
    an_empty_store(&fresh().await).await;
    let store = fresh().await;
    commits_are_what_the_machine_thinks(&store).await;
    let store = reopen(store).await;
    assert_eq!(store.load().await.unwrap().held.cursor, cursor(12), "a commit survives closing");
    bodies_and_tombstones(&fresh().await).await;
    terms_come_in_slices(&fresh().await).await;
    the_tag_of_the_head(&fresh().await).await;
    deleting(&fresh().await).await;
    keep_outlives_the_cache(&fresh().await).await;
    counters_add_up(&fresh().await).await;
}

async fn an_empty_store(store: &impl Store) {
    let loaded = store.load().await.unwrap();
    assert!(loaded.cards.is_empty() && loaded.held.cards.is_empty() && loaded.held.trust.is_none() && loaded.tag.is_none());
    assert_eq!(loaded.held.cursor, Cursor::default());
    assert_eq!(store.body(id(1)).await.unwrap(), None);
    assert_eq!(store.gone(id(1)).await.unwrap(), None);
    assert!(store.terms(None, 10).await.unwrap().is_empty());
    assert_eq!(store.used().await.unwrap(), Used::default());
}

fn same(loaded: &Loaded, held: &Held, when: &str) {
    assert_eq!(loaded.held.cards, held.cards, "cards {when}");
    assert_eq!(loaded.held.gone, held.gone, "tombstones {when}");
    assert_eq!(loaded.held.bytes, held.bytes, "bytes of cards without body {when}");
    assert_eq!(loaded.held.cursor, held.cursor, "cursor {when}");
    assert_eq!(loaded.held.trust, held.trust, "trust {when}");
    let ids: Vec<ItemId> = loaded.cards.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, held.cards.keys().copied().collect::<Vec<_>>(), "bytes of cards {when}");
}

async fn commits_are_what_the_machine_thinks(store: &impl Store) {
    let mut held = Held::default();
    let steps = [
        ("first", some_commit()),
        ("a body arrives", Commit { bodies: vec![body(2, 1)], ..Commit::default() }),
        ("a correction without body", Commit { cards: vec![card(1, 2, false)], cursor: Some(cursor(10)), ..Commit::default() }),
        ("a withdrawal", Commit { gone: vec![(id(2), 5, b"x".to_vec())], ..Commit::default() }),
        ("it comes back", Commit { cards: vec![card(2, 6, true)], bodies: vec![body(2, 6)], ..Commit::default() }),
        ("nothing", Commit::default()),
        ("another epoch", Commit { reset: true, cards: vec![card(5, 1, false)], cursor: Some(cursor(11)), ..Commit::default() }),
        ("new keys", Commit { trust: Some(trust(2)), cursor: Some(cursor(12)), ..Commit::default() }),
    ];
    for (when, commit) in steps {
        store.commit(&commit).await.unwrap();
        held.apply(&commit);
        same(&store.load().await.unwrap(), &held, when);
    }
}

async fn bodies_and_tombstones(store: &impl Store) {
    store.commit(&some_commit()).await.unwrap();
    assert_eq!(store.body(id(1)).await.unwrap(), Some(body(1, 1)));
    assert_eq!(store.body(id(2)).await.unwrap(), None);
    assert_eq!(store.card(id(2)).await.unwrap(), Some(card(2, 1, false).2));
    assert_eq!(store.card(id(8)).await.unwrap(), None);
    assert_eq!(store.gone(id(7)).await.unwrap().as_deref(), Some(&b"why"[..]));
    let used = store.used().await.unwrap();
    assert_eq!((used.cards, used.bodies), (3, 1));
    assert!(used.bytes > 100, "room is counted");

    store.commit(&Commit { cards: vec![card(1, 2, false)], ..Commit::default() }).await.unwrap();
    assert_eq!(store.body(id(1)).await.unwrap(), None, "the text of an older revision never stands under a newer title");
    store.commit(&Commit { gone: vec![(id(3), 5, b"old".to_vec())], ..Commit::default() }).await.unwrap();
    assert_eq!(store.gone(id(3)).await.unwrap().as_deref(), Some(&b"old"[..]));
    let left: Vec<ItemId> = store.terms(None, 10).await.unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(left, [id(1), id(2)], "search forgets what is withdrawn");
    store.commit(&Commit { cards: vec![card(3, 6, false)], ..Commit::default() }).await.unwrap();
    assert_eq!(store.gone(id(3)).await.unwrap(), None, "published again");
}

async fn terms_come_in_slices(store: &impl Store) {
    let terms = (1..=7).map(|n| (id(n), vec![n; usize::from(n)])).collect();
    store.commit(&Commit { terms, ..Commit::default() }).await.unwrap();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let slice = store.terms(after, 3).await.unwrap();
        let Some((last, _)) = slice.last() else { break };
        assert!(slice.len() <= 3);
        after = Some(*last);
        seen.extend(slice);
    }
    assert_eq!(seen, (1..=7).map(|n| (id(n), vec![n; usize::from(n)])).collect::<Vec<_>>());
}

async fn the_tag_of_the_head(store: &impl Store) {
    store.commit(&some_commit()).await.unwrap();
    store.put_tag("\"abc\"").await.unwrap();
    store.commit(&Commit { bodies: vec![body(2, 1)], ..Commit::default() }).await.unwrap();
    assert_eq!(store.load().await.unwrap().tag.as_deref(), Some("\"abc\""), "reading an item does not cost a head");
    store.commit(&Commit { cursor: Some(cursor(10)), ..Commit::default() }).await.unwrap();
    assert_eq!(store.load().await.unwrap().tag, None, "a sync that is cut must see the head again");
}

async fn deleting(store: &impl Store) {
    store.commit(&some_commit()).await.unwrap();
    store.delete_bodies(&[id(1)]).await.unwrap();
    assert_eq!(store.body(id(1)).await.unwrap(), None);
    let loaded = store.load().await.unwrap();
    assert!(loaded.held.cards.values().all(|card| !card.body));
    assert_eq!(loaded.held.bytes.len(), 3);
    let left: Vec<ItemId> = store.terms(None, 10).await.unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(left, [id(2), id(3)]);
}

async fn keep_outlives_the_cache(store: &impl Store) {
    store.commit(&some_commit()).await.unwrap();
    for shelf in Keep::ALL.into_iter().filter(|shelf| *shelf != Keep::Trust) {
        assert!(store.get_keep(shelf).await.unwrap().is_empty());
        store.put_keep(shelf, "b", Some(&[2, 2])).await.unwrap();
        store.put_keep(shelf, "a", Some(&[1])).await.unwrap();
        store.put_keep(shelf, "a", Some(&[])).await.unwrap();
        store.put_keep(shelf, "gone", Some(&[3])).await.unwrap();
        store.put_keep(shelf, "gone", None).await.unwrap();
    }
    store.commit(&Commit { reset: true, ..Commit::default() }).await.unwrap();
    store.clear_cache().await.unwrap();
    let loaded = store.load().await.unwrap();
    assert!(loaded.cards.is_empty() && loaded.held.gone.is_empty());
    assert_eq!(loaded.held.cursor, Cursor::default());
    assert_eq!(loaded.held.trust, Some(trust(1)), "whom this phone believes outlives the cache");
    for shelf in Keep::ALL.into_iter().filter(|shelf| *shelf != Keep::Trust) {
        let rows = store.get_keep(shelf).await.unwrap();
        assert_eq!(rows, [("a".to_owned(), vec![]), ("b".to_owned(), vec![2, 2])], "{}", shelf.name());
    }
    store.put_keep(Keep::Trust, "list", None).await.unwrap();
    assert_eq!(store.load().await.unwrap().held.trust, None, "the reader chose to start over");
}

async fn counters_add_up(store: &impl Store) {
    store.add_keep(Keep::Usage, "1", 5).await.unwrap();
    store.add_keep(Keep::Usage, "1", 7).await.unwrap();
    store.add_keep(Keep::Usage, "2", 1).await.unwrap();
    let rows = store.get_keep(Keep::Usage).await.unwrap();
    let counts: Vec<u64> = rows.iter().map(|(_, row)| crate::row::decode_count(row)).collect();
    assert_eq!(counts, [12, 1]);
}
