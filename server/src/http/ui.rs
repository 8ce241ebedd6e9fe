//! The user interface: static files over the same public API.

use std::path::{Path, PathBuf};

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::{errors::ApiError, pages};

/// Longest name of a file, with room for `.br` and `.gz` (NAME_MAX is 255).
const LONGEST_NAME: usize = 250;

/// Serves a folder: the file if there is one, `index.html` for any other page, which routes in the
/// browser. What belongs to the API is never answered with a page.
pub(crate) async fn serve(folder: Option<PathBuf>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let is_api = ["/api/", "/oauth/", "/.well-known/"]
        .iter()
        .any(|api| path.starts_with(api));
    if is_api {
        return ApiError::not_found().into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::new(
            portcullis_types::ErrorCode::MethodNotAllowed,
            "This path does not take that method.",
        )
        .into_response();
    }
    let Some(folder) = folder else {
        return if path == "/" {
            no_ui()
        } else {
            ApiError::not_found().into_response()
        };
    };
    // File systems refuse longer names with an error of their own, which is no fault of ours.
    if path.split('/').any(|segment| segment.len() > LONGEST_NAME) {
        return ApiError::not_found().into_response();
    }
    let found = ServeDir::new(&folder)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .oneshot(request)
        .await;
    match found {
        Ok(response) if response.status() != StatusCode::NOT_FOUND => {
            let mut response = response.map(axum::body::Body::new);
            // Asked again each time, answered with 304 where nothing changed: a new release is
            // never mixed with an old one.
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            response
        }
        _ if has_extension(&path) => ApiError::not_found().into_response(),
        _ => index(&folder).await,
    }
}

fn has_extension(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|file| file.contains('.'))
}

async fn index(folder: &Path) -> Response {
    match tokio::fs::read_to_string(folder.join("index.html")).await {
        Ok(page) => ([(header::CACHE_CONTROL, "no-cache")], Html(page)).into_response(),
        Err(_) => ApiError::not_found().into_response(),
    }
}

fn no_ui() -> Response {
    pages::page(
        "Portcullis is running",
        "narrow",
        "<p>This server has no user interface; start it with <code>--ui</code> and a folder to \
         have one. The <a href=\"/docs\">API</a> works.</p>",
    )
    .into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn status(path: &str) -> StatusCode {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index.html"), "<!doctype html>").unwrap();
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        serve(Some(folder.path().to_owned()), request)
            .await
            .status()
    }

    #[tokio::test]
    async fn a_name_too_long_for_a_file_is_not_found_and_no_failure() {
        let long = "a".repeat(300);
        assert_eq!(status(&format!("/{long}")).await, StatusCode::NOT_FOUND);
        assert_eq!(status(&format!("/{long}.js")).await, StatusCode::NOT_FOUND);
        assert_eq!(
            status(&format!("/notes/{long}/x")).await,
            StatusCode::NOT_FOUND
        );
    }

    #[tokio::test]
    async fn pages_are_the_index_and_files_that_are_not_there_are_not_found() {
        assert_eq!(status("/notes").await, StatusCode::OK);
        assert_eq!(status("/missing.js").await, StatusCode::NOT_FOUND);
        assert_eq!(status("/api/missing").await, StatusCode::NOT_FOUND);
    }
}
