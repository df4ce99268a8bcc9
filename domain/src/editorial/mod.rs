//! How content comes to be: who may do what, the stages of an item, what an author types, and what is said to him about it.
//!
//! Nothing of it runs on readers' phones. The server's desk is built on it: a [`Manuscript`] goes through [`transition`]
//! under [`allowed`], and [`Manuscript::compile`] makes of it what is published.

mod advice;
mod compile;
mod holes;
mod manuscript;
pub mod markup;
mod rights;
mod stage;
mod taken;
mod translation;
mod warning;

pub use crate::alert::prefix;
pub use advice::{Advice, Official, advise, officialese, reading};
pub use holes::{HOLES, Holes};
pub use manuscript::{Compiled, Finding, Manuscript, Script, read_time};
pub use rights::{Grant, Reach, Role, Scope, allowed, reach, sees};
pub use stage::{Action, Deed, Hash, Refusal, Stage, State, credit, transition};
pub use taken::{Taken, taken};
pub use warning::{MAX_ACTIONS, MAX_LIFE, Warning, places_named};

#[cfg(test)]
mod alert_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod writing_tests;
