//! `GET /.well-known/jwks.json`: the public signing keys.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::app::Handle;

/// Keys are published an hour before they are used: whoever keeps the document for as long as it
/// may knows them by then.
const CACHE: HeaderValue =
    HeaderValue::from_static("public, max-age=300, stale-while-revalidate=600");

/// The JWK Set (RFC 7517 section 5).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "oauth",
    responses((status = 200, description = "JWK Set", content_type = "application/jwk-set+json"),
              (status = 304, description = "It is what `If-None-Match` says.")))]
pub(crate) async fn jwks(app: Handle, headers: HeaderMap) -> Response {
    // There are clients that read this once, at their start: the key of their first token must be
    // in it. Without the database there is what there is.
    for algorithm in app.clients.algorithms() {
        if let Err(error) = app.keys.ready(&app, algorithm).await {
            tracing::warn!(code = ?error.code(), "could not make the signing key of a client");
        }
    }
    let published = app.keys.published(app.now());
    let is_known = headers.get(header::IF_NONE_MATCH) == Some(&published.etag);
    let caching = [
        (header::CACHE_CONTROL, CACHE),
        (header::ETAG, published.etag),
    ];
    if is_known {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let kind = [(header::CONTENT_TYPE, "application/jwk-set+json")];
    (caching, kind, published.document).into_response()
}
