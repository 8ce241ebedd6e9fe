//! Secrets with a type: opaque in `Debug`, never serialised, kept only as hashes.

use secrecy::{ExposeSecret, SecretString};

/// What a token is for; its prefix makes a leaked one recognisable to secret scanners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A session cookie's value.
    Session,
    /// An OAuth authorization code.
    AuthorizationCode,
    /// What a pushed authorization request is shown by.
    PushedRequest,
    /// What a device asks with that waits to be let in.
    DeviceCode,
    /// A refresh token.
    Refresh,
    /// An access token that says nothing itself.
    Access,
    /// An OAuth client's secret.
    ClientSecret,
    /// What applications register themselves with.
    InitialAccess,
    /// What an application manages its registration with.
    Registration,
    /// What is in the link of a mail.
    Mail,
    /// What a browser is known by that somebody has signed in with.
    Device,
    /// What binds a ceremony to the browser it began in.
    Browser,
    /// A sign-in that is under way.
    SignIn,
    /// The one-time link that makes the first admin.
    Setup,
}

impl TokenKind {
    /// What every token of the kind starts with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "pc_ses_",
            Self::AuthorizationCode => "pc_ac_",
            Self::PushedRequest => "pc_par_",
            Self::DeviceCode => "pc_dc_",
            Self::Refresh => "pc_rt_",
            Self::Access => "pc_at_",
            Self::ClientSecret => "pc_cs_",
            Self::InitialAccess => "pc_iat_",
            Self::Registration => "pc_rat_",
            Self::Mail => "pc_ml_",
            Self::Device => "pc_dev_",
            Self::Browser => "pc_br_",
            Self::SignIn => "pc_si_",
            Self::Setup => "pc_setup_",
        }
    }
}

/// A token with at least 256 bits of entropy, in clear. Never stored.
#[derive(Clone)]
pub struct SecretToken(SecretString);

impl SecretToken {
    /// Takes a token as it came in or was just made.
    pub fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// The token itself, for the one place that hands it to its holder.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl std::fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretToken(..)")
    }
}

/// SHA-256 of a [`SecretToken`]: what is stored and looked up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretHash(pub [u8; 32]);

impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretHash(..)")
    }
}
