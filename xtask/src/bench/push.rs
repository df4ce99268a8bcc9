//! `bench push`: ten thousand phones told of an alert, and a cancel that overtakes one. The push service that it takes speaks TLS
//! and HTTP/2 and opens what it gets, which xtask cannot: it is `server/benches/push.rs`, which prints its figures for us.

use crate::budget::{self, Line};
use crate::{Outcome, shell};
use std::process::Stdio;

pub fn measure() -> Outcome {
    println!("push: building for release");
    let mut bench = shell::cargo();
    bench.args(["bench", "--quiet", "--locked", "--package=server", "--bench=push"]);
    let out = bench.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let out = out.map_err(|error| format!("cannot start `{}`: {error}", shell::words(&bench)))?;
    let text = String::from_utf8_lossy(&out.stdout);
    let (json, told): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("[["));
    told.iter().for_each(|line| println!("{line}"));
    let figures = json.first().ok_or_else(|| format!("`{}` gave no figures ({})", shell::words(&bench), out.status))?;
    let figures: Vec<(String, f64, Option<f64>)> = serde_json::from_str(figures).map_err(|error| error.to_string())?;
    let line = |(name, measured, ceiling): (String, f64, Option<f64>)| Line {
        name,
        measured,
        ceiling: ceiling.unwrap_or(f64::INFINITY),
    };
    budget::judge(&figures.into_iter().map(line).collect::<Vec<_>>())
}
