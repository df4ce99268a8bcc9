//! Showing why something was found.

use super::super::snippet::{best_snippet, mark};
use super::super::{Piece, fold};
use proptest::prelude::*;

/// Hits in brackets.
fn show(pieces: &[Piece]) -> String {
    pieces.iter().map(|(text, hit)| if *hit { format!("[{text}]") } else { text.clone() }).collect()
}

fn snippet(text: &str, query: &str, max_chars: usize) -> Vec<Piece> {
    best_snippet(&[text], query, max_chars)
}

#[test]
fn titles_with_hits() {
    assert_eq!(show(&mark("Lũ quét ở A Lưới", "lu quet")), "[Lũ] [quét] ở A Lưới");
    assert_eq!(show(&mark("LU\u{303} về, bh’rợ", "lũ bh'r")), "[LU\u{303}] về, [bh’rợ]");
    assert_eq!(show(&mark("Mạ, má, mạ", "mạ")), "[Mạ], má, [mạ]", "spelt as typed where there is one");
    assert_eq!(show(&mark("Ma, má", "mạ")), "[Ma], [má]");
    assert_eq!(show(&mark("Tin", "")), "Tin");
    assert_eq!(mark("", "tin"), []);
}

#[test]
fn the_best_place_is_shown() {
    let text = "Quét dọn nhà cửa sau mưa. Bà con để ý nước suối. Đêm nay có lũ quét ở các xã vùng cao, không qua ngầm tràn khi nước lên.";
    assert_eq!(show(&snippet(text, "lũ quét", 40)), "…Đêm nay có [lũ] [quét] ở các xã vùng cao,…");
    assert_eq!(show(&snippet(text, "không có", 20)), "…nay [có] lũ quét ở…");
    assert_eq!(show(&snippet(text, "bão", 24)), "Quét dọn nhà cửa sau…");
    assert_eq!(show(&snippet("Lũ về", "lu", 200)), "[Lũ] về");
    assert_eq!(show(&snippet("mưa lũ", "lu", 1)), "…[lũ]");
    assert_eq!(snippet("", "lu", 10), []);
}

#[test]
fn the_best_text_is_shown() {
    let texts = ["", "Tin về lũ.", "Sau lũ là quét dọn.", "Lũ quét"];
    assert_eq!(show(&best_snippet(&texts, "lũ quét", 50)), "[Lũ] [quét]");
    assert_eq!(show(&best_snippet(&texts, "bão", 50)), "Tin về lũ.");
    assert_eq!(best_snippet(&[], "bão", 50), []);
}

proptest! {
    #[test]
    fn any_text_can_be_cut(text in "(\\PC|[ \n'’\u{301}\u{31b}a-đ]){0,80}", query in "(\\PC|[ a-đ]){0,8}", max in 0usize..50) {
        let marked: String = mark(&text, &query).into_iter().map(|(piece, _)| piece).collect();
        prop_assert_eq!(&marked, &text);
        let pieces = snippet(&text, &query, max);
        let joined: String = pieces.iter().map(|(piece, _)| piece.as_str()).collect();
        prop_assert!(text.contains(joined.trim_start_matches('…').trim_end_matches('…')));
    }

    #[test]
    fn what_is_there_is_shown(before in "[a-e ]{0,60}", word in "[m-z]{1,9}", after in "[a-e ]{0,60}", max in 0usize..50) {
        let text = format!("{before} {word} {after}");
        let pieces = snippet(&text, &word.to_uppercase(), max);
        prop_assert!(pieces.iter().any(|(piece, hit)| *hit && fold(piece) == word), "{pieces:?}");
        let chars: usize = pieces.iter().map(|(piece, _)| piece.chars().count()).sum();
        prop_assert!(chars <= max.max(word.len()) + 2, "{chars} {pieces:?}");
    }
}
