//! The reader's program: the views of `ui` over what the phone holds. Start at [`start`].
//!
//! `device` is the only place that knows the browser, `state` what the program knows, `screens` what is drawn of it.
//! A library beside the binary, so that browser tests can hold the real store to its contract.

mod boot;
pub mod device;
mod screens;
mod state;

pub use boot::start;
