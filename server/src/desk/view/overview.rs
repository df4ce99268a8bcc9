//! What waits for whom: the first page after signing in, and the list of works.

use super::frame::{page, root};
use super::history::action_name;
use super::outside;
use super::work::opened;
use super::{choice, field, hidden, input, send};
use crate::desk::alerts::is_officer;
use crate::desk::visit::Visit;
use crate::desk::works::{Trouble, home, list as list_of, may_see};
use crate::opens::SHOWN;
use crate::store::desk::{List, Listed, Notice, Person};
use axum::http::StatusCode;
use axum::response::Response;
use domain::content::{Kind, PlaceCode, Time};
use domain::editorial::{Action, Manuscript, Scope, Stage, sees};
use domain::instance::instance;
use domain::route::Route;
use domain::words::{Desk, ago, date_time, fill};
use ui::el::{El, cl, el, link, tx};

/// Works of one page of a list, and of each list on the first page.
const LIST: usize = 60;
const FIRST: usize = 20;
const NEWEST: usize = 10;
/// "Ends soon", and "not looked at for long", in seconds.
const SOON: i64 = 14 * 86_400;
const LONG: i64 = 182 * 86_400;
/// What is on its way to readers.
const SENT: [Stage; 3] = [Stage::InReview, Stage::Approved, Stage::Scheduled];

/// A list that has an address of its own: its name there, its heading, and what it asks for.
fn known(visit: &Visit) -> [(&'static str, &'static str, List<'static>); 5] {
    let (w, now) = (visit.w(), visit.now());
    [
        ("cho-duyet", w.waits_for_me, List::ToJudge { alert: false }),
        ("ban-nhap", w.my_drafts, List::Begun { stages: &[Stage::Draft] }),
        ("da-gui", w.sent_by_me, List::Begun { stages: &SENT }),
        ("sap-het", w.ends_soon, List::Ending { from: now, until: now.plus(SOON) }),
        ("lau-chua-xem", w.not_reviewed, List::Untouched { since: now.plus(-LONG) }),
    ]
}

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
    let places = if places.is_empty() { visit.lang.words().everyone() } else { &places };
    let opens = if work.live && work.opens >= SHOWN { opened(visit, work.opens) } else { String::new() };
    let facts = [&work.author, " · ", places, " · ", &ago(work.changed, visit.now(), visit.lang)].concat();
    let a = el("a").attr("href", address).kid(tx(heading, title));
    let small = cl("small", "sl").kid(badge(work.stage, work.live, w)).text(" ").text(facts);
    el("li").kid(a).kid(if opens.is_empty() { small } else { small.text(" · ").text(opens) })
}

/// A list on the first page, and the way to all of it where it is longer.
fn section(visit: &Visit, title: &'static str, works: &[Listed], count: usize, path: &str) -> Option<El> {
    (!works.is_empty()).then(|| {
        let rows = works.iter().take(count).map(|work| row(visit, "h3", work));
        let all =
            (works.len() > count).then(|| cl("p", "wy").kid(link(visit.to(path), fill(visit.w().all_of, &[("list", title)]))));
        el("section").kid(tx("h2", title)).kid(cl("ul", "ls").kids(rows.collect())).maybe(all)
    })
}

fn beginnings(visit: &Visit) -> El {
    let w = visit.w();
    let words = visit.lang.words();
    let kinds = [("bulletin", words.kind_bulletin()), ("guide", words.kind_guide()), ("event", words.kind_event())];
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
    let ask = async |list, count: usize| list_of(&visit.site, person, list, None, count as u32 + 1).await;
    let alerts = ask(List::ToJudge { alert: true }, LIST).await?;
    let alerts = super::alert::section(visit, "nt", w.al_waits, &alerts.iter().collect::<Vec<_>>());
    let messages = super::messages::waiting(visit, person).await?;
    let mut quiet = alerts.is_none() && messages.is_none();
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
    let mut sections = Vec::new();
    for (name, title, list) in known(visit) {
        let works = ask(list, FIRST).await?;
        quiet &= works.is_empty() || !matches!(name, "cho-duyet" | "ban-nhap");
        sections.extend(section(visit, title, &works, FIRST, &["/viec?loc=", name].concat()));
    }
    let newest = ask(List::At { stages: &[Stage::Published], alert: false }, NEWEST).await?;
    sections.extend(section(visit, w.live_now, &newest, NEWEST, &["/viec?stage=", Stage::Published.name()].concat()));
    if quiet {
        main = main.kid(cl("p", "em").text(w.nothing_waits));
    }
    Ok(page(visit, StatusCode::OK, w.overview, main.kids(sections)))
}

/// Whether there are places that this person does not look after.
fn has_others(person: &Person) -> bool {
    let own = |code| sees(&person.grants, Scope { places: &[PlaceCode(code)], topics: &[], alert: false });
    instance().places.iter().any(|place| !own(place.code))
}

/// Where a copy of a work is begun.
fn copy(id: i64, text: &Manuscript) -> String {
    format!("/viec/moi?loai={}&tu={id}", text.kind)
}

/// What readers have of other places, to be read as they read it, and copied.
fn elsewhere(visit: &Visit, work: &Listed) -> Option<El> {
    let read = Route::Item(work.item?).path(visit.lang);
    let copy = cl("a", "bt").attr("href", visit.to(&copy(work.id, &work.text))).text(visit.w().copy);
    Some(row_to(visit, "h2", work, read).kid(cl("p", "ac").kid(copy)))
}

pub async fn list(visit: &Visit, person: &Person) -> Result<Response, Trouble> {
    let w = visit.w();
    let writes = home(person, Action::Write).is_some();
    let has_others = writes && has_others(person);
    let asked = Stage::from_name(visit.query.get("stage"));
    let stages: Vec<Stage> = asked.map_or_else(|| Stage::ALL.to_vec(), |stage| vec![stage]);
    let words = visit.query.get("q");
    // Whoever has the address of what readers see gets to its work, or to what can be made one, or to a copy of it.
    let item = outside::named(words);
    if let Some(item) = item
        && let Some(id) = visit.site.store.work_of(item).await?
        && let Some(work) = visit.site.store.work(id).await?
    {
        let foreign = has_others && !may_see(person, work.created_by, &work.text);
        return Ok(visit.go(&if foreign { copy(id, &work.text) } else { format!("/viec/{id}") }));
    }
    let snapshot = visit.site.live.now();
    let stray = item.and_then(|item| snapshot.items.get(&item)).map(|item| outside::outside(visit, person, item));
    let named = known(visit).into_iter().find(|(name, ..)| *name == visit.query.get("loc"));
    let away = named.is_none() && has_others && visit.query.get("o") == "khac";
    let found = if away { List::Elsewhere { words } } else { List::Found { stages: &stages, words } };
    let wanted = named.map_or(found, |(_, _, list)| list);
    let after = visit.query.get("truoc").split_once('-').and_then(|(key, id)| Some((key.parse().ok()?, id.parse().ok()?)));
    let found = list_of(&visit.site, person, wanted, after, LIST as u32 + 1).await?;
    let mut main = root(w.works);
    if let Some((_, title, _)) = named {
        main = main.kid(tx("h2", title));
    } else {
        if writes {
            main = main.kid(beginnings(visit));
        }
        main = main.kid(search(visit, words, asked, has_others.then_some(away)));
        main = main.maybe(stray);
    }
    if found.is_empty() {
        main = main.kid(cl("p", "em").text(w.no_works));
    }
    let heading = if named.is_some() { "h3" } else { "h2" };
    let rows =
        found.iter().take(LIST).filter_map(|work| if away { elsewhere(visit, work) } else { Some(row(visit, heading, work)) });
    main = main.kid(cl("ul", "ls").kids(rows.collect()));
    if found.len() > LIST
        && let Some(last) = found.get(LIST - 1)
    {
        let (key, id) = wanted.key(last);
        let mut query = form_urlencoded::Serializer::new(String::from("/viec?"));
        for name in ["q", "stage", "o", "loc"] {
            let value = visit.query.get(name);
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair("truoc", &format!("{key}-{id}"));
        let text = if named.is_some() { w.next_works } else { w.older };
        main = main.kid(back(visit, &query.finish(), text));
    }
    Ok(page(visit, StatusCode::OK, w.works, main))
}

/// What to look for; `away` where there are works of others to look through: whether among them.
fn search(visit: &Visit, words: &str, asked: Option<Stage>, away: Option<bool>) -> El {
    let w = visit.w();
    let options = Stage::ALL.into_iter().map(|stage| choice(stage.name().into(), asked == Some(stage), stage_name(stage, w)));
    let all = choice(String::new(), asked.is_none(), w.every_stage);
    cl("form", "fl")
        .attr("action", visit.to("/viec"))
        .kid(field("q", w.find_words, w.find_hint, input("search", words)))
        .kid(field("stage", w.stage, "", el("select").kid(all).kids(options.collect())))
        .maybe(away.map(|away| {
            let mine = choice(String::new(), !away, w.where_mine);
            field("o", w.where_label, "", el("select").kid(mine).kid(choice("khac".into(), away, w.where_others)))
        }))
        .kid(cl("p", "ac").kid(send(w.find)))
}

/// When a scheduled work goes out.
pub fn scheduled(visit: &Visit, at: Time) -> El {
    cl("p", "st soon").text(fill(visit.w().goes_out, &[("at", &date_time(at, visit.now(), visit.lang))]))
}

/// Kind of a work in words.
pub fn kind_name(kind: Option<Kind>, visit: &Visit) -> &'static str {
    let words = visit.lang.words();
    match kind {
        Some(Kind::ALERT) => words.kind_alert(),
        Some(Kind::GUIDE) => words.kind_guide(),
        Some(Kind::EVENT) => words.kind_event(),
        _ => words.kind_bulletin(),
    }
}

pub fn back(visit: &Visit, path: &str, text: &'static str) -> El {
    cl("p", "wy").kid(link(visit.to(path), text))
}
