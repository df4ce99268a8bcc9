//! THE fold of case and diacritics: `LŨ QUÉT`, `lũ quét` and `lu quet` become one; `đ` becomes `d`.
//!
//! Covers the Latin scripts of Vietnam's peoples, composed and decomposed alike. Tables of our own because full
//! Unicode normalization would cost phones 50 KB. Included by `build.rs` too, so it stands alone.

/// Capitals that do not sit beside their small letter, each followed by it.
const PAIRS: &str =
    "İiŸÿƁɓƂƃƄƅƆɔƇƈƉɖƊɗƋƌƎǝƏəƐɛƑƒƓɠƔɣƖɩƗɨƘƙƜɯƝɲƟɵƦʀƧƨƩʃƬƭƮʈƯưƱʊƲʋƳƴƵƶƷʒƸƹƼƽǄǆǅǆǇǉǈǉǊǌǋǌǱǳǲǳǴǵǶƕǷƿȠƞȺⱥȻȼȽƚȾⱦɁɂɃƀɄʉɅʌẞß";

/// Lower case of a Latin letter; anything else stays.
pub fn lower(c: char) -> char {
    let small = match c {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' => c as u32 + 32,
        // Blocks that alternate, the capital on the even code …
        'Ā'..='į' | 'Ĳ'..='ķ' | 'Ŋ'..='ŷ' | 'Ơ'..='ƥ' | 'Ǟ'..='ǯ' | 'Ǹ'..='ȟ' | 'Ȣ'..='ȳ' | 'Ɇ'..='ɏ' | 'Ḁ'..='ẕ' | 'Ạ'..='ỿ' => {
            c as u32 | 1
        }
        // … and on the odd one.
        'Ĺ'..='ň' | 'Ź'..='ž' | 'Ǎ'..='ǜ' => (c as u32 + 1) & !1,
        'İ' | 'Ÿ' | 'Ɓ'..='Ʌ' | 'ẞ' => {
            let mut pairs = PAIRS.chars();
            while let (Some(large), Some(small)) = (pairs.next(), pairs.next()) {
                if large == c {
                    return small;
                }
            }
            return c;
        }
        _ => return c,
    };
    char::from_u32(small).unwrap_or(c)
}

const PLAIN: char = '\0';
const CIRCUMFLEX: char = '\u{302}';
const BREVE: char = '\u{306}';
const DIAERESIS: char = '\u{308}';
const HORN: char = '\u{31b}';
const MACRON: char = '\u{304}';
const CARON: char = '\u{30c}';

/// Tone marks in the order in which [`ROWS`] holds the letters that bear them: grave, acute, hook, tilde, dot below.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{309}', '\u{303}', '\u{323}'];

/// Base letter, the mark that shapes it, the letter itself and then with each tone, as far as they are one character.
const ROWS: [(char, char, &str); 58] = [
    ('a', PLAIN, "aàáảãạ"),
    ('a', CIRCUMFLEX, "âầấẩẫậ"),
    ('o', CIRCUMFLEX, "ôồốổỗộ"),
    ('u', HORN, "ưừứửữự"),
    ('d', PLAIN, "đ"),
    // What old fonts and converters wrote for it.
    ('d', PLAIN, "ð"),
    ('o', HORN, "ơờớởỡợ"),
    ('e', CIRCUMFLEX, "êềếểễệ"),
    ('a', BREVE, "ăằắẳẵặ"),
    ('i', PLAIN, "iìíỉĩị"),
    ('o', PLAIN, "oòóỏõọ"),
    ('u', PLAIN, "uùúủũụ"),
    ('e', PLAIN, "eèéẻẽẹ"),
    ('y', PLAIN, "yỳýỷỹỵ"),
    ('e', BREVE, "ĕ"),
    ('i', BREVE, "ĭ"),
    ('o', BREVE, "ŏ"),
    ('u', BREVE, "ŭ"),
    ('i', CIRCUMFLEX, "î"),
    ('u', CIRCUMFLEX, "û"),
    ('a', DIAERESIS, "ä"),
    ('e', DIAERESIS, "ë"),
    ('i', DIAERESIS, "ï"),
    ('o', DIAERESIS, "ö"),
    ('u', DIAERESIS, "ü"),
    ('y', DIAERESIS, "ÿ"),
    ('a', MACRON, "ā"),
    ('e', MACRON, "ē"),
    ('i', MACRON, "ī"),
    ('o', MACRON, "ō"),
    ('u', MACRON, "ū"),
    ('a', CARON, "ǎ"),
    ('e', CARON, "ě"),
    ('i', CARON, "ǐ"),
    ('o', CARON, "ǒ"),
    ('u', CARON, "ǔ"),
    ('a', '\u{30a}', "å"),
    ('c', '\u{327}', "ç"),
    ('c', CARON, "č"),
    ('c', '\u{301}', "ć"),
    ('n', '\u{303}', "ñ"),
    ('n', '\u{301}', "ń"),
    ('n', '\u{300}', "ǹ"),
    ('n', CARON, "ň"),
    ('s', CARON, "š"),
    ('s', '\u{301}', "ś"),
    ('s', '\u{327}', "ş"),
    ('z', CARON, "ž"),
    ('z', '\u{301}', "ź"),
    ('z', '\u{307}', "ż"),
    ('g', BREVE, "ğ"),
    ('r', CARON, "ř"),
    ('b', PLAIN, "ƀ"),
    ('o', PLAIN, "ø"),
    ('l', PLAIN, "ł"),
    ('h', PLAIN, "ħ"),
    ('i', PLAIN, "ı"),
    ('y', CIRCUMFLEX, "ŷ"),
];

/// [`ROWS`] turned round, since folding is what indexing does most: the base letter of every letter in the blocks
/// U+0000–01FF and U+1E00–1EFF, 0 for those without.
const BASES: [u8; 0x300] = {
    let mut bases = [0; 0x300];
    let mut row = 0;
    while row < ROWS.len() {
        let letters = ROWS[row].2.as_bytes();
        let mut at = 0;
        while at < letters.len() {
            let b = letters[at] as u32;
            let (code, bytes) = match b {
                0..0x80 => (b, 1),
                0x80..0xe0 => ((b & 0x1f) << 6 | letters[at + 1] as u32 & 0x3f, 2),
                _ => ((b & 0xf) << 12 | (letters[at + 1] as u32 & 0x3f) << 6 | letters[at + 2] as u32 & 0x3f, 3),
            };
            match cell(code) {
                Some(cell) => bases[cell] = ROWS[row].0 as u8,
                None => panic!("a letter outside the two blocks"),
            }
            at += bytes;
        }
        row += 1;
    }
    bases
};

/// Place of a character in [`BASES`].
const fn cell(code: u32) -> Option<usize> {
    match code {
        0..0x200 => Some(code as usize),
        0x1e00..0x1f00 => Some(code as usize - 0x1c00),
        _ => None,
    }
}

/// A combining mark: it belongs to the letter before it.
pub fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// The apostrophes that people and phones write in `bh'rợ`.
pub fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ')
}

/// The row of a lower-case letter and its place there.
fn row(c: char) -> Option<(usize, usize)> {
    ROWS.iter().enumerate().find_map(|(at, (_, _, letters))| Some((at, letters.chars().position(|l| l == c)?)))
}

/// What a lower-case letter is but for its tone, as a number, and that tone: 0 for none, then as [`TONES`].
pub fn toneless(c: char) -> (usize, isize) {
    row(c).map_or((c as usize + ROWS.len(), 0), |(at, tone)| (at, tone as isize))
}

/// One character for a lower-case letter and a combining mark after it, in whichever order tone and shape come.
pub fn compose(letter: char, mark: char) -> Option<char> {
    let (base, shape, letters, tone) = match row(letter) {
        Some((at, tone)) => (ROWS[at].0, ROWS[at].1, ROWS[at].2, tone),
        None => (letter, PLAIN, "", 0),
    };
    let new_tone = TONES.iter().position(|t| *t == mark).filter(|_| tone == 0).and_then(|at| letters.chars().nth(at + 1));
    // A barred letter such as đ is its own letter: what is said of its base does not hold for it.
    let shapeable = shape == PLAIN && (letters.is_empty() || letters.starts_with(base));
    let reshaped = || ROWS.iter().find(|r| r.0 == base && r.1 == mark).and_then(|r| r.2.chars().nth(tone));
    new_tone.or_else(|| if shapeable { reshaped() } else { None })
}

/// Lower case without diacritics; `None` for combining marks, which vanish.
pub fn fold_char(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(c.to_ascii_lowercase());
    }
    if is_mark(c) {
        return None;
    }
    if is_apostrophe(c) {
        return Some('\'');
    }
    let c = lower(c);
    let base = cell(c as u32).map_or(0, |at| BASES[at]);
    Some(if base == 0 { c } else { base as char })
}

pub fn fold(text: &str) -> String {
    text.chars().filter_map(fold_char).collect()
}

/// An address segment: folded, letters and digits kept, everything else one hyphen, at most `max` bytes.
pub fn slug(text: &str, max: usize) -> String {
    let mut out = String::new();
    for c in text.chars().filter_map(fold_char) {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if c != '\'' && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.len() >= max {
            break;
        }
    }
    while out.ends_with('-') {
        out.pop();
    }
    out
}
