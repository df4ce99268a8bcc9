//! Dictionaries of RFC 9842: what a reader may have from before, found by its hash.

use crate::hot::Hot;
use axum::http::HeaderValue;
use bytes::Bytes;
use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

/// Answers remembered as dictionaries; the oldest go first.
const MAX: usize = 64;

#[derive(Default)]
pub struct Dictionaries {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    by_hash: HashMap<[u8; 32], (HeaderValue, Bytes)>,
    order: VecDeque<[u8; 32]>,
}

impl Dictionaries {
    /// Remembers an answer that told readers to keep it as a dictionary.
    pub fn add(&self, hot: &Hot) {
        let Some(group) = hot.group() else { return };
        let mut known = self.known.lock().unwrap_or_else(|e| e.into_inner());
        if known.by_hash.insert(hot.hash, (group.clone(), hot.plain().clone())).is_none() {
            known.order.push_back(hot.hash);
            if known.order.len() > MAX
                && let Some(oldest) = known.order.pop_front()
            {
                known.by_hash.remove(&oldest);
            }
        }
    }

    /// The content of this hash, if it belongs to the same group.
    pub fn find(&self, hash: &[u8; 32], group: &HeaderValue) -> Option<Bytes> {
        let known = self.known.lock().unwrap_or_else(|e| e.into_inner());
        known.by_hash.get(hash).filter(|(of, _)| of == group).map(|(_, plain)| plain.clone())
    }
}
