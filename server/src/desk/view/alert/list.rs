//! Alerts of one officer's places: what waits for him first, then what phones show now, then what is being written.

use super::root;
use crate::desk::alerts::{is_officer, may};
use crate::desk::view::frame::page;
use crate::desk::view::overview::row;
use crate::desk::visit::Visit;
use crate::desk::works::{self, Trouble};
use crate::store::desk::{List, Listed, Person};
use axum::http::StatusCode;
use axum::response::Response;
use domain::alert::{Standing, State, recent, standings};
use domain::content::Status;
use domain::editorial::{Action, Stage, sees};
use domain::route::item_path;
use domain::words::fill;
use ui::el::{El, cl, el, tx};
use ui::parts;

/// An alert that ends within this many seconds needs somebody's word.
const SOON: i64 = 3 * 3_600;
/// Alerts of one list.
const LIST: u32 = 200;

/// The button with which everything begins.
pub fn begin(visit: &Visit) -> El {
    let a = cl("a", "bt go huge").attr("href", visit.to("/canh-bao/moi")).kid(ui::icons::icon("alert"));
    cl("p", "ac").kid(a.kid(tx("span", visit.w().al_new)))
}

pub fn section(visit: &Visit, class: &'static str, title: &'static str, works: &[&Listed]) -> Option<El> {
    (!works.is_empty()).then(|| {
        let rows = works.iter().map(|work| row(visit, "h3", work));
        cl("section", class).kid(tx("h2", title)).kid(cl("ul", "ls").kids(rows.collect()))
    })
}

pub async fn list(visit: &Visit, person: &Person) -> Result<Response, Trouble> {
    let w = visit.w();
    if !sees(&person.grants, domain::editorial::Scope { alert: true, ..domain::editorial::Scope::ALL }) {
        return Err(Trouble::Denied);
    }
    let now = visit.now();
    let ask = async |list| works::list(&visit.site, person, list, None, LIST).await;
    let alerts = async |stages| ask(List::At { stages, alert: true }).await;
    let known = alerts(&[Stage::Published, Stage::Closed]).await?;
    let waits = ask(List::ToJudge { alert: true }).await?;
    let waits: Vec<&Listed> = waits.iter().collect();
    let (sent, drafts) = (alerts(&[Stage::InReview]).await?, alerts(&[Stage::Draft]).await?);
    let sent: Vec<&Listed> = sent.iter().filter(|work| !waits.iter().any(|one| one.id == work.id)).collect();
    let drafts: Vec<&Listed> = drafts.iter().collect();
    let mut main = root(Status::Actual, w).kid(tx("h1", w.alerts));
    if is_officer(person) {
        main = main.kid(begin(visit));
    }
    main = main.maybe(section(visit, "nt", w.al_waits, &waits));

    let snapshot = visit.site.live.now();
    let mine = |standing: &&Standing| {
        let places = &standing.card.places;
        places.is_empty() || places.iter().any(|place| may(person, Action::Read, std::slice::from_ref(place)))
    };
    let all = standings(snapshot.cards(), now);
    let live: Vec<&Standing> = all.iter().filter(|s| matches!(s.state, State::InForce | State::Coming)).filter(mine).collect();
    let soon = |standing: &&&Standing| standing.card.expires.is_some_and(|end| end.since(now) < SOON);
    let ending: Vec<&Standing> = live.iter().filter(soon).copied().collect();
    let later: Vec<&Standing> = live.iter().filter(|standing| !soon(standing)).copied().collect();
    let ended = |s: &&Standing| s.state == State::Ended && recent(s.card, &s.info, now);
    let ended: Vec<&Standing> = all.iter().filter(ended).filter(mine).collect();
    for (title, standings) in [(w.al_ending, &ending), (w.al_in_force, &later), (w.al_ended, &ended)] {
        main = main.maybe(shown(visit, title, standings, &known));
    }
    if live.is_empty() {
        main = main.kid(cl("p", "em").text(w.al_none));
    }
    main = main.maybe(section(visit, "", w.al_waits_other, &sent)).maybe(section(visit, "", w.al_drafts, &drafts));
    Ok(page(visit, StatusCode::OK, w.alerts, main))
}

/// Alerts that phones show; those of this desk lead to their page here, others to readers' page.
fn shown(visit: &Visit, title: &'static str, standings: &[&Standing], known: &[Listed]) -> Option<El> {
    let ctx = crate::desk::view::ctx(visit);
    let rows = standings.iter().map(|standing| {
        let card = standing.card;
        let work = known.iter().find(|work| work.item == Some(card.id));
        let href = work.map_or_else(|| item_path(card, visit.lang), |work| visit.to(&format!("/viec/{}", work.id)));
        let headline = card.headline(visit.lang.tag());
        let a = el("a").attr("href", href).maybe(parts::sign(&standing.info, &ctx)).kid(tx("h3", headline.title.clone()));
        let places = parts::where_text(&card.places, &ctx);
        let span = parts::span_text(card, &standing.info, standing.state, &ctx);
        let facts = [places.as_str(), if span.is_empty() { "" } else { " · " }, &span].concat();
        let class = parts::alert_class("al", card, standing.state, standing.info.level);
        let mut row = cl("li", class).kid(a).kid(tx("small", facts));
        if work.is_none() {
            row = row.kid(tx("small", fill(visit.w().al_foreign, &[("source", &card.source)])));
        }
        row
    });
    let rows: Vec<El> = rows.collect();
    (!rows.is_empty()).then(|| el("section").kid(tx("h2", title)).kid(cl("ul", "als").kids(rows)))
}
