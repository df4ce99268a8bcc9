//! What stands within a line: emphasis, in whatever way an editor writes it down, and the signs before items of a list.

use domain::content::{Style, Text};
use html5ever::tokenizer::Tag;

/// An element within a line: where its text began, and what it makes of it.
pub struct Inline {
    pub name: String,
    pub style: Option<Style>,
    /// What Word sets before an item: a sign or a number, and space.
    pub sign: bool,
    pub start: usize,
}

impl Inline {
    pub fn of(tag: &Tag, start: usize) -> Inline {
        let name: &str = &tag.name;
        let css = attribute(tag, "style").unwrap_or_default();
        // A style outweighs the element: Google Docs puts everything into `<b style="font-weight:normal">`.
        let strong = match value(css, "font-weight") {
            Some("normal" | "lighter") => false,
            Some("bold" | "bolder") => true,
            Some(weight) => weight.parse().map_or(matches!(name, "b" | "strong"), |weight: u16| weight >= 600),
            None => matches!(name, "b" | "strong"),
        };
        let slanted = match value(css, "font-style") {
            Some("normal") => false,
            Some(slant) if slant.starts_with("italic") || slant.starts_with("oblique") => true,
            _ => matches!(name, "em" | "i"),
        };
        let style = if strong { Some(Style::Strong) } else { slanted.then_some(Style::Emphasis) };
        let sign = value(css, "mso-list").is_some_and(|value| value.eq_ignore_ascii_case("ignore"));
        Inline { name: name.to_owned(), style, sign, start }
    }
}

pub fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

/// Value of a property in a `style`.
fn value<'a>(css: &'a str, name: &str) -> Option<&'a str> {
    let mut all = css.split(';').filter_map(|one| one.split_once(':'));
    all.find(|(property, _)| property.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// A sign as people type it: what a font of signs shows as a dot is a letter like any other here. Numbers stay.
pub fn sign(sign: &str) -> String {
    let sign = sign.trim();
    [if sign.ends_with(['.', ')']) { sign } else { "•" }, " "].concat()
}

/// Takes the first bytes away.
pub fn cut(text: &mut Text, bytes: usize) {
    text.plain.drain(..bytes);
    for mark in &mut text.marks {
        mark.start = mark.start.saturating_sub(bytes as u32);
        mark.end = mark.end.saturating_sub(bytes as u32);
    }
    text.marks.retain(|mark| mark.start < mark.end);
}
