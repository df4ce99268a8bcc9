//! Lines of a file, numbered, none longer than it may be however long it is in the file; one after the other, or by their place.

use crate::reason::Reason;
use std::io::{self, BufRead, BufReader, Read, Seek};

/// Longest line in bytes, without what is no content of it.
pub const MAX: usize = 1 << 20;
/// A BOM before it, CR and LF behind it.
const AROUND: usize = 5;

pub struct Line {
    pub place: Place,
    pub text: Result<String, Reason>,
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 1, blank lines counted.
    pub number: usize,
    /// Of its first byte.
    pub offset: u64,
}

pub struct Lines<R> {
    reader: BufReader<R>,
    /// Of the line that comes next.
    next: Place,
}

impl<R: Read + Seek> Lines<R> {
    /// From the beginning of what `reader` reads, wherever it stands.
    pub fn new(mut reader: R) -> io::Result<Lines<R>> {
        reader.rewind()?;
        Ok(Lines { reader: BufReader::new(reader), next: Place { number: 1, offset: 0 } })
    }

    /// The line that was found at `place`.
    pub fn at(&mut self, place: Place) -> io::Result<Option<Line>> {
        let by = place.offset as i64 - self.next.offset as i64;
        self.reader.seek_relative(by)?;
        self.next = place;
        self.read()
    }

    fn read(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut bytes = Vec::new();
            let mut read = (&mut self.reader).take((MAX + AROUND) as u64).read_until(b'\n', &mut bytes)?;
            if read == 0 {
                return Ok(None);
            }
            let long = content(&bytes).len() > MAX;
            if long && bytes.last() != Some(&b'\n') {
                read += self.reader.skip_until(b'\n')?;
            }
            let place = self.next;
            self.next = Place { number: place.number + 1, offset: place.offset + read as u64 };
            if long {
                return Ok(Some(Line { place, text: Err(Reason::LongLine) }));
            }
            let text = String::from_utf8(bytes).map_err(|_| Reason::NotUtf8);
            let text = text.map(|text| text.trim_start_matches('\u{feff}').trim().to_owned());
            if text.as_ref().is_ok_and(String::is_empty) {
                continue;
            }
            return Ok(Some(Line { place, text }));
        }
    }
}

/// What a line says: without a BOM and its end.
fn content(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

impl<R: Read + Seek> Iterator for Lines<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<io::Result<Line>> {
        self.read().transpose()
    }
}
