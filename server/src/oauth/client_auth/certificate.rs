//! Clients that prove who they are by the certificate of the TLS connection (RFC 8705 section 2). The
//! handshake has proved that they have its key; whose it is, is looked at here.

use base64::{Engine, engine::general_purpose::STANDARD};
use portcullis_types::client::{AuthMethod, Client, Jwk, JwkSet};

use super::keys;
use crate::{
    app::App,
    http::caller::Caller,
    oauth::clients::Registered,
    tls::{ClientCertificate, key_of},
};

/// Whether the certificate that the caller has shown is the client's.
pub(super) async fn is_its_own(app: &App, caller: &Caller, client: &Registered) -> bool {
    let method = client.token_endpoint_auth_method;
    let Some(certificate) = &caller.certificate else {
        return false;
    };
    if !app.config.tls.offers(method) {
        return false;
    }
    match method {
        AuthMethod::TlsClientAuth => {
            bears_its_name(client, certificate)
                && app
                    .tls
                    .as_ref()
                    .is_some_and(|tls| tls.trusts(certificate, caller.now))
        }
        AuthMethod::SelfSignedTlsClientAuth => {
            certificate.is_timely(caller.now)
                && is_registered(app, caller, client, certificate).await
        }
        _ => false,
    }
}

/// Whether it bears the one name that the client is registered with (RFC 8705 section 2.1).
fn bears_its_name(client: &Client, certificate: &ClientCertificate) -> bool {
    match client.certificate_names().as_slice() {
        [(field, said)] => certificate.bears(field, said),
        _ => false,
    }
}

/// Whether it is one of the client's, or its key is (RFC 8705 section 2.2).
async fn is_registered(
    app: &App,
    caller: &Caller,
    client: &Registered,
    certificate: &ClientCertificate,
) -> bool {
    let Some(key) = certificate.key() else {
        return false;
    };
    let own = certificate.chain().first().map(AsRef::as_ref);
    let is_among = |jwks: &JwkSet| {
        let usable = jwks.keys.iter().filter(|it| keys::is_for_signing(it));
        usable.into_iter().any(|jwk| match first(jwk) {
            Some(Some(registered)) => own == Some(registered.as_slice()),
            Some(None) => false,
            None => is_same(jwk, &key),
        })
    };
    keys::any_of_client(app, client, caller.now, is_among).await
}

/// The first certificate of a key that has some; nothing in it: that is none.
#[expect(
    clippy::option_option,
    reason = "having none, and one that cannot be read, are not the same"
)]
pub(crate) fn first(jwk: &Jwk) -> Option<Option<Vec<u8>>> {
    let chain = jwk.x5c.as_ref()?;
    Some(chain.first().and_then(|first| STANDARD.decode(first).ok()))
}

/// Whether a key's certificate is of that key (RFC 7517 section 4.7).
pub(crate) fn is_of_its_key(jwk: &Jwk) -> bool {
    match first(jwk) {
        None => true,
        Some(der) => der
            .and_then(|der| key_of(&der))
            .is_some_and(|key| is_same(jwk, &key)),
    }
}

/// Whether two keys are the same, by the members that name one (RFC 7638 section 3.2).
fn is_same(jwk: &Jwk, other: &Jwk) -> bool {
    let named = |it: &Jwk| [&it.crv, &it.x, &it.y, &it.n, &it.e].map(Clone::clone);
    jwk.kty == other.kty && named(jwk) == named(other)
}
