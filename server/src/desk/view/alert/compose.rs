//! The composer: one form, from a template, that needs no script. Its order is the order of an officer's questions: what,
//! where, until when, what to do, is it real.

use super::choose::{level_text, sign};
use super::show::{beside, predecessor};
use super::{map, root, status_of};
use crate::desk::alerts::{reach, templates};
use crate::desk::view::frame::page;
use crate::desk::view::overview::back;
use crate::desk::view::write::bar;
use crate::desk::view::{area, check, choice, field, field_as, hidden, input, keep, once, outdated};
use crate::desk::visit::Visit;
use crate::desk::works::Trouble;
use crate::store::desk::{Person, Work};
use axum::http::StatusCode;
use axum::response::Response;
use domain::content::{PlaceCode, Status};
use domain::editorial::{MAX_ACTIONS, Manuscript, Script, Stage, Warning};
use domain::instance::instance;
use domain::words::{Desk, fill};
use ui::el::{El, cl, el, tx};

/// Languages side by side from the start; more are added by their tag.
const OFFERED: [&str; 2] = ["vi", "en"];
/// Ends that are one tap away, in hours.
const HOURS: [&str; 4] = ["3", "6", "12", "24"];

/// The form of an alert that is not stored yet.
pub async fn fresh(visit: &Visit, person: &Person, text: &Manuscript) -> Result<Response, Trouble> {
    let w = visit.w();
    let updates = text.warning().is_some_and(|warning| !warning.references.is_empty());
    let (title, way) = if updates { (w.al_new_update, w.alerts) } else { (w.al_new, w.al_choose) };
    let main = root(status_of(text), w).kid(back(visit, if updates { "/canh-bao" } else { "/canh-bao/moi" }, way));
    let others = beside(visit, person, text, None).await?;
    let main = main.kid(tx("h1", title)).maybe(others).maybe(predecessor(visit, text)).kid(form(visit, person, None, text));
    Ok(page(visit, StatusCode::OK, title, main))
}

/// The whole form; `work` is `None` before the first save.
pub fn form(visit: &Visit, person: &Person, work: Option<&Work>, text: &Manuscript) -> El {
    let w = visit.w();
    let warning = text.alert.clone().unwrap_or_default();
    let action = visit.to(&work.map_or_else(|| "/viec".to_owned(), |work| format!("/viec/{}", work.id)));
    let mut form = cl("form", "ed al-f").attr("id", "ed").attr("method", "post").attr("action", action);
    form = form.attr("data-keep", keep(person, work.map_or_else(|| "moi:alert".to_owned(), |work| work.id.to_string())));
    if let Some(words) = templates::for_script(&warning) {
        form = form.attr("data-words", words);
    }
    form = form.kid(hidden("kind", "alert")).kids(text.topics.iter().map(|t| hidden("topic", t.to_string())).collect());
    match work {
        Some(work) => form = form.kid(hidden("version", work.version.to_string())),
        None => {
            let follows = warning.references.iter().map(|id| hidden("follows", id.clone()));
            form = form.kid(once()).kids(follows.collect());
        }
    }
    form = form
        .kid(kind(visit, &warning))
        .kid(places(visit, text, &reach(person)))
        .kid(until(visit, text))
        .kid(words(visit, text))
        .kid(status(visit, &warning))
        .kid(details(visit, text, &warning));
    let save = cl("button", "bt").attr("name", "stay").attr("value", "1").text(w.save);
    let mut buttons = cl("p", "ac").kid(save);
    if work.is_none_or(|work| work.state.stage == Stage::Draft) {
        buttons = buttons.kid(cl("button", "bt go").attr("name", "do").attr("value", "submit").text(w.al_submit));
    }
    form.kid(bar(buttons))
}

/// One of few choices, all in sight.
fn pick(name: &'static str, value: &str, on: bool, class: String, words: Vec<El>) -> El {
    let input = el("input").attr("type", "radio").attr("name", name).attr("value", value.to_owned()).flag("checked", on);
    cl("label", class).kid(input).kids(words)
}

fn kind(visit: &Visit, warning: &Warning) -> El {
    let w = visit.w();
    let options = (0..).zip(&instance().hazards).map(|(at, one)| {
        let (levels, name) = (instance().levels(at), one.name.get(visit.lang).to_owned());
        let option = choice(one.slug.clone(), one.slug == warning.hazard, name);
        // Of which levels the script may ask for words.
        option.attr("data-levels", format!("{}-{}", levels.start(), levels.end()))
    });
    let options = options.collect();
    let usual = warning.hazard().map_or(1..=5, |hazard| instance().levels(hazard));
    let levels = warning.levels().map(|level| {
        let words = [vec![cl("span", "vh").text(level_text(visit, level))], sign(visit, level).into()].concat();
        pick("level", &level.to_string(), level == warning.level, format!("lc l{level}"), words)
    });
    let again = cl("button", "bt").attr("name", "refill").attr("value", "1").attr("formnovalidate", "").text(w.al_refill);
    let mut levels = el("fieldset").kid(tx("legend", w.al_level)).kid(cl("div", "lcs").kids(levels.collect()));
    if usual.end() < warning.levels().end() {
        levels = levels.kid(tx("small", fill(w.al_level_raised, &[("n", &usual.end().to_string())])));
    }
    el("fieldset")
        .kid(tx("legend", w.al_kind))
        .kid(field("hazard", w.al_hazard, "", el("select").kids(options)))
        .kid(levels)
        .kid(cl("p", "ac").kid(again.attr("aria-describedby", "refill-h")))
        .kid(tx("small", w.al_refill_hint).attr("id", "refill-h"))
}

fn places(visit: &Visit, text: &Manuscript, reach: &[PlaceCode]) -> El {
    let w = visit.w();
    let on = |code: u32| text.places.contains(&PlaceCode(code));
    // What stands in the text comes along even where it is out of reach: saving then says so.
    let open = |code: u32| reach.contains(&PlaceCode(code)) || on(code);
    let one = |code: u32| {
        let place = instance().place(PlaceCode(code))?;
        open(code).then(|| check("place", code.to_string(), on(code), place.label(visit.lang).to_owned()))
    };
    let whole = instance().whole().and_then(|place| one(place.code));
    let mut set = el("fieldset").kid(tx("legend", w.al_where)).kid(map::pick(visit, &text.places, reach));
    set =
        set.kid(cl("p", "sl pkn").attr("aria-live", "polite").text(fill(w.al_chosen, &[("n", &text.places.len().to_string())])));
    for (at, group) in templates::book().places.iter().enumerate() {
        let boxes: Vec<El> = group.codes.iter().filter_map(|code| one(*code)).collect();
        if boxes.is_empty() {
            continue;
        }
        // Those that are asked for most are in sight; in others something may be ticked already.
        let shown = at < 2 || group.codes.iter().any(|code| on(*code));
        let name = group.name(visit.lang).to_owned();
        let list = cl("div", "cg3").attr("role", "group").attr("aria-label", name.clone()).kids(boxes);
        set = set.kid(el("details").flag("open", shown).kid(tx("summary", name)).kid(list));
    }
    set.kids(whole.into_iter().collect())
}

fn until(visit: &Visit, text: &Manuscript) -> El {
    let w = visit.w();
    let hours = HOURS
        .into_iter()
        .map(|hours| pick("hours", hours, false, "pi".into(), vec![tx("span", fill(w.al_hours, &[("n", hours)]))]));
    let at = input("datetime-local", &text.expires);
    el("fieldset")
        .kid(tx("legend", w.al_until))
        .kid(field("expires", w.al_until_at, w.al_until_hint, at))
        .kid(cl("div", "pis").attr("role", "group").attr("aria-label", w.al_until_quick).kids(hours.collect()))
}

fn words(visit: &Visit, text: &Manuscript) -> El {
    let w = visit.w();
    let more = text.texts.iter().map(|script| script.lang.as_str()).filter(|lang| !OFFERED.contains(lang));
    let first = text.texts.first().cloned().unwrap_or_default();
    let languages = OFFERED.into_iter().chain(more).map(|lang| {
        let script = text.texts.iter().find(|script| script.lang == lang).cloned();
        let script = script.unwrap_or_else(|| Script { lang: lang.to_owned(), ..Script::default() });
        let stale = lang != "vi" && !script.is_empty() && !script.follows(&first);
        language(visit, &script, stale)
    });
    let tag =
        el("details").kid(tx("summary", w.more_language)).kid(field("lang", w.language_tag, w.language_hint, input("text", "")));
    el("fieldset")
        .kid(tx("legend", w.al_words))
        .kid(tx("small", w.al_holes))
        .kid(cl("div", "sbs").kids(languages.collect()))
        .kid(tag)
}

fn language(visit: &Visit, script: &Script, stale: bool) -> El {
    let w = visit.w();
    let name = |field: &str| [field, ".", &script.lang].concat();
    let lang = |input: El| input.attr("lang", script.lang.clone());
    let part = |of: &str, label, hint, input: El| field(&name(of), label, hint, lang(input));
    let title = ui::pages::lang_name(&script.lang, &crate::desk::view::ctx(visit)).to_string();
    let mut out = cl("section", "lg2").kid(tx("h2", title)).kid(hidden("lang", script.lang.clone()));
    if stale {
        let current = check(name("current"), "1".into(), false, w.current);
        out = out.kid(cl("p", "warn").text(outdated(visit, script))).kid(current);
    }
    out = out.kid(part("title", w.title, "", area("2", &script.title).attr("maxlength", "160"))).kid(part(
        "summary",
        w.summary,
        "",
        area("3", &script.summary).attr("maxlength", "400"),
    ));
    let actions = (0..MAX_ACTIONS).map(|at| {
        let value = script.actions.get(at).map_or("", String::as_str);
        let typed = area("2", value).attr("maxlength", "140").attr("aria-label", action_name(w, at, &script.lang));
        let id = format!("action{at}.{}", script.lang);
        lang(typed.attr("name", name("action")).attr("id", ["f-", &id].concat()))
    });
    let actions = actions.map(|input| el("li").kid(input));
    let group = cl("ol", "do3 fd").kids(actions.collect());
    out.kid(tx("h3", w.al_actions))
        .kid(group)
        .kid(part("contingency", w.al_contingency, "", area("2", &script.contingency).attr("maxlength", "320")))
        .kid(part("area", w.al_area, w.al_area_hint, area("2", &script.area).attr("maxlength", "320")))
        .kid(part("text", w.al_more_text, "", area("2", &script.text)))
}

fn action_name(w: &'static Desk, at: usize, lang: &str) -> String {
    [&fill(w.al_action, &[("n", &(at + 1).to_string())]), " (", lang, ")"].concat()
}

fn status(visit: &Visit, warning: &Warning) -> El {
    let w = visit.w();
    let now = warning.status();
    // An update is what its alert is: whoever sent a drill as the real thing calls it off.
    if !warning.references.is_empty() {
        return hidden("status", now.name());
    }
    let all = [
        (Status::Actual, w.al_actual, w.al_actual_what),
        (Status::Exercise, w.al_exercise, w.al_exercise_what),
        (Status::Test, w.al_test, w.al_test_what),
    ];
    let choices = all.into_iter().map(|(status, name, what)| {
        pick("status", status.name(), status == now, "pi big".into(), vec![el("span").kid(tx("b", name)).kid(tx("small", what))])
    });
    el("fieldset").kid(tx("legend", w.al_status)).kid(cl("div", "pis").kids(choices.collect()))
}

fn details(visit: &Visit, text: &Manuscript, warning: &Warning) -> El {
    let w = visit.w();
    let select = |names: [&'static str; 3], words: [&'static str; 3], now: &str| {
        let options = names.into_iter().zip(words).map(|(name, word)| choice(name.into(), name == now, word));
        el("select").kids(options.collect())
    };
    let urgency = if warning.urgency.is_empty() { "expected" } else { &warning.urgency };
    let certainty = if warning.certainty.is_empty() { "likely" } else { &warning.certainty };
    let calls = instance().hotlines.iter().map(|line| {
        let text = [&line.number, " ", line.name.get(visit.lang)].concat();
        check("call", line.number.clone(), warning.calls.contains(&line.number), text)
    });
    let calls = el("fieldset").kid(tx("legend", w.al_calls)).kid(hidden("call", "")).kid(cl("div", "cg2").kids(calls.collect()));
    let urgency = select(Warning::URGENCY.map(|(name, _)| name), [w.al_immediate, w.al_expected, w.al_future], urgency);
    let certainty = select(Warning::CERTAINTY.map(|(name, _)| name), [w.al_observed, w.al_likely, w.al_possible], certainty);
    el("details")
        .flag("open", text.source.is_empty())
        .kid(tx("summary", w.al_details))
        .kid(field_as("source", "source", w.source_name, w.source_hint, input("text", &text.source)))
        .kid(field("urgency", w.al_urgency, "", urgency))
        .kid(field("certainty", w.al_certainty, "", certainty))
        .kid(calls)
}
