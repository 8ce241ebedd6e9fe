//! Applications that register themselves: what they say of themselves (RFC 7591), and the admin
//! API's bodies about what lets them.

use serde::{Deserialize, Serialize};

use crate::{
    RegistrationTokenId, Timestamp, UserId,
    client::{AuthMethod, GrantType, JwkSet, SigningAlgorithm, SubjectType},
};

/// What an application says of itself (RFC 7591 section 2). Members that are not known here are
/// passed over, as that section says. When it changes its registration, what is left out of ways,
/// grants, scopes, algorithms and subjects stays as it is, and so does a switch that is on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a registration has as many switches as there are specifications"
)]
pub struct ClientMetadata {
    /// Its id: only when it changes its registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// What people know it as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// Where the browser may be sent.
    pub redirect_uris: Vec<String>,
    /// Where the browser may be sent after signing out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it is told that somebody's session has ended: https, and on the host of a redirect
    /// URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it must be told which session. It always is.
    pub backchannel_logout_session_required: bool,
    /// How it says who it is; left out: `client_secret_basic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// How it gets tokens; left out: `authorization_code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<GrantType>>,
    /// `code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_types: Option<Vec<String>>,
    /// Scopes it may ask for, separated by spaces; left out: `openid profile email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// With `tls_client_auth`, one of these five says whose certificate is its own (RFC 8705 section
    /// 2.1.2): the subject's name as RFC 4514 writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// A DNS name among the certificate's alternative names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// A URI among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// An IP address among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// A mail address among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// Its public keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<JwkSet>,
    /// Where its public keys are: not taken, nothing is fetched from addresses that anybody names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Its logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// How it treats people's data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// What its ID tokens are signed with; left out: RS256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<SigningAlgorithm>,
    /// Whether it must push its authorization requests.
    pub require_pushed_authorization_requests: bool,
    /// Whether it must sign its authorization requests.
    pub require_signed_request_object: bool,
    /// Whether it gets no tokens without a DPoP proof.
    pub dpop_bound_access_tokens: bool,
    /// Whether its tokens are bound to the certificate that it gets them with.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// What it knows users by; left out: `public`, or what it was. Back to `public` takes an admin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_type: Option<SubjectType>,
    /// With `pairwise`: where the redirect URIs of all are listed who share its sector; on the
    /// public internet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
}

/// What an application is registered as (RFC 7591 section 3.2.1, RFC 7592 section 3).
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrationResponse {
    /// What it said of itself, completed.
    #[serde(flatten)]
    pub metadata: ClientMetadata,
    /// Its secret, shown this once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// 0: it does not expire by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_expires_at: Option<i64>,
    /// When it was registered, in seconds.
    pub client_id_issued_at: i64,
    /// Where it manages its registration.
    pub registration_client_uri: String,
    /// What with.
    pub registration_access_token: String,
}

impl std::fmt::Debug for RegistrationResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegistrationResponse")
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}

/// Body of `POST /api/admin/registration-tokens`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RegistrationTokenRequest {
    /// How many applications may register with it, 1 to 1,000.
    pub uses: u32,
    /// How long it is good, in seconds, at most 30 days.
    pub seconds: u32,
}

/// What applications may register themselves with, shown this once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrationToken {
    /// What it is listed and revoked by.
    pub id: RegistrationTokenId,
    /// The initial access token.
    pub token: String,
    /// How many may register with it.
    pub uses: u32,
    /// When it can no longer be used.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for RegistrationToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegistrationToken")
            .field("id", &self.id)
            .field("uses", &self.uses)
            .finish_non_exhaustive()
    }
}

/// What there is to know of a token that applications register themselves with; never the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrationTokenView {
    /// What it is revoked by.
    pub id: RegistrationTokenId,
    /// How the token begins.
    pub prefix: String,
    /// How many applications may register with it in all.
    pub uses: u32,
    /// How many still may.
    pub uses_left: u32,
    /// Who made it; nothing: the command line.
    pub made_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it can no longer be used.
    pub expires_at: Timestamp,
    /// When an application last registered with it.
    pub last_used_at: Option<Timestamp>,
}

/// Query of `GET /api/admin/registration-tokens`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct RegistrationTokenQuery {
    /// Where the page before this one ended: its `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<uuid::Uuid>))]
    pub after: Option<RegistrationTokenId>,
    /// How many, 1 to 100; 50 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of tokens that applications may register with until they are over, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrationTokenPage {
    /// The tokens.
    pub tokens: Vec<RegistrationTokenView>,
    /// `after` for the next page; nothing: this is the last one.
    pub next: Option<RegistrationTokenId>,
}
