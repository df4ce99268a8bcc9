//! What frames every page: skip link, header with the woven band, main part, foot, and the bottom bar of four places.

use crate::ctx::Ctx;
use crate::el::{El, cl, el, link, tx};
use crate::icons::sprite;
use domain::content::Time;
use domain::instance::instance;
use domain::route::{Query, Route};
use domain::words::{ago, decimal, fill};

/// The whole page. `route` is `None` where no page is (not found, server error). `fresh` says how old the list is.
pub fn chrome(ctx: &Ctx, route: Option<&Route>, fresh: Option<Time>, main: El) -> El {
    frame(ctx, route, route.unwrap_or(&Route::Home).path(ctx.lang.other()), fresh, main)
}

/// Around a page that the server alone knows; `there` is its address in the other language.
#[cfg(not(feature = "csr"))]
pub fn chrome_alone(ctx: &Ctx, there: String, main: El) -> El {
    frame(ctx, None, there, None, main)
}

fn frame(ctx: &Ctx, route: Option<&Route>, there: String, fresh: Option<Time>, main: El) -> El {
    let main = el("main").attr("id", "main").attr("tabindex", "-1").maybe(fresh.map(|at| freshness(at, ctx))).kid(main);
    let sprite = sprite(&main);
    cl("div", "app")
        .kid(cl("a", "sk").attr("href", "#main").text(ctx.w().skip()))
        .kid(header(ctx, there))
        .kid(main)
        .kid(foot(ctx))
        .kid(bar(ctx, route))
        .maybe(sprite)
}

/// The app says how long ago, a page that may have been kept says when.
fn freshness(at: Time, ctx: &Ctx) -> El {
    let text = if ctx.is_app() {
        fill(ctx.w().fresh_ago(), &[("ago", &ago(at, ctx.now, ctx.lang))])
    } else {
        ctx.at(ctx.page().fresh_at, at)
    };
    cl("p", "fr").attr("id", "fresh").apart().text(text)
}

fn header(ctx: &Ctx, there: String) -> El {
    let other = ctx.lang.other();
    let switch = cl("a", "lg").attr("href", there).attr("hreflang", other.tag()).attr("lang", other.tag());
    cl("header", "hd")
        .kid(cl("a", "br").attr("href", Route::Home.path(ctx.lang)).text(instance().name.as_str()))
        .kid(switch.text(other.name()))
}

fn foot(ctx: &Ctx) -> El {
    let w = ctx.w();
    let links =
        [(Route::Places, w.places()), (Route::Settings, w.settings()), (Route::Install, w.install()), (Route::About, w.about())];
    let links = links.into_iter().map(|(route, name)| el("li").kid(link(route.path(ctx.lang), name)));
    let name = [&instance().name, " – ", instance().area.get(ctx.lang)].concat();
    cl("footer", "ft").kid(el("ul").kids(links.collect())).kid(tx("p", name))
}

/// The worst level in force.
fn alarm(ctx: &Ctx) -> Option<El> {
    let level = decimal(ctx.alarm?.clamp(1, 5).into());
    let mark = cl("b", ["n l", &level].concat()).apart();
    Some(crate::parts::until(mark, ctx.alarm_until).text(fill(ctx.w().alarm(), &[("level", &level)])))
}

/// The sheet draws the icons, in this order.
fn bar(ctx: &Ctx, route: Option<&Route>) -> El {
    let w = ctx.w();
    let places = [
        (Route::Home, w.bar_news()),
        (Route::Alerts, w.alerts()),
        (Route::Search(Query::default()), w.search()),
        (Route::Saved, w.mine()),
    ];
    let here = match route {
        Some(Route::Home | Route::Topic(_) | Route::Place(_) | Route::Places | Route::Former(_)) => 0,
        Some(Route::Alerts) => 1,
        Some(Route::Search(_)) => 2,
        Some(Route::Saved | Route::OnThisPhone | Route::Settings) => 3,
        _ => 9,
    };
    let links = places.into_iter().enumerate().map(|(at, (route, word))| {
        let a = el("a").attr("href", route.path(ctx.lang)).kid(tx("span", word));
        let a = if at == 1 { a.maybe(alarm(ctx)) } else { a };
        el("li").kid(if at == here { a.attr("aria-current", "page") } else { a })
    });
    cl("nav", "bar").attr("aria-label", w.main_menu()).kid(el("ul").kids(links.collect()))
}
