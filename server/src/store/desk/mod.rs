//! What the desk keeps: people, works and their history. One use case is one transaction of [`super::Tx`].

mod audit;
mod cap;
pub(super) mod job;
mod link;
mod list;
mod notice;
mod opens;
mod passkey;
mod people;
mod session;
mod source;
pub(super) mod upload;
mod work;

pub use audit::{Done, Line, Note};
pub use cap::CapMessage;
pub use job::{ALERTS_REST, Job, JobKind, Lane};
pub use link::Link;
pub(super) use list::fill_lists;
pub use list::{List, Listed};
pub use notice::Notice;
pub use passkey::PasskeyRow;
pub use people::{Account, Person};
pub use session::{Invitation, SessionRow};
pub use source::{EntryKey, Source};
pub use upload::{Sort, Upload};
pub use work::{Version, Work, hash_of};

use crate::error::Error;
use domain::content::PlaceCode;
use domain::editorial::{Grant, Role};

/// Roles as text, one a line: name, place, topics in hex.
pub fn print_grants(grants: &[Grant]) -> String {
    let line = |grant: &Grant| {
        let topics: String = grant.topics.iter().map(|topic| format!("{topic:02x}")).collect();
        format!("{} {} {topics}", grant.role.name(), grant.place.0)
    };
    grants.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Roles as they are written down.
///
/// # Errors
/// [`Error::Damaged`] where they are not.
pub fn read_grants(text: &str) -> Result<Vec<Grant>, Error> {
    let read = |line: &str| {
        let mut parts = line.split(' ');
        let (role, place, topics) = (parts.next()?, parts.next()?, parts.next().unwrap_or_default());
        let topics = (0..topics.len() / 2)
            .map(|at| u8::from_str_radix(topics.get(at * 2..at * 2 + 2)?, 16).ok())
            .collect::<Option<_>>()?;
        Some(Grant { role: Role::from_name(role)?, place: PlaceCode(place.parse().ok()?), topics })
    };
    text.lines().map(|line| read(line).ok_or_else(|| Error::Damaged(format!("roles {line}")))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_survive_their_text() {
        let grant = |role, place, topics: &[u8]| Grant { role, place: PlaceCode(place), topics: topics.to_vec() };
        let all = vec![grant(Role::Author, 46, &[]), grant(Role::AlertOfficer, 20044, &[0, 9])];
        assert_eq!(read_grants(&print_grants(&all)).unwrap(), all);
        assert!(read_grants("king 46").is_err());
    }
}
