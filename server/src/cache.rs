//! A cache in front of the database that never serves what has been taken back.
//!
//! Reading and taking back race: a reader may fetch a row, be overtaken by the change that ends it,
//! and then put the stale row into the cache. Each shard therefore counts its invalidations, and a
//! row goes in only if there was none since before it was read.

use std::{
    collections::HashMap,
    future::Future,
    hash::{BuildHasher, Hash, RandomState},
};

use parking_lot::RwLock;

const SHARDS: usize = 32;

struct Shard<K, V> {
    invalidations: u64,
    entries: HashMap<K, V>,
}

/// Caches `V` by `K`; both are cheap to clone.
pub(crate) struct LoadingCache<K, V> {
    shards: Vec<RwLock<Shard<K, V>>>,
    hasher: RandomState,
    per_shard: usize,
}

impl<K: Copy + Eq + Hash, V: Clone> LoadingCache<K, V> {
    /// Holds about `capacity` entries at most.
    pub(crate) fn new(capacity: usize) -> Self {
        let shard = || {
            RwLock::new(Shard {
                invalidations: 0,
                entries: HashMap::new(),
            })
        };
        Self {
            shards: (0..SHARDS).map(|_| shard()).collect(),
            hasher: RandomState::new(),
            per_shard: capacity.div_ceil(SHARDS).max(1),
        }
    }

    fn shard(&self, key: &K) -> Option<&RwLock<Shard<K, V>>> {
        let hash = self.hasher.hash_one(key);
        self.shards
            .get(usize::try_from(hash % SHARDS as u64).unwrap_or_default())
    }

    /// The entry, from memory or, where it is not there, from `load`. What `load` does not find is
    /// not remembered.
    pub(crate) async fn get_or_load<E, F>(
        &self,
        key: K,
        load: impl FnOnce() -> F,
    ) -> Result<Option<V>, E>
    where
        F: Future<Output = Result<Option<V>, E>>,
    {
        let Some(shard) = self.shard(&key) else {
            return load().await;
        };
        let before = {
            let shard = shard.read();
            if let Some(value) = shard.entries.get(&key) {
                return Ok(Some(value.clone()));
            }
            shard.invalidations
        };
        let Some(value) = load().await? else {
            return Ok(None);
        };
        let mut shard = shard.write();
        if shard.invalidations == before {
            if shard.entries.len() >= self.per_shard {
                // Any entry may go: it can be read again.
                if let Some(victim) = shard.entries.keys().next().copied() {
                    shard.entries.remove(&victim);
                }
            }
            shard.entries.insert(key, value.clone());
        }
        Ok(Some(value))
    }

    /// Takes an entry back. To be called after the change is committed and before it is
    /// acknowledged.
    pub(crate) fn invalidate(&self, key: &K) {
        if let Some(shard) = self.shard(key) {
            let mut shard = shard.write();
            shard.invalidations += 1;
            shard.entries.remove(key);
        }
    }

    /// Takes back all entries of which `is_stale` is true.
    pub(crate) fn invalidate_where(&self, is_stale: impl Fn(&V) -> bool) {
        for shard in &self.shards {
            let mut shard = shard.write();
            shard.invalidations += 1;
            shard.entries.retain(|_, value| !is_stale(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: u32) -> std::future::Ready<Result<Option<u32>, ()>> {
        std::future::ready(Ok(Some(value)))
    }

    #[tokio::test]
    async fn a_row_read_before_an_invalidation_is_not_kept() {
        let cache = LoadingCache::new(8);
        let stale = cache.get_or_load(1, || async {
            // The change overtakes the read.
            cache.invalidate(&1);
            Ok::<_, ()>(Some(10))
        });
        assert_eq!(stale.await, Ok(Some(10)));
        assert_eq!(cache.get_or_load(1, || found(11)).await, Ok(Some(11)));
        assert_eq!(
            cache.get_or_load(1, || found(12)).await,
            Ok(Some(11)),
            "kept now"
        );
    }

    #[tokio::test]
    async fn it_stays_within_its_capacity() {
        let cache = LoadingCache::new(SHARDS * 2);
        for key in 0..10_000_u32 {
            cache.get_or_load(key, || found(key)).await.unwrap();
        }
        let held: usize = cache
            .shards
            .iter()
            .map(|shard| shard.read().entries.len())
            .sum();
        assert!(held <= SHARDS * 2, "{held}");
    }

    #[tokio::test]
    async fn what_is_not_found_is_asked_for_again() {
        let cache = LoadingCache::<u32, u32>::new(8);
        assert_eq!(
            cache.get_or_load(1, || async { Ok::<_, ()>(None) }).await,
            Ok(None)
        );
        assert_eq!(cache.get_or_load(1, || found(5)).await, Ok(Some(5)));
        cache.invalidate_where(|value| *value == 5);
        assert_eq!(cache.get_or_load(1, || found(6)).await, Ok(Some(6)));
    }
}
