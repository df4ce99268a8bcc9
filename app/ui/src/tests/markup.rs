//! Readers of markup for tests: a strict scanner of HTML, headings, addresses, names of controls, comparable text.

use crate::el::{El, Node};
use domain::route::{Route, notify_path};
use domain::words::Lang;

const TAGS: [&str; 55] = [
    "a",
    "article",
    "audio",
    "b",
    "blockquote",
    "button",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "header",
    "i",
    "img",
    "input",
    "label",
    "legend",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "option",
    "p",
    "path",
    "section",
    "select",
    "small",
    "span",
    "strong",
    "summary",
    "svg",
    "symbol",
    "table",
    "tbody",
    "td",
    "template",
    "th",
    "thead",
    "tr",
    "ul",
    "use",
    "hr",
    "br",
    "dialog",
    "time",
];

/// Reads the page as a strict parser would: only tags and attributes that our views write, all closed in order.
pub fn check(name: &str, html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        assert!(!rest[..at].contains('>'), "{name}: a bare > in {}", &rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('/') {
            let (tag, tail) = after.split_once('>').expect("a closing tag ends");
            assert_eq!(open.pop(), Some(tag), "{name}: closed out of order");
            rest = tail;
            continue;
        }
        let end = rest.find([' ', '>']).expect("a tag ends");
        let tag = &rest[..end];
        assert!(TAGS.contains(&tag), "{name}: <{tag}>");
        rest = &rest[end..];
        while let Some(after) = rest.strip_prefix(' ') {
            let end = after.find(['=', ' ', '>']).expect("an attribute ends");
            let attr = &after[..end];
            let plain = attr.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || attr == "viewBox");
            assert!(plain && !attr.starts_with("on") && attr != "style", "{name}: attribute {attr}");
            rest = &after[end..];
            if let Some(value) = rest.strip_prefix("=\"") {
                let (value, tail) = value.split_once('"').expect("a value ends");
                assert!(!value.contains(['<', '>']), "{name}: {attr}={value}");
                rest = tail;
            }
        }
        rest = rest.strip_prefix('>').unwrap_or_else(|| panic!("{name}: <{tag}{}", &rest[..20.min(rest.len())]));
        if !matches!(tag, "img" | "input" | "br" | "hr") {
            open.push(tag);
        }
    }
    assert!(open.is_empty() && !rest.contains('>'), "{name}: {open:?} stay open");
}

/// Elements in order, without what a template holds.
fn visible<'a>(el: &'a El, out: &mut Vec<&'a El>) {
    out.push(el);
    if el.tag() == "template" {
        return;
    }
    for kid in el.nodes() {
        if let Node::El(kid) = kid {
            visible(kid, out);
        }
    }
}

/// One first heading, none empty, and no step skipped on the way down.
pub fn headings(name: &str, page: &El) {
    let mut all = Vec::new();
    visible(page, &mut all);
    let mut last = 0;
    let mut firsts = 0;
    for el in all {
        let Some(level) = ["h1", "h2", "h3"].iter().position(|tag| *tag == el.tag()).map(|at| at + 1) else { continue };
        assert!(!el.inner_text().trim().is_empty(), "{name}: an empty heading");
        assert!(level <= last + 1, "{name}: h{level} after h{last}");
        last = level;
        firsts += usize::from(level == 1);
    }
    assert_eq!(firsts, 1, "{name}: headings of the first level");
}

/// Every address is of a scheme we mean, and ours lead to pages in the language of the page.
pub fn addresses(name: &str, page: &El, lang: Lang) {
    let mut all = Vec::new();
    visible(page, &mut all);
    for el in all {
        let Some(href) = el.get("href").or(el.get("action")).or(el.get("src")) else { continue };
        let file = href.starts_with("/media/")
            || href.starts_with("/map.svg#")
            || href.starts_with("/do.svg#")
            || href.ends_with("/to-ro")
            || href.ends_with("/loa")
            || href.ends_with(".atom")
            || href.ends_with(".cap")
            || href == "/api/openapi.json"
            || href.ends_with(".ics");
        // A page of the server alone: in the language of this one.
        if href == notify_path(lang) || href.ends_with("/cay-goi") {
            continue;
        }
        if href.starts_with('/') && !file {
            let (path, query) = href.split_once('?').unwrap_or((href, ""));
            let (to, route) = Route::parse(path, query).unwrap_or_else(|| panic!("{name}: {href} leads nowhere"));
            assert!(to == lang || el.get("hreflang").is_some(), "{name}: {href} changes the language");
            if !matches!(route, Route::Item(_)) {
                // A list that goes on where the page before ended.
                let start = href.rsplit_once("tu=").filter(|(_, from)| from.bytes().all(|c| c.is_ascii_digit()));
                let start = start.map_or(href, |(start, _)| start.trim_end_matches(['?', '&']));
                assert_eq!(route.path(to), start, "{name}");
            }
        } else if !file {
            let known = ["#", "https://", "http://", "tel:", "sms:"].iter().any(|scheme| href.starts_with(scheme));
            assert!(known, "{name}: {href}");
        }
    }
}

/// Buttons and links have words, images have an `alt`, fields have a label.
pub fn controls(name: &str, page: &El) {
    let mut all = Vec::new();
    visible(page, &mut all);
    let labels: Vec<&str> = all.iter().filter(|el| el.tag() == "label").filter_map(|el| el.get("for")).collect();
    for el in &all {
        match el.tag() {
            "a" | "button" | "summary" | "legend" => assert!(!el.inner_text().trim().is_empty(), "{name}: {el:?}"),
            "img" => assert!(el.get("alt").is_some_and(|alt| !alt.is_empty()), "{name}: {el:?}"),
            "select" => assert!(labels.contains(&el.get("id").unwrap()), "{name}: {el:?}"),
            "input" if el.get("type") != Some("radio") => assert!(labels.contains(&el.get("id").unwrap()), "{name}: {el:?}"),
            _ => {}
        }
    }
    let mut ids: Vec<&str> = all.iter().filter_map(|el| el.get("id")).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(count, ids.len(), "{name}: an id is there twice");
}

/// The text that must be the same in both editions.
pub fn text(el: &El) -> String {
    let mut out = String::new();
    collect(el, &mut out);
    out
}

fn collect(el: &El, out: &mut String) {
    if el.get("data-edition").is_some() || el.tag() == "template" {
        return;
    }
    for kid in el.nodes() {
        match kid {
            Node::El(kid) => collect(kid, out),
            Node::Text(text) => {
                out.push_str(text);
                out.push('\n');
            }
        }
    }
}
