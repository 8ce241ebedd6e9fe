//! `portcullis config check`.

use super::Settings;

pub(super) fn check(settings: &Settings) -> anyhow::Result<()> {
    let config = settings.load()?;
    println!("The configuration is good.");
    println!("  public URL  {}", config.public_url());
    println!("  listens on  {}:{}", config.host, config.port);
    println!("  database    {}", without_password(&config.database_url()));
    println!("  clients     {}", config.clients.len());
    Ok(())
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
