//! A copy of everything that cannot be made again: the database, the keys, images and recordings.

use crate::desk;
use crate::error::Error;
use crate::key;
use crate::private;
use crate::push::vapid;
use crate::shelf::Shelf;
use crate::store::Store;
use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What was written where.
#[derive(Debug)]
pub struct Copied {
    pub database: PathBuf,
    pub key: PathBuf,
    /// Browsers take pushes only from whoever has the key that they subscribed to.
    pub push_key: PathBuf,
    pub media: PathBuf,
    pub files: usize,
    /// What officials brought and nobody has encoded yet.
    pub originals: PathBuf,
    /// Media that the database knows and the shelf no longer has.
    pub missing: Vec<String>,
}

/// Copies the data folder to `to` (database), `to.key`, `to.vapid.key`, `to.media/` and `to.upload/`; works while the server runs.
/// A server started on the copy begins a new epoch, so that phones that saw later news start over.
pub async fn run(store: &Store, shelf: &Shelf, data: &Path, to: &Path) -> Result<Copied, Error> {
    let beside = |end: &str| PathBuf::from(format!("{}.{end}", to.display()));
    if to.exists() {
        return Err(Error::File(to.to_owned(), std::io::ErrorKind::AlreadyExists.into()));
    }
    let fresh = beside("part");
    let _ = fs::remove_file(&fresh);
    let (key, push_key, media, originals) = (beside("key"), beside(vapid::FILE), beside("media"), beside("upload"));
    // A copy that was not finished leaves nothing: no key in a place that nobody clears, and no room taken from the next one.
    let parts = [&fresh, &key, &push_key, &media, &originals];
    let made: Vec<&PathBuf> = parts.into_iter().filter(|path| !path.exists()).collect();
    let copied = copy(store, shelf, data, parts).await;
    let done = copied.and_then(|found| fs::rename(&fresh, to).map(|()| found).map_err(Error::file(to)));
    match done {
        Ok((files, missing)) => Ok(Copied { database: to.to_owned(), key, push_key, media, files, originals, missing }),
        Err(cause) => {
            for path in made {
                let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            }
            Err(cause)
        }
    }
}

/// Number of media, and those that the database knows and the shelf no longer has.
async fn copy(
    store: &Store,
    shelf: &Shelf,
    data: &Path,
    [fresh, key, push_key, media, originals]: [&PathBuf; 5],
) -> Result<(usize, Vec<String>), Error> {
    // It has all that the data folder has: nobody else reads it either.
    private::file(fresh)?;
    private::folder(originals)?;
    // Before and after: what is encoded meanwhile is gone by then, and what is brought meanwhile was not there before.
    copy_originals(data, originals)?;
    store.copy_to(fresh).await?;
    // Before the shelf is looked at: what is published meanwhile lies there already.
    let named = store.media().await?;
    copy_originals(data, originals)?;
    // `copy` keeps the mode: the copies of the keys are for their owner alone, too.
    for (name, copy) in [(key::FILE, key), (vapid::FILE, push_key)] {
        fs::copy(data.join(name), copy).map_err(Error::file(copy))?;
    }
    private::folder(media)?;
    // Everything that is there: beside what items name lie its other widths and kinds.
    let there: HashSet<String> = shelf.names().await?.into_iter().collect();
    for file in &there {
        let target = media.join(file);
        fs::write(&target, shelf.whole(file).await?).map_err(Error::file(&target))?;
    }
    let missing = named.into_iter().filter(|file| !there.contains(file)).collect();
    Ok((there.len(), missing))
}

fn copy_originals(data: &Path, to: &Path) -> Result<(), Error> {
    for original in desk::originals(data)? {
        let copy = to.join(original.file_name().unwrap_or_default());
        match fs::copy(&original, &copy) {
            // Encoded a moment ago.
            Err(cause) if cause.kind() == ErrorKind::NotFound => {}
            copied => copied.map(drop).map_err(Error::file(&copy))?,
        }
    }
    Ok(())
}
