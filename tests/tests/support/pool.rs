//! Signed items to publish, made once: signing thousands of them for every seed would be most of the work.

use domain::content::{
    AlertInfo, Block, Body, Card, Certainty, Headline, ItemId, Kind, MsgType, PlaceCode, Text, Time, Urgency, Variant,
};
use domain::sign::{Issuer, KeyId, Sig, Trust, TrustKey, sign_item};
use std::sync::OnceLock;

/// When the story begins.
pub const START: Time = Time(1_800_000_000);
pub const ITEMS: usize = 320;
pub const REVISIONS: usize = 5;
/// A restored server may publish other words under the same id and revision.
pub const VERSIONS: usize = 2;

#[derive(Clone)]
pub struct Signed {
    pub card: Vec<u8>,
    pub kid: KeyId,
    pub sig: Sig,
    pub body: Vec<u8>,
}

pub fn issuer(n: u8) -> Issuer {
    Issuer::from_seed(&[n; 32])
}

/// A list of the keys with these numbers.
pub fn trust(version: u32, keys: &[u8]) -> Trust {
    let key = |n: &u8| {
        let public = issuer(*n).public();
        TrustKey { kid: issuer(*n).kid(), public, name: "UBND".into(), not_before: Time(0), not_after: Time(4_000_000_000) }
    };
    Trust { version, keys: keys.iter().map(key).collect() }
}

pub fn id(n: usize) -> ItemId {
    ItemId([7, 0, 0, (n >> 8) as u8, n as u8])
}

/// Item `n` as it stands in `revision` (from 1), in one of its two versions.
pub fn signed(n: usize, revision: u16, version: usize) -> &'static Signed {
    static POOL: OnceLock<Vec<Signed>> = OnceLock::new();
    let pool = POOL.get_or_init(|| {
        let signer = issuer(1);
        let mut all = Vec::new();
        for n in 0..ITEMS {
            for revision in 1..=REVISIONS as u16 {
                for version in 0..VERSIONS {
                    all.push(make(&signer, n, revision, version));
                }
            }
        }
        all
    });
    &pool[(n * REVISIONS + revision as usize - 1) * VERSIONS + version]
}

fn make(signer: &Issuer, n: usize, revision: u16, version: usize) -> Signed {
    let words = ["lũ quét", "tiêm chủng", "học bổng", "giống lúa", "căn cước", "bảo hiểm", "sạt lở"];
    let word = words[n % words.len()];
    let text = format!("Bản {n} lần {revision}.{version}: {word} ở xã vùng cao, bà con xem kỹ. ").repeat(1 + n % 4);
    let blocks = vec![Block::Paragraph(Text::plain(text))];
    let body =
        Body { variants: vec![Variant { lang: "vi".into(), facts: vec![], blocks, audio: None }], ..Body::default() }.encode();
    let is_alert = n % 11 == 3;
    let info = AlertInfo {
        level: 1 + (n % 5) as u8,
        hazard: 2,
        msg_type: MsgType::Alert,
        urgency: Urgency::Expected,
        certainty: Certainty::Likely,
        references: vec![],
    };
    let card = Card {
        id: id(n),
        revision,
        // Some alerts are over for good before the story ends.
        expires: is_alert.then(|| START.plus((n as i64 % 9 - 7) * 86_400)),
        topics: vec![(n % 10) as u8],
        places: if n.is_multiple_of(3) { vec![] } else { vec![PlaceCode(20_044 + (n % 4) as u32)] },
        source: "UBND xã".into(),
        headlines: vec![Headline {
            lang: "vi".into(),
            title: format!("Tin {word} số {n}"),
            // Half of the items differ in their text alone.
            summary: format!("Lần {revision}{}", if version == 1 && n.is_multiple_of(2) { " (khôi phục)" } else { "" }),
            audio: false,
        }],
        body_bytes: body.len() as u32,
        sample: true,
        detail: if is_alert { info.encode() } else { vec![] },
        ..Card::blank(if is_alert { Kind::ALERT } else { Kind::BULLETIN }, START.plus(n as i64 * 600))
    }
    .encode();
    let sig = sign_item(signer, &card, &body);
    Signed { card, kid: signer.kid(), sig, body }
}
