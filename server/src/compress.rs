//! Compression: brotli and zstd, also against a dictionary, on threads where they hold nobody up.

mod br;

use crate::backstage::{LOWEST, step_back};
pub use br::{brotli, brotli_program};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::sync::mpsc::{Sender, channel};
use zstd::zstd_safe::CParameter;

/// Bytes of a block of a difference: the smallest that Zstandard aims at, about what one packet carries.
const BLOCK: u32 = 1340;

pub fn zstd(bytes: &[u8], level: i32) -> Vec<u8> {
    zstd::bulk::compress(bytes, level).expect("memory takes every byte")
}

/// `dcz` of RFC 9842: a header that names the dictionary, then zstd with the dictionary as a raw prefix.
pub fn dcz(bytes: &[u8], dictionary: &[u8], dictionary_hash: &[u8; 32]) -> Vec<u8> {
    let mut out = vec![0x5e, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0];
    out.extend_from_slice(dictionary_hash);
    let write = || -> std::io::Result<Vec<u8>> {
        let mut encoder = zstd::stream::Encoder::with_ref_prefix(out, 19, dictionary)?;
        // The window must reach back over the whole dictionary; 8 MiB is what every reader grants.
        let reach = (bytes.len() + dictionary.len()).next_power_of_two().clamp(1 << 10, 1 << 23);
        encoder.window_log(reach.trailing_zeros())?;
        encoder.long_distance_matching(true)?;
        // Of a block nothing can be read before it is there as a whole: small ones leave a phone something where the line is cut.
        encoder.set_parameter(CParameter::TargetCBlockSize(BLOCK))?;
        encoder.set_pledged_src_size(Some(bytes.len() as u64))?;
        encoder.write_all(bytes)?;
        encoder.finish()
    };
    write().expect("memory takes every byte")
}

/// One frame, as small as can be, made with a dictionary of plain text.
pub fn zstd_after(dictionary: &[u8], bytes: &[u8]) -> Vec<u8> {
    let packed = zstd::bulk::Compressor::with_dictionary(19, dictionary).and_then(|mut packer| packer.compress(bytes));
    packed.expect("memory takes every byte")
}

/// Runs slow work some time, one at a time, and does not wait for it. Whoever waits for an answer comes first: on a busy
/// machine this work gets what nobody else wants.
pub fn later(work: impl FnOnce() + Send + 'static) {
    type Work = Box<dyn FnOnce() + Send>;
    static QUEUE: LazyLock<Sender<Work>> = LazyLock::new(|| {
        let (queue, works) = channel::<Work>();
        let run = move || {
            step_back(LOWEST);
            for work in works {
                if catch_unwind(AssertUnwindSafe(work)).is_err() {
                    tracing::error!("slow work broke off");
                }
            }
        };
        drop(std::thread::Builder::new().name("later".into()).spawn(run));
        queue
    });
    // Fails where no thread could be had; what is not made ahead is made when somebody asks.
    let _ = QUEUE.send(Box::new(work));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_difference_is_small_and_leads_back() {
        let old: Vec<u8> = (0..60_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let mut new = old.clone();
        new[100_000..100_020].fill(7);
        let hash = domain::sign::hash(&old);
        let bytes = dcz(&new, &old, &hash);
        assert!(bytes.len() < 400, "{}", bytes.len());
        assert_eq!(&bytes[8..40], &hash);
        let mut back = Vec::new();
        let reader = std::io::BufReader::new(&bytes[40..]);
        zstd::stream::Decoder::with_ref_prefix(reader, &old).unwrap().read_to_end(&mut back).unwrap();
        assert_eq!(back, new);
    }

    #[test]
    fn of_a_difference_that_is_cut_what_came_can_be_read() {
        let words: Vec<String> = (0..9_000u32).map(|n| format!("{:x} ", n.wrapping_mul(2_654_435_761) >> 12)).collect();
        let (old, new) = (words[..3_000].concat(), words[2_000..].concat());
        let bytes = dcz(new.as_bytes(), old.as_bytes(), &domain::sign::hash(old.as_bytes()));
        let mut back = vec![0; new.len()];
        let mut reader = zstd::stream::Decoder::with_ref_prefix(&bytes[40..bytes.len() / 2], old.as_bytes()).unwrap();
        let mut came = 0;
        while let Ok(more @ 1..) = reader.read(&mut back[came..]) {
            came += more;
        }
        assert_eq!(&back[..came], &new.as_bytes()[..came]);
        assert!(came * 4 > new.len(), "{came} of {}", new.len());
    }

    #[test]
    fn brotli_leads_back() {
        let text = "Nước lên, lên đồi ngay. ".repeat(200);
        for quality in [5, 11] {
            let small = brotli(text.as_bytes(), quality);
            let mut back = Vec::new();
            brotli::BrotliDecompress(&mut &small[..], &mut back).unwrap();
            assert_eq!(back, text.as_bytes());
        }
    }
}
