//! Proof of possession (DPoP, RFC 9449) at our own endpoints. What makes a proof good is in
//! `portcullis-verify`, which other people's services use as well.

use axum::http::{HeaderMap, HeaderValue, Method, header};
use portcullis_domain::{Rng, Timestamp};
use portcullis_types::ErrorCode;
use portcullis_verify::dpop::{self, PROOF};
pub(crate) use portcullis_verify::dpop::{ALGORITHMS, Dpop, NONCE, Wrong, is_thumbprint};

use crate::{app::App, http::errors::ApiError};

/// What proofs are checked against. The key of the nonces is made at each start: after that no proof
/// from before is good, which is as well, since what was replayed is forgotten then.
pub(crate) fn new(nonces: bool, rng: &dyn Rng) -> Dpop {
    if !nonces {
        return Dpop::without_nonces();
    }
    let mut key = [0; 32];
    rng.fill(&mut key);
    Dpop::with_nonces(key)
}

/// The request that a proof must be for.
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    /// The path of the address; origin is ours, the query does not count.
    pub(crate) path: &'a str,
    /// The access token that comes along, and the thumbprint of the key it is bound to.
    pub(crate) token: Option<(&'a str, &'a str)>,
}

/// Checks the proof that came with a request, and answers the thumbprint (RFC 7638) of its key.
/// Nothing: no proof came. The same proof passes once.
pub(crate) fn check(
    app: &App,
    headers: &HeaderMap,
    asked: &Asked<'_>,
    now: Timestamp,
) -> Result<Option<String>, Wrong> {
    let request = dpop::Asked {
        method: asked.method,
        origin: &app.origin,
        path: asked.path,
        token: asked.token.map(|(token, _)| token),
    };
    let Some(proof) = app.dpop.check(headers, &request, now)? else {
        return Ok(None);
    };
    if asked
        .token
        .is_some_and(|(_, jkt)| jkt != proof.thumbprint())
    {
        return Err(Wrong::Proof);
    }
    app.dpop.spend(&proof, now)?;
    Ok(Some(proof.thumbprint().to_owned()))
}

/// Answers whoever uses DPoP with the nonce for the next proof (RFC 9449 section 8.2).
pub(crate) fn offer_nonce(app: &App, answer: &mut HeaderMap) {
    let nonce = app.dpop.nonce(app.now());
    if let Some(value) = nonce.and_then(|nonce| HeaderValue::try_from(nonce).ok()) {
        answer.insert(NONCE, value);
    }
}

/// Whether a request has a proof, or ought to.
pub(crate) fn is_used(headers: &HeaderMap) -> bool {
    headers.contains_key(PROOF) || scheme(headers) == Some(Scheme::Dpop)
}

/// How a token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// As good as its bearer (RFC 6750).
    Bearer,
    /// With a proof (RFC 9449 section 7.1).
    Dpop,
}

/// The scheme of the `Authorization` header, if it is one of ours.
pub(crate) fn scheme(headers: &HeaderMap) -> Option<Scheme> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let space = value.iter().position(|byte| *byte == b' ')?;
    match value.get(..space)? {
        name if name.eq_ignore_ascii_case(b"bearer") => Some(Scheme::Bearer),
        name if name.eq_ignore_ascii_case(b"dpop") => Some(Scheme::Dpop),
        _ => None,
    }
}

/// The access token is not good, or not as it is presented.
pub(crate) fn invalid_token() -> ApiError {
    const CHALLENGE: &str = "DPoP error=\"invalid_token\", algs=\"ES256 EdDSA\"";
    ApiError::new(
        ErrorCode::NotAuthenticated,
        "The access token is not valid any more, or must come with a DPoP proof. Refresh it or \
         sign in again.",
    )
    .challenge(CHALLENGE)
}

impl From<Wrong> for ApiError {
    fn from(wrong: Wrong) -> Self {
        const NONCE: &str = "DPoP error=\"use_dpop_nonce\", algs=\"ES256 EdDSA\"";
        const PROOF: &str = "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 EdDSA\"";
        match wrong {
            Wrong::Nonce => Self::new(
                ErrorCode::NotAuthenticated,
                "The DPoP proof must repeat the nonce in the header DPoP-Nonce.",
            )
            .challenge(NONCE),
            Wrong::Proof => Self::new(
                ErrorCode::NotAuthenticated,
                "The DPoP proof is missing, was used before, or is not for this request.",
            )
            .challenge(PROOF),
            Wrong::TooMany => {
                Self::new(ErrorCode::Busy, "The server is busy. Please try again.").retry_after(2)
            }
        }
    }
}
