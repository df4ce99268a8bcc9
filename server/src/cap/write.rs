//! Writing: a message of CAP 1.2 as its schema has it, elements in their order.

use domain::alert::cap::{Alert, Area, Info, NAMESPACE, Pair, Resource};
use std::fmt::{Display, Write};

/// The whole message, with the declaration of XML.
pub fn document(alert: &Alert) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(alert, &mut out);
    out
}

/// The `alert` element alone, to stand in a feed.
pub fn element(alert: &Alert, out: &mut String) {
    let mut w = Writer(out);
    w.0.push_str("<alert xmlns=\"");
    w.0.push_str(NAMESPACE);
    w.0.push_str("\">\n");
    w.text("identifier", &alert.identifier);
    w.text("sender", &alert.sender);
    w.shown("sent", &alert.sent);
    w.text("status", alert.status.name());
    w.text("msgType", alert.msg_type.name());
    w.maybe("source", &alert.source);
    w.text("scope", alert.scope.name());
    w.maybe("restriction", &alert.restriction);
    w.maybe("addresses", &alert.addresses);
    alert.codes.iter().for_each(|code| w.text("code", code));
    w.maybe("note", &alert.note);
    if !alert.references.is_empty() {
        let one = |reference: &domain::alert::cap::Reference| {
            format!("{},{},{}", reference.sender, reference.identifier, reference.sent)
        };
        w.text("references", &alert.references.iter().map(one).collect::<Vec<_>>().join(" "));
    }
    w.maybe("incidents", &alert.incidents);
    alert.infos.iter().for_each(|one| info(&mut w, one));
    w.0.push_str("</alert>\n");
}

fn info(w: &mut Writer, info: &Info) {
    w.0.push_str("<info>\n");
    w.maybe("language", &info.language);
    info.categories.iter().for_each(|category| w.text("category", category.name()));
    w.text("event", &info.event);
    info.response_types.iter().for_each(|kind| w.text("responseType", kind.name()));
    w.text("urgency", info.urgency.name());
    w.text("severity", info.severity.name());
    w.text("certainty", info.certainty.name());
    w.maybe("audience", &info.audience);
    info.event_codes.iter().for_each(|pair| w.pair("eventCode", pair));
    for (name, at) in [("effective", info.effective), ("onset", info.onset), ("expires", info.expires)] {
        if let Some(at) = at {
            w.shown(name, &at);
        }
    }
    w.maybe("senderName", &info.sender_name);
    w.maybe("headline", &info.headline);
    w.maybe("description", &info.description);
    w.maybe("instruction", &info.instruction);
    w.maybe("web", &info.web);
    w.maybe("contact", &info.contact);
    info.parameters.iter().for_each(|pair| w.pair("parameter", pair));
    info.resources.iter().for_each(|one| resource(w, one));
    info.areas.iter().for_each(|one| area(w, one));
    w.0.push_str("</info>\n");
}

fn resource(w: &mut Writer, resource: &Resource) {
    w.0.push_str("<resource>\n");
    w.text("resourceDesc", &resource.desc);
    w.text("mimeType", &resource.mime_type);
    if let Some(size) = resource.size {
        w.shown("size", &size);
    }
    w.maybe("uri", &resource.uri);
    w.maybe("derefUri", &resource.deref_uri);
    w.maybe("digest", &resource.digest);
    w.0.push_str("</resource>\n");
}

fn area(w: &mut Writer, area: &Area) {
    w.0.push_str("<area>\n");
    w.text("areaDesc", &area.desc);
    area.polygons.iter().for_each(|polygon| w.shown("polygon", polygon));
    area.circles.iter().for_each(|circle| w.shown("circle", circle));
    area.geocodes.iter().for_each(|pair| w.pair("geocode", pair));
    for (name, feet) in [("altitude", area.altitude), ("ceiling", area.ceiling)] {
        if let Some(feet) = feet {
            w.shown(name, &feet);
        }
    }
    w.0.push_str("</area>\n");
}

struct Writer<'a>(&'a mut String);

impl Writer<'_> {
    fn text(&mut self, name: &str, text: &str) {
        self.open(name);
        escape(text, self.0);
        self.close(name);
    }

    fn maybe(&mut self, name: &str, text: &Option<String>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// For what never holds a sign of markup.
    fn shown(&mut self, name: &str, value: &dyn Display) {
        self.open(name);
        let _ = write!(self.0, "{value}");
        self.close(name);
    }

    fn pair(&mut self, name: &str, pair: &Pair) {
        self.open(name);
        self.text("valueName", &pair.name);
        self.text("value", &pair.value);
        self.close(name);
    }

    fn open(&mut self, name: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push('>');
    }

    fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push_str(">\n");
    }
}

/// Text as it comes back when it is read. What XML cannot hold is left out.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A parser would make a line end of it.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
}
