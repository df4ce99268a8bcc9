//! What waits for whom: the first page after signing in, and the list of works.

use super::frame::{page, root};
use super::history::action_name;
use super::{choice, field, hidden, input, send};
use crate::desk::OPEN;
use crate::desk::alerts::is_officer;
use crate::desk::visit::Visit;
use crate::desk::works::{Trouble, home, may_see, scope};
use crate::store::desk::{Listed, Notice, Person};
use axum::http::StatusCode;
use axum::response::Response;
use domain::content::{Kind, PlaceCode, Time};
use domain::editorial::{Action, Scope, Stage, allowed, sees};
use domain::instance::instance;
use domain::route::Route;
use domain::words::{Desk, ago, date_time, fill};
use ui::el::{El, cl, el, link, tx};

/// Works of one list.
const LIST: u32 = 60;
/// "Ends soon", and "not looked at for long", in seconds.
const SOON: i64 = 14 * 86_400;
const LONG: i64 = 182 * 86_400;

pub fn stage_name(stage: Stage, w: &'static Desk) -> &'static str {
    match stage {
        Stage::Draft => w.stage_draft,
        Stage::InReview => w.stage_in_review,
        Stage::Approved => w.stage_approved,
        Stage::Scheduled => w.stage_scheduled,
        Stage::Published => w.stage_published,
        Stage::Withdrawn => w.stage_withdrawn,
        Stage::Archived => w.stage_archived,
        Stage::Closed => w.stage_closed,
    }
}

/// Stage as a word with a shape, and whether readers have it meanwhile.
pub fn badge(stage: Stage, live: bool, w: &'static Desk) -> El {
    let class = match stage {
        Stage::Published => "sb on",
        Stage::InReview | Stage::Approved | Stage::Scheduled => "sb soon",
        Stage::Draft => "sb",
        Stage::Withdrawn | Stage::Archived | Stage::Closed => "sb off",
    };
    let badge = cl("span", class).text(stage_name(stage, w));
    if live && stage != Stage::Published { badge.text(" · ").text(w.still_live) } else { badge }
}

pub fn row(visit: &Visit, heading: &'static str, work: &Listed) -> El {
    row_to(visit, heading, work, visit.to(&format!("/viec/{}", work.id)))
}

fn row_to(visit: &Visit, heading: &'static str, work: &Listed, address: String) -> El {
    let w = visit.w();
    let title = if work.title.is_empty() { w.untitled.to_owned() } else { work.title.clone() };
    let places = work.text.places.iter().filter_map(|place| instance().place(*place)).map(|place| place.name.get(visit.lang));
    let places = places.take(2).collect::<Vec<_>>().join(", ");
    let places = if places.is_empty() { visit.lang.words().everyone } else { &places };
    let facts = [&work.author, " · ", places, " · ", &ago(work.changed, visit.now(), visit.lang)].concat();
    let a = el("a").attr("href", address).kid(tx(heading, title));
    el("li").kid(a).kid(cl("small", "sl").kid(badge(work.stage, work.live, w)).text(" ").text(facts))
}

fn section(visit: &Visit, title: &'static str, works: &[&Listed]) -> Option<El> {
    (!works.is_empty()).then(|| {
        let rows = works.iter().map(|work| row(visit, "h3", work));
        el("section").kid(tx("h2", title)).kid(cl("ul", "ls").kids(rows.collect()))
    })
}

/// Works that this person may look at: of the places of his roles, and for everyone.
pub async fn visible(visit: &Visit, person: &Person, stages: &[Stage], words: &str, count: u32) -> Result<Vec<Listed>, Trouble> {
    let everywhere = person.grants.iter().any(|grant| instance().place(grant.place).is_some_and(|place| place.parent.is_none()));
    let mut places: Vec<u32> = person.grants.iter().map(|grant| grant.place.0).collect();
    places.push(0);
    let places = if everywhere { None } else { Some(&places[..]) };
    let all = visit.site.store.works(stages, places, words, count).await?;
    Ok(all.into_iter().filter(|work| may_see(person, work.created_by, &work.text)).collect())
}

fn beginnings(visit: &Visit) -> El {
    let w = visit.w();
    let words = visit.lang.words();
    let kinds = [("bulletin", words.kind_bulletin), ("guide", words.kind_guide), ("event", words.kind_event)];
    let links = kinds.into_iter().map(|(kind, name)| {
        cl("a", "bt")
            .attr("href", visit.to(&["/viec/moi?loai=", kind].concat()))
            .text(fill(w.write_kind, &[("kind", &name.to_lowercase())]))
    });
    cl("p", "ac").kids(links.collect())
}

/// What others did to one's works.
fn notices(visit: &Visit, all: &[Notice]) -> Option<El> {
    let w = visit.w();
    let newest = all.first()?.id.to_string();
    let rows = all.iter().map(|notice| {
        let title = if notice.title.is_empty() { w.untitled } else { &notice.title };
        let who = if notice.actor.is_empty() { w.the_server } else { &notice.actor };
        let told = [who, " ", &action_name(&notice.action, w), " · ", &ago(notice.at, visit.now(), visit.lang)].concat();
        let a = el("a").attr("href", visit.to(&format!("/viec/{}", notice.work))).text(title.to_owned());
        el("li").kid(a).kid(cl("small", "sl").text(told))
    });
    let seen = el("form").attr("method", "post").attr("action", visit.to("/tin-bao")).kid(hidden("until", newest));
    let list = cl("ul", "ls").kids(rows.collect());
    Some(cl("section", "nt").kid(tx("h2", w.notices)).kid(list).kid(seen.kid(cl("p", "ac").kid(send(w.notices_seen)))))
}

pub async fn overview(visit: &Visit, person: &Person) -> Result<Response, Trouble> {
    let w = visit.w();
    let now = visit.now();
    let all = visible(visit, person, &OPEN, "", 200).await?;
    let alerts = super::alert::waiting(person, &all);
    let alerts = super::alert::section(visit, "nt", w.al_waits, &alerts);
    let messages = super::messages::waiting(visit, person).await?;
    let quiet = alerts.is_none() && messages.is_none();
    let open: Vec<Listed> = all.iter().filter(|work| work.text.alert.is_none()).cloned().collect();
    let live = visible(visit, person, &[Stage::Published], "", 200).await?;
    let judges = |work: &Listed| allowed(&person.grants, Action::Approve, scope(&work.text));
    let mine = |work: &&Listed| work.created_by == person.id;
    let waiting: Vec<&Listed> = open
        .iter()
        .filter(|work| match work.stage {
            Stage::InReview => judges(work) && work.created_by != person.id,
            Stage::Approved => judges(work),
            Stage::Draft => mine(work),
            _ => false,
        })
        .collect();
    let sent: Vec<&Listed> = open.iter().filter(|work| mine(work) && work.stage != Stage::Draft).collect();
    let live: Vec<Listed> = live.into_iter().filter(|work| work.text.alert.is_none()).collect();
    let ends = |work: &Listed| Time::parse(work.text.expires.get(..10).unwrap_or_default());
    let ending: Vec<&Listed> =
        live.iter().filter(|work| ends(work).is_some_and(|end| end > now && end.since(now) < SOON)).collect();
    let stale: Vec<&Listed> = live.iter().filter(|work| now.since(work.changed) > LONG).collect();
    let newest: Vec<&Listed> = live.iter().take(10).collect();
    let mut main = root(w.overview).kid(cl("p", "ld").text(fill(w.hello, &[("name", &person.name)])));
    // What may ring phones comes before everything else.
    main = main.maybe(alerts).maybe(messages);
    if is_officer(person) {
        main = main.kid(super::alert::begin(visit));
    }
    main = main.maybe(notices(visit, &visit.site.store.notices(person.id).await?));
    main = main.kid(super::tree::section(visit, person).await?);
    if home(person, Action::Write).is_some() {
        main = main.kid(beginnings(visit));
    }
    let sections = [
        section(visit, w.waits_for_me, &waiting),
        section(visit, w.sent_by_me, &sent),
        section(visit, w.ends_soon, &ending),
        section(visit, w.not_reviewed, &stale),
        section(visit, w.live_now, &newest),
    ];
    let sections: Vec<El> = sections.into_iter().flatten().collect();
    if waiting.is_empty() && quiet {
        main = main.kid(cl("p", "em").text(w.nothing_waits));
    }
    Ok(page(visit, StatusCode::OK, w.overview, main.kids(sections)))
}

/// Places that this person does not look after.
fn others(person: &Person) -> Vec<u32> {
    let own = |code: &u32| sees(&person.grants, Scope { places: &[PlaceCode(*code)], topics: &[], alert: false });
    instance().places.iter().map(|place| place.code).filter(|code| !own(code)).collect()
}

/// What readers have of other places, to be read as they read it, and copied.
fn elsewhere(visit: &Visit, work: &Listed) -> Option<El> {
    let read = Route::Item(work.item?).path(visit.lang);
    let copy = visit.to(&format!("/viec/moi?loai={}&tu={}", work.text.kind, work.id));
    let copy = cl("a", "bt").attr("href", copy).text(visit.w().copy);
    Some(row_to(visit, "h2", work, read).kid(cl("p", "ac").kid(copy)))
}

pub async fn list(visit: &Visit, person: &Person) -> Result<Response, Trouble> {
    let w = visit.w();
    let writes = home(person, Action::Write).is_some();
    let others = if writes { others(person) } else { Vec::new() };
    let away = !others.is_empty() && visit.query.get("o") == "khac";
    let asked = Stage::from_name(visit.query.get("stage"));
    let stages: Vec<Stage> = asked.map_or_else(|| Stage::ALL.to_vec(), |stage| vec![stage]);
    let words = visit.query.get("q");
    let rows: Vec<El> = if away {
        let found = visit.site.store.works(&[Stage::Published], Some(&others), words, LIST).await?;
        let foreign = |work: &&Listed| work.text.alert.is_none() && !may_see(person, work.created_by, &work.text);
        found.iter().filter(foreign).filter_map(|work| elsewhere(visit, work)).collect()
    } else {
        visible(visit, person, &stages, words, LIST).await?.iter().map(|work| row(visit, "h2", work)).collect()
    };
    let options = Stage::ALL.into_iter().map(|stage| choice(stage.name().into(), asked == Some(stage), stage_name(stage, w)));
    let all = choice(String::new(), asked.is_none(), w.every_stage);
    let form = cl("form", "fl")
        .attr("action", visit.to("/viec"))
        .kid(field("q", w.find_title, "", input("search", words)))
        .kid(field("stage", w.stage, "", el("select").kid(all).kids(options.collect())))
        .maybe((!others.is_empty()).then(|| {
            let mine = choice(String::new(), !away, w.where_mine);
            field("o", w.where_label, "", el("select").kid(mine).kid(choice("khac".into(), away, w.where_others)))
        }))
        .kid(cl("p", "ac").kid(send(w.find)));
    let mut main = root(w.works);
    if writes {
        main = main.kid(beginnings(visit));
    }
    main = main.kid(form);
    let main = if rows.is_empty() { main.kid(cl("p", "em").text(w.no_works)) } else { main.kid(cl("ul", "ls").kids(rows)) };
    Ok(page(visit, StatusCode::OK, w.works, main))
}

/// When a scheduled work goes out.
pub fn scheduled(visit: &Visit, at: Time) -> El {
    cl("p", "st soon").text(fill(visit.w().goes_out, &[("at", &date_time(at, visit.now(), visit.lang))]))
}

/// Kind of a work in words.
pub fn kind_name(kind: Option<Kind>, visit: &Visit) -> &'static str {
    let words = visit.lang.words();
    match kind {
        Some(Kind::ALERT) => words.kind_alert,
        Some(Kind::GUIDE) => words.kind_guide,
        Some(Kind::EVENT) => words.kind_event,
        _ => words.kind_bulletin,
    }
}

pub fn back(visit: &Visit, path: &str, text: &'static str) -> El {
    cl("p", "wy").kid(link(visit.to(path), text))
}
