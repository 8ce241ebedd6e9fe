//! The certificate that a caller has shown, and what there is in it.

use std::sync::Arc;

use portcullis_domain::Timestamp;
use portcullis_types::client::Jwk;
use rustls::pki_types::CertificateDer;
use x509_cert::{
    Certificate,
    der::{
        self, Decode, Reader, SliceReader,
        asn1::{ObjectIdentifier, UintRef},
        oid::db::{rfc5912, rfc8410},
    },
    spki::SubjectPublicKeyInfoOwned,
};

use crate::crypto::token::{base64url, sha256};

/// Most bytes of a certificate that is looked into.
const LONGEST: usize = 16 * 1024;

/// A certificate whose key the caller of this request has, as a TLS handshake has proved: an
/// extension of requests.
///
/// [`connections::serve_tls`](crate::connections::serve_tls) puts it there. A server of your own that
/// speaks TLS with clients does the same; nothing else must, least of all a header. That it is from a
/// CA, or good at this time, it does not say.
#[derive(Clone)]
pub struct ClientCertificate(Arc<Shown>);

struct Shown {
    chain: Vec<CertificateDer<'static>>,
    thumbprint: String,
}

impl ClientCertificate {
    /// The certificate and those that came along with it, in DER, the caller's own first. Nothing:
    /// there are none.
    pub fn from_chain(chain: impl IntoIterator<Item = Vec<u8>>) -> Option<Self> {
        let chain: Vec<_> = chain.into_iter().map(CertificateDer::from).collect();
        let thumbprint = base64url(&sha256(chain.first()?));
        Some(Self(Arc::new(Shown { chain, thumbprint })))
    }

    /// Its SHA-256 in base64url: what tokens are bound to (RFC 8705 section 3.1).
    pub fn thumbprint(&self) -> &str {
        &self.0.thumbprint
    }

    /// It, and those that came along.
    pub(crate) fn chain(&self) -> &[CertificateDer<'static>] {
        &self.0.chain
    }

    /// What is in it. Nothing: that cannot be read.
    pub(super) fn read(&self) -> Option<Certificate> {
        self.chain().first().and_then(|own| read(own))
    }

    /// Whether it is good at that time by what it says itself.
    pub(crate) fn is_timely(&self, now: Timestamp) -> bool {
        let Some(read) = self.read() else {
            return false;
        };
        let validity = read.tbs_certificate().validity();
        let now = u64::try_from(now.as_seconds()).unwrap_or_default();
        let begins = validity.not_before.to_unix_duration().as_secs();
        let ends = validity.not_after.to_unix_duration().as_secs();
        (begins..=ends).contains(&now)
    }

    /// Its public key.
    pub(crate) fn key(&self) -> Option<Jwk> {
        self.chain().first().and_then(|own| key_of(own))
    }
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut it = formatter.debug_struct("ClientCertificate");
        it.field("thumbprint", &self.thumbprint())
            .finish_non_exhaustive()
    }
}

fn read(der: &[u8]) -> Option<Certificate> {
    Certificate::from_der(der)
        .ok()
        .filter(|_| der.len() <= LONGEST)
}

/// The public key of a certificate in DER, with the members that name it in its one way (RFC 7638
/// section 3.2). Nothing: it cannot be read, or is of a kind that is not known here.
pub(crate) fn key_of(der: &[u8]) -> Option<Jwk> {
    let read = read(der)?;
    key(read.tbs_certificate().subject_public_key_info())
}

fn key(info: &SubjectPublicKeyInfoOwned) -> Option<Jwk> {
    let bytes = info.subject_public_key.as_bytes()?;
    let named = |kty: &str| Jwk {
        kty: kty.to_owned(),
        ..Jwk::default()
    };
    match info.algorithm.oid {
        rfc5912::ID_EC_PUBLIC_KEY => {
            let parameters = info.algorithm.parameters.as_ref()?;
            let (crv, length) = match parameters.decode_as::<ObjectIdentifier>().ok()? {
                rfc5912::SECP_256_R_1 => ("P-256", 32),
                rfc5912::SECP_384_R_1 => ("P-384", 48),
                rfc5912::SECP_521_R_1 => ("P-521", 66),
                _ => return None,
            };
            // An uncompressed point (RFC 5480 section 2.2).
            let point = bytes.strip_prefix(&[4])?;
            let (x, y) = point.split_at_checked(length)?;
            (y.len() == length).then(|| Jwk {
                crv: Some(crv.to_owned()),
                x: Some(base64url(x)),
                y: Some(base64url(y)),
                ..named("EC")
            })
        }
        rfc8410::ID_ED_25519 => Some(Jwk {
            crv: Some("Ed25519".to_owned()),
            x: Some(base64url(bytes)),
            ..named("OKP")
        }),
        rfc5912::RSA_ENCRYPTION => {
            let mut reader = SliceReader::new(bytes).ok()?;
            let numbers = reader.sequence(|reader| -> der::Result<_> {
                let modulus = UintRef::decode(reader)?;
                Ok((modulus, UintRef::decode(reader)?))
            });
            let (modulus, exponent) = numbers.ok().filter(|_| reader.is_finished())?;
            Some(Jwk {
                n: Some(base64url(modulus.as_bytes())),
                e: Some(base64url(exponent.as_bytes())),
                ..named("RSA")
            })
        }
        _ => None,
    }
}
