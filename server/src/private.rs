//! The data folder is for the account that the program runs under: the signing key, the seeds of authenticators and drafts
//! are there.

use crate::error::Error;
use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

const FOLDER: u32 = 0o700;
const FILE: u32 = 0o600;

/// Makes a folder, with those above it, that nobody else may open.
pub fn folder(path: &Path) -> Result<(), Error> {
    fs::DirBuilder::new().recursive(true).mode(FOLDER).create(path).map_err(Error::file(path))
}

/// Makes an empty file that nobody else may read, where there is none.
pub fn file(path: &Path) -> Result<(), Error> {
    OpenOptions::new().append(true).create(true).mode(FILE).open(path).map(drop).map_err(Error::file(path))
}

/// Closes a folder to others, and the files and folders right in it, whoever made them and with whatever rights.
pub fn close(path: &Path) -> Result<(), Error> {
    let inside = fs::read_dir(path).map_err(Error::file(path))?.filter_map(Result::ok).map(|entry| entry.path());
    for path in std::iter::once(path.to_owned()).chain(inside) {
        let Ok(kind) = fs::symlink_metadata(&path) else { continue };
        let wanted = if kind.is_dir() { FOLDER } else { FILE };
        if kind.is_symlink() || kind.permissions().mode() & 0o777 == wanted {
            continue;
        }
        // Somebody else's: he has to see to it. What the database keeps beside itself may be gone by now.
        if let Err(cause) = fs::set_permissions(&path, Permissions::from_mode(wanted))
            && cause.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(path = %path.display(), %cause, "others may read this");
        }
    }
    Ok(())
}
