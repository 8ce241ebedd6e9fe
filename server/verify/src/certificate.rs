//! Certificates that tokens are bound to (RFC 8705 section 3).

use std::{fmt, sync::Arc};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The certificate that a caller has shown in the TLS handshake.
///
/// A service that speaks TLS with its callers, and asks them for certificates, puts this into the
/// extensions of each request of a connection; [`VerifyLayer`](crate::VerifyLayer) finds it there. It
/// must have seen the handshake itself: a header that says so can be from anybody.
///
/// ```
/// # use portcullis_verify::ClientCertificate;
/// # fn shown(der: &[u8], request: &mut http::Request<()>) {
/// // `der` is the first of `peer_certificates()`, if rustls speaks TLS.
/// request.extensions_mut().insert(ClientCertificate::from_der(der));
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate(Arc<str>);

impl ClientCertificate {
    /// The certificate in DER. Nothing but its SHA-256 is kept.
    pub fn from_der(der: &[u8]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(digest(&SHA256, der)).into())
    }

    /// Its SHA-256 in base64url, as `x5t#S256` has it.
    pub fn thumbprint(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("ClientCertificate")
            .field(&self.0)
            .finish()
    }
}

/// What whoever presents a token has, beside the token: a key, a certificate, both, or nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Holder<'a> {
    /// The thumbprint of the key that made the proof (RFC 9449 section 7.1).
    pub key: Option<&'a str>,
    /// The certificate of the connection.
    pub certificate: Option<&'a ClientCertificate>,
}
