//! Search on the phone: the index in memory, results while typing, snippets from the texts that are held.

use super::{App, spawn};
use crate::device::clock;
use client::Store;
use domain::alert::live;
use domain::content::{Body, Card, ItemId, Time};
use domain::route::{Query, Route};
use domain::search::{Index, SHOWN, Shown, rank, shown};
use domain::sorted::Map;
use std::cell::Cell;
use std::rc::Rc;

/// Of the first results so many are shown at each key; the rest follows once the reader stops typing.
const FIRST: usize = 8;
/// Pause, in milliseconds, after which he has stopped.
const PAUSE: u32 = 150;
/// Items put into the index before the screen gets a turn.
const SLICE: u32 = 16;

#[derive(Default)]
pub struct Find {
    pub query: Query,
    pub rows: Vec<(ItemId, Shown)>,
    pub more: usize,
    /// Rows beyond the first [`SHOWN`] that the reader asked for.
    pub further: usize,
    /// No rows, since the query was not answered yet: that there is nothing is not known.
    pub looking: bool,
    /// Answers of an older query are dropped.
    pub turn: u32,
}

thread_local! {
    static BUILDING: Cell<bool> = const { Cell::new(false) };
}

/// Shows what is found for the query of the screen; while the reader types, the first few before the rest.
pub async fn run(app: &Rc<App>, query: Query, typing: bool) {
    let turn = app.view.borrow_mut().find.next(query.clone());
    if query == Query::default() {
        app.change(|view| (view.find.rows, view.find.more) = (Vec::new(), 0));
        return;
    }
    ensure(app).await;
    // Another query stands there by now, or another page.
    if app.with(|view| view.find.turn != turn || !matches!(view.route, Some(Route::Search(_)))) {
        return;
    }
    let ids = app.change(|view| {
        view.find.looking = false;
        let mut hits = hits(&view.shelf.cards, view.shelf.index.as_ref(), &query, view.now());
        let shown = SHOWN + view.find.further;
        view.find.more = hits.len().saturating_sub(shown);
        hits.truncate(shown);
        let first = if typing { FIRST } else { shown };
        let cards = hits.iter().take(first).filter_map(|id| view.shelf.cards.get(id));
        view.find.rows = cards.map(|card| row(card, None, &query.text, view.lang.tag())).collect();
        view.route = Some(Route::Search(query.clone()));
        hits
    });
    clock::sleep(PAUSE).await;
    all(app, turn, ids, &query.text).await;
}

impl Find {
    /// Another query stands on the screen, with nothing found for it yet.
    pub fn begin(&mut self, query: Query) {
        (self.rows, self.more, self.further) = (Vec::new(), 0, 0);
        self.next(query);
    }

    fn next(&mut self, query: Query) -> u32 {
        self.query = query;
        self.looking = self.rows.is_empty();
        self.turn = self.turn.wrapping_add(1);
        self.turn
    }
}

type Cards = Map<ItemId, Rc<Card>>;

fn hits(cards: &Cards, index: Option<&Index>, query: &Query, now: Time) -> Vec<ItemId> {
    let mut hits = index.map(|index| index.search(query, usize::MAX)).unwrap_or_default();
    let live = live(cards.values().map(|card| &**card), now);
    rank(&mut hits, &query.text, &live, &|id| cards.get(&id).map(|card| &**card));
    hits.into_iter().map(|hit| hit.id).collect()
}

fn row(card: &Card, body: Option<&Body>, text: &str, lang: &str) -> (ItemId, Shown) {
    (card.id, shown(card, body, text, lang))
}

/// Every result, with snippets from the texts that are held.
async fn all(app: &Rc<App>, turn: u32, ids: Vec<ItemId>, text: &str) {
    let mut rows = Vec::new();
    for id in ids {
        if app.with(|view| view.find.turn != turn) {
            return;
        }
        let held = app.with(|view| !text.is_empty() && view.shelf.has_body(id));
        let stored = if held { app.store.body(id).await.ok().flatten() } else { None };
        let body = stored.and_then(|stored| Body::decode(&stored.body).ok());
        app.with(|view| rows.extend(view.shelf.cards.get(&id).map(|card| row(card, body.as_ref(), text, view.lang.tag()))));
    }
    if app.with(|view| view.find.turn == turn) {
        app.change(|view| view.find.rows = rows);
    }
}

/// Builds the index from the stored terms, in slices.
pub async fn ensure(app: &Rc<App>) {
    while BUILDING.get() {
        clock::sleep(30).await;
    }
    // Again where another shelf was put in the place of the one that was begun with: what another tab stored.
    while app.with(|view| !view.shelf.indexed) {
        BUILDING.set(true);
        // It stands from the beginning, so that commits keep what they bring in step.
        app.view.borrow_mut().shelf.index = Some(Index::new());
        let mut after = None;
        while let Ok(slice) = app.store.terms(after, SLICE).await {
            let Some((last, _)) = slice.last() else { break };
            after = Some(*last);
            app.view.borrow_mut().shelf.index_all(&slice);
            clock::yield_now().await;
        }
        // What lacks stored terms is found by its card; what has come meanwhile lacks none.
        let all: Vec<ItemId> = app.with(|view| view.shelf.cards.keys().copied().collect());
        for slice in all.chunks(SLICE as usize) {
            app.view.borrow_mut().shelf.index_cards(slice);
            clock::yield_now().await;
        }
        let mut view = app.view.borrow_mut();
        // Not where texts were deleted meanwhile.
        view.shelf.indexed = view.shelf.index.is_some();
        BUILDING.set(false);
    }
}

/// Builds the index in idle moments, so that the first search answers at once.
pub fn warm(app: &Rc<App>) {
    let app = app.clone();
    spawn(async move {
        clock::idle(10_000).await;
        ensure(&app).await;
    });
}
