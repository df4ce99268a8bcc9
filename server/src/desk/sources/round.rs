//! One question to a source that sends alerts as CAP: what stands in its feed, and what the feed leads to.

use super::apart;
use crate::cap::read::{self, Document, Message, Refused};
use crate::clock::random;
use crate::desk::fetch::{self, Fetched, Known, Page, Unfetched};
use crate::desk::works::Trouble;
use crate::site::Site;
use crate::store::desk::{EntryKey, Source};
use domain::content::Time;
use domain::sign::hash;
use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// Alerts that are fetched from elsewhere in one round, those that do not come, and how long all of it may take: other
/// authorities wait behind.
const MAX_LINKS: usize = 20;
const MAX_FAILED: usize = 5;
const PATIENCE: Duration = Duration::from_secs(60);
/// Links that led nowhere, of all sources, that are remembered.
const MAX_LOST: usize = 10_000;
/// How often it is written down again that an entry stands in a feed, in seconds: long before it would be forgotten
/// (`desk::tidy`).
const STILL: i64 = 7 * 86_400;

/// A message that a source has sent.
pub struct Incoming {
    pub raw: Vec<u8>,
    /// Nobody on the way can have changed it.
    pub secure: bool,
    pub result: Result<Message, Refused>,
}

/// Links of feeds that led nowhere since the start.
#[derive(Default)]
pub struct Lost(Mutex<HashSet<EntryKey>>);

impl Lost {
    fn add(&self, mark: EntryKey) {
        let mut lost = self.0.lock().unwrap_or_else(|e| e.into_inner());
        if lost.len() >= MAX_LOST {
            lost.clear();
        }
        lost.insert(mark);
    }

    /// Puts them behind those that were never tried.
    fn last(&self, links: &mut [(EntryKey, Url)]) {
        let lost = self.0.lock().unwrap_or_else(|e| e.into_inner());
        links.sort_by_key(|(mark, _)| lost.contains(mark));
    }
}

/// What came in one round.
pub struct Round {
    pub incoming: Vec<Incoming>,
    /// Entries that led to a document that was read to its end, now or long ago.
    pub links: Vec<EntryKey>,
    /// More is there than was fetched.
    pub rest: bool,
}

/// What a source sent, if it is CAP or leads to CAP; `None` where it has nothing to do with it.
pub async fn ask(site: &Site, source: &Source, page: &Page) -> Result<Option<Round>, Trouble> {
    let bytes = page.bytes.clone();
    let document = apart(move || read::document(&bytes)).await.ok_or(Unfetched::NotFeed)?;
    let leads = source.cap || document.hints || document.entries.iter().flat_map(|entry| &entry.links).any(read::Link::is_cap);
    if document.alerts.is_empty() && (!leads || document.fault.is_some()) {
        return if source.cap { Err(Unfetched::NotFeed.into()) } else { Ok(None) };
    }
    let mut round = Round { incoming: Vec::new(), links: Vec::new(), rest: false };
    let (end, mut fetched, mut failed) = (Instant::now() + PATIENCE, 0, 0);
    let mut links = links(&document, &page.url);
    // Those that do not come must not keep back what stands behind them, nor each other.
    let turn = usize::from(random::<1>()[0]) % links.len().max(1);
    links.rotate_left(turn);
    site.desk.lost.last(&mut links);
    for (mark, address) in links {
        if let Some(at) = site.store.cap_link(&mark).await? {
            // Still in the feed, so that it must not be forgotten.
            if site.now().since(at) > STILL {
                round.links.push(mark);
            }
            continue;
        }
        if fetched >= MAX_LINKS || failed >= MAX_FAILED || Instant::now() >= end {
            round.rest = true;
            break;
        }
        // One that cannot be fetched is tried again the next time.
        match tokio::time::timeout_at(end, fetch::get(site, address.as_str(), &Known::default())).await {
            Ok(Ok(Fetched::New(linked))) => {
                let secure = linked.secure;
                let found = apart(move || (read::document(&linked.bytes), linked.bytes)).await;
                fetched += 1;
                let Some((inside, bytes)) = found else { continue };
                // A page about works at the server, or half a message: what is behind the link is still to come.
                if inside.fault.is_some() || inside.alerts.is_empty() {
                    round.rest = true;
                    failed += 1;
                    site.desk.lost.add(mark);
                } else {
                    round.links.push(mark);
                }
                take(inside, &bytes, Way { linked: true, secure: page.secure && secure }, &mut round.incoming);
            }
            why => {
                tracing::warn!(source = source.id, ?why, "an alert could not be fetched");
                round.rest = true;
                failed += 1;
                site.desk.lost.add(mark);
            }
        }
    }
    take(document, &page.bytes, Way { linked: false, secure: page.secure }, &mut round.incoming);
    // As they were sent: what updates comes behind what it updates.
    round.incoming.sort_by_key(|one| one.result.as_ref().map_or(Time(0), |message| message.alert.sent.at));
    Ok(Some(round))
}

/// How a message came.
struct Way {
    linked: bool,
    secure: bool,
}

fn take(document: Document, bytes: &[u8], way: Way, out: &mut Vec<Incoming>) {
    let broken = document.fault.filter(|_| way.linked && document.alerts.is_empty());
    out.extend(broken.map(|fault| Incoming { raw: bytes.to_vec(), secure: way.secure, result: Err(fault) }));
    for found in document.alerts {
        // Not even kept whole where it is larger than any alert.
        let raw = bytes.get(found.range).unwrap_or_default();
        let raw = raw.get(..read::MAX_ALERT).unwrap_or(raw).to_vec();
        out.push(Incoming { raw, secure: way.secure, result: found.result });
    }
}

/// Where entries without an alert of their own lead to, each with a mark of its state.
fn links(document: &Document, base: &Url) -> Vec<(EntryKey, Url)> {
    let mut found = Vec::new();
    for entry in document.entries.iter().filter(|entry| !entry.has_alert) {
        let named = |link: &&read::Link| {
            let path = link.href.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
            path.ends_with(".cap") || path.ends_with(".xml") || link.href.to_ascii_lowercase().contains("cap")
        };
        let link = entry.links.iter().find(|link| link.is_cap()).or(entry.links.iter().find(named));
        if let Some(url) = link.and_then(|link| base.join(&link.href).ok()) {
            found.push((hash(["cap-link", url.as_str(), &entry.updated].join("\0").as_bytes()), url));
        }
    }
    found
}
