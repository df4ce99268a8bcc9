//! "On this phone": what is stored, how much room it takes, making room, fetching more.

use super::{App, find, keep};
use crate::device::{clock, media, storage};
use client::{Store, quota, usage};
use domain::content::{ItemId, Time};
use domain::sorted::Set;
use std::rc::Rc;
use ui::data::PhoneData;

/// Days in the counter.
const DAYS: i64 = 31;
/// Freed at a time when the phone is full: what the next packs need.
const ROOM: u64 = 200_000;
/// "Old" on the button: older than so many days.
const OLD: i64 = 30 * 86_400;

/// Measures anew for the page.
pub async fn measure(app: &Rc<App>) {
    let used = app.store.used().await.unwrap_or_default();
    let usage = usage::load(&app.store).await.unwrap_or_default();
    let (estimate, persisted) = (storage::estimate().await, storage::persisted().await);
    let (media_bytes, app_bytes) = (media::used().await, media::app_bytes().await);
    app.change(|view| {
        let now = view.now();
        let (missing_bodies, missing_bytes) = view.shelf.missing();
        let noon = |day: i64| Time(day * 86_400 + 5 * 3_600);
        view.phone = Some(PhoneData {
            cards: used.cards,
            bodies: used.bodies,
            saved: view.saved.len(),
            news_bytes: used.bytes,
            media_bytes,
            app_bytes,
            room: estimate.map(|(used, granted)| granted.saturating_sub(used)),
            low: estimate.is_some_and(|(used, granted)| quota::nearly_full(used, granted)),
            persisted,
            missing_bodies,
            missing_bytes,
            today: usage.today(now).wire(),
            month: usage.month(now),
            days: usage.days(now, DAYS).into_iter().filter(|(_, n)| *n > 0).map(|(day, n)| (noon(day), n)).collect(),
            synced: view.fresh(),
        });
    });
}

/// The phone is full: pictures go first, then the oldest texts; alerts and saved items stay.
pub async fn make_room(app: &Rc<App>) {
    if media::used().await > ROOM {
        return media::clear();
    }
    let ids = app.with(|view| quota::oldest(&view.shelf.candidates(), &view.saved_ids, ROOM));
    drop_bodies(app, &ids).await;
}

pub async fn drop_old(app: &Rc<App>) {
    let before = clock::now().plus(-OLD);
    let ids: Vec<ItemId> = app.with(|view| {
        let candidates = view.shelf.candidates();
        let old: Vec<_> = candidates.into_iter().filter(|candidate| candidate.issued < before).collect();
        quota::oldest(&old, &view.saved_ids, u64::MAX)
    });
    drop_bodies(app, &ids).await;
}

/// All texts and pictures but what is saved; the list itself comes again with the next sync.
pub async fn drop_all(app: &Rc<App>) {
    media::clear();
    media::clear_pages();
    let ids: Vec<ItemId> = app.with(|view| quota::oldest(&view.shelf.candidates(), &Set::default(), u64::MAX));
    drop_bodies(app, &ids).await;
    // Without the text that came with it.
    super::picture::take(app).await;
}

async fn drop_bodies(app: &Rc<App>, ids: &[ItemId]) {
    app.opened.take();
    if app.store.delete_bodies(ids).await.is_err() {
        return app.say(app.words().save_failed());
    }
    // What goes does not come again by itself. Written now that there is room.
    let newest = app.with(|view| ids.iter().filter_map(|id| Some(view.shelf.cards.get(id)?.issued)).max());
    if let Some(newest) = newest {
        keep::set_since(app, newest.plus(1)).await;
    }
    app.change(|view| {
        for id in ids {
            if let Some(held) = view.shelf.held.cards.get_mut(id) {
                held.body = false;
            }
        }
        // Made anew, in slices: to forget thousands of texts one by one would hold a cheap phone up for half a minute.
        view.shelf.unindex();
    });
    find::warm(app);
    crate::device::channel::changed();
}
