//! The tokens of token mode: their chain, their order and their life.

use portcullis_types::SessionId;
use serde::{Deserialize, Serialize};

/// Tokens as one tab hands them to another.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedTokens {
    /// Names the chain, unique to its sign-in.
    pub chain: String,
    /// When the sign-in was, by the server's clock: of two chains the later one counts.
    pub since: i64,
    /// How many refreshes lie between the sign-in and these tokens: the larger one is newer.
    pub generation: u64,
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: Option<String>,
    /// Milliseconds the access token had left when the message was sent.
    pub remaining: i64,
    /// The sender's wall clock then, from which a tab that slept sees how old the message is.
    pub sent_wall: i64,
    /// The token family, once known.
    pub family: Option<SessionId>,
}

impl std::fmt::Debug for SharedTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedTokens")
            .field("chain", &self.chain)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}
