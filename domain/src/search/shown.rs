//! What is shown of a search: in which order, how many, and of each item why it was found. The same on server and phone.

use super::index::{Hit, rank_phrase};
use super::snippet::{Piece, best_snippet, mark};
use crate::content::{Body, Card, Headline, ItemId};

/// Results of a first look, and more with each further one.
pub const SHOWN: usize = 30;
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

/// Moves hits whose titles or summaries hold the words of `query` side by side before those that hold them apart, and of these
/// the `live` alerts ([`crate::alert::live`]) before everything: who looks for a flood must not miss the one that comes.
pub fn rank<'a>(hits: &mut [Hit], query: &str, live: &[ItemId], card_of: &dyn Fn(ItemId) -> Option<&'a Card>) {
    rank_phrase(hits, query, live, &mut |id| {
        let mut text = String::new();
        if let Some(card) = card_of(id) {
            for head in &card.headlines {
                for part in [&head.title, "\n", &head.summary, "\n"] {
                    text.push_str(part);
                }
            }
        }
        text
    });
}

/// Title and that piece of summary, text, facts or origin which shows why it was found; without `body` as long as that is
/// not there. Whoever finds it by a word of a language that is not shown sees the place in that one.
pub fn shown(card: &Card, body: Option<&Body>, query: &str, lang: &str) -> Shown {
    let why = |head: &Headline, title: &str| {
        let mut texts = vec![head.summary.as_str()];
        if let Some(body) = body {
            for variant in &body.variants {
                if variant.lang == head.lang {
                    texts.append(&mut variant.texts());
                }
            }
            texts.push(body.document.as_deref().unwrap_or_default());
        }
        texts.push(&card.source);
        texts.push(title);
        best_snippet(&texts, query, SNIPPET)
    };
    let hit = |pieces: &[Piece]| pieces.iter().any(|(_, hit)| *hit);
    let head = card.headline(lang);
    let mut out = Shown { title: mark(&head.title, query), snippet: why(head, ""), lang: head.lang.clone() };
    if !hit(&out.title) && !hit(&out.snippet) {
        for other in &card.headlines {
            let snippet = why(other, &other.title);
            if hit(&snippet) {
                (out.snippet, out.lang) = (snippet, other.lang.clone());
                break;
            }
        }
    }
    out
}
