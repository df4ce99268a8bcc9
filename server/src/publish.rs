//! Publication: the one way into the log. What is proposed is checked, encoded, signed and appended in one transaction.

mod check;

pub use check::{
    MAX_SHORT, MAX_SUMMARY, MAX_TITLE, ahead, check, language, levels, reasons, shapeless, url as check_url,
    withdrawal as check_withdrawal,
};

use crate::clock::Clock;
use crate::error::Error;
use crate::reason::Reason;
use crate::store::{Store, Tx};
use domain::content::{AlertInfo, Body, Card, Gone, ItemId, Kind, MediaRef, Status};
use domain::sign::{Issuer, sign_item};
use domain::wire::log::Entry;
use domain::wire::{Logged, Seq};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Something to publish, under the name it has at its source.
#[derive(Clone, Debug)]
pub struct Draft {
    pub external: String,
    /// Hash of what it was made from: the same again changes nothing.
    pub content: [u8; 32],
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    Item(Box<Proposal>),
    Withdraw { reason: String },
}

/// Names of what has not arrived yet and still will, each with whether it is an alert.
pub type Expected = HashMap<String, bool>;

/// Whether phones ring for it: a trial of the equipment and sample content call nobody.
pub fn calls(card: &Card) -> bool {
    card.kind == Kind::ALERT && card.status() != Status::Test && !card.sample
}

/// An item before it has an id and a revision. Other items are named as their source names them.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// `id`, `revision`, `supersedes`, `detail` of alerts, `body_bytes` and `media_bytes` are filled in here.
    pub card: Card,
    /// Its source says no time: where it was published before, it keeps the time that it had.
    pub undated: bool,
    pub body: Body,
    pub alert: Option<AlertInfo>,
    pub references: Vec<String>,
    pub supersedes: Option<String>,
    pub media: Vec<MediaRef>,
}

/// What became of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    New(ItemId),
    Revised(ItemId),
    Withdrawn(ItemId),
    /// Its content was there already.
    Same,
    Refused(Reason),
}

/// What is said of a draft from outside the desk before it is looked at any further.
async fn settled(tx: &mut Tx, draft: &Draft) -> Result<Option<Done>, Error> {
    let Some(origin) = tx.origin(&draft.external).await?.filter(|origin| origin.content != Some(draft.content)) else {
        return Ok(None);
    };
    // What people at the desk have taken over they change themselves, under four eyes.
    if tx.work_of(origin.item).await?.is_some() {
        return Ok(Some(Done::Refused(Reason::AtDesk)));
    }
    // An older file does not bring back what was withdrawn; sample content comes when it is asked for.
    let old = matches!(&draft.what, What::Item(proposal) if !proposal.card.sample) && tx.had(origin.item, &draft.content).await?;
    Ok((old && tx.is_withdrawn(origin.item).await?).then_some(Done::Same))
}

#[derive(Clone)]
pub struct Publisher {
    store: Arc<Store>,
    issuer: Arc<Issuer>,
    clock: Clock,
}

/// How many replacements in a row are looked back for one that leads round in a circle.
const MAX_CHAIN: usize = 100;

impl Publisher {
    pub fn new(store: Arc<Store>, issuer: Arc<Issuer>, clock: Clock) -> Publisher {
        Publisher { store, issuer, clock }
    }

    /// Publishes `drafts` from outside the desk in one transaction and says what became of each. `expected` are names that drafts
    /// may refer to although nothing of that name has arrived yet. Runs to its end even if the caller goes away.
    pub async fn publish(&self, drafts: Vec<Draft>, expected: Arc<Expected>) -> Result<Vec<Done>, Error> {
        let this = self.clone();
        let task = tokio::spawn(async move {
            let mut tx = this.store.begin().await?;
            let done = async {
                let mut all = Vec::with_capacity(drafts.len());
                for draft in drafts {
                    match settled(&mut tx, &draft).await? {
                        Some(done) => all.push(done),
                        None => all.extend(this.append(&mut tx, vec![draft], &expected).await?),
                    }
                }
                Ok(all)
            };
            let done = done.await;
            tx.end(done).await
        });
        task.await?
    }

    /// [`Publisher::publish`] within a transaction that does more than that; whoever began it ends it.
    pub async fn append(&self, tx: &mut Tx, drafts: Vec<Draft>, expected: &Expected) -> Result<Vec<Done>, Error> {
        let mut seq = tx.last_seq().await?;
        let mut all = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let done = match draft.what {
                What::Item(proposal) => self.item(tx, &mut seq, &draft.external, &draft.content, *proposal, expected).await?,
                What::Withdraw { reason } => self.withdraw(tx, &mut seq, &draft.external, &draft.content, reason).await?,
            };
            all.push(done);
        }
        Ok(all)
    }

    async fn item(
        &self,
        tx: &mut Tx,
        seq: &mut Seq,
        external: &str,
        content: &[u8; 32],
        proposal: Proposal,
        expected: &Expected,
    ) -> Result<Done, Error> {
        let Proposal { mut card, undated, body, mut alert, references, supersedes, media } = proposal;
        let now = self.clock.now();
        let origin = tx.origin(external).await?;
        if origin.as_ref().is_some_and(|origin| origin.content.as_ref() == Some(content)) {
            return Ok(Done::Same);
        }
        if let Err(reason) = check(&card, &body, alert.as_ref(), now) {
            return Ok(Done::Refused(reason));
        }
        let revision = origin.as_ref().map_or(0, |origin| origin.revision);
        if let Some(reason) = unknown(tx, external, &references, supersedes.as_deref(), expected).await? {
            return Ok(Done::Refused(reason));
        }
        if let Some(alert) = &mut alert {
            alert.references.clear();
            for name in &references {
                alert.references.push(tx.item(name).await?);
            }
            card.detail = alert.encode();
        }
        card.supersedes = match &supersedes {
            Some(name) => Some(tx.item(name).await?),
            None => None,
        };
        card.id = tx.item(external).await?;
        if replaces_itself(tx, &card).await? {
            return Ok(Done::Refused(Reason::Circle));
        }
        if undated && let Some(before) = tx.last_card(card.id).await? {
            card.issued = before.issued;
        }
        card.revision = revision.checked_add(1).ok_or_else(|| Error::Damaged(format!("revision {external}")))?;
        let body = body.encode();
        card.body_bytes = body.len() as u32;
        let files: BTreeMap<&str, u32> = media.iter().map(|media| (media.file.as_str(), media.bytes)).collect();
        card.media_bytes = files.values().sum();
        let bytes = card.encode();
        if let Err(reason) = check::size(&bytes, &body) {
            return Ok(Done::Refused(reason));
        }
        let sig = sign_item(&self.issuer, &bytes, &body);
        for media in &media {
            tx.add_media(media, now).await?;
        }
        *seq += 1;
        let body = Some((self.issuer.kid(), sig, body));
        let entry = Entry { seq: *seq, id: card.id, revision: card.revision, what: Logged::Card(bytes), body };
        tx.append(&entry, now).await?;
        tx.set_origin(external, content, card.revision, card.sample).await?;
        // Whoever was called also hears that it was none.
        if calls(&card) || tx.was_pushed(card.id).await? {
            tx.add_push(*seq, card.id, now).await?;
        }
        Ok(if revision == 0 { Done::New(card.id) } else { Done::Revised(card.id) })
    }

    async fn withdraw(
        &self,
        tx: &mut Tx,
        seq: &mut Seq,
        external: &str,
        content: &[u8; 32],
        reason: String,
    ) -> Result<Done, Error> {
        let Some(origin) = tx.origin(external).await?.filter(|origin| origin.content.is_some()) else {
            return Ok(Done::Refused(Reason::UnknownReference(external.to_owned())));
        };
        if origin.content.as_ref() == Some(content) {
            return Ok(Done::Same);
        }
        if let Err(reason) = check_withdrawal(&reason) {
            return Ok(Done::Refused(reason));
        }
        let now = self.clock.now();
        let revision = origin.revision.checked_add(1).ok_or_else(|| Error::Damaged(format!("revision {external}")))?;
        let gone = Gone { id: origin.item, revision, at: now, reason };
        *seq += 1;
        let entry = Entry { seq: *seq, id: gone.id, revision, what: Logged::Gone(gone.encode()), body: None };
        tx.append(&entry, now).await?;
        tx.set_origin(external, content, revision, false).await?;
        // Whoever was called for an alert hears that it is taken back.
        if tx.was_pushed(gone.id).await? {
            tx.add_push(*seq, gone.id, now).await?;
        }
        Ok(Done::Withdrawn(gone.id))
    }
}

/// Why an item may not refer to what it names: nobody knows it, it is the item itself, or no alert.
async fn unknown(
    tx: &mut Tx,
    external: &str,
    references: &[String],
    supersedes: Option<&str>,
    expected: &Expected,
) -> Result<Option<Reason>, Error> {
    for name in references.iter().map(String::as_str).chain(supersedes) {
        let known = expected.contains_key(name) || tx.origin(name).await?.is_some();
        if !known || name == external {
            return Ok(Some(Reason::UnknownReference(name.to_owned())));
        }
    }
    // A cancel of what was no alert would be a message about nothing.
    for name in references {
        if expected.get(name) != Some(&true) && !tx.was_alert(name).await? {
            return Ok(Some(Reason::NoAlert(name.clone())));
        }
    }
    Ok(None)
}

/// Two that replace each other would both be nowhere.
async fn replaces_itself(tx: &mut Tx, card: &Card) -> Result<bool, Error> {
    let mut older = card.supersedes;
    for _ in 0..MAX_CHAIN {
        let Some(id) = older else { break };
        if id == card.id {
            return Ok(true);
        }
        older = tx.last_card(id).await?.and_then(|card| card.supersedes);
    }
    Ok(false)
}
