//! What the program writes down while it runs: one JSON object a line, with its time in UTC. What others typed stands inside a
//! string, so nobody begins a line of his own.

use tracing::{Level, Subscriber};
use tracing_subscriber::fmt::MakeWriter;

/// The one form of the log, into any writer.
pub fn to<W>(writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt().json().with_writer(writer).with_max_level(Level::INFO).finish()
}
