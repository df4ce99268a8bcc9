//! What people do with a work: each step is checked against rights and stage, done and written down in one transaction.

use super::fetch::Unfetched;
use super::notices;
use crate::error::Error;
use crate::publish::{Done, Draft, Proposal, What, check};
use crate::reason::Reason;
use crate::site::Site;
use crate::store::Tx;
use crate::store::desk::{Note, Person, Work};
use domain::content::{MediaRef, Time};
use domain::editorial::{Action, Compiled, Deed, Finding, Hash, Manuscript, Refusal, Scope, Stage, State, allowed, transition};
use std::collections::HashSet;
use std::sync::Arc;

/// Longest remark or reason, in characters.
const MAX_WORDS: usize = 600;

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
    Scope { places: &text.places, topics: &text.topics }
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
pub async fn create(site: &Arc<Site>, person: &Person, text: Manuscript) -> Result<i64, Trouble> {
    if !allowed(&person.grants, Action::Write, scope(&text)) {
        return Err(Trouble::Denied);
    }
    let (site, by) = (site.clone(), person.id);
    run(async move {
        let now = site.now();
        let mut tx = site.store.begin().await?;
        let id = tx.add_work(&text, by, now).await?;
        let note = Note { actor: Some(by), action: "create", work: Some(id), after: Stage::Draft.name(), ..Note::default() };
        tx.note(now, note).await?;
        tx.commit().await?;
        Ok(id)
    })
    .await
}

/// Saves a text over the version it was begun with, and goes on to `ask`.
pub async fn save(site: &Arc<Site>, person: &Person, id: i64, version: i64, text: Manuscript, ask: Ask) -> Result<Work, Trouble> {
    let (site, person) = (site.clone(), person.clone());
    run(async move {
        let files = files(&site, &text).await?;
        let mut tx = site.store.begin().await?;
        let done = async {
            let mut work = tx.work(id).await?.ok_or(Trouble::NotFound)?;
            if work.text != text {
                if !allowed(&person.grants, Action::Write, scope(&work.text))
                    || !allowed(&person.grants, Action::Write, scope(&text))
                {
                    return Err(Trouble::Denied);
                }
                if work.version != version {
                    return Err(Trouble::Overtaken(Box::new(work)));
                }
                let before = work.state.stage;
                work.state = transition(work.state, Action::Write, &deed(&work, &person, None)).map_err(Trouble::Refused)?;
                unschedule(&mut tx, before, &work).await?;
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
            steps(&site, &mut tx, &person, &mut work, &files, &ask).await?;
            Ok(work)
        }
        .await;
        finish(&site, tx, done).await
    })
    .await
}

/// Takes the steps of `ask`, all or none of them.
pub async fn act(site: &Arc<Site>, person: &Person, id: i64, ask: Ask) -> Result<Work, Trouble> {
    let (site, person) = (site.clone(), person.clone());
    run(async move {
        let text = site.store.work(id).await?.ok_or(Trouble::NotFound)?.text;
        let files = files(&site, &text).await?;
        let mut tx = site.store.begin().await?;
        let done = async {
            let mut work = tx.work(id).await?.ok_or(Trouble::NotFound)?;
            steps(&site, &mut tx, &person, &mut work, &files, &ask).await?;
            Ok(work)
        }
        .await;
        finish(&site, tx, done).await
    })
    .await
}

/// Publishes a work whose time has come; does nothing where it no longer waits for it.
pub async fn publish_due(site: &Arc<Site>, id: i64) -> Result<(), Trouble> {
    let site = site.clone();
    run(async move {
        let Some(text) = site.store.work(id).await?.map(|work| work.text) else { return Ok(()) };
        let files = files(&site, &text).await?;
        let mut tx = site.store.begin().await?;
        let done = async {
            let work = tx.work(id).await?.filter(|work| work.state.stage == Stage::Scheduled);
            tx.drop_job(&job(id)).await?;
            let Some(mut work) = work else { return Ok(()) };
            step(&site, &mut tx, None, &mut work, &files, Action::Publish, &Ask::default()).await
        }
        .await;
        finish(&site, tx, done).await
    })
    .await
}

/// What a work says no longer holds: whoever wrote it hears of it. Readers saw it end by themselves.
pub async fn expire(site: &Arc<Site>, id: i64) -> Result<(), Trouble> {
    let site = site.clone();
    run(async move {
        let now = site.now();
        let mut tx = site.store.begin().await?;
        let done = async {
            tx.drop_job(&end(id)).await?;
            if let Some(work) = tx.work(id).await?.filter(|work| work.state.live) {
                let stage = work.state.stage.name();
                let line =
                    tx.note(now, Note { action: "expire", work: Some(id), before: stage, after: stage, ..Note::default() });
                let line = line.await?;
                notices::ask_line(&mut tx, line, now).await?;
            }
            Ok(())
        }
        .await;
        finish(&site, tx, done).await
    })
    .await
}

/// In a task of its own, so that nobody who goes away leaves a transaction open.
pub async fn run<T: Send + 'static>(work: impl Future<Output = Result<T, Trouble>> + Send + 'static) -> Result<T, Trouble> {
    tokio::spawn(work).await.map_err(|cause| Error::Damaged(cause.to_string()))?
}

async fn finish<T>(site: &Site, tx: Tx, done: Result<T, Trouble>) -> Result<T, Trouble> {
    match done {
        Ok(value) => {
            tx.commit().await?;
            site.refresh().await?;
            Ok(value)
        }
        Err(trouble) => {
            tx.roll_back().await;
            Err(trouble)
        }
    }
}

async fn steps(site: &Site, tx: &mut Tx, person: &Person, work: &mut Work, files: &Files, ask: &Ask) -> Result<(), Trouble> {
    for action in &ask.actions {
        if !allowed(&person.grants, *action, scope(&work.text)) {
            return Err(Trouble::Denied);
        }
        step(site, tx, Some(person), work, files, *action, ask).await?;
    }
    Ok(())
}

fn deed<'a>(work: &'a Work, person: &Person, seen: Option<Hash>) -> Deed<'a> {
    Deed { actor: person.id, hands: &work.hands, text: work.hash, seen: seen.unwrap_or_default() }
}

fn job(work: i64) -> String {
    format!("publish:{work}")
}

fn end(work: i64) -> String {
    format!("expire:{work}")
}

async fn unschedule(tx: &mut Tx, before: Stage, work: &Work) -> Result<(), Error> {
    if before == Stage::Scheduled && work.state.stage != Stage::Scheduled { tx.drop_job(&job(work.id)).await } else { Ok(()) }
}

/// One step. `person` is `None` for the server itself, which only does what was approved and scheduled.
async fn step(
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
    let deed = Deed {
        actor: person.map_or(0, |person| person.id),
        hands: &work.hands,
        text: work.hash,
        seen: ask.seen.unwrap_or_default(),
    };
    let state: State = transition(work.state, action, &deed).map_err(Trouble::Refused)?;
    let words = ask.words.trim();
    let told = matches!(action, Action::SendBack | Action::Withdraw);
    if told && (words.is_empty() || words.chars().count() > MAX_WORDS) {
        return Err(Trouble::NoWords);
    }
    let mut rewritten = None;
    match action {
        Action::Submit => {
            let findings: Vec<Finding> = compile(work, files, now).1.into_iter().filter(|finding| !finding.is_advice()).collect();
            if !findings.is_empty() {
                return Err(Trouble::Unready(findings));
            }
            let compiled = compile(work, files, now).0;
            check(&compiled.card, &compiled.body, None, now).map_err(Trouble::Refuses)?;
        }
        Action::Schedule => {
            let at = ask.at.filter(|at| *at > now).ok_or(Trouble::NoTime)?;
            work.publish_at = Some(at);
            tx.add_job("publish", &job(work.id), at, now).await?;
        }
        Action::Publish => {
            publish(site, tx, work, files).await?;
            work.hands.clear();
            work.published = Some(work.text.clone());
        }
        Action::Correct => rewritten = Some(Manuscript { change: String::new(), ..work.text.clone() }),
        Action::Drop => rewritten = work.published.clone(),
        Action::Withdraw => {
            withdraw(site, tx, work, words).await?;
            tx.drop_job(&end(work.id)).await?;
        }
        _ => {}
    }
    if state.stage != Stage::Scheduled {
        work.publish_at = None;
    }
    work.state = state;
    unschedule(tx, before, work).await?;
    if let Some(text) = rewritten {
        work.hands.clear();
        if work.text != text {
            work.text = text;
            work.version += 1;
            tx.write_work(work, deed_actor(person), now).await?;
        }
    }
    tx.move_work(work, now).await?;
    let note = Note {
        actor: person.map(|person| person.id),
        action: action.name(),
        work: Some(work.id),
        before: before.name(),
        after: work.state.stage.name(),
        words: if told { words } else { "" },
        ..Note::default()
    };
    let line = tx.note(now, note).await?;
    notices::ask(tx, action, line, now).await?;
    *work = tx.work(work.id).await?.ok_or(Trouble::NotFound)?;
    Ok(())
}

fn deed_actor(person: Option<&Person>) -> i64 {
    person.map_or(0, |person| person.id)
}

fn external(work: i64) -> String {
    format!("desk:{work}")
}

async fn publish(site: &Site, tx: &mut Tx, work: &mut Work, files: &Files) -> Result<(), Trouble> {
    let (compiled, findings) = compile(work, files, site.now());
    let findings: Vec<Finding> = findings.into_iter().filter(|finding| !finding.is_advice()).collect();
    if !findings.is_empty() {
        return Err(Trouble::Unready(findings));
    }
    let supersedes = match compiled.supersedes {
        Some(id) => Some(tx.external_of(id).await?.ok_or_else(|| Trouble::Refuses(Reason::UnknownReference(id.to_string())))?),
        None => None,
    };
    match compiled.card.expires {
        Some(expires) => tx.add_job("expire", &end(work.id), expires, site.now()).await?,
        None => tx.drop_job(&end(work.id)).await?,
    }
    let proposal = Proposal {
        card: compiled.card,
        body: compiled.body,
        alert: None,
        references: Vec::new(),
        supersedes,
        media: compiled.media,
    };
    // The same text after a withdrawal is a publication of its own.
    let content = domain::sign::hash(&[&work.hash[..], &work.version.to_be_bytes()].concat());
    let draft = Draft { external: external(work.id), content, what: What::Item(Box::new(proposal)) };
    match site.publisher.append(tx, vec![draft], &HashSet::new()).await?.pop() {
        Some(Done::New(id) | Done::Revised(id)) => {
            work.item = Some(id);
            Ok(())
        }
        Some(Done::Refused(reason)) => Err(Trouble::Refuses(reason)),
        _ => Ok(()),
    }
}

async fn withdraw(site: &Site, tx: &mut Tx, work: &Work, reason: &str) -> Result<(), Trouble> {
    let content = domain::sign::hash(&[reason.as_bytes(), &site.now().0.to_be_bytes(), &work.hash].concat());
    let what = What::Withdraw { reason: reason.to_owned() };
    let draft = Draft { external: external(work.id), content, what };
    match site.publisher.append(tx, vec![draft], &HashSet::new()).await?.pop() {
        Some(Done::Refused(reason)) => Err(Trouble::Refuses(reason)),
        _ => Ok(()),
    }
}
