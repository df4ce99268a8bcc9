//! Start: open the store, show the page at once from what is held, and only then do everything else.
//!
//! On a page that the server rendered the program stays in the background: it keeps the phone up to date and changes
//! nothing on the screen.

use crate::device::store::IdbStore;
use crate::device::worker::Word;
use crate::device::{channel, clock, install, media, nav, page, speech, worker};
use crate::state::shelf::Shelf;
use crate::state::walk::{self, Step};
use crate::state::{self, App, View, act, alarm, find, item, keep, picture, push, spawn, sync};
use client::{Keep, Rows, Store};
use domain::route::Route;
use domain::words::Lang;
use std::rc::Rc;

/// A panic of the built program is a trap, which only the page can hear (`app/index.html`).
pub fn start() {
    spawn(run());
}

async fn run() {
    let store = IdbStore::new("bantin");
    let here = nav::here();
    let target = Route::parse(&here.0, &here.1);
    let lang = target.as_ref().map_or(Lang::Vi, |(lang, _)| *lang);
    let view = |settings: &Rows| View::new(keep::settings(settings), lang, target.map(|(_, route)| route));
    // No store, no app: the HTML edition does without.
    if !page::is_shell() {
        let Ok(settings) = store.get_keep(Keep::Settings).await else { return };
        let app = state::begin(store, view(&settings));
        clock::idle(5_000).await;
        sync::begin(&app);
        // For the next page, which may have to be shown without a network.
        return walk::speak(lang).await;
    }
    let Ok(start) = store.start().await else { return page::tell("__failed") };
    let mut view = view(&start.settings);
    view.shelf = Shelf::of(start.loaded).await;
    view.alarmed = alarm::seen_before(&start.read);
    view.read = keep::read(&store, start.read).await.into();
    view.keep_saved(keep::saved(&start.saved));
    walk::speak(lang).await;
    let app = state::begin(store, view);
    keep::look(&app);
    push::take(&app).await;
    alarm::look(&app).await;
    // On the picture of the home page the reader may have opened its first item by now: looked at last, since nothing
    // waits between here and the page.
    let (path, query) = nav::here();
    if (&path, &query) != (&here.0, &here.1) {
        app.view.borrow_mut().route = Route::parse(&path, &query).map(|(_, route)| route);
    }
    if let Some(Route::Item(id)) = app.with(|view| view.route.clone()) {
        let open = item::find(&app, id).await;
        app.view.borrow_mut().open = Some(open);
    }
    mount(&app);
    listen(&app);
    page::tell("__ready");
    walk::start(&app, &path, &query).await;
    later(&app).await;
}

fn mount(app: &Rc<App>) {
    let scrolled = nav::scrolled();
    app.mount();
    nav::scroll_to(scrolled);
}

/// Taps, back and forward, what is played, other tabs.
fn listen(app: &Rc<App>) {
    nav::begin();
    let tapped = app.clone();
    nav::on_tap(move |tap| act::tap(&tapped, tap));
    let popped = app.clone();
    nav::on_pop(move || {
        let app = popped.clone();
        let (path, query) = nav::here();
        spawn(async move { walk::go(&app, &path, &query, Step::Back).await });
    });
    let played = app.clone();
    media::on_play(move |path| {
        let app = played.clone();
        spawn(async move { item::played(&app, &path).await });
    });
    let told = app.clone();
    channel::on_change(move || {
        let app = told.clone();
        spawn(async move { sync::reload(&app, false).await });
    });
}

/// Everything that can wait until the page is on the screen.
async fn later(app: &Rc<App>) {
    // A phone that holds nothing yet must not wait.
    if app.with(|view| !view.shelf.cards.is_empty()) {
        clock::idle(2_000).await;
    }
    sync::begin(app);
    let heard = app.clone();
    speech::on_voices(move || item::find_voice(&heard));
    let offered = app.clone();
    install::watch(move || keep::show_offer(&offered));
    let told = app.clone();
    worker::watch(move |word| match word {
        Word::Status(status) => told.change(|view| {
            view.update = status.waiting;
            if !status.version.is_empty() {
                view.version = status.version;
            }
        }),
        Word::Push => push::came(&told),
    });
    // What came between the first look and now.
    push::came(app);
    let left = app.clone();
    page::on_leave(move || {
        let app = left.clone();
        spawn(async move { picture::take(&app).await });
    });
    let ticking = app.clone();
    // "3 minutes ago", the end of an alert, and its beginning over the whole screen come by the clock.
    clock::every(60_000, move || {
        if !page::hidden() {
            let app = ticking.clone();
            spawn(async move { alarm::look(&app).await });
        }
    });
    find::warm(app);
}
