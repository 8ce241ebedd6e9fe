//! Verifies access tokens in services of your own: from Portcullis, from any OpenID provider, or
//! several at once.
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use portcullis_verify::{Issuer, Rules, Verified, VerifyLayer};
//!
//! # fn main() -> Result<(), portcullis_verify::SetupError> {
//! let rules = Rules::access_tokens("https://api.example.com");
//! let verifier = Issuer::discover("https://auth.example.com", rules)?;
//! let app = Router::<()>::new()
//!     .route("/orders", get(async |who: Verified| format!("Orders of {}", who.subject)))
//!     .layer(VerifyLayer::new(verifier).scope("orders:read"));
//! # Ok(()) }
//! ```
//!
//! `cargo run -p portcullis-verify --example service` is such a service, whole.
//!
//! # What is checked
//!
//! - The form: three parts, strict base64url, JSON without members that come twice, 16 KiB at most.
//! - The header: an algorithm that the verifier allows, and never because the token says so. HS256
//!   is not among an [`Issuer`]'s algorithms at all, and nothing else among a [`SharedSecret`]'s. No
//!   `none`, no key that the token brings along (`jwk`, `jku`, `x5c`, `x5u`), no extensions (`crit`).
//! - The type: an ID token is no access token, nor the other way round ([`Rules`]).
//! - The key: the issuer's own, for signatures and for this algorithm, with the token's `kid`.
//! - `iss`, `aud`, `exp`, `nbf`, `iat`, `sub`, and `client_id` and `jti` where they belong.
//! - Proof of possession: a token that is bound to a key passes with a fresh proof of it only
//!   ([`dpop`]), one that is bound to a certificate over a connection with that certificate only
//!   ([`ClientCertificate`]), one that is bound in a way that is not known here not at all.
//!
//! Tokens are only verified, never seen by the issuer, so one that has been revoked there passes
//! until it expires. [`Revocable`] asks what is taken back: a `RevocationFeed` follows what a Portcullis
//! says, within a second, and [`RevokedInMemory`] is a list of your own.
//!
//! # Several issuers
//!
//! A [`Chain`] picks the verifier by `iss`. What it says is final:
//!
//! ```no_run
//! # use portcullis_verify::{Chain, Issuer, Rules, SharedSecret};
//! # fn main() -> Result<(), portcullis_verify::SetupError> {
//! # let secret = [0; 32];
//! let api = "https://api.example.com";
//! let chain = Chain::new()
//!     .and(Issuer::discover("https://auth.example.com", Rules::access_tokens(api))?)?
//!     .and(Issuer::discover("https://example.eu.auth0.com/", Rules::untyped_access_tokens(api))?)?
//!     .and(SharedSecret::new("billing", &secret, Rules::access_tokens(api))?)?;
//! # Ok(()) }
//! ```
//!
//! # Features
//!
//! Both are on by default: `discovery` fetches keys and follows revocations (reqwest with rustls, on
//! tokio), `axum` brings
//! [`VerifyLayer`] and [`Verified`].

mod algorithm;
mod certificate;
mod chain;
mod claims;
mod clock;
#[cfg(feature = "discovery")]
mod discovery;
pub mod dpop;
mod ed25519;
mod issuer;
mod json;
mod jws;
mod key;
mod key_set;
mod refusal;
mod revocation;
mod rules;
mod shared_secret;
mod verifier;
#[cfg(feature = "axum")]
mod web;
#[cfg(test)]
mod wycheproof;

pub use portcullis_policy::Requirement;
pub use portcullis_types::Timestamp;

pub use algorithm::Algorithm;
pub use certificate::{ClientCertificate, Holder};
pub use chain::Chain;
pub use claims::Claims;
#[cfg(feature = "discovery")]
pub use discovery::Freshness;
pub use issuer::Issuer;
pub use jws::{MAX_LENGTH, Unverified};
pub use refusal::{Refusal, SetupError};
#[cfg(feature = "discovery")]
pub use revocation::{CutOff, FollowedRevocations, RevocationFeed};
pub use revocation::{Full, OutOfReach, Revocable, Revocations, RevokedInMemory};
pub use rules::Rules;
pub use shared_secret::SharedSecret;
pub use verifier::TokenVerifier;
#[cfg(feature = "axum")]
pub use web::{MissingLayer, Rejection, Verified, VerifyLayer, VerifyService};
