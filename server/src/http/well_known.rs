//! What browsers and password managers look for under `/.well-known`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::app::Handle;

/// Where to change one's password (W3C, A Well-Known URL for Changing Passwords).
#[utoipa::path(get, path = "/.well-known/change-password", tag = "operation",
    responses((status = 303, description = "To the account page.")))]
pub(crate) async fn change_password() -> Response {
    (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, HeaderValue::from_static("/account"))],
    )
        .into_response()
}

/// Where to add and manage passkeys (W3C, Passkey Endpoints).
#[utoipa::path(get, path = "/.well-known/passkey-endpoints", tag = "operation",
    responses((status = 200, description = "`enroll` and `manage`.")))]
pub(crate) async fn passkey_endpoints(app: Handle) -> Response {
    let account = format!("{}/account", app.issuer);
    Json(json!({ "enroll": account, "manage": account })).into_response()
}

/// Which origins may use this site's passkeys (WebAuthn level 3 section 5.11): this one.
#[utoipa::path(get, path = "/.well-known/webauthn", tag = "operation",
    responses((status = 200, description = "`origins`.")))]
pub(crate) async fn related_origins(app: Handle) -> Response {
    Json(json!({ "origins": [app.origin] })).into_response()
}
