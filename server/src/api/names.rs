//! Blocks and terms of items as the API names them.

use super::types::{BlockView, Media, Run};
use domain::content::{Block, MediaRef, MsgType, Style, Text};

impl From<&MediaRef> for Media {
    fn from(media: &MediaRef) -> Media {
        let url = ui::blocks::media_path(media);
        Media { url, bytes: media.bytes, width: media.width, height: media.height, seconds: media.seconds }
    }
}

fn runs(text: &Text) -> Vec<Run> {
    let style = |style| match style {
        Style::Strong => "strong",
        Style::Emphasis => "emphasis",
    };
    text.runs().into_iter().map(|(text, marked)| Run { text: text.to_owned(), style: marked.map(style) }).collect()
}

impl From<&Block> for BlockView {
    fn from(block: &Block) -> BlockView {
        match block {
            Block::Paragraph(text) => BlockView::Paragraph { runs: runs(text) },
            Block::Heading { level, text } => BlockView::Heading { level: *level, text: text.clone() },
            Block::List(items) => BlockView::List { items: items.iter().map(runs).collect() },
            Block::Steps(items) => BlockView::Steps { items: items.iter().map(runs).collect() },
            Block::Quote { text, by } => BlockView::Quote { runs: runs(text), by: by.clone() },
            Block::Table { head, rows } => BlockView::Table { head: head.clone(), rows: rows.clone() },
            Block::Image { media, alt, caption } => {
                BlockView::Image { media: media.into(), alt: alt.clone(), caption: caption.clone() }
            }
            Block::Audio { media, title } => BlockView::Audio { media: media.into(), title: title.clone() },
            Block::Call { number, label } => BlockView::Call { number: number.clone(), label: label.clone() },
            Block::Link { url, label } => BlockView::Link { url: url.clone(), label: label.clone() },
            Block::Unknown { .. } => BlockView::Unknown,
        }
    }
}

pub fn msg_type(msg_type: MsgType) -> &'static str {
    match msg_type {
        MsgType::Alert => "Alert",
        MsgType::Update => "Update",
        MsgType::Cancel => "Cancel",
    }
}
