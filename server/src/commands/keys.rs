//! `portcullis keys`: signing keys, directly in the database. A running server notices within a
//! quarter of a minute.

#[cfg(test)]
mod tests;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use portcullis_domain::{Clock, Store, Timestamp};
use portcullis_storage::Database;
use portcullis_types::keys::{KeyList, KeyState, KeyView};

use super::{
    Settings, check::without_password, client::AlgorithmName, make_data_dir, master_key,
    output::say,
};
use crate::{
    SystemClock, SystemRng,
    keys::{
        SigningKeys,
        rotation::{self, Means, NotRotated},
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// List the signing keys.
    #[command(after_help = "Example:
  portcullis keys list --json")]
    List(All),
    /// Let the next signing keys take over; what the keys before have signed stays good.
    #[command(after_help = "Examples:
  portcullis keys rotate
  portcullis keys rotate --algorithm RS256
  portcullis keys rotate --force                although the next key is not an hour old")]
    Rotate(Rotate),
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
pub(super) struct Rotate {
    /// Rotate the key of this algorithm only
    #[arg(long, value_enum)]
    algorithm: Option<AlgorithmName>,
    /// Also if some services may not know the next key yet
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    all: All,
}

pub(super) async fn run(command: KeysCommand) -> anyhow::Result<()> {
    match command {
        KeysCommand::List(all) => with_keys(&all, None).await,
        KeysCommand::Rotate(rotate) => with_keys(&rotate.all, Some(&rotate)).await,
    }
}

async fn with_keys(all: &All, rotate: Option<&Rotate>) -> anyhow::Result<()> {
    let config = all.settings.load()?;
    make_data_dir(&config)?;
    let url = config.database_url();
    let database = Database::open(&url)
        .await
        .with_context(|| format!("cannot open the database {}", without_password(&url)))?;
    let (rng, now) = (SystemRng::default(), SystemClock.now());
    let keys = SigningKeys::load(&database, &master_key(&config)?, &rng, now).await?;
    if let Some(rotate) = rotate {
        let means = Means {
            store: &database,
            rng: &rng,
            config: &config,
            now,
        };
        let audit = || rotation::audit(now, "command line");
        let algorithm = rotate.algorithm.map(|name| name.0);
        match keys.rotate(&means, algorithm, rotate.force, &audit).await {
            Ok(()) => {}
            Err(NotRotated::NoKey) => {
                bail!("there is no key of this algorithm: one is made when a token needs it")
            }
            Err(NotRotated::TooSoon(at)) => bail!(
                "the next key was published less than an hour ago, and some services may not know \
                 it yet; try again in {} minutes, or with --force",
                at.millis_since(now) / 60_000 + 1
            ),
            Err(NotRotated::Failed(error)) => return Err(error),
        }
    }
    print(keys.list(), all.json, now)?;
    database.close().await;
    Ok(())
}

fn print(keys: Vec<KeyView>, json: bool, now: Timestamp) -> anyhow::Result<()> {
    if json {
        say!("{}", serde_json::to_string_pretty(&KeyList { keys })?)?;
        return Ok(());
    }
    for key in keys {
        let since = match key.state {
            KeyState::Next => Some(key.created_at),
            KeyState::Active => key.activated_at,
            KeyState::Retired => key.retired_at,
        };
        let days = since.map_or(0, |since| now.millis_since(since) / 86_400_000);
        let state = key.state.as_str();
        say!(
            "{}  {:<5}  {state:<7}  for {days} days",
            key.kid,
            key.algorithm
        )?;
    }
    Ok(())
}
