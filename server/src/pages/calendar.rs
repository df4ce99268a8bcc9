//! Calendars (RFC 5545): one event, or the events of a place.

use super::document::bends;
use crate::live::{Item, Snapshot};
use domain::alert::sms;
use domain::content::{FactKind, Gone, ItemId, PlaceCode, Time};
use domain::instance::instance;
use domain::route::Feed;
use domain::wire::Seq;
use domain::words::Lang;
use ui::data::replaced;
use ui::links;

/// Events stay in the calendar of a place this long after they began: 30 days.
const MEMORY: i64 = 30 * 86_400;
/// Longest line in octets, without its end.
const LINE: usize = 75;

/// Whether there is, or was, an event of this name.
pub fn is_event(snapshot: &Snapshot, id: ItemId) -> bool {
    match snapshot.items.get(&id) {
        Some(item) => item.card.event().is_some(),
        None => last_start(snapshot, id).is_some() && snapshot.gone.contains_key(&id),
    }
}

/// When an event that was withdrawn was to begin.
fn last_start(snapshot: &Snapshot, id: ItemId) -> Option<Time> {
    snapshot.published_as(id).find_map(|card| card.event()).map(|event| event.start)
}

pub fn print(snapshot: &Snapshot, feed: &Feed, lang: Lang, origin: &str, now: Time) -> String {
    let mut name = instance().name.clone();
    let mut events: Vec<(Time, &Item)> = Vec::new();
    let replaced = replaced(snapshot.cards());
    let stands = |item: &Item| !replaced.contains(&item.card.id);
    let all = snapshot.items.values().filter_map(|item| Some((item.card.event()?.start, &**item)));
    match feed {
        Feed::Event(id) => events.extend(all.filter(|(_, item)| item.card.id == *id)),
        Feed::Calendar(code) => {
            if let Some(place) = instance().place(PlaceCode(*code)) {
                name = [place.name.get(lang), " – ", &name].concat();
            }
            let here = |item: &Item| stands(item) && instance().belongs(&item.card.places, PlaceCode(*code));
            events.extend(all.filter(|(start, item)| start.plus(MEMORY) > now && here(item)));
        }
        _ => {}
    }
    events.sort_unstable_by_key(|(start, item)| (*start, item.card.id));
    let touched = snapshot.touched();
    let touched = |id: ItemId| touched.get(&id).copied().unwrap_or_default();
    let mut out = Calendar(String::new());
    out.line("BEGIN:VCALENDAR");
    out.line("VERSION:2.0");
    out.line("PRODID:-//Ban Tin//Ban Tin 1//VI");
    out.line("CALSCALE:GREGORIAN");
    out.text("X-WR-CALNAME", &name);
    let gone = if let Feed::Event(id) = feed { snapshot.gone.get(id) } else { None };
    if let Some((gone, start)) = gone.and_then(|gone| Some((gone, last_start(snapshot, gone.id)?))) {
        out.withdrawn(gone, start, lang, origin, touched(gone.id));
    } else if events.is_empty() {
        out.zone();
    }
    for (_, item) in events {
        out.event(item, stands(item), lang, origin, touched(item.card.id));
    }
    out.line("END:VCALENDAR");
    out.0
}

struct Calendar(String);

impl Calendar {
    /// A calendar holds one component at least (RFC 5545, 3.6): Vietnam's time says nothing of any event.
    fn zone(&mut self) {
        for line in [
            "BEGIN:VTIMEZONE",
            "TZID:Asia/Ho_Chi_Minh",
            "BEGIN:STANDARD",
            "DTSTART:19750613T000000",
            "TZOFFSETFROM:+0800",
            "TZOFFSETTO:+0700",
            "END:STANDARD",
            "END:VTIMEZONE",
        ] {
            self.line(line);
        }
    }

    /// One that was replaced does not stand: it is called off, since its successor is an event of its own.
    fn event(&mut self, item: &Item, stands: bool, lang: Lang, origin: &str, (seq, touched): (Seq, Time)) {
        let card = &item.card;
        let Some(event) = card.event() else { return };
        let head = card.headline(lang.tag());
        let url = links::full(card, lang, origin);
        let venue = item.body.variant(&head.lang).and_then(|variant| variant.fact(FactKind::VENUE));
        self.line("BEGIN:VEVENT");
        self.name(card.id, origin);
        self.line(&format!("DTSTAMP:{}", utc(item.at.max(touched))));
        // Programs believe a change only with a higher number, also one that takes a cancellation back (RFC 5546, 2.1.4).
        self.line(&format!("SEQUENCE:{seq}"));
        if !stands {
            self.line("STATUS:CANCELLED");
        }
        self.line(&format!("DTSTART:{}", utc(event.start)));
        if let Some(end) = event.end {
            self.line(&format!("DTEND:{}", utc(end)));
        }
        self.text("SUMMARY", &[&sms::sample(card, lang), head.title.as_str()].concat());
        self.text("DESCRIPTION", &[&head.summary, "\n", &url].concat());
        if let Some(place) = venue.map(str::to_owned).or(event.online.clone()) {
            self.text("LOCATION", &place);
        }
        self.line(&format!("URL:{}", event.online.as_deref().and_then(links::web).map_or(url.clone(), bare)));
        self.line("END:VEVENT");
    }

    /// Whoever took it must not go there: programs call it off by its name. What it said is gone, but for when.
    fn withdrawn(&mut self, gone: &Gone, start: Time, lang: Lang, origin: &str, (seq, touched): (Seq, Time)) {
        self.line("BEGIN:VEVENT");
        self.name(gone.id, origin);
        self.line(&format!("DTSTAMP:{}", utc(gone.at.max(touched))));
        self.line(&format!("SEQUENCE:{seq}"));
        self.line("STATUS:CANCELLED");
        self.line(&format!("DTSTART:{}", utc(start)));
        self.text("SUMMARY", lang.words().gone());
        self.text("DESCRIPTION", &gone.reason);
        self.line("END:VEVENT");
    }

    /// The same for good, in every language.
    fn name(&mut self, id: ItemId, origin: &str) {
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        self.line(&format!("UID:{id}@{host}"));
    }

    fn text(&mut self, name: &str, value: &str) {
        let mut line = format!("{name}:");
        for c in value.trim().chars() {
            match c {
                '\\' | ';' | ',' => line.extend(['\\', c]),
                '\n' => line.push_str("\\n"),
                c if c.is_control() || bends(c) => {}
                c => line.push(c),
            }
        }
        self.line(&line);
    }

    /// Folded: no line is longer than 75 octets, and no character is cut.
    fn line(&mut self, line: &str) {
        let mut room = LINE;
        for c in line.chars() {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LINE - 1;
            }
            self.0.push(c);
            room -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// An address as RFC 3986 writes it, without what would end its line.
fn bare(url: &str) -> String {
    let url = url::Url::parse(url).map_or_else(|_| url.to_owned(), String::from);
    url.chars().filter(|c| c.is_ascii_graphic()).collect()
}

/// `20261123T110500Z`.
fn utc(at: Time) -> String {
    // The civil calendar is that of UTC+7.
    let c = at.plus(-7 * 3_600).civil();
    format!("{:04}{:02}{:02}T{:02}{:02}{:02}Z", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_those_of_utc() {
        assert_eq!(utc(Time(0)), "19700101T000000Z");
        assert_eq!(utc(Time::parse("2026-11-23T18:05:09+07:00").unwrap()), "20261123T110509Z");
    }

    #[test]
    fn hostile_text_stays_in_its_line() {
        let mut out = Calendar(String::new());
        out.text("SUMMARY", "Họp thôn; nhà ông Ê, 7 giờ\r\nEND:VEVENT\nX:\\");
        assert_eq!(out.0, "SUMMARY:Họp thôn\\; nhà ông Ê\\, 7 giờ\\nEND:VEVENT\\nX:\\\\\r\n");
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        let mut out = Calendar(String::new());
        out.text("DESCRIPTION", &"Nước lên ở khe, ".repeat(30));
        let lines: Vec<&str> = out.0.trim_end_matches("\r\n").split("\r\n").collect();
        assert!(lines.len() > 5);
        assert!(lines.iter().all(|line| line.len() <= LINE));
        assert!(lines[1..].iter().all(|line| line.starts_with(' ')));
        let whole = lines.iter().enumerate().map(|(at, line)| if at == 0 { *line } else { &line[1..] }).collect::<String>();
        assert_eq!(whole.matches("Nước lên ở khe\\,").count(), 30);
    }
}
