//! A saved item: a whole copy with its proof, so that it outlives the cache and a restored server. Of one that was withdrawn
//! the phone shows why instead, for as long as it knows of that.

use crate::row;
use domain::content::{ItemId, Time};
use domain::sync::StoredBody;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    pub at: Time,
    /// Exact bytes of the card.
    pub card: Vec<u8>,
    /// `None` until the text is on the phone.
    pub body: Option<StoredBody>,
}

impl Saved {
    /// Version, time, length of the card, card, and the body's row to the end.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![1];
        out.extend_from_slice(&self.at.0.to_le_bytes());
        out.extend_from_slice(&(self.card.len() as u32).to_le_bytes());
        out.extend_from_slice(&self.card);
        if let Some(body) = &self.body {
            out.extend_from_slice(&row::encode_body(body));
        }
        out
    }

    pub fn decode(id: ItemId, bytes: &[u8]) -> Option<Saved> {
        let (&1, rest) = bytes.split_first()? else { return None };
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let (len, rest) = rest.split_first_chunk::<4>()?;
        let (card, body) = rest.split_at_checked(u32::from_le_bytes(*len) as usize)?;
        Some(Saved { at: Time(i64::from_le_bytes(*at)), card: card.to_vec(), body: row::decode_body(id, body) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sign::{KeyId, Sig};

    #[test]
    fn with_and_without_its_text() {
        let id = ItemId([3; 5]);
        let body = StoredBody { id, revision: 1, kid: KeyId([1; 4]), sig: Sig([2; 64]), body: vec![4; 9] };
        // What phones have kept for years is read for ever.
        let frozen = [&[1][..], &[229, 29, 4, 107, 0, 0, 0, 0], &[3, 0, 0, 0], &[1, 2, 3]].concat();
        let text = [&[1, 1, 0, 1, 1, 1, 1][..], &[2; 64], &[4; 9]].concat();
        for (body, frozen) in [(None, frozen.clone()), (Some(body), [frozen, text].concat())] {
            let saved = Saved { at: Time(1_795_431_909), card: vec![1, 2, 3], body };
            assert_eq!(saved.encode(), frozen);
            assert_eq!(Saved::decode(id, &frozen), Some(saved));
        }
        assert_eq!(Saved::decode(id, &[1, 0]), None);
        assert_eq!(Saved::decode(id, &[]), None);
        assert_eq!(Saved::decode(id, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255]), None);
    }
}
