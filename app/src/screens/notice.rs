//! What the program has to say besides the page: quietly, once, above it.

use crate::state::View;
use domain::route::Route;
use domain::sync::Trouble;
use domain::words::{fill, size};
use ui::Ctx;
use ui::el::{El, cl, el};
use ui::parts::button;

/// Always there, so that a screen reader hears what comes into it.
pub fn notices(view: &View, ctx: &Ctx) -> El {
    let w = ctx.w();
    let out = el("div").attr("id", "notices").attr("role", "status").apart();
    let line = |class: &'static str, text: &'static str| cl("p", class).text(text);
    let update = view.update.filter(|_| view.route != Some(Route::Settings)).map(|bytes| {
        let text = fill(w.update_ready(), &[("size", &size(bytes, ctx.lang))]);
        cl("p", "up").text(text).text(" ").kid(button("update", "download", w.update_now()))
    });
    let list = matches!(
        view.route,
        Some(Route::Home | Route::Topic(_) | Route::Place(_) | Route::Alerts | Route::Saved | Route::OnThisPhone)
    );
    // Never above what somebody reads, least of all an alert.
    let install = (list && view.offer_install).then(|| {
        line("up", w.install_offer()).text(" ").kid(button("install", "install", w.install_now())).text(" ").kid(button(
            "later",
            "check",
            w.later(),
        ))
    });
    // On an alert one line: what it says to do is not to be pushed down.
    let (list, class) = (list || super::unsure(view), if list { "em" } else { "fr" });
    let stored = !view.shelf.cards.is_empty();
    let trouble = view.trouble.and_then(|trouble| match trouble {
        Trouble::Offline | Trouble::StoreBroken if list && stored => Some(line(class, w.offline_list())),
        Trouble::Portal if list => Some(line(class, w.portal())),
        Trouble::Busy if list => Some(line(class, w.busy_server())),
        Trouble::PhoneFull => Some(line("warn", w.phone_full())),
        Trouble::NotGenuine(_) => Some(line("warn", w.not_genuine())),
        Trouble::NewerFormat => Some(line("warn", w.newer_format())),
        Trouble::OtherServer => {
            Some(line("warn", w.other_server()).text(" ").kid(button("start-over", "download", w.start_over())))
        }
        _ => None,
    });
    out.maybe(view.toast.map(|text| line("up toast", text)))
        .maybe(trouble)
        .maybe(view.clock_behind().then(|| {
            let at = ctx.when(ctx.now);
            cl("p", "warn").text(fill(w.clock_off(), &[("at", &at)]))
        }))
        .maybe(update)
        .maybe(install)
}
