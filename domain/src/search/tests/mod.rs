//! What searching promises.

mod fold;
mod index;
mod oracle;
mod snippet;
mod token;
