//! What a camera wrote beside the picture goes before it is kept: where it was taken, when, with what.

use img_parts::jpeg::{Jpeg, markers};
use img_parts::png::Png;
use img_parts::webp::WebP;
use img_parts::{Bytes, ImageEXIF};

/// Chunks of a PNG that are not the picture.
const PNG_NOTES: [[u8; 4]; 5] = [*b"eXIf", *b"tEXt", *b"zTXt", *b"iTXt", *b"tIME"];
/// By which the boxes of an AVIF announce EXIF and XMP (ISO/IEC 23008-12, annex A).
const AVIF_NOTES: [&[u8]; 2] = [b"Exif", b"application/rdf+xml"];
/// The tag by which EXIF says how a picture is to be turned, and the value that says "as it is".
const ORIENTATION: u16 = 0x0112;
const UPRIGHT: u8 = 1;

/// The same picture without notes; only how it is to be turned stays. `None` when it cannot be taken apart.
pub fn picture(kind: &str, mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    if kind == "jpg" {
        bytes.truncate(end_of_jpeg(&bytes));
    }
    let whole = Bytes::from(bytes);
    let clean = match kind {
        "jpg" => {
            let mut jpeg = Jpeg::from_bytes(whole).ok()?;
            let turned = jpeg.exif().and_then(|exif| orientation(&exif)).filter(|turn| *turn != UPRIGHT);
            // XMP is a second segment of the same kind as EXIF; 13 holds the notes of editing programs.
            let notes = [markers::APP1, markers::APP13, markers::COM];
            jpeg.segments_mut().retain(|segment| !notes.contains(&segment.marker()));
            if let Some(turn) = turned {
                jpeg.set_exif(Some(turned_exif(turn)));
            }
            jpeg.encoder().bytes()
        }
        "png" => {
            let mut png = Png::from_bytes(whole).ok()?;
            png.chunks_mut().retain(|chunk| !PNG_NOTES.contains(&chunk.kind()));
            png.encoder().bytes()
        }
        "webp" => {
            let mut webp = WebP::from_bytes(whole).ok()?;
            webp.set_exif(None);
            webp.chunks_mut().retain(|chunk| chunk.id() != *b"XMP ");
            webp.encoder().bytes()
        }
        // Its boxes are not taken apart here: one that has notes is refused.
        "avif" if AVIF_NOTES.iter().any(|note| whole.windows(note.len()).any(|found| found == *note)) => return None,
        _ => whole,
    };
    Some(clean.to_vec())
}

/// Whether browsers show a picture that was kept lying on its side, so that its rows of pixels stand upright (EXIF 2.3 §4.6.4).
pub fn sideways(kind: &str, kept: &[u8]) -> bool {
    let jpeg = (kind == "jpg").then(|| Jpeg::from_bytes(Bytes::copy_from_slice(kept)).ok()).flatten();
    jpeg.and_then(|jpeg| jpeg.exif()).and_then(|exif| orientation(&exif)).is_some_and(|turn| turn >= 5)
}

/// Where the first picture of a JPEG ends (ITU-T T.81, annex B): phones put a film or a second picture with notes of its own
/// behind it. All of it where no end is found.
fn end_of_jpeg(bytes: &[u8]) -> usize {
    let mut at = 2;
    while let Some(&[0xff, marker]) = bytes.get(at..at + 2) {
        at += match marker {
            // End of the image.
            0xd9 => return at + 2,
            // Filling.
            0xff => 1,
            0x01 | 0xd0..=0xd7 => 2,
            _ => {
                let length = bytes.get(at + 2..at + 4).map_or(2, |pair| usize::from(u16::from_be_bytes([pair[0], pair[1]])));
                let coded = at + 2 + length.max(2);
                // What is coded follows the start of a scan up to the next marker that is neither stuffing nor a restart.
                let end = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff);
                let scan = bytes.get(coded..).filter(|_| marker == 0xda);
                2 + length.max(2) + scan.map_or(0, |scan| scan.windows(2).position(end).unwrap_or(scan.len()))
            }
        };
    }
    bytes.len()
}

/// How the picture is to be turned, 1–8 (EXIF 2.3 §4.6.4), where EXIF says so in its first directory.
fn orientation(exif: &[u8]) -> Option<u8> {
    let large_first = exif.starts_with(b"MM");
    let two = |at: usize| {
        let pair: [u8; 2] = exif.get(at..at + 2)?.try_into().ok()?;
        Some(if large_first { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    let start: [u8; 4] = exif.get(4..8)?.try_into().ok()?;
    let start = if large_first { u32::from_be_bytes(start) } else { u32::from_le_bytes(start) } as usize;
    let entries = usize::from(two(start)?);
    let at = (0..entries).map(|n| start + 2 + 12 * n).find(|at| two(*at) == Some(ORIENTATION))?;
    u8::try_from(two(at + 8)?).ok().filter(|turn| (1..=8).contains(turn))
}

/// EXIF that says nothing else.
fn turned_exif(turn: u8) -> Bytes {
    let mut exif = b"MM\0*\0\0\0\x08\0\x01".to_vec();
    exif.extend(ORIENTATION.to_be_bytes());
    exif.extend([0, 3, 0, 0, 0, 1, 0, turn, 0, 0]);
    exif.extend([0; 4]);
    exif.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(segments: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8];
        for (marker, what) in segments {
            bytes.extend([0xff, *marker]);
            bytes.extend((what.len() as u16 + 2).to_be_bytes());
            bytes.extend(*what);
        }
        bytes.extend(b"\xff\xda\0\x02picture\xff\xd9");
        bytes
    }

    fn has(bytes: &[u8], what: &[u8]) -> bool {
        bytes.windows(what.len()).any(|window| window == what)
    }

    #[test]
    fn where_a_photo_was_taken_goes_and_how_it_is_turned_stays() {
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        exif.extend(b"GPS 16.4637 107.5909");
        let photo = jpeg(&[
            (0xe0, b"JFIF\0"),
            (0xe1, &exif),
            (0xe1, b"http://ns.adobe.com/xap/1.0/\0GPS"),
            (0xfe, b"GPS note"),
            (0xdb, b"table"),
        ]);
        let clean = picture("jpg", photo).unwrap();
        assert!(!has(&clean, b"GPS"));
        assert!(has(&clean, b"JFIF") && has(&clean, b"table") && has(&clean, b"picture"));
        let kept = Jpeg::from_bytes(clean.into()).unwrap().exif().unwrap();
        assert_eq!(orientation(&kept), Some(6));
    }

    #[test]
    fn a_photo_that_stands_upright_keeps_no_notes_at_all() {
        let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x01\0\0\0\0\0\0";
        let clean = picture("jpg", jpeg(&[(0xe1, exif), (0xdb, b"table")])).unwrap();
        assert_eq!(clean, jpeg(&[(0xdb, b"table")]));
    }

    #[test]
    fn what_lies_behind_a_picture_goes() {
        let exif = b"Exif\0\0II*\0GPS 16.4637 107.5909";
        let first = jpeg(&[(0xdb, b"table")]);
        let both = [first.clone(), jpeg(&[(0xe1, exif)]), b"GPS of a film".to_vec()].concat();
        assert_eq!(picture("jpg", both), Some(first));
        // Several scans, stuffed and restarted, are one picture.
        let scans = b"\xff\xd8\xff\xda\0\x02a\xff\0b\xff\xd0c\xff\xff\xc4\0\x02\xff\xda\0\x02d\xff\xd9".to_vec();
        assert_eq!(end_of_jpeg(&scans), scans.len());
        assert_eq!(end_of_jpeg(&[&scans[..], b"GPS"].concat()), scans.len());
        assert_eq!(
            end_of_jpeg(b"\xff\xd8\xff\xda\0\x02cut"),
            9,
            "a picture that was cut is left to be refused, or shown as far as it goes"
        );
    }

    #[test]
    fn notes_of_a_png_go() {
        let chunk = |kind: &[u8; 4], what: &[u8]| img_parts::png::PngChunk::new(*kind, Bytes::copy_from_slice(what));
        let mut png = Png::from_bytes(Bytes::from_static(include_bytes!("../../../../public/icons/icon-192.png"))).unwrap();
        let before = png.clone().encoder().bytes().to_vec();
        png.chunks_mut().insert(1, chunk(b"tEXt", b"Author\0somebody"));
        let noted = png.encoder().bytes().to_vec();
        assert!(has(&noted, b"somebody"));
        assert_eq!(picture("png", noted).unwrap(), before);
    }

    #[test]
    fn an_avif_with_notes_is_refused() {
        let bare = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf\0\0\0\x08mdat".to_vec();
        assert_eq!(picture("avif", bare.clone()), Some(bare.clone()));
        assert_eq!(picture("avif", [&bare, &b"infe\x02\0\0\0\0\x02\0\0Exif"[..]].concat()), None);
    }

    #[test]
    fn what_cannot_be_taken_apart_is_refused() {
        assert_eq!(picture("jpg", b"\xff\xd8\xff".to_vec()), None);
        assert_eq!(picture("png", b"\x89PNG\r\n\x1a\n\0\0".to_vec()), None);
    }
}
