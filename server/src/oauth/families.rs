//! Token families in memory, and a family as the session it stands for.

use std::sync::Arc;

use portcullis_domain::{
    FamilyId, Principal, SessionId, StorageError, Store, Timestamp, UserId, oauth::TokenFamily,
};
use portcullis_types::SessionView;
use tokio::sync::watch;

use super::clients::Clients;
use crate::{app::App, cache::LoadingCache, sessions::view};

/// Most families held in memory.
const CAPACITY: usize = 100_000;

/// All families, with a cache before the database.
pub(crate) struct Families {
    /// Together with since when the client was registered that had them then.
    cache: LoadingCache<FamilyId, (Arc<TokenFamily>, Option<Timestamp>)>,
    clients: Arc<Clients>,
    /// Rings when something was taken back: families, or a token by itself.
    taken_back: watch::Sender<()>,
}

impl Families {
    pub(crate) fn new(clients: Arc<Clients>) -> Self {
        Self {
            cache: LoadingCache::new(CAPACITY),
            clients,
            taken_back: watch::channel(()).0,
        }
    }

    /// The family, if it is neither revoked nor over, and its client is still registered.
    pub(crate) async fn live(
        &self,
        store: &dyn Store,
        id: FamilyId,
        now: Timestamp,
    ) -> Result<Option<Arc<TokenFamily>>, StorageError> {
        let load = || self.load(store, id, now);
        let mut found = self.cache.get_or_load(id, load).await?;
        if let Some((family, since)) = &found {
            let client = self.clients.find(store, &family.client_id, now).await?;
            let Some(client) = client else {
                return Ok(None);
            };
            if client.registered_at() != *since {
                // Another has its id now: what was revoked with the one before is not in memory.
                self.cache.invalidate(&id);
                found = self.cache.get_or_load(id, load).await?;
            }
        }
        let is_live = |it: &Arc<TokenFamily>| it.revoked_at.is_none() && now < it.expires_at;
        Ok(found.map(|(family, _)| family).filter(is_live))
    }

    async fn load(
        &self,
        store: &dyn Store,
        id: FamilyId,
        now: Timestamp,
    ) -> Result<Option<(Arc<TokenFamily>, Option<Timestamp>)>, StorageError> {
        let Some(family) = store.family(id).await? else {
            return Ok(None);
        };
        let client = self.clients.find(store, &family.client_id, now).await?;
        let Some(since) = client.map(|client| client.registered_at()) else {
            return Ok(None);
        };
        // Read after its client: whoever deletes one revokes the other first.
        let family = store.family(id).await?;
        Ok(family.map(|family| (Arc::new(family), since)))
    }

    /// Forgets a family that has changed in the database.
    pub(crate) fn forget(&self, id: FamilyId) {
        self.cache.invalidate(&id);
        self.tell();
    }

    /// Forgets all families of a client.
    pub(crate) fn forget_client(&self, client: &str) {
        self.cache
            .invalidate_where(|(family, _)| family.client_id == client);
        self.tell();
    }

    /// Forgets all families of a user.
    pub(crate) fn forget_user(&self, user: UserId) {
        self.cache
            .invalidate_where(|(family, _)| family.user == user);
        self.tell();
    }

    /// Wakes those who are told what was taken back.
    pub(crate) fn tell(&self) {
        self.taken_back.send_replace(());
    }

    /// Hears when something was taken back.
    pub(crate) fn listen(&self) -> watch::Receiver<()> {
        self.taken_back.subscribe()
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
