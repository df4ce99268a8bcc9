//! Icons: our own 24×24 strokes. A page carries only the symbols it uses, once, at its end.

use crate::el::{El, cl, el};

/// Name and path of every icon. The five level shapes differ in outline, so that colour is never the only sign.
const ICONS: &[(&str, &str)] = &[
    ("news", "M4 5h13v14H6a2 2 0 0 1-2-2zM17 9h3v8a2 2 0 0 1-3 1.7M7 9h7M7 12.5h7M7 16h4"),
    ("alert", "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.2"),
    ("search", "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 20.5 20.5"),
    ("mine", "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6"),
    ("save", "M6.5 4h11v16.5L12 16.2l-5.5 4.3z"),
    ("saved", "M6.5 4h11v16.5L12 16.2l-5.5 4.3zM9.5 9.5l2 2 3.5-4"),
    ("listen", "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"),
    ("share", "M12 15V4M8 7.5 12 3.5l4 4M6 11.5H5v9h14v-9h-1"),
    ("copy", "M8.5 8.5h11.5v12H8.5zM15.5 8.5v-5H4v12h4.5"),
    ("sms", "M4 5h16v11.5h-9L7 20.5v-4H4zM8 10.7h.2M12 10.7h.2M16 10.7h.2"),
    ("print", "M7 8.5V3.5h10v5M7 16.5H4v-8h16v8h-3M7 13.5h10v7H7z"),
    (
        "phone",
        "M5 4h4l1.5 5-2.2 1.6a12 12 0 0 0 5.1 5.1L15 13.5l5 1.5v4a1.5 1.5 0 0 1-1.6 1.5A15.5 15.5 0 0 1 3.5 5.6 1.5 1.5 0 0 1 5 4",
    ),
    ("place", "M12 21c-4.5-5-6.5-8-6.5-11a6.5 6.5 0 0 1 13 0c0 3-2 6-6.5 11M12 7.7a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6"),
    ("calendar", "M4 6h16v14.5H4zM4 10.5h16M8 3.5V8M16 3.5V8"),
    ("check", "M4.5 12.5 10 18 19.5 7"),
    ("download", "M12 4v11M8 11l4 4 4-4M4.5 19.5h15"),
    ("trash", "M4.5 7h15M9.5 7V4h5v3M6.5 7l1 13.5h9l1-13.5M10.3 11v6M13.7 11v6"),
    ("image", "M4 5h16v14H4zM4 16.5l4.5-4.5 4 4 3-2.5 4.5 4M15.5 8.3a1 1 0 1 0 0 2 1 1 0 0 0 0-2"),
    ("install", "M7 3.5h10v17H7zM12 7.5v6.5M9.5 11.7 12 14.2l2.5-2.5M11 17.7h2"),
    ("shield", "M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6zM9 12l2.2 2.2L15 9.8"),
    ("more", "M5 9.5l7 7 7-7"),
    ("menu", "M4 6.5h16M4 12h16M4 17.5h16"),
    // Only on pages of the server.
    #[cfg(not(feature = "csr"))]
    ("language", "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M3.5 12h17M12 3.5c-5 5.5-5 11.5 0 17M12 3.5c5 5.5 5 11.5 0 17"),
    #[cfg(not(feature = "csr"))]
    ("dots", "M12 5v.2M12 12v.2M12 19v.2M11.9 5h.2M11.9 12h.2M11.9 19h.2"),
    #[cfg(not(feature = "csr"))]
    ("add", "M4 4h16v16H4zM12 8v8M8 12h8"),
    #[cfg(not(feature = "csr"))]
    ("clock", "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5V12l3 2"),
    ("l1", "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18"),
    ("l2", "M3.5 3.5h17v17h-17z"),
    ("l3", "M12 2.5 1.5 21h21z"),
    ("l4", "M12 1.5 22.5 12 12 22.5 1.5 12z"),
    ("l5", "M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8z"),
];

/// An icon. Always beside its word, so hidden from screen readers.
pub fn icon(name: &'static str) -> El {
    let mut href = String::from("#i-");
    href.push_str(name);
    cl("svg", "i").attr("aria-hidden", "true").kid(el("use").attr("href", href))
}

/// The symbols that `page` uses.
pub fn sprite(page: &[&El]) -> El {
    let mut used = Vec::new();
    for part in page {
        part.walk(&mut |el| {
            if let Some(name) = el.get("href").and_then(|href| href.strip_prefix("#i-")).filter(|_| el.tag() == "use") {
                used.push(name.to_owned());
            }
        });
    }
    let symbols = ICONS.iter().filter(|(name, _)| used.iter().any(|used| used == name)).map(|(name, path)| {
        let symbol = el("symbol").attr("id", ["i-", name].concat()).attr("viewBox", "0 0 24 24");
        symbol.kid(el("path").attr("d", *path))
    });
    cl("svg", "sprite").attr("aria-hidden", "true").kids(symbols.collect())
}
