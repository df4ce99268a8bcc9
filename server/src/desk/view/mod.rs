//! Pages of the desk: plain data in, HTML out, the same calm leaflet as for readers. Every page works without scripts.

pub mod alert;
mod enter;
mod files;
mod frame;
mod history;
mod messages;
mod outside;
mod overview;
mod people;
mod report;
mod sources;
mod tree;
mod trouble;
mod work;
mod write;

pub use enter::{by_key, invitation, no_invitation, once_more, renewed_codes, sign_in, signing_in, welcome};
pub use frame::{file, json, refused};
pub use history::{audit, history, jobs};
pub use messages::Senders;
pub use overview::{list, overview};
pub use people::{me, people};
pub use sources::{Alerts, sources};
pub use trouble::{json_trouble, trouble, unread};
pub use work::{pasted, preview, work};
pub use write::{again, fresh};

use crate::assets::hex;
use crate::clock::random;
use crate::desk::visit::Visit;
use crate::desk::works::Trouble;
use crate::store::desk::Person;
use domain::editorial::{Manuscript, Script};
use domain::words::fill;
use ui::el::{El, cl, el, tx};

/// How the editor is opened again after a save, and says so; the script takes that out of the address when it has been said.
pub const SAVED: &str = "?sua=1&da-luu=1";

/// What stands on the page of a work beside the work.
#[derive(Default)]
pub struct Shown {
    pub trouble: Option<Trouble>,
    /// What somebody typed and could not be saved: it comes back in the form.
    pub typed: Option<Manuscript>,
}

/// A field with its label; `hint` says more.
fn field(name: &str, label: &'static str, hint: &'static str, input: El) -> El {
    field_as(name, name, label, hint, input)
}

/// The same where a page has several of one name.
fn field_as(id: &str, name: &str, label: &'static str, hint: &'static str, input: El) -> El {
    let id = ["f-", id].concat();
    let input = input.attr("id", id.clone()).attr("name", name.to_owned());
    let hint_id = [&id, "-h"].concat();
    let (input, hint) = if hint.is_empty() {
        (input, None)
    } else {
        (input.attr("aria-describedby", hint_id.clone()), Some(tx("small", hint).attr("id", hint_id)))
    };
    cl("p", "fd").kid(tx("label", label).attr("for", id)).maybe(hint).kid(input)
}

fn input(kind: &'static str, value: &str) -> El {
    el("input").attr("type", kind).attr("value", value.to_owned())
}

/// The parser of HTML drops a first line end.
fn area(rows: &'static str, value: &str) -> El {
    el("textarea").attr("rows", rows).text(["\n", value].concat())
}

/// Where the text itself is typed.
fn long_area(value: &str) -> El {
    cl("textarea", "tt").attr("rows", "16").text(["\n", value].concat())
}

/// Names a form of something new, so that it begins one work however often it is sent.
fn once() -> El {
    hidden("once", hex(&random::<16>())).attr("autocomplete", "off")
}

fn hidden(name: &'static str, value: impl Into<ui::el::Str>) -> El {
    el("input").attr("type", "hidden").attr("name", name).attr("value", value)
}

/// A button that sends its form.
fn send(text: &'static str) -> El {
    cl("button", "bt").text(text)
}

/// The button that a page is about.
fn go(text: &'static str) -> El {
    cl("button", "bt go").text(text)
}

/// Under which the script keeps on this device what was not saved: nobody else who uses it is offered it. With nothing for
/// `what` it is how all of that person's begin, which signing out drops.
fn keep(person: &Person, what: impl std::fmt::Display) -> String {
    format!("desk:{}:{what}", person.id)
}

/// Beside a translation that is older than its original.
fn outdated(visit: &Visit, script: &Script) -> String {
    let w = visit.w();
    match script.of_version {
        0 => w.outdated.to_owned(),
        version => fill(w.outdated_since, &[("n", &version.to_string())]),
    }
}

fn check(name: impl Into<ui::el::Str>, value: String, on: bool, text: impl Into<ui::el::Str>) -> El {
    let input = el("input").attr("type", "checkbox").attr("name", name).attr("value", value).flag("checked", on);
    cl("label", "ck").kid(input).kid(tx("span", text))
}

fn choice(value: String, on: bool, text: impl Into<ui::el::Str>) -> El {
    el("option").attr("value", value).flag("selected", on).text(text)
}

/// What the views of readers need to know.
fn ctx(visit: &Visit) -> ui::Ctx {
    ui::Ctx { images: ui::Images::Inline, ..ui::Ctx::html(visit.lang, visit.now(), &visit.origin) }
}
