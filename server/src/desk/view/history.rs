//! What was: the history of a work as a readable difference, the audit of everything, and jobs.

use super::frame::{page, root};
use super::overview::{back, stage_name};
use super::people::grant_text;
use super::trouble::later;
use super::work::at;
use crate::apart::apart;
use crate::desk::visit::Visit;
use crate::desk::works::{NOT_PUBLISHED, Trouble, may_see};
use crate::error::Error;
use crate::store::desk::{JobKind, Line, Person, Upload, Version, read_grants};
use axum::http::StatusCode;
use axum::response::Response;
use domain::editorial::{Action, Grant, Manuscript, Scope, Stage, allowed, read_time};
use domain::instance::instance;
use domain::words::{Desk, date, fill};
use similar::{ChangeTag, TextDiff};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use ui::el::{El, cl, el, link, tx};

/// Recordings by the names of their files.
pub type Voices = HashMap<String, Upload>;

/// Changed words within changed lines are looked for as long as this.
const MARKING: Duration = Duration::from_millis(500);
/// Lines of one page of the audit.
const PAGE: u32 = 100;

pub async fn history(visit: &Visit, person: &Person, id: i64) -> Result<Response, Trouble> {
    let w = visit.w();
    let store = &visit.site.store;
    let work = store.work(id).await?.filter(|work| may_see(person, work.created_by, &work.text)).ok_or(Trouble::NotFound)?;
    let versions = store.versions(id).await?;
    let voices = voices(visit, versions.iter().map(|version| &version.text)).await?;
    let steps = store.audit(Some(id), None, 200).await?;
    let mut main = cl("div", "pg").kid(back(visit, &format!("/viec/{id}"), w.back_to_work)).kid(tx("h1", w.history));
    main = main.kid(tx("p", work.text.heading()));
    let lines = steps.iter().map(|line| line_of(visit, line, false));
    main = main.kid(tx("h2", w.done_steps)).kid(cl("ul", "ls tl").kids(lines.collect()));
    main = main.kid(tx("h2", w.versions));
    let texts: Vec<String> = versions.iter().map(|version| plain(&version.text, visit, &voices)).collect();
    // Of many long versions it takes a while, and others wait behind this thread.
    let differences = apart(move || {
        let befores = texts.iter().skip(1).map(String::as_str).chain([""]);
        texts.iter().zip(befores).map(|(text, before)| difference(before, text)).collect::<Vec<El>>()
    });
    for (place, (version, difference)) in versions.iter().zip(differences.await).enumerate() {
        main = main.kid(one(visit, version, place + 1 == versions.len(), difference));
    }
    Ok(page(visit, StatusCode::OK, w.history, main))
}

/// The recordings that some texts have.
pub async fn voices(visit: &Visit, texts: impl Iterator<Item = &Manuscript>) -> Result<Voices, Error> {
    let files = texts.flat_map(|text| text.texts.iter().map(|script| script.audio.clone()));
    visit.site.store.voices(&files.filter(|file| !file.is_empty()).collect()).await
}

fn one(visit: &Visit, version: &Version, first: bool, difference: El) -> El {
    let w = visit.w();
    let n = version.version.to_string();
    let title = fill(w.version_by, &[("n", &n), ("name", &version.by), ("at", &at(visit, version.at))]);
    el("details").flag("open", !first).kid(tx("summary", title)).kid(difference)
}

fn line(label: &str, value: &str) -> Option<String> {
    (!value.trim().is_empty()).then(|| [label, ": ", value].concat())
}

/// A day or an hour that somebody typed, as it is read everywhere else; what cannot be read as he typed it.
fn read_day(visit: &Visit, typed: &str) -> String {
    match read_time(typed) {
        Some(time) if typed.contains('T') => at(visit, time),
        Some(time) => date(time, visit.now(), visit.lang),
        None => typed.to_owned(),
    }
}

/// A manuscript as lines of text: what changed between two of them is what a person sees changed.
pub fn plain(text: &Manuscript, visit: &Visit, voices: &Voices) -> String {
    let w = visit.w();
    let mut lines = Vec::new();
    let mut add = |label: &str, value: &str| lines.extend(line(label, value));
    let topics = text.topics.iter().filter_map(|topic| instance().topic(*topic)).map(|topic| topic.name.get(visit.lang));
    add(w.main_topic, &topics.collect::<Vec<_>>().join(", "));
    let places = text.places.iter().filter_map(|place| instance().place(*place)).map(|place| place.name.get(visit.lang));
    add(w.places, &places.collect::<Vec<_>>().join(", "));
    let day = |typed: &str| read_day(visit, typed);
    for (label, value) in [
        (w.source_name, &text.source),
        (w.document, &text.document),
        (w.source_url, &text.source_url),
        (w.issued, &day(&text.issued)),
        (w.event_start, &day(&text.start)),
        (w.event_end, &day(&text.end)),
        (w.online, &text.online),
        (w.effective, &day(&text.effective)),
        (w.expires, &day(&text.expires)),
        (w.supersedes, &text.supersedes),
        (w.change, &text.change),
    ] {
        add(label, value);
    }
    if let Some(warning) = text.warning() {
        for (label, value) in [
            (w.al_hazard, &warning.hazard),
            (w.al_level, &warning.level.to_string()),
            (w.al_status, &warning.status),
            (w.al_urgency, &warning.urgency),
            (w.al_certainty, &warning.certainty),
            (w.al_calls, &warning.calls.join(", ")),
        ] {
            add(label, value);
        }
    }
    for script in &text.texts {
        if script.is_empty() {
            continue;
        }
        lines.push(["— ", &script.lang, " —"].concat());
        let heard = voices.get(&script.audio).map_or_else(
            || script.audio.clone(),
            // Two takes of one voice are told apart by their files.
            |voice| [&voice.words, " · ", &voice.speaker, " · ", voice.file.get(..8).unwrap_or_default()].concat(),
        );
        let fields = [
            (w.title, &script.title),
            (w.summary, &script.summary),
            (w.papers, &script.papers),
            (w.fee, &script.fee),
            (w.office, &script.office),
            (w.hours, &script.hours),
            (w.duration, &script.duration),
            (w.venue, &script.venue),
            (w.phone, &script.phone),
            (w.audio_whole, &heard),
            (w.al_actions, &script.actions.join(" / ")),
            (w.al_contingency, &script.contingency),
            (w.al_area, &script.area),
        ];
        lines.extend(fields.into_iter().filter_map(|(label, value)| line(label, value)));
        lines.extend(script.text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
    }
    lines.join("\n")
}

/// Only what changed, a line each, the changed words within it marked; said in words too, not by colour alone.
pub fn difference(before: &str, after: &str) -> El {
    let diff = TextDiff::from_lines(before, after);
    let deadline = Instant::now().checked_add(MARKING);
    let mut out = cl("div", "df");
    for op in diff.ops() {
        for change in diff.iter_inline_changes_deadline(op, deadline) {
            let (tag, sign) = match change.tag() {
                ChangeTag::Equal => continue,
                ChangeTag::Delete => ("del", "− "),
                ChangeTag::Insert => ("ins", "+ "),
            };
            let mut line = el(tag).text(sign);
            for (strong, part) in change.iter_strings_lossy() {
                let part = part.trim_end_matches('\n').to_owned();
                line = if strong { line.kid(tx("b", part)) } else { line.text(part) };
            }
            out = out.kid(line);
        }
    }
    out
}

/// What was done, in words.
pub fn action_name(action: &str, w: &'static Desk) -> String {
    let name = match action {
        "create" => w.did_create,
        "upload" => w.did_upload,
        "bring" => w.did_bring,
        "source-add" => w.did_source_add,
        "source-pause" => w.did_source_pause,
        "source-resume" => w.did_source_resume,
        "source-remove" => w.did_source_remove,
        "cap-publish" => w.did_cap_publish,
        "cap-dismiss" => w.did_cap_dismiss,
        "cap-at-once" => w.did_cap_at_once,
        "cap-hold" => w.did_cap_hold,
        "write" => w.did_write,
        "submit" => w.did_submit,
        "take-back" => w.did_take_back,
        "send-back" => w.did_send_back,
        "approve" => w.did_approve,
        "schedule" => w.did_schedule,
        "unschedule" => w.did_unschedule,
        NOT_PUBLISHED => w.did_not_publish,
        "publish" => w.did_publish,
        "correct" => w.did_correct,
        "drop" => w.did_drop,
        "withdraw" => w.did_withdraw,
        "archive" => w.did_archive,
        "reopen" => w.did_reopen,
        "invite" => w.did_invite,
        "uninvite" => w.did_uninvite,
        "join" => w.did_join,
        "roles" => w.did_roles,
        "disable" => w.did_disable,
        "enable" => w.did_enable,
        "sign-in" => w.did_sign_in,
        "sign-in-failed" => w.did_sign_in_failed,
        "sign-out" => w.did_sign_out,
        "review" => w.did_review,
        "expire" => w.did_expire,
        "renew" => w.did_renew,
        "password" => w.did_password,
        "take-over" => w.did_take_over,
        "recovery" => w.did_recovery,
        "end-session" => w.did_end_session,
        "add-passkey" => w.did_add_passkey,
        "drop-passkey" => w.did_drop_passkey,
        "update" => w.did_update,
        "cancel" => w.did_cancel,
        other => other,
    };
    name.to_owned()
}

fn line_of(visit: &Visit, line: &Line, everywhere: bool) -> El {
    let w = visit.w();
    let who = if line.actor.is_empty() { w.the_server } else { &line.actor };
    let mut li = el("li").kid(tx("b", who.to_owned())).text(" ").text(action_name(&line.action, w));
    if !line.account.is_empty() && line.account != line.actor {
        li = li.text(" ").kid(tx("b", line.account.clone()));
    }
    let stage = |name: &str| Stage::from_name(name).map(|stage| stage_name(stage, w));
    if let (Some(before), Some(after)) = (stage(&line.before), stage(&line.after))
        && before != after
    {
        li = li.text([": ", before, " → ", after].concat());
    }
    // Roles as they were and as they are.
    if let ("roles" | "invite", Ok(before), Ok(after)) =
        (line.action.as_str(), read_grants(&line.before), read_grants(&line.after))
    {
        let text = |grants: &[Grant]| grants.iter().map(|grant| grant_text(grant, visit)).collect::<Vec<_>>().join("; ");
        let (before, after) = (text(&before), text(&after));
        let or = |text: String| if text.is_empty() { "–".to_owned() } else { text };
        let text = if line.action == "invite" { after } else { [&or(before), " → ", &or(after)].concat() };
        li = li.text([": ", &text].concat());
    }
    if let (true, Some(work)) = (everywhere, line.work) {
        li = li.text(" · ").kid(link(visit.to(&format!("/viec/{work}")), format!("#{work}")));
    }
    if !line.words.is_empty() {
        li = li.kid(tx("q", said(visit, line)));
    }
    li.kid(tx("small", at(visit, line.at)))
}

/// The words of a line, where the server wrote a code for them.
pub fn said(visit: &Visit, line: &Line) -> String {
    let w = visit.w();
    let words = match (line.action.as_str(), line.words.as_str()) {
        ("cancel", "newer") => w.al_newer,
        ("cancel", "over") => w.al_over,
        ("cancel", "mistake") => w.al_mistake,
        (NOT_PUBLISHED, kept) => return later(visit, kept),
        (_, words) => words,
    };
    words.to_owned()
}

pub async fn audit(visit: &Visit, person: &Person) -> Result<Response, Trouble> {
    let w = visit.w();
    if !allowed(&person.grants, Action::ReadAudit, Scope::ALL) {
        return Err(Trouble::Denied);
    }
    let before = visit.query.get("truoc").parse().ok();
    let lines = visit.site.store.audit(None, before, PAGE).await?;
    let mut main = root(w.audit);
    // Every line and every text is read for it: once for whoever goes through all of them, not with each page.
    if before.is_none() {
        let store = &visit.site.store;
        let warn = |words: &str, id: i64| cl("p", "warn").attr("role", "alert").text(fill(words, &[("n", &id.to_string())]));
        main = main.kid(match store.broken_audit().await? {
            None => cl("p", "st on").text(w.audit_whole),
            Some(id) => warn(w.audit_broken, id),
        });
        main = main.maybe(store.untrue_text().await?.map(|id| warn(w.audit_untrue, id)));
    }
    let rows = lines.iter().map(|line| line_of(visit, line, true));
    main = main.kid(cl("ul", "ls tl").kids(rows.collect()));
    if lines.len() as u32 == PAGE
        && let Some(last) = lines.last()
    {
        main = main.kid(back(visit, &format!("/nhat-ky?truoc={}", last.id), w.older));
    }
    Ok(page(visit, StatusCode::OK, w.audit, main))
}

pub async fn jobs(visit: &Visit, person: &Person) -> Result<Response, Trouble> {
    let w = visit.w();
    if !allowed(&person.grants, Action::ManageJobs, Scope::ALL) {
        return Err(Trouble::Denied);
    }
    let jobs = visit.site.store.jobs().await?;
    let rows = jobs.iter().map(|job| {
        let name = match job.kind {
            JobKind::Publish => w.job_publish,
            JobKind::Encode => w.job_encode,
            JobKind::Links => w.job_links,
            JobKind::Poll => w.job_poll,
            JobKind::Push => w.job_push,
            JobKind::Expire => w.job_expire,
            JobKind::Notify => w.job_notify,
        };
        let mut li = el("li").kid(tx("h2", name)).kid(tx("small", [job.key().as_str(), " · ", &at(visit, job.due)].concat()));
        if !job.trouble.is_empty() {
            let told = fill(w.job_failed, &[("n", &job.tries.to_string()), ("why", &later(visit, &job.trouble))]);
            li = li.kid(cl("p", "warn").text(told));
        }
        // What was not tried yet has its time. What was, and does not say how it ended, may have taken the server with it.
        let form = el("form").attr("method", "post").attr("action", visit.to(&format!("/hang-doi/{}", job.id)));
        li.maybe((job.tries > 0).then(|| form.kid(cl("button", "bt").text(w.job_now))))
    });
    let main = root(w.jobs);
    let main =
        if jobs.is_empty() { main.kid(cl("p", "em").text(w.no_jobs)) } else { main.kid(cl("ul", "ls").kids(rows.collect())) };
    Ok(page(visit, StatusCode::OK, w.jobs, main))
}
