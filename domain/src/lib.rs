//! What Bản Tin is, free of I/O, clocks, randomness and async, so that server, app and tests share every rule.
//!
//! Where to start: [`content::Card`] and [`content::Body`] are an item; [`sign`] makes it prove itself;
//! [`wire`] packs items for phones; [`sync`] is the phone's side of fetching them; [`search`] finds them;
//! [`alert`] says what is in force; [`route`] names every public address; [`words`] holds all text for people.

pub mod alert;
pub mod content;
mod digits;
pub mod editorial;
pub mod instance;
mod raw;
pub mod read;
pub mod route;
pub mod search;
pub mod sign;
pub mod sorted;
pub mod sync;
pub mod wire;
pub mod words;
