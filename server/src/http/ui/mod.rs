//! The user interface: static files over the same public API.

mod bundled;
mod folder;

use std::path::PathBuf;

use axum::{
    extract::Request,
    http::{HeaderMap, Method},
    response::{IntoResponse, Response},
};
use portcullis_types::ErrorCode;

use super::{errors::ApiError, headers::allow_logos, pages};

/// Longest name of a file, with room for `.br` and `.gz` (NAME_MAX is 255).
const LONGEST_NAME: usize = 250;

/// Pages that show logos of applications.
const WITH_LOGOS: [&str; 2] = ["/consent", "/device"];

/// Where the user interface comes from.
#[derive(Clone, Debug, Default)]
pub(crate) enum Ui {
    /// There is none.
    #[default]
    Nowhere,
    /// A folder.
    Folder(PathBuf),
    /// The program itself, where it was built with one.
    Bundled,
}

impl Ui {
    async fn file(&self, request: Request) -> Option<Response> {
        match self {
            Self::Nowhere => None,
            Self::Folder(folder) => folder::file(folder, request).await,
            Self::Bundled => bundled::file(request.uri().path(), request.headers()),
        }
    }

    async fn index(&self, headers: &HeaderMap) -> Option<Response> {
        match self {
            Self::Nowhere => None,
            Self::Folder(folder) => folder::index(folder).await,
            Self::Bundled => bundled::index(headers),
        }
    }
}

/// Answers with the file if there is one, with `index.html` for any other page, which routes in the
/// browser. What belongs to the API is never answered with a page.
pub(crate) async fn serve(ui: Ui, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let is_api = ["/api/", "/oauth/", "/.well-known/"]
        .iter()
        .any(|api| path.starts_with(api));
    if is_api {
        return ApiError::not_found().into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::new(
            ErrorCode::MethodNotAllowed,
            "This path does not take that method.",
        )
        .into_response();
    }
    // File systems refuse longer names with an error of their own, which is no fault of ours.
    if path.split('/').any(|name| name.len() > LONGEST_NAME) {
        return ApiError::not_found().into_response();
    }
    let headers = request.headers().clone();
    if let Some(file) = ui.file(request).await {
        return file;
    }
    if has_extension(&path) {
        return ApiError::not_found().into_response();
    }
    match ui.index(&headers).await {
        Some(index) if WITH_LOGOS.contains(&path.trim_end_matches('/')) => allow_logos(index),
        Some(index) => index,
        None if path == "/" => no_ui(),
        None => ApiError::not_found().into_response(),
    }
}

fn has_extension(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|file| file.contains('.'))
}

fn no_ui() -> Response {
    // For whoever has just started it.
    pages::page(
        "en",
        "Portcullis is running",
        "narrow",
        "<p>This server has no user interface; start it with <code>--ui</code> and a folder to \
         have one. The <a href=\"/docs\">API</a> works.</p>",
    )
    .into_response()
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::StatusCode};

    use super::*;

    async fn status(path: &str) -> StatusCode {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index.html"), "<!doctype html>").unwrap();
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        serve(Ui::Folder(folder.path().to_owned()), request)
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
