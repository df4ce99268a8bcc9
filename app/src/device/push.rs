//! Alerts that the worker took in while no program ran (`public/sw-push.js`). The page reads them (`app/index.html`): that
//! is a tenth of the bytes it would be here.

use super::{get, method, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// One kept message.
pub struct Message(JsValue);

/// Every message, oldest first.
pub async fn waiting() -> Vec<Message> {
    let Some(read) = method(&window(), "__pushes").and_then(|read| read.call0(&JsValue::UNDEFINED).ok()) else {
        return Vec::new();
    };
    let found = JsFuture::from(js_sys::Promise::resolve(&read)).await;
    found.map_or_else(|_| Vec::new(), |all| js_sys::Array::from(&all).iter().map(Message).collect())
}

impl Message {
    /// What it was packed with.
    pub fn dictionary(&self) -> Vec<u8> {
        self.bytes("dictionary")
    }

    /// Bytes of its `item`; empty where they did not fit into the push.
    pub fn item(&self) -> Vec<u8> {
        self.bytes("item")
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        js_sys::Uint8Array::new(&get(&self.0, name)).to_vec()
    }

    /// It is in the store, or never will be.
    pub fn done(&self) {
        if let Some(done) = method(&self.0, "done") {
            let _ = done.call0(&JsValue::UNDEFINED);
        }
    }
}
