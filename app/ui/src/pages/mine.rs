//! "Của tôi": saved items, the reader's places and topics, and the way to this phone and the settings.

use crate::ctx::Ctx;
use crate::data::SavedData;
use crate::el::{El, cl, el, tx};
use crate::icons::icon;
use crate::parts::{Row, page, place_list, row, section, switch, way};
use domain::instance::instance;
use domain::route::{Route, tree_path};
use domain::words::decimal;

pub fn saved(ctx: &Ctx, data: SavedData) -> El {
    let w = ctx.w();
    let root = page("mine", w.mine());
    let root = if ctx.is_app() { root.kids(app(ctx, data)) } else { root.kid(explained(ctx.page().saved_explained, ctx)) };
    let ways = [
        (Route::OnThisPhone, "download", w.on_this_phone()),
        (Route::Settings, "menu", w.settings()),
        (Route::Install, "install", w.install()),
    ];
    let ways = ways.into_iter().map(|(route, name, text)| {
        el("li").kid(el("a").attr("href", route.path(ctx.lang)).kid(icon(name)).kid(tx("span", text)))
    });
    let tree = el("a").attr("href", tree_path(ctx.lang));
    let tree = el("li").kid(tree.kid(icon("phone")).kid(tx("span", w.phone_tree())));
    root.kid(cl("ul", "ways").kids(ways.collect()).kid(tree))
}

fn app(ctx: &Ctx, data: SavedData) -> Vec<El> {
    let w = ctx.w();
    let mut saved = Vec::new();
    if !data.saved.is_empty() {
        let rows = data.saved.iter().map(|(card, note)| row(card, note.map_or(Row::Title, Row::Note), ctx));
        saved.push(cl("ul", "ls").kids(rows.collect()));
    } else {
        saved.push(cl("p", "em").text(w.saved_none()));
    }
    let places = place_list(&ctx.mine.places, "pl", ctx);
    let mut chosen = vec![if places.is_empty() { tx("p", w.places_none()) } else { places }];
    chosen.push(way(Route::Places.path(ctx.lang), w.choose_places()));
    let mut topics = cl("ul", "cks");
    for (at, topic) in instance().topics.iter().enumerate() {
        let on = ctx.mine.topics.contains(&(at as u8));
        let name = topic.name.get(ctx.lang);
        topics = topics.kid(el("li").kid(switch("topic", decimal(at as i64), on, name)));
    }
    let private = tx("p", w.stays_here());
    [section(w.saved(), saved), section(w.my_places(), chosen), section(w.my_topics(), vec![topics, private])]
        .into_iter()
        .flatten()
        .map(|section| section.apart())
        .collect()
}

/// In the HTML edition: what the app adds here, and how to get it.
pub fn explained(text: &'static str, ctx: &Ctx) -> El {
    let w = ctx.w();
    cl("section", "ex")
        .apart()
        .kid(tx("p", text))
        .kid(tx("p", ctx.page().app_how))
        .kid(way(Route::Install.path(ctx.lang), w.install()))
}
