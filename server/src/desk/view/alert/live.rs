//! A live alert: how it stands, its chain, the roads by which it is passed on, and what may be said next. Cancelling takes
//! two taps: one to read what people will get, one to send it.

use super::map;
use super::show::{may_follow, where_text};
use crate::desk::alerts::templates::NEWER;
use crate::desk::alerts::{end, sent, templates};
use crate::desk::view::work::at;
use crate::desk::visit::Visit;
use crate::desk::works::{Trouble, chain, followed};
use crate::store::desk::{Person, Work};
use domain::alert::State;
use domain::content::{Block, Card, ItemId, MsgType};
use domain::editorial::Action;
use domain::route::{forms_path, item_path};
use ui::data::ItemData;
use ui::el::{El, cl, el, link, tx};

pub async fn live(visit: &Visit, person: &Person, work: &Work, mut main: El) -> Result<El, Trouble> {
    let w = visit.w();
    let snapshot = visit.site.live.now();
    let Some(item) = work.item.and_then(|id| snapshot.items.get(&id)) else { return Ok(main) };
    let ctx = crate::desk::view::ctx(visit);
    let data = ItemData::select(&item.card, None, snapshot.cards(), visit.now());
    let state = data.state.unwrap_or(State::Ended);
    let shape = match state {
        State::InForce => "st on",
        State::Coming => "st soon",
        _ => "st off",
    };
    main = main.kid(cl("p", shape).text(ui::parts::state_text(&item.card, state, &ctx)));
    if matches!(state, State::Ended) {
        main = main.kid(cl("p", "warn").text(w.al_ended_what));
    }
    if may_follow(person, work, Action::Update) {
        let update = cl("a", "bt go").attr("href", visit.to(&format!("/canh-bao/moi?tin={}", work.id))).text(w.al_update);
        main = main.kid(cl("p", "ac").kid(update));
    }
    if may_follow(person, work, Action::Cancel) {
        main = main.maybe(cancel(visit, work));
    }
    let row = |name: &'static str, value: String| el("div").kid(tx("dt", name)).kid(tx("dd", value));
    let until = end(sent(work)).map(|end| at(visit, end)).unwrap_or_default();
    let facts = cl("dl", "fa")
        .kid(row(w.al_where, where_text(visit, sent(work))))
        .kid(row(w.al_until, until))
        .kid(reached(visit, item.card.id).await?);
    main = main
        .kid(facts)
        .kid(map::shown(visit, &item.card.places))
        .kid(roads(visit, work.id, &item.card))
        .maybe(messages(visit, &data));
    Ok(main)
}

/// How many phones have been told by push; few are not counted out.
async fn reached(visit: &Visit, item: ItemId) -> Result<El, Trouble> {
    let w = visit.w();
    let count = match visit.site.store.push_reach(item).await? {
        None => w.al_reached_none.to_owned(),
        Some(reach) => {
            let count = reach.told().map_or_else(|| w.al_reached_few.to_owned(), |n| n.to_string());
            if reach.ended { count } else { [&count, " · ", w.al_reaching].concat() }
        }
    };
    Ok(el("div").kid(tx("dt", w.al_reached)).kid(tx("dd", count)))
}

/// Ways on which it reaches those without a phone.
fn roads(visit: &Visit, work: i64, card: &Card) -> El {
    let w = visit.w();
    let page = |end: &str| [&forms_path(card.id, visit.lang), end].concat();
    let history = visit.to(&format!("/viec/{work}/lich-su"));
    let links = [
        (page("/to-ro"), w.al_poster),
        (page("/loa"), w.al_speaker),
        (item_path(card, visit.lang), w.as_readers),
        (history, w.history),
    ];
    let links = links.into_iter().map(|(href, text)| cl("a", "bt").attr("href", href).text(text));
    cl("p", "ac").kids(links.collect())
}

/// Every message of the chain, oldest first.
fn messages(visit: &Visit, data: &ItemData) -> Option<El> {
    let words = visit.lang.words();
    if data.chain.is_empty() {
        return None;
    }
    let rows = data.chain.iter().map(|card| {
        let kind = match card.alert().map(|info| info.msg_type) {
            Some(MsgType::Update) => words.msg_update(),
            Some(MsgType::Cancel) => words.msg_cancel(),
            _ => words.msg_alert(),
        };
        let title = card.headline(visit.lang.tag()).title.clone();
        let title = if card.id == data.card.id {
            tx("b", title).attr("aria-current", "true")
        } else {
            link(item_path(card, visit.lang), title)
        };
        el("li").kid(tx("small", [&at(visit, card.issued), " · ", kind].concat())).text(" ").kid(title)
    });
    Some(el("section").kid(tx("h2", words.chain())).kid(cl("ol", "ch").kids(rows.collect())))
}

/// Each reason with the words that go out for it, and its own button.
fn cancel(visit: &Visit, work: &Work) -> Option<El> {
    let w = visit.w();
    let references = chain(work)?;
    let followed = followed(&visit.site, work);
    let cards = templates::reasons().filter(|reason| followed || *reason != NEWER).filter_map(|reason| {
        let text = templates::cancel(sent(work), reason, references.clone(), visit.now())?;
        let (done, _) = text.compile(visit.now(), 1, &|_| None);
        let name = match reason {
            NEWER => w.al_newer,
            "over" => w.al_over,
            _ => w.al_mistake,
        };
        let headline = done.card.headlines.first()?.clone();
        let steps = done.body.variants.first().and_then(|variant| variant.blocks.first()).map(Block::texts).unwrap_or_default();
        let steps = steps.into_iter().map(|step| tx("li", step.to_owned()));
        let words = cl("div", "psh")
            .attr("lang", "vi")
            .kid(tx("b", headline.title))
            .kid(tx("span", headline.summary))
            .kid(el("ul").kids(steps.collect()));
        let button = cl("button", "bt stop")
            .attr("name", "reason")
            .attr("value", reason.to_owned())
            .attr("aria-label", [w.al_cancel_now, ": ", name].concat())
            .text(w.al_cancel_now);
        Some(el("li").kid(tx("h2", name)).kid(words).kid(button))
    });
    let form = el("form").attr("method", "post").attr("action", visit.to(&format!("/viec/{}/huy", work.id)));
    let form = form.kid(tx("p", w.al_cancel_what)).kid(cl("ul", "cnl").kids(cards.collect()));
    Some(cl("details", "cnd").kid(tx("summary", w.al_cancel)).kid(form))
}
