//! Answers that are made once and served many times: kept with their compressed forms, told apart by content.
//!
//! ETags are strong and differ by encoding, so a download that was cut goes on with `Range` and `If-Range`;
//! `If-None-Match` is answered for any encoding of the same content.

pub mod negotiate;

use crate::apart::apart;
use crate::assets::hex;
use crate::compress;
use crate::dictionary::Dictionaries;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, IF_RANGE, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use domain::sign::hash;
use negotiate::Wanted;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use tokio::sync::OnceCell;

/// Content named by its hash never changes.
pub const FOREVER: &str = "public, max-age=31536000, immutable";
pub const MINUTES: &str = "public, max-age=600";
pub const A_WEEK: &str = "public, max-age=604800";
/// Ask every time; a 304 costs next to nothing.
pub const REVALIDATE: &str = "no-cache";

/// Below this many bytes the best compression is quick enough to wait for.
const SMALL: usize = 8 * 1024;
/// Dictionary-compressed forms kept of one answer: after an alert phones come with packs of many days.
const MAX_DELTAS: usize = 16;

/// One encoding of an answer.
#[derive(Clone, Debug)]
struct Coded {
    etag: HeaderValue,
    encoding: Option<&'static str>,
    bytes: Bytes,
}

/// Made once, however many ask at the same time.
type Delta = Arc<OnceCell<Option<Coded>>>;

#[derive(Debug)]
pub struct Hot {
    content_type: HeaderValue,
    cache: HeaderValue,
    status: StatusCode,
    extra: Vec<(HeaderName, HeaderValue)>,
    /// Value of `Use-As-Dictionary`; answers with the same one can be compressed against each other.
    group: Option<HeaderValue>,
    pub hash: [u8; 32],
    plain: Coded,
    /// `None` inside where compression gains nothing.
    quick: OnceLock<Option<Coded>>,
    best: OnceLock<Option<Coded>>,
    zstd: OnceLock<Option<Coded>>,
    deltas: Mutex<HashMap<[u8; 32], Delta>>,
}

/// Whether a request lets any encoding of ours pass.
pub fn compressible(request: &HeaderMap) -> bool {
    let wanted = Wanted::of(request);
    wanted.br || wanted.zstd
}

fn etag(hash: &[u8; 32], form: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{}{form}\"", hex(&hash[..8]))).expect("hex digits and quotes")
}

impl Hot {
    pub fn new(content_type: &'static str, cache: &'static str, bytes: impl Into<Bytes>) -> Hot {
        let bytes = bytes.into();
        let hash = hash(&bytes);
        Hot {
            content_type: HeaderValue::from_static(content_type),
            cache: HeaderValue::from_static(cache),
            status: StatusCode::OK,
            extra: Vec::new(),
            group: None,
            hash,
            plain: Coded { etag: etag(&hash, ""), encoding: None, bytes },
            quick: OnceLock::new(),
            best: OnceLock::new(),
            zstd: OnceLock::new(),
            deltas: Mutex::default(),
        }
    }

    /// Never compressed: it would gain nothing.
    pub fn incompressible(self) -> Hot {
        let _ = (self.quick.set(None), self.best.set(None), self.zstd.set(None));
        self
    }

    /// Compressed ahead of time.
    pub fn compressed(self, brotli: impl Into<Bytes>) -> Hot {
        let coded = self.coded("br", "b", brotli.into());
        let _ = self.best.set(coded);
        self
    }

    /// Offers this answer as a dictionary (RFC 9842) for later ones of the same `group`, e.g. `match="/app-*.js"`.
    pub fn dictionary(mut self, group: &'static str) -> Hot {
        self.group = Some(HeaderValue::from_static(group));
        self
    }

    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Hot {
        self.extra.push((name, value));
        self
    }

    /// For pages that say that something is not there.
    pub fn status(mut self, status: StatusCode) -> Hot {
        self.status = status;
        self
    }

    /// Of the plain bytes: what is in it, in one word.
    pub fn etag(&self) -> &str {
        self.plain.etag.to_str().unwrap_or_default()
    }

    pub fn plain(&self) -> &Bytes {
        &self.plain.bytes
    }

    pub fn group(&self) -> Option<&HeaderValue> {
        self.group.as_ref()
    }

    fn deltas(&self) -> MutexGuard<'_, HashMap<[u8; 32], Delta>> {
        self.deltas.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Bytes held in memory.
    pub fn weight(&self) -> usize {
        let forms = [&self.quick, &self.best, &self.zstd];
        let coded = forms.iter().filter_map(|form| form.get()?.as_ref()).map(|coded| coded.bytes.len()).sum::<usize>();
        let deltas: usize = self.deltas().values().filter_map(|made| made.get()?.as_ref()).map(|coded| coded.bytes.len()).sum();
        self.plain.bytes.len() + coded + deltas + 512
    }

    fn coded(&self, encoding: &'static str, form: &str, bytes: Bytes) -> Option<Coded> {
        (bytes.len() < self.plain.bytes.len()).then(|| Coded { etag: etag(&self.hash, form), encoding: Some(encoding), bytes })
    }

    /// The answer to a GET or HEAD; whoever sends it drops the body of a HEAD.
    pub async fn answer(self: &Arc<Self>, request: &HeaderMap, dictionaries: Option<&Dictionaries>) -> Response {
        let coded = self.choose(request, dictionaries).await;
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, self.cache.clone());
        if let Some(group) = &self.group {
            headers.insert(VARY, HeaderValue::from_static("accept-encoding, available-dictionary"));
            headers.insert("use-as-dictionary", group.clone());
        } else {
            headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        }
        for (name, value) in &self.extra {
            headers.append(name.clone(), value.clone());
        }
        if self.status != StatusCode::OK {
            headers.insert(CONTENT_TYPE, self.content_type.clone());
            if let Some(encoding) = coded.encoding {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            headers.insert(CONTENT_LENGTH, coded.bytes.len().into());
            *response.status_mut() = self.status;
            *response.body_mut() = Body::from(coded.bytes);
            return response;
        }
        if let Some(held) = request.get(IF_NONE_MATCH).and_then(|value| self.held(value)) {
            headers.insert(ETAG, held);
            // What is held has its own, of the same content.
            headers.remove(CONTENT_SECURITY_POLICY);
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(ETAG, coded.etag.clone());
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        // Nobody asks for the middle of a page, and each word weighs on the way to its first headline.
        if !self.content_type.as_bytes().starts_with(b"text/html") {
            headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        }
        if let Some(encoding) = coded.encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        let whole = coded.bytes.len();
        let bytes = match negotiate::range(request, &coded.etag, whole as u64) {
            None => coded.bytes,
            Some(Ok((from, to))) => {
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                let part = format!("bytes {from}-{to}/{whole}");
                response.headers_mut().insert(CONTENT_RANGE, HeaderValue::from_str(&part).expect("digits"));
                coded.bytes.slice(from as usize..=to as usize)
            }
            Some(Err(())) => {
                *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
                let part = format!("bytes */{whole}");
                let headers = response.headers_mut();
                headers.insert(CONTENT_RANGE, HeaderValue::from_str(&part).expect("digits"));
                headers.remove(CONTENT_ENCODING);
                // No cache keeps that there is no such part for the answer itself (RFC 9111, 3).
                headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
                headers.remove(ETAG);
                Bytes::new()
            }
        };
        response.headers_mut().insert(CONTENT_LENGTH, bytes.len().into());
        *response.body_mut() = Body::from(bytes);
        response
    }

    /// The ETag in `If-None-Match` that names this content, in whatever encoding.
    fn held(&self, value: &HeaderValue) -> Option<HeaderValue> {
        let stem = self.plain.etag.to_str().ok()?.trim_end_matches('"').to_owned();
        let found = negotiate::tags(value).find(|tag| *tag == "*" || tag.starts_with(&stem))?;
        if found == "*" { Some(self.plain.etag.clone()) } else { HeaderValue::from_str(found).ok() }
    }

    async fn choose(self: &Arc<Self>, request: &HeaderMap, dictionaries: Option<&Dictionaries>) -> Coded {
        // Whoever has half of one form gets the other half of it, even where a better form was made since.
        if let Some(held) = request.get(IF_RANGE) {
            let made = [&self.quick, &self.best, &self.zstd].into_iter().filter_map(|form| form.get()?.as_ref());
            if let Some(coded) = made.chain([&self.plain]).find(|coded| coded.etag == held) {
                return coded.clone();
            }
        }
        let wanted = Wanted::of(request);
        if let (true, Some(held), Some(dictionaries)) = (wanted.dcz, wanted.dictionary, dictionaries)
            && let Some(coded) = self.delta(held, dictionaries).await
        {
            return coded;
        }
        let coded = if wanted.br {
            self.brotli().await
        } else if wanted.zstd {
            self.zstd().await
        } else {
            None
        };
        coded.unwrap_or_else(|| self.plain.clone())
    }

    async fn brotli(self: &Arc<Self>) -> Option<Coded> {
        if let Some(best) = self.best.get() {
            return best.clone();
        }
        let this = self.clone();
        if self.plain.bytes.len() <= SMALL {
            return apart(move || this.make_best()).await;
        }
        if self.quick.get().is_none() {
            let quick = self.clone();
            apart(move || {
                quick.quick.get_or_init(|| quick.coded("br", "q", compress::brotli(&quick.plain.bytes, 5).into()));
            })
            .await;
            this.warm(|_| {});
        }
        self.quick.get().cloned().flatten()
    }

    /// Has the best form made some time soon, before anybody asks for it, and shows it to `then`.
    pub fn warm(self: &Arc<Self>, then: impl FnOnce(&[u8]) + Send + 'static) {
        if self.best.get().is_none() {
            // Nothing is done for an answer that is no longer kept when its turn comes.
            let this = Arc::downgrade(self);
            compress::later(move || {
                if let Some(best) = this.upgrade().and_then(|this| this.make_best()) {
                    then(&best.bytes);
                }
            });
        }
    }

    /// Compresses as well as it goes. Slow; meant for another thread.
    fn make_best(&self) -> Option<Coded> {
        let bytes = &self.plain.bytes;
        let make = || match self.content_type == "application/wasm" {
            true => compress::brotli_program(bytes),
            false => compress::brotli(bytes, 11),
        };
        self.best.get_or_init(|| self.coded("br", "b", make().into())).clone()
    }

    async fn zstd(self: &Arc<Self>) -> Option<Coded> {
        if let Some(made) = self.zstd.get() {
            return made.clone();
        }
        let this = self.clone();
        apart(move || {
            let level = if this.plain.bytes.len() <= 256 * 1024 { 19 } else { 12 };
            this.zstd.get_or_init(|| this.coded("zstd", "z", compress::zstd(&this.plain.bytes, level).into())).clone()
        })
        .await
    }

    /// This answer as a difference from one that the reader has. Where nothing more is kept, the answer goes whole: a difference
    /// takes the processor longer than it saves a phone, if each phone has its own made.
    async fn delta(self: &Arc<Self>, held: [u8; 32], dictionaries: &Dictionaries) -> Option<Coded> {
        let group = self.group.as_ref()?;
        let known = self.deltas().get(&held).cloned();
        if let Some(made) = known.as_ref().and_then(|cell| cell.get()) {
            return made.clone();
        }
        let dictionary = dictionaries.find(&held, group)?;
        let cell = {
            let mut deltas = self.deltas();
            if !deltas.contains_key(&held) && deltas.len() >= MAX_DELTAS {
                return None;
            }
            deltas.entry(held).or_default().clone()
        };
        let this = self.clone();
        let make = || {
            apart(move || {
                let bytes = compress::dcz(&this.plain.bytes, &dictionary, &held);
                let form = format!("d{}", hex(&held[..4]));
                this.coded("dcz", &form, bytes.into())
            })
        };
        cell.get_or_init(make).await.clone()
    }
}
