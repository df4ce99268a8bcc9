//! What a search text asks of words.

use super::fold::toneless;
use super::token::{letters, tokens};
use crate::instance::instance;

/// One word that is looked for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// As typed, in lower case.
    pub exact: String,
    pub key: String,
    /// Still being typed: the beginning of a word is enough.
    pub prefix: bool,
    /// Its diacritics (or their absence) say something, because the writer types them.
    pub strict: bool,
}

/// How well a word fits. In order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    /// With the diacritics as typed.
    pub exact: bool,
    /// Not just its beginning.
    pub whole: bool,
}

/// The words of a search text. The last one is wanted as a prefix unless white space follows it.
pub(super) fn wanted(query: &str) -> Vec<Wanted> {
    let mut rest = query;
    let mut out = Vec::new();
    for token in tokens(query) {
        rest = &query[token.end..];
        let key = letters(&token.text).collect();
        out.push(Wanted { strict: has_diacritics(&token.text), exact: token.text, key, prefix: false });
    }
    let any = out.iter().any(|word| word.strict);
    let open = !rest.contains(char::is_whitespace);
    for word in &mut out {
        word.strict = any;
    }
    if let Some(last) = out.last_mut().filter(|_| open) {
        last.prefix = true;
        // Vowels come before their marks on every keyboard: `que` on the way to `quét` shall not count against it.
        last.strict = any && has_diacritics(&last.exact);
    }
    out
}

/// What follows the kind of unit in a search text that begins with one: of `huyện A Lưới` the name.
pub(super) fn without_kind(query: &str) -> Option<&str> {
    const KINDS: [&str; 6] = ["huyen ", "xa ", "phuong ", "thi xa ", "thi tran ", "thanh pho "];
    let query = query.trim_start();
    let folded = super::fold::fold(query);
    let kind = KINDS.iter().find(|kind| folded.starts_with(**kind))?;
    let words = kind.matches(' ').count();
    query.splitn(words + 1, ' ').nth(words).filter(|name| !name.trim().is_empty())
}

/// The name in a search text that is kind and name of a unit of today or of before, whichever kind people know it by. Names of
/// one word stand in too much else to be looked for alone.
pub(super) fn unit(query: &str) -> Option<&str> {
    let name = without_kind(query)?;
    let words = |name: &str| super::fold::fold(name).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let wanted = words(name);
    let i = instance();
    let mut all = i.places.iter().map(|place| &place.name.vi).chain(i.former.iter().map(|former| &former.name));
    let is_unit = wanted.len() > 1 && all.any(|full| without_kind(full).is_some_and(|name| words(name) == wanted));
    is_unit.then_some(name)
}

fn has_diacritics(token: &str) -> bool {
    !token.is_ascii() && super::fold::fold(token) != token
}

impl Wanted {
    /// Whether a word is meant, and how well it fits. Most words end it at their first letter.
    pub fn fit(&self, token: &str) -> Option<Fit> {
        let mut letters = letters(token);
        if !self.key.chars().all(|wanted| letters.next() == Some(wanted)) {
            return None;
        }
        let whole = letters.next().is_none();
        if !whole && !self.prefix {
            return None;
        }
        Some(Fit { exact: self.strict && self.is_beginning(token), whole })
    }

    /// Whether `token`, which has the letters of this word, begins with it as typed. The tone belongs to the syllable: schools
    /// put its mark on either vowel (`thủy`, `thuỷ`), and keyboards on the one that they were taught.
    fn is_beginning(&self, token: &str) -> bool {
        let mut turn = 0;
        let same = self.exact.chars().zip(token.chars()).filter(|(a, b)| a != b).all(|(a, b)| {
            let ((a, tone), (b, other)) = (toneless(a), toneless(b));
            turn += tone - other;
            a == b
        });
        same && turn == 0
    }
}
