//! One's own account: its sessions, its password, signing out.

use super::Answer;
use super::auth;
use super::enter::Wrong;
use super::form::Form;
use super::view;
use super::visit::{self, Visit};
use super::weak::weakness;
use super::works::Trouble;
use crate::error::Error;
use crate::store::desk::{Note, Person};

/// Ends the session of this visit.
pub(super) async fn end(visit: &Visit, person: &Person) -> Result<(), Error> {
    let mut tx = visit.site.store.begin().await?;
    if let Some(token) = &visit.token {
        tx.end_session(None, token).await?;
    }
    tx.note(visit.now(), Note { actor: Some(person.id), action: "sign-out", ..Note::default() }).await?;
    tx.commit().await
}

pub async fn sign_out(visit: &Visit, person: &Person) -> Answer {
    end(visit, person).await?;
    let mut response = visit.go("");
    visit::set_cookie(&mut response, None);
    Ok(response)
}

/// With what somebody proves once more that it is he, before ways in change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    Authenticator,
    /// A code on paper, for whoever has only passkeys.
    Paper,
}

pub async fn me(visit: &Visit, person: &Person, wrong: Option<Wrong>) -> Answer {
    let sessions = visit.site.store.sessions(person.id).await?;
    let passkeys = visit.site.store.passkeys(person.id).await?;
    let account = visit.site.store.account(person.id).await?.ok_or(Trouble::NotFound)?;
    let proof = if account.has_password() { Proof::Authenticator } else { Proof::Paper };
    Ok(view::me(visit, person, &sessions, &passkeys, proof, wrong))
}

/// Whether the form has a code on paper, used up by this: for whoever lost the phone that has his authenticator, and ends its
/// session.
async fn is_on_paper(visit: &Visit, form: &Form, person: &Person) -> Result<bool, Trouble> {
    let mut tx = visit.site.store.begin().await?;
    let right = tx.use_recovery(person.id, &auth::recovery_kept(person.id, form.get("code"))).await?;
    tx.commit().await?;
    Ok(right)
}

/// Ends the session that the form names, or all but this one.
pub async fn end_session(visit: &Visit, form: &Form, person: &Person) -> Answer {
    let (here, one) = (visit.token.ok_or(Trouble::NotFound)?, form.hash("session"));
    if one.is_none() && form.get("session") != "others" {
        return Err(Trouble::NotFound);
    }
    if !proves(visit, form, person).await? && !is_on_paper(visit, form, person).await? {
        return me(visit, person, Some(Wrong::Code)).await;
    }
    let mut tx = visit.site.store.begin().await?;
    match one {
        Some(token) => tx.end_session(Some(person.id), &token).await?,
        None => tx.end_other_sessions(person.id, &here).await?,
    }
    tx.note(visit.now(), Note { actor: Some(person.id), action: "end-session", ..Note::default() }).await?;
    tx.commit().await?;
    Ok(visit.go("/toi"))
}

/// Whether the form has what the authenticator shows now, or a code on paper where there is none: asked again before ways in
/// change, for a desk may be left open. Guesses are counted before they are judged.
pub async fn proves(visit: &Visit, form: &Form, person: &Person) -> Result<bool, Trouble> {
    let (site, now) = (&visit.site, visit.now());
    let account = site.store.account(person.id).await?.ok_or(Trouble::NotFound)?;
    // Where no stranger at the door can count.
    let count = [&account.login, "\0inside"].concat();
    site.desk.throttle.wrong(&count, now);
    if site.desk.throttle.shut(&count, now) {
        return Ok(false);
    }
    let code = form.get("code").trim();
    let step = auth::totp_step(&account.totp, code, now).filter(|_| account.has_password());
    let mut tx = site.store.begin().await?;
    let right = match step {
        Some(step) => tx.use_totp(person.id, step).await?,
        None => !account.has_password() && tx.use_recovery(person.id, &auth::recovery_kept(person.id, code)).await?,
    };
    tx.commit().await?;
    if right {
        site.desk.throttle.right(&count);
    }
    Ok(right)
}

/// New codes on paper; the old ones open nothing any more.
pub async fn renew_codes(visit: &Visit, form: &Form, person: &Person) -> Answer {
    if !proves(visit, form, person).await? {
        return me(visit, person, Some(Wrong::Code)).await;
    }
    let codes = auth::recovery_codes();
    let mut tx = visit.site.store.begin().await?;
    tx.set_recovery(person.id, &auth::all_kept(person.id, &codes)).await?;
    let note = Note { actor: Some(person.id), action: "recovery", account: Some(person.id), ..Note::default() };
    tx.note(visit.now(), note).await?;
    tx.commit().await?;
    Ok(view::renewed_codes(visit, &person.login, &codes))
}

/// A new password, for whoever knows the old one and holds the authenticator; every other session ends.
pub async fn change_password(visit: &Visit, form: &Form, person: &Person) -> Answer {
    let (site, now) = (&visit.site, visit.now());
    let account = site.store.account(person.id).await?.ok_or(Trouble::NotFound)?;
    let new = form.get("password").to_owned();
    if let Some(weak) = weakness(&new, &account.login) {
        return me(visit, person, Some(Wrong::Password(weak))).await;
    }
    if form.get("repeat") != new {
        return me(visit, person, Some(Wrong::Repeat)).await;
    }
    let fits = site.desk.passwords.verify(form.get("old-password").to_owned(), Some(account.password)).await;
    if !fits {
        site.desk.throttle.wrong(&account.login, now);
    }
    // Nobody learns which of the two was wrong.
    let (true, Some(token)) = (fits && proves(visit, form, person).await?, visit.token) else {
        return me(visit, person, Some(Wrong::Pair)).await;
    };
    let hash = site.desk.passwords.hash(new).await?;
    let mut tx = site.store.begin().await?;
    tx.set_password(person.id, &hash, &token).await?;
    let note = Note { actor: Some(person.id), action: "password", account: Some(person.id), ..Note::default() };
    tx.note(now, note).await?;
    tx.commit().await?;
    Ok(visit.go("/toi"))
}
