//! What mails are about, and how one waits in the outbox: sealed, with whom it goes to.

use portcullis_domain::{PasskeyId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a mail says. Links and codes are in it as they are sent: it exists in memory and sealed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Letter {
    /// That an address can be shown to be its account's.
    Verify {
        /// What is in the link.
        token: String,
        /// What can be typed instead.
        code: String,
    },
    /// What somebody is told who has asked for another password. Whether there is an account is
    /// looked at when it is sent, and not while they wait: nobody learns it from how long that takes.
    Reset {
        /// What is in the link.
        token: String,
    },
    /// Something that the owner of an account should know of.
    Notice {
        /// What has happened.
        what: Notice,
        /// By what it was done, in words.
        device: String,
        /// From where.
        ip: String,
        /// When.
        at: Timestamp,
        /// What is in the link by which they say that it was not them.
        token: String,
    },
}

/// What an owner is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Notice {
    /// The password is another, or the first.
    PasswordChanged,
    /// There is a new passkey.
    PasskeyAdded(PasskeyId),
    /// A passkey is gone.
    PasskeyRemoved,
    /// Somebody signed in with a browser that had never been signed in before.
    NewDevice,
}

impl Letter {
    /// What it is about, in a word.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Verify { .. } => "verify",
            Self::Reset { .. } => "reset",
            Self::Notice { what, .. } => match what {
                Notice::PasswordChanged => "password_changed",
                Notice::PasskeyAdded(_) => "passkey_added",
                Notice::PasskeyRemoved => "passkey_removed",
                Notice::NewDevice => "new_device",
            },
        }
    }
}

/// A mail as it waits.
#[derive(Serialize, Deserialize)]
pub(crate) struct Envelope {
    /// Whom it goes to: a normalised address.
    pub(crate) to: String,
    /// In which language.
    pub(crate) language: String,
    /// What it says.
    pub(crate) letter: Letter,
}
