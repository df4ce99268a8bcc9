//! What a push says: one JSON object that the worker of this app reads, and that browsers with Declarative Web Push show by
//! themselves. The alert itself is inside, signed and whole, so that it can be read with no further request.

use crate::compress;
use crate::store::push::{Fate, Settled};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::alert::{Call, OPEN_END, sms};
use domain::content::{AlertInfo, Body, Card, Gone, Headline, ItemId, MsgType, PlaceCode, Status, Time};
use domain::route::{item_path, notify_path};
use domain::wire::push::{DICTIONARY, MAX, MAX_ITEM};
use domain::wire::{FullItem, Seq, encode_full};
use domain::words::{Desk, Lang, fill};
use serde::Serialize;

/// Longest title on a locked screen, in characters.
const MAX_TITLE: usize = 120;
/// Longest text beside a whole alert, and where the alert itself does not fit.
const MAX_TEXT: usize = 360;
const MAX_LONG: usize = 1_200;
/// Chains that it goes on with that are named.
const MAX_JOINS: usize = 8;
/// Messages that it comes after that are named: phones look for what they showed last.
const MAX_AFTER: usize = 12;
/// Steps of "what to do" that are named.
const STEPS: usize = 3;
/// A cancel is kept this long for a phone that is off, however soon the alert would have ended.
const CANCEL_LIFE: i64 = 86_400;

/// Another last word of the same event, which holds for other places.
#[derive(Debug)]
pub struct Sibling {
    pub id: ItemId,
    pub seq: Seq,
    pub info: AlertInfo,
    pub places: Vec<PlaceCode>,
}

/// A message on its way to phones: the same for all of them but for language, address and sound.
#[derive(Debug)]
pub struct Outgoing {
    pub seq: Seq,
    pub chain: ItemId,
    /// Other chains that it goes on with: phones show each under its own name.
    pub joins: Vec<ItemId>,
    /// What it comes after, whatever the clocks of those who issued it say, the newest first.
    after: Vec<ItemId>,
    /// What else is said of the event and stands, in the order in which it is shown, and how much of it comes before this.
    pub siblings: Vec<Sibling>,
    pub own_rank: usize,
    pub card: Card,
    pub info: AlertInfo,
    /// What was withdrawn, in the words of whoever did it.
    withdrawn: Option<String>,
    body: Body,
    item: Option<String>,
    /// The signed pack of cards of its position: what it is, where all of it does not fit.
    slip: Option<String>,
}

#[derive(Serialize)]
struct Payload<'a> {
    web_push: u16,
    /// The worker has its say where there is one: it keeps the alert.
    mutable: bool,
    notification: Notification<'a>,
    bt: Bt<'a>,
}

#[derive(Serialize)]
struct Notification<'a> {
    title: String,
    lang: &'a str,
    body: String,
    navigate: String,
    tag: String,
    silent: bool,
}

#[derive(Serialize)]
struct Bt<'a> {
    v: u8,
    #[serde(rename = "type")]
    what: &'a str,
    #[serde(flatten)]
    alert: Option<Alert<'a>>,
}

#[derive(Serialize)]
struct Alert<'a> {
    chain: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    joins: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    after: Vec<String>,
    id: String,
    rev: u16,
    /// 0 of a cancel, and for a phone that only hears how it went on elsewhere: it neither rings there nor counts as heard.
    level: u8,
    /// As CAP has it.
    urgency: &'a str,
    status: &'a str,
    /// To a phone that has heard nothing of it, or of less.
    ring: bool,
    issued: i64,
    expires: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<&'a str>,
}

impl Outgoing {
    /// A published alert, which takes the place of those of `after`; `None` where its bytes are of a later release. `slip` is the
    /// signed pack of cards of its position.
    pub fn alert(
        seq: Seq,
        chain: ItemId,
        joins: Vec<ItemId>,
        after: Vec<ItemId>,
        full: &FullItem,
        slip: &[u8],
    ) -> Option<Outgoing> {
        let card = Card::decode(&full.card).ok()?;
        let (info, body) = (card.alert()?, Body::decode(&full.body).ok()?);
        let item = packed(&encode_full(std::slice::from_ref(full)));
        let slip = packed(slip);
        Some(Outgoing {
            seq,
            chain,
            joins,
            after,
            siblings: Vec::new(),
            own_rank: 0,
            card,
            info,
            withdrawn: None,
            body,
            item,
            slip,
        })
    }

    /// An alert that was taken back, as it was: told like a cancel.
    pub fn withdrawn(seq: Seq, chain: ItemId, mut card: Card, gone: Gone, slip: &[u8]) -> Option<Outgoing> {
        let info = AlertInfo { msg_type: MsgType::Cancel, ..card.alert()? };
        card.revision = gone.revision;
        let (withdrawn, body) = (Some(gone.reason), Body::default());
        Some(Outgoing {
            seq,
            chain,
            joins: Vec::new(),
            after: Vec::new(),
            siblings: Vec::new(),
            own_rank: 0,
            card,
            info,
            withdrawn,
            body,
            item: None,
            slip: packed(slip),
        })
    }

    /// Whether what was said of an item goes on being told beside this.
    pub fn lets_stand(&self, item: ItemId) -> bool {
        self.siblings.iter().any(|word| word.id == item)
    }

    /// Whether an event that was told under this name is the same one.
    pub fn is_of(&self, chain: ItemId) -> bool {
        self.chain == chain || self.joins.contains(&chain)
    }

    /// The level that somebody has been shown once he has this: a cancel shows none.
    pub fn shows(&self) -> u8 {
        if self.info.msg_type == MsgType::Cancel { 0 } else { self.info.level }
    }

    /// When it is to hold, where that is later and until then others do for some of those whom it concerns.
    pub fn begins(&self, now: Time) -> Option<Time> {
        let waits = self.info.msg_type != MsgType::Cancel && self.card.upcoming(now) && !self.siblings.is_empty();
        self.card.effective.filter(|_| waits)
    }

    /// How it went with somebody who was called so.
    pub fn settled(&self, id: i64, fate: Fate, call: Call) -> Settled {
        Settled { id, fate, heard: call.heard(self.shows()) }
    }

    /// Until when it is told, if that began at `began`; whatever is still on its way then is of no use any more.
    pub fn ends(&self, began: Time) -> Time {
        let end = self.card.expires.unwrap_or(self.card.issued.plus(OPEN_END));
        if self.info.msg_type == MsgType::Cancel { end.max(began.plus(CANCEL_LIFE)) } else { end }
    }

    /// RFC 8030: whether the phone is to be woken.
    pub fn urgent(&self, call: Call) -> bool {
        call.loud || call.here && self.info.level >= domain::alert::WAKES
    }

    /// The payload for somebody at `now`: with the best of what phones take in that fits beside the words.
    pub fn payload(&self, lang: Lang, origin: &str, call: Call, now: Time) -> Vec<u8> {
        let whole = self.item.iter().map(|item| (Some(item), MAX_TEXT));
        let slip = self.slip.iter().flat_map(|slip| [MAX_LONG, MAX_LONG / 2, MAX_TEXT].map(|longest| (Some(slip), longest)));
        let bare = [MAX_LONG, MAX_LONG / 2, MAX_TEXT, MAX_TEXT / 2].map(|longest| (None, longest));
        let json =
            |(item, longest): (Option<&String>, usize)| self.json((lang, origin, call, now), item.map(String::as_str), longest);
        let fits = whole.chain(slip).chain(bare).map(json).find(|json| json.len() <= MAX);
        fits.unwrap_or_else(|| json((None, 0)))
    }

    fn json(&self, (lang, origin, call, now): (Lang, &str, Call, Time), item: Option<&str>, longest: usize) -> Vec<u8> {
        let status = self.card.status().name();
        let what = match self.info.msg_type {
            MsgType::Alert => "alert",
            MsgType::Update => "update",
            MsgType::Cancel => "cancel",
        };
        let alert = Alert {
            chain: self.chain.to_string(),
            joins: self.joins.iter().take(MAX_JOINS).map(ItemId::to_string).collect(),
            after: self.after.iter().take(MAX_AFTER).map(ItemId::to_string).collect(),
            id: self.card.id.to_string(),
            rev: self.card.revision,
            level: if call.here { self.shows() } else { 0 },
            urgency: self.info.urgency.name(),
            status,
            ring: call.loud,
            issued: self.card.issued.0,
            expires: self.card.expires.map(|at| at.0),
            item,
        };
        let headline = self.card.headline(lang.tag());
        let mut body = self.text(headline, lang, longest, now);
        let whole = item.is_some() && item == self.item.as_deref();
        if !whole && self.withdrawn.is_none() && longest > 0 {
            body = [&body, " ", lang.desk().push_more].concat();
        }
        let notification = Notification {
            title: self.title(headline, lang),
            lang: &headline.lang,
            body,
            navigate: [origin, &item_path(&self.card, lang)].concat(),
            tag: self.chain.to_string(),
            silent: !call.ring,
        };
        bytes(&Payload { web_push: 8030, mutable: true, notification, bt: Bt { v: 1, what, alert: Some(alert) } })
    }

    /// A drill is marked first, then what kind of word this is, then the level and what it is about.
    fn title(&self, headline: &Headline, lang: Lang) -> String {
        let (w, desk) = (lang.words(), lang.desk());
        let (mark, title) = marked(&headline.title, self.card.status(), desk);
        let said = |what: &str| title.to_lowercase().starts_with(&what.to_lowercase());
        let prefix = match (&self.withdrawn, self.info.msg_type) {
            (Some(_), _) => desk.push_withdrawn,
            (None, MsgType::Cancel) if !desk.push_cancel_said.split('|').any(said) => desk.push_cancel,
            (None, MsgType::Update) if !said(desk.push_update) => desk.push_update,
            _ => "",
        };
        let word = w.level_words().split('|').nth(usize::from(self.info.level.max(1) - 1)).unwrap_or_default();
        let level = fill(w.level(), &[("n", &self.info.level.to_string()), ("word", word)]);
        let level = if self.info.msg_type == MsgType::Cancel { "" } else { &level };
        let parts: Vec<&str> = [prefix, level, title].into_iter().filter(|part| !part.is_empty()).collect();
        short(&[mark, parts.join(": ")].concat(), MAX_TITLE)
    }

    /// From when, where that is to come, and until when, since it may stay on a locked screen for longer; the summary, and the
    /// first steps; of a withdrawal the reason.
    fn text(&self, headline: &Headline, lang: Lang, longest: usize, now: Time) -> String {
        if let Some(reason) = &self.withdrawn {
            return short(reason, longest);
        }
        let until = sms::until(&self.card, &self.info, lang, now).and_then(|forms| forms.into_iter().next());
        let mut out = until.map(|until| until + ". ").unwrap_or_default() + headline.summary.trim();
        let steps = self.body.variant(&headline.lang).map(|variant| variant.steps()).unwrap_or_default();
        for (n, step) in steps.iter().take(STEPS).enumerate() {
            let line = format!("{}. {}", n + 1, step.plain.trim());
            // A step is told whole or not at all.
            if out.chars().count() + line.chars().count() >= longest {
                break;
            }
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&line);
        }
        short(&out, longest)
    }
}

/// The reader's own trial: nothing has happened, and nobody else is called.
pub fn trial(lang: Lang, origin: &str) -> Vec<u8> {
    let w = lang.desk();
    let notification = Notification {
        title: w.push_try.to_owned(),
        lang: lang.tag(),
        body: w.push_tried.to_owned(),
        navigate: [origin, notify_path(lang)].concat(),
        tag: "test".to_owned(),
        silent: false,
    };
    bytes(&Payload { web_push: 8030, mutable: true, notification, bt: Bt { v: 1, what: "test", alert: None } })
}

/// Compressed; `None` where phones would not unpack it.
fn packed(plain: &[u8]) -> Option<String> {
    (plain.len() <= MAX_ITEM).then(|| BASE64.encode(compress::zstd_after(DICTIONARY, plain)))
}

fn bytes(payload: &Payload) -> Vec<u8> {
    serde_json::to_vec(payload).expect("texts and numbers are JSON")
}

/// The mark of a drill and the title without it; drills are marked in their titles already, whatever their language.
fn marked<'a>(title: &'a str, status: Status, desk: &Desk) -> (String, &'a str) {
    if status == Status::Actual {
        return (String::new(), title);
    }
    match title.find("] ").filter(|_| title.starts_with('[')) {
        Some(end) => (title[..end + 2].to_owned(), &title[end + 2..]),
        None => ([desk.push_exercise, " "].concat(), title),
    }
}

/// So many characters and "…" behind them at most, cut between words where there is a blank; nothing where no word fits.
fn short(text: &str, longest: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(longest) else { return text.to_owned() };
    let kept = &text[..end];
    let kept = kept.rsplit_once(' ').map_or(kept, |(kept, _)| kept).trim_end_matches([',', '.', ' ', '\n']);
    if kept.is_empty() { String::new() } else { [kept, "…"].concat() }
}

#[cfg(test)]
mod tests;
