//! Key pairs, one kind for each algorithm; all of the cryptography is aws-lc's.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RsaKeyPair,
    },
};
use portcullis_types::client::SigningAlgorithm;
use serde_json::{Value, json};

use crate::crypto::token::base64url;

/// A private key and its public half.
pub(super) enum Pair {
    /// ES256.
    P256(EcdsaKeyPair),
    /// RS256; 2048 bits.
    Rsa(RsaKeyPair),
    /// EdDSA.
    Ed25519(Ed25519KeyPair),
}

/// A new private key as PKCS #8 (RFC 5958). For RSA it takes long enough to be noticed.
pub(super) fn generate(algorithm: SigningAlgorithm) -> Option<Vec<u8>> {
    let rng = SystemRandom::new();
    match algorithm {
        SigningAlgorithm::Es256 => {
            let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng);
            Some(key.ok()?.as_ref().to_vec())
        }
        SigningAlgorithm::Rs256 => {
            let key = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
            let der: Pkcs8V1Der<'_> = key.as_der().ok()?;
            Some(der.as_ref().to_vec())
        }
        SigningAlgorithm::EdDsa => {
            let key = Ed25519KeyPair::generate_pkcs8(&rng);
            Some(key.ok()?.as_ref().to_vec())
        }
    }
}

impl Pair {
    /// Reads a private key.
    pub(super) fn open(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Option<Self> {
        match algorithm {
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                    .ok()
                    .map(Self::P256)
            }
            SigningAlgorithm::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).ok().map(Self::Rsa),
            SigningAlgorithm::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).ok().map(Self::Ed25519),
        }
    }

    /// The public half as a JWK (RFC 7517, RFC 8037).
    pub(super) fn jwk(&self, kid: &str) -> Option<Value> {
        Some(match self {
            Self::P256(pair) => {
                // Uncompressed point: 0x04, then x and y of 32 bytes each (SEC 1 section 2.3.3).
                let point = pair.public_key().as_ref().get(1..)?;
                let (x, y) = point.split_at_checked(32)?;
                json!({
                    "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid,
                    "x": base64url(x), "y": base64url(y),
                })
            }
            Self::Rsa(pair) => {
                let public = pair.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                json!({
                    "kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid,
                    "n": base64url(n.big_endian_without_leading_zero()),
                    "e": base64url(e.big_endian_without_leading_zero()),
                })
            }
            Self::Ed25519(pair) => json!({
                "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid,
                "x": base64url(pair.public_key().as_ref()),
            }),
        })
    }

    /// Signs, in the form of RFC 7518 section 3 and RFC 8037 section 3.1.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let rng = SystemRandom::new();
        match self {
            Self::P256(pair) => Some(pair.sign(&rng, message).ok()?.as_ref().to_vec()),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &rng, message, &mut signature)
                    .ok()?;
                Some(signature)
            }
            Self::Ed25519(pair) => Some(pair.sign(message).as_ref().to_vec()),
        }
    }
}
