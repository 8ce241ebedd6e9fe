//! What a failed request answers: an RFC 9457 problem document with a stable `code`.

use serde::{Deserialize, Serialize};

use crate::totp::Factor;

/// An RFC 9457 problem document (`application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI reference that names the kind of problem: `/docs#` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words, the same each time.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// What happened this time and what to mend.
    pub detail: String,
    /// The kind of problem for programs; never renamed.
    pub code: ErrorCode,
    /// The field of the request body that is wrong, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Seconds to wait before trying again, where waiting helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// With `passkey_unknown`: the relying party, for `signalUnknownCredential`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rp_id: Option<String>,
    /// With `second_factor_required`: what the sign-in can go on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factors: Option<Vec<Factor>>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal, $title:literal;)*) => {
        /// Every kind of problem our own API answers with.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
            /// A code this client is too old to know.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl ErrorCode {
            /// All codes, in the order in which the documentation lists them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as it is on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* Self::Unknown => "unknown" }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* Self::Unknown => 500 }
            }

            /// The problem's title.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* Self::Unknown => "Unknown problem" }
            }
        }
    };
}

codes! {
    /// The request is malformed: its body, a parameter or a header.
    InvalidRequest = "invalid_request", 400, "The request is malformed";
    /// No such thing, or none that the caller may know of.
    NotFound = "not_found", 404, "Not found";
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
    /// The request was not there in time, or took too long to answer (30 seconds).
    RequestTimeout = "request_timeout", 408, "The request took too long";
    /// The body is larger than the limit (64 KiB by default).
    PayloadTooLarge = "payload_too_large", 413, "The body is too large";
    /// The body is not `application/json`.
    UnsupportedMediaType = "unsupported_media_type", 415, "The body must be JSON";
    /// Nobody is signed in, or the session has ended.
    NotAuthenticated = "not_authenticated", 401, "Not signed in";
    /// The email and password, or the passkey, did not lead to an account that may sign in.
    InvalidCredentials = "invalid_credentials", 401, "Sign-in failed";
    /// The password was right, and a second factor is needed as well: `factors` says which ones. Nobody
    /// is signed in until then.
    SecondFactorRequired = "second_factor_required", 401, "One more step to sign in";
    /// Signed in, but not allowed to do this.
    Forbidden = "forbidden", 403, "Not allowed";
    /// Allowed after proving oneself again, because the last sign-in is too long ago.
    StepUpRequired = "step_up_required", 403, "Please confirm it is you";
    /// The request did not provably come from the site's own pages.
    CsrfRejected = "csrf_rejected", 403, "Cross-site request refused";
    /// This needs a cookie session; a bearer token is not enough.
    CookieSessionRequired = "cookie_session_required", 403, "A browser session is needed";
    /// Too many tries; `retry_after` says when the next one counts.
    RateLimited = "rate_limited", 429, "Too many tries";
    /// The server has more work than it takes on; `retry_after` says when to try again.
    Busy = "busy", 503, "The server is busy";
    /// The email address is not one.
    EmailInvalid = "email_invalid", 422, "Not an email address";
    /// The name is empty, too long or has control characters.
    NameInvalid = "name_invalid", 422, "Not a usable name";
    /// Something that one says of oneself is not of its field's kind; the detail says of which.
    ProfileInvalid = "profile_invalid", 422, "Not a usable profile";
    /// The password is too short; the detail says how long it must be.
    PasswordTooShort = "password_too_short", 422, "The password is too short";
    /// The password is longer than 128 code points.
    PasswordTooLong = "password_too_long", 422, "The password is too long";
    /// The password is too easy to guess; the detail says why.
    PasswordTooWeak = "password_too_weak", 422, "The password is easy to guess";
    /// The account could not be made.
    RegistrationRefused = "registration_refused", 422, "The account could not be created";
    /// The ceremony is unknown, spent, expired or another browser's; begin again.
    CeremonyInvalid = "ceremony_invalid", 422, "Please start again";
    /// The authenticator's answer did not verify.
    PasskeyRejected = "passkey_rejected", 422, "The passkey was not accepted";
    /// No account has this passkey (any more). The browser may be told, so that it offers it no
    /// longer; `rp_id` is what `signalUnknownCredential` needs.
    PasskeyUnknown = "passkey_unknown", 401, "This passkey is not known";
    /// This passkey is registered already.
    PasskeyExists = "passkey_exists", 409, "This passkey is registered already";
    /// The account has as many passkeys as it may have.
    PasskeyLimit = "passkey_limit", 409, "No more passkeys can be added";
    /// The account has as many authenticator apps as it may have.
    TotpLimit = "totp_limit", 409, "No more authenticator apps can be added";
    /// The last way to sign in cannot be removed.
    LastCredential = "last_credential", 409, "This is the last way to sign in";
    /// An admin may not take away their own admin role, or disable themselves.
    NotYourself = "not_yourself", 409, "You cannot do this to your own account";
    /// The last admin who may sign in stays an admin, and enabled.
    LastAdmin = "last_admin", 409, "There would be no admin left";
    /// What is to be made or changed clashes with what is there.
    Conflict = "conflict", 409, "This clashes with what is there";
    /// There is an admin already, or the link is wrong or used.
    SetupUnavailable = "setup_unavailable", 403, "Set-up is not available";
    /// The link of a mail is used, too old or not the latest one.
    LinkInvalid = "link_invalid", 422, "This link does not work";
    /// The code is not the one of the latest mail, is too old, or was tried too often.
    CodeInvalid = "code_invalid", 422, "This code does not work";
    /// No mails are sent here.
    MailUnavailable = "mail_unavailable", 409, "This server sends no mail";
    /// Something failed on the server; nothing was changed.
    Internal = "internal", 500, "Something went wrong";
}

impl Problem {
    /// The problem document for `code`, with `detail` saying what to mend.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/docs#{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code,
            field: None,
            retry_after: None,
            rp_id: None,
            factors: None,
        }
    }

    /// Names the field of the body that is wrong.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says how many seconds to wait.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}
