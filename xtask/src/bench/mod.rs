//! `bench`: what is measured. Each bench is one function in one file here; add it to [`BENCHES`].

mod alerts;
pub mod bytes;
mod cap;
mod desk;
mod push;
pub mod script;
mod storm;

use crate::{Outcome, setup};

struct Bench {
    name: &'static str,
    what: &'static str,
    run: fn() -> Outcome,
}

const BENCHES: [Bench; 10] = [
    Bench { name: "bytes", what: "size on the wire of every file of the shell", run: built_bytes },
    Bench { name: "content", what: "what 600 articles, a day's news and a first install cost on the wire", run: script::content },
    Bench { name: "visits", what: "first, warm and offline visits over a simulated weak line", run: script::visits },
    Bench {
        name: "phone",
        what: "main thread, search, scrolling and memory of a slow phone with 600 articles",
        run: script::phone,
    },
    Bench { name: "throughput", what: "requests a second beside nginx serving the same bytes", run: script::throughput },
    Bench { name: "alerts", what: "what is in force among 500 stored alerts for 40 places", run: alerts::measure },
    Bench { name: "cap", what: "reading CAP: megabytes a second, and a million mutated messages", run: cap::measure },
    Bench { name: "desk", what: "twenty officials at work over 10,000 items while readers sync", run: desk::measure },
    Bench {
        name: "push",
        what: "from publication to the last of 10,000 phones, and a cancel that overtakes",
        run: push::measure,
    },
    Bench { name: "storm", what: "every phone asks at once after an alert, and officials go on publishing", run: storm::measure },
];

pub fn verb(args: &[String]) -> Outcome {
    let chosen: Vec<&Bench> = match args {
        [] => BENCHES.iter().collect(),
        [flag] if flag == "--list" => {
            BENCHES.iter().for_each(|bench| println!("{:<10} {}", bench.name, bench.what));
            return Ok(());
        }
        names => BENCHES.iter().filter(|bench| names.iter().any(|name| name == bench.name)).collect(),
    };
    if chosen.is_empty() {
        return Err(format!("no bench named {args:?}; see `bench --list`"));
    }
    let mut failed = Vec::new();
    for bench in chosen {
        println!("\n== bench {}: {}", bench.name, bench.what);
        if let Err(message) = (bench.run)() {
            println!("{message}");
            failed.push(bench.name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn built_bytes() -> Outcome {
    crate::app::build(&setup::build()?)?;
    bytes::check()
}
