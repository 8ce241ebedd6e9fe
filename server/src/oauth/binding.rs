//! What tokens are bound to: a key (DPoP, RFC 9449), a certificate (RFC 8705 section 3), or both, and
//! then they are good with both only.

use portcullis_types::{ErrorCode, client::Client, oauth::Confirmation};

use super::{dpop, errors::Refusal};
use crate::{
    http::{caller::Caller, errors::ApiError},
    tls::ClientCertificate,
};

/// What a client has, as it asks for tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Binding {
    /// The thumbprint of the key that its proof was made with.
    pub(crate) jkt: Option<String>,
    /// The thumbprint of its certificate, if its tokens are to be bound to that.
    pub(crate) certificate: Option<String>,
}

impl Binding {
    /// What the tokens of this client are bound to. Refused is who does not have what they must be
    /// bound to.
    pub(crate) fn of(
        client: &Client,
        caller: &Caller,
        jkt: Option<String>,
    ) -> Result<Self, Refusal> {
        if client.requires_dpop() && jkt.is_none() {
            return Err(Refusal::invalid_dpop_proof());
        }
        let certificate = if client.tls_client_certificate_bound_access_tokens {
            Some(thumbprint(caller).ok_or_else(no_certificate)?.to_owned())
        } else {
            None
        };
        Ok(Self { jkt, certificate })
    }

    /// What its tokens say of it.
    pub(crate) fn confirmation(&self) -> Option<Confirmation> {
        let confirmation = Confirmation {
            jkt: self.jkt.clone(),
            certificate: self.certificate.clone(),
        };
        Some(confirmation).filter(|it| *it != Confirmation::default())
    }
}

fn no_certificate() -> Refusal {
    Refusal::invalid_request(
        "This client's tokens are bound to its certificate, and none came with the TLS connection.",
    )
}

/// The access token is good together with another certificate.
fn not_its_certificate() -> ApiError {
    ApiError::new(
        ErrorCode::NotAuthenticated,
        "The access token is bound to a certificate, and came over a connection without it.",
    )
    .challenge("Bearer error=\"invalid_token\"")
}

/// The thumbprint of the certificate that the caller has shown.
pub(crate) fn thumbprint(caller: &Caller) -> Option<&str> {
    let certificate = caller.certificate.as_ref();
    certificate.map(ClientCertificate::thumbprint)
}

/// Refuses a token that is bound to a certificate, unless its caller has shown that one (RFC 8705
/// section 3). Of the key that it may be bound to as well nothing is said.
pub(crate) fn check_certificate(
    confirmation: Option<&Confirmation>,
    caller: &Caller,
    scheme: dpop::Scheme,
) -> Result<(), ApiError> {
    match confirmation.and_then(|it| it.certificate.as_deref()) {
        None => Ok(()),
        Some(bound) if thumbprint(caller) == Some(bound) => Ok(()),
        Some(_) => Err(match scheme {
            dpop::Scheme::Bearer => not_its_certificate(),
            dpop::Scheme::Dpop => dpop::invalid_token(),
        }),
    }
}
