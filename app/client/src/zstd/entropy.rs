//! The two codes of symbols: finite state entropy (RFC 8878 §4.1) and Huffman (§4.2).

use super::bits::{Back, Bytes, bits};

/// A table of finite state entropy.
#[derive(Clone)]
pub(super) struct Fse {
    log: u32,
    /// Symbol, bits to read, base of the next state.
    rows: Vec<(u8, u8, u16)>,
}

impl Fse {
    pub(super) fn one(symbol: u8) -> Fse {
        Fse { log: 0, rows: vec![(symbol, 0, 0)] }
    }

    pub(super) fn new(log: u32, norm: &[i16]) -> Option<Fse> {
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
    pub(super) fn read(bytes: &mut Bytes, max_log: u32, symbols: usize) -> Option<Fse> {
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

    pub(super) fn start(&self, back: &mut Back) -> usize {
        back.read(self.log)
    }

    pub(super) fn symbol(&self, state: usize) -> u8 {
        self.rows[state].0
    }

    pub(super) fn step(&self, state: &mut usize, back: &mut Back) {
        let (_, width, base) = self.rows[*state];
        *state = usize::from(base) + back.read(width.into());
    }
}

/// Symbols and their lengths by the next `log` bits.
pub(super) struct Huffman {
    log: u32,
    rows: Vec<(u8, u8)>,
}

impl Huffman {
    pub(super) fn read(bytes: &mut Bytes) -> Option<Huffman> {
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

    pub(super) fn new(mut weights: Vec<u8>) -> Option<Huffman> {
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

    pub(super) fn decode(&self, bytes: &[u8], count: usize, out: &mut Vec<u8>) -> Option<()> {
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
