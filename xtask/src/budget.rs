//! `tests/budget.toml`: ceilings in bytes. What is over fails the build.

use crate::{Outcome, shell};
use std::collections::BTreeMap;

/// Section → name → ceiling.
pub type Budget = BTreeMap<String, BTreeMap<String, f64>>;

pub fn load() -> Outcome<Budget> {
    let text = String::from_utf8(shell::read(&shell::root().join("tests/budget.toml"))?).map_err(|error| error.to_string())?;
    toml::from_str(&text).map_err(|error| format!("tests/budget.toml: {error}"))
}

/// One measured line beside its ceiling.
pub struct Line {
    pub name: String,
    pub measured: f64,
    pub ceiling: f64,
}

/// Prints the lines and names those that are over.
pub fn judge(lines: &[Line]) -> Outcome {
    println!("{:<28} {:>12} {:>12}", "", "measured", "ceiling");
    let mut over = Vec::new();
    for Line { name, measured, ceiling } in lines {
        let fits = measured <= ceiling;
        println!("{name:<28} {measured:>12} {ceiling:>12}{}", if fits { "" } else { "  OVER" });
        if !fits {
            over.push(name.as_str());
        }
    }
    if over.is_empty() { Ok(()) } else { Err(format!("over budget: {}", over.join(", "))) }
}
