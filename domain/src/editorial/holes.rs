//! Words of an alert keep holes: `{noi}` becomes the names of the places, `{cap}` the level, `{den}` when it ends, in the
//! language of each text; so whoever adds a commune need not write its name.

use super::Script;
use super::warning::places_named;
use crate::content::{PlaceCode, Time};
use crate::words::{Lang, date_time, fill};

/// Their names, in the order in which the composer tells of them.
pub const HOLES: [&str; 3] = ["noi", "cap", "den"];

/// Of a name that is longer its brace was not meant to be one's end.
const LONGEST: usize = 30;

/// Language of the screens nearest to that of a text.
pub(super) fn screen(lang: &str) -> Lang {
    if lang == "en" { Lang::En } else { Lang::Vi }
}

/// Fills the holes of one text of an alert.
pub struct Holes {
    places: String,
    level: String,
    until: String,
}

impl Holes {
    pub fn new(places: &[PlaceCode], level: u8, expires: Option<Time>, now: Time, lang: &str) -> Holes {
        let lang = screen(lang);
        let until = expires.map(|end| date_time(end, now, lang)).unwrap_or_default();
        Holes { places: places_named(places, lang), level: level.to_string(), until }
    }

    pub fn fill(&self, text: &str) -> String {
        let [places, level, until] = HOLES;
        fill(text.trim(), &[(places, &self.places), (level, &self.level), (until, &self.until)])
    }
}

/// What looks like a hole and is none of [`HOLES`]: filled it would be gone, and one that is not closed with what stands behind
/// it. Of that its first word is named.
pub(super) fn unknown(script: &Script) -> Vec<String> {
    let Script { title, summary, contingency, area, text, .. } = script;
    let all = [title, summary].into_iter().chain(&script.actions).chain([contingency, area, text]);
    let begun = all.flat_map(|text| text.split('{').skip(1));
    begun.filter_map(hole).collect()
}

/// What stands behind a brace that opens.
fn hole(rest: &str) -> Option<String> {
    match rest.split_once('}').filter(|(name, _)| name.len() <= LONGEST) {
        Some((name, _)) => (!HOLES.contains(&name)).then(|| ["{", name, "}"].concat()),
        None => Some(["{", rest.split(char::is_whitespace).next().unwrap_or_default()].concat()),
    }
}
