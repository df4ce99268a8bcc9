//! Where articles come from: a link to take once, and sources that are asked again and again.

use super::frame::{page, root};
use super::messages::{self, Senders};
use super::{choice, go, input, trouble};
use crate::desk::fetch::Unfetched;
use crate::desk::form::Form;
use crate::desk::people::is_administrator;
use crate::desk::visit::Visit;
use crate::desk::works::home;
use crate::store::desk::{CapMessage, Person, Source};
use axum::http::StatusCode;
use axum::response::Response;
use domain::content::PlaceCode;
use domain::editorial::{Action, Grant, Scope, allowed};
use domain::instance::instance;
use domain::words::{ago, fill};
use std::slice::from_ref;
use ui::el::{El, cl, el, link, tx};

/// What sources of alerts have sent.
pub struct Alerts {
    pub messages: Vec<CapMessage>,
    pub from: Senders,
    /// How many were for none of our places.
    pub foreign: i64,
}

pub fn sources(visit: &Visit, form: &Form, person: &Person, all: &[Source], alerts: &Alerts, why: Option<Unfetched>) -> Response {
    let w = visit.w();
    let told = why.map(|why| cl("p", "warn").attr("role", "alert").text(trouble::unfetched(why.code(), visit)));
    // What was typed comes back into the form that it was typed in.
    let (one, feed) = if form.has("name") { ("", form.get("url")) } else { (form.get("url"), "") };
    let address = |value: &str| input("url", value).flag("required", true).attr("maxlength", "2000");
    let name = input("text", form.get("name")).attr("maxlength", "120");
    let take = el("form")
        .attr("method", "post")
        .attr("action", visit.to("/nguon/lay"))
        .kid(part("one", "url", w.source_link, w.source_link_hint, address(one)))
        .kids(whom(visit, person, "one"))
        .kid(cl("p", "ac").kid(go(w.source_take)));
    let follow = el("form")
        .attr("method", "post")
        .attr("action", visit.to("/nguon"))
        .kid(part("feed", "url", w.source_feed, w.source_feed_hint, address(feed)))
        .kid(part("feed", "name", w.source_called, w.source_called_hint, name))
        .kids(whom(visit, person, "feed"))
        .kid(cl("p", "ac").kid(go(w.source_add)));
    let rows = all.iter().map(|source| row(visit, person, source)).collect();
    let list = if all.is_empty() { cl("p", "em").text(w.source_none) } else { cl("ul", "ls").kids(rows) };
    let mut main = root(w.sources).maybe(told);
    if home(person, Action::Bring).is_some() {
        main = main.kid(tx("h2", w.source_one)).kid(take).kid(tx("h2", w.source_follow)).kid(follow);
    }
    let main = main.kid(tx("h2", w.source_all)).kid(list).kids(messages::part(visit, person, alerts));
    page(visit, if why.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, w.sources, main)
}

/// A field of one of two forms that have fields of the same name.
fn part(form: &'static str, name: &'static str, label: &'static str, hint: &'static str, input: El) -> El {
    let id = [form, "-", name].concat();
    let hint_id = [&id, "-h"].concat();
    let small = (!hint.is_empty()).then(|| tx("small", hint).attr("id", hint_id.clone()));
    let input = input.attr("id", id.clone()).attr("name", name);
    let input = if hint.is_empty() { input } else { input.attr("aria-describedby", hint_id) };
    cl("p", "fd").kid(tx("label", label).attr("for", id)).maybe(small).kid(input)
}

/// For which place and about what, as far as this person may choose.
fn whom(visit: &Visit, person: &Person, form: &'static str) -> Vec<El> {
    let w = visit.w();
    // Topics are judged when the form is sent.
    let may = |place: Option<PlaceCode>| {
        let covers = |grant: &Grant| {
            let scope = Scope { places: place.as_slice(), topics: &grant.topics, alert: false };
            allowed(from_ref(grant), Action::Bring, scope)
        };
        person.grants.iter().any(covers)
    };
    let places = instance().units().filter(|place| may(Some(PlaceCode(place.code))));
    let places = places.map(|place| choice(place.code.to_string(), false, place.name.get(visit.lang).to_owned()));
    let everyone = may(None).then(|| choice("0".into(), true, w.source_everyone));
    let topics = instance().topics.iter().enumerate();
    let topics = topics.map(|(at, topic)| choice(at.to_string(), false, topic.name.get(visit.lang).to_owned()));
    let choose = choice(String::new(), true, w.choose);
    vec![
        part(form, "place", w.source_place, "", el("select").maybe(everyone).kids(places.collect())),
        part(form, "topic", w.source_topic, "", el("select").kid(choose).kids(topics.collect())),
    ]
}

fn row(visit: &Visit, person: &Person, source: &Source) -> El {
    let w = visit.w();
    let name = if source.name.is_empty() { source.url.clone() } else { source.name.clone() };
    let place = source.place.and_then(|place| instance().place(place)).map_or(w.source_everyone, |at| at.name.get(visit.lang));
    let topic = source.topic.and_then(|topic| instance().topic(topic)).map(|topic| [" · ", topic.name.get(visit.lang)].concat());
    let since = |at| ago(at, visit.now(), visit.lang);
    let success = source.success.map_or_else(|| w.source_never.to_owned(), |at| fill(w.source_success, &[("ago", &since(at))]));
    let facts = [place, &topic.unwrap_or_default(), " · ", &success].concat();
    let address = link(source.url.clone(), source.url.clone()).attr("rel", "noreferrer");
    let mut li = el("li").kid(tx("h2", name)).kid(tx("small", facts)).kid(cl("small", "sl").kid(address));
    if source.paused {
        li = li.kid(cl("p", "st off").text(w.source_paused));
    }
    if !source.trouble.is_empty() {
        let when = source.polled.map(|at| [" (", &since(at), ")"].concat()).unwrap_or_default();
        li = li.kid(cl("p", "warn").text(trouble::unfetched(&source.trouble, visit)).text(when));
    }
    let press = |what: &'static str, text: &'static str| cl("button", "bt").attr("name", "do").attr("value", what).text(text);
    if source.cap {
        li = li.kid(cl("p", "st").text(if source.at_once { w.cap_goes_at_once } else { w.cap_waits }));
        if source.at_once && source.url.starts_with("http:") {
            li = li.kid(cl("p", "warn").text(w.cap_open));
        }
    }
    let lets = source.cap && is_administrator(&person.grants);
    let his = may_bring(person, source) || lets;
    let mut buttons = Vec::new();
    if his && !source.paused {
        buttons.push(press("now", w.source_now));
    }
    // What goes out at once is stopped by whoever lets it through.
    if his && (lets || !source.at_once) {
        buttons.push(if source.paused { press("resume", w.source_resume) } else { press("pause", w.source_stop) });
        buttons.push(press("remove", w.source_remove));
    }
    if lets {
        buttons.push(if source.at_once { press("hold", w.cap_hold) } else { press("at-once", w.cap_let) });
    }
    let form = el("form").attr("method", "post").attr("action", visit.to(&format!("/nguon/{}", source.id)));
    li.kid(form.kid(cl("p", "ac").kids(buttons)))
}

fn may_bring(person: &Person, source: &Source) -> bool {
    let scope = Scope { places: source.place.as_slice(), topics: source.topic.as_slice(), alert: false };
    allowed(&person.grants, Action::Bring, scope)
}
