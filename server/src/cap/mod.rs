//! CAP, the standard of alerts, at the border of this server: read from XML and written to it, taken in as items and sent
//! out as messages. What the standard says of a message is in [`domain::alert::cap`].

pub mod check;
pub mod inward;
mod outline;
pub mod outward;
pub mod read;
mod terms;
pub mod write;
