//! Against the reference implementation, and against hostile bytes.

use super::*;

/// Words in an order that has short and long matches, and noise that has none.
fn text(seed: u32, words: usize) -> Vec<u8> {
    let mut state = seed;
    let mut draw = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let known = ["lũ quét", "sạt lở", "A Lưới", "tiêm phòng", "học sinh", "xã", "thôn", "ngày", "mưa lớn", ". "];
    let mut out = Vec::new();
    for _ in 0..words {
        match draw() % 11 {
            10 => out.extend(draw().to_le_bytes()),
            word => out.extend(known[word as usize % known.len()].bytes()),
        }
        out.push(b' ');
    }
    out
}

#[test]
fn what_was_compressed_comes_back() {
    for level in [1, 3, 9, 15, 19, 22] {
        for (seed, words) in [(1, 0), (2, 1), (3, 20), (4, 300), (5, 4_000), (6, 20_000)] {
            let plain = text(seed, words);
            let packed = zstd::bulk::compress(&plain, level).unwrap();
            assert_eq!(decode(&packed, plain.len()).as_ref(), Some(&plain), "level {level}, {words} words");
            assert!(plain.is_empty() || decode(&packed, plain.len() - 1).is_none(), "a limit is a limit");
        }
    }
    for plain in [vec![7; 100_000], (0..=255).cycle().take(70_000).collect(), vec![0]] {
        assert_eq!(decode(&zstd::bulk::compress(&plain, 19).unwrap(), 100_000), Some(plain));
    }
}

#[test]
fn a_dictionary_stands_before_the_text() {
    let dictionary = text(5, 200);
    for (level, words) in [(1, 30), (19, 30), (22, 300), (19, 0)] {
        let plain = [&dictionary[60..600], &text(6, words), &dictionary[1..90]].concat();
        let packed = zstd::bulk::Compressor::with_dictionary(level, &dictionary).unwrap().compress(&plain).unwrap();
        assert_eq!(decode_with(&dictionary, &packed, plain.len()).as_ref(), Some(&plain), "level {level}, {words} words");
        assert_eq!(decode_with(&dictionary, &packed, plain.len() - 1), None, "the dictionary widens no limit");
        assert_ne!(decode(&packed, plain.len()), Some(plain), "it was used");
    }
}

#[test]
fn foreign_and_broken_bytes_never_panic() {
    let plain = text(9, 3_000);
    let packed = zstd::bulk::compress(&plain, 19).unwrap();
    for end in 0..packed.len() {
        assert_eq!(decode(&packed[..end], plain.len()), None, "cut at {end}");
    }
    let mut state = 7u32;
    for _ in 0..2_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let mut broken = packed.clone();
        let at = (state >> 8) as usize % broken.len();
        broken[at] ^= 1 << (state & 7);
        let _ = decode(&broken, plain.len());
    }
    assert_eq!(decode(b"<!doctype html>", 1_000), None);
}
