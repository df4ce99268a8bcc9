//! Sources that send alerts as CAP: each message is kept with what became of it. From an authority that an administrator has
//! let through it is published at once, from others when an official has confirmed it ([`super::confirm`]).

use super::apart;
use super::round::{Incoming, Round};
use crate::cap::inward::{self, Earlier, Verdict, external};
use crate::cap::{read, write};
use crate::desk::fetch::Unfetched;
use crate::desk::works::Trouble;
use crate::error::Error;
use crate::publish::{Done, Draft, Expected, Proposal, What, ahead};
use crate::reason::Reason;
use crate::site::Site;
use crate::store::Tx;
use crate::store::desk::{CapMessage, Note, Source};
use domain::alert::cap::{self, Alert, MsgType, Status};
use domain::alert::{State, standings};
use domain::content::PlaceCode;
use domain::sign::hash;

/// Between two questions to a source of alerts, in seconds.
pub const PAUSE: i64 = 120;
/// Messages of one source that wait for an officer.
const MAX_WAITING: usize = 200;
/// Of a headline that is only shown at the desk, in characters.
const MAX_HEADLINE: usize = 200;

/// Keeps what came, each message in a transaction of its own: what is wrong with one does not hold up the others. `false` where
/// its source was stopped or taken away meanwhile: nothing of the round that is not kept yet counts as having come.
pub async fn keep(site: &Site, source: &Source, round: Round) -> Result<bool, Trouble> {
    for incoming in round.incoming {
        let mut tx = site.store.begin().await?;
        let done = match followed(&mut tx, source).await {
            Ok(Some(now)) => one(site, &mut tx, &now, incoming).await.map(|()| true),
            other => other.map(|_| false),
        };
        let goes_on = tx.end(done).await?;
        site.refresh().await?;
        if !goes_on {
            return Ok(false);
        }
    }
    // Once all of what they led to is kept: after a fall they are followed again, and the same comes once.
    let (mut tx, now) = (site.store.begin().await?, site.now());
    let done = async {
        if followed(&mut tx, source).await?.is_none() {
            return Ok(false);
        }
        for mark in &round.links {
            tx.add_cap_link(mark, now).await?;
        }
        Ok::<bool, Error>(true)
    };
    let done = done.await;
    let goes_on = tx.end(done).await?;
    trim(site, source.id).await?;
    Ok(goes_on)
}

/// What was refused for the hour alone is judged anew: clocks are set right, and its source may not send it again.
pub async fn again(site: &Site, source: &Source) -> Result<(), Trouble> {
    let now = site.now();
    let rows = site.store.cap_untimely(source.id, now).await?;
    let timely = move || {
        let read = rows.into_iter().filter_map(|row| Some((read::alert(row.message.as_bytes()).ok()?.alert, row)));
        let timely = |alert: &Alert| !inward::ended(alert, now) && !ahead(alert.sent.at, now);
        let mut timely: Vec<(Alert, CapMessage)> = read.filter(|(alert, _)| timely(alert)).collect();
        timely.sort_by_key(|(alert, _)| alert.sent.at);
        timely
    };
    for (alert, mut row) in apart(timely).await.unwrap_or_default() {
        let mut tx = site.store.begin().await?;
        let done = async {
            let Some(source) = followed(&mut tx, source).await? else { return Ok(()) };
            row.at = site.now();
            settle(site, &mut tx, &source, &alert, &mut row).await?;
            tx.drop_cap_message(&row.key).await?;
            tx.add_cap_message(&row).await?;
            Ok::<(), Error>(())
        };
        let done = done.await;
        tx.end(done).await?;
        site.refresh().await?;
    }
    Ok(())
}

/// A source as it is now: whoever stops it, or trusts it no longer, does not mean only the next round.
async fn followed(tx: &mut Tx, source: &Source) -> Result<Option<Source>, Error> {
    Ok(tx.source(source.id).await?.filter(|now| !now.paused && now.url == source.url))
}

/// No source fills the store with what nobody can read through: what has ended goes first, then what was sent first. Not by
/// when it came: what is dropped stands in the feed still, and would push out what is newer the next time.
async fn trim(site: &Site, source: i64) -> Result<(), Trouble> {
    let rows = site.store.cap_waiting(source).await?;
    if rows.len() <= MAX_WAITING {
        return Ok(());
    }
    let now = site.now();
    let rank = move |(id, text): (i64, String)| {
        let alert = read::alert(text.as_bytes()).ok().map(|message| message.alert);
        (alert.map(|alert| (!inward::ended(&alert, now), alert.sent.at)), id)
    };
    let ranked = apart(move || rows.into_iter().map(rank).collect::<Vec<_>>()).await;
    let mut ranked = ranked.ok_or(Unfetched::NotFeed)?;
    ranked.sort_unstable();
    let mut tx = site.store.begin().await?;
    for (_, id) in &ranked[..ranked.len() - MAX_WAITING] {
        tx.drop_cap_waiting(*id).await?;
    }
    tracing::warn!(source, dropped = ranked.len() - MAX_WAITING, "more alerts wait than a source may have");
    Ok(tx.commit().await?)
}

async fn one(site: &Site, tx: &mut Tx, source: &Source, incoming: Incoming) -> Result<(), Error> {
    let now = site.now();
    let (raw, secure) = (incoming.raw, incoming.secure);
    let mut row = CapMessage { source: source.id, raw, secure, at: now, ..CapMessage::default() };
    match incoming.result {
        Err(refused) => {
            row.key = format!("broken:{}", crate::assets::hex(&hash(&row.raw)));
            row.identifier = refused.identifier.unwrap_or_default();
            row.sender = refused.sender.unwrap_or_default();
            (row.state, row.reason) = ("refused".into(), refused.code.name().into());
            row.place = format!("{} ({})", refused.path, refused.line);
            if tx.cap_source(&row.key).await?.is_none() {
                tx.add_cap_message(&row).await?;
            }
        }
        Ok(message) => {
            let alert = &message.alert;
            row.tell(alert);
            let before = tx.cap_known(&row.key).await?;
            // What nobody else can have written is held up by nothing that anybody could.
            let better = before.as_ref().is_some_and(|(_, state, _, safe)| incoming.secure && !safe && state != "published");
            // What a source brought that is let through is not held up by another one that brought the same, or something
            // else under its name; nor what is to be looked at by what never was: who brought it first may have spoilt it.
            let trusted = source.at_once && incoming.secure;
            let held = match &before {
                Some((by, state, reason, _)) => {
                    let aside = reason == "dismissed" && tx.cap_text(&row.key).await?.as_ref() == Some(&row.message);
                    *by == source.id || state == "published" || (!trusted && (state == "waiting" || aside))
                }
                None => false,
            };
            let newer = match &before {
                Some((by, _, _, safe)) if *by == source.id && incoming.secure >= *safe => newer(tx, &row.key, alert).await?,
                _ => false,
            };
            if held && !better && !newer {
                return Ok(());
            }
            settle(site, tx, source, alert, &mut row).await?;
            if before.is_some() {
                if !better && !newer && matches!(row.state.as_str(), "foreign" | "refused") {
                    return Ok(());
                }
                tx.drop_cap_message(&row.key).await?;
            }
            if row.state == "foreign" {
                (row.raw, row.message) = (Vec::new(), String::new());
            }
            tx.add_cap_message(&row).await?;
        }
    }
    Ok(())
}

/// Whether a service has changed a message under its name and sent it later: newer word, as a correction is. Some write the
/// hour of the question into all that they send, which says nothing new.
async fn newer(tx: &mut Tx, key: &str, alert: &Alert) -> Result<bool, Error> {
    let before = tx.cap_text(key).await?.and_then(|text| read::alert(text.as_bytes()).ok());
    let changed = |before: Alert| before.sent.at < alert.sent.at && Alert { sent: alert.sent, ..before } != *alert;
    Ok(before.is_some_and(|message| changed(message.alert)))
}

impl CapMessage {
    /// Takes over what a message says of itself.
    pub(super) fn tell(&mut self, alert: &Alert) {
        self.key = external(&alert.sender, &alert.identifier);
        (self.sender, self.identifier) = (alert.sender.clone(), alert.identifier.clone());
        let headline = alert.infos.iter().find_map(|info| info.headline.as_ref().or(Some(&info.event)));
        self.headline = headline.map(|text| text.chars().take(MAX_HEADLINE).collect()).unwrap_or_default();
        self.message = write::document(alert);
        self.places = inward::places(alert);
    }
}

/// Decides what becomes of a message, and does it.
async fn settle(site: &Site, tx: &mut Tx, source: &Source, alert: &Alert, row: &mut CapMessage) -> Result<(), Error> {
    let earlier = earlier(site, tx, alert, source.id).await?;
    let verdict = inward::judge(alert, &earlier, source.topic, site.now());
    take_places(tx, (source.id, row.secure), alert, &verdict).await?;
    let (state, reason) = match verdict {
        Verdict::Foreign => ("foreign", String::new()),
        Verdict::Refused(reason) => ("refused", reason.to_owned()),
        Verdict::Items(..) if tx.cap_superseded(&row.key, source.id, row.secure).await? => ("refused", "superseded".to_owned()),
        Verdict::Items(proposals, wait) => {
            row.places = places(&proposals);
            match wait {
                // Trust is in who sends it: what anybody on the way could have written is looked at.
                None if source.at_once && row.secure => outcome(publish(site, tx, row, proposals, None).await?),
                wait => ("waiting", wait.unwrap_or_default().to_owned()),
            }
        }
    };
    (row.state, row.reason) = (state.to_owned(), reason);
    Ok(())
}

/// What a message calls off, or is the newer word of, no longer goes out after it: of the same source, and of what came over an
/// open line only what did so, too, until somebody has looked at it.
pub(super) async fn take_places(
    tx: &mut Tx,
    (source, secure): (i64, bool),
    alert: &Alert,
    verdict: &Verdict,
) -> Result<(), Error> {
    // What is refused takes nobody's place, but that of which a source says that it is off is off.
    let replaces = match alert.msg_type {
        MsgType::Cancel => true,
        // Ends that lie no later than the sending say that it is over, whatever a clock here thinks of the hour.
        MsgType::Update => {
            let over = |info: &cap::Info| info.expires.is_some_and(|end| end.at <= alert.sent.at);
            !matches!(verdict, Verdict::Refused(_)) || !alert.infos.is_empty() && alert.infos.iter().all(over)
        }
        _ => false,
    };
    if !replaces || alert.scope != cap::Scope::Public {
        return Ok(());
    }
    for reference in &alert.references {
        let key = external(&reference.sender, &reference.identifier);
        // What is played ends nothing that is real, and the other way round.
        let of = tx.cap_text(&key).await?.and_then(|text| read::alert(text.as_bytes()).ok());
        if of.map_or(alert.status == Status::Actual, |of| of.alert.status == alert.status) {
            tx.add_cap_reference(&key, source, secure).await?;
        }
    }
    Ok(())
}

/// State and reason after it was tried to publish.
pub(super) fn outcome(tried: Result<(), Reason>) -> (&'static str, String) {
    match tried {
        Ok(()) => ("published", String::new()),
        Err(reason) => ("refused", reason.code().to_owned()),
    }
}

/// For whom a message is, all of its bands together.
pub(super) fn places(proposals: &[Proposal]) -> Vec<PlaceCode> {
    let mut places: Vec<PlaceCode> = proposals.iter().flat_map(|proposal| proposal.card.places.iter().copied()).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// What of it can be published is; a reason where nothing can.
pub(super) async fn publish(
    site: &Site,
    tx: &mut Tx,
    row: &CapMessage,
    proposals: Vec<Proposal>,
    actor: Option<i64>,
) -> Result<Result<(), Reason>, Error> {
    let content = hash(row.message.as_bytes());
    let draft = |(external, proposal)| Draft { external, content, what: What::Item(Box::new(proposal)) };
    let drafts: Vec<Draft> = inward::names(&row.key).zip(proposals).map(draft).collect();
    let (all, mut refused) = (drafts.len(), Vec::new());
    for done in site.publisher.append(tx, drafts, &Expected::new()).await? {
        if let Done::Refused(reason) = done {
            tracing::warn!(key = row.key, %reason, "a part of an alert could not be published");
            refused.push(reason);
        }
    }
    if refused.len() == all
        && let Some(reason) = refused.into_iter().next()
    {
        return Ok(Err(reason));
    }
    let words = [row.key.as_str(), " ", &row.headline].concat();
    tx.note(site.now(), Note { actor, action: "cap-publish", words: &words, ..Note::default() }).await?;
    Ok(Ok(()))
}

/// What a message speaks of, as far as it stands here.
pub(super) async fn earlier(site: &Site, tx: &mut Tx, alert: &Alert, source: i64) -> Result<Vec<Earlier>, Error> {
    // Whoever held the store until now may have published what this speaks of.
    site.refresh().await?;
    let snapshot = site.live.now();
    let stand = standings(snapshot.cards(), site.now());
    let holds = |id| stand.iter().any(|one| one.card.id == id && matches!(one.state, State::InForce | State::Coming));
    let mut found: Vec<Earlier> = Vec::new();
    for reference in &alert.references {
        let key = external(&reference.sender, &reference.identifier);
        for external in inward::names(&key) {
            let origin = tx.origin(&external).await?.filter(|origin| origin.content.is_some());
            let item = origin.and_then(|origin| snapshot.items.get(&origin.item).cloned());
            if let Some(item) = item.filter(|_| found.iter().all(|other| other.external != external)) {
                let foreign = tx.cap_source(&key).await? != Some(source);
                found.push(Earlier { external, holds: holds(item.card.id), item, foreign });
            }
        }
    }
    Ok(found)
}
