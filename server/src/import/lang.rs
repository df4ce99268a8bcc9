//! Languages of the texts of an item: BCP 47, one way to write each.

use super::field;
use crate::publish::is_lang;
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

/// Case as RFC 5646, section 2.1.1, has it: regions in capitals, scripts with one, the rest small.
fn tag(text: &Value) -> Result<String, Reason> {
    let mut lang = field::text_or(text, "lang")?.unwrap_or_else(|| "vi".into());
    lang.make_ascii_lowercase();
    if !is_lang(&lang) {
        return Err(Reason::Wrong("lang"));
    }
    let mut parts: Vec<String> = lang.split('-').map(str::to_owned).collect();
    for part in parts.iter_mut().skip(1) {
        match part.len() {
            // What follows belongs to an extension.
            1 => break,
            2 => part.make_ascii_uppercase(),
            4 => part[..1].make_ascii_uppercase(),
            _ => {}
        }
    }
    Ok(parts.join("-"))
}
