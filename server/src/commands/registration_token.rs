//! `portcullis registration-token`: what applications register themselves with (RFC 7591), directly in
//! the database. A running server keeps none of it in memory, and notices at once.

use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use portcullis_domain::{
    Clock, RegistrationTokenId, Store, Timestamp,
    audit::{AuditEvent, AuditKind},
    registration::RegistrationStore,
};
use portcullis_storage::Database;
use portcullis_types::registration::{
    RegistrationToken, RegistrationTokenRequest, RegistrationTokenView,
};

use super::{Settings, check::without_password, make_data_dir, output::say};
use crate::{
    SystemClock, SystemRng,
    crypto::token,
    oauth::register::initial::{self, OutOfBounds},
};

#[derive(Debug, Subcommand)]
pub(super) enum RegistrationTokenCommand {
    /// Make a token that applications register themselves with; it is printed this once.
    #[command(after_help = "Examples:
  portcullis registration-token create                         for one application, for a day
  portcullis registration-token create --uses 20 --seconds 604800 --json")]
    Create(Create),
    /// List the tokens that are not over, the newest first; never the tokens themselves.
    #[command(after_help = "Example:
  portcullis registration-token list --json")]
    List(All),
    /// Take a token back: nobody else registers with it. What has registered stays.
    #[command(after_help = "Example:
  portcullis registration-token revoke 0199b1f2-7a3c-7d1e-9c55-2f4b8a6d0e11")]
    Revoke(Revoke),
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
pub(super) struct Create {
    /// How many applications may register with it, at most 1000
    #[arg(long, default_value_t = 1)]
    uses: u32,
    /// How long it is good, at most 30 days
    #[arg(long, default_value_t = 24 * 3600)]
    seconds: u32,
    #[command(flatten)]
    all: All,
}

#[derive(Args, Debug)]
pub(super) struct Revoke {
    /// The token's id, as `list` prints it; never the token
    id: RegistrationTokenId,
    #[command(flatten)]
    all: All,
}

pub(super) async fn run(command: RegistrationTokenCommand) -> anyhow::Result<()> {
    match command {
        RegistrationTokenCommand::Create(create) => make(&create).await,
        RegistrationTokenCommand::List(all) => list(&all).await,
        RegistrationTokenCommand::Revoke(revoke) => self::revoke(&revoke).await,
    }
}

async fn open(settings: &Settings) -> anyhow::Result<Database> {
    let config = settings.load()?;
    make_data_dir(&config)?;
    let url = config.database_url();
    Database::open(&url)
        .await
        .with_context(|| format!("cannot open the database {}", without_password(&url)))
}

fn audit(kind: AuditKind, at: Timestamp, detail: serde_json::Value) -> AuditEvent {
    AuditEvent {
        detail,
        ..AuditEvent::by_itself(kind, at)
    }
}

async fn make(create: &Create) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let request = RegistrationTokenRequest {
        uses: create.uses,
        seconds: create.seconds,
    };
    // Before the database is opened, which makes one where there is none.
    let made = initial::make(&SystemRng::default(), now, &request, None);
    let (token, kept) =
        made.map_err(|OutOfBounds(field, most)| anyhow!("--{field} must be between 1 and {most}"))?;
    let database = open(&create.all.settings).await?;
    let shown = RegistrationToken {
        id: kept.id,
        token: token.expose().to_owned(),
        uses: kept.uses,
        expires_at: kept.expires_at,
    };
    let detail = serde_json::json!({
        "registration_token": kept.id, "uses": kept.uses, "seconds": create.seconds,
        "method": "command line",
    });
    let audit = audit(AuditKind::RegistrationTokenMade, now, detail);
    let hash = token::hash(&token);
    database.save_initial_token(hash, kept, audit).await?;
    if create.all.json {
        say!("{}", serde_json::to_string_pretty(&shown)?)?;
    } else {
        say!("id     {}", shown.id)?;
        say!("token  {}", shown.token)?;
        say!(
            "For {}, {}. Keep the token now: it is not shown again.",
            applications(shown.uses),
            span(create.seconds.into())
        )?;
    }
    database.close().await;
    Ok(())
}

async fn list(all: &All) -> anyhow::Result<()> {
    const PAGE: u32 = 200;
    let now = SystemClock.now();
    let database = open(&all.settings).await?;
    let mut views: Vec<RegistrationTokenView> = Vec::new();
    loop {
        let before = views.last().map(|view| view.id);
        let page = database.initial_tokens(before, now, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        views.extend(page.into_iter().map(initial::view));
        if is_last {
            break;
        }
    }
    if all.json {
        say!("{}", serde_json::to_string_pretty(&views)?)?;
    } else if views.is_empty() {
        say!("There are none. Make one with `portcullis registration-token create`.")?;
    }
    for view in views.iter().filter(|_| !all.json) {
        let maker = view.made_by.map(|user| user.to_string());
        let used = view
            .last_used_at
            .map(|at| span(now.millis_since(at) / 1000));
        say!(
            "{}  {}…  {} of {} uses left  {} to go  by {}  {}",
            view.id,
            view.prefix,
            view.uses_left,
            view.uses,
            span(view.expires_at.millis_since(now) / 1000),
            maker.as_deref().unwrap_or("the command line"),
            used.map_or("never used".to_owned(), |span| format!("used {span} ago")),
        )?;
    }
    database.close().await;
    Ok(())
}

async fn revoke(revoke: &Revoke) -> anyhow::Result<()> {
    let (now, id) = (SystemClock.now(), revoke.id);
    let database = open(&revoke.all.settings).await?;
    let detail = serde_json::json!({ "registration_token": id, "method": "command line" });
    let audit = audit(AuditKind::RegistrationTokenRevoked, now, detail);
    if !database.revoke_initial_token(id, now, audit).await? {
        bail!("there is no registration token {id}, or it is over");
    }
    if revoke.all.json {
        say!("{}", serde_json::json!({ "revoked": id }))?;
    } else {
        say!("Revoked {id}; nobody else registers with it.")?;
    }
    database.close().await;
    Ok(())
}

fn applications(uses: u32) -> String {
    match uses {
        1 => "one application".to_owned(),
        uses => format!("{uses} applications"),
    }
}

/// A time in the largest unit of which there are two.
fn span(seconds: i64) -> String {
    for (unit, name) in [(86_400, "days"), (3600, "hours"), (60, "minutes")] {
        if seconds >= 2 * unit {
            return format!("{} {name}", seconds / unit);
        }
    }
    format!("{seconds} seconds")
}
