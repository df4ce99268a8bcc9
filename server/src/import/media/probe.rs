//! What a file is, by its first bytes, and how large or long it is.

/// A picture or a recording of a kind that phones can show or play.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// End of its name.
    pub kind: &'static str,
    pub width: usize,
    pub height: usize,
    pub seconds: u16,
}

pub fn picture(bytes: &[u8]) -> Option<Found> {
    let kind = match bytes {
        [0xff, 0xd8, 0xff, ..] => "jpg",
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "png",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "webp",
        _ if brands(bytes).any(|brand| brand == b"avif") => "avif",
        _ => return None,
    };
    let size = imagesize::blob_size(bytes).ok()?;
    (size.width > 0 && size.height > 0).then_some(Found { kind, width: size.width, height: size.height, seconds: 0 })
}

pub fn sound(bytes: &[u8]) -> Option<Found> {
    let (kind, seconds) = match bytes {
        [b'O', b'g', b'g', b'S', ..] if bytes.get(28..36) == Some(b"OpusHead") => ("ogg", opus_seconds(bytes)),
        [b'I', b'D', b'3', ..] | [0xff, 0xf2 | 0xf3 | 0xfa | 0xfb, ..] => ("mp3", 0),
        _ if brands(bytes).any(|brand| matches!(brand, b"M4A " | b"mp42" | b"isom")) => ("m4a", mp4_seconds(bytes)),
        _ => return None,
    };
    Some(Found { kind, width: 0, height: 0, seconds })
}

/// The brands that an ISO media file names in its first box.
fn brands(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let length = bytes.first_chunk::<4>().map_or(0, |n| u32::from_be_bytes(*n) as usize);
    let marked = bytes.get(4..8) == Some(b"ftyp");
    let inside = bytes.get(8..length.min(bytes.len()).min(512)).filter(|_| marked).unwrap_or_default();
    inside.chunks_exact(4)
}

/// The last page of an Opus stream says how many samples of 1/48000 s came before its end.
fn opus_seconds(bytes: &[u8]) -> u16 {
    let last = bytes.windows(4).rposition(|window| window == b"OggS").unwrap_or(0);
    let granule = bytes.get(last + 6..last + 14).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes);
    let skip = bytes.get(38..40).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes);
    (granule.saturating_sub(skip.into()).div_ceil(48_000)).min(u16::MAX.into()) as u16
}

/// The movie header of an MP4 file says its length in units of its own.
fn mp4_seconds(bytes: &[u8]) -> u16 {
    let Some(at) = bytes.windows(4).position(|window| window == b"mvhd") else { return 0 };
    let four = |from: usize| bytes.get(from..from + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes);
    let (scale, length) = match bytes.get(at + 4) {
        Some(0) => (four(at + 16), u64::from(four(at + 20))),
        Some(1) => (four(at + 24), u64::from(four(at + 28)) << 32 | u64::from(four(at + 32))),
        _ => (0, 0),
    };
    if scale == 0 { 0 } else { length.div_ceil(scale.into()).min(u16::MAX.into()) as u16 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
        bytes
    }

    #[test]
    fn pictures_by_content() {
        assert_eq!(picture(&png(640, 480)), Some(Found { kind: "png", width: 640, height: 480, seconds: 0 }));
        assert_eq!(picture(&png(0, 480)), None);
        for junk in [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"GIF89a", b"", b"\xff\xd8", b"RIFF0000WAVE"] {
            assert_eq!(picture(junk), None);
        }
    }

    #[test]
    fn sounds_by_content_with_their_length() {
        let mut ogg = b"OggS\0\x02".to_vec();
        ogg.resize(28, 0);
        ogg.extend(b"OpusHead\x01\x01");
        ogg.extend(312u16.to_le_bytes());
        ogg.resize(100, 0);
        ogg.extend(b"OggS\0\x04");
        ogg.extend((48_000u64 * 61 + 312).to_le_bytes());
        assert_eq!(sound(&ogg), Some(Found { kind: "ogg", width: 0, height: 0, seconds: 61 }));
        let mut m4a = b"\0\0\0\x10ftypM4A \0\0\0\0".to_vec();
        m4a.extend(b"\0\0\0\x6cmvhd\0\0\0\0");
        m4a.extend([0; 8]);
        m4a.extend(1000u32.to_be_bytes());
        m4a.extend(90_500u32.to_be_bytes());
        assert_eq!(sound(&m4a), Some(Found { kind: "m4a", width: 0, height: 0, seconds: 91 }));
        assert_eq!(sound(b"RIFF0000WAVE"), None);
        assert_eq!(sound(b"<html>"), None);
    }
}
