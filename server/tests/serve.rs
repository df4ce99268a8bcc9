//! The accept loop as a bad network and a stop see it.

mod lab;
mod office;

use lab::{Lab, article};
use office::{Office, office_in, write};
use server::Options;
use server::serve::{Limits, run};
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

async fn start(lab: &Lab, limits: Limits) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let app = lab.app.clone();
    let task = tokio::spawn(async move {
        run(app, listener, limits, async { drop(stopped.await) }).await.unwrap();
    });
    (address, stop, task)
}

async fn exchange(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

const ASK: &str = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_reader_who_never_finishes_asking_is_let_go() {
    let lab = Lab::new().await;
    let limits = Limits { connections: 10, headers: Duration::from_millis(300), ..Limits::default() };
    let (address, _stop, _task) = start(&lab, limits).await;
    for beginning in ["", "P", "PRI * HT", "G", "GET / HTTP/1.1\r\nhost: x\r\n"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        let began = Instant::now();
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        assert!(read.is_ok(), "{beginning:?} is still being waited for");
        assert!(began.elapsed() >= Duration::from_millis(200), "{beginning:?} had too little time");
    }
    let mut stream = TcpStream::connect(address).await.unwrap();
    assert!(exchange(&mut stream, ASK).await.starts_with("HTTP/1.1 200"));
    // The same holds between two questions.
    let mut stream = TcpStream::connect(address).await.unwrap();
    let answers =
        tokio::time::timeout(Duration::from_secs(5), exchange(&mut stream, &ASK.replace("connection: close\r\n", ""))).await;
    assert!(answers.unwrap().starts_with("HTTP/1.1 200"));
}

/// Sends a byte now and then and never comes to the end; gives what was answered by when the line was closed.
async fn dawdle(address: SocketAddr, path: &str, kind: &str, cookie: &str) -> Option<String> {
    let (mut from, mut to) = TcpStream::connect(address).await.unwrap().into_split();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nsec-fetch-site: same-origin\r\ncookie: {cookie}\r\ncontent-type: {kind}\r\n\
         content-length: 100000\r\n\r\n"
    );
    to.write_all(head.as_bytes()).await.unwrap();
    let sending = tokio::spawn(async move {
        while to.write_all(b"-").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut bytes = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(3), from.read_to_end(&mut bytes)).await;
    sending.abort();
    closed.ok().map(|_| String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn nobody_holds_a_line_by_sending_slowly_but_who_brings_a_photograph() {
    let lab = Lab::with(|options| Options { forms: Duration::from_millis(300), ..options }).await;
    let Office { lab, author, .. } = office_in(lab).await;
    let file = format!("{}/tep", write(&lab, &author, "Cầu treo").await);
    let (address, _stop, _task) = start(&lab, Limits { connections: 10, ..Limits::default() }).await;
    let (form, photo, desk) = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "/ban-lam-viec/viec");
    for (path, kind, cookie, status) in [
        ("/ban-lam-viec/vao", form, "", "408"),
        (desk, form, author.cookie.as_str(), "408"),
        (file.as_str(), form, author.cookie.as_str(), "408"),
        (desk, photo, author.cookie.as_str(), "415"),
        (file.as_str(), photo, "", "415"),
        (file.as_str(), photo, "__Host-bantin=x", "415"),
    ] {
        let answer = dawdle(address, path, kind, cookie).await;
        let answer = answer.unwrap_or_else(|| panic!("{path} is still listened to: {kind} {cookie}"));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path} {kind} {cookie}: {answer}");
    }
    assert_eq!(dawdle(address, &file, photo, &author.cookie).await, None, "a weak line takes minutes");
    // The way back is the page of the work, whatever form of it was sent.
    let work = file.strip_suffix("/tep").unwrap();
    for form_of in ["/buoc", "/huy", ""] {
        let answer = dawdle(address, &format!("{work}{form_of}"), form, &author.cookie).await.unwrap();
        assert!(answer.contains(&format!("href=\"{work}\"")), "{form_of}: {answer}");
    }
}

/// So many connections are open.
async fn opened(lab: &Lab, count: u64) {
    let open = || lab.app.site.metrics.open.load(Ordering::Relaxed);
    let there = async {
        while open() != count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), there).await.unwrap_or_else(|_| panic!("{} are open, not {count}", open()));
}

#[tokio::test]
async fn too_many_readers_are_asked_to_come_back() {
    let lab = Lab::new().await;
    let limits = Limits { connections: 2, ..Limits::default() };
    let (address, _stop, _task) = start(&lab, limits).await;
    let (first, second) = (TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap());
    opened(&lab, 2).await;
    let mut third = TcpStream::connect(address).await.unwrap();
    let answer = exchange(&mut third, ASK).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 5"), "{answer}");
    drop((first, second, third));
    opened(&lab, 0).await;
    let mut fourth = TcpStream::connect(address).await.unwrap();
    assert!(exchange(&mut fourth, ASK).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_stop_lets_go_of_idle_readers_and_ends_soon() {
    let lab = Lab::new().await;
    let (address, stop, task) = start(&lab, Limits::default()).await;
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut start = [0; 15];
    idle.read_exact(&mut start).await.unwrap();
    let _silent = TcpStream::connect(address).await.unwrap();
    opened(&lab, 2).await;
    let began = Instant::now();
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), task).await.unwrap().unwrap();
    assert!(began.elapsed() < Duration::from_secs(2));
    assert!(TcpStream::connect(address).await.is_err());
}

/// A photograph that is still coming, and a phone that takes nothing of its answers.
#[tokio::test]
async fn a_stop_waits_for_nobody_who_does_not_come_to_an_end() {
    let Office { lab, author, .. } = office_in(Lab::new().await).await;
    let file = format!("{}/tep", write(&lab, &author, "Cầu treo").await);
    assert!(Limits::default().drain < Duration::from_secs(10), "whoever stops it waits for ten seconds");
    let (address, stop, task) = start(&lab, Limits { drain: Duration::from_secs(1), ..Limits::default() }).await;
    let cookie = author.cookie.clone();
    let bringing =
        tokio::spawn(async move { dawdle(address, &file, "multipart/form-data; boundary=x", &cookie).await.unwrap_or_default() });
    let (_taken, mut asking) = TcpStream::connect(address).await.unwrap().into_split();
    let asked = tokio::spawn(async move { asking.write_all(ASK_ON.repeat(MANY).as_bytes()).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let began = Instant::now();
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), task).await.expect("it does not wait").unwrap();
    assert!(began.elapsed() >= Duration::from_millis(900), "both are given their time: {:?}", began.elapsed());
    drop(bringing);
    drop(asked);
}

const ASK_ON: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
/// Answers that no buffer of any system holds.
const MANY: usize = 6_000;

#[tokio::test]
async fn a_reader_who_takes_nothing_is_let_go() {
    let lab = Lab::new().await;
    let (address, _stop, _task) = start(&lab, Limits { stall: Duration::from_millis(300), ..Limits::default() }).await;
    let (mut from, mut to) = TcpStream::connect(address).await.unwrap().into_split();
    let asking = tokio::spawn(async move { to.write_all(ASK_ON.repeat(MANY).as_bytes()).await });
    opened(&lab, 1).await;
    opened(&lab, 0).await;
    let mut bytes = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(5), from.read_to_end(&mut bytes)).await;
    assert!(end.is_ok(), "the line is still open");
    let answers = String::from_utf8_lossy(&bytes).matches("HTTP/1.1 200").count();
    assert!(answers > 0 && answers < MANY, "{answers} answers were taken in");
    drop(asking);
    // Whoever takes what he asked for is served.
    let mut stream = TcpStream::connect(address).await.unwrap();
    assert!(exchange(&mut stream, ASK).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_question_that_is_too_long_is_refused() {
    let lab = Lab::new().await;
    let (address, _stop, _task) = start(&lab, Limits::default()).await;
    for (length, status) in [(8 * 1024, "200"), (40 * 1024, "431")] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let more = format!("host: x\r\nx-more: {}\r\n", "x".repeat(length));
        let answer = exchange(&mut stream, &ASK.replace("host: x\r\n", &more)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{length}: {answer}");
    }
}

#[tokio::test]
async fn http2_without_tls_is_spoken() {
    let lab = Lab::new().await;
    lab.import(&[article(1)]).await;
    let (address, _stop, _task) = start(&lab, Limits::default()).await;
    let stream = TcpStream::connect(address).await.unwrap();
    let io = hyper_util::rt::TokioIo::new(stream);
    let executor = hyper_util::rt::TokioExecutor::new();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(executor, io).await.unwrap();
    tokio::spawn(connection);
    let request = axum::http::Request::builder().uri(format!("http://{address}/sync/head"));
    let answer = sender.send_request(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, axum::http::Version::HTTP_2));
    // With the limits that the other kind of line has.
    let long = axum::http::Request::builder().uri(format!("http://{address}/sync/head")).header("x-long", "a".repeat(40_000));
    let answer = sender.send_request(long.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status().as_u16(), 431);
}

/// RFC 9112, 3.2.
#[tokio::test]
async fn a_request_names_one_host() {
    let lab = Lab::new().await;
    let (address, _stop, _task) = start(&lab, Limits::default()).await;
    for (hosts, status) in [("", "400"), ("Host: a\r\nHost: b\r\n", "400"), ("Host: a\r\n", "200")] {
        for path in ["/healthz", "/sync/head"] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let answer = exchange(&mut stream, &format!("GET {path} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n")).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path} {hosts:?}: {answer}");
        }
    }
}
