//! The Common Alerting Protocol (CAP 1.2, OASIS 2010; ITU-T X.1303 bis) as plain values: every element of the standard,
//! and nothing that is not in it. [`Builder`] makes an [`Alert`] of elements as a parser of XML meets them and refuses
//! what schema or text of the standard forbid.

mod build;
mod keep;
mod number;
mod schema;
mod stamp;
mod value;

pub use build::Builder;
pub use number::{Circle, Decimal, Degrees, Point, Polygon};
pub use stamp::Stamp;

use crate::content::{Certainty, Urgency};

/// Which release of the standard a message keeps to. All are read, 1.2 is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    V1_0,
    V1_1,
    V1_2,
}

impl Version {
    pub fn of_namespace(namespace: &str) -> Option<Version> {
        Some(match namespace {
            "urn:oasis:names:tc:emergency:cap:1.2" => Version::V1_2,
            "urn:oasis:names:tc:emergency:cap:1.1" => Version::V1_1,
            "http://www.incident.com/cap/1.0" | "urn:oasis:names:tc:emergency:cap:1.0" => Version::V1_0,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Version::V1_0 => "1.0",
            Version::V1_1 => "1.1",
            Version::V1_2 => "1.2",
        }
    }
}

/// The namespace of what is written.
pub const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";

/// A closed list of words as the standard has it.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $($word:ident)*;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($word),* }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$word),*];

            /// The word as it stands in a message.
            pub fn name(self) -> &'static str {
                match self { $($name::$word => stringify!($word)),* }
            }

            pub fn from_name(name: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|word| word.name() == name)
            }
        }
    )*};
}

words! {
    /// For whom a message is at all.
    Status: Actual Exercise System Test Draft;
    MsgType: Alert Update Cancel Ack Error;
    Scope: Public Restricted Private;
    Category: Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other;
    ResponseType: Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None;
    Severity: Extreme Severe Moderate Minor Unknown;
}

impl Severity {
    /// The national level (Decision 18/2021/QĐ-TTg, art. 4) that a severity stands for where none is named.
    pub fn level(self) -> Option<u8> {
        match self {
            Severity::Unknown => None,
            Severity::Minor => Some(1),
            Severity::Moderate => Some(2),
            Severity::Severe => Some(3),
            Severity::Extreme => Some(4),
        }
    }

    /// Levels 4 and 5 are both `Extreme`: a parameter says which.
    pub fn of_level(level: u8) -> Severity {
        match level {
            0 => Severity::Unknown,
            1 => Severity::Minor,
            2 => Severity::Moderate,
            3 => Severity::Severe,
            _ => Severity::Extreme,
        }
    }
}

/// An `alert` element: the whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// No blanks, commas, `<` or `&`; with the sender it names the message.
    pub identifier: String,
    pub sender: String,
    pub sent: Stamp,
    pub status: Status,
    pub msg_type: MsgType,
    /// Operator or device that it came from.
    pub source: Option<String>,
    pub scope: Scope,
    pub restriction: Option<String>,
    /// Between blanks; those with blanks between quotes.
    pub addresses: Option<String>,
    pub codes: Vec<String>,
    pub note: Option<String>,
    pub references: Vec<Reference>,
    pub incidents: Option<String>,
    pub infos: Vec<Info>,
}

impl Alert {
    /// A real message to everyone of which only the name is known.
    pub fn named(sender: String, identifier: String, sent: Stamp, msg_type: MsgType) -> Alert {
        Alert {
            identifier,
            sender,
            sent,
            status: Status::Actual,
            msg_type,
            source: None,
            scope: Scope::Public,
            restriction: None,
            addresses: None,
            codes: Vec::new(),
            note: None,
            references: Vec::new(),
            incidents: None,
            infos: Vec::new(),
        }
    }
}

/// An earlier message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub sender: String,
    pub identifier: String,
    pub sent: Stamp,
}

/// A name and a value of some system: `eventCode`, `parameter`, `geocode`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    pub name: String,
    pub value: String,
}

/// An `info` element: what, how bad, what to do; one for each language, and one for each part that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// RFC 3066; none means [`Info::LANGUAGE`].
    pub language: Option<String>,
    pub categories: Vec<Category>,
    pub event: String,
    pub response_types: Vec<ResponseType>,
    pub urgency: Urgency,
    pub severity: Severity,
    pub certainty: Certainty,
    pub audience: Option<String>,
    pub event_codes: Vec<Pair>,
    pub effective: Option<Stamp>,
    pub onset: Option<Stamp>,
    pub expires: Option<Stamp>,
    pub sender_name: Option<String>,
    pub headline: Option<String>,
    pub description: Option<String>,
    pub instruction: Option<String>,
    pub web: Option<String>,
    pub contact: Option<String>,
    pub parameters: Vec<Pair>,
    pub resources: Vec<Resource>,
    pub areas: Vec<Area>,
}

impl Info {
    /// Where no language is named.
    pub const LANGUAGE: &'static str = "en-US";

    pub fn language(&self) -> &str {
        self.language.as_deref().unwrap_or(Info::LANGUAGE)
    }
}

/// A file that goes with an `info`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    pub desc: String,
    pub mime_type: String,
    /// Bytes.
    pub size: Option<i64>,
    pub uri: Option<String>,
    /// Base 64.
    pub deref_uri: Option<String>,
    /// SHA-1, in hex.
    pub digest: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Area {
    pub desc: String,
    pub polygons: Vec<Polygon>,
    pub circles: Vec<Circle>,
    pub geocodes: Vec<Pair>,
    /// Feet above mean sea level.
    pub altitude: Option<Decimal>,
    pub ceiling: Option<Decimal>,
}

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Not well-formed XML.
    Xml,
    /// It ends in the middle.
    CutShort,
    NotUtf8,
    /// Another encoding than UTF-8.
    Encoding,
    /// A document type: nobody needs one, attackers do.
    Doctype,
    /// An entity other than the five of XML.
    Entity,
    TooLarge,
    TooDeep,
    TooManyElements,
    /// A tag or its namespaces are longer than any real one.
    TooLongTag,
    /// More polygons and circles than could be laid over our places in a moment.
    TooManyShapes,
    /// No alert of any release of CAP.
    NotCap,
    UnknownElement,
    /// An element of another standard where none may be.
    ForeignElement,
    WrongOrder,
    Repeated,
    Missing,
    Empty,
    /// Text between elements.
    StrayText,
    /// A word that is not on the list.
    BadWord,
    BadTime,
    /// Blanks, commas or signs of markup in a name.
    BadName,
    BadNumber,
    BadLanguage,
    BadUri,
    BadReference,
    BadPolygon,
    /// The last point of a polygon is not its first.
    OpenPolygon,
    BadCircle,
    /// Beyond the poles or the date line.
    OutOfRange,
}

impl Code {
    /// Name that stays the same.
    pub fn name(self) -> &'static str {
        match self {
            Code::Xml => "xml",
            Code::CutShort => "cut-short",
            Code::NotUtf8 => "not-utf8",
            Code::Encoding => "encoding",
            Code::Doctype => "doctype",
            Code::Entity => "entity",
            Code::TooLarge => "too-large",
            Code::TooDeep => "too-deep",
            Code::TooManyElements => "too-many-elements",
            Code::TooLongTag => "too-long-tag",
            Code::TooManyShapes => "too-many-shapes",
            Code::NotCap => "not-cap",
            Code::UnknownElement => "unknown-element",
            Code::ForeignElement => "foreign-element",
            Code::WrongOrder => "wrong-order",
            Code::Repeated => "repeated",
            Code::Missing => "missing",
            Code::Empty => "empty",
            Code::StrayText => "stray-text",
            Code::BadWord => "bad-word",
            Code::BadTime => "bad-time",
            Code::BadName => "bad-name",
            Code::BadNumber => "bad-number",
            Code::BadLanguage => "bad-language",
            Code::BadUri => "bad-uri",
            Code::BadReference => "bad-reference",
            Code::BadPolygon => "bad-polygon",
            Code::OpenPolygon => "open-polygon",
            Code::BadCircle => "bad-circle",
            Code::OutOfRange => "out-of-range",
        }
    }
}

/// What is wrong, and in which element: `/alert/info[2]/area[1]/polygon[1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: Code,
    pub path: String,
}

#[cfg(test)]
mod tests;
