//! Elements of which nothing comes through.

use super::{BREAKS, Reader, among};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, TokenSinkResult};

/// Dropped with all that is inside.
const DROPPED: &str = " script style title noscript template iframe object embed svg math canvas video audio select textarea \
    button noembed noframes xmp ";
/// Shows or sounds, and has no block.
pub const LOST: [&str; 6] = ["img", "video", "audio", "iframe", "object", "embed"];
/// Beside what begins or ends a paragraph: nothing of it may stand in a button or a choice, so that one that is open ends there.
const STRUCTURE: &str = " h1 h2 h3 h4 h5 h6 ul ol li blockquote table tr td th ";

impl Reader {
    /// What the tokenizer is told about an element of which nothing is read; `None` for one that is read.
    pub(super) fn skip(&mut self, tag: &Tag) -> Option<TokenSinkResult<()>> {
        let name: &str = &tag.name;
        let start = tag.kind == TagKind::StartTag;
        if let Some((skipped, depth)) = &mut self.skipped {
            if skipped.as_str() == name && !tag.self_closing {
                *depth = if start { *depth + 1 } else { *depth - 1 };
                if *depth == 0 {
                    self.skipped = None;
                }
            }
            let left_open = self.skipped.as_ref().is_some_and(|(open, _)| matches!(open.as_str(), "button" | "select"));
            if !left_open || matches!(name, "br" | "hr") || !(among(BREAKS, name) || among(STRUCTURE, name)) {
                return Some(TokenSinkResult::Continue);
            }
            self.skipped = None;
        }
        if let Some(lost) = LOST.into_iter().find(|lost| start && *lost == name) {
            self.lost.get_or_insert(lost);
        }
        if !among(DROPPED, name) {
            return None;
        }
        // `embed` has no end tag, so that there is no inside.
        let hollow = name == "embed" || (tag.self_closing && matches!(name, "svg" | "math"));
        if !start || hollow {
            return Some(TokenSinkResult::Continue);
        }
        self.skipped = Some((name.to_owned(), 1));
        Some(match name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "iframe" | "noembed" | "noframes" | "xmp" => TokenSinkResult::RawData(RawKind::Rawtext),
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        })
    }
}
