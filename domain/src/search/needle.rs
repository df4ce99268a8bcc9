//! What a search text asks of words.

use super::token::{key, tokens};

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
        let key = key(&token.text);
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

fn has_diacritics(token: &str) -> bool {
    !token.is_ascii() && super::fold::fold(token) != token
}

impl Wanted {
    /// Whether a word with this key and spelling is meant, and how well it fits.
    pub fn fit(&self, key: &str, token: &str) -> Option<Fit> {
        let whole = key == self.key;
        if !whole && !(self.prefix && key.starts_with(self.key.as_str())) {
            return None;
        }
        let same = if self.prefix { token.starts_with(self.exact.as_str()) } else { token == self.exact };
        Some(Fit { exact: self.strict && same, whole })
    }
}
