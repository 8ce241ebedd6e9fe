//! What a configuration must fulfil beyond having the right types.

use portcullis_domain::roles::ADMIN;
use portcullis_policy::Pattern;
use url::{Host, Url};

use super::{ClientConfig, Config};

/// Checks what types alone cannot. The message names the setting.
pub(super) fn validate(config: &Config) -> Result<(), String> {
    public_url(&config.public_url())?;
    for (name, seconds) in [
        ("session.idle_seconds", config.session.idle_seconds),
        ("session.absolute_seconds", config.session.absolute_seconds),
        ("session.remember_seconds", config.session.remember_seconds),
        (
            "session.sensitive_seconds",
            config.session.sensitive_seconds,
        ),
        ("passkey.ceremony_seconds", config.passkey.ceremony_seconds),
        (
            "oauth.access_token_seconds",
            config.oauth.access_token_seconds,
        ),
        (
            "oauth.refresh_idle_seconds",
            config.oauth.refresh_idle_seconds,
        ),
        (
            "oauth.refresh_absolute_seconds",
            config.oauth.refresh_absolute_seconds,
        ),
        ("oauth.code_seconds", config.oauth.code_seconds),
        (
            "oauth.pushed_request_seconds",
            config.oauth.pushed_request_seconds,
        ),
    ] {
        if !(1..=10 * 365 * 24 * 3600).contains(&seconds) {
            return Err(format!("{name} must be between 1 second and 10 years"));
        }
    }
    if !(0..=300).contains(&config.oauth.refresh_retry_seconds) {
        return Err("oauth.refresh_retry_seconds must be between 0 and 300".to_owned());
    }
    for (name, seconds) in [
        ("limits.header_seconds", config.limits.header_seconds),
        (
            "limits.keep_alive_seconds",
            config.limits.keep_alive_seconds,
        ),
    ] {
        if !(1..=3600).contains(&seconds) {
            return Err(format!("{name} must be between 1 second and 1 hour"));
        }
    }
    let password = &config.password;
    if password.min_length < 8 || password.max_length < 64 || password.max_length > 4096 {
        return Err(
            "password.min_length must be at least 8, and password.max_length between 64 \
                    and 4096 (NIST SP 800-63B-4)"
                .to_owned(),
        );
    }
    if password.min_score > 4 {
        return Err("password.min_score must be between 0 and 4".to_owned());
    }
    if argon2::Params::new(password.argon2_memory_kib, password.argon2_passes, 1, None).is_err() {
        return Err(
            "password.argon2_memory_kib must be at least 8, and password.argon2_passes at \
                    least 1"
                .to_owned(),
        );
    }
    roles(config)?;
    config.clients.iter().try_for_each(client)
}

fn public_url(text: &str) -> Result<(), String> {
    let url = Url::parse(text).map_err(|error| format!("public_url is not a URL: {error}"))?;
    let loopback = match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        _ => {
            return Err(
                "public_url must begin with https:// (http:// only for localhost), or \
                         browsers will not keep its cookies"
                    .to_owned(),
            );
        }
    }
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if bare && url.username().is_empty() && url.password().is_none() {
        Ok(())
    } else {
        Err("public_url must be an origin: no path, query or user name".to_owned())
    }
}

fn roles(config: &Config) -> Result<(), String> {
    for role in &config.roles {
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if role.name.is_empty() || role.name.len() > 64 || !role.name.chars().all(fine) {
            return Err(format!(
                "roles: {:?} is not a role name (lower-case letters, digits, - and _)",
                role.name
            ));
        }
        if role.name == ADMIN {
            return Err("roles: `admin` is built in and may do everything".to_owned());
        }
        for pattern in &role.permissions {
            Pattern::parse(pattern)
                .map_err(|error| format!("roles: {}: {pattern:?}: {error}", role.name))?;
        }
    }
    for name in &config.default_roles {
        if !config.roles.iter().any(|role| &role.name == name) {
            return Err(format!("default_roles: there is no role {name:?}"));
        }
    }
    Ok(())
}

fn client(client: &ClientConfig) -> Result<(), String> {
    let visible = |b: u8| b.is_ascii_graphic();
    if client.id.is_empty() || client.id.len() > 128 || !client.id.bytes().all(visible) {
        return Err(format!("clients: {:?} is not a client id", client.id));
    }
    if client.redirect_uris.is_empty() {
        return Err(format!(
            "clients: {} needs at least one redirect_uri",
            client.id
        ));
    }
    for uri in &client.redirect_uris {
        let url =
            Url::parse(uri).map_err(|error| format!("clients: {}: {uri:?}: {error}", client.id))?;
        if url.fragment().is_some() || uri.contains('*') {
            return Err(format!(
                "clients: {}: {uri:?} must have no fragment and no wildcard (RFC 9700 section 4.1)",
                client.id
            ));
        }
        if matches!(
            url.scheme(),
            "javascript" | "data" | "file" | "blob" | "about"
        ) {
            return Err(format!(
                "clients: {}: {uri:?} has a dangerous scheme",
                client.id
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_http_public_url_is_refused_except_on_localhost() {
        assert!(public_url("https://auth.example.com").is_ok());
        assert!(public_url("http://localhost:8080").is_ok());
        assert!(public_url("http://127.0.0.1:8080").is_ok());
        assert!(public_url("http://auth.example.com").is_err());
        assert!(public_url("https://auth.example.com/path").is_err());
        assert!(public_url("https://user@auth.example.com").is_err());
        assert!(public_url("nonsense").is_err());
    }

    #[test]
    fn dangerous_redirects_are_refused() {
        let with = |uri: &str| {
            client(&ClientConfig {
                id: "spa".to_owned(),
                name: "Spa".to_owned(),
                redirect_uris: vec![uri.to_owned()],
                scopes: Vec::new(),
                require_pushed_authorization_requests: false,
                dpop_bound_access_tokens: false,
            })
        };
        assert!(with("https://app.example.com/callback").is_ok());
        for bad in [
            "javascript:alert(1)",
            "https://a.example/#x",
            "https://*.example/cb",
            "/cb",
        ] {
            assert!(with(bad).is_err(), "{bad}");
        }
    }
}
