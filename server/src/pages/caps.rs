//! Atom feeds of alerts as CAP: everywhere, or a place. Each entry holds the whole message, and leads to it.

use super::atom::Writer;
use super::document::escape;
use crate::cap::{outward, write};
use crate::live::Snapshot;
use domain::alert::cap::Alert;
use domain::alert::{self, State};
use domain::content::{Card, ItemId, PlaceCode, Time};
use domain::instance::instance;
use domain::route::{Feed, Route};
use domain::words::Lang;
use std::collections::{BTreeMap, BTreeSet};

/// Messages of a feed, the newest first; of what holds or will hold none is left out.
const LENGTH: usize = 60;

pub fn print(snapshot: &Snapshot, feed: &Feed, lang: Lang, origin: &str, now: Time) -> String {
    let i = instance();
    let place = if let Feed::PlaceCaps(code) = feed { i.place(PlaceCode(*code)) } else { None };
    let mut messages: Vec<(ItemId, Alert)> = Vec::new();
    let here = |card: &Card| place.is_none_or(|place| i.belongs(&card.places, PlaceCode(place.code)));
    let matter = alert::mattering(snapshot.cards(), now);
    for item in snapshot.items.values().filter(|item| matter.contains(&item.card.id)) {
        if here(&item.card) {
            let id = item.card.id;
            messages.extend(outward::message(snapshot, id, origin).map(|message| (id, message)));
        }
    }
    // Whoever took an alert has to hear that it was withdrawn, and which one that was.
    let mut withdrawn: BTreeMap<ItemId, Card> = BTreeMap::new();
    for gone in snapshot.gone.values().filter(|gone| gone.at.plus(alert::MEMORY) > now) {
        let Some(card) = outward::last_alert(snapshot, gone.id).filter(here) else { continue };
        messages.extend(outward::message(snapshot, gone.id, origin).map(|message| (gone.id, message)));
        withdrawn.insert(gone.id, card);
    }
    messages.sort_by(|(_, a), (_, b)| b.sent.at.cmp(&a.sent.at).then(a.identifier.cmp(&b.identifier)));
    let holds = |state| matches!(state, State::InForce | State::Coming);
    let standings = alert::standings(snapshot.cards(), now);
    let live: BTreeSet<ItemId> = standings.iter().filter(|one| holds(one.state)).map(|one| one.card.id).collect();
    let mut room = LENGTH.saturating_sub(messages.iter().filter(|(id, _)| live.contains(id)).count());
    messages.retain(|(id, _)| {
        let over = !live.contains(id);
        let kept = !over || room > 0;
        room -= usize::from(over && kept);
        kept
    });
    let page = place.map_or(Route::Alerts, |place| Route::Place(place.code));
    let title = [lang.words().alerts(), " – ", place.map_or(&i.area, |place| &place.name).get(lang), " – ", &i.name].concat();
    // That one fell out of the feed was a change of it too (RFC 4287, 4.2.15).
    let left = snapshot.cards().filter(|card| here(card) && card.alert().is_some()).map(alert::forgotten);
    let left = left.chain(snapshot.gone.values().map(|gone| gone.at.plus(alert::MEMORY))).filter(|at| *at <= now);
    let updated = messages.iter().map(|(_, message)| message.sent.at).chain(left);
    // So was what moved to another place, be it whichever.
    let updated = updated.chain([snapshot.changed()]).max().unwrap_or_default();
    let mut out = Writer::feed(lang);
    let own = [origin, &feed.path(lang)].concat();
    out.element("title", &title);
    out.element("id", &own);
    out.element("updated", &updated.rfc3339());
    out.link("self", "application/atom+xml", &own);
    out.link("alternate", "text/html", &[origin, &page.path(lang)].concat());
    for (id, message) in &messages {
        entry(*id, message, withdrawn.get(id), lang, origin, &mut out);
    }
    out.raw("</feed>\n");
    out.0
}

fn entry(id: ItemId, message: &Alert, withdrawn: Option<&Card>, lang: Lang, origin: &str, out: &mut Writer) {
    let info = message.infos.iter().find(|info| info.language() == lang.tag()).or(message.infos.first());
    // A withdrawal says nothing of what it takes back but its name.
    let head = withdrawn.map(|card| card.headline(lang.tag()));
    let title = match head {
        Some(head) => [lang.words().gone(), ": ", &head.title].concat(),
        None => info.and_then(|info| info.headline.as_deref()).unwrap_or(message.msg_type.name()).to_owned(),
    };
    let own = head.map_or_else(|| info.map_or(lang.tag(), |info| info.language()), |head| &head.lang);
    let author = info.and_then(|info| info.sender_name.as_deref()).unwrap_or(&instance().name);
    let address = [origin, &Feed::Cap(id).path(lang)].concat();
    out.raw("<entry xml:lang=\"");
    escape(own, &mut out.0);
    out.raw("\">\n");
    out.element("title", &title);
    // Another revision is another message.
    out.element("id", &[&address, "#", &message.identifier].concat());
    out.element("updated", &message.sent.to_string().replace("-00:00", "+00:00"));
    out.raw("<author>");
    out.element("name", author);
    out.raw("</author>\n");
    out.link("alternate", "application/cap+xml", &address);
    if let Some(summary) = info.and_then(|info| info.description.as_deref()).or(message.note.as_deref()) {
        out.element("summary", summary);
    }
    out.raw("<content type=\"application/cap+xml\">\n");
    write::element(message, &mut out.0);
    out.raw("</content>\n</entry>\n");
}
