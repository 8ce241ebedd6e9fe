//! What a server is, for pages that adapt to it.

use serde::{Deserialize, Serialize};

/// What `GET /api/about` answers, to anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct About {
    /// Whether the demo's notes are on.
    pub demo: bool,
    /// Whether people can be written to: forgotten passwords, addresses to be confirmed.
    #[serde(default)]
    pub mail: bool,
}
