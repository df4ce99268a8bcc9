//! Bytes and bits as a frame lays them out (RFC 8878 §3.1.1, §4.1).

/// Bytes read from the front.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    /// Little endian, at most five bytes; lengths of this format never need more than 32 bits after their shifts.
    pub(super) fn number(&mut self, count: usize) -> Option<usize> {
        let bytes = self.take(count)?;
        Some(bytes.iter().rev().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte)) as usize)
    }
}

/// The `count` bits from bit `at` on, little endian; those beyond the end are zero.
pub(super) fn bits(bytes: &[u8], at: usize, count: u32) -> usize {
    let first = at / 8;
    let window = bytes.get(first..).unwrap_or_default();
    let value = window.iter().take(8).enumerate().fold(0u64, |sum, (n, byte)| sum | u64::from(*byte) << (8 * n));
    ((value >> (at % 8)) & ((1 << count) - 1)) as usize
}

/// Bits read from the back, after the highest set bit of the last byte.
pub(super) struct Back<'a> {
    bytes: &'a [u8],
    /// Bits left; below zero when more were read than there were.
    pub(super) left: isize,
}

impl<'a> Back<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Option<Back<'a>> {
        let last = bytes.last().filter(|last| **last != 0)?;
        Some(Back { bytes, left: (bytes.len() * 8) as isize - 1 - last.leading_zeros() as isize })
    }

    pub(super) fn read(&mut self, count: u32) -> usize {
        self.left -= count as isize;
        if self.left >= 0 {
            return bits(self.bytes, self.left as usize, count);
        }
        let missing = (-self.left) as u32;
        if missing >= count { 0 } else { bits(self.bytes, 0, count - missing) << missing }
    }
}
