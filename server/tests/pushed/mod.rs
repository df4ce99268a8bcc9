//! A push service in this process, over TLS and HTTP/2, and the phones behind it, which open what they get (RFC 8291) and check
//! who sent it (RFC 8292).
#![allow(dead_code, reason = "each test file uses a part of it")]

use aes_gcm::aead::Aead;
use aes_gcm::{Aes128Gcm, KeyInit};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hkdf::Hkdf;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What came in, and what was answered.
#[derive(Clone)]
pub struct Got {
    pub path: String,
    pub at: Instant,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub status: u16,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A status, and seconds for `Retry-After`.
type Wanted = (u16, Option<u32>);

#[derive(Default)]
struct State {
    got: Vec<Got>,
    /// What is answered next, by path; else 201.
    next: HashMap<String, VecDeque<Wanted>>,
    delay: Duration,
}

pub struct Service {
    pub port: u16,
    /// Its certificate, PEM.
    pub root: Vec<u8>,
    state: Arc<Mutex<State>>,
}

impl Service {
    /// Lives as long as the runtime that it is started in.
    pub async fn new() -> Service {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let mut config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let kept = state.clone();
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                let (acceptor, state) = (acceptor.clone(), kept.clone());
                tokio::spawn(async move {
                    let _ = line.set_nodelay(true);
                    let Ok(line) = acceptor.accept(line).await else { return };
                    let service = service_fn(move |request| take(state.clone(), request));
                    let mut http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                    http.timer(TokioTimer::new()).max_concurrent_streams(500);
                    let _ = http.serve_connection(TokioIo::new(line), service).await;
                });
            }
        });
        Service { port, root: made.cert.pem().into_bytes(), state }
    }

    pub fn endpoint(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// The next answers to one path.
    pub fn answer(&self, path: &str, next: &[Wanted]) {
        self.state.lock().unwrap().next.entry(path.to_owned()).or_default().extend(next);
    }

    pub fn slow(&self, delay: Duration) {
        self.state.lock().unwrap().delay = delay;
    }

    /// Everything that came in so far.
    pub fn got(&self) -> Vec<Got> {
        self.state.lock().unwrap().got.clone()
    }

    pub fn count(&self) -> usize {
        self.state.lock().unwrap().got.len()
    }

    /// Waits until this holds of what came in.
    pub async fn until(&self, what: &str, holds: impl Fn(&[Got]) -> bool) -> Vec<Got> {
        let began = Instant::now();
        loop {
            let got = self.got();
            if holds(&got) {
                return got;
            }
            let paths: Vec<_> = got.iter().map(|got| (&got.path, got.status)).collect();
            assert!(began.elapsed() < Duration::from_secs(40), "{what}; there came {} {paths:?}", got.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Nothing more comes for a while.
    pub async fn quiet(&self, long: Duration) {
        let before = self.count();
        tokio::time::sleep(long).await;
        let got = self.got();
        let more: Vec<_> = got[before..].iter().map(|got| &got.path).collect();
        assert!(more.is_empty(), "there came {more:?}");
    }
}

async fn take(state: Arc<Mutex<State>>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    assert_eq!(request.method(), Method::POST);
    let (parts, body) = request.into_parts();
    // Who sent it went away before the end: nothing came in.
    let Ok(body) = body.collect().await else { return Ok(Response::new(Body::empty())) };
    let path = parts.uri.path().to_owned();
    let (delay, (status, wait)) = {
        let mut state = state.lock().unwrap();
        let next = state.next.get_mut(&path).and_then(VecDeque::pop_front).unwrap_or((201, None));
        let got = Got { path, at: Instant::now(), headers: parts.headers, body: body.to_bytes(), status: next.0 };
        state.got.push(got);
        (state.delay, next)
    };
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let mut response = Response::builder().status(status);
    if let Some(wait) = wait {
        response = response.header("retry-after", wait);
    }
    Ok(response.body(Body::empty()).unwrap())
}

/// A browser with a subscription.
pub struct Phone {
    pub path: String,
    key: SecretKey,
    pub auth: [u8; 16],
}

impl Phone {
    pub fn new(number: u32) -> Phone {
        let seed = |part: u8| {
            let mut seed = [part; 32];
            seed[..4].copy_from_slice(&(number + 1).to_be_bytes());
            seed
        };
        let auth = seed(2)[..16].try_into().unwrap();
        Phone { path: format!("/p/{number}"), key: SecretKey::from_slice(&seed(1)).unwrap(), auth }
    }

    pub fn p256dh(&self) -> Vec<u8> {
        self.key.public_key().to_sec1_point(false).as_bytes().to_vec()
    }

    /// What its browser sends to subscribe to alerts for these places, by day and night.
    pub fn wish(&self, service: &Service, places: &[u32], level: u8) -> Value {
        json!({"endpoint": service.endpoint(&self.path), "places": places, "hazards": [], "level": level, "quiet": null, "lang": "vi",
            "keys": {"p256dh": BASE64.encode(self.p256dh()), "auth": BASE64.encode(self.auth)}})
    }

    /// What came for it, opened, in order; refused ones too.
    pub fn got(&self, all: &[Got]) -> Vec<Value> {
        all.iter().filter(|got| got.path == self.path).map(|got| self.open(got)).collect()
    }

    pub fn open(&self, got: &Got) -> Value {
        assert_eq!(got.header("content-encoding"), "aes128gcm");
        assert!(got.body.len() <= 4_096, "services refuse {} bytes", got.body.len());
        let (salt, rest) = got.body.split_at(16);
        assert_eq!((&rest[..4], rest[4]), (&4_096u32.to_be_bytes()[..], 65));
        let (sender, record) = rest[5..].split_at(65);
        let shared = self.key.diffie_hellman(&PublicKey::from_sec1_bytes(sender).unwrap());
        let (mut ikm, mut key, mut nonce) = ([0; 32], [0; 16], [0; 12]);
        let info = [&b"WebPush: info\0"[..], &self.p256dh(), sender].concat();
        Hkdf::<Sha256>::new(Some(&self.auth), shared.raw_secret_bytes()).expand(&info, &mut ikm).unwrap();
        let prk = Hkdf::<Sha256>::new(Some(salt), &ikm);
        prk.expand(b"Content-Encoding: aes128gcm\0", &mut key).unwrap();
        prk.expand(b"Content-Encoding: nonce\0", &mut nonce).unwrap();
        let mut plain = Aes128Gcm::new(&key.into()).decrypt(&nonce.into(), record).expect("it is for this phone");
        assert_eq!(plain.pop(), Some(2), "the last record");
        assert!(plain.len() <= domain::wire::push::MAX);
        serde_json::from_slice(&plain).unwrap()
    }
}

/// Checks who sent it; gives the claims.
pub fn proven(got: &Got, public: &str, service: &Service) -> Value {
    let (token, key) = got.header("authorization").strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    assert_eq!(key, public, "the key that browsers subscribed to");
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&BASE64.decode(signature).unwrap()).unwrap();
    VerifyingKey::from_sec1_bytes(&BASE64.decode(key).unwrap()).unwrap().verify(signed.as_bytes(), &signature).unwrap();
    let part =
        |at: usize| -> Value { serde_json::from_slice(&BASE64.decode(signed.split('.').nth(at).unwrap()).unwrap()).unwrap() };
    assert_eq!(part(0)["alg"], "ES256");
    let claims = part(1);
    assert_eq!(claims["aud"], format!("https://localhost:{}", service.port));
    claims
}
