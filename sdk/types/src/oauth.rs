//! OAuth's own bodies: the token endpoint's answer and its error shape (RFC 6749 section 5).

use serde::{Deserialize, Serialize};

/// A successful answer of the token endpoint.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenResponse {
    /// A JWT access token (RFC 9068).
    pub access_token: String,
    /// `Bearer`, or `DPoP` where the token is bound to a key.
    pub token_type: String,
    /// Seconds until the access token expires.
    pub expires_in: u32,
    /// The next refresh token; the one presented is spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// An ID token, where `openid` is among the scopes (code grant only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// The scopes granted, separated by spaces.
    pub scope: String,
}

impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenResponse")
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// A successful answer of the PAR endpoint (RFC 9126 section 2.2).
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushedResponse {
    /// To be shown at the authorization endpoint, once.
    pub request_uri: String,
    /// Seconds until it expires.
    pub expires_in: u32,
}

impl std::fmt::Debug for PushedResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PushedResponse")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// What the OAuth endpoints answer when they refuse (RFC 6749 section 5.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OAuthError {
    /// Such as `invalid_grant`.
    pub error: String,
    /// What to mend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
}

/// Authorization server metadata (RFC 8414 section 2), as far as the SDK reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerMetadata {
    /// The issuer, equal to the byte to the `iss` of tokens.
    pub issuer: String,
    /// Where to send the browser.
    pub authorization_endpoint: String,
    /// Where to exchange codes and refresh tokens.
    pub token_endpoint: String,
    /// Where to push authorization requests (RFC 9126).
    pub pushed_authorization_request_endpoint: String,
    /// Where to revoke refresh tokens (RFC 7009).
    pub revocation_endpoint: String,
    /// The public signing keys.
    pub jwks_uri: String,
    /// The scopes there are.
    pub scopes_supported: Vec<String>,
    /// `code`, nothing else.
    pub response_types_supported: Vec<String>,
    /// `query`.
    pub response_modes_supported: Vec<String>,
    /// `authorization_code` and `refresh_token`.
    pub grant_types_supported: Vec<String>,
    /// `S256`, nothing else.
    pub code_challenge_methods_supported: Vec<String>,
    /// How clients say who they are (OpenID Connect Core section 9).
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// What their assertions may be signed with.
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// The same, where tokens are revoked.
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// The same, where tokens are revoked.
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// What DPoP proofs may be signed with (RFC 9449 section 5.1).
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// RFC 9207: answers carry `iss`.
    pub authorization_response_iss_parameter_supported: bool,
    /// `public`.
    pub subject_types_supported: Vec<String>,
    /// `ES256`.
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// The claims there are.
    pub claims_supported: Vec<String>,
}
