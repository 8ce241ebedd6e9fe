//! Signing keys: made at first start, sealed at rest, published as JWKS.

pub(crate) mod jwks;

use anyhow::Context;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use portcullis_domain::{Rng, Store, Timestamp, keys::SigningKey};
use serde::Serialize;

use crate::crypto::{MasterKey, seal::Sealer, token::base64url};

const ALGORITHM: &str = "ES256";

/// A public key that tokens may be signed with.
struct Verifying {
    kid: String,
    key: DecodingKey,
}

/// The keys in use.
pub(crate) struct SigningKeys {
    kid: String,
    signing: EncodingKey,
    verifying: Vec<Verifying>,
    /// The JWK Set as it is published.
    document: String,
}

impl SigningKeys {
    /// Reads the keys, making the first one where there is none. Of several nodes that start at
    /// once, one makes it and all use it.
    pub(crate) async fn load(
        store: &dyn Store,
        master: &MasterKey,
        rng: &dyn Rng,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        let sealer = master.sealer("signing keys")?;
        let mut kept = store.signing_keys().await?;
        if kept.is_empty() {
            store
                .save_first_signing_key(generate(&sealer, rng, now)?)
                .await?;
            kept = store.signing_keys().await?;
        }
        let newest = kept
            .first()
            .context("the signing key that was just made is gone")?;
        let private = sealer.open(&newest.sealed, newest.kid.as_bytes()).with_context(|| {
            "the signing key does not open: this master key is not the one the database was made \
             with. Put the right master.key (or PORTCULLIS_MASTER_KEY) in place"
        })?;
        let mut verifying = Vec::new();
        let mut published = Vec::new();
        for key in &kept {
            let jwk: serde_json::Value = serde_json::from_str(&key.public_jwk)?;
            let coordinate = |name: &str| {
                jwk.get(name)
                    .and_then(serde_json::Value::as_str)
                    .context("a kept JWK is broken")
            };
            let decoding = DecodingKey::from_ec_components(coordinate("x")?, coordinate("y")?)?;
            verifying.push(Verifying {
                kid: key.kid.clone(),
                key: decoding,
            });
            published.push(jwk);
        }
        Ok(Self {
            kid: newest.kid.clone(),
            signing: EncodingKey::from_ec_der(&private),
            verifying,
            document: serde_json::json!({ "keys": published }).to_string(),
        })
    }

    /// Signs claims; `typ` tells kinds of tokens apart (RFC 8725 section 3.11).
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> Option<String> {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.signing).ok()
    }

    /// The key with that id. Keys are only ever ours: `jku`, `x5u` and `jwk` headers are not read.
    pub(crate) fn verifying(&self, kid: &str) -> Option<&DecodingKey> {
        self.verifying
            .iter()
            .find(|key| key.kid == kid)
            .map(|key| &key.key)
    }

    /// The JWK Set.
    pub(crate) fn document(&self) -> &str {
        &self.document
    }
}

fn generate(sealer: &Sealer, rng: &dyn Rng, now: Timestamp) -> anyhow::Result<SigningKey> {
    let pkcs8 =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| anyhow::anyhow!("cannot make a signing key"))?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref())
        .map_err(|_| anyhow::anyhow!("cannot read the signing key just made"))?;
    // Uncompressed point: 0x04, then x and y of 32 bytes each (SEC 1 section 2.3.3).
    let point = pair.public_key().as_ref();
    let (x, y) = point
        .get(1..)
        .and_then(|point| point.split_at_checked(32))
        .context("the public key has an unexpected form")?;
    let kid = rng.uuid_at(now).simple().to_string();
    let jwk = serde_json::json!({
        "kty": "EC", "crv": "P-256", "alg": ALGORITHM, "use": "sig", "kid": kid,
        "x": base64url(x), "y": base64url(y),
    });
    let private = sealer
        .seal(pkcs8.as_ref(), kid.as_bytes())
        .context("sealing failed")?;
    Ok(SigningKey {
        kid,
        algorithm: ALGORITHM.to_owned(),
        sealed: private,
        public_jwk: jwk.to_string(),
        created_at: now,
    })
}
