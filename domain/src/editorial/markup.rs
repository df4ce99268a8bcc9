//! The way text is typed at the desk and what it becomes: one line, one paragraph; a few marks at the start of a line for
//! everything else. Printing and reading again gives the same blocks.
//!
//! | line | block |
//! |---|---|
//! | `## …`, `### …` | heading |
//! | `- …`, `•…` | item of a list |
//! | `1. …` | step, where it is the first or the next one; of sections with text between them each keeps its number as a paragraph |
//! | `> …`, then `> — name` | quotation |
//! | `\| a \| b \|` | row of a table, the first one its head |
//! | `[ảnh FILE] words \| caption` | image |
//! | `[âm thanh FILE] title` | recording |
//! | `[gọi 115] who answers` | number to call |
//! | `[liên kết https://…] words` | link |
//!
//! In a line, `**…**` is strong and `__…__` emphasised, around whole words. A backslash takes any mark its meaning.

mod inline;

pub use inline::{parse as parse_inline, print as print_inline, read as read_inline};

use crate::content::{Block, MediaRef, Text};

/// A name of a file that nobody has brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoFile(pub String);

/// Blank cells that a text gets where its rows are shorter than their heads. What wants more is no table that anybody may
/// publish, and would take the memory of the server: its rows stay as they are.
const MAX_BLANKS: usize = 100_000;

const IMAGE: &str = "ảnh";
const AUDIO: &str = "âm thanh";
const CALL: &str = "gọi";
const LINK: &str = "liên kết";

/// What the text says, and the files it names that `media` does not know.
pub fn parse(text: &str, media: &dyn Fn(&str) -> Option<MediaRef>) -> (Vec<Block>, Vec<NoFile>) {
    let mut blocks: Vec<Block> = Vec::new();
    let mut missing = Vec::new();
    // What the line before was part of; an empty line ends it.
    let mut open = false;
    let mut blanks = 0;
    // A step that is the only one so far.
    let mut alone = None;
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() {
            open = false;
            continue;
        }
        let joined = std::mem::replace(&mut open, true);
        let read = Line::of(line);
        let next = |block: &Block, number| matches!(block, Block::Steps(items) if items.len() + 1 == usize::from(number));
        // Steps go on behind an empty line.
        let goes_on = matches!(read, Line::Step(number, _) if number > 1 && blocks.last().is_some_and(|last| next(last, number)));
        let last = blocks.last_mut().filter(|_| joined || goes_on);
        match read {
            Line::Heading(level, text) => blocks.push(Block::Heading { level, text: text.to_owned() }),
            Line::Item(text) => match last {
                Some(Block::List(items)) => items.push(parse_inline(text)),
                _ => blocks.push(Block::List(vec![parse_inline(text)])),
            },
            Line::Step(number, text) => match last {
                Some(Block::Steps(items)) => {
                    alone = None;
                    items.push(parse_inline(text));
                }
                _ if number == 1 => {
                    alone = Some((blocks.len(), line));
                    blocks.push(Block::Steps(vec![parse_inline(text)]));
                }
                _ => {
                    // The heading of the first of several sections is no step.
                    if let Some((first, line)) = alone.take().filter(|_| number == 2) {
                        blocks[first] = Block::Paragraph(parse_inline(line));
                    }
                    blocks.push(Block::Paragraph(parse_inline(line)));
                }
            },
            Line::Quote(text) => match last {
                Some(Block::Quote { by: by @ None, .. }) if text.starts_with("— ") => {
                    *by = Some(plain(text["— ".len()..].trim()))
                }
                Some(Block::Quote { text: before, by: None }) => join(before, parse_inline(text)),
                _ => blocks.push(Block::Quote { text: parse_inline(text), by: None }),
            },
            Line::Row(cells) => match last {
                Some(Block::Table { head, rows }) => {
                    let ruler = rows.is_empty() && cells.iter().all(|cell| !cell.is_empty() && cell.chars().all(|c| c == '-'));
                    if !ruler {
                        let mut row: Vec<String> = cells.iter().map(|cell| plain(cell)).collect();
                        while row.len() > head.len() && row.last().is_some_and(String::is_empty) {
                            row.pop();
                        }
                        // A longer one stays as it is: its author is told of it, and nothing that he wrote is cut off.
                        blanks += head.len().saturating_sub(row.len());
                        if row.len() < head.len() && blanks <= MAX_BLANKS {
                            row.resize(head.len(), String::new());
                        }
                        rows.push(row);
                    }
                }
                _ => blocks.push(Block::Table { head: cells.iter().map(|cell| plain(cell)).collect(), rows: Vec::new() }),
            },
            Line::Bracket(what, value, rest) => {
                let mut file = || {
                    let found = media(&value);
                    if found.is_none() {
                        missing.push(NoFile(value.clone()));
                    }
                    found
                };
                match what {
                    IMAGE => {
                        let (alt, caption) = halves(rest);
                        blocks.extend(file().map(|media| Block::Image { media, alt, caption }));
                    }
                    AUDIO => blocks.extend(file().map(|media| Block::Audio { media, title: plain(rest) })),
                    CALL => blocks.push(Block::Call { number: value, label: plain(rest) }),
                    _ => {
                        let label = if rest.is_empty() { value.clone() } else { plain(rest) };
                        blocks.push(Block::Link { url: value, label });
                    }
                }
            }
            Line::Plain(text) => blocks.push(Block::Paragraph(parse_inline(text))),
        }
    }
    (blocks, missing)
}

/// The text that reads as these blocks. Blocks of a later release are left out: nobody could edit them.
pub fn print(blocks: &[Block]) -> String {
    let printed = blocks.iter().filter_map(|block| {
        Some(match block {
            Block::Paragraph(text) => guard(&print_inline(text)),
            Block::Heading { level, text } => [if *level <= 2 { "## " } else { "### " }, text].concat(),
            Block::List(items) => lines(items.iter().map(|item| ["- ", &print_inline(item)].concat())),
            Block::Steps(items) => lines(items.iter().enumerate().map(|(n, item)| format!("{}. {}", n + 1, print_inline(item)))),
            Block::Quote { text, by } => {
                let text = print_inline(text);
                let text = if text.starts_with('—') { ["\\", &text].concat() } else { text };
                let by = by.iter().map(|by| ["\n> — ", &escape(by, "\\")].concat());
                ["> ".to_owned(), text].into_iter().chain(by).collect()
            }
            Block::Table { head, rows } => lines(std::iter::once(head).chain(rows).map(|row| {
                let cells = row.iter().map(|cell| {
                    let cell = escape(cell, "\\|");
                    if cell.starts_with('-') { ["\\", &cell].concat() } else { cell }
                });
                ["| ", &cells.collect::<Vec<_>>().join(" | "), " |"].concat()
            })),
            Block::Image { media, alt, caption } => {
                let caption = caption.iter().map(|caption| [" | ", &escape(caption, "\\|")].concat()).collect::<String>();
                bracket(IMAGE, &media.file, &[escape(alt, "\\|"), caption].concat())
            }
            Block::Audio { media, title } => bracket(AUDIO, &media.file, &escape(title, "\\")),
            Block::Call { number, label } => bracket(CALL, number, &escape(label, "\\")),
            Block::Link { url, label } => bracket(LINK, url, &escape(label, "\\")),
            Block::Unknown { .. } => return None,
        })
    });
    printed.collect::<Vec<_>>().join("\n\n")
}

enum Line<'a> {
    Heading(u8, &'a str),
    Item(&'a str),
    /// With its number.
    Step(u8, &'a str),
    Quote(&'a str),
    /// Cells with their backslashes.
    Row(Vec<String>),
    Bracket(&'static str, String, &'a str),
    Plain(&'a str),
}

impl Line<'_> {
    /// Of a line without space at its ends.
    fn of(line: &str) -> Line<'_> {
        for (mark, level) in [("### ", 3), ("## ", 2), ("# ", 2)] {
            if let Some(rest) = line.strip_prefix(mark) {
                return Line::Heading(level, rest.trim_start());
            }
        }
        match item(line) {
            Some((None, rest)) => return Line::Item(rest),
            Some((Some(number), rest)) => return Line::Step(number, rest),
            None => {}
        }
        if let Some(rest) = line.strip_prefix("> ") {
            return Line::Quote(rest.trim_start());
        }
        if let Some(rest) = line.strip_prefix('|') {
            let mut cells = split(rest, "|");
            if cells.last().is_some_and(|cell| cell.trim().is_empty()) {
                cells.pop();
            }
            if !cells.is_empty() {
                return Line::Row(cells.into_iter().map(|cell| cell.trim().to_owned()).collect());
            }
        }
        if let Some(rest) = line.strip_prefix('[')
            && let Some(end) = unescaped(rest, "]")
        {
            let (inside, after) = (&rest[..end], rest[end + 1..].trim_start());
            for what in [IMAGE, AUDIO, CALL, LINK] {
                let value = inside.strip_prefix(what).and_then(|value| value.strip_prefix(' ')).map(str::trim);
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    return Line::Bracket(what, plain(value), after);
                }
            }
        }
        Line::Plain(line)
    }
}

/// Whether a line is one of a list, as people type them: its number, where it has one, and what stands behind the mark.
pub fn item(line: &str) -> Option<(Option<u8>, &str)> {
    for mark in ["- ", "* ", "– ", "+ "] {
        if let Some(rest) = line.strip_prefix(mark) {
            return Some((None, rest.trim_start()));
        }
    }
    // Phones set no space behind these.
    let tight = line.strip_prefix(['•', '·', '▪', '●', '○', '◦', '‣']).map(str::trim_start);
    let tight = tight.or_else(|| line.strip_prefix('-').filter(|rest| rest.starts_with(char::is_alphabetic)));
    if let Some(rest) = tight.filter(|rest| !rest.is_empty()) {
        return Some((None, rest));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let number = line[..digits].parse().ok().filter(|_| digits <= 2)?;
    let rest = line[digits..].strip_prefix(". ").or_else(|| line[digits..].strip_prefix(") "))?;
    Some((Some(number), rest.trim_start()))
}

/// A paragraph that would read as something else gets a backslash.
fn guard(line: &str) -> String {
    if matches!(Line::of(line), Line::Plain(_)) {
        return line.to_owned();
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    [&line[..digits], "\\", &line[digits..]].concat()
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

fn bracket(what: &str, value: &str, rest: &str) -> String {
    ["[", what, " ", &escape(value, "\\]"), "] ", rest].concat().trim_end().to_owned()
}

fn escape(text: &str, marks: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if marks.contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Whether a backslash may stand before it. Not before space: a line that begins with one would lose it when it is read again.
fn is_mark(c: char) -> bool {
    !c.is_alphanumeric() && !c.is_whitespace()
}

/// Without the backslashes that took a mark its meaning.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match rest.peek() {
            Some(next) if c == '\\' && is_mark(*next) => out.extend(rest.next()),
            _ => out.push(c),
        }
    }
    out
}

/// Where `mark` stands without a backslash before it.
fn unescaped(text: &str, mark: &str) -> Option<usize> {
    let mut taken = false;
    for (at, c) in text.char_indices() {
        if taken {
            taken = false;
        } else if text[at..].starts_with(mark) {
            return Some(at);
        } else {
            taken = c == '\\';
        }
    }
    None
}

fn split<'a>(mut text: &'a str, mark: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    while let Some(at) = unescaped(text, mark) {
        parts.push(&text[..at]);
        text = &text[at + mark.len()..];
    }
    parts.push(text);
    parts
}

fn halves(text: &str) -> (String, Option<String>) {
    let parts = split(text, "|");
    let caption = parts.get(1).map(|caption| plain(caption.trim())).filter(|caption| !caption.is_empty());
    (plain(parts[0].trim()), caption)
}

fn join(before: &mut Text, next: Text) {
    before.plain.push(' ');
    before.append(next);
}
