//! A server as readers meet it, asked without a network, and a plain look at the markup it gives.
#![allow(dead_code, reason = "each test file uses a part of it")]

use super::lab::{self, Answer, Lab};
use axum::http::StatusCode;
use domain::content::Time;
use server::{App, Options};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub const ORIGIN: &str = "https://bantin.example";

pub struct Reader {
    pub app: App,
    /// Its data lie in the folder itself, not where [`Lab::data`] says.
    lab: Lab,
}

impl Reader {
    /// With the sample content, on 23 November 2026 in the evening.
    pub async fn with_sample() -> Reader {
        Reader::open(true).await
    }

    pub async fn empty() -> Reader {
        Reader::open(false).await
    }

    async fn open(sample: bool) -> Reader {
        let time = Arc::new(AtomicI64::new(Time::parse("2026-11-23T18:05:00+07:00").unwrap().0));
        let folder = tempfile::tempdir().unwrap();
        let options = Options { sample, origin: Some(ORIGIN.into()), ..lab::options(&time) };
        let app = App::open(folder.path(), options).await.unwrap();
        Reader { app: app.clone(), lab: Lab { folder, app, time } }
    }

    /// Publishes lines of an import file; every one must be good.
    pub async fn publish(&self, lines: &[serde_json::Value]) {
        let report = self.import(lines).await;
        assert!(report.bad.is_empty(), "{:?}", report.bad);
    }

    /// Publishes what is good of some lines. A picture `anh.webp` lies beside them.
    pub async fn import(&self, lines: &[serde_json::Value]) -> server::import::Report {
        let folder = self.lab.folder.path().join("import");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::copy("../instance/hue/media/det-zeng.webp", folder.join("anh.webp")).unwrap();
        let file = folder.join("lines.jsonl");
        let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
        std::fs::write(&file, text.join("\n")).unwrap();
        self.app.import(&file).await.unwrap()
    }

    /// Lets time pass, and the server notice it.
    pub async fn wait(&self, seconds: i64) {
        self.lab.time.fetch_add(seconds, Ordering::SeqCst);
        self.app.site.refresh().await.unwrap();
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[]).await
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.lab.ask(method, path, headers).await
    }

    /// The page at a path, which must be there.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        answer.text()
    }
}

/// A start tag as a browser reads it.
#[derive(Debug)]
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Every start tag of a page; what stands inside scripts and styles is not looked at.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let (tag, after) = tag(rest);
        rest = after;
        if matches!(tag.name.as_str(), "script" | "style") {
            rest = rest.split_once(&format!("</{}", tag.name)).map_or("", |(_, after)| after);
        }
        found.push(tag);
    }
    found
}

fn tag(text: &str) -> (Tag, &str) {
    let end = text.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(text.len());
    let mut tag = Tag { name: text[..end].to_ascii_lowercase(), attributes: Vec::new() };
    let mut rest = text[end..].trim_start();
    while !rest.is_empty() && !rest.starts_with('>') {
        let end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '=').unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            (value, rest) = match after.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => after.split_at(after.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(after.len())),
            };
            rest = rest.trim_start();
        }
        tag.attributes.push((name, value.to_owned()));
    }
    (tag, rest.strip_prefix('>').unwrap_or(rest))
}

/// The page without what waits in templates.
pub fn shown(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once("<template") {
        out.push_str(before);
        rest = after.split_once("</template>").map_or("", |(_, after)| after);
    }
    out + rest
}

/// What stands between a tag that begins with `open` and the next `close`.
pub fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    Some(text.split_once(open)?.1.split_once('>')?.1.split_once(close)?.0)
}

/// How many bytes a page takes on the wire.
pub fn brotli(bytes: &[u8]) -> usize {
    let mut out = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &params).unwrap();
    out.len()
}

/// An XML document must be well formed; says how many elements of each name it has, and all its text.
pub fn xml(text: &str) -> (std::collections::BTreeMap<String, usize>, String) {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let (mut names, mut texts, mut depth) = (std::collections::BTreeMap::new(), String::new(), 0);
    loop {
        match reader.read_event().unwrap_or_else(|e| panic!("{e}: {text}")) {
            Event::Start(start) => {
                depth += 1;
                start.attributes().for_each(|attribute| drop(attribute.unwrap()));
                *names.entry(start.name().as_ref().to_owned()).or_insert(0) += 1;
            }
            Event::Empty(start) => {
                start.attributes().for_each(|attribute| drop(attribute.unwrap()));
                *names.entry(start.name().as_ref().to_owned()).or_insert(0) += 1;
            }
            Event::End(_) => depth -= 1,
            Event::Text(part) => texts.push_str(part.as_ref()),
            Event::GeneralRef(name) => {
                let named = name.as_ref().to_owned();
                texts.push_str(quick_xml::escape::resolve_predefined_entity(&named).unwrap_or_else(|| panic!("&{named};")));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    (names, texts)
}

/// Everything that must hold for any page, whatever is on it.
pub fn whole(html: &str, path: &str, lang: domain::words::Lang) {
    assert!(html.starts_with(&format!("<!doctype html><html lang={}>", lang.tag())), "{path}");
    let seen = shown(html);
    let all = tags(&seen);
    let count = |name: &str| all.iter().filter(|tag| tag.name == name).count();
    assert_eq!((count("h1"), count("main"), count("title")), (1, 1, 1), "{path}");
    let ids: Vec<&str> = all.iter().filter_map(|tag| tag.get("id")).collect();
    assert_eq!(ids.len(), ids.iter().collect::<std::collections::BTreeSet<_>>().len(), "ids are unique on {path}");
    for tag in &all {
        if let Some(icon) = tag.get("href").filter(|href| href.starts_with("#") && tag.name == "use") {
            assert!(ids.contains(&&icon[1..]), "{icon} on {path}");
        }
    }
    assert!(html.len() < 200 * 1024, "{path}");
}
