//! The counter of bytes, by day of Vietnam. Rows `{day}{kind}` in [`Keep::Usage`], only added to, so tabs never disagree.

use crate::row::decode_count;
use crate::store::{Keep, Store};
use domain::content::Time;
use domain::sorted::Map;
use domain::sync::StoreFault;
use domain::words::decimal;

/// What bytes were spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// On the wire for head, packs and items.
    Text,
    /// Images and recordings.
    Media,
    /// Bodies as the day's budget counts them; no traffic of its own.
    Budget,
}

impl Spent {
    fn letter(self) -> char {
        match self {
            Spent::Text => 't',
            Spent::Media => 'm',
            Spent::Budget => 'b',
        }
    }
}

/// Sums of one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    pub text: u64,
    pub media: u64,
    pub budget: u64,
}

impl Day {
    pub fn wire(&self) -> u64 {
        self.text + self.media
    }
}

/// Every day that was counted, by its number ([`Time::day`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage(pub Map<i64, Day>);

pub async fn add(store: &impl Store, now: Time, on: Spent, bytes: u64) -> Result<(), StoreFault> {
    if bytes == 0 {
        return Ok(());
    }
    let mut key = decimal(now.day());
    key.push(on.letter());
    store.add_keep(Keep::Usage, &key, bytes).await
}

pub async fn load(store: &impl Store) -> Result<Usage, StoreFault> {
    Ok(Usage::from_rows(&store.get_keep(Keep::Usage).await?))
}

impl Usage {
    pub fn from_rows(rows: &[(String, Vec<u8>)]) -> Usage {
        let mut usage = Usage::default();
        for (key, row) in rows {
            let Some((at, letter)) = key.char_indices().next_back() else { continue };
            let Ok(day) = key[..at].parse() else { continue };
            let sums = usage.0.entry(day);
            let count = decode_count(row);
            match letter {
                't' => sums.text += count,
                'm' => sums.media += count,
                'b' => sums.budget += count,
                _ => {}
            }
        }
        usage
    }

    pub fn today(&self, now: Time) -> Day {
        self.0.get(&now.day()).copied().unwrap_or_default()
    }

    /// Bytes on the wire in the calendar month of `now`.
    pub fn month(&self, now: Time) -> u64 {
        let today = now.day();
        let first = today - i64::from(now.civil().day) + 1;
        self.0.iter().filter(|(day, _)| (first..=today).contains(day)).map(|(_, day)| day.wire()).sum()
    }

    /// The last `count` days, today first, days without traffic included.
    pub fn days(&self, now: Time, count: i64) -> Vec<(i64, u64)> {
        (0..count).map(|back| now.day() - back).map(|day| (day, self.0.get(&day).map_or(0, Day::wire))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Memory;

    #[test]
    fn bytes_by_day_and_month() {
        pollster::block_on(async {
            let store = Memory::new();
            let now = Time::parse("2026-11-23T00:30:00+07:00").unwrap();
            let yesterday = now.plus(-3_600);
            let last_month = now.plus(-30 * 86_400);
            for (at, on, bytes) in [
                (now, Spent::Text, 1_000),
                (now, Spent::Text, 500),
                (now, Spent::Budget, 9_000),
                (yesterday, Spent::Media, 40_000),
                (last_month, Spent::Text, 7),
                (now, Spent::Media, 0),
            ] {
                add(&store, at, on, bytes).await.unwrap();
            }
            let usage = load(&store).await.unwrap();
            assert_eq!(usage.today(now), Day { text: 1_500, media: 0, budget: 9_000 });
            assert_eq!(usage.month(now), 41_500, "the month of the calendar, in Vietnam");
            assert_eq!(usage.days(now, 3).iter().map(|(_, n)| *n).collect::<Vec<_>>(), [1_500, 40_000, 0]);
        });
    }

    #[test]
    fn foreign_rows_count_nothing() {
        let rows = [("".to_owned(), vec![1]), ("x".to_owned(), vec![1; 8]), ("12z".to_owned(), vec![1; 8])];
        assert!(Usage::from_rows(&rows).0.iter().all(|(_, day)| *day == Day::default()));
    }
}
