//! TLS in the program itself, and the certificates that clients show (RFC 8705).

mod asking;
mod certificate;
mod files;
mod name;

use std::sync::Arc;

use anyhow::Context;
use parking_lot::RwLock;
use portcullis_domain::Timestamp;
use rustls::{ServerConfig, pki_types::UnixTime, server::danger::ClientCertVerifier};

pub use self::certificate::ClientCertificate;
pub(crate) use self::{certificate::key_of, name::is_distinguished_name};
use crate::config::TlsConfig;

/// What there is to speak TLS with, read from files, and again when they have changed.
pub struct Tls {
    config: TlsConfig,
    current: RwLock<Current>,
}

/// What was in the files.
#[derive(Clone)]
struct Current {
    /// What their contents come to, to tell whether they have changed.
    contents: [u8; 32],
    /// For connections; nothing where somebody else makes them.
    server: Option<Arc<ServerConfig>>,
    /// Knows the certificates of the CAs that prove who a client is.
    clients: Option<Arc<dyn ClientCertVerifier>>,
}

impl Tls {
    /// Reads the files. Nothing: there is no TLS in these settings.
    ///
    /// # Errors
    /// Names the setting and the file that is wrong.
    pub fn load(config: &TlsConfig) -> anyhow::Result<Option<Arc<Self>>> {
        if config.certificate.is_none() && config.client_ca.is_none() {
            return Ok(None);
        }
        let current = files::read(config)?;
        Ok(Some(Arc::new(Self {
            config: config.clone(),
            current: RwLock::new(current),
        })))
    }

    /// Reads the files again: new connections have what is in them from now on. Whether they had
    /// changed.
    ///
    /// # Errors
    /// If one is wrong; then all stays as it was.
    pub fn reload(&self) -> anyhow::Result<bool> {
        let read = files::read(&self.config).context("the TLS files are as they were before")?;
        let mut current = self.current.write();
        let has_changed = current.contents != read.contents;
        if has_changed {
            *current = read;
        }
        Ok(has_changed)
    }

    /// What a new connection is made with.
    pub(crate) fn server(&self) -> Option<Arc<ServerConfig>> {
        self.current.read().server.clone()
    }

    /// Whether a certificate is from one of the CAs, by way of those that came with it, good at that
    /// time, and for clients.
    pub(crate) fn trusts(&self, certificate: &ClientCertificate, now: Timestamp) -> bool {
        let Some(clients) = self.current.read().clients.clone() else {
            return false;
        };
        let Some((own, above)) = certificate.chain().split_first() else {
            return false;
        };
        let seconds = u64::try_from(now.as_seconds()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        clients.verify_client_cert(own, above, now).is_ok()
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut it = formatter.debug_struct("Tls");
        it.field("config", &self.config).finish_non_exhaustive()
    }
}
