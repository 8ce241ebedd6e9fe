//! A client's key, and the proofs it signs (RFC 9449 section 4.2).

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::{Clock, Signer, base64url};

pub(crate) struct Prover {
    pub(crate) signer: Signer,
    clock: Clock,
    proofs: AtomicU64,
}

impl Prover {
    pub(crate) fn new(clock: &Clock) -> Self {
        Self::of(Signer::es256(), clock)
    }

    pub(crate) fn of(signer: Signer, clock: &Clock) -> Self {
        Self {
            signer,
            clock: clock.clone(),
            proofs: AtomicU64::new(0),
        }
    }

    fn jwk(&self) -> Value {
        let mut jwk = self.signer.jwk();
        let members = jwk.as_object_mut().unwrap();
        members.retain(|name, _| !["kid", "use", "alg"].contains(&name.as_str()));
        jwk
    }

    /// The thumbprint of the key (RFC 7638): serde_json sorts the members as the RFC wants them.
    pub(crate) fn thumbprint(&self) -> String {
        hash(&self.jwk().to_string())
    }

    pub(crate) fn header(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": self.signer.alg, "jwk": self.jwk() })
    }

    pub(crate) fn claims(&self, method: &str, address: &str, token: &str) -> Value {
        let id = self.proofs.fetch_add(1, Ordering::SeqCst);
        json!({
            "jti": format!("proof-{id}"), "htm": method, "htu": address,
            "iat": self.clock.seconds(), "ath": hash(token),
        })
    }

    pub(crate) fn proof(&self, method: &str, address: &str, token: &str) -> String {
        let claims = self.claims(method, address, token);
        self.signer.sign_with(&self.header(), &claims)
    }

    /// What binds a token to the key (RFC 9449 section 6.1).
    pub(crate) fn confirmation(&self) -> Value {
        json!({ "jkt": self.thumbprint() })
    }
}

/// SHA-256 in base64url.
pub(crate) fn hash(text: &str) -> String {
    base64url(digest(&SHA256, text.as_bytes()))
}
