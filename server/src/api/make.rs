//! From what stands to what the API says of it.

use super::names;
use super::types::{self, Alert, Event, FullItem, Headline, Item, Variant};
use crate::live::{self, Snapshot};
use domain::alert::cap::Severity;
use domain::alert::{self, Standing, State};
use domain::content::{ItemId, Status, Time};
use domain::instance::instance;
use domain::words::Lang;
use std::collections::HashMap;

/// Makes items of one snapshot at one instant.
pub struct Maker<'a> {
    origin: &'a str,
    states: HashMap<ItemId, State>,
    /// What was replaced, and the newest item that does.
    newer: HashMap<ItemId, ItemId>,
}

impl<'a> Maker<'a> {
    pub fn new(snapshot: &Snapshot, now: Time, origin: &'a str) -> Maker<'a> {
        let standings = alert::standings(snapshot.cards(), now);
        let mut newer: Vec<_> = snapshot.cards().filter_map(|card| Some((card.issued, card.id, card.supersedes?))).collect();
        newer.sort_unstable();
        Maker {
            origin,
            states: standings.into_iter().map(|Standing { card, state, .. }| (card.id, state)).collect(),
            newer: newer.into_iter().map(|(_, new, old)| (old, new)).collect(),
        }
    }

    pub fn item(&self, item: &live::Item) -> Item {
        let card = &item.card;
        let i = instance();
        let alert = card.alert().map(|info| Alert {
            level: info.level,
            hazard: i.hazard(info.hazard).map_or_else(String::new, |hazard| hazard.slug.clone()),
            // As CAP has it: nobody is to act on what is shown for show.
            status: (if card.sample { Status::Test } else { card.status() }).name(),
            msg_type: names::msg_type(info.msg_type),
            severity: Severity::of_level(info.level).name(),
            urgency: info.urgency.name(),
            certainty: info.certainty.name(),
            references: info.references.iter().map(ItemId::to_string).collect(),
            state: state(self.states.get(&card.id).copied().unwrap_or(State::InForce)),
        });
        let event = card.event().map(|event| Event {
            start: event.start.rfc3339(),
            end: event.end.map(Time::rfc3339),
            online: event.online,
        });
        let headline = |head: &domain::content::Headline| Headline {
            lang: head.lang.clone(),
            title: head.title.clone(),
            summary: head.summary.clone(),
        };
        Item {
            id: card.id.to_string(),
            revision: card.revision,
            kind: card.kind.name().map_or_else(|| format!("kind-{}", card.kind.0), str::to_owned),
            url: ui::links::full(card, Lang::Vi, self.origin),
            issued: card.issued.rfc3339(),
            published: item.at.rfc3339(),
            effective: card.effective.map(Time::rfc3339),
            expires: card.expires.map(Time::rfc3339),
            topics: card.topics.iter().filter_map(|topic| i.topic(*topic)).map(|topic| topic.slug.clone()).collect(),
            places: card.places.iter().map(|code| code.0.to_string()).collect(),
            source: card.source.clone(),
            sample: card.sample,
            supersedes: card.supersedes.map(|id| id.to_string()),
            replaced_by: self.newer.get(&card.id).map(ItemId::to_string),
            headlines: card.headlines.iter().map(headline).collect(),
            alert,
            event,
        }
    }

    pub fn full(&self, item: &live::Item) -> FullItem {
        let body = &item.body;
        let variant = |variant: &domain::content::Variant| Variant {
            lang: variant.lang.clone(),
            facts: variant
                .facts
                .iter()
                .map(|fact| types::Fact { kind: fact.kind.name().unwrap_or("unknown"), text: fact.text.clone() })
                .collect(),
            blocks: variant.blocks.iter().map(Into::into).collect(),
            audio: variant.audio.as_ref().map(Into::into),
        };
        FullItem {
            item: self.item(item),
            document: body.document.clone(),
            source_url: body.source_url.clone(),
            variants: body.variants.iter().map(variant).collect(),
        }
    }
}

fn state(state: State) -> &'static str {
    match state {
        State::InForce => "in-force",
        State::Coming => "coming",
        State::Ended => "ended",
        State::Cancelled => "cancelled",
        State::Superseded => "superseded",
    }
}
