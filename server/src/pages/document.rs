//! The document around a view: what stands before the first paint, what is needed for sharing, and what can wait.
//!
//! On a weak line every byte before the first headline is waiting time, so the head holds the style of the first
//! paint, one small script, and what link previews read; the rest follows the text.

use super::minify;
use crate::headers::{self, Inline};
use axum::http::HeaderValue;
use domain::instance::instance;
use domain::route::Feed;
use domain::words::Lang;
use serde_json::Value;
use std::fmt::Write;
use std::sync::OnceLock;
use ui::El;

/// Where the sheet that comes after the first paint is found.
const SHEET: &str = "/app.css";
/// Shown beside a shared link that has no picture of its own.
const PICTURE: &str = "/og.png";

/// Picture of a link preview.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub path: String,
    /// Pixels, where known.
    pub size: Option<(u16, u16)>,
    pub alt: Option<String>,
}

/// What a link preview shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    pub title: String,
    /// An article, not a list.
    pub article: bool,
    /// Language of an article, where previews know it.
    pub lang: Option<Lang>,
    pub picture: Option<Picture>,
}

/// One page.
pub struct Document<'a> {
    pub lang: Lang,
    pub origin: &'a str,
    pub title: String,
    pub description: Option<String>,
    /// Path of the address that search machines should know this page by; `None` keeps it out of them.
    pub canonical: Option<String>,
    /// Paths of the same page in each language it exists in.
    pub alternates: Vec<(Lang, String)>,
    /// What follows this page for programs.
    pub feed: Option<Feed>,
    pub share: Option<Share>,
    /// For machines, as schema.org has it.
    pub data: Option<Value>,
    pub body: El,
}

struct Fixed {
    /// Of every page.
    style: String,
    /// What only pages with alerts, with icons, all but home, pages of items and the search need of it, in this order.
    extras: [String; EXTRAS],
    script: String,
    /// One for every choice of extras, whose bits are the index.
    policies: Vec<HeaderValue>,
}

const EXTRAS: usize = 5;

fn fixed() -> &'static Fixed {
    static FIXED: OnceLock<Fixed> = OnceLock::new();
    FIXED.get_or_init(|| {
        let style = minify::css(include_str!("../../../style/critical.css"));
        let sheet = include_str!("../../../style/app.css");
        let part = |name: &str| {
            let part = sheet.split_once(&format!("/*{name}*/")).and_then(|(_, rest)| rest.split_once(&format!("/*{name} end*/")));
            minify::css(part.expect("a part of the sheet between its marks").0)
        };
        let extras = ["alert", "icon", "page", "item", "search"].map(part);
        let lines = include_str!("../../../public/inline.js").lines().filter(|line| !line.starts_with("//"));
        let script = lines.collect::<Vec<_>>().join("\n");
        let policy = |choice: usize| {
            let chosen = extras.iter().enumerate().filter(|(at, _)| choice >> at & 1 == 1).map(|(_, extra)| extra);
            headers::csp([&script].into_iter(), [&style].into_iter().chain(chosen))
        };
        Fixed { policies: (0..1 << EXTRAS).map(policy).collect(), style, extras, script }
    })
}

/// What stands inside every page, for the policy that allows it.
pub fn inline() -> Inline {
    let Fixed { style, extras, script, .. } = fixed();
    Inline { scripts: vec![script.clone()], styles: extras.iter().chain([style]).cloned().collect() }
}

/// What one of these pages may run and wear: no hash more than it needs, since each weighs on its answer.
pub fn policy(html: &str) -> HeaderValue {
    let has = |(at, extra): (usize, &String)| usize::from(html.contains(&[">", extra, "</style>"].concat())) << at;
    fixed().policies[fixed().extras.iter().enumerate().map(has).sum::<usize>()].clone()
}

/// Banners, or badges of levels. The mark in the bar comes with the bar, after the text.
fn has_alerts(body: &str) -> bool {
    ["class=\"al", "class=\"lv"].iter().any(|class| body.contains(class))
}

/// Where the first item of the home page ends. The script stands there: before one a browser paints what it has so far,
/// which on a cheap phone would be a frame without any headline, and what comes next a tenth of a second later. What the
/// reader chose may follow that frame; the program's own page, which most get who chose anything, has it before.
fn first_item(body: &str) -> Option<usize> {
    let (before, _) = body.split_once("class=\"pg home\"")?;
    let (lists, _) = body[before.len()..].split_once("</main>")?;
    let end = lists.find("</li>")?;
    // An article that comes along may have lists of its own.
    let brought = lists.find("<template>").filter(|start| *start < end);
    let end = if brought.is_some() { lists.find("</template>")? + "</template>".len() } else { end };
    Some(before.len() + end)
}

impl Document<'_> {
    pub fn html(&self) -> String {
        let mut out = String::with_capacity(24 * 1024);
        let mut body = String::with_capacity(16 * 1024);
        self.body.write(&mut body);
        let Fixed { style, extras, script, .. } = fixed();
        let lang = self.lang.tag();
        let _ = write!(out, "<!doctype html><html lang={lang}><head><meta charset=utf-8>");
        out.push_str("<meta name=viewport content=\"width=device-width,initial-scale=1,viewport-fit=cover\"><title>");
        escape(&self.title, &mut out);
        let _ = write!(out, "</title><style>{style}</style>");
        let item = self.share.as_ref().is_some_and(|share| share.article);
        let icons = body.contains("class=\"i\"");
        let needed = [has_alerts(&body), icons, !body.contains("class=\"pg home\""), item, body.contains("role=\"search\"")];
        for (extra, _) in extras.iter().zip(needed).filter(|(_, needed)| *needed) {
            let _ = write!(out, "<style>{extra}</style>");
        }
        let script = ["<script>", script, "</script>"].concat();
        let within = first_item(&body);
        match within {
            Some(at) => body.insert_str(at, &script),
            None => out.push_str(&script),
        }
        out.push_str("<meta name=theme-color content=#faf7f0 media=\"(prefers-color-scheme:light)\">");
        out.push_str("<meta name=theme-color content=#14151f media=\"(prefers-color-scheme:dark)\">");
        let _ = write!(out, "<link rel=manifest href={}>", manifest(self.lang));
        out.push_str("<link rel=icon href=/icons/icon.svg>");
        // On the home page, whose headline waits for every byte, an iPhone looks there by itself.
        if within.is_none() {
            out.push_str("<link rel=apple-touch-icon href=/apple-touch-icon.png>");
        }
        self.machines(&mut out);
        out.push_str("</head><body>");
        out.push_str(&body);
        if let Some(data) = &self.data {
            // Inside a script nothing is unescaped but `</script` and `<!--` end or bend it: no `<` is left.
            let json = data.to_string().replace('<', "\\u003c").replace(bends, "");
            let _ = write!(out, "<script type=\"application/ld+json\">{json}</script>");
        }
        // Behind the text: what stands before a sheet in the body is painted without it.
        let _ = write!(out, "<link rel=stylesheet href={SHEET}></body></html>");
        out
    }

    /// For search machines and link previews.
    fn machines(&self, out: &mut String) {
        let mut tag = |start: &str, value: &str| {
            out.push('<');
            out.push_str(start);
            out.push_str("=\"");
            escape(value, out);
            out.push_str("\">");
        };
        let address = |path: &str| [self.origin, path].concat();
        match &self.canonical {
            Some(path) => tag("link rel=canonical href", &address(path)),
            None => tag("meta name=robots content", "noindex"),
        }
        for (lang, path) in &self.alternates {
            tag(&format!("link rel=alternate hreflang={} href", lang.tag()), &address(path));
        }
        if let Some(feed) = &self.feed {
            let kind = if let Feed::Cap(_) = feed { "cap" } else { "atom" };
            tag(&format!("link rel=alternate type=application/{kind}+xml href"), &feed.path(self.lang));
        }
        if let Some(text) = &self.description {
            tag("meta name=description content", text);
        }
        let Some(share) = &self.share else { return };
        let mut og = |name: &str, value: &str| tag(&format!("meta property=og:{name} content"), value);
        og("title", &share.title);
        if let Some(text) = &self.description {
            og("description", text);
        }
        // Lists do without: previews take the rest from elsewhere, and people wait for these bytes.
        if share.article {
            og("type", "article");
            og("site_name", &instance().name);
            match share.lang {
                Some(Lang::Vi) => og("locale", "vi_VN"),
                Some(Lang::En) => og("locale", "en_GB"),
                None => {}
            }
            if let Some(path) = &self.canonical {
                og("url", &address(path));
            }
        }
        match &share.picture {
            Some(picture) => {
                og("image", &address(&picture.path));
                if let Some((width, height)) = picture.size {
                    og("image:width", &width.to_string());
                    og("image:height", &height.to_string());
                }
                if let Some(alt) = &picture.alt {
                    og("image:alt", alt);
                }
                tag("meta name=twitter:card content", "summary_large_image");
            }
            None => og("image", &address(PICTURE)),
        }
    }
}

fn manifest(lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => "/manifest.webmanifest",
        Lang::En => "/manifest.en.webmanifest",
    }
}

/// Directional controls make a text read as another than it is; none of our languages needs them.
pub fn bends(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// For text and for attributes in double quotes, as in XML too. Directional controls and what XML forbids are left out.
pub fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if bends(c) => {}
            '\t' | '\n' | '\r' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(text: &str) -> String {
        let share = Share { title: text.into(), article: true, lang: Some(Lang::Vi), picture: None };
        let document = Document {
            lang: Lang::Vi,
            origin: "https://bantin.example",
            title: text.into(),
            description: Some(text.into()),
            canonical: Some("/tin/x".into()),
            alternates: vec![(Lang::Vi, "/tin/x".into()), (Lang::En, "/en/tin/x".into())],
            feed: None,
            share: Some(share),
            data: Some(json!({ "name": text })),
            body: ui::el::tx("main", text.to_owned()),
        };
        document.html()
    }

    #[test]
    fn nothing_a_person_wrote_becomes_markup() {
        let plain = document("a");
        for hostile in ["</title><script>alert(1)</script>", "\" onload=\"alert(1)", "</script><!--<script>", "]]>", "&lt;b&gt;"]
        {
            let html = document(hostile);
            for tag in ["<script", "</script", "<!--", "<meta", "<link", "<title", "</title"] {
                assert_eq!(html.matches(tag).count(), plain.matches(tag).count(), "{tag} in {hostile}");
            }
            let json = html.split("ld+json\">").nth(1).unwrap().split("</script>").next().unwrap();
            assert_eq!(serde_json::from_str::<Value>(json).unwrap()["name"], hostile);
        }
        assert!(!escaped("a\u{0}b\u{202e}c\u{b}").contains(|c: char| c.is_control() || c == '\u{202e}'));
    }

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        escape(text, &mut out);
        out
    }

    #[test]
    fn addresses_of_the_other_language() {
        let html = document("a");
        assert!(html.contains("<link rel=canonical href=\"https://bantin.example/tin/x\">"), "{html}");
        assert!(html.contains("<link rel=alternate hreflang=en href=\"https://bantin.example/en/tin/x\">"), "{html}");
    }
}
