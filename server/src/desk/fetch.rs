//! Getting what stands at an address that somebody typed. The address may be meant to make this machine ask its own
//! network, so every name is resolved here, every address it has is checked, and only those are connected to; the same
//! again for each redirect.

mod later;
mod reach;

pub(crate) use later::seconds as retry_after;
pub(crate) use reach::is_global;

use crate::site::Site;
use domain::content::Time;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
    LOCATION, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use url::{Host, Url};

/// Largest body, in bytes.
const MAX: usize = 2 << 20;
/// Longest address, in bytes.
const MAX_ADDRESS: usize = 2_000;
/// Redirects that are followed.
const MAX_HOPS: usize = 3;
/// For all of it: names, connections, redirects, the body.
const PATIENCE: Duration = Duration::from_secs(10);
const AGENT: &str = concat!("BanTin/", env!("CARGO_PKG_VERSION"), " (Ban Tin, village news)");
const WANTED: &str = "application/rss+xml, application/atom+xml, text/html;q=0.9, application/xml;q=0.8, text/*;q=0.5";

/// Why nothing was brought from an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfetched {
    /// No address of the public web as people mean it.
    BadUrl,
    /// It leads to this machine or into a network of its own.
    Inside,
    NoHost,
    Unreachable,
    Slow,
    Large,
    /// Neither a feed nor a page of text.
    NoText,
    Redirects,
    Gone,
    Forbidden,
    /// Not now: seconds to wait, where its server says so.
    Busy(Option<i64>),
    Failing,
    /// An article or something else where a feed was expected, and the other way round.
    NotFeed,
    IsFeed,
    /// A page without a word to bring.
    Empty,
    /// Whoever added the source may no longer bring anything there.
    NoRights,
}

impl Unfetched {
    /// Name in the database.
    pub fn code(self) -> &'static str {
        match self {
            Unfetched::BadUrl => "bad-url",
            Unfetched::Inside => "inside",
            Unfetched::NoHost => "no-host",
            Unfetched::Unreachable => "unreachable",
            Unfetched::Slow => "slow",
            Unfetched::Large => "large",
            Unfetched::NoText => "no-text",
            Unfetched::Redirects => "redirects",
            Unfetched::Gone => "gone",
            Unfetched::Forbidden => "forbidden",
            Unfetched::Busy(_) => "busy",
            Unfetched::Failing => "failing",
            Unfetched::NotFeed => "not-feed",
            Unfetched::IsFeed => "is-feed",
            Unfetched::Empty => "empty",
            Unfetched::NoRights => "no-rights",
        }
    }
}

/// What a server called the state that it sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    pub etag: String,
    pub modified: String,
}

#[derive(Debug)]
pub enum Fetched {
    /// As it was when it was last fetched.
    Same,
    New(Page),
}

#[derive(Debug)]
pub struct Page {
    /// Where it was found in the end.
    pub url: Url,
    /// Nobody on the way can have changed it: every step there was over TLS.
    pub secure: bool,
    /// Its media type, in lower case and without parameters.
    pub kind: String,
    pub bytes: Vec<u8>,
    pub known: Known,
}

impl Page {
    /// Whether it says that it is no page to read.
    pub fn is_feed(&self) -> bool {
        self.kind != "application/xhtml+xml" && (self.kind.ends_with("xml") || self.kind.ends_with("json"))
    }
}

/// What may be asked, and for how long.
#[derive(Clone, Copy)]
struct Rules {
    reach: fn(IpAddr) -> bool,
    any_port: bool,
    patience: Duration,
    now: Time,
}

impl Rules {
    fn of(site: &Site) -> Rules {
        let private = site.options.fetch_private;
        let reach: fn(IpAddr) -> bool = if private { |_| true } else { reach::is_global };
        Rules { reach, any_port: private, patience: PATIENCE, now: site.now() }
    }
}

/// An address as it was typed, as far as it can be judged without asking anybody.
pub fn address(site: &Site, typed: &str) -> Result<Url, Unfetched> {
    if typed.len() > MAX_ADDRESS {
        return Err(Unfetched::BadUrl);
    }
    let url = Url::parse(typed.trim()).map_err(|_| Unfetched::BadUrl)?;
    checked(url, Rules::of(site))
}

/// What stands at an address, unless it is what was `known` of it.
pub async fn get(site: &Site, url: &str, known: &Known) -> Result<Fetched, Unfetched> {
    within(address(site, url)?, known, Rules::of(site)).await
}

async fn within(url: Url, known: &Known, rules: Rules) -> Result<Fetched, Unfetched> {
    tokio::time::timeout(rules.patience, follow(url, known, rules)).await.unwrap_or(Err(Unfetched::Slow))
}

async fn follow(mut url: Url, known: &Known, rules: Rules) -> Result<Fetched, Unfetched> {
    let mut secure = true;
    for _ in 0..=MAX_HOPS {
        secure &= is_secure(&url, rules);
        let response = ask(&url, known, rules).await?;
        match response.status().as_u16() {
            301 | 302 | 303 | 307 | 308 => {}
            200..=299 => return read(url, secure, response).await.map(Fetched::New),
            304 => return Ok(Fetched::Same),
            404 | 410 => return Err(Unfetched::Gone),
            401 | 403 | 451 => return Err(Unfetched::Forbidden),
            429 | 503 => return Err(Unfetched::Busy(later::seconds(&header(&response, RETRY_AFTER), rules.now))),
            _ => return Err(Unfetched::Failing),
        }
        let target = url.join(&header(&response, LOCATION)).map_err(|_| Unfetched::BadUrl)?;
        url = checked(target, rules)?;
    }
    Err(Unfetched::Redirects)
}

/// In tests a server on this machine stands for one over TLS when it is asked for by its number.
fn is_secure(url: &Url, rules: Rules) -> bool {
    url.scheme() == "https" || (rules.any_port && url.host() == Some(Host::Ipv4(Ipv4Addr::LOCALHOST)))
}

fn checked(mut url: Url, rules: Rules) -> Result<Url, Unfetched> {
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    let port = rules.any_port || matches!(url.port_or_known_default(), Some(80 | 443));
    if !plain || !port || !url.has_host() {
        return Err(Unfetched::BadUrl);
    }
    url.set_fragment(None);
    Ok(url)
}

/// Every address of a host; none of them, if one of them is not for everybody.
async fn resolve(url: &Url, rules: Rules) -> Result<Vec<SocketAddr>, Unfetched> {
    let port = url.port_or_known_default().unwrap_or(443);
    let found: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(ip)) => vec![SocketAddr::from((ip, port))],
        Some(Host::Ipv6(ip)) => vec![SocketAddr::from((ip, port))],
        Some(Host::Domain(name)) => tokio::net::lookup_host((name, port)).await.map_err(|_| Unfetched::NoHost)?.collect(),
        None => Vec::new(),
    };
    if found.is_empty() {
        return Err(Unfetched::NoHost);
    }
    if !found.iter().all(|at| (rules.reach)(at.ip())) {
        tracing::warn!(host = url.host_str(), "an address that leads inside was not asked");
        return Err(Unfetched::Inside);
    }
    Ok(found)
}

/// A client for one question: it knows no other way to the host than the addresses that were checked.
fn client(url: &Url, addresses: &[SocketAddr]) -> Result<Client, Unfetched> {
    // Somebody else in this process may have chosen one; then it is that one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder().user_agent(AGENT).no_proxy().redirect(Policy::none()).referer(false);
    if let Some(name) = url.domain() {
        builder = builder.resolve_to_addrs(name, addresses);
    }
    if url.scheme() == "http" {
        // Nobody to verify: the roots need not be read from the disk.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|cause| {
        tracing::error!(%cause, "nothing can be fetched");
        Unfetched::Unreachable
    })
}

async fn ask(url: &Url, known: &Known, rules: Rules) -> Result<Response, Unfetched> {
    let addresses = resolve(url, rules).await?;
    let mut request = client(url, &addresses)?.get(url.clone()).header(ACCEPT, WANTED).header(ACCEPT_ENCODING, "identity");
    for (name, value) in [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.modified)] {
        if !value.is_empty() {
            request = request.header(name, value.as_str());
        }
    }
    request.send().await.map_err(|_| Unfetched::Unreachable)
}

/// Empty where there is none. Some servers write addresses as they are read, not as they are sent.
fn header(response: &Response, name: HeaderName) -> String {
    let value = response.headers().get(name).map(|value| value.as_bytes()).unwrap_or_default();
    String::from_utf8_lossy(value).trim().chars().take(2_000).collect()
}

async fn read(url: Url, secure: bool, mut response: Response) -> Result<Page, Unfetched> {
    let kind = header(&response, CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let packed = !matches!(header(&response, CONTENT_ENCODING).as_str(), "" | "identity");
    if packed || !readable(&kind) {
        return Err(Unfetched::NoText);
    }
    let known = Known { etag: header(&response, ETAG), modified: header(&response, LAST_MODIFIED) };
    if response.content_length().is_some_and(|length| length > MAX as u64) {
        return Err(Unfetched::Large);
    }
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|_| Unfetched::Unreachable)? {
        if bytes.len() + part.len() > MAX {
            return Err(Unfetched::Large);
        }
        bytes.extend_from_slice(&part);
    }
    Ok(Page { url, secure, kind, bytes, known })
}

/// A feed, HTML or text; some servers do not say.
fn readable(kind: &str) -> bool {
    let feed = kind.starts_with("application/") && (kind.ends_with("xml") || kind.ends_with("json"));
    kind.is_empty() || kind.starts_with("text/") || feed
}

#[cfg(test)]
mod tests;
