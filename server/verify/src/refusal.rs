//! Why a token does not pass, and why a verifier cannot be made.

/// Why a token was refused. The texts are for developers; they say nothing that the token's sender
/// does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Longer than [`MAX_LENGTH`](crate::MAX_LENGTH).
    #[error("the token is too long")]
    TooLong,
    /// Not a JWT in its compact form (RFC 7515 section 7.1, RFC 7519).
    #[error("the token is malformed")]
    Malformed,
    /// The header asks for something that is not done: `crit`, or a key from elsewhere.
    #[error("the token has a header parameter that is not allowed")]
    Header,
    /// Signed with an algorithm that the issuer is not expected to use.
    #[error("the token is signed with an algorithm that is not allowed")]
    Algorithm,
    /// Another kind of token (`typ`), such as an ID token in place of an access token.
    #[error("the token is of another type")]
    Type,
    /// From nobody that is trusted here.
    #[error("the issuer of the token is not known")]
    Issuer,
    /// Signed with a key that the issuer does not publish.
    #[error("the key of the token is not known")]
    Key,
    /// Changed, or signed by somebody else.
    #[error("the signature of the token is wrong")]
    Signature,
    /// A claim is missing, or not of its form.
    #[error("the claim {0} of the token is missing or malformed")]
    Claim(&'static str),
    /// For another service.
    #[error("the token is meant for another service")]
    Audience,
    /// Of a client that may not come here.
    #[error("the client of the token is not allowed")]
    Client,
    /// Past its `exp`.
    #[error("the token has expired")]
    Expired,
    /// Before its `nbf` or `iat`.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// Taken back.
    #[error("the token has been revoked")]
    Revoked,
    /// Good only together with a key (RFC 9449), and presented without, or with another.
    #[error("the token is bound to a key, and came without a proof of it")]
    Bound,
    /// Good only over a connection with a certificate (RFC 8705 section 3), and presented over one
    /// without, or with another.
    #[error("the token is bound to a certificate, and came over a connection without it")]
    Certificate,
    /// Presented with a proof, but bound to no key: anybody could have made the proof.
    #[error("the token is not bound to a key")]
    NotBound,
    /// It cannot be told now: the issuer's keys or the list of what is revoked are out of reach.
    #[error("tokens cannot be verified right now")]
    Unavailable,
}

/// Why a verifier cannot be made of these settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// Not an address that an issuer may have (RFC 8414 section 2).
    #[error(
        "{0:?} is no issuer: it must be https (http on loopback), without query, fragment or user"
    )]
    Issuer(String),
    /// Two verifiers answer for one issuer.
    #[error("two verifiers answer for {0:?}")]
    Twice(String),
    /// A verifier for nobody.
    #[error("a verifier answers for no issuer")]
    NoIssuer,
    /// No audience, or an empty one: every token of the issuer would pass.
    #[error("an audience is missing")]
    Audience,
    /// A shared secret that could be guessed.
    #[error("a shared secret has at least {0} bytes")]
    Secret(usize),
    /// No algorithm is allowed.
    #[error("no algorithm is allowed")]
    Algorithms,
    /// Clocks may differ by so much at most.
    #[error("the leeway is {0} seconds at most")]
    Leeway(i64),
    /// Not a JWK Set, or none of its keys can verify.
    #[error("the JWK Set has no key that could verify anything")]
    Keys,
    /// Not the origin of a service.
    #[error("{0:?} is no origin, such as https://api.example.com")]
    Origin(String),
    /// The system has no randomness.
    #[error("the system has no randomness")]
    Random,
    /// The HTTP client cannot be made, for instance because there are no root certificates.
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}
