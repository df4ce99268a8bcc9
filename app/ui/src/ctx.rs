//! What every view knows besides its data: language, instant, edition, and what the reader of this phone chose.

use domain::content::{ItemId, PlaceCode, Time};
use domain::sorted::Set;
use domain::words::{Lang, Page, Words, date_time, decimal, fill};
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// Rendered by the server, complete without scripts.
    Html,
    /// Mounted by the program from the phone's store.
    App,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Images {
    /// A placeholder that says the size; the reader taps.
    Tap,
    /// At once.
    Inline,
}

/// What the reader follows. Never leaves the phone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mine {
    pub places: Vec<PlaceCode>,
    pub topics: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct Ctx {
    pub lang: Lang,
    pub now: Time,
    pub edition: Edition,
    pub images: Images,
    /// `https://host`, no slash at the end; for texts that leave the page.
    pub origin: Arc<str>,
    pub read: Arc<Set<ItemId>>,
    pub saved: Arc<Set<ItemId>>,
    /// Items whose text is not on the phone, while none can come.
    pub missing: Set<ItemId>,
    pub mine: Arc<Mine>,
    /// The worst level in force, for the bar at the foot of every page, and until when a page that is kept may show it.
    pub alarm: Option<u8>,
    pub alarm_until: Option<Time>,
    /// The phone can read Vietnamese aloud.
    pub voice: bool,
    /// It does so now.
    pub speaking: bool,
}

impl Ctx {
    pub fn html(lang: Lang, now: Time, origin: &str) -> Ctx {
        Ctx {
            lang,
            now,
            edition: Edition::Html,
            images: Images::Tap,
            origin: origin.into(),
            read: Arc::default(),
            saved: Arc::default(),
            missing: Set::default(),
            mine: Arc::default(),
            alarm: None,
            alarm_until: None,
            voice: false,
            speaking: false,
        }
    }

    pub fn app(lang: Lang, now: Time, origin: &str) -> Ctx {
        Ctx { edition: Edition::App, ..Ctx::html(lang, now, origin) }
    }

    /// A time in words.
    #[inline(never)]
    pub fn when(&self, at: Time) -> String {
        date_time(at, self.now, self.lang)
    }

    /// A text that names a time.
    #[inline(never)]
    pub fn at(&self, text: &str, at: Time) -> String {
        fill(text, &[("at", &self.when(at))])
    }

    /// A text that names a number.
    #[inline(never)]
    pub fn count(&self, text: &str, n: usize) -> String {
        fill(text, &[("n", &decimal(n as i64))])
    }

    pub fn w(&self) -> &'static Words {
        self.lang.words()
    }

    /// What the words that the app never shows are kept in, so that phones do not carry them.
    pub fn page(&self) -> &'static Page {
        self.lang.page()
    }

    /// Known while it is built for phones: what only pages show is then left out of the program.
    pub fn is_app(&self) -> bool {
        cfg!(feature = "csr") || self.edition == Edition::App
    }
}
