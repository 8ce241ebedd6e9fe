//! Proof of possession (DPoP, RFC 9449): tokens that are good only together with a key.
//!
//! A request carries a proof, a JWT signed with the client's key for this method, address and
//! access token. A server nonce in it says that it is fresh; who made it before the nonce was
//! there, such as a script that once ran in the page, cannot use it.

mod nonce;
mod proof;
mod replay;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use portcullis_domain::{Rng, Timestamp};
use portcullis_types::ErrorCode;
use url::Url;

use crate::{app::App, crypto::token, http::errors::ApiError};

/// Carries the proof.
const PROOF: HeaderName = HeaderName::from_static("dpop");
/// Carries the nonce that the next proof must repeat.
pub(crate) const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
/// Signature algorithms that proofs may have, best first.
pub(crate) const ALGORITHMS: [&str; 2] = ["ES256", "EdDSA"];
/// How old a proof may be that carries no nonce, in seconds.
const PAST_SECONDS: f64 = 60.0;
/// How far ahead of ours the clock of whoever made it may be, in seconds (FAPI 2.0 security profile
/// section 5.3.2.1).
const FUTURE_SECONDS: f64 = 10.0;

/// What proofs are checked against.
pub(crate) struct Dpop {
    nonces: nonce::Nonces,
    replays: replay::Replays,
}

impl Dpop {
    pub(crate) fn new(rng: &dyn Rng) -> Self {
        Self {
            nonces: nonce::Nonces::new(rng),
            replays: replay::Replays::default(),
        }
    }
}

/// What is wrong with a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The proof is none, or not for this request.
    Proof,
    /// It lacks a nonce of ours that is still good; the answer carries one.
    Nonce,
    /// So many proofs come in that replays could not be told any more.
    TooMany,
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
    let mut values = headers.get_all(PROOF).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Wrong::Proof);
    }
    let proof = value
        .to_str()
        .ok()
        .and_then(proof::verify)
        .ok_or(Wrong::Proof)?;
    let claims = &proof.claims;
    let fits = claims.htm == asked.method.as_str()
        && is_address(&claims.htu, &app.origin, asked.path)
        && asked.token.is_none_or(|(token, jkt)| {
            let hash = token::base64url(&token::sha256(token.as_bytes()));
            claims.ath.as_ref() == Some(&hash) && proof.jkt == jkt
        });
    if !fits {
        return Err(Wrong::Proof);
    }
    if app.config.oauth.dpop_nonces {
        // The nonce is of our own clock, so the other's does not matter (RFC 9449 section 4.3,
        // number 11): a device whose clock is wrong by hours signs in as well.
        let nonce = claims.nonce.as_deref().unwrap_or_default();
        if !app.dpop.nonces.is_good(nonce, now) {
            return Err(Wrong::Nonce);
        }
    } else {
        #[expect(clippy::cast_precision_loss, reason = "seconds of this age fit")]
        let age = now.as_seconds() as f64 - claims.iat;
        if !(-FUTURE_SECONDS..=PAST_SECONDS).contains(&age) {
            return Err(Wrong::Proof);
        }
    }
    app.dpop.replays.take(&proof.jkt, &claims.jti, now)?;
    Ok(Some(proof.jkt))
}

/// Whether `htu` is that address of ours, without regard to query and fragment and in its normal
/// form (RFC 9449 section 4.3, number 9).
fn is_address(htu: &str, origin: &str, path: &str) -> bool {
    let (Ok(mut said), Ok(real)) = (Url::parse(htu), Url::parse(&format!("{origin}{path}"))) else {
        return false;
    };
    said.set_query(None);
    said.set_fragment(None);
    said == real
}

/// Whether a text has the form of a thumbprint: SHA-256 in base64url.
pub(crate) fn is_thumbprint(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    text.len() == 43 && text.bytes().all(plain)
}

/// Answers whoever uses DPoP with the nonce for the next proof (RFC 9449 section 8.2).
pub(crate) fn offer_nonce(app: &App, answer: &mut HeaderMap) {
    if !app.config.oauth.dpop_nonces {
        return;
    }
    let nonce = app.dpop.nonces.current(app.now());
    if let Ok(value) = HeaderValue::try_from(nonce) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9449_4_3_htu_is_compared_in_its_normal_form_without_the_query() {
        let is = |htu| is_address(htu, "https://server.example.com", "/token");
        for same in [
            "https://server.example.com/token",
            "https://server.example.com/token?x=1#y",
            "HTTPS://SERVER.example.com:443/token",
            "https://server.example.com/a/../token",
        ] {
            assert!(is(same), "{same}");
        }
        for other in [
            "http://server.example.com/token",
            "https://server.example.com:8443/token",
            "https://server.example.com/Token",
            "https://server.example.com/token/",
            "https://server.example.com/",
            "https://user@server.example.com/token",
            "https://server.example.com.evil.example/token",
            "https://evil.example/token",
            "/token",
            "",
        ] {
            assert!(!is(other), "{other}");
        }
    }
}
