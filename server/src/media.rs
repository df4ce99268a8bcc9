//! Images and recordings, from the shelf, in parts where the reader asks for parts (a recording that is skipped through).

use crate::error::Error;
use crate::hot::{FOREVER, negotiate};
use crate::reply;
use crate::site::Site;
use axum::body::Body;
use axum::http::header::{
    ACCEPT, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION, USER_AGENT,
    VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

/// The type of a media file by the end of its name; `None` for names that are not ours.
pub fn content_type(file: &str) -> Option<&'static str> {
    let (hash, kind) = file.split_once('.')?;
    // The same picture in another width.
    let hash = hash.strip_suffix("-360").or(hash.strip_suffix("-1080")).unwrap_or(hash);
    if hash.len() != 32 || !hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    Some(match kind {
        "jpg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ogg" => "audio/ogg",
        "m4a" => "audio/mp4",
        "mp3" => "audio/mpeg",
        _ => return None,
    })
}

pub async fn answer(site: &Site, file: &str, request: &HeaderMap) -> Response {
    match open(site, file, request).await {
        Ok(Some(response)) => response,
        Ok(None) => reply::text(StatusCode::NOT_FOUND, "không có tệp này"),
        Err(cause) => {
            tracing::error!(file, %cause, "a media file cannot be read");
            reply::text(StatusCode::INTERNAL_SERVER_ERROR, "không đọc được tệp này")
        }
    }
}

/// Safari plays Opus in Ogg only since 18.4: it gets AAC from us as long as it does not say that it is newer.
fn knows_no_opus(request: &HeaderMap) -> bool {
    let agent = agent(request);
    agent.contains(" Safari/") && release(agent, " Version/").is_some_and(|release| release < vec![18, 4])
}

fn agent(request: &HeaderMap) -> &str {
    request.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
}

/// The numbers that follow a mark in the name of a browser, e.g. 15 and 8 of `iPhone OS 15_8`.
fn release(agent: &str, mark: &str) -> Option<Vec<u32>> {
    let (_, rest) = agent.split_once(mark)?;
    Some(rest.split([' ', '.', '_', ';']).map_while(|part| part.parse().ok()).collect())
}

/// Browsers name the newer kinds of pictures that they show. A worker and a script that ask for one name none: then the
/// browser's own name tells, by the release that was the first to show AVIF. Whoever is no browser gets what he asks for.
fn knows_no_avif(request: &HeaderMap) -> bool {
    let accept = request.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.contains("image/") {
        return accept.contains("image/webp") && !accept.contains("image/avif");
    }
    let agent = agent(request);
    // Every browser of an iPhone is its system's; Edge calls itself Chrome too, and Chrome Safari.
    let marks: &[(&str, u32)] = match agent.contains("like Mac OS X") {
        true => &[(" OS ", 16)],
        false => &[("Edg/", 121), ("EdgA/", 121), ("Firefox/", 93), ("Chrome/", 89), (" Version/", 16)],
    };
    let known = marks.iter().find_map(|(mark, since)| Some((release(agent, mark)?, *since)));
    known.is_some_and(|(release, since)| release < vec![since])
}

async fn open(site: &Site, name: &str, request: &HeaderMap) -> Result<Option<Response>, Error> {
    // The shelf is asked for nothing that no file of ours is called: its disk fails at names that are too long.
    if content_type(name).is_none() {
        return Ok(None);
    }
    let twin = match name.rsplit_once('.') {
        Some((hash, "ogg")) if knows_no_opus(request) => Some([hash, ".m4a"].concat()),
        Some((hash, "avif")) if knows_no_avif(request) => Some([hash, ".jpg"].concat()),
        _ => None,
    };
    let name = match &twin {
        Some(twin) if site.shelf.length(twin).await?.is_some() => twin,
        _ => name,
    };
    let Some(kind) = content_type(name) else { return Ok(None) };
    let Some(whole) = site.shelf.length(name).await? else {
        // A link preview asks for JPEG; a picture that was imported as AVIF has none.
        let other = name.strip_suffix(".jpg").map(|hash| [hash, ".avif"].concat());
        let other = if let Some(other) = other { site.shelf.length(&other).await? } else { None };
        return Ok(other.map(|_| {
            let mut response = reply::text(StatusCode::FOUND, "");
            response.headers_mut().insert(LOCATION, HeaderValue::from_static("/og.png"));
            response
        }));
    };
    // Under one address lie two kinds: each is a representation of its own.
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let etag = HeaderValue::from_str(&format!("\"{}{ending}\"", &name[..24])).expect("letters, digits and quotes");
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    headers.insert(ETAG, etag.clone());
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(VARY, HeaderValue::from_static("accept, user-agent"));
    if request
        .get(IF_NONE_MATCH)
        .is_some_and(|held| negotiate::tags(held).any(|tag| tag == "*" || tag.as_bytes() == etag.as_bytes()))
    {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(Some(response));
    }
    let (from, length) = match negotiate::range(request, &etag, whole) {
        None => (0, whole),
        Some(Ok((from, to))) => {
            let part = format!("bytes {from}-{to}/{whole}");
            headers.insert(CONTENT_RANGE, HeaderValue::from_str(&part).expect("digits"));
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            (from, to - from + 1)
        }
        Some(Err(())) => {
            headers.insert(CONTENT_RANGE, HeaderValue::from_str(&format!("bytes */{whole}")).expect("digits"));
            // No cache keeps that there is no such part for what lies here (RFC 9111, 3).
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.remove(ETAG);
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            (0, 0)
        }
    };
    response.headers_mut().insert(CONTENT_LENGTH, length.into());
    if length > 0 {
        *response.body_mut() = Body::from_stream(site.shelf.read(name, from..from + length).await?);
    }
    Ok(Some(response))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_that_names_no_pictures_is_known_by_its_name() {
        for (agent, avif) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605.1.15 Version/15.6.6 Mobile/15E148 Safari/604.1",
                false,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605.1.15 CriOS/120.0 Mobile/15E148 Safari/604.1",
                false,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 Version/17.2 Mobile/15E148 Safari/604.1",
                true,
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/15.4 Safari/605.1.15", false),
            ("Mozilla/5.0 (Linux; Android 7.0; SM-J730G) AppleWebKit/537.36 Chrome/80.0.3987.99 Mobile Safari/537.36", false),
            ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36", true),
            ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/114.0.0.0 Mobile Safari/537.36 EdgA/114.0", false),
            ("Mozilla/5.0 (Android 9; Mobile; rv:90.0) Gecko/90.0 Firefox/90.0", false),
            ("curl/8.5.0", true),
        ] {
            let mut request = HeaderMap::new();
            request.insert(ACCEPT, HeaderValue::from_static("*/*"));
            request.insert(USER_AGENT, HeaderValue::from_static(agent));
            assert_eq!(knows_no_avif(&request), !avif, "{agent}");
        }
    }
}
