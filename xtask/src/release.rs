//! The last step of Trunk's build: what the service worker must hold, and one name for the whole release.
//!
//! `sw.js` is a template: its precache list and version are filled in here from what was really built.
//! The same facts go to `release.json` for the server. Same input, same bytes.

use crate::{Outcome, map, pack, shell, shrink};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

const LIST_TOKEN: &str = "/*PRECACHE*/[]";
const VERSION_TOKEN: &str = "\"VERSION\"";
/// Parts of the worker, and of the script of every page, with what stands where they go.
const WORKER: [(&str, &str); 3] = [
    ("importScripts('/sw-release.js');", "sw-release.js"),
    ("importScripts('/sw-push.js');", "sw-push.js"),
    ("/*UNPACK*/", "unpack.js"),
];
const BOOT: [(&str, &str); 4] = [
    ("/*WORKER*/", "boot-worker.js"),
    ("/*FOCUS*/", "boot-focus.js"),
    ("/*COUNTS*/", "boot-counts.js"),
    ("/*BUTTONS*/", "boot-buttons.js"),
];
/// Not part of what a phone keeps: for stores, link previews and crawlers, or already inside the pages.
const SKIP: [&str; 9] =
    ["sw.js", "sw-off.js", "inline.js", "release.json", "screenshots/", "icons/", "apple-touch-icon.png", "og", "robots.txt"];
/// Compressed by their own format: the wire carries them as they are.
const PACKED: [&str; 9] = ["png", "jpg", "jpeg", "webp", "avif", "ico", "opus", "mp3", "woff2"];

struct Asset {
    url: String,
    hash: String,
    wire: usize,
}

pub fn verb() -> Outcome {
    let staging = std::env::var_os("TRUNK_STAGING_DIR")
        .map(PathBuf::from)
        .ok_or("only Trunk calls this verb: TRUNK_STAGING_DIR is not set")?;
    let (glue, wasm) = program(&staging)?;
    finish_index(&staging, &glue, &wasm)?;
    shell::write(&staging.join("map.svg"), map::draw(&outlines())?)?;
    tree(&staging)?;
    english(&staging)?;
    shell::write(&staging.join("boot.js"), whole(&staging, "boot.js", &BOOT)?)?;
    for name in ["sw-off.js", "boot.js", "alerts.js"] {
        bare(&staging.join(name))?;
    }
    pack::beside(&staging.join(&wasm[1..]), &staging.join("unpack.js"))?;
    let template = whole(&staging, "sw.js", &WORKER)?;
    let assets = assets(&staging)?;
    // Eight digits tell a file from the one of that name in the release before; all of them weigh on every update.
    let list: Vec<Value> = assets
        .iter()
        .filter(|asset| precached(&asset.url))
        .map(|asset| json!([asset.url, asset.hash[..8], rounded(asset.wire)]))
        .collect();
    let list = Value::from(list).to_string();
    // The worker too: one that differs under the same name would have its whole release counted as an update.
    let version = shell::sha256([&*list, &template].concat().as_bytes())[..16].to_owned();
    shell::write(&staging.join("sw.js"), fill(&template, &list, &version)?)?;
    bare(&staging.join("sw.js"))?;
    shell::write(&staging.join("release.json"), manifest(&assets, &version)?)
}

/// The script with its parts inside, so that browsers look for one file.
fn whole(staging: &Path, name: &str, parts: &[(&str, &str)]) -> Outcome<String> {
    let mut script = text(&staging.join(name))?;
    for (token, part) in parts {
        if script.matches(token).count() != 1 {
            return Err(format!("{name} must contain `{token}` exactly once"));
        }
        let part = staging.join(part);
        script = script.replace(token, &text(&part)?);
        std::fs::remove_file(&part).map_err(|error| format!("{}: {error}", part.display()))?;
    }
    Ok(script)
}

fn text(path: &Path) -> Outcome<String> {
    String::from_utf8(shell::read(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

/// The phone tree as one small file: its parts are for whoever reads them.
fn tree(staging: &Path) -> Outcome {
    let whole = staging.join("tree.js");
    let mut bundle = Command::new("esbuild");
    bundle.arg(&whole).args(["--bundle", "--minify", "--format=esm", OLDEST, "--charset=utf8", "--log-level=warning"]);
    shell::run(bundle.args(["--allow-overwrite", &["--outfile=", &whole.to_string_lossy()].concat()]))?;
    for part in ["box", "list", "rules", "work"] {
        std::fs::remove_file(staging.join(["tree-", part, ".js"].concat())).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// The words of the screens in English: without their keys, in the order of these, as
/// `domain::words::learn` wants them.
fn english(staging: &Path) -> Outcome {
    let path = staging.join("en.txt");
    let locale = text(&path)?;
    let mut lines: Vec<_> =
        locale.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = ")).collect();
    lines.sort_unstable();
    shell::write(&path, lines.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n"))
}

/// What these do not know is written in other words: `import` and workers begin with them.
const OLDEST: &str = "--target=chrome64,safari12";

/// Without comments and spaces and with short names, which nobody outside may call it by: a third less to download.
fn bare(script: &Path) -> Outcome {
    let mut esbuild = Command::new("esbuild");
    esbuild.arg(script).args(["--minify", "--format=iife", "--charset=utf8", "--log-level=warning", "--allow-overwrite", OLDEST]);
    shell::run(esbuild.arg(["--outfile=", &script.to_string_lossy()].concat()))
}

/// Of the same instance that `domain` is built with.
fn outlines() -> PathBuf {
    let instance = std::env::var("BANTIN_INSTANCE").unwrap_or_else(|_| "instance/hue".to_owned());
    shell::root().join(instance).join("outlines.topo.json")
}

/// Shrinks the program and names its two files by what they became: Trunk's names tell what they were made of.
fn program(staging: &Path) -> Outcome<(String, String)> {
    let files = shell::files(staging);
    let find = |end: &str| {
        let ours = |path: &&PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("app-"));
        files.iter().filter(ours).find(|path| path.to_string_lossy().ends_with(end))
    };
    let (Some(glue), Some(wasm)) = (find(".js"), find("_bg.wasm")) else {
        return Err("the build brought no app-*.js and *_bg.wasm".to_owned());
    };
    shrink::program(glue, wasm)?;
    let hash = shell::sha256(&[shell::read(glue)?, shell::read(wasm)?].concat())[..16].to_owned();
    let rename = |from: &Path, end: &str| {
        let name = ["app-", &hash, end].concat();
        std::fs::rename(from, staging.join(&name)).map_err(|error| error.to_string()).map(|()| ["/", &name].concat())
    };
    Ok((rename(glue, ".js")?, rename(wasm, "_bg.wasm")?))
}

/// Trunk leaves its own directives in the page when it is told to inject nothing; and the page starts the program
/// itself, so it has to know under which names the two files went out.
fn finish_index(staging: &Path, glue: &str, wasm: &str) -> Outcome {
    let path = staging.join("index.html");
    let page = text(&path)?;
    let kept: String = page.lines().filter(|line| !line.contains("data-trunk")).flat_map(|line| [line, "\n"]).collect();
    shell::write(&path, kept.replace("APP_GLUE", glue).replace("APP_WASM", wasm))
}

fn assets(staging: &Path) -> Outcome<Vec<Asset>> {
    let mut all = Vec::new();
    for path in shell::files(staging) {
        let name = path.strip_prefix(staging).map_err(|error| error.to_string())?.to_string_lossy().replace('\\', "/");
        if name == "sw.js" || name == "release.json" {
            continue;
        }
        let bytes = shell::read(&path)?;
        let packed = path.extension().is_some_and(|end| PACKED.iter().any(|packed| end == *packed));
        // The program travels in another form.
        let travels = pack::ENDINGS.map(|ending| path.with_extension(ending));
        let wire = match packed {
            true => bytes.len(),
            false if name.ends_with(".wasm") => {
                travels.iter().try_fold(0, |sum, part| Ok::<_, String>(sum + shell::brotli_size(&shell::read(part)?)))?
            }
            false => shell::brotli_size(&bytes),
        };
        // The server offers the page under this address only, so that no link ever leads to it.
        let url = if name == "index.html" { "/app-shell".to_owned() } else { format!("/{name}") };
        all.push(Asset { url, hash: shell::sha256(&bytes)[..16].to_owned(), wire });
    }
    Ok(all)
}

/// To the next hundred bytes: readers are told kilobytes, and the worker that carries the list is paid by each digit.
fn rounded(bytes: usize) -> usize {
    bytes.div_ceil(100) * 100
}

/// What comes to a phone when it is first used there: TOOLS in `public/sw.js`.
fn is_tool(url: &str) -> bool {
    url.starts_with("/tree.") || url.starts_with("/alerts.")
}

fn precached(url: &str) -> bool {
    !pack::ENDINGS.iter().any(|ending| url.ends_with(ending)) && !SKIP.iter().any(|skip| url[1..].starts_with(skip))
}

fn fill(template: &str, list: &str, version: &str) -> Outcome<String> {
    for token in [LIST_TOKEN, VERSION_TOKEN] {
        if template.matches(token).count() != 1 {
            return Err(format!("sw.js must contain `{token}` exactly once"));
        }
    }
    Ok(template.replace(LIST_TOKEN, list).replace(VERSION_TOKEN, &format!("\"{version}\"")))
}

/// `app` names the two files a page needs to start the program; their names change with every release.
fn manifest(assets: &[Asset], version: &str) -> Outcome<String> {
    let glue = assets.iter().find(|asset| asset.url.starts_with("/app-") && asset.url.ends_with(".js"));
    let wasm = assets.iter().find(|asset| asset.url.ends_with("_bg.wasm"));
    let (Some(glue), Some(wasm)) = (glue, wasm) else { return Err("the build brought no app-*.js and *_bg.wasm".to_owned()) };
    let files: Vec<Value> = assets
        .iter()
        .map(|asset| json!({ "url": asset.url, "hash": asset.hash, "bytes": asset.wire, "precache": precached(&asset.url) && !is_tool(&asset.url) }))
        .collect();
    let release = json!({ "version": version, "app": { "glue": glue.url, "wasm": wasm.url }, "files": files });
    serde_json::to_string_pretty(&release).map(|text| text + "\n").map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_filled_once_each() {
        let filled = fill("const V = \"VERSION\", P = /*PRECACHE*/[];", "[[\"/a\",\"b\",1]]", "c0ffee");
        assert_eq!(filled.as_deref(), Ok("const V = \"c0ffee\", P = [[\"/a\",\"b\",1]];"));
        assert!(fill("const P = /*PRECACHE*/[];", "[]", "x").is_err());
        assert!(fill("\"VERSION\" \"VERSION\" /*PRECACHE*/[]", "[]", "x").is_err());
    }

    #[test]
    fn pictures_for_others_are_not_precached() {
        assert!(precached("/app-shell") && precached("/app.css"));
        assert!(
            !precached("/icons/icon-192.png")
                && !precached("/screenshots/home.webp")
                && !precached("/og.png")
                && !precached("/robots.txt")
                && !precached("/app-2b2fd68bab46c19e_bg.w4")
        );
    }
}
