//! Places: one of today's units, one that is no more, and the list of all.

use crate::ctx::Ctx;
use crate::data::PlaceData;
use crate::el::{El, cl, el, link, tx};
use crate::parts::{banners, in_lang, lists, more, page, place_link, place_list, section, switch, way};
use domain::alert::State;
use domain::content::{Kind, PlaceCode, Time};
use domain::instance::{Former, instance};
use domain::route::{Feed, Route};
use domain::words::{date, decimal, fill};

pub fn place(ctx: &Ctx, data: PlaceData) -> El {
    let w = ctx.w();
    let Some(place) = instance().place(PlaceCode(data.code)) else { return super::not_found(ctx) };
    // Nobody lives in all of the city.
    let follow = (ctx.is_app() && !place.is_whole()).then(|| follow(data.code, w.follow_place(), ctx));
    let empty = data.items.is_empty() && data.alerts.is_empty() && data.events.is_empty();
    let alerts = banners(&data.alerts, ctx);
    // Beside what is coming, or has ended without newer word, it would calm whom it should not.
    let holds =
        data.alerts.iter().any(|alert| alert.state != State::Cancelled) || data.items.iter().any(|card| card.kind == Kind::ALERT);
    let calm = (!holds).then(|| cl("p", "ok").text(w.place_no_alert()));
    page("place", place.name.get(ctx.lang))
        .maybe(follow)
        .maybe(section(w.alerts(), alerts))
        .maybe(calm)
        .maybe(section(w.events(), lists(&data.events, 0, ctx)))
        .maybe(section(w.place_news(), lists(&data.items, 5, ctx)))
        .maybe(empty.then(|| cl("p", "em").text(w.place_empty())))
        .maybe(rest(&data, ctx))
        .maybe(section(w.formed_from(), formed_from(data.code, ctx)))
        .kid(way(Feed::Place(data.code).path(ctx.lang), w.feed()))
        .kid(way(Feed::Calendar(data.code).path(ctx.lang), w.calendar()))
        .kid(way(Route::Places.path(ctx.lang), w.all_places()))
}

/// The app adds to the list; a page goes on with its next part. A search would not: it also finds what is for everyone.
fn rest(data: &PlaceData, ctx: &Ctx) -> Option<El> {
    let place = Route::Place(data.code);
    if ctx.is_app() {
        return more(data.more, 0, place, ctx);
    }
    let from = decimal((data.from + data.items.len()) as i64);
    let next = link([&place.path(ctx.lang), "?tu=", &from].concat(), ctx.count(ctx.w().more_items(), data.more));
    (data.more > 0).then(|| cl("p", "mr").apart().kid(next))
}

/// Former units whose people live here now.
fn formed_from(code: u32, ctx: &Ctx) -> Vec<El> {
    let former = instance().former.iter().filter(|former| former.successors.contains(&code));
    let rows = former.map(|former| el("li").kid(former_link(former, ctx)));
    let rows: Vec<El> = rows.collect();
    if rows.is_empty() { rows } else { vec![cl("ul", "pl").kids(rows)] }
}

fn former_link(former: &'static Former, ctx: &Ctx) -> El {
    in_lang(link(Route::Former(former.slug.clone()).path(ctx.lang), former.name.as_str()), "vi", ctx)
}

/// A unit that is no more leads to today's.
pub fn former(ctx: &Ctx, slug: &str) -> El {
    let w = ctx.w();
    let Some(former) = instance().former_by_slug(slug) else { return super::not_found(ctx) };
    // A date long past, so that the year always shows.
    let until = Time::parse(&former.valid_to).map_or(String::new(), |at| date(at, Time(0), ctx.lang));
    let text = fill(w.former_text(), &[("name", &former.name), ("until", &until)]);
    let today: Vec<PlaceCode> = former.successors.iter().map(|code| PlaceCode(*code)).collect();
    page("former", former.name.as_str()).kid(tx("p", text)).kid(place_list(&today, "pl big", ctx))
}

/// A switch that puts a place among the reader's own.
fn follow(code: u32, text: &'static str, ctx: &Ctx) -> El {
    let on = ctx.mine.places.contains(&PlaceCode(code));
    switch("place", decimal(code.into()), on, text).apart()
}

/// All places by name; in the app each can be chosen.
pub fn places(ctx: &Ctx) -> El {
    let w = ctx.w();
    let rows = instance().units().map(|place| {
        let a = link(Route::Place(place.code).path(ctx.lang), place.short.as_str());
        // Forty buttons of the same word: their full names tell them apart when heard.
        let name = [w.follow(), " ", &place.short].concat();
        el("li").kid(a).maybe(ctx.is_app().then(|| follow(place.code, w.follow(), ctx).attr("aria-label", name)))
    });
    let former = instance().former.iter().map(|former| el("li").kid(former_link(former, ctx)));
    let city = instance().places.first().map(|city| cl("p", "wy").kid(place_link(city, ctx)));
    let old = el("details").kid(tx("summary", w.old_names())).kid(cl("ul", "pl").kids(former.collect()));
    page("places", w.places()).kid(tx("p", w.places_text())).kid(cl("ul", "pl big").kids(rows.collect())).maybe(city).kid(old)
}
