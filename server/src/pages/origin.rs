//! Where readers reach this server: what the operator said, else what the request says.

use crate::site::Site;
use axum::extract::Request;
use axum::http::header::HOST;
use std::sync::Arc;

/// `https://host`, no slash at the end.
pub fn of(site: &Site, request: &Request) -> Arc<str> {
    if let Some(origin) = &site.options.origin {
        return origin.trim_end_matches('/').into();
    }
    let named = request.uri().authority().map(|authority| authority.as_str());
    let host = named.or_else(|| request.headers().get(HOST)?.to_str().ok()).filter(|host| plausible(host));
    let tls = request.headers().get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    [if tls { "https://" } else { "http://" }, host.unwrap_or("localhost")].concat().into()
}

/// A name or address and perhaps a port; anything else would end up in links.
fn plausible(host: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
    (1..=100).contains(&host.len()) && host.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    #[test]
    fn hosts_that_may_stand_in_a_link() {
        for host in ["bantin.example", "localhost:8080", "[::1]:80"] {
            assert!(super::plausible(host), "{host}");
        }
        for host in ["", "a b", "a/b", "a\"b", "user@host", &"a".repeat(101)] {
            assert!(!super::plausible(host), "{host}");
        }
    }
}
