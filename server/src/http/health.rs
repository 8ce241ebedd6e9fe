//! Whether the server lives and whether it can work.

use std::time::Duration;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::app::Handle;

/// How long the database may take; those who ask wait no longer themselves.
const PATIENCE: Duration = Duration::from_secs(2);

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
    match tokio::time::timeout(PATIENCE, handle.store.ping()).await {
        Ok(Ok(())) => return Json(json!({ "status": "ok" })).into_response(),
        Ok(Err(error)) => tracing::warn!(%error, "not ready"),
        Err(_) => tracing::warn!("not ready: the database takes too long to answer"),
    }
    (
        StatusCode::SERVICE_UNAVAILABLE,
        Json(json!({ "status": "unavailable" })),
    )
        .into_response()
}
