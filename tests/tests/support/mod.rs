//! The world of the sync simulator: a server, a phone's store, the runner between them, and the dice.

mod cases;
pub mod dice;
pub mod phone;
pub mod pool;
pub mod runner;
pub mod server;
