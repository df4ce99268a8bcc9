//! Building an alert from what a reader of XML tells, element by element.

use super::*;
use crate::content::Time;
use proptest::prelude::*;

/// What a parser would tell of elements written as `name(` … `)` with text between quotes left out for brevity.
fn build(version: Version, parts: &[(&str, &str)]) -> Result<Alert, Fault> {
    let mut builder = Builder::new(version);
    for (what, text) in parts {
        match *what {
            ")" => {
                builder.end()?;
            }
            name if name.ends_with('(') => builder.start(name.trim_end_matches('('))?,
            name => {
                builder.start(name)?;
                builder.text(text)?;
                builder.end()?;
            }
        }
    }
    Ok(builder.alert())
}

const HEAD: [(&str, &str); 7] = [
    ("alert(", ""),
    ("identifier", "a.1"),
    ("sender", "s@x"),
    ("sent", "2026-11-23T10:00:00+07:00"),
    ("status", "Actual"),
    ("msgType", "Alert"),
    ("scope", "Public"),
];
const INFO: [(&str, &str); 6] = [
    ("info(", ""),
    ("category", "Met"),
    ("event", "Lũ"),
    ("urgency", "Immediate"),
    ("severity", "Severe"),
    ("certainty", "Likely"),
];

fn with(version: Version, more: &[(&str, &str)]) -> Result<Alert, Fault> {
    build(version, &[&HEAD[..], more, &[(")", "")]].concat())
}

fn area(parts: &[(&str, &str)]) -> Result<Alert, Fault> {
    with(Version::V1_2, &[&INFO[..], &[("area(", ""), ("areaDesc", "A")], parts, &[(")", ""), (")", "")]].concat())
}

fn fault(code: Code, path: &str) -> Option<Fault> {
    Some(Fault { code, path: path.into() })
}

#[test]
fn the_least_that_is_an_alert() {
    let alert = with(Version::V1_2, &[]).unwrap();
    assert_eq!((alert.identifier.as_str(), alert.sender.as_str()), ("a.1", "s@x"));
    assert_eq!(alert.sent, Stamp { at: Time(1_795_402_800), offset: 420 });
    assert!(alert.infos.is_empty());
}

#[test]
fn what_the_schema_forbids_is_named_with_its_place() {
    let v = Version::V1_2;
    let skip =
        |name: &str| -> Vec<(&str, &str)> { HEAD.iter().copied().filter(|(part, _)| *part != name).chain([(")", "")]).collect() };
    for name in ["identifier", "sender", "sent", "status", "msgType", "scope"] {
        assert_eq!(build(v, &skip(name)).err(), fault(Code::Missing, &format!("/alert/{name}")), "{name}");
    }
    let put = |name: &str, text: &'static str| -> Vec<(&str, &str)> {
        HEAD.iter().map(|(part, old)| (*part, if *part == name { text } else { *old })).chain([(")", "")]).collect()
    };
    for (name, text, code) in [
        ("identifier", "a b", Code::BadName),
        ("identifier", "a,b", Code::BadName),
        ("identifier", " ", Code::Empty),
        ("sender", "a&b", Code::BadName),
        ("sent", "2026-11-23T10:00:00Z", Code::BadTime),
        ("sent", "2026-11-23T10:00:00", Code::BadTime),
        ("sent", "2026-11-23T10:00:00.5+07:00", Code::BadTime),
        ("sent", "2026-11-23T10:00:60+07:00", Code::BadTime),
        ("sent", "2026-02-30T10:00:00+07:00", Code::BadTime),
        ("sent", "2026-11-23T10:00:00+15:00", Code::BadTime),
        ("status", "actual", Code::BadWord),
        ("msgType", "Warning", Code::BadWord),
        ("scope", "Everyone", Code::BadWord),
    ] {
        assert_eq!(build(v, &put(name, text)).err(), fault(code, &format!("/alert/{name}")), "{text}");
    }
    assert_eq!(with(v, &[("restriction", "x"), ("source", "y")]).err(), fault(Code::WrongOrder, "/alert/source"));
    assert_eq!(with(v, &[("note", "x"), ("note", "y")]).err(), fault(Code::Repeated, "/alert/note"));
    assert_eq!(with(v, &[("remark", "x")]).err(), fault(Code::UnknownElement, "/alert/remark"));
    assert_eq!(with(v, &[("references", "s@x,a.0")]).err(), fault(Code::BadReference, "/alert/references"));
    let twice = [&INFO[..], &[(")", ""), ("info(", ""), ("category", "Wet")]].concat();
    assert_eq!(with(v, &twice).err(), fault(Code::BadWord, "/alert/info[2]/category[1]"));
    let empty = [&INFO[..2], &[("event", "")]].concat();
    assert_eq!(with(v, &empty).err(), fault(Code::Empty, "/alert/info[1]/event"));
    let half = [&INFO[..], &[("parameter(", ""), ("valueName", "x"), (")", "")]].concat();
    assert_eq!(with(v, &half).err(), fault(Code::Missing, "/alert/info[1]/parameter[1]/value"));
    let language = [&[("info(", ""), ("language", "en_US")][..], &INFO[1..]].concat();
    assert_eq!(with(v, &language).err(), fault(Code::BadLanguage, "/alert/info[1]/language"));
    let resource = [&INFO[..], &[("resource(", ""), ("resourceDesc", "x"), (")", ""), (")", "")]].concat();
    assert_eq!(with(v, &resource).err(), fault(Code::Missing, "/alert/info[1]/resource[1]/mimeType"));
    assert!(with(Version::V1_1, &resource).is_ok(), "optional before 1.2");
}

#[test]
fn what_the_text_of_the_standard_forbids() {
    let v = Version::V1_2;
    let head = |msg_type: &'static str, scope: &'static str| -> Vec<(&str, &str)> {
        let put = |(part, old)| match part {
            "msgType" => (part, msg_type),
            "scope" => (part, scope),
            _ => (part, old),
        };
        HEAD.iter().copied().map(put).chain([(")", "")]).collect()
    };
    for kind in ["Update", "Cancel", "Ack", "Error"] {
        assert_eq!(build(v, &head(kind, "Public")).err(), fault(Code::Missing, "/alert/references"), "{kind}");
    }
    assert_eq!(build(v, &head("Alert", "Restricted")).err(), fault(Code::Missing, "/alert/restriction"));
    assert_eq!(build(v, &head("Alert", "Private")).err(), fault(Code::Missing, "/alert/addresses"));
    let path = "/alert/info[1]/area[1]/polygon[1]";
    for (text, code) in [
        ("16,107 16,108 16,107", Code::BadPolygon),
        ("16,107 16,108 17,108 17,107", Code::OpenPolygon),
        ("16,107 16,108 91,108 16,107", Code::OutOfRange),
        ("16,107 16,181 17,108 16,107", Code::OutOfRange),
        ("16 107 17,108 16,107 16,107", Code::BadPolygon),
        ("16,1e2 17,108 16,107 16,1e2", Code::BadPolygon),
        ("16;107", Code::BadPolygon),
    ] {
        assert_eq!(area(&[("polygon", text)]).err(), fault(code, path), "{text}");
    }
    for (text, code) in [
        ("16,107", Code::BadCircle),
        ("16,107 -1", Code::BadCircle),
        ("16,107 1 2", Code::BadCircle),
        ("-90.1,107 1", Code::OutOfRange),
    ] {
        assert_eq!(area(&[("circle", text)]).err(), fault(code, "/alert/info[1]/area[1]/circle[1]"), "{text}");
    }
    let many = |count| area(&vec![("circle", "16,107 1"); count]);
    assert!(many(2_000).is_ok());
    assert_eq!(many(2_001).err(), fault(Code::TooManyShapes, "/alert/info[1]/area[1]/circle[2001]"));
    assert_eq!(area(&[("ceiling", "10")]).err(), fault(Code::Missing, "/alert/info[1]/area[1]/altitude"));
    assert_eq!(area(&[("altitude", "high")]).err(), fault(Code::BadNumber, "/alert/info[1]/area[1]/altitude"));
}

#[test]
fn older_releases_are_read_as_their_senders_wrote_them() {
    let old = Version::V1_0;
    for sent in ["2003-04-02T14:39:01Z", "2003-04-02T14:39:01.25-05:00"] {
        let head: Vec<_> = HEAD.iter().map(|(part, text)| (*part, if *part == "sent" { sent } else { *text })).collect();
        assert!(build(Version::V1_1, &[&head[..], &[(")", "")]].concat()).is_ok(), "{sent}");
    }
    let parts = [
        &[("password", "x"), ("references", "b.1/s@x")][..],
        &INFO[..1],
        &[("event", "Flood"), ("urgency", "Expected"), ("severity", "Minor"), ("certainty", "Very Likely")],
        &[("eventCode", "same=FLW"), (")", "")],
    ]
    .concat();
    let alert = with(old, &parts).unwrap();
    let info = &alert.infos[0];
    assert_eq!((info.certainty, &info.categories[..]), (Certainty::Likely, &[Category::Other][..]));
    assert_eq!(info.event_codes, [Pair { name: "same".into(), value: "FLW".into() }]);
    assert_eq!(alert.references, [Reference { sender: "s@x".into(), identifier: "b.1".into(), sent: alert.sent }]);
    assert!(with(Version::V1_1, &[("password", "x")]).is_err());
}

#[test]
fn numbers_are_written_as_they_were_read() {
    let point = Point::parse("-16.053,+107.10").unwrap();
    assert_eq!(point.to_string(), "-16.053,107.1");
    assert_eq!(Point::parse("0.00000019,-0.5").unwrap().to_string(), "0.0000001,-0.5");
    for text in ["", ".", "-", "1.2.3", "1e3", "999999999999", "１"] {
        assert_eq!(Decimal::parse(text), None, "{text}");
    }
    assert_eq!(Decimal::parse(".5").unwrap().to_string(), "0.5");
    assert_eq!(Stamp::strict("2012-05-02T23:21:04-00:00").unwrap().to_string(), "2012-05-02T23:21:04-00:00");
    assert_eq!(Stamp::lenient("2012-05-02T23:21:04Z").unwrap().to_string(), "2012-05-02T23:21:04-00:00");
}

proptest! {
    #[test]
    fn any_degree_survives_its_text(lat in -900_000_000i32..=900_000_000, lon in -1_800_000_000i32..=1_800_000_000) {
        let point = Point { lat: Degrees(lat), lon: Degrees(lon) };
        prop_assert_eq!(Point::parse(&point.to_string()), Ok(point));
    }

    #[test]
    fn any_decimal_survives_its_text(value in -99_999_999_999_000_000i64..=99_999_999_999_000_000) {
        prop_assert_eq!(Decimal::parse(&Decimal(value).to_string()), Some(Decimal(value)));
    }

    #[test]
    fn any_instant_survives_its_text(at in 0i64..4_102_444_800, offset in -840i16..=840) {
        let stamp = Stamp { at: Time(at), offset };
        prop_assert_eq!(Stamp::strict(&stamp.to_string()), Some(stamp));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}", rest in "[-+0-9.,TZ: ]{0,60}") {
        for text in [&text, &rest] {
            let _ = (Stamp::lenient(text), Point::parse(text), Polygon::parse(text), Circle::parse(text), Decimal::parse(text));
            let _ = value::references(text, Version::V1_0, None);
        }
    }
}
