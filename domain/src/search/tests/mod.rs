//! What searching promises.

mod fold;
mod index;
mod oracle;
mod shown;
mod snippet;
mod token;
