//! Embeds the instance's sample content, so that the one binary starts with something to read, what it says of alerts from
//! elsewhere, and what the desk needs to compose alerts: prepared words, and the outlines of all units.

#[path = "../xtask/src/map.rs"]
mod map;

use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() {
    let out = PathBuf::from(std::env::var("OUT_DIR").unwrap());
    println!("cargo::rerun-if-env-changed=BANTIN_INSTANCE");
    let folder = std::env::var("BANTIN_INSTANCE").map_or_else(|_| PathBuf::from("../instance/hue"), |f| Path::new("..").join(f));
    let folder = std::fs::canonicalize(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut media: Vec<PathBuf> =
        std::fs::read_dir(folder.join("media")).into_iter().flatten().map(|f| f.unwrap().path()).collect();
    media.sort();
    let mut code = String::new();
    let _ = writeln!(code, "pub const LINES: &[u8] = include_bytes!({:?});", folder.join("sample.jsonl"));
    let _ = writeln!(code, "pub const MEDIA: &[(&str, &[u8])] = &[");
    for file in media.iter().filter(|f| f.extension().is_some_and(|e| e != "svg")) {
        let _ = writeln!(code, "    ({:?}, include_bytes!({file:?})),", file.file_name().unwrap().to_string_lossy());
    }
    code.push_str("];\n");
    std::fs::write(out.join("sample.rs"), code).unwrap();
    let mut cap = String::new();
    for (name, file) in [("TERMS", "cap.json"), ("OUTLINES", "outlines.topo.json")] {
        let _ = writeln!(cap, "pub const {name}: &str = include_str!({:?});", folder.join(file));
    }
    std::fs::write(out.join("cap.rs"), cap).unwrap();
    std::fs::write(out.join("alerts.rs"), alerts(&folder)).unwrap();
}

/// Words of alerts, and each unit's outline in one view box: taken from the map that readers get.
fn alerts(folder: &Path) -> String {
    println!("cargo::rerun-if-changed=../xtask/src/map.rs");
    let map = map::draw(&folder.join("outlines.topo.json")).unwrap_or_else(|e| panic!("{e}"));
    let (_, rest) = map.split_once("viewBox=\"0 0 ").unwrap();
    let (size, rest) = rest.split_once('"').unwrap();
    let (width, height) = size.split_once(' ').unwrap();
    let mut code = format!("pub const TEMPLATES: &str = include_str!({:?});\n", folder.join("alert-templates.json"));
    let _ = writeln!(code, "pub const WIDTH: &str = {width:?};\npub const HEIGHT: &str = {height:?};");
    code.push_str("/// Code of a unit and its outline.\npub const UNITS: &[(u32, &str)] = &[\n");
    for unit in rest.split("<path id=\"p").skip(1) {
        let (number, path) = unit.split_once("\" d=\"").unwrap();
        let (path, _) = path.split_once('"').unwrap();
        let _ = writeln!(code, "    ({number}, {path:?}),");
    }
    code.push_str("];\n");
    code
}
