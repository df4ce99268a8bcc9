//! Chains in any order and any state of repair, and what is made of them.

mod chains;
mod numbers;
mod texts;

use crate::content::*;

pub const NOW: Time = Time(1_795_431_900);

pub fn id(n: u8) -> ItemId {
    ItemId([n, 1, 2, 3, 4])
}

/// An alert of level 3 that was issued `n` minutes before [`NOW`] less an hour and holds for two more.
pub fn alert(n: u8, msg_type: MsgType, references: &[u8]) -> Card {
    let references = references.iter().map(|n| id(*n)).collect();
    let info = AlertInfo { level: 3, hazard: 4, msg_type, urgency: Urgency::Immediate, certainty: Certainty::Likely, references };
    Card {
        id: id(n),
        revision: 1,
        expires: Some(NOW.plus(7_200)),
        topics: vec![0],
        places: vec![PlaceCode(20044)],
        source: "UBND xã A Lưới 2".into(),
        headlines: vec![Headline {
            lang: "vi".into(), title: "Lũ quét".into(), summary: "Lên chỗ cao.".into(), audio: false
        }],
        detail: info.encode(),
        ..Card::blank(Kind::ALERT, NOW.plus(-3_600 + 60 * i64::from(n)))
    }
}

pub fn level(mut card: Card, level: u8) -> Card {
    let mut info = card.alert().unwrap();
    info.level = level;
    card.detail = info.encode();
    card
}

pub fn drill(mut card: Card, status: Status) -> Card {
    card.set_status(status);
    card
}
