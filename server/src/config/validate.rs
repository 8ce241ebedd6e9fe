//! What a configuration must fulfil beyond having the right types.

use std::collections::HashSet;

use portcullis_domain::roles::ADMIN;
use portcullis_policy::Pattern;
use portcullis_types::client::Client;
use url::Url;

use super::{Config, TlsConfig};
use crate::oauth::clients::validate::{self, Invalid, is_loopback};

/// Checks what types alone cannot. The message names the setting.
pub(super) fn validate(config: &Config) -> Result<(), String> {
    public_url(&config.public_url())?;
    tls(config)?;
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
            "oauth.device_code_seconds",
            config.oauth.device_code_seconds,
        ),
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
    if !(24 * 3600..=10 * 365 * 24 * 3600).contains(&config.keys.rotation_seconds) {
        return Err("keys.rotation_seconds must be between 1 day and 10 years".to_owned());
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
    super::mail::validate(config)?;
    roles(config)?;
    clients(&config.clients, &config.tls)
}

/// What is in the files is looked at where they are read.
fn tls(config: &Config) -> Result<(), String> {
    let tls = &config.tls;
    let wrong = |what: &str| Err(what.to_owned());
    match (&tls.certificate, &tls.key) {
        (Some(_), None) => return wrong("tls.certificate needs tls.key, the key that it is for"),
        (None, Some(_)) => return wrong("tls.key needs tls.certificate, which it is the key of"),
        (None, None) if tls.client_certificates => {
            return wrong("tls.client_certificates needs tls.certificate and tls.key");
        }
        _ => {}
    }
    if tls.client_ca.is_some() && !tls.client_certificates {
        return wrong("tls.client_ca needs tls.client_certificates = true");
    }
    if tls.certificate.is_some() && !config.public_url().starts_with("https:") {
        return wrong("public_url must begin with https://, since there is a tls.certificate");
    }
    Ok(())
}

fn public_url(text: &str) -> Result<(), String> {
    let url = Url::parse(text).map_err(|error| format!("public_url is not a URL: {error}"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
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

fn clients(clients: &[Client], tls: &TlsConfig) -> Result<(), String> {
    let mut ids = HashSet::new();
    for client in clients {
        let id = &client.id;
        let visible = |b: u8| b.is_ascii_graphic();
        if id.is_empty() || id.len() > 128 || !id.bytes().all(visible) {
            return Err(format!("clients: {id:?} is not a client id"));
        }
        if validate::looks_like_a_user(id) {
            return Err(format!("clients: {id} looks like a user's id"));
        }
        if !ids.insert(id) {
            return Err(format!("clients: {id} is there twice"));
        }
        // Files are copied, sent around and checked in.
        if client.token_endpoint_auth_method.has_secret() {
            return Err(format!(
                "clients: {id}: a client with a secret cannot be in a file; register it with \
                 `portcullis client create`, or let it use private_key_jwt"
            ));
        }
        validate::check(client)
            .and_then(|()| validate::offered(client, tls))
            .map_err(|Invalid(field, what)| format!("clients: {id}: {field}: {what}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use portcullis_types::client::AuthMethod;

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
    fn clients_of_the_file_have_ids_of_their_own_and_no_secrets() {
        let spa = || {
            let mut client = Client::new("spa", "Spa");
            client.redirect_uris = vec!["https://app.example.com/callback".to_owned()];
            client
        };
        let plain = TlsConfig::default();
        assert_eq!(clients(&[spa()], &plain), Ok(()));
        assert!(clients(&[spa(), spa()], &plain).is_err());
        for bad in [
            "",
            "a b",
            "ä",
            &"a".repeat(129),
            "01a3185c-5000-7b48-baf6-4d2f80957b95",
        ] {
            let mut client = spa();
            bad.clone_into(&mut client.id);
            assert!(clients(&[client], &plain).is_err(), "{bad}");
        }
        let mut secret = spa();
        secret.token_endpoint_auth_method = AuthMethod::ClientSecretBasic;
        assert!(
            clients(&[secret], &plain)
                .unwrap_err()
                .contains("client create")
        );
        let mut dangerous = spa();
        dangerous.redirect_uris = vec!["javascript:alert(1)".to_owned()];
        assert!(
            clients(&[dangerous], &plain)
                .unwrap_err()
                .contains("redirect_uris")
        );
    }

    #[test]
    fn tls_is_whole_or_not_there() {
        let with = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            validate(&config)
        };
        let whole = |config: &mut Config| {
            config.tls.certificate = Some("chain.pem".into());
            config.tls.key = Some("key.pem".into());
        };
        assert_eq!(with(whole), Ok(()));
        let blamed = |change: fn(&mut Config)| {
            let error = with(change).unwrap_err();
            error.split(' ').next().unwrap().to_owned()
        };
        assert_eq!(
            blamed(|it| it.tls.certificate = Some("chain.pem".into())),
            "tls.certificate"
        );
        assert_eq!(blamed(|it| it.tls.key = Some("key.pem".into())), "tls.key");
        assert_eq!(
            blamed(|it| it.tls.client_certificates = true),
            "tls.client_certificates"
        );
        assert_eq!(
            blamed(|it| it.tls.client_ca = Some("ca.pem".into())),
            "tls.client_ca"
        );
        let http = |it: &mut Config| {
            it.tls.certificate = Some("chain.pem".into());
            it.tls.key = Some("key.pem".into());
            it.public_url = Some("http://localhost:8080".to_owned());
        };
        assert_eq!(blamed(http), "public_url");
    }

    #[test]
    fn rfc8705_a_client_with_a_certificate_wants_a_listener_that_asks_for_it() {
        let client = |method| {
            let mut client = Client::new("bank", "Bank");
            client.redirect_uris = vec!["https://bank.example/callback".to_owned()];
            client.token_endpoint_auth_method = method;
            match method {
                AuthMethod::TlsClientAuth => {
                    client.tls_client_auth_san_dns = Some("bank.example".to_owned());
                }
                _ => client.jwks_uri = Some("https://bank.example/jwks".to_owned()),
            }
            client
        };
        let (by_name, by_key) = (
            client(AuthMethod::TlsClientAuth),
            client(AuthMethod::SelfSignedTlsClientAuth),
        );
        let mut tls = TlsConfig::default();
        assert!(clients(std::slice::from_ref(&by_name), &tls).is_err());
        assert!(clients(std::slice::from_ref(&by_key), &tls).is_err());
        tls.client_certificates = true;
        assert!(
            clients(std::slice::from_ref(&by_name), &tls)
                .unwrap_err()
                .contains("tls.client_ca")
        );
        assert_eq!(clients(&[by_key], &tls), Ok(()));
        tls.client_ca = Some("ca.pem".into());
        assert_eq!(clients(&[by_name], &tls), Ok(()));
    }
}
