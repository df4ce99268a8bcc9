//! Reads what postcard lays out, without serde: every kind of value read through serde is a copy of its machinery, which
//! phones would have to download (18 KB of code in all).
//!
//! A reader that met something wrong goes on and gives defaults; whether it did is asked once, at the end. So a struct is
//! nothing but its fields one after the other, in the order in which postcard writes them.

/// Bytes on their way into values.
pub struct Reader<'a> {
    rest: &'a [u8],
    bad: bool,
}

/// A value in postcard's layout, which its `Serialize` writes.
pub trait Read: Sized {
    fn read(from: &mut Reader) -> Self;

    /// So many of them.
    fn read_all(from: &mut Reader, count: usize) -> Vec<Self> {
        let mut all = Vec::new();
        // Each takes a byte at least, or is bad: a count that lies ends soon.
        for _ in 0..count {
            let next = Self::read(from);
            if from.bad {
                break;
            }
            all.push(next);
        }
        all
    }
}

/// The whole of `bytes` as one value, so that one value has one encoding.
pub fn all<T: Read>(bytes: &[u8]) -> Option<T> {
    take(bytes).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
}

/// A value from the front of `bytes`, and what follows.
pub fn take<T: Read>(bytes: &[u8]) -> Option<(T, &[u8])> {
    let mut reader = Reader { rest: bytes, bad: false };
    let value = T::read(&mut reader);
    if reader.bad { None } else { Some((value, reader.rest)) }
}

impl<'a> Reader<'a> {
    #[inline(never)]
    fn bytes(&mut self, count: usize) -> &'a [u8] {
        let Some((head, rest)) = self.rest.split_at_checked(count) else {
            self.bad = true;
            return &[];
        };
        self.rest = rest;
        head
    }

    #[inline(never)]
    fn byte(&mut self) -> u8 {
        self.bytes(1).first().copied().unwrap_or_default()
    }

    /// A number of at most `bits` bits, seven to a byte, the lowest first.
    #[inline(never)]
    fn number(&mut self, bits: u32) -> u64 {
        let mut value = 0;
        for shift in (0..bits).step_by(7) {
            let byte = self.byte();
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                self.bad |= bits - shift < 7 && byte >> (bits - shift) != 0;
                return value;
            }
        }
        self.bad = true;
        0
    }

    fn count(&mut self) -> usize {
        self.number(usize::BITS) as usize
    }

    /// A variant without fields, of all in their order.
    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        let at = self.number(32) as usize;
        self.bad |= at >= all.len();
        all[if at < all.len() { at } else { 0 }]
    }

    /// What `Option` and variants with fields begin with: below `end`.
    pub fn choice(&mut self, end: u64) -> u64 {
        let at = self.number(32);
        self.bad |= at >= end;
        at
    }
}

impl Read for u8 {
    fn read(from: &mut Reader) -> u8 {
        from.byte()
    }

    fn read_all(from: &mut Reader, count: usize) -> Vec<u8> {
        from.bytes(count).to_vec()
    }
}

impl Read for bool {
    fn read(from: &mut Reader) -> bool {
        let byte = from.byte();
        from.bad |= byte > 1;
        byte == 1
    }
}

impl Read for u16 {
    fn read(from: &mut Reader) -> u16 {
        from.number(16) as u16
    }
}

impl Read for u32 {
    fn read(from: &mut Reader) -> u32 {
        from.number(32) as u32
    }
}

impl Read for u64 {
    fn read(from: &mut Reader) -> u64 {
        from.number(64)
    }
}

impl Read for i64 {
    fn read(from: &mut Reader) -> i64 {
        let folded = from.number(64);
        (folded >> 1) as i64 ^ -((folded & 1) as i64)
    }
}

impl<const N: usize> Read for [u8; N] {
    fn read(from: &mut Reader) -> [u8; N] {
        from.bytes(N).try_into().unwrap_or([0; N])
    }
}

impl Read for String {
    #[inline(never)]
    fn read(from: &mut Reader) -> String {
        let count = from.count();
        let text = core::str::from_utf8(from.bytes(count));
        from.bad |= text.is_err();
        text.unwrap_or_default().to_owned()
    }
}

impl<T: Read> Read for Vec<T> {
    #[inline(never)]
    fn read(from: &mut Reader) -> Vec<T> {
        let count = from.count();
        T::read_all(from, count)
    }
}

impl<T: Read> Read for Option<T> {
    #[inline(never)]
    fn read(from: &mut Reader) -> Option<T> {
        bool::read(from).then(|| T::read(from))
    }
}

macro_rules! tuples {
    ($($($name:ident)*;)*) => {
        $(impl<$($name: Read),*> Read for ($($name,)*) {
            fn read(from: &mut Reader) -> Self {
                ($($name::read(from),)*)
            }
        })*
    };
}

tuples! { A B; A B C; A B C D E F; }

/// A struct by its fields in their order, or one around a single value.
macro_rules! fields {
    ($name:ident) => {
        impl $crate::read::Read for $name {
            fn read(from: &mut $crate::read::Reader) -> Self {
                $name($crate::read::Read::read(from))
            }
        }
    };
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::read::Read for $name {
            fn read(from: &mut $crate::read::Reader) -> Self {
                $name { $($field: $crate::read::Read::read(from)),* }
            }
        }
    };
}

/// An enum without fields by its variants in their order.
macro_rules! variants {
    ($name:ident: $($variant:ident),*) => {
        impl $crate::read::Read for $name {
            fn read(from: &mut $crate::read::Reader) -> Self {
                from.one_of(&[$($name::$variant),*])
            }
        }
    };
}

pub(crate) use {fields, variants};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{AlertInfo, Body, Card, EventInfo, Gone};
    use crate::sign::{SignedTrust, Trust};
    use crate::sync::{Cursor, HeldCard};
    use crate::wire::{BodyEntry, CardEntry, FullItem, Head};
    use proptest::prelude::*;
    use serde::de::DeserializeOwned;

    fn same<T: Read + DeserializeOwned + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
        let ours = take::<T>(bytes);
        let theirs = postcard::take_from_bytes::<T>(bytes).ok();
        assert_eq!(ours, theirs, "{bytes:?}");
    }

    fn same_for_all(bytes: &[u8]) {
        same::<(u8, bool)>(bytes);
        same::<u16>(bytes);
        same::<u32>(bytes);
        same::<u64>(bytes);
        same::<i64>(bytes);
        same::<Vec<(u8, String)>>(bytes);
        same::<Option<Vec<u8>>>(bytes);
        same::<Card>(bytes);
        same::<Body>(bytes);
        same::<Gone>(bytes);
        same::<AlertInfo>(bytes);
        same::<EventInfo>(bytes);
        same::<Head>(bytes);
        same::<Trust>(bytes);
        same::<SignedTrust>(bytes);
        same::<Cursor>(bytes);
        same::<HeldCard>(bytes);
        same::<Vec<CardEntry>>(bytes);
        same::<Vec<BodyEntry>>(bytes);
        same::<Vec<FullItem>>(bytes);
    }

    /// Small numbers, so that counts, options and variants make sense often enough to go on.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![6 => 0u8..4, 2 => 4u8..128, 1 => 128u8..=255];
        prop::collection::vec(byte, 0..120)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn it_reads_what_postcard_reads_and_refuses_what_postcard_refuses(bytes in bytes()) {
            same_for_all(&bytes);
        }
    }

    #[test]
    fn the_largest_numbers_and_those_beyond() {
        for last in 0..=4 {
            same_for_all(&[&[255; 2][..], &[last]].concat());
            same_for_all(&[&[255; 4][..], &[last + 14]].concat());
            same_for_all(&[&[255; 9][..], &[last]].concat());
        }
    }
}
