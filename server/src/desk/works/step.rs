//! One step of a work: judged, done and written down, in the transaction of whoever takes it.

use super::cancel::{supersede, superseded};
use super::{Ask, Files, Trouble, compile, reaches, sendable};
use crate::desk::notices;
use crate::error::Error;
use crate::publish::{Done, Draft, Expected, Proposal, What};
use crate::reason::Reason;
use crate::site::Site;
use crate::store::Tx;
use crate::store::desk::{JobKind, Note, Person, Work};
use domain::content::{ItemId, Time};
use domain::editorial::{Action, Compiled, Deed, Finding, Manuscript, Stage, State, credit, transition};

/// Longest remark or reason, in characters.
pub(super) const MAX_WORDS: usize = 600;

/// The steps of `ask`, as far as this person may take them.
pub(super) async fn steps(
    site: &Site,
    tx: &mut Tx,
    person: &Person,
    work: &mut Work,
    files: &Files,
    ask: &Ask,
) -> Result<(), Trouble> {
    for action in &ask.actions {
        if !action.is_step() || !reaches(person, work, *action) {
            return Err(Trouble::Denied);
        }
        if matches!(action, Action::Approve | Action::Publish) && !replaces(tx, person, &work.text).await? {
            return Err(Trouble::Denied);
        }
        step(site, tx, Some(person), work, files, *action, ask).await?;
    }
    Ok(())
}

/// Whether this person may let a text take the place of the item that it names: that one leaves every list, as if it were
/// withdrawn, so whoever lets it go needs the right to withdraw it.
async fn replaces(tx: &mut Tx, person: &Person, text: &Manuscript) -> Result<bool, Error> {
    let Ok(id) = text.supersedes.trim().parse::<ItemId>() else { return Ok(true) };
    let Some(card) = tx.last_card(id).await? else { return Ok(true) };
    Ok(super::take::may(person, Action::Withdraw, &card))
}

/// A work that is no longer scheduled is not published by itself.
pub(super) async fn unschedule(tx: &mut Tx, before: Stage, work: &Work) -> Result<(), Error> {
    if before == Stage::Scheduled && work.state.stage != Stage::Scheduled {
        tx.drop_job(JobKind::Publish, work.id).await
    } else {
        Ok(())
    }
}

/// One step. `person` is `None` for the server itself, which only does what was approved and scheduled.
pub(super) async fn step(
    site: &Site,
    tx: &mut Tx,
    person: Option<&Person>,
    work: &mut Work,
    files: &Files,
    action: Action,
    ask: &Ask,
) -> Result<(), Trouble> {
    let now = site.now();
    let before = work.state.stage;
    let deed = Deed { actor: deed_actor(person), hands: &work.hands, text: work.hash, seen: ask.seen.unwrap_or_default() };
    let state: State = transition(work.state, action, &deed).map_err(Trouble::Refused)?;
    let words = ask.words.trim();
    let needs_words = matches!(action, Action::SendBack | Action::Withdraw);
    if needs_words && (words.is_empty() || words.chars().count() > MAX_WORDS) {
        return Err(Trouble::NoWords);
    }
    let mut rewritten = None;
    match action {
        Action::Submit if superseded(site, &work.text).await? => return Err(Trouble::Superseded),
        Action::Submit => sendable(&ready(work, files, now)?, now).map_err(Trouble::Refuses)?,
        Action::Schedule => {
            let at = ask.at.filter(|at| *at > now).ok_or(Trouble::NoTime)?;
            if work.text.ends().is_some_and(|end| end <= at) {
                return Err(Trouble::EndsFirst);
            }
            // As it will stand at that hour: nobody may be there who could still mend it.
            sendable(&ready(work, files, at)?, at).map_err(Trouble::Refuses)?;
            work.publish_at = Some(at);
            tx.add_job(JobKind::Publish, work.id, at, now).await?;
        }
        Action::Publish => {
            supersede(site, tx, person, &work.text).await?;
            publish(site, tx, work, files).await?;
            work.published = Some(work.text.clone());
        }
        Action::Correct => rewritten = Some(Manuscript { change: String::new(), ..work.text.clone() }),
        Action::Drop => rewritten = work.published.clone(),
        Action::Withdraw => {
            withdraw(site, tx, work, words).await?;
            tx.drop_job(JobKind::Expire, work.id).await?;
        }
        _ => {}
    }
    if state.stage != Stage::Scheduled {
        work.publish_at = None;
    }
    work.state = state;
    unschedule(tx, before, work).await?;
    credit(action, deed_actor(person), &mut work.hands, &mut work.standing);
    if let Some(text) = rewritten.filter(|text| *text != work.text) {
        work.text = text;
        work.version += 1;
        tx.write_work(work, deed_actor(person), now).await?;
    }
    tx.move_work(work, now).await?;
    *work = tx.work(work.id).await?.ok_or(Trouble::NotFound)?;
    let note = Note {
        actor: person.map(|person| person.id),
        action: action.name(),
        work: Some(work.id),
        before: before.name(),
        after: work.state.stage.name(),
        words: if needs_words { words } else { "" },
        text: Some(work.hash),
        ..Note::default()
    };
    let line = tx.note(now, note).await?;
    Ok(notices::ask(tx, action, line, now).await?)
}

fn deed_actor(person: Option<&Person>) -> i64 {
    person.map_or(0, |person| person.id)
}

/// The name under which a work is published. A store that was restored counts works anew, so its epoch is part of it: phones
/// remember by the id that is made of it what they were shown and what called off what.
pub(super) fn external(site: &Site, work: i64) -> String {
    format!("desk:{:016x}:{work}", site.store.epoch)
}

/// The name of its item: what was taken over keeps the one that it was published under.
async fn name(site: &Site, tx: &mut Tx, work: &Work) -> Result<String, Error> {
    let known = match work.item {
        Some(item) => tx.external_of(item).await?,
        None => None,
    };
    Ok(known.unwrap_or_else(|| external(site, work.id)))
}

/// What a text becomes, if nothing is wrong with it; advice keeps nobody.
fn ready(work: &Work, files: &Files, now: Time) -> Result<Compiled, Trouble> {
    let (compiled, findings) = compile(work, files, now);
    let findings: Vec<Finding> = findings.into_iter().filter(|finding| !finding.is_advice()).collect();
    if findings.is_empty() { Ok(compiled) } else { Err(Trouble::Unready(findings)) }
}

async fn publish(site: &Site, tx: &mut Tx, work: &mut Work, files: &Files) -> Result<(), Trouble> {
    let compiled = ready(work, files, site.now())?;
    sendable(&compiled, site.now()).map_err(Trouble::Refuses)?;
    match compiled.card.expires {
        Some(expires) => tx.add_job(JobKind::Expire, work.id, expires, site.now()).await?,
        None => tx.drop_job(JobKind::Expire, work.id).await?,
    }
    // The same text after a withdrawal is a publication of its own.
    let content = domain::sign::hash(&[&work.hash[..], &work.version.to_be_bytes()].concat());
    let external = name(site, tx, work).await?;
    if let Some(id) = send(site, tx, external, content, compiled).await? {
        work.item = Some(id);
    }
    Ok(())
}

/// Appends a message to the log under a name of the desk: its item, where it is new or changed.
pub(super) async fn send(
    site: &Site,
    tx: &mut Tx,
    external: String,
    content: [u8; 32],
    compiled: Compiled,
) -> Result<Option<ItemId>, Trouble> {
    let alert = compiled.card.alert();
    let mut references = Vec::new();
    for id in alert.iter().flat_map(|alert| &alert.references) {
        references.push(named(tx, *id).await?);
    }
    let supersedes = match compiled.supersedes {
        Some(id) => Some(named(tx, id).await?),
        None => None,
    };
    let Compiled { card, body, media, .. } = compiled;
    let proposal = Proposal { card, undated: false, body, alert, references, supersedes, media };
    let draft = Draft { external, content, what: What::Item(Box::new(proposal)) };
    match site.publisher.append(tx, vec![draft], &Expected::new()).await?.pop() {
        Some(Done::New(id) | Done::Revised(id)) => Ok(Some(id)),
        Some(Done::Refused(reason)) => Err(Trouble::Refuses(reason)),
        _ => Ok(None),
    }
}

/// The name under which an item was published.
async fn named(tx: &mut Tx, id: ItemId) -> Result<String, Trouble> {
    tx.external_of(id).await?.ok_or_else(|| Trouble::Refuses(Reason::UnknownReference(id.to_string())))
}

pub(super) async fn withdraw(site: &Site, tx: &mut Tx, work: &Work, reason: &str) -> Result<(), Trouble> {
    let content = domain::sign::hash(&[reason.as_bytes(), &site.now().0.to_be_bytes(), &work.hash].concat());
    let what = What::Withdraw { reason: reason.to_owned() };
    let draft = Draft { external: name(site, tx, work).await?, content, what };
    match site.publisher.append(tx, vec![draft], &Expected::new()).await?.pop() {
        Some(Done::Refused(reason)) => Err(Trouble::Refuses(reason)),
        _ => Ok(()),
    }
}
