//! The user interface from inside of the program. A debug build reads it from `web/dist` each time.

use std::borrow::Cow;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::crypto::token::base64url;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[exclude = "*.gz"]
#[allow_missing = true]
struct Files;

/// The file that is asked for, if there is one.
pub(super) fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let name = path.strip_prefix('/')?;
    // What is compressed is another form of a file, and no file of its own.
    let plain = name.strip_suffix(".br").is_none();
    let file = Files::get(name).filter(|_| plain)?;
    Some(answer(name, file, headers))
}

/// The page that routes in the browser.
pub(super) fn index(headers: &HeaderMap) -> Option<Response> {
    file("/index.html", headers)
}

fn answer(name: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", base64url(&file.metadata.sha256_hash()));
    let is = |name, what: &dyn Fn(&str) -> bool| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.split(',').any(|one| what(one.trim())))
    };
    // Asked again each time, answered with 304 where nothing changed: a new release is never mixed
    // with an old one.
    let mut response = if is(header::IF_NONE_MATCH, &|one| {
        one.strip_prefix("W/").unwrap_or(one) == tag
    }) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let brotli = is(header::ACCEPT_ENCODING, &|one| one == "br");
        let small = brotli.then(|| Files::get(&format!("{name}.br"))).flatten();
        let is_small = small.is_some();
        let mut response = Body::from(bytes(small.unwrap_or(file).data)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(name)));
        if is_small {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn bytes(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

/// What the user interface is made of.
fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
