//! Lines of a file, numbered, none longer than it may be however long it is in the file.

use crate::reason::Reason;
use std::io::{self, BufRead, Read};

/// Longest line in bytes.
pub const MAX: usize = 1 << 20;

pub struct Line {
    /// From 1, blank lines counted.
    pub number: usize,
    pub text: Result<String, Reason>,
}

pub struct Lines<R> {
    reader: R,
    number: usize,
}

impl<R: BufRead> Lines<R> {
    pub fn new(reader: R) -> Lines<R> {
        Lines { reader, number: 0 }
    }

    fn read(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut bytes = Vec::new();
            let read = (&mut self.reader).take(MAX as u64 + 1).read_until(b'\n', &mut bytes)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            let number = self.number;
            if bytes.last() != Some(&b'\n') && bytes.len() > MAX {
                self.reader.skip_until(b'\n')?;
                return Ok(Some(Line { number, text: Err(Reason::LongLine) }));
            }
            let text = String::from_utf8(bytes).map_err(|_| Reason::NotUtf8);
            let text = text.map(|text| text.trim_start_matches('\u{feff}').trim().to_owned());
            if text.as_ref().is_ok_and(String::is_empty) {
                continue;
            }
            return Ok(Some(Line { number, text }));
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<io::Result<Line>> {
        self.read().transpose()
    }
}
