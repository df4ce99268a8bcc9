//! `setup`: installs what is missing, says so, and is silent and fast when nothing is.

pub mod apt;
pub mod tools;
pub mod wasm;

use crate::{Outcome, shell};
use std::process::Command;
use wasm::WasmRust;

pub fn verb(args: &[String]) -> Outcome {
    match args {
        [] => build().map(drop),
        [flag] if flag == "--tests" => build().map(drop).and_then(|()| tests()),
        other => Err(format!("unknown arguments {other:?}")),
    }?;
    println!("setup: everything needed is here");
    Ok(())
}

/// What building the app needs.
pub fn build() -> Outcome<WasmRust> {
    let rust = wasm::ready()?;
    tools::ready()?;
    Ok(rust)
}

/// What the server calls: recordings and pictures are encoded by ffmpeg, Apple's photos opened by heif-convert.
pub fn server() -> Outcome {
    let programs = [("ffmpeg", "ffmpeg"), ("heif-convert", "libheif-examples")];
    let missing: Vec<_> = programs.iter().filter(|(program, _)| !has(program)).map(|(_, package)| *package).collect();
    if missing.is_empty() { Ok(()) } else { apt::install(&missing, "pictures and recordings from the desk") }
}

/// What the browser tests, the schema of alerts and the benches need beyond building.
pub fn tests() -> Outcome {
    let programs = [
        ("chromium", "chromium"),
        ("chromedriver", "chromium-driver"),
        ("nginx", "nginx-light"),
        ("openssl", "openssl"),
        ("xmllint", "libxml2-utils"),
    ];
    let missing: Vec<_> = programs.iter().filter(|(program, _)| !has(program)).map(|(_, package)| *package).collect();
    if !missing.is_empty() {
        apt::install(&missing, "browser tests and benches")?;
    }
    packages("tests/e2e")?;
    tools::schemathesis_ready()
}

/// Daemons are in sbin, which an ordinary user's `PATH` may lack.
fn has(program: &str) -> bool {
    shell::find(program).is_some() || std::path::Path::new("/usr/sbin").join(program).is_file()
}

/// Node packages of a folder, when it has any and they are not the ones of its lock file.
fn packages(folder: &str) -> Outcome {
    let dir = shell::root().join(folder);
    let lock = dir.join("package-lock.json");
    if !lock.is_file() {
        return Ok(());
    }
    let stamp = dir.join("node_modules/.bantin-lock");
    let wanted = shell::sha256(&shell::read(&lock)?);
    if std::fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    println!("setup: node packages of {folder}");
    let mut npm = Command::new("npm");
    npm.current_dir(&dir).args(["ci", "--no-audit", "--no-fund", "--omit-lockfile-registry-resolved"]);
    shell::run(npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    shell::write(&stamp, wanted)
}
