//! Alerts that the worker took in while no program ran (`public/sw-push.js`): kept in the cache `bt-push`, one entry a message.

use super::{get, media, method, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Request, Response};

/// One kept message.
pub struct Message {
    /// Bytes of its `item`, empty where they did not fit into the push.
    pub item: Vec<u8>,
    request: Request,
}

async fn cache() -> Option<Cache> {
    media::open("bt-push").await
}

/// Every message, oldest first.
pub async fn waiting() -> Vec<Message> {
    let mut found = Vec::new();
    let Some(cache) = cache().await else { return found };
    let Ok(keys) = JsFuture::from(cache.keys()).await else { return found };
    for request in js_sys::Array::from(&keys) {
        let Ok(request) = request.dyn_into::<Request>() else { continue };
        // What was shown of each chain lies beside them.
        if request.url().contains("/shown/") {
            continue;
        }
        if let Some(item) = read(&cache, &request).await {
            found.push(Message { item, request });
        }
    }
    found
}

async fn read(cache: &Cache, request: &Request) -> Option<Vec<u8>> {
    let response: Response = JsFuture::from(cache.match_with_request(request)).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?;
    let item = get(&js_sys::JSON::parse(&text.as_string()?).ok()?, "item");
    let window = window();
    let bytes = method(&window, "atob").and_then(|atob| atob.call1(&window, &item).ok()).filter(|_| item.is_string());
    // One character a byte.
    Some(bytes.and_then(|bytes| bytes.as_string()).unwrap_or_default().chars().map(|c| c as u8).collect())
}

/// It is in the store, or never will be.
pub async fn done(message: &Message) {
    if let Some(cache) = cache().await {
        let _ = JsFuture::from(cache.delete_with_request(&message.request)).await;
    }
}
