//! What readers have and nobody wrote at the desk, as a manuscript: from then on it is corrected and withdrawn like any other.

use super::compile::files;
use super::{Manuscript, Script};
use crate::content::{Body, Card, EventInfo, Fact, FactKind, Kind, MediaRef, Time, Variant};

/// An item as a manuscript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub text: Manuscript,
    /// Nothing of it is lost: published again it would say the same in every language, to the minute. Samples are not
    /// whole, since what people publish is none.
    pub whole: bool,
}

/// `None` for alerts, which are neither corrected nor withdrawn, and for kinds that the desk does not write.
pub fn taken(card: &Card, body: &Body) -> Option<Taken> {
    let kind = card.kind.name().filter(|_| card.kind != Kind::ALERT)?;
    let event = card.event();
    let minute = |time: Option<Time>| time.and_then(|time| Some(time.rfc3339().get(..16)?.to_owned())).unwrap_or_default();
    let mut text = Manuscript {
        kind: kind.into(),
        topics: card.topics.clone(),
        places: card.places.clone(),
        source: card.source.clone(),
        document: body.document.clone().unwrap_or_default(),
        source_url: body.source_url.clone().unwrap_or_default(),
        issued: minute(Some(card.issued)),
        effective: minute(card.effective),
        expires: minute(card.expires),
        start: minute(event.as_ref().map(|event| event.start)),
        end: minute(event.as_ref().and_then(|event| event.end)),
        online: event.as_ref().and_then(|event| event.online.clone()).unwrap_or_default(),
        supersedes: card.supersedes.map(|id| id.to_string()).unwrap_or_default(),
        texts: body.variants.iter().filter_map(|variant| script(card, variant)).collect(),
        ..Manuscript::default()
    };
    if let Some((original, translations)) = text.texts.split_first_mut() {
        translations.iter_mut().for_each(|script| script.follow(original, 1));
    }
    let files = |variant: &Variant| files(&variant.blocks).chain(variant.audio.clone()).collect::<Vec<MediaRef>>();
    let files: Vec<MediaRef> = body.variants.iter().flat_map(files).collect();
    let (again, _) = text.compile(card.issued, 1, &|name| files.iter().find(|file| file.file == name).cloned());
    let same = plain(&again.card, &again.body) == plain(card, body) && again.supersedes == card.supersedes;
    Some(Taken { text, whole: same && !card.sample && card.ext.is_empty() })
}

fn script(card: &Card, variant: &Variant) -> Option<Script> {
    let headline = card.headlines.iter().find(|headline| headline.lang == variant.lang)?;
    let facts = |kind| {
        let lines = variant.facts.iter().filter(|fact| fact.kind == kind).map(|fact| fact.text.as_str());
        lines.collect::<Vec<_>>().join("\n")
    };
    Some(Script {
        lang: variant.lang.clone(),
        title: headline.title.clone(),
        summary: headline.summary.clone(),
        text: super::markup::print(&variant.blocks),
        papers: facts(FactKind::PAPER),
        fee: facts(FactKind::FEE),
        office: facts(FactKind::OFFICE),
        hours: facts(FactKind::HOURS),
        phone: facts(FactKind::PHONE),
        duration: facts(FactKind::DURATION),
        venue: facts(FactKind::VENUE),
        audio: variant.audio.as_ref().map(|audio| audio.file.clone()).unwrap_or_default(),
        ..Script::default()
    })
}

/// What two editions must have in common: times to the minute, facts of a kind in their order, nothing of what publication
/// fills in.
fn plain(card: &Card, body: &Body) -> (Card, Body) {
    let minute = |time: Time| Time(time.0.div_euclid(60) * 60);
    let event = card.event().map(|event| EventInfo { start: minute(event.start), end: event.end.map(minute), ..event });
    let card = Card {
        effective: card.effective.map(minute),
        expires: card.expires.map(minute),
        topics: card.topics.clone(),
        places: card.places.clone(),
        source: card.source.clone(),
        headlines: card.headlines.clone(),
        detail: event.map(|event| event.encode()).unwrap_or_default(),
        ..Card::blank(card.kind, minute(card.issued))
    };
    let mut body = body.clone();
    for variant in &mut body.variants {
        variant.facts.sort_by_key(|fact: &Fact| fact.kind.0);
    }
    (card, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{Block, PlaceCode};

    fn guide() -> Manuscript {
        let text = "Mang theo sổ tiêm.\n\n1. Đến trước 9 giờ\n2. Chờ 30 phút\n\n[gọi 115] Cấp cứu";
        let script = |lang: &str| Script {
            lang: lang.into(),
            title: "Tiêm sởi".into(),
            summary: "Sáng thứ Bảy.".into(),
            text: text.into(),
            papers: "Sổ tiêm\nGiấy khai sinh".into(),
            phone: "0234 3822 822".into(),
            ..Script::default()
        };
        let mut text = Manuscript {
            kind: "guide".into(),
            topics: vec![1, 3],
            places: vec![PlaceCode(20044)],
            source: "Trạm y tế".into(),
            document: "12/QĐ".into(),
            issued: "2026-11-20T08:30".into(),
            expires: "2026-12-20T00:00".into(),
            texts: vec![script("vi"), script("en")],
            ..Manuscript::default()
        };
        let original = text.texts[0].clone();
        text.texts[1].follow(&original, 1);
        text
    }

    #[test]
    fn what_was_published_comes_back_whole() {
        let text = guide();
        let (done, findings) = text.compile(Time(0), 1, &|_| None);
        assert_eq!(findings, []);
        assert_eq!(taken(&done.card, &done.body), Some(Taken { text: text.clone(), whole: true }));
        // Other orders of facts and seconds are the same to readers.
        let (mut card, mut body) = (done.card.clone(), done.body.clone());
        card.issued = card.issued.plus(29);
        body.variants[0].facts.reverse();
        let facts = body.variants[0].facts.clone();
        body.variants[0].facts = [&facts[..1], &[facts[2].clone(), facts[1].clone()]].concat();
        assert_eq!(taken(&card, &body), Some(Taken { text, whole: true }));
    }

    #[test]
    fn what_would_lose_something_is_not_whole() {
        let (done, _) = guide().compile(Time(0), 1, &|_| None);
        let refused = |change: &dyn Fn(&mut Card, &mut Body)| {
            let (mut card, mut body) = (done.card.clone(), done.body.clone());
            change(&mut card, &mut body);
            assert!(!taken(&card, &body).is_some_and(|taken| taken.whole), "{card:?}");
        };
        refused(&|card, _| card.sample = true);
        refused(&|card, _| card.kind = Kind(99));
        refused(&|card, _| {
            card.headlines.pop();
        });
        refused(&|_, body| body.variants[0].facts.push(Fact { kind: FactKind::AREA, text: "Thôn A".into() }));
        refused(&|_, body| body.variants[1].blocks.push(Block::Heading { level: 9, text: "Sâu".into() }));
        refused(&|_, body| body.variants.clear());
        let alert = Card { kind: Kind::ALERT, ..done.card.clone() };
        assert_eq!(taken(&alert, &done.body), None);
    }
}
