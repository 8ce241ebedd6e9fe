//! Tokens of an issuer that publishes its keys: Portcullis, or any OpenID provider.

use std::fmt;
#[cfg(feature = "discovery")]
use std::sync::Arc;

use async_trait::async_trait;

#[cfg(feature = "discovery")]
use crate::discovery::{Discovery, Freshness};
use crate::{
    Algorithm, Claims, Refusal, Rules, SetupError, TokenVerifier, Unverified, key_set::KeySet,
};

/// What issuers sign with today. PKCS #1 v1.5 is among them, because OpenID Connect makes RS256 the
/// default.
const USUAL: [Algorithm; 5] = [
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::EdDsa,
    Algorithm::Ps256,
    Algorithm::Rs256,
];

/// Verifies tokens that an issuer signs with a key of its own.
///
/// Portcullis:
///
/// ```
/// use portcullis_verify::{Issuer, Rules};
///
/// // Until clients can ask for a resource, the audience of its tokens is itself.
/// let portcullis = "https://auth.example.com";
/// let verifier = Issuer::discover(portcullis, Rules::access_tokens(portcullis))?;
/// # Ok::<(), portcullis_verify::SetupError>(())
/// ```
///
/// ID tokens of Google, such as an app gets from its sign-in button and sends to its server. The
/// audience is your client id at Google; anything else would let other people's apps sign in here:
///
/// ```
/// use portcullis_verify::{Algorithm, Issuer, Rules};
///
/// let client_id = "1234-abc.apps.googleusercontent.com";
/// let google = Issuer::discover("https://accounts.google.com", Rules::id_tokens(client_id))?
///     .algorithms([Algorithm::Rs256])?;
/// # Ok::<(), portcullis_verify::SetupError>(())
/// ```
///
/// Access tokens of Auth0. Its issuers end with a slash, which is part of the name. An API can be set
/// to the profile of RFC 9068 there; one that is not needs `Rules::untyped_access_tokens`:
///
/// ```
/// use portcullis_verify::{Algorithm, Issuer, Rules};
///
/// let rules = Rules::access_tokens("https://api.example.com").clients(["AbCdEf0123456789"]);
/// let auth0 = Issuer::discover("https://example.eu.auth0.com/", rules)?
///     .algorithms([Algorithm::Rs256])?;
/// # Ok::<(), portcullis_verify::SetupError>(())
/// ```
pub struct Issuer {
    name: String,
    keys: Keys,
    rules: Rules,
    algorithms: Vec<Algorithm>,
}

enum Keys {
    Given(KeySet),
    #[cfg(feature = "discovery")]
    Discovered(Arc<Discovery>),
}

impl Issuer {
    /// Verifies with keys from `issuer`'s discovery document (RFC 8414, OpenID Connect Discovery
    /// 1.0), which are fetched when the first token comes and then kept (see [`Freshness`]). Nothing
    /// is fetched over plain HTTP except on loopback, and no redirect is followed. Tokens have to be
    /// verified on a tokio runtime then.
    ///
    /// # Errors
    /// If this is no issuer's address, or the rules are not sound.
    #[cfg(feature = "discovery")]
    pub fn discover(issuer: impl Into<String>, rules: Rules) -> Result<Self, SetupError> {
        let issuer = issuer.into();
        let discovery = Discovery::new(&issuer, rules.the_clock())?;
        Self::of(issuer, Keys::Discovered(Arc::new(discovery)), rules)
    }

    /// Verifies with the keys of this JWK Set, and no others.
    ///
    /// # Errors
    /// If there is no usable key in it, or the rules are not sound.
    pub fn with_keys(
        issuer: impl Into<String>,
        jwks: &str,
        rules: Rules,
    ) -> Result<Self, SetupError> {
        let keys = KeySet::parse(jwks.as_bytes()).ok_or(SetupError::Keys)?;
        if keys.is_empty() {
            return Err(SetupError::Keys);
        }
        Self::of(issuer.into(), Keys::Given(keys), rules)
    }

    fn of(name: String, keys: Keys, rules: Rules) -> Result<Self, SetupError> {
        rules.sound()?;
        if name.is_empty() {
            return Err(SetupError::NoIssuer);
        }
        Ok(Self {
            name,
            keys,
            rules,
            algorithms: USUAL.to_vec(),
        })
    }

    /// Allows these algorithms and no others. By default: ES256, ES384, EdDSA, PS256 and RS256.
    ///
    /// # Errors
    /// If there is none.
    pub fn algorithms(
        mut self,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> Result<Self, SetupError> {
        self.algorithms = algorithms.into_iter().collect();
        if self.algorithms.is_empty() {
            return Err(SetupError::Algorithms);
        }
        Ok(self)
    }

    /// For how long keys are kept, where they are discovered.
    #[cfg(feature = "discovery")]
    #[must_use]
    pub fn freshness(mut self, freshness: Freshness) -> Self {
        if let Keys::Discovered(discovery) = self.keys {
            let discovery = Discovery::clone_with(&discovery, freshness);
            self.keys = Keys::Discovered(Arc::new(discovery));
        }
        self
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut it = formatter.debug_struct("Issuer");
        it.field("name", &self.name).finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenVerifier for Issuer {
    fn issuers(&self) -> Vec<String> {
        vec![self.name.clone()]
    }

    async fn check(&self, token: &Unverified<'_>) -> Result<Claims, Refusal> {
        let jws = &token.0;
        // Cheap things first: what is not meant for this issuer must not make it fetch keys.
        if token.issuer() != Some(&self.name) {
            return Err(Refusal::Issuer);
        }
        let algorithm = Algorithm::named(jws.algorithm()?).ok_or(Refusal::Algorithm)?;
        if !self.algorithms.contains(&algorithm) {
            return Err(Refusal::Algorithm);
        }
        self.rules.check_type(jws)?;
        let id = jws.text("kid")?;
        let key = match &self.keys {
            Keys::Given(keys) => keys.find(id, algorithm)?.clone(),
            #[cfg(feature = "discovery")]
            Keys::Discovered(discovery) => discovery.find(id, algorithm).await?,
        };
        if !key.signed(algorithm, jws.signed.as_bytes(), jws.signature) {
            return Err(Refusal::Signature);
        }
        self.rules.check_claims(&self.name, &jws.payload)
    }
}
