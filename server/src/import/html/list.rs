//! Lists, and paragraphs that are items of one.

use super::{Reader, inline};
use domain::content::{Block, Text};
use html5ever::tokenizer::Tag;

/// Largest number that a list begins with; what says more says nothing.
const MAX_START: usize = 9_999;

impl Reader {
    /// Whether the list being read goes on with an item of this number, or with one that has a sign.
    pub(super) fn goes_on(&self, number: Option<usize>) -> bool {
        self.list.as_ref().is_some_and(|(numbered, items)| match number {
            Some(number) => *numbered && number == items.len() + 1,
            None => !numbered,
        })
    }

    /// An `<li>` begins or ends.
    pub(super) fn item(&mut self, start: bool) {
        self.flush();
        let items = self.list.as_ref().map_or(0, |(_, items)| items.len());
        self.before_item = (start && self.list_depth > 0).then_some(items);
    }

    /// `numbered` says what a new list is. Paragraphs of one `<li>` are one item (HTML §4.4.8): it has one number.
    pub(super) fn push_item(&mut self, numbered: bool, text: Text) {
        let items = &mut self.list.get_or_insert_with(|| (numbered, Vec::new())).1;
        let more = self.before_item.is_some_and(|before| items.len() > before);
        match items.last_mut() {
            Some(item) if more => {
                item.plain.push(' ');
                item.append(text);
            }
            _ => items.push(text),
        }
        self.held.append(&mut self.links);
    }

    pub(super) fn close_list(&mut self) {
        self.flush();
        self.list_depth = 0;
        self.end_list();
        self.blocks.append(&mut self.links);
    }

    pub(super) fn end_list(&mut self) {
        let start = std::mem::take(&mut self.list_start);
        match self.list.take().filter(|(_, items)| !items.is_empty()) {
            // Steps begin with 1: what is called by its number elsewhere keeps it.
            Some((true, items)) if start > 1 => {
                self.blocks.extend((start..).zip(items).map(|(number, item)| {
                    let mut text = Text::plain(format!("{number}. "));
                    text.append(item);
                    Block::Paragraph(text)
                }));
            }
            Some((true, items)) => self.blocks.push(Block::Steps(items)),
            Some((false, items)) => self.blocks.push(Block::List(items)),
            None => {}
        }
        self.blocks.append(&mut self.held);
    }
}

/// Number of the first item of a list.
pub fn start_of(tag: &Tag) -> usize {
    let start = inline::attribute(tag, "start").and_then(|start| start.trim().parse().ok());
    start.filter(|start: &usize| *start <= MAX_START).unwrap_or(1)
}
