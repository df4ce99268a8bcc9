//! `dist`: one folder to copy to a server: the program and what it serves to phones.

use crate::{Outcome, app, run, setup, shell};

pub fn verb() -> Outcome {
    app::build(&setup::build()?)?;
    crate::bench::bytes::check()?;
    let server = run::server(&["server"], true)?;
    let out = shell::root().join("dist-out");
    if out.exists() {
        std::fs::remove_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    }
    for file in shell::files(&app::dist()) {
        let name = file.strip_prefix(app::dist()).map_err(|error| error.to_string())?;
        shell::write(&out.join("www").join(name), shell::read(&file)?)?;
    }
    let program = out.join(server.file_name().unwrap_or_default());
    // `copy` keeps the permission to execute.
    std::fs::copy(&server, &program).map_err(|error| format!("{}: {error}", program.display()))?;
    println!("dist: {} is ready; start with: ./bantin serve --data DIR --assets www", out.display());
    Ok(())
}
