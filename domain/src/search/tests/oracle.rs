//! The index against a search that reads every word of every item.

use super::super::{Index, Terms, fold, tokens};
use super::index::{body, card, facts, found, put};
use crate::content::{ItemId, Kind};
use crate::route::Query;
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Doc {
    title: String,
    summary: String,
    body: String,
    topic: u8,
    kind: Kind,
}

/// Few syllables, so that words meet.
fn text(most: usize) -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "ma",
        "mạ",
        "má",
        "Mạnh",
        "man",
        "lũ",
        "lu",
        "LŨ",
        "luật",
        "lu\u{303}",
        "bh'rợ",
        "bh’rợ",
        "bhro",
        "đi",
        "di",
        "a",
        "ă",
    ]);
    prop::collection::vec(word, 0..=most).prop_map(|words| words.join(" "))
}

fn doc() -> impl Strategy<Value = Doc> {
    let kind = prop::sample::select(vec![Kind::BULLETIN, Kind::ALERT]);
    (text(2), text(3), text(6), 0u8..3, kind).prop_map(|(title, summary, body, topic, kind)| Doc {
        title,
        summary,
        body,
        topic,
        kind,
    })
}

fn key(word: &str) -> String {
    fold(word).replace('\'', "")
}

fn marked(word: &str) -> bool {
    fold(word) != word
}

/// Value of the item for the query: words with the diacritics as typed, then fields and whole words.
fn naive(doc: &Doc, query: &Query) -> Option<(u32, u32)> {
    if query.topic.is_some_and(|topic| topic != doc.topic) || query.kind.is_some_and(|kind| kind != doc.kind) {
        return None;
    }
    let words: Vec<String> = tokens(&query.text).map(|token| token.text).collect();
    let open = !query.text.ends_with(' ');
    let mut sum = (0, 0);
    for (at, word) in words.iter().enumerate() {
        let prefix = open && at + 1 == words.len();
        let strict = words.iter().any(|w| marked(w)) && (!prefix || marked(word));
        let mut best = None;
        for (field, text) in [(8, &doc.title), (4, &doc.summary), (2, &doc.body)] {
            for token in tokens(text) {
                let whole = key(&token.text) == key(word);
                if whole || prefix && key(&token.text).starts_with(&key(word)) {
                    let exact = strict && if prefix { token.text.starts_with(word) } else { token.text == *word };
                    best = best.max(Some((u32::from(exact), field + u32::from(whole))));
                }
            }
        }
        let (exact, value) = best?;
        sum = (sum.0 + exact, sum.1 + value);
    }
    Some(sum)
}

proptest! {
    #[test]
    fn made_at_once_it_is_the_same(docs in prop::collection::vec(doc(), 0..12)) {
        let (mut index, mut all) = (Index::new(), Vec::new());
        for (n, doc) in docs.iter().enumerate() {
            let (card, body) = (card(n as u8, &doc.title, &doc.summary), body(&doc.body));
            put(&mut index, &card, Some(&body));
            all.push((card.id, facts(&card), Terms::of(&card, Some(&body))));
        }
        prop_assert_eq!(format!("{:?}", Index::of(all)), format!("{index:?}"));
    }

    #[test]
    fn as_the_naive_search(
        docs in prop::collection::vec(doc(), 1..12),
        changes in prop::collection::vec((0u8..12, prop::option::of(doc())), 0..12),
        queries in prop::collection::vec((text(3), 0..3usize, prop::option::of(0u8..3), any::<bool>()), 1..6),
    ) {
        let mut now: std::collections::BTreeMap<u8, Doc> = Default::default();
        let mut index = Index::new();
        let first = docs.into_iter().enumerate().map(|(n, doc)| (n as u8, Some(doc)));
        for (n, doc) in first.chain(changes) {
            match doc {
                Some(doc) => {
                    let mut card = card(n, &doc.title, &doc.summary);
                    (card.topics, card.kind) = (vec![doc.topic], doc.kind);
                    put(&mut index, &card, Some(&body(&doc.body)));
                    now.insert(n, doc);
                }
                None => {
                    index.remove(ItemId([0, 0, 0, 0, n]));
                    now.remove(&n);
                }
            }
        }
        prop_assert_eq!(index.len(), now.len());
        for (text, cut, topic, alerts) in queries {
            // Sometimes the last word is cut short or closed.
            let mut text = text;
            match cut {
                1 => drop(text.pop()),
                2 => text.push(' '),
                _ => {}
            }
            let query = Query { text, topic, kind: alerts.then_some(Kind::ALERT), place: None };
            let mut expected: Vec<_> = now.iter().filter_map(|(n, doc)| Some((naive(doc, &query)?, *n))).collect();
            expected.sort();
            let expected: Vec<u8> = expected.into_iter().rev().map(|(_, n)| n).collect();
            prop_assert_eq!(found(&index, &query), expected, "{:?}", query);
        }
    }
}
