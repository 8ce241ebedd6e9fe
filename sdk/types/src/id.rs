//! Typed identifiers: a user's id can never be passed where a session's is meant.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = uuid::Uuid))]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// Whom an account belongs to.
    UserId;
    /// One signed-in browser or device.
    SessionId;
    /// The chain of refresh tokens that descends from one sign-in.
    FamilyId;
    /// One passkey of a user (not the WebAuthn credential id).
    PasskeyId;
    /// What applications register themselves with (not the token itself).
    RegistrationTokenId;
    /// One authenticator app of a user.
    TotpId;
    /// One note of the demo app.
    NoteId;
    /// One HTTP request, as it appears in logs and the audit log.
    RequestId;
}
