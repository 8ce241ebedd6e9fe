//! Signing keys: made when a client first needs them, be it to know them, sealed at rest, published as
//! JWKS, and one after the other `next`, `active` and `retired`.
//!
//! Every active key has a next one, which is published from the moment it is made. So a rotation
//! changes nothing for whoever verifies: the key that takes over has long been known to them.

pub(crate) mod jwks;
mod pair;
pub(crate) mod rotation;
mod set;

use std::{
    collections::HashSet,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use anyhow::Context;
use portcullis_domain::{Rng, StorageError, Store, Timestamp, keys::SigningKey};
use portcullis_types::{
    client::SigningAlgorithm,
    keys::{KeyState, KeyView},
};
use serde::Serialize;

use self::{
    pair::Pair,
    set::{Keys, Published, Signing, Verifying},
};
use crate::{
    app::App,
    crypto::{MasterKey, seal::Sealer, token::base64url},
    http::errors::{ApiError, ApiResult},
};

/// How long a token may make the keys be read again because nobody here knows its key, in
/// milliseconds: once in that time.
const UNKNOWN_MS: i64 = 1000;

/// Says no more than that something failed, or that the database is not there.
pub(crate) fn failed(error: anyhow::Error) -> ApiError {
    match error.downcast::<StorageError>() {
        Ok(error) => error.into(),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "signing keys");
            ApiError::internal("signing keys")
        }
    }
}

/// The keys in use.
pub(crate) struct SigningKeys {
    sealer: Sealer,
    keys: RwLock<Arc<Keys>>,
    /// Held while a key is made for the first time.
    making: tokio::sync::Mutex<()>,
    /// When they were last read because of an unknown key.
    unknown_at: AtomicI64,
}

impl SigningKeys {
    /// Reads the keys, making the first one, and the one after it, where there is none. Of several
    /// nodes that start at once, one makes it and all use it.
    pub(crate) async fn load(
        store: &dyn Store,
        master: &MasterKey,
        rng: &dyn Rng,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        let keys = Self {
            sealer: master.sealer("signing keys")?,
            keys: RwLock::default(),
            making: tokio::sync::Mutex::default(),
            unknown_at: AtomicI64::new(0),
        };
        keys.read(store).await?;
        let first = SigningAlgorithm::Es256;
        for (state, activated_at) in [(KeyState::Active, Some(now)), (KeyState::Next, None)] {
            if keys.now().kept(first, state).is_none() {
                let key = keys.make(rng, first, now).await?;
                let key = SigningKey {
                    activated_at,
                    ..key
                };
                store.save_signing_key(key).await?;
                keys.read(store).await?;
            }
        }
        Ok(keys)
    }

    fn now(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the keys anew.
    async fn read(&self, store: &dyn Store) -> anyhow::Result<()> {
        let kept = store.signing_keys().await?;
        let keys = Keys::open(kept, &self.sealer, &self.now())?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
        Ok(())
    }

    /// A new key, past the threads that answer: RSA takes its time.
    async fn make(
        &self,
        rng: &dyn Rng,
        algorithm: SigningAlgorithm,
        now: Timestamp,
    ) -> anyhow::Result<SigningKey> {
        let pkcs8 = match algorithm {
            SigningAlgorithm::Rs256 => {
                tokio::task::spawn_blocking(move || pair::generate(algorithm)).await?
            }
            SigningAlgorithm::Es256 | SigningAlgorithm::EdDsa => pair::generate(algorithm),
        };
        let pkcs8 = pkcs8.context("cannot make a signing key")?;
        let kid = rng.uuid_at(now).simple().to_string();
        let jwk = Pair::open(algorithm, &pkcs8).and_then(|pair| pair.jwk(&kid));
        Ok(SigningKey {
            sealed: self
                .sealer
                .seal(&pkcs8, kid.as_bytes())
                .context("sealing failed")?,
            public_jwk: jwk
                .context("cannot read the signing key just made")?
                .to_string(),
            kid,
            algorithm: algorithm.as_str().to_owned(),
            created_at: now,
            activated_at: None,
            retired_at: None,
            expires_at: None,
        })
    }

    /// The active key of an algorithm, made now if nobody needed it before.
    async fn active(&self, app: &App, algorithm: SigningAlgorithm) -> ApiResult<Arc<Signing>> {
        if let Some(active) = self.now().active(algorithm) {
            return Ok(active);
        }
        let _one = self.making.lock().await;
        // Another node may have made it.
        self.read(&*app.store).await.map_err(failed)?;
        if let Some(active) = self.now().active(algorithm) {
            return Ok(active);
        }
        let now = app.now();
        let key = self.make(&*app.rng, algorithm, now).await.map_err(failed)?;
        let key = SigningKey {
            activated_at: Some(now),
            ..key
        };
        app.store.save_signing_key(key).await?;
        self.read(&*app.store).await.map_err(failed)?;
        let made = self.now().active(algorithm);
        made.ok_or_else(|| ApiError::internal("the signing key just made is gone"))
    }

    /// Makes the active key of an algorithm if there is none.
    pub(crate) async fn ready(&self, app: &App, algorithm: SigningAlgorithm) -> ApiResult<()> {
        self.active(app, algorithm).await.map(drop)
    }

    /// Signs claims (RFC 7515 section 5.1); `typ` tells kinds of tokens apart (RFC 8725 section
    /// 3.11).
    pub(crate) async fn sign(
        &self,
        app: &App,
        algorithm: SigningAlgorithm,
        typ: &str,
        claims: &(impl Serialize + Sync),
    ) -> ApiResult<String> {
        #[derive(Serialize)]
        struct Header<'a> {
            typ: &'a str,
            alg: &'a str,
            kid: &'a str,
        }
        let broken = || ApiError::internal("signing");
        let active = self.active(app, algorithm).await?;
        let header = Header {
            typ,
            alg: algorithm.as_str(),
            kid: &active.kid,
        };
        let header = serde_json::to_vec(&header).map_err(|_| broken())?;
        let claims = serde_json::to_vec(claims).map_err(|_| broken())?;
        let mut token = format!("{}.{}", base64url(&header), base64url(&claims));
        let signature = active.pair.sign(token.as_bytes()).ok_or_else(broken)?;
        token.push('.');
        token.push_str(&base64url(&signature));
        Ok(token)
    }

    /// The key that a token says it was signed with, if the token is of a type that is meant, and
    /// the key one of ours, retired ones too: `jku`, `x5u` and `jwk` headers are not read.
    pub(crate) async fn of_token(
        &self,
        app: &App,
        token: &str,
        is_meant: impl Fn(&str) -> bool,
    ) -> ApiResult<Option<(String, Arc<Verifying>)>> {
        let header = jsonwebtoken::decode_header(token).ok();
        let header = header.filter(|header| header.typ.as_deref().is_some_and(is_meant));
        let Some(kid) = header.and_then(|header| header.kid) else {
            return Ok(None);
        };
        if let Some(known) = self.verifying(&kid) {
            return Ok(Some((kid, known)));
        }
        // Another node may have made one that is not known here; whoever makes ids up may not have
        // us look each time.
        let (now, before) = (app.now().0, self.unknown_at.load(Ordering::Relaxed));
        let may_look = !(0..UNKNOWN_MS).contains(&(now - before))
            && self
                .unknown_at
                .compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if may_look {
            self.read(&*app.store).await.map_err(failed)?;
        }
        Ok(self.verifying(&kid).map(|known| (kid, known)))
    }

    /// The key with that id, if it is one of ours, retired ones too.
    pub(crate) fn verifying(&self, kid: &str) -> Option<Arc<Verifying>> {
        self.now().verifying(kid)
    }

    /// The JWK Set.
    pub(crate) fn published(&self, now: Timestamp) -> Published {
        self.now().published(now)
    }

    /// The keys as an admin sees them, newest first.
    pub(crate) fn list(&self) -> Vec<KeyView> {
        let view = |key: &SigningKey| KeyView {
            kid: key.kid.clone(),
            algorithm: key.algorithm.clone(),
            state: key.state(),
            created_at: key.created_at,
            activated_at: key.activated_at,
            retired_at: key.retired_at,
            expires_at: key.expires_at,
        };
        self.now().kept.iter().map(view).collect()
    }

    /// The algorithms there are keys for.
    fn in_use(&self) -> Vec<SigningAlgorithm> {
        let keys = self.now();
        let names: HashSet<&str> = keys.kept.iter().map(|key| key.algorithm.as_str()).collect();
        let mut all = SigningAlgorithm::ALL.to_vec();
        all.retain(|algorithm| names.contains(algorithm.as_str()));
        all
    }
}
