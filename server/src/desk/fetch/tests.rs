//! Servers that mean no good, on this machine.

use super::*;
use std::net::Ipv4Addr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers each path as `answer` says; below `/slow` it then keeps the line open.
async fn server(answer: fn(&str, u16) -> Vec<u8>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = vec![0; 8_192];
                let length = line.read(&mut head).await.unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..length]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let _ = line.write_all(&answer(&path, port)).await;
                if path.starts_with("/slow") {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                }
            });
        }
    });
    port
}

fn here(ip: IpAddr) -> bool {
    ip == IpAddr::V4(Ipv4Addr::LOCALHOST)
}

const RULES: Rules = Rules { reach: here, any_port: true, patience: Duration::from_secs(10), now: Time(1_795_410_000) };

async fn fetch(url: &str, rules: Rules) -> Result<Fetched, Unfetched> {
    let url = checked(Url::parse(url).map_err(|_| Unfetched::BadUrl)?, rules)?;
    within(url, &Known::default(), rules).await
}

async fn refusal(url: &str, rules: Rules) -> Unfetched {
    fetch(url, rules).await.expect_err(url)
}

#[tokio::test]
async fn no_spelling_of_an_address_leads_inside() {
    let strict = Rules { reach: reach::is_global, any_port: false, ..RULES };
    for url in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://0x7f.0.0.1/",
        "http://2130706433/",
        "http://0/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fd00::1]/",
        "https://192.168.1.1/",
    ] {
        assert_eq!(refusal(url, strict).await, Unfetched::Inside, "{url}");
    }
    assert!(matches!(refusal("http://localhost/", strict).await, Unfetched::Inside | Unfetched::NoHost));
    for url in [
        "",
        "tin.example",
        "ftp://tin.example/",
        "file:///etc/passwd",
        "gopher://tin.example/",
        "http://127.0.0.1:6379/",
        "https://tin.example:8443/",
        "https://ai@tin.example/",
        "https://ai:do@tin.example/",
    ] {
        assert_eq!(refusal(url, strict).await, Unfetched::BadUrl, "{url}");
    }
}

#[tokio::test]
async fn no_redirect_leads_inside() {
    let port = server(|path, port| {
        let target = match path {
            "/private" => "http://10.0.0.1/".to_owned(),
            "/cloud" => "http://169.254.169.254/latest/".to_owned(),
            "/mapped" => "http://[::ffff:10.0.0.1]/".to_owned(),
            "/file" => "file:///etc/passwd".to_owned(),
            "/name" => "http://ai:do@tin.example/".to_owned(),
            "/once" => format!("http://127.0.0.1:{port}/private"),
            _ => "/again".to_owned(),
        };
        format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
    })
    .await;
    let at = |path: &str| format!("http://127.0.0.1:{port}{path}");
    for path in ["/private", "/cloud", "/mapped", "/once"] {
        assert_eq!(refusal(&at(path), RULES).await, Unfetched::Inside, "{path}");
    }
    for path in ["/file", "/name"] {
        assert_eq!(refusal(&at(path), RULES).await, Unfetched::BadUrl, "{path}");
    }
    assert_eq!(refusal(&at("/loop"), RULES).await, Unfetched::Redirects);
    let one_door = Rules { any_port: false, ..RULES };
    let url = Url::parse(&at("/once")).unwrap();
    assert_eq!(
        within(url, &Known::default(), one_door).await.unwrap_err(),
        Unfetched::BadUrl,
        "ports count after a redirect too"
    );
}

#[tokio::test]
async fn nothing_is_waited_for_or_taken_without_end() {
    let port = server(|path, _| {
        let head =
            |more: &str| format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n{more}connection: close\r\n\r\n").into_bytes();
        match path {
            "/slow-head" => Vec::new(),
            "/slow-body" => [head("content-length: 100\r\n"), b"<p>".to_vec()].concat(),
            "/large" => head("content-length: 3000000\r\n"),
            "/endless" => [head(""), vec![b'x'; 3_000_000]].concat(),
            "/most" => [head(""), vec![b'x'; MAX]].concat(),
            _ => [head("content-length: 100\r\n"), b"<p>".to_vec()].concat(),
        }
    })
    .await;
    let at = |path: &str| format!("http://127.0.0.1:{port}{path}");
    let hasty = Rules { patience: Duration::from_millis(300), ..RULES };
    assert_eq!(refusal(&at("/slow-head"), hasty).await, Unfetched::Slow);
    assert_eq!(refusal(&at("/slow-body"), hasty).await, Unfetched::Slow);
    assert_eq!(refusal(&at("/large"), RULES).await, Unfetched::Large);
    assert_eq!(refusal(&at("/endless"), RULES).await, Unfetched::Large);
    assert_eq!(refusal(&at("/cut"), RULES).await, Unfetched::Unreachable);
    assert!(matches!(fetch(&at("/most"), RULES).await, Ok(Fetched::New(page)) if page.bytes.len() == MAX));
}

#[tokio::test]
async fn what_a_server_says_is_understood() {
    let port = server(|path, _| {
        let (status, head) = match path {
            "/picture" => (200, "content-type: image/svg+xml\r\n"),
            "/packed" => (200, "content-type: text/html\r\ncontent-encoding: gzip\r\n"),
            "/page" => (200, "content-type: Text/HTML; charset=utf-8\r\netag: \"1\"\r\nlast-modified: x\r\n"),
            "/same" => (304, ""),
            "/gone" => (410, ""),
            "/closed" => (403, ""),
            "/busy" => (429, "retry-after: 90\r\n"),
            "/down" => (503, ""),
            _ => (500, ""),
        };
        format!("HTTP/1.1 {status} x\r\n{head}content-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
    })
    .await;
    let at = |path: &str| format!("http://127.0.0.1:{port}{path}");
    for (path, expected) in [
        ("/picture", Unfetched::NoText),
        ("/packed", Unfetched::NoText),
        ("/gone", Unfetched::Gone),
        ("/closed", Unfetched::Forbidden),
        ("/busy", Unfetched::Busy(Some(90))),
        ("/down", Unfetched::Busy(None)),
        ("/broken", Unfetched::Failing),
    ] {
        assert_eq!(refusal(&at(path), RULES).await, expected, "{path}");
    }
    let Ok(Fetched::New(page)) = fetch(&at("/page"), RULES).await else { panic!("a page") };
    assert_eq!((page.kind.as_str(), page.is_feed()), ("text/html", false));
    assert_eq!(page.known, Known { etag: "\"1\"".into(), modified: "x".into() });
    assert!(matches!(fetch(&at("/same"), RULES).await, Ok(Fetched::Same)));
    assert_eq!(refusal("http://127.0.0.1:1/", RULES).await, Unfetched::Unreachable);
}

/// A server whose certificate nobody vouches for.
#[tokio::test]
async fn who_cannot_prove_his_name_is_not_believed() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key.into()).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let shaken = tokio::spawn(async move {
        let (line, _) = listener.accept().await.unwrap();
        acceptor.accept(line).await.map(drop).map_err(|cause| cause.to_string())
    });
    let anywhere = Rules { reach: |_| true, ..RULES };
    assert_eq!(refusal(&format!("https://localhost:{port}/"), anywhere).await, Unfetched::Unreachable);
    let shaken = tokio::time::timeout(Duration::from_secs(10), shaken).await.expect("somebody came");
    let told = shaken.unwrap().expect_err("no handshake with it");
    assert!(told.to_lowercase().contains("unknownca") || told.to_lowercase().contains("certificate"), "{told}");
}
