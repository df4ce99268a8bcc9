//! Passing an item on: the system's sheet, the clipboard, paper.

use super::{get, method, window};
use wasm_bindgen_futures::JsFuture;

/// The system's sheet; false where there is none.
pub async fn sheet(title: &str, url: &str) -> bool {
    let navigator = window().navigator();
    let Some(share) = method(&navigator, "share") else { return false };
    let what = super::net::options(&[("title", title.into()), ("url", url.into())]);
    match share.call1(&navigator, &what) {
        // A reader who closes the sheet has seen it.
        Ok(shown) => drop(JsFuture::from(js_sys::Promise::resolve(&shown)).await),
        Err(_) => return false,
    }
    true
}

pub async fn copy(text: &str) -> bool {
    let clipboard = get(&window().navigator(), "clipboard");
    let Some(write) = method(&clipboard, "writeText") else { return false };
    match write.call1(&clipboard, &text.into()) {
        Ok(written) => JsFuture::from(js_sys::Promise::resolve(&written)).await.is_ok(),
        Err(_) => false,
    }
}

pub fn print() {
    let _ = window().print();
}
