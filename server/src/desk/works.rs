//! What people do with a work: each step is checked against rights and stage, done and written down in one transaction.

mod cancel;
mod step;
pub mod take;

use super::fetch::Unfetched;
use super::links;
use super::notices;
use crate::error::Error;
use crate::reason::Reason;
use crate::site::Site;
use crate::store::Tx;
use crate::store::desk::{List, Listed, Note, Person, Work};
use domain::content::{MediaRef, PlaceCode, Time};
use domain::editorial::{
    Action, Compiled, Deed, Finding, Grant, Hash, Manuscript, Refusal, Scope, Stage, allowed, sees, transition,
};
use std::collections::HashSet;
use std::slice::from_ref;
use step::{end, job, step, steps, unschedule};

pub use cancel::{cancel, chain};

/// Why a step was not taken. What was stored stays as it is.
#[derive(Debug)]
pub enum Trouble {
    NotFound,
    /// Not among the rights of this person, here.
    Denied,
    Refused(Refusal),
    /// Somebody has saved in between: what he saved.
    Overtaken(Box<Work>),
    Unready(Vec<Finding>),
    Refuses(Reason),
    /// A remark or reason is needed.
    NoWords,
    /// A time ahead is needed.
    NoTime,
    /// A picture or recording that is not taken: the code of why.
    BadFile(&'static str),
    /// A passkey that could not be made.
    BadKey,
    /// Nothing came from an address elsewhere.
    Unfetched(Unfetched),
    Broken(Error),
}

impl From<Error> for Trouble {
    fn from(cause: Error) -> Trouble {
        Trouble::Broken(cause)
    }
}

impl From<Unfetched> for Trouble {
    fn from(why: Unfetched) -> Trouble {
        Trouble::Unfetched(why)
    }
}

/// What somebody asks for: steps in a row, the text he had before his eyes, and his words.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub actions: Vec<Action>,
    pub seen: Option<Hash>,
    pub words: String,
    pub at: Option<Time>,
}

pub fn scope(text: &Manuscript) -> Scope<'_> {
    Scope { places: &text.places, topics: &text.topics, alert: text.is_alert() }
}

/// Whether this person learns that a work is there.
pub fn may_see(person: &Person, created_by: i64, text: &Manuscript) -> bool {
    created_by == person.id || sees(&person.grants, scope(text))
}

/// A list of works, judged once more by the rules themselves: at most `count`, those behind `after`.
pub async fn list(
    site: &Site,
    person: &Person,
    list: List<'_>,
    after: Option<(i64, i64)>,
    count: u32,
) -> Result<Vec<Listed>, Error> {
    let mut all = site.store.works(person, list, after, count).await?;
    all.retain(|work| match list.right() {
        Action::Approve => allowed(&person.grants, Action::Approve, scope(&work.text)),
        _ => may_see(person, work.created_by, &work.text),
    });
    Ok(all)
}

/// The first place for which this person may do something of this kind with news; `None` where he never does.
pub fn home(person: &Person, action: Action) -> Option<PlaceCode> {
    let fits = |grant: &&Grant| {
        let scope = Scope { places: from_ref(&grant.place), topics: &grant.topics, alert: false };
        allowed(from_ref(*grant), action, scope)
    };
    person.grants.iter().find(fits).map(|grant| grant.place)
}

/// Knows the files that were brought here.
pub type Files = std::collections::HashMap<String, MediaRef>;

/// The files that a text names.
pub async fn files(site: &Site, text: &Manuscript) -> Result<Files, Error> {
    let mut names = HashSet::new();
    let all = std::cell::RefCell::new(&mut names);
    text.compile(Time(0), 1, &|name| {
        all.borrow_mut().insert(name.to_owned());
        None
    });
    let mut files = Files::new();
    for name in names {
        if let Some(media) = site.store.medium(&name).await? {
            files.insert(name, media);
        }
    }
    Ok(files)
}

/// As readers would get it now.
pub fn compile(work: &Work, files: &Files, now: Time) -> (Compiled, Vec<Finding>) {
    // What a first publication needs is not what a correction needs.
    let revision = if work.item.is_some() { 2 } else { 1 };
    work.text.compile(now, revision, &|name| files.get(name).cloned())
}

/// Begins a work.
pub async fn create(site: &Site, person: &Person, text: Manuscript) -> Result<i64, Trouble> {
    if !allowed(&person.grants, Action::Write, scope(&text)) {
        return Err(Trouble::Denied);
    }
    let (now, by) = (site.now(), person.id);
    let mut tx = site.store.begin().await?;
    let id = tx.add_work(&text, by, now).await?;
    links::ask(&mut tx, id, None, &text, now).await?;
    let note = Note { actor: Some(by), action: "create", work: Some(id), after: Stage::Draft.name(), ..Note::default() };
    tx.note(now, note).await?;
    tx.commit().await?;
    Ok(id)
}

/// Saves a text over the version it was begun with, and goes on to `ask`.
pub async fn save(site: &Site, person: &Person, id: i64, version: i64, text: Manuscript, ask: Ask) -> Result<Work, Trouble> {
    let files = files(site, &text).await?;
    let mut tx = site.store.begin().await?;
    let done = async {
        let mut work = tx.work(id).await?.ok_or(Trouble::NotFound)?;
        if work.text != text {
            if !allowed(&person.grants, Action::Write, scope(&work.text)) || !allowed(&person.grants, Action::Write, scope(&text))
            {
                return Err(Trouble::Denied);
            }
            if work.version != version {
                return Err(Trouble::Overtaken(Box::new(work)));
            }
            let before = work.state.stage;
            let deed = Deed { actor: person.id, hands: &work.hands, text: work.hash, seen: Hash::default() };
            work.state = transition(work.state, Action::Write, &deed).map_err(Trouble::Refused)?;
            unschedule(&mut tx, before, &work).await?;
            links::ask(&mut tx, id, Some(&work.text), &text, site.now()).await?;
            work.text = text;
            work.version += 1;
            if !work.hands.contains(&person.id) {
                work.hands.push(person.id);
            }
            tx.write_work(&work, person.id, site.now()).await?;
            if before != work.state.stage {
                let note = Note {
                    actor: Some(person.id),
                    action: Action::Write.name(),
                    work: Some(id),
                    before: before.name(),
                    after: work.state.stage.name(),
                    ..Note::default()
                };
                tx.note(site.now(), note).await?;
            }
            work = tx.work(id).await?.ok_or(Trouble::NotFound)?;
        }
        steps(site, &mut tx, person, &mut work, &files, &ask).await?;
        Ok(work)
    }
    .await;
    finish(site, tx, done).await
}

/// Takes the steps of `ask`, all or none of them.
pub async fn act(site: &Site, person: &Person, id: i64, ask: Ask) -> Result<Work, Trouble> {
    let text = site.store.work(id).await?.ok_or(Trouble::NotFound)?.text;
    let files = files(site, &text).await?;
    let mut tx = site.store.begin().await?;
    let done = async {
        let mut work = tx.work(id).await?.ok_or(Trouble::NotFound)?;
        steps(site, &mut tx, person, &mut work, &files, &ask).await?;
        Ok(work)
    }
    .await;
    finish(site, tx, done).await
}

/// Publishes a work whose time has come; does nothing where it no longer waits for it.
pub async fn publish_due(site: &Site, id: i64) -> Result<(), Trouble> {
    let Some(text) = site.store.work(id).await?.map(|work| work.text) else { return Ok(()) };
    let files = files(site, &text).await?;
    let mut tx = site.store.begin().await?;
    let done = async {
        let work = tx.work(id).await?.filter(|work| work.state.stage == Stage::Scheduled);
        tx.drop_job(&job(id)).await?;
        let Some(mut work) = work else { return Ok(()) };
        step(site, &mut tx, None, &mut work, &files, Action::Publish, &Ask::default()).await
    }
    .await;
    finish(site, tx, done).await
}

/// What a work says no longer holds: whoever wrote it hears of it. Readers saw it end by themselves.
pub async fn expire(site: &Site, id: i64) -> Result<(), Trouble> {
    let now = site.now();
    let mut tx = site.store.begin().await?;
    let done = async {
        tx.drop_job(&end(id)).await?;
        if let Some(work) = tx.work(id).await?.filter(|work| work.state.live) {
            let stage = work.state.stage.name();
            let line = tx.note(now, Note { action: "expire", work: Some(id), before: stage, after: stage, ..Note::default() });
            let line = line.await?;
            notices::ask_line(&mut tx, line, now).await?;
        }
        Ok(())
    }
    .await;
    finish(site, tx, done).await
}

async fn finish<T>(site: &Site, tx: Tx, done: Result<T, Trouble>) -> Result<T, Trouble> {
    let value = tx.end(done).await?;
    site.refresh().await?;
    Ok(value)
}
