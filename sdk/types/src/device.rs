//! Letting devices in that have no browser of their own (RFC 8628): what a page needs for it.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Query of `GET /api/device`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct DeviceQuery {
    /// The code that the device shows, however it was typed.
    pub user_code: String,
}

/// A device that waits to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceView {
    /// The client it runs.
    pub client_id: String,
    /// What people know that as.
    pub client_name: String,
    /// The client's logo.
    pub logo_uri: Option<String>,
    /// How the client treats people's data.
    pub policy_uri: Option<String>,
    /// The client's terms of service.
    pub tos_uri: Option<String>,
    /// What it asks for.
    pub scopes: Vec<String>,
    /// When it is too late.
    pub expires_at: Timestamp,
}

/// Body of `POST /api/device`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeviceDecisionRequest {
    /// The code that the device shows, however it was typed.
    pub user_code: String,
    /// Whether to let it in.
    pub allow: bool,
}
