//! `client_credentials`: a token for the client itself (RFC 6749 section 4.4).

use portcullis_domain::audit::AuditKind;
use portcullis_types::{client::Client, oauth::TokenResponse};

use super::response;
use crate::{
    app::App,
    http::caller::Caller,
    oauth::{
        access_token::{self, Granted},
        binding::Binding,
        clients::lifetimes::Lifetimes,
        errors::Refusal,
        form::Parameters,
        resources,
    },
};

/// Scopes that are about a user, of whom there is none here.
const OF_USERS: [&str; 9] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "groups",
    "roles",
    "permissions",
    "offline_access",
];

/// Issues an access token whose subject is the client; no refresh token, which it does not need
/// (RFC 6749 section 4.4.3).
pub(super) async fn issue(
    app: &App,
    caller: &Caller,
    client: &Client,
    parameters: &Parameters,
    bound: Binding,
) -> Result<TokenResponse, Refusal> {
    let scope = scope(client, parameters)?;
    let id = app.rng.uuid_at(caller.now);
    let named = resources::asked(parameters);
    if !resources::are_allowed(app, client, &named) {
        return Err(Refusal::invalid_target());
    }
    let audience = resources::audience(app, client, &named, parameters)?;
    let grant = Granted {
        scope: &scope,
        audience: &audience,
        bound: &bound,
    };
    let access_token = access_token::issue_for_client(app, client, id, &grant, caller.now).await?;
    let mut audit = caller.audit(AuditKind::ClientTokenIssued);
    audit.detail = serde_json::json!({ "client": client.id, "scope": scope, "token": id });
    app.store.record(audit).await?;
    Ok(TokenResponse {
        access_token,
        scope,
        ..response(&Lifetimes::of(app, client), &bound)
    })
}

/// What is asked for, if all of it is the client's; otherwise everything that is.
fn scope(client: &Client, parameters: &Parameters) -> Result<String, Refusal> {
    let is_ours = |scope: &str| {
        client.scopes.iter().any(|known| known == scope) && !OF_USERS.contains(&scope)
    };
    let Some(asked) = parameters.get("scope") else {
        let ours = client.scopes.iter().map(String::as_str);
        return Ok(ours.filter(|it| is_ours(it)).collect::<Vec<_>>().join(" "));
    };
    let mut scopes: Vec<&str> = Vec::new();
    for scope in asked.split_ascii_whitespace() {
        if !is_ours(scope) {
            return Err(Refusal::invalid_scope());
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes.join(" "))
}
