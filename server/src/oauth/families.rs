//! Token families in memory, and a family as the session it stands for.

use std::sync::Arc;

use portcullis_domain::{
    FamilyId, Principal, SessionId, StorageError, Store, Timestamp, UserId, oauth::TokenFamily,
};
use portcullis_types::SessionView;

use crate::{app::App, cache::LoadingCache, sessions::view};

/// Most families held in memory.
const CAPACITY: usize = 100_000;

/// All families, with a cache before the database.
pub(crate) struct Families(LoadingCache<FamilyId, Arc<TokenFamily>>);

impl Families {
    pub(crate) fn new() -> Self {
        Self(LoadingCache::new(CAPACITY))
    }

    /// The family, if it is neither revoked nor over.
    pub(crate) async fn live(
        &self,
        store: &dyn Store,
        id: FamilyId,
        now: Timestamp,
    ) -> Result<Option<Arc<TokenFamily>>, StorageError> {
        let load = || async { Ok(store.family(id).await?.map(Arc::new)) };
        let family = self.0.get_or_load(id, load).await?;
        Ok(family.filter(|family| family.revoked_at.is_none() && now < family.expires_at))
    }

    /// Forgets a family that has changed in the database.
    pub(crate) fn forget(&self, id: FamilyId) {
        self.0.invalidate(&id);
    }

    /// Forgets all families of a user.
    pub(crate) fn forget_user(&self, user: UserId) {
        self.0.invalidate_where(|family| family.user == user);
    }
}

/// The session that a family stands for in token mode.
pub(crate) fn view(
    app: &App,
    family: &TokenFamily,
    principal: &Principal,
    now: Timestamp,
) -> SessionView {
    let idle = now
        .plus_seconds(app.config.oauth.refresh_idle_seconds)
        .min(family.expires_at);
    SessionView {
        id: SessionId(family.id.0),
        user: view::user(principal),
        roles: principal.roles.clone(),
        permissions: principal
            .permissions
            .patterns()
            .map(ToString::to_string)
            .collect(),
        version: principal.account.version,
        amr: family.amr.clone(),
        auth_time: family.auth_time,
        idle_expires_at: idle,
        expires_at: family.expires_at,
    }
}
