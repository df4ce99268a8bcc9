//! A Rust that builds for `wasm32-unknown-unknown`: rustup's where it can fetch the target, else Debian's with sources.

use super::apt;
use crate::{Outcome, shell};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

pub const TARGET: &str = "wasm32-unknown-unknown";
const RUSTUP_PATIENCE: Duration = Duration::from_secs(90);

/// Which Rust builds the app, and how.
pub struct WasmRust {
    /// Folder of its `cargo` when it is not the one in `PATH`.
    bin: Option<PathBuf>,
    /// A linker from elsewhere, where this Rust brings none.
    linker: Option<PathBuf>,
    /// Its standard library's sources are at hand: the library is then built with the app, which is a third smaller.
    sources: bool,
}

/// With the sources of its library wherever they can be had: an app built with a prebuilt one is a fifth larger, and over
/// its budget.
pub fn ready() -> Outcome<WasmRust> {
    let small = || rustup_ready().filter(|rust| rust.sources).or_else(debian_ready);
    if let Some(rust) = small() {
        return Ok(rust);
    }
    if shell::find("rustup").is_some() {
        for (noun, name) in [("target", TARGET), ("component", "rust-src")] {
            println!("setup: rustup {noun} add {name}");
            let mut add = Command::new("rustup");
            add.args([noun, "add", name]).current_dir(shell::root()).stdin(Stdio::null());
            shell::within(&mut add, RUSTUP_PATIENCE);
        }
        if let Some(rust) = small() {
            return Ok(rust);
        }
        println!("setup: rustup could not fetch what is missing; falling back to Debian's Rust with the sources of its library");
    }
    debian().or_else(|cause| {
        let rust = rustup_ready().ok_or(cause)?;
        println!("setup: there is no Rust with sources to be had, so the app will be larger than its budget");
        Ok(rust)
    })
}

fn debian() -> Outcome<WasmRust> {
    if !apt::here() {
        return Err(format!("no Rust for {TARGET}: rustup could not fetch it and there is no apt-get to fall back to"));
    }
    if !debian_rust() {
        apt::update()?;
        apt::install(&["rustc-web", "cargo-web", "rust-web-src"], "a Rust that can build the standard library for phones")?;
    }
    if linker().is_none() {
        apt::install(&["lld-22"], "the linker").or_else(|_| apt::install(&["lld"], "the linker"))?;
    }
    debian_ready().ok_or_else(|| format!("Debian's Rust is installed but cannot build for {TARGET}"))
}

/// For lints and tests, where size is nothing: a prebuilt library before one that has to be built.
pub fn quickest() -> Outcome<WasmRust> {
    rustup_ready().map(|rust| WasmRust { sources: false, ..rust }).map_or_else(ready, Ok)
}

/// The toolchain of `rust-toolchain.toml` has the target.
fn rustup_ready() -> Option<WasmRust> {
    shell::find("rustup")?;
    let print = |what: &[&str]| shell::output(Command::new("rustc").args(what).current_dir(shell::root()));
    let libdir = print(&["--print", "target-libdir", "--target", TARGET])?;
    let has_std = std::fs::read_dir(libdir).ok()?.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"));
    let sources = print(&["--print", "sysroot"]).is_some_and(|sysroot| library(Path::new(&sysroot)));
    has_std.then_some(WasmRust { bin: None, linker: None, sources })
}

fn debian_ready() -> Option<WasmRust> {
    let linker = linker()?;
    debian_rust().then(|| WasmRust { bin: Some("/usr/bin".into()), linker: Some(linker), sources: true })
}

fn debian_rust() -> bool {
    Path::new("/usr/bin/cargo").is_file() && new_enough().unwrap_or(false) && library(Path::new("/usr"))
}

/// A distribution's own may be older than the one that this project asks for.
fn new_enough() -> Option<bool> {
    let minor = |version: &str| version.split('.').nth(1)?.parse::<u32>().ok();
    let wanted = shell::read(&shell::root().join("rust-toolchain.toml")).ok()?;
    let here = shell::output(Command::new("/usr/bin/rustc").arg("--version"))?;
    Some(minor(&here)? >= minor(&String::from_utf8_lossy(&wanted))?)
}

fn library(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file()
}

/// Debian's rustc has no `rust-lld`: any installed rustup toolchain's will do, or LLVM's own.
fn linker() -> Option<PathBuf> {
    let rustup = std::env::var_os("RUSTUP_HOME").map_or_else(|| shell::home().join(".rustup"), PathBuf::from);
    let children = |dir: PathBuf| {
        let mut all: Vec<_> = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        all.sort();
        all
    };
    let mut all: Vec<PathBuf> = Vec::new();
    for toolchain in children(rustup.join("toolchains")) {
        all.extend(children(toolchain.join("lib/rustlib")).into_iter().map(|host| host.join("bin/rust-lld")));
    }
    for folder in children("/usr/lib".into()).into_iter().rev() {
        if folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("llvm-")) {
            all.push(folder.join("bin/wasm-ld"));
        }
    }
    all.into_iter().find(|path| path.is_file()).or_else(|| shell::find("wasm-ld"))
}

/// What the build is for.
#[derive(Clone, Copy, PartialEq)]
pub enum Purpose {
    /// What phones download: panics carry no text, nothing is kept for debugging.
    Phones,
    /// Tests in a browser, which must be able to say why they failed.
    Tests,
}

impl WasmRust {
    /// The cargo that goes with [`Self::dress`].
    pub fn cargo(&self) -> Command {
        let mut cargo = Command::new(self.bin.as_ref().map_or_else(|| "cargo".into(), |bin| bin.join("cargo")));
        cargo.current_dir(shell::root());
        cargo
    }

    /// Sets the environment in which `command` (cargo, or Trunk that calls it) builds for phones.
    pub fn dress(&self, command: &mut Command, purpose: Purpose) {
        // Left by the cargo and the rustup proxy that started us; they would pull the other Rust in.
        for name in ["CARGO", "RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH", "RUSTC", "RUSTDOC", "RUSTC_WRAPPER"] {
            command.env_remove(name);
        }
        let tools = [super::tools::bin(), super::tools::npm_bin()];
        command.env("PATH", shell::path_with(self.bin.iter().cloned().chain(tools)));
        let folder = if purpose == Purpose::Phones { "target-wasm" } else { "target-wasm-tests" };
        command.env("CARGO_TARGET_DIR", shell::root().join(folder));
        if let Some(linker) = &self.linker {
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        let mut flags = String::new();
        if self.sources {
            command.env("RUSTC_BOOTSTRAP", "1").env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort");
            if purpose == Purpose::Phones {
                command.env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size");
                flags.push_str("-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none");
                // Addresses below a million take three bytes of code instead of four, and the program has thousands.
                flags.push_str(" -Clink-arg=-zstack-size=262144");
                // Hashing rolled into loops: 15 KB less to download for some microseconds an item.
                flags.push_str(" --cfg sha2_backend_soft=\"compact\"");
                // What makes loops faster where registers are scarce makes them longer here, and engines do it themselves.
                for less in
                    ["disable-lsr", "enable-pre=false", "disable-licm-promotion", "pre-RA-sched=source", "switch-to-lookup=false"]
                {
                    flags.push_str(&[" -Cllvm-args=-", less].concat());
                }
            }
        }
        command.env("RUSTFLAGS", flags);
    }
}
