//! The last releases of the app, kept in the data folder.

use super::{hex, immutable, version_of};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Releases kept, the current one among them.
const KEPT: usize = 3;

#[derive(Deserialize)]
struct Release {
    version: String,
}

/// The version that `release.json` names; else one made of the names of the files.
pub fn version(folder: &Path) -> [u8; 8] {
    let text = std::fs::read_to_string(folder.join("release.json")).unwrap_or_default();
    match serde_json::from_str::<Release>(&text) {
        Ok(release) => version_of(&release.version),
        Err(_) => {
            let names: Vec<String> =
                super::walk(folder).into_iter().map(|(name, _)| name).filter(|name| immutable(name)).collect();
            version_of(&names.join("\n"))
        }
    }
}

/// Copies the hashed files of the current release, drops all but the last few, and names the files of the earlier ones.
pub fn keep(releases: &Path, files: &[(String, PathBuf)], version: &[u8; 8]) -> Vec<(String, PathBuf)> {
    let current = releases.join(hex(version));
    let copy = || -> std::io::Result<()> {
        std::fs::create_dir_all(&current)?;
        for (name, path) in files.iter().filter(|(name, _)| immutable(name)) {
            let target = current.join(name.trim_start_matches('/').replace('/', "~"));
            if !target.exists() {
                // Whole or not at all: it will be answered under this name for ever.
                let part = current.join("part");
                std::fs::copy(path, &part)?;
                std::fs::rename(part, target)?;
            }
        }
        // The date of the folder says when a release was last the current one.
        std::fs::write(current.join("served"), b"")
    };
    if let Err(cause) = copy() {
        tracing::warn!(%cause, "this release is not kept for later updates");
    }
    let served =
        |folder: &PathBuf| folder.join("served").metadata().and_then(|meta| meta.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut kept: Vec<PathBuf> = std::fs::read_dir(releases).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    kept.sort_by_key(|folder| std::cmp::Reverse(served(folder)));
    for old in kept.split_off(kept.len().min(KEPT)) {
        let _ = std::fs::remove_dir_all(old);
    }
    let mut found = Vec::new();
    for folder in kept.into_iter().filter(|folder| *folder != current) {
        for (name, path) in super::walk(&folder) {
            let name = name.replace('~', "/");
            if immutable(&name) {
                found.push((name, path));
            }
        }
    }
    found
}
