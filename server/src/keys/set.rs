//! The keys as they were last read: what signs, what verifies, and what is published.

use std::{collections::HashMap, sync::Arc};

use anyhow::Context;
use axum::http::HeaderValue;
use jsonwebtoken::{Algorithm, DecodingKey, jwk::Jwk};
use portcullis_domain::{Timestamp, keys::SigningKey};
use portcullis_types::{client::SigningAlgorithm, keys::KeyState};

use super::pair::Pair;
use crate::crypto::{
    seal::Sealer,
    token::{base64url, sha256},
};

/// A key that tokens are signed with.
pub(super) struct Signing {
    pub(super) kid: String,
    pub(super) pair: Pair,
}

/// A key that tokens were, are or will be signed with.
pub(crate) struct Verifying {
    pub(crate) algorithm: Algorithm,
    pub(crate) key: DecodingKey,
    /// Once it is retired: when the last token it signed has expired.
    expires_at: Option<Timestamp>,
}

impl Verifying {
    /// Whether a token that it signed can still be good.
    pub(crate) fn is_current(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| now < at)
    }
}

/// All keys, as they were kept at one moment.
#[derive(Default)]
pub(super) struct Keys {
    /// Those that are active or next.
    pairs: HashMap<String, Arc<Signing>>,
    active: HashMap<SigningAlgorithm, Arc<Signing>>,
    verifying: HashMap<String, Arc<Verifying>>,
    pub(super) kept: Vec<SigningKey>,
}

/// The JWK Set at one moment.
pub(crate) struct Published {
    pub(crate) document: String,
    pub(crate) etag: HeaderValue,
}

impl Keys {
    /// Opens what was kept; what `before` has open stays so.
    pub(super) fn open(
        kept: Vec<SigningKey>,
        sealer: &Sealer,
        before: &Self,
    ) -> anyhow::Result<Self> {
        let mut keys = Self::default();
        for key in &kept {
            let algorithm = algorithm(&key.algorithm)?;
            let jwk: Jwk = serde_json::from_str(&key.public_jwk).context("a kept JWK is broken")?;
            let verifying = Verifying {
                algorithm: jose(algorithm),
                key: DecodingKey::from_jwk(&jwk)?,
                expires_at: key.expires_at,
            };
            let kid = &key.kid;
            keys.verifying.insert(kid.clone(), Arc::new(verifying));
            if key.state() == KeyState::Retired {
                continue;
            }
            let signing = match before.pairs.get(kid) {
                Some(open) => Arc::clone(open),
                None => Arc::new(open(key, algorithm, sealer)?),
            };
            if key.state() == KeyState::Active {
                keys.active.insert(algorithm, Arc::clone(&signing));
            }
            keys.pairs.insert(kid.clone(), signing);
        }
        keys.kept = kept;
        Ok(keys)
    }

    /// What tokens are signed with in that algorithm, if there is a key yet.
    pub(super) fn active(&self, algorithm: SigningAlgorithm) -> Option<Arc<Signing>> {
        self.active.get(&algorithm).cloned()
    }

    /// The key with that id.
    pub(super) fn verifying(&self, kid: &str) -> Option<Arc<Verifying>> {
        self.verifying.get(kid).cloned()
    }

    /// The keys of an algorithm in that state.
    pub(super) fn kept(&self, algorithm: SigningAlgorithm, state: KeyState) -> Option<&SigningKey> {
        let name = algorithm.as_str();
        let mut kept = self.kept.iter();
        kept.find(|key| key.algorithm == name && key.state() == state)
    }

    /// The JWK Set: the active keys first, for clients that look no further, then the next ones and
    /// those whose tokens can still be good.
    pub(super) fn published(&self, now: Timestamp) -> Published {
        let is_current = |key: &&SigningKey| key.expires_at.is_none_or(|at| now < at);
        let mut current: Vec<_> = self.kept.iter().filter(is_current).collect();
        current.sort_by_key(|key| key.state() != KeyState::Active);
        let jwks: Vec<&str> = current.iter().map(|key| key.public_jwk.as_str()).collect();
        let document = format!("{{\"keys\":[{}]}}", jwks.join(","));
        let etag = format!("\"{}\"", base64url(&sha256(document.as_bytes())));
        let etag = HeaderValue::from_str(&etag);
        Published {
            document,
            etag: etag.unwrap_or_else(|_| HeaderValue::from_static("\"\"")),
        }
    }
}

fn open(key: &SigningKey, algorithm: SigningAlgorithm, sealer: &Sealer) -> anyhow::Result<Signing> {
    let private = sealer.open(&key.sealed, key.kid.as_bytes()).context(
        "the signing key does not open: this master key is not the one the database was made \
             with. Put the right master.key (or PORTCULLIS_MASTER_KEY) in place",
    )?;
    Ok(Signing {
        kid: key.kid.clone(),
        pair: Pair::open(algorithm, &private).context("a kept signing key is broken")?,
    })
}

fn algorithm(name: &str) -> anyhow::Result<SigningAlgorithm> {
    SigningAlgorithm::ALL
        .into_iter()
        .find(|algorithm| algorithm.as_str() == name)
        .with_context(|| format!("a signing key is kept for {name:?}, which is not known here"))
}

const fn jose(algorithm: SigningAlgorithm) -> Algorithm {
    match algorithm {
        SigningAlgorithm::Es256 => Algorithm::ES256,
        SigningAlgorithm::Rs256 => Algorithm::RS256,
        SigningAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}
