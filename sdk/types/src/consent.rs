//! Consent: what people let applications do in their name, how they are asked, and how they take it
//! back.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Query of `GET /api/consent`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ConsentQuery {
    /// What came with the address of the page: good in this browser, for who is signed in.
    pub request: String,
}

/// What an application asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentView {
    /// The client.
    pub client_id: String,
    /// What people know it as.
    pub client_name: String,
    /// Its logo.
    pub logo_uri: Option<String>,
    /// How it treats people's data.
    pub policy_uri: Option<String>,
    /// Its terms of service.
    pub tos_uri: Option<String>,
    /// Where the browser will be sent: a host with its port, or the scheme of an app's own.
    pub goes_to: String,
    /// What it asks for; claims that it asks for one by one stand as the scopes they belong to.
    pub scopes: Vec<String>,
    /// Services that it wants to use in the person's name (RFC 8707).
    pub resources: Vec<String>,
    /// Who is asked.
    pub email: String,
    /// Where somebody else can sign in and be asked instead.
    pub another_account: String,
    /// When it is too late.
    pub expires_at: Timestamp,
}

/// Body of `POST /api/consent`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConsentDecisionRequest {
    /// As in [`ConsentQuery`].
    pub request: String,
    /// Whether the application gets what it asks for.
    pub allow: bool,
}

/// A decision was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentDecided {
    /// The path to send the browser to, whatever was decided: it leads back to the application.
    pub continue_to: String,
}

/// One's connected applications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentList {
    /// The applications, the last one first that got something.
    pub consents: Vec<ConsentSummary>,
}

/// What one lets an application do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentSummary {
    /// The client.
    pub client_id: String,
    /// What people know it as.
    pub client_name: String,
    /// Its logo.
    pub logo_uri: Option<String>,
    /// What it may.
    pub scopes: Vec<String>,
    /// Services that it may use in one's name.
    pub resources: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last allowed something.
    pub updated_at: Timestamp,
}
