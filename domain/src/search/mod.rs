//! Finding items: the same fold, words, index and ranking on server and phone.
//!
//! [`tokens`] cuts text into words, [`Terms`] are the words of one item, [`Index`] finds items by them,
//! [`shown`] shows where.

pub(crate) mod fold;
mod index;
mod needle;
mod shown;
mod snippet;
mod terms;
mod token;

pub use fold::{fold, fold_char, lower, slug};
pub use index::{DocFacts, Hit, Index};
pub use shown::{SHOWN, Shown, rank, shown};
pub use snippet::Piece;
pub use terms::{BODY, SUMMARY, TITLE, Terms};
pub use token::{Token, Tokens, tokens};

#[cfg(test)]
mod tests;
