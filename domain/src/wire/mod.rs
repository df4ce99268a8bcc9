//! What phones and server say to each other: the head, the packs, and where they are fetched.
//!
//! Every answer is one [`Envelope`]: a signed header and a payload. A pack holds the entries of the log in the
//! range `(from, to]` that no later entry *of the same range* replaces: a pure function of the log that never
//! changes, so it can be cached for ever by anyone. The pack of cards from the beginning, which is what a new phone
//! takes, does without the oldest that say nothing any more ([`log::NEWEST`]).

mod envelope;
mod head;
pub mod log;
mod pack;
pub mod path;
mod problem;
pub mod push;

pub use envelope::{Envelope, PackKind, Refused};
pub use head::{AlertsRef, Head};
pub use pack::{
    BodyEntry, CardEntry, FullItem, Logged, decode_bodies, decode_cards, decode_full, encode_bodies, encode_cards, encode_full,
};
pub use problem::Problem;

/// Highest position a log can reach.
pub type Seq = u32;

/// Packs that end on a multiple of this are fixed for ever; the one that ends at the head is today's.
pub const BLOCK: Seq = 64;

/// And so long at most are those for who has been away, but for the one from the floor: four times a block, and four times that.
pub const LONGEST: Seq = 16 * BLOCK;

/// Whether the server answers for the card pack `(from, to]` with the log at `seq` and a floor of `floor`.
/// Few ranges are allowed, so that nobody can make the server compress without end.
pub fn cards_allowed(from: Seq, to: Seq, seq: Seq, floor: Seq) -> bool {
    let aligned = to == seq || to.is_multiple_of(BLOCK);
    let long = |span: Seq| [4 * BLOCK, LONGEST].contains(&span) && from.is_multiple_of(span);
    from < to && to <= seq && aligned && (to - from <= BLOCK || from == floor || long(to - from))
}

/// The same for packs of bodies: never more than one block.
pub fn bodies_allowed(from: Seq, to: Seq, seq: Seq) -> bool {
    from < to && to <= seq && (to == seq || to.is_multiple_of(BLOCK)) && to - from <= BLOCK
}
