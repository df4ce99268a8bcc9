//! What people do with a work: each step is checked against rights and stage, done and written down in one transaction.

mod cancel;
mod due;
mod held;
mod step;
pub mod take;

use super::fetch::Unfetched;
use super::links;
use super::notices;
use crate::error::Error;
use crate::reason::Reason;
use crate::site::Site;
use crate::store::Tx;
use crate::store::desk::{JobKind, List, Listed, Note, Person, Work, hash_of};
use domain::content::{ItemId, MediaRef, PlaceCode, Time};
use domain::editorial::{
    Action, Compiled, Deed, Finding, Grant, Hash, Manuscript, Refusal, Scope, Stage, allowed, credit, sees, transition,
};
use std::collections::{HashMap, HashSet};
use std::slice::from_ref;
use step::{steps, unschedule};

pub use cancel::{cancel, chain, followed, rivals, superseded};
pub use due::{NOT_PUBLISHED, publish_due};
pub use held::sendable;

/// Why a step was not taken. What was stored stays as it is.
#[derive(Debug)]
pub enum Trouble {
    NotFound,
    /// Not among the rights of this person, here.
    Denied,
    /// No place is named, and this person does not speak for all of them.
    NoPlace,
    Refused(Refusal),
    /// Somebody has saved in between: what he saved.
    Overtaken(Box<Work>),
    Unready(Vec<Finding>),
    Refuses(Reason),
    /// What an alert updates was cancelled, or updated by another one.
    Superseded,
    /// A drill is to update the real thing, or the other way round.
    OtherStatus,
    /// An alert from a source that the same person named: another one confirms it.
    OwnSource,
    /// A remark or reason is needed.
    NoWords,
    /// A time ahead is needed.
    NoTime,
    /// It is to go out when it no longer holds.
    EndsFirst,
    /// A picture or recording that is not taken: the code of why.
    BadFile(&'static str),
    /// A passkey that could not be made.
    BadKey,
    /// Nothing came from an address elsewhere.
    Unfetched(Unfetched),
    Broken(Error),
}

impl Trouble {
    /// For scripts, and where it is written down.
    pub fn code(&self) -> &'static str {
        match self {
            Trouble::NotFound => "not-found",
            Trouble::Denied => "denied",
            Trouble::NoPlace => "no-place",
            Trouble::Refused(Refusal::Stage) => "wrong-stage",
            Trouble::Refused(Refusal::OwnText) => "own-text",
            Trouble::Refused(Refusal::OthersText) => "others-text",
            Trouble::Refused(Refusal::Changed) => "changed",
            Trouble::Overtaken(_) => "overtaken",
            Trouble::Unready(_) => "unready",
            Trouble::Refuses(reason) => reason.code(),
            Trouble::Superseded => "superseded",
            Trouble::OtherStatus => "other-status",
            Trouble::OwnSource => "own-source",
            Trouble::NoWords => "no-words",
            Trouble::NoTime => "no-time",
            Trouble::EndsFirst => "ends-first",
            Trouble::BadFile(code) => code,
            Trouble::BadKey => "bad-key",
            Trouble::Unfetched(why) => why.code(),
            Trouble::Broken(cause) if cause.is_full() => "disk-full",
            Trouble::Broken(_) => "broken",
        }
    }

    /// What is written down of it, to be told later in the language of whoever reads it: a code, or a reason in words.
    pub fn kept(&self) -> String {
        if let Trouble::Refuses(reason) = self { reason.to_string() } else { self.code().to_owned() }
    }
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

/// Whether this person's rights reach to a step: over the text as it is, and over what readers have where the step changes that.
/// What is being corrected may name other places than the draft.
pub fn reaches(person: &Person, work: &Work, action: Action) -> bool {
    let over = |text: &Manuscript| allowed(&person.grants, action, scope(text));
    let touches = matches!(action, Action::Approve | Action::Schedule | Action::Publish | Action::Drop | Action::Withdraw);
    over(&work.text) && work.published.as_ref().filter(|_| touches && work.state.live).is_none_or(over)
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
    all.retain(|work| match list {
        List::ToJudge { .. } => allowed(&person.grants, Action::Approve, scope(&work.text)),
        List::Elsewhere { .. } => !work.text.is_alert() && !may_see(person, work.created_by, &work.text),
        _ => may_see(person, work.created_by, &work.text),
    });
    Ok(all)
}

/// What a copy for another place begins from: the text of a work that this person sees, or else what readers have of it;
/// without what belongs to the first place.
pub async fn copy(site: &Site, person: &Person, id: i64) -> Result<Manuscript, Trouble> {
    let work = site.store.work(id).await?.ok_or(Trouble::NotFound)?;
    let mut text = match may_see(person, work.created_by, &work.text) {
        true => work.text,
        false => work.published.filter(|_| work.state.live).ok_or(Trouble::NotFound)?,
    };
    // Words of an alert come from templates.
    if text.alert.is_some() {
        return Err(Trouble::NotFound);
    }
    // Versions are counted anew; what was outdated still is.
    if let Some((original, translations)) = text.texts.split_first_mut() {
        translations.iter_mut().for_each(|script| script.of_version = u32::from(script.follows(original)));
    }
    Ok(Manuscript { places: Vec::new(), supersedes: String::new(), change: String::new(), ..text })
}

/// The first place for which this person may do something of this kind with news; `None` where he never does.
pub fn home(person: &Person, action: Action) -> Option<PlaceCode> {
    let fits = |grant: &&Grant| {
        let scope = Scope { places: from_ref(&grant.place), topics: &grant.topics, alert: false };
        allowed(from_ref(*grant), action, scope)
    };
    person.grants.iter().find(fits).map(|grant| grant.place)
}

/// What a text names and is there: files that were brought, and the item that it replaces.
#[derive(Default)]
pub struct Files {
    media: HashMap<String, MediaRef>,
    item: Option<ItemId>,
}

/// Looks for everything that a text names.
pub async fn files(site: &Site, text: &Manuscript) -> Result<Files, Error> {
    let mut names = HashSet::new();
    let all = std::cell::RefCell::new(&mut names);
    let (compiled, _) = text.compile(Time(0), 1, &|name| {
        all.borrow_mut().insert(name.to_owned());
        None
    });
    let mut files = Files::default();
    if let Some(id) = compiled.supersedes
        && site.store.has_item(id).await?
    {
        files.item = Some(id);
    }
    for name in names {
        if let Some(media) = site.store.medium(&name).await? {
            files.media.insert(name, media);
        }
    }
    Ok(files)
}

/// As readers would get it now.
pub fn compile(work: &Work, files: &Files, now: Time) -> (Compiled, Vec<Finding>) {
    // What a first publication needs is not what a correction needs.
    let revision = if work.item.is_some() { 2 } else { 1 };
    let (compiled, mut findings) = work.text.compile(now, revision, &|name| files.media.get(name).cloned());
    findings.extend(compiled.supersedes.filter(|id| files.item != Some(*id)).map(|id| Finding::NoItem(id.to_string())));
    held::back(&compiled, now, &mut findings);
    (compiled, findings)
}

/// Whether this person may do this for these places, whatever the topic: topics of a grant are judged when a text is saved.
pub fn may(person: &Person, action: Action, places: &[PlaceCode], alert: bool) -> bool {
    let mut grants = person.grants.clone();
    for grant in &mut grants {
        grant.topics.clear();
    }
    allowed(&grants, action, Scope { places, topics: &[], alert })
}

/// Whether this person may write a text with its places and topics.
fn writes(person: &Person, text: &Manuscript) -> Result<(), Trouble> {
    if allowed(&person.grants, Action::Write, scope(text)) {
        Ok(())
    } else if text.places.is_empty() && !may(person, Action::Write, &[], text.is_alert()) {
        Err(Trouble::NoPlace)
    } else {
        Err(Trouble::Denied)
    }
}

/// Begins a work, and says whether it did: the form that `once` names (empty: none) begins one, however often it comes.
pub async fn create(site: &Site, person: &Person, text: Manuscript, once: &str) -> Result<(i64, bool), Trouble> {
    writes(person, &text)?;
    let (now, by) = (site.now(), person.id);
    let mut tx = site.store.begin().await?;
    if !once.is_empty() {
        match tx.begun(by, once).await {
            Ok(None) => {}
            known => {
                tx.roll_back().await;
                return Ok((known?.ok_or(Trouble::NotFound)?, false));
            }
        }
    }
    let id = tx.add_work(&text, by, now).await?;
    if !once.is_empty() {
        tx.set_begun(by, once, id, now).await?;
    }
    links::ask(&mut tx, id, None, &text, now).await?;
    let note = Note {
        actor: Some(by),
        action: "create",
        work: Some(id),
        after: Stage::Draft.name(),
        text: Some(hash_of(&text)),
        ..Note::default()
    };
    tx.note(now, note).await?;
    tx.commit().await?;
    Ok((id, true))
}

/// Saves a text over the version it was begun with, and goes on to `ask`.
pub async fn save(site: &Site, person: &Person, id: i64, version: i64, text: Manuscript, ask: Ask) -> Result<Work, Trouble> {
    let files = files(site, &text).await?;
    let mut tx = site.store.begin().await?;
    let done = async {
        let mut work = tx.work(id).await?.ok_or(Trouble::NotFound)?;
        if work.text != text {
            writes(person, &work.text)?;
            writes(person, &text)?;
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
            credit(Action::Write, person.id, &mut work.hands, &mut work.standing);
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

/// What a work says no longer holds: whoever wrote it hears of it. Readers saw it end by themselves.
pub async fn expire(site: &Site, id: i64) -> Result<(), Trouble> {
    let now = site.now();
    let mut tx = site.store.begin().await?;
    let done = async {
        tx.drop_job(JobKind::Expire, id).await?;
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
