//! Amounts, times, dates and units in words.

use crate::alert::numbers::{cardinal, spell};
use proptest::prelude::*;

#[test]
fn amounts() {
    let said = [
        (0, "không"),
        (4, "bốn"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (55, "năm mươi lăm"),
        (100, "một trăm"),
        (101, "một trăm linh một"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (115, "một trăm mười lăm"),
        (121, "một trăm hai mươi mốt"),
        (1_000, "một nghìn"),
        (1_005, "một nghìn không trăm linh năm"),
        (1_050, "một nghìn không trăm năm mươi"),
        (2_026, "hai nghìn không trăm hai mươi sáu"),
        (21_000, "hai mươi mốt nghìn"),
        (1_200_000, "một triệu hai trăm nghìn"),
        (1_000_001, "một triệu không trăm linh một"),
        (3_000_000_000, "ba tỷ"),
    ];
    for (n, words) in said {
        assert_eq!(cardinal(n), words, "{n}");
    }
}

#[test]
fn texts_are_read_as_they_are_meant() {
    let calls = ["112", "1900 1075"];
    let said = [
        ("Gọi 112 ngay", "Gọi một một hai ngay"),
        ("gọi 1900 1075.", "gọi một chín không không một không bảy năm."),
        ("1120 người", "một nghìn một trăm hai mươi người"),
        ("đến 18:00", "đến mười tám giờ"),
        ("lúc 18:05, ngày 23/11", "lúc mười tám giờ năm phút, ngày hai mươi ba tháng mười một"),
        ("từ 6h30 đến 18h", "từ sáu giờ ba mươi phút đến mười tám giờ"),
        ("từ 07h00 23/11", "từ bảy giờ ngày hai mươi ba tháng mười một"),
        ("gọi 0234 lúc 06g05", "gọi không hai ba bốn lúc sáu giờ năm phút"),
        ("đến 18 giờ", "đến mười tám giờ"),
        ("từ 5/4/2026", "từ ngày mùng năm tháng tư năm hai nghìn không trăm hai mươi sáu"),
        ("Mưa 100-200 mm", "Mưa một trăm đến hai trăm mi li mét"),
        (
            "Mưa 100 – 200mm, có nơi trên 1.250 mm",
            "Mưa một trăm đến hai trăm mi li mét, có nơi trên một nghìn hai trăm năm mươi mi li mét",
        ),
        ("cao 1,5 m", "cao một phẩy năm mét"),
        ("gió 75km/h", "gió bảy mươi lăm ki lô mét một giờ"),
        ("rủi ro 50%", "rủi ro năm mươi phần trăm"),
        ("cấp 4", "cấp bốn"),
        ("A Lưới 1–5", "A Lưới một đến năm"),
        ("QL49B", "QL bốn mươi chín B"),
        ("gọi 0234 382 2000", "gọi không hai ba bốn ba tám hai hai không không không"),
        ("số 18/2021/QĐ", "số mười tám trên hai nghìn không trăm hai mươi mốt/QĐ"),
        ("30 mét", "ba mươi mét"),
        ("đủ 3 bước. 4 xã", "đủ ba bước. bốn xã"),
    ];
    for (written, words) in said {
        assert_eq!(spell(written, &calls), words, "{written}");
    }
}

proptest! {
    #[test]
    fn nothing_is_left_in_digits(text in "[a-zà-ỹ0-9 .,:/–%-]{0,40}") {
        let said = spell(&text, &["112"]);
        prop_assert!(!said.bytes().any(|b| b.is_ascii_digit()), "{said}");
    }

    #[test]
    fn no_two_amounts_sound_alike(a in 0u64..2_000_000, b in 0u64..2_000_000) {
        prop_assert_eq!(a == b, cardinal(a) == cardinal(b));
    }
}
