//! Every public address and what it means: printed and parsed here by server, app, sitemap and share links alike.
//!
//! Addresses are Vietnamese without diacritics and last for ever; English pages are the same under `/en`.

mod feeds;

pub use feeds::Feed;

use crate::content::{Card, ItemId, Kind};
use crate::digits::hex;
use crate::instance::instance;
use crate::search::slug;
use crate::words::Lang;

/// What a search asks for; empty fields do not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Query {
    pub text: String,
    /// Index of a topic.
    pub topic: Option<u8>,
    /// Code of a place.
    pub place: Option<u32>,
    pub kind: Option<Kind>,
}

/// A page that people open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    Home,
    /// Index of a topic.
    Topic(u8),
    /// Code of a unit of today.
    Place(u32),
    /// Slug of a unit that is no more.
    Former(String),
    /// All places, by name.
    Places,
    /// An item of any kind; the slug before the id is for people only.
    Item(ItemId),
    Alerts,
    Search(Query),
    /// "Của tôi": saved items and the way to the next two.
    Saved,
    OnThisPhone,
    Settings,
    About,
    Install,
    Offline,
}

impl Route {
    /// The address in a language, absolute path and query.
    pub fn path(&self, lang: Lang) -> String {
        let mut out = String::from(if lang == Lang::En { "/en" } else { "" });
        match self {
            Route::Home => out.push('/'),
            Route::Topic(index) => {
                out.push_str("/chu-de/");
                out.push_str(instance().topic(*index).map_or("", |t| &t.slug));
            }
            Route::Place(code) => {
                let place = instance().places.iter().find(|p| p.code == *code);
                out.push_str("/noi/");
                out.push_str(place.map_or("", |p| &p.slug));
            }
            Route::Former(slug) => {
                out.push_str("/noi/cu/");
                out.push_str(slug);
            }
            Route::Places => out.push_str("/noi"),
            Route::Item(id) => {
                out.push_str("/tin/");
                out.push_str(&id.to_string());
            }
            Route::Alerts => out.push_str("/canh-bao"),
            Route::Search(query) => {
                out.push_str("/tim");
                query.print(&mut out);
            }
            Route::Saved => out.push_str("/cua-toi"),
            Route::OnThisPhone => out.push_str("/trong-may"),
            Route::Settings => out.push_str("/cai-dat"),
            Route::About => out.push_str("/gioi-thieu"),
            Route::Install => out.push_str("/cai-ung-dung"),
            Route::Offline => out.push_str("/ngoai-tuyen"),
        }
        if out == "/en/" {
            out.pop();
        }
        out
    }

    /// Reads an address: `path` as in a URL, `query` without its `?`. `None` where no page is.
    pub fn parse(path: &str, query: &str) -> Option<(Lang, Route)> {
        let (lang, rest) = match path.strip_prefix("/en") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => (Lang::En, rest),
            _ => (Lang::Vi, path),
        };
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let mut segments = rest.split('/');
        let first = segments.next().unwrap_or_default();
        let (second, third) = (segments.next(), segments.next());
        if segments.next().is_some() {
            return None;
        }
        let i = instance();
        let route = match (first, second, third) {
            ("", None, None) => Route::Home,
            ("chu-de", Some(topic), None) => Route::Topic(i.topic_by_slug(topic)?),
            ("noi", None, None) => Route::Places,
            ("noi", Some("cu"), Some(former)) => Route::Former(i.former_by_slug(former)?.slug.clone()),
            ("noi", Some(place), None) => Route::Place(i.place_by_slug(place)?.code),
            ("tin" | "canh-bao", Some(item), None) => Route::Item(item_id(item)?),
            ("canh-bao", None, None) => Route::Alerts,
            ("tim", None, None) => Route::Search(Query::parse(query)),
            ("cua-toi", None, None) => Route::Saved,
            ("trong-may", None, None) => Route::OnThisPhone,
            ("cai-dat", None, None) => Route::Settings,
            ("gioi-thieu", None, None) => Route::About,
            ("cai-ung-dung", None, None) => Route::Install,
            ("ngoai-tuyen", None, None) => Route::Offline,
            _ => return None,
        };
        Some((lang, route))
    }
}

/// Where a phone subscribes to alerts: a page that the server alone renders, so that it is no [`Route`].
pub fn notify_path(lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => "/nhan-canh-bao",
        Lang::En => "/en/nhan-canh-bao",
    }
}

/// The page of the phone tree: the server's, with a script of its own.
pub fn tree_path(lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => "/cay-goi",
        Lang::En => "/en/cay-goi",
    }
}

/// The canonical address of an item: alerts under `/canh-bao`, the rest under `/tin`, with the title for people.
pub fn item_path(card: &Card, lang: Lang) -> String {
    let section = if card.kind == Kind::ALERT { "/canh-bao/" } else { "/tin/" };
    let prefix = if lang == Lang::En { "/en" } else { "" };
    let title = slug(&card.headlines[0].title, 60);
    [prefix, section, &title, if title.is_empty() { "" } else { "-" }, &card.id.to_string()].concat()
}

/// What the addresses of an alert's other forms begin with (`/to-ro`, `/loa`).
pub fn forms_path(id: ItemId, lang: Lang) -> String {
    [if lang == Lang::En { "/en" } else { "" }, "/canh-bao/", &id.to_string()].concat()
}

/// The id at the end of `lu-quet-o-a-luoi-k3f9x2ab`.
fn item_id(segment: &str) -> Option<ItemId> {
    let id = segment.rsplit_once('-').map_or(segment, |(_, id)| id);
    id.parse().ok()
}

impl Query {
    /// Longest search text, in characters.
    pub const MAX_TEXT: usize = 120;

    fn print(&self, out: &mut String) {
        let mut mark = '?';
        let mut field = |name: &str, value: &str| {
            out.push(mark);
            mark = '&';
            out.push_str(name);
            out.push('=');
            percent_encode(value, out);
        };
        if !self.text.is_empty() {
            field("q", &self.text);
        }
        if let Some(topic) = self.topic.and_then(|t| instance().topic(t)) {
            field("chu-de", &topic.slug);
        }
        if let Some(place) = self.place.and_then(|code| instance().places.iter().find(|p| p.code == code)) {
            field("noi", &place.slug);
        }
        if let Some(kind) = self.kind.and_then(Kind::name) {
            field("loai", kind);
        }
    }

    fn parse(query: &str) -> Query {
        let mut out = Query::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode(value);
            match name {
                // What no keyboard writes and no page may hold.
                "q" => out.text = value.chars().map(|c| if c.is_control() { ' ' } else { c }).take(Query::MAX_TEXT).collect(),
                "chu-de" => out.topic = instance().topic_by_slug(&value),
                "noi" => out.place = instance().place_by_slug(&value).map(|p| p.code),
                "loai" => out.kind = Kind::from_name(&value),
                _ => {}
            }
        }
        out
    }
}

/// `application/x-www-form-urlencoded`, as forms send it.
pub fn percent_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => out.push(byte as char),
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                out.push_str(&hex(byte.into(), 2).to_ascii_uppercase());
            }
        }
    }
}

/// The reverse; broken escapes stay as they are, broken UTF-8 becomes U+FFFD.
pub fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let hex = |b: u8| (b as char).to_digit(16).map(|d| d as u8);
    let mut at = 0;
    while at < bytes.len() {
        let escape = match bytes[at..] {
            [b'%', a, b, ..] => hex(a).zip(hex(b)),
            _ => None,
        };
        match (bytes[at], escape) {
            (_, Some((high, low))) => {
                out.push(high << 4 | low);
                at += 2;
            }
            (b'+', None) => out.push(b' '),
            (other, None) => out.push(other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn every_route() -> Vec<Route> {
        let query =
            Query { text: "lũ quét & sạt lở +1%".into(), topic: Some(0), place: Some(20044), kind: Some(Kind::ALERT) };
        vec![
            Route::Home,
            Route::Topic(2),
            Route::Place(20044),
            Route::Former("huyen-a-luoi".into()),
            Route::Places,
            Route::Item(ItemId([1, 2, 3, 4, 5])),
            Route::Alerts,
            Route::Search(Query::default()),
            Route::Search(query),
            Route::Saved,
            Route::OnThisPhone,
            Route::Settings,
            Route::About,
            Route::Install,
            Route::Offline,
        ]
    }

    #[test]
    fn every_address_leads_back() {
        for lang in [Lang::Vi, Lang::En] {
            for route in every_route() {
                let address = route.path(lang);
                let (path, query) = address.split_once('?').unwrap_or((&address, ""));
                assert_eq!(Route::parse(path, query), Some((lang, route)), "{address}");
            }
        }
    }

    #[test]
    fn a_title_in_the_address_changes_nothing() {
        let id = ItemId([9, 8, 7, 6, 5]);
        for path in [format!("/tin/lu-quet-{id}"), format!("/canh-bao/{id}"), format!("/tin/{}", id.to_string().to_uppercase())] {
            assert_eq!(Route::parse(&path, ""), Some((Lang::Vi, Route::Item(id))), "{path}");
        }
        assert_eq!(Route::parse("/enrollment", ""), None);
        assert_eq!(Route::parse("/tin/a/b/c", ""), None);
    }

    proptest! {
        #[test]
        fn any_text_survives_a_query(text in "\\PC{0,60}") {
            let mut encoded = String::new();
            percent_encode(&text, &mut encoded);
            prop_assert_eq!(percent_decode(&encoded), text);
        }

        #[test]
        fn no_address_makes_it_panic(path in "\\PC{0,40}", query in "\\PC{0,40}") {
            let _ = Route::parse(&format!("/{path}"), &query);
            let _ = Route::parse(&format!("/tin/{path}"), &query);
        }
    }
}
