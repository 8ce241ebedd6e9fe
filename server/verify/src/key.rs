//! One public key of an issuer or client (RFC 7517), and whether it made a signature.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

use crate::{Algorithm, ed25519};

/// Parameters that only private and symmetric keys have (RFC 7518 section 6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    P256,
    P384,
    Ed25519,
    Rsa,
}

/// A key that can verify signatures.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: Option<String>,
    kind: Kind,
    /// The one algorithm that it says it is for.
    only: Option<Algorithm>,
    public: DecodingKey,
    thumbprint: String,
}

impl Key {
    /// Reads a JWK. Nothing: it is not for signatures, is of a kind that is not known here, is
    /// badly made, or is not public.
    pub(crate) fn from_jwk(jwk: &Map<String, Value>) -> Option<Self> {
        if PRIVATE.iter().any(|name| jwk.contains_key(*name)) || !is_for_signatures(jwk) {
            return None;
        }
        let only = match jwk.get("alg") {
            None => None,
            Some(name) => Some(Algorithm::named(name.as_str()?)?),
        };
        let id = match jwk.get("kid") {
            None => None,
            Some(id) => Some(id.as_str()?.to_owned()),
        };
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let (kind, public, canonical) = match (text("kty")?, text("crv")) {
            ("EC", Some("P-256")) => elliptic(jwk, Kind::P256, "P-256", 32)?,
            ("EC", Some("P-384")) => elliptic(jwk, Kind::P384, "P-384", 48)?,
            ("OKP", Some("Ed25519")) => {
                let x = bytes(jwk, "x", 32)?;
                if !ed25519::is_key(&URL_SAFE_NO_PAD.decode(x).ok()?) {
                    return None;
                }
                (
                    Kind::Ed25519,
                    DecodingKey::from_ed_components(x).ok()?,
                    format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#),
                )
            }
            ("RSA", None) => {
                let (n, e) = (integer(jwk, "n")?, integer(jwk, "e")?);
                (
                    Kind::Rsa,
                    DecodingKey::from_rsa_components(n, e).ok()?,
                    format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
                )
            }
            _ => return None,
        };
        let key = Self {
            id,
            kind,
            only,
            public,
            thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes())),
        };
        // A key that is bound to another kind's algorithm is a mistake or a trap.
        only.is_none_or(|only| key.fits(only)).then_some(key)
    }

    /// Whether it may be used with that algorithm.
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        let kind = match algorithm {
            Algorithm::Es256 => Kind::P256,
            Algorithm::Es384 => Kind::P384,
            Algorithm::EdDsa => Kind::Ed25519,
            Algorithm::Rs256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps256
            | Algorithm::Ps384
            | Algorithm::Ps512 => Kind::Rsa,
        };
        self.kind == kind && self.only.is_none_or(|only| only == algorithm)
    }

    /// Whether it made that signature (in base64url) over these bytes.
    pub(crate) fn signed(&self, algorithm: Algorithm, bytes: &[u8], signature: &str) -> bool {
        self.fits(algorithm)
            && jsonwebtoken::crypto::verify(signature, bytes, &self.public, algorithm.jose())
                .unwrap_or(false)
    }

    /// Its SHA-256 thumbprint (RFC 7638).
    pub(crate) fn thumbprint(&self) -> &str {
        &self.thumbprint
    }
}

/// `use` and `key_ops` (RFC 7517 sections 4.2 and 4.3), where they say something.
fn is_for_signatures(jwk: &Map<String, Value>) -> bool {
    let used = jwk.get("use").is_none_or(|purpose| purpose == "sig");
    let operation = jwk.get("key_ops").is_none_or(|operations| {
        let operations = operations.as_array();
        operations.is_some_and(|list| list.iter().any(|operation| operation == "verify"))
    });
    used && operation
}

fn elliptic(
    jwk: &Map<String, Value>,
    kind: Kind,
    curve: &str,
    length: usize,
) -> Option<(Kind, DecodingKey, String)> {
    let (x, y) = (bytes(jwk, "x", length)?, bytes(jwk, "y", length)?);
    let key = DecodingKey::from_ec_components(x, y).ok()?;
    let canonical = format!(r#"{{"crv":"{curve}","kty":"EC","x":"{x}","y":"{y}"}}"#);
    Some((kind, key, canonical))
}

/// So many bytes in the one way in which they can be written, so that a key has one thumbprint.
fn bytes<'a>(jwk: &'a Map<String, Value>, name: &str, length: usize) -> Option<&'a str> {
    let text = jwk.get(name)?.as_str()?;
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    (bytes.len() == length).then_some(text)
}

/// A number in as few bytes as it takes (RFC 7518 section 2, Base64urlUInt).
fn integer<'a>(jwk: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = jwk.get(name)?.as_str()?;
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    bytes
        .first()
        .is_some_and(|first| *first != 0)
        .then_some(text)
}
