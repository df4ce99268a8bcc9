//! What the program writes down while it runs: one JSON object a line, with its time in UTC. What others typed stands inside a
//! string, so nobody begins a line of his own.

use std::sync::atomic::{AtomicU64, Ordering};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

static ERRORS: AtomicU64 = AtomicU64::new(0);

/// Lines of the level ERROR that this process has written: each failure is logged once, where it is handled.
pub fn errors() -> u64 {
    ERRORS.load(Ordering::Relaxed)
}

struct Counted;

impl<S: Subscriber> Layer<S> for Counted {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == Level::ERROR {
            ERRORS.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The one form of the log, into any writer.
pub fn to<W>(writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt().json().with_writer(writer).with_max_level(Level::INFO).finish().with(Counted)
}
