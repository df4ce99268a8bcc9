//! What an alert officer chooses beside the text of an alert, and what card and body become of it. Terms are those of CAP 1.2.

use super::compile::{Media, Texts, time};
use super::holes::{Holes, screen, unknown};
use super::markup;
use super::{Compiled, Finding, Manuscript, Script};
use crate::alert::prefix;
use crate::content::{
    AlertInfo, Block, Card, Certainty, Fact, FactKind, Headline, ItemId, Kind, MsgType, PlaceCode, Status, Text, Time, Urgency,
};
use crate::instance::instance;
use crate::words::{Lang, fill};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// An alert holds at most this long, in seconds: whoever still means it later says so again.
pub const MAX_LIFE: i64 = 72 * 3_600;
/// Things to do of one alert: a fourth is one that nobody remembers.
pub const MAX_ACTIONS: usize = 3;

/// Longest texts, in characters with their holes filled. Two languages of them fit into one push (3,800 bytes, RFC 8291).
const LIMITS: [(&str, usize); 5] = [("title", 120), ("summary", 280), ("actions", 100), ("contingency", 240), ("area", 240)];

/// The part of a manuscript that only alerts have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Warning {
    /// 1–5; 0 while none is chosen.
    pub level: u8,
    /// Name of a hazard of the instance.
    pub hazard: String,
    /// CAP words in lower case; empty stands for `expected`, `likely`, `actual` and `alert`.
    pub urgency: String,
    pub certainty: String,
    pub status: String,
    pub msg_type: String,
    /// Ids of the messages that it updates, oldest first.
    pub references: Vec<String>,
    /// Hotlines of the instance to call, by their numbers.
    pub calls: Vec<String>,
}

fn named<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

impl Warning {
    /// Words of each choice, in the order in which forms show them.
    pub const URGENCY: [(&str, Urgency); 3] =
        [("immediate", Urgency::Immediate), ("expected", Urgency::Expected), ("future", Urgency::Future)];
    pub const CERTAINTY: [(&str, Certainty); 3] =
        [("observed", Certainty::Observed), ("likely", Certainty::Likely), ("possible", Certainty::Possible)];

    pub fn hazard(&self) -> Option<u8> {
        instance().hazard_by_slug(&self.hazard)
    }

    /// Those that it may be given, raised ones among them; any, while no hazard is chosen.
    pub fn levels(&self) -> RangeInclusive<u8> {
        self.hazard().map_or(1..=5, |hazard| instance().raised(hazard))
    }

    pub fn urgency(&self) -> Urgency {
        named(&Self::URGENCY, &self.urgency).unwrap_or(Urgency::Expected)
    }

    pub fn certainty(&self) -> Certainty {
        named(&Self::CERTAINTY, &self.certainty).unwrap_or(Certainty::Likely)
    }

    /// What is neither actual nor known here is a trial: nobody may take it for the real thing.
    pub fn status(&self) -> Status {
        if self.status.is_empty() { Status::Actual } else { Status::from_name(&self.status).unwrap_or(Status::Test) }
    }

    pub fn msg_type(&self) -> MsgType {
        match self.msg_type.as_str() {
            "update" => MsgType::Update,
            "cancel" => MsgType::Cancel,
            _ => MsgType::Alert,
        }
    }
}

/// Up to three places by name, in the order of their names, then how many more; the whole area by its own.
pub fn places_named(places: &[PlaceCode], lang: Lang) -> String {
    let known = instance().named(places);
    if let Some(whole) = known.iter().find(|place| place.is_whole()) {
        return whole.name.get(lang).to_owned();
    }
    let names: Vec<&str> = known.iter().map(|place| place.short.as_str()).collect();
    if names.len() <= 3 {
        return names.join(", ");
    }
    let more = fill(lang.words().places_more(), &[("n", &(names.len() - 2).to_string())]);
    [&names[..2].join(", "), " ", &more].concat()
}

impl Manuscript {
    /// The alert part of a manuscript that is an alert.
    pub fn warning(&self) -> Option<&Warning> {
        self.alert.as_ref().filter(|_| self.kind == "alert")
    }

    /// Title of the original as readers get it; for lists.
    pub fn heading(&self) -> String {
        let Some(warning) = self.warning() else { return self.title().to_owned() };
        let expires = self.ends();
        let holes = Holes::new(&self.places, warning.level, expires, expires.unwrap_or(Time(0)), "vi");
        let title = holes.fill(self.title()).split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() { title } else { [prefix(warning.status(), "vi"), &title].concat() }
    }
}

/// [`Manuscript::compile`] of an alert.
pub(super) fn compile(text: &Manuscript, warning: &Warning, now: Time, media: Media) -> (Compiled, Vec<Finding>) {
    let mut findings = Vec::new();
    let (effective, expires) = dates(text, now, &mut findings);
    let (hazard, levels) = (warning.hazard(), warning.levels());
    match (hazard, warning.level) {
        (None, _) => findings.push(Finding::Missing("hazard")),
        (_, 0) => findings.push(Finding::Missing("level")),
        (_, level) if !levels.contains(&level) => findings.push(Finding::NoLevel(levels)),
        _ => {}
    }
    if text.places.is_empty() {
        findings.push(Finding::NoPlace);
    }
    if text.source.trim().is_empty() {
        findings.push(Finding::Missing("source"));
    }
    let references = references(warning, &mut findings);
    let mut texts = Texts::default();
    for (at, script) in text.texts.iter().enumerate() {
        if at == 0 || !script.is_empty() {
            let holes = Holes::new(&text.places, warning.level, expires, now, &script.lang);
            let original = (at > 0).then(|| &text.texts[0]);
            add(&mut texts, warning, script, original, &holes, media, &mut findings);
        }
    }
    if texts.headlines.first().is_none_or(|headline| headline.lang != "vi") {
        findings.push(Finding::Missing("title"));
        texts.add_empty_original();
    }
    let info = AlertInfo {
        level: warning.level,
        hazard: hazard.unwrap_or_default(),
        msg_type: warning.msg_type(),
        urgency: warning.urgency(),
        certainty: warning.certainty(),
        references,
    };
    let mut card = Card { revision: 1, effective, expires, detail: info.encode(), ..Card::blank(Kind::ALERT, now) };
    card.set_status(warning.status());
    (texts.finish(text, card, None), findings)
}

/// From when until when it holds.
fn dates(text: &Manuscript, now: Time, findings: &mut Vec<Finding>) -> (Option<Time>, Option<Time>) {
    let effective = time("effective", &text.effective, findings);
    let expires = time("expires", &text.expires, findings);
    let start = effective.unwrap_or(now);
    match expires {
        None => findings.push(Finding::Missing("expires")),
        Some(end) if end <= now => findings.push(Finding::Over),
        Some(end) if end <= start => findings.push(Finding::Backwards),
        Some(end) if end.since(start) > MAX_LIFE => findings.push(Finding::TooFar),
        Some(_) => {}
    }
    (effective, expires)
}

fn references(warning: &Warning, findings: &mut Vec<Finding>) -> Vec<ItemId> {
    let mut references = Vec::new();
    for id in &warning.references {
        match id.parse() {
            Ok(id) => references.push(id),
            Err(_) => findings.push(Finding::BadId),
        }
    }
    if warning.msg_type() != MsgType::Alert && references.is_empty() {
        findings.push(Finding::BadId);
    }
    references
}

/// Adds a language to `texts` and says what it lacks; `original` is what it was translated from.
fn add(
    texts: &mut Texts,
    warning: &Warning,
    script: &Script,
    original: Option<&Script>,
    holes: &Holes,
    media: Media,
    findings: &mut Vec<Finding>,
) {
    let audio = script.recording(media);
    let mut headline =
        Headline { lang: script.lang.clone(), title: String::new(), summary: String::new(), audio: audio.is_some() };
    // A recording alone says all of it.
    let heard = original.is_some() && headline.is_heard_alone() && script.is_silent();
    let written = written(script, holes, !heard, findings);
    if original.is_some_and(|original| !script.follows(original)) {
        findings.push(Finding::Outdated(script.lang.clone()));
    }
    for hole in unknown(script).into_iter().map(Finding::NoHole) {
        if !findings.contains(&hole) {
            findings.push(hole);
        }
    }
    let (more, missing) = markup::parse(&holes.fill(&script.text), media);
    findings.extend(missing.into_iter().map(|file| Finding::NoFile(file.0)));
    if !heard {
        headline.title = [prefix(warning.status(), &script.lang), &written.title].concat();
        headline.summary = written.summary;
    }
    let steps = (!written.actions.is_empty()).then(|| Block::Steps(written.actions.iter().map(Text::plain).collect()));
    let blocks = steps.into_iter().chain(more).chain(calls(warning, screen(&script.lang))).collect();
    let facts = [(FactKind::AREA, written.area), (FactKind::CONTINGENCY, written.contingency)];
    let facts = facts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(kind, text)| Fact { kind, text });
    texts.add(headline, facts.collect(), blocks, audio);
}

/// The words of one language, whole.
struct Written {
    title: String,
    summary: String,
    actions: Vec<String>,
    contingency: String,
    area: String,
}

/// `needed`: what no alert can do without is missing where it is not there.
fn written(script: &Script, holes: &Holes, needed: bool, findings: &mut Vec<Finding>) -> Written {
    let mut take = |field: &'static str, text: &str, needed: bool| {
        // One line each: whoever presses Enter in a field means no paragraph.
        let text = holes.fill(text).split_whitespace().collect::<Vec<_>>().join(" ");
        let max = LIMITS.iter().find(|(name, _)| *name == field).map_or(usize::MAX, |(_, max)| *max);
        if text.is_empty() && needed && !findings.contains(&Finding::Missing(field)) {
            findings.push(Finding::Missing(field));
        } else if text.chars().count() > max {
            findings.push(Finding::TooLong(field, max));
        }
        text
    };
    let title = take("title", &script.title, needed);
    let summary = take("summary", &script.summary, needed);
    let given: Vec<&String> = script.actions.iter().filter(|action| !action.trim().is_empty()).collect();
    if given.is_empty() {
        take("actions", "", needed);
    }
    let actions = given.iter().take(MAX_ACTIONS).map(|action| take("actions", action, true)).collect();
    let contingency = take("contingency", &script.contingency, false);
    let area = take("area", &script.area, false);
    if given.len() > MAX_ACTIONS {
        findings.push(Finding::TooLong("actions", MAX_ACTIONS));
    }
    Written { title, summary, actions, contingency, area }
}

fn calls(warning: &Warning, lang: Lang) -> impl Iterator<Item = Block> {
    let chosen = instance().hotlines.iter().filter(|hotline| warning.calls.contains(&hotline.number));
    chosen.map(move |hotline| Block::Call { number: hotline.number.clone(), label: hotline.name.get(lang).to_owned() })
}
