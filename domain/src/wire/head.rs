//! The head: the one small thing a phone asks for to learn whether anything is new. At most 300 bytes sealed.

use super::{Envelope, PackKind, Refused, Seq};
use crate::content::{Ext, Time, from_bytes, to_bytes};
use crate::read::fields;
use crate::sign::{Issuer, Trust};
use serde::{Deserialize, Serialize};

/// The pack of alerts that matter now, named by its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertsRef {
    /// First 16 bytes of the SHA-256 of the sealed pack.
    #[serde(with = "crate::raw")]
    pub hash: [u8; 16],
    /// Of the sealed pack, uncompressed.
    pub bytes: u32,
}

fields!(AlertsRef { hash, bytes });

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Another epoch means another log (a server restored from a backup): phones start over.
    pub epoch: u64,
    /// Last position of the log.
    pub seq: Seq,
    /// Phones that start anew start here; what lies before is too old to be worth their data.
    pub floor: Seq,
    /// When this head was made; rises at least with every publication.
    pub issued: Time,
    /// `None` when no alert is in force or recently ended.
    pub alerts: Option<AlertsRef>,
    /// Version of the trust list.
    pub trust: u32,
    /// The release of the app that the server offers: first 8 bytes of the hash of its file list.
    #[serde(with = "crate::raw")]
    pub app: [u8; 8],
    pub ext: Vec<Ext>,
}

fields!(Head { epoch, seq, floor, issued, alerts, trust, app, ext });

impl Head {
    pub const MAX_BYTES: usize = 300;

    pub fn seal(&self, issuer: &Issuer) -> Vec<u8> {
        Envelope::seal(PackKind::Head, self.epoch, 0, self.seq, &to_bytes(self), issuer)
    }

    /// Opens and checks a sealed head.
    pub fn open(bytes: &[u8], trust: &Trust) -> Result<Head, Refused> {
        let envelope = Envelope::open(PackKind::Head, bytes, trust)?;
        let head: Head = from_bytes(envelope.payload).map_err(|_| Refused::NewerFormat)?;
        if head.epoch == envelope.epoch && head.seq == envelope.to && head.floor <= head.seq {
            Ok(head)
        } else {
            Err(Refused::Mismatch)
        }
    }
}
