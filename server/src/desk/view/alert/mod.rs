//! Pages of alerts: the list, the composer, what the second officer reads before phones ring, and the live alert.
//!
//! Style: `.drl` a page of a drill or trial (striped by the sheet, with `.drw` the word) · `.lcs` row of levels, `.lc` one of
//! them · `.pis`/`.pi` choices side by side · `.pk` the map to choose from · `.psh` a notification as a phone shows it.

mod choose;
mod compose;
mod list;
mod live;
mod map;
mod show;

pub use choose::{choose, level_text};
pub use compose::{form, fresh};
pub use list::{begin, list, section};
pub use show::work;

use crate::desk::alerts::templates;
use crate::desk::visit::Visit;
use domain::content::{Body, Card, Status};
use domain::editorial::Manuscript;
use domain::instance::instance;
use domain::words::{Desk, fill};
use ui::data::ItemData;
use ui::el::{El, cl, el, tx};

/// Whether this message is meant, or an exercise.
fn status_of(text: &Manuscript) -> Status {
    text.warning().map_or(Status::Actual, |warning| warning.status())
}

/// The word that stands on top of a page of a drill or trial, and stays there.
fn word(status: Status, w: &'static Desk) -> Option<El> {
    let word = match status {
        Status::Actual => return None,
        Status::Exercise => w.al_exercise_word,
        Status::Test => w.al_test_word,
    };
    Some(cl("p", "drw").text(word))
}

/// The root of a page about one alert.
fn root(status: Status, w: &'static Desk) -> El {
    cl("div", if status == Status::Actual { "pg" } else { "pg drl" }).maybe(word(status, w))
}

/// Level and hazard on their colour, and, while it is `open`, whether the words are those of a lower level: nobody confirms that
/// unawares.
fn head(visit: &Visit, text: &Manuscript, open: bool) -> Option<El> {
    let warning = text.warning()?;
    let ctx = super::ctx(visit);
    let hazard = warning.hazard().and_then(|at| instance().hazard(at))?;
    let level = warning.level.clamp(1, 5);
    let out = cl("div", ["alh l", &level.to_string()].concat()).kid(ui::parts::level(level, &ctx));
    let out = out.kid(cl("p", "hz").text(hazard.name.get(visit.lang).to_owned()));
    let weaker = templates::weaker(text).filter(|_| open);
    let weaker = weaker.map(|level| fill(visit.w().al_weaker, &[("n", &level.to_string())]));
    Some(el("div").kid(out).maybe(weaker.map(|words| cl("p", "warn").text(words))))
}

/// The notification as a phone shows it, and how long it is.
pub fn push(visit: &Visit, card: &Card) -> El {
    let w = visit.w();
    let headline = &card.headlines[0];
    let count = headline.title.chars().count() + headline.summary.chars().count();
    let from = cl("small", "pf").text([instance().name.as_str(), " · ", w.al_now].concat());
    let shown = cl("div", "psh").attr("lang", "vi").kid(from).kid(tx("b", headline.title.clone()));
    el("section")
        .kid(tx("h2", w.al_push))
        .kid(shown.kid(tx("span", headline.summary.clone())))
        .kid(tx("small", fill(w.al_push_size, &[("n", &count.to_string())])))
}

/// The page of an alert as readers will see it: with what it follows, as nothing has followed it yet.
pub fn article(visit: &Visit, card: &Card, body: &Body) -> El {
    let snapshot = visit.site.live.now();
    let earlier = card.alert().map(|info| info.references).unwrap_or_default();
    let earlier = earlier.iter().filter_map(|id| snapshot.items.get(id)).map(|item| &item.card);
    let data = ItemData::select(card, Some(body), earlier.chain([card]), visit.now());
    ui::pages::item(&super::ctx(visit), data)
}

/// What the frame of the composer shows: notification and page.
pub fn preview(visit: &Visit, text: &Manuscript, card: &Card, body: &Body) -> El {
    root(status_of(text), visit.w()).kid(push(visit, card)).kid(article(visit, card, body))
}
