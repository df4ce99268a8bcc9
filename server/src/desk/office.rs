//! Who speaks where nobody says otherwise: the people's committee (UBND) of a place.

use domain::content::PlaceCode;
use domain::instance::instance;

/// `UBND xã A Lưới 2`; empty without a place.
pub fn source_of(place: Option<PlaceCode>) -> String {
    let place = place.and_then(|place| instance().place(place));
    place.map(|place| ["UBND ", &lower_first(&place.name.vi)].concat()).unwrap_or_default()
}

/// A name as it stands within a phrase: `Xã A Lưới 2` as `xã A Lưới 2`.
pub fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
