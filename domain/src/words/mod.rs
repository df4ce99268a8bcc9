//! All text for people, typed: `locales/vi.txt` and `locales/en.txt` become [`Words`], those of `locales/desk` become
//! [`Desk`], those of `locales/page` [`Page`], those of `locales/tree` a plain table; a missing key fails the build.
//!
//! A phone's program carries Vietnamese. English lies beside it as a file, read where somebody reads in English: [`learn`].

use crate::content::Time;
pub use crate::digits::{decimal, two};
use std::sync::OnceLock;

include!(concat!(env!("OUT_DIR"), "/words.rs"));
include!(concat!(env!("OUT_DIR"), "/desk.rs"));
include!(concat!(env!("OUT_DIR"), "/page.rs"));
include!(concat!(env!("OUT_DIR"), "/tree.rs"));

/// A language of the screens (items may have many more).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    #[default]
    Vi,
    En,
}

impl Lang {
    /// Not inlined: a text that is read through a pointer costs phones a third of the code of two addresses to choose from.
    #[inline(never)]
    pub fn words(self) -> &'static Words {
        match self {
            Lang::Vi => vietnamese(),
            Lang::En => english().unwrap_or_else(vietnamese),
        }
    }

    /// The other language of the screens.
    pub fn other(self) -> Lang {
        if self == Lang::Vi { Lang::En } else { Lang::Vi }
    }

    /// As its speakers call it.
    pub fn name(self) -> &'static str {
        match self {
            Lang::Vi => "Tiếng Việt",
            Lang::En => "English",
        }
    }

    /// The words of the desk, which no phone of a reader carries.
    pub fn desk(self) -> &'static Desk {
        match self {
            Lang::Vi => &DESK_VI,
            Lang::En => &DESK_EN,
        }
    }

    /// The words of pages that the server alone renders for readers: their programs do not carry them either.
    pub fn page(self) -> &'static Page {
        match self {
            Lang::Vi => &PAGE_VI,
            Lang::En => &PAGE_EN,
        }
    }

    /// Keys and words of the phone tree's page, which a script reads there; no program of a phone carries them.
    pub fn tree(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Lang::Vi => &TREE_VI,
            Lang::En => &TREE_EN,
        }
    }

    /// BCP 47.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Vi => "vi",
            Lang::En => "en",
        }
    }
}

static VI: OnceLock<Words> = OnceLock::new();
static EN: OnceLock<Words> = OnceLock::new();

fn vietnamese() -> &'static Words {
    VI.get_or_init(|| words_of(include_str!(concat!(env!("OUT_DIR"), "/vi.txt"))))
}

/// Of a text a line.
fn words_of(text: &'static str) -> Words {
    let mut words = [""; KEYS];
    for (word, line) in words.iter_mut().zip(text.split('\n')) {
        *word = line;
    }
    Words(words)
}

#[cfg(feature = "english")]
fn english() -> Option<&'static Words> {
    if EN.get().is_none() {
        learn(include_str!(concat!(env!("OUT_DIR"), "/en.txt")));
    }
    EN.get()
}

#[cfg(not(feature = "english"))]
fn english() -> Option<&'static Words> {
    EN.get()
}

/// Whether this program can speak a language: English has to be learned where it is not compiled in.
pub fn known(lang: Lang) -> bool {
    lang == Lang::Vi || english().is_some()
}

/// Takes the texts of `locales/en.txt`, a line each, in the order of their keys, as the release of this program has them.
/// More or fewer are no use: then English stays Vietnamese.
pub fn learn(text: &'static str) {
    if text.split('\n').count() == KEYS {
        let _ = EN.set(words_of(text));
    }
}

/// Fills the `{holes}` of a text.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((hole, tail)) = after.split_once('}') else {
            rest = after;
            break;
        };
        if let Some((_, value)) = values.iter().find(|(name, _)| *name == hole) {
            out.push_str(value);
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// A file size as people read it: `24 KB`, `1,4 MB` (decimal comma in Vietnamese). 1 KB = 1000 bytes, as operators bill.
pub fn size(bytes: u64, lang: Lang) -> String {
    match bytes {
        0..1_000 => decimal(bytes as i64) + " B",
        1_000..999_500 => decimal((bytes as i64 + 500) / 1000) + " KB",
        _ => {
            let (tenth, unit) = if bytes < 999_950_000 { (100_000, " MB") } else { (100_000_000, " GB") };
            let tenths = ((bytes + tenth / 2) / tenth) as i64;
            let comma = if lang == Lang::Vi { "," } else { "." };
            [decimal(tenths / 10).as_str(), comma, &decimal(tenths % 10), unit].concat()
        }
    }
}

/// `18:05, Thứ Hai 23/11/2026`; the year only where it is not the one of `now`.
pub fn date_time(at: Time, now: Time, lang: Lang) -> String {
    let c = at.civil();
    [two(c.hour).as_str(), ":", &two(c.minute), ", ", &date(at, now, lang)].concat()
}

/// `Thứ Hai 23/11`; the year only where it is not the one of `now`.
pub fn date(at: Time, now: Time, lang: Lang) -> String {
    let c = at.civil();
    let day = lang.words().weekdays().split('|').nth(usize::from(c.weekday)).unwrap_or_default();
    let mut out = [day, " ", &two(c.day), "/", &two(c.month)].concat();
    if c.year != now.civil().year {
        out.push('/');
        out.push_str(&decimal(c.year));
    }
    out
}

/// How long ago, in the largest whole unit: `vừa xong`, `5 phút trước`, `3 giờ trước`, `2 ngày trước`, then the date.
pub fn ago(at: Time, now: Time, lang: Lang) -> String {
    let w = lang.words();
    let seconds = now.since(at);
    let count = |n: i64, text: &str| fill(text, &[("n", &decimal(n))]);
    match seconds {
        ..60 => w.ago_now().to_owned(),
        60..3_600 => count(seconds / 60, w.ago_minutes()),
        3_600..86_400 => count(seconds / 3_600, w.ago_hours()),
        86_400..604_800 => count(seconds / 86_400, w.ago_days()),
        _ => date(at, now, lang),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_and_nothing_else_changes() {
        assert_eq!(fill("{n} phút trước", &[("n", "5")]), "5 phút trước");
        assert_eq!(fill("a {x} b {y}", &[("y", "2"), ("x", "{y}")]), "a {y} b 2", "a value is never filled again");
        assert_eq!(fill("lone { brace", &[]), "lone  brace");
    }

    #[test]
    fn sizes_as_people_read_them() {
        assert_eq!(size(999, Lang::Vi), "999 B");
        assert_eq!(size(23_600, Lang::Vi), "24 KB");
        assert_eq!(size(1_440_000, Lang::Vi), "1,4 MB");
        assert_eq!(size(999_700, Lang::En), "1.0 MB");
        assert_eq!(size(999_949_999, Lang::Vi), "999,9 MB");
        assert_eq!(size(10_737_400_000, Lang::Vi), "10,7 GB");
    }

    #[test]
    fn days_are_those_of_vietnam() {
        let now = Time::parse("2026-11-23T00:30:00+07:00").unwrap();
        assert_eq!(date(now, now, Lang::Vi), "Thứ Hai 23/11");
        assert_eq!(ago(now.plus(-30), now, Lang::Vi), "vừa xong");
        assert_eq!(ago(now.plus(-7_300), now, Lang::Vi), "2 giờ trước");
        assert_eq!(date(now.plus(-400 * 86_400), now, Lang::En), "Sun 19/10/2025");
    }
}
