//! What stands on a locked screen, and what fits.

use super::*;
use domain::content::{Block, Certainty, Kind, PlaceCode, Text, Urgency, Variant};
use domain::sign::{Issuer, sign_item};
use domain::wire::{CardEntry, Envelope, Logged, PackKind, encode_cards};
use serde_json::Value;
use std::io::Read;

const NOW: Time = Time(1_795_410_000);
const ID: ItemId = ItemId([7; 5]);

fn headline(lang: &str, title: &str, summary: &str) -> Headline {
    Headline { lang: lang.into(), title: title.into(), summary: summary.into(), audio: false }
}

fn card(level: u8, msg_type: MsgType) -> Card {
    let info = AlertInfo {
        level,
        hazard: 4,
        msg_type,
        urgency: Urgency::Immediate,
        certainty: Certainty::Likely,
        references: Vec::new(),
    };
    Card {
        id: ID,
        revision: 2,
        expires: Some(NOW.plus(3_600)),
        topics: vec![0],
        places: vec![PlaceCode(20044)],
        source: "Đài Khí tượng Thủy văn".into(),
        headlines: vec![
            headline("vi", "Lũ quét ở xã A Lưới 2", "Nước suối lên nhanh."),
            headline("en", "Flash flood in A Luoi 2", "Streams are rising."),
        ],
        detail: info.encode(),
        ..Card::blank(Kind::ALERT, NOW)
    }
}

fn body(steps: &[&str]) -> Body {
    let blocks = vec![Block::Steps(steps.iter().map(|step| Text::plain(*step)).collect())];
    Body { variants: vec![Variant { lang: "vi".into(), facts: Vec::new(), blocks, audio: None }], ..Body::default() }
}

fn told(card: &Card, body: &Body) -> Outgoing {
    let issuer = Issuer::from_seed(&[3; 32]);
    let (card, body) = (card.encode(), body.encode());
    let sig = sign_item(&issuer, &card, &body);
    let slip = slip(Logged::Card(card.clone()));
    Outgoing::alert(9, ID, Vec::new(), vec![ItemId([6; 5])], &FullItem { card, kid: issuer.kid(), sig, body }, &slip).unwrap()
}

fn slip(what: Logged) -> Vec<u8> {
    let cards = encode_cards(&[CardEntry { step: 1, what }]);
    Envelope::seal(PackKind::Cards, 4, 8, 9, &cards, &Issuer::from_seed(&[3; 32]))
}

/// What phones take in of it, unpacked.
fn item(json: &Value) -> Vec<u8> {
    let frame = BASE64.decode(json["bt"]["item"].as_str().unwrap()).unwrap();
    let mut plain = Vec::new();
    zstd::stream::Decoder::with_ref_prefix(&frame[..], DICTIONARY).unwrap().read_to_end(&mut plain).unwrap();
    plain
}

fn said(told: &Outgoing, lang: Lang, ring: bool) -> Value {
    said_to(told, lang, Call { ring, loud: ring, near: true, here: true })
}

fn said_to(told: &Outgoing, lang: Lang, call: Call) -> Value {
    let json = told.payload(lang, "https://bantin.example", call, NOW);
    assert!(json.len() <= MAX, "{} bytes", json.len());
    serde_json::from_slice(&json).unwrap()
}

#[test]
fn what_is_to_come_says_from_when_and_word_for_others_has_no_level() {
    let coming = Card { effective: Some(NOW.plus(1_800)), ..card(3, MsgType::Alert) };
    let body = body(&["Lên chỗ cao ngay."]);
    let text = |card: &Card| said(&told(card, &body), Lang::Vi, true)["notification"]["body"].as_str().unwrap().to_owned();
    assert_eq!(text(&coming), "Từ 12:30 23/11 đến 13:00 23/11. Nước suối lên nhanh.\n1. Lên chỗ cao ngay.");
    assert_eq!(text(&Card { expires: None, ..coming }), "Từ 12:30 23/11. Nước suối lên nhanh.\n1. Lên chỗ cao ngay.");
    let elsewhere = Call { ring: false, loud: false, near: false, here: false };
    let out = told(&card(3, MsgType::Update), &body);
    let json = said_to(&out, Lang::Vi, elsewhere);
    assert_eq!((&json["bt"]["level"], &json["bt"]["ring"]), (&0.into(), &false.into()));
    assert!(json["notification"]["title"].as_str().unwrap().contains("Cấp 3"), "{json}");
    assert!(!out.urgent(elsewhere) && out.urgent(Call { here: true, ..elsewhere }));
}

#[test]
fn an_alert_says_how_bad_where_and_what_to_do() {
    let json = said(
        &told(&card(3, MsgType::Alert), &body(&["Lên chỗ cao ngay.", "Không lội suối.", "Gọi 112.", "Bốn."])),
        Lang::Vi,
        true,
    );
    assert_eq!(json["web_push"], 8030);
    let shown = &json["notification"];
    assert_eq!(shown["title"], "Cấp 3 – rủi ro lớn: Lũ quét ở xã A Lưới 2");
    assert_eq!(shown["body"], "Đến 13:00 23/11. Nước suối lên nhanh.\n1. Lên chỗ cao ngay.\n2. Không lội suối.\n3. Gọi 112.");
    assert_eq!(shown["navigate"], format!("https://bantin.example/canh-bao/lu-quet-o-xa-a-luoi-2-{ID}"));
    assert_eq!((&shown["lang"], &shown["tag"], &shown["silent"]), (&"vi".into(), &ID.to_string().into(), &false.into()));
    let bt = &json["bt"];
    assert_eq!(
        (&bt["v"], &bt["type"], &bt["chain"], &bt["id"]),
        (&1.into(), &"alert".into(), &ID.to_string().into(), &ID.to_string().into())
    );
    assert_eq!((&bt["rev"], &bt["level"], &bt["status"], &bt["ring"]), (&2.into(), &3.into(), &"actual".into(), &true.into()));
    assert_eq!(bt["urgency"], "Immediate");
    assert_eq!((&bt["issued"], &bt["expires"]), (&NOW.0.into(), &NOW.plus(3_600).0.into()));
    assert_eq!(bt["after"], serde_json::json!([ItemId([6; 5]).to_string()]));
    assert!(bt["item"].is_string());
}

#[test]
fn in_english_and_without_a_sound() {
    let json = said(&told(&card(2, MsgType::Update), &body(&[])), Lang::En, false);
    assert_eq!(json["notification"]["title"], "Update: Level 2 – moderate risk: Flash flood in A Luoi 2");
    assert_eq!((&json["notification"]["lang"], &json["notification"]["silent"]), (&"en".into(), &true.into()));
    assert!(json["notification"]["navigate"].as_str().unwrap().contains("/en/canh-bao/"));
    assert_eq!((&json["bt"]["type"], &json["bt"]["ring"]), (&"update".into(), &false.into()));
}

/// A service takes it for a phone without a network, in the place of what the phone never got: that one rings all the same.
#[test]
fn what_was_sent_before_is_silent_but_where_it_never_came() {
    let out = told(&card(2, MsgType::Update), &body(&[]));
    let call = Call { ring: false, loud: true, near: true, here: true };
    let json = said_to(&out, Lang::Vi, call);
    assert_eq!((&json["notification"]["silent"], &json["bt"]["ring"]), (&true.into(), &true.into()));
    assert!(out.urgent(call) && !out.urgent(Call { loud: false, ..call }));
}

#[test]
fn a_drill_is_marked_before_anything_else() {
    for (title, mark) in [("[DIỄN TẬP] Lũ quét", "[DIỄN TẬP] "), ("Lũ quét", "[DIỄN TẬP] ")] {
        let mut drill = card(4, MsgType::Alert);
        drill.set_status(Status::Exercise);
        drill.headlines = vec![headline("vi", title, "Đây là diễn tập.")];
        let json = said(&told(&drill, &body(&[])), Lang::Vi, true);
        assert_eq!(json["notification"]["title"], format!("{mark}Cấp 4 – rủi ro rất lớn: Lũ quét"));
        assert_eq!(json["bt"]["status"], "exercise");
    }
}

#[test]
fn what_is_taken_back_says_so_first() {
    let cancel = told(&card(3, MsgType::Cancel), &body(&[]));
    assert_eq!(said(&cancel, Lang::Vi, false)["notification"]["title"], "Đã hủy cảnh báo: Lũ quét ở xã A Lưới 2");
    assert_eq!(cancel.shows(), 0);
    for title in ["Hủy cảnh báo lũ ở A Lưới 2: tin phát nhầm", "Hết cảnh báo lũ ở A Lưới 2"] {
        let mut card = card(3, MsgType::Cancel);
        card.headlines[0].title = title.into();
        assert_eq!(said(&told(&card, &body(&[])), Lang::Vi, false)["notification"]["title"], title, "once is enough");
    }
    let gone = Gone { id: ID, revision: 3, at: NOW, reason: "Nhập nhầm xã.".into() };
    let slip = slip(Logged::Gone(gone.encode()));
    let gone = Outgoing::withdrawn(10, ID, card(3, MsgType::Alert), gone, &slip).unwrap();
    let json = said(&gone, Lang::Vi, false);
    assert_eq!(json["notification"]["title"], "Đã rút lại cảnh báo: Lũ quét ở xã A Lưới 2");
    assert_eq!(json["notification"]["body"], "Nhập nhầm xã.");
    assert_eq!((&json["bt"]["type"], &json["bt"]["rev"]), (&"cancel".into(), &3.into()));
    assert_eq!(item(&json), slip, "signed, so that phones believe it");
}

#[test]
fn what_does_not_fit_is_left_out_and_the_words_say_where_it_is() {
    // Noise, which nothing makes smaller.
    let mut state = 1u64;
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + (state >> 33) as u8 % 26)
    };
    let noise: String = (0..6_000).map(|_| letter()).collect();
    let long = "Rời ngay nhà ven suối, sát chân đồi, sát taluy, lên chỗ cao.";
    let mut large = body(&[long; 30]);
    large.document = Some(noise);
    let json = said(&told(&card(3, MsgType::Alert), &large), Lang::Vi, true);
    assert_eq!(item(&json), slip(Logged::Card(card(3, MsgType::Alert).encode())), "what it is, without its text");
    let text = json["notification"]["body"].as_str().unwrap();
    assert!(text.ends_with("Bấm để xem việc cần làm."), "{text}");
    assert!(text.chars().count() > 150, "{text}");
    // The longest title and summary there may be, of the widest letters.
    let mut wide = card(3, MsgType::Alert);
    wide.headlines = vec![headline("vi", &"ữ".repeat(200), &"ữ ".repeat(300))];
    said(&told(&wide, &large), Lang::Vi, true);
    // Where not even that fits, the words alone.
    wide.source = (0..3_000).map(|_| letter()).collect();
    assert!(said(&told(&wide, &large), Lang::Vi, true)["bt"].get("item").is_none());
}

#[test]
fn life_is_that_of_the_alert() {
    let ends = |card: &Card| told(card, &body(&[])).ends(NOW).since(NOW);
    assert_eq!(ends(&card(3, MsgType::Alert)), 3_600);
    assert_eq!(ends(&card(3, MsgType::Cancel)), CANCEL_LIFE, "a phone that is off hears of the cancel tomorrow");
    assert_eq!(ends(&Card { expires: None, ..card(3, MsgType::Alert) }), OPEN_END);
}

#[test]
fn a_trial_names_no_alert() {
    let json: Value = serde_json::from_slice(&trial(Lang::En, "https://bantin.example")).unwrap();
    assert_eq!(json["bt"], serde_json::json!({"v": 1, "type": "test"}));
    assert_eq!(json["notification"]["navigate"], "https://bantin.example/en/nhan-canh-bao");
}
