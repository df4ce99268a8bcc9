//! `bench cap`: how fast the samples of CAP are read, and whether a million broken ones are survived within memory.
//!
//! The work is done by `server/examples/cap.rs`, which prints one line of figures for each.

use crate::budget::{self, Line};
use crate::{Outcome, shell};
use std::process::Command;

/// Mutated messages; `BANTIN_FUZZ` says another number.
const FUZZ: &str = "1000000";

pub fn measure() -> Outcome {
    let mut cargo = shell::cargo();
    cargo.args(["build", "--quiet", "--locked", "--release", "--package=server", "--example=cap"]);
    println!("cap: building for release");
    shell::run(&mut cargo)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| shell::root().join("target"), std::path::PathBuf::from);
    let program = target.join("release/examples").join(format!("cap{}", std::env::consts::EXE_SUFFIX));
    let count = std::env::var("BANTIN_FUZZ").unwrap_or_else(|_| FUZZ.into());
    let mut run = Command::new(program);
    run.arg(shell::root().join("server/tests/cap")).arg(&count);
    let told = shell::output(&mut run).ok_or("the example did not come to its end: something made it panic")?;
    println!("{}", told.trim());
    let figure = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(name)?.trim().split(' ').next()?.parse::<f64>().ok());
        line.ok_or_else(|| format!("no figure {name}"))
    };
    let budget = budget::load()?;
    let ceiling = |name: &str| budget.get("cap").and_then(|cap| cap.get(name)).copied().ok_or(format!("no ceiling cap.{name}"));
    let (speed, least) = (figure("read")?, ceiling("megabytes_per_second")?);
    budget::judge(&[Line {
        name: "memory after fuzzing".into(),
        measured: figure("memory")?,
        ceiling: ceiling("fuzz_memory")?,
    }])?;
    if speed < least { Err(format!("{speed} MB/s, wanted {least}")) } else { Ok(()) }
}
