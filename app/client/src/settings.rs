//! What the reader chose. Stays on the phone; nothing of it is ever sent.

use crate::row;
use domain::content::{PlaceCode, Time};
use domain::read::{Read, Reader};
use domain::sync::Wishes;
use serde::Serialize;

/// How much may load unasked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Mode {
    /// Text alone, little of it.
    Text,
    /// Text; images show their size and load on tap.
    #[default]
    Saving,
    /// More text ahead, and images where they stand.
    Full,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Theme {
    /// As the phone is set.
    #[default]
    System,
    Light,
    Dark,
}

impl Read for Mode {
    fn read(from: &mut Reader) -> Mode {
        from.one_of(&Mode::ALL)
    }
}

impl Read for Theme {
    fn read(from: &mut Reader) -> Theme {
        from.one_of(&[Theme::System, Theme::Light, Theme::Dark])
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub mode: Mode,
    pub theme: Theme,
    /// 0–3, each a step larger.
    pub size: u8,
    /// My places, and topics, in the order chosen.
    pub places: Vec<PlaceCode>,
    pub topics: Vec<u8>,
    /// Texts of items issued before this were deleted here and come only when they are opened; a row of its own ([`SINCE`]).
    pub since: Time,
    /// When the server was last asked with success; a row of its own ([`CHECKED`]).
    pub checked: Time,
}

/// Key of the row of [`Settings::since`].
pub const SINCE: &str = "since";
/// Key of the row of [`Settings::checked`].
pub const CHECKED: &str = "checked";

/// As stored; the fourth is no longer used. Postcard is positional: a field that comes later makes a new version.
/// `public/alerts.js` reads the places out of these bytes by itself.
type V1 = (Mode, Theme, u8, bool, Vec<PlaceCode>, Vec<u8>);

/// The largest of the steps of text.
pub const LARGEST: u8 = 3;

impl Mode {
    pub const ALL: [Mode; 3] = [Mode::Text, Mode::Saving, Mode::Full];

    pub fn name(self) -> &'static str {
        match self {
            Mode::Text => "text",
            Mode::Saving => "saving",
            Mode::Full => "full",
        }
    }

    pub fn from_name(name: &str) -> Option<Mode> {
        Mode::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// Bytes of bodies a day that are fetched unasked.
    pub fn budget(self) -> u64 {
        match self {
            Mode::Text => 100_000,
            Mode::Saving => 250_000,
            Mode::Full => 1_500_000,
        }
    }

    /// How many items have their text on the phone unasked: the newest (`sync::plan::NEWEST`), then what concerns the reader.
    pub fn bodies(self) -> usize {
        match self {
            Mode::Text => 45,
            Mode::Saving => 75,
            Mode::Full => 400,
        }
    }
}

impl Theme {
    /// As in `localStorage` and on `<html data-theme>`; empty follows the phone.
    pub fn name(self) -> &'static str {
        match self {
            Theme::System => "",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub fn from_name(name: &str) -> Theme {
        match name {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }
}

impl Settings {
    pub fn encode(&self) -> Vec<u8> {
        let row: V1 = (self.mode, self.theme, self.size, false, self.places.clone(), self.topics.clone());
        row::encode(&row)
    }

    /// What cannot be read is as it was at first.
    pub fn decode(bytes: &[u8]) -> Settings {
        let Some((mode, theme, size, _, places, topics)) = row::decode::<V1>(bytes) else { return Settings::default() };
        Settings { mode, theme, size: size.min(LARGEST), places, topics, ..Settings::default() }
    }

    /// What sync may fetch when `spent` bytes of bodies were fetched today.
    pub fn wishes(&self, spent: u64) -> Wishes {
        Wishes {
            places: self.places.clone(),
            topics: self.topics.clone(),
            budget: self.mode.budget().saturating_sub(spent),
            bodies: self.mode.bodies(),
            since: self.since,
        }
    }

    pub fn toggle_place(&mut self, place: PlaceCode) {
        match self.places.iter().position(|p| *p == place) {
            Some(at) => drop(self.places.remove(at)),
            None => self.places.push(place),
        }
    }

    pub fn toggle_topic(&mut self, topic: u8) {
        match self.topics.iter().position(|t| *t == topic) {
            Some(at) => drop(self.topics.remove(at)),
            None => self.topics.push(topic),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_years_ago_still_reads() {
        let chosen = Settings {
            mode: Mode::Full,
            theme: Theme::Dark,
            size: 2,
            places: vec![PlaceCode(20044)],
            topics: vec![9, 1],
            ..Settings::default()
        };
        assert_eq!(chosen.encode(), [1, 2, 2, 2, 0, 1, 204, 156, 1, 2, 9, 1]);
        assert_eq!(Settings::decode(&chosen.encode()), chosen);
        assert_eq!(Settings::decode(&[]), Settings::default());
        assert_eq!(Settings::decode(&[7, 7, 7]), Settings::default());
        assert_eq!(Settings::decode(&[1, 0, 0, 200, 0, 0, 0]).size, 3);
        assert_eq!(Settings::decode(&[1, 2, 2, 2, 1, 1, 204, 156, 1, 2, 9, 1]), chosen, "who had chosen English for the screens");
    }

    #[test]
    fn the_day_budget_ends_at_nothing() {
        let settings = Settings::default();
        assert_eq!(settings.wishes(0).budget, 250_000);
        assert_eq!(settings.wishes(900_000).budget, 0);
    }

    #[test]
    fn choosing_twice_takes_back() {
        let mut settings = Settings::default();
        settings.toggle_topic(3);
        settings.toggle_topic(5);
        settings.toggle_topic(3);
        assert_eq!(settings.topics, [5]);
    }
}
