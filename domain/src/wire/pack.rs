//! Payloads of packs: entries as the exact bytes that were signed.

use super::Seq;
use crate::content::{DecodeError, ItemId, from_bytes, to_bytes};
use crate::read::{Read, Reader, fields};
use crate::sign::{KeyId, Sig};
use serde::{Deserialize, Serialize};

/// One entry of a pack of cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardEntry {
    /// Positions of the log since the entry before it in the pack (since `from` for the first): its own position, in one byte.
    pub step: Seq,
    pub what: Logged,
}

fields!(CardEntry { step, what });

/// What stands at a position of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Logged {
    /// Exact bytes of a [`crate::content::Card`].
    Card(Vec<u8>),
    /// Exact bytes of a [`crate::content::Gone`].
    Gone(Vec<u8>),
}

impl Read for Logged {
    fn read(from: &mut Reader) -> Logged {
        match from.choice(2) {
            0 => Logged::Card(Read::read(from)),
            _ => Logged::Gone(Read::read(from)),
        }
    }
}

/// One entry of a pack of bodies; `sig` covers the card of this id and revision together with `body`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyEntry {
    pub id: ItemId,
    pub revision: u16,
    pub kid: KeyId,
    pub sig: Sig,
    /// Exact bytes of a [`crate::content::Body`].
    pub body: Vec<u8>,
}

fields!(BodyEntry { id, revision, kid, sig, body });

/// A whole item that proves itself: what the alerts pack, a single fetch, a file or a QR carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FullItem {
    pub card: Vec<u8>,
    pub kid: KeyId,
    pub sig: Sig,
    pub body: Vec<u8>,
}

fields!(FullItem { card, kid, sig, body });

/// Decoders refuse payloads past this: 16 MiB.
const MAX_PAYLOAD: usize = 16 << 20;

fn decode<T: Read>(payload: &[u8]) -> Result<T, DecodeError> {
    if payload.len() > MAX_PAYLOAD { Err(DecodeError::TooLarge) } else { from_bytes(payload) }
}

pub fn encode_cards(entries: &[CardEntry]) -> Vec<u8> {
    to_bytes(&entries)
}

pub fn decode_cards(payload: &[u8]) -> Result<Vec<CardEntry>, DecodeError> {
    decode(payload)
}

pub fn encode_bodies(entries: &[BodyEntry]) -> Vec<u8> {
    to_bytes(&entries)
}

pub fn decode_bodies(payload: &[u8]) -> Result<Vec<BodyEntry>, DecodeError> {
    decode(payload)
}

pub fn encode_full(items: &[FullItem]) -> Vec<u8> {
    to_bytes(&items)
}

pub fn decode_full(payload: &[u8]) -> Result<Vec<FullItem>, DecodeError> {
    decode(payload)
}
