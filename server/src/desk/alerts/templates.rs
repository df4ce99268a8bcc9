//! Words of alerts as they lie in the instance folder: for each hazard and group of levels a first alert, and what makes
//! an update or a cancellation of it. Nothing of it reaches readers' phones before it is published.

use crate::desk::office::lower_first;
use domain::content::{PlaceCode, Time};
use domain::editorial::{MAX_LIFE, Manuscript, Script, Warning};
use domain::instance::instance;
use domain::words::{Lang, fill};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::OnceLock;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/alerts.rs"));
}

pub use embedded::{HEIGHT, UNITS, WIDTH};

/// The reason that sends people to another alert.
pub const NEWER: &str = "newer";
/// A cancellation holds at least this long, in seconds, so that whoever was offline for a day still hears of it.
const CANCELLED: i64 = 86_400;
/// Ends are at full steps of this many seconds: people say "until 18:05", not "until 18:03:27".
const STEP: i64 = 300;

#[derive(Deserialize)]
pub struct Book {
    /// Slug of the topic of every alert.
    topic: String,
    /// Units in the groups and the order in which officers look for them.
    pub places: Vec<Group>,
    update: Both<Words>,
    cancel: Vec<Cancel>,
    hazards: HashMap<String, Hazard>,
}

#[derive(Deserialize)]
pub struct Group {
    vi: String,
    en: String,
    pub codes: Vec<u32>,
}

impl Group {
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

#[derive(Deserialize, Serialize)]
struct Both<T> {
    vi: T,
    en: T,
}

impl<T> Both<T> {
    fn each(&self) -> [(&'static str, &T); 2] {
        [("vi", &self.vi), ("en", &self.en)]
    }
}

#[derive(Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
struct Words {
    title: String,
    summary: String,
    actions: Vec<String>,
    contingency: String,
}

#[derive(Deserialize)]
struct Cancel {
    reason: String,
    #[serde(flatten)]
    words: Both<Words>,
}

#[derive(Deserialize, Serialize)]
struct Hazard {
    /// How long such an alert usually holds.
    hours: i64,
    calls: Vec<String>,
    area: Both<String>,
    levels: Vec<Levels>,
    /// What to mind when it is over.
    #[serde(skip_serializing)]
    over: Both<Words>,
}

/// Words of the levels up to `to`.
#[derive(Deserialize, Serialize)]
struct Levels {
    to: u8,
    urgency: String,
    certainty: String,
    #[serde(flatten)]
    words: Both<Words>,
}

impl Hazard {
    /// A level that was raised has the words of the worst.
    fn at(&self, level: u8) -> Option<&Levels> {
        self.levels.iter().find(|levels| level <= levels.to).or(self.levels.last())
    }
}

impl Levels {
    /// What is said in each language, as an update where it `updates`.
    fn said(&self, updates: bool) -> [(&'static str, Words); 2] {
        let mut said = self.words.each().map(|(lang, words)| (lang, words.clone()));
        if updates {
            for ((_, words), (_, frame)) in said.iter_mut().zip(book().update.each()) {
                words.title = fill(&frame.title, &[("tin", &words.title)]);
                words.summary = fill(&frame.summary, &[("tin", &words.summary)]);
            }
        }
        said
    }
}

pub fn book() -> &'static Book {
    static BOOK: OnceLock<Book> = OnceLock::new();
    BOOK.get_or_init(|| serde_json::from_str(embedded::TEMPLATES).expect("the instance's templates are read by a test"))
}

/// Why an alert may be cancelled, in the order in which officers are asked.
pub fn reasons() -> impl Iterator<Item = &'static str> {
    book().cancel.iter().map(|cancel| cancel.reason.as_str())
}

/// A local date and time of day as forms have it, `seconds` from `now`, at a full step.
pub fn until(now: Time, seconds: i64) -> String {
    let end = now.plus(seconds);
    let end = Time((end.0 + STEP - 1).div_euclid(STEP) * STEP);
    let end = if end.since(now) > MAX_LIFE { end.plus(-STEP) } else { end };
    end.rfc3339().get(..16).unwrap_or_default().to_owned()
}

/// The first alert of a hazard and level. Places and source are its officer's.
pub fn fresh(hazard: &str, level: u8, places: Vec<PlaceCode>, source: String, now: Time) -> Manuscript {
    let mut text = Manuscript {
        kind: "alert".into(),
        topics: instance().topic_by_slug(&book().topic).into_iter().collect(),
        places,
        source,
        alert: Some(Warning { level, hazard: hazard.to_owned(), ..Warning::default() }),
        ..Manuscript::default()
    };
    refill(&mut text, now);
    text
}

/// What follows an alert: the words of its hazard and level, said as an update, for the same places.
pub fn update(live: &Manuscript, references: Vec<String>, now: Time) -> Manuscript {
    let warning = live.alert.clone().unwrap_or_default();
    let mut text = Manuscript {
        alert: Some(Warning { msg_type: "update".into(), references, ..warning }),
        effective: String::new(),
        ..live.clone()
    };
    refill(&mut text, now);
    text
}

/// Puts the words of the template of its hazard and level into an alert. Other languages than those of templates stay.
pub fn refill(text: &mut Manuscript, now: Time) {
    let Some(warning) = &mut text.alert else { return };
    let Some(hazard) = book().hazards.get(&warning.hazard) else { return };
    let Some(levels) = hazard.at(warning.level) else { return };
    (warning.urgency, warning.certainty) = (levels.urgency.clone(), levels.certainty.clone());
    warning.calls.clone_from(&hazard.calls);
    let updates = !warning.references.is_empty();
    let usual = until(now, hazard.hours * 3_600);
    // Nobody is told less of an end than stands already, unless an officer means it.
    text.expires = if updates { usual.max(core::mem::take(&mut text.expires)) } else { usual };
    for ((lang, words), (_, area)) in levels.said(updates).into_iter().zip(hazard.area.each()) {
        put(text, lang, words, area);
    }
    mark(text);
}

/// The templates of a hazard for the script of the composer, which has the words follow the level and keeps what an officer
/// wrote himself; with what makes an update of them where this is one.
pub fn for_script(warning: &Warning) -> Option<String> {
    let hazard = book().hazards.get(&warning.hazard)?;
    let frame = if warning.references.is_empty() { None } else { Some(&book().update) };
    Some(serde_json::json!({ "of": hazard, "frame": frame }).to_string())
}

/// The level whose words an alert still has though it was given a worse one, for which others are prepared.
pub fn weaker(text: &Manuscript) -> Option<u8> {
    let warning = text.warning()?;
    let hazard = book().hazards.get(&warning.hazard)?;
    let updates = !warning.references.is_empty();
    let meant = hazard.at(warning.level)?.said(updates);
    let still = |old: &Levels| {
        old.said(updates).iter().zip(&meant).any(|((lang, old), (_, new))| {
            text.texts.iter().filter(|script| script.lang == *lang).any(|script| {
                let has = words_of(script);
                let steps = has.actions == old.actions && old.actions != new.actions;
                let title = has.title == old.title && old.title != new.title;
                steps || title || (has.summary == old.summary && old.summary != new.summary)
            })
        })
    };
    hazard.levels.iter().rev().find(|old| old.to < warning.level && still(old)).map(|old| old.to)
}

/// What is said when a live alert is cancelled for this reason: prepared words only. `None` where there is no such reason.
pub fn cancel(live: &Manuscript, reason: &str, references: Vec<String>, now: Time) -> Option<Manuscript> {
    let warning = live.alert.as_ref()?;
    let cancel = book().cancel.iter().find(|cancel| cancel.reason == reason)?;
    let hazard = instance().hazard(warning.hazard()?)?;
    let over = &book().hazards.get(&warning.hazard)?.over;
    let left = super::end(live).map_or(0, |end| end.since(now));
    let mut text = Manuscript {
        kind: "alert".into(),
        topics: live.topics.clone(),
        places: live.places.clone(),
        source: live.source.clone(),
        // As long as any phone may still take the cancelled one for live.
        expires: until(now, left.clamp(CANCELLED, MAX_LIFE)),
        alert: Some(Warning { msg_type: "cancel".into(), references, calls: Vec::new(), ..warning.clone() }),
        ..Manuscript::default()
    };
    let names = [&hazard.name.vi, &hazard.name.en];
    for (((lang, words), (_, over)), name) in cancel.words.each().into_iter().zip(over.each()).zip(names) {
        let mut words = words.clone();
        if words.summary.is_empty() {
            (words.summary, words.actions) = (over.summary.clone(), over.actions.clone());
        }
        // The other holes are filled when it is compiled.
        words.title = fill(&words.title, &[("tai", &lower_first(name)), ("noi", "{noi}")]);
        put(&mut text, lang, words, "");
    }
    mark(&mut text);
    Some(text)
}

fn put(text: &mut Manuscript, lang: &str, words: Words, area: &str) {
    let at = text.texts.iter().position(|script| script.lang == lang);
    let at = at.unwrap_or_else(|| {
        text.texts.push(Script { lang: lang.to_owned(), ..Script::default() });
        text.texts.len() - 1
    });
    let script = &mut text.texts[at];
    let Words { title, summary, actions, contingency } = words;
    (script.title, script.summary, script.actions, script.contingency) = (title, summary, actions, contingency);
    script.area = area.to_owned();
}

/// What was prepared together, and a form sends back as it was with nothing beside it, is no older translation.
pub fn match_up(text: &mut Manuscript) {
    let Some(warning) = text.warning() else { return };
    let Some(hazard) = book().hazards.get(&warning.hazard) else { return };
    let Some(levels) = hazard.at(warning.level) else { return };
    let mut all = levels.said(!warning.references.is_empty()).into_iter().zip(hazard.area.each());
    let prepared = all.all(|((lang, words), (_, area))| {
        let same = |script: &Script| words_of(script) == words && script.area == *area && script.text.trim().is_empty();
        text.texts.iter().any(|script| script.lang == lang && same(script))
    });
    if prepared {
        mark(text);
    }
}

fn words_of(script: &Script) -> Words {
    Words {
        title: script.title.clone(),
        summary: script.summary.clone(),
        // A form sends empty fields, too.
        actions: script.actions.iter().filter(|one| !one.is_empty()).cloned().collect(),
        contingency: script.contingency.clone(),
    }
}

/// Translations of a template are of its original.
fn mark(text: &mut Manuscript) {
    let Some((original, translations)) = text.texts.split_first_mut() else { return };
    for script in translations.iter_mut().filter(|script| book().update.each().iter().any(|(lang, _)| *lang == script.lang)) {
        script.follow(original, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::alerts::before_sending;
    use domain::content::MsgType;

    /// 2026-11-23 12:00 in Vietnam.
    const NOW: Time = Time(1_795_410_000);

    /// Every hazard at every level it may have, in both languages, as a first alert, an update and each cancellation.
    #[test]
    fn every_template_can_be_published_as_it_is() {
        let places: Vec<PlaceCode> = [20137, 20044, 19753, 20182].map(PlaceCode).into();
        for (at, hazard) in (0..).zip(&instance().hazards) {
            let own = instance().levels(at);
            let groups = &book().hazards[&hazard.slug].levels;
            assert!(groups.iter().any(|group| group.to == *own.end()), "{}", hazard.slug);
            assert!(groups.iter().all(|group| own.contains(&group.to)), "{} has words for a level that it has not", hazard.slug);
            for level in instance().raised(at) {
                let first = fresh(&hazard.slug, level, places.clone(), "UBND".into(), NOW);
                let next = update(&first, vec!["00000001".into()], NOW);
                assert_eq!((weaker(&first), weaker(&next)), (None, None));
                let script: serde_json::Value = serde_json::from_str(&for_script(next.warning().unwrap()).unwrap()).unwrap();
                assert!(script["of"]["levels"][0]["en"]["title"].is_string() && script["frame"]["vi"]["title"].is_string());
                let ends = reasons().map(|reason| cancel(&first, reason, vec!["00000001".into()], NOW).unwrap());
                for (at, text) in [first.clone(), next].into_iter().chain(ends).enumerate() {
                    let (done, findings) = text.compile(NOW, 1, &|_| None);
                    assert_eq!(findings, [], "{} {level} {at}", hazard.slug);
                    before_sending(&done).unwrap_or_else(|reason| panic!("{} {level} {at}: {reason}", hazard.slug));
                    let langs: Vec<&str> = done.card.headlines.iter().map(|headline| headline.lang.as_str()).collect();
                    assert_eq!(langs, ["vi", "en"]);
                    let all: Vec<&str> = done.card.headlines.iter().flat_map(|h| [h.title.as_str(), &h.summary]).collect();
                    assert!(!all.concat().contains(['{', '}']), "{all:?}");
                    let kind = done.card.alert().unwrap().msg_type;
                    assert_eq!(kind, [MsgType::Alert, MsgType::Update, MsgType::Cancel][at.min(2)]);
                }
            }
        }
    }

    /// Whatever is left of them: one field in one language is enough.
    #[test]
    fn words_of_a_lower_level_are_known_again() {
        let first = fresh("heavy-rain", 1, vec![PlaceCode(20044)], "UBND".into(), NOW);
        let raised = |text: &Manuscript, level| {
            let mut text = text.clone();
            text.alert.as_mut().unwrap().level = level;
            text
        };
        assert_eq!([2, 3, 5].map(|level| weaker(&raised(&first, level))), [None, Some(2), Some(2)]);
        assert_eq!(weaker(&raised(&update(&first, vec!["00000001".into()], NOW), 4)), Some(2));
        let worst = fresh("heavy-rain", 4, vec![PlaceCode(20044)], "UBND".into(), NOW);
        assert_eq!([1, 5].map(|level| weaker(&raised(&worst, level))), [None, None], "stronger words stand, and raised ones");
        let mut steps = worst.clone();
        steps.texts[1].actions = [first.texts[1].actions.clone(), vec![String::new()]].concat();
        assert_eq!(weaker(&steps), Some(2));
        let mut own = worst;
        own.texts[0].title = "Mưa rất to".into();
        assert_eq!(weaker(&own), None, "what an officer wrote himself");
    }

    #[test]
    fn every_unit_is_in_one_group_and_on_the_map() {
        let mut grouped: Vec<u32> = book().places.iter().flat_map(|group| group.codes.clone()).collect();
        grouped.sort_unstable();
        let mut drawn: Vec<u32> = UNITS.iter().map(|(code, _)| *code).collect();
        drawn.sort_unstable();
        let mut units: Vec<u32> = instance().units().map(|p| p.code).collect();
        units.sort_unstable();
        assert_eq!((&grouped, &drawn), (&units, &units));
    }

    #[test]
    fn ends_are_at_full_steps_and_never_past_the_limit() {
        assert_eq!(until(NOW, 6 * 3_600), "2026-11-23T18:00");
        assert_eq!(until(NOW.plus(1), 6 * 3_600), "2026-11-23T18:05");
        assert_eq!(until(NOW.plus(1), MAX_LIFE), "2026-11-26T12:00");
    }
}
