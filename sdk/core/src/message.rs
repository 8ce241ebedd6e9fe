//! What tabs of one browser tell each other.

use portcullis_types::{SessionAnswer, SessionId};

use crate::tokens::SharedTokens;

/// One message on the origin's broadcast channel.
///
/// What is large is boxed: messages are handed on by value. The channel is open to scripts of the same origin only, which could as well send requests of
/// their own.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The server said this about the session.
    Session {
        /// Its answer; there is a session in it.
        answer: Box<SessionAnswer>,
    },
    /// The user signed out of this session.
    SignedOut {
        /// The session; in token mode the token family, if it was known.
        id: Option<SessionId>,
        /// The chain of tokens, in token mode.
        chain: Option<String>,
    },
    /// The server ended this session.
    Ended {
        /// The session.
        id: Option<SessionId>,
        /// The chain of tokens, in token mode.
        chain: Option<String>,
    },
    /// A tab that was just opened, or is about to refresh, asks for newer tokens than these.
    WantTokens {
        /// Its chain, if it has one.
        chain: Option<String>,
        /// The generation of its tokens.
        generation: u64,
    },
    /// Tokens, newer or asked for.
    Tokens(Box<SharedTokens>),
    /// A refresh of these tokens has failed: for all tabs, the next one is to wait.
    Failed {
        /// The chain.
        chain: String,
        /// The generation of the tokens that were to be refreshed.
        generation: u64,
        /// How many have failed in a row.
        failures: u32,
        /// How long to wait, in milliseconds.
        wait: i64,
    },
}
