//! The alert as text message and as script for a loudspeaker.

use super::*;
use crate::alert::State;
use crate::alert::aloud::{Said, script};
use crate::alert::sms::{MOST, marked, over, plain, segments, text};
use crate::instance::instance;
use crate::words::Lang;
use proptest::prelude::*;

const LINK: &str = "https://bantin.example/tin/k3f9x2ab";

fn body(steps: &[&str]) -> Body {
    let steps = Block::Steps(steps.iter().map(|step| Text::plain(*step)).collect());
    let call = Block::Call { number: "1900 1075".into(), label: "Đường dây nóng".into() };
    let facts = vec![Fact {
        kind: FactKind::CONTINGENCY, text: "Nếu đến 18:00 không có tin mới thì ở yên qua đêm.".into()
    }];
    let variant = Variant { lang: "vi".into(), facts, blocks: vec![steps, call], audio: None };
    Body { variants: vec![variant], ..Body::default() }
}

fn titled(title: &str) -> Card {
    let headline = Headline {
        lang: "vi".into(),
        title: title.into(),
        summary: "Nước suối dâng nhanh. Rời chỗ thấp trước 17:30.".into(),
        audio: false,
    };
    Card { headlines: vec![headline], expires: Time::parse("2026-11-24T18:05:00+07:00"), ..alert(1, MsgType::Alert, &[]) }
}

#[test]
fn segments_as_phones_count_them() {
    assert_eq!(segments(&"a".repeat(160)), 1);
    assert_eq!(segments(&"a".repeat(161)), 2);
    assert_eq!(segments(&"a".repeat(306)), 2);
    assert_eq!(segments(&"a".repeat(307)), 3);
    assert_eq!(segments(&"ă".repeat(70)), 1);
    assert_eq!(segments(&"ă".repeat(134)), 2);
    assert_eq!(segments(&"ă".repeat(135)), 3);
    assert_eq!(segments(&"[".repeat(80)), 1, "behind an escape each counts twice");
    assert_eq!(segments(&"[".repeat(81)), 2);
    // 153 is odd: an escaped character never lies across two segments.
    assert_eq!(segments(&"[".repeat(153)), 3);
}

#[test]
fn without_diacritics_nothing_is_left_outside_the_alphabet() {
    assert_eq!(plain("Lũ quét ở A Lưới – cấp 3: “rời” đi…"), "Lu quet o A Luoi - cap 3: \"roi\" di...");
    assert_eq!(plain("ĐƯỜNG Ở Đây"), "DUONG O Day");
}

#[test]
fn a_message_says_first_what_matters_and_ends_with_the_address() {
    let card = titled("Lũ quét ở A Lưới 2");
    let steps = body(&["Lên chỗ cao ngay", "Không lội qua suối", "Gọi 112 nếu có người bị kẹt"]);
    let said = text(&card, &steps, None, Lang::Vi, LINK, plain, NOW);
    assert_eq!(
        said,
        "Lu quet o A Luoi 2. Cap 3. Den 18:05 24/11. Len cho cao ngay. Khong loi qua suoi. Goi 112 neu co nguoi bi ket \
         https://bantin.example/tin/k3f9x2ab"
    );
    let said = text(&card, &steps, None, Lang::Vi, LINK, marked, NOW);
    assert_eq!(
        said,
        "Lũ quét ở A Lưới 2. Cấp 3. Đến 18:05 24/11. Lên chỗ cao ngay. Không lội qua suối \
         https://bantin.example/tin/k3f9x2ab"
    );
    let named = text(&titled("Lũ quét ở A Lưới 2 – cấp 3"), &steps, None, Lang::Vi, LINK, plain, NOW);
    assert_eq!(named.matches("ap 3").count(), 1, "{named}");
}

/// "Be ready to leave" without "stay indoors" before it would send people out.
#[test]
fn actions_end_with_the_first_that_does_not_fit() {
    let long = "Ở trong nhà chắc chắn, không ra sông suối, không qua ngầm, không đi làm rẫy cho tới khi có tin mới của xã";
    let of = |steps: &[&str]| text(&titled("Mưa lớn – cấp 3"), &body(steps), None, Lang::Vi, LINK, marked, NOW);
    assert!(!of(&[long, "Sẵn sàng đi"]).contains("Sẵn sàng"), "{}", of(&[long, "Sẵn sàng đi"]));
    assert!(
        of(&["Ở trong nhà", "Sẵn sàng đi"]).contains("Ở A Lưới 2. Ở trong nhà. Sẵn sàng đi"),
        "where, if the title does not say it"
    );
    // Where not even the first one fits, what the summary says does.
    assert!(of(&[&long.repeat(2)]).contains("Nước suối dâng nhanh. Rời chỗ thấp trước 17:30. http"), "{}", of(&[long]));
}

#[test]
fn what_no_longer_holds_says_so_first_and_tells_nobody_what_to_do() {
    let card = titled("Lũ quét ở A Lưới 2 – cấp 3");
    let steps = body(&["Lên chỗ cao ngay"]);
    let of = |card: &Card, state| text(card, &steps, Some(state), Lang::Vi, LINK, marked, NOW);
    let over = of(&card, State::Cancelled);
    assert_eq!(over, "Đã hủy: Lũ quét ở A Lưới 2 – cấp 3 https://bantin.example/tin/k3f9x2ab");
    let replaced = of(&card, State::Superseded);
    assert!(!replaced.starts_with("Lũ") && !replaced.contains("Lên chỗ cao"), "{replaced}");
    // Past its end it is not certain to be safe.
    let ended = text(&card, &steps, Some(State::Ended), Lang::Vi, LINK, plain, NOW);
    assert!(ended.starts_with("Da ket thuc") && ended.contains("Len cho cao") && !ended.contains("Den"), "{ended}");
    assert!(of(&card, State::InForce).contains("Lên chỗ cao"));
    // The word that calls it off has no level and no end, and is no less true for having done so.
    let cancel = Card { detail: alert(1, MsgType::Cancel, &[]).detail, ..titled("Hết cảnh báo lũ quét") };
    let said = of(&cancel, State::Cancelled);
    assert!(said.starts_with("Hết cảnh báo") && !said.contains("Cấp") && !said.contains("Đến"), "{said}");
    let script = lines_of(&script(&card, &steps, Some(State::Cancelled)));
    assert!(script.contains("Đã hủy") && !script.contains("Lên chỗ cao") && !script.contains("Nước suối dâng"), "{script}");
}

/// Nobody is told to beware of where a danger is called off.
#[test]
fn the_script_of_an_all_clear_says_where_it_holds() {
    let mut card = titled("Hủy cảnh báo lũ quét");
    let info = AlertInfo { msg_type: MsgType::Cancel, ..card.alert().unwrap() };
    card.detail = info.encode();
    let said = lines_of(&script(&card, &body(&[]), None));
    assert!(said.contains("Nơi được hủy cảnh báo: Xã A Lưới hai.") && !said.contains("Nơi cần chú ý"), "{said}");
    card.places.clear();
    let said = lines_of(&script(&card, &body(&[]), None));
    assert!(said.contains("Cảnh báo được hủy ở mọi nơi.") && !said.contains("dành cho mọi nơi"), "{said}");
}

#[test]
fn an_alert_that_names_no_step_says_what_its_summary_says_in_whole_sentences() {
    let mut card = titled("Mưa lớn – cấp 3");
    let of = |card: &Card| text(card, &Body::default(), None, Lang::Vi, LINK, marked, NOW);
    card.headlines[0].summary = "Lên chỗ cao. Gọi 112.".into();
    assert!(of(&card).ends_with(&["Lên chỗ cao. Gọi 112. ", LINK].concat()), "{}", of(&card));
    card.headlines[0].summary = ["Lên chỗ cao. Không lội qua ", &"ngầm tràn ".repeat(12), "nào. Gọi 112."].concat();
    assert!(of(&card).ends_with(&["Lên chỗ cao. ", LINK].concat()), "{}", of(&card));
}

#[test]
fn a_title_that_is_too_long_ends_at_a_word_and_never_in_a_number() {
    let long =
        titled(&["Mưa lớn", &" rất lớn kéo dài".repeat(4), " gọi 1900 1075 ngay bây giờ và chờ tin mới của xã nhà"].concat());
    let said = text(&long, &body(&[]), None, Lang::Vi, LINK, marked, NOW);
    assert!(segments(&said) <= MOST && said.ends_with(LINK));
    let cut = said.split('…').next().unwrap();
    assert!(long.headlines[0].title.starts_with(cut) && !cut.ends_with("1900") && !cut.ends_with("gọi"), "{said}");
}

fn lines(said: &[Said]) -> Vec<&str> {
    said.iter().filter_map(|said| if let Said::Line(line) = said { Some(line.as_str()) } else { None }).collect()
}

#[test]
fn a_script_is_read_twice_with_every_number_in_words() {
    let card = titled("Lũ quét ở A Lưới 2 – cấp 3");
    let said = script(&card, &body(&["Lên chỗ cao ngay", "Gọi 112 nếu có người bị kẹt"]), None);
    let lines = lines(&said);
    let once = [
        "Cảnh báo lũ quét, cấp ba, rủi ro lớn, của UBND xã A Lưới hai.",
        "Nước suối dâng nhanh.",
        "Rời chỗ thấp trước mười bảy giờ ba mươi phút.",
        "Nơi cần chú ý: Xã A Lưới hai.",
        "Cảnh báo có hiệu lực đến mười tám giờ năm phút ngày hai mươi tư tháng mười một.",
        "Bà con cần làm ngay những việc sau.",
        "Một: Lên chỗ cao ngay.",
        "Hai: Gọi một một hai nếu có người bị kẹt.",
        "Nếu đến mười tám giờ không có tin mới thì ở yên qua đêm.",
        "Khi cần, gọi số một chín không không một không bảy năm, Đường dây nóng.",
    ];
    let hazard = instance().hazard(4).unwrap().name.vi.to_lowercase();
    let first = once[0].replace("lũ quét", &hazard);
    let once: Vec<&str> = std::iter::once(first.as_str()).chain(once[1..].iter().copied()).collect();
    let all = [&["Xin mời bà con chú ý lắng nghe."][..], &once, &["Xin nhắc lại."], &once, &["Hết tin."]].concat();
    assert_eq!(lines, all);
    assert!(said.windows(2).any(|pair| pair[1] == Said::Pause(3)), "a rest before the second round");
    let exercise = drill(card, Status::Exercise);
    assert_eq!(lines_of(&script(&exercise, &body(&[]), None)).matches("Đây là tin diễn tập.").count(), 2);
    assert_eq!(over(&exercise, Some(State::Ended), Lang::Vi), Some("Đã kết thúc"), "nobody was in danger");
}

/// Whoever hears or reads of what has not begun, or is over, hears and reads that.
#[test]
fn what_does_not_hold_now_is_not_passed_on_as_if_it_did() {
    let steps = body(&["Lên chỗ cao ngay"]);
    let start = Time::parse("2026-11-24T09:30:00+07:00");
    let coming = Card { effective: start, ..titled("Rét hại ở A Lưới 2") };
    let before = Time::parse("2026-11-23T19:00:00+07:00").unwrap();
    let said = text(&coming, &steps, Some(State::Coming), Lang::Vi, LINK, plain, before);
    assert!(said.contains("Tu 09:30 24/11 den 18:05 24/11"), "{said}");
    let begun = text(&coming, &steps, Some(State::InForce), Lang::Vi, LINK, plain, start.unwrap());
    assert!(begun.contains("Den 18:05 24/11") && !begun.contains("Tu 09:30"), "{begun}");
    let aloud = |card: &Card, state| lines(&script(card, &steps, Some(state))).join(" ");
    let early = aloud(&coming, State::Coming);
    let begins = early.find("chưa tới giờ hiệu lực. Hiệu lực bắt đầu từ chín giờ").expect(&early);
    assert!(early.find("chuẩn bị trước những việc sau").expect(&early) > begins && !early.contains("cần làm ngay"), "{early}");
    let ended = aloud(&titled("Dông mạnh"), State::Ended);
    assert!(ended.contains("Cảnh báo đã hết hiệu lực lúc mười tám giờ năm phút"), "{ended}");
    assert!(ended.contains("Nếu vẫn còn nguy hiểm, bà con làm những việc sau."), "{ended}");
    assert!(!ended.contains("dâng nhanh") && !ended.contains("cần làm ngay"), "{ended}");
    let now = aloud(&titled("Dông mạnh"), State::InForce);
    assert!(now.contains("dâng nhanh") && now.contains("Bà con cần làm ngay những việc sau."), "{now}");
}

fn lines_of(said: &[Said]) -> String {
    lines(said).join(" ")
}

proptest! {
    #[test]
    fn any_alert_fits_two_segments(title in "[A-ZĐa-zàảãáạăệđưởữỹ0-9]{1,12}( [a-zàảãáạăệđưởữỹ0-9:–]{1,9}){0,24}", step in "[a-zàảãáạăệđưởữỹ0-9 ]{1,90}", marks: bool, places in 0usize..9) {
        let mut card = titled(title.trim());
        card.places = instance().places[1..=places].iter().map(|p| PlaceCode(p.code)).collect();
        let said = text(&card, &body(&[step.trim(), "Gọi 112"]), None, Lang::Vi, LINK, if marks { marked } else { plain }, NOW);
        prop_assert!(segments(&said) <= MOST, "{said}");
        prop_assert!(said.ends_with(LINK));
        prop_assert!(marks || said.is_ascii(), "{said}");
    }
}
