//! `**strong**` and `__emphasis__` inside a text.

use domain::content::Text;
use domain::editorial::markup;

/// Reads the two marks as the desk does, and nothing else: a backslash is one.
pub fn read(source: &str) -> Text {
    let signs: Vec<(char, bool)> = source.chars().map(|c| (c, true)).collect();
    markup::read_inline(&signs)
}
