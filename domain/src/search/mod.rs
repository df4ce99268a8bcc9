//! Finding items: the same fold, tokens, index and ranking on server and phone.

mod fold;

pub use fold::{fold, fold_char, lower, slug};
