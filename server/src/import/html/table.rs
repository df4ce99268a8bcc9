//! Tables: rows of cells, each of which is one text. A cell that spans others leaves them blank, so that what follows stays
//! in its column.

use super::Reader;
use domain::content::Block;
use html5ever::tokenizer::Tag;

/// More columns than a table may have (`publish::check`): it is refused, not cut.
const TOO_WIDE: usize = 21;
/// Cells that a table may have when its rows are made equally long, and blank ones that cells above reach into. Beyond that
/// its rows stay as they are, and it is refused.
const MAX_CELLS: usize = 100_000;

/// A table as far as it has been read.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    row: Vec<String>,
    /// Columns and rows of the cell that is open.
    cell: Option<(usize, usize)>,
    /// For each column, into how many further rows a cell above reaches.
    hanging: Vec<usize>,
    blanks: usize,
    /// Inside its caption.
    caption: bool,
}

impl Table {
    /// Leaves blank what cells of earlier rows reach into.
    fn pass(&mut self) {
        while let Some(left) = self.hanging.get_mut(self.row.len()).filter(|left| **left > 0) {
            *left -= 1;
            self.blanks += 1;
            self.row.push(String::new());
        }
    }

    /// Ends the cell that is open; text outside of any is one, too.
    fn end(&mut self, text: String) {
        if self.cell.is_none() && text.is_empty() {
            return;
        }
        let (columns, rows) = self.cell.take().unwrap_or((1, 1));
        self.pass();
        let end = (self.row.len() + columns).min(TOO_WIDE).max(self.row.len() + 1);
        if end <= TOO_WIDE && self.blanks < MAX_CELLS {
            if self.hanging.len() < end {
                self.hanging.resize(end, 0);
            }
            self.hanging[self.row.len()..end].fill(rows - 1);
        }
        self.row.push(text);
        self.row.resize(end, String::new());
    }

    fn end_row(&mut self, text: String) {
        self.end(text);
        if !self.row.is_empty() {
            self.pass();
            self.rows.push(std::mem::take(&mut self.row));
        }
    }
}

/// How many columns or rows a cell says it takes.
fn span(tag: &Tag, name: &str) -> usize {
    let attribute = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
    attribute.and_then(|attribute| attribute.value.trim().parse().ok()).unwrap_or(1).clamp(1, 1_000)
}

impl Reader {
    pub(super) fn open_cell(&mut self, tag: &Tag) {
        self.close_cell();
        if let Some(table) = &mut self.table
            && self.table_depth == 1
        {
            table.cell = Some((span(tag, "colspan"), span(tag, "rowspan")));
        }
    }

    /// A caption begins or ends; it is no row.
    pub(super) fn caption(&mut self, start: bool) {
        let open = self.table.as_ref().is_some_and(|table| table.caption);
        if self.table_depth != 1 || !(start || open) {
            return self.flush();
        }
        self.close_row();
        if let Some(table) = &mut self.table {
            table.caption = start;
        }
    }

    /// The text of the cell that ends. That of a caption, whose end tag may be missing, becomes a paragraph before the table.
    fn take_cell(&mut self) -> String {
        let text = self.take();
        let caption = self.table.as_mut().is_some_and(|table| std::mem::take(&mut table.caption));
        if !caption {
            return text.plain;
        }
        if !text.plain.is_empty() {
            self.blocks.push(Block::Paragraph(text));
            self.blocks.append(&mut self.links);
        }
        String::new()
    }

    pub(super) fn close_cell(&mut self) {
        if self.table_depth != 1 {
            return self.text(" ");
        }
        let text = self.take_cell();
        if let Some(table) = &mut self.table {
            table.end(text);
        }
    }

    pub(super) fn close_row(&mut self) {
        if self.table_depth != 1 {
            return self.text(" ");
        }
        let text = self.take_cell();
        if let Some(table) = &mut self.table {
            table.end_row(text);
        }
    }

    pub(super) fn close_table(&mut self) {
        if self.table.is_none() {
            return;
        }
        self.table_depth = 1;
        self.close_row();
        self.table_depth = 0;
        let mut rows = self.table.take().unwrap_or_default().rows;
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        if width * rows.len() <= MAX_CELLS {
            rows.iter_mut().for_each(|row| row.resize(width, String::new()));
        }
        if width > 0 {
            let head = rows.remove(0);
            self.blocks.push(Block::Table { head, rows });
        }
        self.blocks.append(&mut self.links);
    }
}
