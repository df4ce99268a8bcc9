//! Icons: our own 24×24 strokes, in `style/icons.svg`. A page of the server carries only the symbols it uses, once, at its
//! end; the app's page has them all (`app/index.html`), so that the program need not. The five level shapes differ in
//! outline, so that colour is never the only sign.

use crate::el::{El, cl, el};

/// An icon. Always beside its word, so hidden from screen readers.
pub fn icon(name: &'static str) -> El {
    let mut href = String::from("#i-");
    href.push_str(name);
    cl("svg", "i").attr("aria-hidden", "true").kid(el("use").attr("href", href))
}

/// The symbols that `page` uses.
#[cfg(not(feature = "csr"))]
pub fn sprite(page: &El) -> Option<El> {
    let mut used = Vec::new();
    page.walk(&mut |el| {
        if let Some(name) = el.get("href").and_then(|href| href.strip_prefix('#')).filter(|_| el.tag() == "use") {
            used.push(name.to_owned());
        }
    });
    if used.is_empty() {
        return None;
    }
    let symbols = symbols().filter(|(id, _)| used.iter().any(|used| used == id)).map(|(id, path)| {
        let symbol = el("symbol").attr("id", id).attr("viewBox", "0 0 24 24");
        symbol.kid(el("path").attr("d", path))
    });
    Some(cl("svg", "sprite").attr("aria-hidden", "true").kids(symbols.collect()))
}

/// Its page has them.
#[cfg(feature = "csr")]
pub fn sprite(_: &El) -> Option<El> {
    None
}

/// Id and path of every icon.
#[cfg(not(feature = "csr"))]
fn symbols() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("../../../style/icons.svg").lines();
    lines.filter_map(|line| {
        let (id, rest) = line.strip_prefix("<symbol id=\"")?.split_once('"')?;
        Some((id, rest.split_once(" d=\"")?.1.split_once('"')?.0))
    })
}
