//! `Retry-After`: how long a server wants to be left alone.

use domain::content::Time;

/// Longest that one server's word is taken for.
const MAX: i64 = 7 * 86_400;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A number of seconds, or a date of HTTP; `None` where it says neither.
pub fn seconds(text: &str, now: Time) -> Option<i64> {
    let wait = text.parse::<u32>().map(i64::from).ok().or_else(|| Some(date(text)?.since(now)))?;
    Some(wait.clamp(0, MAX))
}

/// `Mon, 23 Nov 2026 05:00:00 GMT`.
fn date(text: &str) -> Option<Time> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [_, day, month, year, clock, "GMT"] = parts[..] else { return None };
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    Time::parse(&format!("{year}-{month:02}-{day}T{clock}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_say_later() {
        let now = Time::parse("2026-11-23T04:00:00Z").unwrap();
        assert_eq!(seconds("120", now), Some(120));
        assert_eq!(seconds("Mon, 23 Nov 2026 05:00:00 GMT", now), Some(3_600));
        assert_eq!(seconds("Mon, 23 Nov 2020 05:00:00 GMT", now), Some(0), "a date that is over asks for nothing");
        assert_eq!(seconds("4000000000", now), Some(MAX));
        for text in ["", "soon", "-5", "Mon, 23 Xyz 2026 05:00:00 GMT", "23 Nov 2026"] {
            assert_eq!(seconds(text, now), None, "{text}");
        }
    }
}
