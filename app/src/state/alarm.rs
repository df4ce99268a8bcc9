//! The alert that must not be overlooked: it takes the whole screen, once, when the program opens or hears of it.

use super::{App, View, item, keep};
use crate::device::{channel, clock, speech};
use client::{Keep, Rows};
use domain::alert::{self, Standing};
use domain::content::{AlertInfo, Card, ItemId, Urgency};
use std::rc::Rc;

/// From this level on; and from that on which wakes people where they must act at once: a flash flood has three levels.
const LEVEL: u8 = 4;

fn takes_the_screen(info: &AlertInfo) -> bool {
    info.level >= if info.urgency == Urgency::Immediate { alert::WAKES_NOW } else { LEVEL }
}

/// A revision that says something new is shown again.
fn key(card: &Card) -> String {
    [&card.id.to_string(), "-", &card.revision.to_string()].concat()
}

/// The marks of alerts that were read so, among the marks of read items.
pub fn seen_before(rows: &Rows) -> Vec<String> {
    rows.iter().map(|(key, _)| key).filter(|key| key.parse::<ItemId>().is_err()).cloned().collect()
}

impl View {
    fn due(&self) -> Option<Rc<Card>> {
        let cards = self.shelf.cards.values().map(|card| &**card);
        let standings = alert::in_force(cards, &self.settings.places, self.now());
        // Sample content alarms nobody.
        let due = |s: &&Standing| takes_the_screen(&s.info) && !s.card.sample && !self.alarmed.contains(&key(s.card));
        let due = standings.iter().find(due)?;
        self.shelf.cards.get(&due.card.id).cloned()
    }
}

/// Puts the worst one that was not read yet over the page.
pub async fn look(app: &Rc<App>) {
    let due = app.with(|view| view.due());
    let open = match due {
        Some(card) => Some(item::find(app, card.id).await),
        None => None,
    };
    // The reader may have seen it meanwhile.
    app.change(|view| {
        let told = |open: &item::Open| open.card.as_ref().is_some_and(|card| view.alarmed.contains(&key(card)));
        let open = open.filter(|open| !told(open));
        // Nothing is read over it.
        if view.alarm.is_none() && open.is_some() {
            speech::stop();
        }
        view.alarm = open;
    });
}

/// It was read; the next one, where there is one.
pub async fn seen(app: &Rc<App>) {
    let Some(card) = app.with(|view| view.alarm.as_ref().and_then(|open| open.card.clone())) else { return };
    let key = key(&card);
    keep::put_time(app, Keep::Read, &key, clock::now()).await;
    app.change(|view| {
        view.alarmed.push(key);
        view.changes += 1;
    });
    channel::changed();
    look(app).await;
}
