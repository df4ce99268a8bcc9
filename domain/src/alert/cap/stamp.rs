//! Points in time as CAP writes them: always with the offset of the place that sent them.

use crate::content::Time;
use core::fmt;

/// `2002-05-24T16:49:00-07:00`. UTC is written `-00:00`; the letter `Z` is forbidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    pub at: Time,
    /// Minutes east of Greenwich.
    pub offset: i16,
}

/// What XML Schema allows of an offset, in minutes.
const MAX_OFFSET: i16 = 14 * 60;
/// Vietnam's, in minutes.
const VIETNAM: i16 = 7 * 60;

impl Stamp {
    /// An instant as a clock in Vietnam shows it.
    pub fn here(at: Time) -> Stamp {
        Stamp { at, offset: VIETNAM }
    }

    /// Reads one exactly as the schema of CAP 1.2 has it.
    pub fn strict(text: &str) -> Option<Stamp> {
        if text.len() == 25 { Stamp::lenient(text) } else { None }
    }

    /// Also takes what senders of older releases put there: `Z`, and parts of seconds, which are cut off.
    pub fn lenient(text: &str) -> Option<Stamp> {
        let bytes = text.as_bytes();
        // A minute of 61 seconds is none in XML Schema.
        if bytes.len() < 20 || bytes.get(17) == Some(&b'6') {
            return None;
        }
        let at = Time::parse(text)?;
        if bytes.ends_with(b"Z") {
            return Some(Stamp { at, offset: 0 });
        }
        let tail = text.get(text.len() - 6..)?;
        let (hours, minutes): (i16, i16) = (tail.get(1..3)?.parse().ok()?, tail.get(4..6)?.parse().ok()?);
        let size = hours * 60 + minutes;
        if minutes > 59 || size > MAX_OFFSET {
            return None;
        }
        Some(Stamp { at, offset: if tail.starts_with('-') { -size } else { size } })
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = self.at.plus(i64::from(self.offset - VIETNAM) * 60).civil();
        let sign = if self.offset > 0 { '+' } else { '-' };
        let size = self.offset.unsigned_abs();
        write!(f, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second)?;
        write!(f, "{sign}{:02}:{:02}", size / 60, size % 60)
    }
}
