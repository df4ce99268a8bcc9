//! The desk: where officials write, approve, publish, correct and withdraw. Pages of forms that need no script.
//!
//! [`answer`] is its one door: it finds out who is there, reads the form, and hands both to the page at the address.
//! Rights are judged in [`works`] and [`people`], never by a page.

mod account;
pub mod alerts;
mod auth;
mod encode;
mod enter;
pub(crate) mod fetch;
mod form;
mod found;
pub mod jobs;
mod links;
mod notices;
mod office;
mod passkey;
mod people;
mod sources;
mod upload;
mod view;
mod visit;
mod weak;
pub mod works;

pub use auth::{Passwords, Throttle};
pub use encode::Progress;
pub use passkey::Ceremonies;
pub use people::first_link;
pub use upload::{originals, sweep};

use crate::backstage;
use crate::error::Error;
use crate::reserve;
use crate::site::Site;
use crate::store::desk::Person;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use domain::content::{ItemId, Time};
use domain::editorial::{Action, Manuscript};
use form::Form;
use std::sync::Arc;
use std::time::Duration;
use view::Shown;
use visit::Visit;
use works::{Ask, Trouble};

/// First segment of every address of the desk.
pub const ROOT: &str = "/ban-lam-viec";

/// Largest body that a request may have, in bytes.
pub const MAX_BODY: usize = encode::MAX_UPLOAD + (1 << 20);

/// A photograph over a weak line takes minutes.
const PHOTO: Duration = Duration::from_secs(600);

/// What the desk remembers between requests, beside the store.
#[derive(Default)]
pub struct Desk {
    pub passwords: Passwords,
    pub throttle: Throttle,
    pub ceremonies: Ceremonies,
    pub progress: Progress,
    pub coming: Arc<visit::Coming>,
    pub strangers: visit::Strangers,
    pub lost: sources::Lost,
}

/// Whether an address is the desk's.
pub fn is_here(path: &str) -> bool {
    let path = path.strip_prefix("/en").unwrap_or(path);
    path.strip_prefix(ROOT).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// How long what is sent here may be under way. Each of those who send slowly holds a connection, so that only where files are
/// brought they have long; whoever is not signed in is not listened to there, see [`Visit::read`].
pub fn sending(site: &Site, path: &str, headers: &HeaderMap) -> Duration {
    if brings_file(path, headers) { PHOTO } else { site.options.forms }
}

fn brings_file(path: &str, headers: &HeaderMap) -> bool {
    path.ends_with("/tep") && headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"))
}

/// Every address of the desk.
pub async fn answer(site: Arc<Site>, request: Request) -> Response {
    if let Some(file) = view::file(request.uri().path()) {
        return file.answer(request.headers(), None).await;
    }
    // To its end also where nobody waits for the answer any more: no transaction is left open.
    let done = backstage::handle().spawn(async move {
        let (mut visit, form) = match Visit::read(site, request).await {
            Ok((visit, Ok(form))) => (visit, form),
            Ok((visit, Err(status))) => return view::unread(Some(&visit), status),
            Err(status) => return view::unread(None, status),
        };
        let response = match route(&mut visit, &form).await {
            Ok(response) => response,
            Err(trouble) => view::trouble(&visit, &form, trouble).await,
        };
        if is_refusal(response.status()) {
            let account = visit.person.as_ref().map(|person| person.id);
            let (method, page, status) = (visit.method.as_str(), page_of(&visit.path), response.status().as_u16());
            tracing::warn!(account, method, page, status, "refused");
        }
        response
    });
    done.await.unwrap_or_else(|cause| {
        tracing::error!(%cause, "a page of the desk could not be made");
        view::refused(StatusCode::INTERNAL_SERVER_ERROR)
    })
}

/// What somebody tried in vain: a page or a step he has no right to, input that is not taken, a wrong password or link. Whose
/// session is over, or whom a colleague was faster than, has tried nothing.
fn is_refusal(status: StatusCode) -> bool {
    status.is_client_error() && !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::CONFLICT)
}

/// An address as it may stand in the log: the name of an invitation is a secret.
pub fn page_of(path: &str) -> String {
    match path.split_once("/moi/") {
        Some((before, _)) => [before, "/moi/…"].concat(),
        None => path.chars().take(200).collect(),
    }
}

type Answer = Result<Response, Trouble>;

async fn route(visit: &mut Visit, form: &Form) -> Answer {
    let path = visit.path.clone();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let post = visit.method == Method::POST;
    // Whoever is not signed in finds the way in, and the way of an invitation.
    match (post, &parts[..]) {
        (true, ["vao"]) => return enter::sign_in(visit, form).await,
        (true, ["vao", "khoa", "hoi"]) => return passkey::ask_in(visit),
        (true, ["vao", "khoa"]) => return passkey::enter(visit, form).await,
        (false, ["moi", token]) => return enter::invitation(visit, token).await,
        (true, ["moi", token, "khoa", "hoi"]) => return passkey::ask_join(visit, form, token).await,
        (true, ["moi", token, "khoa"]) => return passkey::join(visit, form, token).await,
        (true, ["moi", token]) => return enter::accept(visit, form, token).await,
        _ => {}
    }
    let Some(person) = visit.person.clone() else { return view::sign_in(visit, form).await };
    let site = visit.site.clone();
    match (post, &parts[..]) {
        (false, []) => view::overview(visit, &person).await,
        (true, ["ra"]) => account::sign_out(visit, &person).await,
        (false, ["viec"]) => view::list(visit, &person).await,
        (false, ["viec", "moi"]) => view::fresh(visit, &person).await,
        (true, ["viec"]) => match begin(visit, form, &person).await {
            Err(trouble) if visit.wants_json => Ok(view::json_trouble(visit, &trouble)),
            done => done,
        },
        (true, ["viec", "nhan"]) => {
            let id = works::take::take(&site, &person, item(form)?).await?;
            Ok(visit.go(&format!("/viec/{id}")))
        }
        (true, ["viec", "rut"]) => {
            let id = works::take::withdraw(&site, &person, item(form)?, form.get("words")).await?;
            Ok(visit.go(&format!("/viec/{id}")))
        }
        (false, ["viec", id]) => view::work(visit, &person, number(id)?, Shown::default()).await,
        (true, ["viec", id]) => save(visit, form, &person, number(id)?, form.number("version")).await,
        (true, ["viec", id, "buoc"]) => {
            let id = number(id)?;
            works::act(&site, &person, id, ask(form)?).await?;
            Ok(visit.go(&format!("/viec/{id}")))
        }
        (true, ["viec", id, "huy"]) => alerts::cancel(visit, form, &person, number(id)?).await,
        (false, ["canh-bao"]) => view::alert::list(visit, &person).await,
        (false, ["canh-bao", "moi"]) => alerts::fresh(visit, &person).await,
        (false, ["viec", id, "xem"]) => view::preview(visit, &person, number(id)?).await,
        (false, ["viec", id, "lich-su"]) => view::history(visit, &person, number(id)?).await,
        (true, ["viec", id, "tep"]) => {
            let bytes = visit.file.take();
            let text = |name| form.get(name).to_owned();
            let (words, speaker, consent) = (text("words"), text("speaker"), form.has("consent"));
            upload::take(visit, &person, number(id)?, upload::Brought { bytes, words, speaker, consent }).await
        }
        (true, ["tin-bao"]) => notices::seen(visit, form, &person).await,
        (true, ["dan"]) => view::pasted(form).await,
        (false, ["nguon"]) => sources::list(visit, &person).await,
        (true, ["nguon"]) => sources::add(visit, form, &person).await,
        (true, ["nguon", "lay"]) => sources::paste(visit, form, &person).await,
        (true, ["nguon", "cap", id]) => sources::confirm::decide(visit, form, &person, number(id)?).await,
        (true, ["nguon", id]) => sources::change(visit, form, &person, number(id)?).await,
        (false, ["nguoi"]) => people::list(visit, &person).await,
        (true, ["nguoi", "moi"]) => people::invite(visit, form, &person).await,
        (true, ["nguoi", "moi", "bo"]) => people::uninvite(visit, form, &person).await,
        (true, ["nguoi", id, "loi-vao"]) => people::renew(visit, form, &person, number(id)?).await,
        (true, ["nguoi", id]) => people::change(visit, form, &person, number(id)?).await,
        (false, ["toi"]) => account::me(visit, &person, None).await,
        (true, ["toi", "khoa", "hoi"]) => passkey::ask_new(visit, form, &person).await,
        (true, ["toi", "khoa"]) => passkey::add(visit, form, &person).await,
        (true, ["toi", "khoa", "bo"]) => passkey::remove(visit, form, &person).await,
        (true, ["toi", "mat-khau"]) => account::change_password(visit, form, &person).await,
        (true, ["toi", "ma-du-phong"]) => account::renew_codes(visit, form, &person).await,
        (true, ["toi", "phien"]) => account::end_session(visit, form, &person).await,
        (false, ["nhat-ky"]) => view::audit(visit, &person).await,
        (false, ["hang-doi"]) => view::jobs(visit, &person).await,
        (true, ["hang-doi", id]) => jobs::retry(visit, &person, number(id)?).await,
        _ => Err(Trouble::NotFound),
    }
}

fn number(text: &str) -> Result<i64, Trouble> {
    text.parse().map_err(|_| Trouble::NotFound)
}

fn item(form: &Form) -> Result<ItemId, Trouble> {
    form.get("item").parse().map_err(|_| Trouble::NotFound)
}

/// The steps that the pressed button names, e.g. `approve publish`.
fn ask(form: &Form) -> Result<Ask, Trouble> {
    let named = form.get("do").split_whitespace();
    let actions: Option<Vec<Action>> = named.map(Action::from_name).collect();
    let actions = actions.filter(|actions| actions.len() <= 2).ok_or(Trouble::NotFound)?;
    Ok(Ask { actions, seen: form.hash("seen"), words: form.get("words").to_owned(), at: form.time("at") })
}

/// Saves a text for the first time. Whoever sends the same form again, since no answer came, goes on with the same work.
async fn begin(visit: &mut Visit, form: &Form, person: &Person) -> Answer {
    let site = visit.site.clone();
    let before = match form.get("tu").parse() {
        // What was withdrawn meanwhile takes nothing away that was typed.
        Ok(origin) => match works::copy(&site, person, origin).await {
            Err(Trouble::NotFound) => Manuscript::default(),
            copied => copied?,
        },
        Err(_) => Manuscript::default(),
    };
    let text = alerts::typed(form, &before, visit.now());
    let once = Some(form.get("once")).filter(|once| once.len() <= 64).unwrap_or_default();
    let (id, fresh) = match works::create(&site, person, text.clone(), once).await {
        Err(why @ (Trouble::Denied | Trouble::NoPlace)) if !visit.wants_json => {
            return view::again(visit, person, form.get("tu").parse().ok(), &text, why).await;
        }
        made => made?,
    };
    match (fresh, visit.wants_json) {
        (true, true) => return Ok(begun(id, false)),
        // The script sends what was typed since over the version that its form began: of two that race none is overwritten.
        (false, true) => return Ok(begun(id, true)),
        (false, false) => return save(visit, form, person, id, 1).await,
        (true, false) => {}
    }
    // Saved in any case; sent in where the button says so and nothing is missing.
    match works::act(&site, person, id, ask(form)?).await {
        Ok(_) => saved(visit, form, id),
        Err(trouble @ (Trouble::Unready(_) | Trouble::Refuses(_) | Trouble::Superseded)) => {
            view::work(visit, person, id, Shown { trouble: Some(trouble), typed: None }).await
        }
        Err(trouble) => Err(trouble),
    }
}

fn begun(id: i64, again: bool) -> Response {
    view::json(StatusCode::OK, &serde_json::json!({ "id": id, "version": 1, "again": again }))
}

async fn save(visit: &mut Visit, form: &Form, person: &Person, id: i64, version: i64) -> Answer {
    let before = visit.site.store.work(id).await?.ok_or(Trouble::NotFound)?;
    let text = alerts::typed(form, &before.text, visit.now());
    let done = works::save(&visit.site, person, id, version, text.clone(), ask(form)?).await;
    match done {
        Ok(work) if visit.wants_json => Ok(view::json(StatusCode::OK, &serde_json::json!({ "version": work.version }))),
        Ok(_) => saved(visit, form, id),
        Err(trouble) if visit.wants_json => Ok(view::json_trouble(visit, &trouble)),
        // A text that is not ready is saved all the same.
        Err(trouble @ (Trouble::Unready(_) | Trouble::Refuses(_) | Trouble::Superseded)) => {
            works::save(&visit.site, person, id, version, text, Ask::default()).await?;
            view::work(visit, person, id, Shown { trouble: Some(trouble), typed: None }).await
        }
        // What was typed comes back in the form, with what stands in its way.
        Err(trouble @ (Trouble::Overtaken(_) | Trouble::Refused(_) | Trouble::Denied | Trouble::NoPlace)) => {
            view::work(visit, person, id, Shown { trouble: Some(trouble), typed: Some(text) }).await
        }
        Err(trouble) => Err(trouble),
    }
}

fn saved(visit: &Visit, form: &Form, id: i64) -> Answer {
    let behind = if form.has("stay") { view::SAVED } else { "" };
    Ok(visit.go(&format!("/viec/{id}{behind}")))
}

/// Sessions, notices and counts that are over, now and then.
pub async fn tidy(site: &Site) -> Result<(), Error> {
    let now = site.now();
    let mut tx = site.store.begin().await?;
    tx.end_old_sessions(now.plus(-visit::LIFE), now.plus(-visit::IDLE), now.plus(visit::LIFE)).await?;
    tx.drop_seen_notices().await?;
    let long_ago = Time(now.0 - 90 * 86_400);
    tx.forget_begun(long_ago).await?;
    tx.forget_cap(long_ago).await?;
    tx.commit().await?;
    if site.options.reserve {
        let data = site.data.clone();
        // Waits for the disk.
        let _ = tokio::task::spawn_blocking(move || reserve::hold(&data)).await;
    }
    crate::tree::tidy(site).await
}
