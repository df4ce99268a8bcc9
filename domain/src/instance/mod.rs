//! What makes this instance Huế's: places, topics, hazards and numbers, read from the instance folder at build time.

mod data;
mod packed;

pub use data::{Former, Hazard, Hotline, Instance, Label, Place, Topic};

use crate::content::PlaceCode;
use crate::search::fold;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

/// Of each hazard; apart from what phones carry, which take the level of an alert as it is.
const LEVELS: &[(u8, u8)] = include!(concat!(env!("OUT_DIR"), "/levels.rs"));

/// Of each hazard the one that is warned of in the same breath.
const WITH: &[Option<u8>] = include!(concat!(env!("OUT_DIR"), "/with.rs"));

/// Of what is no hazard.
pub const NO_LEVEL: RangeInclusive<u8> = RangeInclusive::new(1, 0);

/// The instance this program was built for.
pub fn instance() -> &'static Instance {
    static INSTANCE: OnceLock<Instance> = OnceLock::new();
    INSTANCE.get_or_init(|| packed::open(include_str!(concat!(env!("OUT_DIR"), "/instance.txt"))))
}

impl Label {
    /// English where `lang` is `en`, Vietnamese otherwise.
    pub fn get(&self, lang: crate::words::Lang) -> &str {
        match lang {
            crate::words::Lang::Vi => &self.vi,
            crate::words::Lang::En => &self.en,
        }
    }
}

impl Place {
    /// The city itself, no unit of it.
    pub fn is_whole(&self) -> bool {
        self.parent.is_none()
    }

    /// As lists name it: a unit by its short name.
    pub fn label(&self, lang: crate::words::Lang) -> &str {
        if self.is_whole() { self.name.get(lang) } else { &self.short }
    }
}

impl Instance {
    /// All of it.
    pub fn whole(&self) -> Option<&Place> {
        self.places.iter().find(|place| place.is_whole())
    }

    /// Its units of today.
    pub fn units(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(|place| !place.is_whole())
    }

    pub fn place(&self, code: PlaceCode) -> Option<&Place> {
        self.places.iter().find(|place| place.code == code.0)
    }

    /// Those of these units that are known, by name as people list them: A Lưới 1 before A Lưới 2.
    pub fn named(&self, places: &[PlaceCode]) -> Vec<&Place> {
        self.places.iter().filter(|place| places.contains(&PlaceCode(place.code))).collect()
    }

    pub fn place_by_slug(&self, slug: &str) -> Option<&Place> {
        self.places.iter().find(|place| place.slug == slug)
    }

    pub fn former_by_slug(&self, slug: &str) -> Option<&Former> {
        self.former.iter().find(|former| former.slug == slug)
    }

    /// Index of a topic in their order.
    pub fn topic_by_slug(&self, slug: &str) -> Option<u8> {
        self.topics.iter().position(|topic| topic.slug == slug).map(|at| at as u8)
    }

    pub fn topic(&self, index: u8) -> Option<&Topic> {
        self.topics.get(usize::from(index))
    }

    /// The lowest and the highest level (1–5) that a hazard has by itself (Decision 18/2021/QĐ-TTg, chapter III): a storm has none
    /// below 3. No level at all where it is not one of these.
    pub fn levels(&self, hazard: u8) -> RangeInclusive<u8> {
        LEVELS.get(usize::from(hazard)).map_or(NO_LEVEL, |(lowest, highest)| *lowest..=*highest)
    }

    /// With those that it may be raised to, by two where it comes with or after another (art. 4 there).
    pub fn raised(&self, hazard: u8) -> RangeInclusive<u8> {
        let levels = self.levels(hazard);
        if levels.is_empty() { levels } else { *levels.start()..=(levels.end() + 2).min(5) }
    }

    /// Whether what is said of a hazard is said to whoever asked for `wished`: of flash floods and landslides services warn
    /// together, under the name of either.
    pub fn warns_of(&self, hazard: u8, wished: u8) -> bool {
        hazard == wished || WITH.get(usize::from(hazard)).copied().flatten() == Some(wished)
    }

    pub fn hazard(&self, index: u8) -> Option<&Hazard> {
        self.hazards.get(usize::from(index))
    }

    pub fn hazard_by_slug(&self, slug: &str) -> Option<u8> {
        self.hazards.iter().position(|hazard| hazard.slug == slug).map(|at| at as u8)
    }

    /// Whether something for `places` (none = everyone) belongs to what is shown of the unit `at`: its page, feeds and search.
    /// Of the top unit that is all, since each of its units is a part of it.
    pub fn belongs(&self, places: &[PlaceCode], at: PlaceCode) -> bool {
        self.places.first().is_some_and(|city| city.code == at.0) || self.concerns(places, at)
    }

    /// Whether something for `places` (none = everyone) concerns someone who lives in `at`.
    pub fn concerns(&self, places: &[PlaceCode], at: PlaceCode) -> bool {
        let parent = self.place(at).and_then(|place| place.parent);
        places.is_empty() || places.iter().any(|p| *p == at || Some(p.0) == parent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forty_units_and_their_past() {
        let i = instance();
        assert_eq!(i.places.len(), 41);
        assert_eq!(i.topics.len(), 10);
        let slugs: std::collections::BTreeSet<_> = i.places.iter().map(|p| &p.slug).collect();
        assert_eq!(slugs.len(), 41, "addresses of places are unique");
        let former: std::collections::BTreeSet<_> = i.former.iter().map(|f| &f.slug).collect();
        assert_eq!(former.len(), i.former.len(), "addresses of former places are unique");
        assert_eq!(i.former_by_slug("huyen-a-luoi").unwrap().successors.len(), 5);
        assert_eq!(i.former_by_slug("thi-xa-huong-tra").unwrap().successors, [19996, 20017, 20035]);
        // Of two districts.
        for slug in ["thi-xa-phong-dien", "huyen-quang-dien"] {
            assert!(i.former_by_slug(slug).unwrap().successors.contains(&19873), "{slug}");
        }
        assert_eq!(i.former_by_slug("xa-hong-bac").unwrap().successors, [20044]);
        // Every unit is found by the district that it was in; wards of the old city and of a district beside it by each.
        for unit in i.units() {
            let district = |former: &&Former| former.successors.contains(&unit.code) && !former.name.starts_with(['P', 'X']);
            let of: Vec<&str> = i.former.iter().filter(district).map(|former| former.name.as_str()).collect();
            assert!(of.iter().any(|name| ["Quận ", "Huyện ", "Thị xã "].iter().any(|kind| name.starts_with(kind))), "{of:?}");
        }
        assert!(i.former_by_slug("huyen-phu-vang").unwrap().successors.contains(&19900));
        // Merged into another half a year before districts ceased.
        let until = |slug| i.former_by_slug(slug).unwrap().valid_to.as_str();
        assert_eq!((until("huyen-nam-dong"), until("huyen-a-luoi")), ("2025-01-01", "2025-07-01"));
        assert_eq!(i.place_by_slug("a-luoi-2").unwrap().code, 20044);
        // Two that differ in one diacritic: the address that was there first stays.
        for (slug, name) in [("phuong-huong-van", "Phường Hương Văn"), ("phuong-huong-van-2", "Phường Hương Vân")] {
            let former = i.former_by_slug(slug).unwrap();
            assert_eq!((former.name.as_str(), &former.successors[..]), (name, &[19996][..]));
        }
    }

    #[test]
    fn whom_something_concerns() {
        let i = instance();
        let a_luoi_2 = PlaceCode(20044);
        assert!(i.concerns(&[], a_luoi_2));
        assert!(i.concerns(&[PlaceCode(46)], a_luoi_2), "the city is above its communes");
        assert!(i.concerns(&[PlaceCode(20044)], a_luoi_2));
        assert!(!i.concerns(&[PlaceCode(20050)], a_luoi_2));
        let of_a_luoi_2 = [46, 20044, 20050].map(|at| i.belongs(&[a_luoi_2], PlaceCode(at)));
        assert_eq!(of_a_luoi_2, [true, true, false], "what is of a commune is of the city too");
        assert!(!i.concerns(&[a_luoi_2], PlaceCode(46)), "and yet no matter of everybody in it");
    }
}
