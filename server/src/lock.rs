//! One server at a time has a data folder: two would push every alert twice, and each would sweep away what is brought to the
//! other. Commands work beside it.

use crate::error::Error;
use crate::private;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Name of the file in the data folder; there is nothing in it.
pub const FILE: &str = "serve.lock";

/// Takes a folder, for as long as what this gives is kept. The kernel gives it back when the process ends, however that comes
/// about (flock(2)): after a power cut nothing has to be removed.
pub fn take(data: &Path) -> Result<File, Error> {
    let path = data.join(FILE);
    private::folder(data)?;
    private::file(&path)?;
    let file = File::open(&path).map_err(Error::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Serving(data.to_owned())),
        Err(TryLockError::Error(cause)) => Err(Error::File(path, cause)),
    }
}
