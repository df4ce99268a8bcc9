//! A publisher in memory: it keeps the log and seals what phones ask for, with nothing but `domain`.

use super::dice::Dice;
use super::pool::{self, ITEMS, REVISIONS, START};
use domain::content::{Gone, ItemId, Time};
use domain::sign::{Issuer, SignedTrust, hash};
use domain::wire::log::{self, Entry};
use domain::wire::{self, AlertsRef, Envelope, Head, Logged, PackKind, Seq, path};
use std::collections::{HashMap, HashSet};

pub struct Server {
    pub log: Vec<Entry>,
    pub epoch: u64,
    pub floor: Seq,
    /// Beside so many cards older ones that are over are not given to who starts anew.
    pub kept: usize,
    /// Positions of this epoch that were left out so: cards alone, and none of what came later for the same item.
    pub left_out: HashSet<Seq>,
    pub now: Time,
    issuer: Issuer,
    trust: SignedTrust,
    trust_version: u32,
    /// Which version of the pool's items this epoch publishes.
    version: usize,
    sealed: HashMap<String, Vec<u8>>,
    head: Head,
    /// Every head ever sealed, for answers out of old caches.
    pub heads: Vec<Vec<u8>>,
}

impl Server {
    pub fn new() -> Server {
        let issuer = pool::issuer(1);
        let trust = pool::trust(1, &[1]).seal(&issuer);
        let head = Head { epoch: 1, seq: 0, floor: 0, issued: START, alerts: None, trust: 1, app: [1; 8], ext: vec![] };
        let mut server = Server {
            log: vec![],
            epoch: 1,
            floor: 0,
            kept: log::NEWEST,
            left_out: HashSet::new(),
            now: START,
            issuer,
            trust,
            trust_version: 1,
            version: 0,
            sealed: HashMap::new(),
            head,
            heads: vec![],
        };
        server.seal();
        server
    }

    pub fn seq(&self) -> Seq {
        self.log.last().map_or(0, |entry| entry.seq)
    }

    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Publishes the next revision of item `n`; nothing once its revisions are used up.
    pub fn publish(&mut self, n: usize) {
        let revision = log::find(&self.log, pool::id(n)).map_or(1, |entry| entry.revision + 1);
        if usize::from(revision) <= REVISIONS {
            let item = pool::signed(n, revision, self.version);
            let body = Some((item.kid, item.sig, item.body.clone()));
            self.append(pool::id(n), revision, Logged::Card(item.card.clone()), body);
        }
    }

    pub fn withdraw(&mut self, n: usize) {
        let id = pool::id(n);
        let Some(last) = log::find(&self.log, id).filter(|entry| matches!(entry.what, Logged::Card(_))) else { return };
        let gone = Gone { id, revision: last.revision + 1, at: self.now, reason: "nhầm".into() };
        self.append(id, gone.revision, Logged::Gone(gone.encode()), None);
    }

    fn append(
        &mut self,
        id: ItemId,
        revision: u16,
        what: Logged,
        body: Option<(domain::sign::KeyId, domain::sign::Sig, Vec<u8>)>,
    ) {
        let seq = self.seq() + 1;
        self.log.push(Entry { seq, id, revision, what, body });
    }

    /// A few publications, corrections and withdrawals, then a new head.
    pub fn live(&mut self, dice: &mut Dice, most: usize) {
        // Now and then only time passes, and alerts end.
        let most = if dice.percent(25) { 0 } else { most };
        for _ in 0..dice.below(most + 1) {
            let n = dice.below(ITEMS);
            if dice.percent(12) { self.withdraw(n) } else { self.publish(n) }
        }
        self.now = self.now.plus(60 + dice.below(7200) as i64);
        if dice.percent(6) {
            self.floor = self.floor.max((dice.below(self.seq() as usize + 1)) as Seq);
        }
        if dice.percent(4) && self.trust_version == 1 {
            self.rotate();
        }
        self.seal();
    }

    /// A second key signs from now on; the first vouches for it.
    pub fn rotate(&mut self) {
        self.trust_version = 2;
        self.trust = pool::trust(2, &[1, 2]).seal(&pool::issuer(1));
        self.issuer = pool::issuer(2);
        self.sealed.clear();
        self.seal();
    }

    /// The server came back from a backup that knew less, and goes on with other words.
    pub fn restore(&mut self, dice: &mut Dice) {
        let keep = dice.below(self.log.len() + 1);
        self.log.truncate(keep);
        self.floor = self.floor.min(self.seq());
        self.epoch += 1 + dice.draw() % 1000;
        self.version = 1 - self.version;
        self.sealed.clear();
        self.left_out.clear();
        self.live(dice, 6);
    }

    /// Seals the head and the alerts anew; `issued` rises.
    pub fn seal(&mut self) {
        let (seq, epoch) = (self.seq(), self.epoch);
        let items = log::alerts(&self.log, self.now);
        let alerts = (!items.is_empty()).then(|| {
            let pack = Envelope::seal(PackKind::Alerts, epoch, 0, 0, &wire::encode_full(&items), &self.issuer);
            let mut short = [0; 16];
            short.copy_from_slice(&hash(&pack)[..16]);
            let bytes = pack.len() as u32;
            self.sealed.retain(|path, _| !path.starts_with("/sync/alerts/"));
            self.sealed.insert(path::alerts(&short), pack);
            AlertsRef { hash: short, bytes }
        });
        let issued = self.now.max(self.head.issued.plus(1));
        self.head = Head { epoch, seq, floor: self.floor, issued, alerts, trust: self.trust_version, app: [1; 8], ext: vec![] };
        self.heads.push(self.head.seal(&self.issuer));
    }

    /// What a GET of `path` gives; `Err` is a status.
    pub fn get(&mut self, path: &str) -> Result<Vec<u8>, u16> {
        if path == path::HEAD {
            return self.heads.last().cloned().ok_or(404);
        }
        if path == path::TRUST {
            return Ok(self.trust.encode());
        }
        if path.starts_with("/sync/alerts/") {
            return self.sealed.get(path).cloned().ok_or(404);
        }
        let parts: Vec<&str> = path.split('/').collect();
        let ["", "sync", epoch, kind, range] = parts[..] else { return Err(404) };
        let (from, to) = path::parse_range(range).ok_or(404u16)?;
        if path::parse_epoch(epoch) != Some(self.epoch) {
            return Err(404);
        }
        let allowed = match kind {
            "cards" => wire::cards_allowed(from, to, self.seq(), self.floor),
            "bodies" => wire::bodies_allowed(from, to, self.seq()),
            _ => false,
        };
        if !allowed {
            return Err(404);
        }
        if let Some(pack) = self.sealed.get(path) {
            return Ok(pack.clone());
        }
        if kind == "cards" && from == 0 {
            let end = self.log.partition_point(|entry| entry.seq <= to);
            self.left_out.extend(log::bygone(&self.log[..end], self.kept));
        }
        let (kind, payload) = match kind {
            "cards" => (PackKind::Cards, wire::encode_cards(&log::cards_beside(&self.log, from, to, self.kept))),
            _ => (PackKind::Bodies, wire::encode_bodies(&log::bodies(&self.log, from, to))),
        };
        let pack = Envelope::seal(kind, self.epoch, from, to, &payload, &self.issuer);
        self.sealed.insert(path.to_owned(), pack.clone());
        Ok(pack)
    }
}
