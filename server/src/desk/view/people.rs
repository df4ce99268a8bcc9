//! Who works here, what each may do, and one's own account.

use super::enter::{alarm, passkey_form};
use super::frame::{page, root};
use super::{check, choice, field, field_as, go, hex, hidden, input, keep, send};
use crate::desk::account::Proof;
use crate::desk::enter::Wrong;
use crate::desk::passkey;
use crate::desk::visit::Visit;
use crate::qr::qr;
use crate::store::desk::{PasskeyRow, Person, SessionRow};
use axum::http::StatusCode;
use axum::response::Response;
use domain::content::Time;
use domain::editorial::{Grant, Role};
use domain::instance::instance;
use domain::words::{Desk, ago, date_time, fill};
use ui::el::{El, cl, el, tx};

fn role_name(role: Role, w: &'static Desk) -> &'static str {
    match role {
        Role::Author => w.role_author,
        Role::Approver => w.role_approver,
        Role::AlertOfficer => w.role_alert_officer,
        Role::Figure => w.role_figure,
        Role::Reporter => w.role_reporter,
        Role::Administrator => w.role_administrator,
    }
}

/// A role as it is offered: with what whoever gives it should know.
fn role_offer(role: Role, w: &'static Desk) -> String {
    let name = role_name(role, w);
    match role {
        Role::Administrator => fill(w.role_whole, &[("role", name)]),
        _ if role.is_idle() => fill(w.role_idle, &[("role", name)]),
        _ => name.to_owned(),
    }
}

pub fn grant_text(grant: &Grant, visit: &Visit) -> String {
    let place = instance().place(grant.place).map_or("", |place| place.name.get(visit.lang));
    let topics = grant.topics.iter().filter_map(|topic| instance().topic(*topic)).map(|topic| topic.name.get(visit.lang));
    let topics = topics.collect::<Vec<_>>().join(", ");
    [role_name(grant.role, visit.w()), " · ", place, if topics.is_empty() { "" } else { " · " }, &topics].concat()
}

/// Roles as a list.
pub fn roles(grants: &[Grant], visit: &Visit) -> El {
    cl("ul", "rl").kids(grants.iter().map(|grant| tx("li", grant_text(grant, visit))).collect())
}

pub fn people(
    visit: &Visit,
    me: &Person,
    all: &[Person],
    open: &[(Vec<u8>, String, Time)],
    invited: Option<Result<String, Wrong>>,
) -> Response {
    let w = visit.w();
    let mut main = root(w.people);
    let status = if matches!(invited, Some(Err(_))) { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    match invited {
        Some(Ok(link)) => {
            let shown = el("input").attr("readonly", "").attr("value", link.clone()).attr("aria-label", w.invite_link);
            let print = cl("button", "bt js").attr("type", "button").attr("data-do", "print").text(visit.lang.words().print());
            let made = cl("div", "ok").attr("role", "status").kid(tx("p", w.invite_made)).kid(shown);
            let pass = cl("button", "bt go js").attr("type", "button").attr("data-do", "pass").text(w.invite_pass);
            main = main.kid(made.kid(cl("p", "ac").kid(pass).kid(print)).kid(qr(&link, w.invite_code)));
        }
        Some(Err(wrong @ Wrong::Part)) => main = main.kid(alarm(wrong, w)),
        Some(Err(_)) => main = main.kid(cl("p", "warn").attr("role", "alert").text(w.invite_wrong)),
        None => {}
    }
    let list = all.iter().map(|person| card(visit, me, person));
    main = main.kid(cl("ul", "ls ppl").kids(list.collect()));
    if !open.is_empty() {
        let waiting = open.iter().map(|(token, name, until)| {
            let until = date_time(*until, visit.now(), visit.lang);
            let form = el("form").attr("method", "post").attr("action", visit.to("/nguoi/moi/bo"));
            let form = form.kid(hidden("invitation", hex(token)));
            let drop = form.kid(send(w.uninvite).attr("aria-label", [w.uninvite, ": ", name].concat()));
            tx("li", name.clone()).kid(tx("small", fill(w.until, &[("at", &until)]))).kid(drop)
        });
        main = main.kid(tx("h2", w.invitations_open)).kid(cl("ul", "ls").kids(waiting.collect()));
    }
    let form = el("form")
        .attr("method", "post")
        .attr("action", visit.to("/nguoi/moi"))
        .kid(field("name", w.full_name, "", input("text", "").flag("required", true).attr("maxlength", "80")))
        .kids(grant_fields(visit))
        .kid(cl("p", "ac").kid(go(w.invite)));
    page(visit, status, w.people, main.kid(tx("h2", w.invite_somebody)).kid(form))
}

/// Roles, places and topics to choose from.
fn grant_fields(visit: &Visit) -> Vec<El> {
    let w = visit.w();
    let roles = Role::ALL.into_iter().map(|role| check("role", role.name().into(), false, role_offer(role, w)));
    let places = instance()
        .places
        .iter()
        .map(|place| check("place", place.code.to_string(), false, place.name.get(visit.lang).to_owned()));
    let set = |legend, kids: Vec<El>| el("fieldset").kid(tx("legend", legend)).kid(cl("div", "cg2").kids(kids));
    vec![set(w.roles, roles.collect()), set(w.for_place, places.collect()), topic_boxes(visit)]
}

/// Topics to choose from; none means all of them.
fn topic_boxes(visit: &Visit) -> El {
    let topics = instance().topics.iter().enumerate();
    let topics = topics.map(|(at, topic)| check("topic", at.to_string(), false, topic.name.get(visit.lang).to_owned()));
    el("details").kid(tx("summary", visit.w().only_topics)).kid(cl("div", "cg2").kids(topics.collect()))
}

fn card(visit: &Visit, me: &Person, person: &Person) -> El {
    let w = visit.w();
    let action = visit.to(&format!("/nguoi/{}", person.id));
    let post = || el("form").attr("method", "post").attr("action", action.clone());
    let mut li = el("li").kid(tx("h2", person.name.clone())).kid(tx("small", person.login.clone()));
    if person.disabled {
        li = li.kid(cl("p", "st off").text(w.disabled));
    }
    let grants = person.grants.iter().map(|grant| {
        let form = post()
            .kid(hidden("role", grant.role.name()))
            .kid(hidden("place", grant.place.0.to_string()))
            .kid(hidden("do", "remove"))
            .kid(send(w.take_role).attr("aria-label", [w.take_role, ": ", &grant_text(grant, visit)].concat()));
        // Two taps: nobody loses a role by a slip.
        let drop = el("details").kid(tx("summary", w.take_away)).kid(form);
        el("li").kid(tx("span", grant_text(grant, visit))).kid(drop)
    });
    li = li.kid(cl("ul", "gr").kids(grants.collect()));
    let roles = Role::ALL.into_iter().map(|role| choice(role.name().into(), false, role_offer(role, w)));
    let places =
        instance().places.iter().map(|place| choice(place.code.to_string(), false, place.name.get(visit.lang).to_owned()));
    let more = post()
        .kid(hidden("do", "add"))
        .kid(el("select").attr("name", "role").attr("aria-label", w.roles).kids(roles.collect()))
        .kid(el("select").attr("name", "place").attr("aria-label", w.for_place).kids(places.collect()))
        .kid(topic_boxes(visit))
        .kid(send(w.give_role));
    let mut tools = el("details").kid(tx("summary", w.change_roles)).kid(more);
    if person.id != me.id {
        let renew = el("form").attr("method", "post").attr("action", [&action, "/loi-vao"].concat());
        tools = tools.kid(renew.kid(tx("small", w.renew_what)).kid(send(w.renew)));
        let (what, text) = if person.disabled { ("enable", w.enable) } else { ("disable", w.disable) };
        tools = tools.kid(post().kid(hidden("do", what)).kid(send(text)));
    }
    li.kid(tools)
}

pub fn me(
    visit: &Visit,
    person: &Person,
    sessions: &[SessionRow],
    passkeys: &[PasskeyRow],
    proof: Proof,
    wrong: Option<Wrong>,
) -> Response {
    let w = visit.w();
    let wrong = wrong.map(|wrong| if (wrong, proof) == (Wrong::Code, Proof::Paper) { Wrong::Paper } else { wrong });
    let rows = sessions.iter().map(|session| {
        let here = visit.token == Some(session.token);
        let seen = fill(w.session_seen, &[("ago", &ago(session.seen, visit.now(), visit.lang))]);
        let li = el("li")
            .kid(tx("span", browser(&session.agent)))
            .kid(tx("small", if here { w.session_here.to_owned() } else { seen }));
        if here {
            return li;
        }
        li.kid(end(visit, hex(&session.token), w.end_session))
    });
    let out = el("form")
        .attr("method", "post")
        .attr("action", visit.to("/ra"))
        .attr("data-keep", keep(person, ""))
        .kid(cl("p", "ac").kid(go(w.sign_out)));
    let main = root(w.me)
        .maybe(wrong.map(|wrong| alarm(wrong, w)))
        .kid(cl("p", "ld").text(person.name.clone()))
        .kid(tx("small", person.login.clone()))
        .kid(tx("h2", w.roles))
        .kid(roles(&person.grants, visit))
        .maybe(keys(visit, passkeys, proof))
        .maybe((proof == Proof::Authenticator).then(|| password(visit, wrong.is_some())))
        .kid(recovery(visit, proof))
        .kid(tx("h2", w.sessions))
        .kid(cl("ul", "ls").kids(rows.collect()))
        .maybe((sessions.len() > 1).then(|| end(visit, "others".into(), w.end_others)))
        .kid(out);
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page(visit, status, w.me, main)
}

/// Ends a session, or all the others, for whoever shows once more that it is he: also by paper, for the authenticator may be lost.
fn end(visit: &Visit, session: String, words: &'static str) -> El {
    let w = visit.w();
    let code = input("text", "").attr("autocomplete", "one-time-code").flag("required", true);
    let code = field_as(&["code-", &session].concat(), "code", w.code, w.code_hint, code);
    let form = el("form").attr("method", "post").attr("action", visit.to("/toi/phien"));
    let form = form.kid(hidden("session", session)).kid(code).kid(cl("p", "ac").kid(send(words)));
    el("details").kid(tx("summary", words)).kid(form)
}

/// A new password.
fn password(visit: &Visit, open: bool) -> El {
    let w = visit.w();
    let of = |autocomplete: &'static str| input("password", "").attr("autocomplete", autocomplete).flag("required", true);
    let form = el("form")
        .attr("method", "post")
        .attr("action", visit.to("/toi/mat-khau"))
        .kid(field("old-password", w.password_old, "", of("current-password")))
        .kid(field("password", w.password_new, w.password_hint, of("new-password")))
        .kid(field("repeat", w.password_repeat, "", of("new-password")))
        .kid(code(visit, "password", Proof::Authenticator))
        .kid(cl("p", "ac").kid(send(w.password_change)));
    el("details").flag("open", open).kid(tx("summary", w.password_change)).kid(form)
}

/// New codes on paper.
fn recovery(visit: &Visit, proof: Proof) -> El {
    let w = visit.w();
    let form = el("form").attr("method", "post").attr("action", visit.to("/toi/ma-du-phong"));
    let form = form.kid(tx("p", w.recovery_renew_what)).kid(code(visit, "recovery", proof));
    el("details").kid(tx("summary", w.recovery_renew)).kid(form.kid(cl("p", "ac").kid(send(w.recovery_renew))))
}

/// What the authenticator shows, or a code on paper, in the form that `id` tells from the others of the page.
fn code(visit: &Visit, id: &str, proof: Proof) -> El {
    let input = input("text", "").attr("autocomplete", "one-time-code").flag("required", true);
    let label = if proof == Proof::Paper { visit.w().code_paper } else { visit.w().code_six };
    field_as(&["code-", id].concat(), "code", label, "", input)
}

/// Devices that open the desk when they are unlocked.
fn keys(visit: &Visit, passkeys: &[PasskeyRow], proof: Proof) -> Option<El> {
    let w = visit.w();
    // Whoever has no password keeps one.
    let stays = proof == Proof::Paper && passkeys.len() == 1;
    let rows = passkeys.iter().map(|key| {
        let used = key.used.map_or_else(
            || w.passkey_unused.to_owned(),
            |used| fill(w.session_seen, &[("ago", &ago(used, visit.now(), visit.lang))]),
        );
        let name = if key.name.is_empty() { w.passkey } else { &key.name };
        let drop = el("form").attr("method", "post").attr("action", visit.to("/toi/khoa/bo"));
        let id = hex(&key.credential);
        let drop =
            drop.kid(hidden("credential", id.clone())).kid(code(visit, &id, proof)).kid(cl("p", "ac").kid(send(w.take_away)));
        let drop = el("details").kid(tx("summary", w.take_away)).kid(drop);
        el("li").kid(tx("span", name.to_owned())).kid(tx("small", used)).maybe((!stays).then_some(drop))
    });
    let list = (!passkeys.is_empty()).then(|| cl("ul", "ls").kids(rows.collect()));
    let more = passkey_form(visit, "/toi/khoa")
        .kid(field("name", w.passkey_name, w.passkey_name_hint, input("text", &browser(&visit.agent)).attr("maxlength", "80")))
        .kid(code(visit, "key", proof))
        .kid(cl("p", "ac").kid(send(w.passkey_add)));
    passkey::offered(visit).then(|| el("section").kid(tx("h2", w.passkeys)).kid(tx("p", w.passkey_what)).maybe(list).kid(more))
}

/// What a person recognises of a browser's long name.
fn browser(agent: &str) -> String {
    let known = [
        ("Edg/", "Edge"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [("Android", "Android"), ("iPhone", "iPhone"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux")];
    let find = |names: &[(&str, &'static str)]| names.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name);
    match (find(&known), find(&systems)) {
        (Some(browser), Some(system)) => [browser, " · ", system].concat(),
        _ => agent.chars().take(40).collect(),
    }
}
