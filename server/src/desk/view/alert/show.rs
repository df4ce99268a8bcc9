//! The page of one alert at each of its stages: written, waiting for the second officer, live, over.

use super::live::live;
use super::{article, form, head, map, push, root, status_of};
use crate::desk::alerts::may;
use crate::desk::view::frame::page;
use crate::desk::view::overview::{back, badge};
use crate::desk::view::report::{finding_text, report};
use crate::desk::view::work::{self as works_view, remark};
use crate::desk::view::{Shown, hex, hidden, trouble};
use crate::desk::visit::Visit;
use crate::desk::works::{self, Files, Trouble, compile, may_see, scope};
use crate::store::desk::{Person, Work};
use axum::http::StatusCode;
use axum::response::Response;
use domain::content::{PlaceCode, Status};
use domain::editorial::{Action, Compiled, Finding, Manuscript, Stage, allowed, places_named};
use domain::instance::{Place, instance};
use domain::words::fill;
use std::collections::HashMap;
use ui::el::{El, cl, el, tx};

/// `work` as its visitor may see it; `files` are those that its text names.
pub async fn work(visit: &Visit, person: &Person, mut work: Work, files: Files, shown: Shown) -> Result<Response, Trouble> {
    let w = visit.w();
    let writes = works_view::may(person, &work, Action::Write);
    let typed = shown.typed.is_some();
    if let Some(text) = shown.typed {
        work.text = text;
    }
    let editing = writes && (work.state.stage == Stage::Draft || typed || visit.query.has("sua"));
    let (done, findings) = compile(&work, &files, visit.now());
    let title = work.text.heading();
    let title = if title.is_empty() { w.untitled.to_owned() } else { title };
    let open = !matches!(work.state.stage, Stage::Published | Stage::Closed | Stage::Archived);
    let mut main = root(status_of(&work.text), w)
        .kid(back(visit, "/canh-bao", w.alerts))
        .kid(tx("h1", title))
        .kid(cl("p", "sl").kid(badge(work.state.stage, work.state.live, w)))
        .maybe(head(visit, &work.text, open));
    if let Some(trouble) = &shown.trouble {
        main = main.kid(trouble::told(visit, trouble, &work.text).await?);
    } else if visit.query.has("da-luu") {
        main = main.kid(cl("p", "ok").attr("role", "status").text(w.saved));
    }
    main = main.maybe(remark(visit, &work).await?);
    let superseded = open && works::superseded(&visit.site, &work.text).await?;
    if superseded {
        main = main.kid(cl("p", "warn").text(w.al_superseded));
    } else if open {
        main = main.maybe(beside(visit, person, &work.text, Some(work.id)).await?);
    }
    if editing {
        main = main
            .kid(works_view::ways(visit, &work))
            .maybe(predecessor(visit, &work.text))
            // What never can go out has no green sign.
            .maybe((!superseded).then(|| report(visit, &work, &done, &findings, &HashMap::new())))
            .kid(form(visit, person, Some(&work), &work.text))
            .kid(tx("p", w.al_posters))
            .kid(works_view::frame(visit, Some(&work)))
            .maybe(works_view::steps(visit, person, &work, &[Action::Archive]));
    } else {
        main = match work.state.stage {
            Stage::Published | Stage::Closed => live(visit, person, &work, main).await?,
            _ => judge(visit, person, &work, &done, (&findings, superseded), writes, main).await?,
        };
    }
    let status = shown.trouble.as_ref().map_or(StatusCode::OK, trouble::status);
    Ok(page(visit, status, w.alerts, main))
}

/// What goes out, where, to how many places, and the one button.
async fn judge(
    visit: &Visit,
    person: &Person,
    work: &Work,
    done: &Compiled,
    (findings, superseded): (&[Finding], bool),
    writes: bool,
    mut main: El,
) -> Result<El, Trouble> {
    let w = visit.w();
    // What cannot go out is not to be confirmed.
    let ready = !superseded && findings.iter().all(Finding::is_advice);
    let may =
        works_view::may_both(person, work, Action::Approve, Action::Publish) || works_view::may(person, work, Action::Publish);
    let confirms = may && ready;
    if !findings.is_empty() {
        let told = findings.iter().map(|finding| tx("li", finding_text(finding, visit)));
        main = main.kid(cl("ul", "warn").kids(told.collect()));
    }
    main = main.maybe(predecessor(visit, &work.text));
    if confirms {
        main = main.kid(cl("p", "ld").text(w.al_confirm_what));
    } else if ready && matches!(work.state.stage, Stage::InReview | Stage::Approved) {
        main = main.kid(others(visit, work).await?);
    }
    main = main.kid(facts(visit, work).await?).kid(map::shown(visit, &work.text.places)).kid(push(visit, &done.card));
    main = main.kid(tx("h2", w.al_page));
    main = main.kid(cl("section", "pv").attr("aria-label", w.preview).kid(article(visit, &done.card, &done.body)));
    if confirms {
        main = main.kid(confirm(visit, work));
    }
    // Whoever mends a letter is an author of it and confirms nothing: who may confirm sends it back.
    if writes && !confirms {
        let edit = cl("a", "bt").attr("href", visit.to(&format!("/viec/{}?sua=1", work.id))).text(w.edit);
        main = main.kid(cl("p", "ac").kid(edit));
    }
    let steps = [Action::TakeBack, Action::SendBack, Action::Archive];
    Ok(main.maybe(works_view::steps(visit, person, work, &steps)).kid(works_view::ways(visit, work)))
}

fn confirm(visit: &Visit, work: &Work) -> El {
    let w = visit.w();
    let text = match status_of(&work.text) {
        Status::Actual => w.al_confirm,
        Status::Exercise => w.al_confirm_exercise,
        Status::Test => w.al_confirm_test,
    };
    let steps = if work.state.stage == Stage::Approved { "publish" } else { "approve publish" };
    let button = cl("button", "bt go huge").attr("name", "do").attr("value", steps).text(text);
    el("form")
        .class("cfm")
        .attr("method", "post")
        .attr("action", visit.to(&format!("/viec/{}/buoc", work.id)))
        .kid(hidden("seen", hex(&work.hash)))
        .kid(button)
}

/// Who could confirm it, for whoever cannot: he calls one of them.
async fn others(visit: &Visit, work: &Work) -> Result<El, Trouble> {
    let w = visit.w();
    let people = visit.site.store.people().await?;
    let approves = |person: &&Person| !person.disabled && allowed(&person.grants, Action::Approve, scope(&work.text));
    let (wrote, fit): (Vec<&Person>, Vec<&Person>) =
        people.iter().filter(approves).partition(|person| work.hands.contains(&person.id));
    let names: Vec<&str> = fit.iter().map(|person| person.name.as_str()).collect();
    Ok(if names.is_empty() {
        cl("p", "warn").text(if wrote.len() > 1 { w.al_all_wrote } else { w.al_nobody })
    } else {
        cl("p", "warn").text(fill(w.al_can_confirm, &[("names", &names.join(", "))]))
    })
}

async fn facts(visit: &Visit, work: &Work) -> Result<El, Trouble> {
    let w = visit.w();
    let mut names = Vec::new();
    for hand in &work.hands {
        names.push(visit.site.store.name_of(*hand).await?);
    }
    let end = crate::desk::alerts::end(&work.text).map(|end| works_view::at(visit, end)).unwrap_or_default();
    let row = |name: &'static str, value: String| el("div").kid(tx("dt", name)).kid(tx("dd", value));
    Ok(cl("dl", "fa")
        .kid(row(w.al_where, where_text(visit, &work.text)))
        .kid(row(w.al_until, end))
        .kid(row(w.al_written_by, names.join(", ")))
        .kid(row(w.source_name, work.text.source.clone())))
}

/// How many places, then all their names: nobody confirms what he has not read.
pub fn where_text(visit: &Visit, text: &Manuscript) -> String {
    let count = fill(visit.w().al_to_places, &[("n", &text.places.len().to_string())]);
    let chosen = instance().places.iter().filter(|place| text.places.contains(&PlaceCode(place.code)));
    let names = chosen.map(|place| place.name.get(visit.lang));
    [&count, ": ", &names.collect::<Vec<_>>().join(", ")].concat()
}

/// Which alert an update takes the place of, and whether it ends earlier or leaves a place out.
pub(super) fn predecessor(visit: &Visit, text: &Manuscript) -> Option<El> {
    let w = visit.w();
    let newest = text.warning()?.references.last()?.parse().ok()?;
    let snapshot = visit.site.live.now();
    let card = &snapshot.items.get(&newest)?.card;
    let title = [&card.headlines[0].title, " (", &places_named(&card.places, visit.lang), ")"].concat();
    let (level, end) = (card.alert()?.level.to_string(), card.expires?);
    let was = [("title", title.as_str()), ("level", &level), ("time", &works_view::at(visit, end))];
    let earlier = crate::desk::alerts::end(text).is_some_and(|new| new < end);
    let earlier = earlier.then(|| cl("p", "warn").text(w.al_earlier));
    let at = |places: &[PlaceCode], unit: &Place| instance().concerns(places, PlaceCode(unit.code));
    let dropped = instance().units().filter(|unit| at(&card.places, unit) && !at(&text.places, unit));
    let dropped: Vec<&str> = dropped.map(|unit| unit.name.get(visit.lang)).collect();
    let fewer = fill(w.al_fewer, &[("places", &dropped.join(", "))]);
    let fewer = (!dropped.is_empty()).then(|| cl("p", "warn").text(fewer));
    Some(el("div").kid(cl("p", "em").text(fill(w.al_replaces, &was))).maybe(earlier).maybe(fewer))
}

/// That others are at an update of the same alert, so that they agree on one.
pub(super) async fn beside(visit: &Visit, person: &Person, text: &Manuscript, own: Option<i64>) -> Result<Option<El>, Trouble> {
    let w = visit.w();
    let rivals = works::rivals(&visit.site, text, own).await?;
    let mut rows = Vec::new();
    for work in rivals.iter().filter(|work| may_see(person, work.created_by, &work.text)) {
        let name = visit.site.store.name_of(*work.hands.last().unwrap_or(&work.created_by)).await?;
        let title = el("a").attr("href", visit.to(&format!("/viec/{}", work.id))).text(work.text.heading());
        rows.push(el("li").kid(title).text([", ", &name, " "].concat()).kid(badge(work.state.stage, work.state.live, w)));
    }
    // That there is one must be known also to whoever may not see it.
    let list = (!rows.is_empty()).then(|| el("ul").kids(rows));
    Ok((!rivals.is_empty()).then(|| cl("div", "warn").kid(tx("p", w.al_beside)).maybe(list)))
}

/// Whether somebody may still say something about a live alert.
pub fn may_follow(person: &Person, work: &Work, action: Action) -> bool {
    work.state.stage == Stage::Published && may(person, action, &work.text.places)
}
