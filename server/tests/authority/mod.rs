//! An authority that sends alerts as CAP, and officials who follow it.
#![allow(dead_code, reason = "each test file uses a part of it")]

use crate::lab::Lab;
use crate::office::*;
use crate::web::Web;
use axum::http::StatusCode;
use domain::alert::{State, standings};
use domain::content::Card;
use domain::editorial::Role;
use server::Options;
use server::store::desk::Lane;
use server::store::desk::{CapMessage, Source};
use std::sync::atomic::Ordering;

pub const XML: &str = "content-type: application/cap+xml\r\n";
pub const ATOM: &str = "content-type: application/atom+xml\r\n";
pub const VIETNAM: &str = include_str!("../cap/vietnam.cap");
/// Longer than a source of alerts waits between two questions, in seconds.
pub const ROUND: i64 = 130;

pub struct Desk {
    pub lab: Lab,
    pub admin: Browser,
    pub author: Browser,
    pub officer: Browser,
    pub web: Web,
}

pub async fn desk() -> Desk {
    let lab = Lab::with(|options| Options { fetch_private: true, ..options }).await;
    let Office { lab, admin, author, .. } = office_in(lab).await;
    let officer = invite(&lab, &admin, "canh.bao", Role::AlertOfficer, 46).await;
    Desk { lab, admin, author, officer, web: Web::new().await }
}

impl Desk {
    pub async fn poll(&self, later: i64) {
        self.lab.time.fetch_add(later, Ordering::SeqCst);
        for lane in [Lane::Away, Lane::Alerts] {
            server::desk::jobs::round(&self.lab.app.site, lane).await.unwrap();
        }
    }

    pub async fn follow(&self, path: &str) -> Source {
        self.follow_at(self.web.url(path)).await
    }

    pub async fn follow_at(&self, url: String) -> Source {
        let form = [("url", url.as_str()), ("name", ""), ("place", "20044"), ("topic", "")];
        let answer = post(&self.lab, &self.author, "/ban-lam-viec/nguon", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        self.poll(0).await;
        self.sources().await.into_iter().find(|source| source.url == url).unwrap()
    }

    pub async fn sources(&self) -> Vec<Source> {
        self.lab.app.site.store.sources().await.unwrap()
    }

    pub async fn let_through(&self, source: i64) {
        let path = format!("/ban-lam-viec/nguon/{source}");
        let answer = post(&self.lab, &self.admin, &path, &[("do", "at-once")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }

    /// A source that has brought `first`, and whose alerts go out at once from now on.
    pub async fn trust(&self, path: &str, first: String) -> Source {
        self.put(path, &[first]);
        let source = self.follow(path).await;
        self.let_through(source.id).await;
        source
    }

    /// State and reason of each, the oldest first.
    pub async fn states(&self) -> Vec<(String, String)> {
        let mut all = self.messages().await;
        all.sort_by_key(|one| one.id);
        all.into_iter().map(|one| (one.state, one.reason)).collect()
    }

    pub async fn messages(&self) -> Vec<CapMessage> {
        self.lab.app.site.store.cap_messages(100, &Default::default()).await.unwrap()
    }

    pub fn cards(&self) -> Vec<Card> {
        let mut cards: Vec<Card> = self.lab.app.site.live.now().cards().cloned().collect();
        cards.sort_by_key(|card| card.issued);
        cards
    }

    /// How the alerts stand now, the oldest first.
    pub fn stand(&self) -> Vec<State> {
        let cards = self.cards();
        let all = standings(&cards, self.lab.app.site.now());
        cards.iter().map(|card| all.iter().find(|one| one.card.id == card.id).unwrap().state).collect()
    }

    pub fn put(&self, path: &str, messages: &[String]) {
        let entry = |message: &String| {
            let alert = message.split_once("?>").map_or(message.as_str(), |(_, alert)| alert);
            format!("<entry><id>x</id><content type=\"text/xml\">{alert}</content></entry>")
        };
        let entries: String = messages.iter().map(entry).collect();
        let feed = format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Cảnh báo</title>{entries}</feed>");
        self.web.put(path, 200, ATOM, feed.into_bytes());
    }
}

/// The sample as message `n`, sent so many minutes after it; it speaks of the messages before it where it is no first one.
pub fn message(n: usize, kind: &str, of: &[usize]) -> String {
    let name = |n: usize| format!("urn:oid:2.49.0.0.704.0.2026.11.23.{n}");
    let reference = |n: &usize| format!("du-bao@kttv.example,{},2026-11-23T11:3{}:00+07:00", name(*n), n - 1);
    let references = of.iter().map(reference).collect::<Vec<_>>().join(" ");
    let references = if of.is_empty() { String::new() } else { format!("<references>{references}</references>") };
    VIETNAM
        .replace(&name(1), &name(n))
        .replace("<sent>2026-11-23T11:30:00", &format!("<sent>2026-11-23T11:3{}:00", n - 1))
        .replace("<msgType>Alert", &format!("<msgType>{kind}"))
        .replacen("<info>", &format!("{references}<info>"), 1)
}

pub fn states(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(state, reason)| ((*state).to_owned(), (*reason).to_owned())).collect()
}
