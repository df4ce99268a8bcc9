//! Which messages belong to one event, and which of them is its last word.
//!
//! Messages arrive in any order, twice, or not at all; references may name what is not here, or run in a circle. What
//! comes out depends on nothing but the set of messages. Drills and the real thing never mix: a reference from one to
//! the other counts for nothing.

use super::{State, instance};
use crate::content::{AlertInfo, Card, ItemId, MsgType, Status, Time};
use crate::sorted::Set;
use core::cmp::Reverse;

/// One alert card with what it says as an alert.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    pub card: &'a Card,
    pub info: AlertInfo,
    pub state: State,
    /// Oldest message of its chain that is here.
    pub chain: ItemId,
}

struct Message<'a> {
    card: &'a Card,
    info: AlertInfo,
    status: Status,
    /// From when on another one replaces it: what will hold only later does not silence what holds now.
    over: Time,
    /// Which ones do, and each from when on.
    by: Vec<(usize, Time)>,
}

impl Message<'_> {
    fn age(&self) -> (Time, ItemId) {
        (self.card.issued, self.card.id)
    }
}

/// The messages by id, each with its chain.
pub struct Chains<'a> {
    messages: Vec<Message<'a>>,
    /// Referred to and not here, in order, after the messages as nodes of the chains.
    missing: Vec<(ItemId, Status)>,
    /// For each node, one that stands for its chain.
    roots: Vec<usize>,
}

impl<'a> Chains<'a> {
    /// Of one id the newest revision counts.
    pub fn of(cards: impl IntoIterator<Item = &'a Card>) -> Chains<'a> {
        let alerts = cards.into_iter().filter_map(|card| {
            let info = card.alert()?;
            Some(Message { card, info, status: card.status(), over: Time(i64::MAX), by: Vec::new() })
        });
        let mut messages: Vec<Message> = alerts.collect();
        messages.sort_unstable_by_key(|m| (m.card.id, Reverse(m.card.revision)));
        messages.dedup_by_key(|m| m.card.id);
        let mut chains = Chains { messages, missing: Vec::new(), roots: Vec::new() };
        let mut missing = Vec::new();
        for message in &chains.messages {
            let lost = message.info.references.iter().filter(|id| chains.place(**id).is_none());
            missing.extend(lost.map(|id| (*id, message.status)));
        }
        missing.sort_unstable();
        missing.dedup();
        chains.missing = missing;
        chains.link();
        chains
    }

    fn place(&self, id: ItemId) -> Option<usize> {
        self.messages.binary_search_by_key(&id, |m| m.card.id).ok()
    }

    /// The nodes that message `at` refers to, itself and the other kind of status left out.
    fn refers(&self, at: usize) -> impl Iterator<Item = usize> {
        let from = &self.messages[at];
        from.info.references.iter().filter_map(move |id| match self.place(*id) {
            Some(to) => (to != at && self.messages[to].status == from.status).then_some(to),
            None => self.missing.binary_search(&(*id, from.status)).ok().map(|lost| self.messages.len() + lost),
        })
    }

    fn link(&mut self) {
        let mut roots: Vec<usize> = (0..self.messages.len() + self.missing.len()).collect();
        let mut replaced = Vec::new();
        for at in 0..self.messages.len() {
            for to in self.refers(at) {
                let (a, b) = (root(&mut roots, at), root(&mut roots, to));
                roots[a.max(b)] = a.min(b);
                if to < self.messages.len() && self.replaces(at, to) {
                    let (before, by) = (&self.messages[to], &self.messages[at]);
                    // What had not begun is not waited for, and that it is called off holds at once.
                    let waits = by.info.msg_type != MsgType::Cancel && !before.card.upcoming(by.card.issued);
                    replaced.push((to, at, by.card.effective.filter(|_| waits).unwrap_or(Time(i64::MIN))));
                }
            }
        }
        // What ends the word that was to take its place ends this one too, so that it is looked at until nothing moves.
        let mut moved = true;
        while core::mem::take(&mut moved) {
            for (old, new, from) in &mut replaced {
                *from = self.messages[*new].over.min(*from);
                let over = &mut self.messages[*old].over;
                if *from < *over {
                    *over = *from;
                    moved = true;
                }
            }
        }
        for (old, new, from) in replaced {
            self.messages[old].by.push((new, from));
        }
        for at in 0..roots.len() {
            root(&mut roots, at);
        }
        self.roots = roots;
    }

    /// The newest message that has replaced this one.
    fn by(&self, at: usize, now: Time) -> Option<usize> {
        let mut newest = None;
        for (new, from) in &self.messages[at].by {
            let newer = |than: usize| self.messages[than].age() < self.messages[*new].age();
            if *from <= now && newest.is_none_or(newer) {
                newest = Some(*new);
            }
        }
        newest
    }

    /// A reference replaces, whatever the clocks of those who issued say; only in a circle does time decide.
    fn replaces(&self, new: usize, old: usize) -> bool {
        self.messages[new].age() > self.messages[old].age() || !self.reached(old).contains(&new)
    }

    /// What a message refers to, however far back, itself first.
    fn reached(&self, of: usize) -> Vec<usize> {
        let mut seen = vec![of];
        let mut at = 0;
        while let Some(&from) = seen.get(at) {
            for to in self.refers(from).filter(|to| *to < self.messages.len()) {
                if !seen.contains(&to) {
                    seen.push(to);
                }
            }
            at += 1;
        }
        seen
    }

    /// What a message follows, oldest first: what it refers to, however far back, and what is older in its chain and does
    /// not refer to it. In a circle time decides.
    pub fn before(&self, of: ItemId) -> Vec<&'a Card> {
        let Some(at) = self.place(of) else { return Vec::new() };
        let (reached, root) = (self.reached(at), self.roots[at]);
        let follows = |other: &usize| {
            let older = self.messages[*other].age() < self.messages[at].age();
            let (there, back) = (reached.contains(other), self.reached(*other).contains(&at));
            *other != at && if there == back { older } else { there }
        };
        let chain = (0..self.messages.len()).filter(|other| self.roots[*other] == root);
        let mut before: Vec<&Card> = chain.filter(follows).map(|other| self.messages[other].card).collect();
        before.sort_unstable_by_key(|card| (card.issued, card.id));
        before
    }

    /// The last word that took the place of a message; clocks of senders say nothing of it.
    pub fn after(&self, of: ItemId, now: Time) -> Option<&'a Card> {
        let (mut at, mut last) = (self.place(of)?, None);
        // Never longer than the chain, also where messages refer to each other in a circle.
        for _ in 0..self.messages.len() {
            let Some(by) = self.by(at, now) else { break };
            at = by;
            last = Some(self.messages[at].card);
        }
        last
    }

    fn state(&self, at: usize, now: Time) -> State {
        let message = &self.messages[at];
        match self.by(at, now).map(|by| self.messages[by].info.msg_type) {
            Some(MsgType::Cancel) => State::Cancelled,
            Some(_) => State::Superseded,
            None if message.info.msg_type == MsgType::Cancel => State::Cancelled,
            None if message.card.ended(now) => State::Ended,
            None if message.card.upcoming(now) => State::Coming,
            None => State::InForce,
        }
    }

    /// Every message as it stands at `now`; see [`super::standings`].
    pub fn standings(self, now: Time) -> Vec<Standing<'a>> {
        self.stand(now, false).into_iter().map(|(_, standing)| standing).collect()
    }

    /// With the root of its chain.
    fn stand(self, now: Time, last: bool) -> Vec<(usize, Standing<'a>)> {
        // Oldest message of each chain, and whether anything in it was ever announced.
        let mut firsts: Vec<Option<(Time, ItemId)>> = vec![None; self.roots.len()];
        let mut announced = vec![false; self.roots.len()];
        for (message, root) in self.messages.iter().zip(&self.roots) {
            firsts[*root] = Some(firsts[*root].map_or(message.age(), |first| first.min(message.age())));
            announced[*root] |= message.info.msg_type != MsgType::Cancel;
        }
        let states: Vec<State> = (0..self.messages.len()).map(|at| self.state(at, now)).collect();
        let all = self.messages.into_iter().zip(self.roots).zip(states);
        let all = all.filter(|((message, root), _)| !last || message.over > now && announced[*root]);
        let standing = |((message, root), state): ((Message<'a>, usize), State)| {
            let chain = firsts[root].map_or(message.card.id, |(_, id)| id);
            (root, Standing { card: message.card, info: message.info, state, chain })
        };
        let mut out: Vec<_> = all.map(standing).collect();
        out.sort_unstable_by_key(|(_, s)| (s.state, Reverse((s.info.level, s.card.issued)), s.card.id));
        out
    }

    /// The last words; see [`super::current`].
    pub fn current(self, now: Time) -> Vec<Standing<'a>> {
        let mut first = vec![true; self.roots.len()];
        let mut out: Vec<Standing> = Vec::new();
        for (root, next) in self.stand(now, true) {
            // A second last word of one event counts only where the first one does not hold, or later.
            let again = !core::mem::replace(&mut first[root], false);
            let same = |held: &Standing| held.chain == next.chain && (held.state, next.state) != (State::InForce, State::Coming);
            if !again || !out.iter().any(|held| same(held) && covers(held.card, next.card)) {
                out.push(next);
            }
        }
        out
    }

    /// See [`super::mattering`].
    pub(super) fn mattering(&self, now: Time) -> Set<ItemId> {
        let all = 0..self.messages.len();
        let alone =
            |at| matches!(self.state(at, now), State::InForce | State::Coming) || super::matters(self.messages[at].card, now);
        let mut matter: Vec<bool> = all.clone().map(alone).collect();
        let replaced: Vec<(usize, usize)> = all.filter_map(|old| Some((old, self.by(old, now)?))).collect();
        while let Some((old, _)) = replaced.iter().find(|(old, by)| matter[*old] && !matter[*by]) {
            matter[*old] = false;
        }
        self.messages.iter().zip(matter).filter(|(_, matters)| *matters).map(|(m, _)| m.card.id).collect()
    }

    /// The chain of a message, oldest first, and what it refers to that is not here.
    pub fn chain(&self, of: ItemId) -> (Vec<&'a Card>, Vec<ItemId>) {
        let Some(root) = self.place(of).and_then(|at| self.roots.get(at)) else { return Default::default() };
        let (here, lost) = self.roots.split_at(self.messages.len());
        let here = self.messages.iter().zip(here).filter(|(_, other)| *other == root);
        let mut here: Vec<&Card> = here.map(|(message, _)| message.card).collect();
        here.sort_unstable_by_key(|card| (card.issued, card.id));
        let lost = self.missing.iter().zip(lost).filter(|(_, other)| *other == root);
        (here, lost.map(|((id, _), _)| *id).collect())
    }
}

/// The one that stands for the chain of `at`; makes the way there short for the next time.
fn root(roots: &mut [usize], at: usize) -> usize {
    let mut top = at;
    while roots[top] != top {
        top = roots[top];
    }
    let mut at = at;
    while roots[at] != top {
        at = core::mem::replace(&mut roots[at], top);
    }
    top
}

/// Whether everyone whom `b` concerns is concerned by `a`.
fn covers(a: &Card, b: &Card) -> bool {
    a.places.is_empty() || !b.places.is_empty() && b.places.iter().all(|place| instance().concerns(&a.places, *place))
}
