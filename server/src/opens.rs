//! How often items are opened. Phones whose reader agreed send what they counted, at most once a day, without a name; here
//! it is added up and who sent it is forgotten. Nobody sees a sum below [`SHOWN`].

use crate::error::Error;
use crate::reply;
use crate::site::Site;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use domain::content::ItemId;
use domain::wire::Problem;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

/// Where phones send it.
pub const PATH: &str = "/dem";
/// Smallest sum that is told to anyone.
pub const SHOWN: i64 = 10;
/// Largest batch, in bytes, and the items of one.
const MAX_BODY: usize = 4 << 10;
const MAX_ITEMS: usize = 100;
/// No phone opens one item more often than this in a day; whoever says so counts as this much.
const MAX_EACH: u32 = 20;

/// What came since the store was last told.
#[derive(Default)]
pub struct Opens(Mutex<HashMap<ItemId, u32>>);

impl Opens {
    fn add(&self, counted: impl IntoIterator<Item = (ItemId, u32)>) {
        let mut all = self.0.lock().unwrap_or_else(|e| e.into_inner());
        for (id, count) in counted {
            let sum = all.entry(id).or_default();
            *sum = sum.saturating_add(count);
        }
    }
}

/// A batch: times opened, by id.
#[derive(Deserialize)]
struct Batch {
    opens: BTreeMap<String, u32>,
}

/// Takes a batch; items that nobody published are left out.
pub async fn take(site: &Site, request: Request) -> Response {
    let batch: Batch = match reply::read(request, MAX_BODY, "bad-batch").await {
        Ok(batch) => batch,
        Err((status, problem)) => return reply::problem(status, &problem),
    };
    if batch.opens.len() > MAX_ITEMS {
        return reply::problem(StatusCode::UNPROCESSABLE_ENTITY, &Problem::new("bad-batch"));
    }
    let now = site.live.now();
    let known = batch.opens.iter().filter_map(|(id, count)| Some((id.parse::<ItemId>().ok()?, (*count).min(MAX_EACH))));
    site.opens.add(known.filter(|(id, _)| now.items.contains_key(id)));
    reply::taken()
}

/// Tells the store; what it cannot take is told it the next time. What is lost in a crash is a minute of counting.
pub async fn keep(site: &Site) -> Result<(), Error> {
    let batch = std::mem::take(&mut *site.opens.0.lock().unwrap_or_else(|e| e.into_inner()));
    if batch.is_empty() {
        return Ok(());
    }
    let done = async {
        let mut tx = site.store.begin().await?;
        for (item, count) in &batch {
            tx.add_opens(*item, *count).await?;
        }
        tx.commit().await
    }
    .await;
    if done.is_err() {
        site.opens.add(batch);
    }
    done
}
