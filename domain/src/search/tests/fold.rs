//! The fold, against the standard library's tables.

use super::super::fold::{compose, fold, fold_char, is_mark, lower, slug};
use proptest::prelude::*;

fn latin() -> impl Iterator<Item = char> {
    ('\0'..='\u{2af}').chain('\u{1e00}'..='\u{1eff}')
}

#[test]
fn lower_is_that_of_unicode_for_latin() {
    for c in latin() {
        let mut small = c.to_lowercase();
        if let (Some(one), None) = (small.next(), small.next()) {
            assert_eq!(lower(c), one, "{c} U+{:04X}", c as u32);
        }
    }
}

#[test]
fn lower_leaves_the_rest_alone() {
    for c in ('\u{2b0}'..='\u{1dff}').chain('\u{1f00}'..='\u{ffff}') {
        assert_eq!(lower(c), c, "U+{:04X}", c as u32);
    }
}

/// The letters of quốc ngữ, composed and decomposed as Unicode does, with their base.
const LETTERS: [(char, &str, char); 12] = [
    ('ậ', "a\u{323}\u{302}", 'a'),
    ('ặ', "a\u{323}\u{306}", 'a'),
    ('ắ', "a\u{306}\u{301}", 'a'),
    ('ễ', "e\u{302}\u{303}", 'e'),
    ('ị', "i\u{323}", 'i'),
    ('ợ', "o\u{31b}\u{323}", 'o'),
    ('ố', "o\u{302}\u{301}", 'o'),
    ('ữ', "u\u{31b}\u{303}", 'u'),
    ('ỹ', "y\u{303}", 'y'),
    ('ả', "a\u{309}", 'a'),
    ('ŏ', "o\u{306}", 'o'),
    ('ñ', "n\u{303}", 'n'),
];

#[test]
fn compose_joins_what_unicode_parts() {
    for (whole, parts, base) in LETTERS {
        let mut parts = parts.chars();
        let first = parts.next().unwrap();
        assert_eq!(parts.try_fold(first, compose), Some(whole), "{whole}");
        assert_eq!(fold_char(whole), Some(base));
    }
    // Tone and shape in the other order, as some keyboards send them.
    assert_eq!(compose('á', '\u{302}'), Some('ấ'));
    assert_eq!(compose('ư', '\u{323}'), Some('ự'));
    assert_eq!(compose('đ', '\u{301}'), None);
    assert_eq!(compose('ă', '\u{302}'), None);
    assert_eq!(compose('á', '\u{300}'), None);
}

#[test]
fn every_composed_letter_folds_to_its_base() {
    let marks: Vec<char> = ('\u{300}'..='\u{36f}').collect();
    for letter in latin().filter(|c| lower(*c) == *c) {
        for mark in &marks {
            if let Some(whole) = compose(letter, *mark) {
                assert_eq!(fold_char(whole), fold_char(letter), "{letter} {mark:?} {whole}");
                assert_ne!(whole, letter);
            }
        }
    }
}

#[test]
fn the_fold_of_words() {
    for text in ["lu quet", "lũ quét", "LŨ QUÉT", "lu\u{303} que\u{301}t", "Lũ Quét"] {
        assert_eq!(fold(text), "lu quet");
    }
    assert_eq!(fold("Đường đi"), "duong di");
    assert_eq!(fold("\u{d0}ường \u{f0}i"), "duong di", "what old fonts wrote for it");
    assert_eq!(fold("bh’rợ BHʼRỢ zr'lụ"), "bh'ro bh'ro zr'lu");
    assert_eq!(fold("Nghị định 18/2021/QĐ-TTg"), "nghi dinh 18/2021/qd-ttg");
    // Every vowel of the language ends in one of six letters.
    for c in ('\u{1ea0}'..='\u{1ef9}').chain("àáâãèéêìíòóôõùúýăĩũơưđ".chars()) {
        assert!("aeiouyd".contains(fold_char(c).unwrap()), "{c}");
    }
}

#[test]
fn addresses() {
    assert_eq!(slug("Lũ quét ở A Lưới 2!", 60), "lu-quet-o-a-luoi-2");
    assert_eq!(slug("bh’rợ Cơ Tu", 60), "bhro-co-tu");
    assert_eq!(slug("  —  ", 60), "");
    assert_eq!(slug("Đường sắt", 6), "duong");
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once.clone());
        prop_assert!(once.chars().count() <= text.chars().count());
        prop_assert!(!once.chars().any(is_mark));
    }

    #[test]
    fn case_does_not_matter(text in "[a-zà-öø-ýăđĩũơưạ-ỹ ']{0,30}") {
        prop_assert_eq!(fold(&text.to_uppercase()), fold(&text));
    }

    #[test]
    fn every_char_folds_once(c: char) {
        if let Some(folded) = fold_char(c) {
            prop_assert_eq!(fold_char(folded), Some(folded));
            prop_assert_eq!(lower(lower(c)), lower(c));
        }
    }

    #[test]
    fn an_address_has_only_its_letters(text in "\\PC{0,40}", max in 1usize..60) {
        let out = slug(&text, max);
        prop_assert!(out.len() <= max);
        prop_assert!(out.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
        prop_assert!(!out.starts_with('-') && !out.ends_with('-') && !out.contains("--"));
    }
}
