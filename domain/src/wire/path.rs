//! Where phones fetch: the addresses of the sync endpoints, printed by the phone and read by the server.

use super::Seq;
use crate::content::ItemId;
use crate::digits::{decimal, hex};

/// A [`super::Head`], the only answer here that is not cacheable for ever.
pub const HEAD: &str = "/sync/head";
/// A [`crate::sign::SignedTrust`].
pub const TRUST: &str = "/sync/trust";

/// Cards of `(from, to]`.
pub fn cards(epoch: u64, from: Seq, to: Seq) -> String {
    range(epoch, "/cards/", from, to)
}

/// Bodies of `(from, to]`.
pub fn bodies(epoch: u64, from: Seq, to: Seq) -> String {
    range(epoch, "/bodies/", from, to)
}

fn range(epoch: u64, kind: &str, from: Seq, to: Seq) -> String {
    ["/sync/", &hex(epoch, 16), kind, &decimal(from.into()), "-", &decimal(to.into())].concat()
}

/// The alerts pack of this hash ([`super::AlertsRef::hash`]).
pub fn alerts(hash: &[u8; 16]) -> String {
    let mut path = String::from("/sync/alerts/");
    for byte in hash {
        path.push_str(&hex((*byte).into(), 2));
    }
    path
}

/// One whole item, newest revision.
pub fn item(id: ItemId) -> String {
    "/sync/item/".to_owned() + &id.to_string()
}

/// A download that was cut goes on from a multiple of this: few different rests, so that nobody can make the server
/// compress without end.
pub const RESUME_STEP: usize = 1024;

/// What follows the first `from` bytes of a pack, as one Zstandard frame that can be asked for by byte ranges.
pub fn rest(path: &str, from: usize) -> String {
    [path, "?z=", &decimal(from as i64)].concat()
}

/// `{from}-{to}` as in [`cards`] and [`bodies`].
pub fn parse_range(text: &str) -> Option<(Seq, Seq)> {
    let (from, to) = text.split_once('-')?;
    let number = |s: &str| if s.bytes().all(|b| b.is_ascii_digit()) { s.parse().ok() } else { None };
    Some((number(from)?, number(to)?))
}

/// The 16 hex digits of an epoch.
pub fn parse_epoch(text: &str) -> Option<u64> {
    if text.len() == 16 { u64::from_str_radix(text, 16).ok() } else { None }
}
