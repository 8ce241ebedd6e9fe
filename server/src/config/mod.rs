//! Settings: what they are, their defaults, and where they come from.

mod load;
mod mail;
mod validate;

use std::path::PathBuf;

use portcullis_domain::roles::Role;
use portcullis_types::client::{AuthMethod, Client};
use serde::{Deserialize, Serialize};

pub use load::{ConfigError, Overrides, load};
pub use mail::{BrandConfig, MailConfig, Secret};
pub(crate) use mail::{SmtpTls, smtp_server};

/// All settings. Every one has a default; an empty file is a valid one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address to listen on.
    pub host: String,
    /// TCP port to listen on; 0 lets the system choose.
    pub port: u16,
    /// The URL people reach the server at, without a trailing slash. Left out: `http://localhost`
    /// and the port; with TLS, `https://localhost` and the port.
    pub public_url: Option<String>,
    /// TLS in the program itself.
    pub tls: TlsConfig,
    /// `sqlite:` and a path, or `postgres://…`. Left out: `portcullis.db` in the data directory.
    pub database: Option<String>,
    /// Where the embedded database and the master key are kept.
    pub data_dir: PathBuf,
    /// A folder of static files to serve as the user interface. Left out: the one inside of the
    /// program, where it was built with one.
    pub ui: Option<PathBuf>,
    /// Adds the demo's notes API and its roles.
    pub demo: bool,
    /// How log lines look.
    pub log_format: LogFormat,
    /// How long sessions last.
    pub session: SessionConfig,
    /// What makes a good password, and what hashing one costs.
    pub password: PasswordConfig,
    /// Passkey settings.
    pub passkey: PasskeyConfig,
    /// Authenticator apps.
    pub totp: TotpConfig,
    /// How often something may be tried.
    pub limits: LimitConfig,
    /// How mails are sent.
    pub mail: MailConfig,
    /// How mails look.
    pub brand: BrandConfig,
    /// Token lifetimes.
    pub oauth: OAuthConfig,
    /// Signing keys.
    pub keys: KeyConfig,
    /// OAuth clients; more can be registered while the server runs.
    pub clients: Vec<Client>,
    /// Roles, besides `admin`, which may do everything.
    pub roles: Vec<Role>,
    /// Roles of everybody who signs up; each must be among `roles`.
    pub default_roles: Vec<String>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// TLS in the program itself, 1.2 and 1.3. Without a certificate it speaks plain HTTP, for a proxy in
/// front to do the rest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    /// A PEM file with the server's certificate and those above it, its own first. Files are read
    /// again on SIGHUP, and within a minute after they have changed.
    pub certificate: Option<PathBuf>,
    /// A PEM file with the key of that certificate.
    pub key: Option<PathBuf>,
    /// Whether callers are asked for a certificate of theirs (RFC 8705). None has to have one;
    /// browsers in which people have installed some let them choose.
    pub client_certificates: bool,
    /// A PEM file with the CAs whose certificates prove who a client with `tls_client_auth` is.
    pub client_ca: Option<PathBuf>,
}

impl TlsConfig {
    /// Whether clients can authenticate in that way here.
    pub(crate) fn offers(&self, method: AuthMethod) -> bool {
        match method {
            AuthMethod::TlsClientAuth => self.client_certificates && self.client_ca.is_some(),
            AuthMethod::SelfSignedTlsClientAuth => self.client_certificates,
            _ => true,
        }
    }
}

/// How long sessions last, in seconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionConfig {
    /// Without use; 1 hour.
    pub idle_seconds: i64,
    /// At all; 24 hours.
    pub absolute_seconds: i64,
    /// With "remember me", both; 30 days.
    pub remember_seconds: i64,
    /// How recent a proof must be for sensitive acts; 15 minutes.
    pub sensitive_seconds: i64,
}

/// What makes a good password, and what hashing one costs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordConfig {
    /// Fewest code points; 15, as long as no second factor is asked for (NIST SP 800-63B-4).
    pub min_length: usize,
    /// Most code points; 128.
    pub max_length: usize,
    /// Lowest zxcvbn score, 0 to 4; 3.
    pub min_score: u8,
    /// Argon2id memory in KiB; 19,456.
    pub argon2_memory_kib: u32,
    /// Argon2id passes; 2.
    pub argon2_passes: u32,
    /// Hashes computed at once; 0: as many as there are cores.
    pub parallel_hashes: usize,
    /// Hashes that may wait for their turn; past it 503.
    pub waiting_hashes: usize,
}

/// Passkey settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasskeyConfig {
    /// What the browser shows as the site's name.
    pub rp_name: String,
    /// The relying party id; left out: the public URL's host. Changing it orphans every passkey.
    pub rp_id: Option<String>,
    /// Most passkeys of one account; 10.
    pub per_account: u32,
    /// How long a ceremony may take, in seconds; 300.
    pub ceremony_seconds: i64,
}

/// Authenticator apps.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TotpConfig {
    /// Most authenticator apps of one account; 5.
    pub per_account: u32,
}

/// How often something may be tried, how much may be sent, and how long a caller may take.
///
/// Tries are counted before they are made, so that parallel ones count too.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitConfig {
    /// Failed sign-ins to one account from one address, per 15 minutes; 10.
    pub sign_ins_per_account_and_ip: u32,
    /// Failed sign-ins to one account from anywhere, per hour; 100.
    pub sign_ins_per_account: u32,
    /// Failed sign-ins from one address, per 15 minutes; 100.
    pub sign_ins_per_ip: u32,
    /// Wrong codes of second factors of one account, per hour; 10. Per day five times as many.
    pub second_factors_per_account: u32,
    /// New accounts from one address, per hour; 30.
    pub registrations_per_ip: u32,
    /// Mails that are asked for one address from one network address, per 15 minutes; 3.
    pub mails_per_address_and_ip: u32,
    /// Mails that are asked for one address from anywhere, per hour; 10.
    pub mails_per_address: u32,
    /// Mails that are asked for from one network address, per hour; 50.
    pub mails_per_ip: u32,
    /// Links of mails that are tried from one network address, per 15 minutes; 100.
    pub mail_links_per_ip: u32,
    /// Passkey ceremonies begun from one address, per minute; 120.
    pub ceremonies_per_ip: u32,
    /// Failed authentications of one OAuth client from one address, per minute; 60.
    pub client_authentications_per_client_and_ip: u32,
    /// Authorization requests pushed from one address, per minute; 120.
    pub pushed_requests_per_ip: u32,
    /// Devices that begin to wait at one address, per minute; 60.
    pub devices_per_ip: u32,
    /// Codes of devices that one person tries which are none, per 10 minutes; 10.
    pub user_codes_per_account: u32,
    /// The same from one address; 50.
    pub user_codes_per_ip: u32,
    /// Event streams of one session at once; 8.
    pub event_streams_per_session: u32,
    /// Largest body of a request in bytes; 65,536.
    pub body_bytes: usize,
    /// How long the head of a request may take to arrive, in seconds; 10.
    pub header_seconds: u32,
    /// How long a connection may be without a request, or its caller take nothing of an answer, in
    /// seconds; 75. A proxy in front should give up its connections sooner than that.
    pub keep_alive_seconds: u32,
}

/// Token lifetimes, in seconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OAuthConfig {
    /// Access tokens; 10 minutes.
    pub access_token_seconds: i64,
    /// Refresh tokens without use; 7 days.
    pub refresh_idle_seconds: i64,
    /// Token families at all; 30 days.
    pub refresh_absolute_seconds: i64,
    /// How long the same refresh token gets the same successor; 30. 0 turns it off.
    pub refresh_retry_seconds: i64,
    /// Authorization codes; 60.
    pub code_seconds: i64,
    /// Devices that wait to be let in; 600.
    pub device_code_seconds: i64,
    /// Pushed authorization requests; 60.
    pub pushed_request_seconds: i64,
    /// Whether DPoP proofs must repeat a nonce of the server's (RFC 9449 section 8); true. Costs a
    /// request each time a client has been silent for a minute. Without it proofs are good for a
    /// minute by the client's clock, also those that were made ahead, and once more after a restart.
    pub dpop_nonces: bool,
    /// Whether applications may ask a frame of ours if the browser is signed in as it was (OpenID
    /// Connect Session Management 1.0); false. Browsers that keep cookies from frames of other sites
    /// answer applications of the same site only, such as `app.example.com` of `auth.example.com`.
    pub session_management: bool,
}

/// Signing keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyConfig {
    /// How long tokens are signed with one before the next takes over, in seconds; 90 days.
    pub rotation_seconds: i64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 8080,
            public_url: None,
            tls: TlsConfig::default(),
            database: None,
            data_dir: PathBuf::from("portcullis-data"),
            ui: None,
            demo: false,
            log_format: LogFormat::Text,
            session: SessionConfig::default(),
            password: PasswordConfig::default(),
            passkey: PasskeyConfig::default(),
            totp: TotpConfig::default(),
            limits: LimitConfig::default(),
            mail: MailConfig::default(),
            brand: BrandConfig::default(),
            oauth: OAuthConfig::default(),
            keys: KeyConfig::default(),
            clients: Vec::new(),
            roles: vec![Role {
                name: "user".to_owned(),
                description: "Everybody who signs up.".to_owned(),
                permissions: Vec::new(),
            }],
            default_roles: vec!["user".to_owned()],
        }
    }
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            idle_seconds: 3600,
            absolute_seconds: 24 * 3600,
            remember_seconds: 30 * 24 * 3600,
            sensitive_seconds: 15 * 60,
        }
    }
}

impl Default for PasswordConfig {
    fn default() -> Self {
        Self {
            min_length: 15,
            max_length: 128,
            min_score: 3,
            argon2_memory_kib: 19 * 1024,
            argon2_passes: 2,
            parallel_hashes: 0,
            waiting_hashes: 64,
        }
    }
}

impl Default for PasskeyConfig {
    fn default() -> Self {
        Self {
            rp_name: "Portcullis".to_owned(),
            rp_id: None,
            per_account: 10,
            ceremony_seconds: 300,
        }
    }
}

impl Default for TotpConfig {
    fn default() -> Self {
        Self { per_account: 5 }
    }
}

impl Default for LimitConfig {
    fn default() -> Self {
        Self {
            sign_ins_per_account_and_ip: 10,
            sign_ins_per_account: 100,
            sign_ins_per_ip: 100,
            second_factors_per_account: 10,
            registrations_per_ip: 30,
            mails_per_address_and_ip: 3,
            mails_per_address: 10,
            mails_per_ip: 50,
            mail_links_per_ip: 100,
            ceremonies_per_ip: 120,
            client_authentications_per_client_and_ip: 60,
            pushed_requests_per_ip: 120,
            devices_per_ip: 60,
            user_codes_per_account: 10,
            user_codes_per_ip: 50,
            event_streams_per_session: 8,
            body_bytes: 64 * 1024,
            header_seconds: 10,
            keep_alive_seconds: 75,
        }
    }
}

impl Default for OAuthConfig {
    fn default() -> Self {
        Self {
            access_token_seconds: 600,
            refresh_idle_seconds: 7 * 24 * 3600,
            refresh_absolute_seconds: 30 * 24 * 3600,
            refresh_retry_seconds: 30,
            code_seconds: 60,
            device_code_seconds: 600,
            pushed_request_seconds: 60,
            dpop_nonces: true,
            session_management: false,
        }
    }
}

impl Default for KeyConfig {
    fn default() -> Self {
        Self {
            rotation_seconds: 90 * 24 * 3600,
        }
    }
}

impl Config {
    /// The public URL, without a trailing slash.
    pub fn public_url(&self) -> String {
        let scheme = match self.tls.certificate {
            Some(_) => "https",
            None => "http",
        };
        self.public_url.as_deref().map_or_else(
            || format!("{scheme}://localhost:{}", self.port),
            |url| url.trim_end_matches('/').to_owned(),
        )
    }

    /// The database's URL.
    pub fn database_url(&self) -> String {
        self.database
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", self.data_dir.join("portcullis.db").display()))
    }
}
