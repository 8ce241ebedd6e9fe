//! A cache in front of the database that never serves what has been taken back.
//!
//! Reading and taking back race: a reader may fetch a row, be overtaken by the change that ends it,
//! and then put the stale row into the cache. Each shard therefore counts its invalidations, and a
//! row goes in only if there was none since before it was read.
//!
//! When it is full, what was not asked for lately goes: a shard has two halves, and when the one that
//! is being filled is full, it takes the place of the other. Letting just any entry go would not do:
//! the first of a hash map is always in the same place, so that all new entries that come there make
//! way for the next, and the old ones stay for ever.

use std::{
    collections::HashMap,
    future::Future,
    hash::{BuildHasher, Hash, RandomState},
    mem,
};

use parking_lot::RwLock;

const SHARDS: usize = 32;

struct Shard<K, V> {
    invalidations: u64,
    /// What was asked for since the halves changed places.
    recent: HashMap<K, V>,
    /// What was not; asked for again, it becomes recent.
    old: HashMap<K, V>,
}

impl<K: Copy + Eq + Hash, V> Shard<K, V> {
    fn insert(&mut self, key: K, value: V, half: usize) {
        self.old.remove(&key);
        if self.recent.len() >= half && !self.recent.contains_key(&key) {
            self.old = mem::take(&mut self.recent);
        }
        self.recent.insert(key, value);
    }
}

/// Caches `V` by `K`; both are cheap to clone.
pub(crate) struct LoadingCache<K, V> {
    shards: Vec<RwLock<Shard<K, V>>>,
    hasher: RandomState,
    /// Entries in half a shard at most.
    half: usize,
}

impl<K: Copy + Eq + Hash, V: Clone> LoadingCache<K, V> {
    /// Holds about `capacity` entries at most.
    pub(crate) fn new(capacity: usize) -> Self {
        let shard = || {
            RwLock::new(Shard {
                invalidations: 0,
                recent: HashMap::new(),
                old: HashMap::new(),
            })
        };
        Self {
            shards: (0..SHARDS).map(|_| shard()).collect(),
            hasher: RandomState::new(),
            half: capacity.div_ceil(2 * SHARDS).max(1),
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
        let (before, is_old) = {
            let shard = shard.read();
            if let Some(value) = shard.recent.get(&key) {
                return Ok(Some(value.clone()));
            }
            (shard.invalidations, shard.old.contains_key(&key))
        };
        if is_old {
            let mut shard = shard.write();
            // It may have been taken back meanwhile.
            if let Some(value) = shard.old.remove(&key) {
                shard.insert(key, value.clone(), self.half);
                return Ok(Some(value));
            }
        }
        let Some(value) = load().await? else {
            return Ok(None);
        };
        let mut shard = shard.write();
        if shard.invalidations == before {
            shard.insert(key, value.clone(), self.half);
        }
        Ok(Some(value))
    }

    /// Takes an entry back. To be called after the change is committed and before it is
    /// acknowledged.
    pub(crate) fn invalidate(&self, key: &K) {
        if let Some(shard) = self.shard(key) {
            let mut shard = shard.write();
            shard.invalidations += 1;
            shard.recent.remove(key);
            shard.old.remove(key);
        }
    }

    /// Takes back all entries of which `is_stale` is true.
    pub(crate) fn invalidate_where(&self, is_stale: impl Fn(&V) -> bool) {
        for shard in &self.shards {
            let mut shard = shard.write();
            shard.invalidations += 1;
            shard.recent.retain(|_, value| !is_stale(value));
            shard.old.retain(|_, value| !is_stale(value));
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
            .map(|shard| shard.read())
            .map(|shard| shard.recent.len() + shard.old.len())
            .sum();
        assert!(held <= SHARDS * 2, "{held}");
    }

    #[tokio::test]
    async fn what_is_asked_for_stays_while_others_come_and_go() {
        let cache = LoadingCache::new(SHARDS * 100);
        let mut loads = 0;
        for key in 0..100_000_u32 {
            cache.get_or_load(key, || found(key)).await.unwrap();
            let load = || {
                loads += 1;
                found(7)
            };
            cache.get_or_load(u32::MAX, load).await.unwrap();
        }
        assert_eq!(loads, 1);
    }

    #[tokio::test]
    async fn a_full_cache_keeps_what_comes_next() {
        let cache = LoadingCache::new(SHARDS * 100);
        for key in 0..100_000_u32 {
            cache.get_or_load(key, || found(key)).await.unwrap();
        }
        for key in 100_000..100_100_u32 {
            cache.get_or_load(key, || found(1)).await.unwrap();
        }
        for key in 100_000..100_100_u32 {
            let kept = cache.get_or_load(key, || found(2)).await;
            assert_eq!(kept, Ok(Some(1)));
        }
    }

    #[tokio::test]
    async fn an_old_row_is_taken_back_as_well() {
        // One entry in each half of a shard: every second one makes the first old.
        let cache = LoadingCache::new(1);
        for key in 0..200_u32 {
            cache.get_or_load(key, || found(1)).await.unwrap();
        }
        for key in 0..200_u32 {
            cache.invalidate(&key);
            assert_eq!(cache.get_or_load(key, || found(2)).await, Ok(Some(2)));
        }
        cache.invalidate_where(|value| *value < 3);
        for key in 0..200_u32 {
            assert_eq!(cache.get_or_load(key, || found(4)).await, Ok(Some(4)));
        }
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
