//! OAuth's own bodies: the token endpoint's answer and its error shape (RFC 6749 section 5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::client::ClaimValue;

/// A successful answer of the token endpoint.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenResponse {
    /// An access token: a JWT (RFC 9068), or an opaque one where the client is registered so.
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

/// A successful answer to a token exchange (RFC 8693 section 2.2.1).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangeResponse {
    /// The tokens.
    #[serde(flatten)]
    pub tokens: TokenResponse,
    /// What was issued: an access token.
    pub issued_token_type: String,
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

/// A successful answer of the device authorization endpoint (RFC 8628 section 3.2).
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceResponse {
    /// What the device asks with.
    pub device_code: String,
    /// What somebody types.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// The same with the code in it, to be shown as a QR code.
    pub verification_uri_complete: String,
    /// That QR code, drawn (SVG): for devices that can show a picture and draw none. Ours, and not
    /// in the RFC.
    pub verification_uri_qr: String,
    /// Seconds until it is too late.
    pub expires_in: u32,
    /// Seconds that must pass between two questions.
    pub interval: u32,
}

impl std::fmt::Debug for DeviceResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceResponse")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// What a token is good for (RFC 7662 section 2.2). One that is not active says nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct IntrospectionResponse {
    /// Whether it is good.
    pub active: bool,
    /// Its scopes, separated by spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The client it was given to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// `Bearer` or `DPoP`; refresh tokens have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// When it expires, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was issued, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// The user; for a client's own token, the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Whom it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// Who issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// When the user had proved themselves, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// What it is bound to (RFC 9449 section 6.2, RFC 8705 section 3.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// Who acts for the user, and who did before them (RFC 8693 section 4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub act: Option<Act>,
    /// What the client's claim mappers have it say of the user.
    #[serde(flatten)]
    pub of_user: BTreeMap<String, ClaimValue>,
}

/// Who acts for a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The client.
    pub sub: String,
    /// Who did before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Act>>,
}

impl Act {
    /// How many there are.
    pub fn depth(&self) -> usize {
        std::iter::successors(Some(self), |act| act.act.as_deref()).count()
    }
}

/// What a token is bound to: a key, a certificate, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Confirmation {
    /// The thumbprint of the key (RFC 7638).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jkt: Option<String>,
    /// The SHA-256 of the certificate (RFC 8705 section 3.1).
    #[serde(default, rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
}

/// What a client may know of the user (OpenID Connect Core 1.0 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserInfo {
    /// The user's id, or what else the client knows them by.
    pub sub: String,
    /// Their name, with the scope `profile`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their address, with the scope `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the address was proved to be theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// Their roles, with the scope `roles`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// What their roles allow, with the scope `permissions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
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
#[expect(
    clippy::struct_excessive_bools,
    reason = "a server has as many switches as there are specifications"
)]
pub struct ServerMetadata {
    /// The issuer, equal to the byte to the `iss` of tokens.
    pub issuer: String,
    /// Where to send the browser.
    pub authorization_endpoint: String,
    /// Where to exchange codes and refresh tokens.
    pub token_endpoint: String,
    /// Where to push authorization requests (RFC 9126).
    pub pushed_authorization_request_endpoint: String,
    /// Where applications register themselves (RFC 7591).
    pub registration_endpoint: String,
    /// Where devices without a browser ask to be let in (RFC 8628).
    pub device_authorization_endpoint: String,
    /// Where to revoke refresh tokens (RFC 7009).
    pub revocation_endpoint: String,
    /// Where to ask what a token is good for (RFC 7662).
    pub introspection_endpoint: String,
    /// What signed answers about tokens may be signed with (RFC 9701 section 7).
    pub introspection_signing_alg_values_supported: Vec<String>,
    /// How clients say who they are there.
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// What their assertions may be signed with there.
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Where to ask about the user.
    pub userinfo_endpoint: String,
    /// Where to sign a user out here as well.
    pub end_session_endpoint: String,
    /// Whether clients are told that a session has ended (OpenID Connect Back-Channel Logout 1.0).
    #[serde(default)]
    pub backchannel_logout_supported: bool,
    /// Whether they are told which.
    #[serde(default)]
    pub backchannel_logout_session_supported: bool,
    /// The page for a frame that says whether the browser is signed in as it was (OpenID Connect
    /// Session Management 1.0), where that is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_session_iframe: Option<String>,
    /// The public signing keys.
    pub jwks_uri: String,
    /// The scopes there are.
    pub scopes_supported: Vec<String>,
    /// `code`, nothing else.
    pub response_types_supported: Vec<String>,
    /// `query`.
    pub response_modes_supported: Vec<String>,
    /// How clients get tokens.
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
    /// Whether access tokens can be bound to certificates (RFC 8705 section 3.3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// What DPoP proofs may be signed with (RFC 9449 section 5.1).
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// RFC 9207: answers carry `iss`.
    pub authorization_response_iss_parameter_supported: bool,
    /// How strongly somebody can be asked to prove themselves: `phr` (with a passkey) and `1`.
    pub acr_values_supported: Vec<String>,
    /// The languages of the pages.
    pub ui_locales_supported: Vec<String>,
    /// Whether single claims can be asked for with `claims`.
    pub claims_parameter_supported: bool,
    /// Request objects may come along.
    pub request_parameter_supported: bool,
    /// What they may be signed with.
    pub request_object_signing_alg_values_supported: Vec<String>,
    /// Not of everybody: of clients that are registered so.
    pub require_signed_request_object: bool,
    /// Request objects are not fetched; a `request_uri` is from the PAR endpoint.
    pub request_uri_parameter_supported: bool,
    /// `public` and `pairwise`.
    pub subject_types_supported: Vec<String>,
    /// `ES256`, `RS256` and `EdDSA`.
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// The claims there are.
    pub claims_supported: Vec<String>,
}
