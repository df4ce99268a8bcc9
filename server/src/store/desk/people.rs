//! Accounts, their roles and codes.

use crate::error::Error;
use crate::store::{Store, Tx};
use domain::content::{PlaceCode, Time};
use domain::editorial::{Action, Grant, Role, Scope, allowed};
use std::collections::HashMap;

/// Someone who may sign in.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: i64,
    pub login: String,
    pub name: String,
    /// argon2id, PHC string; empty where a passkey is the way in, and the authenticator's secret nobody's.
    pub password: String,
    pub totp: Vec<u8>,
    pub totp_step: i64,
    pub disabled: bool,
}

impl Account {
    /// Whether password and authenticator open it.
    pub fn has_password(&self) -> bool {
        !self.password.is_empty()
    }
}

/// Someone who is signed in, as each request finds him: rights that were taken away a moment ago are gone.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: i64,
    pub login: String,
    pub name: String,
    pub grants: Vec<Grant>,
    pub disabled: bool,
    /// When the session began and was last used.
    pub since: Time,
    pub seen: Time,
}

type AccountRow = (i64, String, String, String, Vec<u8>, i64, i64);

fn account(row: AccountRow) -> Account {
    let (id, login, name, password, totp, totp_step, disabled) = row;
    Account { id, login, name, password, totp, totp_step, disabled: disabled != 0 }
}

fn grants(rows: Vec<(String, i64, Vec<u8>)>) -> Result<Vec<Grant>, Error> {
    rows.into_iter()
        .map(|(role, place, topics)| {
            let damaged = || Error::Damaged(format!("role {role}"));
            let place = PlaceCode(u32::try_from(place).map_err(|_| damaged())?);
            Ok(Grant { role: Role::from_name(&role).ok_or_else(damaged)?, place, topics })
        })
        .collect()
}

impl Store {
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>, Error> {
        let row: Option<AccountRow> =
            sqlx::query_as("SELECT id, login, name, password, totp, totp_step, disabled FROM account WHERE login = ?")
                .bind(login)
                .fetch_optional(&self.readers)
                .await?;
        Ok(row.map(account))
    }

    pub async fn account(&self, id: i64) -> Result<Option<Account>, Error> {
        let row: Option<AccountRow> =
            sqlx::query_as("SELECT id, login, name, password, totp, totp_step, disabled FROM account WHERE id = ?")
                .bind(id)
                .fetch_optional(&self.readers)
                .await?;
        Ok(row.map(account))
    }

    /// Everyone, by name.
    pub async fn people(&self) -> Result<Vec<Person>, Error> {
        let rows: Vec<(i64, String, String, i64, i64)> =
            sqlx::query_as("SELECT id, login, name, disabled, at FROM account ORDER BY name, id")
                .fetch_all(&self.readers)
                .await?;
        let mut roles: HashMap<i64, Vec<(String, i64, Vec<u8>)>> = HashMap::new();
        let all: Vec<(i64, String, i64, Vec<u8>)> =
            sqlx::query_as("SELECT account, role, place, topics FROM role ORDER BY role, place").fetch_all(&self.readers).await?;
        for (account, role, place, topics) in all {
            roles.entry(account).or_default().push((role, place, topics));
        }
        let person = |(id, login, name, disabled, at): (i64, String, String, i64, i64)| {
            let grants = grants(roles.remove(&id).unwrap_or_default())?;
            Ok(Person { id, login, name, grants, disabled: disabled != 0, since: Time(at), seen: Time(at) })
        };
        rows.into_iter().map(person).collect()
    }

    pub async fn name_of(&self, account: i64) -> Result<String, Error> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT name FROM account WHERE id = ?").bind(account).fetch_optional(&self.readers).await?;
        Ok(row.map_or_else(String::new, |(name,)| name))
    }

    pub async fn any_account(&self) -> Result<bool, Error> {
        let (count,): (i64,) = sqlx::query_as("SELECT EXISTS (SELECT 1 FROM account)").fetch_one(&self.readers).await?;
        Ok(count != 0)
    }

    pub(super) async fn grants_of(&self, account: i64) -> Result<Vec<Grant>, Error> {
        let rows = sqlx::query_as("SELECT role, place, topics FROM role WHERE account = ? ORDER BY role, place")
            .bind(account)
            .fetch_all(&self.readers)
            .await?;
        grants(rows)
    }

    /// Whether this is one of the codes on somebody's paper; it stays there.
    pub async fn has_recovery(&self, account: i64, code: &[u8; 32]) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM recovery WHERE account = ? AND code = ?";
        let row: Option<(i64,)> = sqlx::query_as(sql).bind(account).bind(code.to_vec()).fetch_optional(&self.readers).await?;
        Ok(row.is_some())
    }
}

impl Tx {
    pub async fn add_account(&mut self, account: &Account, at: Time) -> Result<Option<i64>, Error> {
        let done =
            sqlx::query("INSERT OR IGNORE INTO account (login, name, password, totp, totp_step, at) VALUES (?, ?, ?, ?, ?, ?)")
                .bind(&account.login)
                .bind(&account.name)
                .bind(&account.password)
                .bind(&account.totp)
                .bind(account.totp_step)
                .bind(at.0)
                .execute(self.raw())
                .await?;
        Ok((done.rows_affected() == 1).then(|| done.last_insert_rowid()))
    }

    /// A new password and authenticator instead of all ways in that there were; whoever is signed in is out.
    pub async fn renew_account(&mut self, account: &Account) -> Result<(), Error> {
        sqlx::query("UPDATE account SET password = ?, totp = ?, totp_step = ? WHERE id = ?")
            .bind(&account.password)
            .bind(&account.totp)
            .bind(account.totp_step)
            .bind(account.id)
            .execute(self.raw())
            .await?;
        for table in ["DELETE FROM passkey", "DELETE FROM session"] {
            let sql = [table, " WHERE account = ?"].concat();
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(account.id).execute(self.raw()).await?;
        }
        Ok(())
    }

    /// A new password; every session but this one ends.
    pub async fn set_password(&mut self, account: i64, password: &str, but: &[u8; 32]) -> Result<(), Error> {
        sqlx::query("UPDATE account SET password = ? WHERE id = ?").bind(password).bind(account).execute(self.raw()).await?;
        self.end_other_sessions(account, but).await
    }

    /// All roles of an account, instead of those it had. Returns the former ones.
    pub async fn set_grants(&mut self, account: i64, new: &[Grant]) -> Result<Vec<Grant>, Error> {
        let rows = sqlx::query_as("SELECT role, place, topics FROM role WHERE account = ? ORDER BY role, place")
            .bind(account)
            .fetch_all(self.raw())
            .await?;
        sqlx::query("DELETE FROM role WHERE account = ?").bind(account).execute(self.raw()).await?;
        for grant in new {
            sqlx::query("INSERT OR REPLACE INTO role (account, role, place, topics) VALUES (?, ?, ?, ?)")
                .bind(account)
                .bind(grant.role.name())
                .bind(i64::from(grant.place.0))
                .bind(&grant.topics)
                .execute(self.raw())
                .await?;
        }
        grants(rows)
    }

    /// Whether anybody who can still sign in may give and take rights.
    pub async fn anybody_manages(&mut self) -> Result<bool, Error> {
        let rows = sqlx::query_as(
            "SELECT r.role, r.place, r.topics FROM role r JOIN account a ON a.id = r.account WHERE a.disabled = 0",
        )
        .fetch_all(self.raw())
        .await?;
        Ok(allowed(&grants(rows)?, Action::ManagePeople, Scope::ALL))
    }

    /// Nobody signs in with it any more, and whoever is signed in is out.
    pub async fn disable(&mut self, account: i64, disabled: bool) -> Result<(), Error> {
        sqlx::query("UPDATE account SET disabled = ? WHERE id = ?")
            .bind(i64::from(disabled))
            .bind(account)
            .execute(self.raw())
            .await?;
        if disabled {
            sqlx::query("DELETE FROM session WHERE account = ?").bind(account).execute(self.raw()).await?;
        }
        Ok(())
    }

    /// Marks the time step of a code as used; `false` where it, or a later one, was used before. One that is ten minutes later was
    /// used by a clock that was ahead, and would shut everybody out until that time comes round.
    pub async fn use_totp(&mut self, account: i64, step: i64) -> Result<bool, Error> {
        let done = sqlx::query("UPDATE account SET totp_step = ?1 WHERE id = ?2 AND totp_step NOT BETWEEN ?1 AND ?1 + 20")
            .bind(step)
            .bind(account)
            .execute(self.raw())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Codes on paper instead of those that there were.
    pub async fn set_recovery(&mut self, account: i64, codes: &[[u8; 32]]) -> Result<(), Error> {
        sqlx::query("DELETE FROM recovery WHERE account = ?").bind(account).execute(self.raw()).await?;
        for code in codes {
            sqlx::query("INSERT INTO recovery (account, code) VALUES (?, ?)")
                .bind(account)
                .bind(code.to_vec())
                .execute(self.raw())
                .await?;
        }
        Ok(())
    }

    /// Uses a code up; `false` where there is none like it.
    pub async fn use_recovery(&mut self, account: i64, code: &[u8; 32]) -> Result<bool, Error> {
        let done = sqlx::query("DELETE FROM recovery WHERE account = ? AND code = ?")
            .bind(account)
            .bind(code.to_vec())
            .execute(self.raw())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
