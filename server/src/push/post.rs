//! One push to one endpoint (RFC 8030).

use super::endpoint::{self, Guard};
use super::seal::seal;
use super::vapid::Keys;
use crate::desk::fetch::retry_after;
use crate::store::push::{Fate, Subscription};
use domain::content::Time;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use url::Url;

/// For one push; a service that takes longer gets it again later.
const PATIENCE: Duration = Duration::from_secs(8);
const CONNECT: Duration = Duration::from_secs(4);
/// Until a client that could not be made is tried again: not by each of ten thousand who wait for it.
const AGAIN: Duration = Duration::from_secs(10);
const AGENT: &str = concat!("BanTin/", env!("CARGO_PKG_VERSION"));

pub struct Sender {
    /// Root of a service on this machine, in tests: then no other is believed.
    root: Option<Vec<u8>>,
    /// Made with the first push, since reading the roots of trust takes a while; else when that failed last.
    client: Mutex<Result<Client, Option<Instant>>>,
}

/// A push without whom it is for.
pub struct Letter<'a> {
    pub payload: &'a [u8],
    /// Seconds.
    pub ttl: i64,
    pub urgent: bool,
    pub topic: Option<&'a str>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Accepted,
    /// The subscription is no more.
    Gone,
    /// It never left: something of our own is not in order.
    Unsent,
    /// Not from us, as the service sees us now.
    Denied,
    /// It will not be taken however often it is sent.
    Refused(u16),
    /// The keys of the subscription seal nothing.
    Unsealed,
    /// Not taken now; seconds to wait, where the service says so.
    Later(Option<i64>),
    /// No answer: perhaps it was taken.
    Silence,
}

/// What follows from an answer.
pub struct Verdict {
    /// `None` where nobody knows: what was written down before stays.
    pub fate: Option<Fate>,
    /// Whether it is tried again.
    pub again: bool,
    pub service: Service,
}

/// How a service did, for the pace at which it is asked.
pub enum Service {
    Well,
    /// Seconds that it wants to be left alone, where it says so.
    Badly(Option<i64>),
    Unasked,
}

impl Answer {
    pub fn verdict(self) -> Verdict {
        let (fate, again, service) = match self {
            Answer::Accepted => (Some(Fate::Accepted), false, Service::Well),
            Answer::Gone => (Some(Fate::Gone), false, Service::Well),
            Answer::Refused(_) => (Some(Fate::Failed), false, Service::Well),
            Answer::Unsealed => (Some(Fate::Failed), false, Service::Unasked),
            Answer::Unsent => (Some(Fate::NotYet), true, Service::Unasked),
            Answer::Denied => (Some(Fate::NotYet), true, Service::Well),
            Answer::Later(wait) => (Some(Fate::NotYet), true, Service::Badly(wait)),
            Answer::Silence => (None, true, Service::Badly(None)),
        };
        Verdict { fate, again, service }
    }
}

impl Sender {
    pub fn new(root: Option<Vec<u8>>) -> Sender {
        Sender { root, client: Mutex::new(Err(None)) }
    }

    fn client(&self) -> Option<Client> {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*client, Err(failed) if failed.is_none_or(|at| at.elapsed() >= AGAIN)) {
            *client = self.make().map_err(|cause| {
                tracing::error!(%cause, "nothing can be pushed");
                Some(Instant::now())
            });
        }
        client.as_ref().ok().cloned()
    }

    fn make(&self) -> reqwest::Result<Client> {
        // Somebody else in this process may have chosen one; then it is that one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder().user_agent(AGENT).no_proxy().redirect(Policy::none()).referer(false).https_only(true);
        builder = builder.timeout(PATIENCE).connect_timeout(CONNECT).dns_resolver(Guard { local: self.root.is_some() });
        builder = builder.http2_keep_alive_interval(Duration::from_secs(20)).http2_keep_alive_timeout(PATIENCE);
        if let Some(root) = &self.root {
            builder = builder.tls_certs_only([Certificate::from_pem(root)?]);
        }
        builder.build()
    }

    /// Seals a letter for somebody and hands it to his push service.
    pub async fn send(&self, keys: &Keys, who: &Subscription, letter: &Letter<'_>, now: Time) -> Answer {
        // Read again: what is on the list today may be shorter than when it was written down.
        let Some(url) = endpoint::read(&who.endpoint, self.root.is_some()) else { return Answer::Gone };
        let Some(sealed) = seal(letter.payload, &who.p256dh, &who.auth) else { return Answer::Unsealed };
        let Some(client) = self.client() else { return Answer::Unsent };
        post(&client, keys, url, letter, sealed, now).await.unwrap_or_else(|cause| {
            tracing::debug!(%cause, "no answer to a push");
            Answer::Silence
        })
    }
}

async fn post(
    client: &Client,
    keys: &Keys,
    url: Url,
    letter: &Letter<'_>,
    sealed: Vec<u8>,
    now: Time,
) -> reqwest::Result<Answer> {
    let authorization = keys.authorization(&endpoint::service(&url), now);
    let mut request = client.post(url).header(AUTHORIZATION, &*authorization);
    request = request.header(CONTENT_ENCODING, "aes128gcm").header(CONTENT_TYPE, "application/octet-stream");
    request = request.header("ttl", letter.ttl).header("urgency", if letter.urgent { "high" } else { "normal" });
    if let Some(topic) = letter.topic {
        request = request.header("topic", topic);
    }
    let response = request.body(sealed).send().await?;
    let wait = response.headers().get(RETRY_AFTER).and_then(|wait| retry_after(wait.to_str().ok()?, now));
    Ok(match response.status().as_u16() {
        200..=299 => Answer::Accepted,
        404 | 410 => Answer::Gone,
        // Of us, not of the phone: a clock that is wrong makes our token one of another day.
        401 | 403 => Answer::Denied,
        408 | 429 | 500..=599 => Answer::Later(wait),
        status => Answer::Refused(status),
    })
}
