//! About, and how to put the app on the home screen.

use crate::ctx::Ctx;
use crate::el::{El, cl, el, link, tx};
use crate::icons::icon;
use crate::parts::{button, page};
use domain::instance::instance;
use domain::route::Route;
use domain::words::fill;

pub fn about(ctx: &Ctx) -> El {
    let w = ctx.w();
    let names = [("name", instance().name.as_str()), ("area", instance().area.get(ctx.lang))];
    let part = |title, texts: &'static str| {
        el("section").kid(tx("h2", title)).kids(texts.split('|').map(|text| tx("p", fill(text, &names))).collect())
    };
    page("about", w.about)
        .kid(cl("p", "ld").text(fill(w.about_lead, &names)))
        .kid(part(w.about_what, w.about_what_text))
        .kid(part(w.about_trust, w.about_trust_text))
        .kid(part(w.about_data, w.about_data_text))
        .kid(part(w.about_private, w.about_private_text))
        .kid(part(w.about_open, w.about_open_text))
        .kid(cl("p", "wy").kid(link(Route::Install.path(ctx.lang), w.install)))
}

/// A step with the sign to look for beside it.
fn step(sign: &'static str, text: &'static str) -> El {
    el("li").kid(icon(sign)).kid(tx("span", text))
}

pub fn install(ctx: &Ctx) -> El {
    let w = ctx.w();
    let steps = |title, steps: Vec<El>| el("section").kid(tx("h2", title)).kid(cl("ol", "do st3").kids(steps));
    let android = vec![step("dots", w.android_1), step("install", w.android_2), step("check", w.android_3)];
    let ios = vec![step("share", w.ios_1), step("add", w.ios_2), step("check", w.ios_3)];
    let inside = vec![step("dots", w.inapp_1), step("language", w.inapp_2), step("install", w.inapp_3)];
    let now = button("install", "install", w.install_now).attr("hidden", "").attr("data-edition", "both");
    page("install", w.install)
        .kid(cl("p", "ld").text(w.install_why))
        .kid(now)
        .kid(steps(w.android, android))
        .kid(steps(w.ios, ios))
        .kid(steps(w.inapp, inside))
        .kid(tx("p", w.install_size))
        .kid(cl("p", "wy").kid(link(Route::About.path(ctx.lang), w.about)))
}
