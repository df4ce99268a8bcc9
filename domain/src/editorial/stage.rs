//! The way of an item from draft to archive, as a table of stages and actions.

/// SHA-256 of a manuscript as it is stored.
pub type Hash = [u8; 32];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Draft,
    InReview,
    Approved,
    Scheduled,
    Published,
    Withdrawn,
    Archived,
    /// An alert that a later message of its chain has replaced or cancelled.
    Closed,
}

impl Stage {
    pub const ALL: [Stage; 8] = [
        Stage::Draft,
        Stage::InReview,
        Stage::Approved,
        Stage::Scheduled,
        Stage::Published,
        Stage::Withdrawn,
        Stage::Archived,
        Stage::Closed,
    ];

    /// Name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Draft => "draft",
            Stage::InReview => "in-review",
            Stage::Approved => "approved",
            Stage::Scheduled => "scheduled",
            Stage::Published => "published",
            Stage::Withdrawn => "withdrawn",
            Stage::Archived => "archived",
            Stage::Closed => "closed",
        }
    }

    pub fn from_name(name: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// Everything that needs a right. Those that move an item are judged by [`transition`] too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Read,
    Write,
    /// Takes what stands elsewhere as a draft, once or from a source again and again.
    Bring,
    Submit,
    /// The author wants it back before it was judged.
    TakeBack,
    SendBack,
    Approve,
    Schedule,
    Unschedule,
    Publish,
    /// Somebody has read it again, and it still holds.
    Review,
    /// Begins a new revision of what readers have.
    Correct,
    /// Gives a begun correction up; readers keep what they have.
    Drop,
    Withdraw,
    Archive,
    Reopen,
    /// A later message takes the place of an alert.
    Update,
    /// An alert is over or was none: said in prepared words, so that one officer may do it alone.
    Cancel,
    ManagePeople,
    ReadAudit,
    ManageJobs,
}

impl Action {
    pub const ALL: [Action; 21] = [
        Action::Read,
        Action::Write,
        Action::Bring,
        Action::Submit,
        Action::TakeBack,
        Action::SendBack,
        Action::Approve,
        Action::Schedule,
        Action::Unschedule,
        Action::Publish,
        Action::Review,
        Action::Correct,
        Action::Drop,
        Action::Withdraw,
        Action::Archive,
        Action::Reopen,
        Action::Update,
        Action::Cancel,
        Action::ManagePeople,
        Action::ReadAudit,
        Action::ManageJobs,
    ];

    /// Name in forms and in the audit.
    pub fn name(self) -> &'static str {
        match self {
            Action::Read => "read",
            Action::Write => "write",
            Action::Bring => "bring",
            Action::Submit => "submit",
            Action::TakeBack => "take-back",
            Action::SendBack => "send-back",
            Action::Approve => "approve",
            Action::Schedule => "schedule",
            Action::Unschedule => "unschedule",
            Action::Publish => "publish",
            Action::Review => "review",
            Action::Correct => "correct",
            Action::Drop => "drop",
            Action::Withdraw => "withdraw",
            Action::Archive => "archive",
            Action::Reopen => "reopen",
            Action::Update => "update",
            Action::Cancel => "cancel",
            Action::ManagePeople => "manage-people",
            Action::ReadAudit => "read-audit",
            Action::ManageJobs => "manage-jobs",
        }
    }

    /// A button on the page of a work asks for it. What is not a step has a way of its own, with what belongs to it: the
    /// text that is saved, the message that closes an alert.
    pub fn is_step(self) -> bool {
        !matches!(
            self,
            Action::Read
                | Action::Write
                | Action::Bring
                | Action::Update
                | Action::Cancel
                | Action::ManagePeople
                | Action::ReadAudit
                | Action::ManageJobs
        )
    }

    pub fn from_name(name: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|action| action.name() == name)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub stage: Stage,
    /// Readers have a revision of it.
    pub live: bool,
    /// What was approved, to the byte.
    pub approved: Option<Hash>,
}

impl State {
    pub const NEW: State = State { stage: Stage::Draft, live: false, approved: None };
}

/// Who acts, on which text.
#[derive(Clone, Copy, Debug)]
pub struct Deed<'a> {
    pub actor: i64,
    /// Everyone who has written of the text, see [`credit`].
    pub hands: &'a [i64],
    /// The text as it stands.
    pub text: Hash,
    /// The text that the actor had before his eyes.
    pub seen: Hash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not at this stage.
    Stage,
    /// Nobody approves what he has written himself.
    OwnText,
    /// Only whoever wrote it takes it back.
    OthersText,
    /// The text was changed since the actor looked at it, or since it was approved.
    Changed,
}

/// Who counts as an author after `action`: `hands` of the text as it stands, `standing` of what readers have.
///
/// A correction begins with what somebody else has approved, so that only what is new in it needs another's eye. What was
/// withdrawn has no such ground any more: everyone who wrote of it is its author, and it is judged as a whole.
pub fn credit(action: Action, actor: i64, hands: &mut Vec<i64>, standing: &mut Vec<i64>) {
    let merge = |into: &mut Vec<i64>, from: &[i64]| {
        for hand in from {
            if !into.contains(hand) {
                into.push(*hand);
            }
        }
    };
    match action {
        Action::Write => merge(hands, &[actor]),
        Action::Publish => merge(standing, hands),
        Action::Correct | Action::Drop => hands.clear(),
        Action::Withdraw => merge(hands, standing),
        _ => {}
    }
}

/// Where `action` leads from `state`. Says nothing of rights: [`super::allowed`] does.
pub fn transition(state: State, action: Action, deed: &Deed) -> Result<State, Refusal> {
    use Stage::{Approved, Archived, Closed, Draft, InReview, Published, Scheduled, Withdrawn};
    let to = |stage| State { stage, ..state };
    let unapproved = |stage| State { stage, approved: None, ..state };
    Ok(match (state.stage, action) {
        (Draft, Action::Write) => unapproved(Draft),
        // Whoever judges it judges what stands there now; what was approved was another text.
        (InReview | Approved | Scheduled, Action::Write) => unapproved(InReview),
        (Draft, Action::Submit) => unapproved(InReview),
        // Theirs who wrote it; whoever judges it sends it back.
        (InReview, Action::TakeBack) if !deed.hands.contains(&deed.actor) => return Err(Refusal::OthersText),
        (InReview, Action::TakeBack) => unapproved(Draft),
        (InReview | Approved | Scheduled, Action::SendBack) => unapproved(Draft),
        (InReview, Action::Approve) => {
            if deed.hands.contains(&deed.actor) {
                return Err(Refusal::OwnText);
            }
            if deed.seen != deed.text {
                return Err(Refusal::Changed);
            }
            State { stage: Approved, approved: Some(deed.text), ..state }
        }
        (Approved, Action::Schedule) if state.approved == Some(deed.text) => to(Scheduled),
        (Scheduled, Action::Unschedule) => to(Approved),
        (Approved | Scheduled, Action::Publish) if state.approved == Some(deed.text) => State { live: true, ..to(Published) },
        (Approved | Scheduled, Action::Schedule | Action::Publish) => return Err(Refusal::Changed),
        (Published, Action::Review) => state,
        (Published, Action::Correct) => unapproved(Draft),
        (Draft | InReview | Approved | Scheduled, Action::Drop) if state.live => unapproved(Published),
        (Draft | InReview | Approved | Scheduled | Published, Action::Withdraw) if state.live => {
            State { live: false, ..unapproved(Withdrawn) }
        }
        // Readers keep it in sight with the message that closed it; from here on nothing is published under its name.
        (Published, Action::Update | Action::Cancel) if state.live => State { live: false, ..unapproved(Closed) },
        (Draft | Withdrawn, Action::Archive) if !state.live => unapproved(Archived),
        (Withdrawn | Archived, Action::Reopen) => unapproved(Draft),
        _ => return Err(Refusal::Stage),
    })
}
