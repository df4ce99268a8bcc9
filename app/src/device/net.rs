//! Fetching for sync: only our own origin, no redirects, a limit on bytes and on silence. On the connection of the page:
//! a request without credentials would open one of its own, and readers have none to send.

use super::{clock, get, method, set, window};
use client::{Net, Reply};
use domain::sync::{Fetch, Input, NetFault};
use domain::wire::path;
use domain::words::decimal;
use js_sys::Uint8Array;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, ReadableStreamDefaultReader, RequestCache, RequestInit};
use web_sys::{RequestRedirect, Response};

/// No byte for so long means that the line is dead.
const SILENCE_MS: u32 = 10_000;
/// The content type of everything that phones fetch.
const OURS: &str = "application/x-bantin";
/// And of a Zstandard frame of it, which browsers leave alone: the rest of a pack that was cut, and whole packs on a line
/// whose proxies keep the browser from asking for encodings.
const FRAME: &str = "application/x-bantin-zstd";
/// And of what it has not.
const PROBLEM: &str = "application/problem";
/// Status line and headers, where the browser does not tell.
const HEADERS: u64 = 300;
/// So many tries for one answer. One that brings nothing counts for many: browsers may drop what came just before the end.
const TRIES: i32 = 200;
const EMPTY: i32 = 50;

pub struct Web;

thread_local! {
    /// Asked for while this page stands. Whatever is asked for twice came wrong the first time, and the browser may
    /// have kept it wrong: packs are kept for ever, and a proxy that alters bodies leaves their tags alone.
    static ASKED: RefCell<Vec<String>> = RefCell::default();
}

/// How one try went.
struct Try {
    end: End,
    wire: u64,
    tag: Option<String>,
}

enum End {
    Whole,
    /// Cut, silent or unreachable.
    Cut,
    Unchanged,
    Fault(NetFault),
}

/// What is asked for.
struct Ask<'a> {
    path: &'a str,
    kind: &'a str,
    max_bytes: usize,
    /// Asked of the server every time, by this tag where there is one.
    fresh: bool,
    headers: Vec<(&'a str, String)>,
}

impl Net for Web {
    async fn fetch(&self, fetch: &Fetch, tag: Option<&str>) -> Reply {
        let id = fetch.id;
        let mut bytes = Vec::new();
        let mut headers = vec![("Accept", FRAME.to_owned())];
        if let Some(tag) = tag.filter(|_| fetch.revalidate) {
            headers.push(("If-None-Match", tag.to_owned()));
        }
        let again = ASKED.with(|asked| {
            let asked = &mut *asked.borrow_mut();
            asked.contains(&fetch.path) || {
                asked.push(fetch.path.clone());
                false
            }
        });
        let ask = Ask { path: &fetch.path, kind: OURS, max_bytes: fetch.max_bytes, fresh: fetch.revalidate || again, headers };
        let mut this = once(&ask, &mut bytes).await;
        if let (End::Whole, Some(plain)) = (&this.end, client::zstd::decode(&bytes, fetch.max_bytes)) {
            bytes = plain;
        }
        // Where an answer came, but nothing of it can be read, as of a difference whose first block is not whole, or of a frame,
        // all of it is the rest.
        if matches!(this.end, End::Cut) && !fetch.revalidate && this.wire > 0 {
            if bytes.first() == Some(&client::zstd::MAGIC) {
                bytes.clear();
            }
            let (whole, wire) = resume(&fetch.path, &mut bytes, fetch.max_bytes).await;
            this.wire += wire;
            if whole {
                this.end = End::Whole;
            }
        }
        let input = match this.end {
            End::Whole => Input::Got { id, bytes },
            End::Unchanged => Input::Unchanged { id },
            End::Fault(why) => Input::Failed { id, why },
            End::Cut => Input::Failed { id, why: NetFault::Unreachable },
        };
        Reply { input, wire: this.wire, tag: this.tag }
    }
}

/// A text of the release.
pub async fn text(path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let ask = Ask { path, kind: "text/plain", max_bytes: 100_000, fresh: false, headers: Vec::new() };
    let this = once(&ask, &mut bytes).await;
    String::from_utf8(bytes).ok().filter(|_| matches!(this.end, End::Whole))
}

/// Goes on with a pack of which `bytes` came before the line was cut: the rest comes as a frame that browsers do not
/// decode, range by range, for as long as most tries bring something.
async fn resume(path: &str, bytes: &mut Vec<u8>, max_bytes: usize) -> (bool, u64) {
    bytes.truncate(bytes.len() / path::RESUME_STEP * path::RESUME_STEP);
    let rest = path::rest(path, bytes.len());
    let (mut packed, mut wire, mut tag) = (Vec::new(), 0, None);
    // Where nothing came before either, the line may only hang: nobody asks there for long.
    let empty = if bytes.is_empty() { 2 * EMPTY } else { EMPTY };
    let mut left = TRIES;
    while left > 0 {
        let before = packed.len();
        let mut headers = Vec::new();
        if let Some(tag) = tag.clone().filter(|_| before > 0) {
            headers = vec![("Range", ["bytes=", &decimal(before as i64), "-"].concat()), ("If-Range", tag)];
        }
        let ask = Ask { path: &rest, kind: FRAME, max_bytes, fresh: true, headers };
        let this = once(&ask, &mut packed).await;
        wire += this.wire;
        match this.end {
            End::Whole => {
                let Some(plain) = client::zstd::decode(&packed, max_bytes - bytes.len()) else { return (false, wire) };
                bytes.extend_from_slice(&plain);
                return (true, wire);
            }
            End::Cut => tag = this.tag.or(tag),
            _ => return (false, wire),
        }
        left -= if packed.len() > before { 1 } else { empty };
    }
    (false, wire)
}

/// One request; what comes is put behind `bytes`, also when the rest does not come.
async fn once(ask: &Ask<'_>, bytes: &mut Vec<u8>) -> Try {
    let mut this = Try { end: End::Cut, wire: 0, tag: None };
    let Ok(abort) = AbortController::new() else { return this };
    let init = RequestInit::new();
    // One to elsewhere, as a Wi-Fi that asks for a login sends, is told from a line that is dead; it is never followed.
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&abort.signal()));
    if ask.fresh {
        init.set_cache(RequestCache::NoStore);
    }
    if let Ok(headers) = Headers::new() {
        for (name, value) in &ask.headers {
            let _ = headers.set(name, value);
        }
        init.set_headers(&headers);
    }
    let asked = JsFuture::from(window().fetch_with_str_and_init(ask.path, &init));
    let Some(Ok(response)) = clock::within(SILENCE_MS, asked).await else {
        abort.abort();
        return this;
    };
    let Ok(response) = response.dyn_into::<Response>() else { return this };
    let header = |name: &str| response.headers().get(name).ok().flatten();
    this.wire = HEADERS;
    this.tag = header("etag");
    let kind = header("content-type").unwrap_or_default();
    let foreign = !kind.starts_with(ask.kind);
    // One that the browser or a cache on the way (RFC 9111, 5.1) had kept tells the time of then, a stranger's anything.
    let kept = !ask.fresh || header("age").is_some();
    if let Some(date) = header("date").filter(|_| !kept && (!foreign || response.status() == 304)) {
        clock::told(&date);
    }
    let fault = match response.status() {
        200 if ask.headers.iter().any(|(name, _)| *name == "Range") => {
            // Another frame than the one that was begun.
            bytes.clear();
            None
        }
        200 | 206 => None,
        304 => {
            this.end = End::Unchanged;
            return this;
        }
        // That there is no such thing only our own server knows.
        404 | 410 if !kind.starts_with(PROBLEM) => Some(NetFault::Portal),
        status @ 400.. => {
            let retry_after = header("retry-after").and_then(|after| after.trim().parse().ok().or_else(|| clock::until(&after)));
            Some(NetFault::Status { status, retry_after })
        }
        _ => Some(NetFault::Portal),
    };
    if let Some(fault) = fault.or(foreign.then_some(NetFault::Portal)) {
        abort.abort();
        this.end = End::Fault(fault);
        return this;
    }
    let before = bytes.len();
    let whole = read(&response, bytes, ask.max_bytes).await;
    let length = header("content-length").and_then(|n| n.parse::<u64>().ok());
    if whole {
        this.end = End::Whole;
        this.wire = transferred(ask.path).unwrap_or(HEADERS + length.unwrap_or(bytes.len() as u64));
    } else {
        abort.abort();
        // Nobody tells what a cut answer cost; text shrinks to about a third.
        let came = (bytes.len() - before) as u64;
        this.wire += if header("content-encoding").is_some() { came / 3 } else { came };
    }
    this
}

/// Reads to the end; false when it was cut, fell silent or grew too long.
async fn read(response: &Response, bytes: &mut Vec<u8>, max_bytes: usize) -> bool {
    let Some(body) = response.body() else { return false };
    let Ok(reader) = body.get_reader().dyn_into::<ReadableStreamDefaultReader>() else { return false };
    loop {
        let Some(Ok(chunk)) = clock::within(SILENCE_MS, JsFuture::from(reader.read())).await else { return false };
        if get(&chunk, "done").is_truthy() {
            return true;
        }
        let Ok(chunk) = get(&chunk, "value").dyn_into::<Uint8Array>() else { return false };
        let (at, more) = (bytes.len(), chunk.length() as usize);
        if at + more > max_bytes {
            return false;
        }
        bytes.resize(at + more, 0);
        chunk.copy_to(&mut bytes[at..]);
    }
}

/// What the browser says it received for this address last, headers included.
fn transferred(path: &str) -> Option<u64> {
    let performance = window().performance()?;
    let origin = window().location().origin().ok()?;
    let entries = method(&performance, "getEntriesByName")?.call1(&performance, &[&origin, path].concat().into()).ok()?;
    let last = js_sys::Array::from(&entries).pop();
    get(&last, "transferSize").as_f64().map(|size| size as u64)
}

/// Whether the reader asked the browser to save data, or the line is as slow as 2G.
pub fn frugal() -> bool {
    let connection = get(&window().navigator(), "connection");
    let kind = get(&connection, "effectiveType").as_string().unwrap_or_default();
    get(&connection, "saveData").is_truthy() || kind.ends_with("2g")
}

/// Only a hint: many networks claim to be there and are not.
pub fn seems_offline() -> bool {
    !window().navigator().on_line()
}

pub(super) fn options(pairs: &[(&str, JsValue)]) -> js_sys::Object {
    let object = js_sys::Object::new();
    for (name, value) in pairs {
        set(&object, name, value);
    }
    object
}
