//! Shape of the instance data. Included by `build.rs` too, which fills it from the instance folder; [`super::packed`]
//! says how it lies in the program.

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    pub vi: String,
    pub en: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Segment of its address.
    pub slug: String,
    pub name: Label,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    pub slug: String,
    pub name: Label,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Official code.
    pub code: u32,
    /// `None` for the city itself.
    pub parent: Option<u32>,
    pub name: Label,
    /// Name without the kind of unit, e.g. `A Lưới 2`.
    pub short: String,
    /// Segment of its address.
    pub slug: String,
    /// `YYYY-MM-DD` from which the unit exists.
    pub valid_from: String,
}

/// A unit that no longer exists, and where its people live today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    /// As it was called, e.g. `Huyện A Lưới`, `Xã Hồng Bắc`.
    pub name: String,
    pub slug: String,
    /// `YYYY-MM-DD` on which it ceased.
    pub valid_to: String,
    /// Codes of today's units.
    pub successors: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hotline {
    pub number: String,
    pub name: Label,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    pub name: String,
    /// The area in a phrase, e.g. `vùng cao thành phố Huế`.
    pub area: Label,
    pub topics: Vec<Topic>,
    pub hazards: Vec<Hazard>,
    /// The city first, then its units by name.
    pub places: Vec<Place>,
    pub former: Vec<Former>,
    pub hotlines: Vec<Hotline>,
}
