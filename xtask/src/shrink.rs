//! Makes the program small after it was built: what nobody calls goes, long names become short, then `wasm-opt`, an order in
//! which functions stand beside their like (`order`) and, for the JavaScript beside it, esbuild.
//!
//! Exports are roots, so no compiler may drop them; only what the script calls is kept. And wasm-bindgen's names carry
//! hashes, which do not compress.

use crate::{Outcome, order, shell};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::process::Command;

/// What rustc emits; `wasm-opt` wants to be told.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
];
/// Flat code first, which lets more of it be shared. Rust puts the stack at the bottom of memory and lets it grow down, so
/// nothing that can be pointed at lies below 1024.
/// And no promises about alignment, which every load and store would repeat and engines do not heed.
const SMALLER: [&str; 17] = [
    // A function that is called once mostly stays by itself: inlined, it is no longer like its like.
    "--one-caller-inline-max-function-size=20",
    "--flatten",
    "--rereloop",
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "-Oz",
    // Shorter before it is compressed, longer after.
    "--skip-pass=local-cse",
    "--skip-pass=simplify-locals",
    "--skip-pass=precompute-propagate",
    "--low-memory-unused",
    "--dealign",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// What libraries say when they are used wrongly. Phones carry the first word of each: it tells them apart.
const SAID: [&[u8]; 5] = [
    b"closure invoked recursively or after being dropped",
    b"FnOnce called more than once",
    b"recursive use of an object detected which would lead to unsafe aliasing in rust",
    b"`Option::unwrap_throw()` on a `None` value",
    b"`Result::unwrap_throw()` on an `Err` value",
];

/// Shrinks both files where they are.
pub fn program(glue: &Path, wasm: &Path) -> Outcome {
    let script = String::from_utf8(shell::read(glue)?).map_err(|error| format!("{}: {error}", glue.display()))?;
    let scratch = wasm.with_extension("scratch");
    std::fs::create_dir_all(&scratch).map_err(|error| error.to_string())?;
    let (graph, kept, small) = (scratch.join("graph.json"), scratch.join("kept.wasm"), scratch.join("small.wasm"));

    shell::write(&graph, reached(&script).to_string())?;
    let mut dce = Command::new("wasm-metadce");
    shell::output(dce.arg(wasm).arg("--graph-file").arg(&graph).args(FEATURES).arg("-o").arg(&kept))
        .ok_or("wasm-metadce failed")?;
    let mut opt = Command::new("wasm-opt");
    shell::run(opt.arg(&kept).args(SMALLER).args(FEATURES).arg("-o").arg(&small))?;
    order::functions(&small, &FEATURES)?;
    let mut names = Command::new("wasm-opt");
    names.arg(&small).arg("--minify-imports-and-exports-and-modules").args(FEATURES).arg("-o").arg(wasm);
    let map = shell::output(&mut names).ok_or("wasm-opt failed to shorten names")?;
    let mut bytes = shell::read(wasm)?;
    hush(&mut bytes);
    shell::write(wasm, bytes)?;
    let map: Value = serde_json::from_str(&map).map_err(|error| format!("the map of short names: {error}"))?;
    let named = scratch.join("glue.js");
    shell::write(&named, renamed(&script, &map)?)?;
    let mut minify = Command::new("esbuild");
    shell::run(
        minify
            .arg(&named)
            .args(["--minify", "--format=esm", "--target=es2020", "--log-level=warning", "--allow-overwrite"])
            .arg(["--outfile=", &glue.to_string_lossy()].concat()),
    )?;
    std::fs::remove_dir_all(scratch).map_err(|error| error.to_string())
}

/// Leaves the first word of every text of [`SAID`] in the data of a program, at its length.
fn hush(wasm: &mut [u8]) {
    for said in SAID {
        let word = said.iter().position(|byte| *byte == b' ').unwrap_or(said.len());
        while let Some(at) = wasm.windows(said.len()).position(|part| part == said) {
            wasm[at + word..at + said.len()].fill(b' ');
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

/// Names in a script with what stands before each.
fn names(script: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + script[at..].find(is_name)?;
        let end = start + script[start..].find(|c| !is_name(c)).unwrap_or(script.len() - start);
        let before = &script[at..start];
        at = end;
        Some((before, &script[start..end]))
    })
}

/// For `wasm-metadce`: the exports that the script calls.
fn reached(script: &str) -> Value {
    let mut exports = BTreeSet::from(["memory"]);
    let mut last = "";
    for (before, name) in names(script) {
        if before == "." && last == "wasm" {
            exports.insert(name);
        }
        last = name;
    }
    let mut graph = vec![json!({ "name": "script", "root": true, "reaches": exports })];
    graph.extend(exports.iter().map(|name| json!({ "name": name, "export": name })));
    graph.into()
}

/// The script with the short names of `map`: imports are keys of one object, exports are members of `wasm`.
fn renamed(script: &str, map: &Value) -> Outcome<String> {
    let list = |key: &str| map[key].as_array().ok_or_else(|| format!("the map of short names has no {key}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (mut imports, mut exports, mut module) = (HashMap::new(), HashMap::new(), String::new());
    for import in list("imports")? {
        module = text(&import[0]);
        imports.insert(text(&import[1]), text(&import[2]));
    }
    for export in list("exports")? {
        exports.insert(text(&export[0]), text(&export[1]));
    }
    let (mut out, mut last) = (String::with_capacity(script.len()), "");
    for (before, name) in names(script) {
        out.push_str(before);
        let short = if before == "." && last == "wasm" { exports.get(name) } else { imports.get(name) };
        out.push_str(short.map_or(name, String::as_str));
        last = name;
    }
    // What follows the last name.
    out.push_str(&script[script.rfind(is_name).map_or(0, |at| at + 1)..]);
    let key = ["\"", &module, "\": import0"].concat();
    if out.matches(&key).count() != 1 {
        return Err(format!("the script does not give its imports as {key}"));
    }
    Ok(out.replace(&key, "a: import0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "const import0 = {\n    __wbg_now_ab12: function() { return wasm.__wbindgen_malloc(wasm.memory); },\n};\nreturn { \"./app_bg.js\": import0 };\n";

    #[test]
    fn what_nobody_calls_is_no_root() {
        assert_eq!(reached(SCRIPT)[0]["reaches"], json!(["__wbindgen_malloc", "memory"]));
    }

    #[test]
    fn what_libraries_say_keeps_its_first_word_and_its_length() {
        let mut data = b"x FnOnce called more than once y".to_vec();
        hush(&mut data);
        assert_eq!(data, b"x FnOnce                       y");
    }

    #[test]
    fn names_change_on_both_sides() {
        let map = json!({ "imports": [["./app_bg.js", "__wbg_now_ab12", "$"]], "exports": [["memory", "b"], ["__wbindgen_malloc", "c"]] });
        let script = renamed(SCRIPT, &map).unwrap();
        assert_eq!(script, "const import0 = {\n    $: function() { return wasm.c(wasm.b); },\n};\nreturn { a: import0 };\n");
        assert!(renamed("nothing", &map).is_err());
    }
}
