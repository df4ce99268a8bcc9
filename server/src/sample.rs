//! The sample content inside the binary: something to read on a first start, marked as sample and removed by one command.

use crate::error::Error;
use crate::import::{self, MediaFolder, Report};
use crate::publish::{Done, Draft, What};
use crate::site::Site;
use domain::sign::hash;
use std::sync::Arc;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/sample.rs"));
}

/// Publishes every sample item that does not stand as it is.
pub async fn load(site: &Site) -> Result<Report, Error> {
    import::bytes(site, embedded::LINES, MediaFolder::Embedded(embedded::MEDIA)).await
}

/// Withdraws all sample items and says how many there were.
pub async fn remove(site: &Site) -> Result<usize, Error> {
    let reason = "Tin mẫu đã được gỡ.".to_owned();
    let content = hash(b"sample removed");
    let drafts = site.store.samples().await?.into_iter();
    let drafts: Vec<Draft> =
        drafts.map(|external| Draft { external, content, what: What::Withdraw { reason: reason.clone() } }).collect();
    let done = site.publisher.publish(drafts, Arc::default()).await?;
    Ok(done.iter().filter(|done| matches!(done, Done::Withdrawn(_))).count())
}
