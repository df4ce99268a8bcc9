//! Pages that say what happened and what to do next.

use crate::ctx::Ctx;
use crate::el::{El, cl, el, link, tx};
use crate::parts::{page, switch};
use domain::content::Gone;
use domain::route::{Query, Route};
use domain::words::Lang;

fn ways(ctx: &Ctx, ways: &[(Route, &'static str)]) -> El {
    let rows = ways.iter().map(|(route, text)| el("li").kid(link(route.path(ctx.lang), *text)));
    cl("ul", "ways").kids(rows.collect())
}

/// An item that was withdrawn, and why.
pub fn gone(ctx: &Ctx, gone: &Gone) -> El {
    let w = ctx.w();
    let when = ctx.at(w.gone_at(), gone.at);
    page("gone", w.gone())
        .kid(cl("p", "st off").text(when))
        .kid(el("p").text(w.gone_reason()).text(" ").kid(tx("b", gone.reason.clone())))
        .kid(tx("p", w.gone_next()))
        .maybe(ctx.saved.contains(&gone.id).then(|| switch("save", gone.id.to_string(), true, w.saved_act()).apart()))
        .kid(elsewhere(ctx))
}

/// Where to look for what is not here.
fn elsewhere(ctx: &Ctx) -> El {
    let w = ctx.w();
    ways(ctx, &[(Route::Home, w.to_home()), (Route::Search(Query::default()), w.search()), (Route::Places, w.places())])
}

pub fn not_found(ctx: &Ctx) -> El {
    let w = ctx.w();
    page("none", w.not_found()).kid(tx("p", w.not_found_text())).kid(elsewhere(ctx))
}

/// The server broke, perhaps before it knew in which language it was asked: both.
pub fn server_error(ctx: &Ctx) -> El {
    let (own, en) = (ctx.page(), Lang::En.page());
    let english = tx("p", [en.fault, ". ", en.fault_text].concat()).attr("lang", Lang::En.tag());
    page("fault", own.fault).kid(tx("p", own.fault_text)).kid(english).kid(ways(ctx, &[(Route::Home, ctx.w().to_home())]))
}

/// Nothing stored for this address, and it could not be fetched: no network, or a server that does not answer.
pub fn offline(ctx: &Ctx) -> El {
    let w = ctx.w();
    page("offline", w.offline())
        .kid(tx("p", w.offline_text()))
        .kid(tx("p", w.offline_next()))
        .kid(ways(ctx, &[(Route::Home, w.to_home()), (Route::Saved, w.mine())]))
}

/// Text that is truly on its way.
pub fn loading(ctx: &Ctx) -> El {
    cl("div", "pg wait").attr("aria-busy", "true").kid(cl("p", "em").apart().text(ctx.w().loading()))
}
