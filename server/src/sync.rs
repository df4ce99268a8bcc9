//! What phones fetch: the head, the trust list, packs of cards and bodies, alerts, single items. Memory only.

use crate::hot::{FOREVER, Hot, REVALIDATE};
use crate::reply;
use crate::site::Site;
use axum::http::header::{ACCEPT, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use domain::content::ItemId;
use domain::wire::{
    BLOCK, Envelope, PackKind, Problem, Seq, bodies_allowed, cards_allowed, encode_bodies, encode_cards, encode_full, log, path,
};
use std::sync::Arc;
use tokio::sync::Semaphore;

pub const CONTENT_TYPE: &str = "application/x-bantin";
const CARDS: &str = "match=\"/sync/*/cards/*\"";
const BODIES: &str = "match=\"/sync/*/bodies/*\"";

/// Content type of a Zstandard frame that browsers leave alone: [`rest`] of a pack, or a whole one for a phone that takes it
/// so (`Accept`) where a proxy on the way keeps its browser from asking for encodings.
const FRAME: &str = "application/x-bantin-zstd";
/// A cache on the way gives it to nobody else.
const ACCEPTED: HeaderValue = HeaderValue::from_static("accept");
/// Of smaller answers a frame saves nothing to speak of.
const WORTH: usize = 512;

/// Answers a GET or HEAD of `path`, which begins with `/sync/`.
pub async fn answer(site: &Arc<Site>, path: &str, query: Option<&str>, request: &HeaderMap) -> Response {
    if let Some(from) = query.and_then(|query| query.strip_prefix("z=")) {
        return match rest(site, path, from).await {
            Some(hot) => hot.answer(request, None).await,
            None => missing(site, path),
        };
    }
    let hot = match path {
        path::HEAD => Some(site.live.now().head_answer.clone()),
        path::TRUST => Some(site.trust.clone()),
        _ => find(site, path).await,
    };
    match hot {
        Some(hot) if hot.plain().len() >= WORTH && framed(request) => match rest(site, path, "0").await {
            Some(frame) => frame.answer(request, None).await,
            None => hot.answer(request, None).await,
        },
        Some(hot) => hot.answer(request, Some(&site.dictionaries)).await,
        None => missing(site, path),
    }
}

async fn find(site: &Arc<Site>, path: &str) -> Option<Arc<Hot>> {
    let mut segments = path.strip_prefix("/sync/")?.split('/');
    let (first, second, third) = (segments.next()?, segments.next()?, segments.next());
    if segments.next().is_some() {
        return None;
    }
    match (first, second, third) {
        ("alerts", name, None) => {
            let snapshot = site.live.now();
            snapshot
                .alerts
                .iter()
                .find(|(hash, _)| path::alerts(hash).ends_with(name) && name.len() == 32)
                .map(|(_, hot)| hot.clone())
        }
        ("item", id, None) => item(site, id.parse().ok()?).await,
        (epoch, "cards", Some(range)) => pack(site, epoch, range, PackKind::Cards).await,
        (epoch, "bodies", Some(range)) => pack(site, epoch, range, PackKind::Bodies).await,
        _ => None,
    }
}

fn framed(request: &HeaderMap) -> bool {
    let takes = request.get(ACCEPT).is_some_and(|accept| accept.as_bytes() == FRAME.as_bytes());
    takes && !crate::hot::compressible(request)
}

/// What follows byte `from` of a pack whose download was cut, as one Zstandard frame that is opaque to browsers: they
/// decode encoded answers only whole, so only bytes that they leave alone can be asked for range by range.
async fn rest(site: &Arc<Site>, path: &str, from: &str) -> Option<Arc<Hot>> {
    let from: usize = from.parse().ok().filter(|from| from % path::RESUME_STEP == 0)?;
    // Only what never changes under its name.
    let fixed = path.contains("/cards/") || path.contains("/bodies/") || path.contains("/alerts/");
    let whole = if fixed { find(site, path).await? } else { return None };
    let plain = whole.plain().clone();
    if from >= plain.len() {
        return None;
    }
    // Of one pack there are hundreds of rests, and anybody may ask for all of them: one at a time is made as small as can be,
    // whoever comes meanwhile gets his quickly and a little larger, and none takes the place of a pack.
    static SPARE: Semaphore = Semaphore::const_new(1);
    let (kept, spare) = if from == 0 { (&site.packs, None) } else { (&site.rests, SPARE.try_acquire().ok()) };
    let level = if from == 0 || spare.is_some() { 19 } else { 9 };
    let make = move || {
        let frame = crate::compress::zstd(&plain[from..], level);
        drop(spare);
        Hot::new(FRAME, FOREVER, frame).incompressible().header(VARY, ACCEPTED)
    };
    // By what is in it, so that one rest has one name whatever was typed.
    Some(kept.get_or_make(&format!("{}?z={from}", whole.etag()), make).await)
}

async fn pack(site: &Arc<Site>, epoch: &str, range: &str, kind: PackKind) -> Option<Arc<Hot>> {
    let snapshot = site.live.now();
    let (from, to) = path::parse_range(range)?;
    if path::parse_epoch(epoch) != Some(snapshot.epoch()) {
        return None;
    }
    // Printed again, so that one pack has one name whatever was typed.
    let name =
        if kind == PackKind::Cards { path::cards(snapshot.epoch(), from, to) } else { path::bodies(snapshot.epoch(), from, to) };
    // A pack that ended at an earlier head stays true: whoever read that head may still fetch it while it is kept.
    if let Some(kept) = site.packs.get(&name) {
        return Some(kept);
    }
    let (seq, floor) = (snapshot.seq(), snapshot.head.floor);
    let allowed = if kind == PackKind::Cards { cards_allowed(from, to, seq, floor) } else { bodies_allowed(from, to, seq) };
    if !allowed {
        return None;
    }
    let issuer = site.issuer.clone();
    let make = move || {
        let (payload, group) = match kind {
            PackKind::Cards => (encode_cards(&log::cards(&snapshot.entries, from, to)), CARDS),
            _ => (encode_bodies(&log::bodies(&snapshot.entries, from, to)), BODIES),
        };
        let sealed = Envelope::seal(kind, snapshot.epoch(), from, to, &payload, &issuer);
        Hot::new(CONTENT_TYPE, FOREVER, sealed).dictionary(group)
    };
    let hot = site.packs.get_or_make(&name, make).await;
    site.dictionaries.add(&hot);
    Some(hot)
}

/// Makes what phones will ask for after the head: the large pack of a first start, today's packs, the alerts.
pub async fn warm(site: &Arc<Site>) {
    let snapshot = site.live.now();
    let (epoch, seq) = (snapshot.epoch(), snapshot.seq());
    let whole = seq - seq % BLOCK;
    let before = whole.saturating_sub(BLOCK);
    let mut paths = vec![path::cards(epoch, 0, whole), path::cards(epoch, whole, seq), path::bodies(epoch, whole, seq)];
    paths.push(path::bodies(epoch, before, whole));
    paths.extend(snapshot.head.alerts.map(|alerts| path::alerts(&alerts.hash)));
    for path in paths {
        if let Some(hot) = find(site, &path).await {
            hot.warm(|_| {});
        }
    }
}

async fn item(site: &Arc<Site>, id: ItemId) -> Option<Arc<Hot>> {
    let snapshot = site.live.now();
    let seq: Seq = snapshot.items.get(&id)?.seq;
    let issuer = site.issuer.clone();
    let make = move || {
        let full: Vec<_> = snapshot.full(id).into_iter().collect();
        let sealed = Envelope::seal(PackKind::Item, snapshot.epoch(), 0, seq, &encode_full(&full), &issuer);
        Hot::new(CONTENT_TYPE, REVALIDATE, sealed)
    };
    Some(site.packs.get_or_make(&format!("item/{id}/{seq}"), make).await)
}

fn missing(site: &Arc<Site>, path: &str) -> Response {
    let id: Option<ItemId> = path.strip_prefix("/sync/item/").and_then(|id| id.parse().ok());
    match id.and_then(|id| site.live.now().gone.get(&id).cloned()) {
        Some(gone) => reply::problem(StatusCode::GONE, &Problem::new("withdrawn").with("reason", gone.reason)),
        None => reply::problem(StatusCode::NOT_FOUND, &Problem::new("no-such-pack")),
    }
}
