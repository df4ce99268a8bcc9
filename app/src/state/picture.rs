//! A picture of the home page for the next start: the worker puts it into the shell, so that the headlines stand there
//! while the program is still on its way.

use super::App;
use crate::device::page;
use crate::screens;
use client::Store;
use domain::content::Body;
use domain::route::Route;
use std::cell::Cell;
use std::rc::Rc;

thread_local! {
    /// Only the newest picture is left: an older one may show what was deleted since.
    static TURN: Cell<u32> = const { Cell::new(0) };
}

/// Leaves the home page as it would stand now.
pub async fn take(app: &Rc<App>) {
    let turn = TURN.get().wrapping_add(1);
    TURN.set(turn);
    // Beside a page of the server only what came with this sync may be in memory: that would show half the news.
    let lead = app.with(|view| {
        let shelf = &view.shelf;
        (!shelf.cards.is_empty() && shelf.cards.len() == shelf.held.cards.len()).then(|| screens::lead(view))
    });
    let Some(lead) = lead else { return };
    let stored = match lead {
        Some((id, revision)) => app.store.body(id).await.ok().flatten().filter(|stored| stored.revision == revision),
        None => None,
    };
    let body = stored.and_then(|stored| Body::decode(&stored.body).ok());
    let (path, html) = app.with(|view| (Route::Home.path(view.lang), screens::picture(view, body.as_ref())));
    if TURN.get() == turn {
        page::leave_picture(&path, &html).await;
    }
}
