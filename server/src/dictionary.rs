//! Dictionaries of RFC 9842: what a reader may have from before, found by its hash.

use crate::hot::Hot;
use axum::http::HeaderValue;
use bytes::Bytes;
use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

/// Answers of one group that are remembered as dictionaries; the oldest go first.
const MAX: usize = 32;

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
        let Known { by_hash, order } = &mut *known;
        if by_hash.insert(hot.hash, (group.clone(), hot.plain().clone())).is_none() {
            order.push_back(hot.hash);
            // Packs, of which new ones come every day, do not drive out the program of a release.
            let same = |hash: &[u8; 32]| by_hash.get(hash).is_some_and(|(of, _)| of == group);
            if order.iter().filter(|hash| same(hash)).count() > MAX
                && let Some(oldest) = order.iter().position(same)
                && let Some(oldest) = order.remove(oldest)
            {
                by_hash.remove(&oldest);
            }
        }
    }

    /// The content of this hash, if it belongs to the same group.
    pub fn find(&self, hash: &[u8; 32], group: &HeaderValue) -> Option<Bytes> {
        let known = self.known.lock().unwrap_or_else(|e| e.into_inner());
        known.by_hash.get(hash).filter(|(of, _)| of == group).map(|(_, plain)| plain.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_packs_do_not_drive_out_the_program() {
        let known = Dictionaries::default();
        let hot = |group, text: String| Hot::new("x/y", "", text).dictionary(group);
        let program = hot("app", "program".into());
        known.add(&program);
        let packs: Vec<Hot> = (0..100).map(|n| hot("packs", format!("pack {n}"))).collect();
        packs.iter().for_each(|pack| known.add(pack));
        let held = |hot: &Hot| known.find(&hot.hash, hot.group().unwrap()).is_some();
        assert!(held(&program));
        assert_eq!(packs.iter().map(held).collect::<Vec<_>>(), (0..100).map(|n| n >= 100 - MAX).collect::<Vec<_>>());
        assert!(known.find(&program.hash, packs[0].group().unwrap()).is_none(), "of another group");
    }
}
