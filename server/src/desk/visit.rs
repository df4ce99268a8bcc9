//! One request to the desk: who asks, in which language, for what.

use super::encode::MAX_UPLOAD;
use super::form::{self, Form};
use super::{ROOT, auth};
use crate::clock::lasts;
use crate::pages::origin;
use crate::site::Site;
use crate::store::desk::Person;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use domain::content::Time;
use domain::words::Lang;
use http_body_util::{BodyExt, Limited};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::Semaphore;

/// Name of the cookie: its prefix binds it to this host and to TLS (browsers take `localhost` for safe).
pub const COOKIE_NAME: &str = "__Host-bantin";
/// A session ends after this long, and when nobody has used it for [`IDLE`]; both in seconds.
pub const LIFE: i64 = 12 * 3_600;
pub const IDLE: i64 = 2 * 3_600;
/// How exactly its last use is kept.
const SEEN: i64 = 60;

/// Files that may come in together, each whole in memory: all, and of one person.
const FILES: usize = 16;
const FILES_EACH: usize = 2;

/// Bytes of a form that nobody has to sign in for, and how many longer ones may come in together from people who are not
/// signed in: a text that somebody typed until his session was over.
const WAY_IN: usize = 16 << 10;
const STRANGERS: usize = 32;

/// Places for those.
pub struct Strangers(Semaphore);

impl Default for Strangers {
    fn default() -> Strangers {
        Strangers(Semaphore::new(STRANGERS))
    }
}

/// Those whose files come in at this moment, once for each file.
#[derive(Default)]
pub struct Coming(Mutex<Vec<i64>>);

/// Room for one file.
pub struct Place {
    coming: Arc<Coming>,
    person: i64,
}

impl Coming {
    fn all(&self) -> MutexGuard<'_, Vec<i64>> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn begin(self: &Arc<Coming>, person: i64) -> Option<Place> {
        let mut all = self.all();
        if all.len() >= FILES || all.iter().filter(|one| **one == person).count() >= FILES_EACH {
            return None;
        }
        all.push(person);
        Some(Place { coming: self.clone(), person })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.coming.all();
        if let Some(at) = all.iter().position(|one| *one == self.person) {
            all.swap_remove(at);
        }
    }
}

pub struct Visit {
    pub site: Arc<Site>,
    pub method: Method,
    pub lang: Lang,
    /// Behind [`ROOT`].
    pub path: String,
    pub query: Form,
    pub person: Option<Person>,
    /// Hash of the session.
    pub token: Option<[u8; 32]>,
    pub origin: Arc<str>,
    pub agent: String,
    pub wants_json: bool,
    /// What a form with a file brought.
    pub file: Option<Bytes>,
    /// Held until it is written down.
    place: Option<Place>,
    /// The browser takes brotli.
    pub brotli: bool,
}

impl Visit {
    /// Who asks, and what was sent; where that cannot be taken he is told so on a page of his own.
    pub async fn read(site: Arc<Site>, request: Request) -> Result<(Visit, Result<Form, StatusCode>), StatusCode> {
        let method = match *request.method() {
            Method::GET | Method::HEAD => Method::GET,
            Method::POST => Method::POST,
            _ => return Err(StatusCode::METHOD_NOT_ALLOWED),
        };
        let path = request.uri().path();
        let (lang, rest) = match path.strip_prefix("/en") {
            Some(rest) => (Lang::En, rest),
            None => (Lang::Vi, path),
        };
        let headers = request.headers();
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut visit = Visit {
            path: rest.strip_prefix(ROOT).unwrap_or_default().to_owned(),
            query: Form::parse(request.uri().query().unwrap_or_default().as_bytes()),
            token: cookie(headers).map(|token| auth::kept(&token)),
            origin: origin::of(&site, &request),
            agent: text(USER_AGENT).chars().take(200).collect(),
            wants_json: text(ACCEPT).starts_with("application/json"),
            brotli: text(ACCEPT_ENCODING).contains("br"),
            file: None,
            place: None,
            method,
            lang,
            person: None,
            site,
        };
        visit.person = visit.find_person().await.map_err(|cause| {
            tracing::error!(%cause, "a session could not be read");
            StatusCode::SERVICE_UNAVAILABLE
        })?;
        let form = if visit.method == Method::POST { visit.sent(request).await } else { Ok(Form::default()) };
        Ok((visit, form))
    }

    async fn sent(&mut self, request: Request) -> Result<Form, StatusCode> {
        let (path, headers) = (request.uri().path(), request.headers());
        let patience = super::sending(&self.site, path, headers);
        let late = |_| StatusCode::REQUEST_TIMEOUT;
        if super::brings_file(path, headers) {
            // Nobody who is not signed in makes us read that much, nor whoever is without end.
            let Some(person) = &self.person else { return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE) };
            let place = self.site.desk.coming.begin(person.id).ok_or(StatusCode::TOO_MANY_REQUESTS)?;
            let (form, file) = tokio::time::timeout(patience, parts(request)).await.map_err(late)??;
            (self.file, self.place) = (file, Some(place));
            return Ok(form);
        }
        let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
        if !kind.starts_with(b"application/x-www-form-urlencoded") {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let room = self.person.is_none().then_some(&self.site.desk.strangers);
        let body = tokio::time::timeout(patience, body(request, room)).await.map_err(late)??;
        Ok(Form::parse(&body))
    }

    async fn find_person(&self) -> Result<Option<Person>, crate::Error> {
        let Some(token) = self.token else { return Ok(None) };
        let now = self.site.now();
        let fits = |person: &Person| !person.disabled && lasts(person.since, now, LIFE) && lasts(person.seen, now, IDLE);
        let Some(person) = self.site.store.session(&token).await?.filter(fits) else { return Ok(None) };
        if now.since(person.seen) >= SEEN {
            let site = self.site.clone();
            // To its end, whoever goes away meanwhile.
            let seen = tokio::spawn(async move {
                let mut tx = site.store.begin().await?;
                tx.see_session(&token, now).await?;
                tx.commit().await
            });
            // A full disk must not take the page away from somebody who types.
            if !matches!(seen.await, Ok(Ok(()))) {
                tracing::error!("the last use of a session could not be written down");
            }
        }
        Ok(Some(person))
    }

    pub fn now(&self) -> Time {
        self.site.now()
    }

    pub fn w(&self) -> &'static domain::words::Desk {
        self.lang.desk()
    }

    /// Address of a page of the desk in the language of this visit.
    pub fn to(&self, path: &str) -> String {
        [if self.lang == Lang::En { "/en" } else { "" }, ROOT, path].concat()
    }

    /// On to a page after something was done.
    pub fn go(&self, path: &str) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SEE_OTHER;
        let target = HeaderValue::try_from(self.to(path)).unwrap_or(HeaderValue::from_static(ROOT));
        response.headers_mut().insert(LOCATION, target);
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// What a form sends. With `room`, one that is more than a way in needs holds a place of it while it comes.
///
/// # Errors
/// `PAYLOAD_TOO_LARGE`; `TOO_MANY_REQUESTS` where there is no place.
async fn body(request: Request, room: Option<&Strangers>) -> Result<Vec<u8>, StatusCode> {
    let mut body = Limited::new(request.into_body(), form::MAX);
    let (mut bytes, mut place) = (Vec::new(), None);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?.into_data() else { continue };
        if let (Some(room), None) = (room, &place)
            && bytes.len() + data.len() > WAY_IN
        {
            place = Some(room.0.try_acquire().map_err(|_| StatusCode::TOO_MANY_REQUESTS)?);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// Fields and the one file of a form.
async fn parts(request: Request) -> Result<(Form, Option<Bytes>), StatusCode> {
    let too_large = |_| StatusCode::PAYLOAD_TOO_LARGE;
    let mut all = Multipart::from_request(request, &()).await.map_err(|_| StatusCode::BAD_REQUEST)?;
    let (mut form, mut file) = (Vec::new(), None);
    while let Some(part) = all.next_field().await.map_err(too_large)? {
        let name = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_some() {
            let bytes = part.bytes().await.map_err(too_large)?;
            if bytes.len() > MAX_UPLOAD {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            file = Some(bytes).filter(|bytes| !bytes.is_empty());
        } else if form.len() < 20 {
            let value = part.text().await.map_err(too_large)?;
            form.push((name, form::clean(&value)));
        }
    }
    Ok((Form(form), file))
}

/// Puts a session into the browser, or takes it out (`None`).
pub fn set_cookie(response: &mut Response, token: Option<&str>) {
    let (value, age) = token.map_or(("", 0), |token| (token, LIFE));
    let text = format!("{COOKIE_NAME}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={age}");
    if let Ok(value) = HeaderValue::try_from(text) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value.to_owned())
}
