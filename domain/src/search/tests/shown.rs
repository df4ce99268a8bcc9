//! Why something was found is seen, wherever it was found.

use super::super::{Shown, shown};
use super::index::{body, card};
use crate::content::{Fact, FactKind, Headline, Variant};

fn hits(shown: &Shown) -> Vec<&str> {
    shown.snippet.iter().filter(|(_, hit)| *hit).map(|(text, _)| text.as_str()).collect()
}

#[test]
fn facts_origin_and_other_languages_show_why() {
    let mut card = card(1, "Cấp lại thẻ bảo hiểm y tế", "Làm ở xã.");
    card.source = "Bảo hiểm xã hội thành phố".into();
    let english = Headline { lang: "en".into(), title: "Health card".into(), summary: "At the commune.".into(), audio: false };
    card.headlines.push(english);
    let mut body = body("Mang đơn đến một cửa.");
    body.document = Some("146/2018/NĐ-CP".into());
    body.variants[0].facts.push(Fact { kind: FactKind::PAPER, text: "Ảnh chân dung, căn cước công dân".into() });
    let fee = Fact { kind: FactKind::FEE, text: "Free of charge".into() };
    body.variants.push(Variant { lang: "en".into(), facts: vec![fee], blocks: vec![], audio: None });
    let ask = |query: &str| shown(&card, Some(&body), query, "vi");
    assert_eq!(hits(&ask("căn cước")), ["căn", "cước"], "a paper to bring");
    assert_eq!(hits(&ask("bảo hiểm xã hội")), ["Bảo", "hiểm", "xã", "hội"], "who says it");
    assert_eq!(hits(&ask("146/2018")), ["146", "2018"], "the number of the document");
    assert_eq!(hits(&ask("một cửa")), ["một", "cửa"], "the text");
    let english = ask("charge");
    assert_eq!((hits(&english), english.lang.as_str()), (vec!["charge"], "en"), "another language");
    assert_eq!(hits(&ask("Health")), ["Health"], "the title in another language");
    for query in ["cấp lại", "thuyền", ""] {
        let plain = ask(query);
        assert_eq!((plain.snippet[0].0.as_str(), plain.lang.as_str()), ("Làm ở xã.", "vi"), "{query}: the summary");
    }
    assert_eq!(shown(&card, None, "căn cước", "vi").snippet, [("Làm ở xã.".to_owned(), false)], "not here yet");
}
