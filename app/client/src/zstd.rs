//! A Zstandard decoder (RFC 8878), small enough for phones: browsers decode answers only as a whole, so a download that
//! was cut and goes on by byte ranges must be decoded here.
//!
//! Checksums are skipped: whatever comes out is believed only after its signature was checked. Every read is bounded,
//! every length limited; foreign bytes give `None`.

mod bits;
mod entropy;

use bits::{Back, Bytes, bits};
use entropy::{Fse, Huffman};

/// First byte of a frame; no envelope begins with it.
pub const MAGIC: u8 = 0x28;

/// Decodes one frame into at most `max` bytes.
pub fn decode(frame: &[u8], max: usize) -> Option<Vec<u8>> {
    decode_with(&[], frame, max)
}

/// [`decode`] of a frame that was made with a dictionary of raw content: text that is taken as if it stood before it.
pub fn decode_with(dictionary: &[u8], frame: &[u8], max: usize) -> Option<Vec<u8>> {
    let mut rest = Bytes(frame);
    if rest.number(4)? != 0xfd2f_b528 {
        return None;
    }
    let descriptor = rest.number(1)?;
    let single = descriptor & 32 != 0;
    if !single {
        rest.take(1)?;
    }
    rest.take([0, 1, 2, 4][descriptor & 3])?;
    let size = match descriptor >> 6 {
        0 => usize::from(single),
        flag => 1 << flag,
    };
    rest.take(size)?;
    let (out, max) = (dictionary.to_vec(), max + dictionary.len());
    let mut state = State { out, max, huffman: None, tables: [None, None, None], offsets: [1, 4, 8] };
    loop {
        let header = rest.number(3)?;
        let size = header >> 3;
        match header >> 1 & 3 {
            0 => state.push(rest.take(size)?)?,
            1 => {
                let byte = rest.take(1)?[0];
                state.room(size)?;
                state.out.resize(state.out.len() + size, byte);
            }
            2 => state.block(rest.take(size)?)?,
            _ => return None,
        }
        if header & 1 == 1 {
            return Some(state.out.split_off(dictionary.len()));
        }
    }
}

/// What a frame carries from block to block.
struct State {
    out: Vec<u8>,
    max: usize,
    huffman: Option<Huffman>,
    /// Of literal lengths, offsets, match lengths.
    tables: [Option<Fse>; 3],
    offsets: [usize; 3],
}

const LENGTHS: [i16; 36] =
    [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1];
const OFFSETS: [i16; 29] = [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1];
const MATCHES: [i16; 53] = [
    1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
];
/// Default distribution, its size as a power of two, largest allowed size, number of symbols.
const KINDS: [(&[i16], u32, u32, usize); 3] = [(&LENGTHS, 6, 9, 36), (&OFFSETS, 5, 8, 32), (&MATCHES, 6, 9, 53)];
/// Extra bits of literal lengths from code 16 and of match lengths from code 32 on; bases follow from them.
const LENGTH_BITS: [u8; 20] = [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const MATCH_BITS: [u8; 21] = [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

/// The length that a code and its extra bits stand for.
fn length(code: u8, plain: u8, extra: &[u8], back: &mut Back) -> Option<usize> {
    if code < plain {
        return Some(code.into());
    }
    let at = usize::from(code - plain);
    let width = *extra.get(at)?;
    let base: usize = extra[..at].iter().map(|width| 1usize << width).sum();
    Some(usize::from(plain) + base + back.read(width.into()))
}

impl State {
    fn room(&self, more: usize) -> Option<()> {
        (self.out.len() + more <= self.max).then_some(())
    }

    fn push(&mut self, bytes: &[u8]) -> Option<()> {
        self.room(bytes.len())?;
        self.out.extend_from_slice(bytes);
        Some(())
    }

    fn block(&mut self, block: &[u8]) -> Option<()> {
        let mut rest = Bytes(block);
        let literals = self.literals(&mut rest)?;
        let count = match rest.number(1)? {
            few @ 0..128 => few,
            255 => rest.number(2)? + 0x7f00,
            high => (high - 128) << 8 | rest.number(1)?,
        };
        if count == 0 {
            return self.push(&literals);
        }
        let modes = rest.number(1)?;
        for (kind, (default, log, max_log, symbols)) in KINDS.iter().enumerate() {
            match modes >> (6 - 2 * kind) & 3 {
                0 => self.tables[kind] = Fse::new(*log, default),
                1 => self.tables[kind] = Some(Fse::one(rest.take(1)?[0])),
                2 => self.tables[kind] = Some(Fse::read(&mut rest, *max_log, *symbols)?),
                _ => {}
            }
        }
        let tables = std::mem::take(&mut self.tables);
        let [Some(lengths), Some(offsets), Some(matches)] = &tables else { return None };
        let mut back = Back::new(rest.0)?;
        let mut states = [lengths.start(&mut back), offsets.start(&mut back), matches.start(&mut back)];
        let mut literals = Bytes(&literals);
        for at in 0..count {
            let code = offsets.symbol(states[1]);
            if code > 31 {
                return None;
            }
            let value = (1usize << code) + back.read(code.into());
            let copied = 3 + length(matches.symbol(states[2]), 32, &MATCH_BITS, &mut back)?;
            let plain = length(lengths.symbol(states[0]), 16, &LENGTH_BITS, &mut back)?;
            if at + 1 < count {
                lengths.step(&mut states[0], &mut back);
                matches.step(&mut states[2], &mut back);
                offsets.step(&mut states[1], &mut back);
            }
            if back.left < 0 {
                return None;
            }
            self.push(literals.take(plain)?)?;
            let offset = self.offset(value, plain)?;
            self.room(copied)?;
            let from = self.out.len().checked_sub(offset)?;
            for at in from..from + copied {
                self.out.push(self.out[at]);
            }
        }
        let left = literals.0;
        self.push(left)?;
        self.tables = tables;
        Some(())
    }

    /// The distance that a value stands for: the last three are remembered.
    fn offset(&mut self, value: usize, plain: usize) -> Option<usize> {
        let [a, b, c] = self.offsets;
        let offset = match (value, plain) {
            (4.., _) => value - 3,
            (1, 1..) => return Some(a),
            (2, 1..) | (1, 0) => {
                self.offsets = [b, a, c];
                return Some(b);
            }
            (3, 1..) | (2, 0) => c,
            _ => a.checked_sub(1).filter(|offset| *offset > 0)?,
        };
        self.offsets = [offset, a, b];
        Some(offset)
    }

    fn literals(&mut self, rest: &mut Bytes) -> Option<Vec<u8>> {
        let first = *rest.0.first()?;
        let (kind, format) = (first & 3, first >> 2 & 3);
        if kind < 2 {
            let (width, shift) = [(1, 3), (2, 4), (1, 3), (3, 4)][usize::from(format)];
            let size = rest.number(width)? >> shift;
            self.room(size)?;
            return match kind {
                0 => Some(rest.take(size)?.to_vec()),
                _ => Some(vec![rest.take(1)?[0]; size]),
            };
        }
        let (width, each) = [(3, 10), (3, 10), (4, 14), (5, 18)][usize::from(format)];
        let header = rest.take(width)?;
        let (size, packed) = (bits(header, 4, each), bits(header, 4 + each as usize, each));
        self.room(size)?;
        let mut inner = Bytes(rest.take(packed)?);
        if kind == 2 {
            self.huffman = Some(Huffman::read(&mut inner)?);
        }
        let huffman = self.huffman.as_ref()?;
        let mut out = Vec::with_capacity(size);
        if format == 0 {
            huffman.decode(inner.0, size, &mut out)?;
            return Some(out);
        }
        let sizes = [inner.number(2)?, inner.number(2)?, inner.number(2)?];
        let each = size.div_ceil(4);
        for packed in sizes {
            huffman.decode(inner.take(packed)?, each, &mut out)?;
        }
        huffman.decode(inner.0, size.checked_sub(3 * each)?, &mut out)?;
        Some(out)
    }
}

#[cfg(test)]
mod tests;
