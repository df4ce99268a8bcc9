//! The first tap of an alert: hazard and level at once, only levels that the hazard may have.

use crate::desk::view::frame::{page, root};
use crate::desk::view::overview::back;
use crate::desk::visit::Visit;
use axum::http::StatusCode;
use axum::response::Response;
use domain::instance::{Hazard, instance};
use domain::words::fill;
use ui::el::{El, cl, el, tx};
use ui::icons::icon;

pub const SHAPES: [&str; 5] = ["l1", "l2", "l3", "l4", "l5"];

/// Colour, shape and number of a level with its word below: for eyes, beside [`level_text`].
pub fn sign(visit: &Visit, level: u8) -> [El; 2] {
    let at = usize::from(level.clamp(1, 5)) - 1;
    let word = ui::parts::nth(visit.lang.words().level_words(), at);
    let sign = cl("b", "sg").attr("aria-hidden", "true").kid(icon(SHAPES[at])).kid(tx("i", level.to_string()));
    [sign, tx("small", word).attr("aria-hidden", "true")]
}

/// A level in full words.
pub fn level_text(visit: &Visit, level: u8) -> String {
    let word = ui::parts::nth(visit.lang.words().level_words(), usize::from(level.clamp(1, 5)) - 1);
    fill(visit.lang.words().level(), &[("n", &level.to_string()), ("word", word)])
}

pub fn choose(visit: &Visit) -> Response {
    let w = visit.w();
    let rows = (0..).zip(&instance().hazards).map(|(at, hazard)| row(visit, at, hazard));
    let main = root(w.al_new).kid(cl("p", "ld").text(w.al_choose_hint)).kid(cl("ul", "ls hzs").kids(rows.collect()));
    page(visit, StatusCode::OK, w.al_new, main.kid(back(visit, "/canh-bao", w.alerts)))
}

fn row(visit: &Visit, at: u8, hazard: &Hazard) -> El {
    let name = hazard.name.get(visit.lang);
    let levels = instance().levels(at).map(|level| {
        let href = visit.to(&format!("/canh-bao/moi?loai={}&cap={level}", hazard.slug));
        let label = [name, ": ", &level_text(visit, level)].concat();
        let a = cl("a", format!("lc l{level}")).attr("href", href).kid(cl("span", "vh").text(label));
        a.kids(sign(visit, level).into())
    });
    el("li").kid(tx("h2", name.to_owned())).kid(cl("p", "lcs").kids(levels.collect()))
}
