//! Whether the server lives and whether it can work.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::app::Handle;

/// `GET /healthz`: the process answers.
#[utoipa::path(get, path = "/healthz", tag = "operation",
    responses((status = 200, description = "The process lives.")))]
pub(crate) async fn healthz() -> Response {
    Json(json!({ "status": "ok" })).into_response()
}

/// `GET /readyz`: the database answers too.
#[utoipa::path(get, path = "/readyz", tag = "operation",
    responses((status = 200, description = "Ready for work."),
              (status = 503, description = "The database does not answer.")))]
pub(crate) async fn readyz(handle: Handle) -> Response {
    match handle.store.ping().await {
        Ok(()) => Json(json!({ "status": "ok" })).into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(json!({ "status": "unavailable" })),
            )
                .into_response()
        }
    }
}
