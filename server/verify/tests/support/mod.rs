//! What the tests are played with: issuers' keys, tokens that a test may bend, and a clock.

pub(crate) mod issuer;
pub(crate) mod prover;

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicI64, Ordering},
};

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
        RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
        RsaPublicKeyComponents,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_types::Timestamp;
use portcullis_verify::{Algorithm, Claims, Issuer, Refusal, Rules, TokenVerifier};
use serde_json::{Value, json};

/// The issuer of most tests.
pub(crate) const ISSUER: &str = "https://auth.example";
/// The service whose tests these are.
pub(crate) const API: &str = "https://api.example";
/// When most tests play, in seconds.
pub(crate) const NOW: i64 = 1_800_000_000;

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A clock that stands until it is moved.
#[derive(Clone, Debug)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(NOW * 1000)))
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    pub(crate) fn seconds(&self) -> i64 {
        self.now().as_seconds()
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    pub(crate) fn asked(&self) -> impl Fn() -> Timestamp + Send + Sync + 'static + use<> {
        let clock = self.clone();
        move || clock.now()
    }
}

enum Pair {
    Ec(EcdsaKeyPair, &'static str),
    Ed(Ed25519KeyPair),
    Rsa(&'static RsaKeyPair, &'static dyn RsaEncoding),
    Hmac(Box<hmac::Key>),
}

/// Somebody's key.
pub(crate) struct Signer {
    pub(crate) alg: &'static str,
    pub(crate) kid: String,
    pair: Pair,
}

/// Making one takes long.
static RSA: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

impl Signer {
    pub(crate) fn new(alg: &'static str, kid: &str) -> Self {
        let ec = |algorithm, curve| Pair::Ec(EcdsaKeyPair::generate(algorithm).unwrap(), curve);
        let pair = match alg {
            "ES256" => ec(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256"),
            "ES384" => ec(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384"),
            "EdDSA" => Pair::Ed(Ed25519KeyPair::generate().unwrap()),
            "RS256" => Pair::Rsa(&RSA, &RSA_PKCS1_SHA256),
            "RS384" => Pair::Rsa(&RSA, &RSA_PKCS1_SHA384),
            "RS512" => Pair::Rsa(&RSA, &RSA_PKCS1_SHA512),
            "PS256" => Pair::Rsa(&RSA, &RSA_PSS_SHA256),
            "PS384" => Pair::Rsa(&RSA, &RSA_PSS_SHA384),
            "PS512" => Pair::Rsa(&RSA, &RSA_PSS_SHA512),
            other => panic!("no signer for {other}"),
        };
        Self {
            alg,
            kid: kid.to_owned(),
            pair,
        }
    }

    /// ES256, as Portcullis signs.
    pub(crate) fn es256() -> Self {
        Self::new("ES256", "one")
    }

    pub(crate) fn hs256(secret: &[u8]) -> Self {
        Self {
            alg: "HS256",
            kid: "secret".to_owned(),
            pair: Pair::Hmac(Box::new(hmac::Key::new(hmac::HMAC_SHA256, secret))),
        }
    }

    /// The public key as it is published.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            Pair::Ec(pair, curve) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                json!({ "kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y) })
            }
            Pair::Ed(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(pair.public_key()) })
            }
            Pair::Rsa(pair, _) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({ "kty": "RSA", "n": base64url(public.n), "e": base64url(public.e) })
            }
            Pair::Hmac(_) => panic!("a secret is not published"),
        };
        jwk["kid"] = self.kid.clone().into();
        jwk["use"] = "sig".into();
        jwk["alg"] = self.alg.into();
        jwk
    }

    pub(crate) fn jwks(&self) -> String {
        jwks([self.jwk()])
    }

    /// The header of an access token.
    pub(crate) fn header(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": self.alg, "kid": self.kid })
    }

    /// A signature over these bytes.
    pub(crate) fn signature(&self, bytes: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ec(pair, _) => pair.sign(&random, bytes).unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(bytes).as_ref().to_vec(),
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, bytes, &mut signature)
                    .unwrap();
                signature
            }
            Pair::Hmac(key) => hmac::sign(key, bytes).as_ref().to_vec(),
        }
    }

    /// A JWS whose parts are these bytes.
    pub(crate) fn sign_bytes(&self, header: &[u8], payload: &[u8]) -> String {
        self.sign_text(&format!("{}.{}", base64url(header), base64url(payload)))
    }

    /// A JWS whose first two parts are written so.
    pub(crate) fn sign_text(&self, signed: &str) -> String {
        let signature = self.signature(signed.as_bytes());
        format!("{signed}.{}", base64url(signature))
    }

    pub(crate) fn sign_with(&self, header: &Value, claims: &Value) -> String {
        self.sign_bytes(header.to_string().as_bytes(), claims.to_string().as_bytes())
    }

    /// An access token.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_with(&self.header(), claims)
    }
}

pub(crate) fn jwks(keys: impl IntoIterator<Item = Value>) -> String {
    json!({ "keys": keys.into_iter().collect::<Vec<_>>() }).to_string()
}

/// What a good access token says.
pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "ada", "aud": API, "client_id": "spa",
        "iat": NOW, "exp": NOW + 600, "jti": "token-1", "scope": "orders:read profile",
    })
}

/// A part with one member replaced, or with `null` left out.
pub(crate) fn bent(part: &Value, name: &str, value: Value) -> Value {
    let mut part = part.clone();
    if value.is_null() {
        part.as_object_mut().unwrap().remove(name);
    } else {
        part[name] = value;
    }
    part
}

/// Half a second after that one.
pub(crate) fn and_a_half(seconds: i64) -> Value {
    serde_json::from_str(&format!("{seconds}.5")).unwrap()
}

/// Rules at the time when the tests play.
pub(crate) fn rules(clock: &Clock) -> Rules {
    Rules::access_tokens(API).clock(clock.asked())
}

/// A verifier of access tokens that this key signs.
pub(crate) fn verifier(signer: &Signer) -> Issuer {
    verifier_with(signer, rules(&Clock::new()))
}

pub(crate) fn verifier_with(signer: &Signer, rules: Rules) -> Issuer {
    let issuer = Issuer::with_keys(ISSUER, &signer.jwks(), rules).unwrap();
    issuer.algorithms(Algorithm::ALL).unwrap()
}

#[track_caller]
pub(crate) fn passes(outcome: Result<Claims, Refusal>) -> Claims {
    outcome.unwrap_or_else(|why| panic!("refused: {why}"))
}

/// Why a verifier refuses a token.
pub(crate) async fn why(verifier: &impl TokenVerifier, token: &str) -> Refusal {
    match verifier.verify(token).await {
        Ok(claims) => panic!("it passed: {claims:?}"),
        Err(why) => why,
    }
}
