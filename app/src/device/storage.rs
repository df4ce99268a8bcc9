//! How much room there is, and the browser's promise not to clear it.

use super::{get, method, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

async fn ask(name: &str) -> Option<JsValue> {
    let storage = get(&window().navigator(), "storage");
    let answer = method(&storage, name)?.call0(&storage).ok()?;
    JsFuture::from(js_sys::Promise::resolve(&answer)).await.ok()
}

/// Bytes used and granted, where the browser says so.
pub async fn estimate() -> Option<(u64, u64)> {
    let answer = ask("estimate").await?;
    Some((get(&answer, "usage").as_f64()? as u64, get(&answer, "quota").as_f64()? as u64))
}

pub async fn persisted() -> Option<bool> {
    ask("persisted").await?.as_bool()
}

/// Asks for the promise: at the first save and at install.
pub async fn persist() -> bool {
    match persisted().await {
        Some(true) => true,
        _ => ask("persist").await.is_some_and(|answer| answer.is_truthy()),
    }
}
