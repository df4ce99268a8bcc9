//! Alerts at the desk: what officers type beside a text, what is checked before a phone rings, and cancelling.

pub mod templates;

use super::form::Form;
use super::office::source_of;
use super::view;
use super::visit::Visit;
use super::works::{self, Trouble, may_see};
use crate::cap::outward;
use crate::reason::Reason;
use crate::store::desk::{Person, Work};
use axum::response::Response;
use domain::content::{Block, MsgType, PlaceCode, Time};
use domain::editorial::{Action, Compiled, MAX_ACTIONS, MAX_LIFE, Manuscript, Stage, allowed, prefix};
use domain::instance::{NO_LEVEL, instance};

/// Whether this person may do this with an alert for these places.
pub fn may(person: &Person, action: Action, places: &[PlaceCode]) -> bool {
    works::may(person, action, places, true)
}

/// Whether this person composes alerts for any place.
pub fn is_officer(person: &Person) -> bool {
    person.grants.iter().any(|grant| may(person, Action::Write, std::slice::from_ref(&grant.place)))
}

/// The places that this person may warn, the whole area among them where he may warn all of it.
pub fn reach(person: &Person) -> Vec<PlaceCode> {
    let all = instance().places.iter().map(|place| PlaceCode(place.code));
    all.filter(|place| may(person, Action::Write, &[*place])).collect()
}

/// The manuscript that a form sends, with what only alerts have: how long from now, and words of the template where asked.
pub fn typed(form: &Form, before: &Manuscript, now: Time) -> Manuscript {
    let mut text = form.manuscript(before);
    if text.alert.is_some() {
        if form.has("refill") {
            templates::refill(&mut text, now);
        }
        templates::match_up(&mut text);
        if let hours @ 1..=72 = form.number("hours") {
            text.expires = templates::until(now, hours * 3_600);
        }
    }
    text
}

/// What must hold of every alert before it goes out, whoever sends it; beside the limits of [`crate::publish::check`].
/// Rules: those of the house (ARCHITECTURE.md); CAP 1.2, 3.2.1 `references`, 3.2.2 `expires`; and the schema of CAP, for who
/// follows it as such.
pub fn before_sending(done: &Compiled) -> Result<(), Reason> {
    let (card, body) = (&done.card, &done.body);
    let alert = card.alert().ok_or(Reason::Wrong("alert"))?;
    let levels = instance().raised(alert.hazard);
    if !levels.contains(&alert.level) {
        return Err(Reason::BadLevel { level: alert.level.into(), levels });
    }
    let (start, end) = (card.effective.unwrap_or(card.issued), card.expires.ok_or(Reason::Missing("expires"))?);
    if end <= start {
        return Err(Reason::Backwards);
    }
    if end.since(start) > MAX_LIFE {
        return Err(Reason::TooLong("expires", (MAX_LIFE / 3_600) as usize));
    }
    if card.places.is_empty() {
        return Err(Reason::Missing("places"));
    }
    if (alert.msg_type == MsgType::Alert) != alert.references.is_empty() {
        return Err(Reason::Wrong("references"));
    }
    if card.headlines.first().is_none_or(|headline| headline.lang != "vi") {
        return Err(Reason::Missing("vi"));
    }
    if card.headlines.iter().any(|headline| !headline.title.starts_with(prefix(card.status(), &headline.lang))) {
        return Err(Reason::Wrong("status"));
    }
    let steps = |blocks: &[Block]| match blocks.first() {
        Some(Block::Steps(steps)) => steps.len(),
        _ => 0,
    };
    if body.variants.iter().any(|variant| !(1..=MAX_ACTIONS).contains(&steps(&variant.blocks))) {
        return Err(Reason::Missing("steps"));
    }
    outward::before_sending(card, body, &alert).map_err(|_| Reason::Wrong("cap"))
}

/// A new alert, from the template of the hazard and level in the address; an update of `?tin=`.
pub async fn fresh(visit: &Visit, person: &Person) -> Result<Response, Trouble> {
    if !is_officer(person) {
        return Err(Trouble::Denied);
    }
    let now = visit.now();
    if let Ok(id) = visit.query.get("tin").parse::<i64>() {
        let (live, references) = predecessor(visit, person, id).await?;
        return view::alert::fresh(visit, person, &templates::update(&live, references, now)).await;
    }
    let slug = visit.query.get("loai");
    let levels = instance().hazard_by_slug(slug).map_or(NO_LEVEL, |hazard| instance().levels(hazard));
    match u8::try_from(visit.query.number("cap")).ok().filter(|level| levels.contains(level)) {
        Some(level) => {
            let reach = reach(person);
            // Whoever warns one commune need not choose it.
            let places = if reach.len() == 1 { reach } else { Vec::new() };
            let text = templates::fresh(slug, level, places, source(person), now);
            view::alert::fresh(visit, person, &text).await
        }
        None => Ok(view::alert::choose(visit)),
    }
}

/// Who speaks, where nobody says otherwise: the office of the place of the first role.
pub fn source(person: &Person) -> String {
    source_of(reach(person).first().copied())
}

/// The live alert that an update begins from, and what the update refers to.
async fn predecessor(visit: &Visit, person: &Person, id: i64) -> Result<(Manuscript, Vec<String>), Trouble> {
    let work = visit.site.store.work(id).await?.ok_or(Trouble::NotFound)?;
    if !may_see(person, work.created_by, &work.text) {
        return Err(Trouble::NotFound);
    }
    if !allowed(&person.grants, Action::Update, works::scope(&work.text)) {
        return Err(Trouble::Denied);
    }
    match (work.state.stage, works::chain(&work)) {
        (Stage::Published, Some(references)) => Ok((sent(&work).clone(), references)),
        _ => Err(Trouble::Refused(domain::editorial::Refusal::Stage)),
    }
}

/// The manuscript that readers have of a work.
pub fn sent(work: &Work) -> &Manuscript {
    work.published.as_ref().unwrap_or(&work.text)
}

/// When an alert ends, as far as that can be read.
pub fn end(text: &Manuscript) -> Option<Time> {
    Time::parse(&[&text.expires, ":00+07:00"].concat())
}

/// Cancels for the reason of the pressed button.
pub async fn cancel(visit: &Visit, form: &Form, person: &Person, id: i64) -> Result<Response, Trouble> {
    works::cancel(&visit.site, person, id, form.get("reason")).await?;
    Ok(visit.go(&format!("/viec/{id}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::content::{Headline, ItemId, Status};

    /// 2026-11-23 12:00 in Vietnam.
    const NOW: Time = Time(1_795_410_000);

    #[test]
    fn what_breaks_a_rule_is_held_back() {
        let good = || templates::fresh("flash-flood", 3, vec![PlaceCode(20044)], "UBND".into(), NOW).compile(NOW, 1, &|_| None).0;
        assert_eq!(before_sending(&good()), Ok(()));
        let broken = |change: &dyn Fn(&mut Compiled)| {
            let mut done = good();
            change(&mut done);
            before_sending(&done).map_err(|reason| reason.code())
        };
        let info = |done: &mut Compiled, change: &dyn Fn(&mut domain::content::AlertInfo)| {
            let mut info = done.card.alert().unwrap();
            change(&mut info);
            done.card.detail = info.encode();
        };
        assert_eq!(broken(&|done| done.card.detail.clear()), Err("wrong"));
        assert_eq!(broken(&|done| info(done, &|info| info.level = 5)), Ok(()), "raised by two");
        assert_eq!(broken(&|done| info(done, &|info| info.level = 6)), Err("bad-level"));
        assert_eq!(broken(&|done| info(done, &|info| info.references = vec![ItemId([1; 5])])), Err("wrong"));
        assert_eq!(broken(&|done| info(done, &|info| info.msg_type = MsgType::Cancel)), Err("wrong"));
        assert_eq!(broken(&|done| done.card.expires = None), Err("missing"));
        assert_eq!(broken(&|done| done.card.expires = Some(NOW)), Err("backwards"));
        assert_eq!(broken(&|done| done.card.expires = Some(NOW.plus(MAX_LIFE + 1))), Err("too-long"));
        assert_eq!(broken(&|done| done.card.places.clear()), Err("missing"));
        assert_eq!(broken(&|done| done.card.set_status(Status::Test)), Err("wrong"), "a trial without its word");
        assert_eq!(broken(&|done| done.card.headlines.reverse()), Err("missing"), "Vietnamese comes first");
        assert_eq!(broken(&|done| drop(done.body.variants[1].blocks.remove(0))), Err("missing"), "nothing to do");
        let headline = Headline { lang: "bru".into(), title: "x".into(), summary: "x".into(), audio: false };
        assert_eq!(broken(&|done| done.card.headlines.push(headline.clone())), Ok(()));
    }
}
