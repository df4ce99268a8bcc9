//! What the runner needs of a network.

use domain::sync::{Fetch, Input};

/// An answer and what it cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// [`Input::Got`], [`Input::Unchanged`] or [`Input::Failed`] with the id of the fetch.
    pub input: Input,
    /// Bytes on the wire, as near as the platform tells.
    pub wire: u64,
    /// The strong `ETag` of a whole answer.
    pub tag: Option<String>,
}

#[allow(async_fn_in_trait, reason = "phones have one thread")]
pub trait Net {
    /// `tag` goes out as `If-None-Match` where [`Fetch::revalidate`] asks for it.
    async fn fetch(&self, fetch: &Fetch, tag: Option<&str>) -> Reply;
}
