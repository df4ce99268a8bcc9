//! A server in this process, on a data folder that goes when the test ends.
#![allow(dead_code, reason = "each test file uses a part of it")]

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use domain::content::Time;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::{App, Clock, Options};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tower::ServiceExt;

/// 2026-11-23 12:00 in Vietnam.
pub const NOW: i64 = 1_795_410_000;

pub struct Lab {
    pub folder: tempfile::TempDir,
    pub app: App,
    pub time: Arc<AtomicI64>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(self) -> String {
        String::from_utf8(self.body).unwrap()
    }

    pub fn json(self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub fn options(time: &Arc<AtomicI64>) -> Options {
    let time = time.clone();
    Options { sample: false, clock: Clock::new(move || Time(time.load(Ordering::SeqCst))), ..Options::default() }
}

impl Lab {
    pub async fn new() -> Lab {
        Lab::with(|options| options).await
    }

    pub async fn with(change: impl FnOnce(Options) -> Options) -> Lab {
        let folder = tempfile::tempdir().unwrap();
        let time = Arc::new(AtomicI64::new(NOW));
        let app = App::open(&folder.path().join("data"), change(options(&time))).await.unwrap();
        Lab { folder, app, time }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The same data folder opened again, as after a restart.
    pub async fn again(self) -> Lab {
        let (data, time) = (self.data(), self.time.clone());
        drop(self.app);
        Lab { app: App::open(&data, options(&time)).await.unwrap(), folder: self.folder, time }
    }

    pub async fn import(&self, lines: &[Value]) -> server::import::Report {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        self.import_text(&text).await
    }

    pub async fn import_text(&self, text: &str) -> server::import::Report {
        let file = self.folder.path().join("lines.jsonl");
        std::fs::write(&file, text).unwrap();
        self.app.import(&file).await.unwrap()
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("GET", path, headers).await
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.app.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

/// A plain article whose text depends on its number.
pub fn article(n: usize) -> Value {
    json!({"id": format!("bai-{n}"), "topic_guess": "y-te", "title": format!("Tin số {n}"), "summary": format!("Tóm tắt {n}."),
        "body": [format!("Đoạn một của tin {n}: rửa tay trước khi ăn, uống nước đun sôi."), format!("Đoạn hai {}.", n * 7919)]})
}

pub fn alert(id: &str, msg_type: &str, references: &[&str], expires: &str) -> Value {
    json!({"id": id, "kind": "alert", "topics": ["phong-chong-thien-tai"], "places": ["20044"], "issued": "-1h", "expires": expires,
        "source": {"name": "Đài khí tượng"}, "title": format!("Lũ quét {id}"), "summary": "Lên cao.", "body": [{"steps": ["Lên đồi"]}],
        "alert": {"level": 2, "hazard": "flash-flood", "msg_type": msg_type, "references": references}})
}

/// A PNG as far as anyone looks at it here.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    use img_parts::png::PngChunk;
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, what) in [(*b"IHDR", head), (*b"IDAT", vec![0]), (*b"IEND", Vec::new())] {
        bytes.extend(PngChunk::new(kind, what.into()).encoder().bytes());
    }
    bytes
}

pub fn unbrotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    brotli::BrotliDecompress(&mut &bytes[..], &mut out).unwrap();
    out
}
