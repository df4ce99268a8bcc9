//! An item: a small [`Card`] that lists show, and a [`Body`] that is read when the item is opened.
//!
//! Both are kept and passed on as the exact bytes that were signed; `decode` reads them, nothing re-encodes them.

mod block;
mod body;
mod card;
mod detail;
mod id;
mod time;

pub use block::{Block, Mark, MediaRef, Style, Text};
pub use body::{Body, Fact, FactKind, Variant};
pub use card::{Card, EVENT_LENGTH, Ext, Gone, Headline, Kind, Status};
pub use detail::{AlertInfo, Certainty, EventInfo, MsgType, Urgency};
pub use id::{BadId, ItemId, PlaceCode};
pub use time::{Civil, Time};

/// Why bytes are not what they should be. Carries no prose: words for people live in [`crate::words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The bytes end early, go on too long, or are not of this shape.
    Malformed,
    /// More entries, bytes or nesting than the format allows.
    TooLarge,
}

/// Encodes with postcard into exact, repeatable bytes.
pub(crate) fn to_bytes<T: serde::Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).expect("postcard to memory fails only on types that it cannot hold, and ours it can")
}

/// Decodes and refuses trailing bytes, so that one value has one encoding on the wire.
pub(crate) fn from_bytes<T: crate::read::Read>(bytes: &[u8]) -> Result<T, DecodeError> {
    crate::read::all(bytes).ok_or(DecodeError::Malformed)
}
