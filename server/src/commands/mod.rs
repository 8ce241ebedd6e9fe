//! The command line: one file per command.

mod accounts;
mod check;
mod client;
mod keys;
mod mail;
mod output;
mod registration_token;
mod serve;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use toml::Value;

use self::output::say;
use crate::{
    config::{self, Config, ConfigError, Overrides},
    crypto::{MasterKey, SystemRng},
};

/// Sign-in, sessions and permissions for your apps, from one small server.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:
  portcullis serve                              everything at its default, at http://localhost:8080
  portcullis serve --demo                       with the demo's notes
  portcullis serve --ui dist                    with your own pages
  portcullis serve --database postgres://localhost/portcullis
  portcullis client create --help               how to register an OAuth client
  portcullis config check                       what is wrong with portcullis.toml, if anything
  PORTCULLIS_SESSION__IDLE_SECONDS=900 portcullis serve"
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    #[command(after_help = "Examples:
  portcullis serve                                everything at its default
  portcullis serve --port 9000 --data-dir data    elsewhere
  portcullis serve --database postgres://localhost/portcullis
  portcullis serve --public-url https://auth.example.com --host 0.0.0.0
  portcullis serve --public-url https://auth.example.com --host 0.0.0.0 --port 443 \\
      --tls-certificate chain.pem --tls-key key.pem
  PORTCULLIS_SESSION__IDLE_SECONDS=900 portcullis serve")]
    Serve(Settings),
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Manage accounts directly on the database.
    #[command(subcommand)]
    Accounts(accounts::AccountsCommand),
    /// Manage OAuth clients directly on the database.
    #[command(subcommand)]
    Client(client::ClientCommand),
    /// Manage what applications register themselves with, directly on the database.
    #[command(subcommand)]
    RegistrationToken(registration_token::RegistrationTokenCommand),
    /// Manage signing keys directly on the database.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Look whether mails arrive.
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// Print the OpenAPI document.
    #[command(after_help = "Example:
  portcullis openapi > openapi.json")]
    Openapi {
        /// With the demo's notes
        #[arg(long)]
        demo: bool,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Say whether the configuration is good, and if not, which line or variable is wrong.
    #[command(after_help = "Examples:
  portcullis config check
  portcullis config check --config /etc/portcullis.toml")]
    Check(Settings),
}

/// Settings that every command shares. Flags go over `PORTCULLIS_*` variables, those over the file.
#[derive(Args, Clone, Debug, Default)]
struct Settings {
    /// Configuration file [default: portcullis.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1]
    #[arg(long)]
    host: Option<String>,
    /// Port to listen on; 0 lets the system choose [default: 8080]
    #[arg(long)]
    port: Option<u16>,
    /// URL people reach the server at [default: `http://localhost:PORT`; with TLS, https]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// PEM file with the server's certificate and those above it: TLS in the program itself
    #[arg(long, value_name = "FILE")]
    tls_certificate: Option<PathBuf>,
    /// PEM file with the key of that certificate
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Ask callers for a certificate of theirs (mutual TLS); none has to have one
    #[arg(long)]
    tls_client_certificates: bool,
    /// PEM file with the CAs whose certificates prove who a client with tls_client_auth is
    #[arg(long, value_name = "FILE")]
    tls_client_ca: Option<PathBuf>,
    /// sqlite:PATH or postgres://… [default: portcullis.db in the data directory]
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Where the embedded database and the master key are kept [default: portcullis-data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Folder of static files to serve as the user interface [default: the one in the program]
    #[arg(long, value_name = "DIR")]
    ui: Option<PathBuf>,
    /// Add the demo's notes and roles
    #[arg(long)]
    demo: bool,
}

impl Settings {
    fn load(&self) -> Result<Config, ConfigError> {
        let mut overrides = Overrides::default();
        let mut set = |key, value: Option<Value>| {
            if let Some(value) = value {
                overrides.0.insert(key, value);
            }
        };
        let text = |text: &Option<String>| text.clone().map(Value::String);
        let path = |path: &Option<PathBuf>| {
            path.as_ref()
                .map(|path| Value::String(path.display().to_string()))
        };
        set("host", text(&self.host));
        set("port", self.port.map(|port| Value::Integer(port.into())));
        set("public_url", text(&self.public_url));
        set("tls__certificate", path(&self.tls_certificate));
        set("tls__key", path(&self.tls_key));
        let asks = self.tls_client_certificates;
        set(
            "tls__client_certificates",
            asks.then_some(Value::Boolean(true)),
        );
        set("tls__client_ca", path(&self.tls_client_ca));
        set("database", text(&self.database));
        set("data_dir", path(&self.data_dir));
        set("ui", path(&self.ui));
        set("demo", self.demo.then_some(Value::Boolean(true)));
        config::load(self.config.as_deref(), std::env::vars(), &overrides)
    }
}

/// The master key: `PORTCULLIS_MASTER_KEY`, or the key file of the data directory.
fn master_key(config: &Config) -> anyhow::Result<MasterKey> {
    match std::env::var("PORTCULLIS_MASTER_KEY") {
        Ok(hex) => MasterKey::from_hex(&hex),
        Err(_) => MasterKey::from_file(&config.data_dir.join("master.key"), &SystemRng::default()),
    }
}

/// Makes the data directory where there is none, for its owner alone.
fn make_data_dir(config: &Config) -> anyhow::Result<()> {
    use anyhow::Context;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&config.data_dir).with_context(|| {
        format!(
            "cannot make the data directory {}",
            config.data_dir.display()
        )
    })
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// In words for whoever typed it.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(settings) => serve::serve(&settings).await,
            Command::Config(ConfigCommand::Check(settings)) => check::check(&settings),
            Command::Accounts(command) => accounts::run(command).await,
            Command::Client(command) => client::run(command).await,
            Command::RegistrationToken(command) => registration_token::run(command).await,
            Command::Keys(command) => keys::run(command).await,
            Command::Mail(command) => mail::run(command).await,
            Command::Openapi { demo } => say!("{}", crate::Portcullis::openapi(demo)),
        }
    }
}
