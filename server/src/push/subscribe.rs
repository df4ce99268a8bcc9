//! What browsers ask for: the key to subscribe to, a subscription and its end, whether it is known, a trial. Nothing is kept of
//! who asks; an endpoint is a secret between a browser, its push service and this server.

use super::post::{Answer, Letter};
use super::{MAX_SUBSCRIPTIONS, endpoint, payload};
use crate::backstage;
use crate::error::Error;
use crate::hot::{Hot, MINUTES};
use crate::pages::origin;
use crate::reply;
use crate::site::Site;
use crate::store::Tx;
use crate::store::push::{Fate, Subscription};
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use domain::alert::{self, Wish};
use domain::content::PlaceCode;
use domain::instance::instance;
use domain::wire::Problem;
use domain::words::Lang;
use p256::PublicKey;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::Semaphore;

const KEY: &str = "/push/khoa";
const SUBSCRIBE: &str = "/push/dang-ky";
const CHECK: &str = "/push/kiem";
const TRY: &str = "/push/thu";
/// Largest question, in bytes.
const MAX_BODY: usize = 4 << 10;
const MAX_PLACES: usize = 50;
const MAX_HAZARDS: usize = 64;
/// Between two trials of one endpoint, in seconds, and trials under way together.
const PAUSE: i64 = 60;
const MAX_TRIALS: usize = 16;
/// What holds is told to whoever is new after so many seconds, to all of these together: everybody is looked at for it.
const SOON: i64 = 30;

/// What may be asked of an address, as `Allow` says it, where it is one of these.
pub fn methods(path: &str) -> Option<&'static str> {
    match path {
        KEY => Some("GET, HEAD"),
        SUBSCRIBE => Some("POST, DELETE"),
        CHECK | TRY => Some("POST"),
        _ => None,
    }
}

/// A subscription as browsers send it.
#[derive(Deserialize)]
struct Wanted {
    endpoint: String,
    keys: Keys,
    #[serde(default)]
    places: Vec<Code>,
    #[serde(default)]
    hazards: Vec<String>,
    level: u8,
    #[serde(default)]
    quiet: Option<(u8, u8)>,
    #[serde(default)]
    lang: Option<String>,
}

#[derive(Deserialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

/// The code of a unit, as a number or as it is written elsewhere.
#[derive(Deserialize)]
#[serde(untagged)]
enum Code {
    Number(u32),
    Text(String),
}

#[derive(Deserialize)]
struct Named {
    endpoint: String,
}

enum Refusal {
    Problem(StatusCode, Problem),
    Store(Error),
}

impl From<Error> for Refusal {
    fn from(cause: Error) -> Refusal {
        Refusal::Store(cause)
    }
}

fn unfit(problem: Problem) -> Refusal {
    Refusal::Problem(StatusCode::UNPROCESSABLE_ENTITY, problem)
}

fn code(status: StatusCode, code: &str) -> Refusal {
    Refusal::Problem(status, Problem::new(code))
}

/// Answers an address of [`methods`].
pub async fn answer(site: Arc<Site>, request: Request) -> Response {
    let (path, method) = (request.uri().path().to_owned(), request.method().clone());
    if path == KEY && matches!(method, Method::GET | Method::HEAD) {
        return Arc::new(Hot::new("text/plain; charset=utf-8", MINUTES, site.push.keys.public.clone()))
            .answer(request.headers(), None)
            .await;
    }
    // Readers' threads do not wait for the database.
    let done = backstage::handle().spawn(async move {
        let answer = match (path.as_str(), method) {
            (SUBSCRIBE, Method::POST) => subscribe(&site, request).await,
            (SUBSCRIBE, Method::DELETE) => leave(&site, request).await,
            (CHECK, Method::POST) => check(&site, request).await,
            (TRY, Method::POST) => attempt(&site, request).await,
            _ => Err(code(StatusCode::METHOD_NOT_ALLOWED, "read-only")),
        };
        answer.unwrap_or_else(refused)
    });
    done.await.unwrap_or_else(|cause| {
        tracing::error!(%cause, "a subscription could not be looked at");
        reply::problem(StatusCode::INTERNAL_SERVER_ERROR, &Problem::new("failed"))
    })
}

fn refused(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Problem(status, problem) => reply::problem(status, &problem),
        Refusal::Store(cause) => {
            tracing::error!(%cause, "a subscription could not be written down");
            reply::problem(StatusCode::SERVICE_UNAVAILABLE, &Problem::new("failed"))
        }
    }
}

async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    let read = reply::read(request, MAX_BODY, "bad-subscription").await;
    read.map_err(|(status, problem)| Refusal::Problem(status, problem))
}

async fn subscribe(site: &Site, request: Request) -> Result<Response, Refusal> {
    let origin = origin::of(site, &request).to_string();
    let who = subscription(read(request).await?, origin, site.push.local)?;
    let counts = &site.push.counts.subscriptions;
    let full = counts.load(Ordering::Relaxed) >= MAX_SUBSCRIPTIONS;
    let (snapshot, now) = (site.live.now(), site.now());
    let mut tx = begin(site).await?;
    let put: Result<(bool, bool), Error> = async {
        let new = tx.put_subscription(&who, now).await?;
        // Anybody may write invented ones: they make room, so that nobody can close this to everybody else.
        let room = !(new && full) || tx.drop_unproven_subscription(&who.endpoint).await?;
        // Most of them are phones whose service gave them another address: what was sent to the old one never came.
        if new {
            for id in alert::live(snapshot.cards(), now) {
                tx.tell_again(id, now.plus(SOON), now).await?;
            }
        }
        Ok((new, room))
    }
    .await;
    if matches!(put, Ok((_, false))) {
        tx.roll_back().await;
        return Err(code(StatusCode::SERVICE_UNAVAILABLE, "full"));
    }
    if tx.end(put).await?.0 && !full {
        counts.fetch_add(1, Ordering::Relaxed);
    }
    Ok(reply::taken())
}

/// What was sent, as it is kept, once every field of it is found good.
fn subscription(wanted: Wanted, origin: String, local: bool) -> Result<Subscription, Refusal> {
    let endpoint = endpoint::read(&wanted.endpoint, local).ok_or_else(|| unfit(Problem::new("bad-endpoint")))?;
    // Browsers leave the padding out; not every script does.
    let bytes = |text: &str| BASE64.decode(text.trim_end_matches('=')).ok();
    let p256dh = bytes(&wanted.keys.p256dh).filter(|key| key.len() == 65 && PublicKey::from_sec1_bytes(key).is_ok());
    let auth = bytes(&wanted.keys.auth).and_then(|auth| <[u8; 16]>::try_from(auth).ok());
    let (p256dh, auth) = p256dh.zip(auth).ok_or_else(|| unfit(Problem::new("bad-keys")))?;
    if wanted.places.len() > MAX_PLACES || wanted.hazards.len() > MAX_HAZARDS {
        return Err(unfit(Problem::new("too-many").with("max", MAX_PLACES)));
    }
    let place = |given: &Code| {
        let (number, text) = match given {
            Code::Number(number) => (Some(*number), number.to_string()),
            Code::Text(text) => (text.parse().ok(), text.clone()),
        };
        let known = number.map(PlaceCode).filter(|place| instance().place(*place).is_some());
        known.ok_or_else(|| unfit(Problem::new("unknown-place").with("place", text)))
    };
    let hazard = |slug: &String| {
        let known = instance().hazard_by_slug(slug);
        known.ok_or_else(|| unfit(Problem::new("unknown-hazard").with("hazard", slug)))
    };
    let mut places = wanted.places.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let mut hazards = wanted.hazards.iter().map(hazard).collect::<Result<Vec<_>, _>>()?;
    places.sort_unstable();
    places.dedup();
    hazards.sort_unstable();
    hazards.dedup();
    if !(1..=5).contains(&wanted.level) {
        return Err(unfit(Problem::new("bad-level").with("level", wanted.level)));
    }
    // Midnight is written as 24 too.
    if wanted.quiet.is_some_and(|(from, to)| from > 24 || to > 24) {
        return Err(unfit(Problem::new("bad-hours")));
    }
    let quiet = wanted.quiet.map(|(from, to)| (from % 24, to % 24));
    let lang = match wanted.lang.as_deref() {
        None | Some("vi") => Lang::Vi,
        Some("en") => Lang::En,
        Some(_) => return Err(unfit(Problem::new("bad-lang"))),
    };
    let wish = Wish { places, hazards, level: wanted.level, quiet };
    Ok(Subscription { id: 0, endpoint: endpoint.into(), p256dh, auth, wish, lang, origin })
}

/// The endpoint that a question is about, in its one spelling.
async fn named(site: &Site, request: Request) -> Result<String, Refusal> {
    let named: Named = read(request).await?;
    let url = endpoint::read(&named.endpoint, site.push.local);
    url.map(String::from).ok_or_else(|| unfit(Problem::new("bad-endpoint")))
}

async fn leave(site: &Site, request: Request) -> Result<Response, Refusal> {
    forget(site, &named(site, request).await?).await?;
    Ok(reply::taken())
}

/// Anybody may ask: those who save, publish and call must not wait behind thousands who invent.
async fn begin(site: &Site) -> Result<Tx, Refusal> {
    site.store.begin_stranger().await?.ok_or_else(|| code(StatusCode::SERVICE_UNAVAILABLE, "busy"))
}

async fn forget(site: &Site, endpoint: &str) -> Result<(), Refusal> {
    let mut tx = begin(site).await?;
    let dropped = tx.drop_subscription(endpoint).await;
    if tx.end(dropped).await? {
        site.push.counts.left();
    }
    Ok(())
}

async fn check(site: &Site, request: Request) -> Result<Response, Refusal> {
    let seen = site.store.subscription_seen(&named(site, request).await?).await?;
    let last = seen.flatten().map(|at| at.0);
    Ok(reply::json(serde_json::json!({"known": seen.is_some(), "last": last}).to_string()))
}

async fn attempt(site: &Arc<Site>, request: Request) -> Result<Response, Refusal> {
    static TRIALS: Semaphore = Semaphore::const_new(MAX_TRIALS);
    let endpoint = named(site, request).await?;
    let who = site.store.subscription(&endpoint).await?.ok_or_else(|| code(StatusCode::NOT_FOUND, "unknown-subscription"))?;
    let Ok(_trial) = TRIALS.try_acquire() else { return Err(code(StatusCode::SERVICE_UNAVAILABLE, "busy")) };
    let now = site.now();
    let mut tx = begin(site).await?;
    let may = tx.may_test(who.id, now.plus(-PAUSE), now).await;
    if !tx.end(may).await? {
        return Err(Refusal::Problem(StatusCode::TOO_MANY_REQUESTS, Problem::new("too-soon").with("seconds", PAUSE)));
    }
    let (at, id) = (site.clone(), who.id);
    let sent = backstage::calls().spawn(async move {
        let payload = payload::trial(who.lang, &who.origin);
        let letter = Letter { payload: &payload, ttl: PAUSE, urgent: true, topic: None };
        at.push.sender.send(&at.push.keys, &who, &letter, now).await
    });
    match sent.await.map_err(Error::from)? {
        Answer::Accepted => {
            site.push.counts.settled(Fate::Accepted);
            let mut tx = site.store.begin().await?;
            let seen = tx.saw_subscription(id, now).await;
            tx.end(seen).await?;
            Ok(reply::taken())
        }
        Answer::Gone => {
            forget(site, &endpoint).await?;
            Err(code(StatusCode::GONE, "gone"))
        }
        Answer::Unsent | Answer::Unsealed | Answer::Refused(_) | Answer::Denied | Answer::Later(_) | Answer::Silence => {
            Err(code(StatusCode::BAD_GATEWAY, "push-failed"))
        }
    }
}
