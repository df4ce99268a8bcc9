//! CAP read and written: samples of many services, every sort of broken message, and mutations of all of them.

mod dice;

use dice::{Dice, mutate};
use domain::alert::cap::*;
use domain::content::Time;
use server::cap::inward::{self, Verdict};
use server::cap::read::{self, Message};
use server::cap::{check, write};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cap")
}

/// Every sample, by name.
fn samples() -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "cap" || kind == "atom"))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()))
        .collect();
    all.sort();
    assert!(all.len() >= 15);
    all
}

fn sample(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

#[test]
fn every_sample_comes_back_as_it_was() {
    let mut count = 0;
    for (name, bytes) in samples() {
        let document = read::document(&bytes);
        assert_eq!(document.fault, None, "{name}");
        for found in document.alerts {
            let message = found.result.unwrap_or_else(|refused| panic!("{name}: {refused:?}"));
            let text = write::document(&message.alert);
            let again = read::alert(text.as_bytes()).unwrap_or_else(|refused| panic!("{name}: {refused:?}\n{text}"));
            assert_eq!(again.version, Version::V1_2);
            assert_eq!(again.alert, message.alert, "{name}");
            count += 1;
        }
    }
    assert!(count >= 14, "{count}");
}

/// The schema of OASIS says the same of what we write, where a program that knows schemas is here.
#[test]
fn what_is_written_is_valid_by_the_schema() {
    let xmllint = std::process::Command::new("xmllint").arg("--version").output();
    if xmllint.is_err() {
        eprintln!("xmllint is not here: only our own reading was asked");
        return;
    }
    for (name, bytes) in samples() {
        for found in read::document(&bytes).alerts {
            let text = write::document(&found.result.unwrap().alert);
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &text).unwrap();
            let schema = folder().join("cap12.xsd");
            let done = std::process::Command::new("xmllint")
                .args(["--nonet", "--noout", "--schema"])
                .arg(schema)
                .arg(file.path())
                .output()
                .unwrap();
            assert!(done.status.success(), "{name}: {}\n{text}", String::from_utf8_lossy(&done.stderr));
        }
    }
}

#[test]
fn what_samples_say() {
    let alert = |name: &str| read::alert(sample(name).as_bytes()).unwrap();
    let Message { version, alert: canada } = alert("canada.cap");
    assert_eq!(version, Version::V1_2);
    assert_eq!((canada.references.len(), canada.infos.len(), canada.note), (2, 2, None));
    assert_eq!(canada.infos[1].language(), "fr-CA");
    assert_eq!(canada.infos[0].areas[1].polygons[0].0.len(), 38);
    let usa = alert("usa.cap").alert;
    let info = &usa.infos[0];
    assert_eq!(
        info.description.as_deref().unwrap(),
        "At 905 PM CST, <emergency management> reported flash flooding & road closures."
    );
    assert_eq!(info.instruction.as_deref().unwrap(), "Turn around, don't drown when encountering flooded roads!");
    assert_eq!(info.parameters[1].name, info.parameters[2].name, "names may repeat");
    let australia = alert("australia.cap").alert;
    assert_eq!(australia.infos[0].parameters[5].value, "");
    assert_eq!(australia.infos[0].areas[0].circles[0].to_string(), "-35.3888,147.0598 25");
    let mexico = alert("mexico.cap");
    assert_eq!((mexico.version, mexico.alert.sent.offset), (Version::V1_1, 0));
    assert_eq!(mexico.alert.infos[0].resources[0].mime_type, "application/octet-stream");
    let philippines = alert("philippines.cap").alert;
    assert_eq!((philippines.status, philippines.msg_type, philippines.infos.len()), (Status::Exercise, MsgType::Cancel, 0));
    let older = alert("older.cap");
    assert_eq!(older.version, Version::V1_0);
    assert_eq!(older.alert.infos[0].areas[0].geocodes, [Pair { name: "fips6".into(), value: "006109".into() }]);
    let amber = read::document(sample("amber.atom").as_bytes());
    assert_eq!((amber.alerts.len(), amber.alerts[0].entry, amber.single), (1, 1, false));
    assert!(sample("amber.atom")[amber.alerts[0].range.clone()].starts_with("<alert xmlns"));
    let index = read::document(sample("earthquake_index.atom").as_bytes());
    assert_eq!(index.alerts.len(), 0);
    let links: Vec<&str> = index.entries[0].links.iter().filter(|l| l.is_cap()).map(|l| l.href.as_str()).collect();
    assert_eq!(links, ["http://earthquake.usgs.gov/earthquakes/catalogs/cap/us2010apcd"]);
    assert_eq!(index.entries[0].updated, "2010-08-30T23:25:40Z");
}

/// Changes one place of a sample that stands there once.
fn changed(name: &str, from: &str, to: &str) -> String {
    let text = sample(name);
    assert!(text.contains(from), "{name} has no {from}");
    text.replacen(from, to, 1)
}

#[test]
fn what_is_broken_is_refused_with_its_place() {
    let vietnam = |from: &str, to: &str| changed("vietnam.cap", from, to);
    for (text, code, path) in [
        (vietnam("<alert ", "<!DOCTYPE alert [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><alert "), Code::Doctype, "/"),
        (vietnam("Lũ quét<", "&x;<"), Code::Entity, "/alert/info[1]/event"),
        (vietnam("Lũ quét<", "&nbsp;<"), Code::Entity, "/alert/info[1]/event"),
        (vietnam("Lũ quét<", "&#0;<"), Code::Entity, "/alert/info[1]/event"),
        (vietnam("Lũ quét<", "a\u{1}b<"), Code::Xml, "/"),
        (vietnam("+07:00</sent>", "Z</sent>"), Code::BadTime, "/alert/sent"),
        (vietnam("<sender>", "<sender>du bao "), Code::BadName, "/alert/sender"),
        (vietnam("<status>Actual", "<status>Real"), Code::BadWord, "/alert/status"),
        (vietnam("<msgType>Alert", "<msgType>Update"), Code::Missing, "/alert/references"),
        (vietnam("<severity>Severe</severity>", ""), Code::Missing, "/alert/info[1]/severity"),
        (vietnam("<value>20050</value>", ""), Code::Missing, "/alert/info[1]/area[1]/geocode[2]/value"),
        (vietnam("<category>Met", "<b xmlns='x'/><category>Met"), Code::ForeignElement, "/alert/info[1]/b"),
        (vietnam("<category>Met", "stray<category>Met"), Code::StrayText, "/alert/info[1]"),
        (vietnam("cap:1.2", "cap:9.9"), Code::NotCap, "/"),
        (vietnam("</status>", "</statuses>"), Code::Xml, "/alert/status"),
        (vietnam("UTF-8", "UTF-16"), Code::Encoding, "/"),
        (vietnam("</alert>", ""), Code::CutShort, "/alert"),
        (vietnam("</alert>", "</alert><alert/>"), Code::Xml, "/"),
        (vietnam("</alert>", "</alert>more"), Code::Xml, "/"),
        (String::new(), Code::CutShort, "/"),
        ("<html><body>Đăng nhập</body></html>".into(), Code::NotCap, "/"),
        (
            changed("oasis-thunderstorm.cap", "38.62,-119.89 38.47,-120.14", "38.62,-119.89"),
            Code::OpenPolygon,
            "/alert/info[1]/area[1]/polygon[1]",
        ),
        (
            changed("oasis-thunderstorm.cap", "38.34,-119.95", "138.34,-119.95"),
            Code::OutOfRange,
            "/alert/info[1]/area[1]/polygon[1]",
        ),
        (
            changed("earthquake.cap", "-16.053,-173.274 0.0", "-16.053 -173.274 0.0"),
            Code::BadCircle,
            "/alert/info[1]/area[1]/circle[1]",
        ),
    ] {
        let document = read::document(text.as_bytes());
        let refused = document.fault.or(document.alerts.into_iter().find_map(|found| found.result.err()));
        let refused = refused.unwrap_or_else(|| panic!("{code:?} {path} was taken"));
        assert_eq!((refused.code, refused.path.as_str()), (code, path));
        assert!(read::alert(text.as_bytes()).is_err());
    }
    let refused = read::alert(changed("canada.cap", "<severity>Minor", "<severity>Small").as_bytes()).unwrap_err();
    assert_eq!(refused.line, 24);
    assert_eq!(refused.identifier.as_deref(), Some("2.49.0.1.124.6bddbc91.2012"));
    assert_eq!(refused.msg_type, Some(MsgType::Update));
}

/// Decision 18/2021/QĐ-TTg, art. 4: an authority may raise what comes together; a mere severity raises nothing.
#[test]
fn a_level_that_an_authority_names_is_not_lowered() {
    let level = |from: &str, to: &str| {
        let alert = read::alert(changed("vietnam.cap", from, to).as_bytes()).unwrap().alert;
        match inward::judge(&alert, &[], None, Time(1_795_410_000)) {
            Verdict::Items(proposals, wait) => (proposals[0].alert.as_ref().unwrap().level, wait),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(level("Cấp 2", "Cấp 2"), (2, None));
    assert_eq!(level("Cấp 2", "Cấp 5"), (5, None), "a flash flood has three levels by itself");
    assert_eq!(level("Cấp 2", "Cấp 2-3"), (3, None), "of a range its end");
    assert_eq!(level("Cấp 2", "từ cấp 2 đến cấp 3"), (3, None));
    assert_eq!(level("Cấp 2", "cấp độ 2 đến cấp độ 3"), (3, None));
    assert_eq!(level("Cấp 2", "Cấp 1; riêng vùng núi cấp 3"), (3, None));
    assert_eq!(level("Cấp 2", &"1-".repeat(100_000)), (1, None), "and no text is too long for it");
    for text in [
        "2",
        "Cấp độ 2",
        "Cấp độ rủi ro thiên tai: 2",
        "Level 2 of 5",
        "Cấp 2 (Quyết định 18/2021/QĐ-TTg ngày 22/4/2021)",
        "Cấp 2 theo Điều 4 Quyết định 18/2021/QĐ-TTg",
        "Điều 4 Quyết định 18/2021/QĐ-TTg: cấp 2",
        "Cấp 2, từ 16h ngày 3/11",
        "Gió cấp 5, giật cấp 4: cấp 2",
        "Quyết định 18/2021: 2",
        "Cấp độ rủi ro theo khoản 1 Điều 42: cấp 2",
        "Cập nhật 3/11: cấp 2",
    ] {
        assert_eq!(level("Cấp 2", text), (2, None), "{text}");
    }
    assert_eq!(level("<valueName>Cấp độ rủi ro thiên tai</valueName>", "<valueName>Khác</valueName>"), (3, None), "severe");
    let unnamed = changed("vietnam.cap", "<valueName>Cấp độ rủi ro thiên tai</valueName>", "<valueName>Khác</valueName>");
    let extreme = read::alert(unnamed.replace("Severe", "Extreme").as_bytes()).unwrap().alert;
    let Verdict::Items(found, None) = inward::judge(&extreme, &[], None, Time(1_795_410_000)) else { panic!("not taken") };
    assert_eq!(found[0].alert.as_ref().unwrap().level, 3);
    // A storm has no level below 3.
    let storm = unnamed.replace("Lũ quét", "Áp thấp nhiệt đới").replace("Flash flood", "Tropical depression");
    let storm = read::alert(storm.replace("Severe", "Moderate").as_bytes()).unwrap().alert;
    assert_eq!(inward::level(inward::ours(&storm).into_iter()), Some(3), "what the desk shows is what goes out");
    let Verdict::Items(found, None) = inward::judge(&storm, &[], None, Time(1_795_410_000)) else { panic!("not taken") };
    assert_eq!(found[0].alert.as_ref().unwrap().level, 3);
}

#[test]
fn hostile_sizes_cost_nothing() {
    let began = std::time::Instant::now();
    let head = sample("vietnam.cap");
    let inside = |text: &str| head.replacen("Lũ quét", text, 1);
    let code = |text: &str| {
        let document = read::document(text.as_bytes());
        document.fault.or(document.alerts.into_iter().find_map(|found| found.result.err())).map(|refused| refused.code)
    };
    assert_eq!(code(&inside(&"a".repeat(2 << 20))), Some(Code::TooLarge));
    assert_eq!(code(&"<a>".repeat(1_000_000)), Some(Code::TooDeep));
    assert_eq!(code(&format!("<a>{}</a>", "<b/>".repeat(1_000_000))), Some(Code::TooManyElements));
    assert_eq!(code(&format!("<a {}/>", "x='' ".repeat(1_000_000))), Some(Code::TooLongTag));
    let spaces: String = (0..200_000).map(|n| format!("xmlns:n{n}='u' ")).collect();
    assert_eq!(code(&format!("<a {spaces}/>")), Some(Code::TooLongTag));
    assert_eq!(code(&"x".repeat(9 << 20)), Some(Code::TooLarge));
    // A billion laughs need a document type first.
    let laughs =
        "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'>&b;</alert>";
    assert_eq!(code(laughs), Some(Code::Doctype));
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn a_broken_alert_leaves_those_beside_it() {
    let strip = |text: String| text.split_once("?>").unwrap().1.to_owned();
    let good = strip(sample("vietnam.cap"));
    let bad = strip(changed("vietnam.cap", "<scope>Public", "<scope>Some"));
    let feed = format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='text/xml'>{good}</content></entry>\
         <entry><content type='text/xml'>{bad}</content></entry><entry><content type='text/xml'>{good}</content></entry></feed>"
    );
    let document = read::document(feed.as_bytes());
    assert_eq!(document.fault, None);
    let entries: Vec<(usize, bool)> = document.alerts.iter().map(|found| (found.entry, found.result.is_ok())).collect();
    assert_eq!(entries, [(1, true), (2, false), (3, true)]);
    let list = format!("<alerts>{good}{bad}{good}</alerts>");
    assert_eq!(read::document(list.as_bytes()).alerts.iter().filter(|found| found.result.is_ok()).count(), 2);
    // What was whole before the feed breaks off is taken.
    let cut = &feed[..feed.len() / 2];
    let document = read::document(cut.as_bytes());
    assert!(document.fault.is_some() && document.alerts[0].result.is_ok());
}

fn lines(name: &str, text: &str, now: &str) -> Vec<serde_json::Value> {
    check::file(name, Ok(text.as_bytes().to_vec()), Time::parse(now).unwrap()).into_iter().map(|line| line.json).collect()
}

#[test]
fn a_line_for_each_alert() {
    let now = "2026-11-23T12:00:00+07:00";
    let line = &lines("v.cap", &sample("vietnam.cap"), now)[0];
    assert_eq!(line["accepted"], true);
    assert_eq!(line["identifier"], "urn:oid:2.49.0.0.704.0.2026.11.23.1");
    assert_eq!((&line["msgType"], &line["level"], &line["in_force"]), (&"Alert".into(), &2.into(), &true.into()));
    assert_eq!(line["areas"], serde_json::json!(["Xã A Lưới 2 và xã A Lưới 5", "A Luoi 2 and A Luoi 5"]));
    assert_eq!(line["places"], serde_json::json!(["20044", "20050"]));
    assert_eq!(lines("v.cap", &sample("vietnam.cap"), "2026-11-23T18:00:00+07:00")[0]["in_force"], false);
    assert_eq!(lines("v.cap", &sample("vietnam.cap"), "2026-11-23T11:00:00+07:00")[0]["in_force"], false);
    let amber = lines("amber.atom", &sample("amber.atom"), now);
    assert_eq!(amber.len(), 1);
    assert_eq!((&amber[0]["entry"], &amber[0]["in_force"], &amber[0]["level"]), (&1.into(), &false.into(), &3.into()));
    let index = lines("i.atom", &sample("earthquake_index.atom"), now);
    assert_eq!((index.len(), &index[0]["accepted"], &index[0]["alerts"]), (1, &true.into(), &0.into()));
    let bad = &lines("b.cap", &changed("vietnam.cap", "<scope>Public", "<scope>Some"), now)[0];
    assert_eq!((&bad["accepted"], &bad["code"], &bad["place"]), (&false.into(), &"bad-word".into(), &"/alert/scope".into()));
    assert_eq!(bad["line"], 8);
    let cut = lines("b.cap", "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'>", now);
    assert_eq!((cut.len(), &cut[0]["code"]), (1, &"cut-short".into()));
}

/// `BANTIN_FUZZ` says how many.
#[test]
fn nothing_that_comes_makes_it_panic() {
    let count: usize = std::env::var("BANTIN_FUZZ").ok().and_then(|count| count.parse().ok()).unwrap_or(20_000);
    let samples = samples();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut taken = 0;
    for n in 0..count {
        let mut bytes = samples[n % samples.len()].1.clone();
        mutate(&mut bytes, &mut dice);
        for found in read::document(&bytes).alerts {
            assert!(found.range.end <= bytes.len());
            if let Ok(message) = found.result {
                taken += 1;
                // Whatever is taken can be written and read again.
                let again = read::alert(write::document(&message.alert).as_bytes());
                assert_eq!(again.map(|message| message.alert), Ok(message.alert));
            }
        }
        check::file("x", Ok(bytes), Time(0));
    }
    assert!(taken > count / 100, "mutations leave something to take: {taken}");
}
