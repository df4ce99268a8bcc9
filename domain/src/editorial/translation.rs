//! What a translation was made of, and whether its original has changed since.

use super::Script;

impl Script {
    /// Tells one state of a text from another, so that a translation knows what it was made from: 20 hex digits.
    pub fn fingerprint(&self) -> String {
        let all = [&self.first_fingerprint(), &self.phone, &self.venue, &self.audio].map(|text| text.trim()).join("\0");
        crate::sign::hash(all.as_bytes())[..10].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether this translation is of what the original is now.
    pub fn follows(&self, original: &Script) -> bool {
        self.of == original.fingerprint() || self.of == original.first_fingerprint()
    }

    /// This translation is of what the original is from `version` of the work on; 0 where that is not known.
    pub fn follow(&mut self, original: &Script, version: u32) {
        (self.of, self.of_version) = (original.fingerprint(), version);
    }

    /// What translations of the first releases were given, 16 hex digits: it does not know all of a text.
    fn first_fingerprint(&self) -> String {
        let all = [&self.title, &self.summary, &self.text, &self.papers, &self.fee, &self.office, &self.hours, &self.duration]
            .map(|text| text.trim())
            .join("\0");
        let of_alerts =
            self.actions.iter().chain([&self.contingency, &self.area]).map(|text| text.trim()).filter(|text| !text.is_empty());
        let all = of_alerts.fold(all, |all, text| [&all, "\0", text].concat());
        crate::sign::hash(all.as_bytes())[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

pub fn is_unknown(version: &u32) -> bool {
    *version == 0
}
