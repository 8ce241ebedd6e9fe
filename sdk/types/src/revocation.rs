//! What the server tells services of that was taken back: lines of JSON that `POST /oauth/revocations`
//! goes on answering with.

use serde::{Deserialize, Serialize};

use crate::FamilyId;

/// One line. What is named in it is taken back; a service may be told of the same again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevocationLine {
    /// Tokens whose claim `sid` is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub families: Vec<RevokedFamily>,
    /// Tokens whose claim `jti` has one of these hashes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<RevokedToken>,
    /// Tokens of one of these clients that were issued up to then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<EndedClient>,
    /// Says that all is told up to here, and is sent every few seconds also if nothing was to tell.
    /// Whoever asks again with it is told what has come since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Seconds after which what is named can be forgotten: no token that it concerns is good then.
    pub keep_seconds: i64,
}

/// A sign-in that is over, by whichever way: given back, taken back, the user disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokedFamily {
    /// The claim `sid`.
    pub sid: FamilyId,
    /// Since when, in seconds since 1970.
    pub at: i64,
}

/// A single token that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokedToken {
    /// SHA-256 of its `jti`, as base64url.
    pub hash: String,
    /// Since when, in seconds since 1970.
    pub at: i64,
}

/// A client that is no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndedClient {
    /// Its id.
    pub id: String,
    /// Since when, in seconds since 1970. Another may have its id afterwards.
    pub at: i64,
}
