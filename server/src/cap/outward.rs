//! What goes out: an alert of ours as a message of CAP. Each revision of an item is a message of its own that names those
//! before it in its chain; so is its withdrawal.

use super::read::{self, Refused};
use super::terms::terms;
use super::{outline, write};
use crate::live::Snapshot;
use domain::alert;
use domain::alert::cap::{Alert, Area, Info, MsgType, Pair, Reference, Severity, Stamp, Status};
use domain::content::{self, AlertInfo, Block, Body, Card, FactKind, Gone, Headline, ItemId, Kind, PlaceCode, Time};
use domain::instance::instance;
use domain::route::item_path;
use domain::wire::Logged;
use domain::words::Lang;

/// `valueName` of our own names of hazards.
const HAZARD: &str = "bantin:hazard";

/// Whether there is a message about an item.
pub fn is_message(snapshot: &Snapshot, id: ItemId) -> bool {
    match snapshot.items.get(&id) {
        Some(item) => item.card.alert().is_some_and(|info| kind(snapshot, &item.card, &info).is_some()),
        None => last_alert(snapshot, id).is_some() && snapshot.gone.contains_key(&id),
    }
}

/// The newest message about an item, whole; empty where there is none.
pub fn document(snapshot: &Snapshot, id: ItemId, origin: &str) -> String {
    message(snapshot, id, origin).map(|alert| write::document(&alert)).unwrap_or_default()
}

/// The newest message about an item. It has one name, and is the same at every address.
pub fn message(snapshot: &Snapshot, id: ItemId, origin: &str) -> Option<Alert> {
    if let Some(gone) = snapshot.gone.get(&id) {
        return withdrawn(snapshot, gone, origin);
    }
    let item = snapshot.items.get(&id)?;
    let (card, body) = (&item.card, &item.body);
    let info = card.alert()?;
    let (msg_type, references) = kind(snapshot, card, &info)?;
    let sent = revisions(snapshot, id).into_iter().find(|one| one.revision == card.revision)?.at;
    let infos = card.headlines.iter().map(|headline| self::info(card, &info, body, headline, origin)).collect();
    Some(Alert {
        status: if card.sample { Status::Test } else { status(card) },
        note: card.sample.then(|| Lang::Vi.words().sample().to_owned()),
        infos,
        ..bare(id, card.revision, sent, msg_type, references, origin)
    })
}

/// What an alert is to those who follow, and the messages that it speaks of.
fn kind(snapshot: &Snapshot, card: &Card, info: &AlertInfo) -> Option<(MsgType, Vec<Revision>)> {
    let mut references = Vec::new();
    for earlier in alert::Chains::of(snapshot.cards()).before(card.id) {
        references.extend(revisions(snapshot, earlier.id).into_iter().filter(|one| one.alert));
    }
    // Withdrawn alerts are no part of the chain any more.
    for gone in info.references.iter().filter(|id| snapshot.gone.contains_key(id)) {
        references.extend(revisions(snapshot, *gone).into_iter().filter(|one| one.alert));
    }
    references.extend(revisions(snapshot, card.id).into_iter().filter(|one| one.revision < card.revision && one.alert));
    let msg_type = match info.msg_type {
        // One that ends nothing that we know is no message; as a new alert it would be a false one.
        content::MsgType::Cancel if references.is_empty() => return None,
        content::MsgType::Cancel => MsgType::Cancel,
        _ if !references.is_empty() => MsgType::Update,
        _ => MsgType::Alert,
    };
    Some((msg_type, references))
}

/// The newest card of an alert that was withdrawn.
pub fn last_alert(snapshot: &Snapshot, id: ItemId) -> Option<Card> {
    snapshot.published_as(id).find(|card| card.kind == Kind::ALERT)
}

/// An alert that is about to be published, held against the schema and the rules of CAP as a stranger's would be.
pub fn before_sending(card: &Card, body: &Body, info: &AlertInfo) -> Result<(), Refused> {
    let infos = card.headlines.iter().map(|headline| self::info(card, info, body, headline, "")).collect();
    let mut alert = bare(card.id, card.revision, card.issued, MsgType::Alert, Vec::new(), "");
    (alert.status, alert.infos) = (status(card), infos);
    read::alert(write::document(&alert).as_bytes()).map(drop)
}

/// A withdrawal, which readers see with its reason.
fn withdrawn(snapshot: &Snapshot, gone: &Gone, origin: &str) -> Option<Alert> {
    let mut references = revisions(snapshot, gone.id);
    references.retain(|one| one.alert && one.revision < gone.revision);
    let last = references.last()?;
    let status = last.status;
    let note = Some(gone.reason.clone());
    Some(Alert { status, note, ..bare(gone.id, gone.revision, gone.at, MsgType::Cancel, references, origin) })
}

fn bare(id: ItemId, revision: u16, sent: Time, msg_type: MsgType, references: Vec<Revision>, origin: &str) -> Alert {
    let sender = sender(origin);
    let named = |one: Revision| Reference {
        sender: sender.clone(),
        identifier: identifier(one.id, one.revision),
        sent: Stamp::here(one.at),
    };
    Alert {
        references: references.into_iter().map(named).collect(),
        ..Alert::named(sender.clone(), identifier(id, revision), Stamp::here(sent), msg_type)
    }
}

/// Never another message under the same name.
fn identifier(id: ItemId, revision: u16) -> String {
    format!("{id}.{revision}")
}

/// The host that readers know.
fn sender(origin: &str) -> String {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let host: String = host.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '<' | '&')).collect();
    if host.is_empty() { "bantin".into() } else { host }
}

fn status(card: &Card) -> Status {
    match card.status() {
        content::Status::Actual => Status::Actual,
        content::Status::Exercise => Status::Exercise,
        content::Status::Test => Status::Test,
    }
}

/// One revision of an item as the log has it.
struct Revision {
    id: ItemId,
    revision: u16,
    at: Time,
    /// Not a withdrawal.
    alert: bool,
    status: Status,
}

/// All of them, oldest first.
fn revisions(snapshot: &Snapshot, id: ItemId) -> Vec<Revision> {
    let all = snapshot.entries.iter().zip(&snapshot.appended).filter(|(entry, _)| entry.id == id);
    all.map(|(entry, at)| {
        let card = match &entry.what {
            Logged::Card(bytes) => Card::decode(bytes).ok().filter(|card| card.kind == Kind::ALERT),
            Logged::Gone(_) => None,
        };
        let sample = card.as_ref().is_some_and(|card| card.sample);
        let status = if sample { Status::Test } else { card.as_ref().map_or(Status::Actual, status) };
        Revision { id, revision: entry.revision, at: *at, alert: card.is_some(), status }
    })
    .collect()
}

/// What an alert says in one of its languages.
fn info(card: &Card, alert: &AlertInfo, body: &Body, headline: &Headline, origin: &str) -> Info {
    let own = if headline.lang == "en" { Lang::En } else { Lang::Vi };
    let hazard = instance().hazard(alert.hazard);
    let event = hazard.map_or(headline.title.as_str(), |hazard| hazard.name.get(own));
    let pair = |name: &str, value: String| Pair { name: name.to_owned(), value };
    let variant = body.variants.iter().find(|variant| variant.lang == headline.lang);
    let blocks = variant.map(|variant| variant.blocks.as_slice()).unwrap_or_default();
    let mut description = vec![headline.summary.clone()];
    let (mut steps, mut numbers) = (Vec::new(), Vec::new());
    for block in blocks {
        match block {
            Block::Steps(items) => steps.extend(items.iter().map(|item| item.plain.clone())),
            Block::Call { number, label } => numbers.push(format!("{label}: {number}")),
            Block::Image { .. } | Block::Audio { .. } | Block::Link { .. } => {}
            other => description.extend(other.texts().into_iter().filter(|text| *text != headline.summary).map(str::to_owned)),
        }
    }
    if let Some(variant) = variant {
        steps.extend(variant.fact(FactKind::CONTINGENCY).map(str::to_owned));
        numbers.extend(variant.facts(FactKind::PHONE).map(str::to_owned));
    }
    let words = |parts: Vec<String>| Some(parts.join("\n")).filter(|text| !text.trim().is_empty());
    let level = if alert.level > 0 { vec![pair(&terms().level, alert.level.to_string())] } else { Vec::new() };
    Info {
        language: Some(headline.lang.clone()),
        categories: vec![terms().category(alert.hazard)],
        event: event.to_owned(),
        response_types: Vec::new(),
        urgency: alert.urgency,
        severity: Severity::of_level(alert.level),
        certainty: alert.certainty,
        audience: None,
        event_codes: hazard.map(|hazard| pair(HAZARD, hazard.slug.clone())).into_iter().collect(),
        effective: Some(Stamp::here(card.effective.unwrap_or(card.issued))),
        onset: None,
        expires: card.expires.map(Stamp::here),
        sender_name: Some(card.source.clone()),
        headline: Some(headline.title.clone()),
        description: words(description),
        instruction: words(steps),
        web: Some([origin, &item_path(card, own)].concat()).filter(|url| !url.contains(char::is_whitespace)),
        contact: words(numbers),
        parameters: level,
        resources: Vec::new(),
        areas: areas(card, own),
    }
}

/// One for each place; what is for everyone is for the whole area.
fn areas(card: &Card, lang: Lang) -> Vec<Area> {
    let top = instance().whole().map(|place| PlaceCode(place.code));
    let places = if card.places.is_empty() { top.into_iter().collect() } else { card.places.clone() };
    let area = |code: &PlaceCode| {
        let place = instance().place(*code)?;
        let units = instance().places.iter().filter(|unit| unit.code == code.0 || unit.parent == Some(code.0));
        Some(Area {
            desc: place.name.get(lang).to_owned(),
            polygons: units.flat_map(|unit| outline::polygons(PlaceCode(unit.code))).collect(),
            geocodes: vec![Pair { name: terms().geocode.clone(), value: code.0.to_string() }],
            ..Area::default()
        })
    };
    places.iter().filter_map(area).collect()
}
