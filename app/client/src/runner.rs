//! Drives [`Session`] with a real store and a real network: the only loop of sync.

use crate::item;
use crate::net::Net;
use crate::store::{Loaded, Store};
use domain::content::Time;
use domain::sync::{Commit, Held, Input, Outcome, Session, Step, Wishes};
use domain::wire::path;
use std::cell::RefCell;

/// Lets the screen breathe between two slices of work.
#[allow(async_fn_in_trait, reason = "phones have one thread")]
pub trait Breath {
    async fn breathe(&self);
}

/// How a session went.
#[derive(Debug)]
pub struct Report {
    pub outcome: Outcome,
    /// What the phone holds now.
    pub held: Held,
    /// Bytes on the wire.
    pub wire: u64,
    pub requests: u32,
}

/// Runs one session to its end. `opened` grows meanwhile by what the reader opens ([`item::keep`]). `on_commit` sees every
/// commit before it is stored, also where the phone has no room for it, and once more (`true`) when it is.
#[allow(clippy::too_many_arguments, reason = "each is another part of a phone")]
pub async fn sync<S: Store, N: Net, B: Breath>(
    store: &S,
    net: &N,
    breath: &B,
    loaded: Loaded,
    wishes: Wishes,
    now: Time,
    opened: &RefCell<Vec<Commit>>,
    mut on_commit: impl FnMut(&Commit, bool),
) -> Report {
    let mut session = Session::new(loaded.held, wishes, now);
    let (mut wire, mut requests) = (0, 0);
    let mut tag = None;
    let mut input = Input::Go;
    let outcome = loop {
        input = match session.next(input) {
            Step::Fetch(fetch) => {
                let held_tag = if fetch.revalidate { loaded.tag.as_deref() } else { None };
                let reply = net.fetch(&fetch, held_tag).await;
                requests += 1;
                wire += reply.wire;
                if fetch.path == path::HEAD && matches!(reply.input, Input::Got { .. }) {
                    tag = reply.tag;
                }
                reply.input
            }
            Step::Commit(mut commit) => {
                // What was opened under another epoch may have a number that the new one has not come to.
                if commit.reset {
                    opened.borrow_mut().clear();
                }
                item::keep(&mut commit, &opened.borrow());
                // On the screen whether there is room for it or not: an alert does not wait.
                on_commit(&commit, false);
                match store.commit(&commit).await {
                    Ok(()) => {
                        on_commit(&commit, true);
                        Input::Committed
                    }
                    Err(fault) => Input::CommitFailed(fault),
                }
            }
            Step::Pause => {
                breath.breathe().await;
                Input::Go
            }
            Step::Done(outcome) => break outcome,
        };
    };
    // Only a complete session may say "not modified" next time: the tag of one that was cut would hide the rest.
    if let (Outcome::UpToDate { .. }, Some(tag)) = (&outcome, &tag) {
        let _ = store.put_tag(tag).await;
    }
    Report { outcome, held: session.into_held(), wire, requests }
}
