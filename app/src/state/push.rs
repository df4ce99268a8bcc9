//! Alerts that came by push: each proves itself and is in the store, before any sync.

use super::{App, spawn, walk};
use crate::device::{channel, push};
use client::Store;
use std::rc::Rc;

/// Takes in what waits; true where something was. What cannot be judged yet, or does not fit, waits on.
pub async fn take(app: &App) -> bool {
    let mut changed = false;
    for message in push::waiting().await {
        let Some(commit) = app.with(|view| client::push::open(&message.item(), &view.shelf.held)) else { continue };
        if !commit.cards.is_empty() {
            if app.store.commit(&commit).await.is_err() {
                continue;
            }
            app.change(|view| view.shelf.apply(&commit));
            changed = true;
        }
        message.done();
    }
    if changed {
        channel::changed();
    }
    changed
}

/// A message came while the program runs.
pub fn came(app: &Rc<App>) {
    let app = app.clone();
    spawn(async move {
        if take(&app).await {
            walk::refresh_item(&app).await;
        }
    });
}
