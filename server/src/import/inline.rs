//! `**strong**` and `__emphasis__` inside a text.

use domain::content::{Mark, Style, Text};

/// Reads the two marks and nothing else; what is never closed stays as it was written.
pub fn read(source: &str) -> Text {
    let mut text = Text::default();
    let mut rest = source;
    while let Some(at) = [rest.find("**"), rest.find("__")].into_iter().flatten().min() {
        let fence = &rest[at..at + 2];
        let style = if fence == "**" { Style::Strong } else { Style::Emphasis };
        text.plain.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        match after.find(fence).filter(|end| *end > 0) {
            Some(end) => {
                let start = text.plain.len() as u32;
                text.plain.push_str(&after[..end]);
                text.marks.push(Mark { start, end: text.plain.len() as u32, style });
                rest = &after[end + 2..];
            }
            None => {
                text.plain.push_str(fence);
                rest = after;
            }
        }
    }
    text.plain.push_str(rest);
    text
}
