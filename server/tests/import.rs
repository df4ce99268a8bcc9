//! Importing: good lines go in, bad ones are named, and the same again changes nothing.

mod lab;

use domain::alert::{State, standings};
use domain::content::{Block, Kind, MsgType, Time};
use domain::instance::instance;
use lab::{Lab, NOW, alert, article, png};
use serde_json::json;
use server::reason::Reason;
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn twice_changes_nothing_and_a_correction_is_a_revision() {
    let lab = Lab::new().await;
    let mut lines: Vec<_> = (0..250).map(article).collect();
    assert_eq!(lab.import(&lines).await.to_string(), "250 mới, 0 sửa, 0 không đổi, 0 lỗi");
    let seq = lab.app.site.live.now().seq();
    assert_eq!(lab.import(&lines).await.to_string(), "0 mới, 0 sửa, 250 không đổi, 0 lỗi");
    assert_eq!(lab.app.site.live.now().seq(), seq);
    lines[7]["title"] = json!("Tin đã sửa");
    assert_eq!(lab.import(&lines).await.to_string(), "0 mới, 1 sửa, 249 không đổi, 0 lỗi");
    let now = lab.app.site.live.now();
    let revised: Vec<_> = now.cards().filter(|card| card.revision == 2).collect();
    assert_eq!(revised.len(), 1);
    assert_eq!(revised[0].headlines[0].title, "Tin đã sửa");
    assert_eq!((now.items.len(), now.seq()), (250, seq + 1));
}

#[tokio::test]
async fn bad_lines_are_named_and_the_rest_goes_in() {
    let lab = Lab::new().await;
    let text = format!("{}\nkhông phải json\n\n{{\"id\":\"x\"}}\n{}\n", article(1), article(2));
    let report = lab.import_text(&text).await;
    assert_eq!(report.to_string(), "2 mới, 0 sửa, 0 không đổi, 2 lỗi");
    assert_eq!(report.bad[0].0, 2);
    assert!(matches!(report.bad[0].1, Reason::NotJson(_)));
    assert_eq!(report.bad[1], (4, Reason::Missing("title")));
    assert!(!report.all_bad());
    assert!(lab.import_text("x\ny\n").await.all_bad());
    assert!(!lab.import_text("").await.all_bad());
}

/// What whoever calls the command reads, and what a script is told: that it failed only where no line could be used.
#[test]
fn the_command_names_bad_lines_and_fails_only_where_no_line_is_good() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lines.jsonl");
    let import = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_bantin"));
        let done = command.arg("import").arg(&file).arg("--data").arg(folder.path().join("data")).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.code(), text(done.stdout), text(done.stderr))
    };
    let named = |said: &str| said.lines().filter(|line| line.starts_with("dòng ")).map(str::to_owned).collect::<Vec<_>>();
    let (code, totals, said) = import(&format!("{}\nkhông phải json\n\n{{\"id\":\"x\"}}\n", article(1)));
    assert_eq!((code, totals.as_str()), (Some(0), "1 mới, 0 sửa, 0 không đổi, 2 lỗi\n"), "{said}");
    let bad = named(&said);
    let [second, fourth] = &bad[..] else { panic!("each bad line once: {said}") };
    assert!(second.starts_with("dòng 2: không phải JSON (") && second.ends_with(" [not-json]"), "{second}");
    assert_eq!(fourth, "dòng 4: thiếu “title” [missing]");
    let (code, totals, said) = import("x\ny\n");
    assert_eq!((code, totals.as_str()), (Some(1), "0 mới, 0 sửa, 0 không đổi, 2 lỗi\n"), "{said}");
    assert_eq!(named(&said).len(), 2, "{said}");
}

#[tokio::test]
async fn the_log_grows_in_the_order_of_issue_whatever_the_order_of_the_lines() {
    let lab = Lab::new().await;
    let dated = |n: usize, issued: String| {
        let mut line = article(n);
        line["issued"] = json!(issued);
        line
    };
    // The newest first, as sites hand out what they have; a line that is none, a blank one, and a correction of the oldest that
    // bears its first day.
    let mut lines: Vec<String> = (0..230).map(|n| dated(n, format!("-{}h", n + 1)).to_string()).collect();
    let mut corrected = dated(229, "-400h".into());
    corrected["title"] = json!("Tin cũ nhất, đã sửa");
    lines.splice(100..100, ["không phải json".to_owned(), String::new()]);
    lines.push(corrected.to_string());
    let report = lab.import_text(&lines.join("\n")).await;
    assert_eq!(report.to_string(), "230 mới, 1 sửa, 0 không đổi, 1 lỗi");
    assert_eq!(report.bad[0].0, 101);
    let now = lab.app.site.live.now();
    let mut cards: Vec<(u32, Time)> = now.items.values().map(|item| (item.seq, item.card.issued)).collect();
    cards.sort_unstable();
    let oldest = cards.iter().position(|(seq, _)| *seq == 2).unwrap();
    assert_eq!(cards.remove(oldest), (2, Time(NOW - 400 * 3_600)), "its story stands together, as it was told");
    assert!(cards.windows(2).all(|pair| pair[0].1 < pair[1].1));
    assert_eq!(lab.import_text(&lines.join("\n")).await.to_string(), "0 mới, 0 sửa, 231 không đổi, 1 lỗi");
}

#[tokio::test]
async fn lines_may_refer_to_later_ones_and_only_to_what_there_is() {
    let lab = Lab::new().await;
    let mut replaced = article(1);
    replaced["kind"] = json!("bulletin");
    replaced["topics"] = json!(["y-te"]);
    replaced["issued"] = json!("2026-11-01");
    replaced["source"] = json!({"name": "Trạm y tế"});
    replaced["supersedes"] = json!("bai-2");
    let lines = [
        alert("b", "update", &["a"], "+2h"),
        alert("a", "alert", &[], "+1h"),
        alert("c", "cancel", &["z"], "+1h"),
        replaced,
        article(2),
    ];
    let report = lab.import(&lines).await;
    assert_eq!(report.bad, [(3, Reason::UnknownReference("z".into()))]);
    let now = lab.app.site.live.now();
    let of = |title: &str| now.cards().find(|card| card.headlines[0].title == title).unwrap();
    let (a, b) = (of("Lũ quét a"), of("Lũ quét b"));
    assert_eq!(b.alert().unwrap().references, [a.id]);
    assert_eq!((b.kind, b.alert().unwrap().msg_type), (Kind::ALERT, MsgType::Update));
    assert_eq!(of("Tin số 1").supersedes, Some(of("Tin số 2").id));
    assert_eq!(lab.import(&lines).await.to_string(), "0 mới, 0 sửa, 4 không đổi, 1 lỗi");
}

/// However the lines stand: nothing goes in that hangs on a line which does not.
#[tokio::test]
async fn what_hangs_on_a_bad_line_is_refused_with_it() {
    let lab = Lab::new().await;
    let mut first = alert("a", "alert", &[], "+1h");
    first["alert"]["hazard"] = json!("không-có");
    let mut lines = vec![first, alert("b", "update", &["a"], "+2h"), alert("c", "cancel", &["b"], "+2h"), article(1)];
    let unknown = |name: &str| Reason::UnknownReference(name.into());
    for _ in 0..2 {
        let report = lab.import(&lines).await;
        let at = |name: &str| lines.iter().position(|line| line["id"] == name).unwrap() + 1;
        let mut bad = vec![(at("a"), Reason::UnknownHazard("không-có".into())), (at("b"), unknown("a")), (at("c"), unknown("b"))];
        bad.sort_by_key(|(number, _)| *number);
        assert_eq!(report.bad, bad);
        assert_eq!(lab.app.site.live.now().items.len(), 1);
        lines.reverse();
    }
    // What withdraws an item brings none.
    let lines = [json!({"id": "x", "withdrawn": "nhầm"}), alert("d", "cancel", &["x"], "+2h")];
    assert_eq!(lab.import(&lines).await.bad, [(1, unknown("x")), (2, unknown("x"))]);
}

/// A cancel of a bulletin would be an alert about nothing.
#[tokio::test]
async fn an_alert_speaks_of_alerts() {
    let lab = Lab::new().await;
    let none = Reason::NoAlert("bai-1".into());
    let lines = [article(1), alert("a", "cancel", &["bai-1"], "+1h")];
    // Beside it in a file, and later.
    for _ in 0..2 {
        assert_eq!(lab.import(&lines).await.bad, [(2, none.clone())]);
    }
    // What was an alert may still be called off.
    lab.import(&[alert("b", "alert", &[], "+1h")]).await;
    let mut now = article(2);
    now["id"] = json!("b");
    lab.import(&[now]).await;
    assert_eq!(lab.import(&[alert("c", "cancel", &["b"], "+1h")]).await.bad, []);
}

#[tokio::test]
async fn a_withdrawal_leaves_a_stone_and_can_be_taken_back() {
    let lab = Lab::new().await;
    let gone = json!({"id": "bai-1", "withdrawn": "Sai ngày tiêm."});
    assert_eq!(lab.import(std::slice::from_ref(&gone)).await.bad, [(1, Reason::UnknownReference("bai-1".into()))]);
    let story = [article(1), gone];
    assert_eq!(lab.import(&story).await.to_string(), "1 mới, 0 sửa, 0 không đổi, 0 lỗi, 1 rút");
    let now = lab.app.site.live.now();
    assert!(now.items.is_empty());
    let stone = now.gone.values().next().unwrap();
    assert_eq!((stone.revision, stone.reason.as_str()), (2, "Sai ngày tiêm."));
    assert_eq!(lab.import(&story).await.to_string(), "0 mới, 0 sửa, 2 không đổi, 0 lỗi", "the story is known to its end");
    let mut again = article(1);
    again["title"] = json!("Ngày tiêm đúng");
    assert_eq!(lab.import(&[again]).await.to_string(), "0 mới, 1 sửa, 0 không đổi, 0 lỗi");
    assert_eq!(lab.app.site.live.now().items.values().next().unwrap().card.revision, 3);
}

#[tokio::test]
async fn an_older_file_does_not_bring_back_what_was_withdrawn() {
    let lab = Lab::new().await;
    let titled = |title: &str| {
        let mut line = article(1);
        line["title"] = json!(title);
        [line]
    };
    let (first, second) = (titled("Tiêm thứ hai"), titled("Tiêm thứ ba"));
    for lines in [&first, &second, &first, &second] {
        lab.import(lines).await;
    }
    let live = || lab.app.site.live.now();
    assert_eq!(live().items.values().next().unwrap().card.revision, 4, "a text that stands may go back to an earlier one");
    lab.import(&[json!({"id": "bai-1", "withdrawn": "Không tiêm nữa."})]).await;
    for old in [&first, &second] {
        assert_eq!(lab.import(old).await.to_string(), "0 mới, 0 sửa, 1 không đổi, 0 lỗi");
        assert!(live().items.is_empty());
    }
    assert_eq!(lab.import(&titled("Tiêm thứ tư")).await.to_string(), "0 mới, 1 sửa, 0 không đổi, 0 lỗi");
    assert_eq!(lab.import(&first).await.to_string(), "0 mới, 1 sửa, 0 không đổi, 0 lỗi", "it stands again");
}

#[tokio::test]
async fn a_story_whose_last_lines_are_bad_is_known_to_its_last_good_one() {
    let lab = Lab::new().await;
    let titled = |title: String| {
        let mut line = alert("a", "alert", &[], "+1h");
        line["title"] = json!(title);
        line
    };
    let mut lost = titled("mực nước 5 m".into());
    lost["alert"]["references"] = json!(["z"]);
    let reason = "x".repeat(601);
    let story = [
        titled("mực nước 3 m".into()),
        titled("mực nước 4 m".into()),
        titled("x".repeat(201)),
        lost,
        json!({"id": "a", "withdrawn": reason}),
    ];
    assert_eq!(lab.import(&story).await.to_string(), "1 mới, 1 sửa, 0 không đổi, 3 lỗi");
    let seq = lab.app.site.live.now().seq();
    let report = lab.import(&story).await;
    assert_eq!(report.to_string(), "0 mới, 0 sửa, 2 không đổi, 3 lỗi");
    let bad: Vec<_> = report.bad.iter().map(|(number, reason)| (*number, reason.code())).collect();
    assert_eq!(bad, [(3, "too-long"), (4, "unknown-reference"), (5, "too-long")]);
    assert_eq!(lab.app.site.live.now().seq(), seq);
}

/// A source that only adds lines to its file: what was told yesterday is not told again as news.
#[tokio::test]
async fn a_story_goes_on_behind_the_line_that_is_known() {
    let lab = Lab::new().await;
    let level = |level: u8| {
        let mut line = alert("a", "alert", &[], "+1h");
        line["alert"]["level"] = json!(level);
        line
    };
    assert_eq!(lab.import(&[level(3), level(1)]).await.to_string(), "1 mới, 1 sửa, 0 không đổi, 0 lỗi");
    let seq = lab.app.site.live.now().seq();
    assert_eq!(lab.import(&[level(3), level(1), level(2)]).await.to_string(), "0 mới, 1 sửa, 2 không đổi, 0 lỗi");
    assert_eq!(lab.app.site.live.now().seq(), seq + 1);
    // Something may be told again as it was before, and is that to its last line.
    assert_eq!(lab.import(&[level(2), level(1), level(2)]).await.to_string(), "0 mới, 0 sửa, 3 không đổi, 0 lỗi");
}

#[tokio::test]
async fn lines_may_come_through_a_pipe() {
    use std::io::Write;
    use std::os::fd::AsRawFd;
    let lab = Lab::new().await;
    let (reader, mut writer) = std::io::pipe().unwrap();
    write!(writer, "{}\n{}\n", article(1), article(2)).unwrap();
    drop(writer);
    let report = lab.app.import(format!("/dev/fd/{}", reader.as_raw_fd()).as_ref()).await.unwrap();
    assert_eq!(report.to_string(), "2 mới, 0 sửa, 0 không đổi, 0 lỗi");
}

#[tokio::test]
async fn an_article_without_a_time_keeps_the_one_it_had() {
    let lab = Lab::new().await;
    let mut line = article(1);
    lab.import(&[line.clone()]).await;
    let issued = || lab.app.site.live.now().cards().next().unwrap().issued;
    lab.time.fetch_add(86_400, Ordering::SeqCst);
    line["body"] = json!(["Đoạn đã sửa."]);
    assert_eq!(lab.import(&[line.clone()]).await.to_string(), "0 mới, 1 sửa, 0 không đổi, 0 lỗi");
    assert_eq!(issued().0, NOW - 3_599, "a corrected text is no news of today");
    line["issued"] = json!("2026-11-20");
    lab.import(&[line.clone()]).await;
    line.as_object_mut().unwrap().remove("issued");
    lab.import(&[line]).await;
    assert_eq!(Some(issued()), Time::parse("2026-11-20"));
}

#[tokio::test]
async fn media_come_by_content_and_are_served_in_parts() {
    let lab = Lab::new().await;
    lab.put("anh.png", &png(64, 48));
    lab.put("to.png", &png(5000, 10));
    lab.put("gia.png", b"<svg onload=alert(1)>");
    let with = |id: &str, file: &str| {
        json!({"id": id, "kind": "guide", "topics": ["y-te"], "issued": "0m", "source": {"name": "Trạm"}, "title": "T", "summary": "S",
            "body": [{"image": file, "alt": "Rửa tay"}]})
    };
    let report = lab.import(&[with("1", "anh.png"), with("2", "to.png"), with("3", "gia.png"), with("4", "khong.png")]).await;
    let bad: Vec<_> = report.bad.iter().map(|(number, reason)| (*number, reason.code())).collect();
    assert_eq!(bad, [(2, "bad-media"), (3, "bad-media"), (4, "no-media")]);
    let now = lab.app.site.live.now();
    let item = now.items.values().next().unwrap();
    let Block::Image { media, .. } = &item.body.variants[0].blocks[0] else { panic!() };
    assert_eq!((media.width, media.height, item.card.media_bytes), (64, 48, media.bytes));
    let path = format!("/media/{}", media.file);
    let whole = lab.get(&path, &[]).await;
    assert_eq!(
        (whole.status.as_u16(), whole.header("content-type"), whole.body.as_slice()),
        (200, "image/png", &png(64, 48)[..])
    );
    assert!(whole.header("cache-control").contains("immutable"));
    let part = lab.get(&path, &[("range", "bytes=8-11")]).await;
    assert_eq!((part.status.as_u16(), part.body.as_slice()), (206, &png(64, 48)[8..12]));
    let beyond = lab.get(&path, &[("range", "bytes=99999999-")]).await;
    assert_eq!((beyond.status.as_u16(), beyond.header("cache-control"), beyond.header("etag")), (416, "no-store", ""));
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", whole.body.len()));
    // Parts are for GET alone (RFC 9110, 14.2).
    for path in [path.as_str(), "/"] {
        let head = lab.ask("HEAD", path, &[("range", "bytes=8-11")]).await;
        assert_eq!((head.status.as_u16(), head.header("content-range")), (200, ""), "{path}");
    }
    assert_eq!(lab.get(&path, &[("if-none-match", whole.header("etag"))]).await.status, 304);
    assert_eq!(lab.get("/media/..%2fissuer.key", &[]).await.status, 404);
    assert_eq!(lab.get("/media/%ff", &[]).await.status, 404);
    assert_eq!(lab.get("/media/00000000000000000000000000000000.png", &[]).await.status, 404);
    // A name that no disk takes, from browsers that get another kind of file.
    let long = format!("/media/{}", "a".repeat(300));
    assert_eq!(lab.get(&format!("{long}.avif"), &[("accept", "image/webp")]).await.status, 404);
    let agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605.1.15 Version/15.6.6 Safari/604.1";
    assert_eq!(lab.get(&format!("{long}.ogg"), &[("user-agent", agent)]).await.status, 404);
}

#[tokio::test]
async fn the_sample_is_whole_and_can_be_removed() {
    let lab = Lab::with(|options| server::Options { sample: true, ..options }).await;
    let now = lab.app.site.live.now();
    assert!(now.items.len() >= 48, "{}", now.items.len());
    assert!(now.cards().all(|card| card.sample));
    let kinds: BTreeSet<u8> = now.cards().map(|card| card.kind.0).collect();
    assert_eq!(Vec::from_iter(kinds), Kind::KNOWN.map(|(kind, _)| kind.0), "of every kind");
    let topics: BTreeSet<u8> = now.cards().flat_map(|card| card.topics.iter().copied()).collect();
    assert_eq!(topics.len(), instance().topics.len(), "on every topic");
    assert!(now.cards().filter(|card| card.headlines.iter().any(|head| head.lang == "en")).count() >= 10);
    let states: BTreeSet<State> = standings(now.cards(), Time(NOW)).iter().map(|standing| standing.state).collect();
    for state in [State::InForce, State::Superseded, State::Cancelled, State::Ended] {
        assert!(states.contains(&state), "no alert that is {state:?}");
    }
    let removed = server::sample::remove(&lab.app.site).await.unwrap();
    assert_eq!(removed, now.items.len());
    lab.app.site.refresh().await.unwrap();
    assert!(lab.app.site.live.now().items.is_empty());
    assert_eq!(server::sample::remove(&lab.app.site).await.unwrap(), 0);
    assert_eq!(server::sample::load(&lab.app.site).await.unwrap().revised, removed, "asked for, it comes back as it was");
    assert_eq!(server::sample::remove(&lab.app.site).await.unwrap(), removed);
    let lab = lab.again().await;
    assert!(lab.app.site.live.now().items.is_empty(), "a restart does not bring it back");
}

#[tokio::test]
async fn two_that_replace_each_other_are_not_taken() {
    let lab = Lab::new().await;
    let guide = |id: &str, supersedes: serde_json::Value| {
        json!({"id": id, "kind": "guide", "topics": ["y-te"], "issued": "0m", "source": {"name": "Trạm"}, "title": id, "summary": "S",
            "body": ["a"], "supersedes": supersedes})
    };
    let lines = [guide("a", json!("c")), guide("b", json!("a")), guide("c", json!("b"))];
    let report = lab.import(&lines).await;
    assert_eq!(report.bad.iter().map(|(line, why)| (*line, why.code())).collect::<Vec<_>>(), [(3, "circle")]);
}

/// Whoever cannot write a language can be heard in it: a recording beside the original needs no words.
#[tokio::test]
async fn a_language_may_be_there_as_a_recording_alone() {
    let lab = Lab::new().await;
    let sound = std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/../instance/hue/media/cb-lu-quet.ogg";
    lab.put("loi.ogg", &std::fs::read(sound).unwrap());
    let with = |name: &str, lang: &str| {
        let mut line = json!({ "id": name, "kind": "bulletin", "issued": "-1h", "topics": ["y-te"], "source": { "name": "Trạm y tế" },
            "title": "Tiêm sởi", "summary": "Sáng thứ Bảy.", "body": ["Mang theo sổ."] });
        line["variants"] = json!([{ "lang": lang, "audio": "loi.ogg" }]);
        line
    };
    let report = lab.import(&[with("pa-co", "pac"), with("anh", "en")]).await;
    assert_eq!(report.new, 1, "{report}");
    assert_eq!(report.bad, [(2, Reason::Missing("title"))]);
    let id = lab.app.site.live.now().cards().next().unwrap().id;
    let page = String::from_utf8(lab.get(&format!("/tin/{id}"), &[]).await.body).unwrap();
    let own = page.split("<details class=\"va\" id=\"v-pac\">").nth(1).unwrap().split("</details>").next().unwrap();
    assert!(own.contains("<summary>Tiếng Pa Cô</summary>") && own.contains("/media/"), "{own}");
    assert!(!own.contains("<h2>") && !own.contains("<p></p>"), "{own}");
}
