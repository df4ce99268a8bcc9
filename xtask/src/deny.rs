//! `deny`: licences, advisories, doubles and sources of everything we depend on.

use crate::setup::tools;
use crate::{Outcome, shell};
use std::process::{Command, Stdio};
use std::time::Duration;

const CARGO_DENY: &str = "0.20.2";
const PATIENCE: Duration = Duration::from_secs(60);

pub fn verb() -> Outcome {
    let program = match shell::find("cargo-deny") {
        Some(path) => path,
        None => {
            let own = tools::bin().join("cargo-deny");
            if !own.is_file() {
                tools::cargo_install("cargo-deny", CARGO_DENY, true)?;
            }
            own
        }
    };
    let deny = |args: &[&str]| {
        let mut command = Command::new(&program);
        command.current_dir(shell::root()).args(["--locked"]).args(args);
        command
    };
    shell::run(&mut deny(&["check", "licenses", "bans", "sources"]))?;
    // The database of advisories lives on a server of its own, which a machine that reaches only package registries does not see.
    if !shell::within(deny(&["fetch", "db"]).stdin(Stdio::null()).stderr(Stdio::null()), PATIENCE) {
        println!("deny: the advisory database cannot be reached from here; advisories were not checked");
        return Ok(());
    }
    shell::run(&mut deny(&["check", "advisories"]))
}
