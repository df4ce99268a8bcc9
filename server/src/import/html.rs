//! HTML from elsewhere, turned into blocks. Only text and a few kinds of structure come through; nothing is passed on as
//! HTML. Reads the token stream and builds no tree, so that no nesting, however deep, costs more than its length.

mod attributes;
mod inline;
mod list;
mod skip;
mod table;

use crate::publish::shapeless;
use crate::reason::Reason;
use attributes::{MAX_ATTRIBUTES, tame};
use domain::content::{Block, Mark, Style, Text};
use domain::editorial::markup;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use inline::Inline;
use list::start_of;
use std::cell::RefCell;
use table::Table;

/// Elements within a line, one in the other, that are looked at.
const MAX_INLINE: usize = 64;

pub fn blocks(source: &str) -> Vec<Block> {
    read(source).0
}

/// The blocks, and why they are not the whole where they are not: the first element that shows or sounds and has no block, or
/// one with so many attributes that nothing is read from there on.
pub fn read(source: &str) -> (Vec<Block>, Option<Reason>) {
    let tamed = tame(source);
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(tamed));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    let mut reader = tokenizer.sink.0.into_inner();
    reader.close_table();
    reader.close_list();
    reader.flush();
    let cut = (tamed.len() < source.len()).then_some(Reason::TooLong("attributes", MAX_ATTRIBUTES));
    (reader.blocks, reader.lost.map(Reason::NoBlock).or(cut))
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

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    text: Text,
    /// Elements within a line that are still open.
    inline: Vec<Inline>,
    /// Items of the list being read and whether it is numbered; lists inside a list become part of it. Outside `<ul>` and
    /// `<ol>` it goes on as long as items come: word processors and people set them as paragraphs that begin with a sign.
    list: Option<(bool, Vec<Text>)>,
    /// Number of its first item; more than 1 where something stands between it and the list that it goes on with.
    list_start: usize,
    /// Links of the list, shown after it.
    held: Vec<Block>,
    list_depth: usize,
    /// How many items the list had where the `<li>` began that is open: what it holds is one more.
    before_item: Option<usize>,
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
    /// The first element of [`skip::LOST`].
    lost: Option<&'static str>,
}

/// Begin or end a paragraph.
const BREAKS: &str = " p div section article header footer main aside nav figure figcaption address pre hr dl dt dd form \
    fieldset details summary body center caption br ";

/// Whether a name is one of `names`, each of which has a blank at both sides.
fn among(names: &str, name: &str) -> bool {
    names.contains(&[" ", name, " "].concat())
}

impl Reader {
    fn text(&mut self, text: &str) {
        if self.skipped.is_some() {
            return;
        }
        for c in text.chars() {
            if shapeless(c) {
                continue;
            }
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
        if let Some(result) = self.skip(tag) {
            return result;
        }
        match (name, start) {
            ("strong" | "b" | "em" | "i" | "span", true) => self.open(tag),
            ("strong" | "b" | "em" | "i" | "span", false) => self.close(name),
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
                self.before_item = None;
                let numbered = name == "ol";
                if self.list_depth == 0 && !self.goes_on(numbered.then(|| start_of(tag))) {
                    self.end_list();
                }
                self.list_depth += 1;
                if self.list.is_none() {
                    self.list_start = if numbered { start_of(tag) } else { 1 };
                }
                self.list.get_or_insert_with(|| (numbered, Vec::new()));
            }
            ("ul" | "ol", false) => {
                self.flush();
                self.before_item = None;
                self.list_depth = self.list_depth.saturating_sub(1);
            }
            ("li", _) => self.item(start),
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
                if self.list_depth == 0 {
                    self.end_list();
                }
                self.table_depth += 1;
                self.table.get_or_insert_default();
            }
            ("table", false) => {
                self.table_depth = self.table_depth.saturating_sub(1);
                if self.table_depth == 0 {
                    self.close_table();
                }
            }
            ("caption", _) => self.caption(start),
            ("tr", _) => self.close_row(),
            ("td" | "th", true) => self.open_cell(tag),
            ("td" | "th", false) => self.close_cell(),
            _ if among(BREAKS, name) => self.flush(),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn open(&mut self, tag: &Tag) {
        // Deeper than anybody writes: the rest reads as what is around it.
        if self.inline.len() < MAX_INLINE {
            self.inline.push(Inline::of(tag, self.text.plain.len()));
        }
    }

    fn close(&mut self, name: &str) {
        let Some(at) = self.inline.iter().rposition(|open| *open.name == *name) else { return };
        let closed = self.inline.remove(at);
        if closed.sign {
            let sign = self.text.plain.split_off(closed.start);
            self.text.plain.push_str(&inline::sign(&sign));
            // Nothing points into what stood there.
            let len = self.text.plain.len();
            self.text.marks.retain(|mark| mark.end as usize <= closed.start);
            self.inline[at..].iter_mut().for_each(|open| open.start = len);
        } else if let Some(style) = closed.style {
            self.mark(closed.start, style);
        }
    }

    /// Marks must not overlap; of two nested ones, the inner, which closes first, counts.
    fn mark(&mut self, start: usize, style: Style) {
        let start = start.max(self.text.marks.last().map_or(0, |mark| mark.end as usize));
        let end = self.text.plain.trim_end().len();
        if start >= end {
            return;
        }
        match self.text.marks.last_mut() {
            // Editors cut one phrase into many pieces.
            Some(last) if last.style == style && last.end as usize == start => last.end = end as u32,
            _ => {
                let space = usize::from(self.text.plain.as_bytes()[start] == b' ');
                self.text.marks.push(Mark { start: (start + space) as u32, end: end as u32, style });
            }
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
        let mut text = self.take();
        if text.plain.is_empty() {
            return;
        }
        if self.list_depth == 0 && self.heading.is_none() && self.quotes == 0 {
            let item = markup::item(&text.plain).map(|(number, rest)| (number.map(usize::from), text.plain.len() - rest.len()));
            if let Some((number, mark)) = item {
                let goes_on = self.goes_on(number);
                if goes_on || number.is_none_or(|number| number == 1) {
                    if !goes_on {
                        self.end_list();
                    }
                    inline::cut(&mut text, mark);
                    return self.push_item(number.is_some(), text);
                }
            }
        } else if self.list_depth > 0 {
            return self.push_item(false, text);
        }
        self.end_list();
        self.blocks.push(if let Some(level) = self.heading {
            Block::Heading { level, text: text.plain }
        } else if self.quotes > 0 {
            Block::Quote { text, by: None }
        } else {
            Block::Paragraph(text)
        });
        self.blocks.append(&mut self.links);
    }

    /// The text read so far, its marks closed; what was open goes on in the next one.
    fn take(&mut self) -> Text {
        self.close_link();
        for at in 0..self.inline.len() {
            if let Inline { style: Some(style), start, sign: false, .. } = self.inline[at] {
                self.mark(start, style);
            }
        }
        let mut text = std::mem::take(&mut self.text);
        text.plain.truncate(text.plain.trim_end().len());
        text.marks.sort_by_key(|mark| mark.start);
        self.inline.iter_mut().for_each(|open| open.start = 0);
        text
    }
}

/// Where a link leads, if it may lead there.
fn address(tag: &Tag) -> Option<String> {
    let url = inline::attribute(tag, "href")?.trim().to_owned();
    crate::publish::check_url(&url).ok().map(|()| url)
}

#[cfg(test)]
mod paste;
#[cfg(test)]
mod tests;
