//! `bench`: what is measured. Each bench is one function in one file here; add it to [`BENCHES`].

pub mod bytes;
mod cap;
mod desk;
pub mod script;

use crate::{Outcome, setup};

struct Bench {
    name: &'static str,
    what: &'static str,
    run: fn() -> Outcome,
}

const BENCHES: [Bench; 7] = [
    Bench { name: "bytes", what: "size on the wire of every file of the shell", run: built_bytes },
    Bench { name: "content", what: "what 600 articles, a day's news and a first install cost on the wire", run: script::content },
    Bench { name: "visits", what: "first, warm and offline visits over a simulated weak line", run: script::visits },
    Bench {
        name: "phone",
        what: "main thread, search, scrolling and memory of a slow phone with 600 articles",
        run: script::phone,
    },
    Bench { name: "throughput", what: "requests a second beside nginx serving the same bytes", run: script::throughput },
    Bench { name: "cap", what: "reading CAP: megabytes a second, and a million mutated messages", run: cap::measure },
    Bench { name: "desk", what: "twenty officials at work over 10,000 items while readers sync", run: desk::measure },
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
    bytes::check(false)
}
