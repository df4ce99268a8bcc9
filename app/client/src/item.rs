//! A single item that the reader opened and the phone does not hold: fetched, verified, and only then committed.

use domain::content::{Body, Card, ItemId};
use domain::search::Terms;
use domain::sign::{Trust, Verdict, hash, verify_item};
use domain::sync::{Commit, Fetch, HeldCard, StoredBody};
use domain::wire::{Envelope, PackKind, Refused, decode_full, path};
use std::sync::Arc;

/// An item that proved itself, with what the store should take of it.
#[derive(Debug)]
pub struct Opened {
    pub card: Card,
    pub body: Body,
    /// Exact bytes of the card.
    pub stored: StoredBody,
    /// Nothing where the phone holds all of it already.
    pub commit: Commit,
}

/// What to ask for.
pub fn fetch(id: ItemId) -> Fetch {
    Fetch { id: 0, path: path::item(id), max_bytes: Card::MAX_BYTES + Body::MAX_BYTES + 1024, revalidate: false }
}

/// Opens an answer for `id`. `held` and `gone` are what the phone knows of it; an item that was withdrawn here stays out.
pub fn open(id: ItemId, bytes: &[u8], trust: &Trust, held: Option<&HeldCard>, gone: Option<u16>) -> Result<Opened, Refused> {
    let envelope = Envelope::open(PackKind::Item, bytes, trust)?;
    let items = decode_full(envelope.payload).map_err(|_| Refused::NewerFormat)?;
    let [item] = <[_; 1]>::try_from(items).map_err(|_| Refused::Mismatch)?;
    let card = Card::decode(&item.card).map_err(|_| Refused::NewerFormat)?;
    let body = Body::decode(&item.body).map_err(|_| Refused::NewerFormat)?;
    let card_hash = hash(&item.card);
    match verify_item(trust, item.kid, &card_hash, &item.body, &item.sig, card.issued) {
        Verdict::Genuine => {}
        Verdict::UnknownKey => return Err(Refused::UnknownKey),
        Verdict::Forged | Verdict::OutsideKeyLife => return Err(Refused::Forged),
    }
    let older =
        held.is_some_and(|held| held.revision > card.revision || (held.revision == card.revision && held.hash != card_hash));
    if card.id != id || older || gone.is_some_and(|gone| card.revision <= gone) {
        return Err(Refused::Mismatch);
    }
    let stored = StoredBody { id, revision: card.revision, kid: item.kid, sig: item.sig, body: item.body };
    let mut commit =
        Commit { bodies: vec![stored.clone()], terms: vec![(id, Terms::of(&card, Some(&body)).encode())], ..Commit::default() };
    if held.is_none_or(|held| held.revision < card.revision) {
        // Without a place in the log until a sync brings one.
        let next = HeldCard {
            seq: held.map_or(0, |held| held.seq),
            revision: card.revision,
            hash: card_hash,
            issued: card.issued,
            topics: card.topics.clone(),
            places: card.places.clone(),
            body_bytes: card.body_bytes,
            body: true,
        };
        commit.cards.push((id, next, item.card.clone()));
    }
    Ok(Opened { card, body, stored, commit })
}

/// Leaves in a commit of a session what the reader opened while it ran: the session does not know of it, and the card that
/// it brings, of this revision or of one before, would send that text away.
pub fn keep(commit: &mut Arc<Commit>, opened: &[Commit]) {
    for ours in opened {
        let ([(id, mine, _)], [body]) = (&ours.cards[..], &ours.bodies[..]) else { continue };
        let ousts = |(other, card, _): &(ItemId, HeldCard, _)| {
            other == id && (card.revision < mine.revision || (card.hash == mine.hash && !card.body))
        };
        let ousted = commit.cards.iter().position(ousts);
        let older = |other: &StoredBody| other.id == *id && other.revision < mine.revision;
        if ousted.is_none() && !commit.bodies.iter().any(older) {
            continue;
        }
        let commit = Arc::make_mut(commit);
        commit.bodies.retain(|other| other.id != *id);
        commit.terms.retain(|(other, _)| other != id);
        if let Some(at) = ousted {
            let seq = commit.cards[at].1.seq;
            commit.cards[at].clone_from(&ours.cards[0]);
            commit.cards[at].1.seq = seq;
            commit.bodies.push(body.clone());
            commit.terms.extend_from_slice(&ours.terms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::content::{Headline, Kind, Time};
    use domain::sign::{Issuer, TrustKey, sign_item};
    use domain::wire::{FullItem, encode_full};

    fn card(n: u8, revision: u16) -> Card {
        Card {
            id: ItemId([n; 5]),
            revision,
            topics: vec![1],
            source: "UBND".into(),
            headlines: vec![Headline { lang: "vi".into(), title: "Lũ".into(), summary: String::new(), audio: false }],
            body_bytes: 4,
            ..Card::blank(Kind::BULLETIN, Time(50))
        }
    }

    fn answer(card: &Card, signer: &Issuer, pack: &Issuer) -> Vec<u8> {
        let (card, body) = (card.encode(), Body::default().encode());
        let sig = sign_item(signer, &card, &body);
        let item = FullItem { card, kid: signer.kid(), sig, body };
        Envelope::seal(PackKind::Item, 1, 0, 9, &encode_full(&[item]), pack)
    }

    #[test]
    fn only_what_was_asked_for_and_is_genuine_gets_in() {
        let (ours, theirs) = (Issuer::from_seed(&[1; 32]), Issuer::from_seed(&[2; 32]));
        let key =
            TrustKey { kid: ours.kid(), public: ours.public(), name: "UBND".into(), not_before: Time(0), not_after: Time(100) };
        let trust = Trust { version: 1, keys: vec![key] };
        let id = ItemId([3; 5]);
        let good = answer(&card(3, 2), &ours, &ours);
        let opened = open(id, &good, &trust, None, None).unwrap();
        assert_eq!((opened.commit.cards.len(), opened.commit.bodies.len(), opened.commit.terms.len()), (1, 1, 1));
        let held = opened.commit.cards[0].1.clone();
        let again = open(id, &good, &trust, Some(&held), None).unwrap();
        assert!(again.commit.cards.is_empty(), "a card that is held is not written again");
        let brought = |hash| {
            let held = HeldCard { seq: 7, hash, body: false, ..held.clone() };
            Arc::new(Commit { cards: vec![(id, held, Vec::new())], terms: vec![(id, vec![1])], ..Commit::default() })
        };
        let (mut same, mut other) = (brought(held.hash), brought([0; 32]));
        let mut before = brought([0; 32]);
        Arc::make_mut(&mut before).cards[0].1.revision = 1;
        for commit in [&mut same, &mut other, &mut before] {
            keep(commit, std::slice::from_ref(&opened.commit));
        }
        assert_eq!((same.cards[0].1.seq, same.cards[0].1.body), (7, true), "its place in the log, and the text");
        assert_eq!((&same.bodies, &same.terms), (&opened.commit.bodies, &opened.commit.terms));
        assert_eq!(other, brought([0; 32]), "another text is none of it");
        let (_, stays, bytes) = &before.cards[0];
        assert_eq!(
            (stays.seq, stays.revision, stays.body, bytes),
            (7, 2, true, &opened.commit.cards[0].2),
            "what is newer stays"
        );
        assert_eq!((&before.bodies, &before.terms), (&opened.commit.bodies, &opened.commit.terms));
        let body = |revision| StoredBody { revision, ..opened.stored.clone() };
        let text = |revision| Commit { bodies: vec![body(revision)], terms: vec![(id, vec![1])], ..Commit::default() };
        for (revision, stays) in [(1, false), (2, true)] {
            let mut texts = Arc::new(text(revision));
            keep(&mut texts, std::slice::from_ref(&opened.commit));
            assert_eq!(*texts, if stays { text(revision) } else { Commit::default() }, "nor does the text of before replace it");
        }
        assert_eq!(open(id, &good, &trust, None, Some(2)).unwrap_err(), Refused::Mismatch, "withdrawn");
        assert!(open(id, &good, &trust, None, Some(1)).is_ok(), "published again");
        let newer = HeldCard { revision: 3, ..held };
        assert_eq!(open(id, &good, &trust, Some(&newer), None).unwrap_err(), Refused::Mismatch, "an old copy");
        assert_eq!(open(ItemId([4; 5]), &good, &trust, None, None).unwrap_err(), Refused::Mismatch);
        assert_eq!(open(id, &answer(&card(3, 2), &theirs, &ours), &trust, None, None).unwrap_err(), Refused::UnknownKey);
        assert_eq!(open(id, &answer(&card(3, 2), &ours, &theirs), &trust, None, None).unwrap_err(), Refused::UnknownKey);
        assert_eq!(open(id, b"<html>", &trust, None, None).unwrap_err(), Refused::NotOurs);
    }
}
