//! What an authorization request must fulfil, in the order in which it is checked.

use portcullis_types::client::{Client, GrantType};

use super::{Asked, Told};
use crate::{
    http::text::Say,
    oauth::{clients::redirects, dpop, form::Parameters},
};

/// Lets a request pass, or says what the client is told.
type Check = fn(&Asked<'_>) -> Result<(), Told>;

/// The checks whose failure the client is told.
const TABLE: &[Check] = &[
    grant,
    response_type,
    super::response_mode::check,
    was_signed,
    scope,
    super::resource::check,
    code_challenge,
    lengths,
    dpop_key,
    super::prompt::check,
    super::acr::check,
    super::hints::check,
    super::claims::check,
];

/// What the first check says that fails.
pub(super) fn all(asked: &Asked<'_>) -> Result<(), Told> {
    TABLE.iter().try_for_each(|check| check(asked))
}

/// Whether the request was pushed, where its client must push (RFC 9126 section 5).
pub(super) fn was_pushed(asked: &Asked<'_>) -> Result<(), Told> {
    if asked.client.requires_pushing() && !asked.came.pushed {
        return Err(Told(
            "invalid_request",
            "This application must push its requests to the PAR endpoint first.",
        ));
    }
    Ok(())
}

/// The redirect URI; a failure must not redirect anywhere (RFC 9700 section 4.11).
pub(super) fn redirect_uri<'a>(
    client: &Client,
    parameters: &'a Parameters,
) -> Result<&'a str, Say> {
    match parameters.get("redirect_uri") {
        Some(asked) if redirects::is_redirect_uri(client, asked) => Ok(asked),
        Some(_) => Err(|words| words.link_address),
        None => Err(|words| words.link_no_address),
    }
}

/// RFC 6749 section 4.1.2.1; one that may not has no redirect URI either.
fn grant(asked: &Asked<'_>) -> Result<(), Told> {
    if asked.client.may(GrantType::AuthorizationCode) {
        return Ok(());
    }
    Err(Told(
        "unauthorized_client",
        "This application may not ask for codes.",
    ))
}

fn response_type(asked: &Asked<'_>) -> Result<(), Told> {
    match asked.parameters.get("response_type") {
        Some("code") => Ok(()),
        Some(_) => Err(Told(
            "unsupported_response_type",
            "Only response_type=code is offered.",
        )),
        None => Err(Told("invalid_request", "response_type is missing.")),
    }
}

/// RFC 9101 section 10.5.
fn was_signed(asked: &Asked<'_>) -> Result<(), Told> {
    if asked.client.require_signed_request_object && !asked.came.signed {
        return Err(Told(
            "invalid_request",
            "This application must sign its requests.",
        ));
    }
    // One of ours has been exchanged for what was pushed.
    if asked.parameters.get("request_uri").is_some() {
        return Err(Told(
            "request_uri_not_supported",
            "Only a request_uri from the PAR endpoint is offered.",
        ));
    }
    Ok(())
}

fn scope(asked: &Asked<'_>) -> Result<(), Told> {
    let mut scopes = asked
        .parameters
        .get("scope")
        .unwrap_or_default()
        .split_ascii_whitespace();
    if scopes.all(|scope| asked.client.scopes.iter().any(|known| known == scope)) {
        Ok(())
    } else {
        Err(Told(
            "invalid_scope",
            "A scope is not registered for this application.",
        ))
    }
}

/// PKCE is required, and S256 is the only method (RFC 7636 section 4.2). A client that is registered
/// to do without must send a nonce, which keeps others' codes out of its sign-ins as well (OAuth 2.1
/// section 7.5.1); if it sends a challenge, that counts.
fn code_challenge(asked: &Asked<'_>) -> Result<(), Told> {
    let has = |name| asked.parameters.get(name).is_some();
    let has_none = !has("code_challenge") && !has("code_challenge_method");
    if has_none && !asked.client.require_pkce {
        let scopes = asked.parameters.get("scope").unwrap_or_default();
        let has_id_token = scopes.split_ascii_whitespace().any(|it| it == "openid");
        return if has_id_token && has("nonce") {
            Ok(())
        } else {
            Err(Told(
                "invalid_request",
                "Without PKCE, the scope openid and a nonce are required.",
            ))
        };
    }
    if asked.parameters.get("code_challenge_method") != Some("S256") {
        return Err(Told(
            "invalid_request",
            "PKCE with code_challenge_method=S256 is required.",
        ));
    }
    let challenge = asked.parameters.get("code_challenge").unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if challenge.len() == 43 && challenge.bytes().all(plain) {
        Ok(())
    } else {
        Err(Told(
            "invalid_request",
            "code_challenge is not a SHA-256 in base64url.",
        ))
    }
}

/// The key that the code will be bound to (RFC 9449 section 10).
fn dpop_key(asked: &Asked<'_>) -> Result<(), Told> {
    match asked.parameters.get("dpop_jkt") {
        Some(jkt) if !dpop::is_thumbprint(jkt) => Err(Told(
            "invalid_request",
            "dpop_jkt is not a SHA-256 in base64url.",
        )),
        _ => Ok(()),
    }
}

fn lengths(asked: &Asked<'_>) -> Result<(), Told> {
    let fits = |name, most| {
        let value = asked.parameters.get(name).unwrap_or_default();
        value.len() <= most && !value.chars().any(char::is_control)
    };
    if fits("state", 2048) && fits("nonce", 512) && fits("scope", 1024) && fits("prompt", 64) {
        Ok(())
    } else {
        Err(Told(
            "invalid_request",
            "state, nonce, scope or prompt is too long or has control characters.",
        ))
    }
}
