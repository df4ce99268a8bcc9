//! The phone tree: one row a worklist, read as sums for each alert and place.

use super::{Store, Tx};
use crate::error::Error;
use domain::content::{ItemId, PlaceCode, Time};

/// Households of one worklist, or of all worklists of a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub told: i64,
    pub missed: i64,
    pub help: i64,
    /// All households on the list.
    pub houses: i64,
    /// Worklists.
    pub lists: i64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.told += other.told;
        self.missed += other.missed;
        self.help += other.help;
        self.houses += other.houses;
        self.lists += other.lists;
    }
}

impl Store {
    /// What was reported since `since`, by chain and place.
    pub async fn tree(&self, since: Time) -> Result<Vec<(ItemId, PlaceCode, Tally)>, Error> {
        type Row = (Vec<u8>, i64, i64, i64, i64, i64, i64);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT chain, place, SUM(told), SUM(missed), SUM(help), SUM(houses), COUNT(*) FROM tree WHERE at >= ? \
             GROUP BY chain, place ORDER BY chain, place",
        )
        .bind(since.0)
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter()
            .map(|(chain, place, told, missed, help, houses, lists)| {
                let damaged = || Error::Damaged("tree".into());
                let chain = ItemId(chain.try_into().map_err(|_| damaged())?);
                let place = PlaceCode(u32::try_from(place).map_err(|_| damaged())?);
                Ok((chain, place, Tally { told, missed, help, houses, lists }))
            })
            .collect()
    }
}

impl Tx {
    /// Which of these messages of one event its reports are filed under.
    pub async fn tree_name(&mut self, event: &[ItemId]) -> Result<Option<ItemId>, Error> {
        for id in event {
            let sql = "SELECT 1 FROM tree WHERE chain = ? LIMIT 1";
            let row: Option<(i64,)> = sqlx::query_as(sql).bind(id.0.to_vec()).fetch_optional(self.raw()).await?;
            if row.is_some() {
                return Ok(Some(*id));
            }
        }
        Ok(None)
    }

    /// Worklists of others for this alert in this place.
    pub async fn tree_lists(&mut self, chain: ItemId, place: PlaceCode, token: &[u8; 16]) -> Result<i64, Error> {
        let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM tree WHERE chain = ? AND place = ? AND token <> ?")
            .bind(chain.0.to_vec())
            .bind(i64::from(place.0))
            .bind(token.to_vec())
            .fetch_one(self.raw())
            .await?;
        Ok(count)
    }

    /// The numbers of a worklist, over those that it sent before.
    pub async fn put_tree(
        &mut self,
        chain: ItemId,
        place: PlaceCode,
        token: &[u8; 16],
        tally: Tally,
        at: Time,
    ) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO tree (chain, token, place, told, missed, help, houses, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (chain, token) DO UPDATE SET place = excluded.place, told = excluded.told, missed = excluded.missed, \
             help = excluded.help, houses = excluded.houses, at = excluded.at, words = words + 1",
        )
        .bind(chain.0.to_vec())
        .bind(token.to_vec())
        .bind(i64::from(place.0))
        .bind(tally.told)
        .bind(tally.missed)
        .bind(tally.help)
        .bind(tally.houses)
        .bind(at.0)
        .execute(self.raw())
        .await?;
        Ok(())
    }

    /// Takes away one worklist of this alert in this place that was heard of once only and asks for no help, drawn by lot: who
    /// calls through a list is heard of again and again. `false` where there is none.
    pub async fn drop_mute_tree(&mut self, chain: ItemId, place: PlaceCode) -> Result<bool, Error> {
        let done = sqlx::query(
            "DELETE FROM tree WHERE chain = ?1 AND token = (SELECT token FROM tree WHERE chain = ?1 AND place = ?2 AND words = 1 AND help = 0 \
             ORDER BY RANDOM() LIMIT 1)",
        )
        .bind(chain.0.to_vec())
        .bind(i64::from(place.0))
        .execute(self.raw())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Forgets worklists whose last word is older than `before`.
    pub async fn drop_old_tree(&mut self, before: Time) -> Result<(), Error> {
        sqlx::query("DELETE FROM tree WHERE at < ?").bind(before.0).execute(self.raw()).await?;
        Ok(())
    }
}
