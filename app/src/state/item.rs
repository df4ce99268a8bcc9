//! The item on the screen: from the store, from the saved copies, or fetched and verified.

use super::{App, View, spawn, sync};
use crate::device::{clock, media, speech};
use client::usage::Spent;
use client::{Net, Store};
use domain::content::{Block, Body, Card, Gone, ItemId, Kind, MediaRef};
use domain::route::Route;
use domain::sync::{Input, NetFault, StoreFault};
use std::rc::Rc;

pub struct Open {
    pub id: ItemId,
    pub card: Option<Rc<Card>>,
    pub body: Option<Rc<Body>>,
    pub fate: Fate,
}

impl Open {
    fn is(&self, card: &Card) -> bool {
        self.card.as_ref().is_some_and(|ours| ours.revision == card.revision)
    }
}

/// How it stands with what is not here.
#[derive(Debug, PartialEq)]
pub enum Fate {
    /// What there is is shown.
    Here,
    Fetching,
    Withdrawn(Gone),
    Unknown,
    Offline,
}

/// Language in which the item on the screen stands; empty where it is none that phones may have a voice for.
pub fn spoken(view: &View) -> &'static str {
    let card = view.open.as_ref().and_then(|open| open.card.as_ref());
    match card.map_or("", |card| card.headline(view.lang.tag()).lang.as_str()) {
        "vi" => "vi",
        "en" => "en",
        _ => "",
    }
}

/// Offers to read aloud where the phone has a voice for the item on the screen.
pub fn find_voice(app: &App) {
    let lang = app.with(spoken);
    let voice = !lang.is_empty() && speech::has_voice(lang);
    if voice != app.with(|view| view.voice) {
        app.change(|view| view.voice = voice);
    }
}

/// More than this is asked for before it is fetched.
const UNASKED: u32 = 40_000;

/// Looks, 300 ms apart, at whether there is a trust list yet.
const TRUST: u32 = 100;

/// What the phone has of an item.
pub async fn find(app: &Rc<App>, id: ItemId) -> Open {
    if app.with(|view| view.shelf.held.gone.contains_key(&id))
        && let Ok(Some(bytes)) = app.store.gone(id).await
        && let Ok(gone) = Gone::decode(&bytes)
    {
        return Open { id, card: None, body: None, fate: Fate::Withdrawn(gone) };
    }
    let (held, saved) = app.with(|view| (view.shelf.cards.get(&id).cloned(), saved(view, id)));
    if let Some(card) = held {
        let stored = app.store.body(id).await.ok().flatten();
        let stored = stored.filter(|body| body.revision == card.revision && app.with(|view| view.shelf.intact(body, &card)));
        let body = stored.and_then(|stored| Body::decode(&stored.body).ok());
        // Whoever saved it goes on reading what he saved until its correction is here, and is told; an alert that was
        // corrected would mislead.
        let may = |saved: &Open| body.is_none() && saved.body.is_some() && (saved.is(&card) || card.kind != Kind::ALERT);
        if !saved.as_ref().is_some_and(may) {
            return Open { id, card: Some(card), body: body.map(Rc::new), fate: Fate::Here };
        }
    }
    saved.unwrap_or(Open { id, card: None, body: None, fate: Fate::Fetching })
}

/// As the reader saved it.
fn saved(view: &View, id: ItemId) -> Option<Open> {
    let kept = view.saved.get(&id)?;
    let body = kept.saved.body.as_ref().and_then(|stored| Body::decode(&stored.body).ok());
    Some(Open { id, card: Some(kept.card.clone()), body: body.map(Rc::new), fate: Fate::Here })
}

/// What follows once an item is on the screen: it is read, or it is fetched where it is missing and cheap.
pub fn shown(app: &Rc<App>, id: ItemId) {
    let (whole, fetch) = app.with(|view| {
        let Some(open) = view.open.as_ref().filter(|open| open.id == id) else { return (false, false) };
        let newest = view.shelf.cards.get(&id).or(open.card.as_ref());
        let cheap = newest.is_none_or(|card| card.body_bytes <= UNASKED);
        let may = open.card.is_none() || view.settings.mode != client::Mode::Text;
        let whole = open.body.is_some() && newest.is_some_and(|card| open.is(card));
        (whole, matches!(open.fate, Fate::Here | Fate::Fetching) && cheap && may)
    });
    let app = app.clone();
    spawn(async move {
        if whole {
            pictures(&app).await;
            super::keep::mark_read(&app, id).await;
        } else if fetch {
            get(&app, id, false).await;
        }
    });
}

/// Fetches the item; `asked` by a press of the button, so that a failure is said aloud.
pub async fn get(app: &Rc<App>, id: ItemId, asked: bool) {
    // Only the first sync of all brings what an item is judged by: with its first pack, not at its end.
    if app.with(|view| view.shelf.held.trust.is_none()) {
        sync::soon(app);
        for _ in 0..TRUST {
            clock::sleep(300).await;
            if app.with(|view| view.shelf.held.trust.is_some() || view.trouble.is_some()) {
                break;
            }
        }
    }
    let fate = match fetch(app, id).await {
        Ok(()) => {
            super::walk::follow(app);
            return super::keep::mark_read(app, id).await;
        }
        Err(fate) => fate,
    };
    if asked {
        app.say(app.words().fetch_failed());
    }
    app.change(|view| {
        if let Some(open) = view.open.as_mut().filter(|open| open.id == id && open.card.is_none()) {
            open.fate = fate;
        }
    });
}

async fn fetch(app: &Rc<App>, id: ItemId) -> Result<(), Fate> {
    let reply = app.net.fetch(&client::item::fetch(id), None).await;
    app.spent(Spent::Text, reply.wire);
    let bytes = match reply.input {
        Input::Got { bytes, .. } => bytes,
        Input::Failed { why: NetFault::Status { status: 410, .. }, .. } => {
            sync::now(app).await;
            let open = find(app, id).await;
            return Err(if matches!(open.fate, Fate::Withdrawn(_)) { open.fate } else { Fate::Unknown });
        }
        Input::Failed { why: NetFault::Status { status: 404, .. }, .. } => return Err(Fate::Unknown),
        _ => return Err(Fate::Offline),
    };
    let opened = app.with(|view| {
        let held = &view.shelf.held;
        let trust = held.trust.as_ref()?;
        Some(client::item::open(id, &bytes, trust, held.cards.get(&id), held.gone.get(&id).copied()))
    });
    let opened = match opened.ok_or(Fate::Offline)? {
        Ok(opened) => opened,
        Err(why) => {
            // It came, so that the network is not what is missing.
            app.change(|view| view.trouble = Some(why.into()));
            return Err(Fate::Unknown);
        }
    };
    let mut full = false;
    let stored = loop {
        match app.store.commit(&opened.commit).await {
            Err(StoreFault::Quota) if !full => {
                full = true;
                super::phone::make_room(app).await;
            }
            other => break other.is_ok(),
        }
    };
    // Shown as what it is also where it finds no room.
    app.view.borrow_mut().shelf.apply(&opened.commit, stored);
    if stored {
        app.opened.borrow_mut().push(opened.commit);
    }
    super::keep::complete_saved(app, opened.stored).await;
    app.change(|view| {
        if view.route == Some(Route::Item(id)) {
            let (card, body) = (Some(Rc::new(opened.card)), Some(Rc::new(opened.body)));
            view.open = Some(Open { id, card, body, fate: Fate::Here });
        }
    });
    Ok(())
}

/// A recording of the item on the screen begins to play, or its picture was asked for.
pub async fn played(app: &Rc<App>, path: &str) {
    let file = path.rsplit('/').next().unwrap_or_default();
    count(app, &|media, _| media.file == file).await;
}

/// Pictures that load where they stand.
async fn pictures(app: &Rc<App>) {
    if app.with(|view| view.settings.mode == client::Mode::Full) {
        count(app, &|_, picture| picture).await;
    }
}

/// Media of the item on the screen that load now count, unless they are on the phone already.
async fn count(app: &Rc<App>, which: &dyn Fn(&MediaRef, bool) -> bool) {
    let mut all: Vec<(String, u32)> = Vec::new();
    app.with(|view| {
        let Some(body) = view.open.as_ref().and_then(|open| open.body.as_deref()) else { return };
        let mut add = |media: &MediaRef, picture| {
            let path = ui::blocks::media_path(media);
            // Two languages may name the same file.
            if which(media, picture) && !all.iter().any(|(other, _)| *other == path) {
                all.push((path, media.bytes));
            }
        };
        for variant in &body.variants {
            if let Some(media) = &variant.audio {
                add(media, false);
            }
            for block in &variant.blocks {
                match block {
                    Block::Audio { media, .. } => add(media, false),
                    Block::Image { media, .. } => add(media, true),
                    _ => {}
                }
            }
        }
    });
    for (path, bytes) in all {
        if !media::held(&path).await {
            app.spent(Spent::Media, bytes.into());
        }
    }
}
