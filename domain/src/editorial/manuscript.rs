//! What an author types, kept as he typed it, and what it becomes. A field that cannot be read yet is told about, never
//! thrown away.

use super::compile::{Media, Texts, given, time};
use super::markup;
use super::warning::{self, Warning};
use crate::content::{
    Block, Body, Card, EventInfo, Fact, FactKind, Headline, ItemId, Kind, Mark, MediaRef, PlaceCode, Style, Text, Time,
};
use crate::words::Lang;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// An item as it is being written. Dates are local, `YYYY-MM-DDTHH:MM` or `YYYY-MM-DD`, as forms give them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manuscript {
    /// Name of a [`Kind`].
    pub kind: String,
    /// The main one first.
    pub topics: Vec<u8>,
    /// Empty means everyone.
    pub places: Vec<PlaceCode>,
    pub source: String,
    /// Number of the source document.
    pub document: String,
    pub source_url: String,
    /// Day of the source document; empty means the day of publication.
    pub issued: String,
    pub effective: String,
    pub expires: String,
    /// Of an event.
    pub start: String,
    pub end: String,
    pub online: String,
    /// Id of the item that this one replaces.
    pub supersedes: String,
    /// What a correction changes, in words for readers.
    pub change: String,
    /// The first one is the original, in Vietnamese.
    pub texts: Vec<Script>,
    /// What only alerts have. Left out of what is stored where there is none, so that older manuscripts keep their bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<Warning>,
}

/// The text in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Script {
    /// BCP 47.
    pub lang: String,
    pub title: String,
    pub summary: String,
    /// See [`markup`].
    pub text: String,
    /// One paper a line.
    pub papers: String,
    pub fee: String,
    pub office: String,
    pub hours: String,
    pub phone: String,
    pub duration: String,
    pub venue: String,
    /// File of the recording of the whole.
    pub audio: String,
    /// Of a translation: fingerprint of the original it was made from.
    pub of: String,
    /// Of a translation: version of the work with which it was made, as far as that is known. Left out of what is stored
    /// where it is not, so that older manuscripts keep their bytes.
    #[serde(skip_serializing_if = "super::translation::is_unknown")]
    pub of_version: u32,
    /// What to do, in at most three sentences (alerts).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// What holds if no further word arrives (alerts).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub contingency: String,
    /// The area in words (alerts).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub area: String,
}

/// Something to mend before others can judge the text. Names of fields are those of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    Missing(&'static str),
    /// A line of the template where its author was to write.
    Unwritten(String),
    BadTime(&'static str),
    /// Ends before it begins.
    Backwards,
    NoTopic,
    /// A file that is named in the text and was never brought here.
    NoFile(String),
    BadId,
    /// No item has the id of the one that it replaces.
    NoItem(String),
    /// A translation is older than its original.
    Outdated(String),
    UnknownKind,
    /// An alert that is not for any place.
    NoPlace,
    /// An event that is over: most often a wrong year.
    Past,
    /// What stands for a number to call and cannot be called.
    BadPhone(String),
    /// An address that leads nowhere.
    BadUrl(String),
    /// A table with rows of different lengths, or too wide for a page.
    BadTable,
    /// Issued on a day that is still to come.
    Future,
    /// Ends before it could be read.
    Over,
    /// Holds longer than an alert may.
    TooFar,
    /// Outside the levels that this hazard may have.
    NoLevel(RangeInclusive<u8>),
    /// What looks like a hole to be filled, and nothing fills.
    NoHole(String),
    /// More characters, or entries, than a phone shows and a push holds.
    TooLong(&'static str, usize),
}

impl Finding {
    /// An item can be published all the same.
    pub fn is_advice(&self) -> bool {
        matches!(self, Finding::Outdated(_) | Finding::Past)
    }
}

/// As readers will get it, but for what only publication knows: id, revision, sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    pub card: Card,
    pub body: Body,
    pub media: Vec<MediaRef>,
    pub supersedes: Option<ItemId>,
}

impl Manuscript {
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_name(&self.kind).filter(|kind| *kind != Kind::ALERT || self.alert.is_some())
    }

    /// Whether rules of alerts hold for it: whoever says in a form that it is one is judged as if it were.
    pub fn is_alert(&self) -> bool {
        self.kind == "alert" || self.alert.is_some()
    }

    /// When it no longer holds, as far as that is said.
    pub fn ends(&self) -> Option<Time> {
        read_time(&self.expires)
    }

    /// Title of the original.
    pub fn title(&self) -> &str {
        self.texts.first().map_or("", |text| text.title.trim())
    }

    /// Makes of it what readers get, as far as that can be made, and says what is missing. `media` knows the files that
    /// were brought; `revision` is the one this would become.
    pub fn compile(&self, now: Time, revision: u16, media: &dyn Fn(&str) -> Option<MediaRef>) -> (Compiled, Vec<Finding>) {
        if let Some(warning) = self.warning() {
            return warning::compile(self, warning, now, media);
        }
        let mut findings = Vec::new();
        let kind = self.kind().unwrap_or_else(|| {
            findings.push(Finding::UnknownKind);
            Kind::BULLETIN
        });
        let dates = self.dates(now, &mut findings);
        if self.topics.is_empty() {
            findings.push(Finding::NoTopic);
        }
        if self.source.trim().is_empty() {
            findings.push(Finding::Missing("source"));
        }
        if revision > 1 && self.change.trim().is_empty() {
            findings.push(Finding::Missing("change"));
        }
        let event = if kind == Kind::EVENT { self.event(&dates, now, &mut findings) } else { None };
        let supersedes = match self.supersedes.trim() {
            "" => None,
            text => text.parse().map_err(|_| findings.push(Finding::BadId)).ok(),
        };
        let mut texts = Texts::default();
        for (at, script) in self.texts.iter().enumerate() {
            if at == 0 || !script.is_empty() {
                let correction = (revision > 1 && at == 0).then(|| correction(now, self.change.trim()));
                self.add(&mut texts, at, kind, correction.flatten(), media, &mut findings);
            }
        }
        if texts.headlines.is_empty() {
            findings.push(Finding::Missing("title"));
            texts.add_empty_original();
        }
        let card = Card {
            revision,
            effective: dates.effective,
            expires: dates.expires,
            detail: event.map(|event| event.encode()).unwrap_or_default(),
            ..Card::blank(kind, dates.issued)
        };
        (texts.finish(self, card, supersedes), findings)
    }

    fn dates(&self, now: Time, findings: &mut Vec<Finding>) -> Dates {
        let mut read = |field, text| time(field, text, findings);
        let issued = read("issued", &self.issued).unwrap_or(now);
        let (effective, expires) = (read("effective", &self.effective), read("expires", &self.expires));
        let (start, end) = (read("start", &self.start), read("end", &self.end));
        let ended = expires.filter(|expires| *expires <= effective.unwrap_or(issued));
        let over = effective.is_none() && ended.is_some_and(|expires| expires <= now);
        if over {
            findings.push(Finding::Over);
        }
        if ended.is_some() && !over || end.zip(start).is_some_and(|(end, start)| end < start) {
            findings.push(Finding::Backwards);
        }
        Dates { issued, effective, expires, start, end }
    }

    /// When an event is, as far as that is said.
    fn event(&self, dates: &Dates, now: Time, findings: &mut Vec<Finding>) -> Option<EventInfo> {
        let end = dates.end;
        let Some(start) = dates.start else {
            findings.push(Finding::Missing("start"));
            return None;
        };
        // Of one without an end nobody knows when within its day it is over.
        if end.map_or(start.day() < now.day(), |end| end.max(start) <= now) {
            findings.push(Finding::Past);
        }
        // RFC 5545 knows no event that ends as it begins.
        Some(EventInfo { start, end: end.filter(|end| *end != start), online: given(&self.online) })
    }

    /// Adds the language at `at` to `texts` and says what it lacks.
    fn add(
        &self,
        texts: &mut Texts,
        at: usize,
        kind: Kind,
        correction: Option<Block>,
        media: Media,
        findings: &mut Vec<Finding>,
    ) {
        let script = &self.texts[at];
        let (mut blocks, missing) = markup::parse(&script.text, media);
        findings.extend(missing.into_iter().map(|file| Finding::NoFile(file.0)));
        let audio = script.recording(media);
        let headline = Headline {
            lang: script.lang.clone(),
            title: script.title.trim().to_owned(),
            summary: script.summary.trim().to_owned(),
            audio: audio.is_some(),
        };
        let heard = at > 0 && headline.is_heard_alone();
        if headline.title.is_empty() && !heard {
            findings.push(Finding::Missing("title"));
        }
        if headline.summary.is_empty() && !heard {
            findings.push(Finding::Missing("summary"));
        }
        if blocks.is_empty() && audio.is_none() {
            findings.push(Finding::Missing("text"));
        }
        findings.extend(script.unwritten().map(|line| Finding::Unwritten(line.to_owned())));
        if at > 0 && !script.follows(&self.texts[0]) {
            findings.push(Finding::Outdated(script.lang.clone()));
        }
        findings.extend(script.wrong_numbers().map(Finding::BadPhone));
        // What a correction changes stands before the text, where every edition shows it.
        blocks.splice(0..0, correction);
        texts.add(headline, script.facts(kind), blocks, audio);
    }
}

/// As they were typed; `issued` is now where nothing was.
struct Dates {
    issued: Time,
    effective: Option<Time>,
    expires: Option<Time>,
    start: Option<Time>,
    end: Option<Time>,
}

impl Script {
    /// The line of the editor's template that still stands where its author was to write: a question, or a mark with nothing
    /// behind.
    fn unwritten(&self) -> Option<&str> {
        let templates = [Lang::Vi, Lang::En].map(|lang| {
            let w = lang.desk();
            [w.template_bulletin, w.template_guide, w.template_event]
        });
        let asked = |line: &str| templates.iter().flatten().any(|text| text.split(" / ").next() == Some(line));
        let open = |line: &str| matches!(line, "-" | "1.");
        let mut lines = self.text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.clone().find(|line| asked(line)).or_else(|| lines.next_back().filter(|line| open(line)))
    }

    /// Nothing was written or spoken in this language.
    pub fn is_empty(&self) -> bool {
        self.is_silent() && self.audio.trim().is_empty()
    }

    /// Nothing was written in it.
    pub(super) fn is_silent(&self) -> bool {
        let texts = [&self.title, &self.summary, &self.text, &self.contingency, &self.area];
        texts.into_iter().chain(&self.actions).all(|text| text.trim().is_empty())
    }

    /// A phone dials all the digits of a line: those of E.164, and short numbers.
    fn wrong_numbers(&self) -> impl Iterator<Item = String> {
        let lines = self.phone.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.filter(|line| !(3..=15).contains(&line.bytes().filter(u8::is_ascii_digit).count())).map(str::to_owned)
    }

    fn facts(&self, kind: Kind) -> Vec<Fact> {
        let guide = kind == Kind::GUIDE;
        let all = [
            (FactKind::PAPER, &self.papers, guide),
            (FactKind::FEE, &self.fee, guide),
            (FactKind::OFFICE, &self.office, guide),
            (FactKind::HOURS, &self.hours, guide),
            (FactKind::DURATION, &self.duration, guide),
            (FactKind::PHONE, &self.phone, true),
            (FactKind::VENUE, &self.venue, kind == Kind::EVENT),
        ];
        let shown = all.into_iter().filter(|(_, _, shown)| *shown);
        shown
            .flat_map(|(kind, text, _)| {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                lines.map(move |line| Fact { kind, text: line.to_owned() })
            })
            .collect()
    }
}

/// What a correction says of itself, where something was said.
fn correction(now: Time, change: &str) -> Option<Block> {
    if change.is_empty() {
        return None;
    }
    let day = now.civil();
    let plain = format!("Đã sửa ngày {}/{}/{}: {change}", day.day, day.month, day.year);
    let mark = Mark { start: 0, end: plain.len() as u32, style: Style::Emphasis };
    Some(Block::Paragraph(Text { plain, marks: vec![mark] }))
}

/// The day or hour that somebody typed, as far as it can be read.
pub fn read_time(text: &str) -> Option<Time> {
    local(text).ok().flatten()
}

/// A local date, with or without the time of day; `None` where nothing is typed.
pub(super) fn local(text: &str) -> Result<Option<Time>, ()> {
    let text = text.trim();
    let full = match text.len() {
        0 => return Ok(None),
        10 => text.to_owned(),
        16 => [text, ":00+07:00"].concat(),
        _ => return Err(()),
    };
    Time::parse(&full).map(Some).ok_or(())
}
