//! The tables of promises, `ASVS.md` and `FAULTS.md`: each test that they name is there, and what has none says why.

use std::path::PathBuf;
use tests::root;

/// A file of ours: its path without `src/` and endings, in parts, and the names of the tests in it.
struct Source {
    parts: Vec<String>,
    names: Vec<String>,
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["domain", "app", "server", "tests", "xtask"].map(|folder| root().join(folder)).into();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).expect("a folder of ours").flatten().map(|entry| entry.path()) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() {
                if !matches!(name.as_str(), "node_modules" | "target" | "dist") {
                    folders.push(path);
                }
                continue;
            }
            let (rust, story) = (name.ends_with(".rs"), name.ends_with(".test.mjs"));
            if !rust && !story {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("sources are UTF-8");
            let path = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            let path = path.trim_end_matches(".rs").trim_end_matches(".test.mjs").to_owned();
            let parts = path.split('/').filter(|part| *part != "src").map(str::to_owned).collect();
            found.push(Source { parts, names: names(&text, story) });
        }
    }
    found
}

/// Titles of stories, or names of those functions of Rust that are tests and run. Of a helper of that name nothing would be
/// shown, and a property (`proptest!`) runs only with the same attribute above it.
fn names(text: &str, story: bool) -> Vec<String> {
    if story {
        let titles = text.split("\ntest(").skip(1).filter_map(|rest| {
            let quote = rest.chars().next()?;
            rest[1..].split(quote).next()
        });
        return titles.map(str::to_owned).collect();
    }
    let (mut found, mut above) = (Vec::new(), Vec::new());
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            above.push(line);
        } else if !line.starts_with("//") {
            let rest = line.trim_start_matches("pub ").trim_start_matches("async ").strip_prefix("fn ");
            if let Some(rest) = rest.filter(|_| make_a_test(&above)) {
                found.extend(rest.split(['(', '<']).next().map(str::to_owned));
            }
            above.clear();
        }
    }
    found
}

/// Whether attributes make a test of the function below them, and one that is not left out.
fn make_a_test(attributes: &[&str]) -> bool {
    let with = ["#[tokio::test", "#[wasm_bindgen_test"];
    let makes = |one: &&str| one.ends_with("test]") || with.iter().any(|start| one.starts_with(start));
    attributes.iter().any(makes) && !attributes.iter().any(|one| one.starts_with("#[ignore"))
}

/// Whether a table's word for a file, e.g. `auth.rs`, `e2e/desk`, `domain::sync` or `store`, means this one.
fn is_meant(word: &str, source: &Source) -> bool {
    let word = word.trim_end_matches(".rs").replace("::", "/");
    let wanted: Vec<&str> = word.split('/').filter(|part| *part != "src").collect();
    source.parts.windows(wanted.len()).any(|parts| parts.iter().zip(&wanted).all(|(part, wanted)| part == wanted))
}

/// Whether a name, in which … stands for any letters, is this one.
fn fits(wanted: &str, name: &str) -> bool {
    let pieces: Vec<&str> = wanted.split('…').map(str::trim).collect();
    let mut rest = name;
    for (at, piece) in pieces.iter().enumerate() {
        let Some(start) = rest.find(piece) else { return false };
        if at == 0 && start > 0 {
            return false;
        }
        rest = &rest[start + piece.len()..];
    }
    rest.is_empty() || pieces.len() > 1 && pieces.last().is_some_and(|last| last.is_empty())
}

/// What stands in backticks and the names in stars right behind it: `file` *name*, *name*.
fn named(cell: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let pieces: Vec<&str> = cell.split('`').collect();
    for pair in pieces.chunks(2).collect::<Vec<_>>().windows(2) {
        let ([_, file], Some(after)) = (pair[0], pair[1].first()) else { continue };
        let mut rest = *after;
        while let Some(next) = rest.trim_start_matches([',', ' ']).strip_prefix('*') {
            let Some((name, tail)) = next.split_once('*') else { break };
            found.push(((*file).to_owned(), name.to_owned()));
            rest = tail;
        }
    }
    found
}

/// Files of tests that a cell names, whether or not it says which of their tests are meant.
fn files(cell: &str) -> impl Iterator<Item = &str> {
    let words = cell.split('`').skip(1).step_by(2);
    words.filter(|word| word.starts_with("e2e/") || word.ends_with(".rs") || word.ends_with(".mjs"))
}

/// Rows of a table, in cells; those that head it are left out.
fn rows(file: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join("tests").join(file)).expect("the table is there");
    let lines = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| # |"));
    lines.map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn every_test_that_a_table_names_is_there() {
    let sources = sources();
    let mut missing = Vec::new();
    for (table, least) in [("ASVS.md", 150), ("FAULTS.md", 70)] {
        let all: Vec<(String, String, String)> = rows(table)
            .into_iter()
            .flat_map(|cells| {
                let cell = cells.last().cloned().unwrap_or_default();
                named(&cell).into_iter().map(move |(file, name)| (cells[0].clone(), file, name)).collect::<Vec<_>>()
            })
            .collect();
        assert!(all.len() >= least, "{table} names {} tests", all.len());
        for (row, file, name) in all {
            let here = sources.iter().filter(|source| is_meant(&file, source));
            if !here.flat_map(|source| &source.names).any(|known| fits(&name, known)) {
                missing.push(format!("{table} {row}: `{file}` *{name}*"));
            }
        }
    }
    assert!(missing.is_empty(), "no such tests:\n{}", missing.join("\n"));
}

#[test]
fn every_file_that_a_table_names_has_tests() {
    let sources = sources();
    for table in ["ASVS.md", "FAULTS.md"] {
        let rows = rows(table);
        let cells = || rows.iter().filter_map(|cells| Some((&cells[0], cells.last()?)));
        let all: Vec<(&String, &str)> = cells().flat_map(|(row, cell)| files(cell).map(move |file| (row, file))).collect();
        assert!(all.len() > 70, "{table} names {} files", all.len());
        for (row, file) in all {
            let found = sources.iter().any(|source| is_meant(file, source) && !source.names.is_empty());
            assert!(found, "{table} {row}: there are no tests in `{file}`");
        }
    }
}

#[test]
fn every_line_of_the_standard_has_its_test_or_its_reason() {
    let rows = rows("ASVS.md");
    assert!(rows.len() > 180, "{} lines", rows.len());
    for cells in rows {
        let [number, level, asks, here, test] = &cells[..] else { panic!("five columns: {cells:?}") };
        assert!(number.starts_with('V') && matches!(level.as_str(), "1" | "2") && !asks.is_empty(), "{cells:?}");
        let said = here.to_lowercase();
        if said.starts_with("**n/a**") {
            assert!(here.len() > "**n/a**: ".len(), "{number} says why it does not concern us");
            continue;
        }
        if said.starts_with("**not met**") {
            let reason = said.split_once("on purpose").map_or("", |(_, reason)| reason);
            assert!(reason.len() > 60, "{number} is not met and does not say why: {here}");
        }
        let tested = !named(test).is_empty();
        let reason = test.strip_prefix("none: ").or(test.strip_prefix("none by name: ")).map_or(0, str::len);
        assert!(tested || reason >= 10, "{number} has neither a test nor a reason: {test}");
    }
}

#[test]
fn every_fault_has_its_test_or_its_reason() {
    let rows = rows("FAULTS.md");
    assert!(rows.len() > 70, "{} rows", rows.len());
    for cells in rows {
        let [number, _, _, test] = &cells[..] else { panic!("four columns: {cells:?}") };
        let reason = test.strip_prefix("no test: ").map_or(0, |reason| reason.chars().count());
        assert!(!named(test).is_empty() || reason >= 20, "{number} has neither a test nor a reason: {test}");
    }
}

#[test]
fn names_are_told_from_other_words() {
    let cell = "unit test of `store` *a_b…*, *c d*; none of *these* (`x.rs`); `e2e/y` *… z*";
    let found = named(cell);
    let found: Vec<(&str, &str)> = found.iter().map(|(file, name)| (file.as_str(), name.as_str())).collect();
    assert_eq!(found, [("store", "a_b…"), ("store", "c d"), ("e2e/y", "… z")]);
    assert!(fits("a_b…", "a_b_c") && fits("… z", "y z") && fits("a … c", "a b c") && fits("a", "a"));
    assert!(!fits("a", "ab") && !fits("b…", "ab") && !fits("a…c", "ab") && !fits("… z", "y z x"));
    let source = Source { parts: ["domain", "sync", "clock"].map(str::to_owned).into(), names: Vec::new() };
    assert!(is_meant("domain::sync", &source) && is_meant("clock.rs", &source) && is_meant("domain/src/sync/clock.rs", &source));
    assert!(!is_meant("sync/plan.rs", &source) && !is_meant("lock", &source));
}

#[test]
fn only_what_runs_is_a_test() {
    let text = ["fn a() {}", "#[test]", "fn b() {}", "// #[test]", "fn c() {}", "#[test]", "#[ignore]", "fn d() {}"].join("\n");
    assert_eq!(names(&text, false), ["b"]);
    let text = ["#[cfg(test)]", "fn a() {}", "    #[tokio::test(start_paused = true)]", "    /// Why.", "    async fn b() {}"];
    assert_eq!(names(&text.join("\n"), false), ["b"]);
    let text = ["#[wasm_bindgen_test(async)]", "pub fn a() {}", "#[test]", "struct B;", "fn c() {}"].join("\n");
    assert_eq!(names(&text, false), ["a"]);
    assert_eq!(names("\ntest('a b', async () => {});\n// test('c', () => {});", true), ["a b"]);
    assert_eq!(Vec::from_iter(files("`e2e/a` *b*, `c.rs`; `kill -9`, `d` and `e.mjs`")), ["e2e/a", "c.rs", "e.mjs"]);
}
