//! `portcullis config check`.

use super::{Settings, output::say, serve::check_ui};
use crate::tls::Tls;

pub(super) fn check(settings: &Settings) -> anyhow::Result<()> {
    let config = settings.load()?;
    check_ui(&config)?;
    Tls::load(&config.tls)?;
    say!("The configuration is good.")?;
    say!("  public URL  {}", config.public_url())?;
    let tls = match config.tls.certificate {
        Some(_) if config.tls.client_certificates => ", TLS, asking for certificates",
        Some(_) => ", TLS",
        None => "",
    };
    say!("  listens on  {}:{}{tls}", config.host, config.port)?;
    say!("  database    {}", without_password(&config.database_url()))?;
    let mails = match (&config.mail.smtp, config.demo) {
        (Some(server), _) => server.as_str(),
        (None, true) => "kept, and shown at /demo/outbox",
        (None, false) => "none are sent (mail.smtp)",
    };
    say!("  mail        {mails}")?;
    say!("  clients     {}", config.clients.len())
}

/// A database URL that can be shown.
pub(super) fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            let _ = parsed.set_password(Some("***"));
            parsed.to_string()
        }
        _ => url.to_owned(),
    }
}
