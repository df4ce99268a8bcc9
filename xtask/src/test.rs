//! `test`: every check in one go. A failing stage does not hide what the later ones have to say.

use crate::setup::wasm::{Purpose, TARGET, WasmRust};
use crate::{Outcome, app, bench, dist, run, setup, shell};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::Instant;

/// All but `app`, which is for phones only. In one call, so that what they share is compiled once; `server` gives `ui` its `ssr`.
const NATIVE: [&str; 6] = ["domain", "ui", "client", "server", "tests", "xtask"];

#[derive(Default)]
struct Report {
    passed: u64,
    failed: u64,
    broken: Vec<String>,
    /// Stories that passed at their second try only.
    unsteady: Vec<String>,
}

pub fn verb(args: &[String]) -> Outcome {
    let quick = match args {
        [] => false,
        [flag] if flag == "--quick" => true,
        other => return Err(format!("unknown arguments {other:?}")),
    };
    let mut report = Report::default();
    // On a bare machine the tools for the app take a quarter of an hour to build: they take what the native stages leave idle.
    let tools = (!quick).then(|| std::thread::spawn(setup::build));
    native(&mut report);
    if let Some(tools) = tools {
        whole(&mut report, tools);
    }
    report.close()
}

fn native(report: &mut Report) {
    report.stage("formatting", |_| shell::run(shell::cargo().args(["fmt", "--all", "--check"])));
    let test = |flag| {
        let mut cargo = shell::cargo();
        cargo.args(["test", "--locked", "--quiet", flag]).args(NATIVE.map(|name| format!("--package={name}")));
        shell::watched(&mut cargo);
        cargo
    };
    report.stage("build and lints", |_| without_warnings(&mut test("--no-run")));
    report.stage("native tests", |report| {
        setup::server()?;
        report.count(&mut test("--no-fail-fast"))
    });
}

/// Cargo says a warning again on every build until it is mended, so that none is missed.
fn without_warnings(cargo: &mut Command) -> Outcome {
    let said = cargo.stdin(Stdio::null()).stdout(Stdio::inherit()).output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&said.stderr);
    eprint!("{text}");
    let warnings = text.lines().filter(|line| line.starts_with("warning")).count();
    match (said.status.success(), warnings) {
        (true, 0) => Ok(()),
        (true, _) => Err(format!("{warnings} warnings")),
        (false, _) => Err(format!("`{}` failed ({})", shell::words(cargo), said.status)),
    }
}

fn whole(report: &mut Report, tools: JoinHandle<Outcome<WasmRust>>) {
    let mut rust = None;
    report.stage("set-up", |_| {
        rust = Some(tools.join().map_err(|_| "set-up broke off".to_owned())??);
        setup::tests()
    });
    let Some(rust) = rust else { return };
    let mut built = false;
    report.stage("app for phones", |_| {
        app::build(&rust)?;
        built = true;
        Ok(())
    });
    if built {
        report.stage("bytes", |_| bench::bytes::check());
        report.stage("clippy of the app", |_| app_clippy(&setup::wasm::quickest()?));
        report.stage("store in the browser", |report| browser(&setup::wasm::quickest()?, report));
    }
    let stories = stories();
    if built && !stories.is_empty() {
        report.stage("end to end", |report| {
            // As it is deployed.
            let server = dist::assemble(&run::server(&NATIVE, false)?, &shell::root().join("target/deployed"))?;
            let failed: Vec<String> = stories.iter().filter_map(|path| story(report, path, &server).err()).collect();
            if failed.is_empty() { Ok(()) } else { Err(failed.join("\n    ")) }
        });
    }
}

/// Stories drive a real browser, which hangs once in some hundred runs: a second try is theirs, and is said aloud.
fn story(report: &mut Report, path: &Path, server: &Path) -> Outcome {
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec"]).arg(path).current_dir(shell::root());
    run::surroundings(&mut node, server, &server.with_file_name(dist::ASSETS));
    let before = (report.passed, report.failed);
    report.count(&mut node).or_else(|_| {
        println!("== once more: {}", path.display());
        (report.passed, report.failed) = before;
        report.count(&mut node)?;
        report.unsteady.push(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
        Ok(())
    })
}

/// `device`: what only a phone's target can tell, alone.
pub fn device(args: &[String]) -> Outcome {
    if !args.is_empty() {
        return Err(format!("takes no arguments, got {args:?}"));
    }
    let mut report = Report::default();
    setup::tests()?;
    report.stage("clippy of the app", |_| app_clippy(&setup::wasm::quickest()?));
    report.stage("tests in the browser", |report| browser(&setup::wasm::quickest()?, report));
    report.close()
}

/// The app compiles for phones only, so its lints need that target too; only where clippy comes with the same Rust.
fn app_clippy(rust: &WasmRust) -> Outcome {
    let mut clippy = rust.cargo();
    rust.dress(&mut clippy, Purpose::Tests);
    if shell::output(clippy.args(["clippy", "--version"])).is_none() {
        println!("this Rust has no clippy: left to a machine where it has");
        return Ok(());
    }
    let mut clippy = rust.cargo();
    rust.dress(&mut clippy, Purpose::Tests);
    shell::run(clippy.args([
        "clippy",
        "--locked",
        "--quiet",
        "--package",
        "app",
        "--package",
        "wasm-streams",
        "--target",
        TARGET,
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

/// The phone's store in Chromium.
fn browser(rust: &WasmRust, report: &mut Report) -> Outcome {
    let mut cargo = rust.cargo();
    rust.dress(&mut cargo, Purpose::Tests);
    cargo.args(["test", "--locked", "--no-fail-fast", "--package", "app", "--target", TARGET, "--test", "*"]);
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", setup::tools::bin().join("wasm-bindgen-test-runner"));
    cargo.env("CHROMEDRIVER", shell::find("chromedriver").unwrap_or_else(|| "/usr/bin/chromedriver".into()));
    cargo.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", shell::root().join("tests/browser/webdriver.json"));
    cargo.env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    report.count(&mut cargo)
}

fn stories() -> Vec<std::path::PathBuf> {
    let folder = shell::root().join("tests/e2e");
    let is_story = |path: &std::path::PathBuf| path.parent() == Some(&folder) && path.to_string_lossy().ends_with(".test.mjs");
    shell::files(&folder).into_iter().filter(is_story).collect()
}

impl Report {
    fn close(&self) -> Outcome {
        println!("\n{} passed, {} failed", self.passed, self.failed);
        if !self.unsteady.is_empty() {
            println!("unsteady, passed at the second try: {}", self.unsteady.join(", "));
        }
        if self.broken.is_empty() { Ok(()) } else { Err(format!("stages that failed:\n  {}", self.broken.join("\n  "))) }
    }

    fn stage(&mut self, name: &str, work: impl FnOnce(&mut Self) -> Outcome) {
        println!("\n== {name}");
        let start = Instant::now();
        let outcome = work(self);
        let seconds = start.elapsed().as_secs_f32();
        match outcome {
            Ok(()) => println!("== {name}: ok in {seconds:.1} s"),
            Err(message) => {
                println!("== {name}: FAILED in {seconds:.1} s: {message}");
                self.broken.push(format!("{name}: {message}"));
            }
        }
    }

    /// Runs a test runner: its lines go to our output, its totals into the sum.
    fn count(&mut self, command: &mut Command) -> Outcome {
        let cannot = |command: &Command, error: std::io::Error| format!("cannot start `{}`: {error}", shell::words(command));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(|error| cannot(command, error))?;
        if let Some(stdout) = child.stdout.take() {
            let mut lines = BufReader::new(stdout);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                let text = String::from_utf8_lossy(&line);
                print!("{text}");
                let (passed, failed) = totals(&text);
                self.passed += passed;
                self.failed += failed;
                line.clear();
            }
        }
        let status = child.wait().map_err(|error| cannot(command, error))?;
        if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", shell::words(command))) }
    }
}

/// Passed and failed, if this line is a runner's last word: cargo's `test result: …` or node's `ℹ pass 3`.
fn totals(line: &str) -> (u64, u64) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let before = |word: &str| {
        let at = words.iter().position(|have| have.trim_end_matches([';', ',']) == word)?;
        words.get(at.checked_sub(1)?)?.parse().ok()
    };
    match words.as_slice() {
        ["test", "result:", ..] => (before("passed").unwrap_or(0), before("failed").unwrap_or(0)),
        ["ℹ" | "#", "pass", count] => (count.parse().unwrap_or(0), 0),
        ["ℹ" | "#", "fail", count] => (0, count.parse().unwrap_or(0)),
        _ => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::totals;

    #[test]
    fn the_last_words_of_both_runners_are_understood() {
        assert_eq!(totals("test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out"), (12, 3));
        assert_eq!(totals("ℹ pass 7\n"), (7, 0));
        assert_eq!(totals("# fail 2"), (0, 2));
        assert_eq!(totals("test pass 9 ... ok"), (0, 0));
    }
}
