//! The only place that knows the browser. Everything here speaks plain Rust to the outside: no JsValue leaves.

pub mod channel;
pub mod clock;
pub mod install;
pub mod locks;
pub mod media;
pub mod nav;
pub mod net;
pub mod page;
pub mod push;
pub mod speech;
pub mod storage;
pub mod store;
pub mod worker;

use wasm_bindgen::prelude::*;

fn window() -> web_sys::Window {
    web_sys::window().expect_throw("this program runs in a page")
}

fn document() -> web_sys::Document {
    window().document().expect_throw("this program runs in a page")
}

fn get(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = js_sys::Reflect::set(object, &name.into(), value);
}

/// A function of an object, where this browser has it.
fn method(object: &JsValue, name: &str) -> Option<js_sys::Function> {
    get(object, name).dyn_into().ok()
}

/// Listens for as long as the page lives.
fn listen(target: &web_sys::EventTarget, event: &str, f: impl FnMut(web_sys::Event) + 'static) {
    hear(target, event, Box::new(f));
}

#[inline(never)]
fn hear(target: &web_sys::EventTarget, event: &str, f: Box<dyn FnMut(web_sys::Event)>) {
    let closure = Closure::wrap(f);
    let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    closure.forget();
}
