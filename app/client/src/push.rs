//! What a push carries for the program: the very bytes that were signed, compressed against a fixed dictionary.

use crate::zstd;
use domain::content::{Body, Card};
use domain::sync::{Commit, Held, pushed};

/// Bytes of the text that alerts have in common (`domain/dictionary/alerts.bin`). Servers and phones of all releases share
/// it: it never changes. A file of its own, for phones that asked for alerts.
const DICTIONARY: usize = 1_825;

/// Reads the `item` of a message and says what the store should take of it: nothing where it cannot be read or does not
/// prove itself. `None` while it cannot be judged and has to wait ([`pushed`]), or the dictionary is not here.
pub fn open(dictionary: &[u8], packed: &[u8], held: &Held) -> Option<Commit> {
    if dictionary.len() != DICTIONARY {
        return None;
    }
    let plain = zstd::decode_with(dictionary, packed, Card::MAX_BYTES + Body::MAX_BYTES + 1024);
    pushed(held, &plain.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{DICTIONARY as LENGTH, *};
    use crate::memory::Memory;
    use crate::store::Store;
    use domain::content::{Headline, ItemId, Kind, Time};
    use domain::sign::{Issuer, Trust, TrustKey, hash, sign_item};
    use domain::wire::{FullItem, encode_full};

    const DICTIONARY: &[u8] = include_bytes!("../../../domain/dictionary/alerts.bin");

    fn open(packed: &[u8], held: &Held) -> Option<Commit> {
        super::open(DICTIONARY, packed, held)
    }

    fn alert() -> Card {
        Card {
            id: ItemId([3; 5]),
            revision: 1,
            topics: vec![9],
            source: "Ban chỉ huy".into(),
            headlines: vec![Headline {
                lang: "vi".into(),
                title: "Lũ quét".into(),
                summary: "Nước đã rút khỏi các đường thôn.".into(),
                audio: false,
            }],
            body_bytes: 4,
            ..Card::blank(Kind::ALERT, Time(50))
        }
    }

    fn message(signer: &Issuer) -> Vec<u8> {
        let (card, body) = (alert().encode(), Body::default().encode());
        let sig = sign_item(signer, &card, &body);
        let plain = encode_full(&[FullItem { card, kid: signer.kid(), sig, body }]);
        ::zstd::bulk::Compressor::with_dictionary(19, DICTIONARY).unwrap().compress(&plain).unwrap()
    }

    fn phone(signer: &Issuer) -> Held {
        let key =
            TrustKey { kid: signer.kid(), public: signer.public(), name: "BCH".into(), not_before: Time(0), not_after: Time(99) };
        Held { trust: Some(Trust { version: 1, keys: vec![key] }), ..Held::default() }
    }

    #[test]
    fn a_message_is_in_the_store_without_any_request() {
        let ours = Issuer::from_seed(&[1; 32]);
        let store = Memory::default();
        let commit = open(&message(&ours), &phone(&ours)).unwrap();
        pollster::block_on(async {
            let before = store.load().await.unwrap().held.cursor;
            store.commit(&commit).await.unwrap();
            assert_eq!(store.card(alert().id).await.unwrap(), Some(alert().encode()));
            assert_eq!(store.body(alert().id).await.unwrap().map(|body| body.body), Some(Body::default().encode()));
            assert_eq!(store.load().await.unwrap().held.cursor, before);
        });
    }

    #[test]
    fn what_is_no_message_of_ours_is_done_with() {
        let ours = Issuer::from_seed(&[1; 32]);
        let held = phone(&ours);
        let mut broken = message(&ours);
        let middle = broken.len() / 2;
        broken[middle] ^= 1;
        for foreign in [&b""[..], b"<html>", &broken] {
            assert_eq!(open(foreign, &held), Some(Commit::default()));
        }
        assert_eq!(open(&message(&ours), &Held::default()), None, "without a trust list it waits");
        assert_eq!(super::open(b"<html>", &message(&ours), &held), None, "without the dictionary too");
    }

    /// Messages that were sent must stay readable for as long as phones keep them.
    #[test]
    fn the_dictionary_never_changes() {
        assert_eq!(DICTIONARY.len(), LENGTH);
        assert_eq!(hash(DICTIONARY)[..4], [0xfc, 0xfc, 0x1a, 0x9c]);
    }
}
