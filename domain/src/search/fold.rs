//! THE fold of case and diacritics: `LŨ QUÉT`, `lũ quét` and `lu quet` become one; `đ` becomes `d`.
//!
//! Covers the Latin scripts of Vietnam's peoples. Works on composed and decomposed text alike; a table of our own
//! because full Unicode normalization would cost phones 50 KB.

/// Lower case of the Latin letters that Vietnamese and its neighbours use.
pub fn lower(c: char) -> char {
    let raised = match c {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' => c as u32 + 32,
        'Ā'..='ķ' | 'Ŋ'..='ŷ' | 'Ǎ'..='ǜ' | 'Ǟ'..='ǯ' | 'Ǹ'..='ȳ' | 'Ḁ'..='ẕ' | 'Ạ'..='ỿ' | 'Ơ' => c as u32 | 1,
        'Ĺ'..='ň' => (c as u32 + 1) & !1,
        'Ư' => 'ư' as u32,
        _ => c as u32,
    };
    char::from_u32(raised).unwrap_or(c)
}

/// Base letters, each followed by the lower-case letters that fold to it.
const BASES: [&str; 9] = [
    "aàáảãạăằắẳẵặâầấẩẫậåä",
    "dđ",
    "eèéẻẽẹêềếểễệĕë",
    "iìíỉĩịĭï",
    "oòóỏõọôồốổỗộơờớởỡợŏö",
    "uùúủũụưừứửữựŭü",
    "yỳýỷỹỵÿ",
    "nñ",
    "cç",
];

/// Lower case without diacritics; `None` for combining marks, which vanish.
pub fn fold_char(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(c.to_ascii_lowercase());
    }
    if ('\u{300}'..='\u{36f}').contains(&c) {
        return None;
    }
    let c = lower(c);
    let base = BASES.iter().find(|group| group.contains(c)).and_then(|group| group.chars().next());
    Some(base.unwrap_or(c))
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
        } else if !matches!(c, '\'' | '’') && !out.is_empty() && !out.ends_with('-') {
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
