//! Search: a plain form that works without scripts, its results with the hits marked.

use crate::ctx::Ctx;
use crate::data::{Found, SearchData};
use crate::el::{El, Str, cl, el, link, tx};
use crate::icons::icon;
use crate::parts::{fetch_all, headline, in_lang, kind_name, li, meta, more, page, to, way};
use domain::content::Kind;
use domain::instance::instance;
use domain::route::{Query, Route};
use domain::search::{Piece, Shown, fold};

/// Places above the results.
const PLACES: usize = 5;
/// Letters that a place is known by.
const PLACE_LETTERS: usize = 4;

pub fn search(ctx: &Ctx, data: SearchData) -> El {
    let w = ctx.w();
    let rows: Vec<El> = data.found.iter().map(|found| row(found, ctx)).collect();
    let from = data.from + rows.len();
    let count = from + data.more;
    let state = if data.is_blank() {
        examples(ctx)
    } else if !rows.is_empty() {
        cl("h2", "fd").text(ctx.count(w.found(), count))
    } else if data.looking {
        cl("p", "fd").text(w.loading())
    } else {
        cl("div", "em").kid(tx("p", w.found_none())).kid(tx("p", w.found_none_next()))
    };
    page("search", w.search())
        .kid(form(&data.query, ctx))
        .maybe(named(&data.query.text, ctx))
        .kid(cl("div", "out").attr("id", "found").attr("aria-live", "polite").kid(state))
        .maybe((!rows.is_empty()).then(|| cl("ul", "ls").kids(rows)))
        .maybe(missing(&data, ctx))
        .maybe(more(data.more, from, Route::Search(data.query), ctx))
}

/// Places of that name: today's, and those that are no more, whose pages lead to today's.
fn named(text: &str, ctx: &Ctx) -> Option<El> {
    let word = |text: &str| [" ", &fold(text)].concat();
    let wanted = word(text.trim());
    let i = instance();
    let today = i.places.iter().map(|place| (Route::Place(place.code), &place.name.vi));
    let former = i.former.iter().map(|former| (Route::Former(former.slug.clone()), &former.name));
    let alike = today.chain(former).filter(|(_, name)| wanted.len() > PLACE_LETTERS && word(name).contains(&wanted));
    let rows: Vec<El> = alike
        .take(PLACES)
        .map(|(route, name)| el("li").kid(in_lang(link(route.path(ctx.lang), name.as_str()), "vi", ctx)))
        .collect();
    (!rows.is_empty()).then(|| cl("ul", "pl").kids(rows))
}

/// A phone looks into the texts that it holds, and says that there are others.
fn missing(data: &SearchData, ctx: &Ctx) -> Option<El> {
    let (w, (count, bytes)) = (ctx.w(), data.missing);
    if count == 0 || data.is_blank() {
        return None;
    }
    // The address in full: what this page is asked for itself is answered by the program.
    let server = [&*ctx.origin, &Route::Search(data.query.clone()).path(ctx.lang), "&html=1"].concat();
    let ways = [tx("p", w.search_partial()), way(server, w.search_all()), fetch_all(count, bytes, ctx)];
    Some(cl("div", "em").apart().kids(ways.into()))
}

/// What one may look for, a tap each.
fn examples(ctx: &Ctx) -> El {
    let mut words = ctx.w().search_hint().split('|');
    let mut out = cl("p", "fd wy").text(words.next().unwrap_or_default());
    for text in words {
        let query = Query { text: text.into(), ..Query::default() };
        out = out.text(" ").kid(link(Route::Search(query).path(ctx.lang), text));
    }
    out
}

fn form(query: &Query, ctx: &Ctx) -> El {
    let w = ctx.w();
    let action = Route::Search(Query::default()).path(ctx.lang);
    let input = el("input")
        .attr("type", "search")
        .attr("id", "q")
        .attr("name", "q")
        .attr("value", query.text.clone())
        .attr("maxlength", "120")
        .attr("autocomplete", "off")
        .attr("enterkeyhint", "search");
    let i = instance();
    let topics = i
        .topics
        .iter()
        .enumerate()
        .map(|(at, topic)| (topic.slug.as_str(), topic.name.get(ctx.lang), query.topic == Some(at as u8)));
    let places = i.places.iter().map(|place| (place.slug.as_str(), place.label(ctx.lang), query.place == Some(place.code)));
    let kinds = Kind::KNOWN.iter().map(|(kind, name)| (*name, kind_name(*kind, ctx), query.kind == Some(*kind)));
    let narrowed = query.topic.is_some() || query.place.is_some() || query.kind.is_some();
    el("form")
        .class("sf")
        .attr("action", action)
        .attr("method", "get")
        .attr("role", "search")
        .attr("data-act", "search")
        .kid(tx("label", w.search_label()).attr("for", "q"))
        .kid(
            cl("div", "sq")
                .kid(input)
                .kid(cl("button", "bt go").attr("type", "submit").kid(icon("search")).kid(tx("span", w.search()))),
        )
        .kid(
            el("details")
                .flag("open", narrowed)
                .kid(tx("summary", w.narrow()))
                .kid(select("chu-de", w.topic(), w.any_topic(), &mut topics.into_iter()))
                .kid(select("noi", w.where_(), w.any_place(), &mut places.into_iter()))
                .kid(select("loai", w.kind(), w.any_kind(), &mut kinds.into_iter())),
        )
}

type Choice = (&'static str, &'static str, bool);

fn select(name: &'static str, label: &'static str, any: &'static str, choices: &mut dyn Iterator<Item = Choice>) -> El {
    let option = |value: &'static str, text: &'static str| el("option").attr("value", value).text(text);
    let mut select = el("select").attr("name", name).attr("id", ["s-", name].concat()).kid(option("", any));
    for (value, text, chosen) in choices {
        select = select.kid(option(value, text).flag("selected", chosen));
    }
    el("p").kid(tx("label", label).attr("for", ["s-", name].concat())).kid(select)
}

fn row(found: &Found, ctx: &Ctx) -> El {
    let Shown { title, snippet, lang } = &found.shown;
    let title = in_lang(marked(el("h3"), title), &headline(found.card, ctx).lang, ctx);
    let a = to(found.card, ctx).kid(title);
    let a = if snippet.is_empty() { a } else { a.kid(in_lang(marked(el("p"), snippet), lang, ctx)) };
    let a = a.maybe(found.note.map(|note| cl("p", "st").text(note)));
    li(found.card, ctx).kid(a.kid(meta(found.card, ctx)))
}

fn marked(mut parent: El, pieces: &[Piece]) -> El {
    for (piece, hit) in pieces {
        let piece: Str = piece.clone().into();
        parent = if *hit { parent.kid(tx("mark", piece)) } else { parent.text(piece) };
    }
    parent
}
