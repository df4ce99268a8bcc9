//! The piece of a text that shows why it was found, with the hits marked.

use super::needle::{Fit, Wanted, wanted};
use super::token::tokens;

/// A piece of text and whether it is a hit.
pub type Piece = (String, bool);

/// A word of the text that is looked for.
struct Found {
    start: usize,
    end: usize,
    /// Which word of the query.
    word: usize,
    fit: Fit,
}

/// What a window of hits is worth: different words, exact ones, and their closeness. In order.
type Worth = (usize, usize, isize);

/// The whole text, hits marked; for titles.
pub fn mark(text: &str, query: &str) -> Vec<Piece> {
    pieces(text, 0, text.len(), &find(text, &wanted(query)))
}

/// About `max_chars` around the best cluster of hits, or the beginning where there is none, of that one of the texts, such as
/// the paragraphs of a body, that shows most of what was looked for.
pub fn best_snippet(texts: &[&str], query: &str, max_chars: usize) -> Vec<Piece> {
    let words = wanted(query);
    let mut best: Option<(Worth, &str, Vec<Found>, usize, usize)> = None;
    for text in texts.iter().filter(|text| !text.is_empty()) {
        let found = find(text, &words);
        let (worth, start, end) = cluster(text, &found, max_chars);
        if best.as_ref().is_none_or(|(most, ..)| worth > *most) {
            best = Some((worth, text, found, start, end));
        }
    }
    let Some((_, text, found, start, end)) = best else { return Vec::new() };
    let (start, end) = widen(text, start, end, max_chars);
    let mut out = pieces(text, start, end, &found);
    if start > 0 {
        out.insert(0, ("…".into(), false));
    }
    if end < text.len() {
        out.push(("…".into(), false));
    }
    out
}

/// Words of the query side by side and in order; `close`: whole and spelt as typed.
pub(super) fn has_phrase(text: &str, words: &[Wanted], close: bool) -> bool {
    let tokens: Vec<_> = tokens(text).collect();
    let fits = |word: &Wanted, token: &str| word.fit(token).is_some_and(|fit| !close || fit.whole && (fit.exact || !word.strict));
    tokens.windows(words.len()).any(|run| run.iter().zip(words).all(|(token, word)| fits(word, &token.text)))
}

/// Hits in order of the text. A word that stands there as typed is not marked where it is spelt otherwise.
fn find(text: &str, words: &[Wanted]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for token in tokens(text) {
        let fits = words.iter().enumerate().filter_map(|(word, wanted)| Some((wanted.fit(&token.text)?, word)));
        if let Some((fit, word)) = fits.max_by_key(|(fit, _)| *fit) {
            found.push(Found { start: token.start, end: token.end, word, fit });
        }
    }
    let exact: Vec<bool> = (0..words.len()).map(|word| found.iter().any(|f| f.word == word && f.fit.exact)).collect();
    found.retain(|f| f.fit.exact || !exact[f.word]);
    found
}

/// The hits within `max_chars` that are worth most, from the start of the first to the end of the last.
fn cluster(text: &str, found: &[Found], max_chars: usize) -> (Worth, usize, usize) {
    let mut best = ((0, 0, 0), 0, 0);
    for (at, first) in found.iter().enumerate() {
        let mut seen: Vec<usize> = Vec::new();
        let mut exact = 0;
        for hit in &found[at..] {
            // No character has more than four bytes: too far away without counting.
            if hit.start - first.start > 4 * max_chars {
                break;
            }
            if seen.contains(&hit.word) {
                continue;
            }
            let chars = text[first.start..hit.end].chars().take(max_chars + 1).count();
            if chars > max_chars && !seen.is_empty() {
                break;
            }
            seen.push(hit.word);
            exact += usize::from(hit.fit.exact);
            let worth = (seen.len(), exact, -(chars as isize));
            if worth > best.0 {
                best = (worth, first.start, hit.end);
            }
        }
    }
    best
}

/// Grows a range to `max_chars`, a third of the room before it, and cuts at white space rather than inside words.
fn widen(text: &str, start: usize, end: usize, max_chars: usize) -> (usize, usize) {
    let room = max_chars.saturating_sub(text[start..end].chars().count());
    let before = text[..start].chars().count();
    let after = text[end..].chars().count();
    let left = before.min((room / 3).max(room.saturating_sub(after)));
    let right = after.min(room - left);
    let mut from = text[..start].char_indices().rev().take(left).last().map_or(start, |(at, _)| at);
    let mut to = text[end..].char_indices().nth(right).map_or(text.len(), |(at, _)| end + at);
    if from > 0 && !text[..from].ends_with(char::is_whitespace) {
        from = text[from..start].find(char::is_whitespace).map_or(start, |at| from + at);
    }
    if to < text.len() && !text[to..].starts_with(char::is_whitespace) {
        // A text without spaces is cut anywhere rather than not shown.
        to = text[end..to].rfind(char::is_whitespace).map_or(if end > start { end } else { to }, |at| end + at);
    }
    let inside = &text[from..to];
    let trimmed = inside.trim_start();
    let from = from + inside.len() - trimmed.len();
    (from, from + trimmed.trim_end().len())
}

/// Cuts a range of the text at its hits.
fn pieces(text: &str, start: usize, end: usize, found: &[Found]) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut at = start;
    for hit in found.iter().filter(|hit| hit.start >= start && hit.end <= end) {
        if hit.start > at {
            out.push((text[at..hit.start].to_owned(), false));
        }
        out.push((text[hit.start..hit.end].to_owned(), true));
        at = hit.end;
    }
    if at < end {
        out.push((text[at..end].to_owned(), false));
    }
    out
}
