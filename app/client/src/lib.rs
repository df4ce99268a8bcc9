//! The reader's side of Bản Tin without a browser: what is stored and how, the runner that drives
//! [`domain::sync::Session`], the reader's settings and the counter of bytes. Compiles natively and for wasm, so
//! that every rule here is tested without a phone; `app/src/device` implements [`Store`] and [`Net`] on a real one.

pub mod contract;
pub mod item;
pub mod memory;
pub mod net;
pub mod push;
pub mod quota;
pub mod row;
pub mod runner;
pub mod saved;
pub mod settings;
pub mod store;
pub mod usage;
pub mod zstd;

pub use net::{Net, Reply};
pub use runner::{Breath, Report, sync};
pub use saved::Saved;
pub use settings::{Mode, Settings, Theme};
pub use store::{Keep, Loaded, Rows, Start, Store, Used};
pub use usage::Usage;
