//! The real router on a real socket, with a clock that the test moves.

use std::{path::PathBuf, sync::Arc};

use axum::Router;
use portcullis_domain::{AuditRow, ManualClock, Timestamp, audit::AuditStore};
use portcullis_server::{
    Builder, Config, MasterKey, Portcullis,
    config::LimitConfig,
    connections::{Patience, serve_tls},
};
use portcullis_storage::{
    Database,
    testing::{Postgres, refuse_audit},
};
use portcullis_types::client::{Client, SigningAlgorithm};
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::{
    Browser, Device, PASSWORD,
    database::{self, Tables},
    people::email,
};

/// A server of a test's own.
pub struct Server {
    /// Where connections go.
    pub base: String,
    /// The origin of its public URL, which is the issuer too.
    pub origin: String,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Its database, past all caches.
    pub database: Database,
    /// The server itself.
    pub portcullis: Portcullis,
    place: Arc<Place>,
}

enum Place {
    Folder(TempDir),
    Postgres(Postgres),
}

/// Ordinary settings with cheap hashes, and limits that only tests about limits reach.
pub fn settings() -> Config {
    let mut config = Config {
        demo: true,
        ..Config::default()
    };
    config.password.argon2_memory_kib = 64;
    config.password.argon2_passes = 1;
    config.password.waiting_hashes = 1000;
    let limits = &mut config.limits;
    limits.sign_ins_per_account_and_ip = 10_000;
    limits.sign_ins_per_account = 10_000;
    limits.sign_ins_per_ip = 10_000;
    limits.second_factors_per_account = 10_000;
    limits.registrations_per_ip = 10_000;
    limits.mails_per_address_and_ip = 10_000;
    limits.mails_per_address = 10_000;
    limits.mails_per_ip = 10_000;
    limits.mail_links_per_ip = 10_000;
    limits.ceremonies_per_ip = 10_000;
    limits.client_authentications_per_client_and_ip = 10_000;
    limits.pushed_requests_per_ip = 10_000;
    limits.devices_per_ip = 10_000;
    limits.user_codes_per_account = 10_000;
    limits.user_codes_per_ip = 10_000;
    let client = |id: &str, uri: &str| {
        let mut client = Client::new(id, id);
        client.redirect_uris = vec![uri.to_owned()];
        // The default makes an RSA key, which takes a while.
        client.id_token_signed_response_alg = SigningAlgorithm::Es256;
        client
    };
    config.clients = vec![
        client("spa", "http://localhost:5173/callback"),
        client("other", "https://other.example/callback"),
        client("native", "http://127.0.0.1/callback"),
    ];
    config
}

impl Place {
    fn url(&self) -> String {
        match self {
            Self::Folder(folder) => format!("sqlite:{}", file_in(folder).display()),
            Self::Postgres(postgres) => postgres.url(),
        }
    }
}

fn file_in(folder: &TempDir) -> PathBuf {
    folder.path().join("portcullis.db")
}

/// SQLite; with `PORTCULLIS_TEST_POSTGRES` set, PostgreSQL for all tests.
async fn place() -> Arc<Place> {
    if std::env::var_os("PORTCULLIS_TEST_POSTGRES").is_some() {
        return on_postgres().await;
    }
    Arc::new(Place::Folder(tempfile::tempdir().unwrap()))
}

async fn on_postgres() -> Arc<Place> {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.unwrap();
    Arc::new(Place::Postgres(
        postgres.unwrap_or_else(|why| panic!("{why}")),
    ))
}

/// Portcullis by itself.
fn whole(portcullis: &Portcullis) -> Router {
    portcullis.router()
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(Timestamp(1_800_000_000_000)))
}

impl Server {
    /// Starts a server with ordinary settings.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts a server with settings of the test's own.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_at(place().await, clock(), change, whole).await
    }

    /// Starts an app of somebody's own that has a Portcullis in it.
    pub async fn start_app(
        change: impl FnOnce(&mut Config),
        app: impl FnOnce(&Portcullis) -> Router,
    ) -> Self {
        Self::start_at(place().await, clock(), change, app).await
    }

    /// Starts a server to whose builder somebody has added something.
    pub async fn start_built(build: impl FnOnce(Builder) -> Builder) -> Self {
        Self::start_of(place().await, clock(), |_| {}, build, whole).await
    }

    /// Starts a server on a PostgreSQL that ends with the test.
    pub async fn start_on_postgres() -> Self {
        Self::start_at(on_postgres().await, clock(), |_| {}, whole).await
    }

    /// Starts one more server on the same database, under the same public URL and at the same
    /// time: another node, or the same one after a restart.
    pub async fn another_node(&self, change: impl FnOnce(&mut Config)) -> Self {
        let origin = self.origin.clone();
        let change = |config: &mut Config| {
            config.public_url = Some(origin);
            change(config);
        };
        Self::start_at(
            Arc::clone(&self.place),
            Arc::clone(&self.clock),
            change,
            whole,
        )
        .await
    }

    async fn start_at(
        place: Arc<Place>,
        clock: Arc<ManualClock>,
        change: impl FnOnce(&mut Config),
        app: impl FnOnce(&Portcullis) -> Router,
    ) -> Self {
        Self::start_of(place, clock, change, |builder| builder, app).await
    }

    async fn start_of(
        place: Arc<Place>,
        clock: Arc<ManualClock>,
        change: impl FnOnce(&mut Config),
        build: impl FnOnce(Builder) -> Builder,
        app: impl FnOnce(&Portcullis) -> Router,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut config = settings();
        config.port = address.port();
        change(&mut config);
        let origin = config.public_url();
        let database = Database::open(&place.url()).await.unwrap();
        let builder = Portcullis::builder(config)
            .store(Arc::new(database.clone()))
            .master_key(MasterKey::new([7; 32]))
            .clock(Arc::clone(&clock) as Arc<dyn portcullis_domain::Clock>);
        let portcullis = build(builder).build().await.unwrap();
        let (app, patience) = (app(&portcullis), Patience::from(&LimitConfig::default()));
        let tls = portcullis.tls();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let never = std::future::pending();
        tokio::spawn(serve_tls(listener, tls, app, patience, never));
        Self {
            base: format!("{scheme}://{address}"),
            origin,
            clock,
            database,
            portcullis,
            place,
        }
    }

    /// A browser with an empty profile.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.base, &self.origin)
    }

    /// The same browser, cookies and all, at this node.
    pub fn visit_with(&self, browser: &Browser) -> Browser {
        browser.at(&self.base)
    }

    /// A program without cookies.
    pub fn program(&self) -> Browser {
        Browser::program(&self.base, &self.origin)
    }

    /// A device for this server's pages.
    pub fn device(&self) -> Device {
        Device::new(&self.origin)
    }

    /// Somebody new who is signed in with a password.
    pub async fn person(&self, name: &str) -> Browser {
        let browser = self.browser();
        browser.register(name).await.status(200);
        browser
    }

    /// The token of a fresh set-up link.
    pub async fn setup_token(&self) -> String {
        let link = self.portcullis.setup_link().await.unwrap();
        let link = link.expect("there is no admin yet");
        link.split_once("#token=").unwrap().1.to_owned()
    }

    /// The first admin, by the set-up link.
    pub async fn admin(&self) -> Browser {
        let browser = self.browser();
        self.make_admin(&browser).await;
        browser
    }

    /// Makes whoever sits at that browser the first admin.
    pub async fn make_admin(&self, browser: &Browser) {
        let token = self.setup_token().await;
        let body = json!({ "token": token, "email": email("root"), "password": PASSWORD });
        browser.post("/api/setup", body).await.status(200);
    }

    /// Every row there is.
    pub async fn tables(&self) -> Tables {
        match &*self.place {
            Place::Folder(folder) => database::of_sqlite(&file_in(folder)).await,
            Place::Postgres(postgres) => database::of_postgres(&postgres.url()).await,
        }
    }

    /// Makes the database refuse audit rows of that kind from now on, so that a change fails at its
    /// last step.
    pub async fn refuse_audit(&self, kind: &str) {
        refuse_audit(&self.place.url(), kind).await.unwrap();
    }

    /// Takes the database away, as when its machine fails. Only on PostgreSQL.
    pub async fn lose_database(mut self) -> Self {
        let place = std::mem::replace(
            &mut self.place,
            Arc::new(Place::Folder(tempfile::tempdir().unwrap())),
        );
        tokio::task::spawn_blocking(move || drop(place))
            .await
            .unwrap();
        self
    }

    /// The audit log, oldest first.
    pub async fn audit(&self) -> Vec<AuditRow> {
        let mut rows = self.database.audit_rows(10_000).await.unwrap();
        rows.reverse();
        rows
    }

    /// How many audit rows of that kind there are.
    pub async fn audited(&self, kind: &str) -> usize {
        let rows = self.audit().await;
        rows.iter().filter(|row| row.kind == kind).count()
    }
}
