//! Trunk's output, held in memory compressed, with the releases before it: phones update by difference, and a page that
//! was loaded before an update still finds its files.

mod release;

use crate::dictionary::Dictionaries;
use crate::headers::Inline;
use crate::hot::{A_WEEK, FOREVER, Hot, REVALIDATE};
use domain::sign::hash;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Default)]
pub struct Assets {
    files: HashMap<String, Arc<Hot>>,
    /// `index.html`: what the worker keeps and answers navigations with.
    pub shell: Option<Arc<Hot>>,
    /// The release of the app; zeros where there is none.
    pub version: [u8; 8],
    /// Scripts and styles inside the shell.
    pub inline: Inline,
}

impl Assets {
    /// Loads a folder and what is kept of earlier releases. A missing folder is worth a warning and no more.
    pub fn load(folder: Option<&Path>, data: &Path, dictionaries: &Dictionaries) -> Assets {
        let mut assets = Assets::default();
        let Some(folder) = folder else { return assets };
        if !folder.join("index.html").is_file() {
            tracing::warn!(folder = %folder.display(), "no app here: the HTML edition stands alone");
            return assets;
        }
        let cache = data.join("cache");
        if let Err(cause) = std::fs::create_dir_all(&cache) {
            tracing::warn!(%cause, "compressed files are not kept for the next start");
        }
        let files = walk(folder);
        assets.version = release::version(folder);
        for (older, path) in release::keep(&data.join("releases"), &files, &assets.version) {
            assets.put(&older, &path, &cache, dictionaries);
        }
        for (name, path) in &files {
            assets.put(name, path, &cache, dictionaries);
        }
        assets.tidy(&cache);
        if let Some(index) = assets.files.remove("/index.html") {
            assets.inline = Inline::of(&String::from_utf8_lossy(index.plain()));
            assets.shell = Some(index.clone());
            assets.files.insert("/app-shell".into(), index);
        }
        assets
    }

    pub fn get(&self, path: &str) -> Option<Arc<Hot>> {
        self.files.get(path).cloned()
    }

    fn put(&mut self, name: &str, path: &Path, cache: &Path, dictionaries: &Dictionaries) {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(cause) => return tracing::warn!(path = %path.display(), %cause, "a file of the app is left out"),
        };
        let (kind, compressible) = content_type(name);
        let life = life(name);
        let mut hot = Hot::new(kind, life, bytes);
        if let Some(group) = group(name) {
            hot = hot.dictionary(group);
        }
        let kept = cache.join(kept(&hot));
        let before = if compressible { compressed_before(&kept, hot.plain()) } else { None };
        let missing = compressible && before.is_none();
        hot = match before {
            Some(small) => hot.compressed(small),
            None if compressible => hot,
            None => hot.incompressible(),
        };
        let hot = Arc::new(hot);
        if missing {
            // The best form takes a while: readers of the first seconds get the quick one.
            hot.warm(move |small| keep(&kept, small));
        }
        dictionaries.add(&hot);
        self.files.insert(name.to_owned(), hot);
    }

    /// What no file of a release that is served comes to any more goes, and what a start left half written.
    fn tidy(&self, cache: &Path) {
        let used: HashSet<String> = self.files.values().map(|hot| kept(hot)).collect();
        for entry in std::fs::read_dir(cache).into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_none_or(|name| !used.contains(name)) {
                // Whatever cannot be removed is in nobody's way.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

/// Under which the compressed form of a file is kept.
fn kept(hot: &Hot) -> String {
    [&hex(&hot.hash[..16]), ".br"].concat()
}

/// The best form as an earlier start made it, if it is whole.
fn compressed_before(kept: &Path, plain: &[u8]) -> Option<Vec<u8>> {
    let small = std::fs::read(kept).ok()?;
    let mut back = Vec::with_capacity(plain.len());
    (brotli::BrotliDecompress(&mut &small[..], &mut back).is_ok() && back == plain).then_some(small)
}

fn keep(kept: &Path, small: &[u8]) {
    let fresh = kept.with_extension(std::process::id().to_string());
    if let Err(cause) = std::fs::write(&fresh, small).and_then(|()| std::fs::rename(&fresh, kept)) {
        tracing::warn!(%cause, "a compressed file is not kept for the next start");
    }
}

/// Every file below a folder, with the path under which it is served.
fn walk(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut todo = vec![(String::new(), folder.to_owned())];
    while let Some((prefix, folder)) = todo.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = format!("{prefix}/{}", entry.file_name().to_string_lossy());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => todo.push((name, entry.path())),
                Ok(kind) if kind.is_file() => found.push((name, entry.path())),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// Trunk puts a hash of 16 hex digits into the names of what it builds.
pub fn immutable(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.split('.').next().unwrap_or(file).trim_end_matches("_bg");
    stem.rsplit_once('-').is_some_and(|(_, hash)| hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// How long browsers may keep it unasked. Icons are asked for with every page; workers that install a release ask anew.
fn life(name: &str) -> &'static str {
    match name {
        _ if immutable(name) => FOREVER,
        _ if name.starts_with("/icons/") => A_WEEK,
        _ => REVALIDATE,
    }
}

/// Which earlier files an update of this one is compressed against.
fn group(name: &str) -> Option<&'static str> {
    match name {
        _ if !immutable(name) => None,
        _ if name.starts_with("/app-") && name.ends_with("_bg.wasm") => Some("match=\"/app-*_bg.wasm\""),
        _ if name.starts_with("/app-") && name.ends_with("_bg.w1") => Some("match=\"/app-*_bg.w1\""),
        _ if name.starts_with("/app-") && name.ends_with("_bg.w2") => Some("match=\"/app-*_bg.w2\""),
        _ if name.starts_with("/app-") && name.ends_with("_bg.w3") => Some("match=\"/app-*_bg.w3\""),
        _ if name.starts_with("/app-") && name.ends_with("_bg.w4") => Some("match=\"/app-*_bg.w4\""),
        _ if name.starts_with("/app-") && name.ends_with(".js") => Some("match=\"/app-*.js\""),
        _ => None,
    }
}

fn content_type(name: &str) -> (&'static str, bool) {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => ("text/html; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        // In its form for the journey it is no module, but proxies compress by type, and leave unknown types as they are.
        "wasm" | "w1" | "w2" | "w3" | "w4" => ("application/wasm", true),
        "json" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "svg" => ("image/svg+xml", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "xml" => ("application/xml", true),
        "png" => ("image/png", false),
        "jpg" | "jpeg" => ("image/jpeg", false),
        "webp" => ("image/webp", false),
        "avif" => ("image/avif", false),
        "ico" => ("image/x-icon", false),
        _ => ("application/octet-stream", true),
    }
}

/// Whether a path asks for a file, so that a page must never answer it.
pub fn looks_like_file(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|last| last.contains('.'))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Name of a version that is not 16 hex digits: the start of its hash.
fn version_of(text: &str) -> [u8; 8] {
    let number = (text.len() == 16).then(|| u64::from_str_radix(text, 16).ok()).flatten();
    number.map_or_else(
        || {
            let h = hash(text.as_bytes());
            [h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]]
        },
        u64::to_be_bytes,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_files_that_are_served_no_more_are_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (app, data) = (folder.path().join("app"), folder.path().join("data"));
        std::fs::create_dir_all(app.join("icons")).unwrap();
        let cache = data.join("cache");
        std::fs::create_dir_all(&cache).unwrap();
        std::fs::write(app.join("index.html"), "<!doctype html>").unwrap();
        std::fs::write(app.join("boot.js"), "1").unwrap();
        let known = ["boot.js", "index.html"].map(|name| {
            let plain = std::fs::read(app.join(name)).unwrap();
            let name = kept(&Hot::new("text/plain", REVALIDATE, plain.clone()));
            // Else it would be made anew beside this.
            std::fs::write(cache.join(&name), crate::compress::brotli(&plain, 1)).unwrap();
            name
        });
        for name in ["00112233445566778899aabbccddeeff.br", "x.4711"] {
            std::fs::write(cache.join(name), "").unwrap();
        }
        Assets::load(Some(&app), &data, &Dictionaries::default());
        let mut left: Vec<String> =
            std::fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        let mut known = known.to_vec();
        known.sort();
        assert_eq!(left, known);
    }

    #[test]
    fn names_with_a_hash_never_change() {
        assert!(immutable("/app-2b2fd68bab46c19e_bg.wasm"));
        assert!(immutable("/app-2b2fd68bab46c19e.js"));
        assert!(!immutable("/sw.js"));
        assert_eq!(life("/icons/icon-192.png"), A_WEEK);
        assert_eq!(group("/app-2b2fd68bab46c19e_bg.wasm"), Some("match=\"/app-*_bg.wasm\""));
        assert_eq!(group("/app-2b2fd68bab46c19e_bg.w3"), Some("match=\"/app-*_bg.w3\""));
        assert_eq!(group("/boot.js"), None);
    }
}
