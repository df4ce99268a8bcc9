//! The distinct words of one item and where they stand: made once when an item arrives, kept beside it.

use super::token::tokens;
use crate::content::{Body, Card, DecodeError, from_bytes, to_bytes};
use crate::instance::instance;

/// Fields that a word stands in, as bits.
pub const TITLE: u8 = 4;
pub const SUMMARY: u8 = 2;
pub const BODY: u8 = 1;

/// Bumped when words are cut or kept otherwise; older bytes are then refused and made anew from the item.
const VERSION: u8 = 1;

/// Words by the set of fields that they stand in, each group one text parted by spaces: 6 bytes a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms(Vec<(u8, String)>);

impl Terms {
    /// The words of an item in all its languages; without its body as long as that is not there.
    pub fn of(card: &Card, body: Option<&Body>) -> Terms {
        let mut words = Words(Vec::new());
        for headline in &card.headlines {
            words.add(&headline.title, TITLE);
            words.add(&headline.summary, SUMMARY);
        }
        words.add(&card.source, BODY);
        for place in card.places.iter().filter_map(|code| instance().place(*code)) {
            words.add(&place.short, BODY);
        }
        if let Some(body) = body {
            words.add(body.document.as_deref().unwrap_or_default(), BODY);
            for variant in &body.variants {
                for text in variant.texts() {
                    words.add(text, BODY);
                }
            }
        }
        words.grouped()
    }

    /// First byte the version, then postcard.
    pub fn encode(&self) -> Vec<u8> {
        to_bytes(&(VERSION, &self.0))
    }

    /// Errors: `Malformed`, also for bytes of another version.
    pub fn decode(bytes: &[u8]) -> Result<Terms, DecodeError> {
        match bytes.split_first() {
            Some((&VERSION, rest)) => from_bytes(rest).map(Terms),
            _ => Err(DecodeError::Malformed),
        }
    }

    /// Every word in lower case with its fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u8)> {
        self.0.iter().flat_map(|(mask, words)| words.split(' ').map(|word| (word, *mask)))
    }
}

/// Sorted by word while they are gathered.
struct Words(Vec<(String, u8)>);

impl Words {
    fn add(&mut self, text: &str, field: u8) {
        for token in tokens(text) {
            match self.0.binary_search_by(|(word, _)| word.as_str().cmp(&token.text)) {
                Ok(at) => self.0[at].1 |= field,
                Err(at) => self.0.insert(at, (token.text, field)),
            }
        }
    }

    fn grouped(&self) -> Terms {
        let mut groups: Vec<(u8, String)> = Vec::new();
        for mask in 1..=TITLE | SUMMARY | BODY {
            let mut text = String::new();
            for (word, _) in self.0.iter().filter(|(_, m)| *m == mask) {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(word);
            }
            if !text.is_empty() {
                groups.push((mask, text));
            }
        }
        Terms(groups)
    }
}
