//! `portcullis accounts`: making accounts directly on the database, for scripts and the demo.

use std::io::Read;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use portcullis_domain::{
    Clock, Email, NewAccount, Rng, UserId,
    accounts::{AccountStore, CreateAccount},
    audit::{AuditEvent, AuditKind},
    roles::RoleStore,
};
use portcullis_storage::Database;

use super::{Settings, check::without_password, make_data_dir, output::say};
use crate::{
    SystemClock, SystemRng,
    credentials::password::{
        hashing::{Hasher, Typed},
        policy,
    },
    identity::names,
};

#[derive(Debug, Subcommand)]
pub(super) enum AccountsCommand {
    /// Make an account; the password is read from standard input.
    #[command(after_help = "Example:
  openssl rand -base64 18 | portcullis accounts create --email ada@example.com --role moderator")]
    Create(Create),
}

#[derive(Args, Debug)]
pub(super) struct Create {
    /// Email address
    #[arg(long)]
    email: String,
    /// Name (left out: what stands before the @ of the address)
    #[arg(long)]
    name: Option<String>,
    /// Role to give; may be repeated
    #[arg(long)]
    role: Vec<String>,
    #[command(flatten)]
    settings: Settings,
}

pub(super) async fn run(command: AccountsCommand) -> anyhow::Result<()> {
    match command {
        AccountsCommand::Create(create) => make(create).await,
    }
}

async fn make(create: Create) -> anyhow::Result<()> {
    let config = create.settings.load()?;
    let email = Email::parse(&create.email)?;
    let name = names::or_from(create.name.as_deref(), &email).map_err(say)?;
    let mut password = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut password)
        .context("no password came in")?;
    let typed = Typed::new(password.trim_end_matches(['\r', '\n']));
    policy::check_now(&config.password, &typed, &email, &name, "password").map_err(say)?;
    make_data_dir(&config)?;
    let url = config.database_url();
    let database = Database::open(&url)
        .await
        .with_context(|| format!("cannot open the database {}", without_password(&url)))?;
    let now = SystemClock.now();
    let changed = AuditEvent::by_itself(AuditKind::RoleChanged, now);
    database
        .define_roles(&crate::builder::roles(&config), changed)
        .await?;
    let known = database.roles().await?;
    for role in &create.role {
        if !known.iter().any(|other| &other.name == role) {
            let names: Vec<_> = known.iter().map(|role| role.name.as_str()).collect();
            bail!("there is no role {role:?}; there are: {}", names.join(", "));
        }
    }
    let rng = SystemRng::default();
    let hash = Hasher::new(&config.password, &rng)?
        .hash(&rng, typed)
        .await
        .map_err(say)?;
    let id = UserId(rng.uuid_at(now));
    let account = NewAccount {
        id,
        email: email.clone(),
        name,
        email_verified: false,
        language: None,
        password: Some(hash),
        passkey: None,
        roles: create.role,
        created_at: now,
    };
    let audit = AuditEvent {
        subject: Some(id),
        detail: serde_json::json!({ "method": "command line" }),
        ..AuditEvent::by_itself(AuditKind::AccountCreated, now)
    };
    match database.create_account(account, None, audit).await? {
        CreateAccount::Created => say!("Made the account {email} ({id}).")?,
        CreateAccount::Taken | CreateAccount::AdminExists => {
            bail!("there is an account with the address {email} already")
        }
    }
    portcullis_domain::Store::close(&database).await;
    Ok(())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "its shape is that of `map_err`"
)]
fn say(error: crate::ApiError) -> anyhow::Error {
    anyhow::anyhow!("{}", error.problem().detail)
}
