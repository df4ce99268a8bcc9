//! What is known of addresses that texts lead to.

use crate::error::Error;
use crate::store::{Store, Tx};
use domain::content::Time;
use std::collections::{BTreeSet, HashMap};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub checked: Time,
    /// Code of why nothing was there; empty where something was.
    pub trouble: String,
}

impl Store {
    /// Those of these addresses that were ever asked.
    pub async fn links(&self, urls: &BTreeSet<String>) -> Result<HashMap<String, Link>, Error> {
        let mut found = HashMap::new();
        for url in urls {
            let row: Option<(i64, String)> =
                sqlx::query_as("SELECT checked, trouble FROM link WHERE url = ?").bind(url).fetch_optional(&self.readers).await?;
            found.extend(row.map(|(checked, trouble)| (url.clone(), Link { checked: Time(checked), trouble })));
        }
        Ok(found)
    }
}

impl Tx {
    pub async fn set_link(&mut self, url: &str, at: Time, trouble: &str) -> Result<(), Error> {
        sqlx::query("INSERT OR REPLACE INTO link (url, checked, trouble) VALUES (?, ?, ?)")
            .bind(url)
            .bind(at.0)
            .bind(trouble)
            .execute(self.raw())
            .await?;
        Ok(())
    }
}
