//! The page of one work: what it says, what is missing, and what this person may do with it.

use super::frame::{framed, page};
use super::history::{action_name, said};
use super::overview::{back, badge, kind_name, scheduled};
use super::report::report;
use super::{Shown, area, field, hex, hidden, input, trouble, write};
use crate::apart::apart;
use crate::desk::form::Form;
use crate::desk::links;
use crate::desk::visit::Visit;
use crate::desk::works::{NOT_PUBLISHED, Trouble, compile, files, may_see, reaches};
use crate::import::html;
use crate::opens::SHOWN;
use crate::store::desk::{Person, Work};
use axum::http::StatusCode;
use axum::response::Response;
use domain::content::{Body, Card, Gone, Time};
use domain::editorial::{Action, Deed, Stage, markup, transition};
use domain::words::fill;
use ui::data::ItemData;
use ui::el::{El, cl, el, tx};

/// Whether this person may take a step now.
pub fn may(person: &Person, work: &Work, action: Action) -> bool {
    let deed = Deed { actor: person.id, hands: &work.hands, text: work.hash, seen: work.hash };
    reaches(person, work, action) && transition(work.state, action, &deed).is_ok()
}

/// Both steps in a row.
pub fn may_both(person: &Person, work: &Work, first: Action, then: Action) -> bool {
    let deed = Deed { actor: person.id, hands: &work.hands, text: work.hash, seen: work.hash };
    may(person, work, first)
        && reaches(person, work, then)
        && transition(work.state, first, &deed).and_then(|state| transition(state, then, &deed)).is_ok()
}

async fn open(visit: &Visit, person: &Person, id: i64) -> Result<Work, Trouble> {
    let work = visit.site.store.work(id).await?.ok_or(Trouble::NotFound)?;
    // Who may not see it does not learn that it is there.
    if may_see(person, work.created_by, &work.text) { Ok(work) } else { Err(Trouble::NotFound) }
}

pub async fn work(visit: &Visit, person: &Person, id: i64, shown: Shown) -> Result<Response, Trouble> {
    let w = visit.w();
    let mut work = open(visit, person, id).await?;
    if work.text.alert.is_some() {
        let text = shown.typed.as_ref().unwrap_or(&work.text);
        let files = files(&visit.site, text).await?;
        return super::alert::work(visit, person, work, files, shown).await;
    }
    let writes = may(person, &work, Action::Write);
    let typed = shown.typed.is_some();
    if let Some(text) = shown.typed {
        work.text = text;
    }
    // Whoever judges reads first; whoever writes has the form before him.
    let editing = writes && (work.state.stage == Stage::Draft || typed || visit.query.has("sua"));
    let files = files(&visit.site, &work.text).await?;
    let (done, findings) = compile(&work, &files, visit.now());
    let links = visit.site.store.links(&links::of(&work.text)).await?;
    let title = if work.text.title().is_empty() { w.untitled.to_owned() } else { work.text.title().to_owned() };
    let uploads = if editing { visit.site.store.uploads(id).await? } else { Vec::new() };
    let mut main = cl("div", "pg")
        .kid(back(visit, "/viec", w.works))
        .kid(tx("h1", title))
        .kid(cl("p", "sl").text(kind_name(work.text.kind(), visit)).text(" · ").kid(badge(work.state.stage, work.state.live, w)));
    if let Some(item) = work.item.filter(|_| work.state.live) {
        main = main.kid(cl("p", "sl").text(opened(visit, visit.site.store.opens(item).await?)));
    }
    main = main.maybe(work.publish_at.map(|at| scheduled(visit, at)));
    if let Some(trouble) = &shown.trouble {
        main = main.kid(trouble::told(visit, trouble, &work.text).await?);
    } else if visit.query.has("da-luu") {
        main = main.kid(cl("p", "ok").attr("role", "status").text(w.saved));
    }
    if let Some(remark) = remark(visit, &work).await? {
        main = main.kid(remark);
    }
    if editing {
        main = main.kid(ways(visit, &work)).kid(report(visit, &work, &done, &findings, &links));
        main = main.kid(write::form(visit, person, write::Begun::Work(&work), &work.text, &uploads));
        main = main.kid(super::files::bring(visit, &work)).kid(frame(visit, Some(&work)));
        // The form has its own buttons for saving and sending in.
        main = main.maybe(steps(visit, person, &work, &[Action::Drop, Action::Withdraw, Action::Archive]));
    } else {
        let first = [Action::TakeBack, Action::Approve, Action::SendBack, Action::Publish, Action::Schedule, Action::Unschedule];
        let then = [Action::Review, Action::Correct, Action::Drop, Action::Withdraw, Action::Archive, Action::Reopen];
        main = main.kid(ways(visit, &work));
        if writes {
            let edit = cl("a", "bt").attr("href", visit.to(&format!("/viec/{id}?sua=1"))).text(w.edit);
            main = main.kid(cl("p", "ac").kid(edit));
        }
        let unready = !findings.is_empty() && !matches!(work.state.stage, Stage::Published | Stage::Withdrawn | Stage::Archived);
        if unready {
            main = main.kid(report(visit, &work, &done, &findings, &links));
        }
        main = main.maybe(super::files::voices(visit, &work.text).await?);
        main = main.maybe(steps(visit, person, &work, &first)).kid(inline_preview(visit, &work, &done.card, &done.body));
        main = main.maybe(steps(visit, person, &work, &then));
        if own_text(person, &work) {
            main = main.kid(cl("p", "em").text(w.own_text));
        }
    }
    let status = shown.trouble.as_ref().map_or(StatusCode::OK, trouble::status);
    Ok(page(visit, status, w.works, main))
}

/// Times opened; a small sum could tell who it was.
pub fn opened(visit: &Visit, count: i64) -> String {
    let w = visit.w();
    if count < SHOWN { fill(w.opened_few, &[("n", &SHOWN.to_string())]) } else { fill(w.opened, &[("n", &count.to_string())]) }
}

fn own_text(person: &Person, work: &Work) -> bool {
    work.state.stage == Stage::InReview && reaches(person, work, Action::Approve) && work.hands.contains(&person.id)
}

pub fn ways(visit: &Visit, work: &Work) -> El {
    let w = visit.w();
    let at = |path: &str| visit.to(&format!("/viec/{}{path}", work.id));
    let kind = work.text.kind.as_str();
    let copy = visit.to(&format!("/viec/moi?loai={kind}&tu={}", work.id));
    let mut row = cl("p", "ac").kid(cl("a", "bt").attr("href", at("/xem")).text(w.preview));
    row = row.kid(cl("a", "bt").attr("href", at("/lich-su")).text(w.history));
    if work.text.alert.is_none() {
        row = row.kid(cl("a", "bt").attr("href", copy).text(w.copy));
    }
    match (work.item, work.state.live) {
        (Some(id), true) => {
            row.kid(cl("a", "bt").attr("href", domain::route::Route::Item(id).path(visit.lang)).text(w.as_readers))
        }
        _ => row,
    }
}

/// The last remark, for whoever has to do something about it.
pub async fn remark(visit: &Visit, work: &Work) -> Result<Option<El>, Trouble> {
    let (wanted, over) = match work.state.stage {
        Stage::Draft | Stage::Withdrawn => (&["send-back", "withdraw"][..], "submit"),
        Stage::Approved => (&[NOT_PUBLISHED][..], "schedule"),
        _ => return Ok(None),
    };
    let lines = visit.site.store.audit(Some(work.id), None, 20).await?;
    let mut lines = lines.into_iter().take_while(|line| line.action != over);
    let found = lines.find(|line| wanted.contains(&line.action.as_str()) && !line.words.is_empty());
    Ok(found.map(|line| {
        let (by, told) = match line.action.as_str() {
            NOT_PUBLISHED => (visit.w().the_server, [&action_name(NOT_PUBLISHED, visit.w()), ": "].concat()),
            _ => (line.actor.as_str(), String::new()),
        };
        let by = fill(visit.w().remark_by, &[("name", by)]);
        cl("blockquote", "rm").kid(tx("p", [told, said(visit, &line)].concat())).kid(tx("footer", by))
    }))
}

fn article(visit: &Visit, work: &Work, card: &Card, body: &Body) -> El {
    let ctx = super::ctx(visit);
    if work.state.stage == Stage::Withdrawn
        && let Some(id) = work.item
        && let Some(gone) = visit.site.live.now().gone.get(&id)
    {
        let gone: &Gone = gone;
        return ui::pages::gone(&ctx, gone);
    }
    let data = ItemData::select(card, Some(body), std::iter::empty(), visit.now());
    ui::pages::item(&ctx, data)
}

fn inline_preview(visit: &Visit, work: &Work, card: &Card, body: &Body) -> El {
    cl("section", "pv").attr("aria-label", visit.w().preview).kid(article(visit, work, card, body))
}

/// The same page as a phone shows it, drawn anew after each save; needs the script, which fills in its address. Of a text
/// that is not stored yet (`None`) there is none before it is.
pub fn frame(visit: &Visit, work: Option<&Work>) -> El {
    let w = visit.w();
    let src = work.map(|work| visit.to(&format!("/viec/{}/xem", work.id)));
    let mut frame = cl("iframe", "ph").attr("title", w.preview).attr("loading", "lazy");
    if let Some(src) = src {
        frame = frame.attr("data-src", src);
    }
    let dark = cl("button", "bt").attr("type", "button").attr("data-do", "dark").attr("aria-pressed", "false").text(w.dark);
    cl("section", "js fr2").flag("hidden", work.is_none()).kid(tx("h2", w.preview)).kid(cl("p", "ac").kid(dark)).kid(frame)
}

pub async fn preview(visit: &Visit, person: &Person, id: i64) -> Result<Response, Trouble> {
    let work = open(visit, person, id).await?;
    let files = files(&visit.site, &work.text).await?;
    let (done, _) = compile(&work, &files, visit.now());
    let title = work.text.heading();
    if work.text.alert.is_some() {
        let page = super::alert::preview(visit, &work.text, &done.card, &done.body);
        return Ok(framed(visit, &title, visit.query.get("nen"), page));
    }
    Ok(framed(visit, &title, visit.query.get("nen"), article(visit, &work, &done.card, &done.body)))
}

/// Text from a word processor or a web page as it is typed here.
pub async fn pasted(form: &Form) -> Result<Response, Trouble> {
    let source = form.get("html").to_owned();
    let blocks = apart(move || html::blocks(&source)).await;
    Ok(super::json(StatusCode::OK, &serde_json::json!({ "text": markup::print(&blocks) })))
}

/// Steps as forms, each with what it needs.
pub fn steps(visit: &Visit, person: &Person, work: &Work, wanted: &[Action]) -> Option<El> {
    let w = visit.w();
    let action = visit.to(&format!("/viec/{}/buoc", work.id));
    let form = || el("form").attr("method", "post").attr("action", action.clone()).kid(hidden("seen", hex(&work.hash)));
    let go = |actions: &'static str, text, main: bool| {
        cl("button", if main { "bt go" } else { "bt" }).attr("name", "do").attr("value", actions).text(text)
    };
    let words =
        |id: &'static str, label, hint| field(id, label, hint, area("3", "").attr("maxlength", "600").flag("required", true));
    let named = |mut el: El, text: &'static str, inside: El| {
        el = el.kid(tx("summary", text));
        el.kid(inside)
    };
    let mut out = Vec::new();
    for step in wanted.iter().filter(|step| may(person, work, **step)) {
        out.push(match step {
            Action::Approve => {
                let mut row = cl("p", "ac");
                if may_both(person, work, Action::Approve, Action::Publish) {
                    row = row.kid(go("approve publish", w.approve_publish, true));
                }
                form().kid(row.kid(go("approve", w.approve, false)))
            }
            Action::Publish => form().kid(cl("p", "ac").kid(go("publish", w.publish, true))),
            Action::Schedule => {
                let at = field("at", w.schedule_at, "", input("datetime-local", "").flag("required", true));
                named(el("details"), w.schedule, form().kid(at).kid(go("schedule", w.schedule, false)))
            }
            Action::SendBack => {
                let inside = form().kid(words("words", w.remark, w.remark_hint)).kid(go("send-back", w.send_back, false));
                named(el("details"), w.send_back, inside)
            }
            Action::Withdraw => {
                let inside = form().kid(words("words", w.reason, w.reason_hint)).kid(go("withdraw", w.withdraw, false));
                named(el("details"), w.withdraw, inside)
            }
            other => {
                let text = match other {
                    Action::TakeBack => w.take_back,
                    Action::Unschedule => w.unschedule,
                    Action::Review => w.review,
                    Action::Correct => w.correct,
                    Action::Drop => w.drop_correction,
                    Action::Archive => w.archive,
                    _ => w.reopen,
                };
                form().kid(cl("p", "ac").kid(go(other.name(), text, false)))
            }
        });
    }
    (!out.is_empty()).then(|| cl("section", "stp").attr("aria-label", w.steps).kids(out))
}

/// When something was, for headings.
pub fn at(visit: &Visit, time: Time) -> String {
    domain::words::date_time(time, visit.now(), visit.lang)
}
