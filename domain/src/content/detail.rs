//! What single kinds add to a card. Terms of alerts are those of CAP 1.2 (OASIS).

use super::{ItemId, Time, to_bytes};
use crate::read::{fields, variants};
use serde::{Deserialize, Serialize};

/// CAP `msgType`, as far as the public sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MsgType {
    Alert,
    Update,
    Cancel,
}

variants!(MsgType: Alert, Update, Cancel);

/// CAP `urgency`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Urgency {
    Immediate,
    Expected,
    Future,
    Past,
    Unknown,
}

variants!(Urgency: Immediate, Expected, Future, Past, Unknown);

/// CAP `certainty`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Certainty {
    Observed,
    Likely,
    Possible,
    Unlikely,
    Unknown,
}

variants!(Certainty: Observed, Likely, Possible, Unlikely, Unknown);

/// What an alert adds to its card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertInfo {
    /// 1–5, Decision 18/2021/QĐ-TTg, art. 4.
    pub level: u8,
    /// Index into `instance().hazards`.
    pub hazard: u8,
    pub msg_type: MsgType,
    pub urgency: Urgency,
    pub certainty: Certainty,
    /// Earlier alerts that this one updates or cancels.
    pub references: Vec<ItemId>,
}

fields!(AlertInfo { level, hazard, msg_type, urgency, certainty, references });

/// What an event adds to its card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventInfo {
    pub start: Time,
    pub end: Option<Time>,
    /// Address of an online meeting, `https` only.
    pub online: Option<String>,
}

fields!(EventInfo { start, end, online });

impl AlertInfo {
    pub fn encode(&self) -> Vec<u8> {
        to_bytes(self)
    }
}

impl EventInfo {
    pub fn encode(&self) -> Vec<u8> {
        to_bytes(self)
    }
}
