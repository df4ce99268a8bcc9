//! Going from page to page: what must be at hand before a page is shown, and what follows once it is.

use super::{App, alarm, find, item, keep, phone, sync};
use crate::device::{clock, nav, net, page, speech, worker};
use domain::content::Kind;
use domain::route::{Query, Route};
use domain::words::{self, Lang};
use std::cell::Cell;
use std::rc::Rc;

#[derive(Clone, Copy, PartialEq)]
pub enum Step {
    /// A new entry of the history, at its top.
    Forward,
    /// An entry that was there before, where the reader left it.
    Back,
    /// The page that the program starts on.
    Start,
}

thread_local! {
    /// Only the last tap counts.
    static TURN: Cell<u32> = const { Cell::new(0) };
}

/// Begins with the page that the program starts on, unless the reader was quicker and went on to another.
pub async fn start(app: &Rc<App>, path: &str, query: &str) {
    clock::painted().await;
    if TURN.get() == 0 {
        go(app, path, query, Step::Start).await;
    }
}

/// Fetches the words of a language that is not compiled in, once. Where they do not come, the screens stay Vietnamese.
pub async fn speak(lang: Lang) {
    // Nobody waits long for them: a later page has them.
    if !words::known(lang)
        && let Some(Some(text)) = clock::within(2_000, net::text("/en.txt")).await
    {
        words::learn(text.leak());
    }
}

/// Shows a page. The address changes with the page, not before.
pub async fn go(app: &Rc<App>, path: &str, query: &str, step: Step) {
    let turn = TURN.get().wrapping_add(1);
    TURN.set(turn);
    // Who goes on from an alert over the whole screen has read it.
    if step != Step::Start {
        alarm::seen(app).await;
    }
    let target = Route::parse(path, query);
    let lang = target.as_ref().map_or(app.with(|view| view.lang), |(lang, _)| *lang);
    let route = target.map(|(_, route)| route);
    speak(lang).await;
    let open = match &route {
        Some(Route::Item(id)) => Some(item::find(app, *id).await),
        _ => None,
    };
    if TURN.get() != turn {
        return;
    }
    speech::stop();
    // Who taps the part that he is in goes to its top, and back leads to where he came from.
    let here = nav::here();
    if step == Step::Forward && (here.0 != path || here.1 != query) {
        let address = if query.is_empty() { path.to_owned() } else { [path, "?", query].concat() };
        nav::push(&address);
    }
    let other_lang = app.with(|view| view.lang != lang);
    app.change(|view| {
        view.lang = lang;
        view.open = open;
        if let Some(Route::Search(query)) = &route {
            // Results of another query never stand under this one.
            if view.find.query != *query {
                view.find.begin(query.clone());
            }
        }
        view.route = route.clone();
    });
    if other_lang {
        keep::look(app);
    }
    follow(app);
    clock::yield_now().await;
    // Who went on, or back, in the meantime is somewhere else by now.
    if TURN.get() != turn {
        return;
    }
    // On the page that the program starts on somebody may be typing already.
    if let (Some(Route::Search(query)), true) = (&route, step != Step::Start) {
        nav::set_query(&query.text);
    }
    match step {
        Step::Forward => {
            nav::to_top();
            nav::focus_main();
        }
        Step::Back => nav::restore(),
        Step::Start => {}
    }
    arrived(app, route.as_ref()).await;
}

/// What follows once the page is on the screen.
async fn arrived(app: &Rc<App>, route: Option<&Route>) {
    match route {
        Some(Route::Item(id)) => item::shown(app, *id),
        Some(Route::Search(query)) => search(app, query.clone()).await,
        Some(Route::OnThisPhone) => phone::measure(app).await,
        Some(Route::Alerts) => sync::soon(app),
        Some(Route::Settings) => worker::check().await,
        _ => {}
    }
}

async fn search(app: &Rc<App>, query: Query) {
    if query == Query::default() {
        find::warm(app);
    } else {
        find::run(app, query, false).await;
    }
}

/// The title of the window follows the page, and so does whether the phone has a voice for it.
pub fn follow(app: &App) {
    item::find_voice(app);
    let title = app.with(|view| {
        let ctx = view.ctx();
        let card = view.open.as_ref().and_then(|open| open.card.as_deref());
        view.route.as_ref().map(|route| ui::pages::title(&ctx, route, card))
    });
    if let Some(title) = title {
        page::set_title(&title);
    }
}

/// What is on the screen may have changed in the store: the item, and the alert over it. Phones resume more often than they
/// start: an alert that came meanwhile takes the screen, too.
pub async fn refresh_item(app: &Rc<App>) {
    alarm::look(app).await;
    let Some(Route::Item(id)) = app.with(|view| view.route.clone()) else { return };
    let open = item::find(app, id).await;
    app.change(|view| {
        let revision = |open: &item::Open| open.card.as_ref().map(|card| card.revision);
        // A text goes for its correction, not for the word that there is one; an alert that was corrected would mislead.
        let alert = open.card.as_ref().is_some_and(|card| card.kind == Kind::ALERT);
        let same = view.open.as_ref().and_then(revision) == revision(&open);
        let other = |old: &item::Open| open.body.is_some() || old.body.is_none() || alert && !same;
        let better = view.open.as_ref().is_none_or(|old| old.id == id && other(old));
        if view.route == Some(Route::Item(id)) && (better || matches!(open.fate, item::Fate::Withdrawn(_))) {
            // A failure that is on the screen already stays until there is something better.
            let waiting = matches!(open.fate, item::Fate::Fetching);
            if !waiting || view.open.is_none() {
                // What is being read out is no longer so.
                if !same {
                    speech::stop();
                }
                view.open = Some(open);
            }
        }
    });
    follow(app);
}

thread_local! {
    static SEEN_TO: Cell<bool> = const { Cell::new(false) };
}

/// Behind a page of the server nobody else sees to the text of the item that stands there: once, when a first sync ended well.
/// What comes later is not what the reader sees.
pub fn see_to_text(app: &Rc<App>) {
    if page::is_shell() || SEEN_TO.replace(true) {
        return;
    }
    if let Some(Route::Item(id)) = app.with(|view| view.route.clone()) {
        item::shown(app, id);
    }
}

/// The address of a query in the language of the screen.
pub fn search_address(query: &str, lang: Lang) -> String {
    let path = Route::Search(Query::default()).path(lang);
    if query.is_empty() { path } else { [&path, "?", query].concat() }
}
