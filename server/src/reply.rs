//! Small answers that are made on the spot.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use domain::wire::Problem;

fn made(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A refusal as programs read it.
pub fn problem(status: StatusCode, problem: &Problem) -> Response {
    made(status, "application/problem+json", serde_json::to_vec(problem).unwrap_or_default())
}

/// A few words as a program or a curious person reads them; never HTML.
pub fn text(status: StatusCode, words: impl Into<Body>) -> Response {
    made(status, "text/plain; charset=utf-8", words)
}

/// What a program asked for.
pub fn json(text: String) -> Response {
    made(StatusCode::OK, "application/json", text)
}
