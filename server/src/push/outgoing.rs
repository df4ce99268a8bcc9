//! What the message at a position of the log says to phones: an alert, one that was taken back, or nothing any more.

use super::payload::{Outgoing, Sibling};
use crate::error::Error;
use crate::live::Snapshot;
use crate::publish::calls;
use crate::site::Site;
use domain::alert::{self, State};
use domain::content::{AlertInfo, Card, Gone, ItemId, MsgType, Time};
use domain::wire::log::Entry;
use domain::wire::{Envelope, Logged, PackKind, Seq, encode_cards, log};

/// The message at a position; `None` where there is nothing to tell, or not any more.
pub async fn at(site: &Site, seq: Seq) -> Result<Option<Outgoing>, Error> {
    let snapshot = site.live.now();
    let Ok(at) = snapshot.entries.binary_search_by_key(&seq, |entry| entry.seq) else { return Ok(None) };
    let entry = &snapshot.entries[at];
    let calling = entry.card().filter(calls);
    let found = match calling {
        // It came before another in the log, or was corrected since, and that has been followed: what followed is what
        // phones are to show.
        Some(card) if overtaken(&snapshot, &card, site.now()) => None,
        Some(card) => alert_at(site, &snapshot, entry, card).await?,
        None => withdrawal_at(site, &snapshot, at).await?,
    };
    let Some(mut out) = found else { return Ok(None) };
    (out.siblings, out.own_rank) = siblings(&snapshot, &out, site.now());
    Ok(Some(out))
}

/// Its name on phones stays what it was, also where the oldest message was withdrawn since. A drill goes on with nothing
/// real, and nothing real with a drill.
async fn alert_at(site: &Site, snapshot: &Snapshot, entry: &Entry, card: Card) -> Result<Option<Outgoing>, Error> {
    let same = |id: &ItemId| snapshot.items.get(id).is_none_or(|item| item.card.status() == card.status());
    let references = card.alert().map(|info| info.references).unwrap_or_default().into_iter().filter(same);
    let before = alert::Chains::of(snapshot.cards()).before(card.id).into_iter().map(|card| card.id);
    let earlier: Vec<ItemId> = references.chain(before).collect();
    let named: Vec<ItemId> = [card.id].into_iter().chain(earlier.iter().copied()).collect();
    let mut known = site.store.push_chains(&named).await?;
    if known.is_empty() {
        known.push(alert::chain_id(snapshot.cards(), card.id));
    }
    let (chain, joins) = (known.remove(0), known);
    let slip = slip(site, snapshot, entry.seq);
    Ok(entry.full().and_then(|full| Outgoing::alert(entry.seq, chain, joins, newest_first(earlier), &full, &slip)))
}

/// Withdrawn, or corrected so that it calls nobody: what it was goes on being an alert that phones show.
async fn withdrawal_at(site: &Site, snapshot: &Snapshot, at: usize) -> Result<Option<Outgoing>, Error> {
    let entry = &snapshot.entries[at];
    let gone = match &entry.what {
        Logged::Gone(gone) => Gone::decode(gone).ok(),
        Logged::Card(_) => entry.card().map(|card| {
            let reason = card.headlines.first().map_or_else(String::new, |head| head.title.clone());
            Gone { id: card.id, revision: card.revision, at: card.issued, reason }
        }),
    };
    let before = snapshot.entries[..at].iter().rev().filter(|before| before.id == entry.id);
    let before = before.filter_map(|before| before.card()).find(calls).filter(|card| !overtaken(snapshot, card, site.now()));
    let known = site.store.push_chains(&[entry.id]).await?.into_iter().next();
    let slip = slip(site, snapshot, entry.seq);
    Ok(known.zip(gone).zip(before).and_then(|((chain, gone), card)| Outgoing::withdrawn(entry.seq, chain, card, gone, &slip)))
}

/// The signed pack of cards of one position.
fn slip(site: &Site, snapshot: &Snapshot, seq: Seq) -> Vec<u8> {
    let cards = encode_cards(&log::cards(&snapshot.entries, seq - 1, seq));
    Envelope::seal(PackKind::Cards, snapshot.epoch(), seq - 1, seq, &cards, &site.issuer)
}

/// Whether the alert at a position had ended by then: what is issued later is new danger, whatever was heard of that.
pub fn ended(snapshot: &Snapshot, seq: Seq, at: Time) -> bool {
    let entry = snapshot.entries.binary_search_by_key(&seq, |entry| entry.seq).ok().map(|at| &snapshot.entries[at]);
    entry.and_then(|entry| entry.card()).is_some_and(|card| card.ended(at))
}

fn overtaken(snapshot: &Snapshot, card: &Card, now: Time) -> bool {
    chains(snapshot, card).after(card.id, now).is_some()
}

/// Each once, where it stands last.
fn newest_first(ids: Vec<ItemId>) -> Vec<ItemId> {
    let mut found = Vec::new();
    for id in ids.into_iter().rev() {
        if !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

/// All that stands, with this card as it is; drills and the real thing apart.
fn chains<'a>(snapshot: &'a Snapshot, card: &'a Card) -> alert::Chains<'a> {
    let others = snapshot.cards().filter(|other| other.id != card.id && other.status() == card.status());
    alert::Chains::of(others.chain([card]))
}

/// What else is said of the event and holds, or will, in the order in which phones show it; and how much of it comes before
/// what is to be told. What takes something back comes after all of it.
fn siblings(snapshot: &Snapshot, out: &Outgoing, now: Time) -> (Vec<Sibling>, usize) {
    let chains = chains(snapshot, &out.card);
    let event: Vec<ItemId> = chains.chain(out.card.id).0.into_iter().map(|card| card.id).collect();
    let (mut words, mut own_rank) = (Vec::new(), None);
    for standing in chains.current(now).into_iter().filter(|standing| event.contains(&standing.card.id)) {
        let (id, holds) = (standing.card.id, matches!(standing.state, State::InForce | State::Coming));
        let cancels = |info: &AlertInfo| info.msg_type == MsgType::Cancel;
        if id == out.card.id {
            own_rank = Some(words.len()).filter(|_| !cancels(&out.info));
        } else if let Some(item) = snapshot.items.get(&id).filter(|item| holds && !cancels(&standing.info) && calls(&item.card)) {
            words.push(Sibling { id, seq: item.seq, info: standing.info, places: standing.card.places.clone() });
        }
    }
    let own_rank = own_rank.unwrap_or(words.len());
    (words, own_rank)
}
