//! What others call our hazards, levels and places: data of the instance (`cap.json`), for this server alone.

use domain::instance::instance;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;

mod data {
    include!(concat!(env!("OUT_DIR"), "/cap.rs"));
}

pub use data::OUTLINES;

#[derive(Deserialize)]
struct File {
    topic: String,
    geocode: String,
    level: String,
    levels: Vec<String>,
    hazards: BTreeMap<String, Names>,
}

#[derive(Deserialize)]
struct Names {
    category: String,
    words: Vec<String>,
    codes: Vec<String>,
}

pub struct Terms {
    /// What alerts from elsewhere are about.
    pub topic: u8,
    /// `valueName` of the codes of our places.
    pub geocode: String,
    /// `valueName` of the exact national level in what we send.
    pub level: String,
    /// What it is called in what others send; in plain words.
    levels: Vec<String>,
    hazards: Vec<Hazard>,
}

struct Hazard {
    index: u8,
    category: domain::alert::cap::Category,
    /// In plain words.
    words: Vec<String>,
    codes: Vec<String>,
}

/// Words in small letters between blanks alone, so that one text is found in another as whole words. Diacritics stay: `bão` is
/// a storm, `báo` is what every alert says.
fn plain(text: &str) -> String {
    let small: String = text.nfc().flat_map(char::to_lowercase).collect();
    let mut out = String::from(" ");
    for word in small.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        out.push_str(word);
        out.push(' ');
    }
    out
}

/// Those of the instance. Hazards that it does not have are left out.
pub fn terms() -> &'static Terms {
    static TERMS: OnceLock<Terms> = OnceLock::new();
    TERMS.get_or_init(|| {
        let file: File = serde_json::from_str(data::TERMS).expect("a test reads the instance's own data");
        let hazard = |(slug, names): (String, Names)| {
            Some(Hazard {
                index: instance().hazard_by_slug(&slug)?,
                category: domain::alert::cap::Category::from_name(&names.category)?,
                words: names.words.iter().chain([&slug]).map(|word| plain(word)).collect(),
                codes: names.codes,
            })
        };
        Terms {
            topic: instance().topic_by_slug(&file.topic).unwrap_or_default(),
            geocode: file.geocode,
            level: file.level,
            levels: file.levels.iter().map(|name| plain(name)).collect(),
            hazards: file.hazards.into_iter().filter_map(hazard).collect(),
        }
    })
}

impl Terms {
    /// The hazard that a text names with the longest of its words: `lũ quét` is not `lũ`.
    pub fn hazard(&self, text: &str) -> Option<u8> {
        let text = plain(text);
        let found = self.hazards.iter().flat_map(|hazard| hazard.words.iter().map(move |word| (word, hazard.index)));
        found.filter(|(word, _)| text.contains(word.as_str())).max_by_key(|(word, _)| word.len()).map(|(_, index)| index)
    }

    /// The hazard of a code of some list of events.
    pub fn hazard_of_code(&self, code: &str) -> Option<u8> {
        let named = |hazard: &&Hazard| hazard.codes.iter().any(|known| known.eq_ignore_ascii_case(code));
        self.hazards.iter().find(named).map(|hazard| hazard.index)
    }

    pub fn category(&self, hazard: u8) -> domain::alert::cap::Category {
        let found = self.hazards.iter().find(|known| known.index == hazard);
        found.map_or(domain::alert::cap::Category::Other, |hazard| hazard.category)
    }

    /// Whether a parameter of this name holds the national level.
    pub fn is_level(&self, name: &str) -> bool {
        let name = plain(name);
        self.levels.contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hazard_of_the_instance_has_its_names() {
        assert_eq!(terms().hazards.len(), instance().hazards.len());
        for hazard in &instance().hazards {
            assert_eq!(terms().hazard(&hazard.slug), instance().hazard_by_slug(&hazard.slug), "{}", hazard.slug);
        }
    }

    #[test]
    fn the_longest_name_says_which() {
        let slug =
            |text: &str| terms().hazard(text).and_then(|index| instance().hazard(index)).map(|hazard| hazard.slug.as_str());
        for (text, hazard) in [
            ("Tin cảnh báo LŨ QUÉT", Some("flash-flood")),
            ("Tin lũ trên sông Hương", Some("flood")),
            ("CẢNH BÁO LŨ QUÉT, SẠT LỞ ĐẤT", Some("landslide")),
            ("Severe Thunderstorm Warning", Some("tornado")),
            ("Bảo vệ trẻ em", None),
            ("Child Abduction", None),
            ("Cảnh báo cháy nổ", None),
        ] {
            assert_eq!(slug(text), hazard, "{text}");
        }
        assert_eq!(terms().hazard_of_code("ffw"), instance().hazard_by_slug("flash-flood"));
    }
}
