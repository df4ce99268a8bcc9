//! Building the reader's app into `dist/` with Trunk, only when something it is made of has changed.

use crate::setup::wasm::{Purpose, TARGET, WasmRust};
use crate::{Outcome, setup, shell};
use std::path::PathBuf;
use std::process::Command;

/// All that ends up in `dist/`.
const SOURCES: [&str; 11] = [
    "app",
    "domain",
    "instance",
    // How files are packed, which the worker says of each.
    "server/src/compress",
    "public",
    "style",
    "xtask/src",
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "rust-toolchain.toml",
];

pub fn dist() -> PathBuf {
    shell::root().join("dist")
}

pub fn verb() -> Outcome {
    build(&setup::build()?)
}

pub fn build(rust: &WasmRust) -> Outcome {
    let stamp = shell::root().join("target-wasm/app.stamp");
    // Of what was made, too: a file that somebody changed there, a release that was withdrawn, is not deployed again.
    let wanted = || Ok::<_, String>([fingerprint(&SOURCES)?, fingerprint(&["dist"])?].concat());
    if dist().join("release.json").is_file() && std::fs::read_to_string(&stamp).is_ok_and(|have| wanted() == Ok(have)) {
        println!("app: unchanged");
        return Ok(());
    }
    println!("app: building for phones (the first time takes some minutes)");
    // Trunk is told to stay offline, so that it never downloads a tool; crates are fetched before.
    let mut fetch = rust.cargo();
    rust.dress(&mut fetch, Purpose::Phones);
    shell::run(fetch.args(["fetch", "--quiet", "--locked", "--target", TARGET]))?;
    let mut trunk = Command::new("trunk");
    rust.dress(&mut trunk, Purpose::Phones);
    trunk.current_dir(shell::root()).arg("build");
    // Trunk takes only `true` and `false` here, the rest of the world any text.
    trunk.env_remove("NO_COLOR");
    if let Ok(exe) = std::env::current_exe() {
        trunk.env("BANTIN_XTASK", exe);
    }
    let built = shell::run(&mut trunk);
    // What a failed build leaves behind would be counted and served beside the last good one.
    drop(std::fs::remove_dir_all(dist().join(".stage")));
    built?;
    shell::write(&stamp, wanted()?)
}

/// One hash over names and contents: clocks lie after a checkout.
fn fingerprint(sources: &[&str]) -> Outcome<String> {
    let root = shell::root();
    let mut all = std::env::var("BANTIN_INSTANCE").unwrap_or_default();
    for source in sources {
        let path = root.join(source);
        let files = if path.is_dir() { shell::files(&path) } else { vec![path] };
        for file in files {
            let name = file.strip_prefix(&root).unwrap_or(&file).display();
            all.push_str(&format!("{name} {}\n", shell::sha256(&shell::read(&file)?)));
        }
    }
    Ok(shell::sha256(all.as_bytes()))
}
