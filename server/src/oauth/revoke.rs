//! `POST /oauth/revoke`: a client gives a token back (RFC 7009).

use axum::http::{HeaderMap, StatusCode};
use portcullis_domain::{Timestamp, TokenKind, audit::AuditKind};
use portcullis_types::{oauth::OAuthError, paths};

use super::{
    access_token::{self, Claims},
    client_auth::authenticate,
    errors::Refusal,
    form::Form,
};
use crate::{
    app::{App, Handle},
    crypto::token,
    http::caller::Caller,
};

/// Revokes the family of a refresh or access token, or a client's own token. A token that is unknown or another client's is a
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
    let mut audit = caller.audit(AuditKind::FamilyRevoked);
    audit.detail = serde_json::json!({ "client": client.id });
    let revoked = if let Some(token) = token::parse(TokenKind::Refresh, presented) {
        let hash = token::hash(&token);
        app.store
            .revoke_family_of(hash, &client.id, caller.now, audit)
            .await?
    } else {
        let claims = access_token::read(&app, presented, caller.now).await?;
        let claims = claims.filter(|claims| claims.client_id == client.id);
        match claims.map(|claims| (claims.sid, claims)) {
            Some((Some(id), claims)) => {
                let (store, id_of) = (&app.store, &client.id);
                let family = store.family(id).await?;
                if family.is_some_and(|family| family.client_id != client.id) {
                    // It was exchanged.
                    by_itself(&app, &caller, &claims).await?;
                    None
                } else {
                    let revoked = store.revoke_family(id, id_of, caller.now, audit).await?;
                    revoked.then_some(id)
                }
            }
            Some((None, claims)) => {
                by_itself(&app, &caller, &claims).await?;
                None
            }
            None => None,
        }
    };
    if let Some(family) = revoked {
        app.families.forget(family);
    }
    Ok(StatusCode::OK)
}

/// Revokes a client's own token, which has no family, or another client's.
async fn by_itself(app: &App, caller: &Caller, claims: &Claims) -> Result<(), Refusal> {
    let mut audit = caller.audit(AuditKind::TokenRevoked);
    audit.detail = serde_json::json!({ "client": claims.client_id, "token": claims.jti });
    let expires_at = Timestamp(claims.exp.saturating_mul(1000));
    let id = access_token::id_hash(&claims.jti);
    app.store.revoke_token(id, expires_at, audit).await?;
    app.known_tokens.forget(id);
    app.families.tell();
    Ok(())
}
