//! Stories across crates live in `tests/`.

use std::path::{Path, PathBuf};

/// The folder of the project. Asked for when a test runs: what was built elsewhere may have been moved.
pub fn root() -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets this for tests"))
        .parent()
        .expect("tests/ is in the project")
        .into()
}
