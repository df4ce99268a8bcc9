//! What is there before anybody is measured: published items by import, works at the desk as officials begin them.

use super::http::{Answer, Browser};
use super::office::DESK;
use crate::{Outcome, shell};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

pub const ITEMS: usize = 10_000;
pub const WORKS: usize = 10_000;
/// Xã A Lưới 2.
pub const PLACE: &str = "20044";

/// A text to type.
pub struct Article {
    pub title: String,
    summary: String,
    pub text: String,
}

impl Article {
    fn of(line: &Value) -> Article {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let paragraphs = line["body"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Article { title: text("title"), summary: text("summary"), text: paragraphs.collect::<Vec<_>>().join("\n\n") }
    }

    /// The form of the editor with this article in it, but for its text.
    pub fn form<'a>(&'a self, text: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("kind", "bulletin"),
            ("main-topic", "1"),
            ("place", PLACE),
            ("source", "UBND xã A Lưới 2"),
            ("lang", "vi"),
            ("title.vi", self.title.as_str()),
            ("summary.vi", self.summary.as_str()),
            ("text.vi", text),
        ]
    }

    /// Saves it for the first time: its number, and the answer.
    pub fn begin(&self, browser: &mut Browser) -> Outcome<(u64, Answer)> {
        let answer = browser.save(&format!("{DESK}/viec"), &self.form(&self.text))?;
        let id = answer.json()?["id"].as_u64().ok_or("a new work has no number")?;
        Ok((id, answer))
    }
}

/// The articles of the corpus, as they are imported.
pub fn corpus(file: &Path) -> Outcome<Vec<Value>> {
    let text = String::from_utf8(shell::read(file)?).map_err(|error| error.to_string())?;
    let lines: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
    let lines = lines.map_err(|error| format!("{}: {error}", file.display()))?;
    if lines.is_empty() { Err(format!("{} is empty", file.display())) } else { Ok(lines) }
}

pub fn articles(corpus: &[Value]) -> Vec<Article> {
    corpus.iter().map(Article::of).collect()
}

/// The corpus over and over, each time under other names and a little older, until there are enough.
pub fn items(bin: &Path, folder: &Path, corpus: &[Value]) -> Outcome {
    let mut lines = String::new();
    for (n, article) in corpus.iter().cycle().take(ITEMS).enumerate() {
        let mut line = article.clone();
        line["id"] = json!(format!("desk-{n}"));
        line["title"] = json!(format!("{} ({n})", article["title"].as_str().unwrap_or_default()));
        line["issued"] = json!(format!("-{}m", n * 30));
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    let file = folder.join("items.jsonl");
    shell::write(&file, lines)?;
    let mut import = Command::new(bin);
    import.arg("import").arg(&file).arg("--data").arg(folder.join("data")).stderr(Stdio::null());
    shell::run(&mut import)
}

/// Everybody begins his share, all at once.
pub fn works(browsers: &mut [Browser], articles: &[Article]) -> Outcome {
    let share = WORKS.div_ceil(browsers.len());
    thread::scope(|scope| -> Outcome {
        let mut hands = Vec::new();
        for (at, browser) in browsers.iter_mut().enumerate() {
            let mine = articles.iter().cycle().skip(at * share).take(share);
            hands.push(scope.spawn(move || -> Outcome {
                for article in mine {
                    article.begin(browser)?;
                }
                Ok(())
            }));
        }
        for hand in hands {
            hand.join().map_err(|_| "filling the desk broke off".to_owned())??;
        }
        Ok(())
    })
}
