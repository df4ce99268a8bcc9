//! What the reader made: saved items, read marks, settings. Kept in the database that we never drop.

use super::{App, Kept, View, spawn};
use crate::device::{clock, install, net, page, storage};
use client::row::decode_count;
use client::settings::{CHECKED, LARGEST, SINCE};
use client::{Keep, Rows, Saved, Settings, Store};
use domain::content::{Card, ItemId, Time};
use domain::sorted::{Map, Set};
use domain::sync::{Commit, StoredBody};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// Key of the one row of settings.
const SETTINGS: &str = "all";
/// So many items are remembered as read; the oldest marks go first.
const READ: usize = 2_000;

pub fn settings(rows: &Rows) -> Settings {
    let row = |name: &str| rows.iter().find(|(key, _)| key == name).map(|(_, row)| row);
    let mut settings = match row(SETTINGS) {
        Some(row) => Settings::decode(row),
        None => {
            // The HTML edition may have been set up before the app came.
            let (theme, size, mode) = page::look();
            let costly = if net::frugal() { client::Mode::Text } else { client::Mode::default() };
            let mode = client::Mode::from_name(&mode).unwrap_or(costly);
            Settings { theme: client::Theme::from_name(&theme), size: size.min(LARGEST), mode, ..Settings::default() }
        }
    };
    let time = |name: &str| Time(row(name).map_or(0, |row| decode_count(row)) as i64);
    (settings.since, settings.checked) = (time(SINCE), time(CHECKED));
    settings
}

/// Texts of older items come only when they are opened, from now on; it never goes back.
pub async fn set_since(app: &App, since: Time) {
    let since = since.max(app.with(|view| view.settings.since));
    app.view.borrow_mut().settings.since = since;
    put_time(app, Keep::Settings, SINCE, since).await;
}

/// The server has just answered: whoever starts without a network reads how long ago that was.
pub async fn set_checked(app: &App) {
    let now = app.with(View::now);
    app.change(|view| view.settings.checked = now);
    put_time(app, Keep::Settings, CHECKED, now).await;
}

pub async fn put_time(app: &App, keep: Keep, name: &str, time: Time) {
    let _ = app.store.put_keep(keep, name, Some(&(time.0 as u64).to_le_bytes())).await;
}

pub fn saved(rows: &Rows) -> Map<ItemId, Kept> {
    let mut all = Map::default();
    for (key, row) in rows {
        let Ok(id) = key.parse() else { continue };
        let Some(saved) = Saved::decode(id, row) else { continue };
        if let Ok(card) = Card::decode(&saved.card) {
            all.insert(id, Kept { saved, card: Rc::new(card) });
        }
    }
    all
}

/// Marks of what was read. Those that are too many go.
pub async fn read(store: &impl Store, mut rows: Rows) -> Set<ItemId> {
    if rows.len() > READ {
        rows.sort_unstable_by_key(|(_, row)| decode_count(row));
        for (key, _) in rows.drain(..rows.len() - READ) {
            let _ = store.put_keep(Keep::Read, &key, None).await;
        }
    }
    rows.iter().filter_map(|(key, _)| key.parse().ok()).collect()
}

impl View {
    pub fn keep_saved(&mut self, saved: Map<ItemId, Kept>) {
        self.saved = saved;
        self.saved_ids = Arc::new(self.saved.keys().copied().collect());
        self.changes += 1;
    }
}

pub async fn mark_read(app: &Rc<App>, id: ItemId) {
    if app.with(|view| view.read.contains(&id)) {
        return;
    }
    let second = app.change(|view| {
        Arc::make_mut(&mut view.read).insert(id);
        view.changes += 1;
        view.read.len() >= 2
    });
    put_time(app, Keep::Read, &id.to_string(), clock::now()).await;
    if second {
        offer_install(app);
    }
}

/// What was read and is corrected is to be read again.
pub fn unread(app: &Rc<App>, commit: &Commit) {
    let view = &mut *app.view.borrow_mut();
    for (id, card, _) in &commit.cards {
        let older = view.shelf.held.cards.get(id).is_some_and(|held| held.revision < card.revision);
        if older && view.read.contains(id) {
            Arc::make_mut(&mut view.read).remove(id);
            let (app, key) = (app.clone(), id.to_string());
            spawn(async move {
                let _ = app.store.put_keep(Keep::Read, &key, None).await;
            });
        }
    }
}

thread_local! {
    static DECLINED: Cell<bool> = const { Cell::new(false) };
    static EARNED: Cell<bool> = const { Cell::new(false) };
}

/// Not again while this page lives; the install page keeps its button.
pub fn decline_install(app: &App) {
    DECLINED.set(true);
    app.change(|view| view.offer_install = false);
}

/// Never on the first load: the reader saved something, or reads a second item.
fn offer_install(app: &App) {
    EARNED.set(true);
    show_offer(app);
}

/// The browser may come up with it before that or after.
pub fn show_offer(app: &App) {
    let offer = EARNED.get() && install::offered() && !DECLINED.get();
    if offer != app.with(|view| view.offer_install) {
        app.change(|view| view.offer_install = offer);
    }
}

/// Saves the item or lets it go.
pub async fn toggle_saved(app: &Rc<App>, id: ItemId) {
    let key = id.to_string();
    let done = if app.with(|view| view.saved.contains_key(&id)) {
        app.store.put_keep(Keep::Saved, &key, None).await.map(|()| None)
    } else {
        let Ok(Some(card)) = app.store.card(id).await else { return app.say(app.words().save_failed()) };
        let body = app.store.body(id).await.ok().flatten();
        let saved = Saved { at: clock::now(), card, body };
        app.store.put_keep(Keep::Saved, &key, Some(&saved.encode())).await.map(|()| Some(saved))
    };
    let Ok(saved) = done else {
        return app.say(app.words().save_failed());
    };
    let kept = saved.is_some();
    app.change(|view| {
        let mut all = std::mem::take(&mut view.saved);
        match saved.and_then(|saved| Some(Kept { card: Rc::new(Card::decode(&saved.card).ok()?), saved })) {
            Some(kept) => all.insert(id, kept),
            None => all.remove(&id),
        }
        view.keep_saved(all);
    });
    crate::device::channel::changed();
    if kept {
        offer_install(app);
        storage::persist().await;
    }
}

/// A saved item whose text, or a newer one, came only now gets its whole copy.
pub async fn complete_saved(app: &Rc<App>, body: StoredBody) {
    let id = body.id;
    let wanting = |kept: &&Kept| kept.saved.body.as_ref().is_none_or(|held| held.revision < body.revision);
    let kept = app.with(|view| view.saved.get(&id).filter(wanting).map(|kept| kept.saved.clone()));
    let Some(kept) = kept else { return };
    let card = app.store.card(id).await.ok().flatten().unwrap_or(kept.card);
    let saved = Saved { at: kept.at, card, body: Some(body) };
    // Where it finds no room it is not whole, and is tried again with the next text that comes.
    if app.store.put_keep(Keep::Saved, &id.to_string(), Some(&saved.encode())).await.is_err() {
        return;
    }
    let view = &mut *app.view.borrow_mut();
    if let (Some(kept), Some(card)) = (view.saved.get_mut(&id), view.shelf.cards.get(&id)) {
        (kept.saved, kept.card) = (saved, card.clone());
    }
}

/// Changes the settings: on the screen at once, then in the store.
pub async fn set(app: &Rc<App>, settings: Settings) {
    let row = settings.encode();
    app.change(|view| view.choose(settings));
    look(app);
    if app.store.put_keep(Keep::Settings, SETTINGS, Some(&row)).await.is_err() {
        app.say(app.words().save_failed());
    }
    crate::device::channel::changed();
}

/// Theme, text size and language of the page as they are set.
pub fn look(app: &App) {
    app.with(|view| {
        let s = &view.settings;
        page::set_look(s.theme.name(), s.size, s.mode.name());
        page::set_lang(view.lang.tag());
    });
}
