//! About, and how to put the app on the home screen: pages of the server, in the app too.

use crate::ctx::Ctx;
use crate::el::{El, cl, el, tx};
use crate::icons::icon;
use crate::parts::{button, page, way};
use domain::instance::instance;
use domain::route::{Feed, Route};
use domain::words::fill;

pub fn about(ctx: &Ctx) -> El {
    let (w, p) = (ctx.w(), ctx.page());
    let names = [("name", instance().name.as_str()), ("area", instance().area.get(ctx.lang))];
    let part = |title, texts: &'static str| {
        el("section").kid(tx("h2", title)).kids(texts.split('|').map(|text| tx("p", fill(text, &names))).collect())
    };
    page("about", w.about())
        .kid(cl("p", "ld").text(fill(p.about_lead, &names)))
        .kid(part(p.about_what, p.about_what_text))
        .kid(part(p.about_trust, p.about_trust_text))
        .kid(part(p.about_data, p.about_data_text))
        .kid(part(p.about_private, p.about_private_text))
        .kid(part(p.about_open, p.about_open_text))
        .kid(way(Feed::All.path(ctx.lang), p.about_open_atom))
        .kid(way(Feed::Caps.path(ctx.lang), p.about_open_cap))
        .kid(way("/api/openapi.json".into(), p.about_open_api))
        .kid(way(Route::Install.path(ctx.lang), w.install()))
}

/// A step with the sign to look for beside it.
fn step(sign: &'static str, text: &'static str) -> El {
    el("li").kid(icon(sign)).kid(tx("span", text))
}

pub fn install(ctx: &Ctx) -> El {
    let (w, p) = (ctx.w(), ctx.page());
    let steps = |title, steps: Vec<El>| el("section").kid(tx("h2", title)).kid(cl("ol", "do st3").kids(steps));
    let android = vec![step("dots", p.android_1), step("install", p.android_2), step("check", p.android_3)];
    let ios = vec![step("share", p.ios_1), step("add", p.ios_2), step("check", p.ios_3)];
    let inside = vec![step("dots", p.inapp_1), step("language", p.inapp_2), step("install", p.inapp_3)];
    let now = button("install", "install", w.install_now()).attr("hidden", "").apart();
    page("install", w.install())
        .kid(cl("p", "ld").text(p.install_why))
        .kid(now)
        .kid(steps(p.android, android))
        .kid(steps(p.ios, ios))
        .kid(steps(p.inapp, inside))
        .kid(tx("p", p.install_size))
        .kid(way(Route::About.path(ctx.lang), w.about()))
}
