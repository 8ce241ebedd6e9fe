//! Keys that clients publish themselves (`jwks_uri`), fetched from where they are registered to be
//! and from nowhere else: no redirects, little time, few bytes.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use parking_lot::Mutex;
use portcullis_domain::Timestamp;
use portcullis_types::client::JwkSet;

use crate::oauth::fetch;

/// For how long keys are taken from memory, in milliseconds.
const FRESH_MS: i64 = 5 * 60_000;
/// How often they are asked for at most, good or not, in milliseconds.
const PAUSE_MS: i64 = 10_000;
/// For how long keys go on being good that cannot be fetched again, in milliseconds.
const STALE_MS: i64 = 60 * 60_000;
/// Most keys that are looked at.
const MOST: usize = 50;
/// Most addresses remembered.
const CAPACITY: usize = 1000;

/// The keys of all clients who publish theirs.
#[derive(Default)]
pub(crate) struct RemoteKeys {
    http: OnceLock<Option<reqwest::Client>>,
    entries: Mutex<HashMap<String, Arc<Entry>>>,
}

#[derive(Default)]
struct Entry {
    known: Mutex<Known>,
    /// Held by whoever fetches; the others wait for what comes of it.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Known {
    keys: Option<Arc<JwkSet>>,
    fetched: Timestamp,
    tried: Timestamp,
}

impl RemoteKeys {
    /// The keys, at most five minutes old where they can be fetched.
    pub(crate) async fn get(&self, uri: &str, now: Timestamp) -> Option<Arc<JwkSet>> {
        let entry = self.entry(uri);
        let known = entry.known.lock().clone();
        if now.millis_since(known.fetched) < FRESH_MS && known.keys.is_some() {
            return known.keys;
        }
        self.fetch(&entry, uri, now).await
    }

    /// The keys as they are there now, unless they were asked for just before.
    pub(crate) async fn get_again(&self, uri: &str, now: Timestamp) -> Option<Arc<JwkSet>> {
        let entry = self.entry(uri);
        self.fetch(&entry, uri, now).await
    }

    fn entry(&self, uri: &str) -> Arc<Entry> {
        let mut entries = self.entries.lock();
        if let Some(entry) = entries.get(uri) {
            return Arc::clone(entry);
        }
        if entries.len() >= CAPACITY {
            // Any may go: it can be fetched again.
            if let Some(victim) = entries.keys().next().cloned() {
                entries.remove(&victim);
            }
        }
        Arc::clone(entries.entry(uri.to_owned()).or_default())
    }

    async fn fetch(&self, entry: &Entry, uri: &str, now: Timestamp) -> Option<Arc<JwkSet>> {
        let _alone = entry.fetching.lock().await;
        let known = entry.known.lock().clone();
        if known.tried == Timestamp::default() || now.millis_since(known.tried) >= PAUSE_MS {
            let fetched = self.download(uri).await;
            let mut known = entry.known.lock();
            known.tried = now;
            match fetched {
                Ok(keys) => {
                    known.keys = Some(Arc::new(keys));
                    known.fetched = now;
                }
                Err(why) => tracing::warn!(uri, why, "could not fetch a client's keys"),
            }
        }
        let known = entry.known.lock().clone();
        let is_usable = now.millis_since(known.fetched) < STALE_MS;
        known.keys.filter(|_| is_usable)
    }

    async fn download(&self, uri: &str) -> Result<JwkSet, &'static str> {
        let http = self.http.get_or_init(|| fetch::builder().build().ok());
        let http = http.as_ref().ok_or("no TLS")?;
        let mut keys: JwkSet = fetch::json(http, uri).await?;
        keys.keys.truncate(MOST);
        Ok(keys)
    }
}
