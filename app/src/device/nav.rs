//! Addresses, clicks and scrolling: one listener each on the document, plain Rust to whoever listens.

use super::{document, get, listen, set, window};
use domain::sorted::Map;
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, HtmlInputElement, MouseEvent, ScrollRestoration};

/// What the reader did.
pub enum Tap {
    /// A link within this site.
    Link { path: String, query: String },
    /// Something with `data-act`.
    Act(Act),
    /// Typing in the search box, or its form: the address that the form stands for.
    Search { query: String, done: bool },
}

pub struct Act {
    pub name: String,
    pub id: String,
    /// Of a radio button.
    pub value: String,
}

pub fn here() -> (String, String) {
    let location = window().location();
    let query = location.search().unwrap_or_default();
    (location.pathname().unwrap_or_default(), query.trim_start_matches('?').to_owned())
}

pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Asks before something is gone.
pub fn sure(what: &str) -> bool {
    window().confirm_with_message(what).unwrap_or(false)
}

pub fn reload() {
    let _ = window().location().reload();
}

thread_local! {
    /// How far down its page the reader was, by entry of the history, as a share of its height: letters may have grown since.
    /// And the number of this entry.
    static SCROLL: RefCell<Map<u32, f64>> = RefCell::default();
    static ENTRY: Cell<u32> = const { Cell::new(0) };
    static LAST: Cell<u32> = const { Cell::new(0) };
    /// On the way to another entry, whose page is not there yet: where the screen stands now is not its place.
    static MOVING: Cell<bool> = const { Cell::new(false) };
}

fn keep_place() {
    if !MOVING.get() {
        SCROLL.with_borrow_mut(|scroll| scroll.insert(ENTRY.get(), scrolled() / height()));
    }
}

fn entry_state(entry: u32) -> JsValue {
    let state = js_sys::Object::new();
    set(&state, "bt", &entry.into());
    state.into()
}

/// Begins with this page: numbers its entry and keeps scroll positions from now on.
pub fn begin() {
    let Ok(history) = window().history() else { return };
    let _ = history.set_scroll_restoration(ScrollRestoration::Manual);
    let known = history.state().ok().and_then(|state| get(&state, "bt").as_f64()).map(|entry| entry as u32);
    let entry = known.unwrap_or(1);
    ENTRY.set(entry);
    // Entries of this tab from before a reload may have higher numbers: stay clear of them.
    LAST.set(entry + 1_000 * u32::from(known.is_some()));
    let _ = history.replace_state(&entry_state(entry), "");
    listen(&window(), "scroll", |_| keep_place());
}

/// A new entry of the history.
pub fn push(address: &str) {
    // Where the reader is, also when he got there before this program listened.
    keep_place();
    let entry = LAST.get() + 1;
    LAST.set(entry);
    ENTRY.set(entry);
    if let Ok(history) = window().history() {
        let _ = history.push_state_with_url(&entry_state(entry), "", Some(address));
    }
}

/// The same entry, another address.
pub fn replace(address: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&entry_state(ENTRY.get()), "", Some(address));
    }
}

/// Back and forward. `f` shows the page and then calls [`restore`].
pub fn on_pop(mut f: impl FnMut() + 'static) {
    listen(&window(), "popstate", move |event| {
        let entry = get(&get(&event, "state"), "bt").as_f64().map_or(0, |entry| entry as u32);
        ENTRY.set(entry);
        MOVING.set(true);
        f();
    });
}

pub fn to_top() {
    MOVING.set(false);
    scroll_to(0.0);
}

/// Where the reader was on this entry.
pub fn restore() {
    MOVING.set(false);
    scroll_to(SCROLL.with_borrow(|scroll| scroll.get(&ENTRY.get()).copied()).unwrap_or(0.0) * height());
}

fn height() -> f64 {
    document().document_element().map_or(1, |page| page.scroll_height()).into()
}

pub fn scrolled() -> f64 {
    window().scroll_y().unwrap_or(0.0)
}

pub fn scroll_to(y: f64) {
    window().scroll_to_with_x_and_y(0.0, y);
}

/// Puts the focus on the main part, as a new page would: a screen reader begins there.
pub fn focus_main() {
    if let Some(main) = document().get_element_by_id("main").and_then(|main| main.dyn_into::<HtmlElement>().ok()) {
        let options = super::net::options(&[("preventScroll", true.into())]);
        if let Some(focus) = super::method(&main, "focus") {
            let _ = focus.call1(&main, &options);
        }
    }
}

/// The box says what the page is of: one that was typed into keeps its text whatever the page says.
pub fn set_query(text: &str) {
    if let Some(field) = document().get_element_by_id("q") {
        set(&field, "value", &text.into());
    }
}

/// One listener for everything that can be tapped, chosen or typed. `f` says whether it took care of it.
pub fn on_tap(f: impl FnMut(Tap) -> bool + 'static) {
    let f = std::rc::Rc::new(RefCell::new(f));
    let tell = move |event: &web_sys::Event, tap: Option<Tap>| {
        if let Some(tap) = tap
            && f.borrow_mut()(tap)
        {
            event.prevent_default();
        }
    };
    let target: web_sys::EventTarget = document().into();
    let on_click = tell.clone();
    listen(&target, "click", move |event| on_click(&event, click(&event)));
    let on_change = tell.clone();
    listen(&target, "change", move |event| {
        // What was typed was told already; told again as the box loses the focus, it would take the result away from under
        // the finger that taps it.
        let spot = touched(&event).filter(|spot| spot.id() != "q");
        let tap = spot.and_then(|spot| if is_radio(&spot) { act(&spot) } else { searched(&spot, false) });
        on_change(&event, tap);
    });
    let on_input = tell.clone();
    listen(&target, "input", move |event| {
        on_input(&event, touched(&event).filter(|spot| spot.id() == "q").and_then(|spot| searched(&spot, false)));
    });
    listen(&target, "submit", move |event| {
        // The phone's keyboard would stay over what is found.
        focus_main();
        tell(&event, touched(&event).and_then(|spot| searched(&spot, true)));
    });
}

fn touched(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn is_radio(spot: &Element) -> bool {
    spot.dyn_ref::<HtmlInputElement>().is_some_and(|input| input.type_() == "radio")
}

fn click(event: &web_sys::Event) -> Option<Tap> {
    let mouse: &MouseEvent = event.dyn_ref()?;
    if event.default_prevented()
        || mouse.button() != 0
        || mouse.ctrl_key()
        || mouse.meta_key()
        || mouse.shift_key()
        || mouse.alt_key()
    {
        return None;
    }
    let spot = touched(event)?;
    if let Some(spot) = spot.closest("[data-act]").ok().flatten()
        && !is_radio(&spot)
        && spot.tag_name() != "FORM"
        && spot.get_attribute("data-act").as_deref() != Some("sms")
    {
        return act(&spot);
    }
    let link = spot.closest("a[href]").ok().flatten()?;
    let href = link.get_attribute("href")?;
    if !href.starts_with('/') || href.starts_with("//") || href.contains('#') || link.has_attribute("download") {
        return None;
    }
    let (path, query) = href.split_once('?').unwrap_or((&href, ""));
    Some(Tap::Link { path: path.to_owned(), query: query.to_owned() })
}

fn act(spot: &Element) -> Option<Tap> {
    let read = |name: &str| spot.get_attribute(name).unwrap_or_default();
    let value = spot.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value).unwrap_or_default();
    Some(Tap::Act(Act { name: read("data-act"), id: read("data-id"), value }))
}

/// The search form around an element, as the query of its address.
fn searched(spot: &Element, done: bool) -> Option<Tap> {
    let form = spot.closest("form[role=search]").ok().flatten()?;
    let fields = form.query_selector_all("input[name],select[name]").ok()?;
    let mut query = String::new();
    for at in 0..fields.length() {
        let field = fields.item(at)?;
        let (name, value) = (get(&field, "name").as_string()?, get(&field, "value").as_string()?);
        if !value.is_empty() {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(&name);
            query.push('=');
            domain::route::percent_encode(&value, &mut query);
        }
    }
    Some(Tap::Search { query, done })
}
