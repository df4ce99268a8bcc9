//! What people do with alerts from elsewhere: an administrator lets a source through, an official confirms what waits, puts it
//! aside, or calls off what readers have. Two pairs of eyes see to what was not let through: who named the authority, and
//! who confirms.

use super::cap::{earlier, outcome, places, publish, take_places};
use super::{apart, note};
use crate::cap::inward::{self, Verdict};
use crate::cap::read;
use crate::desk::alerts;
use crate::desk::form::Form;
use crate::desk::people::{ask_again, is_administrator};
use crate::desk::visit::Visit;
use crate::desk::works::Trouble;
use crate::site::Site;
use crate::store::desk::{CapMessage, Person, Source};
use axum::response::Response;
use domain::alert::cap::{Alert, MsgType, Reference, Stamp};
use domain::alert::{Standing, State, standings};
use domain::content::{self, ItemId, PlaceCode};
use domain::editorial::Action;
use std::collections::HashSet;

/// Whether somebody confirms alerts from elsewhere for all of these places: the authority wrote it, the officer sends it on.
pub fn may_confirm(person: &Person, places: &[PlaceCode]) -> bool {
    alerts::may(person, Action::Publish, places)
}

/// Whether somebody named this authority, or let it go on: he is not the one who believes it, until an administrator has let
/// it through.
pub fn is_own(source: &Source, person: &Person) -> bool {
    [source.by, source.named].contains(&person.id) && !source.at_once
}

/// An administrator lets a source through, or no longer. What it sends rings phones with nobody asked: he has just signed in, and
/// is not the one who named it.
pub async fn let_through(visit: &Visit, form: &Form, person: &Person, id: i64, on: bool) -> Result<Response, Trouble> {
    if !is_administrator(&person.grants) {
        return Err(Trouble::Denied);
    }
    if on && let Some(first) = ask_again(visit, form, person).await? {
        return Ok(first);
    }
    let mut tx = visit.site.store.begin().await?;
    let done = async {
        let source = tx.source(id).await?.filter(|source| source.cap).ok_or(Trouble::NotFound)?;
        if on && is_own(&source, person) {
            return Err(Trouble::OwnSource);
        }
        tx.set_source(&Source { at_once: on, ..source.clone() }).await?;
        note(&mut tx, visit.now(), person, if on { "cap-at-once" } else { "cap-hold" }, &source.url).await?;
        Ok(())
    }
    .await;
    tx.end::<(), Trouble>(done).await?;
    Ok(visit.go("/nguon"))
}

/// Of what readers have, the last word of each chain that holds or will, and calls nothing off.
pub fn standing(site: &Site) -> HashSet<ItemId> {
    let snapshot = site.live.now();
    let holds =
        |one: &Standing| matches!(one.state, State::InForce | State::Coming) && one.info.msg_type != content::MsgType::Cancel;
    standings(snapshot.cards(), site.now()).into_iter().filter(holds).map(|one| one.card.id).collect()
}

/// Calls off what an authority sent, as that authority's own cancellation would: one officer alone, as with our own alerts.
async fn cancel(visit: &Visit, person: &Person, row: &CapMessage, of: &Alert) -> Result<(), Trouble> {
    let site = &visit.site;
    let name = ["huy-", &row.id.to_string()].concat();
    let alert = Alert {
        status: of.status,
        scope: of.scope,
        references: vec![Reference { sender: of.sender.clone(), identifier: of.identifier.clone(), sent: of.sent }],
        ..Alert::named(alerts::source(person), name, Stamp::here(visit.now()), MsgType::Cancel)
    };
    let mut own = CapMessage { source: row.source, secure: true, at: visit.now(), ..CapMessage::default() };
    own.tell(&alert);
    let mut tx = site.store.begin().await?;
    let done = async {
        if tx.cap_source(&own.key).await?.is_some() {
            return Ok(());
        }
        let earlier = earlier(site, &mut tx, &alert, row.source).await?;
        let Verdict::Items(proposals, _) = inward::judge(&alert, &earlier, None, visit.now()) else {
            return Err(Trouble::NotFound);
        };
        own.places = places(&proposals);
        let headline = proposals.first().and_then(|proposal| proposal.card.headlines.first());
        own.headline = headline.map(|headline| headline.title.clone()).unwrap_or_default();
        if !may_confirm(person, &own.places) {
            return Err(Trouble::Denied);
        }
        // Nothing is kept of one that is refused: it may be tried again.
        publish(site, &mut tx, &own, proposals, Some(person.id)).await?.map_err(Trouble::Refuses)?;
        own.state = "published".into();
        tx.add_cap_message(&own).await?;
        Ok(())
    }
    .await;
    tx.end(done).await
}

/// An official confirms a message that waits, or puts it aside; or calls off one that readers have.
pub async fn decide(visit: &Visit, form: &Form, person: &Person, id: i64) -> Result<Response, Trouble> {
    let site = &visit.site;
    let row = site.store.cap_message(id).await?.filter(|row| may_confirm(person, &row.places));
    let row = row.ok_or(Trouble::NotFound)?;
    let text = row.message.clone();
    let message = apart(move || read::alert(text.as_bytes())).await.and_then(Result::ok).ok_or(Trouble::NotFound)?;
    if form.get("do") == "cancel" {
        if row.item.is_some_and(|item| standing(site).contains(&item)) {
            cancel(visit, person, &row, &message.alert).await?;
            site.refresh().await?;
        }
        return Ok(visit.go("/nguon"));
    }
    let source = site.store.source(row.source).await?;
    if form.get("do") == "publish" {
        // What came from a source that is gone nobody vouches for.
        let source = source.as_ref().ok_or(Trouble::NotFound)?;
        if is_own(source, person) {
            return Err(Trouble::OwnSource);
        }
    }
    let topic = source.and_then(|source| source.topic);
    let mut tx = site.store.begin().await?;
    let done = async {
        // Somebody else was faster.
        if tx.cap_state(id).await?.as_deref() != Some("waiting") {
            return Ok(());
        }
        let (state, reason) = match form.get("do") {
            "publish" => {
                let earlier = earlier(site, &mut tx, &message.alert, row.source).await?;
                let verdict = inward::judge(&message.alert, &earlier, topic, visit.now());
                if matches!(&verdict, Verdict::Items(proposals, _) if !may_confirm(person, &places(proposals))) {
                    return Err(Trouble::Denied);
                }
                take_places(&mut tx, (row.source, true), &message.alert, &verdict).await?;
                match verdict {
                    Verdict::Items(proposals, _) => outcome(publish(site, &mut tx, &row, proposals, Some(person.id)).await?),
                    Verdict::Refused(reason) => ("refused", reason.to_owned()),
                    Verdict::Foreign => ("foreign", String::new()),
                }
            }
            "dismiss" => {
                note(&mut tx, visit.now(), person, "cap-dismiss", &[row.key.as_str(), " ", &row.headline].concat()).await?;
                ("refused", "dismissed".to_owned())
            }
            _ => return Err(Trouble::NotFound),
        };
        Ok(tx.set_cap_state(id, state, &reason, visit.now()).await?)
    }
    .await;
    tx.end(done).await?;
    site.refresh().await?;
    Ok(visit.go("/nguon"))
}
