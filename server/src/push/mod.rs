//! Web Push, the sender's side: browsers [`subscribe`], an alert that is published becomes a job in the same transaction, the
//! [`lane`] takes it up and a [`run`] tells everyone whom [`domain::alert::call`] names, near ones first.
//!
//! What is promised: nobody is told twice what his push service has acknowledged and this server has written down, which it does
//! many times a second. What was under way when the process was killed goes again, under the same `Topic` and `tag`: one
//! replaces the other, in the service and on the phone. Newer word of a chain replaces what of it is still to be sent.

mod endpoint;
mod hosts;
mod lane;
mod outgoing;
mod payload;
mod post;
mod run;
mod seal;
mod subscribe;
pub mod vapid;

pub use lane::run;
pub use payload::Outgoing;
pub use subscribe::{answer, methods};

use crate::error::Error;
use crate::store::Store;
use crate::store::push::Fate;
use hosts::Hosts;
use post::Sender;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use vapid::Keys;

/// Subscriptions that are kept, at most: more than the area has phones.
pub const MAX_SUBSCRIPTIONS: u64 = 200_000;

pub struct Push {
    pub keys: Keys,
    sender: Sender,
    hosts: Arc<Hosts>,
    /// Admits push services on this machine, for tests.
    local: bool,
    pub counts: Counts,
}

/// What whoever runs the server may want to know; nothing in here tells people apart.
pub struct Counts {
    pub subscriptions: AtomicU64,
    accepted: AtomicU64,
    failed: AtomicU64,
    gone: AtomicU64,
    /// Seconds that the last push took from its beginning to its end; -1 before there was one.
    last: AtomicI64,
}

impl Push {
    /// `root` is the certificate of a push service on this machine, in tests.
    pub async fn open(data: &Path, origin: Option<&str>, root: Option<&[u8]>, store: &Store) -> Result<Push, Error> {
        let phones = store.subscriptions().await?;
        // Services hand a push only from the key that was subscribed to (RFC 8292, 4.2); [`Keys::load`] makes another one.
        if phones > 0 && !data.join(vapid::FILE).exists() {
            tracing::error!(
                phones,
                "vapid.key is missing: whoever subscribed with it hears of no alert before he has opened a page and his phone, which looks \
                 once a week, has found out; stop the server and put the file back from the copy (….vapid.key)"
            );
        }
        let counts = Counts {
            subscriptions: AtomicU64::new(phones),
            accepted: AtomicU64::default(),
            failed: AtomicU64::default(),
            gone: AtomicU64::default(),
            last: AtomicI64::new(store.last_push().await?.unwrap_or(-1)),
        };
        let (local, sender) = (root.is_some(), Sender::new(root.map(<[u8]>::to_vec)));
        Ok(Push { keys: Keys::load(data, origin)?, sender, hosts: Arc::default(), local, counts })
    }
}

impl Counts {
    fn settled(&self, fate: Fate) {
        let counter = match fate {
            Fate::Accepted => &self.accepted,
            Fate::Failed => &self.failed,
            Fate::Gone => {
                self.left();
                &self.gone
            }
            Fate::NotYet => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn left(&self) {
        let _ = self.subscriptions.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| Some(count.saturating_sub(1)));
    }

    /// Lines in Prometheus' text form, see [`crate::metrics`].
    pub fn print(&self) -> String {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let mut out = String::from("# TYPE bantin_push_subscriptions gauge\n");
        let _ = writeln!(out, "bantin_push_subscriptions {}", get(&self.subscriptions));
        out.push_str("# TYPE bantin_push_total counter\n");
        for (fate, counter) in [("accepted", &self.accepted), ("failed", &self.failed), ("gone", &self.gone)] {
            let _ = writeln!(out, "bantin_push_total{{fate=\"{fate}\"}} {}", get(counter));
        }
        let last = self.last.load(Ordering::Relaxed);
        if last >= 0 {
            let _ = writeln!(out, "# TYPE bantin_push_last_seconds gauge\nbantin_push_last_seconds {last}");
        }
        out
    }
}
