//! "Trong máy": what this phone holds, what it cost, and what the reader can delete or fetch.

use super::mine::explained;
use crate::blocks::scrolled;
use crate::ctx::Ctx;
use crate::data::PhoneData;
use crate::el::{El, Str, cl, el, tx};
use crate::parts::{button, fetch_all, page, section};
use domain::words::{ago, date, decimal, fill, size};

/// `data` is `None` in the HTML edition.
pub fn on_this_phone(ctx: &Ctx, data: Option<PhoneData>) -> El {
    let w = ctx.w();
    let root = page("phone", w.on_this_phone());
    if !ctx.is_app() {
        return root.kid(explained(ctx.page().phone_explained, ctx));
    }
    let data = data.unwrap_or_default();
    let bytes = |n: u64| size(n, ctx.lang);
    let row = |name: &'static str, value: Str| el("div").kid(tx("dt", name)).kid(tx("dd", value));
    let mut held = vec![
        row(w.held_cards(), decimal(data.cards as i64).into()),
        row(w.held_bodies(), decimal(data.bodies as i64).into()),
        row(w.saved(), decimal(data.saved as i64).into()),
        row(w.held_news(), bytes(data.news_bytes).into()),
        row(w.held_media(), bytes(data.media_bytes).into()),
        row(w.held_app(), bytes(data.app_bytes).into()),
    ];
    if let Some(room) = data.room {
        held.push(row(w.room(), bytes(room).into()));
    }
    held.push(row(w.synced(), data.synced.map_or(w.never().into(), |at| ago(at, ctx.now, ctx.lang).into())));
    if let Some(kept) = data.persisted {
        held.push(row(w.persisted(), if kept { w.yes() } else { w.no() }.into()));
    }
    let mut acts = cl("div", "ac").kid(button("sync", "download", w.sync_now()));
    if data.missing_bodies > 0 {
        acts = acts.kid(fetch_all(data.missing_bodies, data.missing_bytes, ctx));
    }
    if data.persisted == Some(false) {
        acts = acts.kid(button("persist", "shield", w.ask_persist()));
    }
    if data.media_bytes > 0 {
        acts = acts.kid(button("drop-media", "trash", fill(w.drop_media(), &[("size", &bytes(data.media_bytes))])));
    }
    acts = acts.kid(button("drop-old", "trash", w.drop_old())).kid(button("drop-all", "trash", w.drop_all()));
    let usage = vec![
        cl("dl", "fa").kid(row(w.today(), bytes(data.today).into())).kid(row(w.this_month(), bytes(data.month).into())),
        days(&data, ctx),
    ];
    let parts = [section(w.held(), vec![cl("dl", "fa").kids(held), acts, tx("p", w.drop_note())]), section(w.usage(), usage)];
    let low = data.low.then(|| cl("p", "warn").attr("role", "alert").text(w.phone_full()));
    let parts = parts.into_iter().flatten().map(|part| part.apart());
    root.maybe(low.map(|low| low.apart())).kids(parts.collect())
}

fn days(data: &PhoneData, ctx: &Ctx) -> El {
    let rows = data
        .days
        .iter()
        .map(|(day, bytes)| el("tr").kid(tx("td", date(*day, ctx.now, ctx.lang))).kid(tx("td", size(*bytes, ctx.lang))));
    let body = el("tbody").kids(rows.collect());
    el("details").kid(tx("summary", ctx.w().by_day())).kid(scrolled(el("table").kid(body), ctx))
}
