//! Stored rows as bytes. The first byte is the version; a row that this release cannot read is as good as absent.
//!
//! Laid out by hand where a row is mostly a blob: postcard would walk blobs byte by byte.

use domain::content::ItemId;
use domain::read::{self, Read};
use domain::sign::{KeyId, Sig, Trust};
use domain::sync::{Cursor, HeldCard, StoredBody};
use serde::Serialize;

const V1: u8 = 1;

/// Version byte and postcard.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_extend(value, vec![V1]).unwrap_or_default()
}

pub fn decode<T: Read>(row: &[u8]) -> Option<T> {
    match row {
        [V1, rest @ ..] => read::take(rest).map(|(value, _)| value),
        _ => None,
    }
}

/// What is held of a card, then its exact bytes.
pub fn encode_card(held: &HeldCard, card: &[u8]) -> Vec<u8> {
    let mut row = encode(held);
    row.extend_from_slice(card);
    row
}

pub fn decode_card(row: &[u8]) -> Option<(HeldCard, &[u8])> {
    match row {
        [V1, rest @ ..] => read::take(rest),
        _ => None,
    }
}

/// The id with which the exact bytes of a card begin.
pub fn card_id(card: &[u8]) -> Option<ItemId> {
    read::take(card).map(|(id, _)| id)
}

/// Revision, key id, signature, body.
pub fn encode_body(body: &StoredBody) -> Vec<u8> {
    let mut row = Vec::with_capacity(71 + body.body.len());
    row.push(V1);
    row.extend_from_slice(&body.revision.to_le_bytes());
    row.extend_from_slice(&body.kid.0);
    row.extend_from_slice(&body.sig.0);
    row.extend_from_slice(&body.body);
    row
}

pub fn decode_body(id: ItemId, row: &[u8]) -> Option<StoredBody> {
    let (head, body) = row.split_at_checked(71)?;
    let [V1, low, high, a, b, c, d, sig @ ..] = head else { return None };
    let sig = Sig(sig.try_into().ok()?);
    Some(StoredBody { id, revision: u16::from_le_bytes([*low, *high]), kid: KeyId([*a, *b, *c, *d]), sig, body: body.to_vec() })
}

/// Revision, then the exact bytes of the tombstone.
pub fn encode_gone(revision: u16, gone: &[u8]) -> Vec<u8> {
    let [low, high] = revision.to_le_bytes();
    [&[V1, low, high], gone].concat()
}

pub fn decode_gone(row: &[u8]) -> Option<(u16, &[u8])> {
    match row {
        [V1, low, high, gone @ ..] => Some((u16::from_le_bytes([*low, *high]), gone)),
        _ => None,
    }
}

pub fn encode_cursor(cursor: &Cursor) -> Vec<u8> {
    encode(cursor)
}

pub fn decode_cursor(row: &[u8]) -> Option<Cursor> {
    decode(row)
}

pub fn encode_trust(trust: &Trust) -> Vec<u8> {
    encode(trust)
}

pub fn decode_trust(row: &[u8]) -> Option<Trust> {
    decode(row)
}

/// A number that is only added to.
pub fn decode_count(row: &[u8]) -> u64 {
    row.try_into().map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::content::{PlaceCode, Time};

    fn held() -> HeldCard {
        HeldCard {
            seq: 300,
            revision: 2,
            hash: [7; 32],
            issued: Time(1_795_431_909),
            topics: vec![0, 9],
            places: vec![PlaceCode(20044)],
            body_bytes: 2_400,
            body: true,
        }
    }

    /// Rows of phones that were last open years ago look like this: these bytes never change.
    #[test]
    fn frozen_rows() {
        let card = encode_card(&held(), b"card");
        let hash = [7u8; 32];
        let frozen =
            [&[1, 172, 2, 2][..], &hash, &[202, 247, 160, 176, 13, 2, 0, 9, 1, 204, 156, 1, 224, 18, 1], b"card"].concat();
        assert_eq!(card, frozen);
        assert_eq!(decode_card(&frozen), Some((held(), &b"card"[..])));

        let body =
            StoredBody { id: ItemId([1; 5]), revision: 258, kid: KeyId([1, 2, 3, 4]), sig: Sig([5; 64]), body: b"body".to_vec() };
        let row = encode_body(&body);
        assert_eq!(row, [&[1, 2, 1, 1, 2, 3, 4][..], &[5; 64], b"body"].concat());
        assert_eq!(decode_body(body.id, &row), Some(body));

        assert_eq!(encode_gone(3, b"gone"), [&[1, 3, 0][..], b"gone"].concat());
        assert_eq!(decode_gone(&[1, 3, 0, 9]), Some((3, &[9u8][..])));
    }

    #[test]
    fn foreign_rows_are_absent_not_fatal() {
        for row in [&[][..], &[2], &[1], &[1, 255, 255], &[9; 80]] {
            assert_eq!(decode_card(row), None);
            assert_eq!(decode_body(ItemId([0; 5]), row), None);
            assert_eq!(decode_cursor(row), None);
            assert_eq!(decode_count(row), 0);
        }
    }
}
