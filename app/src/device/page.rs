//! The page around the views: title, language, theme, text size, and whether anyone looks at it.

use super::{document, listen, method, window};
use domain::words::decimal;
use wasm_bindgen::prelude::*;

/// The shell of the app, and not a page that the server rendered.
pub fn is_shell() -> bool {
    document().document_element().is_some_and(|html| html.has_attribute("data-shell"))
}

/// Where the program mounts: `#app`, else the body.
pub fn mount_point() -> web_sys::HtmlElement {
    let document = document();
    let spot = document.get_element_by_id("app").and_then(|spot| spot.dyn_into().ok());
    let spot: web_sys::HtmlElement = spot.or_else(|| document.body()).expect_throw("a page has a body");
    // What the shell shows while the program starts.
    spot.set_inner_html("");
    spot
}

/// Tells the shell that the program runs (`__ready`: its watchdog stands down), or cannot run here (`__failed`: the HTML
/// edition takes over).
pub fn tell(word: &str) {
    if let Some(call) = method(&window(), word) {
        let _ = call.call0(&JsValue::UNDEFINED);
    }
}

pub fn set_title(title: &str) {
    document().set_title(title);
}

fn html_attr(name: &str, value: &str) {
    if let Some(html) = document().document_element() {
        let _ = if value.is_empty() { html.remove_attribute(name) } else { html.set_attribute(name, value) };
    }
}

pub fn set_lang(lang: &str) {
    html_attr("lang", lang);
}

/// Also leaves a copy where the first line of script of every page finds it before it paints.
pub fn set_look(theme: &str, size: u8, mode: &str) {
    html_attr("data-theme", theme);
    let size = if size == 0 { String::new() } else { decimal(size.into()) };
    html_attr("data-size", &size);
    let Some(storage) = window().local_storage().ok().flatten() else { return };
    for (key, value) in [("bt-theme", theme), ("bt-size", &size), ("bt-mode", mode)] {
        let _ = if value.is_empty() { storage.remove_item(key) } else { storage.set_item(key, value) };
    }
}

/// What the other edition or an earlier release left: theme, size, mode.
pub fn look() -> (String, u8, String) {
    let storage = window().local_storage().ok().flatten();
    let read = |key: &str| storage.as_ref().and_then(|s| s.get_item(key).ok().flatten()).unwrap_or_default();
    (read("bt-theme"), read("bt-size").parse::<u32>().map_or(0, |size| size as u8), read("bt-mode"))
}

pub fn hidden() -> bool {
    document().hidden()
}

/// The page is looked at again, or the phone believes that it has a network again.
pub fn on_return(f: impl Fn() + Clone + 'static) {
    let again = f.clone();
    listen(&document(), "visibilitychange", move |_| {
        if !hidden() {
            again();
        }
    });
    listen(&window(), "online", move |_| f());
}

/// The page is left, or only looked away from: phones often let it go without another word.
pub fn on_leave(mut f: impl FnMut() + 'static) {
    listen(&document(), "visibilitychange", move |_| {
        if hidden() {
            f();
        }
    });
}

/// Where the worker finds the picture of the home page.
const PICTURE: &str = "bt-home";

pub async fn leave_picture(path: &str, html: &str) {
    let (Some(cache), Ok(picture)) = (super::media::open(PICTURE).await, web_sys::Response::new_with_opt_str(Some(html))) else {
        return;
    };
    let _ = wasm_bindgen_futures::JsFuture::from(cache.put_with_str(path, &picture)).await;
}

/// What it shows is no longer on this phone.
pub fn drop_picture() {
    super::media::forget(PICTURE);
}
