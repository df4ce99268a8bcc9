//! What was published without the desk: taken over as a work, or withdrawn where a manuscript cannot say all of it.

use super::step::MAX_WORDS;
use super::{Trouble, finish};
use crate::live::Item;
use crate::site::Site;
use crate::store::Tx;
use crate::store::desk::{JobKind, Note, Person, hash_of};
use domain::content::{Card, ItemId, Time};
use domain::editorial::{Action, Manuscript, Refusal, Scope, Stage, State, Taken, allowed, taken};

/// Whether this person may do this with what a card says it is.
pub fn may(person: &Person, action: Action, card: &Card) -> bool {
    allowed(&person.grants, action, Scope { places: &card.places, topics: &card.topics, alert: card.alert().is_some() })
}

/// Makes a work of an item as it stands; readers notice nothing. Returns the work, also where there is one already.
pub async fn take(site: &Site, person: &Person, item: ItemId) -> Result<i64, Trouble> {
    let mut tx = site.store.begin().await?;
    let done = async {
        // Nobody publishes while the store is held: an import of the second before is in it, too.
        site.refresh().await?;
        let snapshot = site.live.now();
        let stands = snapshot.items.get(&item).ok_or(Trouble::NotFound)?;
        if !may(person, Action::Correct, &stands.card) {
            return Err(Trouble::Denied);
        }
        let Some(Taken { text, whole: true }) = taken(&stands.card, &stands.body) else {
            return Err(Trouble::Refused(Refusal::Stage));
        };
        let (now, said) = (site.now(), Some(hash_of(&text)));
        if let Some(work) = tx.work_of(item).await? {
            return Ok(work);
        }
        // Nobody has looked at it since it was published.
        let id = adopt(&mut tx, person, stands, text, Stage::Published, (now, stands.at)).await?;
        if let Some(expires) = stands.card.expires.filter(|expires| *expires > now) {
            tx.add_job(JobKind::Expire, id, expires, now).await?;
        }
        let after = Stage::Published.name();
        let note = Note { actor: Some(person.id), action: "take-over", work: Some(id), after, text: said, ..Note::default() };
        tx.note(now, note).await?;
        Ok(id)
    }
    .await;
    finish(site, tx, done).await
}

/// A work of `item` at a stage, begun and last changed `at`.
async fn adopt(
    tx: &mut Tx,
    person: &Person,
    item: &Item,
    text: Manuscript,
    stage: Stage,
    at: (Time, Time),
) -> Result<i64, Trouble> {
    let id = tx.add_work(&text, person.id, at.0).await?;
    let mut work = tx.work(id).await?.ok_or(Trouble::NotFound)?;
    work.state = State { stage, live: stage == Stage::Published, approved: None };
    // Nobody here wrote of it: whom it came from and who approves it again are two.
    work.hands.clear();
    work.standing.clear();
    work.item = Some(item.card.id);
    work.published = Some(text);
    tx.move_work(&work, at.1).await?;
    Ok(id)
}

/// Takes an item away that no manuscript can say, with a reason that readers see. What could be said of it stays as a
/// withdrawn work, so that no import brings it back.
pub async fn withdraw(site: &Site, person: &Person, item: ItemId, reason: &str) -> Result<i64, Trouble> {
    let reason = reason.trim();
    let now = site.now();
    let mut tx = site.store.begin().await?;
    let done = async {
        site.refresh().await?;
        let snapshot = site.live.now();
        let stands = snapshot.items.get(&item).ok_or(Trouble::NotFound)?;
        if !may(person, Action::Withdraw, &stands.card) {
            return Err(Trouble::Denied);
        }
        let text = taken(&stands.card, &stands.body).ok_or(Trouble::Refused(Refusal::Stage))?.text;
        if reason.is_empty() || reason.chars().count() > MAX_WORDS {
            return Err(Trouble::NoWords);
        }
        // Its own page withdraws what is a work meanwhile.
        if tx.work_of(item).await?.is_some() {
            return Err(Trouble::Refused(Refusal::Stage));
        }
        let id = adopt(&mut tx, person, stands, text, Stage::Withdrawn, (now, now)).await?;
        let work = tx.work(id).await?.ok_or(Trouble::NotFound)?;
        super::step::withdraw(site, &mut tx, &work, reason).await?;
        let (before, after) = (Stage::Published.name(), Stage::Withdrawn.name());
        let note = Note {
            actor: Some(person.id),
            action: "withdraw",
            work: Some(id),
            before,
            after,
            words: reason,
            text: Some(work.hash),
            ..Note::default()
        };
        tx.note(now, note).await?;
        Ok(id)
    }
    .await;
    finish(site, tx, done).await
}
