//! The last word of an alert: cancelled by one officer in prepared words, or closed by the update that takes its place.

use super::step::{end, external, send};
use super::{Trouble, finish, may_see, scope};
use crate::desk::alerts::{before_sending, sent, templates};
use crate::desk::notices;
use crate::reason::Reason;
use crate::site::Site;
use crate::store::Tx;
use crate::store::desk::{Note, Person, Work};
use domain::editorial::{Action, Deed, Manuscript, allowed, transition};

/// What a message about this alert refers to: every message of its chain, oldest first; `None` before it went out.
pub fn chain(work: &Work) -> Option<Vec<String>> {
    let item = work.item?;
    let earlier = sent(work).alert.as_ref().map(|warning| warning.references.clone()).unwrap_or_default();
    Some(earlier.into_iter().chain([item.to_string()]).collect())
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
        close(&mut tx, Some(person), &mut work, Action::Cancel, reason, now).await?;
        let references = chain(&work).ok_or(Trouble::NotFound)?;
        let text = templates::cancel(sent(&work), reason, references, now).ok_or(Trouble::NoWords)?;
        let (compiled, findings) = text.compile(now, 1, &|_| None);
        if !findings.is_empty() {
            return Err(Trouble::Unready(findings));
        }
        before_sending(&compiled).map_err(Trouble::Refuses)?;
        let name = [&external(id), ":cancel"].concat();
        let content = domain::sign::hash(&[name.as_bytes(), reason.as_bytes()].concat());
        send(site, &mut tx, name, content, compiled).await?;
        Ok(())
    }
    .await;
    finish(site, tx, done).await
}

/// Closes the alert that `text` updates, as far as this person may; `None` is the server itself, at the time that somebody
/// who might do so has set.
pub(super) async fn supersede(site: &Site, tx: &mut Tx, person: Option<&Person>, text: &Manuscript) -> Result<(), Trouble> {
    match updated(tx, person, text).await? {
        Some(mut work) => close(tx, person, &mut work, Action::Update, "", site.now()).await,
        None => Ok(()),
    }
}

/// The alert that `text` updates, if it updates any: it must be the newest of its chain, and `text` must refer to that
/// chain and to nothing else.
pub(super) async fn updated(tx: &mut Tx, person: Option<&Person>, text: &Manuscript) -> Result<Option<Work>, Trouble> {
    let references = text.warning().map(|warning| warning.references.as_slice()).unwrap_or_default();
    let Some(newest) = references.last() else { return Ok(None) };
    let unknown = || Trouble::Refuses(Reason::UnknownReference(newest.clone()));
    let name = match newest.parse() {
        Ok(id) => tx.external_of(id).await?,
        Err(_) => None,
    };
    let work = name.and_then(|name| name.strip_prefix("desk:")?.parse::<i64>().ok()).ok_or_else(unknown)?;
    let work = tx.work(work).await?.ok_or_else(unknown)?;
    if chain(&work).as_deref() != Some(references) {
        return Err(unknown());
    }
    may(person, Action::Update, &work)?;
    Ok(Some(work))
}

fn may(person: Option<&Person>, action: Action, work: &Work) -> Result<(), Trouble> {
    let denied = person.is_some_and(|person| !allowed(&person.grants, action, scope(&work.text)));
    if denied { Err(Trouble::Denied) } else { Ok(()) }
}

async fn close(
    tx: &mut Tx,
    person: Option<&Person>,
    work: &mut Work,
    action: Action,
    words: &str,
    now: domain::content::Time,
) -> Result<(), Trouble> {
    may(person, action, work)?;
    let before = work.state.stage;
    let actor = person.map(|person| person.id);
    let deed = Deed { actor: actor.unwrap_or_default(), hands: &work.hands, text: work.hash, seen: work.hash };
    work.state = transition(work.state, action, &deed).map_err(Trouble::Refused)?;
    tx.move_work(work, now).await?;
    tx.drop_job(&end(work.id)).await?;
    let note = Note {
        actor,
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
