//! The public JSON API: open to anyone, read-only, described by `/api/openapi.json`.
//!
//! [`ask`] reads what is asked, [`make`] turns what stands into [`types`]; this module answers from memory.

mod ask;
mod make;
mod names;
mod types;

use crate::compress;
use crate::hot::{Hot, REVALIDATE};
use crate::live::Snapshot;
use crate::pages::origin;
use crate::reply;
use crate::site::Site;
use ask::{ListQuery, SearchQuery, refused};
use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::alert;
use domain::content::{ItemId, PlaceCode, Time};
use domain::instance::instance;
use domain::search::rank;
use domain::wire::Problem;
use make::Maker;
use serde::Serialize;
use std::sync::Arc;
use types::{Former, FullItem, ItemList, Label, Place, Places, SearchResult, Topic, Topics};
use utoipa::OpenApi;

const JSON: &str = "application/json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bản Tin",
        version = "1",
        description = "Bulletins, alerts, guides and events. Open to anyone; no key is needed."
    ),
    paths(items, item, alerts, search, places, topics),
    security(())
)]
struct Description;

/// Every address of the API, as its description must list them.
pub const ROUTES: [&str; 6] =
    ["/api/v1/items", "/api/v1/items/{id}", "/api/v1/alerts", "/api/v1/search", "/api/v1/places", "/api/v1/topics"];

pub fn router(site: Arc<Site>) -> Router {
    let answers = [get(items), get(item), get(alerts), get(search), get(places), get(topics)];
    let routes = ROUTES.into_iter().zip(answers).chain([("/api/openapi.json", get(openapi))]);
    let router = routes.fold(Router::new(), |router, (path, answer)| router.route(path, answer));
    router.with_state(site)
}

type Asked<T> = Result<Query<T>, QueryRejection>;

/// Items, the newest publication first.
#[utoipa::path(get, path = "/api/v1/items", params(ListQuery), responses(
    (status = 200, description = "A part of the list", body = ItemList),
    (status = 400, description = "`unknown-topic`, `unknown-place`, `unknown-kind`, `bad-after`, `bad-limit`, `bad-query`", body = types::Problem, content_type = "application/problem+json")
))]
async fn items(State(site): State<Arc<Site>>, asked: Asked<ListQuery>, request: Request) -> Response {
    let Ok(Query(asked)) = asked else { return reply::problem(StatusCode::BAD_REQUEST, &Problem::new("bad-query")) };
    let (query, after, limit) = match asked.read() {
        Ok(read) => read,
        Err(problem) => return reply::problem(StatusCode::BAD_REQUEST, &problem),
    };
    // Whatever lies beyond the newest is one question.
    let after = after.map(|after| after.min(site.live.now().seq() + 1));
    let key = format!("items/{:?}/{:?}/{:?}/{after:?}/{limit}", query.topic, query.place, query.kind);
    kept(&site, request, key, move |world| {
        let fits = |item: &crate::live::Item| {
            let card = &item.card;
            query.topic.is_none_or(|topic| card.topics.contains(&topic))
                && query.kind.is_none_or(|kind| card.kind == kind)
                && query.place.is_none_or(|place| instance().belongs(&card.places, PlaceCode(place)))
                && after.is_none_or(|after| item.seq < after)
        };
        let mut found: Vec<_> = world.snapshot.items.values().filter(|item| fits(item)).collect();
        found.sort_unstable_by_key(|item| std::cmp::Reverse(item.seq));
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|item| item.seq.to_string());
        let maker = world.maker();
        json(&ItemList { items: found.into_iter().map(|item| maker.item(item)).collect(), next })
    })
    .await
}

/// One item with its text.
#[utoipa::path(get, path = "/api/v1/items/{id}", params(("id" = String, Path, description = "Id of an item")), responses(
    (status = 200, description = "The item", body = FullItem),
    (status = 404, description = "`no-such-item`", body = types::Problem, content_type = "application/problem+json"),
    (status = 410, description = "`withdrawn`, with the `reason`", body = types::Problem, content_type = "application/problem+json")
))]
async fn item(State(site): State<Arc<Site>>, id: Result<Path<String>, PathRejection>, request: Request) -> Response {
    let snapshot = site.live.now();
    // What is no text names nothing.
    let Path(id) = id.unwrap_or_else(|_| Path(String::new()));
    let none = || reply::problem(StatusCode::NOT_FOUND, &refused("no-such-item", &id));
    let Ok(id) = id.parse::<ItemId>() else { return none() };
    if let Some(gone) = snapshot.gone.get(&id) {
        return reply::problem(
            StatusCode::GONE,
            &Problem::new("withdrawn").with("reason", &gone.reason).with("at", gone.at.rfc3339()),
        );
    }
    if !snapshot.items.contains_key(&id) {
        return none();
    }
    kept(&site, request, format!("item/{id}"), move |world| {
        world.snapshot.items.get(&id).map_or_else(Vec::new, |item| json(&world.maker().full(item)))
    })
    .await
}

/// Every alert in force, coming, or over for less than a week: in force first, worst first.
#[utoipa::path(get, path = "/api/v1/alerts", responses((status = 200, description = "Alerts and how they stand", body = ItemList)))]
async fn alerts(State(site): State<Arc<Site>>, request: Request) -> Response {
    kept(&site, request, "alerts".into(), |world| {
        let maker = world.maker();
        let standings = alert::standings(world.snapshot.cards(), world.now);
        let all = alert::mattering(world.snapshot.cards(), world.now);
        let matter = standings.iter().filter(|standing| all.contains(&standing.card.id));
        let items = matter.filter_map(|standing| world.snapshot.items.get(&standing.card.id)).map(|item| maker.item(item));
        json(&ItemList { items: items.collect(), next: None })
    })
    .await
}

/// Search, with the same index and order as on the phone.
#[utoipa::path(get, path = "/api/v1/search", params(SearchQuery), responses(
    (status = 200, description = "The best hits", body = SearchResult),
    (status = 400, description = "`unknown-topic`, `unknown-place`, `unknown-kind`, `bad-limit`, `bad-query`", body = types::Problem, content_type = "application/problem+json")
))]
async fn search(State(site): State<Arc<Site>>, asked: Asked<SearchQuery>, request: Request) -> Response {
    let Ok(Query(asked)) = asked else { return reply::problem(StatusCode::BAD_REQUEST, &Problem::new("bad-query")) };
    let (query, limit) = match asked.read() {
        Ok(read) => read,
        Err(problem) => return reply::problem(StatusCode::BAD_REQUEST, &problem),
    };
    let world = World::of(&site, &request);
    // There are too many things to ask for to keep the answers.
    let make = move || {
        let mut hits = world.snapshot.search(&query, usize::MAX);
        let total = hits.len();
        let standing = |id| world.snapshot.items.get(&id);
        let live = alert::live(world.snapshot.cards(), world.now);
        rank(&mut hits, &query.text, &live, &|id| Some(&standing(id)?.card));
        let maker = world.maker();
        let items = hits.iter().take(limit).filter_map(|hit| standing(hit.id)).map(|item| maker.item(item)).collect();
        let bytes = json(&SearchResult { items, total });
        let small = compress::brotli(&bytes, 5);
        hot(bytes).compressed(small)
    };
    Arc::new(site.searching.apart(make).await).answer(request.headers(), None).await
}

/// The units of today, and those that are no more.
#[utoipa::path(get, path = "/api/v1/places", responses((status = 200, description = "All places", body = Places)))]
async fn places(State(site): State<Arc<Site>>, request: Request) -> Response {
    let code = |code: &u32| code.to_string();
    kept(&site, request, "places".into(), move |_| {
        let places = instance().places.iter().map(|place| Place {
            code: code(&place.code),
            parent: place.parent.as_ref().map(code),
            name: label(&place.name),
            slug: place.slug.clone(),
            valid_from: place.valid_from.clone(),
        });
        let former = instance().former.iter().map(|former| Former {
            name: former.name.clone(),
            slug: former.slug.clone(),
            valid_to: former.valid_to.clone(),
            successors: former.successors.iter().map(code).collect(),
        });
        json(&Places { places: places.collect(), former: former.collect() })
    })
    .await
}

/// The topics, in their order.
#[utoipa::path(get, path = "/api/v1/topics", responses((status = 200, description = "All topics", body = Topics)))]
async fn topics(State(site): State<Arc<Site>>, request: Request) -> Response {
    kept(&site, request, "topics".into(), |_| {
        let topics = instance().topics.iter().map(|topic| Topic { slug: topic.slug.clone(), name: label(&topic.name) });
        json(&Topics { topics: topics.collect() })
    })
    .await
}

async fn openapi(State(site): State<Arc<Site>>, request: Request) -> Response {
    kept(&site, request, "openapi".into(), |_| json(&description())).await
}

/// What holds of every address is said here. The licence of the program, which would stand in it, is none of what others wrote.
fn description() -> utoipa::openapi::OpenApi {
    let mut all = Description::openapi();
    all.info.license = None;
    for get in all.paths.paths.values_mut().filter_map(|path| path.get.as_mut()) {
        for (status, meaning) in [("304", "What `If-None-Match` names is still so"), ("503", "`too-slow`")] {
            get.responses.responses.insert(status.into(), utoipa::openapi::Response::new(meaning).into());
        }
    }
    all
}

fn label(label: &domain::instance::Label) -> Label {
    Label { vi: label.vi.clone(), en: label.en.clone() }
}

/// What an answer is made of.
struct World {
    snapshot: Arc<Snapshot>,
    now: Time,
    origin: Arc<str>,
}

impl World {
    fn of(site: &Site, request: &Request) -> World {
        World { snapshot: site.live.now(), now: site.now(), origin: origin::of(site, request) }
    }

    fn maker(&self) -> Maker<'_> {
        Maker::new(&self.snapshot, self.now, &self.origin)
    }
}

async fn kept(
    site: &Arc<Site>,
    request: Request,
    key: String,
    make: impl FnOnce(&World) -> Vec<u8> + Send + 'static,
) -> Response {
    let world = World::of(site, &request);
    let mut name = format!("{}/api/", world.origin);
    name.push_str(&key);
    site.page(world.snapshot.clone(), &name, move |_| hot(make(&world))).await.answer(request.headers(), None).await
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

fn hot(bytes: Vec<u8>) -> Hot {
    Hot::new(JSON, REVALIDATE, bytes)
}
