//! Everything that answering needs, shared by all requests.

use crate::apart::InTurn;
use crate::assets::Assets;
use crate::backstage;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::dictionary::Dictionaries;
use crate::error::Error;
use crate::hot::Hot;
use crate::live::{Live, Seals, Snapshot};
use crate::metrics::Metrics;
use crate::opens::Opens;
use crate::packs::Packs;
use crate::publish::Publisher;
use crate::push::Push;
use crate::shelf::Shelf;
use crate::store::{self, Store};
use crate::{headers, key, pages, private, reserve};
use axum::http::HeaderValue;
use domain::content::Time;
use domain::sign::Issuer;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How a server is started.
#[derive(Clone)]
pub struct Options {
    /// Trunk's output; without it the HTML edition stands alone.
    pub assets: Option<PathBuf>,
    /// Load the sample content into an empty data folder.
    pub sample: bool,
    /// A bucket for images and recordings, e.g. `s3://bucket/folder`; else they lie in the data folder.
    pub media: Option<String>,
    /// Where readers reach this server, e.g. `https://bantin.example`; else taken from each request.
    pub origin: Option<String>,
    /// Bring in from any address and port, this machine's too: for tests only.
    pub fetch_private: bool,
    /// Certificate (PEM) of a push service on this machine, which is admitted then: for tests only.
    pub push_root: Option<Vec<u8>>,
    /// What a form of the desk says has to be here within this long; tests make it short.
    pub forms: Duration,
    /// Holds room on the disk for when it is full; commands beside a server leave that to it.
    pub reserve: bool,
    pub clock: Clock,
}

/// Scheme, host and port of the address at which readers reach a server, without a slash at its end (RFC 6454).
///
/// # Errors
/// What is wrong with `text`, for the operator: every feed, canonical link and shared address begins with it.
pub fn origin(text: &str) -> Result<String, String> {
    let read = url::Url::parse(text).ok().filter(|read| {
        let named = read.host_str().is_some_and(|host| host.contains(|c: char| c.is_ascii_alphanumeric()));
        let bare = (read.path(), read.query(), read.fragment(), read.username()) == ("/", None, None, "");
        named && bare && read.password().is_none() && matches!(read.scheme(), "http" | "https") && text.trim() == text
    });
    match read {
        Some(read) => Ok(read.origin().ascii_serialization()),
        None => Err("cần dạng https://bantin.example, không có đường dẫn · scheme and host, no path".to_owned()),
    }
}

impl Default for Options {
    fn default() -> Options {
        Options {
            assets: None,
            sample: true,
            media: None,
            origin: None,
            fetch_private: false,
            push_root: None,
            forms: Duration::from_secs(30),
            reserve: false,
            clock: Clock::default(),
        }
    }
}

pub struct Site {
    pub data: PathBuf,
    pub options: Options,
    pub store: Arc<Store>,
    pub shelf: Shelf,
    pub issuer: Arc<Issuer>,
    pub publisher: Publisher,
    pub live: Live,
    pub trust: Arc<Hot>,
    /// Packs for phones.
    pub packs: Packs,
    /// What followed where packs were cut.
    pub rests: Packs,
    /// Pages for people; see [`Site::page`].
    pages: Packs,
    /// What is asked for too variously to be kept: words to look for, the further pages of a list.
    pub searching: InTurn,
    pub dictionaries: Dictionaries,
    pub assets: Assets,
    pub metrics: Metrics,
    pub desk: Desk,
    pub push: Push,
    pub opens: Opens,
    /// The Content-Security-Policy of every page.
    pub csp: HeaderValue,
}

/// Bytes of packs and of pages kept in memory.
const ROOM: usize = 12 << 20;

impl Site {
    pub(crate) async fn open(data: &Path, options: Options) -> Result<Arc<Site>, Error> {
        private::folder(&data.join("media"))?;
        let database = data.join(store::FILE);
        // The key is made after it: whoever has one had the other, and phones would take an empty log for the newest.
        if data.join(key::FILE).exists() && std::fs::metadata(&database).map_or(0, |found| found.len()) == 0 {
            return Err(Error::NoDatabase(database));
        }
        private::file(&database)?;
        private::close(data)?;
        let (folder, clock) = (data.to_owned(), options.clock.clone());
        // The threads of the database are started there and keep its priority.
        let store = backstage::handle().spawn(async move { Store::open(&folder, &clock).await }).await;
        let store = Arc::new(store.map_err(Error::from)??);
        let shelf = Shelf::open(data, options.media.as_deref())?;
        if !data.join(key::FILE).exists() && store.seq().await? > 0 {
            return Err(Error::NoKey(data.join(key::FILE)));
        }
        let issuer = Arc::new(key::load(data)?);
        let trust = key::trust(&issuer, store.created);
        let dictionaries = Dictionaries::default();
        let assets = Assets::load(options.assets.as_deref(), data, &dictionaries);
        let seals = Seals { issuer: issuer.clone(), trust: trust.version, app: assets.version, begun: store.begun };
        let live = Live::open(store.clone(), seals, options.clock.clone()).await?;
        if live.now().signer().is_some_and(|kid| kid != issuer.kid()) {
            return Err(Error::OtherKey(data.join(key::FILE)));
        }
        let sealed = Hot::new(crate::sync::CONTENT_TYPE, crate::hot::REVALIDATE, trust.seal(&issuer).encode());
        let inline = pages::inline();
        let push = Push::open(data, options.origin.as_deref(), options.push_root.as_deref(), &store).await?;
        Ok(Arc::new(Site {
            data: data.to_owned(),
            publisher: Publisher::new(store.clone(), issuer.clone(), options.clock.clone()),
            csp: headers::csp(
                inline.scripts.iter().chain(&assets.inline.scripts),
                inline.styles.iter().chain(&assets.inline.styles),
            ),
            options,
            store,
            shelf,
            issuer,
            live,
            trust: Arc::new(sealed),
            packs: Packs::new(ROOM),
            rests: Packs::new(ROOM / 8),
            pages: Packs::new(ROOM),
            searching: InTurn::default(),
            dictionaries,
            assets,
            metrics: Metrics::default(),
            desk: Desk::default(),
            push,
            opens: Opens::default(),
        }))
    }

    pub fn now(&self) -> Time {
        self.options.clock.now()
    }

    /// A page, made once for each state of what is published and each of its dates, and kept compressed under the name of
    /// the state that it was made `of`. `key` names it there: path, language, whatever of the query it depends on; keys must
    /// not be invented by readers without bound on their length. Pages say nothing that changes between two such instants.
    pub async fn page(&self, of: Arc<Snapshot>, key: &str, make: impl FnOnce(&Snapshot) -> Hot + Send + 'static) -> Arc<Hot> {
        let name = format!("{}/{}/{key}", of.head.seq, of.head.issued.0);
        self.pages.get_or_make(&name, move || make(&of)).await
    }

    /// Where the disk is full, what is held in reserve is there for whoever tries again.
    pub fn make_room(&self, cause: &Error) {
        if cause.is_full() {
            reserve::give(&self.data);
        }
    }

    /// Takes in what this or another process has published.
    pub async fn refresh(&self) -> Result<(), Error> {
        let done = self.live.refresh().await;
        if !matches!(done, Ok(false)) {
            self.pages.clear();
        }
        done.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_is_scheme_and_host() {
        for (text, read) in [
            ("https://a.example", "https://a.example"),
            ("http://a.example:8080/", "http://a.example:8080"),
            ("HTTPS://A.Example:443", "https://a.example"),
        ] {
            assert_eq!(origin(text), Ok(read.to_owned()));
        }
        for odd in [
            "",
            "foo",
            "a.example",
            "ftp://a.example",
            "https://",
            "https://a.example/x",
            "https://a.example?x",
            " https://a.example",
            "https://u:p@a.example",
            "https://a b",
            "https://a.example:99999",
            "https://a:b",
            "https://..",
        ] {
            assert!(origin(odd).is_err(), "{odd}");
        }
    }
}
