//! Arrays of bytes as they are, one after the other: `#[serde(with = "crate::raw")]`. Serde's own way of reading them is
//! unrolled byte by byte, which phones would have to download.

use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserializer, Serializer};

pub fn serialize<S: Serializer, const N: usize>(bytes: &[u8; N], to: S) -> Result<S::Ok, S::Error> {
    let mut tuple = to.serialize_tuple(N)?;
    for byte in bytes {
        tuple.serialize_element(byte)?;
    }
    tuple.end()
}

pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(from: D) -> Result<[u8; N], D::Error> {
    struct Bytes<const N: usize>;

    impl<'de, const N: usize> Visitor<'de> for Bytes<N> {
        type Value = [u8; N];

        fn expecting(&self, to: &mut std::fmt::Formatter) -> std::fmt::Result {
            to.write_str("bytes")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<[u8; N], A::Error> {
            let mut out = [0; N];
            for byte in &mut out {
                *byte = all.next_element()?.ok_or_else(|| A::Error::custom("too few bytes"))?;
            }
            Ok(out)
        }
    }

    from.deserialize_tuple(N, Bytes)
}
