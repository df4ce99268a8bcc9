//! What is in force, among 500 stored alerts for 40 places: native, as a phone is six times slower.

use crate::budget::{self, Line};
use crate::{Outcome, shell};
use std::process::Command;

/// A phone against this machine, as everywhere in the budget.
const SLOWER: f64 = 6.0;

pub fn measure() -> Outcome {
    let budget = budget::load()?;
    let ceiling = budget.get("speed").and_then(|speed| speed.get("in_force_ms")).copied();
    let ceiling = ceiling.ok_or("tests/budget.toml has no in_force_ms")?;
    let mut run = Command::new("cargo");
    run.current_dir(shell::root()).args(["run", "--quiet", "--release", "--locked", "-p", "domain", "--example", "in_force"]);
    let output = run.output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().filter_map(|word| word.parse::<f64>().ok());
    let (Some(median), Some(worst)) = (numbers.next(), numbers.next()) else {
        return Err(format!("the example said {text:?}: {}", String::from_utf8_lossy(&output.stderr)));
    };
    println!(
        "native: median {median} ms, longest {worst} ms; alerts, last words, in force, places: {:?}",
        numbers.collect::<Vec<_>>()
    );
    budget::judge(&[Line {
        name: "in_force_ms (median × 6)".into(),
        measured: (median * SLOWER * 1000.0).round() / 1000.0,
        ceiling,
    }])
}
