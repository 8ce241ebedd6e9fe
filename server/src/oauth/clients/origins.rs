//! The web origins of the clients' pages.

use std::{collections::HashSet, sync::Arc};

use parking_lot::RwLock;
use url::Url;

/// A set of origins that follows the clients. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Origins(Arc<RwLock<HashSet<String>>>);

impl Origins {
    /// Whether a client's page lives at that origin.
    pub(crate) fn contains(&self, origin: &str) -> bool {
        self.0.read().contains(origin)
    }

    /// The origins of these redirect URIs, and no others.
    pub(super) fn set(&self, redirect_uris: &[String]) {
        let origins = redirect_uris
            .iter()
            .filter_map(|uri| Url::parse(uri).ok())
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .map(|url| url.origin().ascii_serialization())
            .collect();
        *self.0.write() = origins;
    }
}
