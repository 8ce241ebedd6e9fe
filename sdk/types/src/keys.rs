//! Signing keys: the admin API's bodies about them. The private halves are never in any.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, client::SigningAlgorithm};

/// Where a signing key is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, so that everybody knows it when its turn comes.
    Next,
    /// Tokens are signed with it.
    Active,
    /// Published until the last token it signed has expired.
    Retired,
}

impl KeyState {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }
}

/// A signing key as an admin sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyView {
    /// Its `kid`.
    pub kid: String,
    /// Its JWS algorithm.
    pub algorithm: String,
    /// Where it is on its way.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when tokens are signed with it.
    pub activated_at: Option<Timestamp>,
    /// Since when they no longer are.
    pub retired_at: Option<Timestamp>,
    /// When the last token signed with it has expired, and it is forgotten.
    pub expires_at: Option<Timestamp>,
}

/// All signing keys, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyList {
    /// The keys.
    pub keys: Vec<KeyView>,
}

/// Body of `POST /api/admin/keys/rotate`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RotateKeysRequest {
    /// The algorithm whose key is rotated; left out: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<SigningAlgorithm>,
    /// Also if the next key was published so recently that some services cannot know it yet, as
    /// when the active one has leaked.
    #[serde(default)]
    pub force: bool,
}
