//! The browser's offer to install, kept until the reader did something useful.

use super::{get, listen, method, set, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Where the page's first script leaves an offer that came before this program.
const SLOT: &str = "__install";

/// Keeps the offer; `f` hears that it can be made, or was taken.
pub fn watch(f: impl Fn() + Clone + 'static) {
    let taken = f.clone();
    listen(&window(), "beforeinstallprompt", move |event| {
        event.prevent_default();
        set(&window(), SLOT, &event);
        f();
    });
    listen(&window(), "appinstalled", move |_| {
        set(&window(), SLOT, &JsValue::UNDEFINED);
        taken();
    });
}

pub fn offered() -> bool {
    get(&window(), SLOT).is_object()
}

/// Makes the offer; true when the reader took it.
pub async fn ask() -> bool {
    let offer = get(&window(), SLOT);
    let Some(prompt) = method(&offer, "prompt") else { return false };
    set(&window(), SLOT, &JsValue::UNDEFINED);
    if prompt.call0(&offer).is_err() {
        return false;
    }
    let choice = JsFuture::from(js_sys::Promise::resolve(&get(&offer, "userChoice"))).await.unwrap_or(JsValue::UNDEFINED);
    get(&choice, "outcome").as_string().as_deref() == Some("accepted")
}
