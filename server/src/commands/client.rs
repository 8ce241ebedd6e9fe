//! `portcullis client`: OAuth clients, directly in the database. A running server notices within a
//! second (browsers' origins within a quarter of a minute).

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use portcullis_domain::{
    Clock, SecretToken, Store, Timestamp,
    audit::{AuditEvent, AuditKind},
    clients::{ClientSecret, ClientStore},
};
use portcullis_storage::Database;
use portcullis_types::client::{
    AuthMethod, Client, ClientChanged, ClientSource, ClientView, GrantType, SigningAlgorithm,
};

use super::{Settings, check::without_password, make_data_dir, master_key};
use crate::{
    SystemClock, SystemRng,
    config::Config,
    oauth::clients::{
        Clients, Registered, new_id, secrets,
        validate::{self, Invalid},
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum ClientCommand {
    /// Register a client; its secret, if it has one, is printed this once.
    #[command(after_help = "Examples:
  portcullis client create --id shop --name Shop --redirect-uri https://shop.example/callback
  portcullis client create --name Reports --auth-method client_secret_basic \\
      --grant client_credentials --scope reports:read --json
  portcullis client create --name Bank --auth-method private_key_jwt --jwks keys.json \\
      --redirect-uri https://bank.example/cb --require-par --dpop")]
    Create(Box<Create>),
    /// List the clients, those of portcullis.toml too.
    #[command(after_help = "Example:
  portcullis client list --json")]
    List(All),
    /// Show what a client is registered as.
    #[command(after_help = "Example:
  portcullis client show shop")]
    Show(One),
    /// Give a client another secret; the one before it stays good for a while.
    #[command(after_help = "Examples:
  portcullis client rotate-secret shop
  portcullis client rotate-secret shop --overlap-seconds 0      the one before it has leaked")]
    RotateSecret(Rotate),
    /// Delete a client; what it was given ends at once.
    #[command(after_help = "Example:
  portcullis client delete shop")]
    Delete(One),
}

#[derive(Args, Debug)]
pub(super) struct All {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Args, Debug)]
pub(super) struct One {
    /// The client's id
    id: String,
    #[command(flatten)]
    all: All,
}

#[derive(Args, Debug)]
pub(super) struct Rotate {
    #[command(flatten)]
    one: One,
    /// How long the secret before stays good, at most 30 days
    #[arg(long, default_value_t = 24 * 3600, value_parser = clap::value_parser!(u32).range(..=30 * 24 * 3600))]
    overlap_seconds: u32,
}

#[derive(Args, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "these are the switches of a registration"
)]
pub(super) struct Create {
    /// Its id [default: one is made]
    #[arg(long)]
    id: Option<String>,
    /// What people know it as
    #[arg(long)]
    name: String,
    /// How it says who it is
    #[arg(long, value_enum, default_value = "none")]
    auth_method: AuthMethodName,
    /// How it may get tokens; may be repeated [default: authorization_code and refresh_token]
    #[arg(long, value_enum)]
    grant: Vec<GrantName>,
    /// Where the browser may be sent; may be repeated
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Where the browser may be sent after signing out; may be repeated
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<String>,
    /// Scope it may ask for; may be repeated [default: openid, profile and email]
    #[arg(long)]
    scope: Vec<String>,
    /// Service that its access tokens may be for, as a URI; may be repeated
    #[arg(long, value_name = "URI")]
    resource: Vec<String>,
    /// Service that it is, as a URI: tokens for it are its to exchange; may be repeated
    #[arg(long, value_name = "URI")]
    serves: Vec<String>,
    /// Let it exchange tokens for ones that do not say who acts
    #[arg(long)]
    may_impersonate: bool,
    /// With private_key_jwt: a file with its public keys, a JWK Set
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// With private_key_jwt: where its public keys are
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
    /// Its logo
    #[arg(long, value_name = "URL")]
    logo_uri: Option<String>,
    /// How it treats people's data
    #[arg(long, value_name = "URL")]
    policy_uri: Option<String>,
    /// Its terms of service
    #[arg(long, value_name = "URL")]
    tos_uri: Option<String>,
    /// How long its access tokens live
    #[arg(long, value_name = "SECONDS")]
    access_token_seconds: Option<i64>,
    /// How long its refresh tokens live without use
    #[arg(long, value_name = "SECONDS")]
    refresh_idle_seconds: Option<i64>,
    /// How long its token families live at all
    #[arg(long, value_name = "SECONDS")]
    refresh_absolute_seconds: Option<i64>,
    /// What its ID tokens are signed with
    #[arg(long, value_enum, default_value = "RS256")]
    id_token_alg: AlgorithmName,
    /// What its access tokens are signed with
    #[arg(long, value_enum, default_value = "ES256")]
    access_token_alg: AlgorithmName,
    /// Make it push its authorization requests (PAR)
    #[arg(long)]
    require_par: bool,
    /// Let it sign people in without PKCE: for old confidential clients that have none
    #[arg(long)]
    without_pkce: bool,
    /// Give it no tokens without a DPoP proof
    #[arg(long)]
    dpop: bool,
    /// Let it introspect any token, not only its own
    #[arg(long)]
    may_introspect: bool,
    #[command(flatten)]
    all: All,
}

/// [`AuthMethod`] as a flag's value.
#[derive(Clone, Copy, Debug)]
struct AuthMethodName(AuthMethod);

impl ValueEnum for AuthMethodName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [AuthMethodName; 5] = {
            let [a, b, c, d, e] = AuthMethod::ALL;
            [
                AuthMethodName(a),
                AuthMethodName(b),
                AuthMethodName(c),
                AuthMethodName(d),
                AuthMethodName(e),
            ]
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.as_str()))
    }
}

/// [`GrantType`] as a flag's value.
#[derive(Clone, Copy, Debug)]
struct GrantName(GrantType);

impl ValueEnum for GrantName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [GrantName; 5] = {
            let [a, b, c, d, e] = GrantType::ALL;
            [
                GrantName(a),
                GrantName(b),
                GrantName(c),
                GrantName(d),
                GrantName(e),
            ]
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        // Nobody types a URN.
        let name = self.0.as_str().rsplit(':').next().unwrap_or_default();
        Some(clap::builder::PossibleValue::new(name).alias(self.0.as_str()))
    }
}

/// [`SigningAlgorithm`] as a flag's value.
#[derive(Clone, Copy, Debug)]
pub(super) struct AlgorithmName(pub(super) SigningAlgorithm);

impl ValueEnum for AlgorithmName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [AlgorithmName; 3] = {
            let [a, b, c] = SigningAlgorithm::ALL;
            [AlgorithmName(a), AlgorithmName(b), AlgorithmName(c)]
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.as_str()))
    }
}

pub(super) async fn run(command: ClientCommand) -> anyhow::Result<()> {
    match command {
        ClientCommand::Create(create) => make(*create).await,
        ClientCommand::List(all) => list(&all).await,
        ClientCommand::Show(one) => show(&one).await,
        ClientCommand::RotateSecret(rotate) => rotate_secret(&rotate).await,
        ClientCommand::Delete(one) => delete(&one).await,
    }
}

/// The database, and the clients of file and database.
struct Opened {
    config: Config,
    database: Database,
    clients: Clients,
    now: Timestamp,
}

impl Opened {
    async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let config = settings.load()?;
        make_data_dir(&config)?;
        let url = config.database_url();
        let database = Database::open(&url)
            .await
            .with_context(|| format!("cannot open the database {}", without_password(&url)))?;
        let clients = Clients::of_file(&config.clients);
        Ok(Self {
            config,
            database,
            clients,
            now: SystemClock.now(),
        })
    }

    async fn find(&self, id: &str) -> anyhow::Result<ClientView> {
        let found = self.clients.find(&self.database, id, self.now).await?;
        let found = found.with_context(|| format!("there is no client {id:?}"))?;
        Ok(found.view(self.now))
    }

    fn audit(&self, kind: AuditKind, id: &str) -> AuditEvent {
        AuditEvent {
            kind,
            at: self.now,
            actor: None,
            subject: None,
            session: None,
            family: None,
            ip: String::new(),
            request: None,
            detail: serde_json::json!({ "client": id, "method": "command line" }),
        }
    }

    fn make_secret(
        &self,
        id: &str,
        method: AuthMethod,
    ) -> anyhow::Result<(SecretToken, ClientSecret)> {
        let sealer = master_key(&self.config)?.sealer(secrets::PURPOSE)?;
        secrets::generate(&SystemRng::default(), &sealer, id, method, self.now)
            .map_err(|error| anyhow::anyhow!("{}", error.problem().detail))
    }

    async fn close(self) {
        self.database.close().await;
    }
}

async fn make(create: Create) -> anyhow::Result<()> {
    let opened = Opened::open(&create.all.settings).await?;
    let json = create.all.json;
    let client = registration(create, opened.now)?;
    if !validate::is_manageable_id(&client.id) || validate::looks_like_a_user(&client.id) {
        bail!("an id has 1 to 128 letters, digits, `-`, `.`, `_` and `~`, and is no UUID");
    }
    validate::check(&client).map_err(|Invalid(field, what)| anyhow::anyhow!("{field}: {what}"))?;
    let exists = || anyhow::anyhow!("there is a client {:?} already", client.id);
    if opened.clients.is_of_file(&client.id) {
        return Err(exists());
    }
    let method = client.token_endpoint_auth_method;
    let secret = method
        .has_secret()
        .then(|| opened.make_secret(&client.id, method))
        .transpose()?;
    let (token, kept) = secret.unzip();
    let audit = opened.audit(AuditKind::ClientCreated, &client.id);
    let database = &opened.database;
    if !database.create_client(client.clone(), kept, audit).await? {
        return Err(exists());
    }
    print_changed(&opened, &client.id, token.as_ref(), json).await?;
    opened.close().await;
    Ok(())
}

fn registration(create: Create, now: Timestamp) -> anyhow::Result<Client> {
    let id = create
        .id
        .unwrap_or_else(|| new_id(&SystemRng::default(), now));
    let mut client = Client::new(&id, &create.name);
    client.token_endpoint_auth_method = create.auth_method.0;
    if !create.grant.is_empty() {
        client.grant_types = create.grant.iter().map(|grant| grant.0).collect();
    }
    if !create.scope.is_empty() {
        client.scopes = create.scope;
    }
    if let Some(path) = &create.jwks {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let jwks = serde_json::from_str(&text)
            .with_context(|| format!("{} is not a JWK Set", path.display()))?;
        client.jwks = Some(jwks);
    }
    Ok(Client {
        redirect_uris: create.redirect_uri,
        post_logout_redirect_uris: create.post_logout_redirect_uri,
        resources: create.resource,
        serves: create.serves,
        may_impersonate: create.may_impersonate,
        jwks_uri: create.jwks_uri,
        logo_uri: create.logo_uri,
        policy_uri: create.policy_uri,
        tos_uri: create.tos_uri,
        access_token_seconds: create.access_token_seconds,
        refresh_idle_seconds: create.refresh_idle_seconds,
        refresh_absolute_seconds: create.refresh_absolute_seconds,
        require_pushed_authorization_requests: create.require_par,
        require_pkce: !create.without_pkce,
        dpop_bound_access_tokens: create.dpop,
        may_introspect: create.may_introspect,
        id_token_signed_response_alg: create.id_token_alg.0,
        access_token_signing_alg: create.access_token_alg.0,
        ..client
    })
}

async fn list(all: &All) -> anyhow::Result<()> {
    const PAGE: u32 = 200;
    let opened = Opened::open(&all.settings).await?;
    let mut views: Vec<ClientView> = Vec::new();
    loop {
        let after = views.last().map(|view| view.client.id.as_str());
        let page = opened.clients.page(&opened.database, after, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        let view = |client: &std::sync::Arc<Registered>| client.view(opened.now);
        views.extend(page.iter().map(view));
        if is_last {
            break;
        }
    }
    if all.json {
        println!("{}", serde_json::to_string_pretty(&views)?);
    } else if views.is_empty() {
        println!("There are no clients. Register one with `portcullis client create`.");
    }
    for view in views.iter().filter(|_| !all.json) {
        let client = &view.client;
        let method = client.token_endpoint_auth_method.as_str();
        println!("{}  {}  {method}  {}", client.id, client.name, place(view));
    }
    opened.close().await;
    Ok(())
}

async fn show(one: &One) -> anyhow::Result<()> {
    let opened = Opened::open(&one.all.settings).await?;
    let view = opened.find(&one.id).await?;
    if one.all.json {
        println!("{}", serde_json::to_string_pretty(&view)?);
    } else {
        print(&view);
    }
    opened.close().await;
    Ok(())
}

async fn rotate_secret(rotate: &Rotate) -> anyhow::Result<()> {
    let One { id, all } = &rotate.one;
    let opened = Opened::open(&all.settings).await?;
    let view = manageable(&opened, id).await?;
    let method = view.client.token_endpoint_auth_method;
    let (token, kept) = opened.make_secret(id, method)?;
    let until = opened.now.plus_seconds(rotate.overlap_seconds.into());
    let audit = opened.audit(AuditKind::ClientSecretRotated, id);
    let database = &opened.database;
    if !database
        .rotate_client_secret(id, kept, until, audit)
        .await?
    {
        bail!("the client {id:?} authenticates without a secret");
    }
    print_changed(&opened, id, Some(&token), all.json).await?;
    opened.close().await;
    Ok(())
}

async fn delete(one: &One) -> anyhow::Result<()> {
    let opened = Opened::open(&one.all.settings).await?;
    manageable(&opened, &one.id).await?;
    let audit = opened.audit(AuditKind::ClientDeleted, &one.id);
    let database = &opened.database;
    if !database.delete_client(&one.id, opened.now, audit).await? {
        bail!("there is no client {:?}", one.id);
    }
    if one.all.json {
        println!("{}", serde_json::json!({ "deleted": one.id }));
    } else {
        println!(
            "Deleted the client {}; what it was given has ended.",
            one.id
        );
    }
    opened.close().await;
    Ok(())
}

/// The client, if it can be changed from here.
async fn manageable(opened: &Opened, id: &str) -> anyhow::Result<ClientView> {
    let view = opened.find(id).await?;
    if view.source == ClientSource::File {
        bail!("the client {id:?} is in portcullis.toml; change it there");
    }
    Ok(view)
}

async fn print_changed(
    opened: &Opened,
    id: &str,
    token: Option<&SecretToken>,
    json: bool,
) -> anyhow::Result<()> {
    opened.clients.forget(id);
    let client_secret = token.map(|token| token.expose().to_owned());
    let client = opened.find(id).await?;
    if json {
        let changed = ClientChanged {
            client,
            client_secret,
        };
        println!("{}", serde_json::to_string_pretty(&changed)?);
        return Ok(());
    }
    print(&client);
    if let Some(secret) = client_secret {
        println!("secret         {secret}");
        println!("Keep the secret now: it is not shown again.");
    }
    Ok(())
}

fn print(view: &ClientView) {
    let client = &view.client;
    let line = |name: &str, value: &str| {
        if !value.is_empty() {
            println!("{name:<14} {value}");
        }
    };
    let grants: Vec<&str> = client.grant_types.iter().map(|it| it.as_str()).collect();
    line("id", &client.id);
    line("name", &client.name);
    line("registered", place(view));
    line("authenticates", client.token_endpoint_auth_method.as_str());
    line("grants", &grants.join(" "));
    line("redirects", &client.redirect_uris.join(" "));
    line("after logout", &client.post_logout_redirect_uris.join(" "));
    line("scopes", &client.scopes.join(" "));
    line("keys", client.jwks_uri.as_deref().unwrap_or_default());
}

fn place(view: &ClientView) -> &'static str {
    match view.source {
        ClientSource::File => "in portcullis.toml",
        ClientSource::Database => "in the database",
    }
}
