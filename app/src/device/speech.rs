//! Reading aloud with the phone's own voice, sentence by sentence, each marked while it is spoken.
//!
//! Marks are ranges of the CSS Custom Highlight API under the name `say`: the page itself is not touched. Browsers
//! without it mark the paragraph with the class `say`.

use super::{document, get, listen, method, window};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use web_sys::{Element, SpeechSynthesis, SpeechSynthesisUtterance, SpeechSynthesisVoice};

/// Chrome stops without a word after about a quarter of a minute of one utterance.
const LONGEST: usize = 180;

struct Sentence {
    text: String,
    paragraph: Element,
    /// Where it stands among the UTF-16 units of its paragraph.
    start: u32,
    end: u32,
}

thread_local! {
    /// What is left to say, last first.
    static QUEUE: RefCell<Vec<Sentence>> = const { RefCell::new(Vec::new()) };
}

fn synthesis() -> Option<SpeechSynthesis> {
    // WebViews have no speech: the property is missing there.
    let global = window();
    if get(&global, "speechSynthesis").is_undefined() { None } else { global.speech_synthesis().ok() }
}

fn voice(lang: &str) -> Option<SpeechSynthesisVoice> {
    let voices = synthesis()?.get_voices();
    let fits = |voice: &SpeechSynthesisVoice| {
        let tag = voice.lang().to_ascii_lowercase().replace('_', "-");
        tag == lang || tag.starts_with(&[lang, "-"].concat())
    };
    // A voice on the phone costs no data.
    let all: Vec<SpeechSynthesisVoice> = voices.iter().filter_map(|voice| voice.dyn_into().ok()).filter(fits).collect();
    all.iter().find(|voice| voice.local_service()).or(all.first()).cloned()
}

pub fn has_voice(lang: &str) -> bool {
    voice(lang).is_some()
}

/// Voices arrive late on many phones.
pub fn on_voices(mut f: impl FnMut() + 'static) {
    if let Some(synthesis) = synthesis() {
        listen(&synthesis, "voiceschanged", move |_| f());
    }
}

pub fn speaking() -> bool {
    synthesis().is_some_and(|synthesis| synthesis.speaking() || synthesis.pending())
}

pub fn stop() {
    QUEUE.with_borrow_mut(Vec::clear);
    unmark();
    if let Some(synthesis) = synthesis() {
        synthesis.cancel();
    }
}

/// Reads the article on the screen; `done` when it is over.
pub fn read(lang: &'static str, done: impl Fn() + Clone + 'static) {
    stop();
    let mut all = sentences();
    all.reverse();
    QUEUE.with_borrow_mut(|queue| *queue = all);
    next(lang, done);
}

fn next(lang: &'static str, done: impl Fn() + Clone + 'static) {
    let Some(sentence) = QUEUE.with_borrow_mut(Vec::pop) else {
        unmark();
        return done();
    };
    let (Some(synthesis), Some(voice)) = (synthesis(), voice(lang)) else { return done() };
    let Ok(words) = SpeechSynthesisUtterance::new_with_text(&sentence.text) else { return done() };
    words.set_voice(Some(&voice));
    words.set_lang(&voice.lang());
    words.set_rate(0.95);
    mark(&sentence);
    let after = done.clone();
    let go_on = Closure::once_into_js(move || next(lang, after));
    words.set_onend(Some(go_on.unchecked_ref()));
    let failed = Closure::once_into_js(move || {
        unmark();
        done();
    });
    words.set_onerror(Some(failed.unchecked_ref()));
    synthesis.speak(&words);
}

/// The sentences of the article in the order of reading: who cannot read hears all that the others see.
fn sentences() -> Vec<Sentence> {
    const READ: &str =
        ".alh .lv>b+b,.hz,.sn,h1,.ld,.st,dt,dd,.bd :is(h2,h3,p,li,th,td),.fg figcaption,.do li,section:not(.cn)>:is(h2,p)";
    let mut all = Vec::new();
    let Some(article) = document().query_selector("#main article").ok().flatten() else { return all };
    let Ok(found) = article.query_selector_all(READ) else { return all };
    for at in 0..found.length() {
        let Some(paragraph) = found.item(at).and_then(|node| node.dyn_into::<Element>().ok()) else { continue };
        // Neither what stands inside another, nor what is folded: it is in a language of its own.
        let outer = paragraph.parent_element().and_then(|parent| parent.closest(".bd p,.bd li,details").ok().flatten());
        let text = paragraph.text_content().unwrap_or_default();
        if outer.is_some() || text.trim().is_empty() {
            continue;
        }
        let mut at = 0;
        for piece in split(&text) {
            let end = at + piece.encode_utf16().count() as u32;
            if !piece.trim().is_empty() {
                all.push(Sentence { text: piece.trim().to_owned(), paragraph: paragraph.clone(), start: at, end });
            }
            at = end;
        }
    }
    all
}

/// Cuts after `.`, `!`, `?`, `;`, `:` before white space, and long sentences at a comma or a space.
fn split(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut soft = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let stop = c.is_whitespace() && matches!(before, '.' | '!' | '?' | ';' | ':' | '…');
        if c.is_whitespace() && (before == ',' || soft <= start || at - soft > LONGEST / 2) {
            soft = at;
        }
        let cut = if stop {
            at
        } else if at - start > LONGEST && soft > start {
            soft
        } else {
            before = c;
            continue;
        };
        pieces.push(&text[start..cut]);
        start = cut;
        before = c;
    }
    pieces.push(&text[start..]);
    pieces
}

fn mark(sentence: &Sentence) {
    unmark();
    if highlight(sentence).is_none() {
        let _ = sentence.paragraph.class_list().add_1("say");
    }
    let options = super::net::options(&[("block", "nearest".into())]);
    if let Some(scroll) = method(&sentence.paragraph, "scrollIntoView") {
        let _ = scroll.call1(&sentence.paragraph, &options);
    }
}

fn highlight(sentence: &Sentence) -> Option<()> {
    let make: js_sys::Function = method(&window(), "Highlight")?;
    let registry = get(&get(&window(), "CSS"), "highlights");
    let range = document().create_range().ok()?;
    let (mut at, mut open) = (0, false);
    for node in text_nodes(&sentence.paragraph) {
        let length = node.length();
        if !open && sentence.start <= at + length {
            range.set_start(&node, sentence.start - at).ok()?;
            open = true;
        }
        if sentence.end <= at + length {
            range.set_end(&node, sentence.end - at).ok()?;
            let highlight = js_sys::Reflect::construct(&make, &js_sys::Array::of1(&range)).ok()?;
            method(&registry, "set")?.call2(&registry, &"say".into(), &highlight).ok()?;
            return Some(());
        }
        at += length;
    }
    None
}

fn text_nodes(within: &Element) -> Vec<web_sys::Text> {
    fn walk(node: &web_sys::Node, out: &mut Vec<web_sys::Text>) {
        let mut child = node.first_child();
        while let Some(node) = child {
            match node.dyn_ref::<web_sys::Text>() {
                Some(text) => out.push(text.clone()),
                None => walk(&node, out),
            }
            child = node.next_sibling();
        }
    }
    let mut out = Vec::new();
    walk(within, &mut out);
    out
}

fn unmark() {
    let registry = get(&get(&window(), "CSS"), "highlights");
    if let Some(delete) = method(&registry, "delete") {
        let _ = delete.call1(&registry, &"say".into());
    }
    if let Some(marked) = document().query_selector("#main .say").ok().flatten() {
        let _ = marked.class_list().remove_1("say");
    }
}
