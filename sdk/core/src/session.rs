//! What an application sees: whether somebody is signed in, who, and how sure that is.

use std::sync::Arc;

use portcullis_types::{SessionView, UserView};

/// The state of this browser's session, the same in every tab once things have settled.
///
/// Views are behind an [`Arc`] so that a copy for each subscriber costs nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Session {
    /// The session is being restored; nothing is known yet.
    #[default]
    Loading,
    /// The server has not been reached since the page was loaded; it is tried again by itself.
    Unreachable,
    /// Nobody is signed in.
    SignedOut {
        /// How it came to that.
        reason: SignedOutReason,
    },
    /// Somebody is signed in.
    SignedIn {
        /// Who, and what they may do.
        view: Arc<SessionView>,
        /// The server could not be reached of late: this is what it said last.
        stale: bool,
    },
    /// Somebody is signed in and has to confirm it is them before a sensitive act: the server
    /// answered `step_up_required`. Signing in again leads back to [`Session::SignedIn`].
    StepUp {
        /// Who, and what they may do.
        view: Arc<SessionView>,
    },
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedOutReason {
    /// Nobody was signed in when the page was loaded.
    Anonymous,
    /// The user signed out, in this tab or in another one.
    SignedOut,
    /// The server ended the session: it expired, or it was ended from elsewhere.
    Ended,
}

impl SignedOutReason {
    /// The reason as JavaScript sees it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::SignedOut => "signedOut",
            Self::Ended => "ended",
        }
    }
}

impl Session {
    /// The session's view, if somebody is signed in.
    pub fn view(&self) -> Option<&Arc<SessionView>> {
        match self {
            Self::SignedIn { view, .. } | Self::StepUp { view } => Some(view),
            Self::Loading | Self::Unreachable | Self::SignedOut { .. } => None,
        }
    }

    /// The user, if somebody is signed in.
    pub fn user(&self) -> Option<&UserView> {
        self.view().map(|view| &view.user)
    }

    /// Whether somebody is signed in.
    pub fn is_signed_in(&self) -> bool {
        self.view().is_some()
    }

    /// Whether it is still unknown if somebody is signed in.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Loading | Self::Unreachable)
    }
}
