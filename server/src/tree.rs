//! Counts of phone trees (cây gọi điện). The list of households stays on the phone of whoever calls; what comes here is how
//! many of them were told, not reached, or need help, for which alert and commune, under a number drawn for this one
//! worklist so that its next word replaces this one.

use crate::backstage;
use crate::error::Error;
use crate::reply;
use crate::site::Site;
use crate::store::tree::Tally;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use domain::alert;
use domain::content::{ItemId, PlaceCode, Time};
use domain::instance::instance;
use domain::wire::Problem;
use serde::Deserialize;
use std::sync::Arc;

/// Where phones send them.
pub const PATH: &str = "/cay-goi/so";
/// Largest report, in bytes.
const MAX_BODY: usize = 1 << 10;
/// Households of one list: a hamlet has some hundred.
const MAX_HOUSES: u16 = 1_000;
/// Worklists of one alert in one commune. A commune has a few dozen hamlets: more is somebody who makes them up, and one that
/// was heard of once, and asks for no help, gives way to the next.
const MAX_LISTS: i64 = 100;
/// A report is kept this long after its last word, in seconds: 30 days.
const KEPT: i64 = 30 * 86_400;

/// Households, by number only: a field that is not named here is refused, so that no name can ever slip in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    /// Id of any message of the chain.
    alert: String,
    /// 32 hex digits.
    token: String,
    /// Official code of the commune.
    place: u32,
    told: u16,
    missed: u16,
    help: u16,
    of: u16,
}

/// A report that can be believed as far as its form goes.
struct Checked {
    /// Every message of the event, also what is not here; the oldest first.
    event: Vec<ItemId>,
    place: PlaceCode,
    token: [u8; 16],
    tally: Tally,
}

/// Takes a report: 204; 413 `too-large`; 422 `bad-report`, `no-such-alert`; 429 `too-many`.
pub async fn take(site: &Arc<Site>, request: Request) -> Response {
    let unfit = |code| (StatusCode::UNPROCESSABLE_ENTITY, Problem::new(code));
    let report = reply::read::<Report>(request, MAX_BODY, "bad-report").await;
    let checked = match report.and_then(|report| check(site, &report).map_err(unfit)) {
        Ok(checked) => checked,
        Err((status, problem)) => return reply::problem(status, &problem),
    };
    let held = site.clone();
    // To its end also where the phone has gone meanwhile.
    match backstage::handle().spawn(async move { put(&held, checked).await }).await {
        Ok(Ok(true)) => reply::taken(),
        Ok(Ok(false)) => reply::problem(StatusCode::TOO_MANY_REQUESTS, &Problem::new("too-many")),
        Ok(Err(cause)) => failed(&cause),
        Err(cause) => failed(&cause),
    }
}

fn failed(cause: &dyn std::fmt::Display) -> Response {
    tracing::error!(%cause, "counts of a phone tree could not be kept");
    reply::problem(StatusCode::SERVICE_UNAVAILABLE, &Problem::new("unavailable"))
}

fn check(site: &Site, report: &Report) -> Result<Checked, &'static str> {
    let tally = Tally {
        told: report.told.into(),
        missed: report.missed.into(),
        help: report.help.into(),
        houses: report.of.into(),
        lists: 1,
    };
    let place = PlaceCode(report.place);
    let token = token(&report.token).ok_or("bad-report")?;
    if report.of > MAX_HOUSES || tally.told + tally.missed + tally.help > tally.houses || instance().place(place).is_none() {
        return Err("bad-report");
    }
    let snapshot = site.live.now();
    let id: ItemId = report.alert.parse().map_err(|_| "no-such-alert")?;
    let holds = alert::mattering(snapshot.cards(), site.now()).contains(&id);
    let (here, lost) = alert::Chains::of(snapshot.cards()).chain(id);
    let event = here.iter().map(|card| card.id).chain(lost).collect();
    if holds { Ok(Checked { event, place, token, tally }) } else { Err("no-such-alert") }
}

fn token(text: &str) -> Option<[u8; 16]> {
    let plain = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u128::from_str_radix(text, 16).ok().filter(|_| plain).map(u128::to_be_bytes)
}

/// Whether there was room for it.
async fn put(site: &Site, report: Checked) -> Result<bool, Error> {
    let Checked { event, place, token, tally } = report;
    let Some(mut tx) = site.store.begin_stranger().await? else { return Ok(false) };
    let done = async {
        // The name under which it was first reported, also where that message was withdrawn since, or an older one came late.
        let Some(chain) = tx.tree_name(&event).await?.or(event.first().copied()) else { return Ok(false) };
        if tx.tree_lists(chain, place, &token).await? >= MAX_LISTS && !tx.drop_mute_tree(chain, place).await? {
            return Ok(false);
        }
        tx.put_tree(chain, place, &token, tally, site.now()).await?;
        Ok(true)
    }
    .await;
    tx.end(done).await
}

/// Forgets what is long over.
pub async fn tidy(site: &Site) -> Result<(), Error> {
    let mut tx = site.store.begin().await?;
    tx.drop_old_tree(Time(site.now().0 - KEPT)).await?;
    tx.commit().await
}
