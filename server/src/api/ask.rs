//! What may be asked, and refusals of what may not.

use domain::content::{Kind, PlaceCode};
use domain::instance::instance;
use domain::route::Query;
use domain::wire::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

/// Items of a list where nobody says how many.
const USUAL: usize = 30;
pub const MAX_LIMIT: usize = 100;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Slug of a topic.
    pub topic: Option<String>,
    /// Official code or slug of a unit: items that concern it, those for everyone among them; of the city those of its communes
    /// too.
    pub place: Option<String>,
    #[param(pattern = "^(bulletin|alert|guide|event)?$")]
    pub kind: Option<String>,
    /// `next` of the part before.
    #[param(pattern = "^[0-9]*$")]
    pub after: Option<String>,
    /// 1 to 100; 30 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// What to look for, with or without diacritics. At most 120 characters count.
    pub q: Option<String>,
    /// Slug of a topic.
    pub topic: Option<String>,
    /// Official code or slug of a unit, as for lists.
    pub place: Option<String>,
    #[param(pattern = "^(bulletin|alert|guide|event)?$")]
    pub kind: Option<String>,
    /// 1 to 100; 30 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
}

impl ListQuery {
    /// Filters and position. `after` counts down from the newest.
    pub fn read(&self) -> Result<(Query, Option<u32>, usize), Problem> {
        let query = filters(None, &self.topic, &self.place, &self.kind)?;
        let after = given(&self.after).map(|text| number(text).ok_or_else(|| refused("bad-after", text))).transpose()?;
        Ok((query, after, limit(&self.limit)?))
    }
}

impl SearchQuery {
    pub fn read(&self) -> Result<(Query, usize), Problem> {
        let query = filters(self.q.as_deref(), &self.topic, &self.place, &self.kind)?;
        Ok((query, limit(&self.limit)?))
    }
}

pub fn refused(code: &str, value: &str) -> Problem {
    Problem::new(code).with("value", value.chars().take(Query::MAX_TEXT).collect::<String>())
}

/// A field that a form sends empty is as good as none.
fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

/// Plain digits: `+1` and the like are other spellings of the same number, and each would be kept apart.
fn number(text: &str) -> Option<u32> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn limit(text: &Option<String>) -> Result<usize, Problem> {
    let Some(text) = given(text) else { return Ok(USUAL) };
    let limit = number(text).map(|limit| limit as usize);
    limit.filter(|limit| (1..=MAX_LIMIT).contains(limit)).ok_or_else(|| refused("bad-limit", text).with("max", MAX_LIMIT))
}

fn filters(text: Option<&str>, topic: &Option<String>, place: &Option<String>, kind: &Option<String>) -> Result<Query, Problem> {
    let i = instance();
    let unit = |name: &str| {
        let coded = number(name).and_then(|code| i.place(PlaceCode(code)));
        coded.or_else(|| i.place_by_slug(name)).map(|place| place.code)
    };
    Ok(Query {
        text: text.unwrap_or_default().chars().take(Query::MAX_TEXT).collect(),
        topic: known(topic, "unknown-topic", |slug| i.topic_by_slug(slug))?,
        place: known(place, "unknown-place", unit)?,
        kind: known(kind, "unknown-kind", Kind::from_name)?,
    })
}

fn known<T>(name: &Option<String>, code: &str, find: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    let Some(name) = given(name) else { return Ok(None) };
    find(name).map(Some).ok_or_else(|| refused(code, name))
}
