//! The only place that reads the server's clock and draws random bytes.

use domain::content::Time;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the time comes from; tests bring their own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Time + Send + Sync>);

impl Clock {
    pub fn new(now: impl Fn() -> Time + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(now))
    }

    pub fn now(&self) -> Time {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::new(|| Time(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() as i64)))
    }
}

/// What lies further ahead than this, in seconds, was written by a clock that was wrong.
pub const AHEAD: i64 = 300;

/// Whether what began at `from` is within its `life`, in seconds. What lies ahead is over: else it would last until a time that
/// a wrong clock told comes round.
pub fn lasts(from: Time, now: Time, life: i64) -> bool {
    (-AHEAD..life).contains(&now.since(from))
}

/// Bytes from the operating system, which does not run out of them.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_clock_told_that_was_ahead_is_over() {
        let (noon, hour) = (Time(1_795_410_000), 3_600);
        for (from, is) in [(0, true), (-hour + 1, true), (-hour, false), (AHEAD, true), (AHEAD + 1, false), (365 * 86_400, false)]
        {
            assert_eq!(lasts(noon.plus(from), noon, hour), is, "{from}");
        }
    }
}
