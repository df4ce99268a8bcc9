//! What every page tells the browser to refuse.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::sign::hash;

/// Scripts and styles that stand in a page itself, exactly as they stand there.
#[derive(Clone, Debug, Default)]
pub struct Inline {
    pub scripts: Vec<String>,
    pub styles: Vec<String>,
}

impl Inline {
    /// The inline scripts and styles of a document that we built ourselves.
    pub fn of(html: &str) -> Inline {
        let mut inline = Inline::default();
        for (open, close, found) in [("<script", "</script>", &mut inline.scripts), ("<style", "</style>", &mut inline.styles)] {
            let mut rest = html;
            while let Some((_, after)) = rest.split_once(open) {
                let Some((attributes, tail)) = after.split_once('>') else { break };
                let Some((content, tail)) = tail.split_once(close) else { break };
                if !attributes.contains("src=") && !content.is_empty() {
                    found.push(content.to_owned());
                }
                rest = tail;
            }
        }
        inline
    }
}

/// Only what is ours, and of inline code only what has one of these contents.
pub fn csp<'a>(scripts: impl Iterator<Item = &'a String>, styles: impl Iterator<Item = &'a String>) -> HeaderValue {
    let hashes = |contents: &mut dyn Iterator<Item = &'a String>| {
        let mut all: Vec<String> =
            contents.map(|content| format!(" 'sha256-{}'", BASE64_STANDARD.encode(hash(content.as_bytes())))).collect();
        all.sort();
        all.dedup();
        all.concat()
    };
    let (mut scripts, mut styles) = (scripts, styles);
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{}; style-src 'self'{}; img-src 'self' data:; media-src 'self'; \
         connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        hashes(&mut scripts),
        hashes(&mut styles)
    );
    HeaderValue::try_from(policy).expect("base64 and plain words")
}

/// Adds what belongs to the kind of answer: everything to a page, little to data, for every byte is paid by a reader.
pub fn secure(headers: &mut HeaderMap, csp: &HeaderValue, https: bool) {
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    if !headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        return;
    }
    // Pages of the desk bring policies of their own.
    headers.entry("content-security-policy").or_insert_with(|| csp.clone());
    headers.entry("referrer-policy").or_insert(HeaderValue::from_static("same-origin"));
    if https {
        headers.insert("strict-transport-security", HeaderValue::from_static("max-age=31536000"));
    }
}

/// Of a page behind a sign-in: no window of another site may hold it, nor load it as a part of its own.
///
/// Pages for readers do without: they hold nothing that is not public, and the opener policy makes a browser start a new
/// process once the answer is there, a tenth of a second before the first headline of a cheap phone.
pub fn secluded(headers: &mut HeaderMap) {
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
}

/// Of a page that other sites may frame, once it has a policy of its own.
pub fn framed(headers: &mut HeaderMap) {
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_code_is_found_and_files_are_not() {
        let html = "<script src=\"/a.js\"></script><style>a{}</style><script type=\"module\">go()</script>";
        let inline = Inline::of(html);
        assert_eq!(inline.scripts, ["go()"]);
        assert_eq!(inline.styles, ["a{}"]);
        let csp = csp(inline.scripts.iter(), inline.styles.iter());
        let text = csp.to_str().unwrap();
        assert!(text.contains("script-src 'self' 'wasm-unsafe-eval' 'sha256-"), "{text}");
        assert!(!text.contains("unsafe-inline"));
    }
}
