//! Whom an alert calls by push, and how loudly. One subscription at a time; what it was shown before is handed in.

use crate::content::{AlertInfo, MsgType, PlaceCode, Status, Time, Urgency};
use crate::instance::instance;

/// From this level on an alert rings at any hour (Decision 18/2021/QĐ-TTg, art. 4: great risk).
pub const WAKES: u8 = 3;
/// And from this one on where people must act at once: a flash flood has three levels, and its second one moves houses.
pub const WAKES_NOW: u8 = 2;

/// What somebody wants to be called for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Units he lives in or cares for; none = the whole area.
    pub places: Vec<PlaceCode>,
    /// Indices into `instance().hazards`; none = all.
    pub hazards: Vec<u8>,
    /// Lowest level, 1–5.
    pub level: u8,
    /// Hours of Vietnam, 0–23, from the first up to the second; around midnight where the first is the later one.
    pub quiet: Option<(u8, u8)>,
}

/// What is to be told: an alert, or `Cancel` with what it takes back.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    pub info: &'a AlertInfo,
    /// Units concerned; none = everyone.
    pub places: &'a [PlaceCode],
    pub status: Status,
}

/// How somebody is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Makes a sound; else it is only there when he looks.
    pub ring: bool,
    /// Would, had he heard nothing of the chain. Services take messages for phones without a network and let newer ones take
    /// their place: what was sent was not always heard, and the phone knows.
    pub loud: bool,
    /// One of his units is named: he is called before those who hear of it as everybody does.
    pub near: bool,
    /// It holds where he lives. Else he hears how it went on, and that is all.
    pub here: bool,
}

/// Whether a message calls whoever has this wish, at `now`. `heard` is the level of its chain that he has heard of, see
/// [`Call::heard`]; `None` where he was shown nothing.
///
/// - A trial of the equipment calls nobody.
/// - A cancel goes to whoever was shown something, without a sound, and to nobody else.
/// - An update goes to those who were shown something, too, be they still concerned or not; it rings only where it holds for
///   them, at a level that they want, and that is above what they heard: what was lowered in the evening and gets worse at night
///   wakes people again, and so does what came without a sound before.
/// - Quiet hours take the sound from everything below [`WAKES`], or below [`WAKES_NOW`] where it is immediate, and from every
///   drill.
pub fn call(wish: &Wish, message: &Message, heard: Option<u8>, now: Time) -> Option<Call> {
    let Message { info, places, status } = message;
    if *status == Status::Test {
        return None;
    }
    let (near, here) = (wish.places.iter().any(|place| places.contains(place)), here(wish, message));
    if info.msg_type == MsgType::Cancel {
        return heard.map(|_| Call { ring: false, loud: false, near, here });
    }
    if heard.is_none() && !wanted(wish, message) {
        return None;
    }
    let least = if info.urgency == Urgency::Immediate { WAKES_NOW } else { WAKES };
    let wakes = info.level >= least && *status == Status::Actual;
    let loud = here && info.level >= wish.level && (wakes || !quiet(wish.quiet, now));
    Some(Call { ring: loud && heard.is_none_or(|level| info.level > level), loud, near, here })
}

impl Call {
    /// The level that he has heard of once he has this, `level` being that of the message: between these two, as near as can be
    /// to what he had heard of before. What rang counts; what came without a sound does not, but what was lowered is lower,
    /// and word for others ends what he had heard of.
    pub fn heard(&self, level: u8) -> (u8, u8) {
        (if self.ring { level } else { 0 }, if self.here { level } else { 0 })
    }
}

/// Of the last words of one event that hold for different places, in the order of [`super::current`], the one for whoever has
/// this wish: the first that would call him, else the first that concerns where he lives. `None` where none does. Phones show
/// one word of an event: that of another commune is not to cover that of his own.
pub fn foremost(wish: &Wish, words: &[Message]) -> Option<usize> {
    let calling = words.iter().position(|word| wanted(wish, word));
    calling.or_else(|| words.iter().position(|word| here(wish, word)))
}

fn here(wish: &Wish, message: &Message) -> bool {
    wish.places.is_empty() || wish.places.iter().any(|at| instance().concerns(message.places, *at))
}

/// Whether it calls him though he was shown nothing of its chain.
fn wanted(wish: &Wish, message: &Message) -> bool {
    let of = |wished: &u8| instance().warns_of(message.info.hazard, *wished);
    let hazard = wish.hazards.is_empty() || wish.hazards.iter().any(of);
    here(wish, message) && hazard && message.info.level >= wish.level
}

fn quiet(hours: Option<(u8, u8)>, now: Time) -> bool {
    let hour = now.civil().hour;
    match hours {
        None => false,
        Some((from, to)) if from <= to => (from..to).contains(&hour),
        Some((from, to)) => hour >= from || hour < to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Certainty;
    use proptest::prelude::*;

    const CITY: PlaceCode = PlaceCode(46);
    const HERE: PlaceCode = PlaceCode(20044);
    const THERE: PlaceCode = PlaceCode(20050);
    /// Noon and two at night in Vietnam.
    const NOON: Time = Time(1_795_410_000);
    const NIGHT: Time = Time(1_795_410_000 + 14 * 3_600);

    fn info(level: u8, msg_type: MsgType) -> AlertInfo {
        let (urgency, certainty) = (Urgency::Expected, Certainty::Likely);
        AlertInfo { level, hazard: 4, msg_type, urgency, certainty, references: Vec::new() }
    }

    fn wish(level: u8) -> Wish {
        Wish { places: vec![HERE], level, quiet: Some((21, 5)), ..Wish::default() }
    }

    fn told(wish: &Wish, level: u8, msg_type: MsgType, places: &[PlaceCode], shown: Option<u8>, now: Time) -> Option<Call> {
        call(wish, &Message { info: &info(level, msg_type), places, status: Status::Actual }, shown, now)
    }

    const LOUD: Option<Call> = Some(Call { ring: true, loud: true, near: true, here: true });
    const SILENT: Option<Call> = Some(Call { ring: false, loud: false, near: true, here: true });
    /// Heard already.
    const KNOWN: Option<Call> = Some(Call { ring: false, loud: true, near: true, here: true });

    #[test]
    fn place_hazard_and_level_decide() {
        let alert = |wish: &Wish, places: &[PlaceCode]| told(wish, 2, MsgType::Alert, places, None, NOON);
        assert_eq!(alert(&wish(2), &[HERE]), LOUD);
        assert_eq!(alert(&wish(3), &[HERE]), None, "below what he wants");
        assert_eq!(alert(&wish(2), &[THERE]), None, "somewhere else");
        let far = Some(Call { ring: true, loud: true, near: false, here: true });
        assert_eq!(alert(&wish(2), &[CITY]), far, "the city is above its communes");
        assert_eq!(alert(&wish(2), &[]), far, "it is for everyone");
        assert_eq!(alert(&Wish { places: vec![], ..wish(2) }, &[THERE]), far, "he wants the whole area");
        assert_eq!(alert(&Wish { hazards: vec![3], ..wish(2) }, &[HERE]), None);
        assert_eq!(alert(&Wish { hazards: vec![3, 4], ..wish(2) }, &[HERE]), LOUD);
    }

    /// "Cảnh báo lũ quét, sạt lở đất" is one bulletin, which has to be filed under either.
    #[test]
    fn who_asked_for_flash_floods_hears_of_landslides_and_the_other_way_round() {
        let [flood, flash_flood, landslide] =
            ["flood", "flash-flood", "landslide"].map(|s| instance().hazard_by_slug(s).unwrap());
        let hears = |wished, hazard| {
            let info = AlertInfo { hazard, ..info(2, MsgType::Alert) };
            let wish = Wish { hazards: vec![wished], ..wish(2) };
            call(&wish, &Message { info: &info, places: &[HERE], status: Status::Actual }, None, NOON).is_some()
        };
        assert!(hears(flash_flood, landslide) && hears(landslide, flash_flood) && hears(landslide, landslide));
        assert!(!hears(flood, landslide) && !hears(flash_flood, flood));
        assert!(!hears(u8::MAX, flash_flood), "one that is none any more");
    }

    #[test]
    fn quiet_hours_hold_below_the_third_level_where_there_is_time_and_in_drills() {
        let alert = |level, now| told(&wish(1), level, MsgType::Alert, &[HERE], None, now);
        assert_eq!(alert(2, NIGHT), SILENT);
        assert_eq!(alert(3, NIGHT), LOUD);
        assert_eq!(alert(2, NOON), LOUD);
        let at_once = |level| {
            let info = AlertInfo { urgency: Urgency::Immediate, ..info(level, MsgType::Alert) };
            call(&wish(1), &Message { info: &info, places: &[HERE], status: Status::Actual }, None, NIGHT)
        };
        assert_eq!((at_once(2), at_once(1)), (LOUD, SILENT), "who must leave his house now does not sleep on");
        let drill = |now| {
            let message = Message { info: &info(5, MsgType::Alert), places: &[HERE], status: Status::Exercise };
            call(&wish(1), &message, None, now)
        };
        assert_eq!((drill(NIGHT), drill(NOON)), (SILENT, LOUD));
        for (hours, hour, is) in [((21, 5), 21, true), ((21, 5), 4, true), ((21, 5), 5, false), ((12, 14), 13, true)] {
            let at = Time(NOON.0 + (hour - 12) * 3_600);
            assert_eq!(quiet(Some(hours), at), is, "{hours:?} at {hour}");
        }
        assert!(!quiet(Some((7, 7)), Time(NOON.0 - 5 * 3_600)), "no hour at all");
    }

    #[test]
    fn an_update_rings_only_where_it_is_worse() {
        let update = |level, places: &[PlaceCode], shown| told(&wish(3), level, MsgType::Update, places, shown, NOON);
        assert_eq!(update(3, &[HERE], Some(3)), KNOWN, "a phone that the first word never reached rings");
        assert_eq!(update(4, &[HERE], Some(3)), LOUD);
        assert_eq!(update(1, &[HERE], Some(3)), SILENT, "he hears that it got better, below the level he wants too");
        assert_eq!(update(2, &[HERE], Some(0)), SILENT, "and so where word for others came between");
        let elsewhere = Some(Call { ring: false, loud: false, near: false, here: false });
        assert_eq!(update(3, &[THERE], Some(3)), elsewhere, "and that it went elsewhere");
        assert_eq!(update(4, &[THERE], Some(3)), elsewhere, "where it is worse than it was here, which wakes nobody here");
        assert_eq!(update(3, &[HERE], None), LOUD, "to whoever heard nothing it is the first word");
        assert_eq!(update(2, &[HERE], None), None);
    }

    #[test]
    fn what_came_without_a_sound_and_word_for_others_were_not_heard() {
        let silent = Call { ring: false, loud: false, near: true, here: true };
        let (loud, others) = (Call { ring: true, loud: true, ..silent }, Call { near: false, here: false, ..silent });
        let after = |call: Call, level, before: u8| {
            let (least, most) = call.heard(level);
            before.max(least).min(most)
        };
        assert_eq!(after(loud, 3, 2), 3);
        assert_eq!((after(silent, 2, 0), after(silent, 2, 3), after(silent, 3, 2)), (0, 2, 2));
        assert_eq!(after(others, 3, 2), 0, "it may come back");
        let evening = told(&wish(1), 2, MsgType::Alert, &[HERE], None, NIGHT).unwrap();
        assert!(!evening.ring);
        let morning = told(&wish(1), 2, MsgType::Update, &[HERE], Some(after(evening, 2, 0)), NOON);
        assert_eq!(morning, LOUD, "the same level, heard for the first time");
    }

    #[test]
    fn a_cancel_goes_to_those_who_heard_something() {
        for (shown, wanted) in [(Some(1), SILENT), (None, None)] {
            assert_eq!(told(&wish(5), 4, MsgType::Cancel, &[HERE], shown, NIGHT), wanted);
        }
    }

    #[test]
    fn of_words_for_different_places_each_hears_his_own() {
        let (worse, lesser) = (info(4, MsgType::Update), info(2, MsgType::Update));
        let word = |info, places| Message { info, places, status: Status::Actual };
        let words = [word(&worse, &[HERE]), word(&lesser, &[THERE])];
        let at = |places: &[PlaceCode], level| foremost(&Wish { places: places.to_vec(), ..wish(level) }, &words);
        assert_eq!((at(&[HERE], 1), at(&[THERE], 1)), (Some(0), Some(1)));
        assert_eq!(at(&[THERE, HERE], 1), Some(0), "the worse one, where both concern him");
        assert_eq!(at(&[THERE], 3), Some(1), "how it goes on where he lives, below the level he wants too");
        assert_eq!(at(&[], 3), Some(0));
        assert_eq!(at(&[PlaceCode(19900)], 1), None);
        let landslides = Wish { hazards: vec![3], ..wish(1) };
        let slide = AlertInfo { hazard: 3, ..info(2, MsgType::Update) };
        assert_eq!(foremost(&landslides, &[word(&worse, &[HERE]), word(&slide, &[HERE])]), Some(1), "what he asked for first");
    }

    proptest! {
        #[test]
        fn a_trial_calls_nobody(level in 1u8..=5, shown in proptest::option::of(1u8..=5), hour in 0i64..24) {
            let message = Message { info: &info(level, MsgType::Update), places: &[HERE], status: Status::Test };
            prop_assert_eq!(call(&wish(1), &message, shown, Time(hour * 3_600)), None);
        }

        #[test]
        fn whoever_was_shown_something_hears_how_it_goes_on(
            level in 1u8..=5, wanted in 1u8..=5, heard in 0u8..=5, cancel: bool, place in 0u32..100_000, hour in 0i64..24,
        ) {
            let kind = if cancel { MsgType::Cancel } else { MsgType::Update };
            let found = told(&wish(wanted), level, kind, &[PlaceCode(place)], Some(heard), Time(hour * 3_600));
            let call = found.unwrap();
            prop_assert!(!call.loud || !cancel && level >= wanted && call.here);
            prop_assert_eq!(call.ring, call.loud && level > heard);
        }
    }
}
