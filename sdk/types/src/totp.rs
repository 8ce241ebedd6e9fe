//! Second factors: devices that show one-time codes (TOTP, RFC 6238), and recovery codes.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, TotpId};

/// One way of proving oneself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// The password.
    Password,
    /// A passkey with user verification, which is enough by itself.
    Passkey,
    /// A code of an authenticator app.
    Totp,
    /// One of the codes that were written down for when nothing else is at hand.
    RecoveryCode,
}

impl Factor {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Password,
        Self::Passkey,
        Self::Totp,
        Self::RecoveryCode,
    ];

    /// As it is on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Passkey => "passkey",
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery_code",
        }
    }
}

/// Body of `POST /api/auth/totp/sign-in` and of `POST /api/auth/recovery-codes/sign-in`: finishes the
/// sign-in that was begun in this browser and answered with `second_factor_required`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CodeSignInRequest {
    /// The code; spaces and dashes do not count.
    pub code: String,
}

/// What beginning to add an authenticator app answers. It is shown once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpBegun {
    /// Opaque; to be sent back from the same session, within five minutes.
    pub ceremony: String,
    /// The key for typing, in base32 (RFC 4648).
    pub secret: String,
    /// The same as an `otpauth:` address, which apps on this device open.
    pub uri: String,
    /// That address as a QR code: SVG.
    pub qr: String,
}

/// Body of `POST /api/auth/totp/register/finish`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TotpFinishRequest {
    /// As [`TotpBegun::ceremony`] was.
    pub ceremony: String,
    /// The code that the app shows now.
    pub code: String,
    /// What to call it, 1 to 100 code points; left out: `Authenticator app`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// One authenticator app as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpView {
    /// Its id.
    pub id: TotpId,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used to sign in.
    pub last_used_at: Option<Timestamp>,
}

/// What `GET /api/auth/totp` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpList {
    /// The authenticator apps, oldest first. With none there is no second step.
    pub devices: Vec<TotpView>,
    /// How many recovery codes are left.
    pub recovery_codes_left: u32,
}

/// What finishing to add an authenticator app answers.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpAdded {
    /// The new one.
    pub device: TotpView,
    /// With the first one: recovery codes, which are never shown again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_codes: Option<Vec<String>>,
}

/// What `POST /api/auth/recovery-codes` answers: those of before are no longer good.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// The codes, which are never shown again.
    pub codes: Vec<String>,
}

/// Debug output shows no field of what carries secrets.
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
    CodeSignInRequest,
    TotpBegun,
    TotpFinishRequest,
    TotpAdded,
    RecoveryCodes
);
