//! A message proves itself: Ed25519 over an item's exact bytes, checked offline against a trust list.
//!
//! Three things are signed, each under its own domain tag so that none can stand for another:
//! an item (key id, hash of `card`, hash of `body`), a pack for phones, and the trust list.

use crate::content::{DecodeError, Time, from_bytes, to_bytes};
use crate::read::fields;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const ITEM_TAG: &[u8] = b"bantin-item-1\0";
const TRUST_TAG: &[u8] = b"bantin-trust-1\0";

/// SHA-256.
pub fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// First four bytes of the SHA-256 of the public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyId(#[serde(with = "crate::raw")] pub [u8; 4]);

fields!(KeyId);

/// 64 bytes as RFC 8032 lays them out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sig(#[serde(with = "crate::raw")] pub [u8; 64]);

fields!(Sig);

/// What checking a signature found. Never stored: checked again wherever it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Signed by a key of the trust list within its life.
    Genuine,
    /// Signed by a key that this phone does not know (yet): neither believed nor called false.
    UnknownKey,
    /// The key is known, but not for this time.
    OutsideKeyLife,
    /// The key is known and the signature is not its own.
    Forged,
}

/// One issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustKey {
    pub kid: KeyId,
    #[serde(with = "crate::raw")]
    pub public: [u8; 32],
    /// Whose key it is, as readers know them.
    pub name: String,
    pub not_before: Time,
    pub not_after: Time,
}

fields!(TrustKey { kid, public, name, not_before, not_after });

/// Whom a phone believes. Signed by a key of the list before it; the first is taken on trust at the first sync.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// Only ever rises.
    pub version: u32,
    pub keys: Vec<TrustKey>,
}

fields!(Trust { version, keys });

/// A trust list with the signature of one of the keys of the list before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedTrust {
    pub trust: Vec<u8>,
    pub kid: KeyId,
    pub sig: Sig,
}

fields!(SignedTrust { trust, kid, sig });

/// The issuer's secret. Lives on the server only.
pub struct Issuer(SigningKey);

impl Issuer {
    /// From 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Issuer {
        Issuer(SigningKey::from_bytes(seed))
    }

    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    pub fn kid(&self) -> KeyId {
        key_id(&self.public())
    }

    /// Signs `message` as it is; callers go through [`sign_item`] and its like, which add the tag.
    pub(crate) fn sign(&self, message: &[u8]) -> Sig {
        Sig(self.0.sign(message).to_bytes())
    }
}

pub fn key_id(public: &[u8; 32]) -> KeyId {
    let h = hash(public);
    KeyId([h[0], h[1], h[2], h[3]])
}

fn item_message(kid: KeyId, card_hash: &[u8; 32], body_hash: &[u8; 32]) -> Vec<u8> {
    [ITEM_TAG, &kid.0, card_hash, body_hash].concat()
}

/// Signs an item at its publication.
pub fn sign_item(signer: &Issuer, card: &[u8], body: &[u8]) -> Sig {
    signer.sign(&item_message(signer.kid(), &hash(card), &hash(body)))
}

/// Checks an item: `card_hash` is the SHA-256 of the card's exact bytes, `issued` the card's own.
pub fn verify_item(trust: &Trust, kid: KeyId, card_hash: &[u8; 32], body: &[u8], sig: &Sig, issued: Time) -> Verdict {
    trust.verify(kid, &item_message(kid, card_hash, &hash(body)), sig, Some(issued))
}

impl Trust {
    /// Errors: `Malformed`.
    pub fn decode(bytes: &[u8]) -> Result<Trust, DecodeError> {
        from_bytes(bytes)
    }

    /// A signed list, as phones fetch it.
    pub fn seal(&self, signer: &Issuer) -> SignedTrust {
        let trust = to_bytes(self);
        let sig = signer.sign(&[TRUST_TAG, &trust].concat());
        SignedTrust { trust, kid: signer.kid(), sig }
    }

    /// Checks `message` against every key that carries `kid` (ids are short: two keys may share one).
    /// `at` is the time at which the key must be alive; `None` where the message itself carries no time.
    pub(crate) fn verify(&self, kid: KeyId, message: &[u8], sig: &Sig, at: Option<Time>) -> Verdict {
        let mut verdict = Verdict::UnknownKey;
        for key in self.keys.iter().filter(|key| key.kid == kid) {
            let genuine = VerifyingKey::from_bytes(&key.public)
                .is_ok_and(|public| public.verify_strict(message, &Signature::from_bytes(&sig.0)).is_ok());
            let alive = at.is_none_or(|at| key.not_before <= at && at < key.not_after);
            match (genuine, alive) {
                (true, true) => return Verdict::Genuine,
                (true, false) => verdict = Verdict::OutsideKeyLife,
                (false, _) if verdict == Verdict::UnknownKey => verdict = Verdict::Forged,
                (false, _) => {}
            }
        }
        verdict
    }
}

impl SignedTrust {
    pub const MAX_BYTES: usize = 64 * 1024;

    pub fn encode(&self) -> Vec<u8> {
        to_bytes(self)
    }

    /// Errors: `TooLarge`, `Malformed`.
    pub fn decode(bytes: &[u8]) -> Result<SignedTrust, DecodeError> {
        if bytes.len() > Self::MAX_BYTES { Err(DecodeError::TooLarge) } else { from_bytes(bytes) }
    }

    /// The list inside, if `held` (what the phone believes now) vouches for it and it is newer.
    /// With nothing held yet, the list must be signed by one of its own keys.
    pub fn accept(&self, held: Option<&Trust>) -> Result<Trust, Verdict> {
        let next = Trust::decode(&self.trust).map_err(|_| Verdict::Forged)?;
        let message = [TRUST_TAG, &self.trust].concat();
        match held.unwrap_or(&next).verify(self.kid, &message, &self.sig, None) {
            Verdict::Genuine if held.is_some_and(|held| next.version <= held.version) => Err(Verdict::OutsideKeyLife),
            Verdict::Genuine => Ok(next),
            other => Err(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn signer(n: u8) -> Issuer {
        Issuer::from_seed(&[n; 32])
    }

    fn trust_in(signers: &[&Issuer], version: u32) -> Trust {
        let keys = signers
            .iter()
            .map(|s| TrustKey {
                kid: s.kid(),
                public: s.public(),
                name: "UBND".into(),
                not_before: Time(0),
                not_after: Time(100),
            })
            .collect();
        Trust { version, keys }
    }

    #[test]
    fn an_item_proves_itself_and_nothing_else_does() {
        let (ours, theirs) = (signer(1), signer(2));
        let trust = trust_in(&[&ours], 1);
        let (card, body) = (b"card".as_slice(), b"body".as_slice());
        let sig = sign_item(&ours, card, body);
        let check = |kid, card: &[u8], body: &[u8], sig: &Sig, at| verify_item(&trust, kid, &hash(card), body, sig, Time(at));
        assert_eq!(check(ours.kid(), card, body, &sig, 50), Verdict::Genuine);
        assert_eq!(check(ours.kid(), card, b"other", &sig, 50), Verdict::Forged);
        assert_eq!(check(ours.kid(), b"other", body, &sig, 50), Verdict::Forged);
        assert_eq!(check(ours.kid(), card, body, &sig, 100), Verdict::OutsideKeyLife);
        assert_eq!(check(theirs.kid(), card, body, &sign_item(&theirs, card, body), 50), Verdict::UnknownKey);
        assert_eq!(check(ours.kid(), card, body, &sign_item(&theirs, card, body), 50), Verdict::Forged);
    }

    proptest! {
        #[test]
        fn no_mutant_is_accepted(at in 0usize..64, flip in 1u8..=255) {
            let ours = signer(1);
            let trust = trust_in(&[&ours], 1);
            let mut sig = sign_item(&ours, b"card", b"body");
            sig.0[at] ^= flip;
            let verdict = verify_item(&trust, ours.kid(), &hash(b"card"), b"body", &sig, Time(1));
            prop_assert_eq!(verdict, Verdict::Forged);
        }
    }

    #[test]
    fn a_trust_list_is_followed_only_by_one_it_vouches_for() {
        let (a, b) = (signer(1), signer(2));
        let first = trust_in(&[&a], 1);
        assert_eq!(first.seal(&a).accept(None), Ok(first.clone()));
        assert_eq!(first.seal(&b).accept(None), Err(Verdict::UnknownKey));
        let second = trust_in(&[&a, &b], 2);
        assert_eq!(second.seal(&a).accept(Some(&first)), Ok(second.clone()));
        assert_eq!(trust_in(&[&b], 3).seal(&b).accept(Some(&first)), Err(Verdict::UnknownKey));
        assert_eq!(first.seal(&a).accept(Some(&second)), Err(Verdict::OutsideKeyLife), "an older list is refused");
        let back = SignedTrust::decode(&second.seal(&a).encode()).unwrap();
        assert_eq!(back, second.seal(&a));
    }
}
