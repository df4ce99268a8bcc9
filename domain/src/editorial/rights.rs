//! Who may do what, where: one table of roles and actions, and grants that bind a role to places and topics. What the
//! table does not name is refused.

use super::Action;
use crate::content::PlaceCode;
use crate::instance::{Place, instance};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Author,
    Approver,
    AlertOfficer,
    /// Người có uy tín.
    Figure,
    Reporter,
    Administrator,
}

impl Role {
    pub const ALL: [Role; 6] =
        [Role::Author, Role::Approver, Role::AlertOfficer, Role::Figure, Role::Reporter, Role::Administrator];

    /// Name in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Role::Author => "author",
            Role::Approver => "approver",
            Role::AlertOfficer => "alert-officer",
            Role::Figure => "figure",
            Role::Reporter => "reporter",
            Role::Administrator => "administrator",
        }
    }

    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether the table gives it nothing to do.
    pub fn is_idle(self) -> bool {
        self.may(false).is_empty() && self.may(true).is_empty()
    }

    /// The table. What is an alert is for alert officers alone: whoever writes and judges news does not ring phones.
    fn may(self, alert: bool) -> &'static [Action] {
        use Action::*;
        match self {
            // A live alert is never corrected or withdrawn: it is updated or cancelled, so that nobody misses why it went.
            Role::AlertOfficer if alert => &[Read, Write, Submit, TakeBack, SendBack, Approve, Publish, Update, Cancel, Archive],
            Role::Author | Role::Approver if alert => &[],
            Role::Author => &[Read, Write, Bring, Submit, TakeBack, Review, Correct, Drop, Archive, Reopen],
            Role::Approver => &[
                Read, Write, Bring, Submit, TakeBack, SendBack, Approve, Publish, Schedule, Unschedule, Review, Correct, Drop,
                Withdraw, Archive, Reopen,
            ],
            Role::Administrator => &[Read, ManagePeople, ReadAudit, ManageJobs],
            // Figures and reporters have nothing to do at the desk.
            Role::AlertOfficer | Role::Figure | Role::Reporter => &[],
        }
    }
}

/// A role, given to a person for a place and all below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub role: Role,
    pub place: PlaceCode,
    /// Indices of topics; empty means all of them.
    pub topics: Vec<u8>,
}

impl Grant {
    /// Whether it gives what its name says: people, the audit and jobs are the whole area's, so that an administrator of a
    /// part of it could do nothing.
    pub fn holds(&self) -> bool {
        self.role != Role::Administrator || (self.covers_all() && self.topics.is_empty())
    }

    fn covers_place(&self, place: PlaceCode) -> bool {
        self.place == place || instance().place(place).is_some_and(|at| at.parent == Some(self.place.0))
    }

    /// For everyone: the whole area.
    fn covers_all(&self) -> bool {
        instance().place(self.place).is_some_and(Place::is_whole)
    }

    fn covers_topics(&self, topics: &[u8]) -> bool {
        self.topics.is_empty() || (!topics.is_empty() && topics.iter().all(|topic| self.topics.contains(topic)))
    }
}

/// What an object is and whom it is for: places (none = everyone) and topics.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub places: &'a [PlaceCode],
    pub topics: &'a [u8],
    /// It is an alert.
    pub alert: bool,
}

impl Scope<'_> {
    /// What concerns the whole area.
    pub const ALL: Scope<'static> = Scope { places: &[], topics: &[], alert: false };
}

/// What one grant reaches: for whoever asks a store about many objects rather than about one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// `None`: everywhere, and what is for everyone.
    pub place: Option<PlaceCode>,
    /// Of alerts, or of all the rest.
    pub alert: bool,
    /// Empty means all of them.
    pub topics: Vec<u8>,
}

/// Where these grants give `action`, one line for each place.
pub fn reach(grants: &[Grant], action: Action) -> Vec<Reach> {
    let mut all = Vec::new();
    for (grant, alert) in grants.iter().flat_map(|grant| [(grant, false), (grant, true)]) {
        if !grant.role.may(alert).contains(&action) {
            continue;
        }
        let line = |place| Reach { place, alert, topics: grant.topics.clone() };
        if grant.covers_all() {
            all.push(line(None));
        } else {
            let places = instance().places.iter().map(|place| PlaceCode(place.code));
            all.extend(places.filter(|place| grant.covers_place(*place)).map(|place| line(Some(place))));
        }
    }
    all
}

/// Whether these grants together allow `action` on all of `scope`: every place of it needs a grant that covers it.
pub fn allowed(grants: &[Grant], action: Action, scope: Scope) -> bool {
    let fits = |grant: &&Grant| grant.role.may(scope.alert).contains(&action) && grant.covers_topics(scope.topics);
    let mut fitting = grants.iter().filter(fits);
    if scope.places.is_empty() {
        return fitting.any(Grant::covers_all);
    }
    let fitting: Vec<&Grant> = fitting.collect();
    scope.places.iter().all(|place| fitting.iter().any(|grant| grant.covers_place(*place)))
}

/// Whether an object may be looked at: part of it concerns one of the grants.
pub fn sees(grants: &[Grant], scope: Scope) -> bool {
    grants.iter().filter(|grant| grant.role.may(scope.alert).contains(&Action::Read)).any(|grant| {
        let topics = grant.topics.is_empty() || scope.topics.is_empty() || grant.topics.iter().any(|t| scope.topics.contains(t));
        let places = grant.covers_all() || scope.places.is_empty() || scope.places.iter().any(|place| grant.covers_place(*place));
        topics && places
    })
}
