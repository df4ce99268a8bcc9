//! The last word of an alert: cancelled by one officer in prepared words, or closed by the update that takes its place.

use super::step::{external, send};
use super::{Trouble, finish, may_see, scope};
use crate::desk::alerts::templates::NEWER;
use crate::desk::alerts::{before_sending, sent, templates};
use crate::desk::notices;
use crate::error::Error;
use crate::reason::Reason;
use crate::site::Site;
use crate::store::Tx;
use crate::store::desk::{JobKind, Note, Person, Work};
use domain::alert::{Standing, State, current};
use domain::content::Status;
use domain::editorial::{Action, Deed, Manuscript, Stage, Warning, allowed, transition};
use domain::instance::instance;

/// What a message about this alert refers to: every message of its chain, oldest first; `None` before it went out.
pub fn chain(work: &Work) -> Option<Vec<String>> {
    let item = work.item?;
    let earlier = sent(work).alert.as_ref().map(|warning| warning.references.clone()).unwrap_or_default();
    Some(earlier.into_iter().chain([item.to_string()]).collect())
}

/// Whether alerts that came after this one hold, or will, in each of its places: nobody is sent to newer word that is not there.
pub fn followed(site: &Site, work: &Work) -> bool {
    let (snapshot, own) = (site.live.now(), chain(work).unwrap_or_default());
    let Some(item) = work.item.and_then(|id| snapshot.items.get(&id)) else { return false };
    let newer = |other: &&Standing| {
        let holds = matches!(other.state, State::InForce | State::Coming) && other.card.status() == Status::Actual;
        holds && other.card.issued >= item.card.issued && !own.contains(&other.card.id.to_string())
    };
    let standing = current(snapshot.cards(), site.now());
    let newer: Vec<&Standing> = standing.iter().filter(newer).collect();
    sent(work).places.iter().all(|place| newer.iter().any(|other| instance().concerns(&other.card.places, *place)))
}

/// Cancels a live alert, in one transaction with the message that says so. Its words come from the template of `reason`,
/// so that nobody else has to read them before they go out.
pub async fn cancel(site: &Site, person: &Person, id: i64, reason: &str) -> Result<(), Trouble> {
    let now = site.now();
    let mut tx = site.store.begin().await?;
    let done = async {
        let mut work = tx.work(id).await?.ok_or(Trouble::NotFound)?;
        if !may_see(person, work.created_by, &work.text) {
            return Err(Trouble::NotFound);
        }
        close(&mut tx, person, &mut work, Action::Cancel, reason, now).await?;
        let references = chain(&work).ok_or(Trouble::NotFound)?;
        if reason == NEWER && !followed(site, &work) {
            return Err(Trouble::NoWords);
        }
        let text = templates::cancel(sent(&work), reason, references, now).ok_or(Trouble::NoWords)?;
        let (compiled, findings) = text.compile(now, 1, &|_| None);
        if !findings.is_empty() {
            return Err(Trouble::Unready(findings));
        }
        before_sending(&compiled).map_err(Trouble::Refuses)?;
        let name = [&external(site, id), ":cancel"].concat();
        let content = domain::sign::hash(&[name.as_bytes(), reason.as_bytes()].concat());
        send(site, &mut tx, name, content, compiled).await?;
        Ok(())
    }
    .await;
    finish(site, tx, done).await
}

/// Closes the alert that `text` updates, as far as this person may: it must be the newest of its chain, and `text` must
/// refer to that chain and to nothing else.
pub(super) async fn supersede(site: &Site, tx: &mut Tx, person: Option<&Person>, text: &Manuscript) -> Result<(), Trouble> {
    let references = text.warning().map(|warning| warning.references.as_slice()).unwrap_or_default();
    let Some(newest) = references.last() else { return Ok(()) };
    let unknown = || Trouble::Refuses(Reason::UnknownReference(newest.clone()));
    let item = newest.parse().map_err(|_| unknown())?;
    let work = tx.work_of(item).await?.ok_or_else(unknown)?;
    let mut work = tx.work(work).await?.ok_or_else(unknown)?;
    if chain(&work).as_deref() != Some(references) {
        return Err(unknown());
    }
    if work.state.stage != Stage::Published {
        return Err(Trouble::Superseded);
    }
    // Neither phones nor chains take one for word about the other: here it would be closed, and stand everywhere else.
    if work.text.warning().map(Warning::status) != text.warning().map(Warning::status) {
        return Err(Trouble::OtherStatus);
    }
    close(tx, person.ok_or(Trouble::Denied)?, &mut work, Action::Update, "", site.now()).await
}

/// Whether the alert that `text` updates has been cancelled or replaced by another update meanwhile.
pub async fn superseded(site: &Site, text: &Manuscript) -> Result<bool, Error> {
    let newest = text.warning().and_then(|warning| warning.references.last()?.parse().ok());
    let Some(newest) = newest else { return Ok(false) };
    let work = match site.store.work_of(newest).await? {
        Some(work) => site.store.work(work).await?,
        None => None,
    };
    Ok(work.is_some_and(|work| work.state.stage != Stage::Published))
}

/// Other updates of the same alert that are being written or wait: whichever goes out first, the others never can.
pub async fn rivals(site: &Site, text: &Manuscript, own: Option<i64>) -> Result<Vec<Work>, Error> {
    let newest = |text: &Manuscript| text.warning().and_then(|warning| warning.references.last().cloned());
    let Some(item) = newest(text) else { return Ok(Vec::new()) };
    let mut all = site.store.alerts_naming(&item).await?;
    all.retain(|work| Some(work.id) != own && newest(&work.text).as_ref() == Some(&item));
    Ok(all)
}

async fn close(
    tx: &mut Tx,
    person: &Person,
    work: &mut Work,
    action: Action,
    words: &str,
    now: domain::content::Time,
) -> Result<(), Trouble> {
    if !allowed(&person.grants, action, scope(&work.text)) {
        return Err(Trouble::Denied);
    }
    let before = work.state.stage;
    let deed = Deed { actor: person.id, hands: &work.hands, text: work.hash, seen: work.hash };
    work.state = transition(work.state, action, &deed).map_err(Trouble::Refused)?;
    tx.move_work(work, now).await?;
    tx.drop_job(JobKind::Expire, work.id).await?;
    let note = Note {
        actor: Some(person.id),
        action: action.name(),
        work: Some(work.id),
        before: before.name(),
        after: work.state.stage.name(),
        words,
        text: Some(work.hash),
        ..Note::default()
    };
    let line = tx.note(now, note).await?;
    Ok(notices::ask(tx, action, line, now).await?)
}
