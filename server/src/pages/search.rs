//! The search page: the same index and the same marks as on the phone.

use super::document::Document;
use super::view;
use crate::live::Snapshot;
use domain::alert::live;
use domain::route::{Query, Route};
use domain::search::{SHOWN, rank, shown};
use ui::data::{Found, SearchData};
use ui::parts::notes;
use ui::{Ctx, pages};

/// `from`: how many results were on the pages before; past the end it begins anew.
pub fn document<'a>(snapshot: &Snapshot, ctx: &'a Ctx, query: &Query, from: usize) -> Document<'a> {
    let data = if *query == Query::default() { SearchData::default() } else { found(snapshot, ctx, query, from) };
    view::framed(ctx, &Route::Search(query.clone()), None, pages::search(ctx, data))
}

fn found<'a>(snapshot: &'a Snapshot, ctx: &Ctx, query: &Query, from: usize) -> SearchData<'a> {
    let mut hits = snapshot.search(query, usize::MAX);
    let live = live(snapshot.cards(), ctx.now);
    rank(&mut hits, &query.text, &live, &|id| Some(&snapshot.items.get(&id)?.card));
    let from = if from < hits.len() { from } else { 0 };
    let more = hits.len().saturating_sub(from + SHOWN);
    let note = notes(snapshot.cards(), ctx);
    let found = hits.iter().skip(from).take(SHOWN).filter_map(|hit| snapshot.items.get(&hit.id)).map(|item| {
        let body = Some(&item.body).filter(|_| !query.text.is_empty());
        Found { card: &item.card, shown: shown(&item.card, body, &query.text, ctx.lang.tag()), note: note(&item.card) }
    });
    SearchData { query: query.clone(), found: found.collect(), more, from, ..SearchData::default() }
}
