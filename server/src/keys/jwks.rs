//! `GET /.well-known/jwks.json`: the public signing keys.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

use crate::app::Handle;

/// The JWK Set (RFC 7517 section 5).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "oauth",
    responses((status = 200, description = "JWK Set", content_type = "application/jwk-set+json")))]
pub(crate) async fn jwks(app: Handle) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/jwk-set+json"),
        (
            header::CACHE_CONTROL,
            "public, max-age=300, stale-while-revalidate=600",
        ),
    ];
    (headers, app.keys.document().to_owned()).into_response()
}
