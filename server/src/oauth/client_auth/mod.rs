//! Who calls an OAuth endpoint: the client, which proves that it is itself in exactly the one way in
//! which it is registered to (RFC 6749 section 2.3, OpenID Connect Core section 9).

mod assertion;
pub(crate) mod certificate;
mod keys;
mod presented;
pub(crate) mod remote;
pub(crate) mod signed;

use std::sync::Arc;

use aws_lc_rs::constant_time;
use axum::http::HeaderMap;
use jsonwebtoken::{Algorithm, DecodingKey};
use portcullis_types::client::AuthMethod;
use serde::de::DeserializeOwned;

use self::presented::Presented;
use super::{clients::Registered, errors::Refusal, form::Parameters};
use crate::{
    app::App,
    crypto::token,
    http::{caller::Caller, errors::ApiResult},
    limits::{Quota, Tries},
};

/// Signature algorithms that a client's JWTs may have, best first.
pub(crate) use self::keys::ALGORITHMS;

/// The client that sends a request to that path. Refused are those who are not registered, who do
/// not prove it, and who use another way than theirs or more than one.
pub(crate) async fn authenticate(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    parameters: &Parameters,
    path: &str,
) -> Result<Arc<Registered>, Refusal> {
    let presented = Presented::read(headers, parameters)?;
    let refused = || match presented {
        // RFC 6749 section 5.2 wants a challenge for the scheme that was tried.
        Presented::Basic { .. } => Refusal::invalid_client().challenge(),
        _ => Refusal::invalid_client(),
    };
    let id = presented.client_id();
    let client = app.clients.find(&*app.store, id, caller.now).await?;
    let client = client.filter(|client| presented.is(client.token_endpoint_auth_method));
    let Some(client) = client else {
        // Nothing was guessed, so it does not count against a client.
        count(app, caller, "").map(drop)?;
        return Err(refused());
    };
    let proved = match &presented {
        Presented::None { .. } => {
            let method = client.token_endpoint_auth_method;
            !method.is_by_certificate() || by_certificate(app, caller, &client).await?
        }
        Presented::Basic { secret, .. } => by_secret(app, caller, &client, secret)?,
        Presented::Post { secret, .. } => by_secret(app, caller, &client, secret)?,
        Presented::Assertion { jwt, .. } => by_assertion(app, caller, &client, jwt, path).await?,
    };
    if proved { Ok(client) } else { Err(refused()) }
}

/// Whether a secret is one of the client's. All are compared, whichever fits.
fn by_secret(
    app: &App,
    caller: &Caller,
    client: &Registered,
    secret: &str,
) -> Result<bool, Refusal> {
    let tries = count(app, caller, &client.id)?;
    let hash = token::sha256(secret.as_bytes());
    let is = |kept: &[u8; 32]| constant_time::verify_slices_are_equal(kept, &hash).is_ok();
    let proved = client
        .good_secrets(caller.now)
        .fold(false, |found, kept| is(&kept.secret.0) | found);
    give_back_if(app, proved, tries);
    Ok(proved)
}

async fn by_certificate(app: &App, caller: &Caller, client: &Registered) -> Result<bool, Refusal> {
    // Before it is counted, as with assertions: it may wait for the client's keys.
    let proved = certificate::is_its_own(app, caller, client).await;
    let tries = count(app, caller, &client.id)?;
    give_back_if(app, proved, tries);
    Ok(proved)
}

async fn by_assertion(
    app: &App,
    caller: &Caller,
    client: &Registered,
    jwt: &str,
    path: &str,
) -> Result<bool, Refusal> {
    // Fetching takes its time, so it is done before the try is counted: many who wait for the same
    // keys are not many who guess.
    let keys = keys(app, caller, client, jwt).await;
    let tries = count(app, caller, &client.id)?;
    let verified = assertion::verify(app, client, jwt, path, &keys, caller.now);
    give_back_if(app, verified.is_some(), tries);
    let Some(once) = verified else {
        return Ok(false);
    };
    // Only now: what is not the client's own must not use up what is.
    Ok(app.store.spend_ceremony(once.id, once.expires_at).await?)
}

/// The keys that a JWT of that client could be signed with.
async fn keys(
    app: &App,
    caller: &Caller,
    client: &Registered,
    jwt: &str,
) -> Vec<(Algorithm, DecodingKey)> {
    match client.token_endpoint_auth_method {
        AuthMethod::ClientSecretJwt => keys::of_secrets(app, client, caller.now),
        _ => keys::of_client(app, client, jwt, caller.now).await,
    }
}

/// What a JWT says that this client has signed and that is of that type. `None` for whatever is
/// wrong; time and audience are the caller's to check.
pub(super) async fn read_signed<T: DeserializeOwned>(
    app: &App,
    caller: &Caller,
    client: &Registered,
    jwt: &str,
    kind: &str,
) -> Option<T> {
    let keys = keys(app, caller, client, jwt).await;
    signed::claims(jwt, kind, &keys)
}

/// Counts a try of that client, or of one that is not registered, from the caller's network.
fn count(app: &App, caller: &Caller, client: &str) -> ApiResult<Tries> {
    let quota = Quota {
        tries: app.config.limits.client_authentications_per_client_and_ip,
        seconds: 60,
    };
    let counter = format!("client {client} ip {}", caller.network());
    app.limiter.take(caller.now, vec![(counter, quota)])
}

fn give_back_if(app: &App, proved: bool, tries: Tries) {
    if proved {
        app.limiter.give_back(tries);
    }
}
