//! Which alerts stand in which list, and what the bar at the foot of every page says of them.

use crate::ctx::Mine;
use domain::alert::{self, Standing, State};
use domain::content::{Card, Kind, Status, Time};

/// So much of what is long over is listed.
const HISTORY: usize = 200;

/// The worst level in force for the reader (for anybody, where he chose no place); `None`: no alert is.
pub fn alarm<'a>(cards: impl IntoIterator<Item = &'a Card>, now: Time, mine: &Mine) -> Option<u8> {
    let near = near(mine);
    let mut live = AlertsData::select(cards, now).in_force;
    live.retain(|standing| mine.places.is_empty() || near.concerns(standing.card));
    live.first().map(|worst| worst.info.level)
}

/// Until when the worst level stays in force, for pages that are kept; `None` where no end is known.
pub fn alarm_until<'a>(cards: impl IntoIterator<Item = &'a Card>, now: Time) -> Option<Time> {
    let live = AlertsData::select(cards, now).in_force;
    let worst = live.iter().take_while(|standing| standing.info.level == live[0].info.level);
    // No end is later than any.
    worst.map(|standing| standing.card.expires).max_by_key(|end| end.map_or(i64::MAX, |end| end.0)).flatten()
}

pub(super) fn near(mine: &Mine) -> alert::Near {
    alert::Near::of(&mine.places)
}

#[derive(Default)]
pub struct AlertsData<'a> {
    pub in_force: Vec<Standing<'a>>,
    pub coming: Vec<Standing<'a>>,
    /// Past their end without newer word, the last to end first: over is not the same as safe.
    pub ended: Vec<Standing<'a>>,
    /// Called off.
    pub cancelled: Vec<Standing<'a>>,
    /// Over, one way or the other, for longer than [`alert::MEMORY`], the newest first: what ran out last season warns of nothing.
    pub past: Vec<Standing<'a>>,
    /// Exercises and tests, however they stand: never among the others.
    pub drills: Vec<Standing<'a>>,
    /// Of a later release: whether they hold is not known here, and they may be all that there is.
    pub later: Vec<&'a Card>,
}

impl<'a> AlertsData<'a> {
    pub fn select(cards: impl IntoIterator<Item = &'a Card>, now: Time) -> AlertsData<'a> {
        AlertsData::of(cards.into_iter().filter(|card| card.kind == Kind::ALERT).collect(), now)
    }

    /// Of alerts alone.
    fn of(mut cards: Vec<&'a Card>, now: Time) -> AlertsData<'a> {
        let later = cards.extract_if(.., |card| card.alert().is_none()).collect();
        let mut data = AlertsData { later, ..AlertsData::default() };
        for standing in alert::current(cards, now) {
            let recent = alert::recent(standing.card, &standing.info, now);
            let list = match standing.state {
                _ if standing.card.status() != Status::Actual => match recent {
                    true => &mut data.drills,
                    false => continue,
                },
                State::InForce => &mut data.in_force,
                State::Coming => &mut data.coming,
                _ if !recent => &mut data.past,
                State::Ended => &mut data.ended,
                _ => &mut data.cancelled,
            };
            list.push(standing);
        }
        for list in [&mut data.ended, &mut data.past] {
            list.sort_unstable_by_key(|standing| {
                (std::cmp::Reverse(alert::over_at(standing.card, &standing.info)), standing.card.id)
            });
        }
        data.past.truncate(HISTORY);
        data
    }

    /// With what concerns the reader's own places first.
    pub fn near_first(mut self, mine: &Mine) -> AlertsData<'a> {
        if !mine.places.is_empty() {
            let near = near(mine);
            let (mut first, rest): (Vec<_>, Vec<_>) =
                self.in_force.into_iter().partition(|standing| near.concerns(standing.card));
            first.extend(rest);
            self.in_force = first;
        }
        self
    }
}
