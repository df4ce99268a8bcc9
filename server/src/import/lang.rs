//! Languages of the texts of an item: BCP 47, one way to write each.

use super::field;
use crate::publish::language;
use crate::reason::Reason;
use serde_json::Value;

/// The language of each text, in their order.
///
/// Errors: `Wrong` for what is no tag, `Twice` for two texts in one language.
pub fn of(texts: &[&Value]) -> Result<Vec<String>, Reason> {
    let mut all = texts.iter().map(|text| tag(text)).collect::<Result<Vec<_>, _>>()?;
    for at in 0..all.len() {
        // Readers choose between Vietnamese and English, not between countries.
        if let Some((ours @ ("vi" | "en"), region)) = all[at].split_once('-')
            && matches!(region.len(), 2 | 3)
            && !all.iter().any(|other| other == ours)
        {
            all[at] = ours.to_owned();
        }
    }
    match (1..all.len()).find(|at| all[..*at].contains(&all[*at])) {
        Some(at) => Err(Reason::Twice(all.swap_remove(at))),
        None => Ok(all),
    }
}

fn tag(text: &Value) -> Result<String, Reason> {
    let lang = field::text_or(text, "lang")?;
    language(lang.as_deref().unwrap_or("vi")).ok_or(Reason::Wrong("lang"))
}
