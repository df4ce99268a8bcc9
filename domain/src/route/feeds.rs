//! Addresses that programs read: feeds of news, calendars of events, alerts as CAP. English ones are the same under `/en`.

use crate::content::ItemId;
use crate::instance::instance;
use crate::words::Lang;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Feed {
    /// Atom feed of everything.
    All,
    /// Atom feed of a topic, by its index.
    Topic(u8),
    /// Atom feed of a place, by its code.
    Place(u32),
    /// Calendar file of one event.
    Event(ItemId),
    /// Calendar of a place, by its code.
    Calendar(u32),
    /// An alert as CAP.
    Cap(ItemId),
    /// Atom feed of alerts as CAP: all of them.
    Caps,
    /// The same of a place, by its code.
    PlaceCaps(u32),
}

impl Feed {
    /// The address in a language.
    pub fn path(&self, lang: Lang) -> String {
        let prefix = if lang == Lang::En { "/en" } else { "" };
        let topic = |index: &u8| instance().topic(*index).map_or("", |topic| topic.slug.as_str());
        let place = |code: &u32| instance().places.iter().find(|p| p.code == *code).map_or("", |place| place.slug.as_str());
        let id;
        let (folder, name, end) = match self {
            Feed::All => ("/feed/", "tin", ".atom"),
            Feed::Topic(index) => ("/feed/chu-de/", topic(index), ".atom"),
            Feed::Place(code) => ("/feed/noi/", place(code), ".atom"),
            Feed::Event(event) => {
                id = event.to_string();
                ("/lich/", id.as_str(), ".ics")
            }
            Feed::Calendar(code) => ("/lich/noi/", place(code), ".ics"),
            Feed::Cap(alert) => {
                id = alert.to_string();
                ("/canh-bao/", id.as_str(), ".cap.xml")
            }
            Feed::Caps => ("/canh-bao", "", ".cap"),
            Feed::PlaceCaps(code) => ("/noi/", place(code), "/canh-bao.cap"),
        };
        [prefix, folder, name, end].concat()
    }

    /// Whether it holds messages of CAP.
    pub fn is_cap(&self) -> bool {
        matches!(self, Feed::Cap(_) | Feed::Caps | Feed::PlaceCaps(_))
    }

    /// Reads an address. `None` where no feed is.
    pub fn parse(path: &str) -> Option<(Lang, Feed)> {
        let (lang, path) = match path.strip_prefix("/en/") {
            Some(rest) => (Lang::En, rest),
            None => (Lang::Vi, path.strip_prefix('/')?),
        };
        let i = instance();
        let feed = if path == "feed/tin.atom" {
            Feed::All
        } else if let Some(topic) = name(path, "feed/chu-de/", ".atom") {
            Feed::Topic(i.topic_by_slug(topic)?)
        } else if let Some(place) = name(path, "feed/noi/", ".atom") {
            Feed::Place(i.place_by_slug(place)?.code)
        } else if let Some(place) = name(path, "lich/noi/", ".ics") {
            Feed::Calendar(i.place_by_slug(place)?.code)
        } else if path == "canh-bao.cap" {
            Feed::Caps
        } else if let Some(place) = name(path, "noi/", "/canh-bao.cap") {
            Feed::PlaceCaps(i.place_by_slug(place)?.code)
        } else if let Some(id) = name(path, "canh-bao/", ".cap.xml") {
            Feed::Cap(id.parse().ok()?)
        } else {
            Feed::Event(name(path, "lich/", ".ics")?.parse().ok()?)
        };
        Some((lang, feed))
    }
}

fn name<'a>(path: &'a str, start: &str, end: &str) -> Option<&'a str> {
    path.strip_prefix(start)?.strip_suffix(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_back() {
        let id = ItemId([1, 2, 3, 4, 5]);
        for lang in [Lang::Vi, Lang::En] {
            let caps = [Feed::Cap(id), Feed::Caps, Feed::PlaceCaps(20044)];
            let all = [Feed::All, Feed::Topic(2), Feed::Place(20044), Feed::Event(id), Feed::Calendar(20044)];
            for feed in all.into_iter().chain(caps) {
                let path = feed.path(lang);
                assert_eq!(Feed::parse(&path), Some((lang, feed)), "{path}");
            }
        }
        for path in
            ["/feed/", "/feed/chu-de/none.atom", "/lich/noi/none.ics", "/lich/xx.ics", "/feed/tin.atom/", "/enfeed/tin.atom", ""]
        {
            assert_eq!(Feed::parse(path), None, "{path}");
        }
    }
}
