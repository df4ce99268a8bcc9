//! All alerts: in force, coming, ended without newer word, cancelled, drills, and the season's history.

use crate::blocks::call;
use crate::ctx::Ctx;
use crate::data::AlertsData;
use crate::el::{El, cl, el, tx};
use crate::parts::{banners, get_alerts, lists, page, section, state_text, title, to};
use domain::alert::{self, Standing};
use domain::instance::instance;
use domain::words::{date, decimal, fill};

pub fn alerts(ctx: &Ctx, data: AlertsData) -> El {
    let w = ctx.w();
    let calls = instance().hotlines.iter().map(|hotline| call(&hotline.number, hotline.name.get(ctx.lang)));
    // Beside what is coming, or has ended without newer word, it would calm whom it should not.
    let calm = data.in_force.is_empty() && data.coming.is_empty() && data.ended.is_empty() && data.later.is_empty();
    let none = calm.then(|| cl("p", "ok").text(w.no_alert()));
    let ended = (!data.ended.is_empty()).then(|| tx("p", w.ended_explained())).into_iter().chain(banners(&data.ended, ctx));
    page("alerts", w.alerts())
        .maybe(none)
        .maybe(section(w.unknown_block(), lists(&data.later, 1, ctx)))
        .maybe(section(w.alerts_in_force(), banners(&data.in_force, ctx)))
        .maybe(section(w.alerts_coming(), banners(&data.coming, ctx)))
        .maybe(section(w.alerts_ended(), ended.collect()))
        .maybe(section(w.alert_cancelled(), banners(&data.cancelled, ctx)))
        .maybe(section(w.drills(), banners(&data.drills, ctx)))
        .kid(get_alerts(ctx))
        .kid(cl("section", "cs").kid(tx("h2", w.call())).kids(calls.collect()))
        .maybe(season(&data, ctx))
        .kid(levels(ctx))
}

/// All that is over, by month, the newest first: title and how it ended.
fn season(data: &AlertsData, ctx: &Ctx) -> Option<El> {
    let mut over: Vec<&Standing> = data.ended.iter().chain(&data.cancelled).chain(&data.past).collect();
    over.sort_unstable_by_key(|standing| (std::cmp::Reverse(alert::over_at(standing.card, &standing.info)), standing.card.id));
    let mut out = el("details").kid(tx("summary", ctx.w().history()));
    let (mut month, mut rows) = (None, Vec::new());
    for (at, standing) in over.iter().enumerate() {
        let c = alert::over_at(standing.card, &standing.info).civil();
        if month != Some((c.year, c.month)) {
            month = Some((c.year, c.month));
            out = out.kid(tx("h3", fill(ctx.w().month(), &[("m", &c.month.to_string()), ("y", &c.year.to_string())])));
        }
        let when = [
            &date(alert::over_at(standing.card, &standing.info), ctx.now, ctx.lang),
            " · ",
            state_text(standing.card, standing.state, ctx),
        ]
        .concat();
        let a = to(standing.card, ctx).kid(title("span", standing.card, ctx));
        rows.push(el("li").kid(a.kid(tx("small", when))));
        let next = over.get(at + 1).map(|next| alert::over_at(next.card, &next.info).civil());
        if next.is_none_or(|next| month != Some((next.year, next.month))) {
            out = out.kid(cl("ul", "ls").kids(std::mem::take(&mut rows)));
        }
    }
    // Under a heading of its own, so that months step down from it.
    month.map(|_| el("section").kid(cl("h2", "vh").text(ctx.w().history())).kid(out))
}

/// What the five levels mean.
fn levels(ctx: &Ctx) -> El {
    let rows = (1..=5).map(|n| cl("li", ["l", &decimal(n.into())].concat()).kid(crate::parts::level(n, ctx)));
    el("details").kid(tx("summary", ctx.w().levels())).kid(cl("ul", "lvs").kids(rows.collect()))
}
