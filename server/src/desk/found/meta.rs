//! What the head of a page says about it.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::RefCell;
use std::collections::HashMap;

/// Names that are remembered of one page.
const MAX_NAMES: usize = 200;

#[derive(Debug, Default)]
pub struct About {
    pub title: String,
    /// By its name in lower case; the first one counts.
    pub names: HashMap<String, String>,
    in_title: bool,
}

pub fn read(head: &str) -> About {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(head));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[derive(Default)]
struct Sink(RefCell<About>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut about = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) if about.in_title => about.title.push_str(&text),
            Token::TagToken(tag) => return about.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl About {
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let start = tag.kind == TagKind::StartTag;
        match name {
            "title" => {
                // Pictures in a page have titles too.
                self.in_title = start && self.title.is_empty();
                if start { TokenSinkResult::RawData(RawKind::Rcdata) } else { TokenSinkResult::Continue }
            }
            "script" if start => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" if start => TokenSinkResult::RawData(RawKind::Rawtext),
            "meta" if start => {
                self.meta(tag);
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }

    fn meta(&mut self, tag: &Tag) {
        let attribute = |wanted: &str| tag.attrs.iter().find(|attribute| &*attribute.name.local == wanted);
        let name = ["property", "name", "itemprop"].into_iter().find_map(attribute);
        if let (Some(name), Some(content)) = (name, attribute("content"))
            && self.names.len() < MAX_NAMES
        {
            self.names.entry(name.value.trim().to_ascii_lowercase()).or_insert_with(|| content.value.trim().to_owned());
        }
    }
}
