//! `portcullis client`: OAuth clients, directly in the database. A running server notices within a
//! second (browsers' origins within a quarter of a minute).

mod names;
mod registration;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use portcullis_domain::{
    Clock, SecretToken, Store, Timestamp,
    audit::{AuditEvent, AuditKind},
    clients::{ClientSecret, ClientStore, UpdateClient},
};
use portcullis_storage::Database;
use portcullis_types::client::{
    AccessTokenFormat, AuthMethod, Client, ClientChanged, ClientSource, ClientView, SubjectType,
};

pub(super) use self::names::AlgorithmName;
use self::registration::Registration;
use super::{Settings, check::without_password, make_data_dir, master_key, output::say};
use crate::{
    SystemClock, SystemRng,
    config::Config,
    oauth::clients::{
        Clients, Registered, new_id, secrets, sector,
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
      --redirect-uri https://bank.example/cb --fapi2
  portcullis client create --name Orders --auth-method client_secret_basic \\
      --grant token-exchange --serves https://orders.example --resource https://mail.example \\
      --may-exchange '{\"from\":[\"shop\"],\"to\":[\"https://mail.example\"],\"scopes\":[\"profile\"]}'
  portcullis client create --name Ledger --auth-method tls_client_auth \\
      --tls-subject-dn CN=ledger,O=Example --certificate-bound --grant client_credentials
  portcullis client create --name Partner --redirect-uri https://partner.example/cb \\
      --consent remembered --logo-uri https://partner.example/logo.png")]
    Create(Box<Create>),
    /// Change what a client is registered as; what is not named stays, and '' takes away
    #[command(after_help = "Examples:
  portcullis client update shop --access-token-format opaque
  portcullis client update shop --redirect-uri https://shop.example/a \\
      --redirect-uri https://shop.example/b
  portcullis client update shop --dpop=false --resource '' --access-token-seconds 0 --json\n
Lists that are named take the place of those before. 0 seconds are the server's own.")]
    Update(Box<Update>),
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
pub(super) struct Create {
    /// Its id [default: one is made]
    #[arg(long)]
    id: Option<String>,
    /// What people know it as
    #[arg(long)]
    name: String,
    #[command(flatten)]
    registration: Registration,
    #[command(flatten)]
    all: All,
}

#[derive(Args, Debug)]
pub(super) struct Update {
    #[command(flatten)]
    one: One,
    /// What people know it as
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    registration: Registration,
}

pub(super) async fn run(command: ClientCommand) -> anyhow::Result<()> {
    match command {
        ClientCommand::Create(create) => make(*create).await,
        ClientCommand::Update(update) => self::update(*update).await,
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
            mails: Vec::new(),
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
    let made = || new_id(&SystemRng::default(), opened.now);
    let id = create.id.unwrap_or_else(made);
    let mut client = Client::new(&id, &create.name);
    create.registration.apply(&mut client)?;
    if !validate::is_manageable_id(&client.id) || validate::looks_like_a_user(&client.id) {
        bail!("an id has 1 to 128 letters, digits, `-`, `.`, `_` and `~`, and is no UUID");
    }
    check(&client, None).await?;
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

/// Checks a client as the admin API does.
async fn check(client: &Client, before: Option<&Client>) -> anyhow::Result<()> {
    let wrong = |Invalid(field, what)| anyhow::anyhow!("{field}: {what}");
    validate::check(client).map_err(wrong)?;
    sector::check(client, before, sector::AskedBy::Admin)
        .await
        .map_err(wrong)
}

async fn update(update: Update) -> anyhow::Result<()> {
    let One { id, all } = &update.one;
    let opened = Opened::open(&all.settings).await?;
    let seen = manageable(&opened, id).await?.client;
    let mut client = seen.clone();
    if let Some(name) = update.name {
        client.name = name;
    }
    update.registration.apply(&mut client)?;
    check(&client, Some(&seen)).await?;
    if client == seen {
        // A script may say the same again.
        print_changed(&opened, id, None, all.json).await?;
        opened.close().await;
        return Ok(());
    }
    let (token, kept) = opened.make_secret(id, client.token_endpoint_auth_method)?;
    let audit = opened.audit(AuditKind::ClientUpdated, id);
    let database = &opened.database;
    let token = match database
        .update_client_seen(seen, client, kept, audit)
        .await?
    {
        UpdateClient::Updated => None,
        UpdateClient::UpdatedWithSecret => Some(token),
        UpdateClient::NoClient => bail!("there is no client {id:?}"),
        UpdateClient::Changed => bail!("somebody else has just changed {id:?}; try again"),
    };
    print_changed(&opened, id, token.as_ref(), all.json).await?;
    opened.close().await;
    Ok(())
}

async fn list(all: &All) -> anyhow::Result<()> {
    const PAGE: u32 = 200;
    let opened = Opened::open(&all.settings).await?;
    let mut views: Vec<ClientView> = Vec::new();
    loop {
        let after = views.last().map(|view| view.client.id.as_str());
        let page = opened
            .clients
            .page(&opened.database, "", after, PAGE)
            .await?;
        let is_last = page.len() < PAGE as usize;
        let view = |client: &std::sync::Arc<Registered>| client.view(opened.now);
        views.extend(page.iter().map(view));
        if is_last {
            break;
        }
    }
    if all.json {
        say!("{}", serde_json::to_string_pretty(&views)?)?;
    } else if views.is_empty() {
        say!("There are no clients. Register one with `portcullis client create`.")?;
    }
    for view in views.iter().filter(|_| !all.json) {
        let client = &view.client;
        let method = client.token_endpoint_auth_method.as_str();
        say!("{}  {}  {method}  {}", client.id, client.name, place(view))?;
    }
    opened.close().await;
    Ok(())
}

async fn show(one: &One) -> anyhow::Result<()> {
    let opened = Opened::open(&one.all.settings).await?;
    let view = opened.find(&one.id).await?;
    if one.all.json {
        say!("{}", serde_json::to_string_pretty(&view)?)?;
    } else {
        print(&view)?;
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
        say!("{}", serde_json::json!({ "deleted": one.id }))?;
    } else {
        say!(
            "Deleted the client {}; what it was given has ended.",
            one.id
        )?;
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
        say!("{}", serde_json::to_string_pretty(&changed)?)?;
        return Ok(());
    }
    print(&client)?;
    if let Some(secret) = client_secret {
        say!("secret         {secret}")?;
        say!("Keep the secret now: it is not shown again.")?;
    }
    Ok(())
}

fn print(view: &ClientView) -> anyhow::Result<()> {
    let client = &view.client;
    let line = |name: &str, value: &str| -> anyhow::Result<()> {
        if !value.is_empty() {
            say!("{name:<14} {value}")?;
        }
        Ok(())
    };
    let grants: Vec<&str> = client.grant_types.iter().map(|it| it.as_str()).collect();
    line("id", &client.id)?;
    line("name", &client.name)?;
    line("registered", place(view))?;
    line("authenticates", client.token_endpoint_auth_method.as_str())?;
    line("grants", &grants.join(" "))?;
    line("redirects", &client.redirect_uris.join(" "))?;
    line("after logout", &client.post_logout_redirect_uris.join(" "))?;
    let told_at = client.backchannel_logout_uri.as_deref();
    line("told at logout", told_at.unwrap_or_default())?;
    line("scopes", &client.scopes.join(" "))?;
    line("consent", client.consent.as_str())?;
    if client.access_token_format == AccessTokenFormat::Opaque {
        line("access tokens", "opaque")?;
    }
    if client.subject_type == SubjectType::Pairwise {
        line("users", "by pairwise subjects")?;
    }
    let musts = [
        (client.fapi2, "keep to FAPI 2.0"),
        (client.requires_pushing(), "push its requests"),
        (client.require_signed_request_object, "sign its requests"),
        (client.requires_dpop(), "prove its key"),
        (
            client.tls_client_certificate_bound_access_tokens,
            "show its certificate",
        ),
        (!client.require_pkce, "send a nonce instead of PKCE"),
    ];
    let musts = musts.into_iter().filter(|(must, _)| *must);
    let musts: Vec<&str> = musts.map(|(_, what)| what).collect();
    line("must", &musts.join(", "))?;
    let claims: Vec<&str> = client.claim_mappers.iter().map(|it| &*it.claim).collect();
    line("claims", &claims.join(" "))?;
    for rule in &client.may_exchange {
        let how = if rule.impersonate {
            ", also unsaid"
        } else {
            ""
        };
        let (from, to) = (rule.from.join(" "), rule.to.join(" "));
        line("exchanges", &format!("of {from} for {to}{how}"))?;
    }
    for (field, said) in client.certificate_names() {
        let kind = field.trim_start_matches("tls_client_auth_");
        line("certificate", &format!("{kind} {said}"))?;
    }
    line("keys", client.jwks_uri.as_deref().unwrap_or_default())?;
    Ok(())
}

fn place(view: &ClientView) -> &'static str {
    match view.source {
        ClientSource::File => "in portcullis.toml",
        ClientSource::Database => "in the database",
    }
}
