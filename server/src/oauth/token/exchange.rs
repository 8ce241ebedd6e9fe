//! `urn:ietf:params:oauth:grant-type:token-exchange`: a service that was called with a token gets one
//! for the next service, on behalf of the same user (RFC 8693).
//!
//! Who may is in the registration: the client names as `serves` the services that it is, and as
//! `resources` those that it calls. Nothing grows by it: the subject is the one of the token that is
//! shown, scopes and lifetime are its or less, and an exchanged token is never for our own API.

use std::sync::Arc;

use portcullis_domain::audit::AuditKind;
use portcullis_types::{
    client::{AccessTokenFormat, Client},
    oauth::{Act, ExchangeResponse, TokenResponse},
};

use super::response;
use crate::{
    app::App,
    http::caller::Caller,
    oauth::{
        access_token::{self, Claims, Granted},
        clients::lifetimes::Lifetimes,
        errors::Refusal,
        form::Parameters,
        introspect, resources,
    },
};

/// An access token, whatever it looks like (RFC 8693 section 3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// One that is a JWT, as most of ours are.
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// Longest chain of services that act for each other.
const DEEPEST: usize = 4;

/// Exchanges a token.
pub(super) async fn exchange(
    app: &App,
    caller: &Caller,
    client: &Client,
    parameters: &Parameters,
    jkt: Option<String>,
) -> Result<ExchangeResponse, Refusal> {
    let requested = parameters.get("requested_token_type");
    if requested.is_some_and(|kind| !is_access_token(kind)) {
        return Err(Refusal::invalid_request("Only access tokens are issued."));
    }
    if requested == Some(JWT) && client.access_token_format == AccessTokenFormat::Opaque {
        let what = "This client's access tokens are opaque, and no JWTs.";
        return Err(Refusal::invalid_request(what));
    }
    let subject = presented(app, caller, parameters, "subject").await?;
    let subject = subject.ok_or_else(|| Refusal::invalid_request("subject_token is missing."))?;
    if !is_its_to_exchange(app, client, &subject) {
        return Err(unacceptable());
    }
    let act = act(app, caller, client, parameters, &subject).await?;
    let audience = target(app, client, parameters)?;
    let scope = scope(client, parameters, &subject)?;
    let grant = Granted {
        scope: &scope,
        audience: &audience,
        jkt: jkt.as_deref(),
    };
    let id = app.rng.uuid_at(caller.now);
    let actor = act.as_ref().map(|act| act.sub.clone());
    let user = match subject.sid {
        Some(family) => app.families.live(&*app.store, family, caller.now).await?,
        None => None,
    };
    let user = user.map(|family| family.user);
    if subject.sid.is_some() && user.is_none() {
        // Revoked since it was looked at.
        return Err(unacceptable());
    }
    let whose = (&*subject, user, act);
    let access_token =
        access_token::issue_exchanged(app, client, id, whose, &grant, caller.now).await?;
    let mut audit = caller.audit(AuditKind::TokenExchanged);
    audit.subject = user;
    audit.family = subject.sid;
    audit.detail = serde_json::json!({
        "client": client.id, "from": subject.client_id, "actor": actor,
        "audience": audience, "scope": scope, "token": id,
    });
    app.store.record(audit).await?;
    let lifetimes = Lifetimes::of(app, client);
    let left = subject.exp - caller.now.as_seconds();
    Ok(ExchangeResponse {
        tokens: TokenResponse {
            access_token,
            scope,
            expires_in: u32::try_from(left.min(lifetimes.access_token)).unwrap_or_default(),
            ..response(&lifetimes, jkt.is_some())
        },
        issued_token_type: ACCESS_TOKEN.to_owned(),
    })
}

fn is_access_token(kind: &str) -> bool {
    kind == ACCESS_TOKEN || kind == JWT
}

/// Whatever is wrong with a token, or its being shown, is said in the same words (RFC 8693 section
/// 2.2.2).
fn unacceptable() -> Refusal {
    Refusal::invalid_request("The token is not good, or not this client's to exchange.")
}

/// The token that is shown in that role, if one is: one of ours, and alive.
async fn presented(
    app: &App,
    caller: &Caller,
    parameters: &Parameters,
    role: &str,
) -> Result<Option<Arc<Claims>>, Refusal> {
    let kind = parameters.get(&format!("{role}_token_type"));
    let Some(token) = parameters.get(&format!("{role}_token")) else {
        if kind.is_some() {
            return Err(Refusal::invalid_request("A token type without its token."));
        }
        return Ok(None);
    };
    if !kind.is_some_and(is_access_token) {
        return Err(Refusal::invalid_request(
            "Only access tokens of this server can be exchanged, and their type must be named.",
        ));
    }
    let claims = access_token::read(app, token, caller.now).await?;
    let claims = claims.ok_or_else(unacceptable)?;
    if introspect::is_live(app, caller, &claims).await? {
        Ok(Some(claims))
    } else {
        Err(unacceptable())
    }
}

/// Whether a token was given to this client, or for the service that it is.
fn is_its_to_exchange(app: &App, client: &Client, subject: &Claims) -> bool {
    subject.client_id == client.id
        || (subject.aud != app.issuer && client.serves.contains(&subject.aud))
}

/// Who acts for the subject: whose token is shown as the actor's, otherwise the client itself; and
/// before them, who already did. Nobody, where the client may go by as the subject.
async fn act(
    app: &App,
    caller: &Caller,
    client: &Client,
    parameters: &Parameters,
    subject: &Claims,
) -> Result<Option<Act>, Refusal> {
    let actor = presented(app, caller, parameters, "actor").await?;
    let sub = match actor {
        // Somebody else's would lend their name to the client.
        Some(actor) if actor.client_id == client.id => actor.sub.clone(),
        Some(_) => return Err(unacceptable()),
        None if client.may_impersonate => return Ok(subject.act.clone()),
        None => client.id.clone(),
    };
    let before = subject.act.clone();
    if before.as_ref().is_some_and(|act| act.depth() >= DEEPEST) {
        return Err(unacceptable());
    }
    Ok(Some(Act {
        sub,
        act: before.map(Box::new),
    }))
}

/// Whom the token is to be for: one service that the client is registered to call.
fn target(app: &App, client: &Client, parameters: &Parameters) -> Result<String, Refusal> {
    let mut named = resources::asked(parameters);
    named.extend(parameters.get("audience").map(str::to_owned));
    named.dedup();
    match named.as_slice() {
        [one] if *one != app.issuer && client.resources.contains(one) => Ok(one.clone()),
        _ => Err(Refusal::invalid_target()),
    }
}

/// What is asked for, if the subject's token and the client have it; otherwise all that both have.
fn scope(client: &Client, parameters: &Parameters, subject: &Claims) -> Result<String, Refusal> {
    let both = |scope: &&str| {
        let mut of_subject = subject.scope.split(' ');
        of_subject.any(|known| known == *scope) && client.scopes.iter().any(|it| it == scope)
    };
    let asked = parameters.get("scope");
    let mut scopes: Vec<&str> = Vec::new();
    for scope in asked.unwrap_or(&subject.scope).split_ascii_whitespace() {
        if both(&scope) {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        } else if asked.is_some() {
            return Err(Refusal::invalid_scope());
        }
    }
    Ok(scopes.join(" "))
}
