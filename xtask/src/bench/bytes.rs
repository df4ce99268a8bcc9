//! Bytes a phone pays for the shell, at brotli 11, against section `[shell]` of the budget.

use crate::budget::{self, Line};
use crate::{Outcome, app, shell};

pub fn check() -> Outcome {
    let budget = budget::load()?;
    let ceilings = budget.get("shell").ok_or("tests/budget.toml has no [shell]")?;
    let mut sizes: Vec<(String, usize)> = Vec::new();
    for path in shell::files(&app::dist()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        sizes.push((name, shell::brotli_size(&shell::read(&path)?)));
    }
    let mut lines = Vec::new();
    for (class, ceiling) in ceilings {
        let of_class: Vec<_> = sizes.iter().filter(|(name, _)| belongs(name, class)).collect();
        // A ceiling over nothing would pass for ever.
        if of_class.is_empty() {
            return Err(format!("dist/ has no file for `{class}` of tests/budget.toml"));
        }
        let measured = of_class.iter().map(|(_, size)| *size as f64).sum();
        lines.push(Line { name: class.clone(), measured, ceiling: *ceiling });
    }
    budget::judge(&lines)
}

fn belongs(name: &str, class: &str) -> bool {
    match class {
        // As it travels; the plain form is for workers that cannot take it.
        "wasm" => crate::pack::ENDINGS.iter().any(|ending| name.ends_with(&[".", ending].concat())),
        "glue" => name.starts_with("app-") && name.ends_with(".js"),
        "css" => name.ends_with(".css"),
        exact => name == exact,
    }
}
