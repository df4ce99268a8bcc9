//! Bringing in: articles from elsewhere as drafts, by a link that somebody pastes or from sources that are asked again and
//! again. Nothing of it is published by itself but alerts of an authority that was let through ([`cap`]), and the same article
//! never becomes two drafts.

mod cap;
pub mod confirm;
mod poll;
mod round;

pub use poll::{pause, poll};
pub use round::Lost;

use super::Answer;
use super::alerts::is_officer;
use super::fetch::{self, Fetched, Known, Unfetched};
use super::form::Form;
use super::found::{self, page};
use super::people::is_administrator;
use super::view;
use super::visit::Visit;
use super::works::{Trouble, home, may_see};
use crate::error::Error;
use crate::store::Tx;
use crate::store::desk::{EntryKey, JobKind, Note, Person, Source, hash_of};
use domain::content::{PlaceCode, Time};
use domain::editorial::{Action, Grant, Manuscript, Scope, Stage, allowed};
use domain::instance::instance;
use std::time::Duration;

/// Nobody makes us ask a server more often than this, in seconds.
const HASTE: i64 = 60;
const MAX_NAME: usize = 120;
/// Alerts from elsewhere that the page shows.
pub const MESSAGES: u32 = 60;
/// For reading what was fetched.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether it may be brought in for a place (`None`: for everyone) and about a topic.
fn may(grants: &[Grant], place: Option<PlaceCode>, topic: Option<u8>) -> bool {
    allowed(grants, Action::Bring, Scope { places: place.as_slice(), topics: topic.as_slice(), alert: false })
}

/// For whom and about what, as the form says, else for the place that the person works for.
fn whom(form: &Form, person: &Person) -> (Option<PlaceCode>, Option<u8>) {
    let place = form.get("place").parse().ok().map(PlaceCode).or_else(|| home(person, Action::Bring));
    // The whole area is everyone.
    let place = place.filter(|place| instance().place(*place).is_some_and(|place| !place.is_whole()));
    (place, form.get("topic").parse().ok().filter(|topic| instance().topic(*topic).is_some()))
}

/// Whether this person has anything to do with sources.
pub fn may_look(person: &Person) -> bool {
    home(person, Action::Bring).is_some() || is_officer(person) || is_administrator(&person.grants)
}

/// Sources within the rights of this person.
pub async fn list(visit: &Visit, person: &Person) -> Answer {
    shown(visit, &Form::default(), person, None).await
}

async fn shown(visit: &Visit, form: &Form, person: &Person, why: Option<Unfetched>) -> Answer {
    if !may_look(person) {
        return Err(Trouble::Denied);
    }
    let store = &visit.site.store;
    let mut sources = store.sources().await?;
    let lets = is_administrator(&person.grants);
    let from = view::Senders::of(&sources, person);
    sources.retain(|source| may(&person.grants, source.place, source.topic) || (lets && source.cap));
    let standing = confirm::standing(&visit.site);
    let mut messages = if is_officer(person) || lets { store.cap_messages(MESSAGES, &standing).await? } else { Vec::new() };
    // What could not be read belongs to nobody's place.
    messages.retain(|one| lets || one.places.is_empty() || one.places.iter().any(|at| confirm::may_confirm(person, &[*at])));
    let alerts = view::Alerts { messages, from, foreign: store.cap_foreign().await? };
    Ok(view::sources(visit, form, person, &sources, &alerts, why))
}

pub async fn add(visit: &Visit, form: &Form, person: &Person) -> Answer {
    let (place, topic) = whom(form, person);
    if !may(&person.grants, place, topic) {
        return Err(Trouble::Denied);
    }
    let url = match fetch::address(&visit.site, form.get("url")) {
        Ok(url) => String::from(url),
        Err(why) => return shown(visit, form, person, Some(why)).await,
    };
    let name = form.get("name").replace('\n', " ").trim().chars().take(MAX_NAME).collect();
    let source = Source { url, name, place, topic, by: person.id, ..Source::default() };
    let now = visit.now();
    let mut tx = visit.site.store.begin().await?;
    if let Some(id) = tx.add_source(&source, now).await? {
        tx.add_job(JobKind::Poll, id, now, now).await?;
        note(&mut tx, now, person, "source-add", &source.url).await?;
    }
    tx.commit().await?;
    Ok(visit.go("/nguon"))
}

async fn note(tx: &mut Tx, now: Time, person: &Person, action: &str, words: &str) -> Result<(), Error> {
    tx.note(now, Note { actor: Some(person.id), action, words, ..Note::default() }).await.map(|_| ())
}

/// Stops a source, lets it go on, takes it away, or asks it now.
pub async fn change(visit: &Visit, form: &Form, person: &Person, id: i64) -> Answer {
    match form.get("do") {
        "at-once" => return confirm::let_through(visit, form, person, id, true).await,
        "hold" => return confirm::let_through(visit, form, person, id, false).await,
        _ => {}
    }
    let now = visit.now();
    let mut tx = visit.site.store.begin().await?;
    let done = async {
        let lets = is_administrator(&person.grants);
        let his = |source: &Source| may(&person.grants, source.place, source.topic) || (lets && source.cap);
        let mut source = tx.source(id).await?.filter(his).ok_or(Trouble::NotFound)?;
        // What goes out at once is stopped by whoever lets it through.
        if source.at_once && !lets && form.get("do") != "now" {
            return Err(Trouble::Denied);
        }
        // What a clock that was fast wrote down makes nobody wait.
        let polled = source.polled.filter(|polled| *polled <= now);
        let soon = now.max(source.rest).max(polled.map_or(now, |polled| polled.plus(HASTE)));
        let url = source.url.clone();
        match form.get("do") {
            "pause" => {
                source.paused = true;
                tx.set_source(&source).await?;
                tx.drop_job(JobKind::Poll, id).await?;
                note(&mut tx, now, person, "source-pause", &url).await?;
            }
            "resume" => {
                // From now on its drafts are made in the name of whoever lets it go on.
                source = Source { paused: false, by: person.id, trouble: String::new(), ..source };
                tx.set_source(&source).await?;
                tx.add_job(JobKind::Poll, id, soon, now).await?;
                note(&mut tx, now, person, "source-resume", &url).await?;
            }
            "remove" => {
                tx.drop_source(id).await?;
                // Without it nobody knows whose word it was. It comes again with whoever brings it, links included.
                tx.drop_cap_waiting_of(id).await?;
                tx.drop_job(JobKind::Poll, id).await?;
                note(&mut tx, now, person, "source-remove", &url).await?;
            }
            "now" if !source.paused => tx.add_job(JobKind::Poll, id, soon, now).await?,
            _ => return Err(Trouble::NotFound),
        }
        Ok(())
    }
    .await;
    tx.end(done).await?;
    Ok(visit.go("/nguon"))
}

/// A link that somebody pastes: its draft, or the work that it is already.
pub async fn paste(visit: &Visit, form: &Form, person: &Person) -> Answer {
    match taken(visit, form, person).await {
        Err(Trouble::Unfetched(why)) => shown(visit, form, person, Some(why)).await,
        other => other,
    }
}

async fn taken(visit: &Visit, form: &Form, person: &Person) -> Answer {
    let (place, topic) = whom(form, person);
    if !may(&person.grants, place, topic) {
        return Err(Trouble::Denied);
    }
    let site = visit.site.clone();
    let typed = fetch::address(&site, form.get("url"))?;
    for id in site.store.brought(&[found::key(&typed)]).await? {
        if site.store.work(id).await?.is_some_and(|work| may_see(person, work.created_by, &work.text)) {
            return Ok(visit.go(&format!("/viec/{id}")));
        }
    }
    let Fetched::New(page) = fetch::get(&site, typed.as_str(), &Known::default()).await? else {
        return Err(Unfetched::Empty.into());
    };
    if page.is_feed() {
        return Err(Unfetched::IsFeed.into());
    }
    let found = apart(move || page::read(&page.bytes, &page.url)).await.flatten().ok_or(Unfetched::Empty)?;
    let keys = [&found.keys[..], &[found::key(&typed)]].concat();
    let now = site.now();
    let text = found.manuscript(place, topic, now);
    let mut tx = site.store.begin().await?;
    // Somebody may have been faster, or the address has led to where another one leads.
    for id in tx.brought(&keys).await? {
        if tx.work(id).await?.is_some_and(|work| may_see(person, work.created_by, &work.text)) {
            tx.roll_back().await;
            return Ok(visit.go(&format!("/viec/{id}")));
        }
    }
    let id = draft(&mut tx, &text, &keys, person.id, Some(person.id), now).await?;
    tx.commit().await?;
    Ok(visit.go(&format!("/viec/{id}?sua=1")))
}

/// Apart from what answers requests, and not for ever: what others wrote is read by what others wrote, which may give up.
async fn apart<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::time::timeout(PATIENCE, tokio::task::spawn_blocking(read)).await.ok()?.ok()
}

async fn draft(tx: &mut Tx, text: &Manuscript, keys: &[EntryKey], by: i64, actor: Option<i64>, now: Time) -> Result<i64, Error> {
    let id = tx.add_work(text, by, now).await?;
    tx.add_entry(keys, id, now).await?;
    let (action, after, words) = (Action::Bring.name(), Stage::Draft.name(), text.source_url.as_str());
    tx.note(now, Note { actor, action, work: Some(id), after, words, text: Some(hash_of(text)), ..Note::default() }).await?;
    Ok(id)
}
