//! The phone's clock and how far it is to be believed.
//!
//! The instant that counts is the device's, but never before the time that the newest signature vouches for: a clock that
//! is behind makes nothing look younger than it is. A clock that is ahead cannot be told from a phone that was off for
//! long, until the server answers: from then on it is read as the server's.

use crate::content::Time;

/// A clock that is off by less than this, in seconds, disturbs nobody; an answer may be on its way for as long.
pub const SLACK: i64 = 300;

/// The instant that everything is judged by.
pub fn now(device: Time, floor: Option<Time>) -> Time {
    device.max(floor.unwrap_or_default())
}

/// Whether the clock that says `device` is behind the newest signed time, `floor`, by so much that it matters.
pub fn behind(device: Time, floor: Option<Time>) -> bool {
    floor.is_some_and(|floor| floor.since(device) > 12 * SLACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: Time = Time(1_795_431_900);
    const YEARS: i64 = 2 * 365 * 86_400;

    #[test]
    fn a_clock_that_is_behind_makes_nothing_young() {
        assert_eq!(now(SIGNED.plus(-YEARS), Some(SIGNED)), SIGNED);
        assert_eq!(now(SIGNED.plus(60), Some(SIGNED)), SIGNED.plus(60));
        assert_eq!(now(SIGNED, None), SIGNED);
        assert!(behind(SIGNED.plus(-YEARS), Some(SIGNED)) && behind(SIGNED.plus(-4_000), Some(SIGNED)));
        assert!(!behind(SIGNED.plus(-3_000), Some(SIGNED)), "less than an hour disturbs nobody");
        assert!(!behind(SIGNED.plus(YEARS), Some(SIGNED)) && !behind(SIGNED, None));
    }
    #[test]
    fn a_clock_that_is_set_right_is_right_again() {
        let (wrong, right) = (SIGNED.plus(-YEARS), SIGNED.plus(120));
        assert_eq!((behind(wrong, Some(SIGNED)), now(wrong, Some(SIGNED))), (true, SIGNED));
        assert_eq!((behind(right, Some(SIGNED)), now(right, Some(SIGNED))), (false, right));
    }
}
