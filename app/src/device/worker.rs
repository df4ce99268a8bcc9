//! Talking with the service worker: whether an update waits, and going over to it, once.

use super::{get, listen, method, set, window};
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, ServiceWorkerContainer, ServiceWorkerRegistration};

/// What the worker says of the release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    pub version: String,
    /// Bytes of a complete release that waits; `None` when none does.
    pub waiting: Option<u64>,
}

/// What the worker has to say.
pub enum Word {
    Status(Status),
    /// An alert came and lies in [`super::push`].
    Push,
}

fn container() -> Option<ServiceWorkerContainer> {
    let navigator = window().navigator();
    if get(&navigator, "serviceWorker").is_undefined() { None } else { Some(navigator.service_worker()) }
}

fn post(target: &JsValue, kind: &str) {
    let message = js_sys::Object::new();
    set(&message, "type", &kind.into());
    if let Some(post) = method(target, "postMessage") {
        let _ = post.call1(target, &message);
    }
}

/// Hears every word; asks for the first one.
pub fn watch(mut f: impl FnMut(Word) + 'static) {
    let Some(container) = container() else { return };
    listen(&container, "message", move |event| {
        let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
        let data = event.data();
        match get(&data, "type").as_string().as_deref() {
            Some("status") => {}
            Some("push") => return f(Word::Push),
            _ => return,
        }
        let waiting = get(&data, "waiting");
        let bytes = get(&data, "bytes").as_f64().or(waiting.as_f64()).unwrap_or(0.0) as u64;
        let version = get(&data, "version").as_string().unwrap_or_default();
        f(Word::Status(Status { version, waiting: waiting.is_truthy().then_some(bytes) }));
    });
    if let Some(start) = method(&container, "startMessages") {
        let _ = start.call0(&container);
    }
    ask();
}

pub fn ask() {
    if let Some(worker) = container().and_then(|container| container.controller()) {
        post(&worker, "status");
    }
}

/// Looks whether the server has a newer release.
pub async fn check() {
    let Some(container) = container() else { return };
    let Ok(found) = JsFuture::from(container.get_registration()).await else { return };
    if let Ok(registration) = found.dyn_into::<ServiceWorkerRegistration>()
        && let Ok(update) = registration.update()
    {
        let _ = JsFuture::from(update).await;
        ask();
    }
}

/// Goes over to the waiting release and loads the page again, once.
pub fn activate() {
    thread_local! {
        static ONCE: Cell<bool> = const { Cell::new(false) };
    }
    let Some(container) = container() else { return };
    if ONCE.replace(true) {
        return;
    }
    listen(&container, "controllerchange", |_| super::nav::reload());
    wasm_bindgen_futures::spawn_local(async move {
        let found = JsFuture::from(container.get_registration()).await.unwrap_or(JsValue::UNDEFINED);
        let waiting = get(&found, "waiting");
        if waiting.is_object() {
            post(&waiting, "activate");
        } else {
            // Another tab went over to it.
            super::nav::reload();
        }
    });
}
