//! The promises of the rules for alerts: who may send them, what an alert must say, and that a drill never looks real.

use super::*;
use crate::content::{Block, FactKind, Kind, MediaRef, MsgType, PlaceCode, Status, Time};
use crate::instance::instance;
use proptest::prelude::*;

const CITY: PlaceCode = PlaceCode(46);
const A_LUOI_2: PlaceCode = PlaceCode(20044);
const A_LUOI_3: PlaceCode = PlaceCode(20050);
/// 2026-11-23 12:00 in Vietnam.
const NOW: Time = Time(1_795_410_000);

fn scope<'a>(places: &'a [PlaceCode], alert: bool) -> Scope<'a> {
    Scope { places, topics: &[0], alert }
}

fn alert() -> Manuscript {
    let text = |lang: &str, title: &str| Script {
        lang: lang.into(),
        title: title.into(),
        summary: "Nước lên nhanh.".into(),
        actions: vec![" Lên chỗ cao ngay ".into(), String::new(), "Không lội suối".into()],
        contingency: "Nếu đến {den} chưa có tin mới, vẫn ở nơi cao.".into(),
        area: "Nhà ven suối ở {noi}".into(),
        ..Script::default()
    };
    let mut text = Manuscript {
        kind: "alert".into(),
        topics: vec![0],
        places: vec![A_LUOI_2, A_LUOI_3],
        source: "UBND xã A Lưới 2".into(),
        expires: "2026-11-23T18:00".into(),
        texts: vec![text("vi", "Lũ quét ở {noi} – cấp {cap}"), text("en", "Flash flood in {noi} – level {cap}")],
        alert: Some(Warning {
            level: 3,
            hazard: "flash-flood".into(),
            calls: vec!["112".into(), "999".into()],
            ..Warning::default()
        }),
        ..Manuscript::default()
    };
    text.texts[1].of = text.texts[0].fingerprint();
    text
}

fn findings(change: impl FnOnce(&mut Manuscript)) -> Vec<Finding> {
    let mut text = alert();
    change(&mut text);
    text.compile(NOW, 1, &|_| None).1
}

#[test]
fn a_whole_alert_compiles_to_card_and_body() {
    let (done, findings) = alert().compile(NOW, 1, &|_| None);
    assert_eq!(findings, []);
    let info = done.card.alert().unwrap();
    assert_eq!((done.card.kind, info.level, info.msg_type), (Kind::ALERT, 3, MsgType::Alert));
    assert_eq!(done.card.expires, Time::parse("2026-11-23T18:00:00+07:00"));
    assert_eq!(done.card.headlines[0].title, "Lũ quét ở A Lưới 2, A Lưới 5 – cấp 3");
    assert_eq!(done.card.headlines[1].title, "Flash flood in A Lưới 2, A Lưới 5 – level 3");
    let vi = &done.body.variants[0];
    assert_eq!(vi.blocks[0].texts(), ["Lên chỗ cao ngay", "Không lội suối"]);
    assert!(matches!(&vi.blocks[0], Block::Steps(_)));
    assert!(matches!(&vi.blocks[1..], [Block::Call { number, .. }] if number == "112"), "a number that nobody knows is left out");
    assert_eq!(vi.fact(FactKind::CONTINGENCY), Some("Nếu đến 18:00, Thứ Hai 23/11 chưa có tin mới, vẫn ở nơi cao."));
    assert_eq!(
        done.body.variants[1].fact(FactKind::CONTINGENCY),
        Some("Nếu đến 18:00, Mon 23/11 chưa có tin mới, vẫn ở nơi cao.")
    );
    assert_eq!(alert().heading(), "Lũ quét ở A Lưới 2, A Lưới 5 – cấp 3");
}

#[test]
fn every_gap_of_an_alert_is_named() {
    let empty = Manuscript { kind: "alert".into(), alert: Some(Warning::default()), ..Manuscript::default() };
    let (_, found) = empty.compile(NOW, 1, &|_| None);
    for field in ["hazard", "expires", "source", "title"] {
        assert!(found.contains(&Finding::Missing(field)), "{field} in {found:?}");
    }
    assert!(found.contains(&Finding::NoPlace));
    assert_eq!(findings(|text| text.texts[0].actions.clear())[..1], [Finding::Missing("actions")]);
    assert_eq!(findings(|text| text.alert.as_mut().unwrap().level = 0), [Finding::Missing("level")]);
    let high = |hazard: &str, level| {
        findings(|text| {
            let warning = text.alert.as_mut().unwrap();
            (warning.hazard, warning.level) = (hazard.into(), level);
        })
    };
    assert_eq!(high("flash-flood", 5), [], "ends at 3, and may be raised by two");
    assert_eq!(high("flash-flood", 6), [Finding::NoLevel(1..=5)]);
    assert_eq!(high("tornado", 5), [Finding::NoLevel(1..=4)], "ends at 2");
    assert_eq!(high("storm", 2), [Finding::NoLevel(3..=5)], "begins with 3");
    assert_eq!(high("storm", 3), []);
    assert_eq!(findings(|text| text.expires = "2026-11-23T12:00".into()), [Finding::Over]);
    assert_eq!(findings(|text| text.expires = "2026-11-26T12:00".into()), [], "72 hours");
    assert_eq!(findings(|text| text.expires = "2026-11-26T12:01".into()), [Finding::TooFar]);
    assert_eq!(findings(|text| text.alert.as_mut().unwrap().msg_type = "update".into()), [Finding::BadId]);
    assert_eq!(findings(|text| text.alert.as_mut().unwrap().references = vec!["?".into()]), [Finding::BadId]);
    let four = |text: &mut Manuscript| text.texts[1].actions = vec!["a".into(); 4];
    assert_eq!(findings(four), [Finding::TooLong("actions", 3)]);
    assert!(findings(|text| text.texts[1].summary = "x".repeat(281)).contains(&Finding::TooLong("summary", 280)));
    assert_eq!(findings(|text| text.texts[0].area.push('!')), [Finding::Outdated("en".into())], "its translation is older");
    assert!(findings(|text| text.texts.swap(0, 1)).contains(&Finding::Missing("title")), "Vietnamese comes first");
    let without = Manuscript { alert: None, ..alert() };
    assert!(without.compile(NOW, 1, &|_| None).1.contains(&Finding::UnknownKind));
}

/// What nobody fills would be gone from a phone without a word.
#[test]
fn a_hole_that_nobody_fills_is_named() {
    let in_title = |title: &str| findings(|text| text.texts[0].title = title.into());
    let unknown = |found: &[Finding]| -> Vec<String> {
        let holes =
            found.iter().filter_map(|finding| if let Finding::NoHole(hole) = finding { Some(hole.clone()) } else { None });
        holes.collect()
    };
    for (title, holes) in [
        ("Lũ ở {noi}, cấp {cap}, đến {den}", &[][..]),
        ("Lũ ở {xa} và {xa}, {noi}", &["{xa}"]),
        ("Lũ ở {Noi} cấp { cap }", &["{Noi}", "{ cap }"]),
        ("Lũ ở {noi", &["{noi"]),
        ("Lũ ở {noi cấp {cap} gấp", &["{noi"]),
        ("Lũ ở {} {{noi}}", &["{}", "{"]),
        ("Lũ ở noi} {", &["{"]),
    ] {
        assert_eq!(unknown(&in_title(title)), holes, "{title}");
    }
    let fields: [fn(&mut Script); 5] = [
        |script| script.summary = "{thon}".into(),
        |script| script.actions[2] = "{thon}".into(),
        |script| script.contingency = "{thon}".into(),
        |script| script.area = "{thon}".into(),
        |script| script.text = "Gọi\n\n{thon}".into(),
    ];
    for change in fields {
        assert_eq!(unknown(&findings(|text| change(&mut text.texts[1]))), ["{thon}"]);
    }
    let twice = |text: &mut Manuscript| (text.texts[0].area, text.texts[1].area) = ("{thon}".into(), "{thon}".into());
    assert_eq!(unknown(&findings(twice)), ["{thon}"], "each once");
    assert!(!Finding::NoHole(String::new()).is_advice(), "it stands in the way");
}

/// Translations that were made before there were alerts at the desk still know what they were made from.
#[test]
fn older_fingerprints_hold() {
    let script = Script { title: "A".into(), ..Script::default() };
    let translation = Script { of: "14e4b8ac16877a5d".into(), ..Script::default() };
    assert!(translation.follows(&script) && !translation.follows(&Script { title: "B".into(), ..script.clone() }));
    // Those made since know of all that is translated, and of all that is beside the text.
    let mut translation = Script::default();
    translation.follow(&script, 7);
    assert!(translation.follows(&script) && translation.of_version == 7);
    let changes: [fn(&mut Script); 4] =
        [|s| s.phone = "115".into(), |s| s.venue = "Nhà rông".into(), |s| s.audio = "a.ogg".into(), |s| s.fee = "0".into()];
    for change in changes {
        let mut later = script.clone();
        change(&mut later);
        assert!(!translation.follows(&later), "{later:?}");
    }
}

#[test]
fn alerts_are_for_alert_officers_within_their_places() {
    let grant = |role, place| [Grant { role, place, topics: Vec::new() }];
    let officer = grant(Role::AlertOfficer, A_LUOI_2);
    for action in [Action::Write, Action::Submit, Action::Approve, Action::Publish, Action::Update, Action::Cancel] {
        assert!(allowed(&officer, action, scope(&[A_LUOI_2], true)), "{action:?}");
        assert!(!allowed(&officer, action, scope(&[A_LUOI_2], false)), "{action:?} of news");
        assert!(!allowed(&officer, action, scope(&[A_LUOI_2, A_LUOI_3], true)), "{action:?} for a neighbour too");
        assert!(!allowed(&officer, action, scope(&[], true)), "{action:?} for everyone");
        for role in [Role::Author, Role::Approver, Role::Figure, Role::Reporter, Role::Administrator] {
            assert!(!allowed(&grant(role, CITY), action, scope(&[A_LUOI_2], true)), "{role:?} {action:?}");
        }
    }
    for action in [Action::Correct, Action::Withdraw, Action::Schedule, Action::Reopen, Action::Drop] {
        assert!(!allowed(&grant(Role::AlertOfficer, CITY), action, scope(&[A_LUOI_2], true)), "{action:?} would hide it");
    }
    assert!(sees(&officer, scope(&[A_LUOI_2], true)) && !sees(&officer, scope(&[A_LUOI_2], false)));
    assert!(!sees(&grant(Role::Approver, CITY), scope(&[A_LUOI_2], true)));
}

#[test]
fn a_closed_alert_stays_closed() {
    let text = [7; 32];
    let live = State { stage: Stage::Published, live: true, approved: Some(text) };
    let deed = Deed { actor: 1, hands: &[], text, seen: text };
    for last in [Action::Update, Action::Cancel] {
        let closed = transition(live, last, &deed).unwrap();
        assert_eq!((closed.stage, closed.live), (Stage::Closed, false));
        for action in Action::ALL {
            assert_eq!(transition(closed, action, &deed), Err(Refusal::Stage), "{action:?}");
        }
        assert_eq!(transition(State::NEW, last, &deed), Err(Refusal::Stage), "what never went out is not taken back");
    }
}

proptest! {
    /// Whatever is chosen: each language begins with the word, and the card says so too.
    #[test]
    fn a_drill_never_looks_real(status in 1usize..3, level in 1u8..6, langs in prop::sample::subsequence(vec!["vi", "en", "ktv", "bru"], 1..4)) {
        let mut text = alert();
        let warning = text.alert.as_mut().unwrap();
        warning.status = Status::ALL[status].name().into();
        warning.level = level;
        let first = text.texts[0].clone();
        text.texts.extend(langs.iter().skip(1).map(|lang| Script { lang: (*lang).into(), ..first.clone() }));
        let card = text.compile(NOW, 1, &|_| None).0.card;
        let (vi, en) = if status == 1 { ("[DIỄN TẬP] ", "[EXERCISE] ") } else { ("[THỬ NGHIỆM] ", "[TEST] ") };
        prop_assert_eq!(card.status() == Status::Exercise, status == 1);
        for headline in &card.headlines {
            prop_assert!(headline.title.starts_with(if headline.lang == "en" { en } else { vi }), "{}", headline.title);
        }
        prop_assert!(text.heading().starts_with(vi));
    }

    /// No text of an alert, whatever its holes, makes the compiler fail or leaves a hole of ours open.
    #[test]
    fn any_text_compiles(title in "[a-z{}nocapide ]{0,40}", hours in -100i64..200, level in 0u8..9, hazard in 0usize..18) {
        let mut text = alert();
        text.texts[0].title = title;
        text.expires = NOW.plus(hours * 3_600).rfc3339()[..16].to_owned();
        let warning = text.alert.as_mut().unwrap();
        (warning.level, warning.hazard) = (level, instance().hazards[hazard].slug.clone());
        let (done, found) = text.compile(NOW, 1, &|_| None);
        let levels = instance().raised(hazard as u8);
        prop_assert_eq!(found.contains(&Finding::NoLevel(levels.clone())), level > 0 && !levels.contains(&level));
        prop_assert_eq!(found.contains(&Finding::Over), hours <= 0);
        prop_assert_eq!(found.contains(&Finding::TooFar), hours > 72);
        for hole in ["{noi}", "{cap}", "{den}"] {
            prop_assert!(!done.card.headlines[0].title.contains(hole));
        }
    }
}

/// Whoever cannot write a language can be heard in it; on a screen nothing stands without words.
#[test]
fn a_recording_alone_is_enough_where_no_screen_is_in_its_language() {
    let media = |file: &str| Some(MediaRef { file: file.into(), bytes: 9, width: 0, height: 0, seconds: 2 });
    let plain = Manuscript { kind: "bulletin".into(), alert: None, ..alert() };
    for text in [alert(), plain] {
        let text = Manuscript { texts: vec![text.texts[0].clone()], ..text };
        let (_, before) = text.compile(NOW, 1, &media);
        let with = |lang: &str, audio: &str| {
            let mut script = Script { lang: lang.into(), audio: audio.into(), ..Script::default() };
            script.follow(&text.texts[0], 1);
            Manuscript { texts: vec![text.texts[0].clone(), script], ..text.clone() }.compile(NOW, 1, &media)
        };
        let (heard, found) = with("pac", "a.ogg");
        assert_eq!(found, before);
        assert_eq!((heard.card.headlines[1].title.as_str(), heard.card.headlines[1].audio), ("", true));
        assert!(heard.body.variants[1].audio.is_some());
        assert!(with("en", "a.ogg").1.contains(&Finding::Missing("title")), "its screens would be empty");
    }
}
