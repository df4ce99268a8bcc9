//! Whatever an alert may hold by CAP 1.2, it is written so that it comes back as it was.

use domain::alert::cap::*;
use domain::content::{Certainty, Time, Urgency};
use proptest::prelude::*;
use server::cap::{read, write};

fn text() -> impl Strategy<Value = String> {
    "[ -~àđếũươ\n\t&<>\"'\\r]{0,30}".prop_map(|text: String| text.trim_matches([' ', '\t', '\n', '\r']).to_owned())
}

fn maybe() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(text()).prop_map(|text| text.filter(|text| !text.is_empty()))
}

fn filled() -> impl Strategy<Value = String> {
    text().prop_map(|text| if text.is_empty() { "x".into() } else { text })
}

fn stamp() -> impl Strategy<Value = Stamp> {
    (0i64..4_000_000_000, -840i16..=840).prop_map(|(at, offset)| Stamp { at: Time(at), offset })
}

fn word<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    (0..all.len()).prop_map(|at| all[at])
}

fn pairs() -> impl Strategy<Value = Vec<Pair>> {
    proptest::collection::vec((text(), text()).prop_map(|(name, value)| Pair { name, value }), 0..3)
}

fn point() -> impl Strategy<Value = Point> {
    (-900_000_000i32..=900_000_000, -1_800_000_000i32..=1_800_000_000)
        .prop_map(|(lat, lon)| Point { lat: Degrees(lat), lon: Degrees(lon) })
}

fn area() -> impl Strategy<Value = Area> {
    let polygon = proptest::collection::vec(point(), 3..8).prop_map(|mut points| {
        points.push(points[0]);
        Polygon(points)
    });
    let circle = (point(), 0i64..100_000_000_000).prop_map(|(center, radius)| Circle { center, radius: Decimal(radius) });
    let decimal = || (-99_999_999_999i64..99_999_999_999).prop_map(Decimal);
    let heights = proptest::option::of((decimal(), proptest::option::of(decimal())));
    (text(), proptest::collection::vec(polygon, 0..3), proptest::collection::vec(circle, 0..2), pairs(), heights).prop_map(
        |(desc, polygons, circles, geocodes, heights)| Area {
            desc,
            polygons,
            circles,
            geocodes,
            altitude: heights.map(|(low, _)| low),
            ceiling: heights.and_then(|(_, high)| high),
        },
    )
}

fn resource() -> impl Strategy<Value = Resource> {
    (text(), filled(), proptest::option::of(0i64..i64::MAX), "[a-z]{0,9}", maybe(), "[0-9a-f]{0,8}").prop_map(
        |(desc, mime_type, size, uri, deref_uri, digest)| Resource {
            desc,
            mime_type,
            size,
            uri: Some(uri).filter(|uri| !uri.is_empty()),
            deref_uri,
            digest: Some(digest).filter(|digest| !digest.is_empty()),
        },
    )
}

const URGENCY: [Urgency; 5] = [Urgency::Immediate, Urgency::Expected, Urgency::Future, Urgency::Past, Urgency::Unknown];
const CERTAINTY: [Certainty; 5] =
    [Certainty::Observed, Certainty::Likely, Certainty::Possible, Certainty::Unlikely, Certainty::Unknown];

fn info() -> impl Strategy<Value = Info> {
    let words = (
        proptest::option::of("[a-z]{2,3}(-[A-Z0-9]{1,8})?"),
        proptest::collection::vec(word(Category::ALL), 1..3),
        filled(),
        proptest::collection::vec(word(ResponseType::ALL), 0..3),
        word(&URGENCY),
        word(Severity::ALL),
        word(&CERTAINTY),
    );
    let times = (proptest::option::of(stamp()), proptest::option::of(stamp()), proptest::option::of(stamp()));
    let texts = (maybe(), maybe(), maybe(), maybe(), maybe(), maybe());
    let lists = (
        pairs(),
        pairs(),
        proptest::collection::vec(resource(), 0..2),
        proptest::collection::vec(area(), 0..3),
        "(https://[a-z]{1,9}/\\?[a-z&=]{0,9})?",
    );
    (words, times, texts, lists).prop_map(|(words, times, texts, lists)| Info {
        language: words.0,
        categories: words.1,
        event: words.2,
        response_types: words.3,
        urgency: words.4,
        severity: words.5,
        certainty: words.6,
        audience: texts.0,
        event_codes: lists.0,
        effective: times.0,
        onset: times.1,
        expires: times.2,
        sender_name: texts.1,
        headline: texts.2,
        description: texts.3,
        instruction: texts.4,
        web: Some(lists.4).filter(|web| !web.is_empty()),
        contact: texts.5,
        parameters: lists.1,
        resources: lists.2,
        areas: lists.3,
    })
}

fn alert() -> impl Strategy<Value = Alert> {
    let name = || "[!-%'-+\\--;=-~]{1,20}";
    let reference = (name(), name(), stamp()).prop_map(|(sender, identifier, sent)| Reference { sender, identifier, sent });
    let head = (name(), name(), stamp(), word(Status::ALL), word(MsgType::ALL), word(Scope::ALL));
    let texts = (maybe(), filled(), filled(), maybe(), maybe(), proptest::collection::vec(text(), 0..3));
    let references = proptest::collection::vec(reference, 1..4);
    (head, texts, references, proptest::collection::vec(info(), 0..3)).prop_map(|(head, texts, references, infos)| Alert {
        identifier: head.0,
        sender: head.1,
        sent: head.2,
        status: head.3,
        msg_type: head.4,
        source: texts.0,
        scope: head.5,
        restriction: Some(texts.1),
        addresses: Some(texts.2),
        codes: texts.5,
        note: texts.3,
        references,
        incidents: texts.4,
        infos,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_alert_comes_back_as_it_was(alert in alert()) {
        let text = write::document(&alert);
        let again = read::alert(text.as_bytes());
        prop_assert_eq!(again.map(|message| message.alert), Ok(alert), "{}", text);
    }
}
