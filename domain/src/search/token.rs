//! Cutting text into words, the same way when indexing, when searching and when marking what was found.

use super::fold::{compose, fold_char, is_apostrophe, is_mark, lower};

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Bytes of the word in the text it came from.
    pub start: usize,
    pub end: usize,
    /// In lower case, composed, apostrophes as `'`.
    pub text: String,
}

/// Longest word kept, in bytes: what is longer is no word, and a hostile one shall not fill a phone.
const MAX_BYTES: usize = 64;

/// The words of a text in order. Apostrophes inside words belong to them; hyphens part them; numbers are words.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

/// See [`tokens`].
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

/// Whether words are made of it. Beyond ASCII everything is that is not known to be a sign: the letters of all the
/// world's scripts would need a table that phones would have to download.
fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphanumeric(),
        '\u{80}'..='\u{bf}' => matches!(c, 'ª' | 'µ' | 'º'),
        '×' | '÷' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' => false,
        // Punctuation, currency, arrows, mathematics, boxes, pictures.
        '\u{2000}'..='\u{2bff}' | '\u{fe00}'..='\u{fe6f}' | '\u{1f000}'..='\u{1faff}' => false,
        '\u{ff00}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}' => false,
        // Private use, marks of order, tags.
        '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'.. => false,
        _ => !is_mark(c) && !is_apostrophe(c),
    }
}

/// Unseen inside a word: soft hyphen, joiners, byte order mark.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}')
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let start = self.at + self.text[self.at..].find(is_letter)?;
        let mut token = Token { start, end: start, text: String::new() };
        let mut full = false;
        let mut chars = self.text[start..].char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if is_letter(c) {
                full |= token.text.len() >= MAX_BYTES;
                if !full {
                    token.text.push(lower(c));
                }
            } else if is_mark(c) {
                if !full {
                    put_mark(&mut token.text, c);
                }
            } else if is_unseen(c) {
                continue;
            } else if is_apostrophe(c) && chars.peek().is_some_and(|(_, next)| is_letter(*next)) {
                full |= token.text.len() >= MAX_BYTES;
                if !full {
                    token.text.push('\'');
                }
            } else {
                break;
            }
            token.end = start + at + c.len_utf8();
        }
        self.at = token.end;
        Some(token)
    }
}

/// Joins a combining mark to the last letter where there is one character for both, else appends it.
fn put_mark(text: &mut String, mark: char) {
    let letter = text.char_indices().rev().find(|(_, c)| !is_mark(*c));
    match letter.and_then(|(at, letter)| Some((at, letter, compose(letter, mark)?))) {
        Some((at, letter, whole)) => text.replace_range(at..at + letter.len_utf8(), whole.encode_utf8(&mut [0; 4])),
        // More marks than any letter bears are no text.
        None if text.len() < 2 * MAX_BYTES => text.push(mark),
        None => {}
    }
}

/// What words are found by: folded, without apostrophes, so that `bhro` finds `bh'rợ`.
pub(super) fn letters(token: &str) -> impl Iterator<Item = char> {
    token.chars().filter_map(fold_char).filter(|c| *c != '\'')
}
