//! What a push carries: limits and dictionary that server and phones share. The text around it is JSON, made by the server
//! and read by the worker (`public/sw-push.js`).

/// Largest payload before it is encrypted, in bytes. RFC 8291 adds 103; push services take 4,096 (RFC 8030, §7.2).
pub const MAX: usize = 3_800;

/// Sentences that alerts are made of. What a phone of a later release unpacks was packed by an earlier server: these bytes
/// never change; another dictionary gets another field.
pub const DICTIONARY: &[u8] = include_bytes!("../../dictionary/alerts.bin");

/// Largest item once it is unpacked, in bytes.
pub const MAX_ITEM: usize = 64 << 10;
