//! Search on the phone: the index in memory, results while typing, snippets from the texts that are held.

use super::{App, spawn};
use crate::device::clock;
use client::Store;
use domain::content::{Body, Card, ItemId};
use domain::route::{Query, Route};
use domain::search::{Index, Piece, best_snippet, mark, rank_phrase};
use domain::sorted::Map;
use std::cell::Cell;
use std::rc::Rc;

/// Results of the first look, and more with each press of the button. As many as the server's page shows.
pub const SHOWN: usize = 30;
/// Hits among which words that stand side by side count.
const RANKED: usize = 100;
/// Characters of a snippet.
const SNIPPET: usize = 140;
/// Items put into the index before the screen gets a turn.
const SLICE: u32 = 16;

#[derive(Default)]
pub struct Find {
    pub query: Query,
    pub rows: Vec<Row>,
    pub more: usize,
    /// Answers of an older query are dropped.
    pub turn: u32,
}

pub struct Row {
    pub id: ItemId,
    pub title: Vec<Piece>,
    pub snippet: Vec<Piece>,
}

thread_local! {
    static BUILDING: Cell<bool> = const { Cell::new(false) };
}

/// Shows what is found for the query of the screen.
pub async fn run(app: &Rc<App>, query: Query) {
    let turn = app.view.borrow_mut().find.next(query.clone());
    if query == Query::default() {
        app.change(|view| (view.find.rows, view.find.more) = (Vec::new(), 0));
        return;
    }
    ensure(app).await;
    if app.with(|view| view.find.turn != turn) {
        return;
    }
    app.change(|view| {
        let hits = hits(&view.shelf.cards, view.shelf.index.as_ref(), &query);
        let shown = view.limit.max(SHOWN);
        view.find.more = hits.len().saturating_sub(shown);
        let cards = hits.iter().take(shown).filter_map(|id| view.shelf.cards.get(id));
        view.find.rows = cards.map(|card| row(card, None, &query.text, view.lang.tag())).collect();
        view.route = Some(Route::Search(query.clone()));
    });
    if !query.text.is_empty() {
        snippets(app, turn, &query.text).await;
    }
}

impl Find {
    /// Another query stands on the screen, with nothing found for it yet.
    pub fn begin(&mut self, query: Query) {
        self.next(query);
        (self.rows, self.more) = (Vec::new(), 0);
    }

    fn next(&mut self, query: Query) -> u32 {
        self.query = query;
        self.turn = self.turn.wrapping_add(1);
        self.turn
    }
}

type Cards = Map<ItemId, Rc<Card>>;

fn hits(cards: &Cards, index: Option<&Index>, query: &Query) -> Vec<ItemId> {
    let mut hits = index.map(|index| index.search(query, usize::MAX)).unwrap_or_default();
    let ranked = hits.len().min(RANKED);
    rank_phrase(&mut hits[..ranked], &query.text, &mut |id| {
        let mut text = String::new();
        for head in cards.get(&id).iter().flat_map(|card| &card.headlines) {
            for part in [&head.title, "\n", &head.summary, "\n"] {
                text.push_str(part);
            }
        }
        text
    });
    hits.into_iter().map(|hit| hit.id).collect()
}

fn row(card: &Card, body: Option<&Body>, text: &str, lang: &str) -> Row {
    let head = card.headline(lang);
    let mut texts = vec![head.summary.as_str()];
    let variant = body.and_then(|body| body.variants.iter().find(|variant| variant.lang == head.lang));
    texts.extend(variant.into_iter().flat_map(|variant| &variant.blocks).flat_map(|block| block.texts()));
    Row { id: card.id, title: mark(&head.title, text), snippet: best_snippet(&texts, text, SNIPPET) }
}

/// Better snippets from the texts that are held, once the reader stops typing.
async fn snippets(app: &Rc<App>, turn: u32, text: &str) {
    clock::sleep(150).await;
    let ids: Vec<ItemId> = app.with(|view| view.find.rows.iter().map(|row| row.id).collect());
    let mut better = Vec::new();
    for id in ids {
        let card = app.with(|view| view.shelf.cards.get(&id).filter(|_| view.shelf.has_body(id)).cloned());
        let Some(card) = card else { continue };
        let Ok(Some(stored)) = app.store.body(id).await else { continue };
        if app.with(|view| view.find.turn != turn) {
            return;
        }
        if let Ok(body) = Body::decode(&stored.body) {
            better.push(row(&card, Some(&body), text, app.with(|view| view.lang.tag())));
        }
    }
    app.change(|view| {
        for new in better {
            if let Some(old) = view.find.rows.iter_mut().find(|row| row.id == new.id) {
                *old = new;
            }
        }
    });
}

/// Builds the index from the stored terms, in slices.
pub async fn ensure(app: &Rc<App>) {
    while BUILDING.get() {
        clock::sleep(30).await;
    }
    if app.with(|view| view.shelf.index.is_some()) {
        return;
    }
    BUILDING.set(true);
    let mut index = Index::new();
    let mut after = None;
    while let Ok(slice) = app.store.terms(after, SLICE).await {
        let Some((last, _)) = slice.last() else { break };
        after = Some(*last);
        app.with(|view| {
            for (id, terms) in &slice {
                view.shelf.put(&mut index, *id, terms);
            }
        });
        clock::yield_now().await;
    }
    // What arrived while the index grew is still missing in it; what lacks stored terms is found by its card.
    app.view.borrow_mut().shelf.complete(index);
    BUILDING.set(false);
}

impl super::shelf::Shelf {
    fn complete(&mut self, mut index: Index) {
        if index.len() < self.cards.len() {
            let found: Vec<ItemId> = index.search(&Query::default(), usize::MAX).iter().map(|hit| hit.id).collect();
            for id in self.cards.keys().copied().filter(|id| !found.contains(id)) {
                self.put(&mut index, id, &[]);
            }
        }
        self.index = Some(index);
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
