//! Emphasis within a line.

use crate::content::{Mark, Style, Text};

const MARKS: [(char, Style); 2] = [('*', Style::Strong), ('_', Style::Emphasis)];

/// A character, and whether it may be part of a mark.
type Sign = (char, bool);

/// `**strong**`, `__emphasis__`; what [`read`] takes for no mark is characters like others, and so is a mark behind a backslash.
pub fn parse(line: &str) -> Text {
    let mut signs = Vec::with_capacity(line.len());
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        signs.push(match rest.next_if(|next| c == '\\' && super::is_mark(*next)) {
            Some(next) => (next, false),
            None => (c, true),
        });
    }
    read(&signs)
}

/// Two signs of a kind begin or end emphasis where they stand at the edge of words: no third one beside them, outside the end, a
/// space or a sign, inside anything but space. So lines to fill in (`____`), addresses and sums stay as they are.
pub fn read(signs: &[Sign]) -> Text {
    let mut text = Text::default();
    // Whether the rest may still hold an end: nobody looks for one again and again.
    let mut ends = [true; MARKS.len()];
    let mut at = 0;
    while at < signs.len() {
        let found = MARKS.iter().zip(&mut ends).find_map(|((sign, style), ends)| {
            let begins = *ends && fence(signs, at, *sign, at.checked_sub(1), at + 2);
            let end = begins.then(|| (at + 3..signs.len()).find(|end| fence(signs, *end, *sign, Some(end + 2), end - 1)))?;
            *ends = end.is_some();
            Some((*style, end?))
        });
        let start = text.plain.len() as u32;
        match found {
            Some((style, end)) => {
                text.plain.extend(signs[at + 2..end].iter().map(|(c, _)| c));
                text.marks.push(Mark { start, end: text.plain.len() as u32, style });
                at = end + 2;
            }
            None => {
                text.plain.push(signs[at].0);
                at += 1;
            }
        }
    }
    text
}

fn fence(signs: &[Sign], at: usize, sign: char, outside: Option<usize>, inside: usize) -> bool {
    let mark = (sign, true);
    let outside = outside.and_then(|outside| signs.get(outside));
    signs.get(at..at + 2).is_some_and(|two| two == [mark, mark])
        && outside.is_none_or(|one| *one != mark && !one.0.is_alphanumeric())
        && signs.get(inside).is_some_and(|one| *one != mark && !one.0.is_whitespace())
}

/// What [`parse`] reads as this text. Emphasis of a part of a word, which nobody can type, is left out; the word stays.
pub fn print(text: &Text) -> String {
    let whole = fenced(text);
    if parse(&whole) == *text {
        return whole;
    }
    let mut marks: Vec<Mark> = Vec::with_capacity(text.marks.len());
    for mark in &text.marks {
        let cut = |range| text.plain.get::<std::ops::Range<usize>>(range).unwrap_or_default();
        let (start, end) = (mark.start as usize, mark.end as usize);
        let run = cut(start..end);
        let beside = [cut(0..start).chars().next_back(), cut(end..text.plain.len()).chars().next()];
        let touches = marks.last().is_some_and(|last| last.end >= mark.start);
        if !touches && !run.is_empty() && run.trim() == run && !beside.into_iter().flatten().any(char::is_alphanumeric) {
            marks.push(*mark);
        }
    }
    fenced(&Text { plain: text.plain.clone(), marks })
}

fn fenced(text: &Text) -> String {
    let mut out = String::with_capacity(text.plain.len() + 8);
    for (run, style) in text.runs() {
        let sign = MARKS.iter().find(|(_, known)| Some(*known) == style).map(|(sign, _)| *sign);
        let fence = || sign.into_iter().chain(sign);
        out.extend(fence());
        out.push_str(&super::escape(run, "\\*_"));
        out.extend(fence());
    }
    out
}
