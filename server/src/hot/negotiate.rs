//! What a request accepts: encodings, a dictionary at hand, a part of the whole.

use axum::http::header::{ACCEPT_ENCODING, IF_RANGE, RANGE};
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub br: bool,
    pub zstd: bool,
    pub dcz: bool,
    /// SHA-256 of the dictionary that the reader has.
    pub dictionary: Option<[u8; 32]>,
}

impl Wanted {
    pub fn of(headers: &HeaderMap) -> Wanted {
        let mut wanted = Wanted::default();
        for value in headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()) {
            for part in value.split(',') {
                let (name, params) = part.split_once(';').unwrap_or((part, ""));
                let refused = params.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>() == Ok(0.0));
                let is = |coding| name.trim().eq_ignore_ascii_case(coding);
                if is("br") {
                    wanted.br = !refused;
                } else if is("zstd") {
                    wanted.zstd = !refused;
                } else if is("dcz") {
                    wanted.dcz = !refused;
                }
            }
        }
        let held = headers.get("available-dictionary").and_then(|value| value.to_str().ok());
        wanted.dictionary = held
            .and_then(|text| text.trim().strip_prefix(':')?.strip_suffix(':'))
            .and_then(|text| BASE64_STANDARD.decode(text).ok()?.try_into().ok());
        wanted
    }
}

/// The tags that `If-None-Match` lists; weak ones too, which for this question are as good (RFC 9110, 13.1.2).
pub fn tags(value: &HeaderValue) -> impl Iterator<Item = &str> {
    value.to_str().unwrap_or_default().split(',').map(|tag| tag.trim().trim_start_matches("W/"))
}

/// The part asked for, first and last byte. `None`: send the whole. `Err`: there is no such part.
pub fn range(headers: &HeaderMap, etag: &HeaderValue, whole: u64) -> Option<Result<(u64, u64), ()>> {
    let text = headers.get(RANGE)?.to_str().ok()?.strip_prefix("bytes=")?;
    if headers.get(IF_RANGE).is_some_and(|held| held != etag) {
        return None;
    }
    // Several parts at once are legal to ignore.
    let (from, to) = text.split_once('-').filter(|(_, to)| !to.contains(','))?;
    let number = |text: &str| if text.bytes().all(|b| b.is_ascii_digit()) { text.parse::<u64>().ok() } else { None };
    let last = whole.checked_sub(1);
    let found = match (from.trim(), to.trim()) {
        ("", suffix) => {
            let suffix = number(suffix)?;
            last.filter(|_| suffix > 0).map(|last| (whole.saturating_sub(suffix), last))
        }
        (from, "") => {
            let from = number(from)?;
            last.filter(|last| from <= *last).map(|last| (from, last))
        }
        (from, to) => {
            let (from, to) = (number(from)?, number(to)?);
            if to < from {
                return None;
            }
            last.filter(|last| from <= *last).map(|last| (from, to.min(last)))
        }
    };
    Some(found.ok_or(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn encodings_with_and_without_weight() {
        let w = Wanted::of(&headers(&[("accept-encoding", "gzip, BR;q=0.5, zstd;q=0, dcz")]));
        assert!(w.br && !w.zstd && w.dcz);
        let w = Wanted::of(&headers(&[("accept-encoding", "br;q=0")]));
        assert!(!w.br);
        let held = format!(":{}:", BASE64_STANDARD.encode([7u8; 32]));
        assert_eq!(Wanted::of(&headers(&[("available-dictionary", &held)])).dictionary, Some([7; 32]));
        assert_eq!(Wanted::of(&headers(&[("available-dictionary", ":abc:")])).dictionary, None);
    }

    #[test]
    fn parts_of_a_whole() {
        let etag = HeaderValue::from_static("\"a\"");
        let part = |text: &str| range(&headers(&[("range", text)]), &etag, 100);
        assert_eq!(part("bytes=0-9"), Some(Ok((0, 9))));
        assert_eq!(part("bytes=90-"), Some(Ok((90, 99))));
        assert_eq!(part("bytes=90-500"), Some(Ok((90, 99))));
        assert_eq!(part("bytes=-10"), Some(Ok((90, 99))));
        assert_eq!(part("bytes=-500"), Some(Ok((0, 99))));
        assert_eq!(part("bytes=100-"), Some(Err(())));
        assert_eq!(part("bytes=-0"), Some(Err(())));
        for odd in ["bytes=0-1,5-6", "bytes=a-b", "bytes=9-1", "items=0-1", "bytes=", "bytes=99999999999999999999-"] {
            assert_eq!(part(odd), None, "{odd}");
        }
        let other = headers(&[("range", "bytes=5-"), ("if-range", "\"b\"")]);
        assert_eq!(range(&other, &etag, 100), None, "another representation: all of it");
        assert_eq!(range(&headers(&[("range", "bytes=0-")]), &etag, 0), Some(Err(())));
    }
}
