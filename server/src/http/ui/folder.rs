//! The user interface from a folder.

use std::path::Path;

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// The file that is asked for, if there is one.
pub(super) async fn file(folder: &Path, request: Request) -> Option<Response> {
    let found = ServeDir::new(folder)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .oneshot(request)
        .await;
    let Ok(mut response) = found;
    if response.status() == StatusCode::NOT_FOUND {
        return None;
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Some(response.map(axum::body::Body::new))
}

/// The page that routes in the browser.
pub(super) async fn index(folder: &Path) -> Option<Response> {
    let page = tokio::fs::read_to_string(folder.join("index.html")).await;
    let page = page.ok()?;
    Some(([(header::CACHE_CONTROL, "no-cache")], Html(page)).into_response())
}
