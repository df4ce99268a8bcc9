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
        [b'I', b'D', b'3', ..] | [0xff, 0xf2 | 0xf3 | 0xfa | 0xfb, ..] => ("mp3", mp3_seconds(bytes)),
        // A film has a header of its pictures (ISO/IEC 14496-12, 12.1.2).
        _ if bytes.windows(4).any(|four| four == b"vmhd") => return None,
        _ if brands(bytes).any(|brand| matches!(brand, b"M4A " | b"mp42" | b"isom")) => ("m4a", mp4_seconds(bytes)),
        _ => return None,
    };
    // What has no length is the head of a recording at most.
    (seconds > 0).then_some(Found { kind, width: 0, height: 0, seconds })
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

/// Kilobits a second of MPEG audio layer III by the index in a frame's header: version 1, and versions 2 and 2.5.
const MP3_RATES: [[u32; 15]; 2] = [
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// By the number of frames where the first says it (a rate that changes), else by the rate of the first. 0 where it is no
/// sound that we know (ISO 11172-3 §2.4.2.3; ID3v2.4 §3.1).
fn mp3_seconds(bytes: &[u8]) -> u16 {
    let tag = match bytes {
        // Seven bits in each byte of the length.
        [b'I', b'D', b'3', _, _, _, a, b, c, d, ..] => {
            10 + [a, b, c, d].iter().fold(0, |sum, byte| sum << 7 | usize::from(**byte & 0x7f))
        }
        _ => 0,
    };
    let sound = bytes.get(tag..).unwrap_or_default();
    let Some([0xff, first, second, third, ..]) = sound.first_chunk::<4>() else { return 0 };
    let first_version = first & 0x18 == 0x18;
    let table = &MP3_RATES[usize::from(!first_version)];
    let (Some(rate @ 1..), Some(hertz), 0xe2) =
        (table.get(usize::from(second >> 4)), [44_100, 48_000, 32_000].get(usize::from(second >> 2 & 3)), first & 0xe6)
    else {
        return 0;
    };
    let hertz: u64 = match first & 0x18 {
        0x18 => *hertz,
        0x10 => hertz / 2,
        _ => hertz / 4,
    };
    let mono = third >> 6 == 3;
    let side = match (first_version, mono) {
        (true, false) => 36,
        (true, true) | (false, false) => 21,
        (false, true) => 13,
    };
    let frames = match sound.get(side..side + 12) {
        Some([b'X', b'i', b'n', b'g', _, _, _, flags, a, b, c, d] | [b'I', b'n', b'f', b'o', _, _, _, flags, a, b, c, d])
            if flags & 1 == 1 =>
        {
            u32::from_be_bytes([*a, *b, *c, *d])
        }
        _ => 0,
    };
    let seconds = if frames > 0 {
        let samples = if first_version { 1152 } else { 576 };
        (u64::from(frames) * samples).div_ceil(hertz)
    } else {
        (sound.len() as u64 * 8).div_ceil(u64::from(*rate) * 1000)
    };
    seconds.min(u16::MAX.into()) as u16
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

    #[test]
    fn the_length_of_an_mp3() {
        // Version 1, 64 kbit/s, 44,100 Hz, mono: 8,000 bytes a second.
        let mut even = vec![0xff, 0xfb, 0x50, 0xc0];
        even.resize(8_000 * 42, 0);
        assert_eq!(sound(&even).unwrap().seconds, 42);
        let mut tagged = b"ID3\x04\0\0\0\0\x01\x00".to_vec();
        tagged.resize(10 + 128, 0);
        tagged.extend(&even);
        assert_eq!(sound(&tagged).unwrap().seconds, 42);
        // Version 2, 24,000 Hz, mono, with a count of frames.
        let mut uneven = vec![0xff, 0xf3, 0x44, 0xc0];
        uneven.resize(13, 0);
        uneven.extend(b"Xing\0\0\0\x01");
        uneven.extend(2_500u32.to_be_bytes());
        uneven.resize(50_000, 0);
        assert_eq!(sound(&uneven).unwrap().seconds, 60);
        // A tag and nothing behind it.
        assert_eq!(sound(b"ID3\x04\0\0\x7f\x7f\x7f\x7f"), None);
        assert_eq!(sound(b"ID3garbage"), None);
    }
}
