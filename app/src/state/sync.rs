//! When sync runs and what the screen hears of it. One tab at a time; failures wait with jitter; `Retry-After` is obeyed.

use super::{App, View, alarm, keep, push, shelf::Shelf, spawn};
use crate::device::{channel, clock, locks, net, page};
use client::usage::{self, Spent};
use client::{Keep, Net, Reply, Store};
use domain::content::Time;
use domain::route::Route;
use domain::sync::{Fetch, Held, Outcome, Trouble, backoff};
use std::cell::Cell;
use std::rc::Rc;

/// Between two looks at the head while the page is open, and as much again at most by chance.
const EVERY: u32 = 5 * 60;
const JITTER: u32 = 2 * 60;
/// After a second failure to store what came, in seconds.
const FULL: u32 = 3_600;
/// Coming back to the page within so many seconds of a success asks nobody.
const RECENT: i64 = 60;

/// The pace of this tab.
#[derive(Default)]
pub struct Pace {
    running: Cell<bool>,
    failures: Cell<u32>,
    /// From when until when nobody is asked: the server asked for it, or has just answered. By the phone's clock, since the
    /// browser's own stands while a phone sleeps; one that was set back to before it began ends it.
    rest: Cell<(Time, Time)>,
    /// Only the newest plan counts.
    plan: Cell<u32>,
    /// The reader asked while a session ran: the budget of the next one, 0 for what is left of the day's.
    asked: Cell<Option<u64>>,
    /// Another tab changed the store while a session ran.
    stale: Cell<bool>,
}

impl Pace {
    fn rest(&self, seconds: i64) {
        let now = clock::now();
        self.rest.set((now, now.plus(seconds)));
    }

    fn resting(&self) -> bool {
        let (now, (from, until)) = (clock::now(), self.rest.get());
        from <= now && now < until
    }
}

/// Runs a session unless one runs, the server asked for peace, or the last one is recent.
pub fn soon(app: &Rc<App>) {
    if !app.sync.running.get() && !app.sync.resting() {
        again(app, 0);
    }
}

/// Runs a session now, as the reader asked.
pub async fn now(app: &Rc<App>) {
    with_budget(app, 0).await;
}

/// Runs a session that may spend more than the day's budget; false where one runs already, after which this one comes.
pub async fn with_budget(app: &Rc<App>, budget: u64) -> bool {
    if app.sync.running.get() {
        // The greatest wish of all.
        app.sync.asked.set(Some(budget.max(app.sync.asked.get().unwrap_or(0))));
        return false;
    }
    now_with(app, (budget > 0).then_some(budget)).await
}

fn again(app: &Rc<App>, budget: u64) {
    let app = app.clone();
    spawn(async move {
        with_budget(&app, budget).await;
    });
}

async fn now_with(app: &Rc<App>, budget: Option<u64>) -> bool {
    if app.sync.running.replace(true) {
        return false;
    }
    let outcome: Rc<Cell<Option<Outcome>>> = Rc::default();
    let (working, done) = (app.clone(), outcome.clone());
    locks::alone(Box::pin(async move { done.set(Some(session(working, budget).await)) })).await;
    app.sync.running.set(false);
    if app.sync.stale.take() {
        reload(app, false).await;
    }
    let outcome = outcome.take();
    let ran = outcome.is_some();
    match outcome {
        Some(outcome) => settle(app, outcome).await,
        // Another tab does it and will tell; what the reader asked for it does not know.
        None => match budget {
            Some(budget) => {
                clock::sleep(5_000).await;
                again(app, budget);
            }
            None => plan(app, EVERY),
        },
    }
    if let Some(budget) = app.sync.asked.take() {
        again(app, budget);
    }
    ran
}

/// Counts each answer as it comes: who leaves in the middle has paid for what came.
struct Metered(Rc<App>);

impl Net for Metered {
    async fn fetch(&self, fetch: &Fetch, tag: Option<&str>) -> Reply {
        let reply = self.0.net.fetch(fetch, tag).await;
        self.0.spent(Spent::Text, reply.wire);
        reply
    }
}

async fn session(app: Rc<App>, budget: Option<u64>) -> Outcome {
    // Another tab may have written since: the store knows best.
    let Ok(loaded) = app.store.load().await else {
        return Outcome::Later { why: Trouble::StoreBroken, retry_after: None };
    };
    // A tab that was closed in the middle of its session told nobody of what it had stored.
    let stored = |held: &Held| (held.cursor.epoch, held.cursor.seq, held.cursor.alerts);
    if app.with(|view| stored(&view.shelf.held)) != stored(&loaded.held) {
        reload(&app, true).await;
    }
    let usage = usage::load(&app.store).await.unwrap_or_default();
    let (wishes, now) = app.with(|view| {
        let mut wishes = view.settings.wishes(usage.today(view.now()).budget);
        if let Some(budget) = budget {
            (wishes.budget, wishes.bodies, wishes.since) = (budget, usize::MAX, Time::default());
        }
        (wishes, view.now())
    });
    let on_commit = |commit: &domain::sync::Commit, stored: bool| {
        if stored {
            return app.view.borrow_mut().shelf.keep(commit);
        }
        let spent: u64 = commit.bodies.iter().map(|body| body.body.len() as u64 / 3 + 80).sum();
        app.spent(Spent::Budget, spent);
        keep::unread(&app, commit);
        app.change(|view| view.shelf.apply(commit, false));
        // What it shows may be called off by now, and nobody knows whether this page lives to leave another.
        page::drop_picture();
        let saved = app.with(|view| view.saved_ids.clone());
        for body in commit.bodies.iter().filter(|body| saved.contains(&body.id)) {
            let (app, body) = (app.clone(), body.clone());
            spawn(async move { keep::complete_saved(&app, body).await });
        }
    };
    let report =
        client::sync(&app.store, &Metered(app.clone()), &clock::Breath, loaded, wishes, now, &app.opened, on_commit).await;
    app.opened.take();
    app.change(|view| {
        let mut held = report.held;
        held.bytes.clear();
        // The session knows what other tabs have stored, but not what the reader opened, be it newer, or deleted meanwhile.
        for (id, card) in held.cards.iter_mut() {
            if let Some(ours) = view.shelf.held.cards.get(id) {
                if ours.revision > card.revision {
                    *card = ours.clone();
                }
                card.body = ours.body;
            }
        }
        view.shelf.held = held;
    });
    if let Outcome::UpToDate { changed: true } | Outcome::Later { .. } = report.outcome {
        channel::changed();
    }
    // What came by push meanwhile: not between the steps of a session, which does not know of it.
    push::take(&app).await;
    report.outcome
}

async fn settle(app: &Rc<App>, outcome: Outcome) {
    let pace = &app.sync;
    let well = matches!(outcome, Outcome::UpToDate { .. });
    match outcome {
        Outcome::UpToDate { .. } => {
            pace.failures.set(0);
            pace.rest(RECENT);
            app.view.borrow_mut().trouble = None;
            keep::set_checked(app).await;
            super::picture::take(app).await;
            plan(app, EVERY + clock::random() % JITTER);
        }
        Outcome::Later { why, retry_after } => {
            let attempt = pace.failures.get();
            pace.failures.set(attempt.saturating_add(1));
            // What finds no room is paid for each time it comes.
            let full = attempt > 0 && matches!(why, Trouble::PhoneFull | Trouble::StoreBroken);
            let retry_after = if full { Some(FULL) } else { retry_after };
            let wait = backoff::delay(attempt, retry_after, clock::random());
            // A server in trouble is left alone also by who comes back to the page; a network may be there again.
            if retry_after.is_some() || why == Trouble::Busy {
                pace.rest(wait.into());
            }
            app.change(|view| view.trouble = Some(why));
            if why == Trouble::PhoneFull {
                super::phone::make_room(app).await;
            }
            plan(app, wait);
        }
    }
    super::walk::refresh_item(app).await;
    if well {
        super::walk::see_to_text(app);
    }
    if app.with(|view| view.route == Some(Route::OnThisPhone)) {
        super::phone::measure(app).await;
    }
}

/// The next session of this tab, if nobody comes first. A hidden page waits until it is looked at.
fn plan(app: &Rc<App>, seconds: u32) {
    let plan = app.sync.plan.get().wrapping_add(1);
    app.sync.plan.set(plan);
    let app = app.clone();
    spawn(async move {
        clock::sleep(seconds.saturating_mul(1000)).await;
        if app.sync.plan.get() != plan || page::hidden() {
            return;
        }
        // A clock that was set back meanwhile makes the rest longer than the wait.
        if app.sync.resting() { self::plan(&app, EVERY) } else { soon(&app) }
    });
}

/// Begins to keep this phone up to date: now, on return, when the network seems to come back, and by the clock.
pub fn begin(app: &Rc<App>) {
    let again = app.clone();
    page::on_return(move || {
        soon(&again);
        again.draw();
    });
    soon(app);
    if net::seems_offline() && app.with(|view| view.trouble.is_none()) {
        app.change(|view| view.trouble = Some(Trouble::Offline));
    }
}

/// Reads everything again: another tab changed the store. Not while a session runs, unless it is that which asks (`ours`).
pub async fn reload(app: &Rc<App>, ours: bool) {
    let had_index = app.with(|view| view.shelf.indexed);
    // Again where a commit of our own came meanwhile, or the reader chose something: neither is another tab's, nor may it be lost.
    let changes = |view: &View| (view.shelf.commits, view.changes);
    loop {
        let before = app.with(changes);
        let Ok(start) = app.store.start().await else { return };
        let shelf = Shelf::of(start.loaded).await;
        let alarmed = alarm::seen_before(&start.read);
        let (saved, read) = (super::keep::saved(&start.saved), super::keep::read(&app.store, start.read).await);
        if !ours && app.sync.running.get() {
            return app.sync.stale.set(true);
        }
        if before == app.with(changes) {
            app.change(|view| {
                view.shelf = shelf;
                view.keep_saved(saved);
                view.read = read.into();
                // What found no room in the store was seen all the same.
                for key in alarmed {
                    if !view.alarmed.contains(&key) {
                        view.alarmed.push(key);
                    }
                }
                view.choose(super::keep::settings(&start.settings));
            });
            break;
        }
    }
    super::keep::look(app);
    if had_index {
        super::find::warm(app);
    }
    super::walk::refresh_item(app).await;
}

/// The reader decided to believe the new server: everything but what he made is fetched anew.
pub async fn start_over(app: &Rc<App>) {
    page::drop_picture();
    let cleared = app.store.clear_cache().await;
    let forgotten = app.store.put_keep(Keep::Trust, "list", None).await;
    if cleared.is_err() || forgotten.is_err() {
        return app.say(app.words().save_failed());
    }
    app.change(|view| {
        view.shelf = Shelf::default();
        view.trouble = None;
    });
    now(app).await;
}
