//! OAuth grants: authorization codes, and refresh tokens in families.

use async_trait::async_trait;
use portcullis_types::{FamilyId, SessionId, Timestamp, UserId};

use crate::{AuditEvent, SecretHash, StorageError};

/// An authorization code as it is kept, with everything it is bound to.
#[derive(Clone, Debug)]
pub struct AuthorizationCode {
    /// SHA-256 of the code.
    pub code: SecretHash,
    /// The family that redeeming it will begin.
    pub family: FamilyId,
    /// The client it was given to.
    pub client_id: String,
    /// Who authorized.
    pub user: UserId,
    /// In which browser session.
    pub session: Option<SessionId>,
    /// Where the browser was sent.
    pub redirect_uri: String,
    /// Scopes granted.
    pub scopes: Vec<String>,
    /// PKCE S256 challenge (RFC 7636); empty: its client does without.
    pub code_challenge: String,
    /// The services its tokens may be for (RFC 8707); none: our own API.
    pub resources: Vec<String>,
    /// Single claims that were asked for, each with the place where it is told: `id_token:name`.
    pub claims: Vec<String>,
    /// To be echoed in the ID token.
    pub nonce: Option<String>,
    /// Thumbprint of the key that must redeem it (RFC 9449 section 10).
    pub dpop_jkt: Option<String>,
    /// When the user had proved themselves.
    pub auth_time: Timestamp,
    /// How.
    pub amr: Vec<String>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it can no longer be redeemed.
    pub expires_at: Timestamp,
}

/// What redeeming a code came to. Whether its bindings fit is checked by the caller, after it is
/// spent: a code shown with the wrong verifier is gone.
#[derive(Clone, Debug)]
pub enum ConsumeCode {
    /// The first to ask; the code is spent now.
    Fresh(Box<AuthorizationCode>),
    /// Spent before, however long ago: its family, if it had begun, is revoked now (RFC 6749
    /// section 4.1.2).
    Reused {
        /// The family that the code had begun or would have.
        family: FamilyId,
        /// Whose it was.
        user: UserId,
    },
    /// No such code, or its time or its session was over before it was spent.
    Unknown,
}

/// A pushed authorization request (RFC 9126) as it is kept.
#[derive(Clone, Debug)]
pub struct PushedRequest {
    /// SHA-256 of what it is shown by.
    pub request: SecretHash,
    /// The client that pushed it.
    pub client_id: String,
    /// What it asks for, sealed under a key derived from what it is shown by.
    pub sealed: Vec<u8>,
    /// When it can no longer be shown.
    pub expires_at: Timestamp,
}

/// The chain of refresh tokens that descends from one sign-in.
#[derive(Clone, Debug)]
pub struct TokenFamily {
    /// Its id; `sid` in the tokens.
    pub id: FamilyId,
    /// Who signed in.
    pub user: UserId,
    /// In which browser session, as long as that lasts, if the client is to be told when it ends.
    pub session: Option<SessionId>,
    /// With which client.
    pub client_id: String,
    /// Scopes granted.
    pub scopes: Vec<String>,
    /// The services its tokens may be for (RFC 8707); none: our own API.
    pub resources: Vec<String>,
    /// Single claims that were asked for, each with the place where it is told: `id_token:name`.
    pub claims: Vec<String>,
    /// Thumbprint of the key that its refresh tokens are bound to (RFC 9449 section 5).
    pub dpop_jkt: Option<String>,
    /// Thumbprint of the certificate that they are bound to (RFC 8705 section 4).
    pub certificate: Option<String>,
    /// When the user had proved themselves.
    pub auth_time: Timestamp,
    /// How.
    pub amr: Vec<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// A refresh token about to be kept.
#[derive(Clone, Debug)]
pub struct NewRefreshToken {
    /// SHA-256 of the token.
    pub token: SecretHash,
    /// When it can no longer be used.
    pub expires_at: Timestamp,
}

/// A refresh token that was not used yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreshRefreshToken {
    /// Its family, which may be revoked or over.
    pub family: FamilyId,
    /// When it can no longer be used.
    pub expires_at: Timestamp,
}

/// A refresh: the old token, and what becomes of it if this is its first use.
#[derive(Clone, Debug)]
pub struct RefreshRotation {
    /// SHA-256 of the token presented.
    pub presented: SecretHash,
    /// The client that presents it.
    pub client_id: String,
    /// Thumbprint of the key that it is presented with.
    pub dpop_jkt: Option<String>,
    /// Thumbprint of the certificate that it is presented with.
    pub certificate: Option<String>,
    /// Its successor, should it be fresh.
    pub successor: NewRefreshToken,
    /// The successor in clear, sealed under a key derived from the token presented.
    pub sealed_successor: Vec<u8>,
    /// Now.
    pub now: Timestamp,
    /// How long the same token gets the same successor, in seconds; 0 turns it off.
    pub retry_seconds: i64,
}

/// What a refresh came to.
#[derive(Clone, Debug)]
pub enum RotateRefresh {
    /// The first use: the successor given is kept.
    Rotated(TokenFamily),
    /// The same token again, inside the window and before its successor was used: here is the
    /// successor it got the first time, sealed.
    Retried {
        /// The family.
        family: TokenFamily,
        /// What [`RefreshRotation::sealed_successor`] was then.
        sealed_successor: Vec<u8>,
    },
    /// A spent token, outside the window or after its successor was used: a replay. The family is
    /// revoked now, and no other.
    Replayed(TokenFamily),
    /// No such token, expired, revoked, of another client, key or certificate, or of a disabled
    /// account. Nothing changed.
    Refused,
}

/// Keeps codes and families.
#[async_trait]
pub trait OAuthStore {
    /// Keeps a pushed request until it is shown or expires.
    async fn save_pushed_request(&self, request: PushedRequest) -> Result<(), StorageError>;

    /// Takes a pushed request away: exactly one caller gets what it asks for, sealed. One of
    /// another client, or expired, is `None` and stays as it is.
    async fn consume_pushed_request(
        &self,
        request: SecretHash,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, StorageError>;

    /// Keeps a code.
    async fn save_code(
        &self,
        code: AuthorizationCode,
        audit: AuditEvent,
    ) -> Result<(), StorageError>;

    /// A code of that client that is not spent yet, for whoever looks at it before
    /// [`Self::begin_family`] spends it. It may be spent when they come to that.
    async fn fresh_code(
        &self,
        code: SecretHash,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Option<AuthorizationCode>, StorageError>;

    /// Spends a code: exactly one caller gets [`ConsumeCode::Fresh`]. A code of another client is
    /// [`ConsumeCode::Unknown`] and stays as it is. On reuse `audit_reuse` is written.
    async fn consume_code(
        &self,
        code: SecretHash,
        client_id: &str,
        now: Timestamp,
        audit_reuse: AuditEvent,
    ) -> Result<ConsumeCode, StorageError>;

    /// Begins a family with its first refresh token, unless the account is disabled or the code's
    /// family was revoked by a reuse in the meantime. False: it was, and nothing was kept.
    async fn begin_family(
        &self,
        family: TokenFamily,
        first: NewRefreshToken,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// Rotates a refresh token in one transaction. `audit_rotated` is written for the first use,
    /// `audit_replayed` for a replay, nothing for a retry or a refusal.
    async fn rotate_refresh(
        &self,
        rotation: RefreshRotation,
        audit_rotated: AuditEvent,
        audit_replayed: AuditEvent,
    ) -> Result<RotateRefresh, StorageError>;

    /// The family, revoked or not.
    async fn family(&self, id: FamilyId) -> Result<Option<TokenFamily>, StorageError>;

    /// Revokes the family of that refresh token, if the client is the one it was given to. `None`:
    /// it is not, there is no such token, or the family was revoked before.
    async fn revoke_family_of(
        &self,
        token: SecretHash,
        client_id: &str,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<Option<FamilyId>, StorageError>;

    /// Revokes that family, if the client is the one it was given to. False: it is not, or it was
    /// revoked before.
    async fn revoke_family(
        &self,
        id: FamilyId,
        client_id: &str,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// A refresh token that was not used and has not expired. Changes nothing.
    async fn fresh_refresh_token(
        &self,
        token: SecretHash,
        now: Timestamp,
    ) -> Result<Option<FreshRefreshToken>, StorageError>;

    /// Revokes one access token, by the hash of its id, for as long as it would be good. False: it
    /// was before.
    async fn revoke_token(
        &self,
        token: SecretHash,
        expires_at: Timestamp,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// Whether that access token was revoked.
    async fn is_token_revoked(&self, token: SecretHash) -> Result<bool, StorageError>;
}
