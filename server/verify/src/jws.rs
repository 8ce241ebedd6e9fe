//! A JWS in its compact form (RFC 7515 section 7.1), taken apart before anything of it is believed.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::{Refusal, json};

/// Longest token in bytes. An ordinary one has 800; proxies let no longer headers pass.
pub const MAX_LENGTH: usize = 16 * 1024;

/// Header parameters that name a key of the sender's choosing, or ask for something that is not
/// done here: `crit` (RFC 7515 section 4.1.11), unencoded payloads (RFC 7797), compression.
const NEVER: [&str; 7] = ["jku", "x5u", "x5c", "crit", "b64", "zip", "enc"];

/// The parts of a JWS, none of them verified.
pub(crate) struct Jws<'a> {
    pub(crate) header: Map<String, Value>,
    pub(crate) payload: Map<String, Value>,
    /// What is signed: header, dot, payload.
    pub(crate) signed: &'a str,
    /// In base64url.
    pub(crate) signature: &'a str,
}

impl<'a> Jws<'a> {
    /// Takes a text apart. It has one form only: three parts in base64url, without padding, line
    /// breaks or bits that do not count; both JSON objects without members that come twice.
    pub(crate) fn parse(text: &'a str, longest: usize) -> Result<Self, Refusal> {
        if text.len() > longest {
            return Err(Refusal::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Refusal::Malformed)?;
        let header = part(header)?;
        if NEVER.iter().any(|name| header.contains_key(*name)) {
            return Err(Refusal::Header);
        }
        let payload = part(payload)?;
        if signature.is_empty() || URL_SAFE_NO_PAD.decode(signature).is_err() {
            return Err(Refusal::Malformed);
        }
        Ok(Self {
            header,
            payload,
            signed,
            signature,
        })
    }

    /// A header parameter that is a text, if it is there.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::Malformed),
        }
    }

    /// The algorithm that the sender claims. It is compared with what is allowed, and chooses
    /// nothing.
    pub(crate) fn algorithm(&self) -> Result<&str, Refusal> {
        self.text("alg")?.ok_or(Refusal::Malformed)
    }
}

fn part(text: &str) -> Result<Map<String, Value>, Refusal> {
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| Refusal::Malformed)?;
    json::object(&bytes).ok_or(Refusal::Malformed)
}

/// A token that has been taken apart and not verified: what [`TokenVerifier::check`] looks at.
///
/// [`TokenVerifier::check`]: crate::TokenVerifier::check
pub struct Unverified<'a>(pub(crate) Jws<'a>);

impl fmt::Debug for Unverified<'_> {
    /// Shows no more than whose it claims to be: a token is as good as a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut it = formatter.debug_struct("Unverified");
        it.field("issuer", &self.issuer()).finish_non_exhaustive()
    }
}

impl<'a> Unverified<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// [`Refusal::TooLong`], [`Refusal::Malformed`], or [`Refusal::Header`] where the header brings
    /// a key along or wants an extension.
    pub fn parse(token: &'a str) -> Result<Self, Refusal> {
        let jws = Jws::parse(token, MAX_LENGTH)?;
        if jws.header.contains_key("jwk") {
            return Err(Refusal::Header);
        }
        Ok(Self(jws))
    }

    /// The issuer that it claims to be from. Anybody can claim that: it says whom to ask, no more.
    pub fn issuer(&self) -> Option<&str> {
        self.0.payload.get("iss").and_then(Value::as_str)
    }
}
