//! A server, its sender, and a push service with phones behind it.

use super::lab::{self, Answer, Lab};
use super::pushed::{Got, Phone, Service};
use axum::body::Body;
use axum::http::Request;
use domain::content::ItemId;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::Options;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub const HERE: u32 = 20044;
pub const THERE: u32 = 20050;
pub const FAR: u32 = 20056;

pub struct World {
    pub lab: Lab,
    pub service: Service,
    pub stop: CancellationToken,
    pub lane: Option<JoinHandle<()>>,
}

impl World {
    /// A server whose sender does not run yet.
    pub async fn asleep() -> World {
        let service = Service::new().await;
        let root = service.root.clone();
        let change = |options| Options { push_root: Some(root), origin: Some("https://bantin.example".into()), ..options };
        World { lab: Lab::with(change).await, service, stop: CancellationToken::new(), lane: None }
    }

    pub async fn new() -> World {
        let mut world = World::asleep().await;
        world.wake();
        world
    }

    pub fn wake(&mut self) {
        self.stop = CancellationToken::new();
        self.lane = Some(tokio::spawn(server::push::run(self.lab.app.site.clone(), self.stop.clone())));
    }

    /// As SIGTERM does it.
    pub async fn sleep(&mut self) {
        self.stop.cancel();
        self.lane.take().unwrap().await.unwrap();
    }

    pub async fn ask(&self, method: &str, path: &str, body: String) -> Answer {
        let request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        let response = self.lab.app.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes().to_vec() }
    }

    /// Status and, where it was refused, why.
    pub async fn say(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let answer = self.ask(method, path, body.to_string()).await;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        (answer.status.as_u16(), if said["code"].is_string() { said["code"].clone() } else { said })
    }

    pub async fn subscribe(&self, phone: &Phone, places: &[u32], level: u8) {
        let wish = phone.wish(&self.service, places, level);
        assert_eq!(self.say("POST", "/push/dang-ky", wish).await, (204, Value::Null));
    }

    /// So many phones that want every alert for these places.
    pub async fn phones(&self, count: u32, places: &[u32]) -> Vec<Phone> {
        let phones: Vec<Phone> = (0..count).map(Phone::new).collect();
        for phone in &phones {
            self.subscribe(phone, places, 1).await;
        }
        phones
    }

    pub async fn publish(&self, line: Value) -> ItemId {
        let id = line["id"].as_str().unwrap().to_owned();
        self.lab.import(&[line]).await;
        self.item(&id).await
    }

    pub async fn item(&self, name: &str) -> ItemId {
        let mut tx = self.lab.app.site.store.begin().await.unwrap();
        let item = tx.origin(name).await.unwrap().unwrap().item;
        tx.roll_back().await;
        item
    }

    /// What waits was tried so often.
    pub async fn tried(&self, tries: i64) {
        for _ in 0..1_000 {
            if self.lab.app.site.store.jobs().await.unwrap().iter().any(|job| job.tries == tries) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("nothing was tried {tries} times");
    }

    /// Nothing waits any more.
    pub async fn idle(&self) {
        for _ in 0..1_000 {
            if self.lab.app.site.store.jobs().await.unwrap().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("a push does not end");
    }
}

pub fn alert(id: &str, level: u8, places: &[u32]) -> Value {
    let mut line = lab::alert(id, "alert", &[], "+6h");
    line["alert"]["level"] = json!(level);
    line["places"] = places.iter().map(|place| place.to_string()).collect();
    line
}

pub fn follow(id: &str, msg_type: &str, of: &str, level: u8, places: &[u32]) -> Value {
    let mut line = alert(id, level, places);
    line["alert"]["msg_type"] = json!(msg_type);
    line["alert"]["references"] = json!([of]);
    // What comes later is issued later.
    line["issued"] = json!("-1m");
    line
}

/// What a phone was told: of which kind, and whether it rang.
pub fn heard(phone: &Phone, got: &[Got]) -> Vec<(String, bool)> {
    let one = |json: Value| (json["bt"]["type"].as_str().unwrap().to_owned(), !json["notification"]["silent"].as_bool().unwrap());
    phone.got(got).into_iter().map(one).collect()
}
