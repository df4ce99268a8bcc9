//! One tab syncs at a time: a Web Lock, and nothing at all where the browser has none (a store commits whole anyway).

use super::{get, method, window};
use std::future::Future;
use std::pin::Pin;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

const NAME: &str = "bantin-sync";

/// Runs `work` if no other tab does.
pub async fn alone(work: Pin<Box<dyn Future<Output = ()>>>) {
    let locks = get(&window().navigator(), "locks");
    let Some(request) = method(&locks, "request") else { return work.await };
    let granted = Closure::once(move |lock: JsValue| {
        future_to_promise(async move {
            if lock.is_truthy() {
                work.await;
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    let options = super::net::options(&[("ifAvailable", true.into())]);
    if let Ok(held) = request.call3(&locks, &NAME.into(), &options, granted.as_ref()) {
        let _ = JsFuture::from(js_sys::Promise::from(held)).await;
    }
}
