//! Principals in memory: the account, its roles and what they allow.

use std::sync::Arc;

use portcullis_domain::{AccountStatus, Principal, StorageError, Store, UserId};

use crate::cache::LoadingCache;

/// Most principals held in memory.
const CAPACITY: usize = 100_000;

/// All principals, with a cache before the database.
pub(crate) struct Principals(LoadingCache<UserId, Arc<Principal>>);

impl Principals {
    pub(crate) fn new() -> Self {
        Self(LoadingCache::new(CAPACITY))
    }

    /// The principal, enabled or not.
    pub(crate) async fn get(
        &self,
        store: &dyn Store,
        user: UserId,
    ) -> Result<Option<Arc<Principal>>, StorageError> {
        let load = || async { Ok(store.principal(user).await?.map(Arc::new)) };
        self.0.get_or_load(user, load).await
    }

    /// The principal, if it may act.
    pub(crate) async fn enabled(
        &self,
        store: &dyn Store,
        user: UserId,
    ) -> Result<Option<Arc<Principal>>, StorageError> {
        let principal = self.get(store, user).await?;
        Ok(principal.filter(|found| found.account.status == AccountStatus::Enabled))
    }

    /// Forgets a principal that has changed in the database.
    pub(crate) fn forget(&self, user: UserId) {
        self.0.invalidate(&user);
    }
}
