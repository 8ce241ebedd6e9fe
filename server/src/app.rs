//! The running server's parts, put together once and shared by all requests.

use std::{convert::Infallible, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};
use portcullis_domain::{Clock, Rng, Store, Timestamp};
use tokio::sync::{Semaphore, watch};

use crate::{
    authz::Rules,
    config::Config,
    credentials::{passkeys::Passkeys, password::hashing::Hasher},
    crypto::{mac::Mac, seal::Sealer},
    http::ui::Ui,
    identity::{principals::Principals, setup::SetupLink},
    keys::{SigningKeys, rotation::Means},
    limits::{Limiter, refusals::Refusals},
    mail::{Post, outbox},
    oauth::{
        backchannel::{Bell, Sender},
        client_auth::remote::RemoteKeys,
        clients::Clients,
        dpop::Dpop,
        families::Families,
        known_tokens::KnownTokens,
    },
    sessions::{hub::Hub, registry::Sessions},
    tls::Tls,
};

/// Everything a flow may need.
pub(crate) struct App {
    pub(crate) config: Config,
    /// The public URL without a trailing slash: also the OAuth issuer.
    pub(crate) issuer: String,
    /// Its origin as browsers write it.
    pub(crate) origin: String,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) sessions: Sessions,
    pub(crate) principals: Principals,
    pub(crate) families: Families,
    pub(crate) known_tokens: KnownTokens,
    pub(crate) hub: Hub,
    pub(crate) limiter: Limiter,
    pub(crate) refusals: Refusals,
    pub(crate) hasher: Hasher,
    pub(crate) passkeys: Passkeys,
    pub(crate) clients: Arc<Clients>,
    pub(crate) client_keys: RemoteKeys,
    pub(crate) dpop: Dpop,
    /// Knows the CAs of clients, where there are some.
    pub(crate) tls: Option<Arc<Tls>>,
    /// Tells clients of logouts.
    pub(crate) logout_sender: Sender,
    /// Wakes whoever does, when a session has ended.
    pub(crate) session_ended: Bell,
    /// What becomes of mails.
    pub(crate) post: Post,
    /// Wakes whoever sends them, when one was queued.
    pub(crate) mail_queued: outbox::Bell,
    pub(crate) keys: SigningKeys,
    pub(crate) setup: SetupLink,
    pub(crate) ui: Ui,
    pub(crate) resource_rules: Rules,
    /// Seals what `prompt=login` must remember across the sign-in page.
    pub(crate) reauthentication: Sealer,
    /// Seals secrets of OAuth clients that the server needs again.
    pub(crate) client_secrets: Sealer,
    /// Seals that somebody was asked whether to sign out.
    pub(crate) sign_out: Sealer,
    /// Seals requests across the sign-in page, and on their way back from the consent page.
    pub(crate) continuation: Sealer,
    /// Seals requests on their way to the consent page.
    pub(crate) consent: Sealer,
    /// Seals mails while they wait.
    pub(crate) outbox: Sealer,
    /// Makes what is kept of codes that are sent.
    pub(crate) mail_codes: Mac,
    /// Makes what is kept of codes that devices show.
    pub(crate) user_codes: Mac,
    /// Makes what scripts of ours may know of a session.
    pub(crate) browser_state: Mac,
    /// Seals the keys of authenticator apps.
    pub(crate) totp_keys: Sealer,
    /// Makes what is kept of recovery codes.
    pub(crate) recovery_codes: Mac,
    /// Makes subjects that no other sector can match.
    pub(crate) pairwise: Mac,
    /// How many services can still listen to what is taken back.
    pub(crate) revocation_streams: Arc<Semaphore>,
    /// Turns true when the server stops: open streams end then.
    pub(crate) stopping: watch::Sender<bool>,
}

impl App {
    /// The current time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What signing keys are looked after with.
    pub(crate) fn key_means(&self) -> Means<'_> {
        Means {
            store: &*self.store,
            rng: &*self.rng,
            config: &self.config,
            now: self.now(),
        }
    }
}

/// A request's way to the [`App`]; the outermost layer puts it there.
#[derive(Clone)]
pub(crate) struct Handle(pub(crate) Arc<App>);

impl std::ops::Deref for Handle {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Handle {
    type Rejection = Missing;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Missing> {
        parts.extensions.get::<Self>().cloned().ok_or(Missing)
    }
}

/// A handler asks for the actor, but the router lacks `Portcullis::layer`.
#[derive(Debug)]
pub(crate) struct Missing;

impl axum::response::IntoResponse for Missing {
    fn into_response(self) -> axum::response::Response {
        crate::http::ApiError::internal("this router lacks Portcullis::layer()").into_response()
    }
}

impl From<Missing> for crate::http::ApiError {
    fn from(_: Missing) -> Self {
        Self::internal("this router lacks Portcullis::layer()")
    }
}

impl From<Infallible> for crate::http::ApiError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
