//! What readers have and nobody wrote at the desk, found by its address or id.

use super::{area, field, go, hidden, send};
use crate::desk::visit::Visit;
use crate::desk::works::take::may;
use crate::live::Item;
use crate::store::desk::Person;
use domain::content::ItemId;
use domain::editorial::{Action, taken};
use domain::route::{Route, item_path};
use domain::words::fill;
use ui::el::{El, cl, el, tx};

/// The item that somebody names by its address, whole or from the path on, or by its id.
pub fn named(text: &str) -> Option<ItemId> {
    let text = text.trim();
    let path = text.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| ["/", path].concat());
    match Route::parse(path.as_deref().unwrap_or(text), "") {
        Some((_, Route::Item(id))) => Some(id),
        _ => text.parse().ok(),
    }
}

/// What can be done with it here.
pub fn outside(visit: &Visit, person: &Person, item: &Item) -> El {
    let w = visit.w();
    let headline = item.card.headline(visit.lang.tag());
    let readers = cl("a", "bt").attr("href", item_path(&item.card, visit.lang)).text(w.as_readers);
    let form =
        |path| el("form").attr("method", "post").attr("action", visit.to(path)).kid(hidden("item", item.card.id.to_string()));
    let whole = taken(&item.card, &item.body).map(|taken| taken.whole);
    let main = cl("section", "nt")
        .kid(tx("h2", headline.title.clone()))
        .kid(tx("p", fill(w.outside, &[("source", &item.card.source)])))
        .kid(cl("p", "ac").kid(readers));
    if whole == Some(true) && may(person, Action::Correct, &item.card) {
        main.kid(form("/viec/nhan").kid(tx("p", w.take_over_what)).kid(cl("p", "ac").kid(go(w.take_over))))
    } else if whole == Some(false) && may(person, Action::Withdraw, &item.card) {
        let words = field("words", w.reason, w.reason_hint, area("3", "").flag("required", true).attr("maxlength", "600"));
        main.kid(form("/viec/rut").kid(tx("p", w.outside_part)).kid(words).kid(cl("p", "ac").kid(send(w.withdraw))))
    } else {
        main
    }
}
