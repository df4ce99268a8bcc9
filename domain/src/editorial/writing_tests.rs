//! Helps for whoever writes: text as it comes from elsewhere, numbers to call, the time that reading takes, times that are past.

use super::tests::manuscript;
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

/// As notices of communes are written: what is called by its number elsewhere keeps it.
#[test]
fn sections_keep_their_numbers() {
    let texts = |all: &[&str]| all.iter().map(|text| Text::plain(*text)).collect::<Vec<_>>();
    let paragraph = |text: &str| Block::Paragraph(Text::plain(text));
    for (typed, blocks) in [
        (
            "1. Đối tượng\nTrẻ dưới 5 tuổi.\n\n2. Thời gian\nSáng thứ Bảy.\n\n3. Địa điểm",
            vec![
                paragraph("1. Đối tượng"),
                paragraph("Trẻ dưới 5 tuổi."),
                paragraph("2. Thời gian"),
                paragraph("Sáng thứ Bảy."),
                paragraph("3. Địa điểm"),
            ],
        ),
        ("1. A\n\n2. B\n\n3. C", vec![Block::Steps(texts(&["A", "B", "C"]))]),
        ("12. Nguyễn Huệ", vec![paragraph("12. Nguyễn Huệ")]),
        ("1. A\nXong.\n\n1. B", vec![Block::Steps(texts(&["A"])), paragraph("Xong."), Block::Steps(texts(&["B"]))]),
        ("1. A\n\n1. B\n2. C", vec![Block::Steps(texts(&["A"])), Block::Steps(texts(&["B", "C"]))]),
    ] {
        let read = markup::parse(typed, &|_| None).0;
        assert_eq!(read, blocks, "{typed}");
        assert_eq!(markup::parse(&markup::print(&read), &|_| None).0, read, "{typed}");
    }
}

#[test]
fn how_long_a_text_takes_to_read() {
    assert_eq!(reading("Sáng thứ Bảy: 2 mũi — ở trạm."), (7, 1));
    assert_eq!(reading(&"chữ ".repeat(200)), (200, 1));
    assert_eq!(reading(&"chữ ".repeat(201)), (201, 2));
}

/// It is 12:00 on 23 November.
#[test]
fn an_end_that_is_past_is_told_apart_from_one_before_its_beginning() {
    let found = |effective: &str, issued: &str, expires: &str| {
        let (effective, issued, expires) = (effective.into(), issued.into(), expires.into());
        Manuscript { effective, issued, expires, ..manuscript() }.compile(NOW, 1, &|_| None).1
    };
    assert_eq!(found("", "", "2026-11-23T12:00"), [Finding::Over]);
    assert_eq!(found("", "2026-11-22", "2026-11-20"), [Finding::Over]);
    assert_eq!(found("", "", "2026-11-23T12:01"), []);
    assert_eq!(found("2026-11-25T08:00", "", "2026-11-24T08:00"), [Finding::Backwards]);
    assert_eq!(found("2026-11-21", "", "2026-11-20"), [Finding::Backwards]);
    assert_eq!(found("", "2026-11-24", "2026-11-23T18:00"), [Finding::Backwards]);
    let (start, end) = ("2026-12-01T08:00".into(), "2026-12-01T07:00".into());
    let event = Manuscript { kind: "event".into(), start, end, ..manuscript() };
    assert_eq!(event.compile(NOW, 1, &|_| None).1, [Finding::Backwards]);
}

/// It is 12:00 on 23 November.
#[test]
fn an_event_that_is_over_is_told_about_and_goes_out_all_the_same() {
    let found = |start: &str, end: &str| {
        let (start, end) = (start.into(), end.into());
        Manuscript { kind: "event".into(), start, end, ..manuscript() }.compile(NOW, 1, &|_| None).1
    };
    assert_eq!(found("2025-12-01T08:00", "2025-12-01T11:00"), [Finding::Past]);
    assert_eq!(found("2026-11-23T08:00", "2026-11-23T12:00"), [Finding::Past]);
    assert_eq!(found("2026-11-22T08:00", ""), [Finding::Past]);
    assert_eq!(found("2026-11-23T08:00", ""), [], "it may go on for the whole day");
    assert_eq!(found("2026-11-22T08:00", "2026-11-24T08:00"), []);
    assert_eq!(found("2026-12-01T08:00", ""), []);
    assert!(Finding::Past.is_advice());
    let bulletin = Manuscript { kind: "bulletin".into(), start: "2025-12-01T08:00".into(), ..manuscript() };
    assert_eq!(bulletin.compile(NOW, 1, &|_| None).1, [], "only events are at a time");
}
