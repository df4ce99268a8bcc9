//! Emphasis within a line.

use crate::content::{Mark, Style, Text};

const MARKS: [(&str, Style); 2] = [("**", Style::Strong), ("__", Style::Emphasis)];

/// `**strong**`, `__emphasis__`; a mark without its end is two characters like others.
pub fn parse(line: &str) -> Text {
    let mut text = Text::default();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix('\\')
            && let Some(next) = after.chars().next().filter(|next| super::is_mark(*next))
        {
            text.plain.push(next);
            rest = &after[next.len_utf8()..];
            continue;
        }
        let marked = MARKS.iter().find_map(|(mark, style)| {
            let inside = rest.strip_prefix(mark)?;
            let end = super::unescaped(inside, mark).filter(|end| *end > 0)?;
            Some((*style, &inside[..end], &inside[end + mark.len()..]))
        });
        if let Some((style, inside, after)) = marked {
            let start = text.plain.len() as u32;
            text.plain.push_str(&super::plain(inside));
            text.marks.push(Mark { start, end: text.plain.len() as u32, style });
            rest = after;
            continue;
        }
        text.plain.push(c);
        rest = &rest[c.len_utf8()..];
    }
    text
}

pub fn print(text: &Text) -> String {
    let mut out = String::with_capacity(text.plain.len() + 8);
    for (run, style) in text.runs() {
        let mark = MARKS.iter().find(|(_, known)| Some(*known) == style).map_or("", |(mark, _)| mark);
        out.push_str(mark);
        out.push_str(&super::escape(run, "\\*_"));
        out.push_str(mark);
    }
    out
}
