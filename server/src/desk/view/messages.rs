//! Alerts that came from elsewhere: what waits, what became of the others and why; and the line for web sites of communes.

use super::alert::level_text;
use super::sources::Alerts;
use crate::cap::inward;
use crate::cap::read::{self, Message};
use crate::desk::alerts::is_officer;
use crate::desk::sources::confirm::{is_own, may_confirm, standing};
use crate::desk::visit::Visit;
use crate::desk::works::Trouble;
use crate::pages::widget;
use crate::short::cut;
use crate::store::desk::{CapMessage, Person, Source};
use domain::content::ItemId;
use domain::instance::instance;
use domain::words::{ago, date_time, fill};
use std::collections::{HashMap, HashSet};
use ui::el::{El, cl, el, tx};
use url::Url;

/// Of the words of a message: lines, and characters of each.
const LINES: usize = 30;
const LONGEST: usize = 600;

pub fn part(visit: &Visit, person: &Person, alerts: &Alerts) -> Vec<El> {
    let w = visit.w();
    let standing = standing(&visit.site);
    let rows = alerts.messages.iter().map(|message| row(visit, person, message, &standing, &alerts.from)).collect();
    let list = if alerts.messages.is_empty() { cl("p", "em").text(w.cap_none) } else { cl("ul", "ls").kids(rows) };
    let foreign = (alerts.foreign > 0).then(|| tx("p", fill(w.cap_foreign, &[("count", &alerts.foreign.to_string())])));
    let mut out = vec![tx("h2", w.cap_messages), list];
    out.extend(foreign);
    let place = person.grants.first().and_then(|grant| instance().place(grant.place)).filter(|place| !place.is_whole());
    let origin = visit.site.options.origin.as_deref().unwrap_or("https://…");
    out.push(tx("h2", w.cap_widget));
    out.push(tx("p", w.cap_widget_hint));
    out.push(cl("pre", "sr").text(widget::line(place, origin)));
    out
}

/// What waits for this person to confirm it.
pub async fn waiting(visit: &Visit, person: &Person) -> Result<Option<El>, Trouble> {
    if !is_officer(person) {
        return Ok(None);
    }
    let messages = visit.site.store.cap_waiting_all().await?;
    let mine = |message: &&CapMessage| may_confirm(person, &message.places);
    let sources = visit.site.store.sources().await?;
    let from = Senders::of(&sources, person);
    let one = |message| row(visit, person, message, &HashSet::new(), &from);
    let rows: Vec<El> = messages.iter().filter(mine).map(one).collect();
    let part = |rows| cl("section", "nt").kid(tx("h2", visit.w().cap_waits_for_me)).kid(cl("ul", "ls").kids(rows));
    Ok(Some(rows).filter(|rows| !rows.is_empty()).map(part))
}

/// Where messages come from.
pub struct Senders {
    /// The server of each source: who the sender is says whoever wrote the message.
    hosts: HashMap<i64, String>,
    /// Sources of which others confirm what they send.
    own: HashSet<i64>,
}

impl Senders {
    pub fn of(sources: &[Source], person: &Person) -> Senders {
        let host = |url: &str| Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let own = sources.iter().filter(|source| is_own(source, person)).map(|source| source.id).collect();
        Senders { hosts: sources.iter().filter_map(|source| Some((source.id, host(&source.url)?))).collect(), own }
    }
}

/// `standing`: what readers have that may be called off.
fn row(visit: &Visit, person: &Person, message: &CapMessage, standing: &HashSet<ItemId>, from: &Senders) -> El {
    let w = visit.w();
    let title = if message.headline.is_empty() { &message.identifier } else { &message.headline };
    let places = message.places.iter().filter_map(|place| instance().place(*place)).map(|place| place.name.get(visit.lang));
    let places = places.collect::<Vec<_>>().join(", ");
    let since = ago(message.at, visit.now(), visit.lang);
    let host = from.hosts.get(&message.source).map(|host| fill(w.cap_from, &[("host", host)])).unwrap_or_default();
    let facts = [places.as_str(), &message.sender, &host, &message.identifier, &since];
    let facts = facts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    let state = match message.state.as_str() {
        "waiting" => w.cap_waiting,
        "published" => w.cap_published,
        _ => w.cap_refused,
    };
    let mut li = el("li").kid(tx("h2", title.clone())).kid(tx("small", facts)).kid(cl("p", "st").text(state));
    if !message.reason.is_empty() {
        li = li.kid(cl("p", "warn").text(why(visit, message)));
    }
    if message.state == "waiting" && !message.secure {
        li = li.kid(cl("p", "warn").text(w.cap_why_open));
    }
    let mine = may_confirm(person, &message.places);
    let form = || el("form").attr("method", "post").attr("action", visit.to(&format!("/nguon/cap/{}", message.id)));
    let press = |what: &'static str, text: &'static str| cl("button", "bt").attr("name", "do").attr("value", what).text(text);
    match message.state.as_str() {
        "waiting" => {
            li = li.kids(content(visit, message));
            let own = from.own.contains(&message.source);
            let buttons = (!own).then(|| press("publish", w.cap_publish)).into_iter().chain([press("dismiss", w.cap_dismiss)]);
            let form = || form().maybe(own.then(|| tx("p", w.cap_own))).kid(cl("p", "ac").kids(buttons.collect()));
            li.maybe(mine.then(form))
        }
        "published" if mine && message.item.is_some_and(|item| standing.contains(&item)) => {
            let form = form().kid(tx("p", w.cap_cancel_hint)).kid(cl("p", "ac").kid(press("cancel", w.cap_cancel_now)));
            li.kid(el("details").kid(tx("summary", w.cap_cancel)).kid(form))
        }
        _ => li,
    }
}

/// What it says, for whoever answers for it: how bad, until when, and its words.
fn content(visit: &Visit, message: &CapMessage) -> Vec<El> {
    let Ok(Message { alert, .. }) = read::alert(message.message.as_bytes()) else { return Vec::new() };
    let infos = inward::ours(&alert);
    let vietnamese = infos.iter().find(|info| info.language().starts_with("vi"));
    let Some(first) = vietnamese.or(infos.first()) else { return Vec::new() };
    let level = inward::level(infos.iter().copied()).map(|level| level_text(visit, level));
    let until = first.expires.map(|at| fill(visit.w().until, &[("at", &date_time(at.at, visit.now(), visit.lang))]));
    let facts: Vec<String> = [level, until].into_iter().flatten().collect();
    let texts = [&first.instruction, &first.description].into_iter().flatten().flat_map(|text| text.lines());
    let texts = texts.map(str::trim).filter(|line| !line.is_empty()).take(LINES);
    let texts = texts.map(|line| tx("p", cut(line, LONGEST))).collect();
    vec![cl("p", "st").text(facts.join(" · ")), el("details").kid(tx("summary", visit.w().cap_content)).kids(texts)]
}

fn why(visit: &Visit, message: &CapMessage) -> String {
    let w = visit.w();
    let plain = match message.reason.as_str() {
        "dismissed" => w.cap_why_dismissed,
        "ended" => w.cap_why_ended,
        "exercise" => w.cap_why_exercise,
        "unknown-hazard" => w.cap_why_hazard,
        "no-info" => w.cap_why_info,
        "no-level" => w.cap_why_level,
        "not-for-people" => w.cap_why_machine,
        "nothing-to-cancel" => w.cap_why_nothing,
        "other-source" => w.cap_why_other,
        "not-public" => w.cap_why_private,
        "status" => w.cap_why_status,
        "superseded" => w.cap_why_superseded,
        code if !message.place.is_empty() => {
            return fill(w.cap_why_broken, &[("code", code), ("place", &message.place)]);
        }
        code => return fill(w.cap_why_limits, &[("code", code)]),
    };
    plain.to_owned()
}
