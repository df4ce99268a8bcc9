//! The search page: the same index and the same marks as on the phone.

use super::document::Document;
use super::view;
use crate::live::Snapshot;
use domain::content::{Body, Card};
use domain::route::{Query, Route};
use domain::search::{best_snippet, mark, rank_phrase};
use ui::data::{Found, SearchData};
use ui::parts::notes;
use ui::{Ctx, pages};

/// Results on a page; the next one goes on after them.
const SHOWN: usize = 30;
/// Hits among which words that stand side by side count.
const RANKED: usize = 100;
/// Characters of a snippet.
const SNIPPET: usize = 140;

/// `from`: how many results were on the pages before; past the end it begins anew.
pub fn document<'a>(snapshot: &Snapshot, ctx: &'a Ctx, query: &Query, from: usize) -> Document<'a> {
    let data = if *query == Query::default() { SearchData::default() } else { found(snapshot, ctx, query, from) };
    view::framed(ctx, &Route::Search(query.clone()), None, pages::search(ctx, data))
}

fn found<'a>(snapshot: &'a Snapshot, ctx: &Ctx, query: &Query, from: usize) -> SearchData<'a> {
    let mut hits = snapshot.search(query, usize::MAX);
    let ranked = hits.len().min(RANKED);
    rank_phrase(&mut hits[..ranked], &query.text, &mut |id| {
        let heads = snapshot.items.get(&id).map(|item| item.card.headlines.iter());
        heads.into_iter().flatten().map(|head| format!("{}\n{}\n", head.title, head.summary)).collect()
    });
    let from = if from < hits.len() { from } else { 0 };
    let more = hits.len().saturating_sub(from + SHOWN);
    let shown = hits.iter().skip(from).take(SHOWN).filter_map(|hit| snapshot.items.get(&hit.id));
    let note = notes(snapshot.cards(), ctx);
    let found = shown.map(|item| row(&item.card, &item.body, &query.text, note(&item.card), ctx)).collect();
    SearchData { query: query.clone(), found, more, from, ..SearchData::default() }
}

/// Title and the piece of summary or text that shows why it was found.
fn row<'a>(card: &'a Card, body: &Body, text: &str, note: Option<&'static str>, ctx: &Ctx) -> Found<'a> {
    let head = card.headline(ctx.lang.tag());
    let mut texts = vec![head.summary.as_str()];
    if !text.is_empty() {
        let variant = body.variants.iter().find(|variant| variant.lang == head.lang);
        texts.extend(variant.into_iter().flat_map(|variant| &variant.blocks).flat_map(|block| block.texts()));
    }
    let snippet = best_snippet(&texts, text, SNIPPET);
    Found { card, lang: head.lang.clone(), title: mark(&head.title, text), snippet, note }
}
