//! Brotli as the server sends it. Included by `xtask` too, so that budgets are held against what really travels.

use brotli::enc::BrotliEncoderParams;
use brotli::enc::backward_references::BrotliEncoderMode::{self, BROTLI_FORCE_LSB_PRIOR, BROTLI_FORCE_MSB_PRIOR};

/// Brotli, `quality` 0 to 11.
pub fn brotli(bytes: &[u8], quality: i32) -> Vec<u8> {
    brotli_with(bytes, quality, |_| {})
}

/// Ways that suit programs better than what suits texts: some distances in a code of their own or by their last bit apart,
/// what comes next told by the high or by the low bits of what came before, statistics anew after every 2^16 bytes. Each was
/// the best for some part of some build.
const WAYS: [(u32, u32, Option<BrotliEncoderMode>, i32); 15] = [
    (1, 0, None, 0),
    (2, 0, None, 0),
    (3, 0, None, 0),
    (6, 0, None, 0),
    (0, 1, None, 0),
    (2, 1, None, 0),
    (3, 0, None, 16),
    (6, 0, None, 16),
    (2, 1, None, 16),
    (0, 0, Some(BROTLI_FORCE_MSB_PRIOR), 0),
    (1, 0, Some(BROTLI_FORCE_MSB_PRIOR), 0),
    (1, 0, Some(BROTLI_FORCE_LSB_PRIOR), 0),
    (6, 0, Some(BROTLI_FORCE_LSB_PRIOR), 0),
    (0, 1, Some(BROTLI_FORCE_LSB_PRIOR), 0),
    (2, 1, Some(BROTLI_FORCE_LSB_PRIOR), 0),
];

/// The smallest of all these ways.
pub fn brotli_program(bytes: &[u8]) -> Vec<u8> {
    let packed = WAYS.map(|(direct, postfix, mode, block)| {
        brotli_with(bytes, 11, |params| {
            (params.dist.num_direct_distance_codes, params.dist.distance_postfix_bits) = (direct, postfix);
            params.mode = mode.unwrap_or(params.mode);
            params.lgblock = block;
        })
    });
    packed.into_iter().min_by_key(Vec::len).expect("some way")
}

fn brotli_with(bytes: &[u8], quality: i32, set: impl Fn(&mut BrotliEncoderParams)) -> Vec<u8> {
    let mut params = BrotliEncoderParams { quality, size_hint: bytes.len(), lgwin: 22, ..Default::default() };
    set(&mut params);
    let mut out = Vec::with_capacity(bytes.len() / 3 + 64);
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &params).expect("memory takes every byte");
    out
}
