//! What the limits of an item would hold back, told while it is written, like everything else that is to be mended.

use crate::desk::alerts::before_sending;
use crate::publish::{check, reasons};
use crate::reason::Reason;
use domain::content::Time;
use domain::editorial::{Compiled, Finding};

/// Adds to `findings` what the limits say and none of them does.
pub(super) fn back(done: &Compiled, now: Time, findings: &mut Vec<Finding>) {
    let (card, body) = (&done.card, &done.body);
    for found in reasons(card, body, card.alert().as_ref(), now).into_iter().filter_map(finding) {
        if !findings.iter().any(|known| says(known, &found)) {
            findings.push(found);
        }
    }
}

/// Whether the publisher would take it, and whoever follows alerts.
pub fn sendable(done: &Compiled, now: Time) -> Result<(), Reason> {
    check(&done.card, &done.body, done.card.alert().as_ref(), now)?;
    if done.card.alert().is_some() { before_sending(done) } else { Ok(()) }
}

fn finding(reason: Reason) -> Option<Finding> {
    Some(match reason {
        Reason::TooLong(field, max) => Finding::TooLong(field, max),
        Reason::Missing(field) => Finding::Missing(field),
        Reason::BadUrl(address) => Finding::BadUrl(address),
        Reason::BadPhone(number) => Finding::BadPhone(number),
        Reason::Wrong("table") => Finding::BadTable,
        Reason::Future => Finding::Future,
        Reason::Backwards => Finding::Backwards,
        // Of an alert its own rules say more.
        _ => return None,
    })
}

/// Whether `known` says the same, or what is the cause of it.
fn says(known: &Finding, found: &Finding) -> bool {
    match (known, found) {
        (Finding::TooLong(one, _), Finding::TooLong(other, _)) => one == other,
        (Finding::Over, Finding::Backwards) => true,
        (known, found) => known == found,
    }
}
