//! Signing in with what unlocks the phone (WebAuthn): a passkey proves a device and whoever unlocked it, so it stands for
//! password and code together. It is discoverable: nobody types a name.

use super::Answer;
use super::account::{me, proves};
use super::auth;
use super::enter::{self, Enrolment, Wrong, let_in};
use super::form::Form;
use super::view;
use super::visit::Visit;
use super::works::Trouble;
use crate::assets::hex;
use crate::clock::random;
use crate::error::Error;
use crate::store::desk::{Account, Note, PasskeyRow, Person};
use axum::http::StatusCode;
use domain::content::Time;
use domain::instance::instance;
use domain::sign::hash;
use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Url, Uuid, Webauthn, WebauthnBuilder,
};
use webauthn_rs_proto::ResidentKeyRequirement;

/// A question to an authenticator holds this long, in seconds.
const LIFE: i64 = 300;
/// Questions that are open at once to whoever wants to come in, some 20 MB at most, and to those who make a key.
const ENTERING: usize = 50_000;
const MAKING: usize = 2_000;
/// Passkeys of one account.
const MAX: usize = 20;
const MAX_NAME: usize = 80;

/// What the server asked and is to be answered once.
enum Asked {
    Enter(DiscoverableAuthentication),
    /// A new passkey for this account.
    New(i64, PasskeyRegistration),
    /// The passkey of whoever answers the invitation of this hash, and his login and name.
    Join([u8; 32], String, String, PasskeyRegistration),
}

/// Questions that are open. Those of strangers are many, and apart: whoever asks for thousands keeps nobody out who makes a
/// key, nor anybody who takes half a minute to lay a finger on his phone.
#[derive(Default)]
pub struct Ceremonies {
    entering: Mutex<Open>,
    making: Mutex<Open>,
}

/// By a name that only the asked browser knows.
#[derive(Default)]
struct Open {
    asked: HashMap<String, (Time, Asked)>,
    /// The oldest first; some are answered already.
    order: VecDeque<String>,
}

impl Open {
    fn put(&mut self, name: String, asked: Asked, now: Time, most: usize) {
        let over = |(since, _): &(Time, Asked)| now.since(*since) >= LIFE;
        while let Some(oldest) = self.order.front() {
            if self.order.len() < most && !self.asked.get(oldest).is_none_or(over) {
                break;
            }
            self.asked.remove(oldest);
            self.order.pop_front();
        }
        self.order.push_back(name.clone());
        self.asked.insert(name, (now, asked));
    }
}

impl Ceremonies {
    fn open(&self, asked: Asked, now: Time) -> String {
        let name = hex(&random::<16>());
        let (all, most) = match asked {
            Asked::Enter(_) => (&self.entering, ENTERING),
            Asked::New(..) | Asked::Join(..) => (&self.making, MAKING),
        };
        all.lock().unwrap_or_else(|e| e.into_inner()).put(name.clone(), asked, now, most);
        name
    }

    /// Each is answered once.
    fn close(&self, name: &str, now: Time) -> Option<Asked> {
        let take = |all: &Mutex<Open>| all.lock().unwrap_or_else(|e| e.into_inner()).asked.remove(name);
        let (since, asked) = take(&self.entering).or_else(|| take(&self.making))?;
        (now.since(since) < LIFE).then_some(asked)
    }
}

/// Passkeys belong to a name; where the server is reached by a bare address there are none.
fn webauthn(visit: &Visit) -> Option<Webauthn> {
    let origin = Url::parse(&visit.origin).ok()?;
    let host = origin.domain()?.to_owned();
    WebauthnBuilder::new(&host, &origin).ok()?.rp_name(&instance().name).build().ok()
}

pub fn offered(visit: &Visit) -> bool {
    webauthn(visit).is_some()
}

/// What an authenticator knows an account by: tells nothing, and differs on every server.
fn handle(account: &Account) -> Uuid {
    // Whoever comes with a passkey has no number yet when his device makes it; the secret was drawn for him alone.
    let id = if account.has_password() { account.id } else { 0 };
    let all = hash(&[b"bantin-passkey\0", &account.totp[..], &id.to_be_bytes()].concat());
    let mut short = [0; 16];
    short.copy_from_slice(&all[..16]);
    Uuid::from_bytes(short)
}

fn put(name: String, options: impl serde::Serialize) -> Answer {
    Ok(view::json(StatusCode::OK, &serde_json::json!({ "ceremony": name, "options": options })))
}

/// The question for whoever wants to come in.
pub fn ask_in(visit: &Visit) -> Answer {
    let started = webauthn(visit).and_then(|all| all.start_discoverable_authentication().ok());
    let (question, asked) = started.ok_or(Trouble::NotFound)?;
    put(visit.site.desk.ceremonies.open(Asked::Enter(asked), visit.now()), question.public_key)
}

/// His answer.
pub async fn enter(visit: &mut Visit, form: &Form) -> Answer {
    match known(visit, form).await? {
        Ok(account) => let_in(visit, form, &account, "passkey").await,
        Err(wrong) => Ok(view::signing_in(visit, form, Some(wrong))),
    }
}

/// Whose passkey answered rightly.
async fn known(visit: &Visit, form: &Form) -> Result<Result<Account, Wrong>, Error> {
    // After a restart, too, or where the answer is sent a second time.
    let Some(Asked::Enter(asked)) = visit.site.desk.ceremonies.close(form.get("ceremony"), visit.now()) else {
        return Ok(Err(Wrong::Question));
    };
    Ok(proven(visit, form, asked).await?.ok_or(Wrong::Passkey))
}

async fn proven(visit: &Visit, form: &Form, asked: DiscoverableAuthentication) -> Result<Option<Account>, Error> {
    let (site, now) = (&visit.site, visit.now());
    let Some(all) = webauthn(visit) else { return Ok(None) };
    let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(form.get("answer")) else { return Ok(None) };
    let Ok((owner, credential)) = all.identify_discoverable_authentication(&answer) else { return Ok(None) };
    let Some(row) = site.store.passkey(credential).await? else { return Ok(None) };
    let account = site.store.account(row.account).await?.filter(|account| !account.disabled && handle(account) == owner);
    let Some(account) = account else { return Ok(None) };
    let mut key: Passkey = serde_json::from_slice(&row.key).map_err(|_| Error::Damaged("passkey".into()))?;
    // Also refuses a counter that went back: a copy of the key is about.
    let result = match all.finish_discoverable_authentication_v2(&answer, asked, DiscoverableKey::from(&key)) {
        Ok(result) if result.user_verified() => result,
        Ok(_) => return Ok(None),
        Err(cause) => {
            tracing::warn!(%cause, account = account.id, "a passkey was refused");
            return Ok(None);
        }
    };
    key.update_credential(&result);
    let mut tx = site.store.begin().await?;
    let there = tx.use_passkey(&row.credential, &encode(&key)?, now).await?;
    tx.commit().await?;
    Ok(there.then_some(account))
}

fn encode(key: &Passkey) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(key).map_err(|cause| Error::Task(cause.to_string()))
}

fn refuse(told: &str) -> Answer {
    Ok(view::json(StatusCode::UNPROCESSABLE_ENTITY, &serde_json::json!({ "told": told })))
}

/// Asks a device for a key that it keeps and finds by itself, or none.
fn question(visit: &Visit, account: &Account, had: Vec<Vec<u8>>, asked: impl FnOnce(PasskeyRegistration) -> Asked) -> Answer {
    let started = webauthn(visit)
        .and_then(|all| all.start_passkey_registration(handle(account), &account.login, &account.name, Some(had)).ok());
    let (mut question, registration) = started.ok_or(Trouble::NotFound)?;
    if let Some(choice) = question.public_key.authenticator_selection.as_mut() {
        choice.resident_key = Some(ResidentKeyRequirement::Required);
        choice.require_resident_key = true;
    }
    put(visit.site.desk.ceremonies.open(asked(registration), visit.now()), question.public_key)
}

/// What a device has made, if it is what it was asked for.
fn made(visit: &Visit, form: &Form, asked: &PasskeyRegistration) -> Option<Passkey> {
    let answer: RegisterPublicKeyCredential = serde_json::from_str(form.get("answer")).ok()?;
    webauthn(visit)?.finish_passkey_registration(&answer, asked).ok()
}

fn row(key: &Passkey, account: i64, name: String, at: Time) -> Result<PasskeyRow, Error> {
    Ok(PasskeyRow { credential: key.cred_id().to_vec(), account, name, key: encode(key)?, at, used: None })
}

/// The question for a new passkey.
pub async fn ask_new(visit: &Visit, form: &Form, person: &Person) -> Answer {
    let account = visit.site.store.account(person.id).await?.ok_or(Trouble::NotFound)?;
    // Before the device makes one, so that it keeps none that is not taken here.
    if !proves(visit, form, person).await? {
        return refuse(if account.has_password() { visit.w().wrong_used } else { visit.w().wrong_paper });
    }
    let had = visit.site.store.passkeys(person.id).await?;
    if had.len() >= MAX {
        return Err(Trouble::Denied);
    }
    let had = had.into_iter().map(|row| row.credential).collect();
    question(visit, &account, had, |asked| Asked::New(person.id, asked))
}

/// A device has made one.
pub async fn add(visit: &Visit, form: &Form, person: &Person) -> Answer {
    let now = visit.now();
    let asked = match visit.site.desk.ceremonies.close(form.get("ceremony"), now) {
        Some(Asked::New(account, asked)) if account == person.id => asked,
        _ => return Err(Trouble::BadKey),
    };
    let key = made(visit, form, &asked).ok_or(Trouble::BadKey)?;
    let name: String = form.get("name").trim().chars().take(MAX_NAME).collect();
    let row = row(&key, person.id, name, now)?;
    let mut tx = visit.site.store.begin().await?;
    if !tx.add_passkey(&row).await? {
        tx.roll_back().await;
        return Err(Trouble::BadKey);
    }
    let note =
        Note { actor: Some(person.id), action: "add-passkey", account: Some(person.id), words: &row.name, ..Note::default() };
    tx.note(now, note).await?;
    tx.commit().await?;
    Ok(visit.go("/toi"))
}

/// Whoever is invited, with a passkey in the place of password and authenticator.
fn newcomer(enrolment: &Enrolment, login: String, name: String) -> Account {
    let (id, totp) = (enrolment.invitation.account.unwrap_or_default(), enrolment.invitation.totp.clone());
    Account { id, login, name, password: String::new(), totp, totp_step: 0, disabled: false }
}

/// The question for the passkey of whoever answers an invitation.
pub async fn ask_join(visit: &Visit, form: &Form, token: &str) -> Answer {
    let Some(enrolment) = enter::open(visit, token).await? else { return refuse(visit.w().wrong_link) };
    let (login, name) = match enter::who(&enrolment, form) {
        Ok(who) => who,
        Err(Wrong::Login) => return refuse(visit.w().wrong_login),
        Err(_) => return refuse(visit.w().wrong_name),
    };
    if enrolment.login.is_none() && visit.site.store.account_by_login(&login).await?.is_some() {
        return refuse(visit.w().wrong_taken);
    }
    let account = newcomer(&enrolment, login.clone(), name.clone());
    question(visit, &account, Vec::new(), |asked| Asked::Join(auth::kept(token), login, name, asked))
}

/// His answer.
pub async fn join(visit: &mut Visit, form: &Form, token: &str) -> Answer {
    let Some(enrolment) = enter::open(visit, token).await? else { return Ok(view::no_invitation(visit)) };
    let asked = visit.site.desk.ceremonies.close(form.get("ceremony"), visit.now());
    let done = match asked {
        Some(Asked::Join(kept, login, name, asked)) if kept == auth::kept(token) => match made(visit, form, &asked) {
            Some(key) => {
                let row = row(&key, 0, String::new(), visit.now())?;
                enter::take_up(visit, token, &enrolment, newcomer(&enrolment, login, name), Some(row)).await?
            }
            None => Err(Wrong::Device),
        },
        _ => Err(Wrong::Device),
    };
    match done {
        Ok(response) => Ok(response),
        Err(wrong) => Ok(view::by_key(visit, token, &enrolment, form, Some(wrong))),
    }
}

/// A device is lost, or somebody else's now.
pub async fn remove(visit: &Visit, form: &Form, person: &Person) -> Answer {
    let name = form.get("credential");
    let had = visit.site.store.passkeys(person.id).await?;
    // Whoever has no password keeps one way in.
    let last = had.len() == 1;
    let row = had.into_iter().find(|row| hex(&row.credential) == name).ok_or(Trouble::NotFound)?;
    let account = visit.site.store.account(person.id).await?.ok_or(Trouble::NotFound)?;
    if last && !account.has_password() {
        return Err(Trouble::Denied);
    }
    if !proves(visit, form, person).await? {
        return me(visit, person, Some(Wrong::Code)).await;
    }
    let mut tx = visit.site.store.begin().await?;
    tx.drop_passkey(person.id, &row.credential).await?;
    let note =
        Note { actor: Some(person.id), action: "drop-passkey", account: Some(person.id), words: &row.name, ..Note::default() };
    tx.note(visit.now(), note).await?;
    tx.commit().await?;
    Ok(visit.go("/toi"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_thousands_keeps_nobody_out() {
        let origin = Url::parse("https://bantin.example").unwrap();
        let all = WebauthnBuilder::new("bantin.example", &origin).unwrap().build().unwrap();
        let enter = || Asked::Enter(all.start_discoverable_authentication().unwrap().1);
        let (ceremonies, now) = (Ceremonies::default(), Time(1_795_410_000));
        let (_, made) = all.start_passkey_registration(Uuid::nil(), "lan", "Lan", None).unwrap();
        let making = ceremonies.open(Asked::New(1, made), now);
        let slow = ceremonies.open(enter(), now);
        for _ in 0..ENTERING - 1 {
            ceremonies.open(enter(), now);
        }
        assert!(ceremonies.close(&slow, now.plus(LIFE - 1)).is_some() && ceremonies.close(&slow, now).is_none(), "once");
        for _ in 0..10 {
            ceremonies.open(enter(), now);
        }
        assert!(ceremonies.close(&making, now).is_some(), "strangers are apart");
        let late = ceremonies.open(enter(), now);
        let open = || ceremonies.entering.lock().unwrap().asked.len();
        assert!(open() <= ENTERING, "{}", open());
        assert!(ceremonies.close(&late, now.plus(LIFE)).is_none(), "not for ever");
        ceremonies.open(enter(), now.plus(LIFE));
        assert_eq!(open(), 1, "what is over goes with the next");
    }
}
