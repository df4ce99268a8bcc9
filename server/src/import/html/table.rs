//! Tables: rows of cells, each of which is one text.

use super::Reader;
use domain::content::Block;

/// A table as far as it has been read.
#[derive(Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Vec<String>>,
    pub(super) row: Vec<String>,
}

impl Reader {
    pub(super) fn close_cell(&mut self, end: bool) {
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

    pub(super) fn close_row(&mut self) {
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

    pub(super) fn close_table(&mut self) {
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
