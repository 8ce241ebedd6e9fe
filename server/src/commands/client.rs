//! `portcullis client`: OAuth clients, directly in the database. A running server notices within a
//! second (browsers' origins within a quarter of a minute).

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use portcullis_domain::{
    Clock, SecretToken, Store, Timestamp,
    audit::{AuditEvent, AuditKind},
    clients::{ClientSecret, ClientStore, UpdateClient},
};
use portcullis_storage::Database;
use portcullis_types::client::{
    AccessTokenFormat, AuthMethod, ClaimMapper, Client, ClientChanged, ClientSource, ClientView,
    Consent, GrantType, SigningAlgorithm, SubjectType,
};

use super::{Settings, check::without_password, make_data_dir, master_key};
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

/// What a client is registered as, as far as it is named.
#[derive(Args, Debug)]
struct Registration {
    /// Whether people are asked before it gets tokens for them [default: skipped]
    #[arg(long, value_enum)]
    consent: Option<ConsentName>,
    /// How it says who it is [default: none]
    #[arg(long, value_enum)]
    auth_method: Option<AuthMethodName>,
    /// How it may get tokens; may be repeated [default: authorization_code and refresh_token]
    #[arg(long, value_enum)]
    grant: Vec<GrantName>,
    /// Where the browser may be sent; may be repeated
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Where the browser may be sent after signing out; may be repeated
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<String>,
    /// Where it is told that a session has ended
    #[arg(long, value_name = "URL")]
    backchannel_logout_uri: Option<String>,
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
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    may_impersonate: Option<bool>,
    /// A file with its public keys, a JWK Set: for private_key_jwt and signed requests
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// Where its public keys are, instead of --jwks
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
    /// What signed introspection answers for it are signed with [default: RS256]
    #[arg(long, value_enum)]
    introspection_alg: Option<AlgorithmName>,
    /// What its ID tokens are signed with [default: RS256]
    #[arg(long, value_enum)]
    id_token_alg: Option<AlgorithmName>,
    /// What its access tokens are signed with [default: ES256]
    #[arg(long, value_enum)]
    access_token_alg: Option<AlgorithmName>,
    /// What its access tokens look like [default: jwt]
    #[arg(long, value_enum)]
    access_token_format: Option<FormatName>,
    /// What it knows users by [default: public]
    #[arg(long, value_enum)]
    subject_type: Option<SubjectName>,
    /// With pairwise: where the redirect URIs of all are listed who share its sector
    #[arg(long, value_name = "URL")]
    sector_identifier_uri: Option<String>,
    /// What a claim says to it, such as '{"claim":"groups","from":"roles"}'; may be repeated
    #[arg(long, value_name = "JSON")]
    claim_mapper: Vec<String>,
    /// Make it push its authorization requests (PAR)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    require_par: Option<bool>,
    /// Make it sign its authorization requests (JAR)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    require_signed_requests: Option<bool>,
    /// Hold it to the FAPI 2.0 security profile: PAR, DPoP, private_key_jwt
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    fapi2: Option<bool>,
    /// Let it sign people in without PKCE: for old confidential clients that have none
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    without_pkce: Option<bool>,
    /// Give it no tokens without a DPoP proof
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    dpop: Option<bool>,
    /// Let it introspect any token, not only its own
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    may_introspect: Option<bool>,
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

/// [`Consent`] as a flag's value.
#[derive(Clone, Copy, Debug)]
struct ConsentName(Consent);

impl ValueEnum for ConsentName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [ConsentName; 3] = {
            let [a, b, c] = Consent::ALL;
            [ConsentName(a), ConsentName(b), ConsentName(c)]
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

/// [`AccessTokenFormat`] as a flag's value.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatName {
    /// Signed, to be verified by whoever they are for
    Jwt,
    /// Random, to be introspected by whoever they are for
    Opaque,
}

impl From<FormatName> for AccessTokenFormat {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Jwt => Self::Jwt,
            FormatName::Opaque => Self::Opaque,
        }
    }
}

/// [`SubjectType`] as a flag's value.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum SubjectName {
    /// Their id
    Public,
    /// What only clients of the same sector know them by
    Pairwise,
}

impl From<SubjectName> for SubjectType {
    fn from(name: SubjectName) -> Self {
        match name {
            SubjectName::Public => Self::Public,
            SubjectName::Pairwise => Self::Pairwise,
        }
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

impl Registration {
    /// Puts what is named into a client. A list that is named takes the place of the one before;
    /// one empty text empties it.
    fn apply(self, client: &mut Client) -> anyhow::Result<()> {
        fn put<T>(to: &mut T, named: Option<T>) {
            if let Some(named) = named {
                *to = named;
            }
        }
        /// An empty text takes what was there away.
        fn maybe(to: &mut Option<String>, named: Option<String>) {
            if let Some(named) = named {
                *to = Some(named).filter(|named| !named.is_empty());
            }
        }
        fn list(to: &mut Vec<String>, named: Vec<String>) {
            if !named.is_empty() {
                *to = named;
                to.retain(|named| !named.is_empty());
            }
        }
        let method = self.auth_method.map(|it| it.0);
        put(&mut client.token_endpoint_auth_method, method);
        put(&mut client.consent, self.consent.map(|it| it.0));
        if !self.grant.is_empty() {
            client.grant_types = self.grant.iter().map(|grant| grant.0).collect();
        }
        list(&mut client.redirect_uris, self.redirect_uri);
        let after_logout = &mut client.post_logout_redirect_uris;
        list(after_logout, self.post_logout_redirect_uri);
        maybe(
            &mut client.backchannel_logout_uri,
            self.backchannel_logout_uri,
        );
        list(&mut client.scopes, self.scope);
        list(&mut client.resources, self.resource);
        list(&mut client.serves, self.serves);
        if let Some(path) = &self.jwks {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let jwks = serde_json::from_str(&text)
                .with_context(|| format!("{} is not a JWK Set", path.display()))?;
            client.jwks = Some(jwks);
            client.jwks_uri = None;
        }
        if self.jwks_uri.is_some() {
            // Beside keys that are named as well, it is for the checks to refuse.
            client.jwks = client.jwks.take().filter(|_| self.jwks.is_some());
        }
        maybe(&mut client.jwks_uri, self.jwks_uri);
        maybe(&mut client.logo_uri, self.logo_uri);
        maybe(&mut client.policy_uri, self.policy_uri);
        maybe(&mut client.tos_uri, self.tos_uri);
        for (to, named) in [
            (&mut client.access_token_seconds, self.access_token_seconds),
            (&mut client.refresh_idle_seconds, self.refresh_idle_seconds),
            (
                &mut client.refresh_absolute_seconds,
                self.refresh_absolute_seconds,
            ),
        ] {
            *to = named.map_or(*to, |seconds| Some(seconds).filter(|it| *it != 0));
        }
        let introspection_alg = self.introspection_alg.map(|it| it.0);
        let introspection = &mut client.introspection_signed_response_alg;
        put(introspection, introspection_alg);
        let id_token_alg = self.id_token_alg.map(|it| it.0);
        put(&mut client.id_token_signed_response_alg, id_token_alg);
        let access_token_alg = self.access_token_alg.map(|it| it.0);
        put(&mut client.access_token_signing_alg, access_token_alg);
        let format = self.access_token_format.map(AccessTokenFormat::from);
        put(&mut client.access_token_format, format);
        let subject_type = self.subject_type.map(SubjectType::from);
        put(&mut client.subject_type, subject_type);
        if client.subject_type == SubjectType::Public {
            client.sector_identifier_uri = None;
        }
        maybe(
            &mut client.sector_identifier_uri,
            self.sector_identifier_uri,
        );
        if !self.claim_mapper.is_empty() {
            let named = self.claim_mapper.iter().filter(|text| !text.is_empty());
            let read = |text: &String| -> anyhow::Result<ClaimMapper> {
                serde_json::from_str(text)
                    .with_context(|| format!("{text} is not what a claim says"))
            };
            client.claim_mappers = named.map(read).collect::<anyhow::Result<_>>()?;
        }
        put(&mut client.may_impersonate, self.may_impersonate);
        let require_par = &mut client.require_pushed_authorization_requests;
        put(require_par, self.require_par);
        let require_signed = &mut client.require_signed_request_object;
        put(require_signed, self.require_signed_requests);
        put(&mut client.fapi2, self.fapi2);
        put(&mut client.require_pkce, self.without_pkce.map(|it| !it));
        put(&mut client.dpop_bound_access_tokens, self.dpop);
        put(&mut client.may_introspect, self.may_introspect);
        Ok(())
    }
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
    let told_at = client.backchannel_logout_uri.as_deref();
    line("told at logout", told_at.unwrap_or_default());
    line("scopes", &client.scopes.join(" "));
    line("consent", client.consent.as_str());
    if client.access_token_format == AccessTokenFormat::Opaque {
        line("access tokens", "opaque");
    }
    if client.subject_type == SubjectType::Pairwise {
        line("users", "by pairwise subjects");
    }
    let claims: Vec<&str> = client.claim_mappers.iter().map(|it| &*it.claim).collect();
    line("claims", &claims.join(" "));
    line("keys", client.jwks_uri.as_deref().unwrap_or_default());
}

fn place(view: &ClientView) -> &'static str {
    match view.source {
        ClientSource::File => "in portcullis.toml",
        ClientSource::Database => "in the database",
    }
}
