//! Puts functions of the program beside those that they are like. Which stands where means nothing to an engine; what is
//! compressed is the smaller the nearer its like is: the program by three hundredths.
//!
//! Binaryen's text is what is turned round, since there a function is called by its name.

use crate::{Outcome, shell};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::Command;

/// So many instructions in a row, and so many words in a row (instructions with what they work on), tell what a function is like.
/// Found by trial: of some twenty choices the one after which the program was smallest.
const INSTRUCTIONS: [usize; 2] = [3, 5];
const WORDS: [usize; 3] = [1, 2, 4];

/// Reorders the functions of `wasm` where it is; `flags` name the features that it uses.
pub fn functions(wasm: &Path, flags: &[&str]) -> Outcome {
    let text = wasm.with_extension("wat");
    shell::run(Command::new("wasm-dis").arg(wasm).args(flags).arg("-o").arg(&text))?;
    let module = String::from_utf8(shell::read(&text)?).map_err(|error| format!("{}: {error}", text.display()))?;
    shell::write(&text, reordered(&module)?)?;
    shell::run(Command::new("wasm-as").arg(&text).args(flags).arg("-o").arg(wasm))
}

fn reordered(module: &str) -> Outcome<String> {
    const BEGIN: &str = "\n (func ";
    const END: &str = "\n )\n";
    let unknown = || "the text of the program is not as binaryen writes it".to_owned();
    let first = module.find(BEGIN).ok_or_else(unknown)?;
    let (mut functions, mut rest) = (Vec::new(), &module[first..]);
    while rest.starts_with(BEGIN) {
        let end = rest.find(END).ok_or_else(unknown)? + END.len() - 1;
        functions.push(&rest[..end]);
        rest = &rest[end..];
    }
    // Two that were taken for one.
    if functions.iter().any(|function| function[1..].contains(BEGIN)) || rest.contains(BEGIN) {
        return Err(unknown());
    }
    let looks: Vec<Look> = functions.iter().map(|function| look(function)).collect();
    let mut out = module[..first].to_owned();
    out.extend(chain(&looks).into_iter().map(|at| functions[at]));
    out.push_str(rest);
    Ok(out)
}

/// What there is in a function, each with how much of it: a vector of length 1.
type Look = Vec<(u64, f64)>;

fn look(function: &str) -> Look {
    let body = function[1..].split_once('\n').map_or("", |(_, body)| body);
    let words: Vec<&str> = body.split(|c: char| c.is_whitespace() || "()".contains(c)).filter(|word| !word.is_empty()).collect();
    let instructions: Vec<&str> =
        words.iter().copied().filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase())).collect();
    let mut counts: HashMap<u64, u32> = HashMap::new();
    let all = [(&instructions, &INSTRUCTIONS[..]), (&words, &WORDS[..])];
    for (kind, (words, lengths)) in all.into_iter().enumerate() {
        for row in lengths.iter().flat_map(|length| words.windows(*length)) {
            let mut hasher = DefaultHasher::new();
            (kind, row).hash(&mut hasher);
            *counts.entry(hasher.finish()).or_default() += 1;
        }
    }
    let length = f64::from(counts.values().sum::<u32>()).sqrt();
    let mut look: Look = counts.into_iter().map(|(row, count)| (row, f64::from(count).sqrt() / length)).collect();
    look.sort_unstable_by_key(|(row, _)| *row);
    look
}

/// From the first to the one most like it, and so on among those that are left.
fn chain(looks: &[Look]) -> Vec<usize> {
    let mut having: HashMap<u64, Vec<(usize, f64)>> = HashMap::new();
    for (at, look) in looks.iter().enumerate() {
        look.iter().for_each(|(row, much)| having.entry(*row).or_default().push((at, *much)));
    }
    let mut left: Vec<usize> = (1..looks.len()).collect();
    let mut order = vec![0];
    while !left.is_empty() {
        let mut like = vec![0.0; looks.len()];
        for (row, much) in &looks[order[order.len() - 1]] {
            having[row].iter().for_each(|(other, theirs)| like[*other] += much * theirs);
        }
        let nearer = |a: &usize, b: &usize| like[*a].partial_cmp(&like[*b]).unwrap_or(Ordering::Equal).then(b.cmp(a));
        let next = left.iter().copied().max_by(nearer).expect("some are left");
        left.retain(|at| *at != next);
        order.push(next);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = "(module\n (memory $0 1)\n (func $a (param i32)\n  (drop\n   (i32.load\n    (local.get $0)\n   )\n  )\n )\n \
        (func $b\n  (call $a\n   (i32.const 1)\n  )\n )\n (func $c (param i32)\n  (drop\n   (i32.load\n    (local.get $0)\n   )\n  )\n )\n \
        ;; custom section\n)\n";

    #[test]
    fn like_stands_beside_like_and_nothing_is_lost() {
        let out = reordered(MODULE).unwrap();
        let at = |name: &str| out.find(&["(func $", name].concat()).unwrap();
        assert!(at("a") < at("c") && at("c") < at("b"));
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        };
        assert_eq!(sorted(&out), sorted(MODULE));
        assert!(out.ends_with(" ;; custom section\n)\n"));
    }

    #[test]
    fn what_it_does_not_know_is_refused() {
        assert!(reordered("(module\n)\n").is_err());
        assert!(reordered("(module\n (func $a\n  (nop)\n").is_err());
        assert!(reordered("(module\n (func $a)\n (func $b\n  (nop)\n )\n)\n").is_err());
    }
}
