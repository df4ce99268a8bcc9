//! Pictures and recordings that the reader opened: kept in the cache `bt-media`, counted by size.

use super::{document, get, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Response};

const CACHE: &str = "bt-media";

pub(super) async fn open(name: &str) -> Option<Cache> {
    JsFuture::from(window().caches().ok()?.open(name)).await.ok()?.dyn_into().ok()
}

pub(super) async fn cache() -> Option<Cache> {
    open(CACHE).await
}

/// Nobody waits for it: what is asked of the caches afterwards finds it gone.
pub(super) fn forget(name: &str) {
    if let Ok(caches) = window().caches() {
        let _ = caches.delete(name);
    }
}

/// Bytes that pictures and recordings take.
pub async fn used() -> u64 {
    let Some(cache) = cache().await else { return 0 };
    let Ok(keys) = JsFuture::from(cache.keys()).await else { return 0 };
    let mut sum = 0;
    for request in js_sys::Array::from(&keys) {
        let Ok(request) = request.dyn_into::<web_sys::Request>() else { continue };
        let found = JsFuture::from(cache.match_with_request(&request)).await.unwrap_or(JsValue::UNDEFINED);
        let Ok(response) = found.dyn_into::<Response>() else { continue };
        let length = response.headers().get("content-length").ok().flatten().and_then(|n| n.parse::<u64>().ok());
        sum += length.unwrap_or(0);
    }
    sum
}

pub fn clear() {
    forget(CACHE);
}

/// Pages of the server that the worker kept: they hold whole texts.
pub fn clear_pages() {
    forget("bt-pages");
}

/// Whether a file is on the phone already.
pub async fn held(path: &str) -> bool {
    let Some(cache) = cache().await else { return false };
    JsFuture::from(cache.match_with_str(path)).await.is_ok_and(|found| found.is_object())
}

/// A recording begins to play, or a picture was asked for (`public/boot.js`, which shows it on every page): its path.
pub fn on_play(mut f: impl FnMut(String) + 'static) {
    let play = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        let Some(target) = event.target() else { return };
        let path = |spot: &web_sys::Element| spot.get_attribute("src").or_else(|| spot.get_attribute("href"));
        if let Some(src) = target.dyn_ref::<web_sys::Element>().and_then(path) {
            f(src);
        }
    });
    // Media events do not bubble: heard on their way down.
    let _ = document().add_event_listener_with_callback_and_bool("play", play.as_ref().unchecked_ref(), true);
    play.forget();
}

/// Bytes of the app itself.
pub async fn app_bytes() -> u64 {
    let Ok(caches) = window().caches() else { return 0 };
    let Ok(names) = JsFuture::from(caches.keys()).await else { return 0 };
    let mut sum = 0;
    for name in js_sys::Array::from(&names).iter().filter_map(|name| name.as_string()).filter(|name| name.starts_with("bt-app-"))
    {
        let Ok(Ok(cache)) = JsFuture::from(caches.open(&name)).await.map(|cache| cache.dyn_into::<Cache>()) else { continue };
        let Ok(responses) = JsFuture::from(cache.match_all()).await else { continue };
        for response in js_sys::Array::from(&responses) {
            let Ok(response) = response.dyn_into::<Response>() else { continue };
            let Ok(blob) = response.blob() else { continue };
            if let Ok(blob) = JsFuture::from(blob).await {
                sum += get(&blob, "size").as_f64().unwrap_or(0.0) as u64;
            }
        }
    }
    sum
}
