//! Why something did not work, as a value to match on.

use portcullis_types::ErrorCode;

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// What happened and what to mend, in a sentence for people.
    pub message: String,
    /// The field of the form that is wrong, where one is.
    pub field: Option<String>,
    /// Seconds to wait before trying again, where waiting helps.
    pub retry_after: Option<u32>,
}

/// Kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The server refused, and said why.
    Server(ErrorCode),
    /// The server could not be reached.
    Network,
    /// The server answered with something that is not of its contract.
    UnexpectedAnswer,
    /// Nobody is signed in (token mode: there is no token to send).
    SignedOut,
    /// This works with the cookie only, and the client is in token mode.
    WrongMode,
    /// The user dismissed the browser's dialog, or chose nothing.
    Cancelled,
    /// The dialog was open for as long as it may be.
    TimedOut,
    /// The call was ended by the program: a newer one took its place.
    Aborted,
    /// This browser or device cannot do it.
    NotSupported,
    /// Passkeys do not work on this page: no secure context, or another site's domain.
    NotAllowedHere,
    /// This authenticator already holds a passkey of the account.
    AlreadyRegistered,
    /// The answer that came with the redirect does not belong to a sign-in begun here.
    RedirectInvalid,
    /// The server refused the sign-in and said so with the redirect.
    RedirectRefused,
}

impl ErrorKind {
    /// A stable name for programs: the server's code, or `network`, `cancelled` and so on.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server(code) => code.as_str(),
            Self::Network => "network",
            Self::UnexpectedAnswer => "unexpected_answer",
            Self::SignedOut => "signed_out",
            Self::WrongMode => "wrong_mode",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
            Self::Aborted => "aborted",
            Self::NotSupported => "not_supported",
            Self::NotAllowedHere => "not_allowed_here",
            Self::AlreadyRegistered => "already_registered",
            Self::RedirectInvalid => "redirect_invalid",
            Self::RedirectRefused => "redirect_refused",
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Server(_) => "The server refused.",
            Self::Network => "The server cannot be reached. Check the connection and try again.",
            Self::UnexpectedAnswer => "The server's answer could not be understood.",
            Self::SignedOut => "Nobody is signed in.",
            Self::WrongMode => "In token mode, sign in by redirect.",
            Self::Cancelled => "Nothing was chosen.",
            Self::TimedOut => "That took too long. Please try again.",
            Self::Aborted => "A newer attempt took the place of this one.",
            Self::NotSupported => "This browser or device cannot use passkeys here.",
            Self::NotAllowedHere => "Passkeys cannot be used on this page.",
            Self::AlreadyRegistered => "This device already holds a passkey of the account.",
            Self::RedirectInvalid => "This sign-in was not begun here. Please start again.",
            Self::RedirectRefused => "The sign-in was refused.",
        }
    }
}

impl AuthError {
    /// The failure `kind` with its usual message.
    pub fn new(kind: ErrorKind) -> Self {
        Self {
            kind,
            message: kind.message().to_owned(),
            field: None,
            retry_after: None,
        }
    }

    /// The server's code, where it refused.
    pub const fn code(&self) -> Option<ErrorCode> {
        match self.kind {
            ErrorKind::Server(code) => Some(code),
            _ => None,
        }
    }

    /// Whether the server wants the user to confirm it is them first.
    pub const fn is_step_up(&self) -> bool {
        matches!(self.kind, ErrorKind::Server(ErrorCode::StepUpRequired))
    }

    /// Whether nothing needs to be shown: the user or the program ended it.
    pub const fn is_cancelled(&self) -> bool {
        matches!(self.kind, ErrorKind::Cancelled | ErrorKind::Aborted)
    }
}

/// A failure on its way out: as small as it can be, because it passes through many functions, and
/// most of them have nothing to add to its kind.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nothing but its kind is known.
    Kind(ErrorKind),
    /// The server has told more.
    Told(Box<AuthError>),
}

impl Failure {
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Kind(kind) => *kind,
            Self::Told(error) => error.kind,
        }
    }
}

impl From<ErrorKind> for Failure {
    fn from(kind: ErrorKind) -> Self {
        Self::Kind(kind)
    }
}

impl From<Failure> for AuthError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Kind(kind) => Self::new(kind),
            Failure::Told(error) => *error,
        }
    }
}

impl From<ErrorKind> for AuthError {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

impl std::fmt::Display for AuthError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for AuthError {}
