//! How fast each push service may be asked: a window of messages under way that opens while it answers well and closes
//! when it does not, a pause where it asks for one, and a pace for all of them together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Messages under way to one service: at first, and at most.
const FIRST: f64 = 4.0;
const WIDEST: f64 = 200.0;
/// Messages a second to all services together: phones wake in this order and come back to read, so it must not be faster
/// than readers can be served.
const PACE: u32 = 1_000;
/// So much of a slow moment is made up for.
const SLACK: Duration = Duration::from_millis(100);
/// So many troubles in a row happen to any service.
const TOLERATED: u32 = 2;
/// One that fails again and again is left alone for longer and longer, in seconds.
const REST: u64 = 5;
const MAX_REST: u64 = 300;
/// Longest that a service's word is taken for.
const MAX_ASKED: i64 = 3_600;
/// Services that are remembered.
const MAX_HOSTS: usize = 1_000;

#[derive(Default)]
pub struct Hosts {
    hosts: Mutex<HashMap<String, Host>>,
    /// Told whenever a message is no longer under way.
    freed: Notify,
    next: Mutex<Option<Instant>>,
}

struct Host {
    window: f64,
    under_way: usize,
    /// Doubles its window; ends with the first trouble.
    fast: bool,
    /// Troubles in a row.
    sick: u32,
    rest: Option<Instant>,
}

impl Default for Host {
    fn default() -> Host {
        Host { window: FIRST, under_way: 0, fast: true, sick: 0, rest: None }
    }
}

/// Whether something may be sent now.
pub enum Turn {
    Go(Pass),
    /// As much is under way as the service takes well; soon there is room.
    Full,
    /// Not before then.
    Later(Instant),
}

/// One message under way; over when this goes.
pub struct Pass {
    hosts: Arc<Hosts>,
    host: String,
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some(host) = self.hosts.lock().get_mut(&self.host) {
            host.under_way = host.under_way.saturating_sub(1);
        }
        self.hosts.freed.notify_waiters();
    }
}

impl Pass {
    /// The service answered well.
    pub fn well(&self) {
        if let Some(host) = self.hosts.lock().get_mut(&self.host) {
            let more = if host.fast { 1.0 } else { 1.0 / host.window };
            host.window = (host.window + more).min(WIDEST);
            (host.sick, host.rest) = (0, None);
        }
    }

    /// It answered badly, or not at all. `asked` are the seconds that it wants to be left alone.
    pub fn badly(&self, asked: Option<i64>) {
        if let Some(host) = self.hosts.lock().get_mut(&self.host) {
            let now = Instant::now();
            host.fast = false;
            let resting = host.rest.is_some_and(|until| until > now);
            // What comes back while it rests was sent before: one trouble, not many.
            if !resting {
                host.window = (host.window / 2.0).max(1.0);
                host.sick += 1;
            }
            let own = host.sick.checked_sub(TOLERATED + 1).map_or(0, |more| (REST << more.min(6)).min(MAX_REST));
            let wait = asked.map_or(own, |asked| asked.clamp(1, MAX_ASKED).unsigned_abs());
            let until = now + Duration::from_secs(wait);
            if wait > 0 && host.rest.is_none_or(|rest| rest < until) && (!resting || asked.is_some()) {
                host.rest = Some(until);
            }
        }
    }
}

impl Hosts {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.hosts.lock().unwrap_or_else(|e| e.into_inner())
    }

    pub fn turn(self: &Arc<Hosts>, name: &str) -> Turn {
        let now = Instant::now();
        let mut hosts = self.lock();
        if hosts.len() >= MAX_HOSTS && !hosts.contains_key(name) {
            hosts.retain(|_, host| host.under_way > 0 || host.rest.is_some_and(|until| until > now));
        }
        let host = hosts.entry(name.to_owned()).or_default();
        if let Some(until) = host.rest.filter(|until| *until > now) {
            return Turn::Later(until);
        }
        if host.under_way >= host.window as usize {
            // Nobody else waits for a service that does not answer.
            return if host.sick > TOLERATED { Turn::Later(now + Duration::from_secs(1)) } else { Turn::Full };
        }
        host.under_way += 1;
        Turn::Go(Pass { hosts: self.clone(), host: name.to_owned() })
    }

    /// Until when a service is not to be asked.
    pub fn resting(&self, name: &str) -> Option<Instant> {
        self.lock().get(name)?.rest.filter(|until| *until > Instant::now())
    }

    /// Until something is no longer under way, or for a moment.
    pub async fn room(&self) {
        let _ = tokio::time::timeout(Duration::from_millis(50), self.freed.notified()).await;
    }

    /// Waits so long that [`PACE`] holds.
    pub async fn pace(&self) {
        let at = {
            let mut next = self.next.lock().unwrap_or_else(|e| e.into_inner());
            let earliest = Instant::now().checked_sub(SLACK);
            let at = (*next).max(earliest).unwrap_or_else(Instant::now);
            *next = Some(at + Duration::from_secs(1) / PACE);
            at
        };
        // The timer counts in milliseconds.
        if at > Instant::now() + Duration::from_millis(1) {
            tokio::time::sleep_until(at).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(hosts: &Arc<Hosts>, host: &str) -> Vec<Pass> {
        let mut all = Vec::new();
        while let Turn::Go(pass) = hosts.turn(host) {
            all.push(pass);
        }
        all
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_opens_with_good_answers_and_halves_with_bad_ones() {
        let hosts = Arc::new(Hosts::default());
        let first = passes(&hosts, "a");
        assert_eq!(first.len(), FIRST as usize);
        first.iter().for_each(Pass::well);
        drop(first);
        assert_eq!(passes(&hosts, "a").len(), 2 * FIRST as usize);
        for _ in 0..10 {
            passes(&hosts, "a").iter().for_each(Pass::well);
        }
        let all = passes(&hosts, "a");
        assert_eq!(all.len(), WIDEST as usize);
        all[0].badly(None);
        drop(all);
        assert_eq!(passes(&hosts, "a").len(), WIDEST as usize / 2);
        assert_eq!(passes(&hosts, "b").len(), FIRST as usize, "each service for itself");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_for_a_pause_gets_it_and_holds_up_nobody_else() {
        let hosts = Arc::new(Hosts::default());
        let all = passes(&hosts, "a");
        all.iter().for_each(|pass| pass.badly(Some(30)));
        drop(all);
        let Turn::Later(until) = hosts.turn("a") else { panic!("it asked for a pause") };
        assert_eq!(until, Instant::now() + Duration::from_secs(30));
        assert!(matches!(hosts.turn("b"), Turn::Go(_)));
        tokio::time::advance(Duration::from_secs(31)).await;
        assert_eq!(passes(&hosts, "a").len(), FIRST as usize / 2, "one trouble, however many answers told of it");
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_is_down_is_asked_less_and_less() {
        let hosts = Arc::new(Hosts::default());
        let began = Instant::now();
        let mut asked = 0;
        while began.elapsed() < Duration::from_secs(3_600) {
            match hosts.turn("a") {
                Turn::Go(pass) => {
                    pass.badly(None);
                    asked += 1;
                }
                Turn::Later(until) => tokio::time::sleep_until(until).await,
                Turn::Full => panic!("nothing is under way"),
            }
        }
        assert!((10..30).contains(&asked), "{asked} times in an hour");
    }

    #[tokio::test(start_paused = true)]
    async fn all_together_keep_a_pace() {
        let hosts = Hosts::default();
        let began = Instant::now();
        for _ in 0..2 * PACE {
            hosts.pace().await;
        }
        let took = began.elapsed().as_secs_f64();
        assert!((1.8..2.2).contains(&took), "{took} s");
    }
}
