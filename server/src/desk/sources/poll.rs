//! What a source has new, asked for again and again, politely: it is left alone while it says that nothing changed, and
//! longer each time that it fails.

use super::{apart, cap, draft, may, round};
use crate::desk::fetch::{self, Fetched, Known, Page, Unfetched};
use crate::desk::found::{Found, feed};
use crate::desk::works::Trouble;
use crate::site::Site;
use crate::store::desk::{ALERTS_REST, EntryKey, JobKind, Note, Source};
use domain::content::Time;
use domain::editorial::Manuscript;
use std::sync::Arc;

/// Drafts of one round of a source; what is left comes with the next one.
const MAX_NEW: usize = 20;
/// Pause between two rounds, and what each source has more than others so that they do not all come at once; in seconds.
const HOUR: i64 = 3_600;
const SPREAD: i64 = 600;
/// Pauses after failures, from the first to the longest, in seconds.
const FIRST_PAUSE: i64 = 300;
const MAX_PAUSE: i64 = 86_400;
/// The longest after failures of an authority that sends alerts; see [`ALERTS_REST`] for what one may ask.
const ALERTS_PAUSE: i64 = 600;

/// What a source had to tell.
struct News {
    name: String,
    known: Known,
    drafts: Vec<(Vec<EntryKey>, Manuscript)>,
    /// Alerts, where it sends those and no articles.
    alerts: Option<round::Round>,
}

/// The job: asks a source for what is new. Done twice, it makes nothing twice.
pub async fn poll(site: &Arc<Site>, id: i64) -> Result<(), Trouble> {
    let Some(source) = site.store.source(id).await?.filter(|source| !source.paused) else {
        let mut tx = site.store.begin().await?;
        tx.drop_job(JobKind::Poll, id).await?;
        return Ok(tx.commit().await?);
    };
    if source.cap {
        cap::again(site, &source).await?;
    }
    match ask(site, &source).await {
        Ok(news) => keep(site, &source, news).await,
        Err(Trouble::Unfetched(why)) => fail(site, id, why).await,
        Err(trouble) => Err(trouble),
    }
}

/// How long a job that failed so often before is put off.
pub fn pause(tries: i64, trouble: &Trouble, alerts: bool) -> i64 {
    let asked = if let Trouble::Unfetched(Unfetched::Busy(Some(seconds))) = trouble { rest(*seconds, alerts) } else { 0 };
    (FIRST_PAUSE << tries.clamp(0, 10)).min(if alerts { ALERTS_PAUSE } else { MAX_PAUSE }).max(asked)
}

fn rest(asked: i64, alerts: bool) -> i64 {
    if alerts { asked.min(ALERTS_REST) } else { asked }
}

/// `None` where everything is as it was.
async fn ask(site: &Site, source: &Source) -> Result<Option<News>, Trouble> {
    let people = site.store.people().await?;
    let owner = people.iter().find(|person| person.id == source.by && !person.disabled);
    // An authority does not fall silent because a colleague left: its alerts wait for an officer, or an administrator let it
    // through.
    if !source.cap && !owner.is_some_and(|person| may(&person.grants, source.place, source.topic)) {
        return Err(Unfetched::NoRights.into());
    }
    let known = Known { etag: source.etag.clone(), modified: source.modified.clone() };
    let Fetched::New(page) = fetch::get(site, &source.url, &known).await? else { return Ok(None) };
    if let Some(found) = round::ask(site, source, &page).await? {
        let host = page.url.host_str().unwrap_or_default().to_owned();
        let name = if source.name.is_empty() { host } else { source.name.clone() };
        let known = if found.rest { Known::default() } else { page.known };
        return Ok(Some(News { name, known, drafts: Vec::new(), alerts: Some(found) }));
    }
    let Page { url, bytes, known, .. } = page;
    let at = url.clone();
    let feed = apart(move || feed::read(&bytes, &at)).await.flatten().ok_or(Unfetched::NotFeed)?;
    let mut fresh = Vec::new();
    for entry in feed.entries {
        if site.store.brought(&entry.keys).await?.is_empty() {
            fresh.push(entry);
        }
    }
    // Whoever is told that nothing changed does not send the rest.
    let known = if fresh.len() > MAX_NEW { Known::default() } else { known };
    fresh.truncate(MAX_NEW);
    let host = url.host_str().unwrap_or_default().to_owned();
    let name = [source.name.clone(), feed.name, host].into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    let found = apart(move || fresh.into_iter().map(|entry| entry.found(&url)).collect::<Vec<Found>>()).await;
    let now = site.now();
    let text = |found: Found| Found { source: name.clone(), ..found }.manuscript(source.place, source.topic, now);
    // The newest comes last, so that lists show it first.
    let drafts = found.ok_or(Unfetched::NotFeed)?.into_iter().rev().map(|found| (found.keys.clone(), text(found))).collect();
    Ok(Some(News { name, known, drafts, alerts: None }))
}

async fn keep(site: &Site, asked: &Source, mut news: Option<News>) -> Result<(), Trouble> {
    let (id, now) = (asked.id, site.now());
    let alerts = news.as_mut().and_then(|news| news.alerts.take());
    let sends_alerts = alerts.is_some();
    // Before it is written down that they came: done twice, the same makes nothing twice.
    if let Some(round) = alerts
        && !cap::keep(site, asked, round).await?
    {
        // So that all of it comes the next time.
        news = None;
    }
    let mut tx = site.store.begin().await?;
    // Taken away or stopped while it was asked.
    if let Some(mut source) = tx.source(id).await?.filter(|source| !source.paused) {
        if let Some(news) = news {
            for (keys, text) in &news.drafts {
                if tx.brought(keys).await?.is_empty() {
                    draft(&mut tx, text, keys, source.by, None, now).await?;
                }
            }
            source = Source { name: news.name, etag: news.known.etag, modified: news.known.modified, ..source };
        }
        source = Source { polled: Some(now), success: Some(now), trouble: String::new(), rest: Time(0), ..source };
        source.cap |= sends_alerts;
        tx.set_source(&source).await?;
        let pause = if source.cap { cap::PAUSE } else { HOUR + (id * 61).rem_euclid(SPREAD) };
        tx.add_job(JobKind::Poll, id, now.plus(pause), now).await?;
    } else {
        tx.drop_job(JobKind::Poll, id).await?;
    }
    Ok(tx.commit().await?)
}

/// Writes down why; when it is tried again is for [`pause`] to say.
async fn fail(site: &Site, id: i64, why: Unfetched) -> Result<(), Trouble> {
    let now = site.now();
    let over = why == Unfetched::NoRights;
    let mut tx = site.store.begin().await?;
    if let Some(source) = tx.source(id).await? {
        let rest = if let Unfetched::Busy(Some(seconds)) = why { now.plus(rest(seconds, source.cap)) } else { source.rest };
        let trouble = why.code().to_owned();
        tx.set_source(&Source { polled: Some(now), paused: source.paused || over, trouble, rest, ..source.clone() }).await?;
        if over {
            tx.drop_job(JobKind::Poll, id).await?;
            tx.note(now, Note { action: "source-pause", words: &source.url, ..Note::default() }).await?;
        }
    }
    tx.commit().await?;
    if over { Ok(()) } else { Err(why.into()) }
}
