//! Trunk, wasm-bindgen and wasm-opt, each of one exact version, kept in the cache folder.

use super::apt;
use crate::{Outcome, shell};
use std::path::PathBuf;
use std::process::Command;

/// 0.22 needs a newer Rust than this project does.
const TRUNK: &str = "0.21.14";
const BINARYEN: &str = "132.0.0";
const ESBUILD: &str = "0.25.12";
const SCHEMATHESIS: &str = "4.32.5";

pub fn bin() -> PathBuf {
    shell::cache().join("tools/bin")
}

pub fn npm_bin() -> PathBuf {
    shell::cache().join("npm/node_modules/.bin")
}

pub fn ready() -> Outcome {
    let bindgen = bindgen_version()?;
    if !is("wasm-bindgen", &bindgen) || !is("wasm-bindgen-test-runner", &bindgen) {
        // Unlocked when the lock file inside the package names what a lagging registry does not have.
        cargo_install("wasm-bindgen-cli", &bindgen, true).or_else(|_| cargo_install("wasm-bindgen-cli", &bindgen, false))?;
    }
    if !is("trunk", TRUNK) {
        cargo_install("trunk", TRUNK, true)?;
    }
    node()?;
    npm("binaryen", BINARYEN, "wasm-opt")?;
    npm("esbuild", ESBUILD, "esbuild")
}

/// Asks the public API everything that its description allows; a folder of Python packages of its own.
pub fn schemathesis() -> PathBuf {
    shell::cache().join(format!("python/schemathesis-{SCHEMATHESIS}"))
}

pub fn schemathesis_ready() -> Outcome {
    let folder = schemathesis();
    if folder.join("bin/schemathesis").is_file() {
        return Ok(());
    }
    let pip = || shell::output(Command::new("python3").args(["-m", "pip", "--version"])).is_some();
    if !pip() {
        apt::install(&["python3-pip"], "schemathesis, which tests the public API")?;
    }
    println!("setup: schemathesis {SCHEMATHESIS} (once)");
    // Whole or not at all: a folder that is there is complete.
    let begun = folder.with_extension("tmp");
    drop(std::fs::remove_dir_all(&begun));
    let mut install = Command::new("python3");
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]).arg(&begun);
    shell::run(install.arg(format!("schemathesis=={SCHEMATHESIS}")))?;
    std::fs::rename(&begun, &folder).map_err(|error| error.to_string())
}

/// The tool must be of the same version as the library, to the digit.
fn bindgen_version() -> Outcome<String> {
    let lock = shell::read(&shell::root().join("Cargo.lock"))?;
    let lock = String::from_utf8_lossy(&lock);
    let mut lines = lock.lines().skip_while(|line| *line != "name = \"wasm-bindgen\"");
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = \"")).and_then(|rest| rest.strip_suffix('"'));
    version.map(str::to_owned).ok_or_else(|| "Cargo.lock names no wasm-bindgen".to_owned())
}

fn is(tool: &str, version: &str) -> bool {
    let path = bin().join(tool);
    path.is_file()
        && shell::output(Command::new(path).arg("--version"))
            .is_some_and(|line| line.split_whitespace().any(|word| word == version))
}

pub fn cargo_install(package: &str, version: &str, locked: bool) -> Outcome {
    println!("setup: building {package} {version} (once; kept in {})", shell::cache().display());
    // Behind whatever else runs meanwhile.
    let mut cargo = Command::new("nice");
    cargo.arg("-n19").arg(shell::cargo().get_program());
    // Away from the project, whose settings and lock file are not this tool's.
    std::fs::create_dir_all(shell::cache()).map_err(|error| error.to_string())?;
    cargo.current_dir(shell::cache()).args(["install", "--quiet", "--force", &format!("{package}@{version}")]);
    if locked {
        cargo.arg("--locked");
    }
    // How fast these tools run hardly matters; how fast they build does.
    cargo.args(["--config", "profile.release.opt-level=0", "--config", "profile.release.lto=false"]);
    cargo.args(["--config", "profile.release.codegen-units=16", "--config", "profile.release.debug=false"]);
    cargo.arg("--root").arg(shell::cache().join("tools"));
    let scratch = shell::cache().join("build");
    shell::run(cargo.env("CARGO_TARGET_DIR", &scratch))?;
    drop(std::fs::remove_dir_all(scratch));
    Ok(())
}

fn node() -> Outcome {
    let missing: Vec<_> =
        [("node", "nodejs"), ("npm", "npm")].into_iter().filter(|(program, _)| shell::find(program).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    apt::install(
        &missing.iter().map(|(_, package)| *package).collect::<Vec<_>>(),
        "Node, which runs wasm-opt and the browser tests",
    )
}

/// From npm: `wasm-opt` of distributions is too old for what rustc emits now.
fn npm(package: &str, version: &str, program: &str) -> Outcome {
    let folder = shell::cache().join("npm");
    let manifest = folder.join("node_modules").join(package).join("package.json");
    let have = std::fs::read(manifest).ok().and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
    if have.is_some_and(|json| json["version"] == version) && npm_bin().join(program).exists() {
        return Ok(());
    }
    println!("setup: {program} {version} (npm package {package})");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut npm = Command::new("npm");
    npm.arg("install").arg("--prefix").arg(&folder).args(["--no-audit", "--no-fund", "--omit-lockfile-registry-resolved"]);
    shell::run(npm.current_dir(&folder).arg(format!("{package}@{version}")))
}
