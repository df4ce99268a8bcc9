//! Starting other programs: one way to run, to look and to find, with messages that name the command.

use crate::{Outcome, br};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The repository: where `cargo xtask` found this crate's manifest, or where the hook's caller stands.
pub fn root() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let up = |start: &Path| start.ancestors().find(|dir| dir.join("xtask/Cargo.toml").is_file()).map(Path::to_path_buf);
    std::env::var_os("CARGO_MANIFEST_DIR").and_then(|dir| up(Path::new(&dir))).or_else(|| up(&here)).unwrap_or(here)
}

/// Tools live outside `target/`, so that the next clone finds them again.
pub fn cache() -> PathBuf {
    std::env::var_os("XDG_CACHE_HOME")
        .filter(|dir| !dir.is_empty())
        .map_or_else(|| home().join(".cache"), PathBuf::from)
        .join("bantin")
}

pub fn home() -> PathBuf {
    std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default()
}

/// The cargo that runs us: host crates are all built by the same one.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// Has this cargo build our own crates with clippy looking on: one build serves lints, tests and a first start, where
/// `cargo clippy` would compile what we depend on once more for itself.
pub fn watched(cargo: &mut Command) -> &mut Command {
    if find("clippy-driver").is_some() {
        cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    }
    cargo
}

/// Runs to the end, output on the terminal.
pub fn run(command: &mut Command) -> Outcome {
    let status = command.stdin(Stdio::null()).status().map_err(|error| format!("cannot start `{}`: {error}", words(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", words(command))) }
}

/// Whether it succeeded in time: programs that fetch may retry for very long where their server cannot be reached.
pub fn within(command: &mut Command, patience: Duration) -> bool {
    let Ok(mut child) = command.spawn() else { return false };
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if start.elapsed() < patience => std::thread::sleep(Duration::from_millis(50)),
            _ => {
                drop(child.kill());
                drop(child.wait());
                return false;
            }
        }
    }
}

/// Standard output of a command that succeeded, without the last line end.
pub fn output(command: &mut Command) -> Option<String> {
    let out = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok().filter(|out| out.status.success())?;
    Some(String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

pub fn words(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&arg.to_string_lossy());
    }
    line
}

/// First executable of this name in `PATH`.
pub fn find(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).map(|dir| dir.join(name)).find(|path| path.is_file())
}

/// `PATH` with these folders first.
pub fn path_with<I, P>(first: I) -> std::ffi::OsString
where
    I: IntoIterator<Item = P>,
    P: AsRef<OsStr>,
{
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let all = first.into_iter().map(|dir| PathBuf::from(dir.as_ref())).chain(std::env::split_paths(&rest));
    std::env::join_paths(all).unwrap_or(rest)
}

/// Every file below `dir`, sorted, so that whatever is computed from them is the same everywhere.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Outcome {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))?;
    }
    std::fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

pub fn read(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Lower-case hex of a SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Size on the wire, as the server compresses for good.
pub fn brotli_size(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => br::brotli(bytes, 11).len(),
        Err(_) => br::brotli_program(bytes).len(),
    }
}
