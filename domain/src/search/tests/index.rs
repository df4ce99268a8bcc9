//! Finding, filtering, ordering.

use super::super::index::rank_phrase;
use super::super::needle::unit;
use super::super::{DocFacts, Index, Terms, rank};
use crate::content::{Block, Body, Card, DecodeError, Fact, FactKind, Headline, ItemId, Kind, PlaceCode, Text, Time, Variant};
use crate::route::Query;

pub fn card(n: u8, title: &str, summary: &str) -> Card {
    let headline = Headline { lang: "vi".into(), title: title.into(), summary: summary.into(), audio: false };
    Card {
        id: ItemId([0, 0, 0, 0, n]),
        revision: 1,
        headlines: vec![headline],
        ..Card::blank(Kind::BULLETIN, Time(i64::from(n)))
    }
}

pub fn body(text: &str) -> Body {
    let variant = Variant { lang: "vi".into(), facts: vec![], blocks: vec![Block::Paragraph(Text::plain(text))], audio: None };
    Body { variants: vec![variant], ..Body::default() }
}

pub fn facts(card: &Card) -> DocFacts {
    DocFacts { issued: card.issued, topics: card.topics.clone(), places: card.places.clone(), kind: card.kind }
}

pub fn put(index: &mut Index, card: &Card, body: Option<&Body>) {
    index.put(card.id, facts(card), &Terms::of(card, body));
}

pub fn found(index: &Index, query: &Query) -> Vec<u8> {
    index.search(query, usize::MAX).iter().map(|hit| hit.id.0[4]).collect()
}

/// Items 0, 1, 2 … of titles; the last is the newest.
fn titles(titles: &[&str]) -> Index {
    let mut index = Index::new();
    for (n, title) in titles.iter().enumerate() {
        put(&mut index, &card(n as u8, title, ""), None);
    }
    index
}

fn ask(index: &Index, text: &str) -> Vec<u8> {
    found(index, &Query { text: text.into(), ..Query::default() })
}

#[test]
fn with_and_without_diacritics() {
    let index = titles(&["Lũ quét ở A Lưới", "Đường về Nam Đông", "LU\u{303} QUE\u{301}T", "Tin khác"]);
    for text in ["lu quet", "lũ quét", "LŨ QUÉT", "Lu\u{303} que\u{301}t", "quét lũ", " lũ,quét! "] {
        assert_eq!(ask(&index, text), [2, 0], "{text}");
    }
    for text in ["đường", "duong", "ĐƯỜNG", "Duong ve"] {
        assert_eq!(ask(&index, text), [1], "{text}");
    }
    assert_eq!(ask(&index, "lũ đường"), [0; 0]);
}

#[test]
fn the_diacritics_that_were_typed_come_first() {
    let index = titles(&["mạ xanh", "ma", "má", "mã mạ", "ma"]);
    assert_eq!(ask(&index, "mạ "), [3, 0, 4, 2, 1]);
    assert_eq!(ask(&index, "mạ"), [3, 0, 4, 2, 1]);
    assert_eq!(ask(&index, "ma"), [4, 3, 2, 1, 0], "none typed: newest first");
    // Exact in the body still comes before folded in the title.
    let mut index = titles(&["khỏe", "khoẻ"]);
    put(&mut index, &card(0, "tin", ""), Some(&body("mạ")));
    put(&mut index, &card(1, "ma", ""), None);
    assert_eq!(ask(&index, "mạ"), [0, 1]);
}

#[test]
fn a_unit_is_found_by_its_name_whatever_kind_it_is_called() {
    let index = titles(&["Lũ quét ở A Lưới", "Họp dân xã A Lưới 2", "Bảo hiểm xã hội"]);
    assert_eq!(ask(&index, "huyện A Lưới"), [1, 0]);
    assert_eq!(ask(&index, "Thị xã a luoi"), [1, 0]);
    assert_eq!(ask(&index, "xã A Lưới"), [1, 0]);
    assert_eq!(ask(&index, "xã hội"), [2]);
    // A kind alone names no unit.
    assert_eq!(ask(&index, "huyện "), [0; 0]);
    assert_eq!(ask(&index, "phường 9"), [0; 0]);
}

#[test]
fn a_tone_mark_is_the_same_on_either_vowel() {
    for [old, new, other] in
        [["thủy điện", "thuỷ điện", "thúy điện"], ["hòa bình", "hoà bình", "hoa bình"], ["khỏe", "khoẻ", "khoe"]]
    {
        let index = titles(&[old, new, other]);
        for text in [old, new] {
            assert_eq!(ask(&index, text), [1, 0, 2], "{text}");
            assert_eq!(ask(&index, &[text, " "].concat()), [1, 0, 2], "{text} and a space");
        }
        assert_eq!(ask(&index, other)[0], 2, "{other}");
    }
    // What shapes a letter is no tone.
    assert_eq!(ask(&titles(&["tân", "tan", "tăn"]), "tân "), [0, 2, 1]);
}

#[test]
fn a_word_half_typed() {
    let index = titles(&["quen", "quét dọn", "quả", "luật"]);
    assert_eq!(ask(&index, "que"), [1, 0]);
    assert_eq!(ask(&index, "qué"), [1, 0]);
    assert_eq!(ask(&index, "que "), [0; 0], "a space ends the word");
    assert_eq!(ask(&index, "q"), [2, 1, 0]);
    assert_eq!(ask(&index, "que don"), [0; 0], "only the last word may be a part");
    assert_eq!(ask(&index, "quet d"), [1]);
    // The whole word before words that only begin with it, though they are newer.
    assert_eq!(ask(&titles(&["lũ", "luật"]), "lu"), [0, 1]);
    // On the way from `lũ` to `lũ quét` nothing is held against words that have their marks.
    assert_eq!(ask(&titles(&["lũ quét", "lũ", "lũ quen"]), "lũ que"), [2, 0]);
}

#[test]
fn apostrophes() {
    let index = titles(&["Bh'rợ bhan", "bh’rợ", "bhʼrợ", "bh rợ"]);
    for text in ["bh'rợ", "bh’rợ", "BHʼRỢ", "bh'ro", "bhro", "bh'r", "bhrợ"] {
        assert_eq!(ask(&index, text), [2, 1, 0], "{text}");
    }
}

#[test]
fn title_then_summary_then_body() {
    let mut index = Index::new();
    put(&mut index, &card(9, "x", "y"), Some(&body("bão")));
    put(&mut index, &card(5, "x", "bão"), Some(&body("bão")));
    put(&mut index, &card(1, "bão", "y"), None);
    put(&mut index, &card(2, "bão", "y"), Some(&body("z")));
    for text in ["bão", "bao", "ba"] {
        assert_eq!(ask(&index, text), [2, 1, 5, 9], "{text}");
    }
    assert_eq!(index.search(&Query { text: "bao".into(), ..Query::default() }, 2).len(), 2);
}

#[test]
fn filters_and_no_words() {
    let mut index = Index::new();
    let places = &crate::instance::instance().places;
    let city = PlaceCode(places[0].code);
    let here = PlaceCode(20044);
    let there = places[1..].iter().map(|place| PlaceCode(place.code)).find(|code| *code != here).unwrap();
    for (n, places, kind, topics) in [
        (1, vec![], Kind::BULLETIN, vec![0, 1]),
        (2, vec![city], Kind::ALERT, vec![1]),
        (3, vec![here, there], Kind::ALERT, vec![2]),
        (4, vec![there], Kind::BULLETIN, vec![0]),
    ] {
        put(&mut index, &Card { places, kind, topics, ..card(n, "tin lũ", "") }, None);
    }
    let all = Query::default();
    assert_eq!(found(&index, &all), [4, 3, 2, 1], "newest first");
    assert_eq!(found(&index, &Query { text: "  ".into(), ..all.clone() }), [4, 3, 2, 1], "nothing typed yet");
    for text in [" ?! ", "'", ".", "😀"] {
        assert_eq!(found(&index, &Query { text: text.into(), ..all.clone() }), [0; 0], "{text} stands nowhere");
    }
    assert_eq!(found(&index, &Query { place: Some(here.0), ..all.clone() }), [3, 2, 1]);
    assert_eq!(found(&index, &Query { place: Some(city.0), ..all.clone() }), [4, 3, 2, 1], "every unit is of the city");
    assert_eq!(found(&index, &Query { topic: Some(0), ..all.clone() }), [4, 1]);
    assert_eq!(found(&index, &Query { kind: Some(Kind::ALERT), ..all.clone() }), [3, 2]);
    let narrow = Query { text: "lu".into(), topic: Some(1), place: Some(there.0), kind: Some(Kind::ALERT) };
    assert_eq!(found(&index, &narrow), [2]);
    assert_eq!(found(&index, &Query { text: "a luoi 2".into(), ..all }), [3], "by the name of its place");
}

#[test]
fn replaced_and_removed() {
    let mut index = titles(&["một", "hai", "ba"]);
    put(&mut index, &card(1, "bốn", ""), None);
    assert_eq!(index.len(), 3);
    assert_eq!(ask(&index, "hai"), [0; 0]);
    assert_eq!(ask(&index, "bốn"), [1]);
    index.remove(ItemId([0, 0, 0, 0, 1]));
    index.remove(ItemId([0, 0, 0, 0, 1]));
    assert_eq!(index.len(), 2);
    assert_eq!(ask(&index, "bốn"), [0; 0]);
    assert_eq!(ask(&index, ""), [2, 0]);
}

#[test]
fn every_language_and_every_text() {
    let mut bilingual = card(1, "Lũ", "");
    bilingual.source = "Sở Y tế".into();
    bilingual.headlines.push(Headline { lang: "en".into(), title: "Flood".into(), summary: "Stay home".into(), audio: false });
    let mut full = body("nước");
    full.document = Some("18/2021/QĐ-TTg".into());
    full.variants[0].facts.push(Fact { kind: FactKind::FEE, text: "miễn phí".into() });
    full.variants.push(Variant {
        lang: "ktv".into(),
        blocks: vec![Block::List(vec![Text::plain("bh'rợ")])],
        ..full.variants[0].clone()
    });
    let mut index = Index::new();
    put(&mut index, &bilingual, Some(&full));
    for text in ["flood", "home", "y tế", "nuoc", "18 2021", "mien phi", "bhrợ", "lũ flood"] {
        assert_eq!(ask(&index, text), [1], "{text}");
    }
    let terms = Terms::of(&bilingual, Some(&full));
    let masks: Vec<_> = terms.iter().filter(|(word, _)| ["lũ", "home", "nước"].contains(word)).collect();
    assert_eq!(masks, [("nước", 1), ("home", 2), ("lũ", 4)]);
}

#[test]
fn terms_survive_their_bytes() {
    let terms = Terms::of(&card(1, "Lũ quét", "ở lũ"), Some(&body("quét sạch")));
    let bytes = terms.encode();
    assert_eq!(Terms::decode(&bytes), Ok(terms));
    assert_eq!(Terms::decode(&[]), Err(DecodeError::Malformed));
    assert_eq!(Terms::decode(&[&[9], &bytes[1..]].concat()), Err(DecodeError::Malformed));
    assert_eq!(Terms::decode(&bytes[..bytes.len() - 1]), Err(DecodeError::Malformed));
    assert_eq!(Terms::decode(&Terms::default().encode()), Ok(Terms::default()));
}

#[test]
fn words_side_by_side_come_first_among_equals() {
    let texts = ["lũ quét", "quét lũ", "lũ và quét"];
    let index = titles(&texts);
    let mut hits = index.search(&Query { text: "lu quet".into(), ..Query::default() }, 9);
    assert_eq!(hits[0].id.0[4], 2);
    rank_phrase(&mut hits, "lu quet", &[], &mut |id| texts[usize::from(id.0[4])].to_owned());
    assert_eq!(hits.iter().map(|hit| hit.id.0[4]).collect::<Vec<_>>(), [0, 2, 1]);
}

#[test]
fn words_side_by_side_come_before_fields_and_after_diacritics() {
    let cards = [card(0, "Đông về, trời nam ấm", ""), card(1, "Họp", "Ở Nam Đông hôm nay"), card(2, "Nam và đong", "")];
    let mut index = Index::new();
    for card in &cards {
        put(&mut index, card, None);
    }
    let ranked = |text: &str, live: &[ItemId]| {
        let mut hits = index.search(&Query { text: text.into(), ..Query::default() }, 9);
        rank(&mut hits, text, live, &|id| cards.get(usize::from(id.0[4])));
        hits.iter().map(|hit| hit.id.0[4]).collect::<Vec<_>>()
    };
    assert_eq!(ranked("Nam Đông", &[]), [1, 0, 2]);
    assert_eq!(ranked("huyện Nam Đông", &[]), [1, 0, 2], "a unit of before is looked for by its name");
    // A live alert that holds them apart is one of many; one that holds them side by side is the first.
    assert_eq!(ranked("nam dong ", &[cards[2].id]), [1, 2, 0]);
    assert_eq!(ranked("trời nam", &[cards[0].id]), [0]);
    assert_eq!(ranked("nam ", &[cards[1].id]), [1, 2, 0]);
}

#[test]
fn a_live_alert_comes_first_only_for_words_that_it_says() {
    let cards = [card(0, "Cảnh báo lũ cấp 3, có gió giật", ""), card(1, "Bán cá, giá mới", ""), card(2, "Bão số 5 và cá", "")];
    let index = titles(&cards.each_ref().map(|card| card.headlines[0].title.as_str()));
    let first = |text: &str| {
        let mut hits = index.search(&Query { text: text.into(), ..Query::default() }, 9);
        rank(&mut hits, text, &[cards[0].id], &|id| cards.get(usize::from(id.0[4])));
        hits.first().map(|hit| hit.id.0[4])
    };
    for (text, expected) in [("lu", 0), ("lũ", 0), ("gió giật", 0), ("cá", 2), ("cá ", 2), ("giá", 1), ("bão", 2), ("c", 2)]
    {
        assert_eq!(first(text), Some(expected), "{text}");
    }
}

#[test]
fn a_unit_is_known_by_whatever_kind() {
    fn named(text: &str) -> Option<&str> {
        unit(text).map(str::trim)
    }
    assert_eq!(named("huyện  Nam Đông"), Some("Nam Đông"));
    assert_eq!(named("xã Thuận An"), Some("Thuận An"));
    for text in ["xã hội", "phường Đúc", "thành phố Huế", "thành phố thông minh", "huyện", "Nam Đông"] {
        assert_eq!(named(text), None, "{text}");
    }
}
