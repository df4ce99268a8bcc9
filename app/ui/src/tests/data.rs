//! What pages choose to show.

use super::world::{NOW, World};
use crate::ctx::{Ctx, Mine};
use crate::data::*;
use domain::alert::{MEMORY, State};
use domain::content::{AlertInfo, Block, Card, ItemId, Kind, MsgType, PlaceCode, Status, Time};
use domain::words::Lang;

fn names<'a>(world: &'a World, cards: impl IntoIterator<Item = &'a Card>) -> Vec<&'static str> {
    cards.into_iter().map(|card| world.cards.iter().find(|(_, known)| known.id == card.id).unwrap().0).collect()
}

/// What is in force elsewhere must not read as if nothing were at home; each says how it stands.
#[test]
fn home_tells_alerts_of_ones_own_place_from_those_elsewhere() {
    let mut world = World::new("Lũ");
    let (_, near) = world.cards.iter().find(|(name, _)| *name == "alert").unwrap().clone();
    let far = Card { id: ItemId([99; 5]), places: vec![PlaceCode(19753)], ..near };
    world.cards.push(("far", far));
    let shown = |places: Vec<PlaceCode>| {
        let data = HomeData::select(world.cards.iter().map(|(_, card)| card), NOW, &Mine { places, topics: vec![] });
        let html = crate::pages::home(&Ctx::app(Lang::Vi, NOW, ""), data).to_html();
        let sections = html.split("<h2>").skip(1).map(|rest| {
            let (title, rest) = rest.split_once("</h2>").unwrap();
            (title.to_owned(), rest.split("</section>").next().unwrap().matches("Đang có hiệu lực").count())
        });
        sections.take(2).collect::<Vec<_>>()
    };
    assert_eq!(shown(vec![])[0], ("Cảnh báo đang có hiệu lực".into(), 0), "the heading says it");
    assert_eq!(shown(vec![PlaceCode(20044)]), [("Cảnh báo nơi tôi ở".into(), 2), ("Cảnh báo ở nơi khác".into(), 1)]);
}

/// Whoever chose many places misses nothing of what holds there.
#[test]
fn home_leaves_out_nothing_that_is_in_force_at_home() {
    let mut world = World::new("Lũ");
    let (_, near) = world.cards.iter().find(|(name, _)| *name == "alert").unwrap().clone();
    let detail = AlertInfo { references: vec![], ..near.alert().unwrap() }.encode();
    world.cards.extend((0..9).map(|n| ("more", Card { id: ItemId([60 + n; 5]), detail: detail.clone(), ..near.clone() })));
    let mine = Mine { places: vec![PlaceCode(20044)], topics: vec![] };
    let home = HomeData::select(world.cards.iter().map(|(_, card)| card), NOW, &mine);
    let in_force = |list: &[domain::alert::Standing]| list.iter().filter(|one| one.state == State::InForce).count();
    let all = HomeData::select(world.cards.iter().map(|(_, card)| card), NOW, &Mine::default());
    assert!(in_force(&all.alerts) > 9);
    assert_eq!(in_force(&home.near) + in_force(&home.alerts), in_force(&all.alerts));
    assert!(home.near.iter().all(|one| one.state == State::InForce), "what no longer holds makes room");
}

/// Clocks of senders differ: an all-clear dated before what it calls off is the last word all the same.
#[test]
fn an_all_clear_is_never_replaced_by_what_it_calls_off() {
    let mut world = World::new("Lũ");
    let (_, alert) = world.cards.iter().find(|(name, _)| *name == "alert").unwrap().clone();
    let cancel = AlertInfo { msg_type: MsgType::Cancel, references: vec![alert.id], ..alert.alert().unwrap() };
    let early = Card { id: ItemId([98; 5]), issued: alert.issued.plus(-60), detail: cancel.encode(), ..alert.clone() };
    world.cards.push(("early", early.clone()));
    let of = |card: &Card| {
        let data = ItemData::select(card, None, world.cards.iter().map(|(_, card)| card), NOW);
        (data.state, data.replaced_by.map(|card| card.id))
    };
    assert_eq!(of(&early), (Some(State::Cancelled), None));
    assert_eq!(of(&alert), (Some(State::Cancelled), Some(early.id)));
}

/// What is coming, what ended without newer word, and what only a later release can read, is no reason to be calm.
#[test]
fn nothing_calms_beside_what_is_coming_or_ended_without_newer_word() {
    let world = World::new("Lũ");
    let said = |names: &[&str]| {
        let cards = || world.cards.iter().filter(|(name, _)| names.contains(name)).map(|(_, card)| card);
        let ctx = Ctx::app(Lang::Vi, NOW, "");
        let alerts = crate::pages::alerts(&ctx, AlertsData::select(cards(), NOW)).to_html();
        let place = crate::pages::place(&ctx, PlaceData::select(cards(), NOW, 20044, LIST)).to_html();
        [alerts, place].map(|html| html.contains("Hiện không có cảnh báo nào đang có hiệu lực"))
    };
    assert_eq!(said(&[]), [true, true]);
    for name in ["alert", "coming", "ended", "odd"] {
        assert_eq!(said(&[name]), [false, false], "{name}");
    }
}

/// A phone whose program is older than an alert shows that there is one: nothing else may be known of it, and it may be the only
/// one.
#[test]
fn an_alert_of_a_later_release_stands_in_the_lists() {
    let world = World::new("Lũ");
    let odd = || world.cards.iter().filter(|(name, _)| *name == "odd").map(|(_, card)| card);
    let ctx = Ctx::app(Lang::Vi, NOW, "");
    let here = domain::route::Route::Item(odd().next().unwrap().id).path(Lang::Vi);
    assert!(crate::pages::alerts(&ctx, AlertsData::select(odd(), NOW)).to_html().contains(&here));
    assert!(crate::pages::place(&ctx, PlaceData::select(odd(), NOW, 20044, LIST)).to_html().contains(&here));
    assert_eq!(HomeData::select(odd(), NOW, &Mine::default()).newest.len(), 1);
}

/// When it takes place says how it stands with it; that it is over is said.
#[test]
fn an_event_says_nothing_of_force() {
    let world = World::new("Lễ hội");
    let (_, event) = world.cards.iter().find(|(_, card)| card.kind == Kind::EVENT).unwrap();
    let said = |now: Time| {
        let data = ItemData::select(event, Some(&world.body), world.cards.iter().map(|(_, card)| card), now);
        crate::pages::item(&Ctx::app(Lang::Vi, now, ""), data).to_html()
    };
    assert!(!said(NOW).contains("hiệu lực"), "{}", said(NOW));
    assert!(said(event.end().unwrap()).contains("class=\"st off\""));
}

#[test]
fn home_shows_live_alerts_and_keeps_ended_ones_in_sight() {
    let world = World::new("Lũ");
    let home = world.home();
    assert_eq!(names(&world, home.alerts.iter().map(|s| s.card)), ["alert", "whole"]);
    assert_eq!(names(&world, home.other_alerts.iter().map(|s| s.card)), ["coming", "ended", "cancel"]);
    assert!(home.mine.is_empty());
    assert_eq!(names(&world, home.events), ["event"]);
    assert!(home.newest.windows(2).all(|pair| pair[0].issued >= pair[1].issued));
}

#[test]
fn an_ended_alert_stays_in_sight_for_a_week_and_then_among_what_is_past() {
    let world = World::new("Lũ");
    let cards = || world.cards.iter().map(|(_, card)| card);
    let last = cards().filter(|card| card.alert().is_some()).filter_map(|card| card.expires).max().unwrap();
    let at = |later: i64| AlertsData::select(cards(), last.plus(later));
    let ended = at(0).ended;
    assert!(ended.windows(2).all(|pair| pair[0].card.expires >= pair[1].card.expires), "the last to end first");
    let home = HomeData::select(cards(), last, &Mine::default());
    assert!(home.other_alerts.iter().any(|s| s.state == State::Ended) && home.alerts.is_empty());
    // What was cancelled or replaced had its newer word.
    assert!(!names(&world, ended.iter().map(|s| s.card)).iter().any(|name| ["cancelled", "superseded"].contains(name)));
    assert!(!at(MEMORY - 1).ended.is_empty());
    let much_later = at(MEMORY);
    assert!(much_later.ended.is_empty() && much_later.cancelled.is_empty());
    let past = names(&world, much_later.past.iter().map(|s| s.card));
    assert!(ended.iter().all(|s| much_later.past.iter().any(|past| past.card.id == s.card.id)), "{past:?}");
    assert!(HomeData::select(cards(), last.plus(MEMORY), &Mine::default()).other_alerts.is_empty());
}

#[test]
fn between_now_and_the_next_change_every_alert_stands_as_it_does() {
    let world = World::new("Lũ");
    let cards = || world.cards.iter().map(|(_, card)| card);
    let states = |at| domain::alert::standings(cards(), at).iter().map(|s| (s.card.id, s.state)).collect::<Vec<_>>();
    let (mut now, mut changes) = (NOW, 0);
    while let Some(next) = domain::alert::next_change(cards(), now) {
        assert!(next > now);
        assert_eq!(states(next.plus(-1)), states(now));
        (now, changes) = (next, changes + 1);
    }
    assert!(changes >= 2 && states(now) != states(NOW));
}

#[test]
fn the_order_of_cards_does_not_matter() {
    let world = World::many("Tin", 60);
    let mut turned: Vec<&Card> = world.cards.iter().map(|(_, card)| card).collect();
    turned.reverse();
    let ids = |home: HomeData| home.newest.iter().map(|card| card.id).collect::<Vec<_>>();
    let turned = HomeData::select(turned, NOW, &Mine::default());
    assert_eq!(ids(turned), ids(world.home()));
}

#[test]
fn mine_is_what_names_my_places_or_topics() {
    let world = World::new("Lũ");
    let of = |mine: Mine| HomeData::select(world.cards.iter().map(|(_, card)| card), NOW, &mine).mine.len();
    assert!(of(Mine { places: vec![PlaceCode(20044)], topics: vec![] }) > 0);
    assert_eq!(of(Mine { places: vec![PlaceCode(19753)], topics: vec![] }), 0);
    assert_eq!(of(Mine { places: vec![], topics: vec![3] }), 2, "items 3 and 13");
}

#[test]
fn nothing_stands_on_the_home_page_twice_as_news() {
    let world = World::many("Tin", 70);
    let mine = Mine { places: vec![PlaceCode(20044)], topics: vec![] };
    let home = HomeData::select(world.cards.iter().map(|(_, card)| card), NOW, &mine);
    assert!(!home.mine.is_empty() && !home.newest.is_empty());
    let above: Vec<ItemId> = home.mine.iter().chain(&home.newest).map(|card| card.id).collect();
    assert!(above.iter().enumerate().all(|(at, id)| !above[..at].contains(id)));
    let next: Vec<ItemId> = home.topics.iter().filter_map(|(_, _, next)| Some(next.as_ref()?.id)).collect();
    assert!(!next.is_empty() && next.iter().all(|id| !above.contains(id)));
    // All that there is stands under the reader's own places.
    let few = World::many("Tin", 3);
    let home = HomeData::select(few.cards.iter().map(|(_, card)| card), NOW, &mine);
    assert_eq!((home.mine.len(), home.newest.len()), (3, 0));
    let html = crate::pages::home(&Ctx::app(Lang::Vi, NOW, ""), home).to_html();
    assert!(!html.contains(Lang::Vi.words().nothing_yet()), "{html}");
}

#[test]
fn a_way_leads_to_the_bulletins_that_are_not_on_the_home_page() {
    let all = Lang::Vi.words().all_bulletins();
    for ctx in [Ctx::app(Lang::Vi, NOW, ""), Ctx::html(Lang::Vi, NOW, "")] {
        let html = |count| crate::pages::home(&ctx, World::many("Tin", count).home()).to_html();
        assert!(html(9).contains(all) && !html(8).contains(all), "{}", html(8));
    }
}

#[test]
fn a_place_has_the_alerts_of_the_city_and_lists_end() {
    let world = World::many("Tin", 70);
    let cards = || world.cards.iter().map(|(_, card)| card);
    let place = PlaceData::select(cards(), NOW, 20044, LIST);
    assert_eq!((place.items.len(), place.more), (LIST, 10));
    let world = World::new("Lũ");
    let elsewhere = PlaceData::select(world.cards.iter().map(|(_, card)| card), NOW, 19753, LIST);
    assert_eq!(names(&world, elsewhere.alerts.iter().map(|s| s.card)), ["whole"]);
}

#[test]
fn chains_lead_to_the_newest_word() {
    let world = World::new("Lũ");
    let old = world.item("superseded");
    assert_eq!(old.state, Some(State::Superseded));
    assert_eq!(names(&world, old.replaced_by), ["alert"]);
    assert_eq!(names(&world, world.item("cancelled").replaced_by), ["cancel"]);
    assert_eq!(names(&world, world.item("replaced").replaced_by), ["newer"]);
    assert!(world.item("alert").replaced_by.is_none());
}

#[test]
fn what_was_replaced_stands_in_no_list() {
    let world = World::new("Lũ");
    let event = world.cards.iter().find(|(name, _)| *name == "event").unwrap().1.clone();
    let moved = Card { id: ItemId([40; 5]), supersedes: Some(event.id), ..event.clone() };
    let cards = || world.cards.iter().map(|(_, card)| card).chain([&moved]);
    let home = HomeData::select(cards(), NOW, &Mine::default());
    let place = PlaceData::select(cards(), NOW, 20044, LIST);
    let topic = TopicData::select(cards(), NOW, event.topics[1], LIST);
    for (list, shown) in [("nearest", &home.events), ("newest", &home.newest), ("place", &place.events), ("topic", &topic.items)]
    {
        let ids: Vec<ItemId> = shown.iter().map(|card| card.id).collect();
        assert!(ids.contains(&moved.id) && !ids.contains(&event.id), "{list}: {ids:?}");
    }
    for shown in [&home.newest, &place.items] {
        let bulletins = names(&world, shown.iter().copied().filter(|card| card.id != moved.id));
        assert!(bulletins.contains(&"newer") && !bulletins.contains(&"replaced"), "{bulletins:?}");
    }
    // A topic has as many items as its page lists.
    assert!(home.topics.iter().any(|(at, count, _)| *at == event.topics[1] && *count == topic.items.len()));
}

/// The world with one of its alerts changed.
fn with(name: &str, change: impl Fn(&mut Card)) -> World {
    let mut world = World::new("Lũ");
    change(&mut world.cards.iter_mut().find(|(known, _)| *known == name).unwrap().1);
    world
}

#[test]
fn drills_stand_apart_and_count_for_nothing() {
    for status in [Status::Exercise, Status::Test] {
        let world = with("alert", |card| card.set_status(status));
        let data = world.alerts();
        assert_eq!(names(&world, data.in_force.iter().map(|s| s.card)), ["superseded", "whole"]);
        // What it refers to is real: a drill replaces nothing.
        assert_eq!(names(&world, data.drills.iter().map(|s| s.card)), ["alert"]);
        let home = world.home();
        assert_eq!(names(&world, home.other_alerts.last().map(|s| s.card)), ["alert"], "in sight, after all that is real");
        let cards = || world.cards.iter().map(|(_, card)| card);
        assert_eq!(alarm(cards(), NOW, &Mine::default()), Some(3), "the one before it stands again");
    }
}

#[test]
fn the_bar_says_the_worst_that_is_in_force_for_me_and_how_long() {
    let later = Some(NOW.plus(9_000));
    let world = with("whole", |card| card.expires = later);
    let cards = || world.cards.iter().map(|(_, card)| card);
    let of =
        |places: &[u32]| alarm(cards(), NOW, &Mine { places: places.iter().map(|p| PlaceCode(*p)).collect(), topics: vec![] });
    assert_eq!(of(&[]), Some(3));
    assert_eq!(of(&[19753]), Some(3), "of the whole area");
    assert_eq!(alarm_until(cards(), NOW), later, "the last to end counts");
    let open = with("alert", |card| card.expires = None);
    assert_eq!(alarm_until(open.cards.iter().map(|(_, card)| card), NOW), None, "one without an end lasts longest");
    assert_eq!(alarm_until([], NOW), None);
    assert_eq!(alarm([], NOW, &Mine::default()), None);
}

#[test]
fn alerts_of_my_places_are_pinned_with_their_last_word_and_nowhere_twice() {
    let world = World::new("Lũ");
    let mine = Mine { places: vec![PlaceCode(20044)], topics: vec![] };
    let home = HomeData::select(world.cards.iter().map(|(_, card)| card), NOW, &mine);
    assert_eq!(names(&world, home.near.iter().map(|s| s.card)), ["alert", "whole", "coming", "ended", "cancel"]);
    assert!(home.alerts.is_empty() && home.other_alerts.is_empty());
    assert!(World::new("Lũ").home().near.is_empty(), "who chose no place has nothing pinned");
}

#[test]
fn whoever_chose_places_reads_his_news_before_what_is_not_in_force_elsewhere() {
    let world = World::new("Lũ");
    let above = |places: Vec<PlaceCode>| {
        let mine = Mine { places, topics: vec![3] };
        let home = HomeData::select(world.cards.iter().map(|(_, card)| card), NOW, &mine);
        let html = crate::pages::home(&Ctx { mine: mine.into(), ..Ctx::app(Lang::Vi, NOW, "") }, home).to_html();
        let w = Lang::Vi.words();
        let at = |text: &str| html.find(&["<h2>", text].concat()).unwrap_or_else(|| panic!("{text}: {html}"));
        assert!(at(w.for_me()) < at(w.newest()));
        at(w.for_me()) < at(w.alerts_other())
    };
    assert!(above(vec![PlaceCode(19753)]));
    assert!(!above(vec![]), "who chose topics alone may live where they are");
}

#[test]
fn what_a_chain_refers_to_and_is_not_here_was_missed() {
    let world = with("alert", |card| {
        let info = card.alert().unwrap();
        let references = [&info.references[..], &[ItemId([99; 5])]].concat();
        card.detail = AlertInfo { references, ..info }.encode();
    });
    assert_eq!(world.item("alert").missed, [ItemId([99; 5])]);
    assert_eq!(world.item("superseded").missed, [ItemId([99; 5])], "of the chain, wherever one looks");
    assert!(world.item("ended").missed.is_empty());
    // One message of which the others are lost is a chain too.
    let alone = with("ended", |card| {
        let info = card.alert().unwrap();
        card.detail = AlertInfo { references: vec![ItemId([98; 5])], msg_type: MsgType::Update, ..info }.encode();
    });
    assert_eq!(alone.item("ended").chain.len(), 1);
}

#[test]
fn an_alert_as_text_message_says_until_when_and_what_to_do_and_an_event_says_when() {
    let (world, ctx) = (World::new("Lũ"), Ctx::html(Lang::Vi, NOW, "https://bantin.example"));
    let sent = |name: &str, whole: bool| {
        let mut data = world.item(name);
        data.body = data.body.filter(|_| whole);
        let html = crate::pages::item(&ctx, data).to_html();
        let body = html.split("sms:?body=").nth(1).unwrap().split('"').next().unwrap();
        body.replace("%20", " ").replace("%26", "&").replace("%3f", "?").replace("&#39;", "'")
    };
    let address = |name: &str| crate::links::short(world.item(name).card, Lang::Vi, &ctx.origin);
    for whole in [true, false] {
        let text = sent("alert", whole);
        assert!(domain::alert::sms::segments(&text) <= 2 && text.ends_with(&address("alert")), "{text}");
        assert!(text.contains("Đến ") && text.contains("Ở "), "{text}");
    }
    let step = |block: &Block| if let Block::Steps(steps) = block { Some(steps[0].plain.clone()) } else { None };
    let first = world.item("alert").body.unwrap().variants[0].blocks.iter().find_map(step).unwrap();
    assert!(sent("alert", true).contains(&first), "{}", sent("alert", true));
    assert!(!sent("cancel", true).contains("Đến "), "{}", sent("cancel", true));
    let event = world.item("event").card;
    let text = sent("event", true);
    let headline = &event.headlines[0];
    let when = ctx.when(event.event().unwrap().start);
    let all = [&headline.title, ". ", &when, ". ", &headline.summary, " ", &address("event")].concat();
    assert!(text.ends_with(&all), "{text} is not {all}");
}
