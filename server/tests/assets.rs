//! The app's files: hashed ones for ever, an update as a difference, a missing one never a page.

mod lab;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::sign::hash;
use lab::{Lab, options, unbrotli};
use server::{App, Options};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

fn release(dist: &Path, n: u8) -> (String, Vec<u8>) {
    let _ = std::fs::remove_dir_all(dist);
    std::fs::create_dir_all(dist.join("icons")).unwrap();
    let name = format!("app-{:016x}_bg.wasm", 0xabc0 + u64::from(n));
    let mut wasm: Vec<u8> = (0..40_000u32).flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    wasm[1000..1010].fill(n);
    std::fs::write(dist.join(&name), &wasm).unwrap();
    std::fs::write(dist.join("index.html"), "<html><script>go()</script><style>a{}</style></html>").unwrap();
    std::fs::write(dist.join("sw.js"), format!("// {n}")).unwrap();
    std::fs::write(dist.join("icons/icon-192.png"), lab::png(192, 192)).unwrap();
    std::fs::write(dist.join("release.json"), format!("{{\"version\":\"{:016x}\"}}", n)).unwrap();
    (format!("/{name}"), wasm)
}

#[tokio::test]
async fn files_of_the_app_and_its_updates() {
    let lab = Lab::new().await;
    let dist = lab.folder.path().join("dist");
    let (old_name, old) = release(&dist, 1);
    let with = |time: &Arc<AtomicI64>| Options { assets: Some(dist.clone()), ..options(time) };
    let app = App::open(&lab.data(), with(&lab.time)).await.unwrap();
    let lab = Lab { app, ..lab };
    assert_eq!(lab.app.site.live.now().head.app, 1u64.to_be_bytes());
    let wasm = lab.get(&old_name, &[("accept-encoding", "br")]).await;
    assert_eq!((wasm.status.as_u16(), wasm.header("content-type")), (200, "application/wasm"));
    assert!(wasm.header("cache-control").contains("immutable"));
    assert_eq!(wasm.header("use-as-dictionary"), "match=\"/app-*_bg.wasm\"");
    let shell = lab.get("/app-shell", &[("accept-encoding", "br")]).await;
    assert_eq!(
        (shell.status.as_u16(), shell.header("content-type"), shell.header("cache-control")),
        (200, "text/html; charset=utf-8", "no-cache")
    );
    assert!(shell.header("content-security-policy").contains("'sha256-"));
    assert_eq!(lab.get("/index.html", &[]).await.status, 404);
    assert_eq!(lab.get("/sw.js", &[]).await.header("cache-control"), "no-cache");
    assert_eq!(lab.get("/icons/icon-192.png", &[]).await.header("content-type"), "image/png");
    for missing in ["/app-0000000000000000_bg.wasm", "/app-0000000000000000.js", "/x.css", "/a/b.png"] {
        let answer = lab.get(missing, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (404, "text/plain; charset=utf-8"), "{missing}");
    }

    let (new_name, new) = release(&dist, 2);
    let app = App::open(&lab.data(), with(&lab.time)).await.unwrap();
    let lab = Lab { app, ..lab };
    assert_eq!(lab.get(&old_name, &[]).await.body, old, "a page from before the update finds its files");
    let held = format!(":{}:", BASE64_STANDARD.encode(hash(&old)));
    let update = lab.get(&new_name, &[("accept-encoding", "gzip, br, zstd, dcb, dcz"), ("available-dictionary", &held)]).await;
    assert_eq!(update.header("content-encoding"), "dcz");
    assert!(update.body.len() < 1_000, "{}", update.body.len());
    let mut back = Vec::new();
    zstd::stream::Decoder::with_ref_prefix(&update.body[40..], &old).unwrap().read_to_end(&mut back).unwrap();
    assert_eq!(back, new);
    let plain = lab.get(&new_name, &[("accept-encoding", "br")]).await;
    assert_eq!(if plain.header("content-encoding") == "br" { unbrotli(&plain.body) } else { plain.body }, new);
}
