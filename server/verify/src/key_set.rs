//! The keys that an issuer publishes (RFC 7517 section 5), and which of them a token was signed with.

use serde_json::Value;

use crate::{Algorithm, Refusal, json, key::Key};

/// An issuer's keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet(Vec<Key>);

impl KeySet {
    /// Reads a JWK Set. Keys that are not understood are left out, as section 5 says; nothing if
    /// this is no JWK Set.
    pub(crate) fn parse(document: &[u8]) -> Option<Self> {
        let document = json::object(document)?;
        let keys = document.get("keys")?.as_array()?;
        let keys = keys.iter().filter_map(Value::as_object);
        Some(Self(keys.filter_map(Key::from_jwk).collect()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one key with that id that fits the algorithm. Where the token names none, the one that
    /// fits. Several: none, since trying keys until one fits is for attackers.
    pub(crate) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Result<&Key, Refusal> {
        let mut fitting = self
            .0
            .iter()
            .filter(|key| key.fits(algorithm) && id.is_none_or(|id| key.id.as_deref() == Some(id)));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            _ => Err(Refusal::Key),
        }
    }
}
