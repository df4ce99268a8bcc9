//! The outline map: all units, those of an alert filled. In the composer a tap on it ticks the box of the unit; the boxes
//! are what the form sends, so that everything works without it too.

use crate::desk::alerts::templates::{HEIGHT, UNITS, WIDTH};
use crate::desk::visit::Visit;
use domain::content::PlaceCode;
use domain::editorial::places_named;
use domain::instance::{Place, instance};
use ui::el::{El, cl, el};

fn svg(visit: &Visit, places: &[PlaceCode], name: &'static str, label: &'static str, open: &dyn Fn(PlaceCode) -> bool) -> El {
    let whole = places.iter().any(|code| instance().place(*code).is_some_and(Place::is_whole));
    let units = UNITS.iter().map(|(code, path)| {
        let hit = whole || places.contains(&PlaceCode(*code));
        let out = el("path").attr("d", *path);
        let out = if hit { out.class("hit") } else { out };
        if open(PlaceCode(*code)) { out.attr("data-place", code.to_string()) } else { out }
    });
    let label = [label, ": ", &places_named(places, visit.lang)].concat();
    let out = cl("svg", name).attr("viewBox", ["0 0 ", WIDTH, " ", HEIGHT].concat());
    out.attr("role", "img").attr("aria-label", label).kids(units.collect())
}

/// The map as a picture.
pub fn shown(visit: &Visit, places: &[PlaceCode]) -> El {
    svg(visit, places, "map", visit.w().al_map_of, &|_| false)
}

/// The map to choose `reach` from.
pub fn pick(visit: &Visit, places: &[PlaceCode], reach: &[PlaceCode]) -> El {
    svg(visit, places, "map pk", visit.w().al_map, &|code| reach.contains(&code))
}
