//! Finding items: the same fold, words, index and ranking on server and phone.
//!
//! [`tokens`] cuts text into words, [`Terms`] are the words of one item, [`Index`] finds items by them,
//! [`snippet`] shows where.

pub(crate) mod fold;
mod index;
mod needle;
mod snippet;
mod terms;
mod token;

pub use fold::{fold, fold_char, lower, slug};
pub use index::{DocFacts, Hit, Index, rank_phrase};
pub use snippet::{Piece, best_snippet, mark, snippet};
pub use terms::{BODY, SUMMARY, TITLE, Terms};
pub use token::{Token, Tokens, tokens};

#[cfg(test)]
mod tests;
