//! One function for each page: data in, view out. What a page shows is chosen in [`crate::data`].

mod alert;
mod alerts;
mod facts;
mod help;
mod home;
mod item;
mod mine;
mod phone;
mod place;
mod search;
mod settings;
mod state;
mod topic;

pub use alert::{after as numbers, alarm, what_to_do};
pub use alerts::alerts;
pub use help::{about, install};
pub use home::home;
pub use item::{article, item, lang_name, over, over_as};
pub use mine::saved;
pub use phone::on_this_phone;
pub use place::{former, place, places};
pub use search::search;
pub use settings::settings;
pub use state::{gone, loading, not_found, offline, server_error};
pub use topic::topic;

use crate::ctx::Ctx;
use domain::content::Card;
use domain::instance::instance;
use domain::route::Route;

/// What the window of a page is called.
pub fn title(ctx: &Ctx, route: &Route, card: Option<&Card>) -> String {
    let w = ctx.w();
    let i = instance();
    let name: &str = match route {
        Route::Home => return [&i.name, " – ", i.area.get(ctx.lang)].concat(),
        Route::Topic(topic) => i.topic(*topic).map_or("", |topic| topic.name.get(ctx.lang)),
        Route::Place(code) => i.place(domain::content::PlaceCode(*code)).map_or("", |place| place.name.get(ctx.lang)),
        Route::Former(slug) => i.former_by_slug(slug).map_or("", |former| &former.name),
        Route::Places => w.places(),
        Route::Item(_) => card.map_or(w.bar_news(), |card| &card.headline(ctx.lang.tag()).title),
        Route::Alerts => w.alerts(),
        Route::Search(_) => w.search(),
        Route::Saved => w.mine(),
        Route::OnThisPhone => w.on_this_phone(),
        Route::Settings => w.settings(),
        Route::About => w.about(),
        Route::Install => w.install(),
        Route::Offline => w.offline(),
    };
    crate::el::calm([name, " – ", &i.name].concat().into()).into_owned()
}
