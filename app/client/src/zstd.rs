//! A Zstandard decoder (RFC 8878), small enough for phones: browsers decode answers only as a whole, so a download that
//! was cut and goes on by byte ranges must be decoded here.
//!
//! Checksums are skipped: whatever comes out is believed only after its signature was checked. Every read is bounded,
//! every length limited; foreign bytes give `None`.

/// Decodes one frame into at most `max` bytes.
pub fn decode(frame: &[u8], max: usize) -> Option<Vec<u8>> {
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
    let mut state = State { out: Vec::new(), max, huffman: None, tables: [None, None, None], offsets: [1, 4, 8] };
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
            return Some(state.out);
        }
    }
}

/// Bytes read from the front.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    /// Little endian, at most five bytes; lengths of this format never need more than 32 bits after their shifts.
    fn number(&mut self, count: usize) -> Option<usize> {
        let bytes = self.take(count)?;
        Some(bytes.iter().rev().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte)) as usize)
    }
}

/// The `count` bits from bit `at` on, little endian; those beyond the end are zero.
fn bits(bytes: &[u8], at: usize, count: u32) -> usize {
    let first = at / 8;
    let window = bytes.get(first..).unwrap_or_default();
    let value = window.iter().take(8).enumerate().fold(0u64, |sum, (n, byte)| sum | u64::from(*byte) << (8 * n));
    ((value >> (at % 8)) & ((1 << count) - 1)) as usize
}

/// Bits read from the back, after the highest set bit of the last byte.
struct Back<'a> {
    bytes: &'a [u8],
    /// Bits left; below zero when more were read than there were.
    left: isize,
}

impl<'a> Back<'a> {
    fn new(bytes: &'a [u8]) -> Option<Back<'a>> {
        let last = bytes.last().filter(|last| **last != 0)?;
        Some(Back { bytes, left: (bytes.len() * 8) as isize - 1 - last.leading_zeros() as isize })
    }

    fn read(&mut self, count: u32) -> usize {
        self.left -= count as isize;
        if self.left >= 0 {
            return bits(self.bytes, self.left as usize, count);
        }
        let missing = (-self.left) as u32;
        if missing >= count { 0 } else { bits(self.bytes, 0, count - missing) << missing }
    }
}

/// A table of finite state entropy.
#[derive(Clone)]
struct Fse {
    log: u32,
    /// Symbol, bits to read, base of the next state.
    rows: Vec<(u8, u8, u16)>,
}

impl Fse {
    fn one(symbol: u8) -> Fse {
        Fse { log: 0, rows: vec![(symbol, 0, 0)] }
    }

    fn new(log: u32, norm: &[i16]) -> Option<Fse> {
        let size = 1usize << log;
        let mut rows = vec![(0u8, 0u8, 0u16); size];
        let mut next: Vec<usize> = norm.iter().map(|n| n.unsigned_abs().into()).collect();
        if next.iter().sum::<usize>() != size {
            return None;
        }
        let mut high = size;
        for (symbol, _) in norm.iter().enumerate().filter(|(_, n)| **n < 0) {
            high -= 1;
            rows[high].0 = symbol as u8;
        }
        let step = (size >> 1) + (size >> 3) + 3;
        let mut at = 0;
        for (symbol, count) in norm.iter().enumerate().filter(|(_, n)| **n > 0) {
            for _ in 0..*count {
                rows[at].0 = symbol as u8;
                loop {
                    at = (at + step) & (size - 1);
                    if at < high {
                        break;
                    }
                    // All places below are taken: nothing is left to put anywhere.
                    if high == 0 {
                        return None;
                    }
                }
            }
        }
        for row in &mut rows {
            let state = next.get_mut(usize::from(row.0))?;
            let width = log - state.checked_ilog2()?;
            row.1 = width as u8;
            row.2 = ((*state << width) - size) as u16;
            *state += 1;
        }
        Some(Fse { log, rows })
    }

    /// Reads a table's description from the front of `bytes`.
    fn read(bytes: &mut Bytes, max_log: u32, symbols: usize) -> Option<Fse> {
        let all = bytes.0;
        let log = bits(all, 0, 4) as u32 + 5;
        if log > max_log {
            return None;
        }
        let (mut at, mut left) = (4, 1i32 << log);
        let mut norm: Vec<i16> = Vec::new();
        while left > 0 && norm.len() < symbols {
            let width = (left + 1).ilog2() + 1;
            let mut value = bits(all, at, width) as i32;
            at += width as usize;
            let low = (1 << (width - 1)) - 1;
            let threshold = (1 << width) - 1 - (left + 1);
            if value & low < threshold {
                at -= 1;
                value &= low;
            } else if value > low {
                value -= threshold;
            }
            norm.push(value as i16 - 1);
            left -= (value - 1).abs();
            if value == 1 {
                loop {
                    let zeros = bits(all, at, 2);
                    at += 2;
                    norm.extend(std::iter::repeat_n(0, zeros));
                    if zeros < 3 {
                        break;
                    }
                    if norm.len() > symbols {
                        return None;
                    }
                }
            }
        }
        bytes.take(at.div_ceil(8))?;
        if left != 0 || norm.len() > symbols { None } else { Fse::new(log, &norm) }
    }

    fn start(&self, back: &mut Back) -> usize {
        back.read(self.log)
    }

    fn symbol(&self, state: usize) -> u8 {
        self.rows[state].0
    }

    fn step(&self, state: &mut usize, back: &mut Back) {
        let (_, width, base) = self.rows[*state];
        *state = usize::from(base) + back.read(width.into());
    }
}

/// Symbols and their lengths by the next `log` bits.
struct Huffman {
    log: u32,
    rows: Vec<(u8, u8)>,
}

impl Huffman {
    fn read(bytes: &mut Bytes) -> Option<Huffman> {
        let header = bytes.number(1)?;
        let mut weights: Vec<u8> = Vec::new();
        if header >= 128 {
            let count = header - 127;
            let packed = bytes.take(count.div_ceil(2))?;
            weights.extend(packed.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(count));
        } else {
            let mut inner = Bytes(bytes.take(header)?);
            let table = Fse::read(&mut inner, 6, 13)?;
            let mut back = Back::new(inner.0)?;
            let mut states = [table.start(&mut back), table.start(&mut back)];
            // Two states take turns until the bits are used up; then the other one gives its last symbol.
            let mut turn = 0;
            loop {
                weights.push(table.symbol(states[turn]));
                table.step(&mut states[turn], &mut back);
                turn ^= 1;
                if back.left < 0 {
                    weights.push(table.symbol(states[turn]));
                    break;
                }
                if weights.len() > 254 {
                    return None;
                }
            }
        }
        Huffman::new(weights)
    }

    fn new(mut weights: Vec<u8>) -> Option<Huffman> {
        if weights.iter().any(|weight| *weight > 12) || weights.len() > 255 {
            return None;
        }
        let sum: usize = weights.iter().filter(|weight| **weight > 0).map(|weight| 1usize << (weight - 1)).sum();
        let log = sum.checked_ilog2()? + 1;
        let left = (1usize << log) - sum;
        if log > 11 || !left.is_power_of_two() {
            return None;
        }
        weights.push(left.ilog2() as u8 + 1);
        let mut rows = Vec::with_capacity(1 << log);
        for weight in 1..=log as u8 {
            for (symbol, _) in weights.iter().enumerate().filter(|(_, w)| **w == weight) {
                let row = (symbol as u8, log as u8 + 1 - weight);
                rows.extend(std::iter::repeat_n(row, 1 << (weight - 1)));
            }
        }
        (rows.len() == 1 << log).then_some(Huffman { log, rows })
    }

    fn decode(&self, bytes: &[u8], count: usize, out: &mut Vec<u8>) -> Option<()> {
        let mut back = Back::new(bytes)?;
        for _ in 0..count {
            let index = back.read(self.log);
            let (symbol, width) = self.rows[index];
            back.left += self.log as isize - isize::from(width);
            out.push(symbol);
        }
        (back.left == 0).then_some(())
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
