//! Room on the disk that is held for the hour in which the rest is full: a server starts anew all the same, and a warning
//! that could not be written is written when its button is pressed again.

use crate::error::Error;
use crate::private;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Name of the file in the data folder; nobody reads what is in it.
pub const FILE: &str = "reserve";
/// Some hundreds of warnings with all that is kept about them, and what SQLite lays beside a database.
const BYTES: u64 = 8 << 20;
/// With less than this left beside it, what is held would be what others lack.
const BESIDE: u64 = 4 * BYTES;

/// Holds it, where it is not held and there is room; else says that the disk is nearly full.
pub fn hold(data: &Path) {
    let path = data.join(FILE);
    if fs::metadata(&path).is_ok_and(|held| held.len() == BYTES) {
        return;
    }
    let done = match free(data) {
        Ok(free) if free < BYTES + BESIDE => Err(io::ErrorKind::StorageFull.into()),
        // Where nobody says how much there is, writing it shows.
        _ => write(&path),
    };
    if let Err(cause) = done {
        let _ = fs::remove_file(&path);
        tracing::warn!(data = %data.display(), %cause, "the disk is nearly full: nothing is held in reserve");
    }
}

/// Opens a data folder; once more with what is held, where the disk is full.
pub async fn open<T, F: Future<Output = Result<T, Error>>>(data: &Path, once: impl Fn() -> F) -> Result<T, Error> {
    match once().await {
        Err(cause) if cause.is_full() && give(data) => once().await,
        done => done,
    }
}

/// Gives it to whoever needs it now; whether there was any.
pub fn give(data: &Path) -> bool {
    let there = fs::remove_file(data.join(FILE)).is_ok();
    if there {
        tracing::error!(data = %data.display(), bytes = BYTES, "the disk is full: what was held in reserve is given up");
    }
    there
}

/// Bytes that are free for this program on the disk of a folder.
pub fn free(data: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(data)?;
    Ok(disk.f_bavail * disk.f_frsize)
}

/// Bytes, and not only a length: a file with holes holds nothing.
fn write(path: &Path) -> io::Result<()> {
    private::file(path).map_err(io::Error::other)?;
    let mut file = OpenOptions::new().write(true).truncate(true).open(path)?;
    let block = [0x42; 1 << 16];
    for _ in 0..BYTES / block.len() as u64 {
        file.write_all(&block)?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_takes_room_and_is_given_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        assert!(!give(folder.path()), "nothing was held");
        hold(folder.path());
        let blocks = || std::os::unix::fs::MetadataExt::blocks(&fs::metadata(&path).unwrap());
        assert!(blocks() * 512 >= BYTES, "{}", blocks());
        // A start that was cut in the middle.
        fs::write(&path, b"x").unwrap();
        hold(folder.path());
        assert_eq!(fs::metadata(&path).unwrap().len(), BYTES);
        assert!(give(folder.path()));
        assert!(!path.exists() && !give(folder.path()));
        assert!(free(folder.path()).unwrap() > 0);
    }

    #[tokio::test]
    async fn a_full_disk_keeps_no_server_from_starting() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        let full = || Error::File(data.join("x"), io::ErrorKind::StorageFull.into());
        let start = async || if data.join(FILE).exists() { Err(full()) } else { Ok(()) };
        hold(data);
        assert!(open(data, start).await.is_ok());
        // Nothing is left to give: why not is said.
        let told = open(data, async || Err::<(), _>(full())).await.unwrap_err().to_string();
        assert!(told.contains("[disk-full]"), "{told}");
        // Nothing else takes it away.
        hold(data);
        let other = Error::Damaged("x".to_owned());
        let other = std::cell::Cell::new(Some(other));
        assert!(open(data, async || Err::<(), _>(other.take().unwrap())).await.is_err());
        assert!(data.join(FILE).exists());
    }
}
