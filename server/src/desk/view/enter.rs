//! The way in: signing in, and the page of an invitation.

use super::frame::{page, root};
use super::{field, go, hidden, input, send};
use crate::desk::enter::{Enrolment, Wrong};
use crate::desk::form::{self, Form};
use crate::desk::passkey;
use crate::desk::visit::Visit;
use crate::desk::weak::{MIN_PASSWORD, Weak};
use crate::desk::works::Trouble;
use crate::qr::qr;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use domain::words::{Desk, fill};
use ui::el::{El, cl, el, tx};

/// In place of a page that needs somebody. What was typed is not lost: it waits in the page for the second try.
pub async fn sign_in(visit: &Visit, form: &Form) -> Result<Response, Trouble> {
    if visit.wants_json {
        return Ok(super::json(StatusCode::UNAUTHORIZED, &serde_json::json!({ "code": "signed-out" })));
    }
    if visit.method == Method::POST && !form.0.is_empty() {
        return Ok(rescue(visit, form, visit.w().signed_out));
    }
    Ok(signing_in(visit, form, None))
}

/// In place of a step for which a session has to be fresh; it was ended.
pub fn once_more(visit: &Visit, form: &Form) -> Response {
    rescue(visit, form, visit.w().once_more)
}

fn rescue(visit: &Visit, form: &Form, title: &'static str) -> Response {
    let w = visit.w();
    let mut again = el("form").attr("method", "post").attr("action", visit.to(&visit.path));
    for (name, value) in form.0.iter().filter(|(name, _)| !form::is_secret(name)) {
        let kept = el("textarea").flag("hidden", true).attr("name", name.clone()).text(["\n", value].concat());
        again = again.kid(kept);
    }
    let door = cl("p", "wy").kid(el("a").attr("href", visit.to("")).attr("target", "_blank").text(w.sign_in_elsewhere));
    let main = root(title).kid(cl("p", "warn").attr("role", "alert").text(w.signed_out_kept)).kid(door);
    page(visit, StatusCode::UNAUTHORIZED, title, main.kid(again.kid(go(w.try_again))))
}

pub fn signing_in(visit: &Visit, form: &Form, wrong: Option<Wrong>) -> Response {
    let w = visit.w();
    let back = if form.has("back") { form.get("back") } else { &visit.path };
    let entry = el("form")
        .attr("method", "post")
        .attr("action", visit.to("/vao"))
        .kid(hidden("back", back.to_owned()))
        .kid(field(
            "login",
            w.login,
            "",
            input("text", form.get("login")).attr("autocomplete", "username").flag("required", true),
        ))
        .kid(field("password", w.password, w.password_none, input("password", "").attr("autocomplete", "current-password")))
        .kid(field("code", w.code, w.code_hint, code()))
        .kid(cl("p", "ac").kid(go(w.sign_in)));
    let main = root(w.sign_in)
        .maybe(wrong.map(|wrong| alarm(wrong, w)))
        .maybe(unlock(visit, back))
        .kid(entry)
        .kid(cl("p", "em").text(w.no_account));
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page(visit, status, w.sign_in, main)
}

/// The way in with what unlocks the phone; the script asks the device.
fn unlock(visit: &Visit, back: &str) -> Option<El> {
    let w = visit.w();
    passkey::offered(visit).then(|| {
        let form = passkey_form(visit, "/vao/khoa").kid(hidden("back", back.to_owned()));
        form.kid(cl("p", "ac").kid(send(w.passkey_in))).kid(cl("p", "or2").text(w.passkey_or))
    })
}

/// A form that a device fills: the script asks at `…/hoi` and sends the answer.
pub fn passkey_form(visit: &Visit, path: &str) -> El {
    cl("form", "js")
        .attr("method", "post")
        .attr("action", visit.to(path))
        .attr("data-passkey", visit.to(&[path, "/hoi"].concat()))
        .kid(hidden("ceremony", ""))
        .kid(hidden("answer", ""))
        .kid(cl("p", "sv").attr("role", "status"))
}

fn code() -> El {
    input("text", "").attr("inputmode", "text").attr("autocomplete", "one-time-code").flag("required", true)
}

pub fn alarm(wrong: Wrong, w: &'static Desk) -> El {
    let text = match wrong {
        Wrong::Link => w.wrong_link.to_owned(),
        Wrong::Name => w.wrong_name.to_owned(),
        Wrong::Login => w.wrong_login.to_owned(),
        Wrong::Taken => w.wrong_taken.to_owned(),
        Wrong::Password(Weak::Short) => fill(w.wrong_short, &[("n", &MIN_PASSWORD.to_string())]),
        Wrong::Password(Weak::Long) => w.wrong_long.to_owned(),
        Wrong::Password(Weak::Common) => w.wrong_common.to_owned(),
        Wrong::Repeat => w.wrong_repeat.to_owned(),
        Wrong::Code => w.wrong_code.to_owned(),
        Wrong::Pair => w.wrong_pair.to_owned(),
        Wrong::Part => fill(w.wrong_part, &[("role", w.role_administrator)]),
        Wrong::Paper => w.wrong_paper.to_owned(),
        Wrong::Device => w.passkey_failed.to_owned(),
        Wrong::Passkey => w.wrong_passkey.to_owned(),
        Wrong::Question => w.wrong_question.to_owned(),
        Wrong::Wait(minutes) => fill(w.wrong_wait, &[("n", &minutes.to_string())]),
    };
    cl("p", "warn").attr("role", "alert").text(text)
}

pub fn no_invitation(visit: &Visit) -> Response {
    let w = visit.w();
    let main = root(w.invitation).kid(alarm(Wrong::Link, w)).kid(cl("p", "wy").kid(ui::el::link(visit.to(""), w.sign_in)));
    page(visit, StatusCode::GONE, w.invitation, main)
}

pub fn invitation(visit: &Visit, token: &str, enrolment: &Enrolment, form: &Form, wrong: Option<Wrong>) -> Response {
    let w = visit.w();
    let new = || required(input("password", "").attr("autocomplete", "new-password"));
    let first = el("fieldset")
        .kid(tx("legend", w.step_who))
        .kids(who(visit, enrolment, form))
        .kid(field("password", w.password, w.password_hint, new()))
        .kid(field("repeat", w.password_repeat, "", new()));
    let second = el("fieldset")
        .kid(tx("legend", w.step_code))
        .kid(tx("p", w.totp_how))
        .kid(qr(&enrolment.url, w.totp_picture))
        .kid(cl("p", "em").text(w.totp_typed).text(" ").kid(cl("code", "sc").text(groups(&enrolment.secret))))
        .kid(field("code", w.code_six, "", code().attr("maxlength", "9")));
    let entry = el("form")
        .attr("method", "post")
        .attr("action", visit.to(&["/moi/", token].concat()))
        .kid(first)
        .kid(second)
        .kid(cl("p", "ac").kid(go(if enrolment.login.is_some() { w.renew_done } else { w.join })));
    let key = cl("a", "bt").attr("href", visit.to(&["/moi/", token, "?khoa=1"].concat())).text(w.by_key);
    let key = passkey::offered(visit).then(|| cl("p", "ac js").kid(key));
    invited(visit, enrolment, wrong, |main| main.maybe(key).kid(entry))
}

/// The same with what unlocks the phone, in the place of password and authenticator.
pub fn by_key(visit: &Visit, token: &str, enrolment: &Enrolment, form: &Form, wrong: Option<Wrong>) -> Response {
    let w = visit.w();
    let path = ["/moi/", token].concat();
    let go = go(if enrolment.login.is_some() { w.renew_done } else { w.join });
    let entry = passkey_form(visit, &[&path, "/khoa"].concat())
        .kid(tx("p", w.by_key_what))
        .kids(who(visit, enrolment, form))
        .kid(cl("p", "ac").kid(go));
    let back = cl("p", "wy").kid(ui::el::link(visit.to(&path), w.by_password));
    invited(visit, enrolment, wrong, |main| main.kid(entry).kid(back))
}

fn invited(visit: &Visit, enrolment: &Enrolment, wrong: Option<Wrong>, more: impl FnOnce(El) -> El) -> Response {
    let w = visit.w();
    let main = root(w.invitation).maybe(wrong.map(|wrong| alarm(wrong, w))).kid(tx("p", w.invited_as));
    let main = more(main.kid(super::people::roles(&enrolment.invitation.grants, visit)));
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page(visit, status, w.invitation, main)
}

fn required(input: El) -> El {
    input.flag("required", true)
}

/// Name and login: to be typed, or those that there are.
fn who(visit: &Visit, enrolment: &Enrolment, form: &Form) -> Vec<El> {
    let w = visit.w();
    let name = if form.has("name") { form.get("name") } else { &enrolment.invitation.name };
    match &enrolment.login {
        Some(login) => vec![cl("p", "ld").text([name, " · ", login].concat())],
        None => vec![
            field("name", w.full_name, "", required(input("text", name).attr("autocomplete", "name"))),
            field("login", w.login, w.login_hint, required(input("text", form.get("login")).attr("autocomplete", "username"))),
        ],
    }
}

fn groups(secret: &str) -> String {
    secret.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group)).collect::<Vec<_>>().join(" ")
}

/// After joining: the codes on paper, once.
pub fn welcome(visit: &Visit, login: &str, codes: &[String]) -> Response {
    let w = visit.w();
    let main = root(w.welcome).kid(cl("p", "ok").text(w.welcome_done)).kid(tx("h2", w.recovery));
    page(visit, StatusCode::OK, w.welcome, main.kids(paper(visit, login, codes)))
}

/// New codes instead of the old ones, once too.
pub fn renewed_codes(visit: &Visit, login: &str, codes: &[String]) -> Response {
    let w = visit.w();
    let main = root(w.recovery).kid(cl("p", "ok").attr("role", "status").text(w.recovery_renewed));
    page(visit, StatusCode::OK, w.recovery, main.kids(paper(visit, login, codes)))
}

fn paper(visit: &Visit, login: &str, codes: &[String]) -> Vec<El> {
    let w = visit.w();
    let list = cl("ol", "rc").kids(codes.iter().map(|code| el("li").kid(tx("code", code.clone()))).collect());
    let print = cl("button", "bt js").attr("type", "button").attr("data-do", "print").text(visit.lang.words().print());
    let on = cl("a", "bt go").attr("href", visit.to("")).text(w.to_desk);
    let whose = cl("p", "print-only").text(login.to_owned());
    vec![tx("p", w.recovery_how), whose, list, cl("p", "ac").kid(print).kid(on)]
}
