//! The phone's own runner against the server's own router, in one process: nothing between them is pretended but the
//! wire, which cuts, lies and goes away when it is told to.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use client::memory::Memory;
use client::{Breath, Keep, Mode, Net, Reply, Report, Settings, Store};
use domain::content::{Body as Text, Card, Time};
use domain::route::Query;
use domain::search::{DocFacts, Index, Terms};
use domain::sync::{Commit, Fetch, Input, NetFault, Outcome, StoreFault, Trouble};
use domain::wire::push::DICTIONARY;
use domain::wire::{Envelope, PackKind, path};
use http_body_util::BodyExt;
use server::{App, Options};
use std::cell::{Cell, RefCell};
use tower::ServiceExt;

/// The phone's line to the server.
struct Line {
    app: RefCell<App>,
    /// Requests that will still come through; `None` is a good line.
    left: Cell<Option<u32>>,
    /// A portal answers every request with its own page.
    portal: Cell<bool>,
    /// A cache on the way gives this head to whoever asks.
    cached: RefCell<Option<Vec<u8>>>,
    asked: RefCell<Vec<String>>,
}

impl Line {
    fn to(app: &App) -> Line {
        Line {
            app: RefCell::new(app.clone()),
            left: Cell::new(None),
            portal: Cell::new(false),
            cached: RefCell::default(),
            asked: RefCell::default(),
        }
    }
}

impl Net for Line {
    async fn fetch(&self, fetch: &Fetch, tag: Option<&str>) -> Reply {
        let id = fetch.id;
        let failed = |why| Reply { input: Input::Failed { id, why }, wire: 0, tag: None };
        self.asked.borrow_mut().push(fetch.path.clone());
        if self.portal.get() {
            return failed(NetFault::Portal);
        }
        match self.left.get() {
            Some(0) => return failed(NetFault::Unreachable),
            Some(left) => self.left.set(Some(left - 1)),
            None => {}
        }
        if let Some(bytes) = self.cached.borrow().clone().filter(|_| fetch.path == path::HEAD) {
            return Reply { input: Input::Got { id, bytes }, wire: 0, tag: Some("\"old\"".into()) };
        }
        let mut request = Request::get(&fetch.path).header(header::HOST, "localhost");
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        let router = self.app.borrow().router();
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let wire = bytes.len() as u64;
        let input = match status {
            StatusCode::OK if bytes.len() <= fetch.max_bytes => Input::Got { id, bytes: bytes.to_vec() },
            StatusCode::NOT_MODIFIED => Input::Unchanged { id },
            StatusCode::OK => Input::Failed { id, why: NetFault::Unreachable },
            other => Input::Failed { id, why: NetFault::Status { status: other.as_u16(), retry_after: None } },
        };
        Reply { input, wire, tag }
    }
}

struct Still;

impl Breath for Still {
    async fn breathe(&self) {}
}

async fn server(data: &std::path::Path) -> App {
    App::open(data, Options::default()).await.unwrap()
}

fn now(app: &App) -> Time {
    app.site.options.clock.now()
}

async fn sync(store: &Memory, line: &Line) -> Report {
    let loaded = store.load().await.unwrap();
    let now = now(&line.app.borrow());
    let held = RefCell::new(loaded.held.clone());
    let report = client::sync(
        store,
        line,
        &Still,
        loaded,
        Settings { mode: Mode::Full, ..Settings::default() }.wishes(0),
        now,
        &RefCell::default(),
        |commit, stored| {
            if stored {
                held.borrow_mut().apply(commit);
            }
        },
    )
    .await;
    // The screen knows what the phone holds, also where a commit found no room.
    let (ours, stored) = (held.into_inner(), store.load().await.unwrap().held);
    assert_eq!((ours.cursor, ours.cards, ours.gone), (stored.cursor, stored.cards, stored.gone));
    report
}

/// What the phone has of every item is what the server has.
async fn same(store: &Memory, app: &App) {
    let loaded = store.load().await.unwrap();
    let snapshot = app.site.live.now();
    assert_eq!(loaded.cards.len(), snapshot.items.len());
    for (id, card) in &loaded.cards {
        assert_eq!(Card::decode(card).unwrap(), snapshot.items[id].card);
        if let Some(body) = store.body(*id).await.unwrap() {
            assert_eq!(Text::decode(&body.body).unwrap(), snapshot.items[id].body);
        }
    }
}

#[tokio::test]
async fn a_phone_reads_comes_back_and_pays_only_for_what_changed() {
    let data = tempfile::tempdir().unwrap();
    let app = server(data.path()).await;
    let line = Line::to(&app);
    let store = Memory::new();

    let first = sync(&store, &line).await;
    assert_eq!(first.outcome, Outcome::UpToDate { changed: true });
    same(&store, &app).await;
    let held = store.load().await.unwrap().held;
    assert!(held.cards.values().filter(|card| card.body).count() >= 30, "the newest texts are on the phone");
    assert!(held.trust.is_some() && held.cursor.fresh.is_some());

    let second = sync(&store, &line).await;
    assert_eq!(second.outcome, Outcome::UpToDate { changed: false }, "{:?}", line.asked.borrow());
    assert_eq!(second.requests, 1, "one question, one 304");
    assert_eq!(second.wire, 0, "nothing new, nothing but headers");

    // Search with no server at all, over the words that came with the items.
    let mut index = Index::new();
    for (id, terms) in store.terms(None, 1_000).await.unwrap() {
        let card = Card::decode(&store.card(id).await.unwrap().unwrap()).unwrap();
        let facts = DocFacts { issued: card.issued, topics: card.topics, places: card.places, kind: card.kind };
        index.put(id, facts, &Terms::decode(&terms).unwrap());
    }
    let query = Query { text: "lu quet".into(), ..Query::default() };
    let here: Vec<_> = index.search(&query, 5).into_iter().map(|hit| hit.id).collect();
    assert!(!here.is_empty(), "the sample speaks of flash floods");

    // Everything is withdrawn: the phone forgets it and knows why; what was saved stays.
    let id = here[0];
    store.put_keep(Keep::Saved, &id.to_string(), Some(&[1])).await.unwrap();
    assert!(server::sample::remove(&app.site).await.unwrap() >= 48);
    app.site.refresh().await.unwrap();
    let third = sync(&store, &line).await;
    assert_eq!(third.outcome, Outcome::UpToDate { changed: true });
    assert!(store.load().await.unwrap().cards.is_empty());
    assert!(store.gone(id).await.unwrap().is_some());
    assert!(store.terms(None, 10).await.unwrap().is_empty());
    assert_eq!(store.get_keep(Keep::Saved).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_line_that_comes_and_goes_loses_nothing() {
    let data = tempfile::tempdir().unwrap();
    let app = server(data.path()).await;
    let line = Line::to(&app);
    let store = Memory::new();

    line.portal.set(true);
    assert!(matches!(sync(&store, &line).await.outcome, Outcome::Later { why: Trouble::Portal, .. }));
    assert!(store.load().await.unwrap().cards.is_empty());
    line.portal.set(false);

    // A few answers, then silence, again and again.
    let mut tries = 0;
    loop {
        line.left.set(Some(3));
        tries += 1;
        assert!(tries < 40, "every try brings something home: {:?}", line.asked.borrow());
        match sync(&store, &line).await.outcome {
            Outcome::UpToDate { .. } => break,
            Outcome::Later { why, .. } => assert_eq!(why, Trouble::Offline),
        }
    }
    same(&store, &app).await;
}

#[tokio::test]
async fn an_old_answer_out_of_a_cache_is_no_sign_of_being_up_to_date() {
    let data = tempfile::tempdir().unwrap();
    let app = server(data.path()).await;
    let (line, store) = (Line::to(&app), Memory::new());
    let old = app.site.live.now().head_answer.plain().to_vec();
    assert!(server::sample::remove(&app.site).await.unwrap() >= 48);
    app.site.refresh().await.unwrap();
    sync(&store, &line).await;
    let before = store.load().await.unwrap();
    line.cached.replace(Some(old));
    let report = sync(&store, &line).await;
    assert_eq!(report.outcome, Outcome::Later { why: Trouble::Busy, retry_after: None });
    let after = store.load().await.unwrap();
    assert_eq!((after.held.cursor, after.tag), (before.held.cursor, before.tag), "nor is its tag kept");
    line.cached.replace(None);
    assert_eq!(sync(&store, &line).await.outcome, Outcome::UpToDate { changed: false });
}

/// Both at once: the server's clock was ahead when this phone looked last, and a row of it cannot be read.
#[tokio::test]
async fn who_starts_over_waits_for_no_clock() {
    let data = tempfile::tempdir().unwrap();
    let app = server(data.path()).await;
    let (line, store) = (Line::to(&app), Memory::new());
    sync(&store, &line).await;
    let mut loaded = store.load().await.unwrap();
    loaded.held.cursor.fresh = loaded.held.cursor.fresh.map(|fresh| fresh.plus(365 * 86_400));
    let ahead = loaded.held.cursor.clone();
    store.commit(&Commit { cursor: Some(ahead), ..Commit::default() }).await.unwrap();
    assert_eq!(sync(&store, &line).await.outcome, Outcome::Later { why: Trouble::Busy, retry_after: None });
    loaded.damaged();
    store.commit(&Commit { cursor: Some(loaded.held.cursor), ..Commit::default() }).await.unwrap();
    assert_eq!(sync(&store, &line).await.outcome, Outcome::UpToDate { changed: true });
    same(&store, &app).await;
}

#[tokio::test]
async fn a_full_phone_keeps_what_it_had_and_goes_on_later() {
    let data = tempfile::tempdir().unwrap();
    let app = server(data.path()).await;
    let line = Line::to(&app);
    let store = Memory::new();
    store.fail(1, StoreFault::Quota);
    let full = sync(&store, &line).await;
    assert_eq!(full.outcome, Outcome::Later { why: Trouble::PhoneFull, retry_after: None });
    let again = sync(&store, &line).await;
    assert_eq!(again.outcome, Outcome::UpToDate { changed: true });
    same(&store, &app).await;
}

#[tokio::test]
async fn an_item_by_link_proves_itself_and_another_server_is_not_followed() {
    let data = tempfile::tempdir().unwrap();
    let app = server(data.path()).await;
    let line = Line::to(&app);
    let store = Memory::new();
    sync(&store, &line).await;
    let held = store.load().await.unwrap().held;
    let missing = held.cards.iter().find(|(_, card)| !card.body).map(|(id, _)| *id);
    let id = missing.unwrap_or(*held.cards.keys().next().unwrap());
    let Input::Got { bytes, .. } = line.fetch(&client::item::fetch(id), None).await.input else { panic!("no item") };
    let trust = held.trust.clone().unwrap();
    let opened = client::item::open(id, &bytes, &trust, held.cards.get(&id), None).unwrap();
    store.commit(&opened.commit).await.unwrap();
    assert_eq!(store.body(id).await.unwrap(), Some(opened.stored));

    // The same address, another key: nothing is taken, nothing is lost, and only the reader can change that.
    let elsewhere = tempfile::tempdir().unwrap();
    let other = server(elsewhere.path()).await;
    line.app.replace(other.clone());
    let before = store.load().await.unwrap().cards;
    let refused = sync(&store, &line).await;
    assert!(
        matches!(refused.outcome, Outcome::Later { why: Trouble::OtherServer | Trouble::NotGenuine(_), .. }),
        "{:?}",
        refused.outcome
    );
    assert_eq!(store.load().await.unwrap().cards, before);
    store.clear_cache().await.unwrap();
    store.put_keep(Keep::Trust, "list", None).await.unwrap();
    assert_eq!(sync(&store, &line).await.outcome, Outcome::UpToDate { changed: true });
    same(&store, &other).await;
}

/// A Zstandard frame without compression (RFC 8878), as any decoder reads it.
fn frame(plain: &[u8]) -> Vec<u8> {
    let length = u32::try_from(plain.len()).unwrap();
    let block = (1 | length << 3).to_le_bytes();
    [&[0x28, 0xb5, 0x2f, 0xfd, 0xa0][..], &length.to_le_bytes(), &block[..3], plain].concat()
}

#[tokio::test]
async fn alerts_that_a_push_brought_are_at_one_with_the_next_sync() {
    let data = tempfile::tempdir().unwrap();
    let app = server(data.path()).await;
    let line = Line::to(&app);
    let other = Memory::new();
    sync(&other, &line).await;
    let trust = other.load().await.unwrap().held.trust.unwrap();

    // A phone that knows whom to believe and holds nothing yet.
    let store = Memory::new();
    store.commit(&Commit { trust: Some(trust.clone()), ..Commit::default() }).await.unwrap();
    let alerts: Vec<_> =
        app.site.live.now().items.values().filter(|item| item.card.alert().is_some()).map(|item| item.card.id).collect();
    assert!(alerts.len() >= 3);
    for id in &alerts {
        let Input::Got { bytes, .. } = line.fetch(&client::item::fetch(*id), None).await.input else { panic!("no item") };
        let payload = Envelope::open(PackKind::Item, &bytes, &trust).unwrap().payload;
        let commit = client::push::open(DICTIONARY, &frame(payload), &store.load().await.unwrap().held).unwrap();
        assert_eq!(commit.cards.len(), 1);
        store.commit(&commit).await.unwrap();
    }
    let pushed = store.load().await.unwrap();
    assert_eq!((pushed.cards.len(), pushed.held.cursor.seq), (alerts.len(), 0));
    line.asked.borrow_mut().clear();

    let report = sync(&store, &line).await;
    assert_eq!(report.outcome, Outcome::UpToDate { changed: true });
    same(&store, &app).await;
    let held = store.load().await.unwrap().held;
    for id in &alerts {
        let card = held.cards.get(id).unwrap();
        assert!(card.body && card.seq > 0, "{id} has its text still, and its place in the log");
        assert!(store.body(*id).await.unwrap().is_some());
    }
    let second = sync(&store, &line).await;
    assert_eq!((second.outcome, second.requests), (Outcome::UpToDate { changed: false }, 1));
}
