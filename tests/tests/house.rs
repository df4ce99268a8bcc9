//! The directions of dependency in ARCHITECTURE.md, read from the crate graph and from the sources themselves.

use std::collections::BTreeSet;
use std::process::Command;
use tests::root;

const PHONE: &str = "wasm32-unknown-unknown";
/// Names the browser: only `app/src/device` may.
const BROWSER: [&str; 8] =
    ["web_sys", "js_sys", "gloo_net", "gloo_timers", "gloo_events", "indexed_db_futures", "wasm_bindgen", "wasm_bindgen_futures"];

/// Names of all crates below `package`; `depth` 1 gives only those it names itself.
fn graph(package: &str, target: &str, depth: &str) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut tree = Command::new(cargo);
    tree.current_dir(root()).args(["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    tree.args(["--package", package, "--target", target]);
    if !depth.is_empty() {
        tree.args(["--depth", depth]);
    }
    let out = tree.output().expect("cargo starts");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let names: BTreeSet<String> = String::from_utf8_lossy(&out.stdout)
        .lines()
        .filter_map(|line| Some(line.split_whitespace().next()?.to_owned()))
        .collect();
    assert!(names.contains(package), "the graph of {package} names {package}");
    names.into_iter().filter(|name| name != package).collect()
}

fn has_none(package: &str, graph: &BTreeSet<String>, forbidden: &[&str]) {
    let found: Vec<_> = forbidden.iter().filter(|name| graph.contains(**name)).collect();
    assert!(found.is_empty(), "{package} must not reach {found:?}");
}

/// Rust sources below a folder, without the lines that are comments.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())).flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).expect("sources are UTF-8");
                let code: Vec<&str> =
                    text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line }).collect();
                let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
                found.push((name, code.join("\n")));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has sources");
    found
}

/// Files outside `home` in which one of the words stands.
fn strangers(folder: &str, home: &str, words: &[&str]) -> Vec<String> {
    let names = |code: &str| {
        let word = |at: usize| code[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric() && before != '_');
        words.iter().any(|wanted| code.match_indices(wanted).any(|(at, _)| word(at)))
    };
    sources(folder).into_iter().filter(|(file, code)| !file.starts_with(home) && names(code)).map(|(file, _)| file).collect()
}

#[test]
fn domain_does_no_io() {
    let io = ["tokio", "axum", "hyper", "sqlx", "reqwest", "mio", "rustix", "getrandom", "rand", "leptos", "futures"];
    let browser = ["web-sys", "js-sys", "wasm-bindgen", "gloo-net", "gloo-timers", "indexed_db_futures"];
    let all = graph("domain", PHONE, "");
    has_none("domain", &all, &io);
    has_none("domain", &all, &browser);
}

#[test]
fn domain_is_the_same_on_every_target() {
    let found = strangers(
        "domain/src",
        "-",
        &["target_arch", "target_family", "target_os", "async fn", "std::fs", "std::net", "SystemTime"],
    );
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn ui_takes_plain_data() {
    let named = graph("ui", PHONE, "1");
    has_none(
        "ui",
        &named,
        &["server", "app", "client", "web-sys", "js-sys", "wasm-bindgen", "gloo-net", "gloo-timers", "indexed_db_futures"],
    );
    let found = strangers("app/ui/src", "-", &BROWSER);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn app_and_server_never_see_each_other() {
    has_none("server", &graph("server", "all", ""), &["app", "client", "xtask", "tests", "indexed_db_futures"]);
    has_none("client", &graph("client", PHONE, ""), &["server", "ui", "app", "leptos", "web-sys", "js-sys", "tokio"]);
}

#[test]
fn the_phone_pays_for_nothing_heavy() {
    let all = graph("app", PHONE, "");
    has_none("app", &all, &["server", "sqlx", "axum", "mio", "xtask"]);
    has_none("app", &all, &["leptos_router", "leptos_meta", "unicode-normalization", "chrono"]);
    // `serde_json` and `regex` cannot be kept out of the graph (leptos names them), only out of the program: nobody of ours names
    // them.
    for package in ["app", "client", "ui", "domain"] {
        has_none(package, &graph(package, PHONE, "1"), &["serde_json", "regex", "url"]);
    }
}

#[test]
fn only_device_names_the_browser() {
    let found = strangers("app/src", "app/src/device/", &BROWSER);
    assert!(found.is_empty(), "the browser is named outside app/src/device: {found:?}");
    let found = strangers("app/client/src", "-", &BROWSER);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn only_store_holds_sql() {
    let found = strangers(
        "server/src",
        "server/src/store",
        &["sqlx::", "query_as", "query_scalar", "QueryBuilder", "SELECT ", "INSERT INTO ", "DELETE FROM "],
    );
    // What an error of the database means is asked in one place.
    let found: Vec<_> = found.into_iter().filter(|file| !file.ends_with("server/src/error.rs")).collect();
    assert!(found.is_empty(), "SQL outside server/src/store: {found:?}");
}

#[test]
fn nothing_is_shown_as_raw_markup() {
    for folder in ["app/src", "app/ui/src", "server/src"] {
        let found: Vec<_> = sources(folder)
            .into_iter()
            .filter(|(_, code)| {
                // To empty a place is no markup.
                let code = code.replace("set_inner_html(\"\")", "");
                code.contains("inner_html=") || code.contains("inner_html(") || code.contains("insert_adjacent_html")
            })
            .collect();
        assert!(found.is_empty(), "{:?}", found.iter().map(|(file, _)| file).collect::<Vec<_>>());
    }
}

/// Safari before 16.4 cannot read a script with a lookbehind, and does without the whole of it.
#[test]
fn scripts_of_readers_look_ahead_only() {
    let mut read = 0;
    for entry in std::fs::read_dir(root().join("public")).expect("there is a folder of scripts") {
        let path = entry.expect("it can be listed").path();
        if path.extension().is_some_and(|end| end == "js") {
            let code = std::fs::read_to_string(&path).expect("it is text");
            assert!(!code.contains("(?<=") && !code.contains("(?<!"), "{}", path.display());
            read += 1;
        }
    }
    assert!(read > 5);
}

/// One selector that a browser does not know takes the whole rule with it (Selectors 4, 3.9): `:has` came in 2022.
#[test]
fn what_old_browsers_do_not_know_stands_in_a_rule_of_its_own() {
    let sheet = std::fs::read_to_string(root().join("style/app.css")).unwrap();
    let mixed = |list: &&str| {
        let all: Vec<&str> = list.split(',').collect();
        all.iter().any(|one| one.contains(":has(")) && !all.iter().all(|one| one.contains(":has("))
    };
    let lists = sheet.split('}').filter_map(|rule| rule.rsplit('\n').next()?.split_once('{')).map(|(list, _)| list);
    assert_eq!(lists.filter(mixed).collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(sheet.contains(":has("));
}

#[test]
fn every_module_says_what_it_is_for() {
    for folder in ["domain/src", "app/src", "app/ui/src", "app/client/src", "server/src", "xtask/src"] {
        for (file, _) in sources(folder) {
            let text = std::fs::read_to_string(root().join(&file)).expect("it was read before");
            assert!(text.starts_with("//!"), "{file} opens with a line that says what it is for");
        }
    }
}
