//! Tells people of what concerns them: a job for each line of the audit that somebody waits for.

use super::form::Form;
use super::visit::Visit;
use super::works::{NOT_PUBLISHED, Trouble, reaches, scope};
use crate::site::Site;
use crate::store::Tx;
use crate::store::desk::{Done, JobKind, Person, Work};
use axum::response::Response;
use domain::content::Time;
use domain::editorial::{Action, allowed};

/// What is done to a work of which others hear.
const TOLD: [Action; 8] = [
    Action::Submit,
    Action::SendBack,
    Action::Approve,
    Action::Schedule,
    Action::Publish,
    Action::Withdraw,
    Action::Update,
    Action::Cancel,
];

/// Asks for others to be told of this line of the audit.
pub async fn ask(tx: &mut Tx, action: Action, line: i64, now: Time) -> Result<(), crate::Error> {
    if TOLD.contains(&action) { ask_line(tx, line, now).await } else { Ok(()) }
}

pub async fn ask_line(tx: &mut Tx, line: i64, now: Time) -> Result<(), crate::Error> {
    tx.add_job(JobKind::Notify, line, now, now).await
}

/// The job: done twice, it tells nobody twice.
pub async fn tell(site: &Site, line: i64) -> Result<(), Trouble> {
    let done = site.store.audit_line(line).await?;
    let work = match &done {
        Some(done) => site.store.work(done.work.unwrap_or_default()).await?,
        None => None,
    };
    let judges = match &done {
        Some(Done { action, work: Some(work), .. }) if action == NOT_PUBLISHED => site.store.judges(*work).await?,
        _ => Vec::new(),
    };
    let people = site.store.people().await?;
    let mut tx = site.store.begin().await?;
    if let Some((done, work)) = done.zip(work) {
        let told = |person: &&Person| {
            let concerned = judges.contains(&person.id) || concerns(&done.action, person, &work);
            !person.disabled && Some(person.id) != done.actor && concerned
        };
        for person in people.iter().filter(told) {
            tx.add_notice(person.id, work.id, line).await?;
        }
    }
    tx.drop_job(JobKind::Notify, line).await?;
    Ok(tx.commit().await?)
}

fn concerns(action: &str, person: &Person, work: &Work) -> bool {
    if action == Action::Submit.name() {
        return reaches(person, work, Action::Approve) && !work.hands.contains(&person.id);
    }
    // One officer did it alone: every other one who could have hears of it.
    if action == Action::Cancel.name() && allowed(&person.grants, Action::Cancel, scope(&work.text)) {
        return true;
    }
    person.id == work.created_by || work.hands.contains(&person.id)
}

pub async fn seen(visit: &Visit, form: &Form, person: &Person) -> Result<Response, Trouble> {
    let mut tx = visit.site.store.begin().await?;
    tx.see_notices(person.id, form.number("until")).await?;
    tx.commit().await?;
    Ok(visit.go(""))
}
