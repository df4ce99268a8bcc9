//! Coming in: an invitation is answered, somebody signs in.

use super::Answer;
use super::auth;
use super::form::Form;
use super::people;
use super::view;
use super::visit::{self, Visit};
use super::weak::{Weak, weakness};
use super::works::Trouble;
use crate::error::Error;
use crate::store::desk::{Account, Invitation, Note, PasskeyRow, print_grants};
use axum::response::Response;

/// Longest name of a person, in characters.
pub const MAX_NAME: usize = 80;

/// What stands on the page of an invitation beside its name.
pub struct Enrolment {
    pub invitation: Invitation,
    /// The login of an account that there is already.
    pub login: Option<String>,
    /// `otpauth://…`, and the secret as it is typed.
    pub url: String,
    pub secret: String,
}

/// What was wrong with an answer to an invitation, or with signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The link is used, over, or none of ours.
    Link,
    Name,
    Login,
    Taken,
    Password(Weak),
    /// The two passwords differ.
    Repeat,
    Code,
    /// Signing in: something of it.
    Pair,
    /// What a passkey was asked is over, or was answered before.
    Question,
    /// Too many wrong ones: minutes to wait.
    Wait(i64),
    /// A role that is given for the whole area only.
    Part,
    /// The code on paper.
    Paper,
    /// A passkey that the device did not make as it was asked to.
    Device,
    /// A passkey that is not known here, or no longer.
    Passkey,
}

pub(super) async fn open(visit: &Visit, token: &str) -> Result<Option<Enrolment>, Error> {
    let found = visit.site.store.invitation(&auth::kept(token)).await?;
    let Some(invitation) = found.filter(|invitation| invitation.expires > visit.now()) else { return Ok(None) };
    if !people::stands(&visit.site, &invitation).await? {
        return Ok(None);
    }
    let login = match invitation.account {
        Some(id) => visit.site.store.account(id).await?.map(|account| account.login),
        None => None,
    };
    let (url, secret) = auth::enrolment(&invitation.totp, &invitation.name);
    Ok(Some(Enrolment { invitation, login, url, secret }))
}

pub async fn invitation(visit: &Visit, token: &str) -> Answer {
    match open(visit, token).await? {
        Some(enrolment) if visit.query.has("khoa") => Ok(view::by_key(visit, token, &enrolment, &Form::default(), None)),
        Some(enrolment) => Ok(view::invitation(visit, token, &enrolment, &Form::default(), None)),
        None => Ok(view::no_invitation(visit)),
    }
}

/// What its owner signs in with, folded: letters without diacritics, digits, `.` and `-`.
fn login(text: &str) -> Option<String> {
    let folded = domain::search::fold(text.trim()).replace(' ', ".");
    let plain = folded.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@'));
    ((3..=60).contains(&folded.len()) && plain).then_some(folded)
}

pub async fn accept(visit: &mut Visit, form: &Form, token: &str) -> Answer {
    let site = visit.site.clone();
    let now = site.now();
    let Some(enrolment) = open(visit, token).await? else { return Ok(view::no_invitation(visit)) };
    let again = |visit: &Visit, wrong| Ok(view::invitation(visit, token, &enrolment, form, Some(wrong)));
    let invitation = &enrolment.invitation;
    let (login, name) = match who(&enrolment, form) {
        Ok(who) => who,
        Err(wrong) => return again(visit, wrong),
    };
    let password = form.get("password").to_owned();
    if let Some(weak) = weakness(&password, &login) {
        return again(visit, Wrong::Password(weak));
    }
    if form.get("repeat") != password {
        return again(visit, Wrong::Repeat);
    }
    let Some(step) = auth::totp_step(&invitation.totp, form.get("code").trim(), now) else {
        return again(visit, Wrong::Code);
    };
    let password = site.desk.passwords.hash(password).await?;
    let (id, totp) = (invitation.account.unwrap_or_default(), invitation.totp.clone());
    let account = Account { id, login, name, password, totp, totp_step: step, disabled: false };
    match take_up(visit, token, &enrolment, account, None).await? {
        Ok(response) => Ok(response),
        Err(wrong) => again(visit, wrong),
    }
}

/// Login and name of whoever answers: whoever has an account keeps his.
pub(super) fn who(enrolment: &Enrolment, form: &Form) -> Result<(String, String), Wrong> {
    if let Some(login) = &enrolment.login {
        return Ok((login.clone(), enrolment.invitation.name.clone()));
    }
    let login = login(form.get("login")).ok_or(Wrong::Login)?;
    let name = form.get("name").trim();
    if name.is_empty() || name.chars().count() > MAX_NAME { Err(Wrong::Name) } else { Ok((login, name.to_owned())) }
}

/// Takes the invitation: the account with its passkey if it has one, codes on paper and a session, or nothing of it.
pub(super) async fn take_up(
    visit: &mut Visit,
    token: &str,
    enrolment: &Enrolment,
    account: Account,
    key: Option<PasskeyRow>,
) -> Result<Result<Response, Wrong>, Trouble> {
    let site = visit.site.clone();
    let (now, invitation) = (site.now(), &enrolment.invitation);
    let renewed = enrolment.login.is_some();
    let (session, kept) = auth::token();
    let codes = auth::recovery_codes();
    let mut tx = site.store.begin().await?;
    // Two who open the same link at once: one of them is late. So is who answers while its maker loses his rights.
    if !tx.take_invitation(&auth::kept(token)).await? || !people::stands(&site, invitation).await? {
        tx.roll_back().await;
        return Ok(Err(Wrong::Link));
    }
    let id = if renewed {
        tx.renew_account(&account).await?;
        account.id
    } else {
        let Some(id) = tx.add_account(&account, now).await? else {
            tx.roll_back().await;
            return Ok(Err(Wrong::Taken));
        };
        tx.set_grants(id, &invitation.grants).await?;
        id
    };
    if let Some(key) = key
        && !tx.add_passkey(&PasskeyRow { account: id, ..key }).await?
    {
        tx.roll_back().await;
        return Ok(Err(Wrong::Device));
    }
    tx.set_recovery(id, &auth::all_kept(id, &codes)).await?;
    tx.add_session(&kept, id, &visit.agent, now).await?;
    let roles = print_grants(&invitation.grants);
    let action = if renewed { "renew" } else { "join" };
    tx.note(now, Note { actor: Some(id), action, account: Some(id), after: &roles, ..Note::default() }).await?;
    tx.commit().await?;
    visit.person = site.store.session(&kept).await?;
    let mut response = view::welcome(visit, &account.login, &codes);
    visit::set_cookie(&mut response, Some(&session));
    Ok(Ok(response))
}

pub async fn sign_in(visit: &mut Visit, form: &Form) -> Answer {
    let site = visit.site.clone();
    let now = site.now();
    let (typed, code) = (form.get("login"), form.get("code").trim());
    let login = login(typed).unwrap_or_default();
    let account = site.store.account_by_login(&login).await?;
    // Whoever came with a passkey has neither password nor authenticator: a code on paper opens it alone.
    let secret = account.as_ref().filter(|account| account.has_password());
    let step = secret.and_then(|account| auth::totp_step(&account.totp, code, now));
    // No stranger's guesses keep out who holds what nobody guesses, in a storm with a lost phone perhaps.
    let paper = match &account {
        Some(account) if auth::is_long(code) => {
            site.store.has_recovery(account.id, &auth::recovery_kept(account.id, code)).await?
        }
        _ => false,
    };
    // The password beside it is guessed no more often than another one, and counted where no stranger can count.
    let count = if paper { [&login, "\0paper"].concat() } else { login.clone() };
    let wait = site.desk.throttle.wait(&count, now);
    if wait > 0 && (step.is_none() || site.desk.throttle.shut(&count, now)) {
        site.desk.throttle.wrong(&count, now);
        return Ok(later(visit, form, account.as_ref(), wait));
    }
    // Counted before it is judged: many guesses at the same moment are many.
    site.desk.throttle.wrong(&count, now);
    let (password, hash) = (form.get("password").to_owned(), secret.map(|account| account.password.clone()));
    let fits = if step.is_some() || paper {
        Some(site.desk.passwords.verify(password, hash).await)
    } else {
        site.desk.passwords.guess(password, hash).await
    };
    let Some(fits) = fits else { return Ok(later(visit, form, account.as_ref(), 0)) };
    let fits = fits || account.as_ref().is_some_and(|account| !account.has_password());
    let known = account.as_ref().map(|account| account.id);
    let account = account.filter(|account| fits && !account.disabled);
    let mut tx = site.store.begin().await?;
    let by = match &account {
        Some(account) => {
            let by_step = match step {
                Some(step) => tx.use_totp(account.id, step).await?,
                None => false,
            };
            let entered = by_step || tx.use_recovery(account.id, &auth::recovery_kept(account.id, code)).await?;
            entered.then_some(if by_step { "authenticator" } else { "paper" })
        }
        None => None,
    };
    // Names that nobody has are for the log alone: strangers must not fill what is kept for good.
    if by.is_none() && known.is_some() {
        tx.note(now, Note { action: "sign-in-failed", account: known, words: &visit.agent, ..Note::default() }).await?;
    }
    tx.commit().await?;
    match account.zip(by) {
        Some((account, by)) => {
            site.desk.throttle.right(&login);
            site.desk.throttle.right(&count);
            let_in(visit, form, &account, by).await
        }
        None => Ok(view::signing_in(visit, form, Some(Wrong::Pair))),
    }
}

/// Not now: too many have guessed. How long to wait, in seconds.
fn later(visit: &Visit, form: &Form, account: Option<&Account>, wait: i64) -> Response {
    tracing::warn!(account = account.map(|account| account.id), wait, "guessing has to wait");
    view::signing_in(visit, form, Some(Wrong::Wait(wait / 60 + 1)))
}

/// Begins a session of whoever has proved who he is (`by` what), and leads back to where he was, within the desk.
pub async fn let_in(visit: &Visit, form: &Form, account: &Account, by: &str) -> Answer {
    let (session, kept) = auth::token();
    let now = visit.now();
    let mut tx = visit.site.store.begin().await?;
    if let Some(former) = &visit.token {
        tx.end_session(None, former).await?;
    }
    tx.add_session(&kept, account.id, &visit.agent, now).await?;
    tx.note(now, Note { actor: Some(account.id), action: "sign-in", after: by, words: &visit.agent, ..Note::default() }).await?;
    tx.commit().await?;
    let back = form.get("back");
    let mut response = visit.go(if back.starts_with('/') && !back.starts_with("//") { back } else { "" });
    visit::set_cookie(&mut response, Some(&session));
    Ok(response)
}
