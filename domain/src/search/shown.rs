//! What is shown of a search: in which order, how many, and of each item why it was found. The same on server and phone.

use super::index::{Hit, rank_phrase};
use super::snippet::{Piece, best_snippet, mark};
use crate::content::{Body, Card, ItemId};

/// Results of a first look, and more with each further one.
pub const SHOWN: usize = 30;
/// Hits among which words that stand side by side count.
const RANKED: usize = 100;
/// Characters of a snippet.
const SNIPPET: usize = 140;

/// An item among the results, its hits marked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub title: Vec<Piece>,
    pub snippet: Vec<Piece>,
    /// Language of the snippet (BCP 47): the title's, but where only a text in another one was hit.
    pub lang: String,
}

/// Moves hits whose titles or summaries hold the words of `query` side by side before their equals.
pub fn rank<'a>(hits: &mut [Hit], query: &str, card_of: &dyn Fn(ItemId) -> Option<&'a Card>) {
    let ranked = hits.len().min(RANKED);
    rank_phrase(&mut hits[..ranked], query, &mut |id| {
        let mut text = String::new();
        for head in card_of(id).iter().flat_map(|card| &card.headlines) {
            for part in [&head.title, "\n", &head.summary, "\n"] {
                text.push_str(part);
            }
        }
        text
    });
}

/// Title and that piece of summary, text, facts or origin which shows why it was found; without `body` as long as that is
/// not there. Whoever finds it by a word of a language that is not shown sees the place in that one.
pub fn shown(card: &Card, body: Option<&Body>, query: &str, lang: &str) -> Shown {
    let head = card.headline(lang);
    let mut out = Shown { title: mark(&head.title, query), ..Shown::default() };
    let others = card.headlines.iter().filter(|other| other.lang != head.lang);
    for head in [head].into_iter().chain(others) {
        let mut texts = vec![head.summary.as_str()];
        for variant in body.iter().flat_map(|body| &body.variants).filter(|variant| variant.lang == head.lang) {
            texts.extend(variant.blocks.iter().flat_map(|block| block.texts()));
            texts.extend(variant.facts.iter().map(|fact| fact.text.as_str()));
        }
        texts.extend(body.and_then(|body| body.document.as_deref()));
        texts.push(&card.source);
        if !out.lang.is_empty() {
            texts.push(&head.title);
        }
        let snippet = best_snippet(&texts, query, SNIPPET);
        let hit = snippet.iter().any(|(_, hit)| *hit);
        if out.lang.is_empty() || hit {
            (out.snippet, out.lang) = (snippet, head.lang.clone());
        }
        if hit || out.title.iter().any(|(_, hit)| *hit) {
            break;
        }
    }
    out
}
