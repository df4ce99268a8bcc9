//! What alert officers do: two of one commune, the composer as a browser without scripts sends it, and how alerts stand then.
#![allow(dead_code, reason = "each test file uses a part of it")]

use super::lab::{Answer, Lab};
use super::office::*;
use axum::http::StatusCode;
use domain::alert::{State, standings};
use domain::content::{Card, ItemId, Time};
use domain::editorial::Role;
use std::sync::atomic::Ordering;

pub struct Post {
    pub lab: Lab,
    pub admin: Browser,
    pub first: Browser,
    pub second: Browser,
}

/// Two alert officers of one commune.
pub async fn post_of_two() -> Post {
    let lab = Lab::new().await;
    let admin = administrator(&lab).await;
    let first = invite(&lab, &admin, "mot.canhbao", Role::AlertOfficer, A_LUOI_2).await;
    let second = invite(&lab, &admin, "hai.canhbao", Role::AlertOfficer, A_LUOI_2).await;
    Post { lab, admin, first, second }
}

/// The fields of a form in a page, as a browser without scripts sends them back.
pub fn fields(page: &str) -> Vec<(String, String)> {
    let form = between(page, "id=\"ed\"", "</form>");
    let unescape = |text: &str| text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let attr = |tag: &str, name: &str| {
        let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        Some(unescape(tag[at..].split('"').next()?))
    };
    let mut out = Vec::new();
    let mut rest = form;
    while let Some(at) = rest.find(['<']) {
        rest = &rest[at + 1..];
        let Some((tag, after)) = rest.split_once('>') else { break };
        let Some(name) = attr(tag, "name") else { continue };
        if tag.starts_with("input") {
            let ticks = tag.contains("type=\"checkbox\"") || tag.contains("type=\"radio\"");
            if !ticks || tag.ends_with(" checked") || tag.contains(" checked ") {
                out.push((name, attr(tag, "value").unwrap_or_default()));
            }
        } else if tag.starts_with("textarea") {
            out.push((name, unescape(after.split("</textarea>").next().unwrap().trim_start_matches('\n'))));
        } else if tag.starts_with("select") {
            let options = after.split("</select>").next().unwrap();
            let chosen = options.split("<option").find(|option| option.contains(" selected"));
            let value = chosen.and_then(|option| attr(option.split('>').next().unwrap(), "value"));
            out.push((name, value.unwrap_or_default()));
        }
    }
    out
}

pub type Form = Vec<(String, String)>;

pub fn put(form: &mut Form, name: &str, value: &str) {
    form.retain(|(key, _)| key != name);
    form.push((name.into(), value.into()));
}

pub async fn send_form(lab: &Lab, who: &Browser, path: &str, form: &Form) -> Answer {
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    post(lab, who, path, &form).await
}

/// The composer as it comes from the template.
pub async fn template(lab: &Lab, who: &Browser, hazard: &str, level: u8) -> Form {
    let page = get(lab, who, &format!("/ban-lam-viec/canh-bao/moi?loai={hazard}&cap={level}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", text(&page));
    fields(&text(&page))
}

/// Sends a form in at once; the address of its work.
pub async fn begin(lab: &Lab, who: &Browser, form: &Form) -> String {
    let mut form = form.clone();
    put(&mut form, "do", "submit");
    let answer = send_form(lab, who, "/ban-lam-viec/viec", &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", text(&answer));
    answer.header("location").to_owned()
}

pub async fn publish(lab: &Lab, who: &Browser, work: &str) -> Answer {
    act(lab, who, work, "approve publish", &[]).await
}

pub fn cards(lab: &Lab) -> Vec<Card> {
    let mut cards: Vec<Card> = lab.app.site.live.now().cards().cloned().collect();
    cards.sort_by_key(|card| (card.issued, card.id));
    cards
}

pub fn state(lab: &Lab, id: ItemId) -> State {
    let (cards, now) = (cards(lab), Time(lab.time.load(Ordering::SeqCst)));
    standings(&cards, now).iter().find(|standing| standing.card.id == id).unwrap().state
}

pub fn later(lab: &Lab, seconds: i64) {
    lab.time.fetch_add(seconds, Ordering::SeqCst);
}
