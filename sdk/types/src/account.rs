//! Making an account, signing in with a password, changing it.
//!
//! The answer to each successful sign-in is a [`crate::SessionAnswer`].

use serde::{Deserialize, Serialize};

/// Body of `POST /api/auth/register`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    /// Email address; up to 254 bytes.
    pub email: String,
    /// 15 to 128 code points.
    pub password: String,
    /// The name to go by, 1 to 100 code points; left out: the part of the email before the `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Body of `POST /api/auth/password/sign-in`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordSignInRequest {
    /// The account's email address.
    pub email: String,
    /// Its password.
    pub password: String,
    /// Stay signed in for 30 days on this device.
    #[serde(default)]
    pub remember: bool,
}

/// Body of `PUT /api/auth/password`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetPasswordRequest {
    /// The current password; needed where the account has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// The new one.
    pub new: String,
    /// End all other sessions as well.
    #[serde(default)]
    pub end_other_sessions: bool,
}

/// Body of `POST /api/setup`: the first admin.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// The token from the link that `portcullis serve` printed.
    pub token: String,
    /// Email address of the first admin.
    pub email: String,
    /// Their password.
    pub password: String,
    /// The name to go by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Debug output of a request that carries a password shows no field of it.
macro_rules! opaque_debug {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), " { .. }"))
            }
        }
    )*};
}
opaque_debug!(
    RegisterRequest,
    PasswordSignInRequest,
    SetPasswordRequest,
    SetupRequest
);
