//! Instants and the civil calendar of Vietnam (UTC+7 all year, no daylight saving).

use crate::read::fields;
use core::ops::RangeInclusive;
use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Time(pub i64);

fields!(Time);

/// A date and time of day as a clock in Vietnam shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    pub year: i64,
    /// 1–12.
    pub month: u8,
    /// 1–31.
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    /// 0 is Monday.
    pub weekday: u8,
}

/// Asia/Ho_Chi_Minh.
const OFFSET: i64 = 7 * 3600;

impl Time {
    /// Years that [`Time::parse`] takes: beside them some zone, calendar or format would need a sign or a fifth digit.
    pub const YEARS: RangeInclusive<i64> = 1970..=9998;

    pub fn plus(self, seconds: i64) -> Time {
        Time(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to `self`; negative if `self` comes first.
    pub fn since(self, earlier: Time) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Days from civil and back follow the well-known 400-year-era arithmetic of the proleptic Gregorian calendar.
    pub fn civil(self) -> Civil {
        let local = self.0.saturating_add(OFFSET);
        let days = local.div_euclid(86_400);
        let second_of_day = local.rem_euclid(86_400);
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        Civil {
            year: yoe + era * 400 + i64::from(month <= 2),
            month: month as u8,
            day: (doy - (153 * mp + 2) / 5 + 1) as u8,
            hour: (second_of_day / 3600) as u8,
            minute: (second_of_day / 60 % 60) as u8,
            second: (second_of_day % 60) as u8,
            weekday: (days + 3).rem_euclid(7) as u8,
        }
    }

    /// Number of the day in Vietnam; two instants with the same number are on the same date there.
    pub fn day(self) -> i64 {
        self.0.saturating_add(OFFSET).div_euclid(86_400)
    }

    /// RFC 3339 with Vietnam's offset: `2026-11-23T18:05:00+07:00`.
    pub fn rfc3339(self) -> String {
        let c = self.civil();
        format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+07:00", c.year, c.month, c.day, c.hour, c.minute, c.second)
    }

    /// Reads RFC 3339 (`2026-11-23T18:05:00+07:00` or `…Z`); a plain date means its midnight in Vietnam.
    /// `None` for anything else, years outside [`Time::YEARS`] among it.
    pub fn parse(text: &str) -> Option<Time> {
        let bytes = text.as_bytes();
        if !text.is_ascii() || bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: core::ops::Range<usize>| -> Option<i64> {
            let part = text.get(range)?;
            if part.bytes().all(|b| b.is_ascii_digit()) { part.parse().ok() } else { None }
        };
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        if !Time::YEARS.contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let mp = (month + 9) % 12;
        let doy = (153 * mp + 2) / 5 + day - 1;
        let days = era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468;
        let midnight = days * 86_400;
        if Time(midnight - OFFSET).civil().day != day as u8 {
            return None;
        }
        if bytes.len() == 10 {
            return Some(Time(midnight - OFFSET));
        }
        if bytes.len() < 19 || !bytes[10].eq_ignore_ascii_case(&b'T') || bytes[13] != b':' || bytes[16] != b':' {
            return None;
        }
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let mut rest = &text[19..];
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        }
        let offset = match rest.as_bytes() {
            b"Z" | b"z" => 0,
            [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
                let end = bytes.len();
                let (hours, minutes) = (number(end - 5..end - 3)?, number(end - 2..end)?);
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let value = hours * 3600 + minutes * 60;
                if *sign == b'-' { -value } else { value }
            }
            _ => return None,
        };
        Some(Time(midnight + hour * 3600 + minute * 60 + second - offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_instants() {
        let t = Time::parse("2026-11-23T18:05:09+07:00").unwrap();
        assert_eq!(t, Time(1_795_431_909));
        let c = t.civil();
        assert_eq!((c.year, c.month, c.day, c.hour, c.minute, c.second, c.weekday), (2026, 11, 23, 18, 5, 9, 0));
        assert_eq!(Time::parse("2026-11-23T11:05:09Z"), Some(t));
        assert_eq!(Time::parse("2026-11-23T11:05:09.25Z"), Some(t));
        assert_eq!(Time::parse("1970-01-01T00:00:00Z"), Some(Time(0)));
        assert_eq!(Time::parse("1970-01-01").unwrap().civil().hour, 0);
        assert_eq!(Time::parse("9998-12-31T23:59:59+07:00").unwrap().civil().year, 9998);
        assert_eq!(Time::parse("1970-01-01T23:59:00+23:59"), Some(Time(0)));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-30",
            "2026-11-23T25:00:00Z",
            "2026-11-23 10:00:00Z",
            "2026-11-23T10:00:00",
            "２０２６-11-23",
            "1969-12-31",
            "0000-01-01T00:00:00+14:00",
            "9999-01-01",
            "9999-12-31T23:59:59Z",
            "2026-11-23T10:00:00+24:00",
            "2026-11-23T10:00:00-07:60",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_round_trip(seconds in 0i64..4_102_444_800) {
            prop_assert_eq!(Time::parse(&Time(seconds).rfc3339()), Some(Time(seconds)));
        }
    }
}
