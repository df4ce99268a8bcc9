//! A small world of items whose every text is one given text.

use crate::ctx::{Ctx, Mine};
use crate::data::*;
use crate::el::El;
use crate::pages;
use domain::content::*;
use domain::instance::instance;
use domain::route::{Query, Route};
use domain::search::Shown;

pub const NOW: Time = Time(1_795_431_900);

pub struct World {
    pub text: String,
    pub cards: Vec<(&'static str, Card)>,
    pub body: Body,
}

fn card(n: u8, kind: Kind, text: &str) -> Card {
    let headline = |lang: &str| Headline { lang: lang.into(), title: text.into(), summary: text.into(), audio: true };
    Card {
        id: ItemId([n, 7, 7, 7, 7]),
        revision: 1,
        topics: vec![0, n % 10],
        places: vec![PlaceCode(20044), PlaceCode(20050)],
        source: text.into(),
        headlines: vec![headline("vi")],
        body_bytes: 1_200,
        sample: true,
        ..Card::blank(kind, NOW.plus(-3_600 * i64::from(n)))
    }
}

fn alert(n: u8, text: &str, msg_type: MsgType, expires: i64, references: Vec<ItemId>) -> Card {
    let info = AlertInfo { level: 3, hazard: 4, msg_type, urgency: Urgency::Immediate, certainty: Certainty::Likely, references };
    Card { detail: info.encode(), expires: Some(NOW.plus(expires)), ..card(n, Kind::ALERT, text) }
}

fn blocks(text: &str) -> Vec<Block> {
    let marks = vec![Mark { start: 0, end: 1, style: Style::Strong }];
    let rich = || Text { plain: text.into(), marks: marks.clone() };
    let media = |file: &str| MediaRef { file: file.into(), bytes: 24_000, width: 640, height: 360, seconds: 75 };
    let call = |number: &str| Block::Call { number: number.into(), label: text.into() };
    let link = |url: &str| Block::Link { url: url.into(), label: text.into() };
    vec![
        Block::Heading { level: 3, text: text.into() },
        Block::Heading { level: 3, text: text.into() },
        Block::Heading { level: 2, text: text.into() },
        Block::Paragraph(rich()),
        Block::Steps(vec![rich(), rich(), rich()]),
        Block::List(vec![rich()]),
        Block::Quote { text: rich(), by: Some(text.into()) },
        Block::Table { head: vec![text.into(); 2], rows: vec![vec![text.into(); 2]] },
        Block::Image { media: media("00.webp"), alt: text.into(), caption: Some("Chú thích".into()) },
        Block::Audio { media: media("01.ogg"), title: text.into() },
        call("112"),
        call(text),
        link("https://example.vn/?a=1&b=2"),
        link(text),
        link("javascript:alert(9)"),
        Block::Unknown { tag: 99, bytes: vec![1] },
    ]
}

impl World {
    pub fn new(text: &str) -> World {
        let fact = |kind| Fact { kind, text: text.into() };
        let facts = vec![
            fact(FactKind::PAPER),
            fact(FactKind::FEE),
            fact(FactKind::OFFICE),
            fact(FactKind::HOURS),
            fact(FactKind::PHONE),
            Fact { kind: FactKind::PHONE, text: "054 123 456".into() },
            fact(FactKind::VENUE),
            fact(FactKind::AREA),
            fact(FactKind::CONTINGENCY),
            fact(FactKind::DURATION),
            fact(FactKind(200)),
        ];
        let audio = MediaRef { file: "02.ogg".into(), bytes: 90_000, width: 0, height: 0, seconds: 61 };
        let variant =
            |lang: &str| Variant { lang: lang.into(), facts: facts.clone(), blocks: blocks(text), audio: Some(audio.clone()) };
        let body = Body {
            variants: ["vi", "en", "ktv"].map(variant).into(),
            document: Some(text.into()),
            source_url: Some(text.into()),
            ext: Vec::new(),
        };
        let event = EventInfo { start: NOW.plus(86_400), end: Some(NOW.plus(90_000)), online: Some(text.into()) };
        let mut guide = card(3, Kind::GUIDE, text);
        guide.headlines.push(Headline { lang: "en".into(), ..guide.headlines[0].clone() });
        let first = alert(6, text, MsgType::Alert, 3_600, vec![]);
        let cards = vec![
            ("bulletin", card(1, Kind::BULLETIN, text)),
            ("replaced", Card { expires: Some(NOW.plus(-60)), ..card(2, Kind::BULLETIN, text) }),
            ("newer", Card { supersedes: Some(ItemId([2, 7, 7, 7, 7])), ..card(12, Kind::BULLETIN, text) }),
            ("expired", Card { expires: Some(NOW.plus(-60)), ..card(13, Kind::BULLETIN, text) }),
            ("later", Card { effective: Some(NOW.plus(60)), expires: Some(NOW.plus(600)), ..card(14, Kind::BULLETIN, text) }),
            ("guide", guide),
            ("event", Card { detail: event.encode(), ..card(4, Kind::EVENT, text) }),
            ("alert", alert(5, text, MsgType::Update, 7_200, vec![first.id])),
            ("superseded", first),
            ("ended", alert(7, text, MsgType::Alert, -60, vec![])),
            ("cancelled", alert(9, text, MsgType::Alert, 7_200, vec![])),
            ("cancel", alert(8, text, MsgType::Cancel, 7_200, vec![ItemId([9, 7, 7, 7, 7])])),
            ("coming", Card { effective: Some(NOW.plus(60)), ..alert(10, text, MsgType::Alert, 7_200, vec![]) }),
            ("whole", Card { places: vec![PlaceCode(46)], ..alert(15, text, MsgType::Alert, 7_200, vec![]) }),
            ("unknown", card(11, Kind(77), text)),
            ("odd", Card { places: vec![], topics: vec![250], ..card(16, Kind::ALERT, text) }),
        ];
        World { text: text.into(), cards, body }
    }

    /// `count` bulletins, none of them an alert.
    pub fn many(text: &str, count: u8) -> World {
        let cards = (0..count).map(|n| ("bulletin", Card { sample: false, ..card(n, Kind::BULLETIN, text) })).collect();
        World { cards, ..World::new(text) }
    }

    fn all(&self) -> impl Iterator<Item = &Card> {
        self.cards.iter().map(|(_, card)| card)
    }

    pub fn item(&self, name: &str) -> ItemData<'_> {
        let card = &self.cards.iter().find(|(known, _)| *known == name).unwrap().1;
        ItemData::select(card, Some(&self.body), self.all(), NOW)
    }

    pub fn alerts(&self) -> AlertsData<'_> {
        AlertsData::select(self.all(), NOW)
    }

    pub fn home(&self) -> HomeData<'_> {
        HomeData::select(self.all(), NOW, &Mine::default())
    }

    /// Every page, with a name for messages.
    pub fn pages(&self, ctx: &Ctx) -> Vec<(String, Option<Route>, El)> {
        let mine = Mine { places: vec![PlaceCode(20044)], topics: vec![3] };
        let ctx = Ctx { mine: std::sync::Arc::new(mine.clone()), ..ctx.clone() };
        let ctx = &ctx;
        let query = Query { text: self.text.clone(), topic: Some(0), place: Some(20044), kind: Some(Kind::ALERT) };
        let pieces = || vec![(self.text.clone(), true), (self.text.clone(), false)];
        let shown = || Shown { title: pieces(), snippet: pieces(), lang: "vi".into() };
        let found = |card| Found { card, shown: shown(), note: Some("Đã hủy") };
        let search =
            SearchData { query: query.clone(), found: self.all().map(found).collect(), more: 3, ..SearchData::default() };
        let looking = SearchData { looking: true, query: query.clone(), ..SearchData::default() };
        let nothing = SearchData { query: query.clone(), ..SearchData::default() };
        let mut home = HomeData::select(self.all(), NOW, &mine);
        home.lead = Some(pages::item(ctx, self.item("bulletin")));
        let gone = Gone { id: ItemId([1; 5]), revision: 2, at: NOW, reason: self.text.clone() };
        let phone = PhoneData {
            missing_bodies: 2,
            low: true,
            media_bytes: 9,
            persisted: Some(false),
            room: Some(5),
            days: vec![(NOW, 7)],
            ..PhoneData::default()
        };
        let settings = SettingsData { version: self.text.clone(), update: Some(9_000), ..SettingsData::default() };
        let saved =
            SavedData { saved: self.all().map(|card| (card, (card.kind == Kind::ALERT).then_some("Đã hủy"))).collect() };
        let former = instance().former[0].slug.clone();
        let mut out = vec![
            (Route::Home, pages::home(ctx, home)),
            (Route::Home, pages::home(ctx, HomeData::default())),
            (Route::Topic(0), pages::topic(ctx, TopicData::select(self.all(), NOW, 0, 2))),
            (Route::Topic(9), pages::topic(ctx, TopicData::select([], NOW, 9, LIST))),
            (Route::Place(20044), pages::place(ctx, PlaceData::select(self.all(), NOW, 20044, 2))),
            (Route::Place(46), pages::place(ctx, PlaceData::select(self.all(), NOW, 46, LIST))),
            (Route::Former(former.clone()), pages::former(ctx, &former)),
            (Route::Places, pages::places(ctx)),
            (Route::Alerts, pages::alerts(ctx, self.alerts())),
            (Route::Alerts, pages::alerts(ctx, AlertsData::default())),
            (Route::Search(query.clone()), pages::search(ctx, search)),
            (Route::Search(query.clone()), pages::search(ctx, looking)),
            (Route::Search(query), pages::search(ctx, nothing)),
            (Route::Search(Query::default()), pages::search(ctx, SearchData::default())),
            (Route::Saved, pages::saved(ctx, saved)),
            (Route::Saved, pages::saved(ctx, SavedData::default())),
            (Route::OnThisPhone, pages::on_this_phone(ctx, Some(phone))),
            (Route::Settings, pages::settings(ctx, Some(settings))),
            (Route::About, pages::about(ctx)),
            (Route::Install, pages::install(ctx)),
            (Route::Offline, pages::offline(ctx)),
            (Route::Item(gone.id), pages::gone(ctx, &gone)),
        ];
        for (name, card) in &self.cards {
            out.push((Route::Item(card.id), pages::item(ctx, self.item(name))));
        }
        let card = &self.cards[0].1;
        // What the app shows before the text has come has no counterpart on the server; both are given it alike.
        out.push((Route::Item(card.id), pages::item(ctx, ItemData::select(card, None, self.all(), NOW))));
        let named = |(route, page): (Route, El)| (format!("{:?} {route:?}", ctx.edition), Some(route), page);
        let mut out: Vec<_> = out.into_iter().map(named).collect();
        for (name, page) in [("not found", pages::not_found(ctx)), ("fault", pages::server_error(ctx))] {
            out.push((name.into(), None, page));
        }
        out
    }
}
