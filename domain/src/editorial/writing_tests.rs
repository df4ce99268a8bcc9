//! Helps for whoever writes: text as it comes from elsewhere, numbers to call, the time that reading takes.

use super::*;
use crate::content::{Block, Text, Time};

const NOW: Time = Time(1_795_410_000);

#[test]
fn what_nobody_can_call_is_no_number() {
    let found = |phone: &str| {
        let script = Script { lang: "vi".into(), phone: phone.into(), ..Script::default() };
        let (_, findings) = Manuscript { texts: vec![script], ..Manuscript::default() }.compile(NOW, 1, &|_| None);
        findings.into_iter().filter(|finding| matches!(finding, Finding::BadPhone(_))).collect::<Vec<_>>()
    };
    for good in ["", " ", "115", "0234 3878 111", "+84 (234) 3878-111\n1900 1075"] {
        assert_eq!(found(good), [], "{good}");
    }
    let two = "0234 3878 111, 0234 3878 112";
    assert_eq!(found(&["115\nUBND xã\n", two].concat()), [Finding::BadPhone("UBND xã".into()), Finding::BadPhone(two.into())]);
    assert!(!Finding::BadPhone(String::new()).is_advice(), "it stands in the way");
}

/// As it comes from a message: lines, with the signs that people set on a phone.
#[test]
fn a_message_from_zalo_reads_as_it_looks() {
    let message = "Kính gửi bà con,\nSáng 29/11 tiêm sởi ở trạm y tế. Mang theo:\n- Sổ tiêm\n-Thẻ bảo hiểm\n• Nước uống\n•Mũ\n\n1. Đến trước 9 giờ\n2) Chờ 30 phút\n-5 độ thì nghỉ.\n";
    let (blocks, _) = markup::parse(message, &|_| None);
    let texts = |all: &[&str]| all.iter().map(|text| Text::plain(*text)).collect::<Vec<_>>();
    let paragraph = |text: &str| Block::Paragraph(Text::plain(text));
    assert_eq!(
        blocks,
        [
            paragraph("Kính gửi bà con,"),
            paragraph("Sáng 29/11 tiêm sởi ở trạm y tế. Mang theo:"),
            Block::List(texts(&["Sổ tiêm", "Thẻ bảo hiểm", "Nước uống", "Mũ"])),
            Block::Steps(texts(&["Đến trước 9 giờ", "Chờ 30 phút"])),
            paragraph("-5 độ thì nghỉ."),
        ]
    );
}

#[test]
fn how_long_a_text_takes_to_read() {
    assert_eq!(reading("Sáng thứ Bảy: 2 mũi — ở trạm."), (7, 1));
    assert_eq!(reading(&"chữ ".repeat(200)), (200, 1));
    assert_eq!(reading(&"chữ ".repeat(201)), (201, 2));
}
