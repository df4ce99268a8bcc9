//! `cargo xtask <verb>`: the only place that knows tools. Verbs are stable; what they call may change.

mod app;
mod bench;
#[path = "../../server/src/compress/br.rs"]
mod br;
mod budget;
mod deny;
mod dist;
mod map;
mod order;
mod pack;
mod release;
mod run;
mod setup;
mod shell;
mod shrink;
mod test;

use std::process::ExitCode;

const HELP: &str = "cargo xtask <verb>

  setup [--tests]                                   install what building needs (and what tests need), or say what is missing
  run [--port N] [--data DIR] [--release] [-- ARGS] build the app and the server, then serve (default: port 8080, ./data)
  test [--quick]                                    every check; --quick: formatting, clippy and native tests only
  device                                            lints of the app and tests of its store in Chromium
  bench [NAME]                                      measure against tests/budget.toml (NAME: see `bench --list`)
  dist                                              one folder to deploy: ./dist-out
  app                                               build only the reader's app into ./dist
  deny                                              licences, advisories and sources of dependencies
  sw                                                called by Trunk: precache list and release.json";

/// What went wrong, in words for the person at the terminal.
pub type Outcome<T = ()> = Result<T, String>;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let verb = args.next().unwrap_or_default();
    let args: Vec<String> = args.collect();
    match dispatch(&verb, &args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask {verb}: {message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(verb: &str, args: &[String]) -> Outcome {
    match verb {
        "setup" => setup::verb(args),
        "run" => run::verb(args),
        "test" => test::verb(args),
        "device" => test::device(args),
        "bench" => bench::verb(args),
        "dist" => none(args).and_then(|()| dist::verb()),
        "app" => none(args).and_then(|()| app::verb()),
        "deny" => none(args).and_then(|()| deny::verb()),
        "sw" => none(args).and_then(|()| release::verb()),
        "" | "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(format!("no such verb `{other}`\n\n{HELP}")),
    }
}

fn none(args: &[String]) -> Outcome {
    if args.is_empty() { Ok(()) } else { Err(format!("takes no arguments, got {args:?}")) }
}
