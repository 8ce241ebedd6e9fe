//! Issuing an authorization code, bound to everything that was asked.

use axum::response::Response;
use portcullis_domain::{
    FamilyId, Principal, TokenKind, audit::AuditKind, oauth::AuthorizationCode,
};

use super::{Asked, answer, claims::Claims};
use crate::{
    crypto::token, http::errors::ApiResult, oauth::resources, sessions::registry::LiveSession,
};

/// Issues a code and sends the browser back with it.
pub(super) async fn issue(
    asked: &Asked<'_>,
    session: &LiveSession,
    principal: &Principal,
) -> ApiResult<Response> {
    let (app, caller) = (asked.app, asked.caller);
    let code = token::generate(&*app.rng, TokenKind::AuthorizationCode);
    let (auth_time, amr) = session.proof();
    let scopes = asked.parameters.get("scope").unwrap_or_default();
    let kept = AuthorizationCode {
        code: token::hash(&code),
        family: FamilyId(app.rng.uuid_at(caller.now)),
        client_id: asked.client.id.clone(),
        user: principal.account.id,
        session: Some(session.id()),
        redirect_uri: asked.redirect_uri.to_owned(),
        scopes: scopes.split_ascii_whitespace().map(str::to_owned).collect(),
        code_challenge: asked
            .parameters
            .get("code_challenge")
            .unwrap_or_default()
            .to_owned(),
        nonce: asked.parameters.get("nonce").map(str::to_owned),
        dpop_jkt: asked.parameters.get("dpop_jkt").map(str::to_owned),
        resources: resources::asked(asked.parameters),
        claims: Claims::of(asked.parameters).told(asked.client),
        auth_time,
        amr: amr.to_vec(),
        created_at: caller.now,
        expires_at: caller.now.plus_seconds(lifetime(asked)),
    };
    let mut audit = caller.audit(AuditKind::CodeIssued);
    audit.actor = Some(kept.user);
    audit.subject = Some(kept.user);
    audit.session = Some(session.id());
    audit.family = Some(kept.family);
    audit.detail = serde_json::json!({ "client": kept.client_id });
    app.store.save_code(kept, audit).await?;
    Ok(answer(asked, &[("code", code.expose())]))
}

/// Seconds for which a code is good: with FAPI 2.0 at most a minute (section 5.3.2.1).
fn lifetime(asked: &Asked<'_>) -> i64 {
    let seconds = asked.app.config.oauth.code_seconds;
    if asked.client.fapi2 {
        seconds.min(60)
    } else {
        seconds
    }
}
