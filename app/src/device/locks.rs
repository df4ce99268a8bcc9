//! One tab syncs at a time: a Web Lock, and nothing at all where the browser has none (a store commits whole anyway).

use super::{get, method, window};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

const NAME: &str = "bantin-sync";

/// Runs `work` if no other tab does; `None` when one does.
pub async fn alone<T: 'static>(work: impl Future<Output = T> + 'static) -> Option<T> {
    let locks = get(&window().navigator(), "locks");
    let Some(request) = method(&locks, "request") else { return Some(work.await) };
    let done: Rc<RefCell<Option<T>>> = Rc::default();
    let put = done.clone();
    let granted = Closure::once(move |lock: JsValue| {
        future_to_promise(async move {
            if lock.is_truthy() {
                let result = work.await;
                *put.borrow_mut() = Some(result);
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    let options = super::net::options(&[("ifAvailable", true.into())]);
    let held = request.call3(&locks, &NAME.into(), &options, granted.as_ref()).ok()?;
    let _ = JsFuture::from(js_sys::Promise::from(held)).await;
    done.borrow_mut().take()
}
