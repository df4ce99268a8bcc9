//! The schema of CAP 1.2 as tables: what stands in which element, in which order and how often.

/// One element within another.
pub struct Rule {
    pub name: &'static str,
    pub required: bool,
    pub many: bool,
    pub holds: Holds,
}

/// What is inside an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Text,
    Group(Group),
}

/// Elements that hold others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Alert,
    Info,
    Resource,
    Area,
    Pair,
}

/// Most elements that one can hold.
pub const WIDTH: usize = 21;

const fn one(name: &'static str) -> Rule {
    Rule { name, required: true, many: false, holds: Holds::Text }
}

const fn maybe(name: &'static str) -> Rule {
    Rule { name, required: false, many: false, holds: Holds::Text }
}

const fn some(name: &'static str) -> Rule {
    Rule { name, required: true, many: true, holds: Holds::Text }
}

const fn any(name: &'static str) -> Rule {
    Rule { name, required: false, many: true, holds: Holds::Text }
}

const fn groups(name: &'static str, group: Group) -> Rule {
    Rule { name, required: false, many: true, holds: Holds::Group(group) }
}

const ALERT: [Rule; 14] = [
    one("identifier"),
    one("sender"),
    one("sent"),
    one("status"),
    one("msgType"),
    maybe("source"),
    one("scope"),
    maybe("restriction"),
    maybe("addresses"),
    any("code"),
    maybe("note"),
    maybe("references"),
    maybe("incidents"),
    groups("info", Group::Info),
];

const INFO: [Rule; 21] = [
    maybe("language"),
    some("category"),
    one("event"),
    any("responseType"),
    one("urgency"),
    one("severity"),
    one("certainty"),
    maybe("audience"),
    groups("eventCode", Group::Pair),
    maybe("effective"),
    maybe("onset"),
    maybe("expires"),
    maybe("senderName"),
    maybe("headline"),
    maybe("description"),
    maybe("instruction"),
    maybe("web"),
    maybe("contact"),
    groups("parameter", Group::Pair),
    groups("resource", Group::Resource),
    groups("area", Group::Area),
];

const RESOURCE: [Rule; 6] =
    [one("resourceDesc"), one("mimeType"), maybe("size"), maybe("uri"), maybe("derefUri"), maybe("digest")];

const AREA: [Rule; 6] =
    [one("areaDesc"), any("polygon"), any("circle"), groups("geocode", Group::Pair), maybe("altitude"), maybe("ceiling")];

const PAIR: [Rule; 2] = [one("valueName"), one("value")];

impl Group {
    pub fn rules(self) -> &'static [Rule] {
        match self {
            Group::Alert => &ALERT,
            Group::Info => &INFO,
            Group::Resource => &RESOURCE,
            Group::Area => &AREA,
            Group::Pair => &PAIR,
        }
    }
}
