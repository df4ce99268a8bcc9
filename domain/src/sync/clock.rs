//! The phone's clock and how far it is to be believed.
//!
//! The instant that counts is the device's, but never before the newest time that a signature vouches for: a clock that
//! is behind makes nothing look younger than it is. A clock that is ahead cannot be told from a phone that was off for
//! long, until the server answers: then its head is at most a day old, since it is signed anew every midnight.

use crate::content::Time;

/// How a clock is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    /// Before what was signed already.
    Behind,
    /// After what the server says: alerts look ended that may still hold.
    Ahead,
}

/// A clock that is off by less disturbs nobody.
const SLACK: i64 = 3_600;
/// A head is signed at midnight at the latest; the rest is for one that was made just then and for the way here.
const HEAD: i64 = 86_400 + 6 * SLACK;

/// The instant that everything is judged by.
pub fn now(device: Time, floor: Option<Time>) -> Time {
    device.max(floor.unwrap_or_default())
}

/// What is wrong with the clock that says `device`. `floor` is the newest signed time, `checked` when the server last
/// answered, by the same clock.
pub fn off(device: Time, floor: Option<Time>, checked: Option<Time>) -> Option<Off> {
    let floor = floor?;
    if floor.since(device) > SLACK { Some(Off::Behind) } else { checked.filter(|at| at.since(floor) > HEAD).map(|_| Off::Ahead) }
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
        assert_eq!(off(SIGNED.plus(-YEARS), Some(SIGNED), None), Some(Off::Behind));
        assert_eq!(off(SIGNED.plus(-60), Some(SIGNED), None), None, "a minute disturbs nobody");
    }

    #[test]
    fn a_clock_that_is_ahead_shows_once_the_server_answers() {
        let ahead = SIGNED.plus(YEARS);
        assert_eq!(off(ahead, Some(SIGNED), None), None, "perhaps the phone was off for long");
        assert_eq!(off(ahead, Some(SIGNED), Some(ahead)), Some(Off::Ahead));
        assert_eq!(off(SIGNED.plus(86_000), Some(SIGNED), Some(SIGNED.plus(86_000))), None, "a quiet day");
        assert_eq!(off(ahead, None, None), None);
    }

    #[test]
    fn a_clock_that_is_set_right_is_right_again() {
        let (wrong, right) = (SIGNED.plus(-YEARS), SIGNED.plus(120));
        assert_eq!(off(wrong, Some(SIGNED), Some(now(wrong, Some(SIGNED)))), Some(Off::Behind));
        assert_eq!(off(right, Some(SIGNED), Some(SIGNED)), None);
    }
}
