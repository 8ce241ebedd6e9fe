//! How mails are sent and what they look like.

use std::{net::IpAddr, path::PathBuf};

use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

use super::Config;

/// How mails are sent. Without `smtp` none are; in the demo they can be looked at instead.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailConfig {
    /// The server that takes them: `smtps://HOST` (TLS from the first byte, port 465) or
    /// `smtp://HOST` (STARTTLS, which it must offer, port 587). `smtp://localhost:1025?tls=none` is
    /// for servers on this machine.
    pub smtp: Option<String>,
    /// Who sends them: `no-reply@example.com` or `Example <no-reply@example.com>`. Needed with
    /// `smtp`.
    pub from: Option<String>,
    /// The user name at the server, if it wants one.
    pub user: Option<String>,
    /// The password there. `PORTCULLIS_MAIL__PASSWORD` keeps it out of the file.
    pub password: Option<Secret>,
    /// A file of certificates (PEM) that are trusted besides those of the system.
    pub ca_file: Option<PathBuf>,
}

/// How mails look.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrandConfig {
    /// The name they are sent in; left out: `passkey.rp_name`.
    pub name: Option<String>,
    /// The colour of buttons, such as `#0b6e66`. The text on them is white.
    pub accent: Option<String>,
    /// An image, 32 pixels high: an `https://` address.
    pub logo: Option<String>,
}

/// A setting that nobody gets to see.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a secret.
    pub fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// The secret itself.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// How a connection to the server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SmtpTls {
    /// From the first byte.
    Whole,
    /// After `STARTTLS`, without which nothing is sent.
    Upgraded,
    /// Not at all: it does not leave this machine.
    None,
}

/// A server that takes mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SmtpServer {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: SmtpTls,
}

/// Reads an address of such a server.
pub(crate) fn smtp_server(text: &str) -> Result<SmtpServer, String> {
    let url = Url::parse(text).map_err(|error| format!("mail.smtp is not a URL: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "mail.smtp must not have a user name or password in it; use mail.user and \
                    mail.password"
                .to_owned(),
        );
    }
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or("mail.smtp names no host")?;
    let bare = matches!(url.path(), "" | "/") && url.fragment().is_none();
    let tls = match (url.scheme(), url.query()) {
        ("smtps", None) if bare => SmtpTls::Whole,
        ("smtp", None) if bare => SmtpTls::Upgraded,
        ("smtp", Some("tls=none")) if bare => {
            if !is_here(host) {
                return Err(
                    "mail.smtp: tls=none is only for a server on this machine (localhost)"
                        .to_owned(),
                );
            }
            SmtpTls::None
        }
        _ => {
            return Err(
                "mail.smtp must be smtps://HOST, smtp://HOST (with STARTTLS), or \
                        smtp://localhost?tls=none"
                    .to_owned(),
            );
        }
    };
    let port = url.port().unwrap_or(match tls {
        SmtpTls::Whole => 465,
        SmtpTls::Upgraded => 587,
        SmtpTls::None => 25,
    });
    Ok(SmtpServer {
        host: host.trim_matches(['[', ']']).to_owned(),
        port,
        tls,
    })
}

/// Whether a host is this machine, however it is written.
fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Checks the settings about mails.
pub(super) fn validate(config: &Config) -> Result<(), String> {
    let MailConfig {
        smtp,
        from,
        user,
        password,
        ca_file,
    } = &config.mail;
    if let Some(smtp) = smtp {
        smtp_server(smtp)?;
        if from.is_none() {
            return Err("mail.from is needed with mail.smtp: who sends the mails?".to_owned());
        }
    }
    if let Some(from) = from {
        from.parse::<Mailbox>().map_err(|error| {
            format!("mail.from: {from:?} is no sender such as no-reply@example.com: {error}")
        })?;
        if from.chars().any(char::is_control) {
            return Err("mail.from must be one line".to_owned());
        }
    }
    if user.is_some() != password.is_some() {
        return Err("mail.user and mail.password belong together".to_owned());
    }
    if smtp.is_none() && (user.is_some() || ca_file.is_some()) {
        return Err("mail.smtp is missing: which server takes the mails?".to_owned());
    }
    brand(&config.brand)
}

fn brand(brand: &BrandConfig) -> Result<(), String> {
    if let Some(name) = &brand.name
        && (name.trim().is_empty() || name.len() > 100 || name.chars().any(char::is_control))
    {
        return Err("brand.name must be one line of at most 100 bytes".to_owned());
    }
    if let Some(accent) = &brand.accent {
        let digits = accent.strip_prefix('#').unwrap_or_default();
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(format!(
                "brand.accent: {accent:?} is no colour such as #0b6e66"
            ));
        }
    }
    if let Some(logo) = &brand.logo
        && !Url::parse(logo).is_ok_and(|url| url.scheme() == "https")
    {
        return Err(
            "brand.logo must begin with https://, or mail programs will not show it".to_owned(),
        );
    }
    Ok(())
}

impl Config {
    /// The name that mails are sent in.
    pub(crate) fn brand_name(&self) -> &str {
        self.brand.name.as_deref().unwrap_or(&self.passkey.rp_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_mails_are_sent_is_never_in_clear_but_on_this_machine() {
        let tls = |text: &str| smtp_server(text).map(|server| (server.port, server.tls));
        assert_eq!(tls("smtps://mx.example.com"), Ok((465, SmtpTls::Whole)));
        assert_eq!(tls("smtp://mx.example.com"), Ok((587, SmtpTls::Upgraded)));
        assert_eq!(tls("smtp://mx.example.com:25"), Ok((25, SmtpTls::Upgraded)));
        for local in ["localhost", "127.0.0.1", "[::1]"] {
            let text = format!("smtp://{local}:1025?tls=none");
            assert_eq!(tls(&text), Ok((1025, SmtpTls::None)), "{local}");
        }
        for bad in [
            "smtp://mx.example.com?tls=none",
            "smtp://localhost.example.com?tls=none",
            "smtp://mx.example.com?tls=opportunistic",
            "smtps://mx.example.com?tls=none",
            "smtp://user:secret@mx.example.com",
            "smtp://mx.example.com/path",
            "smtp://",
            "http://mx.example.com",
            "mx.example.com:25",
            "nonsense",
        ] {
            let refused = smtp_server(bad).unwrap_err();
            assert!(refused.starts_with("mail.smtp"), "{bad}: {refused}");
            assert!(!refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let wrong = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            validate(&config).unwrap_err()
        };
        let missing = wrong(|config| config.mail.smtp = Some("smtps://mx.example".to_owned()));
        assert!(missing.starts_with("mail.from is needed"), "{missing}");
        let from = wrong(|config| config.mail.from = Some("Shop".to_owned()));
        assert!(from.starts_with("mail.from:"), "{from}");
        let lines = wrong(|config| config.mail.from = Some("a@b.c\r\nBcc: x@y.z".to_owned()));
        assert!(lines.starts_with("mail.from"), "{lines}");
        let user = wrong(|config| config.mail.user = Some("shop".to_owned()));
        assert!(user.starts_with("mail.user and"), "{user}");
        let accent = wrong(|config| config.brand.accent = Some("red".to_owned()));
        assert!(accent.starts_with("brand.accent"), "{accent}");
        let logo = wrong(|config| config.brand.logo = Some("http://a.example/l.png".to_owned()));
        assert!(logo.starts_with("brand.logo"), "{logo}");
    }

    #[test]
    fn a_password_prints_itself_nowhere() {
        let config: Config = toml::from_str(
            "[mail]\nsmtp = \"smtps://mx.example\"\nfrom = \"a@b.example\"\nuser = \"u\"\n\
             password = \"hunter2\"\n",
        )
        .unwrap();
        assert!(validate(&config).is_ok());
        let shown = format!("{config:?} {}", toml::to_string(&config).unwrap());
        assert!(!shown.contains("hunter2"));
        assert_eq!(config.mail.password.unwrap().expose(), "hunter2");
    }
}
