//! What the reader does: one place for every `data-act` but `share`, `copy`, `print` and `image`, which `public/boot.js` does
//! on every page.

use super::walk::{self, Step};
use super::{App, alarm, find, item, keep, phone, spawn, sync};
use crate::device::nav::{Act, Tap};
use crate::device::{install, media, nav, speech, storage, worker};
use crate::screens;
use client::settings::LARGEST;
use client::{Mode, Settings, Theme};
use domain::content::{ItemId, PlaceCode};
use domain::route::Route;
use std::rc::Rc;
use ui::data::LIST;

/// Takes care of a tap; false leaves it to the browser.
pub fn tap(app: &Rc<App>, tap: Tap) -> bool {
    match tap {
        Tap::Link { path, query } => {
            let ours = Route::parse(&path, &query).is_some_and(|(_, route)| screens::has(&route));
            if ours {
                let app = app.clone();
                spawn(async move { walk::go(&app, &path, &query, Step::Forward).await });
            }
            ours
        }
        Tap::Search { query, done } => {
            search(app, query);
            done
        }
        Tap::Act(act) => {
            // A radio button must still change by itself.
            let radio = matches!(act.name.as_str(), "size" | "theme" | "mode");
            let app = app.clone();
            spawn(async move { perform(&app, act).await });
            !radio
        }
    }
}

/// Results while typing: the address of the page follows without a new entry of the history.
fn search(app: &Rc<App>, query: String) {
    let lang = app.with(|view| view.lang);
    let address = walk::search_address(&query, lang);
    let path = address.split('?').next().unwrap_or_default();
    let Some((_, Route::Search(asked))) = Route::parse(path, &query) else { return };
    app.view.borrow_mut().find.further = 0;
    let app = app.clone();
    spawn(async move { find::run(&app, asked, true).await });
    // Behind the results, which the reader waits for.
    spawn(async move { nav::replace(&address) });
}

async fn perform(app: &Rc<App>, act: Act) {
    let words = app.words();
    let id: Option<ItemId> = act.id.parse().ok();
    match (act.name.as_str(), id) {
        ("save", Some(id)) => keep::toggle_saved(app, id).await,
        ("fetch", Some(id)) => {
            app.say(words.loading());
            item::get(app, id, true).await;
        }
        ("listen", _) => listen(app),
        ("more", _) => more(app).await,
        ("place" | "topic" | "size" | "theme" | "mode", _) => keep::set(app, chosen(app, &act)).await,
        ("sync" | "fetch-all", _) => {
            app.say(words.loading());
            if sync::with_budget(app, if act.name == "sync" { 0 } else { u64::MAX }).await {
                app.say(if app.with(|view| view.trouble.is_some()) { words.offline_next() } else { words.sync_done() });
            }
            worker::check().await;
        }
        ("persist", _) => {
            let kept = storage::persist().await;
            if !kept {
                app.say(words.persist_refused());
            }
        }
        ("drop-media", _) => media::clear(),
        ("drop-old", _) => phone::drop_old(app).await,
        ("drop-all", _) if nav::sure(&[words.drop_ask(), " ", words.drop_note()].concat()) => phone::drop_all(app).await,
        ("update", _) => worker::activate(),
        ("start-over", _) => sync::start_over(app).await,
        ("install", _) => {
            app.change(|view| view.offer_install = false);
            install::ask();
        }
        ("seen", _) => alarm::seen(app).await,
        ("later", _) => keep::decline_install(app),
        _ => {}
    }
    if app.with(|view| view.route == Some(Route::OnThisPhone)) {
        phone::measure(app).await;
    }
}

/// The settings with this one choice changed.
fn chosen(app: &App, act: &Act) -> Settings {
    let mut settings = app.with(|view| view.settings.clone());
    let number: Option<u32> = act.id.parse().ok();
    match (act.name.as_str(), number) {
        ("place", Some(code)) => settings.toggle_place(PlaceCode(code)),
        ("topic", Some(topic)) => settings.toggle_topic(topic as u8),
        ("size", _) => settings.size = act.value.parse::<u32>().unwrap_or(0).min(LARGEST.into()) as u8,
        ("theme", _) => settings.theme = Theme::from_name(&act.value),
        ("mode", _) => settings.mode = Mode::from_name(&act.value).unwrap_or_default(),
        _ => {}
    }
    settings
}

fn listen(app: &Rc<App>) {
    if speech::speaking() {
        speech::stop();
    } else {
        // In the language it stands in; where there is no voice for that, there is no button.
        let over = app.clone();
        speech::read(app.with(item::spoken), move || over.draw());
    }
    app.draw();
}

async fn more(app: &Rc<App>) {
    let query = app.change(|view| match &view.route {
        Some(Route::Search(query)) => {
            view.find.further += domain::search::SHOWN;
            Some(query.clone())
        }
        _ => {
            view.limit += LIST;
            None
        }
    });
    if let Some(query) = query {
        find::run(app, query, false).await;
    }
}
