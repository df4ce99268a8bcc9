//! Names of items and places.

use crate::read::fields;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// 40 bits drawn from the hash of an item's origin; eight letters in an address, so that it fits an SMS.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemId(#[serde(with = "crate::raw")] pub [u8; 5]);

fields!(ItemId);

/// Crockford's base 32 in lower case: no i, l, o or u, so it survives being read aloud or copied by hand.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The text is not eight letters of the alphabet of [`ItemId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadId;

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0.iter().fold(0u64, |acc, b| (acc << 8) | u64::from(*b));
        for shift in (0..8).rev() {
            let letter = ALPHABET[((bits >> (shift * 5)) & 31) as usize];
            fmt::Write::write_char(f, letter as char)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ItemId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        if text.len() != 8 {
            return Err(BadId);
        }
        let mut bits = 0u64;
        for byte in text.bytes() {
            let lower = byte.to_ascii_lowercase();
            let value = ALPHABET.iter().position(|letter| *letter == lower).ok_or(BadId)?;
            bits = (bits << 5) | value as u64;
        }
        let all = bits.to_be_bytes();
        Ok(ItemId([all[3], all[4], all[5], all[6], all[7]]))
    }
}

/// Official code of an administrative unit (General Statistics Office), e.g. 20044 for xã A Lưới 2, 46 for the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PlaceCode(pub u32);

fields!(PlaceCode);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_survives_its_text(raw: [u8; 5]) {
            let text = ItemId(raw).to_string();
            prop_assert_eq!(text.len(), 8);
            prop_assert_eq!(text.parse::<ItemId>(), Ok(ItemId(raw)));
            prop_assert_eq!(text.to_uppercase().parse::<ItemId>(), Ok(ItemId(raw)));
        }
    }

    #[test]
    fn other_text_is_no_id() {
        for text in ["", "0000000", "000000000", "oooooooo", "00000-00", "đđđđ"] {
            assert_eq!(text.parse::<ItemId>(), Err(BadId), "{text}");
        }
    }
}
