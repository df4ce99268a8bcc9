//! Small answers that are made on the spot, and what phones send.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use domain::wire::Problem;
use http_body_util::{BodyExt, Limited};
use serde::de::DeserializeOwned;

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

/// It was taken, and there is nothing to say of it.
pub fn taken() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// What a phone sends as JSON, `most` bytes of it.
///
/// # Errors
/// 413 `too-large`; 422 with the code `bad`.
pub async fn read<T: DeserializeOwned>(request: Request, most: usize, bad: &'static str) -> Result<T, (StatusCode, Problem)> {
    let body = Limited::new(request.into_body(), most).collect().await;
    let body = body.map_err(|_| (StatusCode::PAYLOAD_TOO_LARGE, Problem::new("too-large")))?.to_bytes();
    serde_json::from_slice(&body).map_err(|_| (StatusCode::UNPROCESSABLE_ENTITY, Problem::new(bad)))
}

/// What a program asked for.
pub fn json(text: String) -> Response {
    made(StatusCode::OK, "application/json", text)
}
