//! How long a phone needs to know what is in force: 500 stored alerts, 40 places. Prints the median and the worst of
//! many rounds in milliseconds; `cargo xtask bench alerts` judges them.

use domain::alert::{current, in_force, standings};
use domain::content::{AlertInfo, Card, Certainty, Headline, ItemId, Kind, MsgType, PlaceCode, Time, Urgency};
use domain::instance::instance;
use std::hint::black_box;
use std::time::Instant;

const ALERTS: u32 = 500;
const ROUNDS: usize = 400;
const NOW: Time = Time(1_795_431_900);

/// Chains of one to eight messages, each naming all before it as CAP issuers do; every tenth message is not here.
fn alert(n: u32) -> Card {
    let first = n - n % (1 + n / 8 % 8);
    let id = |n: u32| ItemId([(n >> 8) as u8, n as u8, 7, 7, 7]);
    let references: Vec<ItemId> = (first..n).map(id).collect();
    let msg_type = match (references.is_empty(), n % 11) {
        (true, _) => MsgType::Alert,
        (_, 0) => MsgType::Cancel,
        _ => MsgType::Update,
    };
    let level = 1 + (n % 5) as u8;
    let info = AlertInfo { level, hazard: 4, msg_type, urgency: Urgency::Immediate, certainty: Certainty::Likely, references };
    let units = &instance().places;
    let places = (0..n % 9).map(|k| PlaceCode(units[(n + k * 5) as usize % units.len()].code)).collect();
    Card {
        id: id(n),
        revision: 1,
        expires: Some(NOW.plus(i64::from(n % 97) * 3_600 - 100_000)),
        topics: vec![0],
        places,
        source: "UBND xã".into(),
        headlines: vec![Headline {
            lang: "vi".into(), title: "Lũ quét".into(), summary: "Lên chỗ cao.".into(), audio: false
        }],
        detail: info.encode(),
        ..Card::blank(Kind::ALERT, NOW.plus(i64::from(n) * 600 - 300_000))
    }
}

#[expect(clippy::disallowed_methods, reason = "measuring needs a clock; nothing of the product does")]
fn main() {
    let cards: Vec<Card> = (0..ALERTS).filter(|n| n % 10 != 9).map(alert).chain((ALERTS..ALERTS * 10 / 9).map(alert)).collect();
    let cards = &cards[..ALERTS as usize];
    let places: Vec<PlaceCode> = instance().places.iter().filter(|p| p.parent.is_some()).map(|p| PlaceCode(p.code)).collect();
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(in_force(black_box(cards), black_box(&places), NOW));
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    rounds.sort_unstable_by(f64::total_cmp);
    let found = (standings(cards, NOW).len(), current(cards, NOW).len(), in_force(cards, &places, NOW).len());
    println!("{:.3} {:.3} {} {} {} {}", rounds[ROUNDS / 2], rounds[ROUNDS - 1], found.0, found.1, found.2, places.len());
}
