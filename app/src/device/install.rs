//! The browser's offer to install, kept until the reader did something useful.

use super::{get, listen, method, set, window};
use wasm_bindgen::prelude::*;

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

/// Makes the offer. Whether it is taken the browser tells by `appinstalled`.
pub fn ask() {
    let offer = get(&window(), SLOT);
    set(&window(), SLOT, &JsValue::UNDEFINED);
    if let Some(prompt) = method(&offer, "prompt") {
        let _ = prompt.call0(&offer);
    }
}
