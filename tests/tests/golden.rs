//! Frozen bytes: phones keep what was written years ago, and old phones read what is sent today. If a test here fails,
//! the format changed: that is a new version beside the old one, never a new fixture.
//!
//! The fixtures were written once, by the test itself where a file was missing and `BANTIN_FREEZE` was set.

#[path = "support/pool.rs"]
mod pool;

use domain::content::{Card, Time};
use domain::sign::{SignedTrust, Trust};
use domain::wire::log::{self, Entry};
use domain::wire::{self, AlertsRef, Envelope, Head, Logged, PackKind};
use std::path::Path;

fn golden(name: &str, bytes: &[u8]) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if !file.exists() && std::env::var_os("BANTIN_FREEZE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, bytes).unwrap();
    }
    let frozen = std::fs::read(&file).unwrap_or_else(|fault| panic!("{name}: {fault}"));
    let at = frozen.iter().zip(bytes).position(|(a, b)| a != b).unwrap_or(frozen.len().min(bytes.len()));
    assert!(frozen == bytes, "{name} differs from byte {at} on ({} bytes frozen, {} now)", frozen.len(), bytes.len());
}

/// Four items, one corrected, one withdrawn.
fn log() -> Vec<Entry> {
    let entry = |seq, n, revision| {
        let item = pool::signed(n, revision, 0);
        let what = Logged::Card(item.card.clone());
        Entry { seq, id: pool::id(n), revision, what, body: Some((item.kid, item.sig, item.body.clone())) }
    };
    let gone = domain::content::Gone { id: pool::id(2), revision: 2, at: Time(1_800_000_900), reason: "đăng nhầm".into() };
    let gone = Entry { seq: 6, id: pool::id(2), revision: 2, what: Logged::Gone(gone.encode()), body: None };
    vec![entry(1, 0, 1), entry(2, 1, 1), entry(3, 2, 1), entry(4, 14, 1), entry(5, 0, 2), gone]
}

#[test]
fn an_item() {
    let item = pool::signed(14, 1, 0);
    golden("card.bin", &item.card);
    golden("body.bin", &item.body);
    golden("item.sig", &item.sig.0);
    let card = Card::decode(&item.card).unwrap();
    assert_eq!(card.encode(), item.card, "reading and writing give the same bytes");
}

#[test]
fn the_trust_list() {
    let signed = pool::trust(1, &[1]).seal(&pool::issuer(1));
    golden("trust.bin", &signed.encode());
    let back = SignedTrust::decode(&signed.encode()).unwrap();
    assert_eq!(Trust::decode(&back.trust), Ok(pool::trust(1, &[1])));
}

#[test]
fn the_head() {
    let alerts = Some(AlertsRef { hash: [0xab; 16], bytes: 70_000 });
    let head = Head {
        epoch: u64::MAX,
        seq: 123_456,
        floor: 1_000,
        issued: Time(1_800_000_000),
        alerts,
        trust: 3,
        app: [9; 8],
        ext: vec![],
    };
    let sealed = head.seal(&pool::issuer(1));
    golden("head.bin", &sealed);
    assert!(sealed.len() <= Head::MAX_BYTES);
    assert_eq!(Head::open(&sealed, &pool::trust(1, &[1])), Ok(head));
}

#[test]
fn the_packs() {
    let (log, signer, trust) = (log(), pool::issuer(1), pool::trust(1, &[1]));
    let cards = wire::encode_cards(&log::cards(&log, 0, 6));
    let bodies = wire::encode_bodies(&log::bodies(&log, 0, 6));
    let alerts = wire::encode_full(&log::alerts(&log, Time(1_800_000_000)));
    for (name, kind, from, to, payload) in [
        ("cards.pack", PackKind::Cards, 0, 6, &cards),
        ("bodies.pack", PackKind::Bodies, 0, 6, &bodies),
        ("alerts.pack", PackKind::Alerts, 0, 0, &alerts),
    ] {
        let sealed = Envelope::seal(kind, 0x0123_4567_89ab_cdef, from, to, payload, &signer);
        golden(name, &sealed);
        assert_eq!(Envelope::open(kind, &sealed, &trust).unwrap().payload, payload.as_slice());
    }
    assert_eq!(wire::decode_cards(&cards).unwrap().len(), 4);
    assert_eq!(wire::decode_bodies(&bodies).unwrap().len(), 3);
    assert_eq!(wire::decode_full(&alerts).unwrap().len(), 1);
}

/// What a phone stores beside cards and bodies.
#[test]
fn the_rows_of_the_store() {
    use domain::sync::{Cursor, HeldCard, StoredBody};
    let item = pool::signed(14, 1, 0);
    let card = Card::decode(&item.card).unwrap();
    let held = HeldCard {
        seq: 700,
        revision: 2,
        hash: domain::sign::hash(&item.card),
        issued: card.issued,
        topics: card.topics.clone(),
        places: card.places.clone(),
        body_bytes: card.body_bytes,
        body: true,
    };
    let cursor = Cursor {
        epoch: Some(7),
        seq: 700,
        alerts: Some([5; 16]),
        fresh: Some(Time(1_800_000_000)),
        floor_time: Some(Time(1_800_000_001)),
        app: [9; 8],
    };
    let body = StoredBody { id: card.id, revision: 1, kid: item.kid, sig: item.sig, body: item.body.clone() };
    golden("held.row", &postcard::to_allocvec(&held).unwrap());
    golden("cursor.row", &postcard::to_allocvec(&cursor).unwrap());
    golden("body.row", &postcard::to_allocvec(&body).unwrap());
    golden("terms.row", &domain::search::Terms::of(&card, None).encode());
}
