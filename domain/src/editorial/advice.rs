//! Help with plain words: sentences that are too long, and officialese with what people say instead.

use std::sync::OnceLock;

/// A sentence of more syllables than this is hard to follow when it is read aloud.
pub const LONG: usize = 40;

/// Syllables that somebody reads in a minute who does not read much, or hears read aloud.
const PACE: usize = 200;

/// An official's word and a plainer one, from `locales/officialese.txt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Official {
    pub term: &'static str,
    pub plainer: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Its beginning, and how many syllables it has.
    LongSentence {
        start: String,
        syllables: usize,
    },
    Officialese(Official),
}

/// The list, in the order of the file.
pub fn officialese() -> &'static [Official] {
    static LIST: OnceLock<Vec<Official>> = OnceLock::new();
    LIST.get_or_init(|| {
        let lines = include_str!("../../locales/officialese.txt").lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(" = ")).map(|(term, plainer)| Official { term, plainer }).collect()
    })
}

/// What could be said more plainly, in the order of the text; each word once.
pub fn advise(text: &str) -> Vec<Advice> {
    let mut advice: Vec<Advice> = sentences(text)
        .filter_map(|sentence| {
            let syllables = syllables(sentence);
            (syllables > LONG).then(|| Advice::LongSentence { start: beginning(sentence), syllables })
        })
        .collect();
    let words = [" ", &words_of(text), " "].concat();
    let found = officialese().iter().filter(|one| words.contains(&[" ", &words_of(one.term), " "].concat()));
    advice.extend(found.map(|one| Advice::Officialese(*one)));
    advice
}

/// How many syllables a text has, and how many minutes it takes to read, at least one.
pub fn reading(text: &str) -> (usize, usize) {
    let syllables = syllables(text);
    (syllables, syllables.div_ceil(PACE).max(1))
}

fn syllables(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

/// Cut at the end of each line and behind `.`, `!`, `?`, `;`, `:` where a space follows.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| {
        let mut parts = Vec::new();
        let mut start = 0;
        for (at, c) in line.char_indices() {
            let end = at + c.len_utf8();
            if matches!(c, '.' | '!' | '?' | ';' | ':') && line[end..].starts_with(' ') {
                parts.push(line[start..end].trim());
                start = end;
            }
        }
        parts.push(line[start..].trim());
        parts
    })
}

fn beginning(sentence: &str) -> String {
    let mut words = sentence.split_whitespace();
    let start: Vec<&str> = words.by_ref().take(8).collect();
    [start.join(" ").as_str(), if words.next().is_some() { "…" } else { "" }].concat()
}

/// Words in lower case with their diacritics, one space between.
fn words_of(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
