//! Home: alerts in force, the reader's own (app), newest, nearest events, topics.

use crate::ctx::Ctx;
use crate::data::HomeData;
use crate::el::{El, cl, el, tx};
use crate::parts::{Row, banner, brief, li, lists, meta, row, section, stated, summary, title, to, topic_link, way};
use domain::alert::{Standing, State};
use domain::content::{Card, Kind};
use domain::instance::instance;
use domain::route::{Query, Route};
use domain::words::decimal;

/// Items of "newest" that show their summary.
const SUMMARIES: usize = 5;

pub fn home(ctx: &Ctx, data: HomeData) -> El {
    let w = ctx.w();
    let name = [&instance().name, " – ", instance().area.get(ctx.lang)].concat();
    let root = cl("div", "pg home").kid(cl("h1", "vh").text(name));
    let empty = [data.newest.len(), data.mine.len(), data.near.len(), data.alerts.len()] == [0; 4];
    let mine = section(w.for_me(), lists(&data.mine, data.mine.len(), ctx));
    let events = section(w.events(), lists(&data.events, 0, ctx));
    let topics = data.topics.iter().filter_map(|(topic, count, next)| topic_row(*topic, *count, *next, ctx)).collect::<Vec<_>>();
    let near = section(w.my_alerts(), stated(&data.near, true, ctx));
    // Below those of the reader's own places: what is in force there stands above.
    let mine_above = near.is_some();
    let in_force = if mine_above { w.alerts_elsewhere() } else { w.alerts_in_force() };
    let mut mine = mine.map(|mine| mine.apart());
    // Who chose his places has all that concerns them above: what is not in force elsewhere can wait.
    let first = if ctx.mine.places.is_empty() { None } else { mine.take() };
    root.maybe(near.map(|section| section.class("fx")))
        .maybe(section(in_force, stated(&data.alerts, mine_above, ctx)).map(|section| section.class("fx")))
        .maybe(first)
        .maybe(section(w.alerts_other(), others(&data.other_alerts, ctx)))
        .maybe(mine)
        // Before the news, which are many.
        .kid(way(Route::Places.path(ctx.lang), w.find_my_place()))
        .maybe(section(w.newest(), newest(&data.newest, data.lead, ctx)))
        .maybe(data.more.then(|| {
            let all = Query { kind: Some(Kind::BULLETIN), ..Query::default() };
            way(Route::Search(all).path(ctx.lang), w.all_bulletins())
        }))
        .maybe(empty.then(|| cl("p", "em").text(w.nothing_yet())))
        .maybe(events)
        .maybe(section(w.topics(), if topics.is_empty() { vec![] } else { vec![cl("ul", "tp").kids(topics)] }))
}

/// What is to be prepared for in full; what is over or played must not push the news off the screen.
fn others(standings: &[Standing], ctx: &Ctx) -> Vec<El> {
    let one = |alert: &Standing| if alert.state == State::Coming { banner(alert, false, ctx) } else { brief(alert, ctx) };
    if standings.is_empty() { Vec::new() } else { vec![cl("ul", "als").kids(standings.iter().map(one).collect())] }
}

/// The newest items; the article of the first one comes with it where the server put it in.
fn newest(cards: &[&Card], lead: Option<El>, ctx: &Ctx) -> Vec<El> {
    let Some((first, rest)) = cards.split_first() else { return Vec::new() };
    let mut rows = Vec::with_capacity(cards.len());
    match lead {
        Some(article) => {
            let a = to(first, ctx).flag("data-lead", true);
            let a = a.kid(title("h3", first, ctx)).kid(summary(first, ctx));
            rows.push(li(first, ctx).kid(a.kid(meta(first, ctx))).kid(el("template").kid(article)));
        }
        None => rows.push(row(first, Row::Summary, ctx)),
    }
    let dress = |at| if at + 1 < SUMMARIES { Row::Summary } else { Row::Title };
    rows.extend(rest.iter().enumerate().map(|(at, card)| row(card, dress(at), ctx)));
    vec![cl("ul", "ls").kids(rows)]
}

/// A topic with how much it holds and the newest headline that is not above.
fn topic_row(topic: u8, count: usize, next: Option<&Card>, ctx: &Ctx) -> Option<El> {
    let a = topic_link(topic, ctx)?;
    let row = el("li").kid(el("h3").kid(a).text(" ").kid(tx("small", decimal(count as i64))));
    Some(row.maybe(next.map(|card| el("p").kid(to(card, ctx).kid(title("span", card, ctx))))))
}
