//! What a registration says about certificates (RFC 8705).

use std::net::IpAddr;

use portcullis_types::client::{AuthMethod, Client, JwkSet};
use url::Url;

use super::validate::{Invalid, wrong};
use crate::{config::TlsConfig, oauth::client_auth::certificate, tls};

/// Most bytes of a name.
const LONGEST: usize = 500;
/// Most certificates of a key, and most characters of one.
const MOST: usize = 5;
const LONGEST_CERTIFICATE: usize = 8000;

/// Whether it is clear whose certificate is the client's.
pub(super) fn check(client: &Client) -> Result<(), Invalid> {
    let names = client.certificate_names();
    let is_by_name = client.token_endpoint_auth_method == AuthMethod::TlsClientAuth;
    match names.as_slice() {
        [] if is_by_name => wrong(
            "tls_client_auth_subject_dn",
            "tls_client_auth needs one of subject_dn, san_dns, san_uri, san_ip and san_email",
        ),
        [] => Ok(()),
        [(field, _), ..] if !is_by_name => wrong(field, "is for tls_client_auth only"),
        // RFC 8705 section 2.1.2.
        [_, (field, _), ..] => wrong(field, "is one name too many: there must be exactly one"),
        [(field, said)] => name(field, said),
    }
}

fn name(field: &'static str, said: &str) -> Result<(), Invalid> {
    if said.len() > LONGEST || said.chars().any(char::is_control) {
        return wrong(field, "is too long, or has control characters");
    }
    let is_plain = said.bytes().all(|b| b.is_ascii_graphic());
    let (is_good, what) = match field {
        "tls_client_auth_subject_dn" => (
            tls::is_distinguished_name(said),
            "must be a name as RFC 4514 writes it, such as CN=shop,O=Example,C=DE (openssl x509 \
             -noout -subject -nameopt RFC2253)",
        ),
        "tls_client_auth_san_dns" => {
            let fine = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
            (
                !said.is_empty() && said.bytes().all(fine),
                "must be a DNS name, without wildcards",
            )
        }
        "tls_client_auth_san_uri" => (is_plain && Url::parse(said).is_ok(), "must be a URI"),
        "tls_client_auth_san_ip" => (said.parse::<IpAddr>().is_ok(), "must be an IP address"),
        _ => {
            let parts = said.split_once('@');
            let is_whole = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
            (is_plain && is_whole, "must be a mail address")
        }
    };
    if is_good { Ok(()) } else { wrong(field, what) }
}

/// Whether the certificates that come along with keys are theirs.
pub(super) fn of_keys(jwks: &JwkSet) -> Result<(), Invalid> {
    let chains = jwks.keys.iter().filter_map(|key| key.x5c.as_ref());
    for chain in chains {
        if chain.len() > MOST || chain.iter().any(|it| it.len() > LONGEST_CERTIFICATE) {
            return wrong("jwks", "has more or longer certificates than a key needs");
        }
    }
    if jwks.keys.iter().all(certificate::is_of_its_key) {
        return Ok(());
    }
    // RFC 7517 section 4.7.
    wrong(
        "jwks",
        "has an x5c that does not begin with a certificate of its key",
    )
}

/// Whether what it is registered for can be had with these settings.
pub(crate) fn offered(client: &Client, tls: &TlsConfig) -> Result<(), Invalid> {
    let method = client.token_endpoint_auth_method;
    if !tls.offers(method) {
        let what = match method {
            AuthMethod::TlsClientAuth => "needs tls.client_certificates and tls.client_ca",
            _ => "needs tls.client_certificates",
        };
        let what = format!("{} {what} in this server's settings", method.as_str());
        return wrong("token_endpoint_auth_method", what);
    }
    if client.tls_client_certificate_bound_access_tokens && !tls.client_certificates {
        return wrong(
            "tls_client_certificate_bound_access_tokens",
            "needs tls.client_certificates in this server's settings",
        );
    }
    Ok(())
}
