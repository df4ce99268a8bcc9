//! Makes an alert of elements as a parser of XML meets them, within the schema: which element it is, where it may stand,
//! how often, and what is in it. Knows nothing of XML itself.

use super::schema::{Group, Holds, WIDTH};
use super::{Alert, Area, Category, Code, Fault, Info, MsgType, Pair, Resource, Scope, Severity, Stamp, Version, keep, value};
use crate::content::{Certainty, Time, Urgency};
use std::fmt::Write;

/// An element that holds others and is not closed yet.
struct Open {
    group: Group,
    /// Index of its rule in the element around it.
    rule: usize,
    /// How often each of its elements came so far, by the index of its rule.
    counts: [u32; WIDTH],
    last: usize,
}

impl Open {
    fn new(group: Group, rule: usize) -> Open {
        Open { group, rule, counts: [0; WIDTH], last: 0 }
    }
}

/// An alert in the making. After a fault it is of no more use.
pub struct Builder {
    version: Version,
    open: Vec<Open>,
    /// The element of text that is open in the innermost group: index of its rule.
    leaf: Option<usize>,
    /// Depth within an element that is passed over.
    passed: usize,
    text: String,
    alert: Alert,
    info: Info,
    resource: Resource,
    area: Area,
    pair: Pair,
    shapes: usize,
}

/// What is written over before it is read: an element that is required is there, or there is a fault.
fn blank() -> (Alert, Info) {
    let alert = Alert::named(String::new(), String::new(), Stamp { at: Time(0), offset: 0 }, MsgType::Error);
    (alert, blank_info())
}

fn blank_info() -> Info {
    Info {
        language: None,
        categories: Vec::new(),
        event: String::new(),
        response_types: Vec::new(),
        urgency: Urgency::Unknown,
        severity: Severity::Unknown,
        certainty: Certainty::Unknown,
        audience: None,
        event_codes: Vec::new(),
        effective: None,
        onset: None,
        expires: None,
        sender_name: None,
        headline: None,
        description: None,
        instruction: None,
        web: None,
        contact: None,
        parameters: Vec::new(),
        resources: Vec::new(),
        areas: Vec::new(),
    }
}

impl Builder {
    pub fn new(version: Version) -> Builder {
        let (alert, info) = blank();
        Builder {
            version,
            open: Vec::with_capacity(4),
            leaf: None,
            passed: 0,
            text: String::new(),
            alert,
            info,
            resource: Resource::default(),
            area: Area::default(),
            pair: Pair::default(),
            shapes: 0,
        }
    }

    /// The name of the message, as far as it was read.
    pub fn identifier(&self) -> Option<&str> {
        self.came("identifier").then_some(self.alert.identifier.as_str())
    }

    pub fn sender(&self) -> Option<&str> {
        self.came("sender").then_some(self.alert.sender.as_str())
    }

    pub fn msg_type(&self) -> Option<MsgType> {
        self.came("msgType").then_some(self.alert.msg_type)
    }

    /// Whether this element of the alert was closed.
    fn came(&self, name: &str) -> bool {
        let Some(alert) = self.open.first() else { return true };
        let Some(rule) = alert.group.rules().iter().position(|rule| rule.name == name) else { return false };
        let open = self.open.len() == 1 && self.leaf == Some(rule);
        alert.counts[rule] > 0 && !open
    }

    /// Whether an element of another standard may begin here: a signature, beside the parts of the alert.
    pub fn takes_foreign(&self) -> bool {
        self.passed == 0 && self.open.len() == 1 && self.leaf.is_none()
    }

    /// An element begins, by its name within the namespace of CAP.
    pub fn start(&mut self, name: &str) -> Result<(), Fault> {
        if self.passed > 0 {
            self.passed += 1;
            return Ok(());
        }
        let old = self.version == Version::V1_0;
        let Some(top) = self.open.last_mut() else {
            if name != "alert" {
                return Err(Fault { code: Code::NotCap, path: ["/", name].concat() });
            }
            self.open.push(Open::new(Group::Alert, 0));
            return Ok(());
        };
        let rules = top.group.rules();
        let known = if self.leaf.is_some() { None } else { rules.iter().position(|rule| rule.name == name) };
        let Some(at) = known else {
            if old && self.leaf.is_none() {
                self.passed = 1;
                return Ok(());
            }
            return Err(self.within(Code::UnknownElement, name));
        };
        if at < top.last && !old {
            return Err(self.within(Code::WrongOrder, name));
        }
        if top.counts[at] > 0 && !rules[at].many {
            return Err(self.within(Code::Repeated, name));
        }
        top.counts[at] += 1;
        top.last = at;
        self.text.clear();
        match rules[at].holds {
            Holds::Text => self.leaf = Some(at),
            Holds::Group(group) => self.open.push(Open::new(group, at)),
        }
        Ok(())
    }

    /// Text within the element that began last.
    pub fn text(&mut self, text: &str) -> Result<(), Fault> {
        if self.passed > 0 {
            return Ok(());
        }
        // CAP 1.0 had `name=value` as the text of what holds two elements since.
        let pair = self.version == Version::V1_0 && self.open.last().is_some_and(|open| open.group == Group::Pair);
        if self.leaf.is_some() || pair {
            self.text.push_str(text);
        } else if !value::trim(text).is_empty() {
            return Err(self.here(Code::StrayText));
        }
        Ok(())
    }

    /// The element that began last ends. `true` where it was the alert itself.
    pub fn end(&mut self) -> Result<bool, Fault> {
        if self.passed > 0 {
            self.passed -= 1;
            return Ok(false);
        }
        let Some(top) = self.open.last() else { return Err(self.here(Code::Xml)) };
        if let Some(rule) = self.leaf {
            let group = top.group;
            self.keep(group, rule).map_err(|code| self.here(code))?;
            self.leaf = None;
            return Ok(false);
        }
        let (group, rule) = (top.group, top.rule);
        self.complete(group)?;
        match group {
            Group::Alert => self.judge()?,
            Group::Area if self.area.ceiling.is_some() && self.area.altitude.is_none() => {
                return Err(self.within(Code::Missing, "altitude"));
            }
            Group::Info => self.alert.infos.push(std::mem::replace(&mut self.info, blank_info())),
            Group::Resource => self.info.resources.push(std::mem::take(&mut self.resource)),
            Group::Area => self.info.areas.push(std::mem::take(&mut self.area)),
            Group::Pair => {
                let pair = std::mem::take(&mut self.pair);
                let around = self.open.get(self.open.len().wrapping_sub(2)).map(|around| around.group.rules()[rule].name);
                match around {
                    Some("geocode") => self.area.geocodes.push(pair),
                    Some("eventCode") => self.info.event_codes.push(pair),
                    _ => self.info.parameters.push(pair),
                }
            }
        }
        self.open.pop();
        Ok(group == Group::Alert)
    }

    /// The alert, once [`Builder::end`] has said that it is whole.
    pub fn alert(self) -> Alert {
        self.alert
    }

    /// Whether all is there that must be.
    fn complete(&mut self, group: Group) -> Result<(), Fault> {
        let Some(top) = self.open.last() else { return Ok(()) };
        let counts = top.counts;
        for (rule, count) in group.rules().iter().zip(counts) {
            if count > 0 || !rule.required {
                continue;
            }
            match (group, rule.name, self.version) {
                // Optional before CAP 1.2.
                (Group::Resource, "mimeType", Version::V1_0 | Version::V1_1) => {
                    self.resource.mime_type = "application/octet-stream".into();
                }
                // Optional in CAP 1.0.
                (Group::Alert, "scope", Version::V1_0) => self.alert.scope = Scope::Public,
                (Group::Info, "category", Version::V1_0) => self.info.categories.push(Category::Other),
                (Group::Pair, "valueName", Version::V1_0) if counts[1] == 0 => {
                    let Some((name, value)) = self.text.split_once('=') else {
                        return Err(self.within(Code::Missing, rule.name));
                    };
                    self.pair = Pair { name: value::trim(name).to_owned(), value: value::trim(value).to_owned() };
                }
                (Group::Pair, "value", Version::V1_0) if counts[0] == 0 => {}
                _ => return Err(self.within(Code::Missing, rule.name)),
            }
        }
        Ok(())
    }

    /// What the text of the standard asks for beyond its schema.
    fn judge(&self) -> Result<(), Fault> {
        let alert = &self.alert;
        let missing = |name| Err(self.within(Code::Missing, name));
        match alert.scope {
            Scope::Restricted if alert.restriction.is_none() => return missing("restriction"),
            Scope::Private if alert.addresses.is_none() => return missing("addresses"),
            _ => {}
        }
        if alert.msg_type != MsgType::Alert && alert.references.is_empty() {
            return missing("references");
        }
        Ok(())
    }

    /// Puts the text of an element where it belongs.
    fn keep(&mut self, group: Group, rule: usize) -> Result<(), Code> {
        let (name, text, version) = (group.rules()[rule].name, self.text.as_str(), self.version);
        match group {
            Group::Alert => keep::alert(&mut self.alert, name, text, version),
            Group::Info => keep::info(&mut self.info, name, text, version),
            Group::Resource => keep::resource(&mut self.resource, name, text),
            Group::Area => keep::area(&mut self.area, name, text, &mut self.shapes),
            Group::Pair => keep::pair(&mut self.pair, name, text),
        }
    }

    /// A fault of the element that is open.
    pub fn here(&self, code: Code) -> Fault {
        Fault { code, path: self.path() }
    }

    /// A fault of an element within the one that is open.
    pub fn within(&self, code: Code, name: &str) -> Fault {
        // Whatever stands there, a path stays short.
        let name: String = name.chars().take(60).collect();
        Fault { code, path: [&self.path(), "/", &name].concat() }
    }

    fn path(&self) -> String {
        let mut path = String::from("/alert");
        for around in self.open.windows(2) {
            step(&mut path, &around[0], around[1].rule);
        }
        if let (Some(top), Some(rule)) = (self.open.last(), self.leaf) {
            step(&mut path, top, rule);
        }
        path
    }
}

fn step(path: &mut String, group: &Open, rule: usize) {
    let what = &group.group.rules()[rule];
    path.push('/');
    path.push_str(what.name);
    if what.many {
        let _ = write!(path, "[{}]", group.counts[rule]);
    }
}
