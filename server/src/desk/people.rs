//! Who may come in, and what he may do: invitations and roles, given by administrators.

use super::Answer;
use super::enter::{MAX_NAME, Wrong};
use super::form::Form;
use super::view;
use super::visit::Visit;
use super::works::Trouble;
use super::{account, auth};
use crate::clock::random;
use crate::error::Error;
use crate::site::Site;
use crate::store::desk::{Invitation, Note, Person, print_grants};
use axum::response::Response;
use domain::content::{PlaceCode, Time};
use domain::editorial::{Action, Grant, Role, Scope, allowed};
use domain::instance::instance;

/// An invitation holds this long; the one for the first administrator a day.
const INVITATION: i64 = 7 * 86_400;
const FIRST: i64 = 86_400;

/// Who gives rights, or a way in, has signed in within this many seconds: what a screen that was left open, or a session that
/// somebody took, must not do alone.
const FRESH: i64 = 15 * 60;

/// A link with which its bearer becomes administrator of the whole area: its path. For whoever runs the server.
pub async fn first_link(site: &Site, name: &str) -> Result<String, Error> {
    let city = instance().places.first().map_or(0, |place| place.code);
    let grants = vec![Grant { role: Role::Administrator, place: PlaceCode(city), topics: Vec::new() }];
    let link = add_invitation(site, name, grants, None, None, FIRST).await?;
    Ok([super::ROOT, &link].concat())
}

async fn add_invitation(
    site: &Site,
    name: &str,
    grants: Vec<Grant>,
    by: Option<i64>,
    account: Option<i64>,
    life: i64,
) -> Result<String, Error> {
    let (token, kept) = auth::token();
    let now = site.now();
    let expires = now.plus(life);
    let invitation = Invitation { name: name.to_owned(), grants, by, account, expires, totp: random::<20>().to_vec() };
    let mut tx = site.store.begin().await?;
    tx.add_invitation(&kept, &invitation).await?;
    let roles = print_grants(&invitation.grants);
    tx.note(now, Note { actor: by, action: "invite", account, after: &roles, words: name, ..Note::default() }).await?;
    tx.commit().await?;
    Ok(["/moi/", &token].concat())
}

pub async fn list(visit: &Visit, person: &Person) -> Answer {
    manages(person)?;
    page(visit, person, None).await
}

/// Whether whoever made an invitation could make it still: rights that were taken from him open no doors any more. What the
/// operator's commands print has nobody who made it.
pub(super) async fn stands(site: &Site, invitation: &Invitation) -> Result<bool, Error> {
    let Some(by) = invitation.by else { return Ok(true) };
    let people = site.store.people().await?;
    Ok(people.iter().any(|person| person.id == by && !person.disabled && is_administrator(&person.grants)))
}

/// Whether somebody says who works here and which sources are let through.
pub fn is_administrator(grants: &[Grant]) -> bool {
    allowed(grants, Action::ManagePeople, Scope::ALL)
}

fn manages(person: &Person) -> Result<(), Trouble> {
    if is_administrator(&person.grants) { Ok(()) } else { Err(Trouble::Denied) }
}

/// Everyone, and what became of an invitation or of a role just now.
async fn page(visit: &Visit, person: &Person, done: Option<Result<String, Wrong>>) -> Answer {
    let people = visit.site.store.people().await?;
    let open = visit.site.store.open_invitations(visit.now()).await?;
    Ok(view::people(visit, person, &people, &open, done))
}

/// An administrator whose session is not fresh signs in again; what he typed stays in the page.
pub(super) async fn ask_again(visit: &Visit, form: &Form, person: &Person) -> Result<Option<Response>, Trouble> {
    if visit.now().since(person.since) < FRESH {
        return Ok(None);
    }
    account::end(visit, person).await?;
    Ok(Some(view::once_more(visit, form)))
}

pub async fn invite(visit: &Visit, form: &Form, person: &Person) -> Answer {
    manages(person)?;
    if let Some(first) = ask_again(visit, form, person).await? {
        return Ok(first);
    }
    let name = form.get("name").trim();
    let grants = form.grants();
    let link = if name.is_empty() || name.chars().count() > MAX_NAME || grants.is_empty() {
        Err(Wrong::Name)
    } else if !grants.iter().all(Grant::holds) {
        Err(Wrong::Part)
    } else {
        let path = add_invitation(&visit.site, name, grants, Some(person.id), None, INVITATION).await?;
        Ok([&visit.origin, super::ROOT, &path].concat())
    };
    page(visit, person, Some(link)).await
}

/// An invitation that went astray, or was a mistake, is no way in any more.
pub async fn uninvite(visit: &Visit, form: &Form, person: &Person) -> Answer {
    manages(person)?;
    let token = form.hash("invitation").ok_or(Trouble::NotFound)?;
    let name = visit.site.store.invitation(&token).await?.map(|invitation| invitation.name).ok_or(Trouble::NotFound)?;
    let mut tx = visit.site.store.begin().await?;
    let done = async {
        if tx.take_invitation(&token).await? {
            let note = Note { actor: Some(person.id), action: "uninvite", words: &name, ..Note::default() };
            tx.note(visit.now(), note).await?;
        }
        Ok::<(), Trouble>(())
    }
    .await;
    tx.end(done).await?;
    Ok(visit.go("/nguoi"))
}

/// A link with which somebody who lost phone or password gets a new way in, to the account he has: his texts stay his.
pub async fn renew(visit: &Visit, form: &Form, person: &Person, id: i64) -> Answer {
    manages(person)?;
    if let Some(first) = ask_again(visit, form, person).await? {
        return Ok(first);
    }
    let all = visit.site.store.people().await?;
    let whom = all.iter().find(|whom| whom.id == id).ok_or(Trouble::NotFound)?;
    let path = add_invitation(&visit.site, &whom.name, whom.grants.clone(), Some(person.id), Some(id), FIRST).await?;
    let link = [&visit.origin, super::ROOT, &path].concat();
    page(visit, person, Some(Ok(link))).await
}

/// New roles for somebody, or none; takes effect with his next request.
pub async fn change(visit: &Visit, form: &Form, person: &Person, id: i64) -> Answer {
    manages(person)?;
    if matches!(form.get("do"), "add" | "enable")
        && let Some(first) = ask_again(visit, form, person).await?
    {
        return Ok(first);
    }
    if form.get("do") == "add" && !form.grants().iter().all(Grant::holds) {
        return page(visit, person, Some(Err(Wrong::Part))).await;
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
        if tx.anybody_manages().await? { Ok(()) } else { Err(Trouble::Denied) }
    }
    .await;
    tx.end(done).await?;
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
    tx.note(now, note).await.map(drop)
}
