//! The form in which an item is written.

use super::frame::{page, root};
use super::{alert, area, check, choice, field, hidden, input, long_area, once, trouble};
use crate::desk::office::source_of;
use crate::desk::visit::Visit;
use crate::desk::works::{self, Trouble};
use crate::store::desk::{Person, Upload, Work};
use axum::http::StatusCode;
use axum::response::Response;
use domain::content::{Kind, PlaceCode};
use domain::editorial::{Action, Manuscript, Script};
use domain::instance::instance;
use domain::words::Lang;
use ui::el::{El, cl, el, tx};

/// Languages that every item offers, after Vietnamese; more are added by their tag.
const OFFERED: [&str; 1] = ["en"];

/// A new item of a kind, from its template. Nothing is stored before the first save.
pub async fn fresh(visit: &Visit, person: &Person) -> Result<Response, Trouble> {
    if works::home(person, Action::Write).is_none() {
        return Err(Trouble::Denied);
    }
    let w = visit.w();
    let kind = Kind::from_name(visit.query.get("loai")).filter(|kind| *kind != Kind::ALERT).unwrap_or(Kind::BULLETIN);
    let origin = visit.query.get("tu").parse::<i64>().ok();
    let mut text = match origin {
        Some(id) => works::copy(&visit.site, person, id).await?,
        None => template(kind, person),
    };
    text.places.retain(|place| may_write(person, std::slice::from_ref(place)));
    if text.places.is_empty() {
        text.places = only_place(person);
    }
    let title = match kind {
        Kind::GUIDE => w.new_guide,
        Kind::EVENT => w.new_event,
        _ => w.new_bulletin,
    };
    let form = form(visit, person, Begun::New(origin), &text, &[]);
    Ok(page(visit, StatusCode::OK, title, root(title).kid(form).kid(super::work::frame(visit, None))))
}

/// The form again with what was typed in it, where it could not be saved for the first time.
pub async fn again(
    visit: &Visit,
    person: &Person,
    origin: Option<i64>,
    text: &Manuscript,
    why: Trouble,
) -> Result<Response, Trouble> {
    let title = visit.w().trouble;
    let main = root(title).kid(trouble::told(visit, &why, text).await?);
    let main = if text.is_alert() {
        main.kid(alert::form(visit, person, None, text))
    } else {
        main.kid(form(visit, person, Begun::New(origin), text, &[])).kid(super::work::frame(visit, None))
    };
    Ok(page(visit, trouble::status(&why), title, main))
}

fn template(kind: Kind, person: &Person) -> Manuscript {
    let w = Lang::Vi.desk();
    let text = match kind {
        Kind::GUIDE => w.template_guide,
        Kind::EVENT => w.template_event,
        _ => w.template_bulletin,
    };
    // `/` stands for a line end in the words, which are one line each.
    let script = Script { lang: "vi".into(), text: text.replace(" / ", "\n"), ..Script::default() };
    Manuscript {
        kind: kind.name().unwrap_or_default().into(),
        source: source_of(only_place(person).first().copied()),
        texts: vec![script],
        ..Manuscript::default()
    }
}

/// The one place that a person writes for, where there is only one.
fn only_place(person: &Person) -> Vec<PlaceCode> {
    let places: Vec<PlaceCode> =
        instance().places.iter().map(|place| PlaceCode(place.code)).filter(|place| may_write(person, &[*place])).collect();
    if places.len() == 1 { places } else { Vec::new() }
}

fn may_write(person: &Person, places: &[PlaceCode]) -> bool {
    works::may(person, Action::Write, places, false)
}

/// What a form is of.
#[derive(Clone, Copy)]
pub enum Begun<'a> {
    Work(&'a Work),
    /// Nothing is stored before the first save; a copy names the work that it begins from.
    New(Option<i64>),
}

/// The whole form.
pub fn form(visit: &Visit, person: &Person, begun: Begun, text: &Manuscript, uploads: &[Upload]) -> El {
    let w = visit.w();
    let work = if let Begun::Work(work) = begun { Some(work) } else { None };
    let action = visit.to(&work.map_or_else(|| "/viec".to_owned(), |work| format!("/viec/{}", work.id)));
    let mut form = cl("form", "ed").attr("id", "ed").attr("method", "post").attr("action", action);
    form = match begun {
        Begun::Work(work) => {
            form.attr("data-keep", super::keep(person, work.id)).kid(hidden("version", work.version.to_string()))
        }
        Begun::New(origin) => {
            let from = origin.map(|id| id.to_string());
            let what = ["moi:", &text.kind, ":", from.as_deref().unwrap_or_default()].concat();
            // What the form does not show comes from there once more when it is saved.
            form.attr("data-keep", super::keep(person, what)).kid(once()).maybe(from.map(|id| hidden("tu", id)))
        }
    };
    let kind = text.kind().unwrap_or(Kind::BULLETIN);
    let first = text.texts.first().cloned().unwrap_or_else(|| Script { lang: "vi".into(), ..Script::default() });
    if work.is_some_and(|work| work.item.is_some()) {
        form = form.kid(field("change", w.change, w.change_hint, area("2", &text.change)));
    }
    form = form.kid(language(visit, &first, kind, None)).maybe(super::files::list(visit, &first, uploads));
    form = form.kid(whom(visit, person, text)).kid(dates(visit, text, kind)).kid(source(visit, text));
    let more = text.texts.iter().skip(1).map(|script| script.lang.as_str());
    let more: Vec<&str> = OFFERED.into_iter().chain(more.filter(|lang| !OFFERED.contains(lang))).collect();
    for lang in more {
        let script = text.texts.iter().find(|script| script.lang == lang).cloned();
        let open = script.as_ref().is_some_and(|script| !script.is_empty());
        let script = script.unwrap_or_else(|| Script { lang: lang.to_owned(), ..Script::default() });
        let stale = open && !script.follows(&first);
        let name = ui::pages::lang_name(lang, &super::ctx(visit));
        let title = [w.translation, ": ", &name].concat();
        let mut part = el("details").flag("open", open).kid(tx("summary", title));
        if stale {
            part = part.kid(cl("p", "warn").text(super::outdated(visit, &script))).kid(check(
                ["current.", lang].concat(),
                "1".into(),
                false,
                w.current,
            ));
        }
        form = form.kid(part.kid(language(visit, &script, kind, Some(&first))));
    }
    let tag =
        el("details").kid(tx("summary", w.more_language)).kid(field("lang", w.language_tag, w.language_hint, input("text", "")));
    let submit = cl("button", "bt go").attr("name", "do").attr("value", "submit").text(w.submit);
    let save = cl("button", "bt").attr("name", "stay").attr("value", "1").text(w.save);
    let mut buttons = cl("p", "ac").kid(save);
    if work.is_none_or(|work| work.state.stage == domain::editorial::Stage::Draft) {
        buttons = if work.is_some() { buttons.kid(submit) } else { buttons };
    }
    form.kid(tag).kid(bar(buttons))
}

/// The buttons of a form, always in sight, and beside them how saving and sending stand.
pub fn bar(buttons: El) -> El {
    cl("div", "bn").kid(cl("p", "sv").attr("id", "saved").attr("role", "status")).kid(buttons)
}

fn language(visit: &Visit, script: &Script, kind: Kind, original: Option<&Script>) -> El {
    let w = visit.w();
    let name = |field: &str| [field, ".", &script.lang].concat();
    let part =
        |field_name: &str, label, hint, input: El| field(&name(field_name), label, hint, input.attr("lang", script.lang.clone()));
    let mut out = cl("div", "lg2").kid(hidden("lang", script.lang.clone()));
    if let Some(original) = original.filter(|original| !original.is_empty()) {
        // Side by side with what is translated.
        let text = cl("div", "or").attr("lang", "vi").kid(tx("b", original.title.clone())).kid(tx("p", original.summary.clone()));
        let facts = facts(visit, original, kind).into_iter().filter(|fact| !fact.value.trim().is_empty());
        let rows = facts.map(|fact| el("div").kid(tx("dt", fact.label)).kid(cl("dd", "sr").text(fact.value.to_owned())));
        let rows: Vec<El> = rows.collect();
        let facts = (!rows.is_empty()).then(|| cl("dl", "fa").kids(rows));
        out = out.kid(text.kid(cl("pre", "sr").text(original.text.clone())).maybe(facts));
    }
    out = out
        .kid(part("title", w.title, w.title_hint, input("text", &script.title).attr("maxlength", "200")))
        .kid(part("summary", w.summary, w.summary_hint, area("3", &script.summary).attr("maxlength", "600")))
        .kid(part("text", w.text, "", long_area(&script.text)))
        .kid(help(visit));
    out.kids(
        facts(visit, script, kind)
            .into_iter()
            .map(|fact| {
                let input = if fact.lines { area("2", fact.value) } else { input("text", fact.value) };
                part(fact.name, fact.label, fact.hint, input)
            })
            .collect(),
    )
}

/// What a text says beside itself.
struct Said<'a> {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: &'a str,
    /// It may have several.
    lines: bool,
}

fn facts<'a>(visit: &Visit, script: &'a Script, kind: Kind) -> Vec<Said<'a>> {
    let w = visit.w();
    let (guide, event) = (kind == Kind::GUIDE, kind == Kind::EVENT);
    let all = [
        (guide, "papers", w.papers, w.papers_hint, &script.papers, true),
        (guide, "fee", w.fee, "", &script.fee, true),
        (guide, "office", w.office, "", &script.office, true),
        (guide, "hours", w.hours, "", &script.hours, true),
        (guide, "duration", w.duration, "", &script.duration, true),
        (event, "venue", w.venue, "", &script.venue, false),
        (true, "phone", w.phone, w.phone_hint, &script.phone, true),
    ];
    let said = all.into_iter().filter(|(shown, ..)| *shown);
    said.map(|(_, name, label, hint, value, lines)| Said { name, label, hint, value, lines }).collect()
}

/// How marks are typed.
fn help(visit: &Visit) -> El {
    let w = visit.w();
    let rows = [
        ("## …", w.mark_heading),
        ("- …", w.mark_item),
        ("1. …", w.mark_step),
        ("> …", w.mark_quote),
        ("| … | … |", w.mark_table),
        ("[gọi 115] …", w.mark_call),
        ("[liên kết https://…] …", w.mark_link),
        ("**…**", w.mark_strong),
    ];
    let rows = rows.into_iter().map(|(mark, text)| el("div").kid(el("dt").kid(tx("code", mark))).kid(tx("dd", text)));
    el("details").kid(tx("summary", w.how_to_type)).kid(cl("dl", "fa").kids(rows.collect()))
}

fn whom(visit: &Visit, person: &Person, text: &Manuscript) -> El {
    let w = visit.w();
    let topics = || instance().topics.iter().enumerate().map(|(at, topic)| (at as u8, topic.name.get(visit.lang).to_owned()));
    let main = text.topics.first();
    let none = choice(String::new(), main.is_none(), w.choose);
    let options = topics().map(|(at, name)| choice(at.to_string(), main == Some(&at), name));
    let others =
        topics().map(|(at, name)| check("topic", at.to_string(), text.topics.iter().skip(1).any(|topic| *topic == at), name));
    let may = |place: &PlaceCode| may_write(person, &[*place]) || text.places.contains(place);
    let places: Vec<El> = instance()
        .places
        .iter()
        .filter(|place| may(&PlaceCode(place.code)))
        .map(|place| {
            check(
                "place",
                place.code.to_string(),
                text.places.contains(&PlaceCode(place.code)),
                place.name.get(visit.lang).to_owned(),
            )
        })
        .collect();
    let hint = if may_write(person, &[]) { w.places_none } else { w.places_some };
    el("fieldset")
        .kid(tx("legend", w.for_whom))
        .kid(field("main-topic", w.main_topic, "", el("select").kid(none).kids(options.collect())))
        .kid(el("details").kid(tx("summary", w.other_topics)).kid(cl("div", "cg2").kids(others.collect())))
        .kid(el("fieldset").kid(tx("legend", w.places)).kid(tx("small", hint)).kid(cl("div", "cg2").kids(places)))
}

fn dates(visit: &Visit, text: &Manuscript, kind: Kind) -> El {
    let w = visit.w();
    let at = |name, label, hint, value: &str| field(name, label, hint, input("datetime-local", value));
    let mut set = el("fieldset").kid(tx("legend", w.when));
    if kind == Kind::EVENT {
        set = set.kid(at("start", w.event_start, "", &text.start)).kid(at("end", w.event_end, "", &text.end)).kid(field(
            "online",
            w.online,
            "",
            input("url", &text.online),
        ));
    }
    set.kid(at("effective", w.effective, w.effective_hint, &text.effective)).kid(at(
        "expires",
        w.expires,
        w.expires_hint,
        &text.expires,
    ))
}

fn source(visit: &Visit, text: &Manuscript) -> El {
    let w = visit.w();
    el("fieldset")
        .kid(tx("legend", w.source))
        .kid(field("source", w.source_name, w.source_hint, input("text", &text.source)))
        .kid(field("document", w.document, "", input("text", &text.document)))
        .kid(field("source_url", w.source_url, "", input("url", &text.source_url)))
        .kid(field("issued", w.issued, w.issued_hint, input("date", text.issued.get(..10).unwrap_or(&text.issued))))
        .kid(field("supersedes", w.supersedes, w.supersedes_hint, input("text", &text.supersedes)))
        .kid(hidden("kind", text.kind.clone()))
}
