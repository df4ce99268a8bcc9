//! What came by push, outside of any sync: the same checks and the same rules of what is newer as in a pack.

use super::ingest::{AlertWork, CardWork, Draft};
use super::{Commit, Held};
use crate::content::Time;
use crate::sorted::Set;
use crate::wire::{Envelope, PackKind, Refused, decode_cards, decode_full};

/// What the phone does not have yet of a message, as a commit that moves no cursor; empty where it is older than what
/// is held, withdrawn, or not genuine. A message holds a whole item, or a signed pack of cards with one position of the
/// log: a withdrawal, or an alert whose text did not fit. `None` while it cannot be judged: there is no trust list yet,
/// none that knows the key, or it is of another log. Such a message waits for the next sync.
pub fn pushed(held: &Held, message: &[u8]) -> Option<Commit> {
    let trust = held.trust.as_ref()?;
    // A list of items begins with their number: there are never as many as this.
    if message.starts_with(b"BT") {
        let pack = match Envelope::open(PackKind::Cards, message, trust) {
            Ok(pack) => pack,
            Err(Refused::UnknownKey) => return None,
            Err(_) => return Some(Commit::default()),
        };
        if held.cursor.epoch != Some(pack.epoch) {
            return None;
        }
        let mut work = CardWork::new(pack.from, pack.to, false, decode_cards(pack.payload).unwrap_or_default());
        while let Ok(false) = work.slice(held, Time(0), &mut Set::default()) {}
        return Some(work.draft.into_commit());
    }
    let items = decode_full(message).unwrap_or_default();
    if items.iter().any(|item| trust.keys.iter().all(|key| key.kid != item.kid)) {
        return None;
    }
    let mut work = AlertWork::new(items, false);
    while let Ok(false) = work.slice(held, trust) {}
    let mut draft = Draft::default();
    for item in &work.proven {
        draft.proven(held, item);
    }
    Some(draft.into_commit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{Body, Card, Gone, Headline, ItemId, Kind};
    use crate::search::Terms;
    use crate::sign::{Issuer, Trust, TrustKey, sign_item};
    use crate::sync::Cursor;
    use crate::wire::{CardEntry, FullItem, Logged, encode_cards, encode_full};

    const ID: ItemId = ItemId([4; 5]);

    fn issuer() -> Issuer {
        Issuer::from_seed(&[1; 32])
    }

    fn card(revision: u16, title: &str) -> Card {
        Card {
            id: ID,
            revision,
            expires: Some(Time(90)),
            topics: vec![9],
            source: "Ban chỉ huy".into(),
            headlines: vec![Headline { lang: "vi".into(), title: title.into(), summary: String::new(), audio: false }],
            body_bytes: 4,
            ..Card::blank(Kind::ALERT, Time(50))
        }
    }

    fn pushed(held: &Held, items: Vec<FullItem>) -> Option<Commit> {
        super::pushed(held, &encode_full(&items))
    }

    fn message(card: &Card, signer: &Issuer) -> FullItem {
        let (card, body) = (card.encode(), Body::default().encode());
        FullItem { kid: signer.kid(), sig: sign_item(signer, &card, &body), card, body }
    }

    fn phone() -> Held {
        let key = TrustKey {
            kid: issuer().kid(),
            public: issuer().public(),
            name: "Ban chỉ huy".into(),
            not_before: Time(0),
            not_after: Time(100),
        };
        Held { trust: Some(Trust { version: 1, keys: vec![key] }), ..Held::default() }
    }

    fn is_empty(commit: &Commit) -> bool {
        commit.cards.is_empty() && commit.bodies.is_empty() && commit.terms.is_empty() && commit.gone.is_empty()
    }

    #[test]
    fn a_genuine_alert_goes_in_whole_and_the_cursor_stays() {
        let mut held = phone();
        let card = card(1, "Lũ quét ở A Lưới");
        let commit = pushed(&held, vec![message(&card, &issuer())]).unwrap();
        assert!(commit.cursor.is_none() && commit.trust.is_none() && !commit.reset);
        let [(id, row, bytes)] = &commit.cards[..] else { panic!("one card") };
        assert_eq!((*id, row.body, row.seq, bytes), (ID, true, 0, &card.encode()));
        assert_eq!((commit.bodies.len(), commit.bodies[0].revision), (1, 1));
        assert_eq!(commit.terms, [(ID, Terms::of(&card, Some(&Body::default())).encode())], "search finds it");
        held.apply(&commit);
        let again = pushed(&held, vec![message(&card, &issuer())]).unwrap();
        assert!(is_empty(&again), "the same again changes nothing");
    }

    #[test]
    fn a_newer_revision_goes_in_and_an_older_one_stays_out() {
        let mut held = phone();
        held.apply(&pushed(&held, vec![message(&card(2, "Mới"), &issuer())]).unwrap());
        assert!(is_empty(&pushed(&held, vec![message(&card(1, "Cũ"), &issuer())]).unwrap()));
        let third = pushed(&held, vec![message(&card(3, "Mới hơn"), &issuer())]).unwrap();
        assert_eq!(third.cards[0].1.revision, 3);
    }

    #[test]
    fn what_was_withdrawn_does_not_come_back() {
        let mut held = phone();
        held.gone.insert(ID, 2);
        assert!(is_empty(&pushed(&held, vec![message(&card(2, "Đã rút"), &issuer())]).unwrap()));
        assert_eq!(pushed(&held, vec![message(&card(3, "Đăng lại"), &issuer())]).unwrap().cards.len(), 1);
    }

    #[test]
    fn forged_bytes_are_refused_and_the_genuine_beside_them_goes_in() {
        let held = phone();
        let good = message(&card(1, "Thật"), &issuer());
        let mut forged = message(&Card { id: ItemId([5; 5]), ..card(1, "Giả") }, &issuer());
        forged.body.push(0);
        assert!(is_empty(&pushed(&held, vec![forged.clone()]).unwrap()));
        let both = pushed(&held, vec![forged, good.clone()]).unwrap();
        assert_eq!(both.cards.len(), 1);
        assert_eq!(both.cards[0].0, ID);
        let unreadable = FullItem { card: b"nothing".to_vec(), ..good };
        assert!(is_empty(&pushed(&held, vec![unreadable]).unwrap()));
        let late = message(&Card { issued: Time(101), ..card(1, "Sau hạn khóa") }, &issuer());
        assert!(is_empty(&pushed(&held, vec![late]).unwrap()));
    }

    #[test]
    fn without_a_trust_list_that_knows_the_key_it_waits() {
        let good = message(&card(1, "Lũ"), &issuer());
        assert_eq!(pushed(&Held::default(), vec![good.clone()]), None);
        let stranger = Issuer::from_seed(&[2; 32]);
        assert_eq!(pushed(&phone(), vec![message(&card(1, "Lũ"), &stranger)]), None);
        assert!(pushed(&phone(), vec![good]).is_some());
    }

    /// One position of the log, as a pack of its own.
    fn slip(epoch: u64, what: Logged, signer: &Issuer) -> Vec<u8> {
        Envelope::seal(PackKind::Cards, epoch, 6, 7, &encode_cards(&[CardEntry { step: 1, what }]), signer)
    }

    fn gone(revision: u16) -> Logged {
        Logged::Gone(Gone { id: ID, revision, at: Time(60), reason: "Nhầm xã".into() }.encode())
    }

    #[test]
    fn what_is_withdrawn_goes_at_once_and_only_if_the_word_is_genuine() {
        let mut held = Held { cursor: Cursor { epoch: Some(3), ..Cursor::default() }, ..phone() };
        held.apply(&pushed(&held, vec![message(&card(1, "Lũ"), &issuer())]).unwrap());
        let mut forged = slip(3, gone(2), &issuer());
        *forged.last_mut().unwrap() ^= 1;
        assert!(is_empty(&super::pushed(&held, &forged).unwrap()));
        assert_eq!(super::pushed(&held, &slip(4, gone(2), &issuer())), None, "of another log: it waits");
        assert_eq!(super::pushed(&held, &slip(3, gone(2), &Issuer::from_seed(&[2; 32]))), None, "nobody knows the key");
        let commit = super::pushed(&held, &slip(3, gone(2), &issuer())).unwrap();
        assert!(commit.cursor.is_none() && commit.cards.is_empty());
        held.apply(&commit);
        assert!(held.cards.is_empty());
        assert_eq!(held.gone.get(&ID), Some(&2));
        // An older word does not undo a newer one.
        held.apply(&pushed(&held, vec![message(&card(3, "Lại"), &issuer())]).unwrap());
        assert!(is_empty(&super::pushed(&held, &slip(3, gone(2), &issuer())).unwrap()));
    }

    #[test]
    fn an_alert_whose_text_did_not_fit_is_known_without_it() {
        let mut held = Held { cursor: Cursor { epoch: Some(3), ..Cursor::default() }, ..phone() };
        held.apply(&super::pushed(&held, &slip(3, Logged::Card(card(1, "Lũ").encode()), &issuer())).unwrap());
        let row = held.cards.get(&ID).unwrap();
        assert_eq!((row.revision, row.seq, row.body), (1, 7, false));
        // The whole of it, later.
        held.apply(&pushed(&held, vec![message(&card(1, "Lũ"), &issuer())]).unwrap());
        let row = held.cards.get(&ID).unwrap();
        assert_eq!((row.seq, row.body), (7, true));
    }
}
