//! Passkey ceremonies and the list of a user's passkeys.
//!
//! WebAuthn's own JSON (`PublicKeyCredentialCreationOptionsJSON`, `RegistrationResponseJSON`,
//! and so on; WebAuthn level 3 section 5.1) passes through as it is, in [`Begun::options`] and in
//! the `credential` of the finishing request. Both are generic here: the server uses webauthn-rs's
//! types, the browser a plain JavaScript object.

use serde::{Deserialize, Serialize};

use crate::{PasskeyId, Timestamp};

/// What beginning a ceremony answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Begun<Options> {
    /// Opaque; to be sent back, once, from the same browser, within five minutes.
    pub ceremony: String,
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.
    pub options: Options,
}

/// Body of `POST /api/auth/passkeys/sign-up/begin`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignUpBeginRequest {
    /// Email address of the new account.
    pub email: String,
    /// The name to go by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Body of `POST /api/auth/passkeys/register/begin`, which may be left out.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RegisterBeginRequest {
    /// The browser makes the passkey without asking, after a sign-in with a password
    /// (`mediation: "conditional"`).
    #[serde(default)]
    pub conditional: bool,
}

/// Body of `POST /api/auth/passkeys/register/finish` and `/sign-up/finish`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RegisterFinishRequest<Credential> {
    /// As [`Begun::ceremony`] was.
    pub ceremony: String,
    /// `RegistrationResponseJSON`, as `credential.toJSON()` gives it.
    pub credential: Credential,
    /// What to call the passkey; left out: after the device it was made on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Body of `POST /api/auth/passkeys/sign-in/finish`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignInFinishRequest<Credential> {
    /// As [`Begun::ceremony`] was.
    pub ceremony: String,
    /// `AuthenticationResponseJSON`, as `credential.toJSON()` gives it.
    pub credential: Credential,
    /// Stay signed in for 30 days on this device.
    #[serde(default)]
    pub remember: bool,
}

/// One passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyView {
    /// The passkey's id.
    pub id: PasskeyId,
    /// WebAuthn credential id, base64url, for the Signal API.
    pub credential_id: String,
    /// What its owner calls it.
    pub name: String,
    /// Whether it is synced between devices (WebAuthn's backup state).
    pub synced: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used to sign in.
    pub last_used_at: Option<Timestamp>,
}

/// What `GET /api/auth/passkeys` answers, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyList {
    /// The passkeys.
    pub passkeys: Vec<PasskeyView>,
    /// The relying party they belong to, for the Signal API.
    pub rp_id: String,
    /// The user as WebAuthn knows them, base64url, for the Signal API.
    pub user_handle: String,
}

/// What the Signal API (WebAuthn level 3 section 5.1.10) wants to know after a change: for
/// `signalAllAcceptedCredentials` and `signalCurrentUserDetails`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeySignal {
    /// The relying party the passkeys belong to.
    pub rp_id: String,
    /// The user as WebAuthn knows them, base64url.
    pub user_handle: String,
    /// The credential ids of all the user's passkeys, base64url, oldest first.
    pub accepted: Vec<String>,
    /// What passkey providers show to tell accounts apart: the email address.
    pub name: String,
    /// The name the user goes by.
    pub display_name: String,
}

/// What finishing a registration answers: the passkey, and what to signal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyAdded {
    /// The new passkey.
    #[serde(flatten)]
    pub passkey: PasskeyView,
    /// What to tell passkey providers.
    pub signal: PasskeySignal,
}

/// What renaming or deleting a passkey answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyChanged {
    /// What to tell passkey providers.
    pub signal: PasskeySignal,
}

/// Body of `PATCH /api/auth/passkeys/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RenamePasskeyRequest {
    /// The new name, 1 to 100 code points.
    pub name: String,
}
