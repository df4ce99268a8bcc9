//! The signed wrapper around everything a phone fetches.

use super::Seq;
use crate::sign::{Issuer, KeyId, Sig, Trust, Verdict, hash};

/// What an envelope holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackKind {
    Head = 1,
    Cards = 2,
    Bodies = 3,
    Alerts = 4,
    Item = 5,
}

/// An opened envelope. Layout: `BT`, version 1, kind 1, epoch 8, from 4, to 4, kid 4, sig 64, payload (integers big-endian).
/// `sig` covers `bantin-pack-1\0`, the header up to and with `kid`, and the SHA-256 of the payload.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    pub epoch: u64,
    pub from: Seq,
    pub to: Seq,
    pub payload: &'a [u8],
}

/// Why an answer is not taken. The phone keeps what it had in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Not an envelope at all: a portal's page, a truncated or foreign answer.
    NotOurs,
    /// An envelope of a format this release cannot read.
    NewerFormat,
    /// Not what was asked for.
    Mismatch,
    UnknownKey,
    Forged,
}

const TAG: &[u8] = b"bantin-pack-1\0";
const HEADER: usize = 2 + 1 + 1 + 8 + 4 + 4 + 4;
/// Bytes before the payload.
pub const OVERHEAD: usize = HEADER + 64;
const VERSION: u8 = 1;

impl<'a> Envelope<'a> {
    pub fn seal(kind: PackKind, epoch: u64, from: Seq, to: Seq, payload: &[u8], issuer: &Issuer) -> Vec<u8> {
        let mut out = Vec::with_capacity(OVERHEAD + payload.len());
        out.extend_from_slice(b"BT");
        out.push(VERSION);
        out.push(kind as u8);
        out.extend_from_slice(&epoch.to_be_bytes());
        out.extend_from_slice(&from.to_be_bytes());
        out.extend_from_slice(&to.to_be_bytes());
        out.extend_from_slice(&issuer.kid().0);
        let sig = issuer.sign(&[TAG, &out, &hash(payload)].concat());
        out.extend_from_slice(&sig.0);
        out.extend_from_slice(payload);
        out
    }

    /// Checks that `bytes` are an envelope of `kind`, whole and genuine, and opens it.
    pub fn open(kind: PackKind, bytes: &'a [u8], trust: &Trust) -> Result<Envelope<'a>, Refused> {
        if !bytes.starts_with(b"BT") || bytes.len() < 3 {
            return Err(Refused::NotOurs);
        }
        if bytes[2] != VERSION {
            return Err(Refused::NewerFormat);
        }
        if bytes.len() < OVERHEAD {
            return Err(Refused::NotOurs);
        }
        if bytes[3] != kind as u8 {
            return Err(Refused::Mismatch);
        }
        let (header, rest) = bytes.split_at(HEADER);
        let (sig, payload) = rest.split_at(64);
        let four = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let kid = KeyId([header[20], header[21], header[22], header[23]]);
        let mut signature = Sig([0; 64]);
        signature.0.copy_from_slice(sig);
        match trust.verify(kid, &[TAG, header, &hash(payload)].concat(), &signature, None) {
            Verdict::Genuine => {}
            Verdict::UnknownKey => return Err(Refused::UnknownKey),
            Verdict::Forged | Verdict::OutsideKeyLife => return Err(Refused::Forged),
        }
        let epoch = (u64::from(four(4)) << 32) | u64::from(four(8));
        Ok(Envelope { epoch, from: four(12), to: four(16), payload })
    }
}
