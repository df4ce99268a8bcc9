//! How often items were opened: sums, and nothing else.

use crate::error::Error;
use crate::store::{Store, Tx};
use domain::content::ItemId;

impl Store {
    pub async fn opens(&self, item: ItemId) -> Result<i64, Error> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT count FROM opens WHERE item = ?").bind(item.0.to_vec()).fetch_optional(&self.readers).await?;
        Ok(row.map_or(0, |(count,)| count))
    }
}

impl Tx {
    pub async fn add_opens(&mut self, item: ItemId, count: u32) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO opens (item, count) VALUES (?, ?) ON CONFLICT (item) DO UPDATE SET count = count + excluded.count",
        )
        .bind(item.0.to_vec())
        .bind(i64::from(count))
        .execute(self.raw())
        .await?;
        Ok(())
    }
}
