//! Who may come in, and what he may do: invitations, signing in, roles, sessions.

use super::auth::{self, Weak};
use super::form::Form;
use super::view;
use super::visit::{self, Visit};
use super::works::Trouble;
use crate::clock::random;
use crate::error::Error;
use crate::site::Site;
use crate::store::desk::{Account, Invitation, Note, Person, print_grants};
use axum::response::Response;
use domain::content::{PlaceCode, Time};
use domain::editorial::{Action, Grant, Role, Scope, allowed};
use domain::instance::instance;

/// An invitation holds this long; the one for the first administrator a day.
const INVITATION: i64 = 7 * 86_400;
const FIRST: i64 = 86_400;
const MAX_NAME: usize = 80;

type Answer = Result<Response, Trouble>;

/// A link with which its bearer becomes administrator of the whole area: its path. For whoever runs the server.
pub async fn first_link(site: &Site, name: &str) -> Result<String, Error> {
    let city = instance().places.first().map_or(0, |place| place.code);
    let grants = vec![Grant { role: Role::Administrator, place: PlaceCode(city), topics: Vec::new() }];
    let link = add_invitation(site, name, grants, None, FIRST).await?;
    Ok([super::ROOT, &link].concat())
}

async fn add_invitation(site: &Site, name: &str, grants: Vec<Grant>, by: Option<i64>, life: i64) -> Result<String, Error> {
    let (token, kept) = auth::token();
    let now = site.now();
    let invitation = Invitation { name: name.to_owned(), grants, by, expires: now.plus(life), totp: random::<20>().to_vec() };
    let mut tx = site.store.begin().await?;
    tx.add_invitation(&kept, &invitation).await?;
    let roles = print_grants(&invitation.grants);
    tx.note(now, Note { actor: by, action: "invite", after: &roles, words: name, ..Note::default() }).await?;
    tx.commit().await?;
    Ok(["/moi/", &token].concat())
}

/// What stands on the page of an invitation beside its name.
pub struct Enrolment {
    pub invitation: Invitation,
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
    /// Too many wrong ones: minutes to wait.
    Wait(i64),
}

async fn open(visit: &Visit, token: &str) -> Result<Option<Invitation>, Error> {
    let found = visit.site.store.invitation(&auth::kept(token)).await?;
    Ok(found.filter(|invitation| invitation.expires > visit.now()))
}

pub async fn invitation(visit: &Visit, token: &str) -> Answer {
    match open(visit, token).await? {
        Some(invitation) => Ok(view::invitation(visit, token, &enrolment(invitation), &Form::default(), None)),
        None => Ok(view::no_invitation(visit)),
    }
}

fn enrolment(invitation: Invitation) -> Enrolment {
    let (url, secret) = auth::enrolment(&invitation.totp, &invitation.name);
    Enrolment { invitation, url, secret }
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
    let Some(invitation) = open(visit, token).await? else { return Ok(view::no_invitation(visit)) };
    let (name, password) = (form.get("name").trim().to_owned(), form.get("password").to_owned());
    let again = |visit: &Visit, wrong, invitation| Ok(view::invitation(visit, token, &enrolment(invitation), form, Some(wrong)));
    let Some(login) = login(form.get("login")) else { return again(visit, Wrong::Login, invitation) };
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return again(visit, Wrong::Name, invitation);
    }
    if let Some(weak) = auth::weakness(&password, &login) {
        return again(visit, Wrong::Password(weak), invitation);
    }
    if form.get("repeat") != password {
        return again(visit, Wrong::Repeat, invitation);
    }
    let Some(step) = auth::totp_step(&invitation.totp, form.get("code").trim(), now) else {
        return again(visit, Wrong::Code, invitation);
    };
    let password = site.desk.passwords.hash(password).await?;
    let account = Account { id: 0, login, name, password, totp: invitation.totp.clone(), totp_step: step, disabled: false };
    let (session, kept) = auth::token();
    let codes: Vec<String> = (0..auth::RECOVERY_CODES).map(|_| auth::recovery_code()).collect();
    let mut tx = site.store.begin().await?;
    // Two who open the same link at once: one of them is late.
    if !tx.take_invitation(&auth::kept(token)).await? {
        tx.roll_back().await;
        return Ok(view::no_invitation(visit));
    }
    let Some(id) = tx.add_account(&account, now).await? else {
        tx.roll_back().await;
        return again(visit, Wrong::Taken, invitation);
    };
    tx.set_grants(id, &invitation.grants).await?;
    for code in &codes {
        tx.add_recovery(id, &auth::recovery_kept(id, code)).await?;
    }
    tx.add_session(&kept, id, &visit.agent, now).await?;
    let roles = print_grants(&invitation.grants);
    tx.note(now, Note { actor: Some(id), action: "join", account: Some(id), after: &roles, ..Note::default() }).await?;
    tx.commit().await?;
    visit.person = site.store.session(&kept).await?;
    let mut response = view::welcome(visit, &account.login, &codes);
    visit::set_cookie(&mut response, Some(&session));
    Ok(response)
}

pub async fn sign_in(visit: &mut Visit, form: &Form) -> Answer {
    let site = visit.site.clone();
    let now = site.now();
    let (typed, code) = (form.get("login"), form.get("code").trim());
    let login = login(typed).unwrap_or_default();
    let account = site.store.account_by_login(&login).await?;
    let step = account.as_ref().and_then(|account| auth::totp_step(&account.totp, code, now));
    let wait = site.desk.throttle.wait(&login, now);
    if wait > 0 && step.is_none() {
        return Ok(view::signing_in(visit, form, Some(Wrong::Wait(wait / 60 + 1))));
    }
    let fits = site.desk.passwords.verify(form.get("password").to_owned(), account.as_ref().map(|a| a.password.clone())).await?;
    let account = account.filter(|account| fits && !account.disabled);
    let (session, kept) = auth::token();
    let mut tx = site.store.begin().await?;
    let entered = match &account {
        Some(account) => {
            let by_step = match step {
                Some(step) => tx.use_totp(account.id, step).await?,
                None => false,
            };
            by_step || tx.use_recovery(account.id, &auth::recovery_kept(account.id, code)).await?
        }
        None => false,
    };
    let actor = account.as_ref().map(|account| account.id);
    if !entered {
        let known = site.store.account_by_login(&login).await?.map(|account| account.id);
        tx.note(now, Note { action: "sign-in-failed", account: known, words: &visit.agent, ..Note::default() }).await?;
        tx.commit().await?;
        site.desk.throttle.wrong(&login, now);
        return Ok(view::signing_in(visit, form, Some(Wrong::Pair)));
    }
    let id = actor.unwrap_or_default();
    tx.add_session(&kept, id, &visit.agent, now).await?;
    tx.note(now, Note { actor, action: "sign-in", words: &visit.agent, ..Note::default() }).await?;
    tx.commit().await?;
    site.desk.throttle.right(&login);
    // Back to where he was, within the desk.
    let back = form.get("back");
    let mut response = visit.go(if back.starts_with('/') && !back.starts_with("//") { back } else { "" });
    visit::set_cookie(&mut response, Some(&session));
    Ok(response)
}

pub async fn sign_out(visit: &Visit, person: &Person) -> Answer {
    let mut tx = visit.site.store.begin().await?;
    if let Some(token) = &visit.token {
        tx.end_session(person.id, token).await?;
    }
    tx.note(visit.now(), Note { actor: Some(person.id), action: "sign-out", ..Note::default() }).await?;
    tx.commit().await?;
    let mut response = visit.go("");
    visit::set_cookie(&mut response, None);
    Ok(response)
}

pub async fn list(visit: &Visit, person: &Person) -> Answer {
    if !allowed(&person.grants, Action::ManagePeople, Scope::ALL) {
        return Err(Trouble::Denied);
    }
    let people = visit.site.store.people().await?;
    let open = visit.site.store.open_invitations(visit.now()).await?;
    Ok(view::people(visit, person, &people, &open, None))
}

pub async fn invite(visit: &Visit, form: &Form, person: &Person) -> Answer {
    if !allowed(&person.grants, Action::ManagePeople, Scope::ALL) {
        return Err(Trouble::Denied);
    }
    let name = form.get("name").trim();
    let grants = form.grants();
    let link = if name.is_empty() || name.chars().count() > MAX_NAME || grants.is_empty() {
        Err(Wrong::Name)
    } else {
        let path = add_invitation(&visit.site, name, grants, Some(person.id), INVITATION).await?;
        Ok([&visit.origin, super::ROOT, &path].concat())
    };
    let people = visit.site.store.people().await?;
    let open = visit.site.store.open_invitations(visit.now()).await?;
    Ok(view::people(visit, person, &people, &open, Some(link)))
}

/// New roles for somebody, or none; takes effect with his next request.
pub async fn change(visit: &Visit, form: &Form, person: &Person, id: i64) -> Answer {
    if !allowed(&person.grants, Action::ManagePeople, Scope::ALL) {
        return Err(Trouble::Denied);
    }
    let now = visit.now();
    let mut tx = visit.site.store.begin().await?;
    let done = async {
        match form.get("do") {
            "add" => {
                let had = tx.set_grants(id, &[]).await?;
                let mut all = had.clone();
                for grant in form.grants() {
                    all.retain(|old| (old.role, old.place) != (grant.role, grant.place));
                    all.push(grant);
                }
                tx.set_grants(id, &all).await?;
                note(&mut tx, now, person, id, "roles", &had, &all).await?;
            }
            "remove" => {
                let had = tx.set_grants(id, &[]).await?;
                let (role, place) = (Role::from_name(form.get("role")), form.number("place"));
                let all: Vec<Grant> =
                    had.iter().filter(|old| Some(old.role) != role || i64::from(old.place.0) != place).cloned().collect();
                tx.set_grants(id, &all).await?;
                note(&mut tx, now, person, id, "roles", &had, &all).await?;
            }
            what @ ("disable" | "enable") => {
                tx.disable(id, what == "disable").await?;
                note(&mut tx, now, person, id, what, &[], &[]).await?;
            }
            _ => return Err(Trouble::NotFound),
        }
        // Nobody locks everyone out, himself last.
        if tx.administrators().await?.is_empty() { Err(Trouble::Denied) } else { Ok(()) }
    }
    .await;
    match done {
        Ok(()) => tx.commit().await?,
        Err(trouble) => {
            tx.roll_back().await;
            return Err(trouble);
        }
    }
    Ok(visit.go("/nguoi"))
}

async fn note(
    tx: &mut crate::store::Tx,
    now: Time,
    person: &Person,
    account: i64,
    action: &str,
    before: &[Grant],
    after: &[Grant],
) -> Result<(), Error> {
    let (before, after) = (print_grants(before), print_grants(after));
    let note = Note { actor: Some(person.id), action, account: Some(account), before: &before, after: &after, ..Note::default() };
    tx.note(now, note).await
}

pub async fn me(visit: &Visit, person: &Person) -> Answer {
    let sessions = visit.site.store.sessions(person.id).await?;
    Ok(view::me(visit, person, &sessions))
}

pub async fn end_session(visit: &Visit, form: &Form, person: &Person) -> Answer {
    let token = form.hash("session").ok_or(Trouble::NotFound)?;
    let mut tx = visit.site.store.begin().await?;
    tx.end_session(person.id, &token).await?;
    tx.note(visit.now(), Note { actor: Some(person.id), action: "end-session", ..Note::default() }).await?;
    tx.commit().await?;
    Ok(visit.go("/toi"))
}
