//! A confidential client's key, and the assertions it signs (RFC 7523), which a test may bend.

use aws_lc_rs::{
    encoding::AsDer,
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RSA_PSS_SHA256, RsaKeyPair,
    },
};
use portcullis_domain::Clock;
use portcullis_types::client::{AuthMethod, Client, JwkSet};
use serde_json::{Value, json};

use crate::{
    Server,
    clients::confidential,
    device::{base64url, random},
};

/// The type of assertion that says it is a JWT.
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A key.
pub enum Signer {
    /// ES256.
    Es256(EcdsaKeyPair),
    /// EdDSA.
    EdDsa(Ed25519KeyPair),
    /// PS256.
    Ps256(RsaKeyPair),
    /// RS256.
    Rs256(RsaKeyPair),
    /// HS256, with a client's secret.
    Hs256(String),
}

impl Signer {
    /// A new key on P-256.
    pub fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    /// A new key of each public kind.
    pub fn each() -> [Self; 4] {
        let rsa = || RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        [
            Self::es256(),
            Self::EdDsa(Ed25519KeyPair::generate().unwrap()),
            Self::Ps256(rsa()),
            Self::Rs256(rsa()),
        ]
    }

    /// Its algorithm.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Es256(_) => "ES256",
            Self::EdDsa(_) => "EdDSA",
            Self::Ps256(_) => "PS256",
            Self::Rs256(_) => "RS256",
            Self::Hs256(_) => "HS256",
        }
    }

    /// The public key.
    pub fn jwk(&self) -> Value {
        match self {
            Self::Es256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y) })
            }
            Self::EdDsa(pair) => {
                let x = base64url(pair.public_key().as_ref());
                json!({ "kty": "OKP", "crv": "Ed25519", "x": x })
            }
            Self::Ps256(pair) | Self::Rs256(pair) => {
                let n = pair.public_key().modulus();
                let n = base64url(n.big_endian_without_leading_zero());
                json!({ "kty": "RSA", "n": n, "e": "AQAB" })
            }
            Self::Hs256(_) => panic!("a secret has no public key"),
        }
    }

    /// The public key as text, which an attacker might take for a secret.
    pub fn public_bytes(&self) -> Vec<u8> {
        match self {
            Self::Rs256(pair) => pair.public_key().as_der().unwrap().as_ref().to_vec(),
            other => other.jwk().to_string().into_bytes(),
        }
    }

    /// A client that signs with this key.
    pub fn client(&self, id: &str) -> Client {
        let mut client = confidential(id);
        client.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
        let jwks = json!({ "keys": [self.jwk()] });
        client.jwks = Some(serde_json::from_value::<JwkSet>(jwks).unwrap());
        client
    }

    /// Good claims of an assertion of that client for that server.
    pub fn claims(server: &Server, id: &str) -> Value {
        let now = server.clock.now().as_seconds();
        json!({
            "iss": id, "sub": id, "aud": server.origin, "jti": base64url(&random(16)),
            "iat": now, "exp": now + 60,
        })
    }

    /// An assertion with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(&json!({ "alg": self.algorithm() }), claims)
    }

    /// An assertion with this header and these claims.
    pub fn sign_with(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| base64url(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        format!("{signed}.{}", base64url(&self.signature(signed.as_bytes())))
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let rng = SystemRandom::new();
        let rsa = |pair: &RsaKeyPair, padding: &'static dyn aws_lc_rs::signature::RsaEncoding| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(padding, &rng, message, &mut signature).unwrap();
            signature
        };
        match self {
            Self::Es256(pair) => pair.sign(&rng, message).unwrap().as_ref().to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Ps256(pair) => rsa(pair, &RSA_PSS_SHA256),
            Self::Rs256(pair) => rsa(pair, &RSA_PKCS1_SHA256),
            Self::Hs256(secret) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
                hmac::sign(&key, message).as_ref().to_vec()
            }
        }
    }
}
