//! What `server_fn` asks of `wasm-streams`, with nothing behind it (`[patch.crates-io]` in Cargo.toml).
//!
//! Leptos brings `server_fn`, whose browser half streams the bodies of server functions. Bản Tin has no server
//! functions, but the classes that `wasm-streams` exports to JavaScript are roots that no compiler may drop: 2.6 KB of
//! every phone's first install. Nobody can have a value of these types, so nothing here ever runs.

use futures_core::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};
use wasm_bindgen::JsValue;

pub enum ReadableStream {}

const NONE: &str = "the reader has no server functions";

impl ReadableStream {
    /// Panics: see the module.
    pub fn from_raw(_: web_sys::ReadableStream) -> ReadableStream {
        panic!("{NONE}")
    }

    /// Panics: see the module.
    pub fn from_stream(_: impl Stream<Item = Result<JsValue, JsValue>> + 'static) -> ReadableStream {
        panic!("{NONE}")
    }

    pub fn into_raw(self) -> web_sys::ReadableStream {
        match self {}
    }

    pub fn into_stream(self) -> ReadableStream {
        self
    }
}

impl Stream for ReadableStream {
    type Item = Result<JsValue, JsValue>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match *self {}
    }
}
