//! What stands on the screen: the view's state bound to the pages of `ui`, one function for the whole.

mod notice;

use crate::state::View;
use crate::state::item::{Fate, Open};
use domain::alert;
use domain::content::{Body, Card, ItemId, Time};
use domain::route::Route;
use domain::sync::Trouble;
use domain::words::decimal;
use ui::data::{AlertsData, Found, HomeData, ItemData, PlaceData, SavedData, SearchData, SettingsData, TopicData};
use ui::el::{El, el};
use ui::parts::notes;
use ui::{Ctx, pages};

/// Seconds for which a picture of the home page may be shown at the start.
const PICTURE: i64 = 3 * 86_400;

/// Frame, notices and page.
pub fn whole(view: &View) -> El {
    let ctx = view.ctx();
    let alarm = view.alarm.as_ref().and_then(|open| {
        let data = ItemData::select(open.card.as_ref()?, open.body.as_deref(), cards(view), ctx.now);
        Some(pages::alarm(&ctx, data))
    });
    let page = page(view, &ctx);
    let list = matches!(view.route, Some(Route::Home | Route::Topic(_) | Route::Place(_) | Route::Alerts));
    let fresh = view.fresh().filter(|_| list || unsure(view));
    let main = el("div").attr("id", "page").kid(notice::notices(view, &ctx)).kid(page);
    // Over the page, which stays where it is behind it.
    ui::chrome(&ctx, view.route.as_ref(), fresh, main).maybe(alarm)
}

/// An alert that newer word may have overtaken, and whether there is any could not be asked; a text that is not here.
fn unsure(view: &View) -> bool {
    let alert = |open: &Open| open.card.as_ref().is_some_and(|card| open.body.is_none() || card.alert().is_some());
    view.trouble.is_some() && matches!(view.route, Some(Route::Item(_))) && view.open.as_ref().is_some_and(alert)
}

/// The first of the newest items, which the home page brings with it.
pub fn lead(view: &View) -> Option<(ItemId, u16)> {
    let home = HomeData::select(cards(view), view.now(), &view.mine);
    home.newest.first().map(|card| (card.id, card.revision))
}

/// The home page as HTML with the article of its first item, behind the instants between which it may be shown: an alert
/// must not look live a moment longer than it is, and a clock that went back, or is behind what was signed, tells nothing.
pub fn picture(view: &View, body: Option<&Body>) -> String {
    let ctx = view.ctx();
    let mut home = HomeData::select(cards(view), ctx.now, &ctx.mine);
    if let (Some(card), Some(body)) = (home.newest.first().copied(), body) {
        home.lead = Some(pages::article(&ctx, ItemData::select(card, Some(body), cards(view), ctx.now)));
    }
    let until = alert::next_change(cards(view), ctx.now).unwrap_or(Time(i64::MAX)).min(ctx.now.plus(PICTURE));
    let mut html = ["<!--", &decimal(ctx.now.0), "-", &decimal(until.0), "-->"].concat();
    let main = el("div").attr("id", "page").kid(pages::home(&ctx, home));
    ui::chrome(&ctx, Some(&Route::Home), None, main).write(&mut html);
    html
}

/// Whether a page is drawn here: few read how to install and who is behind it, and nobody twice, so that these two come
/// from the server.
pub fn has(route: &Route) -> bool {
    !matches!(route, Route::About | Route::Install)
}

fn cards(view: &View) -> impl Iterator<Item = &Card> + Clone {
    view.shelf.cards.iter().map(|(_, card)| &**card)
}

fn page(view: &View, ctx: &Ctx) -> El {
    let Some(route) = &view.route else { return pages::not_found(ctx) };
    let now = ctx.now;
    let cursor = &view.shelf.held.cursor;
    // Nothing was ever fetched but alerts, or not even these: say whether it is on its way, not that there is none.
    let bare = cursor.fresh.is_none() && cards(view).all(|card| card.alert().is_some());
    let waits = match route {
        Route::Alerts => cursor.epoch.is_none(),
        Route::Home | Route::Place(_) => bare && ctx.alarm.is_none(),
        Route::Topic(_) | Route::Search(_) => bare,
        Route::OnThisPhone => view.phone.is_none(),
        _ => false,
    };
    match route {
        _ if waits => match view.trouble {
            Some(Trouble::Offline | Trouble::Portal) => pages::offline(ctx),
            _ => pages::loading(ctx),
        },
        Route::Home => pages::home(ctx, HomeData::select(cards(view), now, &ctx.mine)),
        Route::Topic(topic) => pages::topic(ctx, TopicData::select(cards(view), now, *topic, view.limit)),
        Route::Place(code) => pages::place(ctx, PlaceData::select(cards(view), now, *code, view.limit)),
        Route::Former(slug) => pages::former(ctx, slug),
        Route::Places => pages::places(ctx),
        Route::Item(_) => view.open.as_ref().map_or_else(|| pages::loading(ctx), |open| item(view, open, ctx)),
        Route::Alerts => pages::alerts(ctx, AlertsData::select(cards(view), now).near_first(&ctx.mine)),
        Route::Search(_) => search(view, ctx),
        Route::Saved => saved(view, ctx),
        Route::OnThisPhone => pages::on_this_phone(ctx, view.phone.clone()),
        Route::Settings => pages::settings(ctx, Some(settings(view))),
        Route::About | Route::Install | Route::Offline => pages::offline(ctx),
    }
}

fn item(view: &View, open: &Open, ctx: &Ctx) -> El {
    match (&open.card, &open.fate) {
        (Some(card), _) => {
            let mut data = ItemData::select(card, open.body.as_deref(), cards(view), ctx.now);
            // What was withdrawn was not missed.
            data.missed.retain(|id| !view.shelf.held.gone.contains_key(id));
            pages::item(ctx, data).attr("id", ["p-", &open.id.to_string()].concat())
        }
        (None, Fate::Withdrawn(gone)) => pages::gone(ctx, gone),
        (None, Fate::Unknown) => pages::not_found(ctx),
        (None, Fate::Offline) => pages::offline(ctx),
        (None, Fate::Here | Fate::Fetching) => pages::loading(ctx),
    }
}

fn search(view: &View, ctx: &Ctx) -> El {
    let note = notes(cards(view), ctx);
    let found = view.find.rows.iter().filter_map(|(id, shown)| {
        let card = view.shelf.cards.get(id)?;
        Some(Found { card, shown: shown.clone(), note: note(card) })
    });
    let found: Vec<Found> = found.collect();
    let missing = view.shelf.missing();
    pages::search(
        ctx,
        SearchData { query: view.find.query.clone(), found, looking: view.find.looking, more: view.find.more, from: 0, missing },
    )
}

fn saved(view: &View, ctx: &Ctx) -> El {
    let mut all: Vec<_> = view.saved.iter().collect();
    all.sort_unstable_by_key(|(id, kept)| (std::cmp::Reverse(kept.saved.at), *id));
    let note = notes(cards(view), ctx);
    let saved = all.into_iter().map(|(id, kept)| {
        // The newest revision where there is one.
        let card = view.shelf.cards.get(id).unwrap_or(&kept.card).as_ref();
        let gone = view.shelf.held.gone.contains_key(id).then(|| ctx.w().gone());
        (card, gone.or_else(|| note(card)))
    });
    pages::saved(ctx, SavedData { saved: saved.collect() })
}

fn settings(view: &View) -> SettingsData {
    SettingsData {
        size: decimal(view.settings.size.into()),
        theme: view.settings.theme.name(),
        mode: view.settings.mode.name(),
        version: view.version.clone(),
        update: view.update,
    }
}
