//! HTML from elsewhere, turned into blocks. Only text and a few kinds of structure come through; nothing is passed on as
//! HTML. Reads the token stream and builds no tree, so that no nesting, however deep, costs more than its length.

use domain::content::{Block, Mark, Style, Text};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::RefCell;

pub fn blocks(source: &str) -> Vec<Block> {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(source));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    let mut reader = tokenizer.sink.0.into_inner();
    reader.close_table();
    reader.close_list();
    reader.flush();
    reader.blocks
}

#[derive(Default)]
struct Sink(RefCell<Reader>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => reader.text(&text),
            Token::TagToken(tag) => return reader.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// A table as far as it has been read.
#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
    row: Vec<String>,
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    text: Text,
    /// Where the strong or emphasised text being read began.
    open: Vec<(Style, usize)>,
    /// Items of the list being read and whether it is numbered; lists inside a list become part of it.
    list: Option<(bool, Vec<Text>)>,
    list_depth: usize,
    table: Option<Table>,
    table_depth: usize,
    heading: Option<u8>,
    quotes: usize,
    /// Address and start of the link being read.
    link: Option<(String, usize)>,
    /// Links of the paragraph, shown after it.
    links: Vec<Block>,
    /// Inside an element whose content is dropped, and how deep.
    skipped: Option<(String, usize)>,
}

/// Dropped with all that is inside.
const DROPPED: [&str; 19] = [
    "script", "style", "title", "noscript", "template", "iframe", "object", "embed", "svg", "math", "canvas", "video", "audio",
    "select", "textarea", "button", "noembed", "noframes", "xmp",
];
/// Have no end tag, so that there is no inside.
const EMPTY: [&str; 1] = ["embed"];
/// Begin or end a paragraph.
const BREAKS: [&str; 25] = [
    "p",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "nav",
    "figure",
    "figcaption",
    "address",
    "pre",
    "hr",
    "dl",
    "dt",
    "dd",
    "form",
    "fieldset",
    "details",
    "summary",
    "body",
    "center",
    "caption",
    "br",
];

impl Reader {
    fn text(&mut self, text: &str) {
        if self.skipped.is_some() {
            return;
        }
        for c in text.chars() {
            if !c.is_whitespace() && !c.is_control() {
                self.text.plain.push(c);
            } else if !self.text.plain.is_empty() && !self.text.plain.ends_with(' ') {
                self.text.plain.push(' ');
            }
        }
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let start = tag.kind == TagKind::StartTag;
        if let Some((skipped, depth)) = &mut self.skipped {
            if skipped.as_str() == name && !tag.self_closing {
                *depth = if start { *depth + 1 } else { *depth - 1 };
                if *depth == 0 {
                    self.skipped = None;
                }
            }
            return TokenSinkResult::Continue;
        }
        if DROPPED.contains(&name) {
            let hollow = EMPTY.contains(&name) || (tag.self_closing && matches!(name, "svg" | "math"));
            if !start || hollow {
                return TokenSinkResult::Continue;
            }
            self.skipped = Some((name.to_owned(), 1));
            return match name {
                "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                "style" | "iframe" | "noembed" | "noframes" | "xmp" => TokenSinkResult::RawData(RawKind::Rawtext),
                "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
                _ => TokenSinkResult::Continue,
            };
        }
        match (name, start) {
            ("strong" | "b", true) => self.open.push((Style::Strong, self.text.plain.len())),
            ("em" | "i", true) => self.open.push((Style::Emphasis, self.text.plain.len())),
            ("strong" | "b", false) => self.close(Style::Strong),
            ("em" | "i", false) => self.close(Style::Emphasis),
            ("a", true) => self.link = address(tag).map(|url| (url, self.text.plain.len())),
            ("a", false) => self.close_link(),
            ("h1" | "h2", true) => self.begin_heading(2),
            ("h3" | "h4" | "h5" | "h6", true) => self.begin_heading(3),
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", false) => {
                self.flush();
                self.heading = None;
            }
            ("ul" | "ol", true) => {
                self.flush();
                self.list_depth += 1;
                self.list.get_or_insert_with(|| (name == "ol", Vec::new()));
            }
            ("ul" | "ol", false) => {
                self.flush();
                self.list_depth = self.list_depth.saturating_sub(1);
                if self.list_depth == 0 {
                    self.close_list();
                }
            }
            ("li", _) => self.flush(),
            ("blockquote", true) => {
                self.flush();
                self.quotes += 1;
            }
            ("blockquote", false) => {
                self.flush();
                self.quotes = self.quotes.saturating_sub(1);
            }
            ("table", true) => {
                self.flush();
                self.table_depth += 1;
                self.table.get_or_insert_default();
            }
            ("table", false) => {
                self.table_depth = self.table_depth.saturating_sub(1);
                if self.table_depth == 0 {
                    self.close_table();
                }
            }
            ("tr", _) => self.close_row(),
            ("td" | "th", true) => self.close_cell(false),
            ("td" | "th", false) => self.close_cell(true),
            _ if BREAKS.contains(&name) => self.flush(),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn close(&mut self, style: Style) {
        let Some(at) = self.open.iter().rposition(|(open, _)| *open == style) else { return };
        let (_, start) = self.open.remove(at);
        self.mark(start, style);
    }

    /// Marks must not overlap; of two nested ones, the inner, which closes first, counts.
    fn mark(&mut self, start: usize, style: Style) {
        let start = start.max(self.text.marks.last().map_or(0, |mark| mark.end as usize));
        let end = self.text.plain.trim_end().len();
        if start < end {
            self.text.marks.push(Mark { start: start as u32, end: end as u32, style });
        }
    }

    fn close_link(&mut self) {
        let Some((url, start)) = self.link.take() else { return };
        let label = self.text.plain.get(start..).unwrap_or_default().trim();
        if !label.is_empty() {
            self.links.push(Block::Link { url, label: label.chars().take(200).collect() });
        }
    }

    fn begin_heading(&mut self, level: u8) {
        self.flush();
        self.heading = Some(level);
    }

    /// Ends the text being read and makes of it what stands around it: an item, a heading, a quote or a paragraph.
    fn flush(&mut self) {
        if self.table.is_some() {
            // In a cell everything is one text.
            self.text(" ");
            return;
        }
        let text = self.take();
        if !text.plain.is_empty() {
            if let Some((_, items)) = &mut self.list {
                items.push(text);
            } else if let Some(level) = self.heading {
                self.blocks.push(Block::Heading { level, text: text.plain });
            } else if self.quotes > 0 {
                self.blocks.push(Block::Quote { text, by: None });
            } else {
                self.blocks.push(Block::Paragraph(text));
            }
        }
        if self.list.is_none() {
            self.blocks.append(&mut self.links);
        }
    }

    /// The text read so far, its marks closed; what was open goes on in the next one.
    fn take(&mut self) -> Text {
        self.close_link();
        for (style, start) in self.open.clone() {
            self.mark(start, style);
        }
        let mut text = std::mem::take(&mut self.text);
        text.plain.truncate(text.plain.trim_end().len());
        text.marks.sort_by_key(|mark| mark.start);
        self.open.iter_mut().for_each(|(_, start)| *start = 0);
        text
    }

    fn close_list(&mut self) {
        self.flush();
        self.list_depth = 0;
        if let Some((numbered, items)) = self.list.take().filter(|(_, items)| !items.is_empty()) {
            self.blocks.push(if numbered { Block::Steps(items) } else { Block::List(items) });
        }
        self.blocks.append(&mut self.links);
    }

    fn close_cell(&mut self, end: bool) {
        if self.table_depth != 1 {
            return self.text(" ");
        }
        let text = self.take().plain;
        if let Some(table) = &mut self.table
            && (end || !text.is_empty())
        {
            table.row.push(text);
        }
    }

    fn close_row(&mut self) {
        if self.table_depth != 1 {
            return self.text(" ");
        }
        let text = self.take().plain;
        if let Some(table) = &mut self.table {
            if !text.is_empty() {
                table.row.push(text);
            }
            if !table.row.is_empty() {
                table.rows.push(std::mem::take(&mut table.row));
            }
        }
    }

    fn close_table(&mut self) {
        if self.table.is_none() {
            return;
        }
        self.table_depth = 1;
        self.close_row();
        self.table_depth = 0;
        let mut rows = self.table.take().unwrap_or_default().rows;
        let width = rows.iter().map(Vec::len).max().unwrap_or(0).min(20);
        rows.iter_mut().for_each(|row| row.resize(width, String::new()));
        if width > 0 {
            let head = rows.remove(0);
            self.blocks.push(Block::Table { head, rows });
        }
        self.blocks.append(&mut self.links);
    }
}

/// Where a link leads, if it may lead there.
fn address(tag: &Tag) -> Option<String> {
    let href = tag.attrs.iter().find(|attribute| &*attribute.name.local == "href")?;
    let url = href.value.trim().to_owned();
    crate::publish::check_url(&url).ok().map(|()| url)
}

#[cfg(test)]
mod tests;
