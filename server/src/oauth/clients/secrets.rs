//! Making clients' secrets: shown once, kept as their hash, and sealed where the server needs them
//! again.

use portcullis_domain::{Rng, SecretToken, Timestamp, TokenKind, clients::ClientSecret};
use portcullis_types::client::AuthMethod;

use crate::{
    crypto::{seal::Sealer, token},
    http::errors::{ApiError, ApiResult},
};

/// What secrets are sealed for.
pub(crate) const PURPOSE: &str = "client secrets";

/// A new secret for that client, and how it is kept. It is sealed only for those who authenticate
/// assertions with it: the others' can be known by nobody but them.
pub(crate) fn generate(
    rng: &dyn Rng,
    sealer: &Sealer,
    client: &str,
    method: AuthMethod,
    now: Timestamp,
) -> ApiResult<(SecretToken, ClientSecret)> {
    let secret = token::generate(rng, TokenKind::ClientSecret);
    let closed = match method {
        AuthMethod::ClientSecretJwt => {
            let closed = sealer.seal(secret.expose().as_bytes(), client.as_bytes());
            Some(closed.ok_or_else(|| ApiError::internal("sealing"))?)
        }
        _ => None,
    };
    let kept = ClientSecret {
        secret: token::hash(&secret),
        sealed: closed,
        created_at: now,
        expires_at: None,
    };
    Ok((secret, kept))
}
