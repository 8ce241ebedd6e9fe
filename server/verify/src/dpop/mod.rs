//! Proof of possession (DPoP, RFC 9449): tokens that are good only together with a key.
//!
//! A request carries a proof, a JWT signed with the client's key for this method, address and
//! access token. A server nonce in it says that it is fresh; who made it before the nonce was
//! there, such as a script that once ran in a page, cannot use it.

mod nonce;
mod proof;
mod replay;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, Method};
use portcullis_types::Timestamp;
use url::Url;

use crate::SetupError;

/// Carries the proof.
pub const PROOF: HeaderName = HeaderName::from_static("dpop");
/// Carries the nonce that the next proof must repeat.
pub const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
/// Signature algorithms that proofs may have, best first.
pub const ALGORITHMS: [&str; 2] = ["ES256", "EdDSA"];
/// How old a proof may be that carries no nonce, in seconds.
const PAST_SECONDS: f64 = 60.0;
/// How far ahead of ours the clock of whoever made it may be, in seconds (FAPI 2.0 security profile
/// section 5.3.2.1).
const FUTURE_SECONDS: f64 = 10.0;

/// What proofs are checked against. Used proofs are remembered by this process alone: of several
/// that serve one address, each lets a proof pass once.
pub struct Dpop {
    nonces: Option<nonce::Nonces>,
    replays: replay::Replays,
}

/// What is wrong with a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The proof is none, or not for this request.
    Proof,
    /// It lacks a nonce of ours that is still good.
    Nonce,
    /// So many proofs come in that replays could not be told any more.
    TooMany,
}

/// The request that a proof must be for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Its method.
    pub method: &'a Method,
    /// The origin of its address, as clients see it: `https://api.example.com`.
    pub origin: &'a str,
    /// The path of its address; the query does not count.
    pub path: &'a str,
    /// The access token that comes along.
    pub token: Option<&'a str>,
}

/// A proof that is for the request, and has not been [used](Dpop::spend) yet.
#[derive(Debug)]
#[must_use = "a proof that is not spent can be used again"]
pub struct Proof {
    thumbprint: String,
    id: String,
}

impl Proof {
    /// The thumbprint (RFC 7638) of the key that made it.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }
}

impl Dpop {
    /// Proofs must repeat a nonce of this process.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn new() -> Result<Self, SetupError> {
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key).map_err(|_| SetupError::Random)?;
        Ok(Self::with_nonces(key))
    }

    /// Proofs must repeat a nonce of ours, which is an HMAC of the time under this key. Processes
    /// that serve one address share the key; it must not be guessed.
    pub fn with_nonces(key: [u8; 32]) -> Self {
        Self {
            nonces: Some(nonce::Nonces::new(&key)),
            replays: replay::Replays::default(),
        }
    }

    /// Proofs carry no nonce, and are good for a minute after they were made by their maker's clock.
    pub fn without_nonces() -> Self {
        Self {
            nonces: None,
            replays: replay::Replays::default(),
        }
    }

    /// The nonce for the next proofs, if they must have one.
    pub fn nonce(&self, now: Timestamp) -> Option<String> {
        self.nonces.as_ref().map(|nonces| nonces.current(now))
    }

    /// Checks the proof that came with a request. Nothing: no proof came.
    ///
    /// Whether the token is bound to the proof's key is for the caller to see, and then to
    /// [`spend`](Self::spend) the proof: what anybody can make up must not fill the memory.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(
        &self,
        headers: &HeaderMap,
        asked: &Asked<'_>,
        now: Timestamp,
    ) -> Result<Option<Proof>, Wrong> {
        let mut values = headers.get_all(PROOF).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(Wrong::Proof);
        }
        let text = value.to_str().map_err(|_| Wrong::Proof)?;
        let (thumbprint, claims) = proof::verify(text).ok_or(Wrong::Proof)?;
        let hash = |token: &str| URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()));
        let fits = claims.htm == asked.method.as_str()
            && is_address(&claims.htu, asked.origin, asked.path)
            && asked
                .token
                .is_none_or(|token| claims.ath == Some(hash(token)));
        if !fits {
            return Err(Wrong::Proof);
        }
        if let Some(nonces) = &self.nonces {
            // The nonce is of our own clock, so the other's does not matter (RFC 9449 section 4.3,
            // number 11): a device whose clock is wrong by hours signs in as well.
            if !nonces.is_good(claims.nonce.as_deref().unwrap_or_default(), now) {
                return Err(Wrong::Nonce);
            }
        } else {
            #[expect(clippy::cast_precision_loss, reason = "seconds of this age fit")]
            let age = now.as_seconds() as f64 - claims.iat;
            if !(-FUTURE_SECONDS..=PAST_SECONDS).contains(&age) {
                return Err(Wrong::Proof);
            }
        }
        Ok(Some(Proof {
            thumbprint,
            id: claims.jti,
        }))
    }

    /// Uses a proof up. Of a proof that comes again, however many at once, one passes.
    ///
    /// # Errors
    /// [`Wrong::Proof`] if it was used before, [`Wrong::TooMany`] if it could not be remembered.
    pub fn spend(&self, proof: &Proof, now: Timestamp) -> Result<(), Wrong> {
        self.replays.take(&proof.thumbprint, &proof.id, now)
    }
}

impl std::fmt::Debug for Dpop {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut it = formatter.debug_struct("Dpop");
        it.field("nonces", &self.nonces.is_some())
            .finish_non_exhaustive()
    }
}

/// Whether `htu` is that address, without regard to query and fragment and in its normal form (RFC
/// 9449 section 4.3, number 9).
fn is_address(htu: &str, origin: &str, path: &str) -> bool {
    // Whatever a request line has in its place would become a part of the origin.
    if !path.starts_with('/') {
        return false;
    }
    let (Ok(mut said), Ok(real)) = (Url::parse(htu), Url::parse(&format!("{origin}{path}"))) else {
        return false;
    };
    said.set_query(None);
    said.set_fragment(None);
    said == real
}

/// Whether a text has the form of a thumbprint: SHA-256 in base64url.
pub fn is_thumbprint(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    text.len() == 43 && text.bytes().all(plain)
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
        for path in ["", "*", "@evil.example", ".evil.example/", ":8443/"] {
            let htu = format!("https://server.example.com{path}");
            assert!(!is_address(&htu, "https://server.example.com", path));
        }
    }
}
