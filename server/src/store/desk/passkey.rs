//! Passkeys: what an authenticator made for an account, so that it opens the desk without a password.

use crate::error::Error;
use crate::store::{Store, Tx};
use domain::content::Time;

#[derive(Clone, Debug)]
pub struct PasskeyRow {
    /// Id of the credential, as the authenticator chose it.
    pub credential: Vec<u8>,
    pub account: i64,
    /// How its owner calls the device.
    pub name: String,
    /// Public key and counter, as the library writes them.
    pub key: Vec<u8>,
    pub at: Time,
    pub used: Option<Time>,
}

type Row = (Vec<u8>, i64, String, Vec<u8>, i64, Option<i64>);

fn passkey((credential, account, name, key, at, used): Row) -> PasskeyRow {
    PasskeyRow { credential, account, name, key, at: Time(at), used: used.map(Time) }
}

impl Store {
    /// Of an account, the oldest first.
    pub async fn passkeys(&self, account: i64) -> Result<Vec<PasskeyRow>, Error> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT credential, account, name, key, at, used FROM passkey WHERE account = ? ORDER BY at")
                .bind(account)
                .fetch_all(&self.readers)
                .await?;
        Ok(rows.into_iter().map(passkey).collect())
    }

    pub async fn passkey(&self, credential: &[u8]) -> Result<Option<PasskeyRow>, Error> {
        let row: Option<Row> =
            sqlx::query_as("SELECT credential, account, name, key, at, used FROM passkey WHERE credential = ?")
                .bind(credential)
                .fetch_optional(&self.readers)
                .await?;
        Ok(row.map(passkey))
    }
}

impl Tx {
    /// `false` where the credential is somebody's already.
    pub async fn add_passkey(&mut self, row: &PasskeyRow) -> Result<bool, Error> {
        let done = sqlx::query("INSERT OR IGNORE INTO passkey (credential, account, name, key, at) VALUES (?, ?, ?, ?, ?)")
            .bind(&row.credential)
            .bind(row.account)
            .bind(&row.name)
            .bind(&row.key)
            .bind(row.at.0)
            .execute(self.raw())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// It was used; its counter may have moved on. `false` where it was taken away meanwhile.
    pub async fn use_passkey(&mut self, credential: &[u8], key: &[u8], at: Time) -> Result<bool, Error> {
        let done = sqlx::query("UPDATE passkey SET key = ?, used = ? WHERE credential = ?")
            .bind(key)
            .bind(at.0)
            .bind(credential)
            .execute(self.raw())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub async fn drop_passkey(&mut self, account: i64, credential: &[u8]) -> Result<(), Error> {
        sqlx::query("DELETE FROM passkey WHERE account = ? AND credential = ?")
            .bind(account)
            .bind(credential)
            .execute(self.raw())
            .await?;
        Ok(())
    }
}
