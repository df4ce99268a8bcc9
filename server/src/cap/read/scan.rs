//! One pass over the events of a text.

use super::feed::Feed;
use super::{Document, Found, MAX_ALERT, MAX_DEPTH, MAX_ELEMENTS, MAX_NAMESPACES, MAX_TAG, Message, Refused};
use domain::alert::cap::{Builder, Code, Fault, Version};
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// Whose element it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    Cap(Version),
    Signature,
    Other,
}

const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// An alert that is not closed yet.
struct Open {
    builder: Builder,
    version: Version,
    start: usize,
    /// Of its element.
    depth: usize,
    fault: Option<Refused>,
    /// Depth of an element of another standard that is passed over.
    passed: Option<usize>,
}

struct Scan<'a> {
    text: &'a str,
    /// Bytes before the text that are none of it.
    shift: usize,
    depth: usize,
    elements: usize,
    ended: bool,
    open: Option<Open>,
    feed: Feed,
    out: Document,
}

pub fn run(text: &str, shift: usize) -> Document {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = false;
    reader.resolver_mut().set_max_namespace_bindings(MAX_NAMESPACES);
    let mut scan =
        Scan { text, shift, depth: 0, elements: 0, ended: false, open: None, feed: Feed::default(), out: Document::default() };
    // What XML forbids wherever it stands.
    let odd = text.bytes().position(|byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'));
    let done = match odd {
        Some(at) => Err((Code::Xml, at)),
        None => scan.events(&mut reader),
    };
    if let Err((code, at)) = done {
        scan.stop(code, at);
    }
    scan.out.entries = scan.feed.entries;
    scan.out.hints |= !scan.out.alerts.is_empty();
    if scan.out.fault.is_none() && scan.out.alerts.is_empty() && !scan.feed.known {
        scan.out.fault = Some(Refused::document(Code::NotCap, shift, text.as_bytes()));
    }
    scan.out
}

fn code_of(cause: &Error) -> Code {
    match cause {
        Error::Syntax(SyntaxError::UnclosedDoctype) => Code::Doctype,
        Error::Syntax(
            SyntaxError::UnclosedTag | SyntaxError::UnclosedComment | SyntaxError::UnclosedCData | SyntaxError::UnclosedPI,
        ) => Code::CutShort,
        Error::IllFormed(IllFormedError::UnclosedReference) => Code::Entity,
        Error::Namespace(_) => Code::TooLongTag,
        _ => Code::Xml,
    }
}

type Step<T = ()> = Result<T, (Code, usize)>;

impl Scan<'_> {
    fn events(&mut self, reader: &mut NsReader<&[u8]>) -> Step {
        loop {
            let before = reader.buffer_position() as usize;
            let (home, event) = match reader.read_resolved_event() {
                Ok((resolved, event)) => (home(&resolved), event),
                Err(cause) => {
                    let at = reader.error_position() as usize;
                    return Err((code_of(&cause), at.max(before).min(self.text.len())));
                }
            };
            match event {
                Event::Start(tag) => self.start(&tag, home, before)?,
                Event::Empty(tag) => {
                    self.start(&tag, home, before)?;
                    self.end(before, reader.buffer_position() as usize)?;
                }
                Event::End(_) => self.end(before, reader.buffer_position() as usize)?,
                Event::Text(text) => self.words(&text.xml10_content(), before)?,
                Event::CData(text) => self.words(&text.xml10_content(), before)?,
                Event::GeneralRef(name) => {
                    let c = resolved(&name).ok_or((Code::Entity, before))?;
                    self.words(c.encode_utf8(&mut [0; 4]), before)?;
                }
                Event::DocType(_) => return Err((Code::Doctype, before)),
                Event::Decl(decl) => {
                    let name = decl.encoding().and_then(|name| name.ok().map(|name| name.to_ascii_lowercase()));
                    if !matches!(name.as_deref(), None | Some("utf-8" | "utf8" | "us-ascii" | "ascii")) {
                        return Err((Code::Encoding, before));
                    }
                }
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof if self.depth > 0 || !self.ended => return Err((Code::CutShort, self.text.len())),
                Event::Eof => return Ok(()),
            }
        }
    }

    fn start(&mut self, tag: &BytesStart, home: Home, at: usize) -> Step {
        if self.ended {
            return Err((Code::Xml, at));
        }
        self.depth += 1;
        self.elements += 1;
        if self.depth > MAX_DEPTH {
            return Err((Code::TooDeep, at));
        }
        if self.elements > MAX_ELEMENTS {
            return Err((Code::TooManyElements, at));
        }
        if tag.len() > MAX_TAG {
            return Err((Code::TooLongTag, at));
        }
        let name = tag.local_name();
        let name: &str = name.as_ref();
        if self.open.is_none() {
            match home {
                Home::Cap(version) if name == "alert" => {
                    self.out.single = self.depth == 1;
                    let mut builder = Builder::new(version);
                    let fault = builder.start(name).err().map(|fault| self.refused(fault, at));
                    self.open = Some(Open { builder, version, start: at, depth: self.depth, fault, passed: None });
                }
                home => {
                    self.out.hints |= matches!(home, Home::Cap(_));
                    self.feed.start(tag, name, self.depth);
                }
            }
            return Ok(());
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        if open.fault.is_some() || open.passed.is_some() {
            return Ok(());
        }
        let done = match home {
            Home::Cap(version) if version == open.version => open.builder.start(name),
            Home::Signature if open.builder.takes_foreign() => {
                open.passed = Some(self.depth);
                Ok(())
            }
            _ => Err(open.builder.within(Code::ForeignElement, name)),
        };
        self.note(done, at);
        Ok(())
    }

    fn end(&mut self, at: usize, after: usize) -> Step {
        let depth = self.depth;
        self.depth = depth.checked_sub(1).ok_or((Code::Xml, at))?;
        self.ended = self.depth == 0;
        let Some(open) = &mut self.open else {
            self.feed.end(depth);
            return Ok(());
        };
        if let Some(passed) = open.passed {
            open.passed = Some(passed).filter(|passed| *passed != depth);
        } else if open.fault.is_none() {
            let done = open.builder.end().map(|_| ());
            self.note(done, at);
        }
        self.close(depth, after);
        Ok(())
    }

    /// Takes the alert out of which one just came.
    fn close(&mut self, depth: usize, after: usize) {
        if let Some(open) = self.open.take_if(|open| open.depth == depth) {
            let range = open.start + self.shift..after + self.shift;
            let result = match open.fault {
                Some(fault) => Err(fault),
                None if range.len() > MAX_ALERT => Err(self.refused(open.builder.here(Code::TooLarge), open.start)),
                None => Ok(Message { version: open.version, alert: open.builder.alert() }),
            };
            self.feed.has_alert();
            self.out.alerts.push(Found { range, entry: self.feed.entry(), result });
        }
    }

    fn words(&mut self, text: &str, at: usize) -> Step {
        let Some(open) = &mut self.open else {
            let blank = text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
            if self.depth == 0 && !blank {
                return Err((Code::Xml, at));
            }
            self.feed.text(text);
            return Ok(());
        };
        if open.fault.is_some() || open.passed.is_some() {
            return Ok(());
        }
        let done = if at - open.start > MAX_ALERT {
            Err(open.builder.here(Code::TooLarge))
        } else if text.contains(['\u{fffe}', '\u{ffff}']) {
            Err(open.builder.here(Code::Xml))
        } else {
            open.builder.text(text)
        };
        self.note(done, at);
        Ok(())
    }

    /// Remembers what is wrong with the alert that is open: the rest of it is passed over.
    fn note(&mut self, done: Result<(), Fault>, at: usize) {
        if let Err(fault) = done {
            let mut refused = self.refused(fault, at);
            if let Some(open) = &mut self.open {
                refused.identifier = open.builder.identifier().map(str::to_owned);
                refused.sender = open.builder.sender().map(str::to_owned);
                refused.msg_type = open.builder.msg_type();
                open.fault = Some(refused);
            }
        }
    }

    fn refused(&self, fault: Fault, at: usize) -> Refused {
        let mut refused = Refused::new(fault, at, self.text.as_bytes());
        refused.byte += self.shift;
        refused
    }

    /// Nothing more can be read: an alert that was open is broken, and so is the document.
    fn stop(&mut self, code: Code, at: usize) {
        if let Some(open) = &self.open
            && open.fault.is_none()
        {
            let fault = open.builder.here(code);
            self.note(Err(fault), at);
        }
        let fault = match self.open.take() {
            Some(open) => {
                let fault = open.fault.unwrap_or_else(|| self.refused(open.builder.here(code), at));
                let (range, entry) = (open.start + self.shift..self.text.len() + self.shift, self.feed.entry());
                self.out.alerts.push(Found { range, entry, result: Err(fault.clone()) });
                fault
            }
            None => self.refused(Fault { code, path: "/".into() }, at),
        };
        self.out.fault = Some(fault);
    }
}

fn home(resolved: &ResolveResult) -> Home {
    let ResolveResult::Bound(namespace) = resolved else { return Home::Other };
    let namespace: &str = namespace.as_ref();
    match Version::of_namespace(namespace) {
        Some(version) => Home::Cap(version),
        None if namespace == SIGNATURE => Home::Signature,
        None => Home::Other,
    }
}

/// One of the five entities of XML, or a character by its number.
fn resolved(name: &BytesRef) -> Option<char> {
    if name.is_char_ref() {
        let c = name.resolve_char_ref().ok()??;
        let forbidden = (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
        return (!forbidden).then_some(c);
    }
    match name.xml10_content().as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}
