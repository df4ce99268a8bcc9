//! One block of a body.

use super::media::Media;
use super::{Fault, field, html, inline};
use crate::reason::Reason;
use domain::content::{Block, Text};
use serde_json::Value;

/// Fields of each kind of block; the first says which it is.
const KNOWN: [&[&str]; 10] = [
    &["heading", "level"],
    &["list"],
    &["steps"],
    &["quote", "by"],
    &["table"],
    &["image", "alt", "caption"],
    &["audio", "title"],
    &["call", "label"],
    &["link", "label"],
    &["html"],
];

/// Reads a block and appends what it becomes: one, or for HTML as many as there are in it.
pub fn read(value: &Value, media: &mut Media, out: &mut Vec<Block>) -> Result<(), Fault> {
    if let Some(text) = value.as_str() {
        let text = field::clean(text);
        if text.is_empty() {
            return Err(Reason::Missing("body").into());
        }
        out.push(Block::Paragraph(inline::read(&text)));
        return Ok(());
    }
    let has = |key: &str| field::given(value, key).is_some();
    if let Some(known) = KNOWN.iter().find(|known| has(known[0])) {
        field::only(value, &[known])?;
    }
    let texts = |key| -> Result<Vec<Text>, Reason> {
        let items: Vec<Text> = field::texts(value, key)?.iter().map(|text| inline::read(text)).collect();
        if items.is_empty() { Err(Reason::Missing(key)) } else { Ok(items) }
    };
    let block = if has("heading") {
        let level = match field::given(value, "level") {
            None => 2,
            Some(level) => level.as_u64().filter(|level| (2..=3).contains(level)).ok_or(Reason::Wrong("level"))? as u8,
        };
        Block::Heading { level, text: field::text(value, "heading")? }
    } else if has("list") {
        Block::List(texts("list")?)
    } else if has("steps") {
        Block::Steps(texts("steps")?)
    } else if has("quote") {
        Block::Quote { text: inline::read(&field::text(value, "quote")?), by: field::text_or(value, "by")? }
    } else if has("table") {
        table(&value["table"])?
    } else if has("image") {
        let picture = media.picture(&field::text(value, "image")?)?;
        Block::Image { media: picture, alt: field::text(value, "alt")?, caption: field::text_or(value, "caption")? }
    } else if has("audio") {
        let sound = media.sound(&field::text(value, "audio")?)?;
        Block::Audio { media: sound, title: field::text(value, "title")? }
    } else if has("call") {
        Block::Call { number: field::text(value, "call")?, label: field::text(value, "label")? }
    } else if has("link") {
        Block::Link { url: field::text(value, "link")?, label: field::text(value, "label")? }
    } else if has("html") {
        let source = value["html"].as_str().ok_or(Reason::Wrong("html"))?;
        let (blocks, lost) = html::read(source);
        if let Some(reason) = lost {
            return Err(reason.into());
        }
        if blocks.is_empty() {
            return Err(Reason::EmptyHtml.into());
        }
        out.extend(blocks);
        return Ok(());
    } else {
        return Err(Reason::UnknownBlock.into());
    };
    out.push(block);
    Ok(())
}

fn table(value: &Value) -> Result<Block, Reason> {
    // Cells may be blank, unlike texts elsewhere.
    let cell = |cell: &Value| cell.as_str().map(field::clean).ok_or(Reason::Wrong("table"));
    let cells = |row: &Value| row.as_array().ok_or(Reason::Wrong("table"))?.iter().map(cell).collect::<Result<Vec<_>, _>>();
    field::only(value, &[&["head", "rows"]])?;
    let head = cells(field::given(value, "head").ok_or(Reason::Wrong("table"))?)?;
    let rows = field::list(value, "rows")?.iter().map(cells).collect::<Result<Vec<_>, _>>()?;
    Ok(Block::Table { head, rows })
}
