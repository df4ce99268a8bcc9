//! Images and recordings in a bucket: the program itself against a small server that speaks as much S3 as it takes.

mod lab;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use lab::png;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

type Bucket = Arc<Mutex<BTreeMap<String, Bytes>>>;

async fn put(State(bucket): State<Bucket>, Path(key): Path<String>, head: HeaderMap, body: Bytes) -> Response {
    let signed = head.get("authorization").is_some_and(|value| value.to_str().unwrap().starts_with("AWS4-HMAC-SHA256"));
    if !signed {
        return StatusCode::FORBIDDEN.into_response();
    }
    bucket.lock().unwrap().insert(key, body);
    [("etag", "\"x\"")].into_response()
}

async fn get(State(bucket): State<Bucket>, Path(key): Path<String>, head: HeaderMap) -> Response {
    let Some(all) = bucket.lock().unwrap().get(&key).cloned() else { return StatusCode::NOT_FOUND.into_response() };
    let date = ("last-modified", "Mon, 23 Nov 2026 00:00:00 GMT");
    let Some(range) = head.get("range").map(|range| range.to_str().unwrap().trim_start_matches("bytes=").to_owned()) else {
        return ([date, ("etag", "\"x\"")], all).into_response();
    };
    let (from, to) = range.split_once('-').unwrap();
    let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
    let part = format!("bytes {from}-{to}/{}", all.len());
    let more = [("content-range", part.as_str()), date, ("etag", "\"x\"")];
    (StatusCode::PARTIAL_CONTENT, more, all.slice(from..=to)).into_response()
}

async fn list(State(bucket): State<Bucket>, uri: Uri) -> String {
    assert!(uri.query().is_some_and(|query| query.contains("list-type=2") && query.contains("prefix=anh")), "{uri}");
    let one = |(key, bytes): (&String, &Bytes)| {
        let size = bytes.len();
        format!(
            "<Contents><Key>{key}</Key><LastModified>2026-11-23T00:00:00.000Z</LastModified><ETag>x</ETag><Size>{size}</Size></Contents>"
        )
    };
    let all: String = bucket.lock().unwrap().iter().map(one).collect();
    format!("<ListBucketResult><Name>tin</Name><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>{all}</ListBucketResult>")
}

#[tokio::test(flavor = "multi_thread")]
async fn images_go_to_a_bucket_and_come_from_there() {
    let bucket = Bucket::default();
    let routes = axum::Router::new()
        .route("/tin/{*key}", axum::routing::get(get).put(put))
        .route("/tin", axum::routing::get(list))
        .with_state(bucket.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let served = hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
        while let Ok((stream, _)) = listener.accept().await {
            let service = hyper_util::service::TowerToHyperService::new(routes.clone());
            let served = served.clone();
            tokio::spawn(async move { served.serve_connection(hyper_util::rt::TokioIo::new(stream), service).await.unwrap() });
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let program = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bantin"));
        command.args(args).arg("--data").arg(&data).env("BANTIN_MEDIA", "s3://tin/anh");
        let settings =
            [("ENDPOINT", endpoint.as_str()), ("ACCESS_KEY_ID", "k"), ("SECRET_ACCESS_KEY", "s"), ("ALLOW_HTTP", "true")];
        command.envs(settings.map(|(name, value)| (format!("AWS_{name}"), value))).env("AWS_REGION", "hue");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    std::fs::write(folder.path().join("anh.png"), png(64, 48)).unwrap();
    let line = json!({"id": "1", "kind": "guide", "topics": ["y-te"], "issued": "0m", "source": {"name": "Trạm"}, "title": "T",
        "summary": "S", "body": [{"image": "anh.png", "alt": "Rửa tay"}]});
    let file = folder.path().join("tin.jsonl");
    std::fs::write(&file, line.to_string()).unwrap();
    for said in ["1 mới, 0 sửa, 0 không đổi, 0 lỗi\n", "0 mới, 0 sửa, 1 không đổi, 0 lỗi\n"] {
        let done = program(&["import", file.to_str().unwrap()]).output().unwrap();
        assert_eq!(String::from_utf8(done.stdout).unwrap(), said, "{}", String::from_utf8_lossy(&done.stderr));
    }
    let keys: Vec<String> = bucket.lock().unwrap().keys().cloned().collect();
    let [key] = &keys[..] else { panic!("{keys:?}") };
    let name = key.strip_prefix("anh/").unwrap();
    assert_eq!(bucket.lock().unwrap()[key], png(64, 48));
    assert_eq!(std::fs::read_dir(data.join("media")).unwrap().count(), 0, "nothing of it stays here");

    let mut server =
        program(&["serve", "--port", "0", "--host", "127.0.0.1", "--no-sample", "--assets", "none"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port: u16 = line.trim().rsplit(':').next().unwrap().parse().unwrap();
    let ask = |path: &str, more: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(stream, "GET /media/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{more}\r\n").unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        bytes
    };
    let (whole, part) = (ask(name, ""), ask(name, "range: bytes=8-11\r\n"));
    assert!(whole.starts_with(b"HTTP/1.1 200") && whole.ends_with(&png(64, 48)));
    assert!(part.starts_with(b"HTTP/1.1 206") && part.ends_with(&png(64, 48)[8..12]));
    assert!(ask("00000000000000000000000000000000.png", "").starts_with(b"HTTP/1.1 404"));
    server.kill().unwrap();
    server.wait().unwrap();

    // A folder without a database is no server: a copy of nothing is no success.
    let nothing = folder.path().join("nothing");
    let mut copying = Command::new(env!("CARGO_BIN_EXE_bantin"));
    let refused = copying.args(["backup", "--to", "x.sqlite", "--data"]).arg(&nothing).output().unwrap();
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("[no-database]"));
    assert!(!nothing.exists());
    let copy = folder.path().join("copy.sqlite");
    assert!(program(&["backup", "--to", copy.to_str().unwrap()]).status().unwrap().success());
    assert_eq!(std::fs::read(folder.path().join("copy.sqlite.media").join(name)).unwrap(), png(64, 48));
}
