//! What phones fetch: genuine, whole, cacheable, in parts after a cut, and by difference where they can.

mod lab;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::sign::{SignedTrust, Trust, hash};
use domain::wire::{Envelope, Head, PackKind, decode_bodies, decode_cards, decode_full, log, path};
use lab::{Lab, NOW, alert, article, unbrotli};
use std::io::Read;
use std::sync::atomic::Ordering;

async fn trust(lab: &Lab) -> Trust {
    let answer = lab.get(path::TRUST, &[]).await;
    SignedTrust::decode(&answer.body).unwrap().accept(None).unwrap()
}

async fn head(lab: &Lab) -> Head {
    let answer = lab.get(path::HEAD, &[]).await;
    assert!(answer.body.len() <= Head::MAX_BYTES);
    Head::open(&answer.body, &trust(lab).await).unwrap()
}

async fn with_articles(count: usize) -> Lab {
    let lab = Lab::new().await;
    let lines: Vec<_> = (0..count).map(article).collect();
    lab.import(&lines).await;
    lab
}

#[tokio::test]
async fn the_head_tells_of_news_and_costs_nothing_otherwise() {
    let lab = with_articles(3).await;
    let first = lab.get(path::HEAD, &[]).await;
    assert_eq!((first.header("content-type"), first.header("cache-control")), ("application/x-bantin", "no-cache"));
    assert_eq!(lab.get(path::HEAD, &[("if-none-match", first.header("etag"))]).await.status, 304);
    assert_eq!(head(&lab).await.seq, 3);
    lab.import(&[article(9)]).await;
    let next = lab.get(path::HEAD, &[("if-none-match", first.header("etag"))]).await;
    assert_eq!((next.status.as_u16(), head(&lab).await.seq), (200, 4));
    let asked = lab.ask("HEAD", path::HEAD, &[]).await;
    assert_eq!((asked.body.len(), asked.header("etag")), (0, next.header("etag")));
    assert_eq!(asked.header("content-length"), next.body.len().to_string());
}

/// Some proxies ask for answers without any encoding, and pack nothing whose type they do not know.
#[tokio::test]
async fn behind_a_proxy_without_encodings_a_pack_comes_as_a_frame() {
    let lab = with_articles(130).await;
    let head = head(&lab).await;
    let takes = ("accept", "application/x-bantin-zstd");
    for pack in [path::cards(head.epoch, 0, 128), path::bodies(head.epoch, 64, 128)] {
        let plain = lab.get(&pack, &[]).await;
        let frame = lab.get(&pack, &[takes]).await;
        assert_eq!(frame.header("content-type"), "application/x-bantin-zstd");
        assert_eq!(frame.header("content-encoding"), "");
        assert!(frame.headers.get_all("vary").iter().any(|vary| vary == "accept"), "no cache gives it to anybody else");
        assert!(frame.body.len() * 2 < plain.body.len(), "{} of {}", frame.body.len(), plain.body.len());
        assert_eq!(zstd::bulk::decompress(&frame.body, plain.body.len()).unwrap(), plain.body);
        // Who can have better has better, and who does not know of frames gets none.
        for more in [&[takes, ("accept-encoding", "br")][..], &[("accept", "*/*")]] {
            assert_eq!(lab.get(&pack, more).await.header("content-type"), "application/x-bantin");
        }
    }
    let small = lab.get(path::HEAD, &[takes]).await;
    assert_eq!(small.header("content-type"), "application/x-bantin", "what is small stays as it is");
}

#[tokio::test]
async fn packs_hold_what_the_log_holds() {
    let lab = with_articles(130).await;
    let (trust, head) = (trust(&lab).await, head(&lab).await);
    let pack = lab.get(&path::cards(head.epoch, 0, 128), &[]).await;
    assert!(pack.header("cache-control").contains("immutable"));
    let opened = Envelope::open(PackKind::Cards, &pack.body, &trust).unwrap();
    assert_eq!((opened.epoch, opened.from, opened.to), (head.epoch, 0, 128));
    assert_eq!(decode_cards(opened.payload).unwrap().len(), 128);
    let pack = lab.get(&path::bodies(head.epoch, 128, 130), &[]).await;
    let opened = Envelope::open(PackKind::Bodies, &pack.body, &trust).unwrap();
    assert_eq!(decode_bodies(opened.payload).unwrap().len(), 2);
    let item = lab.app.site.live.now().items.values().next().unwrap().clone();
    let answer = lab.get(&path::item(item.card.id), &[]).await;
    let opened = Envelope::open(PackKind::Item, &answer.body, &trust).unwrap();
    assert_eq!((opened.from, opened.to), (0, item.seq));
    assert_eq!(decode_full(opened.payload).unwrap()[0].card, item.card.encode());
}

#[tokio::test]
async fn ranges_that_are_not_offered_are_refused_as_data() {
    let lab = with_articles(70).await;
    let epoch = head(&lab).await.epoch;
    for path in [
        path::cards(epoch, 0, 71),
        path::cards(epoch, 0, 33),
        path::cards(epoch, 1, 70),
        path::cards(epoch, 5, 5),
        path::cards(epoch ^ 1, 0, 64),
        path::bodies(epoch, 0, 70),
        path::alerts(&[1; 16]),
        "/sync/item/00000000".into(),
        "/sync/x".into(),
        "/sync/item/../../x".into(),
        format!("/sync/{epoch:016x}/cards/0-64/x"),
    ] {
        let answer = lab.get(&path, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (404, "application/problem+json"), "{path}");
    }
    assert_eq!(lab.ask("POST", path::HEAD, &[]).await.status, 405);
}

#[tokio::test]
async fn a_cut_download_goes_on_where_it_stopped() {
    let lab = with_articles(64).await;
    let path = path::bodies(head(&lab).await.epoch, 0, 64);
    let whole = lab.get(&path, &[("accept-encoding", "br")]).await;
    assert_eq!((whole.header("content-encoding"), whole.header("accept-ranges")), ("br", "bytes"));
    assert!(whole.header("vary").contains("accept-encoding"));
    let plain = lab.get(&path, &[]).await;
    assert_eq!(unbrotli(&whole.body), plain.body);
    assert_ne!(whole.header("etag"), plain.header("etag"), "each encoding is a representation of its own");
    // The best form may take the place of the quick one at any time: ask until it has.
    let settled = loop {
        let again = lab.get(&path, &[("accept-encoding", "br")]).await;
        if again.header("etag").ends_with("b\"") {
            break again;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let (half, etag) = (settled.body.len() / 2, settled.header("etag").to_owned());
    let range = format!("bytes={half}-");
    let rest = lab.get(&path, &[("accept-encoding", "br"), ("range", &range), ("if-range", &etag)]).await;
    assert_eq!(rest.status, 206);
    assert_eq!(rest.header("content-range"), format!("bytes {half}-{}/{}", settled.body.len() - 1, settled.body.len()));
    assert_eq!([&settled.body[..half], &rest.body].concat(), settled.body);
    let other = lab.get(&path, &[("accept-encoding", "br"), ("range", &range), ("if-range", "\"other\"")]).await;
    assert_eq!((other.status.as_u16(), other.body), (200, settled.body), "another representation: all of it");
    let beyond = lab.get(&path, &[("range", "bytes=99999999-")]).await;
    // A shared cache may keep a 416 as long as it says (RFC 9111, 3): it must not stand for the pack.
    assert_eq!((beyond.status.as_u16(), beyond.header("cache-control"), beyond.header("etag")), (416, "no-store", ""));
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", plain.body.len()));
    assert_eq!(lab.get(&path, &[("accept-encoding", "br"), ("if-none-match", &etag)]).await.status, 304);
    assert_eq!(lab.get(&path, &[("if-none-match", &etag)]).await.status, 304, "the same content in another encoding");
    let zstd = lab.get(&path, &[("accept-encoding", "zstd")]).await;
    assert_eq!(zstd.header("content-encoding"), "zstd");
    assert_eq!(zstd::stream::decode_all(&zstd.body[..]).unwrap(), plain.body);
}

#[tokio::test]
async fn a_newer_pack_comes_as_a_difference_from_the_one_at_hand() {
    let lab = with_articles(40).await;
    let epoch = head(&lab).await.epoch;
    let old = lab.get(&path::cards(epoch, 0, 40), &[]).await;
    assert_eq!(old.header("use-as-dictionary"), "match=\"/sync/*/cards/*\"");
    lab.import(&[article(100), article(101)]).await;
    let path = path::cards(epoch, 0, 42);
    let held = format!(":{}:", BASE64_STANDARD.encode(hash(&old.body)));
    let headers = [("accept-encoding", "br, dcz"), ("available-dictionary", held.as_str())];
    let answer = lab.get(&path, &headers).await;
    assert_eq!(answer.header("content-encoding"), "dcz");
    assert!(answer.header("vary").contains("available-dictionary"));
    assert_eq!(&answer.body[..8], [0x5e, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0]);
    assert_eq!(&answer.body[8..40], hash(&old.body));
    let mut decoder = zstd::stream::Decoder::with_ref_prefix(&answer.body[40..], &old.body).unwrap();
    let mut back = Vec::new();
    decoder.read_to_end(&mut back).unwrap();
    assert_eq!(back, lab.get(&path, &[]).await.body);
    let br = lab.get(&path, &[("accept-encoding", "br")]).await;
    assert!(answer.body.len() < br.body.len() / 2, "{} of {}", answer.body.len(), br.body.len());
    let foreign = format!(":{}:", BASE64_STANDARD.encode([3u8; 32]));
    let answer = lab.get(&path, &[("accept-encoding", "br, dcz"), ("available-dictionary", &foreign)]).await;
    assert_eq!(answer.header("content-encoding"), "br");
}

#[tokio::test]
async fn alerts_leave_by_time_and_their_packs_stay_a_while() {
    let lab = Lab::new().await;
    lab.import(&[alert("a", "alert", &[], "+1h"), article(1)]).await;
    let first = head(&lab).await;
    let named = first.alerts.unwrap();
    let pack = lab.get(&path::alerts(&named.hash), &[]).await;
    assert_eq!((pack.status.as_u16(), pack.body.len()), (200, named.bytes as usize));
    let trust = trust(&lab).await;
    let opened = Envelope::open(PackKind::Alerts, &pack.body, &trust).unwrap();
    let held = decode_full(opened.payload).unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(held, log::alerts(&lab.app.site.live.now().entries, lab.app.site.now()), "what the log says");
    lab.import(&[article(2)]).await;
    assert_eq!(head(&lab).await.alerts, Some(named), "other news leaves the pack as it is");
    lab.time.store(NOW + 8 * 86_400, Ordering::SeqCst);
    lab.app.site.refresh().await.unwrap();
    let last = head(&lab).await;
    assert_eq!(last.alerts, None, "over for more than a week");
    assert!(last.issued > first.issued);
    assert_eq!(lab.get(&path::alerts(&named.hash), &[]).await.status, 200, "whoever read the old head still gets it");
}

#[tokio::test]
async fn one_rest_of_a_pack_is_made_once_however_it_is_spelled() {
    let lab = with_articles(9).await;
    let head = head(&lab).await;
    let path = path::cards(head.epoch, 0, head.seq);
    let plain = lab.get(&format!("{path}?z=0"), &[]).await;
    assert_eq!(plain.status, 200);
    let before = lab.app.site.packs.count();
    for other in [format!("{path}?z=000"), format!("{path}?z=+0"), format!("{}?z=0", path.replace("/0-", "/000-"))] {
        assert_eq!(lab.get(&other, &[]).await.body, plain.body, "{other}");
    }
    assert_eq!(lab.app.site.packs.count(), before);
}

#[tokio::test]
async fn a_restart_changes_nothing_and_a_restored_copy_is_another_log() {
    let lab = with_articles(5).await;
    let before = lab.get(path::HEAD, &[]).await;
    let lab = lab.again().await;
    assert_eq!(lab.get(path::HEAD, &[]).await.body, before.body);
    let first = head(&lab).await;
    let copy = lab.folder.path().join("copy.sqlite");
    let copied = server::backup::run(&lab.app.site.store, &lab.app.site.shelf, &lab.data(), &copy).await.unwrap();
    let restored = lab.folder.path().join("restored");
    std::fs::create_dir_all(&restored).unwrap();
    std::fs::rename(&copied.database, restored.join(server::store::FILE)).unwrap();
    // Hours later: no phone may take the copy's word for an old one.
    lab.time.fetch_add(3 * 3600, Ordering::Relaxed);
    let refused = server::App::open(&restored, lab::options(&lab.time)).await.err().unwrap();
    assert!(refused.to_string().contains("[no-key]"), "a new key would be believed by nobody: {refused}");
    assert!(!restored.join(server::key::FILE).exists());
    std::fs::rename(&copied.key, restored.join(server::key::FILE)).unwrap();
    let app = server::App::open(&restored, lab::options(&lab.time)).await.unwrap();
    let second = app.site.live.now();
    assert!(second.head.issued.0 >= first.issued.0 + 3600, "{:?} after {:?}", second.head.issued, first.issued);
    assert_ne!(second.epoch(), first.epoch);
    assert_eq!((second.seq(), second.items.len()), (5, 5));
    assert_eq!(app.site.issuer.kid(), lab.app.site.issuer.kid(), "phones go on believing it");
    let again = server::App::open(&restored, lab::options(&lab.time)).await.unwrap();
    assert_eq!(again.site.live.now().epoch(), second.epoch());
}

#[tokio::test]
async fn what_another_process_publishes_is_seen() {
    let lab = with_articles(2).await;
    let other = server::App::open(&lab.data(), lab::options(&lab.time)).await.unwrap();
    let file = lab.folder.path().join("more.jsonl");
    std::fs::write(&file, article(7).to_string()).unwrap();
    let mut watch = lab.app.site.store.watch().await.unwrap();
    watch.changed().await.unwrap();
    assert!(!watch.changed().await.unwrap());
    other.import(&file).await.unwrap();
    assert!(watch.changed().await.unwrap());
    lab.app.site.refresh().await.unwrap();
    assert_eq!(head(&lab).await.seq, 3);
}

/// That it answers all the same is told in `memory`.
#[tokio::test]
async fn without_the_database_time_does_not_stand_still() {
    let lab = with_articles(2).await;
    lab.import(&[alert("lũ", "alert", &[], "+2h")]).await;
    lab.app.site.store.close().await;
    // An alert ends, and whoever runs the server is told what is wrong.
    let state = async || {
        let list: serde_json::Value = serde_json::from_slice(&lab.get("/api/v1/alerts", &[]).await.body).unwrap();
        list["items"][0]["alert"]["state"].as_str().unwrap_or("none").to_owned()
    };
    assert_eq!(state().await, "in-force");
    lab.time.fetch_add(3 * 3_600, Ordering::SeqCst);
    assert!(lab.app.site.refresh().await.is_err());
    assert_eq!(state().await, "ended");
}

#[tokio::test]
async fn a_key_that_did_not_sign_the_news_is_refused() {
    let lab = with_articles(2).await;
    let (data, time) = (lab.data(), lab.time.clone());
    let Lab { folder, app, .. } = lab;
    drop(app);
    let kept = std::fs::read(data.join("issuer.key")).unwrap();
    std::fs::write(data.join("issuer.key"), [7; 32]).unwrap();
    let refused = server::App::open(&data, lab::options(&time)).await.err().unwrap();
    assert!(refused.to_string().ends_with("[other-key]"), "{refused}");
    std::fs::write(data.join("issuer.key"), kept).unwrap();
    assert!(server::App::open(&data, lab::options(&time)).await.is_ok());
    drop(folder);
}

/// An hour wrong is the commonest mistake of a clock.
#[tokio::test]
async fn a_clock_that_is_set_back_tells_what_holds_now() {
    let lab = Lab::new().await;
    let mut soon = alert("sắp", "alert", &[], "+90m");
    soon["effective"] = "+30m".into();
    lab.import(&[soon]).await;
    let state = async || {
        lab.app.site.refresh().await.unwrap();
        let answer = lab.get("/api/v1/alerts", &[]).await;
        let list: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        (list["items"][0]["alert"]["state"].as_str().unwrap_or("none").to_owned(), head(&lab).await.issued)
    };
    let before = state().await;
    assert_eq!(before.0, "coming");
    lab.time.fetch_add(3_600, Ordering::SeqCst);
    let fast = state().await;
    assert_eq!(fast.0, "in-force");
    lab.time.fetch_sub(3_600, Ordering::SeqCst);
    let back = state().await;
    assert_eq!(back.0, "coming");
    assert!(back.1 >= fast.1, "phones that saw the other head go on believing");
    // One that was a year ahead is left behind.
    lab.time.fetch_add(400 * 86_400, Ordering::SeqCst);
    state().await;
    // Whatever was published under it.
    lab.import(&[alert("nhanh", "alert", &[], "+90m")]).await;
    assert!(state().await.1.since(domain::content::Time(NOW)) > 300 * 86_400);
    lab.time.fetch_sub(400 * 86_400, Ordering::SeqCst);
    let more: Vec<_> = (0..3).map(|n| alert(&format!("thường {n}"), "alert", &[], "+90m")).collect();
    lab.import(&more).await;
    assert!(state().await.1.since(domain::content::Time(NOW)) <= 2 * 3_600);
}

#[tokio::test]
async fn a_clock_that_is_years_behind_takes_no_head_back() {
    let lab = with_articles(3).await;
    let known = head(&lab).await.issued;
    for behind in [7 * 3_600, 4_000 * 86_400] {
        lab.time.fetch_sub(behind, Ordering::SeqCst);
        lab.import(&[alert(&format!("chậm {behind}"), "alert", &[], "+90m")]).await;
        lab.app.site.refresh().await.unwrap();
        assert!(head(&lab).await.issued >= known);
        lab.time.fetch_add(behind, Ordering::SeqCst);
    }
}
