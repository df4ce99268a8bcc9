//! Takes out of a style sheet what only its authors need. Knows as much of CSS as our own sheets use.

/// Without comments and without white space that means nothing. Strings stay as they are.
pub fn css(sheet: &str) -> String {
    let mut out = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some(c) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
        } else if c == '"' {
            let end = rest[1..].find('"').map_or(rest.len(), |at| at + 2);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if c.is_whitespace() {
            rest = rest.trim_start();
            let glued = |c: char| matches!(c, '{' | '}' | ';' | ',' | '>');
            // A space after a colon means nothing; one before it is a descendant in a selector.
            let after = out.ends_with(|c| glued(c) || c == ':');
            if !(after || out.is_empty() || rest.is_empty() || rest.starts_with(glued) || rest.starts_with("/*")) {
                out.push(' ');
            }
        } else {
            if c == '}' && out.ends_with(';') {
                out.pop();
            }
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::css;

    #[test]
    fn only_what_means_nothing_goes() {
        let sheet = "/* a */\n:root { --p: #fff; }\n@media (min-width: 1px) and (x) {\n  a > b, c :hover { font: 1px/2 \"A  B\"; width: calc(1px + 2px); }\n}\n";
        let small = ":root{--p:#fff}@media (min-width:1px) and (x){a>b,c :hover{font:1px/2 \"A  B\";width:calc(1px + 2px)}}";
        assert_eq!(css(sheet), small);
        assert_eq!(css(small), small);
        assert_eq!(css("a b{} /* c"), "a b{}");
    }
}
