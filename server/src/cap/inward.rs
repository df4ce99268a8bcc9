//! What comes in: a message of CAP as an item of ours. Several languages are one alert; what concerns none of our places is
//! not ours; what is not for the public never becomes an item.

mod text;

use super::outline;
use super::terms::terms;
use crate::live::Item;
use crate::publish::Proposal;
use domain::alert::cap::{Alert, Area, Info, MsgType, Scope, Status};
use domain::content::{self, AlertInfo, Body, Card, Certainty, Kind, PlaceCode, Time, Urgency};
use domain::instance::instance;
use domain::search::fold;
use std::sync::Arc;

/// What an alert without an end is taken to last, in seconds: CAP 1.2 leaves it to each recipient. A day: the longest time
/// between two bulletins of a national service about the same event.
pub const LIFE: i64 = 86_400;
/// Parts of codes of other countries that may look like ours.
const FOREIGN: [&str; 12] =
    ["fips", "same", "ugc", "zip", "postcode", "emma", "nuts", "iso", "warncell", "cap-cp", "clc", "psgc"];

/// Bands of one message that are told apart; what is less bad goes with the last of them.
pub const MAX_BANDS: usize = 4;

/// The name of a message among all items.
pub fn external(sender: &str, identifier: &str) -> String {
    ["cap:", sender, ",", identifier].concat()
}

/// The names of its bands: the worst has that of the message. No identifier has a comma (CAP 1.2, 3.2.1).
pub fn names(key: &str) -> impl Iterator<Item = String> {
    (0..MAX_BANDS).map(move |n| if n == 0 { key.to_owned() } else { format!("{key},{}", n + 1) })
}

/// What becomes of a message.
#[derive(Debug)]
pub enum Verdict {
    /// It may be published: one item for each of its bands, the worst first; somebody has to look at it first where there is
    /// a reason.
    Items(Vec<Proposal>, Option<&'static str>),
    /// The code of why it never is.
    Refused(&'static str),
    /// No place of ours.
    Foreign,
}

/// An earlier message that this one speaks of, as it stands here.
#[derive(Clone)]
pub struct Earlier {
    pub external: String,
    pub item: Arc<Item>,
    /// Another source brought it.
    pub foreign: bool,
    /// In force now, or to come.
    pub holds: bool,
}

/// What a message says of one level, and the places of ours for which it does.
#[derive(Default)]
struct Band<'a> {
    level: Option<u8>,
    infos: Vec<&'a Info>,
    places: Vec<PlaceCode>,
}

/// Judges a message by what it says itself and what it speaks of. `topic` is what its source is about, where somebody said so.
pub fn judge(alert: &Alert, earlier: &[Earlier], topic: Option<u8>, now: Time) -> Verdict {
    items(alert, earlier, topic, now).unwrap_or_else(|verdict| verdict)
}

fn items(alert: &Alert, earlier: &[Earlier], topic: Option<u8>, now: Time) -> Result<Verdict, Verdict> {
    let status = status(alert)?;
    // What is played ends nothing that is real, and the other way round.
    let earlier: Vec<Earlier> = earlier.iter().filter(|earlier| earlier.item.card.status() == status).cloned().collect();
    let (msg_type, places) = reach(alert, &earlier)?;
    let mut bands = if msg_type == content::MsgType::Cancel { Vec::new() } else { bands(alert) };
    // All of it is one, as most are.
    if bands.len() < 2 {
        bands = vec![Band { level: None, infos: ours(alert), places }];
    }
    let (mut found, mut wait, mut refused) = (Vec::new(), None, None);
    for band in bands {
        match item(alert, band, (status, msg_type), &earlier, topic.unwrap_or(terms().topic), now) {
            Ok((proposal, why)) => {
                found.push(proposal);
                wait = wait.or(why);
            }
            Err(code) => refused = refused.or(Some(code)),
        }
    }
    match refused {
        Some(code) if found.is_empty() => Err(Verdict::Refused(code)),
        _ => Ok(Verdict::Items(found, wait)),
    }
}

/// The levels of which a message speaks, the worst first, each with places of its own: what is said of a place is the worst of it.
fn bands(alert: &Alert) -> Vec<Band<'_>> {
    let infos = ours(alert);
    let of = |info: &Info| said_by(info, &infos).map(|(level, _)| level);
    let mut worst_first = infos.clone();
    worst_first.sort_by_key(|info| std::cmp::Reverse(of(info)));
    let mut bands: Vec<Band> = Vec::new();
    for info in worst_first {
        let level = of(info);
        let named: Vec<PlaceCode> = info.areas.iter().flat_map(places_of).collect();
        let new = |place: &PlaceCode| !bands.iter().any(|band| band.level != level && band.places.contains(place));
        let own: Vec<PlaceCode> = named.iter().copied().filter(new).collect();
        let same = bands.iter().position(|band| band.level == level);
        let shared = bands.iter().position(|band| named.iter().any(|place| band.places.contains(place)));
        let at = match same {
            Some(at) if !own.is_empty() => at,
            None if !own.is_empty() && bands.len() < MAX_BANDS => {
                bands.push(Band { level, ..Band::default() });
                bands.len() - 1
            }
            None if !own.is_empty() => bands.len() - 1,
            // Another language, or more of the same.
            _ => shared.unwrap_or(0),
        };
        if bands.is_empty() {
            bands.push(Band { level, ..Band::default() });
        }
        bands[at].infos.push(info);
        bands[at].places.extend(own);
        bands[at].places.sort_unstable();
        bands[at].places.dedup();
    }
    bands
}

/// The item of a band, and why somebody has to look at it first; or the code of why there is none.
fn item(
    alert: &Alert,
    band: Band,
    (status, msg_type): (content::Status, content::MsgType),
    earlier: &[Earlier],
    topic: u8,
    now: Time,
) -> Result<(Proposal, Option<&'static str>), &'static str> {
    let (infos, places) = (band.infos, whole(band.places));
    let cancel = msg_type == content::MsgType::Cancel;
    let old = earlier.iter().filter_map(|earlier| earlier.item.card.alert()).max_by_key(|info| info.level);
    let told = infos.iter().find_map(|info| hazard_of(info)).or(old.as_ref().map(|info| info.hazard));
    let hazard = told.ok_or(if infos.is_empty() { "no-info" } else { "unknown-hazard" })?;
    let said = said(infos.iter().copied());
    // Who says nothing of it means neither more nor less than before (CAP 1.2, 3.2.2 `severity`: unknown is not minor).
    let level = match (said, &old) {
        (Some(said), _) => within(hazard, said),
        (None, Some(old)) => within(hazard, (old.level, true)),
        (None, None) => within(hazard, (1, false)),
    };
    let (start, end) = span(alert, &infos);
    let over = !cancel && end <= now;
    // The last word on what would go on here without it is told all the same.
    if over && !earlier.iter().any(|earlier| earlier.holds) {
        return Err("ended");
    }
    let end = if over { end.max(alert.sent.at.plus(1)) } else { end };
    let variants = text::variants(alert, &infos, earlier, cancel);
    if variants.is_empty() {
        return Err("no-info");
    }
    let mut card = Card {
        effective: Some(start).filter(|start| *start > alert.sent.at && !cancel && !over),
        expires: Some(end).filter(|_| !cancel),
        topics: vec![topic],
        places,
        source: text::source(alert, &infos),
        ..Card::blank(Kind::ALERT, alert.sent.at)
    };
    card.set_status(status);
    let mut body = Body { source_url: text::web(&infos), ..Body::default() };
    for (mut headline, variant) in variants {
        headline.title = text::marked(status, &headline.lang, &headline.title);
        card.headlines.push(headline);
        body.variants.push(variant);
    }
    let main = infos.first();
    let detail = AlertInfo {
        level,
        hazard,
        msg_type,
        urgency: main.map_or(Urgency::Unknown, |info| info.urgency),
        certainty: main.map_or(Certainty::Unknown, |info| info.certainty),
        references: Vec::new(),
    };
    let wait = if status != content::Status::Actual {
        Some("exercise")
    } else if earlier.iter().any(|earlier| earlier.foreign) {
        Some("other-source")
    } else if !cancel && said.is_none() {
        Some("no-level")
    } else {
        None
    };
    let references = earlier.iter().map(|earlier| earlier.external.clone()).collect();
    let proposal = Proposal { card, undated: false, body, alert: Some(detail), references, supersedes: None, media: Vec::new() };
    Ok((proposal, wait))
}

/// What it is to people; nothing where it is not for them.
fn status(alert: &Alert) -> Result<content::Status, Verdict> {
    let status = match alert.status {
        Status::System | Status::Draft => return Err(Verdict::Refused("status")),
        Status::Exercise => content::Status::Exercise,
        Status::Test => content::Status::Test,
        Status::Actual => content::Status::Actual,
    };
    if alert.scope == Scope::Public { Ok(status) } else { Err(Verdict::Refused("not-public")) }
}

/// What it does here, and to which places.
fn reach(alert: &Alert, earlier: &[Earlier]) -> Result<(content::MsgType, Vec<PlaceCode>), Verdict> {
    let msg_type = match alert.msg_type {
        MsgType::Alert => content::MsgType::Alert,
        MsgType::Update => content::MsgType::Update,
        MsgType::Cancel => content::MsgType::Cancel,
        MsgType::Ack | MsgType::Error => return Err(Verdict::Refused("not-for-people")),
    };
    let named = places(alert);
    if msg_type != content::MsgType::Cancel && !named.is_empty() {
        return Ok((msg_type, named));
    }
    if earlier.is_empty() {
        return Err(if named.is_empty() { Verdict::Foreign } else { Verdict::Refused("nothing-to-cancel") });
    }
    // Whatever is cancelled is cancelled wherever it stood, and what goes on elsewhere is over here.
    let mut had: Vec<PlaceCode> = earlier.iter().flat_map(|earlier| earlier.item.card.places.iter().copied()).collect();
    had.sort_unstable();
    had.dedup();
    Ok((content::MsgType::Cancel, had))
}

/// All units together are the whole area.
fn whole(places: Vec<PlaceCode>) -> Vec<PlaceCode> {
    let units = instance().units().count();
    let top = instance().whole().map(|place| PlaceCode(place.code));
    match top {
        Some(top) if places.len() >= units || places.contains(&top) => vec![top],
        _ => places,
    }
}

/// The parts that concern a place of ours, the worst first; those without an area of their own go with them.
pub fn ours(alert: &Alert) -> Vec<&Info> {
    let concern = |info: &&Info| info.areas.is_empty() || info.areas.iter().any(|area| !places_of(area).is_empty());
    let mut infos: Vec<&Info> = alert.infos.iter().filter(concern).collect();
    // An update that goes on elsewhere still says why.
    if infos.is_empty() {
        infos = alert.infos.iter().collect();
    }
    infos.sort_by_key(|info| std::cmp::Reverse(named(info).or(info.severity.level())));
    infos
}

/// The places of ours that a message is for; none where it is not ours.
pub fn places(alert: &Alert) -> Vec<PlaceCode> {
    let mut places: Vec<PlaceCode> = alert.infos.iter().flat_map(|info| &info.areas).flat_map(places_of).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// By its codes, else by its shape.
fn places_of(area: &Area) -> Vec<PlaceCode> {
    let shaped = || outline::touched(area.polygons.iter(), area.circles.iter());
    let known = |value: &str| {
        let code = value.trim().parse().ok().map(PlaceCode);
        code.and_then(|code| instance().place(code)).map(|place| (PlaceCode(place.code), !place.is_whole()))
    };
    let is_own = |name: &str| name.trim().eq_ignore_ascii_case(&terms().geocode);
    let own = area.geocodes.iter().filter(|pair| is_own(&pair.name)).filter_map(|pair| known(&pair.value));
    let own: Vec<PlaceCode> = own.map(|(code, _)| code).collect();
    if !own.is_empty() {
        return own;
    }
    let foreign = |name: &str| {
        let name = name.to_ascii_lowercase();
        FOREIGN.iter().any(|part| name.contains(part))
    };
    // Under another name the number of a unit is taken for one only where the shape does not say otherwise; that of the whole
    // area is too short to mean anything.
    let likely = area.geocodes.iter().filter(|pair| !foreign(&pair.name)).filter_map(|pair| known(&pair.value));
    let likely: Vec<PlaceCode> = likely.filter(|(_, unit)| *unit).map(|(code, _)| code).collect();
    let drawn = !area.polygons.is_empty() || !area.circles.is_empty();
    if likely.is_empty() || (drawn && shaped().is_empty()) { shaped() } else { likely }
}

/// The national level that a part names.
fn named(info: &Info) -> Option<u8> {
    info.parameters.iter().filter(|pair| terms().is_level(&pair.name)).find_map(|pair| level_in(&fold(&pair.value)))
}

/// The level that words say, folded: the worst of the numbers right behind "cấp" or "level", but for those of the wind; else the
/// first that may be one. What else is counted, a date or an article of a decision, stands elsewhere.
fn level_in(text: &str) -> Option<u8> {
    let words = ["cap", "level"].iter().flat_map(|word| text.match_indices(word));
    let levels = words.filter(|(at, _)| !["gio ", "giat "].iter().any(|wind| text[..*at].ends_with(wind)));
    let named = levels.filter_map(|(at, word)| behind(&text[at + word.len()..])).max();
    let mut digits =
        text.char_indices().filter(|(at, c)| c.is_ascii_digit() && !text[..*at].ends_with(|c: char| c.is_ascii_digit()));
    named.or_else(|| digits.find_map(|(at, _)| behind(&text[at..])))
}

/// The level with which a text begins, of a range its end.
fn behind(text: &str) -> Option<u8> {
    let (level, rest) = figure(text)?;
    let range = ["-", "–", "den", "to"].iter().find_map(|sign| rest.trim_start().strip_prefix(sign)).map(str::trim_start);
    let end = range.and_then(|rest| figure(rest.strip_prefix("cap").or(rest.strip_prefix("level")).unwrap_or(rest)));
    [Some(level), end.map(|(end, _)| end)].into_iter().flatten().filter(|level| (1..=5).contains(level)).max()
}

/// The number with which a text begins, after what may stand between it and its word; and the rest.
fn figure(text: &str) -> Option<(u8, &str)> {
    let mut rest = text.trim_start();
    for word in ["do", "rui ro", "thien tai", ":"] {
        rest = rest.strip_prefix(word).unwrap_or(rest).trim_start();
    }
    let (digits, rest) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
    Some((digits.parse().ok()?, rest))
}

/// The worst level of these parts; none where it is unknown. And whether it was named.
fn said<'a>(infos: impl Iterator<Item = &'a Info>) -> Option<(u8, bool)> {
    let infos: Vec<&Info> = infos.collect();
    infos.iter().filter_map(|info| said_by(info, &infos)).max()
}

/// The level of a part: the one that it names, else the one named in another language for the same severity, else the one that
/// its severity stands for.
fn said_by(info: &Info, all: &[&Info]) -> Option<(u8, bool)> {
    let other = || all.iter().filter(|other| other.severity == info.severity).find_map(|other| named(other));
    let named = named(info).or_else(other);
    named.map(|level| (level, true)).or(info.severity.level().map(|level| (level, false)))
}

/// Who names a level may have raised it; what only follows from a severity stays within what the hazard usually has.
fn within(hazard: u8, (level, named): (u8, bool)) -> u8 {
    let levels = if named { instance().raised(hazard) } else { instance().levels(hazard) };
    level.min(*levels.end()).max(*levels.start())
}

/// The level that these parts would have here, as far as they say one.
pub fn level<'a>(infos: impl Iterator<Item = &'a Info> + Clone) -> Option<u8> {
    let said = said(infos.clone())?;
    Some(infos.clone().find_map(hazard_of).map_or(said.0, |hazard| within(hazard, said)))
}

/// Which hazard a part is about: by its codes, else by its words.
fn hazard_of(info: &Info) -> Option<u8> {
    let coded = |value: &str| instance().hazard_by_slug(value).or_else(|| terms().hazard_of_code(value));
    info.event_codes
        .iter()
        .find_map(|pair| coded(pair.value.trim()))
        .or_else(|| terms().hazard(&info.event))
        .or_else(|| terms().hazard(info.headline.as_deref()?))
}

/// When it begins and ends to hold.
fn span(alert: &Alert, infos: &[&Info]) -> (Time, Time) {
    let starts = infos.iter().map(|info| info.effective.map_or(alert.sent.at, |at| at.at));
    let start = starts.min().unwrap_or(alert.sent.at).max(alert.sent.at);
    let ends = infos.iter().map(|info| info.expires.map_or(start.plus(LIFE), |at| at.at));
    (start, ends.max().unwrap_or(start.plus(LIFE)))
}

/// Whether nothing of what it says for our places holds any more; a cancellation does not end.
pub fn ended(alert: &Alert, now: Time) -> bool {
    alert.msg_type != MsgType::Cancel && span(alert, &ours(alert)).1 <= now
}

/// Whether a message holds at an instant, for whomever it is.
pub fn in_force(alert: &Alert, now: Time) -> bool {
    let live = matches!(alert.msg_type, MsgType::Alert | MsgType::Update) && alert.status == Status::Actual;
    live && alert.infos.iter().any(|info| {
        let (start, end) = span(alert, &[info]);
        start <= now && now < end
    })
}
