//! What was scheduled: published at its time, or given back to people where that cannot be.

use super::step::step;
use super::{Ask, Trouble, files, finish};
use crate::desk::notices;
use crate::site::Site;
use crate::store::Tx;
use crate::store::desk::{JobKind, Note, Work};
use domain::content::Time;
use domain::editorial::{Action, Deed, Stage, transition};

/// In the audit, where something stood in the way of a publication at its time: its code is the words of the line.
pub const NOT_PUBLISHED: &str = "not-published";

/// Publishes a work whose time has come; does nothing where it no longer waits for it. Only a failure of the server is
/// tried again: what else stands in the way stays there until somebody acts.
pub async fn publish_due(site: &Site, id: i64) -> Result<(), Trouble> {
    match publish(site, id).await {
        Ok(()) => Ok(()),
        Err(Trouble::Broken(cause)) => Err(Trouble::Broken(cause)),
        Err(why) => give_back(site, id, &why).await,
    }
}

async fn publish(site: &Site, id: i64) -> Result<(), Trouble> {
    let Some(text) = site.store.work(id).await?.map(|work| work.text) else { return Ok(()) };
    let files = files(site, &text).await?;
    let mut tx = site.store.begin().await?;
    let done = async {
        let Some(mut work) = due(&mut tx, id, site.now()).await? else { return Ok(()) };
        step(site, &mut tx, None, &mut work, &files, Action::Publish, &Ask::default()).await
    }
    .await;
    finish(site, tx, done).await
}

/// The work, if it waits for its publication and its time has come; its job is over. One that somebody scheduled anew meanwhile
/// has its own time, and its job with it.
async fn due(tx: &mut Tx, id: i64, now: Time) -> Result<Option<Work>, Trouble> {
    let work = tx.work(id).await?.filter(|work| work.state.stage == Stage::Scheduled);
    if let Some(later) = work.as_ref().and_then(|work| work.publish_at).filter(|at| *at > now) {
        tx.add_job(JobKind::Publish, id, later, now).await?;
        return Ok(None);
    }
    tx.drop_job(JobKind::Publish, id).await?;
    Ok(work)
}

/// It is approved and no longer scheduled; whoever wrote, approved or scheduled it hears why.
async fn give_back(site: &Site, id: i64, why: &Trouble) -> Result<(), Trouble> {
    let now = site.now();
    let mut tx = site.store.begin().await?;
    let done = async {
        let Some(mut work) = due(&mut tx, id, now).await? else { return Ok(()) };
        let before = work.state.stage;
        let deed = Deed { actor: 0, hands: &work.hands, text: work.hash, seen: work.hash };
        work.state = transition(work.state, Action::Unschedule, &deed).map_err(Trouble::Refused)?;
        work.publish_at = None;
        tx.move_work(&work, now).await?;
        let words = why.kept();
        let note = Note {
            action: NOT_PUBLISHED,
            work: Some(id),
            before: before.name(),
            after: work.state.stage.name(),
            words: &words,
            text: Some(work.hash),
            ..Note::default()
        };
        let line = tx.note(now, note).await?;
        Ok(notices::ask_line(&mut tx, line, now).await?)
    }
    .await;
    finish(site, tx, done).await
}
