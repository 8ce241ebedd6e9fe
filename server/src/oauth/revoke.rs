//! `POST /oauth/revoke`: a client gives a refresh token back (RFC 7009).

use axum::http::{HeaderMap, StatusCode};
use portcullis_domain::{TokenKind, audit::AuditKind};
use portcullis_types::{oauth::OAuthError, paths};

use super::{client_auth::authenticate, errors::Refusal, form::Form};
use crate::{app::Handle, crypto::token, http::caller::Caller};

/// Revokes the family of a refresh token. A token that is unknown or another client's is a
/// success without effect (RFC 7009 section 2.2).
#[utoipa::path(post, path = "/oauth/revoke", tag = "oauth",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`token`; and what the client authenticates with."),
    responses((status = 200, description = "It is revoked, or was not one of the client's."),
              (status = 400, body = OAuthError), (status = 401, body = OAuthError)))]
pub(crate) async fn revoke(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Form(parameters): Form,
) -> Result<StatusCode, Refusal> {
    let client = authenticate(&app, &caller, &headers, &parameters, paths::OAUTH_REVOKE).await?;
    let presented = parameters.require("token")?;
    if let Some(token) = token::parse(TokenKind::Refresh, presented) {
        let mut audit = caller.audit(AuditKind::FamilyRevoked);
        audit.detail = serde_json::json!({ "client": client.id });
        let hash = token::hash(&token);
        let revoked = app
            .store
            .revoke_family_of(hash, &client.id, caller.now, audit)
            .await?;
        if let Some(family) = revoked {
            app.families.forget(family);
        }
    }
    Ok(StatusCode::OK)
}
