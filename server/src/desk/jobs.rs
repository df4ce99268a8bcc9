//! Does what is due: once a second, each job in its own transaction, put off and tried again where it fails. Encoding and
//! asking other servers take long, so that each has a lane of its own.

use super::links;
use super::notices;
use super::sources;
use super::upload;
use super::visit::Visit;
use super::works::{self, Trouble};
use crate::clock::lasts;
use crate::opens;
use crate::site::Site;
use crate::store::desk::{Job, JobKind, Lane, Person};
use axum::response::Response;
use domain::content::Time;
use domain::editorial::{Action, Scope, allowed};
use futures_util::{FutureExt, StreamExt, stream};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

/// Jobs of one round.
const ROUND: u32 = 20;
/// Authorities of alerts that are asked at the same time.
const TOGETHER: usize = 8;
/// Pause between two times that counts are written down, in seconds.
const KEEP: i64 = 60;
/// Longest pause between two tries, in seconds.
const MAX_PAUSE: i64 = 3_600;

pub async fn run(site: Arc<Site>) {
    let (desk, away) = (keep_going(&site, Lane::Desk), keep_going(&site, Lane::Away));
    tokio::join!(desk, away, keep_going(&site, Lane::Alerts), keep_going(&site, Lane::Files));
}

async fn keep_going(site: &Arc<Site>, lane: Lane) {
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    let (mut last_tidied, mut last_kept) = (Time(0), site.now());
    loop {
        tick.tick().await;
        if let Err(cause) = round(site, lane).await {
            tracing::error!(%cause, "jobs could not be read");
        }
        let due = |last: Time, every: i64| lane == Lane::Desk && !lasts(last, site.now(), every);
        if due(last_tidied, 3_600) {
            last_tidied = site.now();
            if let Err(cause) = super::tidy(site).await {
                tracing::error!(%cause, "old sessions could not be ended");
            }
        }
        if due(last_kept, KEEP) {
            last_kept = site.now();
            if let Err(cause) = opens::keep(site).await {
                tracing::error!(%cause, "what was counted could not be kept");
            }
        }
    }
}

/// Everything that is due now, in one of the lanes.
pub async fn round(site: &Arc<Site>, lane: Lane) -> Result<(), crate::Error> {
    let due = site.store.due_jobs(lane, site.now(), ROUND).await?;
    // No authority waits behind others whose servers hang.
    let together = if lane == Lane::Alerts { TOGETHER } else { 1 };
    let each = async |job| {
        if let Err(cause) = one(site, lane, job).await {
            tracing::error!(%cause, "a job could not be put off");
            make_room(site, lane, &cause);
        }
    };
    // What cannot be written down of one of them takes nothing from the others.
    stream::iter(due).for_each_concurrent(together, each).await;
    Ok(())
}

/// A source of news can wait until somebody has made room.
fn make_room(site: &Site, lane: Lane, cause: &crate::Error) {
    if lane == Lane::Alerts {
        site.make_room(cause);
    }
}

async fn one(site: &Arc<Site>, lane: Lane, job: Job) -> Result<(), crate::Error> {
    if job.kind == JobKind::Encode {
        // Written down before: a picture that takes the whole machine with it is not the first thing after a new start.
        let mut tx = site.store.begin().await?;
        tx.put_job_off(job.id, site.now().plus(pause(job.tries)), "").await?;
        tx.commit().await?;
    }
    // A fault of the program is put off like any other: it would be first again, and end what is done beside it.
    let done = AssertUnwindSafe(perform(site, &job)).catch_unwind().await;
    if let Err(trouble) = done.unwrap_or_else(|cause| Err(Trouble::Broken(crate::Error::panicked(&*cause)))) {
        let pause = match job.kind {
            JobKind::Poll => sources::pause(job.tries, &trouble, lane == Lane::Alerts),
            _ => pause(job.tries),
        };
        tracing::warn!(job = job.key(), ?trouble, "a job failed");
        if let Trouble::Broken(cause) = &trouble {
            make_room(site, lane, cause);
        }
        let mut tx = site.store.begin().await?;
        tx.put_job_off(job.id, site.now().plus(pause), &trouble.kept()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// How long what failed so often before is put off.
fn pause(tries: i64) -> i64 {
    (5i64 << tries.clamp(0, 10)).min(MAX_PAUSE)
}

async fn perform(site: &Arc<Site>, job: &Job) -> Result<(), Trouble> {
    match job.kind {
        JobKind::Publish => works::publish_due(site, job.about).await,
        JobKind::Expire => works::expire(site, job.about).await,
        JobKind::Notify => notices::tell(site, job.about).await,
        JobKind::Links => links::check(site, job.about).await,
        JobKind::Encode => upload::encode(site, job.about).await,
        JobKind::Poll => sources::poll(site, job.about).await,
        // It has a lane of its own.
        JobKind::Push => Err(Trouble::NotFound),
    }
}

/// An administrator does not want to wait for the next try of what failed. What has not been tried yet has its time, and
/// others have set it.
pub async fn retry(visit: &Visit, person: &Person, id: i64) -> Result<Response, Trouble> {
    if !allowed(&person.grants, Action::ManageJobs, Scope::ALL) {
        return Err(Trouble::Denied);
    }
    let now = visit.now();
    let mut tx = visit.site.store.begin().await?;
    tx.try_job_again(id, now).await?;
    tx.commit().await?;
    Ok(visit.go("/hang-doi"))
}
