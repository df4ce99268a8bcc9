//! How long to wait after a session that failed: jitter, so that a province that lost its network does not come back
//! in one second.

/// First upper bound, in seconds.
const FIRST: u32 = 5;
/// Each bound is so many times the one before: with the half that is always waited, six tries at most in ten minutes.
const GROWTH: u32 = 3;
/// No wait is drawn from more than this: 15 minutes.
const MOST: u32 = 15 * 60;
/// A `Retry-After` beyond this is taken as this, lest one bad answer silence a phone: a day.
const LONGEST_ASKED: u32 = 86_400;

/// Seconds to wait before the next try. `attempt` counts failures in a row from 0, `retry_after` is what the server
/// asked for, `random` any number.
///
/// Half of each bound is waited surely and the rest is drawn: a draw from the whole could be 0 many times in a row.
/// What the server asked for is a minimum; a full draw comes on top, so that those it turned away do not return together.
pub fn delay(attempt: u32, retry_after: Option<u32>, random: u32) -> u32 {
    let bound = FIRST.saturating_mul(GROWTH.saturating_pow(attempt)).min(MOST);
    match retry_after {
        Some(asked) => asked.min(LONGEST_ASKED) + random % (bound + 1),
        None => bound / 2 + random % (bound - bound / 2 + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn waits_stay_in_their_bounds(attempt: u32, random: u32, asked in proptest::option::of(0u32..=86_400)) {
            let wait = delay(attempt, asked, random);
            prop_assert!(wait >= asked.unwrap_or(2));
            prop_assert!(wait <= asked.unwrap_or(0) + MOST);
        }

        #[test]
        fn six_tries_at_most_in_ten_minutes(draws in proptest::collection::vec(any::<u32>(), 20)) {
            let mut clock = 0;
            let mut tries = 0;
            for (attempt, random) in draws.into_iter().enumerate() {
                tries += usize::from(clock < 600);
                clock += delay(attempt as u32, None, random);
            }
            prop_assert!(tries <= 6, "{tries} tries");
        }
    }

    #[test]
    fn the_draw_spreads_phones_over_the_whole_wait() {
        let waits: std::collections::BTreeSet<u32> = (0..10_000).map(|n| delay(9, Some(60), n)).collect();
        assert_eq!((waits.first(), waits.last()), (Some(&60), Some(&960)));
        assert_eq!(waits.len(), 901);
        assert_eq!(delay(0, Some(u32::MAX), 0), LONGEST_ASKED);
    }
}
