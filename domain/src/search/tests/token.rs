//! Words of a text.

use super::super::{Token, fold, tokens};
use proptest::prelude::*;

fn words(text: &str) -> Vec<String> {
    tokens(text).map(|token| token.text).collect()
}

#[test]
fn words_numbers_and_hyphens() {
    assert_eq!(words("Lũ quét: 3 xã, 18/2021/QĐ-TTg."), ["lũ", "quét", "3", "xã", "18", "2021", "qđ", "ttg"]);
    assert_eq!(words("Bru–Vân Kiều “nhà sàn” 1.200m²"), ["bru", "vân", "kiều", "nhà", "sàn", "1", "200m"]);
    assert_eq!(words(" …—! "), [""; 0]);
    assert_eq!(words("ພາສາລາວ 😀 Привет"), ["ພາສາລາວ", "Привет"]);
    let token = tokens("— Đường").next().unwrap();
    assert_eq!(token, Token { start: 4, end: 13, text: "đường".into() });
}

#[test]
fn apostrophes_inside_words() {
    for text in ["bh'rợ", "bh’rợ", "bhʼrợ", "BH‘RỢ"] {
        assert_eq!(words(text), ["bh'rợ"], "{text}");
    }
    assert_eq!(words("'k'tiếc' ’đhanuôr’ bh' rợ"), ["k'tiếc", "đhanuôr", "bh", "rợ"]);
    assert_eq!(words("a''b"), ["a", "b"]);
}

#[test]
fn decomposed_is_composed() {
    assert_eq!(words("Lu\u{303} que\u{301}t o\u{31b}\u{309} A Lu\u{31b}o\u{31b}\u{301}i"), words("Lũ quét ở A Lưới"));
    assert_eq!(words("vie\u{323}\u{302}t VIÊ\u{323}T"), ["việt", "việt"]);
    // A mark that joins with nothing stays; one without a letter is nothing.
    assert_eq!(words("\u{301} b\u{303}o"), ["b\u{303}o"]);
    // Unseen characters change no word.
    assert_eq!(words("khuyến\u{ad}nông \u{feff}lũ"), ["khuyếnnông", "lũ"]);
}

#[test]
fn endless_words_end() {
    let long = "ậ".repeat(10_000);
    let token = tokens(&long).next().unwrap();
    assert_eq!(token.end, long.len());
    assert!(token.text.len() < 100);
    let marks = format!("a{}", "\u{33f}".repeat(10_000));
    assert!(words(&marks)[0].len() < 200);
    assert_eq!(words(&"a\u{323}\u{302}".repeat(10_000)), words(&long));
}

proptest! {
    #[test]
    fn ranges_are_in_order_and_on_characters(text in "(\\PC|[ '’\u{301}\u{31b}\u{ad}a-đ]){0,40}") {
        let mut at = 0;
        for token in tokens(&text) {
            prop_assert!(token.start >= at && token.end > token.start);
            prop_assert!(text.get(token.start..token.end).is_some());
            prop_assert!(!token.text.is_empty() && !token.text.contains([' ', '\0']));
            prop_assert!(!fold(&token.text).is_empty());
            at = token.end;
        }
    }

    #[test]
    fn a_word_alone_is_itself(text in "[a-zA-Zà-ỹ' ]{0,30}") {
        for token in tokens(&text) {
            prop_assert_eq!(words(&text[token.start..token.end]), [token.text]);
        }
    }
}
