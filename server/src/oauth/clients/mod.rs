//! Registered clients: those of `portcullis.toml`, which stay as they are while the server runs, and
//! those of the database, which admins manage.
//!
//! An id of the file is taken: nobody can register it in the database, and a server whose file names
//! one that is there does not start.

mod certificates;
pub(crate) mod lifetimes;
mod origins;
pub(crate) mod redirects;
pub(crate) mod secrets;
pub(crate) mod sector;
pub(crate) mod validate;

use std::{
    collections::{HashMap, HashSet},
    ops::Deref,
    sync::Arc,
};

use anyhow::bail;
use parking_lot::RwLock;
use portcullis_domain::{
    Rng, StorageError, Store, Timestamp,
    clients::{ClientSecret, KeptClient},
};
use portcullis_types::client::{
    Client, ClientSecretView, ClientSource, ClientView, SigningAlgorithm,
};

pub(crate) use self::origins::Origins;
use crate::{cache::LoadingCache, crypto::token::sha256};

/// Most clients of the database held in memory.
const CAPACITY: usize = 10_000;
/// For how long one of them is taken from memory, in milliseconds: what the command line or another
/// node changed is noticed then. What this server changes counts at once.
const FRESH_MS: i64 = 1000;
/// Clients read at once.
const PAGE: u32 = 200;

/// A client, wherever it is registered.
#[derive(Debug)]
pub(crate) struct Registered {
    client: Client,
    /// Its secrets, newest first. Those that have expired may be among them.
    secrets: Vec<ClientSecret>,
    /// When it was registered and changed; nothing for those of the file.
    times: Option<(Timestamp, Timestamp)>,
}

impl Registered {
    fn of_file(client: &Client) -> Self {
        Self {
            client: client.clone(),
            secrets: Vec::new(),
            times: None,
        }
    }

    /// Its secrets that are good now.
    pub(crate) fn good_secrets(&self, now: Timestamp) -> impl Iterator<Item = &ClientSecret> {
        let good = move |secret: &&ClientSecret| secret.expires_at.is_none_or(|at| now < at);
        self.secrets.iter().filter(good)
    }

    /// When it was registered; nothing for those of the file. What was given to a client that had
    /// the id before was not given to this one.
    pub(crate) fn registered_at(&self) -> Option<Timestamp> {
        self.times.map(|(created, _)| created)
    }

    /// What admins see of it.
    pub(crate) fn view(&self, now: Timestamp) -> ClientView {
        let secret = |secret: &ClientSecret| ClientSecretView {
            created_at: secret.created_at,
            expires_at: secret.expires_at,
        };
        ClientView {
            client: self.client.clone(),
            source: match self.times {
                Some(_) => ClientSource::Database,
                None => ClientSource::File,
            },
            secrets: self.good_secrets(now).map(secret).collect(),
            created_at: self.registered_at(),
            updated_at: self.times.map(|(_, updated)| updated),
        }
    }
}

impl From<KeptClient> for Registered {
    fn from(kept: KeptClient) -> Self {
        Self {
            client: kept.client,
            secrets: kept.secrets,
            times: Some((kept.created_at, kept.updated_at)),
        }
    }
}

impl Deref for Registered {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// An id for a client whose registration names none.
pub(crate) fn new_id(rng: &dyn Rng, now: Timestamp) -> String {
    format!("client_{}", rng.uuid_at(now).simple())
}

/// All clients.
pub(crate) struct Clients {
    file: HashMap<String, Arc<Registered>>,
    /// Those of the database by the hash of their ids, and when they were read.
    kept: LoadingCache<[u8; 32], (Arc<Registered>, Timestamp)>,
    origins: Origins,
    /// What their tokens are signed with.
    algorithms: RwLock<Vec<SigningAlgorithm>>,
}

impl Clients {
    /// The clients of the file, in front of those of the database.
    ///
    /// # Errors
    /// If the database fails or has a client with an id of the file.
    pub(crate) async fn load(clients: &[Client], store: &dyn Store) -> anyhow::Result<Self> {
        for client in clients {
            if validate::is_manageable_id(&client.id) && store.client(&client.id).await?.is_some() {
                bail!(
                    "the client {} is in the configuration and in the database; take it out of one \
                     (portcullis client delete {})",
                    client.id,
                    client.id
                );
            }
        }
        let clients = Self::of_file(clients);
        clients.read_origins(store).await?;
        Ok(clients)
    }

    /// The clients of the file, unchecked.
    pub(crate) fn of_file(clients: &[Client]) -> Self {
        let file = clients
            .iter()
            .map(|client| (client.id.clone(), Arc::new(Registered::of_file(client))));
        Self {
            file: file.collect(),
            kept: LoadingCache::new(CAPACITY),
            origins: Origins::default(),
            algorithms: RwLock::default(),
        }
    }

    /// The client with that id.
    pub(crate) async fn find(
        &self,
        store: &dyn Store,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Arc<Registered>>, StorageError> {
        if let Some(client) = self.file.get(id) {
            return Ok(Some(Arc::clone(client)));
        }
        if !validate::is_manageable_id(id) {
            return Ok(None);
        }
        let key = sha256(id.as_bytes());
        let load = || async {
            let kept = store.client(id).await?;
            Ok(kept.map(|kept| (Arc::new(Registered::from(kept)), now)))
        };
        let mut found = self.kept.get_or_load(key, load).await?;
        let is_old = |read: Timestamp| !(0..FRESH_MS).contains(&now.millis_since(read));
        if found.as_ref().is_some_and(|(_, read)| is_old(*read)) {
            self.kept.invalidate(&key);
            found = self.kept.get_or_load(key, load).await?;
        }
        Ok(found.map(|(client, _)| client))
    }

    /// Whether the id is one of the file's.
    pub(crate) fn is_of_file(&self, id: &str) -> bool {
        self.file.contains_key(id)
    }

    /// At most `limit` clients of both kinds with `search` in their id or name whose ids come after
    /// `after`, by id.
    pub(crate) async fn page(
        &self,
        store: &dyn Store,
        search: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Arc<Registered>>, StorageError> {
        let kept = store.clients(search, after, limit).await?;
        let file = self.file.values().cloned();
        let words = search.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&words);
        let mut clients: Vec<_> = file
            .filter(|client| after.is_none_or(|after| client.id.as_str() > after))
            .filter(|client| has(&client.id) || has(&client.name))
            .chain(kept.into_iter().map(|kept| Arc::new(kept.into())))
            .collect();
        clients.sort_by(|a, b| a.id.cmp(&b.id));
        clients.truncate(limit as usize);
        Ok(clients)
    }

    /// Forgets a client that was registered, changed or deleted in the database.
    pub(crate) fn forget(&self, id: &str) {
        self.kept.invalidate(&sha256(id.as_bytes()));
    }

    /// The web origins that the clients' pages live at: who may read answers across origins.
    pub(crate) fn origins(&self) -> Origins {
        self.origins.clone()
    }

    /// What the clients' tokens are signed with.
    pub(crate) fn algorithms(&self) -> Vec<SigningAlgorithm> {
        self.algorithms.read().clone()
    }

    /// Reads anew which origins and algorithms those are.
    pub(crate) async fn read_origins(&self, store: &dyn Store) -> Result<(), StorageError> {
        let mut uris: Vec<String> = Vec::new();
        let mut used = HashSet::new();
        let mut use_of = |client: &Client| {
            used.insert(client.id_token_alg());
            used.insert(client.access_token_alg());
        };
        for client in self.file.values() {
            uris.extend_from_slice(&client.redirect_uris);
            use_of(client);
        }
        let mut after = None;
        loop {
            let page = store.clients("", after.as_deref(), PAGE).await?;
            let is_last = page.len() < PAGE as usize;
            for kept in page {
                use_of(&kept.client);
                uris.extend(kept.client.redirect_uris);
                after = Some(kept.client.id);
            }
            if is_last {
                break;
            }
        }
        self.origins.set(&uris);
        *self.algorithms.write() = used.into_iter().collect();
        Ok(())
    }
}
