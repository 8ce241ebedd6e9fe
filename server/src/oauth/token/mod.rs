//! `POST /oauth/token`: codes and refresh tokens for tokens, and tokens for clients themselves.

mod client_credentials;
mod device_code;
pub(crate) mod exchange;

use aws_lc_rs::constant_time;
use axum::{
    Json,
    http::{HeaderMap, Method},
};
use portcullis_domain::{
    FamilyId, SecretHash, SessionId, Timestamp, TokenKind, UserId,
    audit::AuditKind,
    oauth::{
        AuthorizationCode, ConsumeCode, NewRefreshToken, RefreshRotation, RotateRefresh,
        TokenFamily,
    },
};
use portcullis_types::{
    client::{AuthMethod, Client, Consent, GrantType},
    oauth::{ExchangeResponse, OAuthError, TokenResponse},
    paths,
};
use serde::Serialize;

use super::{
    access_token::{self, Granted},
    binding::{self, Binding},
    client_auth::authenticate,
    clients::lifetimes::Lifetimes,
    dpop,
    errors::Refusal,
    form::{Form, Parameters},
    id_token, resources,
};
use crate::{
    app::{App, Handle},
    crypto::{seal::Sealer, token},
    http::caller::Caller,
};

/// What the sealed successor of a refresh token is sealed for.
const SUCCESSOR: &str = "refresh successor";

/// Exchanges a code or a refresh token, or gives a client a token of its own.
#[utoipa::path(post, path = "/oauth/token", tag = "oauth",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`grant_type`, and what the client authenticates with; then `code`, `redirect_uri` and \
                       `code_verifier`, or `refresh_token`, or `device_code`, or `subject_token` and \
                       `subject_token_type`, or `scope`."),
    responses((status = 200, body = TokenResponse), (status = 400, body = OAuthError),
              (status = 401, body = OAuthError)))]
pub(crate) async fn token(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Form(parameters): Form,
) -> Result<Json<Answer>, Refusal> {
    let grant = parameters.require("grant_type")?;
    let mut known = GrantType::ALL.into_iter();
    let grant = known.find(|known| known.as_str() == grant);
    let grant = grant.ok_or_else(Refusal::unsupported_grant_type)?;
    // Before anything is spent: a proof that lacks the nonce comes again with the same grant and
    // the same assertion.
    let jkt = key(&app, &caller, &headers)?;
    let client = authenticate(&app, &caller, &headers, &parameters, paths::OAUTH_TOKEN).await?;
    if !client.may(grant) {
        return Err(Refusal::unauthorized_client());
    }
    let bound = Binding::of(&client, &caller, jkt)?;
    match grant {
        GrantType::AuthorizationCode => redeem(&app, &caller, &client, &parameters, bound).await,
        GrantType::RefreshToken => refresh(&app, &caller, &client, &parameters, bound).await,
        GrantType::ClientCredentials => {
            client_credentials::issue(&app, &caller, &client, &parameters, bound).await
        }
        GrantType::DeviceCode => {
            device_code::poll(&app, &caller, &client, &parameters, bound).await
        }
        GrantType::TokenExchange => {
            let exchanged = exchange::exchange(&app, &caller, &client, &parameters, bound);
            return exchanged.await.map(Answer::Exchanged).map(Json);
        }
    }
    .map(Answer::Tokens)
    .map(Json)
}

/// What is answered.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Tokens(TokenResponse),
    Exchanged(ExchangeResponse),
}

/// What a family begins with.
struct Beginning {
    family: FamilyId,
    user: UserId,
    session: Option<SessionId>,
    scopes: Vec<String>,
    resources: Vec<String>,
    claims: Vec<String>,
    nonce: Option<String>,
    auth_time: Timestamp,
    amr: Vec<String>,
}

impl From<AuthorizationCode> for Beginning {
    fn from(code: AuthorizationCode) -> Self {
        Self {
            family: code.family,
            user: code.user,
            session: code.session,
            scopes: code.scopes,
            resources: code.resources,
            claims: code.claims,
            nonce: code.nonce,
            auth_time: code.auth_time,
            amr: code.amr,
        }
    }
}

/// The key that tokens are to be bound to (RFC 9449 section 5).
fn key(app: &App, caller: &Caller, headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let asked = dpop::Asked {
        method: &Method::POST,
        path: paths::OAUTH_TOKEN,
        token: None,
    };
    Ok(dpop::check(app, headers, &asked, caller.now)?)
}

async fn redeem(
    app: &App,
    caller: &Caller,
    client: &Client,
    parameters: &Parameters,
    bound: Binding,
) -> Result<TokenResponse, Refusal> {
    let code = parameters.require("code")?;
    if client.require_pkce {
        // Before the code is spent.
        parameters.require("code_verifier")?;
    }
    parameters.require("redirect_uri")?;
    let code =
        token::parse(TokenKind::AuthorizationCode, code).ok_or_else(Refusal::invalid_grant)?;
    let hash = token::hash(&code);
    let redeemed = redeem_fresh(app, caller, client, parameters, hash, bound).await;
    if redeemed.is_err() {
        // Whoever has a code and not what belongs to it does not try again, and of a code that somebody
        // had before the tokens end as well.
        let mut reuse = caller.audit(AuditKind::CodeReused);
        reuse.detail = serde_json::json!({ "client": client.id });
        let consumed = app
            .store
            .consume_code(hash, &client.id, caller.now, reuse)
            .await?;
        if let ConsumeCode::Reused { family, .. } = consumed {
            app.families.forget(family);
        }
    }
    redeemed
}

/// Redeems a code that nobody has redeemed before.
async fn redeem_fresh(
    app: &App,
    caller: &Caller,
    client: &Client,
    parameters: &Parameters,
    code: SecretHash,
    bound: Binding,
) -> Result<TokenResponse, Refusal> {
    let verifier = parameters.get("code_verifier");
    let redirect_uri = parameters.require("redirect_uri")?;
    let code = app.store.fresh_code(code, &client.id, caller.now).await?;
    let code = code.ok_or_else(Refusal::invalid_grant)?;
    let of_another_key = code.dpop_jkt.is_some() && code.dpop_jkt != bound.jkt;
    if code.redirect_uri != redirect_uri
        || !proves(verifier, &code.code_challenge)
        || of_another_key
    {
        return Err(Refusal::invalid_grant());
    }
    let audience = resources::audience(app, client, &code.resources, parameters)?;
    begin_family(app, caller, client, code.into(), &audience, bound).await
}

/// Whether a verifier is there exactly if a challenge was, and fits it (OAuth 2.1 section 4.1.3): a
/// code that was asked for without is nobody else's to redeem with one, nor the other way round.
fn proves(verifier: Option<&str>, challenge: &str) -> bool {
    match verifier {
        None => challenge.is_empty(),
        Some(verifier) => verifies(verifier, challenge),
    }
}

/// PKCE S256 (RFC 7636 section 4.6).
fn verifies(verifier: &str, challenge: &str) -> bool {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(unreserved)
        && constant_time::verify_slices_are_equal(
            token::base64url(&token::sha256(verifier.as_bytes())).as_bytes(),
            challenge.as_bytes(),
        )
        .is_ok()
}

async fn begin_family(
    app: &App,
    caller: &Caller,
    client: &Client,
    beginning: Beginning,
    audience: &str,
    bound: Binding,
) -> Result<TokenResponse, Refusal> {
    let lifetimes = Lifetimes::of(app, client);
    let is_public = client.token_endpoint_auth_method == AuthMethod::None;
    let family = TokenFamily {
        id: beginning.family,
        user: beginning.user,
        // Who did not ask who somebody is has nobody to sign out.
        session: beginning.session.filter(|_| {
            let asked = beginning.scopes.iter().any(|scope| scope == "openid");
            asked && client.backchannel_logout_uri.is_some()
        }),
        client_id: client.id.clone(),
        scopes: beginning.scopes,
        resources: beginning.resources,
        claims: beginning.claims,
        // Refresh tokens of a public client are bound as well; those of another are bound to what
        // it authenticates with (RFC 9449 section 5, RFC 8705 section 4).
        dpop_jkt: bound.jkt.clone().filter(|_| is_public),
        certificate: bound.certificate.clone().filter(|_| is_public),
        auth_time: beginning.auth_time,
        amr: beginning.amr,
        created_at: caller.now,
        expires_at: caller.now.plus_seconds(lifetimes.refresh_absolute),
        revoked_at: None,
    };
    let principal = app.principals.enabled(&*app.store, family.user).await?;
    let principal = principal.ok_or_else(Refusal::invalid_grant)?;
    let nonce = beginning.nonce.as_deref();
    let id_token = id_token::issue(app, client, &family, &principal, nonce, caller.now).await?;
    let scope = granted(client, &family.scopes);
    let grant = Granted {
        scope: &scope,
        audience,
        bound: &bound,
    };
    let access_token = access_token::issue(app, client, &family, &grant, caller.now).await?;
    let refresh_token = token::generate(&*app.rng, TokenKind::Refresh);
    let first = NewRefreshToken {
        token: token::hash(&refresh_token),
        expires_at: caller
            .now
            .plus_seconds(lifetimes.refresh_idle)
            .min(family.expires_at),
    };
    let mut audit = caller.audit(AuditKind::FamilyBegan);
    audit.actor = Some(family.user);
    audit.subject = Some(family.user);
    audit.family = Some(family.id);
    audit.detail = serde_json::json!({ "client": family.client_id });
    // What somebody has taken back between the code and now is not given after all.
    let begun = match client.consent {
        Consent::Skipped => app.store.begin_family(family, first, audit).await?,
        Consent::Remembered | Consent::Required => {
            let begun = app.store.begin_consented_family(family, first, audit);
            begun.await?
        }
    };
    if !begun {
        return Err(Refusal::invalid_grant());
    }
    // Clients take a refresh token as leave to use it: one that has none keeps no token that will be
    // refused.
    let may_refresh = client.may(GrantType::RefreshToken);
    Ok(TokenResponse {
        access_token,
        refresh_token: may_refresh.then(|| refresh_token.expose().to_owned()),
        id_token,
        scope,
        ..response(&lifetimes, &bound)
    })
}

async fn refresh(
    app: &App,
    caller: &Caller,
    client: &Client,
    parameters: &Parameters,
    bound: Binding,
) -> Result<TokenResponse, Refusal> {
    let presented = parameters.require("refresh_token")?;
    let presented =
        token::parse(TokenKind::Refresh, presented).ok_or_else(Refusal::invalid_grant)?;
    let hash = token::hash(&presented);
    if parameters.get("resource").is_some() {
        // Before the token is spent: what cannot be had costs nothing.
        let store = &*app.store;
        let kept = store.fresh_refresh_token(hash, caller.now).await?;
        let family = match kept {
            Some(kept) => app.families.live(store, kept.family, caller.now).await?,
            None => None,
        };
        if let Some(family) = family.filter(|family| family.client_id == client.id) {
            resources::audience(app, client, &family.resources, parameters)?;
        }
    }
    // Only who holds the old token can read what it became: the key is derived from it, and it is
    // not kept anywhere.
    let sealer = Sealer::derive(presented.expose().as_bytes(), SUCCESSOR)
        .ok_or_else(Refusal::server_error)?;
    let fresh = token::generate(&*app.rng, TokenKind::Refresh);
    let sealed_successor = sealer
        .seal(fresh.expose().as_bytes(), &hash.0)
        .ok_or_else(Refusal::server_error)?;
    let lifetimes = Lifetimes::of(app, client);
    let rotation = RefreshRotation {
        presented: hash,
        client_id: client.id.clone(),
        dpop_jkt: bound.jkt.clone(),
        certificate: binding::thumbprint(caller).map(str::to_owned),
        successor: NewRefreshToken {
            token: token::hash(&fresh),
            expires_at: caller.now.plus_seconds(lifetimes.refresh_idle),
        },
        sealed_successor,
        now: caller.now,
        retry_seconds: app.config.oauth.refresh_retry_seconds,
    };
    let rotated = caller.audit(AuditKind::Refreshed);
    let replayed = caller.audit(AuditKind::RefreshReplayed);
    let (family, successor) = match app
        .store
        .rotate_refresh(rotation, rotated, replayed)
        .await?
    {
        RotateRefresh::Rotated(family) => (family, fresh.expose().to_owned()),
        RotateRefresh::Retried {
            family,
            sealed_successor,
        } => {
            let plain = sealer.open(&sealed_successor, &hash.0);
            let text = plain.and_then(|plain| String::from_utf8(plain).ok());
            (family, text.ok_or_else(Refusal::server_error)?)
        }
        RotateRefresh::Replayed(family) => {
            tracing::warn!(family = %family.id, "a refresh token was replayed; its family is revoked");
            app.families.forget(family.id);
            return Err(Refusal::invalid_grant());
        }
        RotateRefresh::Refused => return Err(Refusal::invalid_grant()),
    };
    let scope = granted(client, &family.scopes);
    let audience = resources::audience(app, client, &family.resources, parameters)?;
    let grant = Granted {
        scope: &scope,
        audience: &audience,
        bound: &bound,
    };
    let access_token = access_token::issue(app, client, &family, &grant, caller.now).await?;
    Ok(TokenResponse {
        access_token,
        refresh_token: Some(successor),
        scope,
        ..response(&lifetimes, &bound)
    })
}

/// The scopes of a grant that its client may have today: fewer than then, if some were taken away.
pub(super) fn granted(client: &Client, scopes: &[String]) -> String {
    let kept = scopes.iter().filter(|it| client.scopes.contains(it));
    kept.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// What every answer has in common.
fn response(lifetimes: &Lifetimes, bound: &Binding) -> TokenResponse {
    // With a certificate nothing more is sent along (RFC 8705 section 3).
    let token_type = match bound.jkt {
        Some(_) => "DPoP",
        None => "Bearer",
    };
    TokenResponse {
        access_token: String::new(),
        token_type: token_type.to_owned(),
        expires_in: u32::try_from(lifetimes.access_token).unwrap_or(u32::MAX),
        refresh_token: None,
        id_token: None,
        scope: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::verifies;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn rfc7636_appendix_b_verifies() {
        assert!(verifies(VERIFIER, CHALLENGE));
        assert!(!verifies(CHALLENGE, CHALLENGE), "plain is not offered");
        assert!(!verifies(VERIFIER, VERIFIER));
    }

    #[test]
    fn rfc7636_4_1_the_verifier_is_43_to_128_unreserved_characters() {
        for verifier in [
            "",
            "short",
            &"a".repeat(42),
            &"a".repeat(129),
            &format!("{} ", "a".repeat(43)),
        ] {
            let challenge = super::token::base64url(&super::token::sha256(verifier.as_bytes()));
            assert!(!verifies(verifier, &challenge), "{verifier:?}");
        }
        let longest = "~".repeat(128);
        let challenge = super::token::base64url(&super::token::sha256(longest.as_bytes()));
        assert!(verifies(&longest, &challenge));
    }
}
