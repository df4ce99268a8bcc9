//! The runner between session, server and store, with everything that a weak network and a small phone do to it.

use super::dice::Dice;
use super::phone::Store;
use super::pool;
use super::server::Server;
use domain::sync::{Commit, Fetch, Input, NetFault, Outcome, Session, Step, StoreFault, Wishes};
use domain::wire::{Head, path};

/// How bad the world is, in percent of steps.
#[derive(Clone, Copy)]
pub struct Weather {
    pub network: usize,
    pub store: usize,
    pub kill: usize,
    /// The server publishes, or restarts from a backup, while the phone is talking to it.
    pub events: usize,
}

pub const FAIR: Weather = Weather { network: 0, store: 0, kill: 0, events: 0 };

/// What a session did.
#[derive(Default)]
pub struct Trip {
    /// `None` when the phone died on the way.
    pub outcome: Option<Outcome>,
    pub paths: Vec<String>,
    pub commits: Vec<Commit>,
    pub bodies: usize,
}

/// The phone and what it remembers outside the store.
pub struct Phone {
    pub store: Store,
    pub wishes: Wishes,
    /// The head of the last session that ended well: its tag goes with the next request.
    tag: Option<Vec<u8>>,
    /// Answers of this session that may come once more.
    late: Vec<Input>,
}

impl Phone {
    pub fn new(wishes: Wishes) -> Phone {
        Phone { store: Store::default(), wishes, tag: None, late: vec![] }
    }

    /// One session from the store as it is now.
    pub fn sync(&mut self, server: &mut Server, dice: &mut Dice, weather: Weather) -> Trip {
        let mut session = Session::new(self.store.load(), self.wishes.clone(), server.now);
        let mut trip = Trip::default();
        let mut head = None;
        self.late.clear();
        let mut input = Input::Go;
        for _ in 0..400 {
            let step = session.next(input);
            if dice.percent(weather.kill) {
                return trip;
            }
            // Late and repeated answers never move a session.
            if !self.late.is_empty() && dice.percent(30) {
                let late = self.late[dice.below(self.late.len())].clone();
                assert_eq!(session.next(late), step, "a late answer moved the session");
            }
            input = match step {
                Step::Pause => Input::Go,
                Step::Fetch(fetch) => {
                    trip.paths.push(fetch.path.clone());
                    if dice.percent(weather.events) {
                        if dice.percent(15) { server.restore(dice) } else { server.live(dice, 5) }
                    }
                    let answer = self.answer(&fetch, server, dice, weather);
                    if let (true, Input::Got { bytes, .. }) = (fetch.path == path::HEAD, &answer) {
                        head = Some(bytes.clone());
                    }
                    self.late.push(answer.clone());
                    answer
                }
                Step::Commit(commit) => {
                    trip.bodies +=
                        commit.bodies.iter().filter(|body| !commit.cards.iter().any(|(id, ..)| *id == body.id)).count();
                    trip.commits.push((*commit).clone());
                    if dice.percent(weather.store) {
                        match dice.below(4) {
                            0 => Input::CommitFailed(StoreFault::Quota),
                            1 => Input::CommitFailed(StoreFault::Failed),
                            // Killed before and after the transaction.
                            2 => return trip,
                            _ => {
                                self.store.commit(&commit);
                                return trip;
                            }
                        }
                    } else {
                        self.store.commit(&commit);
                        Input::Committed
                    }
                }
                Step::Done(outcome) => {
                    assert_eq!(session.next(Input::Go), Step::Done(outcome.clone()), "over is over");
                    if matches!(outcome, Outcome::UpToDate { .. }) {
                        self.tag = head.or(self.tag.take());
                    }
                    trip.outcome = Some(outcome);
                    let (held, stored) = (session.held(), self.store.load());
                    assert_eq!((&held.cards, &held.gone, &held.bytes), (&stored.cards, &stored.gone, &stored.bytes));
                    assert_eq!((&held.cursor, &held.trust), (&stored.cursor, &stored.trust));
                    return trip;
                }
            };
        }
        panic!("the session goes round in circles: {:?}", trip.paths);
    }

    fn answer(&mut self, fetch: &Fetch, server: &mut Server, dice: &mut Dice, weather: Weather) -> Input {
        let id = fetch.id;
        let failed = |why| Input::Failed { id, why };
        if !dice.percent(weather.network) {
            return match server.get(&fetch.path) {
                Ok(bytes) if fetch.revalidate && self.tag.as_ref() == Some(&bytes) => Input::Unchanged { id },
                Ok(bytes) if bytes.len() > fetch.max_bytes => panic!("{} is longer than allowed", fetch.path),
                Ok(bytes) => Input::Got { id, bytes },
                Err(status) => failed(NetFault::Status { status, retry_after: None }),
            };
        }
        let whole = server.get(&fetch.path).unwrap_or_default();
        let mut bytes = whole;
        match dice.below(13) {
            0 => return failed(NetFault::Unreachable),
            1 => return failed(NetFault::Portal),
            2 => return failed(NetFault::Status { status: 503, retry_after: Some(30) }),
            3 => return failed(NetFault::Status { status: 429, retry_after: None }),
            4 => return failed(NetFault::Status { status: [400, 403, 404, 410, 511][dice.below(5)], retry_after: None }),
            // A cut that the runner did not notice.
            5 => bytes.truncate(dice.below(bytes.len() + 1)),
            6 | 7 => {
                let at = dice.below(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
            8 => bytes = b"<!doctype html><title>Wifi</title>".to_vec(),
            9 if fetch.path == path::HEAD => bytes = server.heads[dice.below(server.heads.len())].clone(),
            // Another answer of the same server, out of a confused proxy.
            9 => {
                let seq = server.seq();
                bytes = server.get(&path::cards(server.epoch, seq.saturating_sub(1), seq)).unwrap_or_default();
            }
            // Another server of the same kind, which a phone that knows its own must not follow.
            10 if self.store.trust.is_some() => {
                let other = pool::issuer(9);
                bytes = match fetch.path.as_str() {
                    path::HEAD => Head { issued: server.now.plus(900), ..server.head().clone() }.seal(&other),
                    path::TRUST => pool::trust(7, &[9]).seal(&other).encode(),
                    _ => bytes,
                };
            }
            11 => bytes = (0..dice.below(400)).map(|_| dice.draw() as u8).collect(),
            12 => return Input::Unchanged { id },
            _ => bytes.clear(),
        }
        Input::Got { id, bytes }
    }
}
