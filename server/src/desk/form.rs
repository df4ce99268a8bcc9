//! What a form sends: names and values in their order, with the text as people mean it.

use crate::publish::{language, shapeless};
use domain::content::{PlaceCode, Time};
use domain::editorial::MAX_ACTIONS;
use domain::editorial::{Grant, Hash, Manuscript, Role, Script, Warning};
use domain::instance::instance;
use unicode_normalization::UnicodeNormalization;

/// Largest form, in bytes.
pub const MAX: usize = 1 << 20;
/// Languages of one item.
const MAX_TEXTS: usize = 8;
/// Values of one name: the messages of an event that goes on for weeks, too.
const MAX_NAMED: usize = 500;

#[derive(Clone, Debug, Default)]
pub struct Form(pub Vec<(String, String)>);

impl Form {
    /// `application/x-www-form-urlencoded`. Letters are composed (NFC), lines end with `\n`, controls are left out.
    pub fn parse(bytes: &[u8]) -> Form {
        let pairs = form_urlencoded::parse(bytes).take(2_000);
        Form(pairs.map(|(name, value)| (name.into_owned(), clean(&value))).collect())
    }

    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn number(&self, name: &str) -> i64 {
        self.get(name).parse().unwrap_or(-1)
    }

    pub fn hash(&self, name: &str) -> Option<Hash> {
        let text = self.get(name);
        let byte = |at: usize| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..32).map(byte).collect();
        bytes?.try_into().ok()
    }

    /// A local date and time of day.
    pub fn time(&self, name: &str) -> Option<Time> {
        Time::parse(&[self.get(name), ":00+07:00"].concat())
    }

    /// The manuscript of the editor's form; what the form does not have stays as it is in `before`.
    pub fn manuscript(&self, before: &Manuscript) -> Manuscript {
        let text = |name: &str, before: &str| if self.has(name) { self.get(name).to_owned() } else { before.to_owned() };
        let known = |topic: &u8| usize::from(*topic) < instance().topics.len();
        let mut topics: Vec<u8> =
            self.all("main-topic").chain(self.all("topic")).filter_map(|t| t.parse().ok()).filter(known).collect();
        let mut seen = std::collections::HashSet::new();
        topics.retain(|topic| seen.insert(*topic));
        let mut places: Vec<PlaceCode> = self.all("place").filter_map(place).collect();
        places.sort();
        places.dedup();
        let mut texts: Vec<Script> = Vec::new();
        for lang in self.all("lang").map(str::trim).filter(|lang| language(lang).is_some()).take(MAX_TEXTS) {
            if texts.iter().any(|script| script.lang == lang) {
                continue;
            }
            let old = before.texts.iter().find(|script| script.lang == lang).cloned().unwrap_or_default();
            let of = |name: &str, before: &str| text(&[name, ".", lang].concat(), before);
            texts.push(Script {
                lang: lang.to_owned(),
                title: of("title", &old.title),
                summary: of("summary", &old.summary),
                text: of("text", &old.text),
                papers: of("papers", &old.papers),
                fee: of("fee", &old.fee),
                office: of("office", &old.office),
                hours: of("hours", &old.hours),
                phone: of("phone", &old.phone),
                duration: of("duration", &old.duration),
                venue: of("venue", &old.venue),
                audio: of("audio", &old.audio),
                of: old.of,
                of_version: old.of_version,
                actions: self.actions(lang).unwrap_or(old.actions),
                contingency: of("contingency", &old.contingency),
                area: of("area", &old.area),
            });
        }
        // Pictures and recordings that were ticked come at the end of the original.
        if let Some(first) = texts.first_mut() {
            for line in self.all("insert").map(str::trim).filter(|line| !line.is_empty() && !line.contains('\n')) {
                let whole = !first.audio.is_empty() && line.contains(&first.audio);
                if !whole && !first.text.contains(line) {
                    first.text = [first.text.trim_end(), "\n\n", line].concat();
                }
            }
        }
        // Whoever says so has brought a translation up to its original, as both are in the version that is being saved.
        let version = u32::try_from(self.number("version")).map_or(1, |version| version.saturating_add(1));
        if let Some((original, translations)) = texts.split_first_mut() {
            for script in translations {
                let new = script.of.is_empty() && !script.is_empty();
                if new || (self.has(&["current.", &script.lang].concat()) && !script.follows(original)) {
                    script.follow(original, version);
                }
            }
        }
        Manuscript {
            kind: text("kind", &before.kind),
            topics,
            places,
            source: text("source", &before.source),
            document: text("document", &before.document),
            source_url: text("source_url", &before.source_url),
            issued: text("issued", &before.issued),
            effective: text("effective", &before.effective),
            expires: text("expires", &before.expires),
            start: text("start", &before.start),
            end: text("end", &before.end),
            online: text("online", &before.online),
            supersedes: text("supersedes", &before.supersedes),
            change: text("change", &before.change),
            texts,
            alert: self.warning(before),
        }
    }

    /// What to do, in the order of the fields; `None` where the form has none.
    fn actions(&self, lang: &str) -> Option<Vec<String>> {
        let name = ["action.", lang].concat();
        // One more than may be: that it is too much is told, not cut off.
        self.has(&name).then(|| self.all(&name).take(MAX_ACTIONS + 1).map(str::to_owned).collect())
    }

    /// The alert part; `None` where neither the form nor `before` is an alert.
    fn warning(&self, before: &Manuscript) -> Option<Warning> {
        if before.alert.is_none() && self.get("kind") != "alert" {
            return None;
        }
        let old = before.alert.clone().unwrap_or_default();
        let text = |name: &str, old: &str| if self.has(name) { self.get(name).to_owned() } else { old.to_owned() };
        let many = |name: &str, old: &[String]| if self.has(name) { self.named(name) } else { old.to_vec() };
        // What it follows is said when it is begun.
        let references = if before.alert.is_some() { old.references.clone() } else { self.named("follows") };
        Some(Warning {
            level: if self.has("level") { u8::try_from(self.number("level")).unwrap_or_default() } else { old.level },
            hazard: text("hazard", &old.hazard),
            urgency: text("urgency", &old.urgency),
            certainty: text("certainty", &old.certainty),
            status: text("status", &old.status),
            msg_type: if references.is_empty() { "alert" } else { "update" }.into(),
            references,
            calls: many("call", &old.calls),
        })
    }

    /// Values of a name that are there, each once.
    fn named(&self, name: &str) -> Vec<String> {
        let mut seen = std::collections::HashSet::new();
        self.all(name).filter(|value| !value.is_empty() && seen.insert(*value)).take(MAX_NAMED).map(str::to_owned).collect()
    }

    /// Roles of an invitation or a person: `role`, `place` and topics.
    pub fn grants(&self) -> Vec<Grant> {
        let topics = self.all("topic").filter_map(|topic| topic.parse().ok());
        let topics: Vec<u8> = topics.filter(|topic| instance().topic(*topic).is_some()).collect();
        let places: Vec<PlaceCode> = self.all("place").filter_map(place).collect();
        let roles = self.all("role").filter_map(Role::from_name);
        roles
            .flat_map(|role| places.iter().map(move |place| (role, *place)))
            .map(|(role, place)| Grant { role, place, topics: topics.clone() })
            .collect()
    }
}

/// Fields that never come back in a page.
pub fn is_secret(name: &str) -> bool {
    name.contains("password") || matches!(name, "repeat" | "code" | "answer")
}

fn place(text: &str) -> Option<PlaceCode> {
    text.parse().ok().map(PlaceCode).filter(|code| instance().place(*code).is_some())
}

pub fn clean(value: &str) -> String {
    let text: String = value.replace("\r\n", "\n").replace('\r', "\n").nfc().collect();
    let odd = |c: char| (c.is_control() && c != '\n' && c != '\t') || shapeless(c);
    text.replace(odd, "").replace('\u{a0}', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_composed_and_nothing_hidden_comes_in() {
        let form = Form::parse("a=lu%CC%83%0D%0Ax%00%E2%80%AE%E2%80%8B%C2%ADy&b=1&a=2".as_bytes());
        assert_eq!(form.get("a"), "lũ\nxy");
        assert_eq!(form.all("a").count(), 2);
        assert_eq!((form.number("b"), form.number("c")), (1, -1));
        assert_eq!(form.hash("b"), None);
    }

    #[test]
    fn a_manuscript_keeps_what_the_form_does_not_show() {
        let before = Manuscript {
            document: "12/QĐ".into(),
            texts: vec![Script { lang: "vi".into(), audio: "a.opus".into(), ..Script::default() }],
            ..Manuscript::default()
        };
        let form = Form::parse("kind=guide&main-topic=3&topic=1&topic=3&topic=99&place=20044&place=1&lang=vi&title.vi=A&lang=en&title.en=B&lang=x%3Cy&lang=vi".as_bytes());
        let text = form.manuscript(&before);
        assert_eq!((text.kind.as_str(), &text.topics[..], &text.places[..]), ("guide", &[3, 1][..], &[PlaceCode(20044)][..]));
        assert_eq!((text.document.as_str(), text.texts.len()), ("12/QĐ", 2));
        assert_eq!((text.texts[0].title.as_str(), text.texts[0].audio.as_str()), ("A", "a.opus"));
        let follows = |text: &Manuscript| (text.texts[1].follows(&text.texts[0]), text.texts[1].of_version);
        assert_eq!(follows(&text), (true, 1), "a new translation is of what stands there");
        let later = Form::parse("version=3&lang=vi&title.vi=C&lang=en&title.en=B".as_bytes()).manuscript(&text);
        assert_eq!(follows(&later), (false, 1));
        let current = Form::parse("version=4&lang=vi&title.vi=C&lang=en&title.en=B&current.en=1".as_bytes());
        let caught_up = current.manuscript(&later);
        assert_eq!(follows(&caught_up), (true, 5));
        assert_eq!(current.manuscript(&caught_up), caught_up, "sent twice it says nothing new");
    }
}
