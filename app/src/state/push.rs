//! Alerts that came by push: each proves itself and is in the store, before any sync.

use super::{App, keep, spawn, sync, walk};
use crate::device::{channel, clock, locks, push};
use client::Store;
use std::cell::Cell;
use std::rc::Rc;

/// Looks at whether somebody still syncs, five seconds apart.
const TRIES: u32 = 24;

/// Takes in what waits; true where only the server can say the rest. What cannot be judged yet, or does not fit, waits on.
pub async fn take(app: &Rc<App>) -> bool {
    let (mut changed, mut lacking) = (false, false);
    for message in push::waiting().await {
        let item = message.item();
        let commit = app.with(|view| client::push::open(&message.dictionary(), &item, &view.shelf.held));
        lacking |= item.is_empty() || commit.is_none();
        let Some(commit) = commit else { continue };
        if !(commit.cards.is_empty() && commit.gone.is_empty()) {
            let stored = app.store.commit(&commit).await.is_ok();
            keep::unread(app, &commit);
            app.change(|view| view.shelf.apply(&commit, stored));
            if !stored {
                continue;
            }
            changed = true;
        }
        message.done();
    }
    if changed {
        channel::changed();
    }
    lacking
}

/// A message came while the program runs.
pub fn came(app: &Rc<App>) {
    let app = app.clone();
    spawn(async move {
        // Between two syncs, of whichever tab.
        for _ in 0..TRIES {
            let taken = Rc::new(Cell::new(None));
            let (taking, done) = (app.clone(), taken.clone());
            locks::alone(Box::pin(async move { done.set(Some(take(&taking).await)) })).await;
            walk::refresh_item(&app).await;
            match taken.get() {
                Some(true) => {
                    // Not with all other phones at once.
                    clock::sleep(60_000 + clock::random() % 20_000).await;
                    return sync::soon(&app);
                }
                Some(false) => return,
                None => clock::sleep(5_000).await,
            }
        }
    });
}
