//! All alerts: in force, coming, ended without newer word, cancelled.

use crate::blocks::call;
use crate::ctx::Ctx;
use crate::data::AlertsData;
use crate::el::{El, cl, el, tx};
use crate::parts::{banners, page, section};
use domain::instance::instance;
use domain::words::decimal;

pub fn alerts(ctx: &Ctx, data: AlertsData) -> El {
    let w = ctx.w();
    let calls = instance().hotlines.iter().map(|hotline| call(&hotline.number, hotline.name.get(ctx.lang)));
    let none = data.in_force.is_empty().then(|| cl("p", "ok").text(w.no_alert));
    let ended = (!data.ended.is_empty()).then(|| tx("p", w.ended_explained)).into_iter().chain(banners(&data.ended, ctx));
    page("alerts", w.alerts)
        .maybe(none)
        .maybe(section(w.alerts_in_force, banners(&data.in_force, ctx)))
        .maybe(section(w.alerts_coming, banners(&data.coming, ctx)))
        .maybe(section(w.alerts_ended, ended.collect()))
        .maybe(section(w.alerts_cancelled, banners(&data.cancelled, ctx)))
        .kid(cl("section", "cs").kid(tx("h2", w.call)).kids(calls.collect()))
        .kid(levels(ctx))
}

/// What the five levels mean.
fn levels(ctx: &Ctx) -> El {
    let rows = (1..=5).map(|n| cl("li", ["l", &decimal(n.into())].concat()).kid(crate::parts::level(n, ctx)));
    el("details").kid(tx("summary", ctx.w().levels)).kid(cl("ul", "lvs").kids(rows.collect()))
}
