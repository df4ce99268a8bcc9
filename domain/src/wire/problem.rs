//! What a program learns when something is refused: a code and its parameters, never a sentence.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Body of every 4xx and 5xx answer of the JSON API (`application/problem+json`, RFC 9457 in spirit; `code` is ours).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable, in kebab case, e.g. `no-such-item`.
    pub code: String,
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

impl Problem {
    pub fn new(code: &str) -> Problem {
        Problem { code: code.to_owned(), params: BTreeMap::new() }
    }

    pub fn with(mut self, key: &str, value: impl ToString) -> Problem {
        self.params.insert(key.to_owned(), value.to_string());
        self
    }
}
