//! `dist`: one folder to copy to a server: the program and what it serves to phones.

use crate::{Outcome, app, run, setup, shell};
use std::path::{Path, PathBuf};

/// What the program serves, beside it.
pub const ASSETS: &str = "www";

pub fn verb() -> Outcome {
    app::build(&setup::build()?)?;
    crate::bench::bytes::check()?;
    let out = shell::root().join("dist-out");
    assemble(&run::server(&["server"], true)?, &out)?;
    println!("dist: {} is ready; start with: ./bantin serve --data DIR --assets {ASSETS}", out.display());
    Ok(())
}

/// Puts the folder together anew, and says where the program is in it. Browser tests run on such a folder.
pub fn assemble(server: &Path, out: &Path) -> Outcome<PathBuf> {
    if out.exists() {
        std::fs::remove_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    }
    for file in shell::files(&app::dist()) {
        let name = file.strip_prefix(app::dist()).map_err(|error| error.to_string())?;
        shell::write(&out.join(ASSETS).join(name), shell::read(&file)?)?;
    }
    let program = out.join(server.file_name().unwrap_or_default());
    // `copy` keeps the permission to execute.
    std::fs::copy(server, &program).map_err(|error| format!("{}: {error}", program.display()))?;
    Ok(program)
}
