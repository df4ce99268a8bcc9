//! Ways in and what follows from them: invitations that wait for an answer, sessions.

use super::{Person, read_grants};
use crate::error::Error;
use crate::store::{Store, Tx};
use domain::content::Time;
use domain::editorial::Grant;

#[derive(Clone, Debug)]
pub struct SessionRow {
    pub token: [u8; 32],
    pub at: Time,
    pub seen: Time,
    pub agent: String,
}

#[derive(Clone, Debug)]
pub struct Invitation {
    pub name: String,
    pub grants: Vec<Grant>,
    pub by: Option<i64>,
    /// The account that gets a new way in; `None` for a new person.
    pub account: Option<i64>,
    pub expires: Time,
    pub totp: Vec<u8>,
}

impl Store {
    /// Who holds the session of this hash.
    pub async fn session(&self, token: &[u8; 32]) -> Result<Option<Person>, Error> {
        let row: Option<(i64, String, String, i64, i64, i64)> = sqlx::query_as(
            "SELECT a.id, a.login, a.name, a.disabled, s.at, s.seen FROM session s JOIN account a ON a.id = s.account WHERE s.token = ?",
        )
        .bind(token.to_vec())
        .fetch_optional(&self.readers)
        .await?;
        let Some((id, login, name, disabled, at, seen)) = row else { return Ok(None) };
        let grants = self.grants_of(id).await?;
        Ok(Some(Person { id, login, name, grants, disabled: disabled != 0, since: Time(at), seen: Time(seen) }))
    }

    /// Sessions of an account, the newest first.
    pub async fn sessions(&self, account: i64) -> Result<Vec<SessionRow>, Error> {
        let rows: Vec<(Vec<u8>, i64, i64, String)> =
            sqlx::query_as("SELECT token, at, seen, agent FROM session WHERE account = ? ORDER BY at DESC")
                .bind(account)
                .fetch_all(&self.readers)
                .await?;
        rows.into_iter()
            .map(|(token, at, seen, agent)| {
                let token = token.try_into().map_err(|_| Error::Damaged("session".into()))?;
                Ok(SessionRow { token, at: Time(at), seen: Time(seen), agent })
            })
            .collect()
    }

    pub async fn invitation(&self, token: &[u8; 32]) -> Result<Option<Invitation>, Error> {
        type Row = (String, String, Option<i64>, Option<i64>, i64, Vec<u8>);
        let row: Option<Row> = sqlx::query_as("SELECT name, roles, by, account, expires, totp FROM invitation WHERE token = ?")
            .bind(token.to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|(name, roles, by, account, expires, totp)| {
            Ok(Invitation { name, grants: read_grants(&roles)?, by, account, expires: Time(expires), totp })
        })
        .transpose()
    }

    /// Invitations that nobody has answered yet: what is kept of their token, name and until when.
    pub async fn open_invitations(&self, now: Time) -> Result<Vec<(Vec<u8>, String, Time)>, Error> {
        let sql = "SELECT token, name, expires FROM invitation WHERE expires > ? ORDER BY expires";
        let rows: Vec<(Vec<u8>, String, i64)> = sqlx::query_as(sql).bind(now.0).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|(token, name, expires)| (token, name, Time(expires))).collect())
    }
}

impl Tx {
    /// To an account that is there it takes the place of any former one: a link that went astray ends so.
    pub async fn add_invitation(&mut self, token: &[u8; 32], invitation: &Invitation) -> Result<(), Error> {
        sqlx::query("DELETE FROM invitation WHERE expires < ? OR account = ?")
            .bind(invitation.expires.0 - 30 * 86_400)
            .bind(invitation.account)
            .execute(self.raw())
            .await?;
        sqlx::query("INSERT INTO invitation (token, name, roles, by, account, expires, totp) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(token.to_vec())
            .bind(&invitation.name)
            .bind(super::print_grants(&invitation.grants))
            .bind(invitation.by)
            .bind(invitation.account)
            .bind(invitation.expires.0)
            .bind(&invitation.totp)
            .execute(self.raw())
            .await?;
        Ok(())
    }

    /// Takes an invitation away; says whether it was there. With one of those that each first start prints all others go.
    pub async fn take_invitation(&mut self, token: &[u8; 32]) -> Result<bool, Error> {
        let sql = "WITH first AS (SELECT token FROM invitation WHERE by IS NULL AND account IS NULL AND name = '')
            DELETE FROM invitation WHERE token = ?1 OR (token IN first AND ?1 IN first)";
        let done = sqlx::query(sql).bind(token.to_vec()).execute(self.raw()).await?;
        Ok(done.rows_affected() > 0)
    }

    pub async fn add_session(&mut self, token: &[u8; 32], account: i64, agent: &str, at: Time) -> Result<(), Error> {
        sqlx::query("INSERT INTO session (token, account, at, seen, agent) VALUES (?, ?, ?, ?, ?)")
            .bind(token.to_vec())
            .bind(account)
            .bind(at.0)
            .bind(at.0)
            .bind(agent)
            .execute(self.raw())
            .await?;
        Ok(())
    }

    pub async fn see_session(&mut self, token: &[u8; 32], at: Time) -> Result<(), Error> {
        sqlx::query("UPDATE session SET seen = ? WHERE token = ?").bind(at.0).bind(token.to_vec()).execute(self.raw()).await?;
        Ok(())
    }

    /// Ends a session, if it is this account's (`None`: whosever it is; for the browser that holds it).
    pub async fn end_session(&mut self, account: Option<i64>, token: &[u8; 32]) -> Result<(), Error> {
        sqlx::query("DELETE FROM session WHERE token = ?1 AND account = COALESCE(?2, account)")
            .bind(token.to_vec())
            .bind(account)
            .execute(self.raw())
            .await?;
        Ok(())
    }

    pub async fn end_other_sessions(&mut self, account: i64, but: &[u8; 32]) -> Result<(), Error> {
        sqlx::query("DELETE FROM session WHERE account = ? AND token != ?")
            .bind(account)
            .bind(but.to_vec())
            .execute(self.raw())
            .await?;
        Ok(())
    }

    /// Ends sessions that nobody has used for long.
    pub async fn end_old_sessions(&mut self, began: Time, seen: Time, ahead: Time) -> Result<(), Error> {
        sqlx::query("DELETE FROM session WHERE at < ?1 OR seen < ?2 OR at > ?3 OR seen > ?3")
            .bind(began.0)
            .bind(seen.0)
            .bind(ahead.0)
            .execute(self.raw())
            .await?;
        Ok(())
    }
}
