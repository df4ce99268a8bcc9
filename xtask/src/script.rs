//! Scripts as readers get them: without what only their authors need, and the worker in one file.

use crate::Outcome;

/// Where the worker says that its push handling belongs. Put in at build, browsers look for one file and not two.
const PUSH: &str = "importScripts('/sw-push.js');";

/// Without lines of comment and without indentation: what is left runs the same, line by line. Knows no more of the
/// language than that: a line of a text that begins as a comment does must not be in our scripts.
pub fn lean(script: &str) -> String {
    let mut out = String::with_capacity(script.len());
    let comment = |line: &str| line.starts_with("//") || (line.starts_with("/*") && line.ends_with("*/"));
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty() && !comment(line)) {
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The worker with its push handling inside.
pub fn with_push(worker: &str, push: &str) -> Outcome<String> {
    if worker.matches(PUSH).count() != 1 {
        return Err(format!("sw.js must contain `{PUSH}` exactly once"));
    }
    Ok(worker.replace(PUSH, push.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_of_comment_go() {
        let script = "// why\n/** what */\nconst a = 'b'; // stays\n\n  if (a) {\n    go('//x');\n  }\n";
        assert_eq!(lean(script), "const a = 'b'; // stays\nif (a) {\ngo('//x');\n}\n");
        assert_eq!(lean("/*PRECACHE*/[]"), "/*PRECACHE*/[]\n");
    }

    #[test]
    fn the_worker_is_one_file() {
        assert_eq!(with_push("a\nimportScripts('/sw-push.js');\nb", "push\n").as_deref(), Ok("a\npush\nb"));
        assert!(with_push("a", "push").is_err());
    }
}
