//! The issuer's key: made at the first start, kept in the data folder for the server's eyes only.

use crate::clock::random;
use crate::error::Error;
use domain::content::Time;
use domain::instance::instance;
use domain::sign::{Issuer, Trust, TrustKey};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Name of the file in the data folder: 32 random bytes, mode 0600.
pub const FILE: &str = "issuer.key";
const LIFE: i64 = 10 * 365 * 86_400;

/// Reads the key, or makes one where there is none yet.
pub fn load(data: &Path) -> Result<Issuer, Error> {
    Ok(Issuer::from_seed(&secret(data, FILE, random::<32>)?))
}

/// Reads the secret of 32 bytes in a file of the data folder, or makes it where there is none yet.
pub fn secret(data: &Path, name: &str, make: impl Fn() -> [u8; 32]) -> Result<[u8; 32], Error> {
    let path = data.join(name);
    if !path.exists() {
        // No number of a process: in a container it is the same at every start, also after one that was killed here.
        let fresh = data.join(format!("{name}.{}", crate::assets::hex(&random::<8>())));
        let write = || {
            let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
            file.write_all(&make())?;
            file.sync_all()?;
            // A hard link fails where the name exists: two first starts at once end with one key.
            let linked = std::fs::hard_link(&fresh, &path);
            std::fs::remove_file(&fresh)?;
            match linked {
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
                other => other,
            }
        };
        write().map_err(Error::file(&path))?;
        std::fs::File::open(data).and_then(|folder| folder.sync_all()).map_err(Error::file(data))?;
    }
    let secret = std::fs::read(&path).map_err(Error::file(&path))?;
    <[u8; 32]>::try_from(secret).map_err(|_| Error::Damaged(path.display().to_string()))
}

/// Whom phones believe: this one key. It vouches for old reports too, since an item's time is that of its source.
pub fn trust(issuer: &Issuer, created: Time) -> Trust {
    let name = instance().name.clone();
    let key = TrustKey { kid: issuer.kid(), public: issuer.public(), name, not_before: Time(0), not_after: created.plus(LIFE) };
    Trust { version: 1, keys: vec![key] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_start_that_was_killed_hinders_no_later_one() {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join(format!("{FILE}.{}", std::process::id())), [1]).unwrap();
        let first = secret(data.path(), FILE, random::<32>).unwrap();
        assert_eq!(secret(data.path(), FILE, || [9; 32]).unwrap(), first);
    }
}
