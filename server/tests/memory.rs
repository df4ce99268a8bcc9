//! Whatever readers ask for is answered out of memory: the database may be shut and its only writer busy.

mod lab;
mod reader;

use domain::wire::path;
use reader::{ORIGIN, Reader, tags};
use std::collections::BTreeSet;
use std::time::Duration;

/// What no page leads to: what phones, programs and search machines ask for by themselves.
fn unlinked(reader: &Reader) -> Vec<String> {
    let now = reader.app.site.live.now();
    let (seq, epoch) = (now.seq(), reader.app.site.store.epoch);
    let whole = seq - seq % 64;
    let mut paths = [
        "/healthz",
        "/metrics",
        "/robots.txt",
        "/sitemap.xml",
        "/sync/head",
        "/sync/trust",
        "/api/v1/items",
        "/api/v1/alerts",
        "/api/v1/places",
        "/api/v1/topics",
    ]
    .map(str::to_owned)
    .to_vec();
    for (from, to) in [(0, whole), (whole, seq)] {
        paths.extend([path::cards(epoch, from, to), path::bodies(epoch, from, to)]);
    }
    paths.extend(now.items.keys().flat_map(|id| [format!("/api/v1/items/{id}"), path::item(*id)]));
    paths.extend(now.head.alerts.as_ref().map(|alerts| path::alerts(&alerts.hash)));
    paths.extend(
        ["/tim?q=lu+quet", "/tim?q=kh%C3%B4ng+c%C3%B3", "/api/v1/search?q=lu+quet", "/khong-co-trang-nay"].map(str::to_owned),
    );
    paths
}

#[tokio::test]
async fn no_address_that_readers_use_asks_the_database() {
    let reader = Reader::with_sample().await;
    let store = &reader.app.site.store;
    store.close().await;
    let _writing = store.begin().await.unwrap();
    assert!(store.seq().await.is_err(), "whoever did ask would notice");

    let mut waiting = unlinked(&reader);
    waiting.extend(["/".to_owned(), "/en".to_owned()]);
    let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
    while let Some(path) = waiting.pop() {
        let answer = tokio::time::timeout(Duration::from_secs(5), reader.get(&path)).await.expect(&path);
        let wanted = if path == "/khong-co-trang-nay" { 404 } else { 200 };
        assert_eq!(answer.status, wanted, "{path}");
        let html = answer.header("content-type").starts_with("text/html");
        let Some(html) = html.then(|| answer.text()) else { continue };
        for tag in tags(&html) {
            for link in ["href", "src"].iter().filter_map(|name| tag.get(name)) {
                let link = link.replace("&amp;", "&");
                let link = link.strip_prefix(ORIGIN).unwrap_or(&link).split('#').next().unwrap();
                // Files of the program are not there in this test; the desk is not for readers.
                let for_readers = link.starts_with('/') && !server::desk::is_here(link) && !reader_asset(link);
                if for_readers && seen.insert(link.to_owned()) {
                    waiting.push(link.to_owned());
                }
            }
        }
    }
    let beginning = |start: &str| seen.iter().filter(|path| path.starts_with(start)).count();
    assert!(seen.len() > 900, "{} addresses", seen.len());
    for (start, least) in [
        ("/tin/", 30),
        ("/canh-bao/", 10),
        ("/noi/", 100),
        ("/chu-de/", 10),
        ("/en/", 250),
        ("/feed/", 40),
        ("/media/", 3),
        ("/api/", 50),
    ] {
        assert!(beginning(start) >= least, "{start} {}", beginning(start));
    }
}

/// Whether this is one of the files that are built with the program.
fn reader_asset(link: &str) -> bool {
    let file = link.rsplit('/').next().unwrap();
    [".js", ".css", ".svg", ".png", ".webmanifest"].iter().any(|end| file.ends_with(end)) && !link.starts_with("/media/")
}
