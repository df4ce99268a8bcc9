//! The page of the phone tree: a frame with the words, communes and numbers that its script (`public/tree.js`) needs. The
//! worker keeps it with each release. Nothing on it belongs to a reader: the list lives on his phone alone.

use super::document::Document;
use super::view;
use domain::instance::instance;
use domain::route::tree_path;
use domain::words::Lang;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use ui::el::{cl, el, tx};
use ui::icons::icon;
use ui::{Ctx, parts};

/// What the script draws: its page carries the symbols.
const ICONS: [&str; 12] = ["phone", "check", "alert", "clock", "add", "print", "share", "download", "l3", "l4", "l5", "shield"];

/// The language in which the page is asked for at `path`.
pub fn asked(path: &str) -> Option<Lang> {
    [Lang::Vi, Lang::En].into_iter().find(|lang| path == tree_path(*lang))
}

pub fn document(ctx: &Ctx) -> Document<'_> {
    let words: BTreeMap<&str, &str> = ctx.lang.tree().iter().copied().collect();
    let word = |key: &str| words.get(key).copied().unwrap_or_default();
    let root = el("div").attr("id", "tree").attr("data-facts", facts(ctx.lang, &words).to_string());
    let root = root.kid(tx("p", word("intro").to_owned())).kid(cl("p", "em").text(word("starting").to_owned()));
    let symbols = el("p").flag("hidden", true).kids(ICONS.map(icon).into());
    let main = parts::page("tree", word("title").to_owned())
        .kid(el("link").attr("rel", "stylesheet").attr("href", "/tree.css"))
        .kid(root)
        .kid(symbols)
        .kid(el("script").attr("type", "module").attr("src", "/tree.js"));
    view::alone(ctx, word("title"), tree_path(ctx.lang.other()).to_owned(), main)
}

/// Words, communes, hazards and numbers to call, as the script reads them.
fn facts(lang: Lang, words: &BTreeMap<&str, &str>) -> Value {
    let i = instance();
    let communes = i.units();
    let communes: Vec<Value> = communes.map(|place| json!([place.code.to_string(), place.name.get(lang)])).collect();
    let hazards: Vec<Value> = i.hazards.iter().map(|hazard| json!([hazard.slug, hazard.name.get(lang)])).collect();
    let numbers: Vec<Value> = i.hotlines.iter().take(4).map(|line| json!([line.number, line.name.get(lang)])).collect();
    json!({ "words": words, "communes": communes, "hazards": hazards, "numbers": numbers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const SCRIPTS: [&str; 3] = [
        include_str!("../../../public/tree.js"),
        include_str!("../../../public/tree-list.js"),
        include_str!("../../../public/tree-work.js"),
    ];

    /// Keys in calls such as `t('add')`; `t(`need_${…}`)` counts for all that begin so.
    fn wanted() -> (BTreeSet<String>, Vec<String>) {
        let (mut whole, mut starts) = (BTreeSet::new(), Vec::new());
        for script in SCRIPTS {
            for rest in script.split("t('").skip(1) {
                whole.insert(rest.split('\'').next().unwrap().to_owned());
            }
            for rest in script.split("t(`").skip(1) {
                starts.push(rest.split("${").next().unwrap().to_owned());
            }
        }
        (whole, starts)
    }

    /// Every word that the scripts ask for is there, and none that nobody asks for.
    #[test]
    fn words_and_scripts_fit() {
        let (whole, starts) = wanted();
        let has: BTreeSet<&str> = Lang::Vi.tree().iter().map(|(key, _)| *key).collect();
        let of_page = ["title", "intro", "starting"];
        let missing: Vec<_> = whole.iter().filter(|key| is_key(key) && !has.contains(key.as_str())).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let called =
            |key: &str| whole.contains(key) || of_page.contains(&key) || starts.iter().any(|start| key.starts_with(start));
        let idle: Vec<_> = has.iter().filter(|key| !called(key)).collect();
        assert!(idle.is_empty(), "{idle:?}");
    }

    /// `t('…')` also ends other names, such as `createElement('svg')`.
    fn is_key(text: &str) -> bool {
        !matches!(text, "svg" | "use" | "input") && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    }

    #[test]
    fn the_page_is_light_and_says_what_it_is_without_a_script() {
        let ctx = Ctx::html(Lang::Vi, domain::content::Time(1_795_410_000), "https://bantin.example");
        let html = document(&ctx).html();
        assert!(html.contains("data-facts=\"{&quot;"), "facts are escaped");
        assert!(html.contains("Cây gọi điện") && !html.contains("style=\""), "{html}");
        let small = crate::compress::brotli(html.as_bytes(), 11).len();
        assert!(small <= 14_000, "{small}");
    }
}
