//! For `cargo xtask bench cap`: reads the samples of a folder for some seconds, then so many mutated ones, and prints figures.

#[path = "../tests/dice/mod.rs"]
mod dice;

use dice::{Dice, mutate};
use server::cap::read;
use std::path::Path;
use std::time::{Duration, Instant};

fn main() {
    let mut args = std::env::args().skip(1);
    let folder = args.next().unwrap_or_else(|| "server/tests/cap".into());
    let count: usize = args.next().and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let samples = samples(Path::new(&folder));
    let (mut bytes, began) = (0, Instant::now());
    while began.elapsed() < Duration::from_secs(5) {
        for sample in &samples {
            let document = read::document(sample);
            assert!(document.fault.is_none(), "samples are whole");
            bytes += sample.len();
        }
    }
    println!("read {:.1} MB/s of {} samples", bytes as f64 / 1e6 / began.elapsed().as_secs_f64(), samples.len());
    let (mut dice, mut taken, began) = (Dice(0x9e37_79b9_7f4a_7c15), 0, Instant::now());
    for n in 0..count {
        let mut bytes = samples[n % samples.len()].clone();
        mutate(&mut bytes, &mut dice);
        taken += read::document(&bytes).alerts.iter().filter(|found| found.result.is_ok()).count();
    }
    println!("fuzzed {count} messages in {:.0} s, {taken} of them were taken", began.elapsed().as_secs_f64());
    println!("memory {} bytes at most", memory());
}

fn samples(folder: &Path) -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(folder).expect("the folder of samples");
    let files = files.filter_map(|file| Some(file.ok()?.path()));
    let files = files.filter(|path| path.extension().is_some_and(|kind| kind == "cap" || kind == "atom"));
    files.map(|path| std::fs::read(path).expect("a sample")).collect()
}

/// The most that was ever resident, as Linux tells it; 0 elsewhere.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}
