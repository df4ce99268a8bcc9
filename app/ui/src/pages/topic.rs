//! A topic: its alerts in force, then its items.

use crate::ctx::Ctx;
use crate::data::TopicData;
use crate::el::{El, cl};
use crate::parts::{banners, lists, more, page, section, way};
use domain::instance::instance;
use domain::route::{Feed, Query, Route};

pub fn topic(ctx: &Ctx, data: TopicData) -> El {
    let w = ctx.w();
    let Some(topic) = instance().topic(data.topic) else { return super::not_found(ctx) };
    let search = Route::Search(Query { topic: Some(data.topic), ..Query::default() });
    let empty = data.items.is_empty() && data.alerts.is_empty();
    page("topic", topic.name.get(ctx.lang))
        .maybe(section(w.alerts_in_force(), banners(&data.alerts, ctx)))
        .maybe(empty.then(|| cl("p", "em").text(w.topic_empty())))
        .maybe(section(w.newest(), lists(&data.items, 5, ctx)))
        .maybe(more(data.more, data.items.len(), search.clone(), ctx))
        .kid(way(search.path(ctx.lang), w.search_in_topic()))
        .kid(way(Feed::Topic(data.topic).path(ctx.lang), w.feed()))
}
