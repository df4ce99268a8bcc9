//! Benches written as scripts in `tests/bench`: they drive a browser or a load generator and print their own tables.
//!
//! What they compare with (reference pages, articles to import) is no part of the product: it is looked for in
//! `$BANTIN_SHARED`, else beside the project in `../shared`.

use crate::setup::apt;
use crate::{Outcome, app, run, setup, shell};
use std::path::PathBuf;
use std::process::Command;

pub fn content() -> Outcome {
    script("content.mjs", &[("--items", "data/news-upland.jsonl")])
}

pub fn visits() -> Outcome {
    script("visits.mjs", &[("--perf", "perf")])
}

pub fn phone() -> Outcome {
    script("phone.mjs", &[("--items", "data/news-upland.jsonl")])
}

pub fn throughput() -> Outcome {
    if shell::find("wrk").is_none() {
        apt::install(&["wrk"], "load")?;
    }
    script("throughput.mjs", &[("--items", "data/news-upland.jsonl")])
}

/// Where something lies that is no part of the product.
pub fn shared(file: &str) -> Outcome<PathBuf> {
    let shared = std::env::var_os("BANTIN_SHARED").map_or_else(|| shell::root().join("../shared"), PathBuf::from);
    let path = shared.join(file);
    if path.exists() { Ok(path) } else { Err(format!("{} is needed; say where with BANTIN_SHARED", path.display())) }
}

fn script(name: &str, inputs: &[(&str, &str)]) -> Outcome {
    let mut node = Command::new("node");
    node.arg(shell::root().join("tests/bench").join(name)).current_dir(shell::root());
    for (option, file) in inputs {
        node.arg(option).arg(shared(file)?);
    }
    app::build(&setup::build()?)?;
    setup::tests()?;
    let server = run::server(&["server"], true)?;
    node.arg("--budget").arg(shell::root().join("tests/budget.toml"));
    node.arg("--bin").arg(&server).arg("--assets").arg(app::dist());
    run::surroundings(&mut node, &server, &app::dist());
    shell::run(&mut node)
}
