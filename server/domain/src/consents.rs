//! Consents: what people let applications do in their name.

use async_trait::async_trait;
use portcullis_types::{Timestamp, UserId};

use crate::{
    AuditEvent, SecretHash, StorageError,
    oauth::{NewRefreshToken, TokenFamily},
};

/// What a user lets a client do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The user.
    pub user: UserId,
    /// The client.
    pub client_id: String,
    /// Scopes, each once.
    pub scopes: Vec<String>,
    /// Services (RFC 8707), each once.
    pub resources: Vec<String>,
    /// When it was first given.
    pub created_at: Timestamp,
    /// When it was last given.
    pub updated_at: Timestamp,
}

impl Consent {
    /// Whether it has all of these in it.
    pub fn covers(&self, scopes: &[String], resources: &[String]) -> bool {
        scopes.iter().all(|scope| self.scopes.contains(scope))
            && resources
                .iter()
                .all(|resource| self.resources.contains(resource))
    }
}

/// What a user has decided who was asked.
#[derive(Clone, Debug)]
pub struct ConsentDecision {
    /// The question, which is answered once.
    pub question: SecretHash,
    /// When it can no longer be answered.
    pub expires_at: Timestamp,
    /// Who was asked.
    pub user: UserId,
    /// What was allowed; none: nothing.
    pub allowed: Option<Consent>,
}

/// Keeps consents.
#[async_trait]
pub trait ConsentStore {
    /// Decides: exactly one call for a question gets true. What is allowed comes to what was
    /// allowed before. False: the question was answered, or the account is gone or disabled;
    /// nothing changed.
    async fn decide_consent(
        &self,
        decision: ConsentDecision,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// What the user lets that client do.
    async fn consent(&self, user: UserId, client_id: &str)
    -> Result<Option<Consent>, StorageError>;

    /// All that the user has consented to, latest given first.
    async fn consents_of(&self, user: UserId) -> Result<Vec<Consent>, StorageError>;

    /// Takes a consent back, and revokes what the client was given for the user: families, codes,
    /// devices. False: there was none, and nothing changed.
    async fn revoke_consent(
        &self,
        user: UserId,
        client_id: &str,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// As [`begin_family`](crate::oauth::OAuthStore::begin_family), for as long as the consent
    /// stands that it rests on.
    async fn begin_consented_family(
        &self,
        family: TokenFamily,
        first: NewRefreshToken,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_covers_what_it_has_and_no_more() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let consent = Consent {
            user: UserId(uuid::Uuid::nil()),
            client_id: "shop".to_owned(),
            scopes: words(&["openid", "email"]),
            resources: words(&["https://api.example"]),
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
        };
        let covers = |scopes: &[&str], resources: &[&str]| {
            let (scopes, resources): (Vec<_>, Vec<_>) = (words(scopes), words(resources));
            consent.covers(&scopes, &resources)
        };
        assert!(covers(&[], &[]) && covers(&["email"], &["https://api.example"]));
        assert!(!covers(&["profile"], &[]) && !covers(&["email", "profile"], &[]));
        assert!(!covers(&["email"], &["https://api.example/"]));
        assert!(!covers(&["https://api.example"], &[]));
    }
}
