//! Putting a server together, and the server once it stands.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use axum::Router;
use portcullis_domain::{
    AuditEvent, Clock, Mailer, Rng, Store, Timestamp,
    audit::AuditKind,
    roles::{ADMIN, Role},
};
use tokio::sync::{Semaphore, watch};
use url::Url;

use crate::{
    app::{App, Handle},
    authz::{ResourceRules, Rules},
    config::Config,
    credentials::{passkeys::Passkeys, password::hashing::Hasher},
    crypto::{MasterKey, SystemRng},
    demo, docs,
    http::{router, ui::Ui},
    identity::{principals::Principals, setup::SetupLink},
    keys::{SigningKeys, rotation},
    limits::{Limiter, refusals::Refusals},
    mail::{Post, outbox},
    oauth::{
        backchannel::{self, Bell, Sender},
        client_auth::remote::RemoteKeys,
        clients::{Clients, secrets},
        dpop,
        families::Families,
        known_tokens::KnownTokens,
        revocations,
    },
    sessions::{hub::Hub, registry::Sessions},
    tls::Tls,
};

/// How often uses of sessions are written to the database.
const FLUSH_EVERY: Duration = Duration::from_secs(15);
/// After how many of those what has expired is deleted.
const PURGE_EVERY: u32 = 40;

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge where time comes in"
    )]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let millis = since.unwrap_or_default().as_millis();
        Timestamp(i64::try_from(millis).unwrap_or(i64::MAX))
    }
}

/// Collects what a server is made of.
pub struct Builder {
    config: Config,
    store: Option<Arc<dyn Store>>,
    master: Option<MasterKey>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    resource_rules: Rules,
    ui: Ui,
    mailer: Option<Arc<dyn Mailer>>,
}

impl Builder {
    /// Where everything is kept. Required.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn Store>) -> Self {
        self.store = Some(store);
        self
    }

    /// What seals signing keys and ceremonies. Required.
    #[must_use]
    pub fn master_key(mut self, key: MasterKey) -> Self {
        self.master = Some(key);
        self
    }

    /// Another clock than the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Another source of randomness than the system's.
    #[must_use]
    pub fn rng(mut self, rng: Arc<dyn Rng>) -> Self {
        self.rng = rng;
        self
    }

    /// Rules about single resources of that type, for `POST /api/authz/check`, such as that owners
    /// may do what others may not. Types without rules are decided by roles alone. The last rules
    /// given for a type hold.
    #[must_use]
    pub fn resource_rules(mut self, kind: &str, rules: impl ResourceRules) -> Self {
        self.resource_rules.insert(kind.to_owned(), Box::new(rules));
        self
    }

    /// Sends mails by itself, in place of the server that the settings name.
    #[must_use]
    pub fn mailer(mut self, mailer: Arc<dyn Mailer>) -> Self {
        self.mailer = Some(mailer);
        self
    }

    /// Serves the user interface that was built into this library (sign-in, account and
    /// administration, and the demo's notes where the demo is on), unless the configuration names a
    /// folder. Without this and without a folder there are no pages.
    #[must_use]
    pub fn bundled_ui(mut self) -> Self {
        self.ui = Ui::Bundled;
        self
    }

    /// Builds the server: defines the roles, makes the signing key where there is none, and starts
    /// the task that writes down when sessions were used. Needs a tokio runtime.
    ///
    /// # Errors
    /// If the store or the master key is missing, the database fails, the signing keys do not open
    /// with this master key, a client is in the configuration and in the database, or a file with
    /// certificates is wrong.
    pub async fn build(self) -> anyhow::Result<Portcullis> {
        let store = self.store.context("the builder needs a store")?;
        let master = self.master.context("the builder needs a master key")?;
        let Self {
            config,
            clock,
            rng,
            mut resource_rules,
            ui,
            mailer,
            ..
        } = self;
        if config.demo {
            let rules = demo::rules::NoteRules(Arc::clone(&store));
            resource_rules.insert("note".to_owned(), Box::new(rules));
        }
        let changed = AuditEvent::by_itself(AuditKind::RoleChanged, clock.now());
        store.define_roles(&roles(&config), changed).await?;
        let keys = SigningKeys::load(&*store, &master, &*rng, clock.now()).await?;
        let clients = Arc::new(Clients::load(&config.clients, &*store).await?);
        let issuer = config.public_url();
        let origin = Url::parse(&issuer)
            .context("public_url")?
            .origin()
            .ascii_serialization();
        let app = App {
            issuer,
            origin,
            sessions: Sessions::new(),
            principals: Principals::new(),
            families: Families::new(Arc::clone(&clients)),
            known_tokens: KnownTokens::default(),
            hub: Hub::default(),
            limiter: Limiter::default(),
            refusals: Refusals::default(),
            hasher: Hasher::new(&config.password, &*rng)?,
            passkeys: Passkeys::new(&config, &master)?,
            clients,
            client_keys: RemoteKeys::default(),
            logout_sender: Sender::default(),
            session_ended: Bell::default(),
            dpop: dpop::new(config.oauth.dpop_nonces, &*rng),
            tls: Tls::load(&config.tls)?,
            post: Post::new(&config, mailer)?,
            mail_queued: outbox::Bell::default(),
            keys,
            setup: SetupLink::default(),
            ui: config.ui.clone().map_or(ui, Ui::Folder),
            resource_rules,
            reauthentication: master.sealer("prompt=login")?,
            client_secrets: master.sealer(secrets::PURPOSE)?,
            sign_out: master.sealer("sign-out")?,
            continuation: master.sealer("pushed request")?,
            consent: master.sealer("consent")?,
            outbox: master.sealer("outbox")?,
            mail_codes: master.mac("mail codes")?,
            user_codes: master.mac("user codes")?,
            browser_state: master.mac("browser state")?,
            totp_keys: master.sealer("authenticator apps")?,
            recovery_codes: master.mac("recovery codes")?,
            pairwise: master.mac("pairwise subjects")?,
            revocation_streams: Arc::new(Semaphore::new(revocations::MOST)),
            stopping: watch::channel(false).0,
            config,
            store,
            clock,
            rng,
        };
        let handle = Handle(Arc::new(app));
        tokio::spawn(maintain(Arc::downgrade(&handle.0)));
        let bell = handle.session_ended.clone();
        tokio::spawn(backchannel::run(Arc::downgrade(&handle.0), bell));
        let bell = handle.mail_queued.clone();
        tokio::spawn(outbox::run(Arc::downgrade(&handle.0), bell));
        Ok(Portcullis { handle })
    }
}

/// The configured roles, the demo's where it is on, and `admin`.
pub(crate) fn roles(config: &Config) -> Vec<Role> {
    let mut roles = config.roles.clone();
    if config.demo {
        let demo = demo::roles();
        roles.retain(|role| !demo.iter().any(|other| other.name == role.name));
        roles.extend(demo);
    }
    roles.push(Role {
        name: ADMIN.to_owned(),
        description: "May do everything.".to_owned(),
        permissions: vec!["*".to_owned()],
    });
    roles
}

/// Writes uses of sessions, deletes what has expired, rotates signing keys, and notices clients
/// that were registered elsewhere, for as long as the server is there.
async fn maintain(app: std::sync::Weak<App>) {
    let mut rounds = 0_u32;
    loop {
        tokio::time::sleep(FLUSH_EVERY).await;
        let Some(app) = app.upgrade() else { return };
        app.sessions.flush(&*app.store).await;
        if let Err(error) = app.clients.read_origins(&*app.store).await {
            tracing::warn!(%error, "could not read the clients' origins; will try again");
        }
        let means = app.key_means();
        let audit = || rotation::audit(app.now(), "schedule");
        if let Err(error) = app.keys.tend(&means, audit).await {
            let error = format!("{error:#}");
            tracing::warn!(
                error,
                "could not look after the signing keys; will try again"
            );
        }
        rounds = rounds.wrapping_add(1);
        if rounds.is_multiple_of(PURGE_EVERY)
            && let Err(error) = app.store.purge_expired(app.now()).await
        {
            tracing::warn!(%error, "could not delete what has expired; will try again");
        }
    }
}

/// A server, ready to be mounted.
#[derive(Clone)]
pub struct Portcullis {
    handle: Handle,
}

impl Portcullis {
    /// Begins with a configuration.
    pub fn builder(config: Config) -> Builder {
        Builder {
            config,
            store: None,
            master: None,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng::default()),
            resource_rules: Rules::new(),
            ui: Ui::default(),
            mailer: None,
        }
    }

    /// Everything under `/api`, `/oauth` and `/.well-known`, health, documentation and the user
    /// interface. Serve it with [`connections::serve`](crate::connections::serve), or, to have
    /// callers' addresses for limits and the audit log with axum's own server (which waits for slow
    /// callers for ever), with `into_make_service_with_connect_info::<SocketAddr>()`.
    pub fn router(&self) -> Router {
        router::router(&self.handle)
    }

    /// Lets your own handlers ask who acts ([`Actor`](crate::Actor),
    /// [`RequirePermission`](crate::RequirePermission) and their siblings), and keeps other sites
    /// from sending them requests with a user's cookie: unsafe methods need the header
    /// `X-Portcullis: 1`, which the SDK's `fetch` adds. Not for [`Self::router`], whose OAuth
    /// endpoints are called by other sites: merge it beside, and not inside of, this.
    pub fn layer(&self, router: Router) -> Router {
        router::guarded(&self.handle, router)
    }

    /// What its settings have for TLS, for [`connections::serve_tls`](crate::connections::serve_tls)
    /// and to be [reloaded](Tls::reload); nothing where there is none.
    pub fn tls(&self) -> Option<Arc<Tls>> {
        self.handle.tls.clone()
    }

    /// The link that makes the first admin; nothing if there is an admin. Each call makes a new
    /// link and the last one stops working.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn setup_link(&self) -> anyhow::Result<Option<String>> {
        self.handle.setup.offer(&self.handle).await
    }

    /// Ends open event streams, so that a graceful shutdown does not wait for them.
    pub fn stop_streams(&self) {
        self.handle.stopping.send_replace(true);
    }

    /// Writes what is only in memory, and closes the database.
    pub async fn close(&self) {
        self.stop_streams();
        self.handle.sessions.flush(&*self.handle.store).await;
        self.handle.store.close().await;
    }

    /// The OpenAPI document of all routes as JSON.
    pub fn openapi(with_demo: bool) -> String {
        docs::document(with_demo)
            .to_pretty_json()
            .unwrap_or_default()
    }
}
