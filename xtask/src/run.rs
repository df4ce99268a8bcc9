//! `run`: from a fresh clone to a page in the browser.

use crate::{Outcome, app, setup, shell};
use std::path::{Path, PathBuf};
use std::process::Command;

struct Options {
    port: String,
    data: String,
    release: bool,
    rest: Vec<String>,
}

pub fn verb(args: &[String]) -> Outcome {
    let options = parse(args)?;
    app::build(&setup::build()?)?;
    if let Err(why) = setup::server() {
        println!("run: pictures and recordings that officials bring will wait until it is here: {why}");
    }
    let server = server(&["server"], options.release)?;
    println!("run: http://localhost:{}  (data in {}; stop with Ctrl+C)", options.port, options.data);
    let mut serve = Command::new(server);
    serve.args(["serve", "--port", &options.port, "--data", &options.data, "--assets"]).arg(app::dist()).args(&options.rest);
    become_it(serve)
}

/// Builds these packages, `server` among them, and says where the program is.
pub fn server(packages: &[&str], release: bool) -> Outcome<PathBuf> {
    let mut cargo = shell::cargo();
    cargo.args(["build", "--quiet", "--locked"]).args(packages.iter().map(|name| format!("--package={name}")));
    if release {
        cargo.arg("--release");
    } else {
        shell::watched(&mut cargo);
    }
    println!("server: building{}", if release { " for release" } else { "" });
    shell::run(&mut cargo)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| shell::root().join("target"), PathBuf::from);
    Ok(target.join(if release { "release" } else { "debug" }).join(format!("bantin{}", std::env::consts::EXE_SUFFIX)))
}

/// What scripts of `tests/` may count on.
pub fn surroundings(command: &mut Command, server: &Path, assets: &Path) {
    let chromium = shell::find("chromium").unwrap_or_else(|| "/usr/bin/chromium".into());
    let python = setup::tools::schemathesis();
    command.env("SCHEMATHESIS", python.join("bin/schemathesis")).env("PYTHONPATH", python);
    command.env("BANTIN_BIN", server).env("BANTIN_ASSETS", assets).env("CHROMIUM", chromium);
}

fn parse(args: &[String]) -> Outcome<Options> {
    let mut options = Options { port: "8080".into(), data: "data".into(), release: false, rest: Vec::new() };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().cloned().ok_or_else(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--port" => options.port = value()?,
            "--data" => options.data = value()?,
            "--release" => options.release = true,
            "--" => options.rest = args.by_ref().cloned().collect(),
            other => return Err(format!("unknown argument `{other}`; arguments of the server go after `--`")),
        }
    }
    Ok(options)
}

/// The server takes this process's place, so that signals reach it.
#[cfg(unix)]
fn become_it(mut command: Command) -> Outcome {
    use std::os::unix::process::CommandExt;
    Err(format!("cannot start `{}`: {}", shell::words(&command), command.exec()))
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> Outcome {
    shell::run(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_after_two_dashes_goes_to_the_server() {
        let args: Vec<String> = ["--port", "9", "--", "--port", "8"].map(String::from).into();
        let options = parse(&args).expect("these are valid");
        assert_eq!((options.port.as_str(), options.rest.len(), options.release), ("9", 2, false));
        assert!(parse(&["--prot".to_owned()]).is_err());
    }
}
