//! What the program knows while it runs: one [`View`] that the screens are drawn from. Lives above every screen, for as long as
//! the page.

pub mod act;
pub mod alarm;
pub mod find;
pub mod item;
pub mod keep;
pub mod phone;
pub mod picture;
pub mod push;
pub mod shelf;
pub mod sync;
pub mod walk;

pub use crate::device::clock::spawn;
use crate::device::{clock, nav, net::Web, page, speech, store::IdbStore};
use crate::screens;
use client::usage::{self, Spent};
use client::{Saved, Settings};
use domain::content::{Card, ItemId, Time};
use domain::route::Route;
use domain::sorted::{Map, Set};
use domain::sync::{Commit, Trouble};
use domain::words::{Lang, Words};
use leptos::tachys::view::{Mountable, Render};
use shelf::Shelf;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use ui::data::PhoneData;
use ui::el::Live;
use ui::{Ctx, Edition, Images, Mine};

/// A saved item with its card read.
pub struct Kept {
    pub saved: Saved,
    pub card: Rc<Card>,
}

/// All that the screens show.
pub struct View {
    pub lang: Lang,
    /// `None` where no page is.
    pub route: Option<Route>,
    /// Items of any list: as many as of the one that was opened furthest, so that who comes back finds it so.
    pub limit: usize,
    pub settings: Settings,
    pub shelf: Shelf,
    pub saved: Map<ItemId, Kept>,
    pub read: Arc<Set<ItemId>>,
    pub saved_ids: Arc<Set<ItemId>>,
    pub mine: Arc<Mine>,
    /// Of what the reader made, as it stands here: whoever reads the store looks at whether one came meanwhile.
    pub changes: u32,
    /// Measured when its page is opened.
    pub phone: Option<PhoneData>,
    /// The item on the screen.
    pub open: Option<item::Open>,
    /// An alert that takes the whole screen, and those that did before.
    pub alarm: Option<item::Open>,
    pub alarmed: Vec<String>,
    pub find: find::Find,
    pub trouble: Option<Trouble>,
    /// Bytes of a release that waits.
    pub update: Option<u64>,
    /// Of the release; empty until the worker says so.
    pub version: String,
    /// A word of the moment, gone after some seconds.
    pub toast: Option<&'static str>,
    /// The reader did something useful and the browser offers to install.
    pub offer_install: bool,
    pub voice: bool,
    origin: Arc<str>,
}

impl View {
    pub fn new(settings: Settings, lang: Lang, route: Option<Route>) -> View {
        let mut view = View {
            lang,
            route,
            limit: ui::data::LIST,
            settings: Settings::default(),
            shelf: Shelf::default(),
            saved: Map::default(),
            read: Arc::default(),
            saved_ids: Arc::default(),
            mine: Arc::default(),
            changes: 0,
            phone: None,
            open: None,
            alarm: None,
            alarmed: Vec::new(),
            find: find::Find::default(),
            trouble: None,
            update: None,
            version: String::new(),
            toast: None,
            offer_install: false,
            voice: false,
            origin: nav::origin().into(),
        };
        view.choose(settings);
        view
    }

    pub fn choose(&mut self, settings: Settings) {
        self.mine = Arc::new(Mine { places: settings.places.clone(), topics: settings.topics.clone() });
        self.settings = settings;
        self.changes += 1;
    }

    /// The phone's clock, or the newest time a signature vouches for where that is later.
    pub fn now(&self) -> Time {
        domain::sync::clock::now(clock::now(), self.shelf.held.cursor.floor_time)
    }

    /// How fresh the lists are: the head is written anew only when something changes and at midnight.
    pub fn fresh(&self) -> Option<Time> {
        let checked = self.settings.checked;
        // One in the future is of a clock that was wrong.
        self.shelf.held.cursor.fresh.map(|fresh| if checked > self.now() { fresh } else { fresh.max(checked) })
    }

    /// Whether the phone's clock is behind by so much that it matters.
    pub fn clock_behind(&self) -> bool {
        domain::sync::clock::behind(clock::now(), self.shelf.held.cursor.floor_time)
    }

    pub fn ctx(&self) -> Ctx {
        let mut missing = Set::default();
        if matches!(self.trouble, Some(Trouble::Offline | Trouble::Portal)) {
            for (id, card) in self.shelf.held.cards.iter() {
                if !card.body && self.saved.get(id).is_none_or(|kept| kept.saved.body.is_none()) {
                    missing.insert(*id);
                }
            }
        }
        Ctx {
            missing,
            lang: self.lang,
            now: self.now(),
            edition: Edition::App,
            images: if self.settings.mode == client::Mode::Full { Images::Inline } else { Images::Tap },
            origin: self.origin.clone(),
            read: self.read.clone(),
            saved: self.saved_ids.clone(),
            mine: self.mine.clone(),
            alarm: ui::data::alarm(self.shelf.cards.values().map(|card| &**card), self.now(), &self.mine),
            alarm_until: None,
            voice: self.voice,
            speaking: self.voice && speech::speaking(),
        }
    }
}

pub struct App {
    pub store: IdbStore,
    pub net: Web,
    pub view: RefCell<View>,
    pub sync: sync::Pace,
    /// What was opened while a session runs.
    pub opened: RefCell<Vec<Commit>>,
    /// What stands on the screen; `None` behind a page of the server.
    screen: RefCell<Option<Live>>,
    /// It will be drawn again before the browser does anything else.
    due: Cell<bool>,
}

thread_local! {
    static APP: OnceCell<Rc<App>> = const { OnceCell::new() };
}

/// Makes the one program. Called once, at boot.
pub fn begin(store: IdbStore, view: View) -> Rc<App> {
    let app = Rc::new(App {
        store,
        net: Web,
        view: RefCell::new(view),
        sync: sync::Pace::default(),
        opened: RefCell::default(),
        screen: RefCell::default(),
        due: Cell::default(),
    });
    APP.with(|slot| slot.set(app.clone()).is_ok());
    app
}

/// The program; exists once boot has begun it.
pub fn app() -> Rc<App> {
    APP.with(|slot| slot.get().cloned()).expect("boot begins it before anything else runs")
}

impl App {
    /// Puts the page into the document. By Leptos' renderer without its signals: one view drawn of one state needs to
    /// know only that something changed, and the graph behind signals is 12 KB of code that phones would download.
    pub fn mount(&self) {
        let mut live = self.with(screens::whole).build();
        live.mount(&page::mount_point(), None);
        self.screen.replace(Some(live));
    }

    /// Draws what changed, once for all changes of a turn.
    #[inline(never)]
    pub fn draw(&self) {
        if self.screen.borrow().is_some() && !self.due.replace(true) {
            spawn(async {
                let app = app();
                app.due.set(false);
                let page = app.with(screens::whole);
                if let Some(live) = &mut *app.screen.borrow_mut() {
                    page.rebuild(live);
                }
            });
        }
    }

    /// Changes the view and draws it.
    pub fn change<T>(&self, f: impl FnOnce(&mut View) -> T) -> T {
        let result = f(&mut self.view.borrow_mut());
        self.draw();
        result
    }

    pub fn with<T>(&self, f: impl FnOnce(&View) -> T) -> T {
        f(&self.view.borrow())
    }

    /// In the language of the screen.
    pub fn words(&self) -> &'static Words {
        self.with(|view| view.lang).words()
    }

    /// Adds to today's counter. Nobody waits for it: a database that does not answer must not hold up what comes next.
    pub fn spent(self: &Rc<Self>, on: Spent, bytes: u64) {
        let (app, now) = (self.clone(), self.with(View::now));
        spawn(async move {
            let _ = usage::add(&app.store, now, on, bytes).await;
        });
    }

    /// A word of the moment.
    pub fn say(self: &Rc<Self>, text: &'static str) {
        self.change(|view| view.toast = Some(text));
        let app = self.clone();
        spawn(async move {
            clock::sleep(5_000).await;
            if app.with(|view| view.toast == Some(text)) {
                app.change(|view| view.toast = None);
            }
        });
    }
}
