//! What goes when the phone is full: pictures and recordings first, then the oldest texts. Alerts and what the reader
//! saved never go, nor does any card: the list stays whole.

use domain::content::{ItemId, Time};
use domain::sorted::Set;

/// An item whose text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub id: ItemId,
    pub issued: Time,
    pub bytes: u32,
    pub alert: bool,
}

/// Nearly full: less than this much room left says so to the reader: 20 MB, or a twentieth of what the browser grants.
pub fn nearly_full(used: u64, granted: u64) -> bool {
    granted > 0 && granted.saturating_sub(used) < (granted / 20).min(20_000_000)
}

/// The texts to delete so that at least `need` bytes become free, oldest first; as many as there are where that is not enough.
pub fn oldest(held: &[Candidate], saved: &Set<ItemId>, need: u64) -> Vec<ItemId> {
    let mut may_go: Vec<&Candidate> = held.iter().filter(|c| !c.alert && !saved.contains(&c.id)).collect();
    may_go.sort_unstable_by_key(|c| (c.issued, c.id));
    let mut freed = 0;
    let enough = may_go.iter().take_while(|c| {
        let go = freed < need;
        freed += u64::from(c.bytes);
        go
    });
    enough.map(|c| c.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_and_the_needed_stay() {
        let item = |n: u8, alert| Candidate { id: ItemId([n; 5]), issued: Time(i64::from(n)), bytes: 1_000, alert };
        let held = [item(5, false), item(1, true), item(2, false), item(3, false), item(4, false)];
        let saved = Set::from_iter([ItemId([2; 5])]);
        assert_eq!(oldest(&held, &saved, 1_500), [ItemId([3; 5]), ItemId([4; 5])]);
        assert_eq!(oldest(&held, &saved, 0), []);
        assert_eq!(oldest(&held, &saved, u64::MAX).len(), 3, "alerts and saved items stay whatever happens");
    }

    #[test]
    fn when_to_warn() {
        assert!(nearly_full(96, 100));
        assert!(!nearly_full(50, 100));
        assert!(!nearly_full(0, 0), "a browser that does not tell is not full");
        assert!(!nearly_full(900_000_000, 1_000_000_000));
        assert!(nearly_full(985_000_000, 1_000_000_000));
    }
}
